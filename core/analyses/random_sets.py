"""A locked set against random sets of as many receptors in the same patients: is it these, or would any do?

Only for cohorts in which the set was not found; where it was searched for, it is the best by construction. Not for:
drawing other genes than the candidates.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analyses.locked_score import Lock, LockedScore, usable_genes, z_columns
from core.data.patients.cohort import Cohort
from core.jobs import JobContext
from core.statistics.cox import cox_score_test

FloatArray = NDArray[np.float64]
SETS_PER_BLOCK = 250
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class RandomSets:
    """|z| of the score test, the same formula for all sets; ``percentile`` of the locked set among the random ones.

    ``p``: share of sets that do as well, the locked one counted in; ``all_of_them`` where every set was tried.
    """

    size: int
    candidates: int
    n: int
    events: int
    z: float
    drawn: FloatArray
    percentile: float
    p: float
    all_of_them: bool


def random_sets(lock: Lock, score: LockedScore, cohort: Cohort, candidates: Sequence[str], draws: int, seed: int,
                job: JobContext) -> RandomSets | None:
    """|z| of the locked set and of ``draws`` random ones; None where there is nothing to draw from.

    Patients are those with a value of every candidate and every locked receptor; candidates missing in more than 10 %
    of the cohort or constant are left out. The draws of a cohort depend on the seed and its name, not on the others.
    """
    matrix = cohort.expression[0]
    usable = usable_genes(matrix.take(cohort.patients, candidates))
    genes = [gene for gene, good in zip(candidates, usable) if good]
    size = len(score.receptors)
    if not draws or size > len(genes):
        return None
    everything = list(dict.fromkeys([*genes, *score.receptors]))
    values = matrix.take(cohort.patients, everything)
    whole = np.isfinite(values).all(axis=1)
    time, event, values = cohort.time[whole], cohort.event[whole], values[whole]
    if len(values) < 3 or not event.any() or (np.ptp(values, axis=0) == 0).any():
        return None
    z = z_columns(values)
    signs = _signs(lock, score)
    locked = z[:, [everything.index(gene) for gene in score.receptors]] @ signs
    own = abs(float(cox_score_test(time, event, locked)[1][0]))
    sets, all_of_them = _sets(len(genes), size, signs, draws, seed, cohort.name)
    drawn = np.empty(len(sets))
    for start in range(0, len(sets), SETS_PER_BLOCK):
        job.progress(start / len(sets), f"Random sets in {cohort.name}, {start:,} of {len(sets):,}")
        block = sets[start:start + SETS_PER_BLOCK]
        scores = sum(z[:, block[:, place]] * signs[place] for place in range(size))
        drawn[start:start + len(block)] = np.abs(cox_score_test(time, event, scores)[1])
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(own) or not len(drawn):
        return None
    as_good = int((drawn >= own - ROUNDING).sum())
    equal = int((np.abs(drawn - own) <= ROUNDING).sum())
    counted_in = all_of_them and set(score.receptors) <= set(genes)
    p = as_good / len(drawn) if counted_in else (1 + as_good) / (1 + len(drawn))
    percentile = 100 * (len(drawn) - as_good + 0.5 * equal) / len(drawn)
    return RandomSets(size, len(genes), len(values), int(event.sum()), own, drawn, percentile, p, all_of_them)


def _signs(lock: Lock, score: LockedScore) -> FloatArray:
    if lock.score != "signed mean z":
        return np.ones(len(score.receptors))
    sign_of = dict(zip(lock.receptors, lock.signs))
    return np.array([sign_of.get(receptor, 1) for receptor in score.receptors], dtype=np.float64)


def _sets(genes: int, size: int, signs: FloatArray, draws: int, seed: int,
          cohort: str) -> tuple[NDArray[np.intp], bool]:
    """Rows of places among the genes: every set once where there are not more than asked for, else drawn."""
    if math.comb(genes, size) <= draws and (signs == signs[0]).all():
        return np.array(list(itertools.combinations(range(genes), size)), dtype=np.intp), True
    key = zlib.crc32(cohort.encode("utf-8", "surrogatepass"))
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))
    return np.array([generator.permutation(genes)[:size] for _ in range(draws)], dtype=np.intp), False
