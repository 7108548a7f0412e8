"""How often each corrected P calls a cohort in which nothing is true: ``python tests/calibration.py --sets 2000``.

Simulated null cohorts only; prints a markdown table for docs/calibration.md. Not for: power, or real data. The tests
run the same functions on a few hundred sets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.statistics.cutpoint_permutation import best_cut_maxt
from core.statistics.cutpoints import best_cutpoints
from core.statistics.resampling import max_t

PATIENTS, RECEPTORS, PERMUTATIONS = 100, 10, 199
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NullCohort:
    """Receptors that correlate with each other and have nothing to do with the outcome, given ER and the hospital."""

    time: Floats
    event: NDArray[np.bool_]
    x: Floats
    er: Floats
    age: Floats
    hospital: NDArray[np.intp]


def null_cohort(seed: int, number: int, *, er_effect: float = 0.0, er_drives: float = 0.0,
                hospital_effect: float = 0.0) -> NullCohort:
    """One cohort: exponential survival, about half censored, times in whole months so that ties occur.

    ``er_effect`` and ``hospital_effect`` are log hazard ratios; ``er_drives`` shifts half of the receptors in
    ER-positive patients and, with a hospital effect, in the second hospital (a batch effect).
    """
    generator = np.random.default_rng([seed, number])
    er = (generator.random(PATIENTS) < 0.6).astype(float)
    age = generator.normal(size=PATIENTS)
    hospital = (generator.random(PATIENTS) < 0.5).astype(np.intp)
    common = generator.normal(size=(PATIENTS, 1))
    x = 0.6 * common + 0.8 * generator.normal(size=(PATIENTS, RECEPTORS))
    shift = er if er_drives else hospital.astype(float)
    x[:, ::2] += (er_drives or (1.0 if hospital_effect else 0.0)) * shift[:, None]
    rate = np.exp(er_effect * er + 0.3 * abs(np.sign(er_effect)) * age + hospital_effect * hospital) / 60
    death, censoring = generator.exponential(1 / rate), generator.uniform(12, 120, PATIENTS)
    return NullCohort(np.ceil(np.minimum(death, censoring)), death <= censoring, x, er, age, hospital)


def plain(seed: int, number: int) -> bool:
    """Smallest maxT P at most 0.05, no covariates."""
    c = null_cohort(seed, number)
    return bool(max_t(c.time, c.event, c.x, PERMUTATIONS, number).p_maxt.min() <= 0.05)


def missing(seed: int, number: int) -> bool:
    """The same with two receptors measured in part of the patients."""
    c = null_cohort(seed, number)
    c.x[:30, 0] = np.nan
    c.x[60:, 3] = np.nan
    return bool(max_t(c.time, c.event, c.x, PERMUTATIONS, number).p_maxt.min() <= 0.05)


def stratified(seed: int, number: int) -> bool:
    """Two hospitals that differ in survival and in the receptors' level, permuted within hospitals."""
    c = null_cohort(seed, number, hospital_effect=1.2)
    return bool(max_t(c.time, c.event, c.x, PERMUTATIONS, number, strata=c.hospital).p_maxt.min() <= 0.05)


def strata_ignored(seed: int, number: int) -> bool:
    """The same cohorts without strata: wrong on purpose."""
    c = null_cohort(seed, number, hospital_effect=1.2)
    return bool(max_t(c.time, c.event, c.x, PERMUTATIONS, number).p_maxt.min() <= 0.05)


def adjusted(seed: int, number: int) -> bool:
    """A prognostic ER that also shifts half of the receptors; ER and age as covariates."""
    c = null_cohort(seed, number, er_effect=-1.2, er_drives=1.5)
    found = max_t(c.time, c.event, c.x, PERMUTATIONS, number, covariates=np.column_stack([c.er, c.age]))
    return bool(found.p_maxt.min() <= 0.05)


def adjusted_within_hospitals(seed: int, number: int) -> bool:
    """The same ER in two hospitals that differ in survival; adjusted, and permuted within hospitals."""
    c = null_cohort(seed, number, er_effect=-1.2, er_drives=1.5, hospital_effect=0.8)
    found = max_t(c.time, c.event, c.x, PERMUTATIONS, number, strata=c.hospital,
                  covariates=np.column_stack([c.er, c.age]))
    return bool(found.p_maxt.min() <= 0.05)


def er_ignored(seed: int, number: int) -> bool:
    """The same cohorts without the adjustment: wrong on purpose."""
    c = null_cohort(seed, number, er_effect=-1.2, er_drives=1.5)
    return bool(max_t(c.time, c.event, c.x, PERMUTATIONS, number).p_maxt.min() <= 0.05)


def best_cut_raw(seed: int, number: int) -> bool:
    """Log-rank P at the best cut of one receptor: wrong on purpose."""
    c = null_cohort(seed, number)
    return bool(best_cutpoints(c.time, c.event, c.x[:, 0]).p_raw[0] <= 0.05)


def best_cut_lausen(seed: int, number: int) -> bool:
    """Lausen and Schumacher's P of one receptor."""
    c = null_cohort(seed, number)
    return bool(best_cutpoints(c.time, c.event, c.x[:, 0]).p_corrected[0] <= 0.05)


def best_cut_permuted(seed: int, number: int) -> bool:
    """Smallest permutation P over all receptors and all cuts."""
    c = null_cohort(seed, number)
    return bool(best_cut_maxt(c.time, c.event, c.x, PERMUTATIONS, number).min() <= 0.05)


SCENARIOS: tuple[tuple[str, str, Callable[[int, int], bool]], ...] = (
    ("maxT", "4 to 6 %", plain),
    ("maxT, two receptors measured in part of the patients", "4 to 6 %", missing),
    ("maxT within hospitals that differ", "4 to 6 %", stratified),
    ("the same hospitals ignored", "wrong on purpose", strata_ignored),
    ("maxT adjusted for a prognostic ER that shifts receptors", "4 to 6 %", adjusted),
    ("maxT adjusted for that ER within hospitals that differ", "4 to 6 %", adjusted_within_hospitals),
    ("the same ER ignored", "wrong on purpose", er_ignored),
    ("best cut, raw log-rank P, one receptor", "wrong on purpose", best_cut_raw),
    ("best cut, Lausen and Schumacher, one receptor", "at most 6 %", best_cut_lausen),
    ("best cut, permutation over all receptors and cuts", "4 to 6 %", best_cut_permuted),
)


def calls(scenario: Callable[[int, int], bool], sets: int, seed: int = 1, workers: int = 1) -> int:
    """In how many of ``sets`` null cohorts the scenario calls something."""
    if workers <= 1:
        return sum(scenario(seed, number) for number in range(sets))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(partial(scenario, seed), range(sets), chunksize=25))


def exact_interval(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of k of n."""
    from scipy.stats import binomtest

    interval = binomtest(k, n).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    print("| P | asked for | called at 5 % | exact 95 % interval |")
    print("| --- | --- | --- | --- |")
    for words, wanted, scenario in SCENARIOS:
        k = calls(scenario, given.sets, given.seed, given.workers)
        low, high = exact_interval(k, given.sets)
        share = 100 * k / given.sets
        print(f"| {words} | {wanted} | {share:.1f} % | {100 * low:.1f} to {100 * high:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
