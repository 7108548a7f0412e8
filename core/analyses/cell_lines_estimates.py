"""The statistics of every measure of cell lines: what each receptor does, its P, and the result without each line.

Not for: choosing lines (cell_lines_design.py) or saying what was found (cell_lines_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.analyses.cell_lines_design import Design, build_design
from core.analyses.cell_lines_numbers import (
    CONTINUOUS,
    GROUPS,
    PAIRS,
    Bools,
    CellLinesNumbers,
    Floats,
    Ints,
    LeaveOneOut,
    MeasureNumbers,
)
from core.analyses.receptors import choose_receptors
from core.data.assays.assay_spec import ARRAY, BLOT, PLATE, AssayRecord
from core.data.patients.sample_set import SampleSet
from core.data.reference import rtk_symbols
from core.data.tables import ExpressionMatrix, Scale
from core.figures.number_words import list_words
from core.jobs import JobContext
from core.problems import Problem, Severity, UserError, user_error
from core.statistics.line_permutation import (
    LineMaxT,
    adjusted_values,
    linear_max_t,
    residuals,
    spearman_max_t,
    welch_max_t,
)
from core.statistics.line_power import detectable_correlation, detectable_difference, detectable_paired
from core.statistics.multiplicity import benjamini_hochberg
from core.statistics.paired_shift import paired_shift
from core.statistics.sign_flips import sign_flips
from core.statistics.two_groups import GroupShift, group_shift

if TYPE_CHECKING:
    from core.analyses.cell_lines import Parameters

UNITS = {Scale.LOG_RATIO: "log ratio", Scale.Z: "SD", Scale.SCORE: "points", Scale.CALLS: "on or off"}
FEWEST_AT_FLOOR = 3
FLOOR_SHARE = 0.1
MOST_LEFT_OUT = 120
"""Lines up to which each is left out in turn: no one line makes a result of more."""
ONE_MEMBRANE = "One membrane: no P value"
ONE_REPLICATE = "One replicate: no P value"


@dataclass(frozen=True, eq=False)
class Chosen:
    """What an analysis looks at: the lines, the tables and the receptors of each."""

    design: Design
    tables: tuple[tuple[str, ExpressionMatrix], ...]
    receptors: tuple[str, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class _Tested:
    """The tests of some lines; arrays are (g,)."""

    n: Ints
    spearman: Floats
    spearman_p: Floats
    difference: Floats
    low: Floats
    high: Floats
    level: Floats
    p: Floats
    max_t: LineMaxT | None


def choose(samples: SampleSet, parameters: Parameters) -> Chosen:
    """Lines, tables and receptors; quick. Raises UserError, see cell_lines_design.build_design and "no_receptors"."""
    design = build_design(samples, parameters)
    tables = _tables(samples, parameters.measures)
    found: list[str] = []
    problems: list[Problem] = []
    lacking: dict[str, list[Problem]] = {}
    for _, matrix in tables:
        try:
            genes, said = choose_receptors(matrix, parameters.receptors)
        except UserError as error:
            problems += error.problems
            continue
        found += [gene for gene in genes if gene not in found]
        for problem in said:
            lacking.setdefault(problem.what, []).append(problem)
    if not found:
        raise UserError(*problems[:1])
    order = [symbol for symbol in rtk_symbols() if symbol in found] if parameters.receptors == "all" else found
    warnings = [said[0] for said in lacking.values()
                if len(said) == len(tables) - len(problems) and said[0].severity == Severity.WARNING]
    return Chosen(design, tables, tuple(order), (*design.warnings, *warnings))


def _tables(samples: SampleSet, wanted: Sequence[str]) -> tuple[tuple[str, ExpressionMatrix], ...]:
    there = [matrix.measure for matrix in samples.expression]
    named = [(matrix.measure if there.count(matrix.measure) == 1 else f"{matrix.measure} ({matrix.place.file})", matrix)
             for matrix in samples.expression]
    unknown = [name for name in wanted if name not in there and name not in dict(named)]
    if unknown:
        raise user_error("which_measure", f"no expression table is of the measure “{unknown[0]}”", samples.place,
                         remedy=f"there are {list_words([name for name, _ in named])}", answer_key="measures")
    return tuple((name, matrix) for name, matrix in named if not wanted or name in wanted or matrix.measure in wanted)


def compute_lines(samples: SampleSet, parameters: Parameters, job: JobContext) -> CellLinesNumbers:
    """Everything, measure by measure. Raises UserError, Cancelled."""
    chosen = choose(samples, parameters)
    design = chosen.design
    response = design.response
    measures = tuple(
        _measure(design, name, matrix, chosen.receptors, parameters, job.part(at / len(chosen.tables),
                                                                             (at + 1) / len(chosen.tables)))
        for at, (name, matrix) in enumerate(chosen.tables))
    aliases = tuple(dict.fromkeys((*(() if samples.clinical is None else samples.clinical.respelled),
                                   *(pair for _, matrix in chosen.tables for pair in matrix.respelled),
                                   *((name, line, "as you decided")
                                     for name, line in samples.spec.answers.samples.items() if name != line))))
    return CellLinesNumbers(
        samples=samples, design=design.kind, lines=design.lines, receptors=chosen.receptors, measures=measures,
        response=response.values, resistance=response.resistance, not_reached=response.not_reached,
        response_name=response.name, response_unit=response.unit, direction=response.direction,
        resistant=design.resistant, resistant_name=design.names[1], sensitive_name=design.names[0], cut=design.cut,
        pairs=design.pairs, within=parameters.within if design.strata else "", strata=design.strata,
        adjusted=design.adjusted,
        merged=design.merged, aliases=aliases, left_out=design.left_out,
        shuffles_asked=parameters.permutations, warnings=chosen.warnings)


def line_values(design: Design, matrix: ExpressionMatrix, receptors: Sequence[str]) -> tuple[Floats, Bools, Floats]:
    """Values (lines, g), where they are at the detection floor, and the floor of each receptor.

    Technical replicates are averaged per biological replicate, these per line; a sample that the table lacks is passed
    over. A receptor that it lacks is NaN.
    """
    row_of = {sample: row for row, sample in enumerate(matrix.samples)}
    column_of = {gene: column for column, gene in enumerate(matrix.genes)}
    there = [at for at, gene in enumerate(receptors) if gene in column_of]
    columns = [column_of[receptors[at]] for at in there]
    floors = np.full(len(receptors), np.nan)
    floors[there] = _floors(matrix.values[:, columns], matrix.scale)
    values = np.full((len(design.lines), len(receptors)), np.nan)
    floor = np.zeros(values.shape, dtype=np.bool_)
    for line, replicates in enumerate(design.members):
        means = []
        for group in replicates:
            rows = [row_of[sample] for sample in group if sample in row_of]
            if rows:
                means.append(_mean(matrix.values[rows][:, columns]))
        if means:
            values[line, there] = _mean(np.array(means))
    with np.errstate(invalid="ignore"):
        floor[:, there] = values[:, there] <= floors[there] + 1e-9 * np.abs(floors[there])
    return values, floor, floors


def _mean(rows: Floats) -> Floats:
    known = np.isfinite(rows)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _floors(values: Floats, scale: Scale) -> Floats:
    """The lowest value of each column where many samples share it; NaN elsewhere. Scores and calls have none."""
    floors = np.full(values.shape[1], np.nan)
    if scale in (Scale.SCORE, Scale.CALLS):
        return floors
    for column in range(values.shape[1]):
        known = values[np.isfinite(values[:, column]), column]
        if len(known) and (known == known.min()).sum() >= max(FEWEST_AT_FLOOR, FLOOR_SHARE * len(known)):
            floors[column] = known.min()
    return floors


def _measure(design: Design, name: str, matrix: ExpressionMatrix, receptors: tuple[str, ...], parameters: Parameters,
             job: JobContext) -> MeasureNumbers:
    values, floor, floors = line_values(design, matrix, receptors)
    measured = np.array([gene in matrix.genes for gene in receptors], dtype=np.bool_)
    units = _pair_changes(design, values) if design.kind == PAIRS else values
    everyone = np.arange(len(units))
    tested = _test(design, units, everyone, parameters, job.part(0.0, 0.2))
    records = _records_of(design.samples, matrix)
    why = _why_no_p(design, name, matrix.measure, parameters) or _why_assay_has_no_p(records, matrix)
    nothing = np.full(len(receptors), np.nan)
    shown = nothing if why else np.ones(len(receptors))
    names = [pair.parent for pair in design.pairs] if design.kind == PAIRS else design.lines
    loo: list[LeaveOneOut] = []
    left_out = parameters.leave_one_out and not why and 3 < len(units) <= MOST_LEFT_OUT
    for at in range(len(units) if left_out else 0):
        rows = np.delete(everyone, at)
        without = _test(design, units, rows, parameters, job.part(0.2 + 0.8 * at / len(units),
                                                                  0.2 + 0.8 * (at + 1) / len(units)))
        loo.append(LeaveOneOut(names[at], without.spearman if design.kind == CONTINUOUS else without.difference,
                               without.p, without.max_t.p_maxt if without.max_t is not None else nothing))
    max_t = tested.max_t
    return MeasureNumbers(
        measure=name, matrix=matrix, unit=UNITS.get(matrix.scale, "log2"), values=values, floor=floor,
        floor_value=floors, measured=measured, n=tested.n, spearman=tested.spearman,
        spearman_p=tested.spearman_p * shown, pearson=_pearson(design, values), difference=tested.difference,
        difference_low=tested.low * shown, difference_high=tested.high * shown, p=tested.p * shown,
        q_bh=benjamini_hochberg(tested.p * shown),
        p_maxt=nothing if max_t is None else max_t.p_maxt * shown,
        changes=units if design.kind == PAIRS else np.zeros((0, len(receptors))),
        detectable=_detectable(design, units, int(measured.sum())), level=tested.level,
        permutations=0 if max_t is None or why else max_t.shuffles, all_arrangements=max_t is not None and max_t.exact,
        smallest_p=float("nan") if max_t is None else max_t.smallest_p,
        replicates=_most_replicates(design, records, matrix), why_no_p=why, loo=tuple(loo))


def _why_no_p(design: Design, name: str, measure: str, parameters: Parameters) -> str:
    if {name, measure} & set(parameters.one_membrane):
        return ONE_MEMBRANE
    if parameters.replicate and design.replicates == 1:
        return ONE_MEMBRANE if "membrane" in parameters.replicate.lower() else ONE_REPLICATE
    if design.kind == PAIRS and len(design.pairs) == 1:
        return "One pair: no P value"
    return ""


def _records_of(samples: SampleSet, matrix: ExpressionMatrix) -> list[AssayRecord]:
    """What is known of the assays whose values are in the matrix; nothing for other tables."""
    return [record for record in samples.assays if record.matrix_places.get(matrix.measure) == matrix.place]


def _most_averaged(records: Sequence[AssayRecord], measure: str) -> int:
    """The most biological replicates that an assay's table averaged for one sample."""
    return max((number for record in records for number in record.replicates[measure].values()), default=1)


