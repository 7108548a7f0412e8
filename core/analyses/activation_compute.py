"""The calls: every table by its rule, votes of measures, evidence in words, and which calls hang on a threshold.

Not for: reading (activation_inputs.py) or the rules themselves (core/statistics/activation_calls.py).
"""

from __future__ import annotations

import numpy as np

from core.analyses.activation_inputs import (
    ARRAY,
    DEFAULT_LIMITS,
    GIVEN,
    LOG_BASE,
    ActivationInputs,
    MeasureTable,
)
from core.analyses.activation_numbers import STATE_NAMES, UNKNOWN, ActivationNumbers, Calls, FloatArray, MeasureCalls
from core.analyses.activation_parameters import (
    CONSENSUS,
    FOLD,
    MIXTURE,
    PERCENTILE,
    PHOSPHO,
    REFERENCE,
    ROBUST_Z,
    Parameters,
)
from core.figures.number_words import number_words
from core.jobs import JobContext
from core.statistics.activation_calls import (
    JITTER,
    ColumnCalls,
    by_fold,
    by_mixture,
    by_percentile,
    by_reference,
    by_robust_z,
    by_threshold,
    consensus,
    none_called,
)

FLOOR_SHARE, FLOOR_LEAST = 0.1, 3


def compute_activation(given: ActivationInputs, parameters: Parameters, job: JobContext) -> ActivationNumbers:
    """All calls with their evidence; patients in the order of the data set."""
    shape = (len(given.patients), len(given.receptors))
    measures: list[MeasureCalls] = []
    moved: list[tuple[Calls, Calls]] = []
    firm = np.ones(shape[1], dtype=np.bool_)
    for number, table in enumerate(given.tables):
        job.progress(number / len(given.tables), f"Calling {table.matrix.measure}")
        columns = [_column(table, place, given) for place in range(shape[1])]
        measures.append(_measure(table, columns))
        moved.append((_states([column.moved(-JITTER) for column in columns], shape),
                      _states([column.moved(JITTER) for column in columns], shape)))
        if table.rule not in (GIVEN, ARRAY):
            firm &= np.array([bool(column.why_not) for column in columns])
    votes = np.stack([each.states for each in measures])
    needed = 2 if given.method == CONSENSUS else 1
    calls = consensus(votes, needed)
    job.progress(0.8, "Moving the thresholds")
    changed = np.zeros(shape, dtype=np.bool_)
    for side in (0, 1):
        changed |= (calls != UNKNOWN) & (consensus(np.stack([each[side] for each in moved]), needed) != calls)
    known = (calls != UNKNOWN).sum(axis=0)
    jitter = np.where((known > 0) & ~firm, changed.sum(axis=0) / np.maximum(known, 1), np.nan)
    measured = np.any([np.isfinite(each.expression) | (each.states != UNKNOWN) for each in measures], axis=0)
    return ActivationNumbers(
        samples=given.samples, parameters=parameters, method=given.method, patients=given.patients,
        sample_names=given.sample_names, receptors=given.receptors, calls=calls,
        measured=np.asarray(measured, dtype=np.bool_), why=_reasons(measures, calls, given.method),
        measures=tuple(measures), changed=changed, jitter=np.asarray(jitter, dtype=np.float64),
        left_out=given.left_out, other_time=given.other_time, n_reference=given.n_reference, warnings=given.warnings)


def _column(table: MeasureTable, place: int, given: ActivationInputs) -> ColumnCalls:
    """One receptor of one table by the table's rule."""
    values, limit = table.values[:, place], given.limit
    rule = table.rule
    if rule in (GIVEN, ARRAY):
        source = values if rule == GIVEN or table.calls is None else table.calls[:, place]
        return by_threshold(source, 0.5)
    if not np.isfinite(values).any():
        return none_called(values, f"not measured in {table.matrix.measure}")
    if rule == REFERENCE:
        return by_reference(values, table.reference[:, place]) if limit is None else by_threshold(values, limit)
    if rule == ROBUST_Z:
        return by_robust_z(values, DEFAULT_LIMITS[ROBUST_Z] if limit is None else limit)
    if rule == MIXTURE:
        return by_mixture(values)
    if rule == PERCENTILE:
        return by_percentile(values, DEFAULT_LIMITS[PERCENTILE] if limit is None else limit)
    if rule == PHOSPHO:
        return by_threshold(values, float("nan") if limit is None else limit)
    base = LOG_BASE.get(table.matrix.scale)
    if base is None or table.before is None:
        return none_called(values, f"a fold needs a log scale, and {table.matrix.measure} is on the scale "
                           f"“{table.matrix.scale}”")
    before = table.before[:, place]
    fold = DEFAULT_LIMITS[FOLD] if limit is None else limit
    floor = noise_floor(np.concatenate([before, values])) if given.floor is None else given.floor
    return by_fold(before, values, float(np.log(fold) / np.log(base)), floor)


