"""Cells copied in a spreadsheet program, kept as a file of our own so that a study can hold them.

Not for: reading the table, which core does as with any other file.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

FOLDER = "pasted"
MOST_SPANNED = 1000
WIDEST = 20_000
"""Columns; a cell that says it spans more is cut there, so that no clipboard fills the memory."""


class _Cells(HTMLParser):
    """The first table of an HTML text, cell by cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._in_cell = False
        self._done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._done:
            return
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            stated = next((value for name, value in attrs if name == "colspan"), None) or "1"
            spanned = min(int(stated), MOST_SPANNED) if stated.isdecimal() and 0 < len(stated) < 6 else 1
            self._at = len(self.rows[-1]) - 1
            self.rows[-1] += [""] * min(max(spanned, 1) - 1, max(0, WIDEST - len(self.rows[-1])))
            self._in_cell = True
        elif tag == "br" and self._in_cell:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        elif tag == "table" and any(self.rows):
            self._done = True

    def handle_data(self, data: str) -> None:
        if self._in_cell and not self._done:
            self.rows[-1][self._at] += data


def table_text(text: str, html: str = "") -> str:
    """The copied cells with tabs between them; empty where neither text nor HTML holds a table.

    Spreadsheet programs give both; the text has the cells as they are shown, so it is preferred. A text of one column
    and one line is no table.
    """
    if "\t" in text or (text.strip().count("\n") and not html):
        return text
    if html:
        reader = _Cells()
        reader.feed(html)
        rows = [[" ".join(cell.split()) for cell in row] for row in reader.rows if row]
        if rows and max(map(len, rows)) > 1:
            return "\n".join("\t".join(row) for row in rows) + "\n"
    return text if text.strip().count("\n") else ""


def save_pasted(text: str, home: Path, now: datetime | None = None) -> Path:
    """Write the cells to a file only this user can read; the same cells are one file, however often they are pasted.

    Raises OSError where the folder cannot be written.
    """
    content = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    mark = hashlib.sha256(content).hexdigest()[:6]
    known = sorted(folder.glob(f"pasted * {mark}.tsv"))
    if known and known[0].read_bytes() == content:
        return known[0]
    path = folder / f"pasted {(now or datetime.now()):%Y-%m-%d %H-%M} {mark}.tsv"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return path
