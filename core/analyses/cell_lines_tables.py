"""The tables of the cell-line analysis, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers (cell_lines_estimates.py) or writing files (core/export).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.cell_lines_numbers import CONTINUOUS, LOW_RESISTANT, PAIRS, CellLinesNumbers

RECEPTOR_COLUMNS: Mapping[str, str] = {
    "receptor": "Receptor, by its approved symbol",
    "measure": "What was measured: mRNA, total or phospho",
    "n": "Lines with a value (pairs: parents with both states); derivatives of one parent are one line",
    "spearman": "Spearman's rho of the value with the response as the file states it; within and adjusted as asked",
    "spearman_p": "Its P by shuffling the response against the lines, not corrected",
    "pearson": "Pearson's correlation with the response as the file states it",
    "difference": "Hodges-Lehmann estimate, resistant minus sensitive (pairs: minus parental); empty along a response",
    "difference_low": "Lower limit of its exact interval, 95 % or what so few lines reach (level), not corrected",
    "difference_high": "Upper limit of that interval",
    "p": "P of the design: exact rank sum test (groups), exact signed-rank test (pairs), Spearman by permutation "
    "(response); not corrected",
    "q_bh": "False discovery rate of p over the receptors of this measure (Benjamini-Hochberg)",
    "p_maxt": "P corrected for all receptors of this measure (step-down maxT on |Welch t|, |paired t| or |Spearman|)",
    "more_in": "Where the value is higher: resistant or sensitive lines",
    "unit": "Unit of the difference",
    "level": "What the interval of the difference reaches, in per cent",
    "at_floor": "Lines at or below the detection floor",
    "floor": "The detection floor: the lowest value, shared by many lines",
    "detectable": "Difference (along a response: |rho|) that is likely, 80 %, to be found after correction",
    "replicates": "The most biological replicates of one line",
    "no_p": "Why no P is given",
}


def all_tables(numbers: CellLinesNumbers) -> tuple[ResultTable, ...]:
    """receptors, lines, pairs, leave_one_out, names, left_out."""
    tables = [_receptors(numbers), _lines(numbers)]
    if numbers.pairs:
        tables.append(_pairs(numbers))
    return (*tables, _leave_one_out(numbers), _names(numbers), _left_out(numbers))


def _places(numbers: CellLinesNumbers) -> list[tuple[int, int]]:
    """(receptor, measure) of every row: a receptor's measures stand together."""
    return [(i, m) for i in range(len(numbers.receptors)) for m, one in enumerate(numbers.measures) if one.measured[i]]


def _receptors(numbers: CellLinesNumbers) -> ResultTable:
    at = _places(numbers)
    sign = -1.0 if numbers.direction == LOW_RESISTANT else 1.0

    def of(name: str, factor: float = 1.0) -> list[float]:
        return [float(getattr(numbers.measures[m], name)[i]) * factor for i, m in at]

    columns: dict[str, Any] = {
        "receptor": [numbers.receptors[i] for i, _ in at],
        "measure": [numbers.measures[m].measure for _, m in at],
        "n": [int(numbers.measures[m].n[i]) for i, m in at],
        "spearman": of("spearman", sign), "spearman_p": of("spearman_p"), "pearson": of("pearson", sign),
        "difference": of("difference"), "difference_low": of("difference_low"),
        "difference_high": of("difference_high"), "p": of("p"), "q_bh": of("q_bh"), "p_maxt": of("p_maxt"),
        "more_in": [_more_in(float(numbers.measures[m].statistic[i])) for i, m in at],
        "unit": [numbers.measures[m].unit for _, m in at],
        "level": of("level", 100.0),
        "at_floor": [int(numbers.measures[m].floor[:, i].sum()) for i, m in at],
        "floor": of("floor_value"), "detectable": of("detectable"),
        "replicates": [numbers.measures[m].replicates for _, m in at],
        "no_p": [numbers.measures[m].why_no_p for _, m in at]}
    return ResultTable("receptors", columns, "Every receptor in every measure", RECEPTOR_COLUMNS)


def _more_in(statistic: float) -> str:
    if not np.isfinite(statistic) or statistic == 0:
        return ""
    return "resistant" if statistic > 0 else "sensitive"


def _group(numbers: CellLinesNumbers, line: int) -> str:
    state = numbers.resistant[line]
    return "" if state is None else numbers.resistant_name if state else numbers.sensitive_name


