"""Curves and scans of any receptor from finished numbers, with the patients that the window names on hover.

Not for: how the pictures look (test_prognosis_figures.py).
"""

from dataclasses import replace

import numpy as np
import pytest

from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_pictures import receptor_curve, receptor_scan
from core.analyses.rtk_prognosis import Parameters, run
from core.figures.spec import FigureSpec, HoverPoints, StepLine, Ticks
from core.figures.writer import figure_bytes
from tests.test_expression_views import marks, small


def numbers_of(parameters: Parameters) -> tuple[PrognosisNumbers, tuple[FigureSpec, ...]]:
    result = run(small(), parameters)
    assert isinstance(result.numbers, PrognosisNumbers)
    return result.numbers, result.figures


def test_that_a_picture_on_demand_is_the_one_of_a_run() -> None:
    numbers, figures = numbers_of(Parameters(permutations=30, curves_of=("MET",)))
    for picture, from_run in zip((receptor_curve, receptor_scan), figures[1:], strict=True):
        spec = picture(numbers, "MET", simulated=True)
        assert spec.name == from_run.name
        assert spec.texts() == from_run.texts()
        assert repr(spec.data) == repr(from_run.data)
        assert figure_bytes(spec, "pdf") == figure_bytes(from_run, "pdf")


def test_that_a_receptor_that_was_not_analysed_has_no_picture() -> None:
    numbers, _ = numbers_of(Parameters(permutations=0, receptors=("MET", "AXL")))
    for picture in (receptor_curve, receptor_scan):
        with pytest.raises(KeyError):
            picture(numbers, "EGFR")


def test_that_every_patient_of_a_curve_can_be_named_once() -> None:
    numbers, _ = numbers_of(Parameters(permutations=0, split="tertiles"))
    figure = receptor_curve(numbers, "MET")
    censored = [who for mark in marks(figure, Ticks) for who in mark.samples]
    happened = [who for mark in marks(figure, HoverPoints) for who in mark.samples]
    had_it = {patient for patient, event in zip(numbers.patients, numbers.event) if event}
    assert sorted(censored + happened) == sorted(numbers.patients)
    assert set(happened) == had_it


def test_that_the_place_of_an_event_lies_on_its_curve() -> None:
    numbers, _ = numbers_of(Parameters(permutations=0))
    figure = receptor_curve(numbers, "MET")
    for line, places in zip(marks(figure, StepLine), marks(figure, HoverPoints), strict=True):
        assert places.role == line.role
        for x, y, who in zip(places.x, places.y, places.samples, strict=True):
            assert x == numbers.time[numbers.patients.index(who)]
            assert y == line.y[np.flatnonzero(line.x == x)[-1]]


def test_that_the_outer_quarters_have_the_colours_of_low_and_high() -> None:
    numbers, _ = numbers_of(Parameters(permutations=0, split="quartiles"))
    panel = receptor_curve(numbers, "MET").rows[0][0]
    assert [(row.name, row.role) for row in panel.at_risk] == [
        ("Lowest", "low"), ("Lower", "series3"), ("Higher", "series4"), ("Highest", "high")]


def test_that_a_receptor_without_an_allowed_cut_says_so() -> None:
    alone = small(n=1)
    alone = replace(alone, cohort=replace(alone.cohort, event=np.array([True])))
    numbers = run(alone, Parameters(permutations=0)).numbers
    assert isinstance(numbers, PrognosisNumbers)
    assert "No cut-off was allowed" in " ".join(receptor_scan(numbers, "MET").texts())
    assert figure_bytes(receptor_curve(numbers, "MET"), "png")
