"""Small paired biopsies for tests, with whatever is planted. Not for: the simulated data of the example study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.data.dataset import DatasetSpec
from core.data.patients.pairs import PairedSamples, pair_samples
from core.data.patients.sample_set import SampleSet
from core.data.reference import gene_set, rtk_symbols
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Location
from tests.builders import clinical_table

RTKS = tuple(symbol for symbol in rtk_symbols() if symbol != "ERBB2")[:12]
GENES = (*RTKS, "ERBB2", *gene_set("stroma"), *gene_set("proliferation"), "XIST", "RPS4Y1")


def biopsies(patients: int = 16, *, changes: Mapping[str, Sequence[float] | float] | None = None,
             clinical: Mapping[str, Sequence[object]] | None = None, genes: Sequence[str] = GENES,
             scale: Scale = Scale.LOG2, seed: int = 5, layout: bool = True) -> tuple[SampleSet, PairedSamples]:
    """Paired samples ``P01_pre``, ``P01_post``, …: a level per patient and gene, a little noise, what is planted.

    ``changes`` are added to the sample after; ``clinical`` are columns with one value per sample, all samples before
    first, then all after.
    """
    rng = np.random.default_rng(seed)
    level = 8.0 + rng.normal(0.0, 1.0, (patients, len(genes)))
    for place, gene in enumerate(genes):
        if gene == "RPS4Y1":
            level[:, place] = 2.0 + rng.normal(0.0, 0.2, patients)
    before = level + rng.normal(0.0, 0.25, level.shape)
    after = level + rng.normal(0.0, 0.25, level.shape)
    for gene, change in (changes or {}).items():
        after[:, genes.index(gene)] += np.asarray(change)
    names = [f"P{number + 1:02d}" for number in range(patients)]
    samples = (*(f"{name}_pre" for name in names), *(f"{name}_post" for name in names))
    values = np.vstack([before, after])
    values.setflags(write=False)
    matrix = ExpressionMatrix(samples, tuple(genes), values, scale, "mRNA", Location("biopsies.csv"))
    columns = {"patient": [*names, *names], "time": ["pre"] * patients + ["post"] * patients, **(clinical or {})}
    parts = {"pairs": {"patient": "patient", "time_point": "time", "before": "pre", "after": "post"}} if layout else {}
    found = SampleSet("all", "biopsies", DatasetSpec("biopsies", "biopsies", layout=parts), samples, (matrix,),
                      clinical_table(columns, samples), (), ())
    return found, pair_samples(found)
