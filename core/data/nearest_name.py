"""The name a user probably meant: used wherever a column, gene or key is refused by name.

Not for: gene aliases (gene_symbols.py) or sample names (sample_names.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like ``word``, ignoring case; empty when none is close."""
    folded = {choice.lower(): choice for choice in known}
    close = difflib.get_close_matches(word.lower(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def column_remedy(name: str, columns: Sequence[str]) -> str:
    """What to do about a column that does not exist: the nearest, else the first that do exist."""
    close = nearest(name, columns)
    if close:
        return f"did you mean “{close}”?"
    return "columns that exist: " + ", ".join(columns[:8]) + (", …" if len(columns) > 8 else "")
