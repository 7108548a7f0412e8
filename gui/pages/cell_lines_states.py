"""Exact words of what the Cell lines page says instead of its figures, above them and under its question.

Not for: widgets, or words that stand in the result itself (core/analyses/cell_lines_words.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.figures.number_words import counted, list_words
from gui.pages.analysis_facts import Need
from gui.pages.analysis_states import Spoken

if TYPE_CHECKING:
    from core.analyses.cell_lines_numbers import CellLinesNumbers
    from core.data.dataset import DatasetSpec

WHAT_IS_NEEDED = ("Add lines with a response (IC50 or resistant and sensitive) and protein or expression.")
IMPORT, BUNDLED = ("Import lines…", "import", True), ("Use the bundled panel", "bundled panel", False)
SHOW_LINES, PLAN = ("Show every line", "show lines"), ("How many lines?…", "plan")
RESPONSES = ("response", "groups", "pairs")
"""What a data set of lines can state in its layout."""


def needed(need: Need) -> Need:
    """What the page lacks before there are lines."""
    if need.problems:
        return need
    return Need("No cell lines yet", WHAT_IS_NEEDED, (IMPORT, BUNDLED))


def without_response(specs: tuple[DatasetSpec, ...]) -> Need:
    """Lines are here, and nothing says which of them are resistant."""
    names = list_words([f"“{spec.name}”" for spec in specs])
    return Need("These lines have no response", f"{names} {'does' if len(specs) == 1 else 'do'} not say how the lines "
                "respond. Name a column of GI50, IC50 or AUC, or which lines are resistant and which sensitive.",
                (("Go to Import", "import page", True), BUNDLED))


def spoken_of(numbers: CellLinesNumbers) -> Spoken:
    """The answer of a result."""
    from core.analyses.cell_lines_words import answer

    found = answer(numbers)
    return Spoken(found.sentence, found.explanation, found.numbers, found.state,
                  found.explanation if found.state == "unsure" else "")


def context_of(numbers: CellLinesNumbers) -> str:
    """``29 lines of “HMS lines”, lapatinib GI50, total protein (3 replicates), phospho (1 membrane)``."""
    from core.analyses.cell_lines_numbers import PAIRS
    from core.analyses.cell_lines_words import measure_words

    many = counted(len(numbers.pairs), "parental pair") if numbers.design == PAIRS else \
        counted(len(numbers.lines), "line")
    parts = [f"{many} of “{numbers.samples.dataset}”"]
    parts += [f"{numbers.response_name} ({numbers.direction})"] if numbers.response_name else []
    parts += [measure_words(one) + (f" ({counted(one.replicates, 'replicate')})" if one.replicates > 1 else "")
              for one in numbers.measures]
    parts += [f"within {numbers.within}"] if numbers.within else []
    parts += [f"adjusted for {list_words(numbers.adjusted)}"] if numbers.adjusted else []
    return ", ".join(parts)
