"""What the activation analysis starts from: which tables are called, by which rule, in whose samples. Quick.

Not for: calling (activation_compute.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.analyses.activation_parameters import (
    AFTER,
    CONSENSUS,
    FOLD,
    PERCENTILE,
    PHOSPHO,
    REFERENCE,
    ROBUST_Z,
    Parameters,
)
from core.analyses.receptors import choose_receptors
from core.analyses.rtk_response_inputs import samples_of_side
from core.analyses.rtk_response_numbers import FloatArray, LeftOut
from core.data.nearest_name import nearest
from core.data.patients.pairs import pair_samples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.data.values import value_key
from core.figures.number_words import list_words
from core.problems import Problem, UserError, user_error

GIVEN, ARRAY = "calls as given", "array call"
LOG_BASE = {Scale.LOG2: 2.0, Scale.LINEAR: 2.0, Scale.COUNTS: 2.0, Scale.LOG10: 10.0, Scale.LOG_RATIO: 2.0}
"""The base in which a table's values are logs once they are read."""
DEFAULT_LIMITS = {ROBUST_Z: 2.0, FOLD: 2.0, PERCENTILE: 25.0}
MEASURE_ORDER = ("mRNA", "total", "phospho")


@dataclass(frozen=True, eq=False)
class MeasureTable:
    """One table with the rule that calls it; arrays are (patients, receptors), NaN where nothing was measured."""

    matrix: ExpressionMatrix
    rule: str
    values: FloatArray
    before: FloatArray | None
    reference: FloatArray
    calls: FloatArray | None


@dataclass(frozen=True, eq=False)
class ActivationInputs:
    """Everything that is not statistics. ``limit`` and ``floor`` are None where not stated."""

    samples: SampleSet
    method: str
    patients: tuple[str, ...]
    sample_names: tuple[str, ...]
    receptors: tuple[str, ...]
    tables: tuple[MeasureTable, ...]
    limit: float | None
    floor: float | None
    n_reference: int
    left_out: tuple[LeftOut, ...]
    other_time: int
    warnings: tuple[Problem, ...]


def activation_inputs(samples: SampleSet, parameters: Parameters) -> ActivationInputs:
    """Tables, rules and samples.

    Raises
    ------
    UserError
        "one_measure", "which_measure", "no_reference", "no_limit", "no_pairs", "no_fold", "wrong_number",
        "no_receptors", "nobody_left", "no_column", "value_nobody_has".
    """
    limit, floor = _number(parameters.limit, "limit", samples), _number(parameters.floor, "floor", samples)
    tables = _tables(samples, parameters)
    rules = [_rule(matrix, samples, parameters, limit) for matrix in tables]
    method = GIVEN if len(tables) == 1 and rules[0] == GIVEN else parameters.method
    union = tuple(dict.fromkeys(gene for matrix in tables for gene in matrix.genes))
    everything = replace(tables[0], genes=union, values=np.empty((len(tables[0].samples), len(union))))
    receptors, warnings = choose_receptors(everything, parameters.receptors)
    reference = _reference_samples(samples, parameters)
    if REFERENCE in rules and limit is None and not reference:
        raise _no_reference(samples)
    paired = FOLD in rules
    chosen, left_out, other_time = samples_of_side(samples, AFTER if paired else parameters.sample)
    left_out += [LeftOut(each.sample, f"a reference sample ({parameters.reference_column})") for each in chosen
                 if each.sample in reference]
    chosen = [each for each in chosen if each.sample not in reference]
    measured = {sample for matrix in tables for sample in matrix.samples}
    left_out += [LeftOut(each.sample, "in none of the tables that are called") for each in chosen
                 if each.sample not in measured]
    chosen = [each for each in chosen if each.sample in measured]
    if not chosen:
        raise user_error("nobody_left", "no sample is left to be called", samples.place,
                         remedy="check the cohort, the reference values and which sample is called")
    before_of = {pair.after: pair.before for pair in pair_samples(samples).pairs} if paired else {}
    names = tuple(each.sample for each in chosen)
    built = tuple(MeasureTable(
        matrix, rule, values_of(matrix, names, receptors),
        values_of(matrix, [before_of.get(name, "") for name in names], receptors) if rule == FOLD else None,
        values_of(matrix, reference, receptors), _array_calls(samples, matrix, names, receptors))
        for matrix, rule in zip(tables, rules, strict=True))
    return ActivationInputs(samples, method, tuple(each.patient for each in chosen), names, receptors, built, limit,
                            floor, len(reference), tuple(left_out), other_time, warnings)


def values_of(matrix: ExpressionMatrix, samples: Sequence[str], genes: Sequence[str]) -> FloatArray:
    """Values of these samples and genes; NaN for those that the table lacks."""
    row_of = {sample: row for row, sample in enumerate(matrix.samples)}
    column_of = {gene: column for column, gene in enumerate(matrix.genes)}
    rows = np.array([row_of.get(sample, -1) for sample in samples], dtype=np.intp)
    columns = np.array([column_of.get(gene, -1) for gene in genes], dtype=np.intp)
    found: FloatArray = np.full((len(rows), len(columns)), np.nan)
    there, known = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    found[np.ix_(there, known)] = matrix.values[np.ix_(rows[there], columns[known])]
    return found


