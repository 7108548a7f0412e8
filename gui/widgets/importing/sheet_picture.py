"""A sheet with what each row and column was read as, and the cells that need a look: what the coloured table shows.

Not for: painting it (sheet_table.py), or deciding the roles, which come from core's recipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable


class Role(IntEnum):
    """What a cell is. Rows and columns have roles too; a cell's role follows from both."""

    NOT_READ = 0
    SAMPLE = 1
    UNIT = 2
    GENE = 3
    VALUE = 4
    CLINICAL = 5
    SKIPPED = 6
    ANNOTATION = 7
    HEADER = 8


ROLE_WORDS: Mapping[Role, str] = {
    Role.SAMPLE: "sample", Role.UNIT: "unit row", Role.GENE: "gene", Role.VALUE: "values", Role.CLINICAL: "clinical",
    Role.ANNOTATION: "beside the gene", Role.NOT_READ: "not read", Role.SKIPPED: "left out", Role.HEADER: "header",
}
LOOK, DECIDE = "look", "decide"


@dataclass(frozen=True)
class Mark:
    """An edge round a cell: "look" or "decide", and the sentence about it."""

    kind: str
    words: str


@dataclass(frozen=True, eq=False)
class SheetPicture:
    """``rows`` and ``columns`` hold a Role each (HEADER, VALUE for data, SKIPPED, UNIT, NOT_READ for rows);
    ``header_of`` is the role of a header cell by its column.
    """

    table: RawTable
    rows: NDArray[np.uint8]
    columns: NDArray[np.uint8]
    header_of: NDArray[np.uint8]
    marks: Mapping[tuple[int, int], Mark] = field(default_factory=dict)

    def role(self, row: int, column: int) -> Role:
        """The role of one cell."""
        in_row = self.rows[row]
        if in_row == Role.HEADER:
            return Role(int(self.header_of[column]))
        if in_row in (Role.SKIPPED, Role.NOT_READ, Role.UNIT):
            if in_row == Role.UNIT and self.columns[column] == Role.NOT_READ:
                return Role.NOT_READ
            return Role(int(in_row))
        return Role(int(self.columns[column]))

    def roles_shown(self) -> tuple[Role, ...]:
        """The roles that occur, for the legend."""
        shown = {Role(int(each)) for each in np.unique(self.columns)} | {
            Role(int(each)) for each in np.unique(self.header_of)}
        shown |= {Role(int(each)) for each in np.unique(self.rows)} - {Role.VALUE, Role.HEADER}
        return tuple(role for role in ROLE_WORDS if role in shown and role != Role.HEADER)


def plain_picture(table: RawTable, marks: Mapping[tuple[int, int], Mark] | None = None) -> SheetPicture:
    """A sheet of which nothing could be read."""
    return SheetPicture(table, np.zeros(table.n_rows, np.uint8), np.zeros(table.n_columns, np.uint8),
                        np.zeros(table.n_columns, np.uint8), marks or {})
