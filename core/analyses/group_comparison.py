"""One receptor between the groups of a clinical column: rank tests, paid for over all receptors of the table.

Not for: outcome; groups made of it are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analyses.base import ResultTable, TriedTest
from core.analyses.covariates import MOST_LEVELS
from core.analyses.view_data import FloatArray, View, ViewData
from core.analyses.view_requests import GroupRequest
from core.data.tables import ClinicalColumn
from core.data.values import value_key
from core.figures.group_boxes import GroupValues, box_numbers, group_boxes
from core.figures.number_words import counted, list_words, number_words, p_equals
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.problems import Problem, UserError
from core.statistics.multiplicity import holm
from core.statistics.rank_tests import RankTest, kruskal_wallis, wilcoxon_rank_sum

GROUP_COLUMNS = {
    "receptor": "Gene symbol", "column": "Clinical column", "group": "Value of the column",
    "n": "Patients with a value", "median": "Median expression", "q1": "Lower quartile (R's type 7)",
    "q3": "Upper quartile (R's type 7)"}
TEST_COLUMNS = {
    "receptor": "Gene symbol", "column": "Clinical column", "groups": "Groups compared, in order",
    "n": "Patients with a value and a group",
    "statistic": "W of the first group (two groups, Wilcoxon) or H (more, Kruskal-Wallis)",
    "p": "P of this receptor alone, not corrected",
    "p_corrected": "P corrected by Holm for all receptors of the table tested against the same column",
    "tested": "Receptors that the correction counts", "test": "Which test gave p"}


@dataclass(frozen=True, eq=False)
class Groups:
    """Patients of the cohort in groups of a clinical column: ``code`` per patient, -1 where the column has no value."""

    column: str
    names: tuple[str, ...]
    code: np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class GroupTests:
    """One column against every receptor: tests in the order of the receptors, P of all corrected together."""

    groups: Groups
    tests: tuple[RankTest, ...]
    p_corrected: FloatArray

    @property
    def tested(self) -> int:
        return int(np.isfinite(self.p_corrected).sum())


def patient_groups(data: ViewData, column: ClinicalColumn) -> Groups:
    """The groups of a column among the cohort's patients, numbers by size, words by the alphabet.

    Raises
    ------
    UserError
        "too_many_levels", "one_group".
    """
    row_of = {sample: row for row, sample in enumerate(data.cohort.clinical.samples)}
    rows = [row_of[patient] for patient in data.patients]
    keys = [None if row in column.missing else value_key(column.texts[row]) for row in rows]
    names: dict[str, str] = {}
    for key, row in zip(keys, rows, strict=True):
        if key is not None:
            names.setdefault(key, column.texts[row].strip())
    if len(names) > MOST_LEVELS:
        raise UserError(Problem(
            "too_many_levels", f"“{column.name}” has {len(names)} different values among {len(rows)} patients, too "
            "many for groups", column.place, "Every value becomes a group.",
            "use a column with fewer values, or make groups of it in the table", answer_key="by_group"))
    if len(names) < 2:
        only = f"the value {next(iter(names.values()))} only" if names else "no value"
        raise UserError(Problem(
            "one_group", f"“{column.name}” has {only} among the {len(rows)} patients of the cohort", column.place,
            "Groups cannot be compared.", "choose another column or a wider cohort", answer_key="by_group"))
    ordered = sorted(names, key=_by_size)
    at = {key: code for code, key in enumerate(ordered)}
    code = np.array([-1 if key is None else at[key] for key in keys], dtype=np.int64)
    return Groups(column.name, tuple(names[key] for key in ordered), code)


def _by_size(key: str) -> tuple[int, float, str]:
    try:
        return 0, float(key), key
    except ValueError:
        return 1, 0.0, key.lower()


def compare_groups(data: ViewData, groups: Groups) -> GroupTests:
    """Every receptor of the data against the groups."""
    tests = []
    for number in range(len(data.receptors)):
        values = data.expression[:, number]
        known = np.isfinite(values) & (groups.code >= 0)
        present = np.unique(groups.code[known])
        if len(present) == 2:
            first, second = (values[known & (groups.code == code)] for code in present)
            tests.append(wilcoxon_rank_sum(first, second))
        else:
            tests.append(kruskal_wallis(values[known], groups.code[known]))
    return GroupTests(groups, tuple(tests), holm([test.p for test in tests]))


def view_groups(data: ViewData, requests: Sequence[GroupRequest], job: JobContext) -> View:
    """Every request: two tables, a figure each, findings.

    Raises
    ------
    UserError
        "too_many_levels", "one_group".
    """
    columns = {request.column.name: request.column for request in requests}
    tested: dict[str, GroupTests] = {}
    problems: list[Problem] = []
    for done, (name, column) in enumerate(columns.items()):
        job.progress(done / len(columns), f"Groups of {name}")
        try:
            tested[name] = compare_groups(data, patient_groups(data, column))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    paid = sum(tests.tested for tests in tested.values())
    return View(
        (_group_table(data, requests, tested), _test_table(data, requests, tested)),
        tuple(_figure(data, request, tested[request.column.name]) for request in requests),
        tuple(_finding(data, request, tested[request.column.name]) for request in requests),
        "Expression was compared between groups of patients by Wilcoxon's rank sum test (two groups; exact below 50 "
        "patients per group without ties, else the normal approximation with correction for continuity and ties) or "
        "Kruskal and Wallis's test (more groups). P values were corrected by Holm's method for all "
        f"{counted(len(data.receptors), 'receptor')} tested against the same column, so that picking a receptor after "
        "looking is paid for; different columns are not counted against each other.", paid=paid,
        tried=tuple(TriedTest(f"all receptors by {name}", tests.tested, 0) for name, tests in tested.items()))


def _members(data: ViewData, receptor: str, groups: Groups) -> list[GroupValues]:
    values = data.values(receptor)
    found = []
    for code, name in enumerate(groups.names):
        here = (groups.code == code) & np.isfinite(values)
        found.append(GroupValues(name, values[here], tuple(np.array(data.patients, dtype=object)[here])))
    return found


def _test_name(test: RankTest, groups: Sequence[GroupValues]) -> str:
    if sum(len(group.values) > 0 for group in groups) == 2:
        return "Wilcoxon rank sum, exact" if test.exact else "Wilcoxon rank sum"
    return "Kruskal-Wallis"


def _at(data: ViewData, receptor: str, tests: GroupTests) -> tuple[RankTest, float]:
    number = data.receptors.index(receptor)
    return tests.tests[number], float(tests.p_corrected[number])


def _words(data: ViewData, request: GroupRequest, tests: GroupTests) -> tuple[str, ...]:
    test, corrected = _at(data, request.receptor, tests)
    name = _test_name(test, _members(data, request.receptor, tests.groups))
    if not np.isfinite(test.p):
        return (f"no P: fewer than two groups with different values ({name})",)
    over = f"for {counted(tests.tested, 'receptor')} (Holm)"
    return f"corrected {p_equals(corrected)}, {over}", f"{name} {p_equals(test.p)}, uncorrected"


def _figure(data: ViewData, request: GroupRequest, tests: GroupTests) -> FigureSpec:
    shown = _members(data, request.receptor, tests.groups)
    left = len(data.patients) - sum(len(group.values) for group in shown)
    missing = f"{counted(left, 'patient')} without a value of {request.receptor} or {request.column.name} not shown." \
        if left else ""
    return group_boxes(request.receptor, request.column.name, shown, value_words=data.value_words,
                       cohort_words=data.cohort_words, test_words=_words(data, request, tests), missing_words=missing,
                       seed=data.seed, badge=data.badge)


def _finding(data: ViewData, request: GroupRequest, tests: GroupTests) -> str:
    shown = _members(data, request.receptor, tests.groups)
    medians = list_words([f"{number_words(box_numbers(group.values).median)} in {group.name} "
                          f"({counted(len(group.values), 'patient')})" for group in shown if len(group.values)])
    words = "; ".join(_words(data, request, tests))
    return f"{request.receptor} by {request.column.name}: median {medians}; {words}."


def _group_table(data: ViewData, requests: Sequence[GroupRequest], tested: dict[str, GroupTests]) -> ResultTable:
    columns: dict[str, list[object]] = {name: [] for name in GROUP_COLUMNS}
    for request in requests:
        for group in _members(data, request.receptor, tested[request.column.name].groups):
            box = box_numbers(group.values)
            row = (request.receptor, request.column.name, group.name, len(group.values), box.median, box.q1, box.q3)
            for column, value in zip(columns, row, strict=True):
                columns[column].append(value)
    return ResultTable("by_group", columns, "Expression by groups of patients", GROUP_COLUMNS)


def _test_table(data: ViewData, requests: Sequence[GroupRequest], tested: dict[str, GroupTests]) -> ResultTable:
    columns: dict[str, list[object]] = {name: [] for name in TEST_COLUMNS}
    for request in requests:
        tests = tested[request.column.name]
        test, corrected = _at(data, request.receptor, tests)
        shown = _members(data, request.receptor, tests.groups)
        row = (request.receptor, request.column.name, " v ".join(group.name for group in shown if len(group.values)),
               sum(len(group.values) for group in shown), test.statistic, test.p, corrected, tests.tested,
               _test_name(test, shown))
        for column, value in zip(columns, row, strict=True):
            columns[column].append(value)
    return ResultTable("group_tests", columns, "Tests between groups of patients", TEST_COLUMNS)
