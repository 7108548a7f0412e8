"""METABRIC with its causes of death, read through the program. Not for: statistics; tests/survival_data.py has arrays."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.tables import EndpointRule
from core.jobs import JobContext
from core.project.study_file import parse_study

METABRIC = Path(__file__).resolve().parents[1] / "resources" / "examples" / "metabric" / "metabric.csv.gz"
DISEASE = EndpointRule("disease-specific survival", "overall_survival_months", "months", "death_from_cancer",
                       ("Died of Disease",), ("Died of Other Causes",))
OVERALL = EndpointRule("overall survival", "overall_survival_months", "months", "overall_survival", (0,))


@cache
def metabric(her2: bool = False, causes: bool = True) -> Cohort:
    """All patients, or the HER2-positive ones, with disease-specific or overall survival."""
    table = {"file": str(METABRIC), "id": "patient_id"}
    rule = DISEASE if causes else OVERALL
    endpoint = {"name": rule.name, "time": rule.time, "unit": rule.unit, "event": rule.event,
                "event_values": list(rule.event_values), "competing_values": list(rule.competing_values)}
    study, problems = parse_study({"format": 1, "dataset": {
        "name": "metabric", "role": "cohort", "expression": {**table, "samples": "rows", "scale": "z"},
        "clinical": table, "endpoint": endpoint}}, METABRIC.parent / "causes.toml")
    assert not problems
    dataset = load_dataset(study.datasets[0], FileShelf(), JobContext())
    keep = (KeepRule("her2_status", included=("Positive",)),) if her2 else ()
    return evaluate_cohort(CohortRule("HER2-positive" if her2 else "all", "metabric", keep), dataset,
                           dataset.endpoints[0])


def score_of(cohort: Cohort, *genes: str) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.bool_]]:
    """All rows, the mean z of the genes scaled to SD 1, and who is above the median."""
    values = cohort.expression[0].take(cohort.patients, genes)
    mean = ((values - values.mean(axis=0)) / values.std(axis=0, ddof=1)).mean(axis=1)
    score = (mean - mean.mean()) / mean.std(ddof=1)
    return np.arange(len(cohort.patients)), score, score > np.median(score)
