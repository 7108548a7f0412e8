"""What the analysis of biopsy pairs starts from: pairs with values, receptors, who responded. Quick, for check and run.

Not for: statistics (paired_biopsies_compute.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.analyses.biopsy_audit_columns import find_columns
from core.analyses.paired_biopsies_responders import Responders, read_responders
from core.analyses.receptors import choose_receptors
from core.data.patients.pairs import BiopsyPair, LeftOutSample, PairedSamples, pair_samples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.figures.number_words import counted, list_words
from core.problems import Problem, UserError, user_error, warning
from core.statistics.risk_sets import Bools, Floats

if TYPE_CHECKING:
    from core.analyses.paired_biopsies_parameters import Parameters

LEAST_COUNT = 1.0
"""Mean log2(CPM + 1) from which on a row of counts teaches the moderated t (contract §4)."""


@dataclass(frozen=True, eq=False)
class PairedInputs:
    """Pairs that have both samples in the table, and the receptors; ``before``, ``after`` of shape (m, g)."""

    samples: SampleSet
    matrix: ExpressionMatrix
    pairs: PairedSamples
    receptors: tuple[str, ...]
    before: Floats
    after: Floats
    score: tuple[str, ...]
    responders: Responders | None
    warnings: tuple[Problem, ...]


def paired_inputs(samples: SampleSet, parameters: Parameters) -> PairedInputs:
    """Everything that is not statistics.

    Raises
    ------
    UserError
        "no_pairs", "which_measure", "no_receptors", "no_column", "responders_unclear", "audit_columns_unclear".
    """
    matrix = samples.matrix(parameters.measure)
    pairs = _measured(pair_samples(samples), samples, matrix)
    receptors, unknown = choose_receptors(matrix, parameters.receptors)
    score: tuple[str, ...] = ()
    if parameters.score:
        score, more = _score_of(matrix, parameters.score)
        unknown = (*unknown, *more)
    find_columns(samples, pairs, parameters.audit_columns)
    responders = None if parameters.responders.strip().lower() in ("", "none") else read_responders(
        samples, pairs, parameters.responders)
    before, after = (matrix.take([getattr(pair, side) for pair in pairs.pairs], receptors)
                     for side in ("before", "after"))
    warnings = (*pairs.warnings, *unknown, *(responders.warnings if responders else ()),
                *_about_values(matrix, pairs, receptors, before, after))
    return PairedInputs(samples, matrix, pairs, receptors, before, after, score, responders, warnings)


def _score_of(matrix: ExpressionMatrix, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    try:
        return choose_receptors(matrix, wanted)
    except UserError as error:
        raise UserError(*(replace(problem, what=f"the subset score: {problem.what}", answer_key="score")
                          for problem in error.problems)) from error


def _measured(pairs: PairedSamples, samples: SampleSet, matrix: ExpressionMatrix) -> PairedSamples:
    """Pairs of which both samples are in this table; a data set may hold several tables."""
    there = set(matrix.samples)
    kept = tuple(pair for pair in pairs.pairs if pair.before in there and pair.after in there)
    if len(kept) == len(pairs.pairs):
        return pairs
    table = f"the table of {matrix.measure} ({matrix.place.file})"
    out = [LeftOutSample(sample, pair.patient, f"one of the two samples is not in {table}")
           for pair in pairs.pairs if pair not in kept for sample in (pair.before, pair.after)]
    if not kept:
        raise user_error("no_pairs", f"no patient has both samples in {table}", matrix.place,
                         why="A change is counted within a patient, so the same patient is needed twice.",
                         remedy="choose another measure, or check the names of the samples", answer_key="measure")
    lost = warning("pairs_not_in_table", f"{counted(len(pairs.pairs) - len(kept), 'pair')} left out: one of the two "
                   f"samples is not in {table} ({', '.join(each.patient for each in out[::2][:5])})", matrix.place,
                   remedy="add the samples, or go on without")
    return replace(pairs, pairs=kept, left_out=(*pairs.left_out, *out), warnings=(*pairs.warnings, lost))


def without(pairs: PairedSamples, patients: set[str], reason: str) -> PairedSamples:
    """The pairs without some patients, who are listed with the reason."""
    out = tuple(LeftOutSample(sample, pair.patient, reason) for pair in pairs.pairs if pair.patient in patients
                for sample in (pair.before, pair.after))
    kept: tuple[BiopsyPair, ...] = tuple(pair for pair in pairs.pairs if pair.patient not in patients)
    return replace(pairs, pairs=kept, left_out=(*pairs.left_out, *out))


def teaching_rows(inputs: PairedInputs) -> tuple[Floats, Floats]:
    """Changes of all rows that teach the moderated t, and those of the receptors as they stand among them.

    Returns
    -------
    rows : (m, k) changes of every gene of the table and of rows without a gene of their own
    taught : (g,) for each receptor its place among the rows, NaN where its mean is too low
    """
    matrix = inputs.matrix
    row_of = {sample: row for row, sample in enumerate(matrix.samples)}
    first = [row_of[pair.before] for pair in inputs.pairs.pairs]
    second = [row_of[pair.after] for pair in inputs.pairs.pairs]
    tables = [matrix.values] if matrix.other_rows is None else [matrix.values, matrix.other_rows]
    values = np.hstack([np.vstack([table[first], table[second]]) for table in tables])
    kept = np.ones(values.shape[1], dtype=np.bool_)
    if matrix.scale is Scale.COUNTS:
        known = np.isfinite(values)
        means = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        kept = means >= LEAST_COUNT
    place = np.where(kept, np.cumsum(kept) - 1.0, np.nan)
    at = [matrix.genes.index(receptor) for receptor in inputs.receptors]
    m = len(first)
    return values[m:, kept] - values[:m, kept], place[at]


def _about_values(matrix: ExpressionMatrix, pairs: PairedSamples, receptors: tuple[str, ...], before: Floats,
                  after: Floats) -> list[Problem]:
    """Receptors without values, without change, or with the same change in all; pairs whose two samples are one."""
    change = after - before
    known = np.isfinite(change)
    findings: list[Problem] = []

    def named(mask: Bools) -> str:
        names = [receptors[i] for i in np.flatnonzero(mask)]
        return list_words(names if len(names) <= 8 else [*names[:7], f"{len(names) - 7} more"])

    none: Bools = np.asarray(~known.any(axis=0))
    if none.any():
        findings.append(warning("receptor_without_pairs", f"{named(none)}: no pair has both values", matrix.place,
                                why="Nothing can be said about a change.", remedy="look for the values in the file"))
    some: Bools = np.asarray(known.any(axis=0) & ~known.all(axis=0))
    if some.any():
        fewest = int(known.sum(axis=0)[some].min())
        findings.append(warning("values_missing_in_pairs", f"{named(some)}: a value is missing in some pairs, down to "
                                f"{fewest} of {len(change)} pairs", matrix.place,
                                why="A pair without a value is left out for that receptor only.",
                                remedy="see the column n_pairs"))
    filled = np.where(known, change, 0.0)
    flat = known.any(axis=0) & (filled == 0).all(axis=0)
    if flat.any():
        findings.append(warning("receptor_without_change", f"{named(flat)}: the same value before and after in every "
                                "pair", matrix.place, why="There is no change to test; its statistics are empty.",
                                remedy="check that it was measured at all"))
    spread = np.where(known, change, -np.inf).max(axis=0, initial=-np.inf) - np.where(known, change, np.inf).min(
        axis=0, initial=np.inf)
    same = (known.sum(axis=0) > 1) & ~flat & (spread <= 1e-9 * np.abs(filled).max(axis=0, initial=0.0))
    if same.any():
        findings.append(warning("same_change_everywhere", f"{named(same)}: the change is the same in every pair",
                                matrix.place, why="Real tissue varies; t is not defined without variation.",
                                remedy="check whether the values after were computed from those before"))
    copied = [pair.patient for pair, one, other in zip(
        pairs.pairs, *(matrix.take([getattr(pair, side) for pair in pairs.pairs], matrix.genes)
                       for side in ("before", "after"))) if one.size > 1 and np.array_equal(one, other, equal_nan=True)]
    if copied:
        findings.append(warning("same_sample_twice", f"both samples of {list_words(copied[:5])} hold the same values "
                                "in every gene", matrix.place, why="One sample entered twice shows no change, and "
                                "makes every change look smaller.",
                                remedy="leave it out with drop in the answers of the data set", answer_key="drop"))
    return findings
