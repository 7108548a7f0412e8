"""The answer to a question about a name or a cell, as the line that goes under [dataset.answers] in a study file.

Not for: reading answers (project/study_file.py) or applying them (sheets/importing.py, sheets/sample_answers.py).
"""

from __future__ import annotations

import json

from core.problems import Location


def answer_line(kind: str, name: str, value: str) -> str:
    """``genes."1-Mar" = "MARCHF1"``: TOML's dotted form, because several such lines may stand below one another."""
    return f"{kind}.{json.dumps(name, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}"


def cell_line(place: Location, value: str = "…") -> str:
    """The line that gives a cell a value, with its whole address: ``cells."lab.xlsx!Sheet1!D17" = "…"``."""
    return answer_line("cells", "!".join(part for part in (place.file, place.sheet, place.cell) if part), value)
