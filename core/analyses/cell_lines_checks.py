"""What stands against comparing cell lines: too few, no difference, groups that add nothing, lines of one person.

Not for: choosing the lines (cell_lines_design.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.analyses.cell_lines_numbers import GROUPS
from core.data.lines.line_names import donor, read_line_names
from core.data.patients.sample_set import SampleSet
from core.figures.number_words import counted, list_words
from core.problems import Problem, user_error, warning

if TYPE_CHECKING:
    from core.analyses.cell_lines_design import Design


def refuse_too_little(design: Design) -> None:
    """Raise UserError "empty_group", "too_few_lines", "constant_response" or "nothing_within"."""
    n = len(design.lines)
    place = design.samples.place
    _refuse_nothing_within(design)
    if design.kind == GROUPS:
        for state, name in zip((False, True), design.names):
            if state not in design.resistant:
                raise user_error("empty_group", f"no {name} line is left with a value", place,
                                 why="Resistant lines are compared with sensitive ones.", answer_key="groups",
                                 remedy="check the values named in groups, the cut, and which lines have expression")
        return
    if n < 3:
        raise user_error("too_few_lines", f"{counted(n, 'line')} with “{design.response.name or 'response'}” "
                         "and expression cannot show whether they go together: 3 are the least", place,
                         remedy="check that the names of lines match between the tables", answer_key="samples")
    if np.ptp(design.response.ranked) == 0:
        raise user_error("constant_response", f"all {n} lines have the same {design.response.name}", place,
                         why="Nothing can go with a response that does not differ.",
                         remedy="name another column in response", answer_key="response")


def _kinds_within(design: Design) -> dict[str, set[float]]:
    """Which states or responses each group has that lines are compared within."""
    kinds: dict[str, set[float]] = {}
    for stratum, resistant, value in zip(design.strata, design.resistant, design.response.ranked):
        kinds.setdefault(stratum, set()).add(float(bool(resistant)) if design.kind == GROUPS else float(value))
    return kinds


def alone_within(design: Design) -> list[Problem]:
    """Which groups add nothing because their lines do not differ."""
    alone = [stratum for stratum, values in _kinds_within(design).items() if len(values) < 2]
    if not alone:
        return []
    count = sum(stratum in alone for stratum in design.strata)
    return [warning(
        "alone_within", f"{counted(count, 'line')} of {list_words(alone)} cannot be compared with others there: all "
        "are alike in response", design.samples.place, why="Lines are compared inside their group only.",
        remedy="name a column with larger groups, or leave them", answer_key="within")]


def _refuse_nothing_within(design: Design) -> None:
    """Lines are compared inside groups: some group must hold lines that differ in response."""
    kinds = _kinds_within(design)
    if kinds and all(len(values) < 2 for values in kinds.values()):
        what = f"both {design.names[0]} and {design.names[1]} lines" if design.kind == GROUPS else \
            "two lines with different responses"
        raise user_error("nothing_within", f"none of the {counted(len(kinds), 'group')} that lines are compared within "
                         f"holds {what}", design.samples.place, answer_key="within",
                         why="Lines are compared with others of their group only.",
                         remedy="take within out of the parameters, or name a column with larger groups")


def same_donor(names: Sequence[str], samples: SampleSet) -> list[Problem]:
    """Lines made from one person are less independent of each other than they look."""
    donors: dict[str, list[str]] = {}
    for line, name in zip(names, read_line_names(names)):
        if donor(name.parent):
            donors.setdefault(donor(name.parent), []).append(line)
    shared = [list_words(lines) for lines in donors.values() if len(lines) > 1]
    if not shared:
        return []
    return [warning(
        "lines_of_one_person", f"made from the same person, and counted as separate lines: {'; '.join(shared)}",
        samples.place, why="They are alike for that reason alone, and count for more than they are.",
        remedy='name a clinical column that holds the common origin: parameters = { parent = "…" }, or leave one out',
        answer_key="parent")]
