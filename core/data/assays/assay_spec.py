"""A table of an assay as the study states it, the keys that each kind knows, and what reading it left to be known.

Not for: reading (ihc.py, phospho_array.py, blot.py, plate.py) or the text of study files (project/assay_section.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.data.sheets.recipe import TableSpec
from core.data.tables import ExpressionMatrix
from core.problems import Location

IHC, ARRAY, BLOT, PLATE = "ihc", "array", "blot", "plate"
ASSAY_KINDS = (IHC, ARRAY, BLOT, PLATE)
TITLES: Mapping[str, str] = {IHC: "IHC", ARRAY: "Phospho array", BLOT: "Blot", PLATE: "Plate"}
ASSAY_WORDS: Mapping[str, str] = {IHC: "IHC", ARRAY: "array", BLOT: "blot", PLATE: "plate"}

COLUMN_KEYS: Mapping[str, tuple[str, ...]] = {
    IHC: ("sample", "patient", "time_point", "antibody", "receptors", "percent_0", "percent_1", "percent_2",
          "percent_3", "h_score", "allred", "proportion", "intensity", "positive_percent", "category", "scorer",
          "core", "clone", "compartment", "ish", "irs"),
    ARRAY: ("sample", "patient", "time_point", "label", "coordinate", "signal", "background", "exposure", "spot_type",
            "replicate"),
    BLOT: ("sample", "patient", "time_point", "lane", "replicate", "targets", "loading"),
    PLATE: ("sample", "patient", "time_point", "target", "signal", "cq", "replicate", "well"),
}
"""Keys whose value is a column of the file, or several."""
LISTED_COLUMNS = frozenset(("receptors", "h_score", "allred", "positive_percent", "category", "irs", "signal",
                            "background", "targets"))
"""Those that may name several columns."""
CHOICE_KEYS: Mapping[str, tuple[str, ...]] = {
    IHC: ("score", "blank", "which", "receptor"),
    ARRAY: ("samples", "exposures", "reference", "negative", "saturation", "control", "layout", "background_sheet",
            "values"),
    BLOT: ("control",),
    PLATE: ("reference", "calibrator", "blank", "cycles", "receptor"),
}
"""Keys whose value is a decision, a name or a number."""
SHEET_KEYS = ("layout", "background_sheet")
"""Choices that name a further sheet of the same file."""
LISTED_CHOICES = frozenset(("which", "samples", "exposures", "reference", "negative"))
H_SCORE, ALLRED, CATEGORY, POSITIVE, IRS = "H-score", "Allred", "0-3+", "% positive", "IRS"
SIGNALS, CALLS = "signals", "calls"
SCORES = (H_SCORE, ALLRED, CATEGORY, POSITIVE, IRS)


@dataclass(frozen=True)
class AssaySpec:
    """One table of an assay.

    ``columns``: key -> columns of the file; ``choices``: key -> what was decided, as texts; ``pairs``: of a blot,
    column of the phosphorylated protein -> column of the protein. What is absent is detected and said.
    """

    kind: str
    table: TableSpec
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: Mapping[str, str] = field(default_factory=dict)

    def column(self, key: str) -> str:
        """The one column stated for a key; empty where none is."""
        return next(iter(self.columns.get(key, ())), "")

    def choice(self, key: str) -> str:
        """The one text decided for a key; empty where none is."""
        return next(iter(self.choices.get(key, ())), "")


@dataclass(frozen=True)
class ScorerAgreement:
    """How far the scorers of a receptor agree; kappa where two graded, ICC for numbers. NaN where it cannot be said."""

    gene: str
    measure: str
    scorers: tuple[str, ...]
    n: int
    kappa_linear: tuple[float, float, float] | None
    kappa_quadratic: tuple[float, float, float] | None
    icc: tuple[float, float, float]
    words: str


@dataclass(frozen=True, eq=False)
class AssayRecord:
    """What an assay's table says beyond its matrix.

    Parameters
    ----------
    spec : AssaySpec
        As stated, with what was detected filled in.
    unit : str
        What a biological replicate is here: "membranes", "blots", "experiments"; of IHC "biopsies".
    replicates : mapping of measure -> sample -> number
        Biological replicates behind each sample. Duplicate spots, wells, cores and scorers are not counted.
    parts : mapping of sample -> number
        Technical parts that were averaged: cores, spots, wells or lanes.
    calls : ExpressionMatrix or None
        Of arrays: 1 above the negative spots with agreeing duplicates, 0 not, NaN unknown.
    intervals : mapping of (measure, sample, gene) -> (low, high)
        Where a typed limit leaves more than one value possible.
    matrix_places : mapping of measure -> Location
        The place of the expression table that its values are in; several sheets of one kind are one table.
    """

    spec: AssaySpec
    place: Location
    unit: str
    replicates: Mapping[str, Mapping[str, int]]
    parts: Mapping[str, int] = field(default_factory=dict)
    calls: ExpressionMatrix | None = None
    intervals: Mapping[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)
    agreement: tuple[ScorerAgreement, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    matrix_places: Mapping[str, Location] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.spec.kind

    def n_replicates(self, measure: str) -> int:
        """The smallest number of biological replicates of a sample; 0 where the table has nothing of that measure."""
        return min(self.replicates.get(measure, {}).values(), default=0)