def _most_replicates(design: Design, records: Sequence[AssayRecord], matrix: ExpressionMatrix) -> int:
    """The most biological replicates of one line: those that the assay's table averaged, or samples of a line."""
    return max(design.replicates, _most_averaged(records, matrix.measure))


def _why_assay_has_no_p(records: Sequence[AssayRecord], matrix: ExpressionMatrix) -> str:
    """An array's table knows its membranes; blots and plates know their replicates where a column tells them."""
    if not records or _most_averaged(records, matrix.measure) > 1:
        return ""
    if records[0].kind == ARRAY:
        return ONE_MEMBRANE
    told = all("replicate" in record.spec.columns for record in records)
    return ONE_REPLICATE if records[0].kind in (BLOT, PLATE) and told else ""


def _pair_changes(design: Design, values: Floats) -> Floats:
    """Resistant minus parental, (pairs, g)."""
    return np.array([_mean(values[list(pair.resistant)]) - _mean(values[list(pair.parental)])
                     for pair in design.pairs])


def _test(design: Design, values: Floats, rows: Ints, parameters: Parameters, job: JobContext) -> _Tested:
    """The tests of these units (lines, or pairs): the whole analysis of one measure, or without one line."""
    x = values[rows]
    n = np.isfinite(x).sum(axis=0).astype(np.int64)
    nothing = np.full(x.shape[1], np.nan)
    if design.kind == PAIRS:
        flips = sign_flips(x, parameters.permutations, parameters.seed, job)
        shifts = [paired_shift(x[:, column]) for column in range(x.shape[1])]
        return _of_shifts(n, nothing, nothing, shifts,
                          LineMaxT(flips.t, flips.p, flips.p_maxt, flips.flips, flips.exact, flips.smallest_p))
    codes = None if design.codes is None else design.codes[rows]
    covariates = None if design.covariates is None else design.covariates[rows]
    along = design.response.ranked[rows] * (1.0 if np.array_equal(
        design.response.resistance, design.response.values, equal_nan=True) else -1.0)
    with_response = np.isfinite(along)
    rho: LineMaxT | None = None
    if with_response.sum() >= 3:
        rho = spearman_max_t(x[with_response], along[with_response], parameters.permutations, parameters.seed,
                             None if codes is None else codes[with_response],
                             None if covariates is None else covariates[with_response], job.part(0.0, 0.5))
    spearman, spearman_p = (nothing, nothing) if rho is None else (rho.statistic, rho.p)
    if design.kind == CONTINUOUS:
        n = np.isfinite(x[with_response]).sum(axis=0).astype(np.int64)
        return _Tested(n, spearman, spearman_p, nothing, nothing, nothing, nothing, spearman_p, rho)
    group = design.is_resistant[rows]
    compared = x if covariates is None else adjusted_values(x, group, covariates, codes)
    shifts = [group_shift(compared[:, column], group, codes) for column in range(x.shape[1])]
    if covariates is not None:
        linear = linear_max_t(x, group.astype(np.float64), parameters.permutations, parameters.seed, codes, covariates,
                              job.part(0.5, 1.0))
        return replace(_of_shifts(n, spearman, spearman_p, shifts, linear), p=linear.p)
    welch = welch_max_t(x, group, parameters.permutations, parameters.seed, codes, job.part(0.5, 1.0))
    return _of_shifts(n, spearman, spearman_p, shifts, welch)


