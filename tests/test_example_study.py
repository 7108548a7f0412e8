"""The example study: what is planted in its simulated biopsies is found, decoys are not, and only they are called so.

Not for: METABRIC's own numbers (test_run_equals_r.py and others).
"""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.analyses.base import Result
from core.batch import run_study
from core.data.reference import rtk_symbols
from core.jobs import JobContext
from core.project.simulated_data import chip_words, simulated_results, simulated_sentence
from core.project.study import Study
from core.project.study_file import read_study
from core.resources import resource_path
from core.study_runner import load_study, run_analyses
from tests import simulated_biopsies as planted

EXAMPLE = resource_path("examples", "metabric", "study.toml")


@cache
def study() -> Study:
    return read_study(EXAMPLE)


@cache
def result_of(name: str) -> Result:
    """One analysis of the example study, run as the command line does."""
    from dataclasses import replace

    whole = study()
    spec = whole.analysis(name)
    datasets = tuple(each for each in whole.datasets if each.role != "cohort")
    run = load_study(replace(whole, datasets=datasets, cohorts=(), analyses=(spec,)), JobContext())
    run_analyses(run, JobContext())
    assert [each.name for each in run.results] == [name], [problem.line() for problem in run.problems]
    return run.results[0]


def column(result: Result, table: str, name: str) -> dict[str, object]:
    rows = result.table(table)
    return dict(zip(rows.columns["receptor"], rows.columns[name]))


def test_that_exactly_the_planted_receptors_rise_and_no_decoy_holds() -> None:
    corrected = column(result_of("biopsies"), "receptors", "p_maxt")
    change = column(result_of("biopsies"), "receptors", "mean_change")
    assert set(corrected) == set(rtk_symbols())
    assert {name for name, p in corrected.items() if p < 0.05} == set(planted.RISING)
    assert all(change[name] > 0.6 for name in planted.RISING)
    for decoy in (planted.WITH_LOSS, planted.WITH_STROMA, planted.BEFORE_RESPONSE, "ERBB2"):
        assert corrected[decoy] > 0.2


def test_that_the_planted_loss_of_her2_turns_its_light_red_and_names_the_four() -> None:
    audit = result_of("biopsies").table("audit")
    row = list(audit.columns["check"]).index("her2")
    assert audit.columns["light"][row] == "red"
    assert audit.columns["words"][row] == "HER2 lost in 4"
    assert "(S05, S11, S16 and S22)" in audit.columns["sentence"][row]
    assert "Without them (20 pairs left) the same 4 receptors hold." in audit.columns["sentence"][row]
    patients = result_of("biopsies").table("audit_her2")
    lost = [name for name, state in zip(patients.columns["patient"], patients.columns["her2_after"]) if state == "lost"]
    assert tuple(lost) == planted.LOST_HER2


def test_that_the_receptor_that_rises_with_the_loss_only_has_no_change_without_it() -> None:
    without = result_of("biopsies").table("audit_without_her2_loss")
    row = list(without.columns["receptor"]).index(planted.WITH_LOSS)
    assert without.columns["mean_change"][row] > 0.3
    assert abs(without.columns["mean_change_without"][row]) < 0.2


def test_that_every_other_light_says_what_was_planted() -> None:
    audit = result_of("biopsies").table("audit")
    lights = dict(zip(audit.columns["check"], audit.columns["light"]))
    assert lights == {"her2": "red", "stroma": "amber", "proliferation": "amber", "subtype": "amber",
                      "interval": "green", "plate": "green", "responders": "amber", "identity": "green",
                      "level": "green"}
    said = dict(zip(audit.columns["check"], audit.columns["sentence"]))
    assert f"The change of {planted.WITH_STROMA} goes with it" in said["stroma"]


def test_that_exactly_the_planted_receptor_goes_with_response_before_treatment() -> None:
    result = result_of("response")
    corrected = column(result, "receptors", "p_maxt")
    assert {name for name, p in corrected.items() if p < 0.05} == {planted.BEFORE_RESPONSE}
    assert 0.0 < float(str(column(result, "receptors", "odds_ratio")[planted.BEFORE_RESPONSE])) < 0.5
    assert set(column(result, "receptors", "n").values()) == {planted.PAIRS + planted.BEFORE_ONLY + 1}
    assert all(figure.badge == "Simulated data" for figure in result.figures)


def test_that_the_receptors_planted_as_on_are_called_in_their_own_patients() -> None:
    """One group or two is a matter of BIC, which sees two by chance in a receptor or so of 58."""
    calls = result_of("activation").table("calls")
    patients = list(calls.columns["patient"])
    for receptor, members in planted.planted_on().items():
        called = {name for name, call in zip(patients, calls.columns[receptor]) if call == "on"}
        assert len(called ^ (members & set(patients))) <= 1, receptor
    somewhere = [name for name in rtk_symbols() if "on" in list(calls.columns[name])]
    assert set(planted.ON) <= set(somewhere)
    assert len(somewhere) <= len(planted.ON) + 1