def noise_floor(values: FloatArray) -> float:
    """The lowest value where at least 3 samples and a tenth of them share it (a detection limit), or -inf."""
    known = values[np.isfinite(values)]
    at_bottom = int((known == known.min()).sum()) if known.size else 0
    enough = at_bottom >= max(FLOOR_LEAST, FLOOR_SHARE * known.size)
    return float(known.min()) if known.size and enough and np.ptp(known) > 0 else float("-inf")


def _states(columns: list[Calls], shape: tuple[int, int]) -> Calls:
    states = np.full(shape, UNKNOWN, dtype=np.int8)
    for place, column in enumerate(columns):
        states[:, place] = column
    return states


def _measure(table: MeasureTable, columns: list[ColumnCalls]) -> MeasureCalls:
    shape = (len(table.values), len(columns))
    compared = np.column_stack([column.compared for column in columns])
    states = _states([column.states for column in columns], shape)
    why = tuple(tuple(_words(table, columns[place], row, place) for place in range(shape[1]))
                for row in range(shape[0]))
    return MeasureCalls(
        table.matrix.measure, table.matrix, table.rule, table.values, compared, states,
        np.array([column.threshold for column in columns]), np.array([column.threshold_off for column in columns]),
        tuple(column.why_not for column in columns), why)


def _words(table: MeasureTable, column: ColumnCalls, row: int, place: int) -> str:
    """Why one call of one measure is as it is."""
    value, compared = float(table.values[row, place]), float(column.compared[row])
    state = int(column.states[row])
    if table.rule in (GIVEN, ARRAY):
        source = "called so in the table" if table.rule == GIVEN else "array: above the negative spots + 3 SD, and " \
            "duplicates agree"
        if table.rule == ARRAY and state == 0:
            source = "array: not above the negative spots + 3 SD with agreeing duplicates"
        return source if state != UNKNOWN else "no call"
    if not np.isfinite(value):
        return "no value"
    if column.why_not:
        return column.why_not
    if table.rule == FOLD:
        if not np.isfinite(compared):
            return "no value before treatment"
        said = f"change {number_words(compared)}"
        if state == 0 and compared >= column.threshold:
            return f"{said}, but not above the noise floor"
        return f"{said}, {'at least' if state else 'below'} {number_words(column.threshold)}"
    name = {ROBUST_Z: "robust z"}.get(table.rule, "value")
    if state == UNKNOWN:
        ends = [f"{word} {side} {number_words(limit)}" for word, side, limit in (
            ("off", "up to", column.threshold_off), ("on", "above", column.threshold)) if np.isfinite(limit)]
        return f"{name} {number_words(compared)} is neither surely on nor off ({'; '.join(ends) or 'groups overlap'})"
    side = "above" if state else "not above"
    limit = column.threshold if state else column.threshold_off
    return f"{name} {number_words(compared)}, {side} {number_words(limit)}"


def _reasons(measures: list[MeasureCalls], calls: Calls, method: str) -> tuple[tuple[str, ...], ...]:
    """The evidence of every call: what each measure says, and for a consensus why they make this call."""
    rows = []
    for row in range(calls.shape[0]):
        line = []
        for place in range(calls.shape[1]):
            said = [f"{each.measure} {STATE_NAMES[int(each.states[row, place])]} ({each.why[row][place]})"
                    for each in measures]
            text = "; ".join(said)
            if method == CONSENSUS and calls[row, place] == UNKNOWN:
                voting = [each for each in measures if each.states[row, place] != UNKNOWN]
                text += ": they disagree" if len(voting) > 1 else ": fewer than two measures can say"
            line.append(text)
        rows.append(tuple(line))
    return tuple(rows)
