"""The search over sets of 58 receptors: how long, how much memory, how it grows, and how long loops over others take.

Each of our jobs runs in a process of its own, which tells the processor time beside the time on the wall, and its
largest memory. Cells of the growth table that take minutes are measured with --full only, else estimated and called
so. Not for: correctness; that is tests/.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.row import Row
from benchmarks.survival import Contender, RProcess, SurvivalCohort, compare, simulated_cohort, timed
from core.analyses.subset_numbers import LISTED_SETS
from core.statistics.risk_sets import checked_outcome
from core.statistics.subset_permutation import null_block
from core.statistics.subset_problem import MEAN, SPLIT, SubsetProblem, observed_scorer, standardised_rows
from core.statistics.subset_ranking import rank_sets
from core.statistics.subset_space import SetSpace

PROJECT = Path(__file__).resolve().parents[1]
RECEPTORS, GENES = 58, 200
SMALL, LARGE = 250, 2000
MEMORY_LIMIT_MB = 600
LONG_SECONDS = 60.0
IN_A_BLOCK = 500
OBSERVED = "observed"


@dataclass(frozen=True)
class Job:
    """A search: ``work`` is "observed", "mean z" or "median split" (shuffles of it), sets to ``size``."""

    work: str
    patients: int
    size: int
    shuffles: int = 0

    @property
    def words(self) -> str:
        sets = f"sets to {self.size} of {RECEPTORS}, n = {self.patients}"
        return f"{self.shuffles:,} shuffles, {self.work}, {sets}" if self.shuffles else f"observed search, {sets}"


@dataclass(frozen=True)
class Taken:
    """Seconds on the wall, seconds of processor, largest memory of the process in MB (with the program itself)."""

    wall: float
    processor: float
    peak_mb: float


LIMITS = {Job(OBSERVED, SMALL, 4): 1.0, Job(MEAN, SMALL, 4, 1000): 8.0, Job(SPLIT, SMALL, 3, 1000): 0.6}
FOR_MEMORY = Job(SPLIT, LARGE, 5, 100)
"""A block of the largest search with the most to hold; all its shuffles would take minutes."""
GROWTH = tuple(Job(work, patients, size, shuffles)
               for work, counts in ((OBSERVED, (0,)), (MEAN, (1000, 10_000)), (SPLIT, (1000, 10_000)))
               for shuffles in counts for size in (3, 4, 5) for patients in (SMALL, LARGE))


def problem_of(cohort: SurvivalCohort, size: int, score: str) -> SubsetProblem:
    time_, event = checked_outcome(cohort.time, cohort.event)
    x = standardised_rows(cohort.x[:, :RECEPTORS])
    return SubsetProblem(time_, event, x, None, None, SetSpace.of(RECEPTORS, size), score, seed=1)


def cohort_of(patients: int) -> SurvivalCohort:
    return simulated_cohort(patients, GENES, 0.35 if patients < 1000 else 0.55)


def do(job: Job, problem: SubsetProblem) -> None:
    """The job as the analysis does it: shuffles in blocks, score vector and information anew in each."""
    if job.work == OBSERVED:
        scorer, _, _ = observed_scorer(problem)
        rank_sets(scorer, problem.space, LISTED_SETS, tuple(f"R{i:02d}" for i in range(RECEPTORS)))
        return
    for first in range(0, job.shuffles, IN_A_BLOCK):
        null_block(problem, (first, min(first + IN_A_BLOCK, job.shuffles)))


def in_this_process(job: Job, rounds: int) -> Taken:
    """Medians of the rounds; where there are several, one before them does not count."""
    problem = problem_of(cohort_of(job.patients), job.size, MEAN if job.work == OBSERVED else job.work)
    walls, processors = [], []
    for number in range(rounds + (rounds > 1)):
        wall, processor = time.perf_counter(), time.process_time()
        do(job, problem)
        if number or rounds == 1:
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
    return Taken(median(walls), median(processors), peak_mb())


def peak_mb() -> float:
    """The largest resident memory of this process. Linux counts that of the parent into ru_maxrss, so the kernel's own
    mark is read there."""
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")]
        return int(marks[0].split()[1]) / 1024
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 2**20 if sys.platform == "darwin" else size / 1024


def measured(job: Job, rounds: int) -> Taken:
    """The job in a process of its own."""
    asked = [sys.executable, "-m", "benchmarks.subset_search", job.work, str(job.patients), str(job.size),
             str(job.shuffles), "--rounds", str(rounds)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=PROJECT).stdout
    return Taken(**json.loads(said.splitlines()[-1]))


def run(rounds: int = 5, full: bool = False) -> tuple[list[Row], list[str]]:
    """All rows, and the peers that were not there."""
    rows: list[Row] = []
    taken: dict[Job, Taken] = {}
    for job, limit in LIMITS.items():
        taken[job] = measured(job, rounds)
        rows.append(_limited(job, taken[job], limit))
    rows += _growth(taken, full)
    taken[FOR_MEMORY] = measured(FOR_MEMORY, 1)
    most = max(taken.items(), key=lambda item: item[1].peak_mb)
    for words, (job, found) in (("memory", (FOR_MEMORY, taken[FOR_MEMORY])), ("the largest memory of all", most)):
        held = "under" if found.peak_mb < MEMORY_LIMIT_MB else "above"
        rows.append(Row(f"{words}: {job.words} ({held} the limit of {MEMORY_LIMIT_MB} MB)", "job", found.wall, "", None,
                        None, found.peak_mb))
    cohorts = [cohort_of(SMALL), cohort_of(LARGE)]
    absent = [name for name, there in (("R (survival, maxstat)", RProcess.available()),
                                       ("Rust package survival", importlib.util.find_spec("survival") is not None),
                                       ("lifelines", importlib.util.find_spec("lifelines") is not None)) if not there]
    if absent[:1] == ["R (survival, maxstat)"]:
        for cohort in cohorts:
            rows += _against_loops(cohort, None, rounds, absent)
    else:
        with RProcess(cohorts) as r:
            for cohort in cohorts:
                rows += _against_loops(cohort, r, rounds, absent)
    return rows, absent


def _limited(job: Job, found: Taken, limit: float) -> Row:
    return Row(f"{job.words} (processor {found.processor:.2f} s)", "job", found.wall, "limit", limit, 1, found.peak_mb)


def _growth(taken: dict[Job, Taken], full: bool) -> list[Row]:
    """Every cell once. One that would take long is ten times the one with a tenth of the shuffles, or as much longer as
    it has more sets, unless all are to be measured; what is measured goes into ``taken``."""
    seconds: dict[Job, float] = {}
    rows = []
    for job in GROWTH:
        expected = _expected(job, seconds)
        if expected > LONG_SECONDS and not full:
            seconds[job] = expected
            rows.append(Row(f"growth: {job.words}", "job", expected, "estimated; --full measures it", None, None))
            continue
        if job not in taken:
            taken[job] = measured(job, 1)
        seconds[job] = taken[job].wall
        words = f"growth: {job.words} (processor {taken[job].processor:.2f} s)"
        rows.append(Row(words, "job", taken[job].wall, "", None, None, taken[job].peak_mb))
    return rows


def _expected(job: Job, seconds: dict[Job, float]) -> float:
    tenth = Job(job.work, job.patients, job.size, job.shuffles // 10)
    if job.shuffles and tenth in seconds:
        return 10 * seconds[tenth]
    smaller = Job(job.work, job.patients, job.size - 1, job.shuffles)
    sets = [SetSpace.of(RECEPTORS, size).n_all for size in (job.size, job.size - 1)]
    return seconds[smaller] * sets[0] / sets[1] if smaller in seconds else 0.0


def _against_loops(cohort: SurvivalCohort, r: RProcess | None, rounds: int, absent: Sequence[str]) -> list[Row]:
    """Seconds per set, and per set and shuffle, against loops that fit or test one set at a time."""
    small = len(cohort.time) < 1000
    n = len(cohort.time)
    rust, lifelines = "Rust package survival" not in absent, "lifelines" not in absent
    fits = [Contender("lifelines CoxPHFitter", lambda: _lifelines_fits(cohort, 2))] if lifelines else []
    tests = [Contender("lifelines logrank_test", lambda: _lifelines_tests(cohort, 5))] if lifelines else []
    if r is not None:
        fits.append(Contender("R coxph.fit", lambda: r.seconds("sets.coxph.fit", cohort, 100) / 100))
        tests.append(Contender("R survdiff", lambda: r.seconds("sets.survdiff", cohort, 60) / 60))
    if rust:
        fits.append(Contender("Rust coxph_fit_raw", lambda: _rust_fits(cohort, 200)))
        tests.append(Contender("Rust logrank_test", lambda: _rust_tests(cohort, 200)))
    mean, split = problem_of(cohort, 4, MEAN), problem_of(cohort, 3, SPLIT)
    names = tuple(f"R{i:02d}" for i in range(RECEPTORS))

    def ranked(problem: SubsetProblem) -> float:
        return timed(lambda: rank_sets(observed_scorer(problem)[0], problem.space, LISTED_SETS, names)) \
            / problem.space.n_all

    def shuffled(problem: SubsetProblem, count: int) -> float:
        return timed(lambda: null_block(problem, (0, count))) / problem.space.n_all / count

    rows = compare(f"mean z, all sets to 4 ranked, n = {n}", "set",
                   Contender("ours", lambda: ranked(mean)), fits, rounds, {
                    "lifelines CoxPHFitter": 4000, "R coxph.fit": 100 if small else 400,
                    "Rust coxph_fit_raw": 50 if small else 150})
    rows += compare(f"median split, all sets to 3 ranked, n = {n}", "set",
                    Contender("ours", lambda: ranked(split)), tests, rounds, {
                        "lifelines logrank_test": 4000 if small else 300, "R survdiff": 400 if small else 100,
                             "Rust logrank_test": 15 if small else 5})
    rows += compare(f"mean z, sets to 4, 1,000 shuffles, n = {n}", "set and shuffle",
                    Contender("ours", lambda: shuffled(mean, 1000)), fits, rounds,
                    {"R coxph.fit": 10_000, "Rust coxph_fit_raw": 2000})
    rows += compare(f"median split, sets to 3, 1,000 shuffles, n = {n}", "set and shuffle",
                    Contender("ours", lambda: shuffled(split, 1000)), tests, rounds,
                    {"R survdiff": 10_000, "Rust logrank_test": 2000})
    return rows


def _scores(cohort: SurvivalCohort, count: int) -> NDArray[np.float64]:
    """Mean z of three receptors, another three for every column."""
    return np.column_stack([cohort.x[:, [j % GENES, (j + 1) % GENES, (j + 2) % GENES]].mean(axis=1)
                            for j in range(count)])


def _lifelines_fits(cohort: SurvivalCohort, count: int) -> float:
    import pandas as pd
    from lifelines import CoxPHFitter

    scores = _scores(cohort, count)
    tables = [pd.DataFrame({"t": cohort.time, "e": cohort.event, "x": scores[:, j]}) for j in range(count)]
    return timed(lambda: [CoxPHFitter().fit(table, "t", "e") for table in tables]) / count


def _lifelines_tests(cohort: SurvivalCohort, count: int) -> float:
    from lifelines.statistics import logrank_test

    scores = _scores(cohort, count)

    def loop() -> None:
        for j in range(count):
            high = scores[:, j] > np.median(scores[:, j])
            logrank_test(cohort.time[high], cohort.time[~high], cohort.event[high], cohort.event[~high])

    return timed(loop) / count


def _rust_fits(cohort: SurvivalCohort, count: int) -> float:
    from survival._survival import coxph_fit_raw

    status = cohort.event.astype(np.int32)
    scores = _scores(cohort, count)
    columns = [np.ascontiguousarray(scores[:, j:j + 1]) for j in range(count)]
    return timed(lambda: [coxph_fit_raw(cohort.time, status, column, resid=False) for column in columns]) / count


def _rust_tests(cohort: SurvivalCohort, count: int) -> float:
    from survival._survival import logrank_test

    status = cohort.event.astype(np.int32)
    scores = _scores(cohort, count)

    def loop() -> None:
        for j in range(count):
            logrank_test(cohort.time, status, (scores[:, j] > np.median(scores[:, j])).astype(np.int32))

    return timed(loop) / count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=(OBSERVED, MEAN, SPLIT))
    parser.add_argument("patients", type=int)
    parser.add_argument("size", type=int)
    parser.add_argument("shuffles", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    print(json.dumps(vars(in_this_process(Job(given.work, given.patients, given.size, given.shuffles), given.rounds))))
