"""The corrected P of biopsy pairs holds on null data, finds what was planted, and the simulated example says its truth.

2,000 sets of each: docs/resistance-calibration.md, section "Paired biopsies".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.analyses.base import Result, SampleInputs
from core.analyses.paired_biopsies import Parameters, run
from core.analyses.paired_biopsies_numbers import PairedNumbers
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_samples import evaluate_samples
from core.jobs import JobContext
from core.project.study_file import read_study
from tests.paired_calibration import PLANTED, SCENARIOS, found, share_called

EXAMPLES = Path(__file__).resolve().parents[1] / "resources" / "examples"
SETS = 300


@pytest.mark.parametrize("name", [name for name, (promised, _) in SCENARIOS.items() if promised == "4 to 6 %"])
def test_that_a_corrected_p_calls_about_one_null_data_set_in_twenty(name: str) -> None:
    # Of 300 sets 15 are expected; fewer than 4 or more than 28 would come up in 1 of 1,000 runs of a P that holds.
    assert 4 / SETS <= share_called(name, SETS, seed=3) <= 28 / SETS


def test_that_without_correction_most_null_data_sets_would_be_called() -> None:
    assert share_called("smallest of 58 paired t, uncorrected", 100) > 0.5


def test_that_planted_receptors_are_found_and_the_others_are_not() -> None:
    counts = np.array([found(5, number, 28, 1.0) for number in range(20)])
    assert counts[:, 0].mean() > 0.85 * len(PLANTED)
    assert counts[:, 1].sum() <= 4


def simulated_example() -> Result:
    study = read_study(EXAMPLES / "metabric" / "study.toml")
    spec = next(each for each in study.datasets if each.role == "biopsies")
    dataset = load_dataset(spec, FileShelf(), JobContext())
    samples = evaluate_samples(CohortRule("all", dataset.name), dataset)
    measure = "mRNA" if len(samples.expression) > 1 else ""
    return run(SampleInputs(samples, study.name, "biopsies", spec.simulated), Parameters(measure=measure))


def test_that_the_simulated_biopsies_of_the_example_give_their_truth_away() -> None:
    result = simulated_example()
    numbers = result.numbers
    assert isinstance(numbers, PairedNumbers)
    held = {receptor for receptor, holds in zip(numbers.receptors, numbers.holds) if holds}
    assert held == {"AXL", "EPHA2", "FGFR1", "MET"}
    assert numbers.m == 24
    assert {patient for patient, state in numbers.her2_after.items() if state == "lost"} == {"S05", "S11", "S16", "S22"}
    assert {light.key: light.state for light in numbers.lights}["her2"] == "red"
    out = result.table("left_out").columns
    assert sum("neither before nor after" in reason for reason in out["reason"]) == 3
    assert sum("has no sample" in reason for reason in out["reason"]) == 14
    assert result.methods.startswith("Simulated data.")
