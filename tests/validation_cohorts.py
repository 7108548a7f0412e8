"""Small cohorts with receptors and follow-up for tests of validation. Not for: real patients; those lie in tests/data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.patients.cohort import Cohort
from core.data.tables import EndpointRule, ExpressionMatrix, Scale
from core.problems import Location
from tests.builders import clinical_table

GENES = ("EGFR", "ERBB2", "ERBB3", "IGF1R", "KIT", "MET", "AXL", "RET")


def made_cohort(name: str, seed: int, *, patients: int = 80, effect: float = 0.6, genes: Sequence[str] = GENES,
                dataset: str = "", endpoint: str = "overall survival", unit: str = "months",
                driving: Sequence[str] = ("EGFR", "MET")) -> Cohort:
    """Exponential times whose log rate rises by ``effect`` per SD of the mean of the driving genes; a third censored."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(patients, len(genes)))
    risk = sum((values[:, list(genes).index(gene)] for gene in driving if gene in genes), np.zeros(patients))
    spread = float(risk.std()) or 1.0
    time = generator.exponential(np.exp(-effect * risk / spread) * 60.0)
    censored = generator.exponential(120.0, size=patients)
    ids = tuple(f"{name}-{row:03d}" for row in range(patients))
    return cohort_of(name, ids, values, np.minimum(time, censored), time <= censored, genes, dataset=dataset or name,
                     endpoint=endpoint, unit=unit)


def cohort_of(name: str, ids: Sequence[str], values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
              time: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
              event: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], genes: Sequence[str], *, dataset: str = "",
              endpoint: str = "overall survival", unit: str = "months") -> Cohort:
    """A cohort of exactly these patients."""
    clinical = clinical_table({"time": list(time), "event": [int(one) for one in event]}, ids)
    matrix = ExpressionMatrix(tuple(ids), tuple(genes), np.asarray(values, dtype=float), Scale.LOG2, "mRNA",
                              Location(f"{name}.csv"))
    return Cohort(name, dataset or name, tuple(ids), EndpointRule(endpoint, "time", unit, "event", (1,)),
                  np.asarray(time, dtype=float), np.asarray(event, dtype=bool), (matrix,), clinical, (), ())
