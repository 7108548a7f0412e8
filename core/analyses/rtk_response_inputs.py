"""What the response analysis starts from: who responded, who is left out and why, values and covariates. Quick.

Not for: statistics (rtk_response_compute.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.covariates import build_covariates
from core.analyses.receptors import choose_receptors
from core.analyses.rtk_response_numbers import FloatArray, LeftOut
from core.analyses.rtk_response_parameters import Parameters
from core.data.nearest_name import nearest
from core.data.patients.biopsy_dates import time_points
from core.data.patients.biopsy_names import parse_pair_name
from core.data.patients.cohort import Cohort
from core.data.patients.sample_set import SampleSet
from core.data.tables import ClinicalColumn, EndpointRule, ExpressionMatrix
from core.data.values import value_key
from core.figures.number_words import counted, list_words
from core.problems import Location, Problem, UserError, user_error, warning

RESPONSE_NAMES = re.compile(
    r"(?<![a-z])(pcr|rcb|npcr|rd(?![a-z]))|respon|residual|recist|miller|payne|sataloff|benefit", re.I)
GOOD_VALUES = re.compile(r"pcr|yes|y|cr|responder|response|sensitive|true|complete.*|r|1|rcb[- ]?0|npcr", re.I)
MOST_VALUES = 10


@dataclass(frozen=True, eq=False)
class ResponseInputs:
    """Everything that is not statistics; ``design`` is (n, p), with no columns where nothing is adjusted for."""

    samples: SampleSet
    matrix: ExpressionMatrix
    receptors: tuple[str, ...]
    sample_names: tuple[str, ...]
    patients: tuple[str, ...]
    positive: NDArray[np.bool_]
    positive_words: str
    negative_words: str
    expression: FloatArray
    design: FloatArray
    adjusted: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    before_only: int
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class OneSample:
    """A sample that stands for its patient."""

    sample: str
    patient: str


def response_inputs(samples: SampleSet, parameters: Parameters) -> ResponseInputs:
    """Who responded, among the samples before treatment that have expression.

    Raises
    ------
    UserError
        "no_response", "which_values_respond", "value_nobody_has", "one_response", "no_column", "no_clinical",
        "which_measure", "no_receptors", "nobody_left" and others of the covariates.
    """
    matrix = samples.matrix(parameters.measure)
    receptors, warnings = choose_receptors(matrix, parameters.receptors)
    column = _response_column(samples, parameters)
    positive_keys, more = _positive_values(samples, column, parameters)
    chosen, left_out, before_only = samples_of_side(samples, "before")
    measured = set(matrix.samples)
    left_out += [LeftOut(each.sample, f"not in the {matrix.measure} table {matrix.place.file}") for each in chosen
                 if each.sample not in measured]
    chosen = [each for each in chosen if each.sample in measured]
    answers = _answers(samples, column, positive_keys)
    left_out += [LeftOut(each.sample, *_why_no_answer(samples, column, each, answers)) for each in chosen
                 if answers.get(each.sample) is None]
    chosen = [each for each in chosen if answers.get(each.sample) is not None]
    if not chosen:
        raise user_error("nobody_left", f"no sample has both a value of “{column.name}” and {matrix.measure} "
                         "expression", column.place, answer_key="response",
                         remedy="check that samples have the same names in the clinical and the expression table, "
                         "and which column says who responded")
    positive = np.array([bool(answers[each.sample]) for each in chosen])
    _check_both(column, positive, parameters)
    cohort = _as_cohort(samples, column, chosen, positive)
    covariates = build_covariates(cohort, parameters.adjust, ())
    left_out += [LeftOut(sample, reason) for sample, reason in covariates.left_out]
    rows = covariates.rows
    _check_both(column, positive[rows], parameters)
    names = tuple(chosen[row].sample for row in rows)
    expression = matrix.take(names, receptors)
    expression.setflags(write=False)
    others = dict.fromkeys(column.texts[row].strip() for row in samples.rows().tolist() if row >= 0
                           and row not in column.missing and value_key(column.texts[row]) not in positive_keys)
    return ResponseInputs(
        samples, matrix, receptors, names, tuple(chosen[row].patient for row in rows), positive[rows],
        list_words(list(parameters.positive), "or"), list_words(list(others), "or"), expression, covariates.design,
        covariates.adjusted, tuple(left_out), before_only, (*warnings, *more, *covariates.warnings))


def samples_of_side(samples: SampleSet, side: str) -> tuple[list[OneSample], list[LeftOut], int]:
    """One sample for each patient: that before or after treatment where the data set has pairs, else every sample.

    Returns
    -------
    chosen, left out with reasons, how many were left out because they are of another time point.
    """
    layout = samples.spec.layout.get("pairs", {})
    if "patient" in layout:
        return _of_columns(samples, layout, layout[side])
    read = [parse_pair_name(sample) for sample in samples.samples]
    sides = {each.time_point for each in read}
    clear = "from" in layout or not any(each.question for each in read)
    if samples.spec.role == "biopsies" and {"before", "after"} <= sides and clear:
        return _first_of_each([(each.name, each.patient, "") for each in read if each.time_point == side], [
            LeftOut(each.name, f"its name says {each.words}, and samples {side} treatment are analysed"
                    if each.time_point else f"its name {each.question or 'says no time point'}")
            for each in read if each.time_point != side])
    return [OneSample(sample, sample) for sample in samples.samples], [], 0


def _of_columns(samples: SampleSet, layout: Mapping[str, str],
                wanted: str) -> tuple[list[OneSample], list[LeftOut], int]:
    patient, time_name = samples.column(layout["patient"]), layout["time_point"]
    time = time_points(patient, samples.column(time_name), layout["before"], layout["after"])
    found: list[tuple[str, str, str]] = []
    other: list[LeftOut] = []
    unclear: list[LeftOut] = []
    for sample, row in zip(samples.samples, samples.rows().tolist(), strict=True):
        if row < 0 or row in time.missing or not time.texts[row].strip():
            unclear.append(LeftOut(sample, f"no time point ({time_name})", time.cells[row] if row >= 0 else ""))
        elif value_key(time.texts[row]) != value_key(wanted):
            other.append(LeftOut(sample, f"{time_name} is {time.texts[row].strip()}, not {wanted}", time.cells[row]))
        else:
            who = "" if row in patient.missing else patient.texts[row].strip()
            found.append((sample, who or sample, time.cells[row]))
    chosen, left_out, count = _first_of_each(found, other)
    return chosen, [*left_out, *unclear], count


def _first_of_each(found: list[tuple[str, str, str]],
                   other: list[LeftOut]) -> tuple[list[OneSample], list[LeftOut], int]:
    """One sample for each patient; a further one of the same time point is left out, so that nobody counts twice."""
    first: dict[str, OneSample] = {}
    again: list[LeftOut] = []
    for sample, who, cell in found:
        key = value_key(who)
        if key in first:
            again.append(LeftOut(sample, f"patient {who} counts once, with {first[key].sample}", cell))
        else:
            first[key] = OneSample(sample, who)
    return list(first.values()), [*other, *again], len(other)


def _response_column(samples: SampleSet, parameters: Parameters) -> ClinicalColumn:
    if parameters.response:
        return samples.column(parameters.response)
    if samples.clinical is None:
        raise user_error("no_clinical", f"the data set “{samples.dataset}” has no clinical table, so nobody knows who "
                         "responded", samples.place, remedy="add clinical = { file = … } to it", answer_key="clinical")
    genes = {gene.upper() for matrix in samples.expression for gene in matrix.genes}
    likely = sorted((name for name in samples.clinical.columns if RESPONSE_NAMES.search(name)
                     and name.upper() not in genes),
                    key=lambda name: len(set(samples.column(name).texts)) > MOST_VALUES)
    shown = likely or list(samples.clinical.columns)
    start = "it may be " if likely else "the columns are "
    listed = list_words([f"“{name}”" for name in shown[:8]], "or") + (", …" if len(shown) > 8 else "")
    key = shown[0] if likely else "…"
    remedy = f'{start}{listed}: write parameters = {{ response = "{key}", positive = ["…"] }}'
    raise user_error("no_response", "the analysis does not say which column tells who responded", samples.place,
                     why="Receptors are compared between those who responded and those who did not.", remedy=remedy,
                     answer_key="response")


def _positive_values(samples: SampleSet, column: ClinicalColumn,
                     parameters: Parameters) -> tuple[set[str], list[Problem]]:
    """Keys of the values that mean response; refused where none is stated or nobody has any of them."""
    rows = [row for row in range(len(column.texts)) if row not in column.missing and column.texts[row].strip()]
    values = list(dict.fromkeys(column.texts[row].strip() for row in rows))
    there = {value_key(text): text for text in values}
    if not parameters.positive:
        if len(there) > MOST_VALUES:
            raise user_error("which_values_respond", f"“{column.name}” has {len(there)} different values, so it looks "
                             "like a measured number, not a response", column.place, answer_key="positive",
                             remedy="choose a column of classes, such as pCR or the RCB class, or name the "
                             'values that mean response: positive = ["…"]')
        good = [text for text in there.values() if GOOD_VALUES.fullmatch(text)] if len(there) else []
        proposal = f'positive = ["{good[0]}"], if that is what it means' if len(good) == 1 else 'positive = ["…"]'
        listed = list_words([f"“{text}” ({sum(value_key(column.texts[row]) == key for row in rows)})"
                             for key, text in there.items()])
        raise user_error("which_values_respond", f"it is not said which values of “{column.name}” mean response: "
                         f"{listed}", column.place, why="A score can count either way, so this is never guessed.",
                         remedy=f"name them: {proposal}", answer_key="positive")
    keys = {value_key(value) for value in parameters.positive}
    absent = [value for value in parameters.positive if value_key(value) not in there]
    if not absent:
        return keys, []
    close = next((near for value in absent if (near := nearest(value, values))), "")
    holds = ", ".join(values[:8]) + (", …" if len(values) > 8 else "")
    problem = Problem("value_nobody_has", f"nobody has the value {list_words([f'“{v}”' for v in absent], 'or')} in "
                      f"“{column.name}”", column.place, why=f"The column holds {holds}." if values else "It is empty.",
                      remedy=f"did you mean “{close}”?" if close else "check positive", answer_key="positive")
    if len(absent) == len(parameters.positive):
        raise UserError(problem)
    return keys, [warning(problem.code, problem.what, problem.where, why=problem.why, remedy=problem.remedy,
                          answer_key="positive")]


def _answers(samples: SampleSet, column: ClinicalColumn, positive_keys: set[str]) -> dict[str, bool | None]:
    """Sample -> responded or not; a patient's other rows speak for a silent one, and None where they disagree."""
    own: dict[int, bool] = {row: value_key(text) in positive_keys for row, text in enumerate(column.texts)
                            if row not in column.missing and text.strip()}
    names = () if samples.clinical is None else samples.clinical.samples
    layout = samples.spec.layout.get("pairs", {})
    if "patient" not in layout:
        return {name: own.get(row) for row, name in enumerate(names)}
    patient = samples.column(layout["patient"])
    said: dict[str, set[bool]] = {}
    for row, responded in own.items():
        said.setdefault(value_key(patient.texts[row]), set()).add(responded)
    answers: dict[str, bool | None] = {}
    for row, name in enumerate(names):
        of_patient = said.get(value_key(patient.texts[row]), set()) if patient.texts[row].strip() else set()
        answers[name] = None if len(of_patient) > 1 else next(iter(of_patient), own.get(row))
    return answers


