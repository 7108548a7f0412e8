"""The same patient in two cohorts: by sample name, and by nearly the same expression, with or without the same outcome.

Not for: leaving anybody out. It names the pairs, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.analyses.locked_score import z_columns
from core.data.patients.cohort import Cohort
from core.data.patients.near_twins import FEWEST_GENES as FEWEST_FOR_TWINS
from core.data.patients.near_twins import MEASURED, MOST_GENES, OWN_CORRELATION
from core.data.tables import MONTHS_IN, ExpressionMatrix
from core.jobs import JobContext

FloatArray = NDArray[np.float64]
FEWEST_GENES = 8
"""Under this many genes in common nothing is said of expression."""
SAMPLES_TO_JUDGE = 200
SAME_MONTHS, SAME_SHARE = 0.1, 0.015
"""Two follow-up times are one where they differ by less: months of 30 days beside months of the calendar."""
ONE_DATA_SET = "one sample of one data set"
NAME_AND_OUTCOME = "sample name and outcome"
NAME_ONLY = "sample name alone"
EXPRESSION = "expression"
BOTH = "expression and outcome"


@dataclass(frozen=True)
class SharedPatient:
    """A patient of one cohort who is, or seems to be, a patient of another; ``likely`` unless only the name says so."""

    cohort_a: str
    cohort_b: str
    patient_a: str
    patient_b: str
    found_by: str
    correlation: float = float("nan")

    @property
    def likely(self) -> bool:
        return self.found_by != NAME_ONLY


@dataclass(frozen=True)
class Overlap:
    """What was found between all pairs of cohorts; ``not_judged``: pairs whose tables have too few genes in common."""

    shared: tuple[SharedPatient, ...]
    pairs_looked_at: int
    not_judged: tuple[tuple[str, str, int], ...] = ()

    def between(self, one: str, other: str) -> tuple[SharedPatient, ...]:
        """The likely shared patients of two cohorts."""
        return tuple(pair for pair in self.shared if pair.likely and {pair.cohort_a, pair.cohort_b} == {one, other})


def find_overlap(cohorts: Sequence[Cohort], job: JobContext) -> Overlap:
    """Patients shared between any two of the cohorts; a cohort given twice by name counts once."""
    each = list({cohort.name: cohort for cohort in cohorts}.values())
    pairs = list(combinations(each, 2))
    shared: list[SharedPatient] = []
    not_judged: list[tuple[str, str, int]] = []
    for number, (one, other) in enumerate(pairs):
        job.progress(number / len(pairs), f"Looking for patients of {one.name} in {other.name}")
        if one.dataset == other.dataset:
            both = set(other.patients)
            shared += [SharedPatient(one.name, other.name, patient, patient, ONE_DATA_SET)
                       for patient in one.patients if patient in both]
            continue
        found, few = _of_two_data_sets(one, other)
        shared += found
        if few is not None:
            not_judged.append((one.name, other.name, few))
    return Overlap(tuple(shared), len(pairs), tuple(not_judged))


def _of_two_data_sets(one: Cohort, other: Cohort) -> tuple[list[SharedPatient], int | None]:
    twins, few = _twins(one, other)
    found = {(i, j): SharedPatient(one.name, other.name, one.patients[i], other.patients[j],
                                   BOTH if _same_outcome(one, i, other, j) else EXPRESSION, correlation)
             for i, j, correlation in twins}
    place_of = {patient.strip().casefold(): j for j, patient in enumerate(other.patients)}
    for i, patient in enumerate(one.patients):
        j = place_of.get(patient.strip().casefold())
        if j is not None and (i, j) not in found:
            found[i, j] = SharedPatient(one.name, other.name, patient, other.patients[j],
                                        NAME_AND_OUTCOME if _same_outcome(one, i, other, j) else NAME_ONLY)
    return [found[key] for key in sorted(found)], few


def _same_outcome(one: Cohort, i: int, other: Cohort, j: int) -> bool:
    first, second = (float(cohort.time[row]) * MONTHS_IN[cohort.endpoint.unit]
                     for cohort, row in ((one, i), (other, j)))
    return bool(one.event[i] == other.event[j]) and \
        abs(first - second) <= max(SAME_MONTHS, SAME_SHARE * max(first, second))


def _twins(one: Cohort, other: Cohort) -> tuple[list[tuple[int, int, float]], int | None]:
    """(row, row, correlation) of patients with nearly the same expression, each gene z scored within its data set.

    That takes off what all samples of a data set share, so it is the stricter of the two rules of near_twins.py, and
    it bridges log ratios and log intensities. Beside them the genes in common where these are too few for expression
    alone, else None; with few genes the outcome has to be the same as well.
    """
    first, second = one.expression[0], other.expression[0]
    both = set(second.genes)
    genes = [gene for gene in first.genes if gene in both]
    if len(genes) < FEWEST_GENES:
        return [], len(genes)
    genes = _most_varying(first, second, genes)
    left, right = _scored(first, one.patients, genes), _scored(second, other.patients, genes)
    usable = (np.isfinite(left).mean(axis=0) >= MEASURED) & (np.isfinite(right).mean(axis=0) >= MEASURED)
    left, right = left[:, usable], right[:, usable]
    count = int(usable.sum())
    few = count < FEWEST_FOR_TWINS
    if count < FEWEST_GENES:
        return [], count
    correlation = _unit_rows(np.nan_to_num(left)) @ _unit_rows(np.nan_to_num(right)).T
    found = [(int(i), int(j), float(correlation[i, j]))
             for i, j in np.argwhere(correlation > OWN_CORRELATION)
             if not few or _same_outcome(one, int(i), other, int(j))]
    return found, count if few else None


def _most_varying(first: ExpressionMatrix, second: ExpressionMatrix, genes: list[str]) -> list[str]:
    """At most 1,000 of the genes, those that vary most in both tables, judged by their first samples."""
    if len(genes) <= MOST_GENES:
        return genes
    spread = np.zeros(len(genes))
    for matrix in (first, second):
        values = matrix.take(matrix.samples[:SAMPLES_TO_JUDGE], genes)
        known = np.isfinite(values)
        counts = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values, 0.0).sum(axis=0) / counts
        own = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / counts)
        spread += own / (float(np.median(own)) or 1.0)
    chosen = np.sort(np.argsort(-spread, kind="stable")[:MOST_GENES])
    return [genes[place] for place in chosen]


def _scored(matrix: ExpressionMatrix, patients: Sequence[str], genes: Sequence[str]) -> FloatArray:
    """z within all samples of the data set, so that a choice of patients does not shift it; missing stays missing."""
    values = matrix.take(matrix.samples, genes)
    z = np.full_like(values, np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.sum() > 1 and np.ptp(values[known, column]) > 0:
            z[known, column] = z_columns(values[known, column:column + 1])[:, 0]
    row_of = {sample: row for row, sample in enumerate(matrix.samples)}
    return z[[row_of[patient] for patient in patients]]


def _unit_rows(values: FloatArray) -> FloatArray:
    """Rows of mean 0 and length 1, so that their products are correlations; rows without spread become 0."""
    centred = values - values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0), dtype=np.float64)