def _lines(numbers: CellLinesNumbers) -> ResultTable:
    rows = [(line, i, one) for line in range(len(numbers.lines)) for i in range(len(numbers.receptors))
            for one in numbers.measures if one.measured[i]]
    columns: dict[str, Any] = {
        "line": [numbers.lines[line] for line, _, _ in rows],
        "receptor": [numbers.receptors[i] for _, i, _ in rows],
        "measure": [one.measure for _, _, one in rows],
        "value": [float(one.values[line, i]) for line, i, one in rows],
        "at_floor": [bool(one.floor[line, i]) for line, i, one in rows],
        "response": [float(numbers.response[line]) for line, _, _ in rows],
        "not_reached": [bool(numbers.not_reached[line]) for line, _, _ in rows],
        "group": [_group(numbers, line) for line, _, _ in rows],
        "within": [numbers.strata[line] if numbers.strata else "" for line, _, _ in rows]}
    return ResultTable("lines", columns, "Every line: its values, its response and its group", {
        "line": "Line, as the clinical table spells it", "receptor": "Receptor", "measure": "mRNA, total or phospho",
        "value": "Value on the scale of the analysis, replicates averaged",
        "at_floor": "True at or below the detection floor: tied with the other such lines",
        "response": "Response as the file states it; the limit where it was not reached",
        "not_reached": "True where the highest dose did not reach the response",
        "group": "Resistant, sensitive or parental, as the data set names them",
        "within": "The group of lines that it is compared within"})


def _pairs(numbers: CellLinesNumbers) -> ResultTable:
    rows = [(at, i, one) for at in range(len(numbers.pairs)) for i in range(len(numbers.receptors))
            for one in numbers.measures if one.measured[i]]

    def mean(one: Any, places: tuple[int, ...], i: int) -> float:
        known = [one.values[place, i] for place in places if np.isfinite(one.values[place, i])]
        return float(np.mean(known)) if known else float("nan")

    columns: dict[str, Any] = {
        "parent": [numbers.pairs[at].parent for at, _, _ in rows],
        "receptor": [numbers.receptors[i] for _, i, _ in rows], "measure": [one.measure for _, _, one in rows],
        "parental": [mean(one, numbers.pairs[at].parental, i) for at, i, one in rows],
        "resistant": [mean(one, numbers.pairs[at].resistant, i) for at, i, one in rows],
        "change": [float(one.changes[at, i]) for at, i, one in rows]}
    return ResultTable("pairs", columns, "Every pair: parental and resistant value", {
        "parent": "Parental line", "receptor": "Receptor", "measure": "mRNA, total or phospho",
        "parental": "Value of the parental line", "resistant": "Mean value of its resistant derivatives",
        "change": "Resistant minus parental"})


def _leave_one_out(numbers: CellLinesNumbers) -> ResultTable:
    rows = [(one, each, i) for one in numbers.measures for each in one.loo for i in range(len(numbers.receptors))
            if one.measured[i]]
    # The estimate along a response is that of the table: with the response as the file states it.
    sign = -1.0 if numbers.direction == LOW_RESISTANT and numbers.design == CONTINUOUS else 1.0
    what = "parent" if numbers.design == PAIRS else "line"
    return ResultTable("leave_one_out", {
        "left_out": [each.line for _, each, _ in rows], "receptor": [numbers.receptors[i] for _, _, i in rows],
        "measure": [one.measure for one, _, _ in rows],
        "estimate": [float(each.statistic[i]) * sign for _, each, i in rows],
        "p": [float(each.p[i]) for _, each, i in rows], "p_maxt": [float(each.p_maxt[i]) for _, each, i in rows]},
        "The result without each line", {
            "left_out": f"The {what} that is left out", "receptor": "Receptor", "measure": "mRNA, total or phospho",
            "estimate": "Difference, or Spearman's rho along a response, without it", "p": "P without it",
            "p_maxt": "Corrected P without it"})


def _names(numbers: CellLinesNumbers) -> ResultTable:
    rows = [*numbers.aliases, *((line, unit, "derivatives of one parent") for unit, lines in numbers.merged
                                for line in lines)]
    return ResultTable("names", {
        "name": [name for name, _, _ in rows], "line": [line for _, line, _ in rows],
        "where": [where for _, _, where in rows]}, "Names that were taken as another", {
            "name": "Name in the file", "line": "The line that it is here",
            "where": "The file, or why it counts as this line"})


def _left_out(numbers: CellLinesNumbers) -> ResultTable:
    everyone = [(entry.patient, entry.reason) for entry in numbers.samples.ledger if not entry.kept]
    rows = [*everyone, *numbers.left_out]
    return ResultTable("left_out", {"line": [line for line, _ in rows], "reason": [reason for _, reason in rows]},
                       "Lines that are not in the analysis", {"line": "Line or sample", "reason": "Why"})
