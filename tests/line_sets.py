"""Sets of cell lines for tests: built in memory, and the example of HMS LINCS.

Not for: reading files; tests of loading do that themselves.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from core.analyses.base import SampleInputs
from core.data.dataset import Dataset, DatasetSpec
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_samples import evaluate_samples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ClinicalColumn, ClinicalTable, ExpressionMatrix, Missing, Scale
from core.jobs import JobContext
from core.problems import Location
from core.project.study_file import read_study

HMS = Path(__file__).resolve().parents[1] / "resources" / "examples" / "hms_lines" / "study.toml"
GENES = ("EGFR", "ERBB2", "ERBB3", "MET", "AXL", "IGF1R")


def column(name: str, cells: Sequence[object]) -> ClinicalColumn:
    """A clinical column; "" is blank, "> 10" above and "< 1" below a limit."""
    texts = tuple(str(cell) for cell in cells)
    numbers, missing, limits = np.full(len(texts), np.nan), {}, {}
    for row, text in enumerate(texts):
        if not text:
            missing[row] = Missing.BLANK
        elif text[0] in "<>":
            missing[row] = Missing.ABOVE_LIMIT if text[0] == ">" else Missing.BELOW_LIMIT
            limits[row] = float(text[1:])
        else:
            try:
                numbers[row] = float(text)
            except ValueError:
                numbers[row] = np.nan
    return ClinicalColumn(name, texts, numbers, missing, tuple(f"B{row + 2}" for row in range(len(texts))),
                          Location("lines.csv"), limits)


def line_set(values: np.ndarray, columns: Mapping[str, Sequence[object]], layout: Mapping[str, Mapping[str, str]],
             *, lines: Sequence[str] = (), genes: Sequence[str] = (), measures: Sequence[str] = ("mRNA",),
             scale: Scale = Scale.LOG2) -> SampleSet:
    """Lines L1, L2, … with these values (lines, genes) or (measures, lines, genes)."""
    tables = values[None] if values.ndim == 2 else values
    names = tuple(lines) or tuple(f"L{number}" for number in range(1, tables.shape[1] + 1))
    symbols = tuple(genes) or GENES[:tables.shape[2]]
    expression = tuple(ExpressionMatrix(names, symbols, table, scale, measure, Location(f"{measure}.csv"))
                       for table, measure in zip(tables, measures))
    clinical = ClinicalTable(names, {name: column(name, cells) for name, cells in columns.items()},
                             Location("lines.csv"))
    spec = DatasetSpec("lines", "cell_lines", layout=layout)
    return evaluate_samples(CohortRule("all", "lines"), Dataset(spec, expression, clinical, (), ()))


@functools.cache
def hms() -> SampleInputs:
    """The bundled lines with their response to lapatinib."""
    study = read_study(HMS)
    dataset = load_dataset(study.datasets[0], FileShelf(), JobContext())
    return SampleInputs(evaluate_samples(CohortRule("all", dataset.name), dataset), study.name, "it")


def of(samples: SampleSet) -> SampleInputs:
    return SampleInputs(samples, "a study", "it")
