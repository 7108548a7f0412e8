"""Biopsies of patients before and after, built from plain arrays. Not for: real data, which lies in tests/data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analyses.base import SampleInputs
from core.data.dataset import DatasetSpec
from core.data.patients.sample_set import SampleSet
from core.data.reference import rtk_symbols
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Location
from tests.builders import clinical_table

Floats = NDArray[np.float64]


def biopsies(before: Floats, after: Floats, genes: Sequence[str] = (), *, scale: Scale = Scale.LOG2,
             columns: Mapping[str, Sequence[object]] | None = None, times: tuple[str, str] = ("pre", "post"),
             measure: str = "mRNA") -> SampleSet:
    """Patients P01, P02, … with the samples P01_pre and P01_post; ``before`` and ``after`` of shape (m, genes).

    ``columns`` are further clinical columns: one entry per patient (both samples get it), or two per patient.
    """
    m, count = before.shape
    names = tuple(genes) or rtk_symbols()[:count]
    patients = [f"P{number:02d}" for number in range(1, m + 1)]
    samples = tuple(f"{patient}_{time}" for patient in patients for time in times)
    values = np.empty((2 * m, count))
    values[0::2], values[1::2] = before, after
    clinical: dict[str, Any] = {"patient": [patient for patient in patients for _ in times], "time": list(times) * m}
    for name, entries in (columns or {}).items():
        clinical[name] = list(entries) if len(entries) == 2 * m and m else [each for each in entries for _ in times]
    matrix = ExpressionMatrix(samples, tuple(names), values, scale, measure, Location("expression.csv"))
    layout = {"pairs": {"patient": "patient", "time_point": "time", "before": times[0], "after": times[1]}}
    return SampleSet("all", "biopsies", DatasetSpec("biopsies", "biopsies", layout=layout), samples, (matrix,),
                     clinical_table(clinical, samples), (), ())


def drawn(m: int, genes: int, shifts: Mapping[int, float] | None = None, *, seed: int = 1,
          spread: float = 1.0) -> tuple[Floats, Floats]:
    """Simulated log2 values: patients differ by 2, changes by ``spread`` about 0 and about ``shifts`` of some genes."""
    random = np.random.default_rng(seed)
    before = 7.0 + random.normal(0.0, 2.0, (m, genes))
    change = random.normal(0.0, spread, (m, genes))
    for gene, shift in (shifts or {}).items():
        change[:, gene] += shift
    return before, before + change


def inputs(samples: SampleSet) -> SampleInputs:
    return SampleInputs(samples, "study", "biopsies")
