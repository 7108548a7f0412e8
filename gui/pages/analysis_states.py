"""What stands above a result or instead of it, as words: stale, running anew, failed, stopped, ready, what is missing.

Not for: widgets. Exact words of the states in one place, so that they can be tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gui.pages.problem_words import problem_sentences, what_and_why

if TYPE_CHECKING:
    from core.problems import Problem
    from gui.pages.analysis_facts import Need
    from gui.session import Outcome


@dataclass(frozen=True)
class Spoken:
    """What the answer strip says of a result; ``state`` "ok", "nothing" or "unsure", and ``why`` it is unsure."""

    sentence: str
    explanation: str
    numbers: tuple[tuple[str, str, str], ...]
    state: str = "ok"
    why: str = ""


UNSURE = (("Show estimates", "estimates"), ("How many would I need?", "plan"), ("Why?", "why"))
"""What can be asked where the data cannot say."""
Action = tuple[str, str]
Button = tuple[str, str, bool]
EmptyWords = tuple[str, str, str, tuple[Button, ...], str]
"""Icon, title, text, buttons, colour token."""
BROKE = "Something broke in RTKscope. Your study is safe"
THE_FILE_ONLY = ("the data in the file",)


@dataclass(frozen=True)
class Situation:
    """How an analysis stands. Empty words and tuples mean that there is nothing of the kind."""

    finished_at: str = ""
    running: str = ""
    failure: tuple[Problem, ...] = ()
    fault: bool = False
    stopped_at: str = ""
    stale: bool = False
    changes: tuple[str, ...] = ()


def notice_of(now: Situation) -> tuple[str, str, tuple[Action, ...]] | None:
    """Kind, sentence and remedies of the banner above a result; None when it is up to date."""
    shown = f"The figure shows the run of {now.finished_at}."
    if now.running:
        return "info", f"{now.running}. {shown}", (("Cancel", "cancel"),)
    if now.fault:
        return "error", f"{BROKE}. {shown}", (("Run again", "run"), ("Copy the error", "copy error"))
    if now.failure:
        return "error", f"{problem_sentences(now.failure[:1])} {shown}", (("Put the settings back", "back"),)
    if now.stale:
        back = () if now.changes == THE_FILE_ONLY else (("Put the settings back", "back"),)
        stopped = f"Stopped at “{now.stopped_at}”. " if now.stopped_at else ""
        return ("stale", f"{stopped}Settings changed: {'; '.join(now.changes)}. {shown}",
                (("Run again", "run"), *back))
    if now.stopped_at:
        return "info", f"Stopped at “{now.stopped_at}”. Nothing of that run is kept. {shown}", (("Run again", "run"),)
    return None


def empty_of(now: Situation, need: Need | None, fields: Sequence[str], cohort_page: bool = True) -> EmptyWords | None:
    """What stands instead of a result; None when the analysis is ready to run.

    ``cohort_page``: the page Cohort shows who is in.
    """
    if need is not None:
        return need.icon, need.title, need.text, need.actions, need.token
    if now.fault:
        return ("err", BROKE, "The analysis ended before its result. The settings are as they were.",
                (("Run again", "run", True), ("Copy the error", "copy error", False)), "err")
    if now.failure:
        title, text = what_and_why(now.failure[0])
        return "err", title, text, ways_out(now.failure[0], fields, cohort_page), "err"
    if now.stopped_at:
        return ("stale", "Stopped before there was a result", f"Stopped at “{now.stopped_at}”. Nothing of that run is "
                "kept.", (("Run again", "run", True),), "accent")
    return None


def at_its_field(problem: Problem, values: Mapping[str, Any]) -> Problem:
    """The problem with the setting that it is about, where it names a value of one ("there is no column “er”")."""
    if problem.answer_key in values:
        return problem
    for name, value in values.items():
        if isinstance(value, tuple) and any(f"“{each}”" in problem.what for each in value):
            return replace(problem, answer_key=name)
    return problem


def ways_out(problem: Problem, fields: Sequence[str], cohort_page: bool = True) -> tuple[Button, ...]:
    """What to do about a problem: its setting, its cohort, or its file."""
    if problem.answer_key in fields:
        return (("Show the setting", f"field {problem.answer_key}", True), ("Run again", "run", False))
    if cohort_page and problem.code in ("nobody_left", "no_events", "value_nobody_has", "no_column"):
        return (("Go to Cohort", "cohort page", True), ("Go to Import", "import page", False))
    return (("Go to Import", "import page", True), ("Run again", "run", False))


def run_state(now: Situation, why_not: str, seconds: float, outcome: Outcome | None) -> tuple[str, str]:
    """State and sentence at the foot of the settings."""
    if now.running:
        return "running", f"Running since {int(seconds)} s" if seconds >= 1 else "Running"
    if why_not:
        return "blocked", why_not
    if outcome is None:
        return "never", "Not run yet"
    if now.stale:
        return "stale", f"Settings changed since {now.finished_at}"
    seed = outcome.result.parameters.get("seed")
    return "done", (f"Up to date. Ran {outcome.finished_at} in {outcome.seconds:.1f} s"
                    + (f", seed {seed}" if seed is not None else ""))
