"""How many pairs, events or cell lines would I need? Asked before an experiment, answered in words, a table, a curve.

Not for: running as an analysis of a study, or for power after the fact: the effect is what would matter, never what was
seen. The formulas are in core/statistics/planning.py and power.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analyses.base import ResultTable
from core.analyses.planner_words import (
    EVENTS,
    LINES,
    PAIRS,
    PlanPoint,
    answer_words,
    effect_words,
    plan_figure,
)
from core.figures.spec import FigureSpec
from core.statistics import planning
from core.statistics.power import detectable_hazard_ratio

__all__ = ["EVENTS", "LINES", "PAIRS", "PlannerAnswer", "PlannerQuestion", "plan", "question_of_events",
           "question_of_lines", "question_of_pairs"]

GROUPS, RESPONSE = "groups", "response"
ASSUMED_SD = 1.0
_EFFECTS = {PAIRS: 1.0, LINES: 1.0, EVENTS: 1.5}
_FEWEST = {PAIRS: 3, LINES: 6, EVENTS: 10}


@dataclass(frozen=True)
class PlannerQuestion:
    """What is planned and for which effect.

    Parameters
    ----------
    kind : str
        "pairs" (biopsies), "events" (patients with follow-up) or "lines" (cell lines).
    receptors : int
        How many are tested: every alpha is divided by it.
    effect : float
        Pairs: mean change. Lines in groups: difference; with a response: correlation. Events: hazard ratio per SD.
    sd : float
        SD of the changes (pairs) or of the lines within a group; not used for events and correlations.
    design : str
        Lines: "groups" (sensitive and resistant) or "response" (a measured one).
    share : float
        Lines: the share in the smaller group. Events: the share of patients who have the event.
    have : int
        What is there now; 0 where nothing is.
    pilot : str
        Where ``sd`` comes from, in words; empty where it is assumed.
    simulated : bool
        True where the pilot is of simulated data: the figure then says so.
    """

    kind: str = PAIRS
    receptors: int = 58
    effect: float = 1.0
    sd: float = ASSUMED_SD
    power: float = 0.8
    alpha: float = 0.05
    design: str = GROUPS
    share: float = 0.5
    have: int = 0
    unit: str = "log2"
    pilot: str = ""
    simulated: bool = False

    @property
    def corrected_alpha(self) -> float:
        return self.alpha / max(1, self.receptors)

    @property
    def correlates(self) -> bool:
        return self.kind == LINES and self.design == RESPONSE

    def usable(self) -> str:
        """Why the question cannot be answered; empty where it can."""
        if self.receptors < 1:
            return "At least one receptor is tested."
        if not 0.5 <= self.power < 1:
            return "Power lies between 0.5 and 1."
        if self.kind == EVENTS:
            if not np.isfinite(self.effect) or self.effect <= 0 or abs(np.log(self.effect)) < 0.01:
                return "A hazard ratio of 1 is no effect: choose one above or below it."
            return "" if 0 < self.share <= 1 else "The share of patients with the event lies between 0 and 1."
        if self.correlates:
            return "" if 0 < abs(self.effect) < 1 else "A correlation lies between 0 and 1."
        if not (np.isfinite(self.effect) and self.effect != 0):
            return "Choose the change that would matter to you; 0 is none."
        return "" if np.isfinite(self.sd) and self.sd > 0 else "The SD is above 0."


@dataclass(frozen=True, eq=False)
class PlannerAnswer:
    """``headline`` answers, ``sentences`` say what it rests on; ``needed`` is 0 where no number is enough."""

    question: PlannerQuestion
    needed: int
    headline: str
    sentences: tuple[str, ...]
    table: ResultTable
    figure: FigureSpec
    points: tuple[PlanPoint, ...] = field(default=())


def plan(question: PlannerQuestion) -> PlannerAnswer:
    """The answer: how many are needed, what is there now would show, a table and a curve.

    Raises
    ------
    ValueError
        Where the question cannot be answered; ``usable`` says why in words.
    """
    if why := question.usable():
        raise ValueError(why)
    needed, named = needed_for(question), needed_for(replace(question, receptors=1))
    points = tuple(_point(question, n) for n in _numbers(question, needed, named))
    curve = tuple(_point(question, n) for n in _curve_numbers(question, needed))
    headline, sentences = answer_words(question, needed, named, detectable(question, question.have),
                                       floor_of(question))
    return PlannerAnswer(question, needed, headline, sentences, _table(question, points),
                         plan_figure(question, needed, curve), points)


def needed_for(question: PlannerQuestion) -> int:
    """The fewest pairs, events or lines for the effect; never below what the permutation P itself needs."""
    alpha, power = question.corrected_alpha, question.power
    if question.kind == EVENTS:
        return planning.events_needed(question.effect, question.receptors, power, question.alpha)
    if question.correlates:
        found = planning.correlated_needed(abs(question.effect), alpha, power)
    elif question.kind == LINES:
        found = planning.lines_needed(abs(question.effect), question.sd, alpha, power, question.share)
    else:
        found = planning.pairs_needed(abs(question.effect), question.sd, alpha, power)
    return max(found, floor_of(question)) if found else 0


def floor_of(question: PlannerQuestion) -> int:
    """The fewest that can reach the corrected P at all by flips or shuffles, whatever the effect; 1 for events."""
    if question.kind == EVENTS:
        return 1
    if question.correlates:
        return planning.fewest_correlated(question.alpha)
    if question.kind == LINES:
        return planning.fewest_lines(question.share, question.alpha)
    return planning.fewest_flips(question.alpha)


def detectable(question: PlannerQuestion, n: int) -> float:
    """The smallest effect that ``n`` pairs, events or lines show with the power asked for; NaN where too few."""
    alpha, power = question.corrected_alpha, question.power
    if n < floor_of(question):
        return float("nan")
    if question.kind == EVENTS:
        return detectable_hazard_ratio(n, question.receptors, power, question.alpha)
    if question.correlates:
        return planning.detectable_correlation(n, alpha, power)
    if question.kind == LINES:
        return planning.detectable_difference(*planning.split_groups(n, question.share), question.sd, alpha, power)
    return planning.detectable_change(n, question.sd, alpha, power)


def _point(question: PlannerQuestion, n: int) -> PlanPoint:
    return PlanPoint(n, detectable(question, n), detectable(replace(question, receptors=1), n))


def _numbers(question: PlannerQuestion, needed: int, named: int) -> list[int]:
    """The rows of the table: round numbers around what is needed, and what is there."""
    steps = {PAIRS: (6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 80, 120, 200),
             LINES: (6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 80, 120, 200),
             EVENTS: (10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 1000)}[question.kind]
    chosen = {needed, named, question.have} - {0}
    middle = needed or steps[len(steps) // 2]
    close = sorted(steps, key=lambda n: abs(np.log(n / middle)))[:7]
    return sorted(chosen | set(close))


def _curve_numbers(question: PlannerQuestion, needed: int) -> list[int]:
    """Up to 60 numbers from the fewest to well beyond what is needed and what is there."""
    most = max(3 * _FEWEST[question.kind], round(2.2 * (needed or 100)), round(1.3 * question.have), 24)
    most = min(most, planning.MOST)
    return sorted({round(n) for n in np.geomspace(_FEWEST[question.kind], most, 60)})


def _table(question: PlannerQuestion, points: tuple[PlanPoint, ...]) -> ResultTable:
    what = effect_words(question)
    columns: dict[str, list[float | int | None]] = {
        question.kind: [point.n for point in points], "detectable": [point.detectable for point in points],
        "detectable_alone": [point.alone for point in points]}
    about = {question.kind: f"Number of {question.kind}",
             "detectable": f"Smallest {what} likely to be seen in one of {question.receptors} receptors, corrected",
             "detectable_alone": f"Smallest {what} likely to be seen in one receptor or score named beforehand"}
    if question.kind == PAIRS:
        columns["smallest_p_flips"] = [2.0 / 2.0**point.n for point in points]
        columns["smallest_p_signed_rank"] = [min(1.0, question.receptors * 2.0 / 2.0**point.n) for point in points]
        about["smallest_p_flips"] = "Smallest corrected P that flips of whole patients can give, 2 / 2^pairs"
        about["smallest_p_signed_rank"] = "Smallest P of one signed rank test times the number of receptors"
    elif question.kind == EVENTS:
        columns["patients"] = [int(np.ceil(point.n / question.share - 1e-9)) for point in points]
        about["patients"] = f"Patients at {100 * question.share:.3g} % with the event"
    elif not question.correlates:
        groups = [planning.split_groups(point.n, question.share) for point in points]
        columns["group_1"], columns["group_2"] = [first for first, _ in groups], [second for _, second in groups]
        about["group_1"], about["group_2"] = "Lines in one group", "Lines in the other"
    return ResultTable("plan", columns, f"What a number of {question.kind} is likely to show "
                       f"({100 * question.power:.3g} % power)", about)


def question_of_pairs(change: ArrayLike, unit: str, *, effect: float | None = None) -> PlannerQuestion:
    """A question about pairs with the SD of a result: the median over its receptors.

    ``change``: (pairs, receptors), NaN where missing.
    """
    table = np.asarray(change, dtype=np.float64)
    sd = _spread([_sd(table[:, place]) for place in range(table.shape[1])])
    pairs = len(table)
    start = PlannerQuestion(PAIRS, max(1, table.shape[1]), have=pairs, unit=unit)
    return _with_pilot(start, sd, effect, f"median SD of the changes of {table.shape[1]} receptors in {pairs} pairs")


def question_of_lines(values: ArrayLike, resistant: ArrayLike | None, unit: str, *,
                      effect: float | None = None) -> PlannerQuestion:
    """A question about cell lines with the SD within groups of a result (median over its receptors).

    ``values``: (lines, receptors); ``resistant``: True or False per line, or None for a measured response.
    """
    table = np.asarray(values, dtype=np.float64)
    lines, receptors = table.shape
    start = PlannerQuestion(LINES, max(1, receptors), have=lines, unit=unit)
    if resistant is None:
        return replace(start, design=RESPONSE, effect=0.6 if effect is None else effect)
    group = np.asarray(resistant, dtype=bool)
    sd = _spread([_pooled_sd(table[:, place], group) for place in range(receptors)])
    share = float(np.clip(min(group.sum(), (~group).sum()) / max(1, lines), 0.05, 0.5)) if lines else 0.5
    return _with_pilot(replace(start, share=share), sd, effect,
                       f"median SD within groups of {receptors} receptors in {lines} lines")


def question_of_events(events: int, patients: int, receptors: int, *, effect: float = 1.5) -> PlannerQuestion:
    """A question about events of a cohort; hazard ratios are per SD, so no SD is needed."""
    share = min(1.0, max(events / patients, 0.01)) if patients and events else 0.3
    return PlannerQuestion(EVENTS, max(1, receptors), effect, have=events, share=share, unit="",
                           pilot=f"{events} events in {patients} patients" if events else "")


def default_question(kind: str) -> PlannerQuestion:
    """A question about a kind without any data: 58 receptors, an SD of 1 assumed and said."""
    if kind == EVENTS:
        return question_of_events(0, 0, 58)
    return PlannerQuestion(kind, effect=_EFFECTS[kind])


def _with_pilot(question: PlannerQuestion, sd: float, effect: float | None, pilot: str) -> PlannerQuestion:
    known = bool(np.isfinite(sd) and sd > 0)
    size = effect if effect is not None else 1.0 if question.unit.startswith("log") else float(f"{sd:.1g}") if known \
        else 1.0
    return replace(question, sd=float(f"{sd:.3g}") if known else ASSUMED_SD, effect=size, pilot=pilot if known else "")


def _sd(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1)) if len(known) > 1 else float("nan")


def _pooled_sd(values: NDArray[np.float64], group: NDArray[np.bool_]) -> float:
    """The SD within two groups together, n - 2."""
    parts = [values[np.isfinite(values) & member] for member in (group, ~group)]
    df = sum(max(0, len(part) - 1) for part in parts)
    total = sum(float(((part - part.mean()) ** 2).sum()) for part in parts if len(part) > 1)
    return float(np.sqrt(total / df)) if df else float("nan")


def _spread(each: list[float]) -> float:
    known = [sd for sd in each if np.isfinite(sd) and sd > 0]
    return float(np.median(known)) if known else float("nan")
