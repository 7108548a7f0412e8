"""Measured values as they stand in a sheet, samples by names, each still with its cell.

Not for: the scale, the genes or the analyses (expression_import.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import RawTable
from core.data.sheets.missing_values import MissingTokens, NumberBlock, read_block
from core.problems import Location


@dataclass(frozen=True, eq=False)
class ValueGrid:
    """Samples by names.

    ``rows`` and ``columns`` give the sheet cell of every value, each of a shape that broadcasts to that of ``values``
    (n_samples, n_names). ``sample_cells`` and ``name_cells`` are the (row, column) of the labels.
    """

    samples: tuple[str, ...]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    sample_cells: tuple[tuple[int, int], ...]
    name_cells: tuple[tuple[int, int], ...]
    block: NumberBlock
    library: NDArray[np.float64] | None = None

    def cell(self, sample: int, name: int) -> tuple[int, int]:
        """The (row, column) of one value in the sheet."""
        shape = self.values.shape
        return (int(np.broadcast_to(self.rows, shape)[sample, name]),
                int(np.broadcast_to(self.columns, shape)[sample, name]))

    def place(self, table: RawTable, sample: int, name: int) -> Location:
        """The location of one value, with its sample and name."""
        row, column = self.cell(sample, name)
        return table.place(row, column, sample=self.samples[sample], gene=self.names[name])

    def take_samples(self, kept: list[int]) -> ValueGrid:
        """The same grid with some samples only; nothing is copied where all stay."""
        if kept == list(range(len(self.samples))):
            return self
        rows = self.rows if self.rows.shape[0] == 1 else self.rows[kept]
        columns = self.columns if self.columns.shape[0] == 1 else self.columns[kept]
        return replace(
            self, samples=tuple(self.samples[at] for at in kept), values=self.values[kept], rows=rows, columns=columns,
            sample_cells=tuple(self.sample_cells[at] for at in kept),
            library=None if self.library is None else self.library[kept])


def grid_of_columns(table: RawTable, header_row: int | None, samples: list[tuple[int, str]], name_column: int,
                    names: list[tuple[int, str]], tokens: MissingTokens, *, calls: bool = False) -> ValueGrid:
    """Samples in columns: ``samples`` are (column, name), ``names`` are (row, name)."""
    columns, rows = [column for column, _ in samples], [row for row, _ in names]
    block = read_block(table, rows, columns, tokens, calls=calls)
    top = header_row if header_row is not None else 0
    return ValueGrid(
        tuple(name for _, name in samples), tuple(name for _, name in names), np.ascontiguousarray(block.values.T),
        np.asarray(rows, np.intp)[None, :], np.asarray(columns, np.intp)[:, None],
        tuple((top, column) for column in columns), tuple((row, name_column) for row in rows), block)


def grid_of_rows(table: RawTable, header_row: int | None, samples: list[tuple[int, str]], id_column: int,
                 names: list[tuple[int, str]], tokens: MissingTokens, *, calls: bool = False) -> ValueGrid:
    """Samples in rows: ``samples`` are (row, name), ``names`` are (column, name)."""
    rows, columns = [row for row, _ in samples], [column for column, _ in names]
    block = read_block(table, rows, columns, tokens, calls=calls)
    top = header_row if header_row is not None else 0
    return ValueGrid(
        tuple(name for _, name in samples), tuple(name for _, name in names), block.values,
        np.asarray(rows, np.intp)[:, None], np.asarray(columns, np.intp)[None, :],
        tuple((row, id_column) for row in rows), tuple((top, column) for column in columns), block)
