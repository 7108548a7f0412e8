"""How a file is to be read: what the study file states, what was detected, and the user's answers. All frozen.

Not for: reading (workbook.py), detecting (layout.py) or applying it (importing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.data.tables import Scale

COLLAPSE_RULES = ("highest mean", "mean", "median")
MEASURES = ("mRNA", "total", "phospho")


@dataclass(frozen=True)
class TableSpec:
    """One table as the study file states it (contract §2). ``None`` means "not stated: detect it and say so".

    ``header_row`` counts from 1 as the spreadsheet program does; 0 means there is no header and columns are called
    A, B, …. ``id`` is the sample column when samples are rows, the gene column when they are columns. ``only`` keeps
    the rows of a clinical table that hold these values: (column, value), such as one drug of a long table.
    """

    path: Path
    sheet: str | None = None
    id: str | None = None
    samples: str | None = None
    scale: Scale | None = None
    collapse: str | None = None
    measure: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing: tuple[str, ...] | None = None
    only: tuple[tuple[str, str], ...] = ()

    @property
    def file(self) -> str:
        """The file's name for the user."""
        return self.path.name


@dataclass(frozen=True)
class Answers:
    """What the user decided about single rows and cells (``[dataset.answers]``).

    ``genes``: name in the file -> symbol; ``samples``: name in the file -> sample id; ``cells``: address
    (``D17``, ``Sheet1!D17`` or ``file.xlsx!Sheet1!D17``) -> the value to use; ``drop``: sample names left out;
    ``average``: cell lines whose several rows are averaged.
    """

    genes: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    average: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportRecipe:
    """Everything that decides how one table was read, stated or detected. Reading it again needs no detection.

    Rows and columns are 0-based here; ``header_rows`` may hold several (two header rows are joined by a space).
    ``detected`` names the fields that were not stated by the user.
    """

    file: str
    sheet: str
    kind: str
    encoding: str
    delimiter: str
    decimal: str
    thousands: str
    header_rows: tuple[int, ...]
    first_row: int
    last_row: int
    id_column: int
    id_name: str
    samples: str
    first_value_column: int
    annotation_columns: tuple[int, ...]
    skipped_rows: tuple[int, ...]
    skipped_columns: tuple[int, ...]
    missing: tuple[str, ...]
    scale: Scale | None
    collapse: str
    measure: str
    detected: tuple[str, ...] = ()
