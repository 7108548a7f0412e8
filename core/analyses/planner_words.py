"""The planner's words and its curve.

Not for: the numbers in them (planner.py, core/statistics/planning.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.figures.number_words import count_words, counted, number_words, percent_words, ratio_words
from core.figures.spec import Axis, FigureSpec, Label, Line, Mark, Panel, Points, Rule
from core.statistics import planning

if TYPE_CHECKING:
    from core.analyses.planner import PlannerQuestion

PAIRS, EVENTS, LINES = "pairs", "events", "lines"
SIMULATED = "Simulated data"
ONE = {PAIRS: "pair", EVENTS: "event", LINES: "line"}
X_WORDS = {PAIRS: "Pairs (both samples of one patient)", EVENTS: "Events (number)", LINES: "Cell lines (number)"}


@dataclass(frozen=True)
class PlanPoint:
    """What ``n`` would show: the effect in one of all receptors (corrected), and in one named beforehand."""

    n: int
    detectable: float
    alone: float


def effect_words(question: PlannerQuestion) -> str:
    """What is looked for: "mean change (log2)", "hazard ratio per SD", …"""
    if question.kind == EVENTS:
        return "hazard ratio per SD"
    if question.correlates:
        return "correlation (Spearman)"
    unit = f" ({question.unit})" if question.unit else ""
    return f"{'mean change' if question.kind == PAIRS else 'difference'}{unit}"


def size_words(question: PlannerQuestion, size: float) -> str:
    """An effect with its unit: "a change of 1.0 log2", "a hazard ratio of 1.50 per SD"."""
    if question.kind == EVENTS:
        return f"a hazard ratio of {ratio_words(size)} per SD"
    if question.correlates:
        return f"a correlation of {number_words(abs(size))}"
    unit = f" {question.unit}" if question.unit else ""
    return f"a {'mean change' if question.kind == PAIRS else 'difference'} of {number_words(abs(size))}{unit}"


def have_words(question: PlannerQuestion, shown: float, floor: int) -> str:
    """What the number that is there is likely to show."""
    there = counted(question.have, ONE[question.kind])
    are = "is" if question.have == 1 else "are"
    if not np.isfinite(shown):
        how = "flips need" if question.kind == PAIRS else "shuffles need"
        least = f": {how} at least {floor}" if question.have < floor else ""
        return f"The {there} that {are} there cannot show any effect after correction{least}."
    more = "" if question.kind == EVENTS else " or more"
    size = size_words(question, shown)
    reach = f"{size} (or below {ratio_words(1 / shown)})" if question.kind == EVENTS else f"{size}{more}"
    return f"The {there} that {are} there would show {reach}."


def answer_words(question: PlannerQuestion, needed: int, named: int, shown: float,
                 floor: int) -> tuple[str, tuple[str, ...]]:
    """The headline and the sentences under it."""
    power = percent_words(question.power, 1.0)
    size = size_words(question, question.effect)
    among = "the one receptor that is tested" if question.receptors == 1 else \
        f"one of {count_words(question.receptors)} receptors"
    if needed:
        many = counted(needed, ONE[question.kind])
        headline = f"{many} would show {size} in {among}."
    else:
        headline = f"No number up to {count_words(planning.MOST)} would show {size} in {among}."
    sentences = [f"With {power} power, at a corrected P below {question.alpha:g} (alpha divided by "
                 f"{counted(question.receptors, 'receptor')})."]
    if needed and question.kind == EVENTS:
        patients = int(np.ceil(needed / question.share - 1e-9))
        sentences.append(f"At {percent_words(question.share, 1.0)} of patients with the event that is "
                         f"{counted(patients, 'patient')}.")
    if needed and question.kind == LINES and not question.correlates:
        first, second = planning.split_groups(needed, question.share)
        sentences.append(f"In groups of {first} and {second}.")
    if question.have:
        sentences.append(have_words(question, shown, floor))
    if question.receptors > 1 and named:
        sentences.append(f"One receptor or one score named beforehand would need {counted(named, ONE[question.kind])}.")
    if question.kind == PAIRS:
        ranks = planning.fewest_signed_ranks(question.receptors, question.alpha)
        sentences.append(f"Whatever the effect, fewer than {floor} pairs cannot reach a corrected P below "
                         f"{question.alpha:g} by flips, nor fewer than {ranks} by a signed rank test times the number "
                         "of receptors.")
    sentences.append(_rests_on(question))
    return headline, tuple(sentences)


def _rests_on(question: PlannerQuestion) -> str:
    """The formula, where the SD comes from, and whether that was simulated."""
    return _formula(question) + (" The pilot data are simulated." if question.simulated else "")


def _formula(question: PlannerQuestion) -> str:
    if question.kind == EVENTS:
        given = f" The data now: {question.pilot}." if question.pilot else ""
        return f"By Schoenfeld’s formula; a score in more than one receptor counts as one.{given}"
    if question.correlates:
        return "By Fisher’s z with the variance of Spearman’s rho; lines of one parent count once."
    spread = f"SD {number_words(question.sd)}{f' {question.unit}' if question.unit else ''}"
    source = f"{spread}: {question.pilot}" if question.pilot else f"{spread} is assumed: type that of your own assay"
    if question.kind == PAIRS:
        return f"By the noncentral t of paired changes. {source}."
    return f"By the noncentral t with Wilcoxon’s efficiency of 0.955. {source}."


def _upright(n: int, low: float, high: float, role: str, style: str, name: str) -> Line:
    """A line from the axis up to the effect, clear of the words above."""
    return Line(np.array([n, n], dtype=np.float64), np.array([low, high]), role, name=name, style=style, width=0.8)


def plan_figure(question: PlannerQuestion, needed: int, curve: Sequence[PlanPoint]) -> FigureSpec:
    """What a number of pairs, events or lines is likely to show, with the number that is needed."""
    n = np.array([point.n for point in curve], dtype=np.float64)
    sizes = np.array([point.detectable for point in curve])
    alone = np.array([point.alone for point in curve])
    effect = abs(question.effect)
    if question.kind == EVENTS and effect < 1:
        sizes, alone = 1.0 / sizes, 1.0 / alone
    known = np.concatenate([each[np.isfinite(each)] for each in (sizes, alone)])
    base = 1.0 if question.kind == EVENTS else 0.0
    # The steep start of the curve would press everything of interest onto the axis.
    top = 1.0 if question.correlates else base + 3.0 * max(abs(effect - base), 0.05)
    if question.kind == EVENTS and effect < 1:
        low, high = 0.0, 1.0
    else:
        low, high = base, min(top, max(float(known.max(initial=top)) * 1.02, effect * 1.1))
    inside = [np.where((each >= low) & (each <= high), each, np.nan) for each in (sizes, alone)]
    what = effect_words(question)
    marks: list[Mark] = [Rule(y=effect, style="dashed", role="corr")]
    several = question.receptors > 1
    if several:
        marks.append(Line(n, inside[1], "low", name="named beforehand", label="One named beforehand", short="One",
                          style="dashed"))
    marks.append(Line(n, inside[0], "high", name="corrected", width=1.6, short="All",
                      label=f"One of {question.receptors}" if several else "The one tested"))
    asked = f"asked: {size_words(question, question.effect).removeprefix('a ')}"
    marks.append(Label(0.98, 0.97, asked, "text", valign="top", align="right"))
    if needed:
        marks += [_upright(needed, low, effect, "corr", "dotted", "needed"),
                  Points(np.array([float(needed)]), np.array([effect]), "high", size=5.0),
                  Label(0.98, 0.90, f"needed: {counted(needed, ONE[question.kind])}", "text", valign="top",
                        align="right", bold=True)]
    says = f"{counted(needed, ONE[question.kind])} show {size_words(question, question.effect)}" if needed else \
        f"no number shows {size_words(question, question.effect)}"
    if question.have:
        marks.append(_upright(question.have, low, effect, "ns", "solid", "there now"))
        marks.append(Label(0.98, 0.83, f"there now (grey line): {question.have}", "text2", valign="top", align="right"))
    return FigureSpec(
        name=f"plan_{question.kind}", title=f"How many {question.kind} would be needed?", rows=((Panel(
            Axis(X_WORDS[question.kind], float(n[0]), float(n[-1])),
            Axis(f"Smallest {what} likely to be seen", low, high), tuple(marks),
            title=f"What a number of {question.kind} would show",
            remark=f"{percent_words(question.power, 1.0)} power"),),),
        alt_text=f"Smallest {what} that is likely to be seen against the number of {question.kind}, for one of "
                 f"{counted(question.receptors, 'receptor')} after correction and for one named beforehand. The "
                 f"curves fall with the number; {says}.",
        caption=f"Smallest {what} seen with {percent_words(question.power, 1.0)} power against the number of "
                f"{question.kind}, alpha {question.alpha:g} divided by {counted(question.receptors, 'receptor')} "
                f"(solid), or one named beforehand (dashed). {_rests_on(question)}",
        data={"plan": {question.kind: [point.n for point in curve],
                       "detectable": [point.detectable for point in curve],
                       "detectable_alone": [point.alone for point in curve]}},
        width_mm=120.0, height_mm=80.0, badge=SIMULATED if question.simulated else "")
