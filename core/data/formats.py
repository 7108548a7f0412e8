"""Files whose layout is known beforehand: GCT, GEO series matrix, cBioPortal.

Not for: tables whose layout must be detected (layout.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayoutHints:
    """What a known file format says about its table. Rows and columns are 0-based; ``last_row`` is included.

    ``samples`` is "rows" or "columns". ``annotation_columns`` describe genes and are no samples. ``skipped_rows`` are
    rows of the file that belong to the format and not to the table.
    """

    header_rows: tuple[int, ...]
    first_row: int
    last_row: int
    id_column: int
    first_value_column: int
    samples: str
    annotation_columns: tuple[int, ...] = ()
    skipped_rows: tuple[int, ...] = ()
    transformation: str = ""
