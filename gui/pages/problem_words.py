"""A problem as sentences for a page: where, what, why it matters, what to do.

Not for: finding problems, or warnings with the labels of a form in them (warning_remedies.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.problems import Problem


def problem_sentences(problems: Sequence[Problem]) -> str:
    """Problems as sentences: where, what, why, what to do."""
    words = []
    for problem in problems:
        place = problem.where.words()
        what = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".")
        words.append(f"{place}: {what}." if place else f"{what}.")
        words += _further(problem)
    return " ".join(words)


def what_and_why(problem: Problem) -> tuple[str, str]:
    """A problem as a title, and as sentences that say where, why it matters and what to do."""
    place = problem.where.words()
    title = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".")
    return title, " ".join([*([f"{place}."] if place else []), *_further(problem)])


def first_of(problems: Sequence[Problem]) -> str:
    """The first of several that stand against the data, and how many more there are."""
    first = problems[0]
    more = f" {len(problems) - 1} more in the problems panel." if len(problems) > 1 else ""
    remedy = f" {first.remedy[0].upper()}{first.remedy[1:]}." if first.remedy else ""
    place = first.where.words()
    what = f"{first.what[0].upper()}{first.what[1:]}".rstrip(".")
    return f"{f'{place}: ' if place else ''}{what}.{remedy}{more}"


def _further(problem: Problem) -> list[str]:
    return [f"{part[:1].upper()}{part[1:].rstrip('.')}{'' if part.endswith('?') else '.'}"
            for part in (problem.why, problem.remedy) if part]
