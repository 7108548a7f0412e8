"""Result tables as csv files that other programs read back exactly (contract §3).

Not for: people; the workbook (workbook.py) is for them.
"""

from __future__ import annotations

import csv
import io
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from core.analyses.base import ResultTable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(table: ResultTable, path: Path) -> Path:
    """Write a table: UTF-8 without a mark, comma, ``\\n``, decimal point; equal tables give equal bytes.

    Parameters
    ----------
    table : ResultTable
        Its columns in their order; None, NaN and infinities are written as empty cells.
    path : Path
        The file; its folder is made if need be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = csv_text(table)
    path.write_bytes(text.encode("utf-8", errors="replace"))
    return path


def csv_text(table: ResultTable) -> str:
    """The whole file as text."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([protected(name) for name in table.columns])
    columns = [list(map(cell_text, values)) for values in table.columns.values()]
    if len(columns) == 1:
        # A lone empty cell would be an empty line, which readers skip.
        target.write("".join(f"{_single(text)}\n" for text in columns[0]))
    else:
        writer.writerows(zip(*columns, strict=True))
    return target.getvalue()


def cell_text(value: Any) -> str:
    """One cell: the shortest text that reads back equal.

    Whole floats without a decimal point, ``true`` and ``false``, empty where nothing is defined. Infinity is not a
    result of any analysis and counts as not defined. Text that a spreadsheet program would run as a formula gets an
    apostrophe in front, the mark such programs use themselves.
    """
    if value is None:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, np.floating) and value.dtype.itemsize < 8:
        # A float32 prints its own shortest text, not that of the double it becomes.
        return _number(float(value), np.format_float_positional(value, trim="-"))
    if isinstance(value, (float, np.floating)):
        return _number(float(value), repr(float(value)))
    if isinstance(value, os.PathLike):
        return protected(os.fspath(value).replace("\\", "/"))
    return protected(str(value))


def protected(text: str) -> str:
    """Text that cannot run: an apostrophe before ``= + - @``, tab and carriage return, unless it is a number."""
    if not text.startswith(FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _number(value: float, text: str) -> str:
    if not math.isfinite(value):
        return ""
    if value == 0:
        return "0"
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return text


def _single(text: str) -> str:
    if text == "" or any(letter in text for letter in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
