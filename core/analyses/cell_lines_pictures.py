"""Which pictures the cell-line analysis gives: differences, response, every line, pairs, each line left out.

Not for: how they look (core/figures).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.analyses.cell_lines_numbers import CONTINUOUS, GROUPS, PAIRS, CellLinesNumbers, MeasureNumbers
from core.figures.difference_forest import ForestWords, MeasureRows, difference_bars, difference_forest
from core.figures.left_out_lines import left_out_lines
from core.figures.line_scatter import ResponseWords, every_line, line_pairs, response_scatter
from core.figures.number_words import count_words, counted, list_words, p_equals, short_number, signed_words
from core.figures.spec import FigureSpec

TOP = 5
BY_NAME = "name"
HOLDS = 0.05


def draw_cell_lines(numbers: CellLinesNumbers, parameters: object, *, simulated: bool) -> tuple[FigureSpec, ...]:
    """Every picture that the numbers allow, in the order of the page; of one receptor the leading one."""
    leading = leading_receptor(numbers)
    found = [draw_differences(numbers, simulated=simulated),
             *(draw_bars(numbers, one, simulated=simulated) for one in numbers.measures if one.why_no_p),
             draw_response(numbers, leading, simulated=simulated) if leading else None,
             draw_every_line(numbers, simulated=simulated), draw_pairs(numbers, simulated=simulated),
             draw_left_out(numbers, simulated=simulated)]
    return tuple(figure for figure in found if figure is not None)


# which receptors, in which order


def main_measure(numbers: CellLinesNumbers) -> MeasureNumbers:
    """The measure that the answer speaks of: the first with P, else the first."""
    return next((one for one in numbers.measures if np.isfinite(one.p_maxt).any()), numbers.measures[0])


def receptor_order(numbers: CellLinesNumbers, by: str = "") -> list[int]:
    """Places of the receptors, strongest in a measure first (``by``; the main one), or by name."""
    if by == BY_NAME:
        return sorted(range(len(numbers.receptors)), key=lambda i: numbers.receptors[i])
    known = {one.measure: one for one in numbers.measures}
    one = known.get(by) or main_measure(numbers)

    def strength(i: int) -> tuple[float, float, str]:
        p = one.p_maxt[i] if np.isfinite(one.p_maxt[i]) else 2.0
        size = abs(one.statistic[i]) if np.isfinite(one.statistic[i]) else -1.0
        return p, -size, numbers.receptors[i]

    return sorted(range(len(numbers.receptors)), key=strength)


def leading_receptor(numbers: CellLinesNumbers, by: str = "") -> str:
    """The first of the order; empty where nothing was measured."""
    order = receptor_order(numbers, by)
    return numbers.receptors[order[0]] if order else ""


def top_receptors(numbers: CellLinesNumbers, one: MeasureNumbers, chosen: str = "") -> list[int]:
    """The few receptors that are drawn side by side, all measured in ``one``; the chosen one is among them."""
    order = [i for i in receptor_order(numbers, one.measure) if one.measured[i] and np.isfinite(one.values[:, i]).any()]
    if chosen in numbers.receptors and (place := numbers.receptors.index(chosen)) in order[TOP:]:
        return [*order[:TOP - 1], place]
    return order[:TOP]


# words


def cohort_words(numbers: CellLinesNumbers) -> str:
    """``“HMS lines”, 20 cell lines``."""
    if numbers.design == PAIRS:
        return f"“{numbers.samples.dataset}”, {counted(len(numbers.pairs), 'pair')} of cell lines"
    return f"“{numbers.samples.dataset}”, {counted(len(numbers.lines), 'cell line')}"


def value_words(one: MeasureNumbers) -> str:
    """``total protein (log2)``."""
    name = {"total": "total protein", "phospho": "phospho protein", "mRNA": "mRNA expression"}.get(
        one.measure, one.measure or "value")
    return f"{name} ({one.unit})" if one.unit else name


def effect_words(numbers: CellLinesNumbers) -> str:
    """What is drawn for each receptor, as an axis says it."""
    if numbers.design == CONTINUOUS:
        return f"Spearman’s \u03c1 with resistance ({numbers.response_name})"
    less = "parental" if numbers.design == PAIRS else numbers.sensitive_name
    units = list(dict.fromkeys(one.unit for one in numbers.measures if one.unit))
    unit = f" ({units[0]})" if len(units) == 1 else ""
    return f"{numbers.resistant_name} minus {less}{unit}".capitalize().replace("Log", "log")


def test_words(numbers: CellLinesNumbers, one: MeasureNumbers) -> str:
    """The sentence about P of a caption."""
    if one.why_no_p or not np.isfinite(one.p_maxt).any():
        return ""
    statistic = {CONTINUOUS: "Spearman’s \u03c1", GROUPS: "Welch’s t", PAIRS: "the paired t"}[numbers.design]
    drawn = "all" if one.all_arrangements else count_words(one.permutations)
    return (f"P corrected by step-down maxT over {counted(int(one.measured.sum()), 'receptor')} on |{statistic}|, "
            f"{drawn} permutations. Lines are a sample chosen by hand: P speaks of these lines.")


def _lines_words(numbers: CellLinesNumbers) -> str:
    said = cohort_words(numbers)
    if numbers.design == GROUPS:
        said += f": {numbers.n_resistant} {numbers.resistant_name}, {numbers.n_sensitive} {numbers.sensitive_name}"
    more = [f"within {numbers.within}"] if numbers.within else []
    more += [f"adjusted for {list_words(numbers.adjusted)}"] if numbers.adjusted else []
    return ", ".join([said, *more])


def _response_words(numbers: CellLinesNumbers) -> ResponseWords:
    low = "low is resistant" if numbers.direction.startswith("low") else ""
    said = "; ".join(filter(None, (numbers.response_unit, low)))
    unit = f" ({said})" if said else ""
    limits = numbers.response[numbers.not_reached & np.isfinite(numbers.response)]
    beyond, above = "not reached", True
    if limits.size:
        others = numbers.response[~numbers.not_reached & np.isfinite(numbers.response)]
        above = bool(not others.size or limits.max() >= np.nanmedian(others))
        limit = _plain(float(limits.max() if above else limits.min()))
        beyond = f"{'above' if above else 'below'} {limit}, not reached"
    cut = ""
    if math.isfinite(numbers.cut):
        side = "below" if numbers.direction.startswith("low") else "above"
        cut = f"{numbers.resistant_name} {side} {_plain(numbers.cut)} {numbers.response_unit}".strip()
    return ResponseWords(f"{numbers.response_name or 'response'}{unit}", cut, numbers.resistant_name,
                         numbers.sensitive_name, beyond, numbers.response_unit, not above)


def _plain(value: float) -> str:
    return short_number(float(f"{value:.3g}"))


def _result_words(numbers: CellLinesNumbers, one: MeasureNumbers, i: int) -> tuple[str, ...]:
    if not one.measured[i]:
        return ()
    said = []
    if numbers.design == CONTINUOUS and np.isfinite(one.spearman[i]):
        said.append(f"Spearman’s \u03c1 {signed_words(one.spearman[i], 2)} with resistance")
    elif np.isfinite(one.difference[i]):
        said.append(f"difference {signed_words(one.difference[i])} {one.unit}".strip())
    said.append(one.why_no_p if one.why_no_p else f"corrected {p_equals(one.p_maxt[i])}")
    return (", ".join(said).rstrip("."),)


# the pictures


def _rows(numbers: CellLinesNumbers, one: MeasureNumbers, order: Sequence[int]) -> MeasureRows:
    at = list(order)
    centre = np.where(one.measured, one.statistic, math.nan)
    with_interval = numbers.design != CONTINUOUS and not one.why_no_p
    nothing = np.full(len(one.measured), math.nan)
    low, high = (one.difference_low, one.difference_high) if with_interval else (nothing, nothing)
    return MeasureRows(one.measure or "value", centre[at], low[at], high[at], one.p_maxt[at],
                       np.where(one.measured, one.n, 0)[at], one.why_no_p)


def _forest_words(numbers: CellLinesNumbers) -> ForestWords:
    continuous = numbers.design == CONTINUOUS
    less = "parental" if numbers.design == PAIRS else numbers.sensitive_name
    title = f"Going with {numbers.response_name}" if continuous else \
        f"Difference, {numbers.resistant_name} minus {less}"
    tests = list(dict.fromkeys(filter(None, (test_words(numbers, one) for one in numbers.measures))))
    interval = "" if continuous else "Hodges-Lehmann estimate with exact 95% interval."
    return ForestWords(title, effect_words(numbers), f"less in {numbers.resistant_name} lines",
                       f"more in {numbers.resistant_name} lines", effect_words(numbers).split(" (")[0],
                       _lines_words(numbers), " ".join(tests), interval, 2 if continuous else 1)


def draw_differences(numbers: CellLinesNumbers, *, simulated: bool, by: str = "") -> FigureSpec:
    """All receptors, strongest first by a measure or by name."""
    order = receptor_order(numbers, by)
    return difference_forest(
        [numbers.receptors[i] for i in order], [_rows(numbers, one, order) for one in numbers.measures],
        _forest_words(numbers), symmetric_to=1.0 if numbers.design == CONTINUOUS else None, badge=_badge(simulated))


def draw_bars(numbers: CellLinesNumbers, one: MeasureNumbers, *, simulated: bool, by: str = "") -> FigureSpec | None:
    """A measure without P: bars of what its single membranes say; None in a design without differences."""
    if numbers.design == CONTINUOUS or not np.isfinite(one.difference).any():
        return None
    order = [i for i in receptor_order(numbers, by or one.measure) if one.measured[i]]
    return difference_bars([numbers.receptors[i] for i in order], _rows(numbers, one, order), _forest_words(numbers),
                           name=f"bars_{one.measure}", badge=_badge(simulated))


def draw_response(numbers: CellLinesNumbers, receptor: str, *, simulated: bool, measure: str = "") -> FigureSpec | None:
    """A receptor against the response, one point per line; None without a response."""
    if not np.isfinite(numbers.response).any() or receptor not in numbers.receptors:
        return None
    i = numbers.receptors.index(receptor)
    one = _measure_with(numbers, i, measure)
    return response_scatter(
        receptor, one.values[:, i], numbers.response, numbers.lines, resistant=numbers.resistant,
        not_reached=numbers.not_reached, below_floor=one.floor[:, i], floor=float(one.floor_value[i]), cut=numbers.cut,
        value_words=f"{receptor} {value_words(one)}", words=_response_words(numbers),
        cohort_words=cohort_words(numbers), test_words=_result_words(numbers, one, i),
        how_tested=test_words(numbers, one), badge=_badge(simulated))


def draw_every_line(numbers: CellLinesNumbers, *, simulated: bool, chosen: str = "",
                    measure: str = "") -> FigureSpec | None:
    """Every line as a point in its group, for the leading receptors; None where there are no groups."""
    if not (numbers.n_resistant and numbers.n_sensitive) or not numbers.measures:
        return None
    one = _named(numbers, measure)
    at = top_receptors(numbers, one, chosen)
    return every_line(
        [numbers.receptors[i] for i in at], one.values[:, at], numbers.lines, resistant=numbers.resistant,
        below_floor=one.floor[:, at], value_words=value_words(one).capitalize().replace("Mrna", "mRNA"),
        words=_response_words(numbers), cohort_words=cohort_words(numbers), test_words=test_words(numbers, one),
        badge=_badge(simulated)) if at else None


def draw_pairs(numbers: CellLinesNumbers, *, simulated: bool, chosen: str = "",
               measure: str = "") -> FigureSpec | None:
    """Parental lines joined to their resistant ones, for the leading receptors; None without pairs."""
    if not numbers.pairs or not numbers.measures:
        return None
    one = _named(numbers, measure)
    at = top_receptors(numbers, one, chosen)
    if not at:
        return None
    before = np.array([_mean(one.values[list(pair.parental)][:, at]) for pair in numbers.pairs])
    after = np.array([_mean(one.values[list(pair.resistant)][:, at]) for pair in numbers.pairs])
    return line_pairs(
        [numbers.receptors[i] for i in at], before, after, [pair.parent for pair in numbers.pairs],
        value_words=value_words(one).capitalize().replace("Mrna", "mRNA"), parental="parental",
        resistant=numbers.resistant_name, cohort_words=cohort_words(numbers), test_words=test_words(numbers, one),
        badge=_badge(simulated))


def draw_left_out(numbers: CellLinesNumbers, *, simulated: bool, chosen: str = "",
                  measure: str = "") -> FigureSpec | None:
    """The estimate without each line, for the leading receptors; None where that was switched off."""
    if not numbers.measures:
        return None
    one = _named(numbers, measure)
    at = top_receptors(numbers, one, chosen)
    if not one.loo or not at:
        return None
    return left_out_lines(
        [numbers.receptors[i] for i in at], one.statistic[at], np.array([each.statistic[at] for each in one.loo]),
        np.array([each.p[at] for each in one.loo]), [each.line for each in one.loo], x_words=effect_words(numbers),
        cohort_words=cohort_words(numbers), measure=value_words(one), badge=_badge(simulated))


def _named(numbers: CellLinesNumbers, measure: str) -> MeasureNumbers:
    known = {one.measure: one for one in numbers.measures}
    return known.get(measure) or main_measure(numbers)


def _measure_with(numbers: CellLinesNumbers, i: int, measure: str) -> MeasureNumbers:
    """The measure asked for, or the first that has the receptor."""
    one = _named(numbers, measure)
    return one if one.measured[i] else next((other for other in numbers.measures if other.measured[i]), one)


def _mean(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean of the lines of one state, missing values ignored; NaN where all are missing."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total: np.ndarray[tuple[int], np.dtype[np.float64]] = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), math.nan)


def _badge(simulated: bool) -> str:
    return "Simulated data" if simulated else ""
