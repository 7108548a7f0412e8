"""What can be wrong with a user's files, settings or data, said so that a biologist can act on it.

Not for: faults of the program itself. Those are ordinary exceptions and end with exit status 1.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a finding weighs: a problem stops a table or an analysis, a warning does not."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Location:
    """Where something was found; every part is optional.

    ``file`` is the name as the user knows it (not a full path), ``cell`` an address such as ``D17`` or ``A2:A40``.
    """

    file: str = ""
    sheet: str = ""
    cell: str = ""
    sample: str = ""
    gene: str = ""

    def words(self) -> str:
        """``file › sheet › cell › sample``, with the parts that apply."""
        return " › ".join(part for part in (self.file, self.sheet, self.cell, self.sample or self.gene) if part)


@dataclass(frozen=True)
class Problem:
    """One finding: what, where, why it matters, what to do.

    ``code`` is a stable word such as ``no_events``; ``answer_key`` names the key of the study file that settles
    the question, where one does.
    """

    code: str
    what: str
    where: Location = field(default_factory=Location)
    why: str = ""
    remedy: str = ""
    severity: Severity = Severity.PROBLEM
    answer_key: str = ""

    def line(self) -> str:
        """One line for stderr: ``file › sheet › cell › sample: what; remedy``."""
        place = self.where.words()
        text = f"{place}: {self.what}" if place else self.what
        if self.remedy:
            text = f"{text.rstrip('. ')}; {self.remedy}"
        return " ".join(text.split())

    def as_dict(self) -> dict[str, Any]:
        """The entry of ``problems.json``: every key always present, empty text where it does not apply."""
        place = asdict(self.where)
        return {
            "severity": str(self.severity),
            "code": self.code,
            **place,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "answer_key": self.answer_key,
        }

    def at(self, **parts: str) -> Problem:
        """The same finding with further parts of its place filled in (those already there are kept)."""
        known = {name: value for name, value in asdict(self.where).items() if value}
        return replace(self, where=Location(**{**parts, **known}))


def warning(code: str, what: str, where: Location | None = None, *, why: str = "", remedy: str = "",
            answer_key: str = "") -> Problem:
    """A finding that is told and does not stop anything."""
    return Problem(code, what, where or Location(), why, remedy, Severity.WARNING, answer_key)


def note(code: str, what: str, where: Location | None = None, *, why: str = "", remedy: str = "") -> Problem:
    """A change, a drop or a guess that belongs in the import report and needs no action."""
    return Problem(code, what, where or Location(), why, remedy, Severity.NOTE)


class UserError(Exception):
    """Something the user can mend, carried as one or more problems."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("a UserError carries at least one problem")
        self.problems = problems
        super().__init__("\n".join(problem.line() for problem in problems))

    def __reduce__(self) -> tuple[type[UserError], tuple[Problem, ...]]:
        """Whole on the way from another process: exceptions are made again from their text otherwise."""
        return type(self), self.problems


def user_error(code: str, what: str, where: Location | None = None, *, why: str = "", remedy: str = "",
               answer_key: str = "") -> UserError:
    """A UserError of one problem."""
    return UserError(Problem(code, what, where or Location(), why, remedy, Severity.PROBLEM, answer_key))
