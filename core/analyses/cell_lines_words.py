"""The cell-line analysis in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in CellLinesNumbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.analyses.cell_lines_numbers import CONTINUOUS, GROUPS, PAIRS, CellLinesNumbers, MeasureNumbers
from core.analyses.prognosis_words import Answer
from core.figures.number_words import (
    count_words,
    counted,
    interval_words,
    list_words,
    number_words,
    p_equals,
    p_words,
    signed_words,
)
from core.problems import Problem, warning

if TYPE_CHECKING:
    from core.analyses.cell_lines import Parameters

HOLDS = 0.05
SHOWN = 6
FEW_LINES = 12
MEASURE_WORDS = {"mRNA": "mRNA", "total": "total protein", "phospho": "phospho"}


def measure_words(one: MeasureNumbers) -> str:
    """ "total protein", "phospho", "mRNA"."""
    return MEASURE_WORDS.get(one.measure, one.measure)


def holding(numbers: CellLinesNumbers, one: MeasureNumbers, up: bool) -> list[str]:
    """Receptors that hold after correction and are higher (``up``) or lower in resistant lines, strongest first."""
    with np.errstate(invalid="ignore"):
        at = [i for i in np.argsort(one.p_maxt, kind="stable")
              if one.p_maxt[i] < HOLDS and (one.statistic[i] > 0) == up]
    return [numbers.receptors[i] for i in at]


def answer(numbers: CellLinesNumbers) -> Answer:
    """What the page says under its question: the corrected P is the only one in it."""
    three = _three(numbers)
    tested = [one for one in numbers.measures if np.isfinite(one.p_maxt).any()]
    parts = [(one, up, names) for one in tested for up in (True, False) if (names := holding(numbers, one, up))]
    if parts:
        return Answer(_clause(numbers, parts, len(tested)), _explained(numbers, tested), three, "ok")
    bars = " ".join(_without_p(one) for one in numbers.measures if one.why_no_p)
    if not tested:
        return Answer("No P value can be given.", bars or _why_nothing(numbers), three, "unsure")
    smallest = min(one.smallest_p for one in tested)
    if smallest >= HOLDS:
        return Answer(f"{_sizes(numbers)} cannot answer this.",
                      f"The smallest corrected P that they can give is {p_words(smallest)}. {bars}".strip(), three,
                      "unsure")
    nothing = {GROUPS: "Resistant and sensitive lines do not differ in any RTK.",
               PAIRS: "Resistant lines do not differ from their parents in any RTK.",
               CONTINUOUS: f"No RTK goes with {numbers.response_name}."}[numbers.design]
    return Answer(nothing, " ".join(filter(None, (missed(numbers), bars))), three, "unsure")


def _why_nothing(numbers: CellLinesNumbers) -> str:
    """Why no receptor has a corrected P."""
    if not numbers.shuffles_asked:
        return "No lines were shuffled, so nothing is corrected. Set Shuffles above 0 and run."
    if numbers.design == GROUPS and min(numbers.n_resistant, numbers.n_sensitive) < 2:
        few = numbers.resistant_name if numbers.n_resistant < numbers.n_sensitive else numbers.sensitive_name
        return f"One {few} line does not show how much such lines differ: two are the least."
    if not any(np.isfinite(one.values).any() for one in numbers.measures):
        return "None of these lines has a value of any receptor."
    beside = f", or does not differ beside {list_words(numbers.adjusted)}" if numbers.adjusted else ""
    return f"Every receptor is missing or the same in too many of these lines{beside}."


def _clause(numbers: CellLinesNumbers, parts: list[tuple[MeasureNumbers, bool, list[str]]], measures: int) -> str:
    said = []
    for one, up, names in parts:
        shown = list_words(names) if len(names) <= SHOWN else \
            f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"
        behind = f" in {measure_words(one)}" if measures > 1 else ""
        if numbers.design == CONTINUOUS:
            goes = "go" if len(names) > 1 else "goes"
            said.append(f"high {shown}{behind} {goes} with {'resistance' if up else 'sensitivity'}")
        else:
            said.append(f"resistant lines {'raise' if up else 'lower'} {shown}{behind}")
    sentence = "; ".join(said) + "."
    return sentence[0].upper() + sentence[1:]


def _explained(numbers: CellLinesNumbers, tested: list[MeasureNumbers]) -> str:
    held = [int(sum(one.p_maxt[one.measured] < HOLDS)) for one in tested]
    counts = [f"{number} of {int(np.isfinite(one.p_maxt).sum())} {'holds' if number == 1 else 'hold'} after correction "
              f"in {measure_words(one)}" for number, one in zip(held, tested, strict=True)]
    said = [f"{list_words(counts)}."]
    said += [_without_p(one) for one in numbers.measures if one.why_no_p]
    fragile = _fragile(numbers, sum(held))
    return " ".join([*said, fragile] if fragile else said)


def _without_p(one: MeasureNumbers) -> str:
    words = measure_words(one)
    return f"{words[0].upper()}{words[1:]}: {one.why_no_p[0].lower()}{one.why_no_p[1:]}."


def _sizes(numbers: CellLinesNumbers) -> str:
    """"3 against 4 lines", "29 lines", "5 pairs"."""
    if numbers.design == GROUPS:
        return f"{numbers.n_resistant} against {numbers.n_sensitive} lines"
    return counted(numbers.n_units, "pair" if numbers.design == PAIRS else "line")


def missed(numbers: CellLinesNumbers) -> str:
    """"With 3 against 4 lines a difference under 2.1 log2 is likely to be missed." Empty where it cannot be said."""
    for one in numbers.measures:
        known = one.detectable[np.isfinite(one.detectable) & one.measured]
        if one.why_no_p or not len(known):
            continue
        size = float(np.median(known))
        what = {GROUPS: "a difference", PAIRS: "a change", CONTINUOUS: "a correlation"}[numbers.design]
        much = number_words(size, 2) if numbers.design == CONTINUOUS else f"{number_words(size, 1)} {one.unit}"
        return f"With {_sizes(numbers)} {what} under {much} is likely to be missed."
    return ""


def _fragile(numbers: CellLinesNumbers, held: int) -> str:
    """Which of the ``held`` results hang on one line."""
    hanging: list[str] = []
    for one in numbers.measures:
        for i in np.flatnonzero(np.nan_to_num(one.p_maxt, nan=1.0) < HOLDS):
            lost = [each.line for each in one.loo if not each.p_maxt[i] < HOLDS]
            if lost and np.isfinite(one.p_maxt[i]):
                more = f", nor without any one of {counted(len(lost) - 1, 'other')}" if len(lost) > 1 else ""
                hanging.append(f"{numbers.receptors[i]} ({measure_words(one)}) no longer holds without {lost[0]}{more}")
    if not hanging:
        if not held or not any(one.loo for one in numbers.measures):
            return ""
        return f"{'It' if held == 1 else 'Each'} holds whichever line is left out."
    shown = "; ".join(hanging[:3]) + (f"; and {len(hanging) - 3} more" if len(hanging) > 3 else "")
    return f"{shown}."


def _three(numbers: CellLinesNumbers) -> tuple[tuple[str, str, str], ...]:
    if numbers.design == GROUPS:
        first = (numbers.resistant_name.capitalize(), str(numbers.n_resistant),
                 f"of {counted(len(numbers.lines), 'line')}")
    else:
        first = ("Pairs" if numbers.design == PAIRS else "Lines", count_words(numbers.n_units), "")
    one, i = leading(numbers)
    if one is None:
        return (first,)
    name = f"{numbers.receptors[i]}, {measure_words(one)}"
    if numbers.design == CONTINUOUS:
        return (first, (name, signed_words(float(one.spearman[i]), 2), "ρ with resistance"),
                ("Corrected P", p_words(float(one.p_maxt[i])) or "none", ""))
    interval = f"{one.unit} ({interval_words(float(one.difference_low[i]), float(one.difference_high[i]), 1)})" \
        if np.isfinite(one.difference_low[i]) else one.unit
    return (first, (name, signed_words(float(one.difference[i])), interval),
            ("Corrected P", p_words(float(one.p_maxt[i])) or "none", ""))


def leading(numbers: CellLinesNumbers) -> tuple[MeasureNumbers | None, int]:
    """The measure and the receptor with the smallest corrected P, of equal ones the largest statistic."""
    best: tuple[float, float, MeasureNumbers | None, int] = (3.0, 0.0, None, 0)
    for one in numbers.measures:
        for i in range(len(numbers.receptors)):
            size = abs(float(one.statistic[i]))
            if not np.isfinite(size):
                continue
            p = float(one.p_maxt[i]) if np.isfinite(one.p_maxt[i]) else 2.0
            if (p, -size) < (best[0], best[1]):
                best = (p, -size, one, i)
    return best[2], best[3]


def findings(numbers: CellLinesNumbers) -> tuple[str, ...]:
    """The answer, each receptor that holds with its numbers, and what cannot be said."""
    said = answer(numbers)
    found = [said.sentence, *([said.explanation] if said.explanation else [])]
    for one in numbers.measures:
        for i in sorted(np.flatnonzero(np.nan_to_num(one.p_maxt, nan=1.0) < HOLDS), key=lambda at: one.p_maxt[at]):
            found.append(_in_numbers(numbers, one, int(i)))
    tested = [one for one in numbers.measures if np.isfinite(one.p_maxt).any()]
    if not any(holding(numbers, one, up) for one in tested for up in (True, False)):
        strongest, place = leading(numbers)
        if strongest is not None:
            found.append(f"The largest: {_in_numbers(numbers, strongest, place)}")
    return tuple(found)


def _in_numbers(numbers: CellLinesNumbers, one: MeasureNumbers, i: int) -> str:
    name = f"{numbers.receptors[i]} ({measure_words(one)})"
    n = f"{one.n[i]} {'pairs' if numbers.design == PAIRS else 'lines'}"
    if numbers.design == CONTINUOUS:
        toward = "resistance" if one.spearman[i] > 0 else "sensitivity"
        return (f"{name}: higher goes with {toward}, Spearman's ρ with resistance "
                f"{signed_words(float(one.spearman[i]), 2)}, {n}, corrected {p_equals(float(one.p_maxt[i]))}.")
    interval = f" ({interval_words(float(one.difference_low[i]), float(one.difference_high[i]), 1)})" \
        if np.isfinite(one.difference_low[i]) else ""
    against = "parental" if numbers.design == PAIRS else numbers.sensitive_name
    return (f"{name}: {signed_words(float(one.difference[i]))} {one.unit}{interval}, {numbers.resistant_name} minus "
            f"{against}, {n}, corrected {p_equals(float(one.p_maxt[i]))}.")


def result_warnings(numbers: CellLinesNumbers) -> tuple[Problem, ...]:
    """What limits the result: floors, few lines, intervals that do not reach 95 %, measures without P."""
    found: list[Problem] = []
    for one in numbers.measures:
        place = one.matrix.place
        if words := _floor_words(numbers, one):
            found.append(warning("at_floor", f"at or below the detection floor in {measure_words(one)}: {words}", place,
                                 why="Such lines are tied in rank tests: nothing tells them apart.",
                                 remedy="read such receptors as present or absent"))
        if one.why_no_p:
            found.append(warning("no_p", f"{measure_words(one)}: {one.why_no_p[0].lower()}{one.why_no_p[1:]}", place,
                                 why="One membrane or one replicate does not say how much a value varies; duplicate "
                                     "spots and wells do not count.",
                                 remedy="name further replicates in a clinical column, with the parameter replicate"))
    tested = [one for one in numbers.measures if np.isfinite(one.p_maxt).any()]
    if tested and min(one.smallest_p for one in tested) >= HOLDS:
        found.append(warning(
            "too_few_for_correction", f"with {_sizes(numbers)} no corrected P can be below "
            f"{p_words(min(one.smallest_p for one in tested))}", numbers.samples.place,
            why="There are too few ways to shuffle them.", remedy="read the differences, or add lines"))
    elif tested and len(numbers.lines) < FEW_LINES and (words := missed(numbers)):
        found.append(warning("few_lines", words.rstrip("."), numbers.samples.place,
                             why="That nothing was found says little with so few.", remedy="add lines"))
    levels = [float(level) for one in numbers.measures for level in one.level[one.measured] if np.isfinite(level)]
    if numbers.design != CONTINUOUS and levels and min(levels) < 0.95 - 1e-9:
        words = f"so few values reach intervals of {100 * min(levels):.1f} %, not 95 %" if min(levels) > 0 else \
            "some differences rest on so few values that they have no interval"
        found.append(warning("interval_below_95", words, numbers.samples.place, why="The widest interval is given.",
                             remedy="add lines where an interval matters"))
    return tuple(found)


def _floor_words(numbers: CellLinesNumbers, one: MeasureNumbers) -> str:
    n = np.isfinite(one.values).sum(axis=0)
    at = one.floor.sum(axis=0)
    often = np.flatnonzero((at > 0) & (at >= n / 4))
    return ", ".join(f"{numbers.receptors[i]} in {at[i]} of {n[i]} lines"
                     for i in sorted(often, key=lambda i: (-at[i], numbers.receptors[i])))


def methods_text(numbers: CellLinesNumbers, parameters: Parameters, *, simulated: bool) -> str:
    """The paragraph for the paper."""
    measures = list_words([f"{measure_words(one)} ({int(one.measured.sum())} receptors, {one.unit} scale)"
                           for one in numbers.measures])
    said = ["All data are simulated."] if simulated else []
    counted_as = "n counts parental lines: several derivatives of one are averaged" if numbers.design == PAIRS else \
        "n counts lines: derivatives of one parent count as one line"
    said.append(f"{_who(numbers)} were compared in {measures}. {counted_as}, and replicates were averaged first.")
    said.append(_how(numbers))
    if numbers.strata:
        said.append(f"Lines were ranked, compared and shuffled within the groups of {numbers.within} only.")
    if numbers.adjusted:
        how = "groups and covariates entered a linear model, P by shuffling what the covariates leave of the groups " \
            "(|partial correlation| in place of |Welch's t|), and the shift is that of values adjusted by the model" \
            if numbers.design == GROUPS else "what they explain linearly was taken off the ranks of both, and the " \
            "rest of the response was shuffled"
        said.append(f"Adjusted for {list_words(numbers.adjusted)}: {how}, the covariates fitted anew in every shuffle "
                    "(Freedman and Lane); P is approximate.")
    one = next((each for each in numbers.measures if each.permutations), None)
    if one is None:
        said.append("P values were not corrected for the number of receptors.")
    else:
        ways = "all ways to shuffle the lines" if one.all_arrangements else \
            f"{counted(one.permutations, 'shuffle')} (seed {parameters.seed})"
        what = {CONTINUOUS: "|Spearman's ρ|", GROUPS: "|Welch's t|", PAIRS: "|paired t|"}[numbers.design]
        ways = ways.replace("shuffle the lines", "flip the pairs") if numbers.design == PAIRS else ways
        said.append(f"P was corrected for all receptors of a measure by step-down maxT on {what}, {ways}; each "
                    "measure is a family of its own. q is the false discovery rate of Benjamini and Hochberg within a "
                    "measure.")
    if any(np.isfinite(each.floor_value).any() for each in numbers.measures):
        said.append("Values at the detection floor (the lowest value, shared by at least 3 lines and a tenth of them) "
                    "were kept as ties.")
    if any(each.loo for each in numbers.measures):
        said.append("The analysis was repeated without each line.")
    if np.isfinite(numbers.cut):
        said.append(f"Lines count as resistant from {numbers.response_name} {number_words(numbers.cut, 3)} on, a "
                    "cut that the user set; it is not paid for by the correction.")
    return " ".join(said)


def _who(numbers: CellLinesNumbers) -> str:
    if numbers.design == PAIRS:
        return f"{counted(len(numbers.pairs), 'parental line')} and their resistant derivatives"
    if numbers.design == GROUPS:
        return (f"{numbers.n_resistant} {numbers.resistant_name} and {numbers.n_sensitive} {numbers.sensitive_name} "
                "lines")
    return f"{counted(len(numbers.lines), 'line')} with a response ({numbers.response_name}, {numbers.direction})"


def _how(numbers: CellLinesNumbers) -> str:
    if numbers.design == CONTINUOUS:
        return ("Each receptor was correlated with the response (Spearman; P by shuffling the response against the "
                "lines). A response that was not reached has the highest (or lowest) rank, shared.")
    if numbers.design == PAIRS:
        return ("Resistant minus parental: Hodges-Lehmann estimate with the exact interval of the signed-rank test, "
                "and its exact P.")
    return ("Resistant minus sensitive: Hodges-Lehmann estimate with the exact interval of the rank sum test, and its "
            "exact P (ties by counting all arrangements).")