def _of_shifts(n: Ints, spearman: Floats, spearman_p: Floats, shifts: Sequence[GroupShift], max_t: LineMaxT) -> _Tested:
    difference, low, high, level, p = (
        np.array([getattr(one, part) for one in shifts], dtype=np.float64)
        for part in ("difference", "low", "high", "level", "p"))
    return _Tested(n, spearman, spearman_p, difference, low, high, level, p, max_t)


def _pearson(design: Design, values: Floats) -> Floats:
    """Pearson's correlation with resistance, within strata where lines are compared within them, NaN undefined."""
    found = np.full(values.shape[1], np.nan)
    if design.kind == PAIRS:
        return found
    y = design.response.resistance
    codes = np.zeros(len(y), dtype=np.int64) if design.codes is None else design.codes
    for column in range(values.shape[1]):
        rows = np.flatnonzero(np.isfinite(values[:, column]) & np.isfinite(y))
        if len(rows) < 3:
            continue
        left, right = values[rows, column], y[rows]
        if np.ptp(left) == 0 or np.ptp(right) == 0:
            continue
        pair = np.column_stack([left, right])
        if design.covariates is not None:
            pair = residuals(pair, design.covariates[rows], codes[rows])
        for code in np.unique(codes[rows]):
            at = codes[rows] == code
            pair[at] -= pair[at].mean(axis=0)
        size = float(np.sqrt((pair[:, 0] ** 2).sum() * (pair[:, 1] ** 2).sum()))
        if size > 1e-12:
            found[column] = float((pair[:, 0] * pair[:, 1]).sum()) / size
    return found


def _detectable(design: Design, units: Floats, n_tests: int) -> Floats:
    """What is likely (80 %) to be found after correction for the receptors of the measure."""
    if design.kind == PAIRS:
        return np.array([detectable_paired(units[:, column], n_tests) for column in range(units.shape[1])])
    if design.kind == GROUPS:
        group = design.is_resistant
        return np.array([detectable_difference(units[~group, column], units[group, column], n_tests)
                         for column in range(units.shape[1])])
    return np.array([detectable_correlation(int(np.isfinite(units[:, column]).sum()), n_tests)
                     for column in range(units.shape[1])])