def test_that_the_measured_cell_lines_say_what_is_published_of_lapatinib_and_are_not_called_simulated() -> None:
    """Lines with much HER2, in total and phosphorylated, are the sensitive ones."""
    result = result_of("lines")
    rows = result.table("receptors")
    erbb2 = [place for place, name in enumerate(rows.columns["receptor"]) if name == "ERBB2"]
    assert {rows.columns["measure"][place] for place in erbb2} == {"total", "phospho"}
    for place in erbb2:
        assert rows.columns["spearman"][place] > 0.7  # of -log10 GI50: high is sensitive
        assert rows.columns["p_maxt"][place] < 0.001
    assert all(not figure.badge for figure in result.figures)
    assert "imulated" not in result.methods


def test_that_the_simulation_gives_the_files_that_are_shipped() -> None:
    for name, text in planted.files().items():
        shipped = (planted.FOLDER / name).read_text(encoding="utf-8")
        for ours, theirs in zip(csv.reader(io.StringIO(text)), csv.reader(io.StringIO(shipped)), strict=True):
            for one, other in zip(ours, theirs, strict=True):
                if one != other:  # another processor may round the last digit the other way
                    assert float(one) == pytest.approx(float(other), abs=0.0011 if name == "expression.csv" else 1)


def test_that_the_four_percentages_of_every_slide_sum_to_100() -> None:
    for row in csv.DictReader(io.StringIO(planted.files()["ihc.csv"])):
        assert sum(int(row[f"percent_{grade}"]) for grade in range(4)) == 100


def test_that_where_they_come_from_says_that_nothing_was_measured() -> None:
    text = (planted.FOLDER / "PROVENANCE.md").read_text(encoding="utf-8")
    assert text.startswith("# SIMULATED")
    assert "Nothing here was measured" in text
    for name in (*planted.RISING, *planted.LOST_HER2, planted.WITH_LOSS, planted.WITH_STROMA, *planted.ON):
        assert name in text


def test_that_only_the_simulated_data_sets_are_called_so() -> None:
    assert [each.name for each in study().datasets if each.simulated] == ["simulated biopsies"]
    assert chip_words(study()) == "Simulated biopsies"
    assert chip_words(study(), example=True) == "Example study · Simulated biopsies"
    found = simulated_results(study(), {"prognosis_her2": "metabric", "biopsies": "simulated biopsies"}, {})
    assert found == ("biopsies",)
    said = simulated_sentence(study(), found, ["prognosis_her2", "biopsies"])
    assert said == ("Simulated: the data set “simulated biopsies” is simulated, and so is what “biopsies” gives. All "
                    "other results are of measured data.")
    assert simulated_sentence(study(), found, found).endswith("so is what “biopsies” gives.")
    assert simulated_sentence(study(), (), ["prognosis_her2"]).endswith("none of these results is of it.")


def test_that_a_run_of_both_kinds_marks_the_simulated_part_and_no_other(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for folder in ("metabric", "simulated_biopsies", "hms_lines"):
        text = text.replace(f'"../{folder}/', f'"{(EXAMPLE.parents[1] / folder).as_posix()}/')
    text = text.replace('"metabric.csv.gz"', f'"{(EXAMPLE.parent / "metabric.csv.gz").as_posix()}"')
    text += '\n[[analysis]]\nname = "quick"\nkind = "rtk_prognosis"\ncohort = "her2"\nendpoint = "overall survival"\n' \
        'parameters = { permutations = 0, receptors = ["EGFR"] }\n'
    path = tmp_path / "both.toml"
    path.write_text(text, encoding="utf-8")
    run_study(path, tmp_path / "out", JobContext(), only=("quick", "biopsies", "lines"))
    out = tmp_path / "out"
    assert (out / "biopsies" / "SIMULATED.txt").read_text(encoding="utf-8").startswith("Simulated data")
    assert not (out / "quick" / "SIMULATED.txt").exists()
    assert not (out / "lines" / "SIMULATED.txt").exists()
    for figure in out.rglob("*.svg"):
        assert ("Simulated data" in figure.read_text(encoding="utf-8")) == (figure.parent.name == "biopsies"), figure
    methods = (out / "methods.md").read_text(encoding="utf-8")
    assert "the data set “simulated biopsies” is simulated, and so is what “biopsies” gives" in methods
    ours = methods.split("## Paired biopsies (biopsies)")
    assert ours[1].startswith("\n\n**Simulated data.**")
    assert "**Simulated data.**" not in ours[0].split("## What was tried")[0]
    from python_calamine import load_workbook

    book = load_workbook(out / "results.xlsx")
    read_me = book.get_sheet_by_name("Read me").to_python()
    listed = {str(row[0]): str(row[1]) for row in read_me if len(row) > 1}
    assert "is simulated" in listed["Simulated"]
    assert listed["biopsies receptors"].startswith("Simulated data. ")
    assert "Simulated" not in listed["quick receptors"]


def test_that_every_simulated_sample_has_its_values_its_row_and_its_slides() -> None:
    samples, values, rows, stains = planted.simulate()
    assert len(samples) == len(rows) == len(values)
    assert len(stains) == len(samples) * len(planted.STAINED)
    assert np.isfinite(values).all()