def _tables(samples: SampleSet, parameters: Parameters) -> list[ExpressionMatrix]:
    """The tables that are called, one per measure."""
    if parameters.method == PHOSPHO:
        return [samples.matrix("phospho")]
    if parameters.method != CONSENSUS:
        return [samples.matrix(parameters.measure)]
    measures = [each for each in MEASURE_ORDER if any(matrix.measure == each for matrix in samples.expression)]
    tables = [samples.matrix(measure) for measure in measures]
    if len(tables) > 1 or (tables and tables[0].scale == Scale.CALLS):
        return tables
    only = tables[0].measure if tables else "no known measure"
    raise user_error(
        "one_measure", f"a consensus needs two of mRNA, total protein and phospho; this data set has {only} only",
        tables[0].place if tables else samples.place, answer_key="method",
        why="One measure cannot agree with another. "
        + ("mRNA says that a receptor is there, not that it is active." if only == "mRNA" else
           "A receptor that is there may be silent, and a signal may be a cross-reaction."),
        remedy='add a second table with its own measure, or call this one by a single rule: method = "robust z", '
        '"reference limit", "mixture" or "fold over baseline"')


def _rule(matrix: ExpressionMatrix, samples: SampleSet, parameters: Parameters, limit: float | None) -> str:
    """By which rule a table is called; tables of calls and array calls are taken as they are."""
    if matrix.scale == Scale.CALLS:
        return GIVEN
    array = any(record.calls is not None and record.calls.measure == matrix.measure for record in samples.assays)
    if parameters.method == PHOSPHO:
        if array and limit is None:
            return ARRAY
        if limit is None:
            raise user_error("no_limit", f"the phospho table {matrix.place.file} holds values and no "
                                         "calls", matrix.place,
                             why="Above which signal a receptor counts as phosphorylated must be known.",
                             remedy="give the value with limit, or read an array by its spots (the key array), which "
                             "calls each receptor against the negative spots", answer_key="limit")
        return PHOSPHO
    if parameters.method != CONSENSUS:
        rule = parameters.method
    else:
        rule = ARRAY if array else parameters.rule
        if rule == REFERENCE and limit is not None:
            raise user_error("limit_of_several", "one limit cannot be the reference limit of several measures",
                             samples.place, remedy="name reference samples with reference_column and reference, or "
                                                   "call "
                             "one measure alone", answer_key="limit")
    if rule == FOLD and matrix.scale not in LOG_BASE and parameters.method != CONSENSUS:
        raise user_error("no_fold", f"a fold change needs a log scale; {matrix.place.file} is on the scale "
                         f"“{matrix.scale}”", matrix.place, remedy='use method = "robust z" or "reference limit"',
                         answer_key="method")
    if rule == PERCENTILE and limit is not None and not 0 < limit < 100:
        raise user_error("wrong_number", f"limit is {limit:g}, and the upper percent lie between 0 and 100",
                         samples.place, remedy="for example limit = 25", answer_key="limit")
    if rule == FOLD and limit is not None and not limit > 1:
        raise user_error("wrong_number", f"limit is {limit:g}, and a fold must be above 1", samples.place,
                         remedy="for example limit = 2", answer_key="limit")
    return rule


def _array_calls(samples: SampleSet, matrix: ExpressionMatrix, names: Sequence[str],
                 receptors: Sequence[str]) -> FloatArray | None:
    records = [record.calls for record in samples.assays
               if record.calls is not None and record.calls.measure == matrix.measure]
    if not records:
        return None
    found = values_of(records[0], names, receptors)
    for more in records[1:]:
        found = np.where(np.isfinite(found), found, values_of(more, names, receptors))
    return found


def _reference_samples(samples: SampleSet, parameters: Parameters) -> tuple[str, ...]:
    """All samples of the clinical table with a reference value, also those that a cohort rule leaves out."""
    if not parameters.reference_column:
        return ()
    column = samples.column(parameters.reference_column)
    keys = {value_key(value) for value in parameters.reference}
    names = () if samples.clinical is None else samples.clinical.samples
    found = tuple(name for row, name in enumerate(names) if row not in column.missing
                  and value_key(column.texts[row]) in keys)
    if found:
        return found
    there = list(dict.fromkeys(text.strip() for row, text in enumerate(column.texts) if row not in column.missing))
    close = next((near for value in parameters.reference if (near := nearest(value, there))), "")
    listed = list_words([f"“{value}”" for value in parameters.reference], "or") or "a reference value"
    raise UserError(Problem(
        "value_nobody_has", f"nobody has {listed} in “{column.name}”", column.place,
        "Without reference samples there is no reference limit.",
        f"did you mean “{close}”?" if close else f"it holds {', '.join(there[:8])}", answer_key="reference"))


def _no_reference(samples: SampleSet) -> UserError:
    likely = [] if samples.clinical is None else [
        name for name, column in samples.clinical.columns.items()
        if any("normal" in text.lower() or "control" in text.lower() for text in column.texts)]
    named = f'reference_column = "{likely[0]}" and the values that mark them' if likely else \
        "reference_column and reference"
    return user_error("no_reference", "a reference limit needs reference samples (normal tissue, or responders) or a "
                      "number", samples.place, why="On means above the 97.5th percentile of the reference.",
                      remedy=f"name the samples with {named}, or give the number with limit", answer_key="reference")


def _number(text: str, key: str, samples: SampleSet) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise user_error("wrong_number", f"{key} is “{text}”, which is no number", samples.place,
                         remedy=f"for example {key} = 2", answer_key=key)
    return value