def _why_no_answer(samples: SampleSet, column: ClinicalColumn, each: OneSample,
                   answers: dict[str, bool | None]) -> tuple[str, str]:
    names = () if samples.clinical is None else samples.clinical.samples
    if each.sample not in answers:
        return "not in the clinical table", ""
    row = names.index(each.sample)
    silent = row in column.missing or not column.texts[row].strip()
    return (f"{column.name} is missing" if silent else
            f"the rows of patient {each.patient} disagree about {column.name}"), column.cells[row]


def _check_both(column: ClinicalColumn, positive: NDArray[np.bool_], parameters: Parameters) -> None:
    if positive.any() and not positive.all():
        return
    which = "have" if positive.all() else "have none of"
    raise user_error("one_response", f"all {counted(len(positive), 'analysed patient')} {which} the values that mean "
                     f"response ({list_words(list(parameters.positive), 'or')})", column.place,
                     why="Without both there is nothing to compare.",
                     remedy="check positive, or choose another column or cohort", answer_key="positive")


def _as_cohort(samples: SampleSet, column: ClinicalColumn, chosen: list[OneSample],
               positive: NDArray[np.bool_]) -> Cohort:
    """The samples in the shape in which covariates are read."""
    assert samples.clinical is not None
    rule = EndpointRule(column.name, column.name, "months", column.name, ())
    return Cohort(samples.name, samples.dataset, tuple(each.sample for each in chosen), rule, np.zeros(len(chosen)),
                  positive, samples.expression, samples.clinical, samples.ledger, samples.flow)


def response_place(samples: SampleSet, response: str) -> Location:
    """Where the response is read: its column."""
    return samples.column(response).place
