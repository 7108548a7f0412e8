"""Survival kernels against what a user would use instead: R's survival and maxstat, lifelines, the Rust package.

Every ratio is measured in one run, peers alternating with ours, medians of at least five rounds. A peer that is not
installed is left out and named. Not for: correctness; that is tests/.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from benchmarks.row import Row
from core.statistics.cox import cox_univariate
from core.statistics.cutpoint_permutation import best_cut_maxt, best_cut_permutation_p
from core.statistics.cutpoints import best_cutpoints, logrank_scores, maximally_selected
from core.statistics.logrank import logrank_many, rank_splits
from core.statistics.resampling import max_t

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SurvivalCohort:
    """A simulated cohort: correlated genes with six decimals, Weibull times in 0.1 months, tied deaths."""

    name: str
    time: FloatArray
    event: NDArray[np.bool_]
    x: FloatArray


def simulated_cohort(n_patients: int, n_genes: int, event_share: float) -> SurvivalCohort:
    """Seeded; the first five genes go with outcome."""
    rng = np.random.default_rng([20240611, n_patients])
    factors = rng.normal(size=(n_patients, 20))
    loadings = 0.35 * rng.normal(size=(20, n_genes)) * (rng.random((20, n_genes)) < 0.3)
    x = factors @ loadings + rng.normal(size=(n_patients, n_genes))
    x = ((x - x.mean(axis=0)) / x.std(axis=0, ddof=1)).round(6)
    risk = x[:, :5] @ np.array([0.35, -0.3, 0.25, 0.3, -0.25])
    unit = rng.weibull(1.2, n_patients) * np.exp(-risk / 1.2)
    limit = np.minimum(rng.uniform(20, 260, n_patients), 240)
    low, high = 1.0, 1e5
    for _ in range(60):
        scale = (low * high) ** 0.5
        low, high = (scale, high) if (unit * scale <= limit).mean() > event_share else (low, scale)
    times = np.minimum(unit * scale, limit).round(1)
    return SurvivalCohort(f"n{n_patients}", times, unit * scale <= limit, x)


class RProcess:
    """R kept running beside us, so that its rounds alternate with ours and its start is not counted."""

    def __init__(self, cohorts: Sequence[SurvivalCohort]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        for cohort in cohorts:
            table = np.column_stack([cohort.time, cohort.event, cohort.x[:, :200]])
            np.savetxt(Path(self._folder.name) / f"{cohort.name}.csv", table, delimiter=",", fmt="%.10g")
        script = Path(__file__).with_name("survival_peers.R")
        self._process = subprocess.Popen(["Rscript", str(script), self._folder.name], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    @staticmethod
    def available() -> bool:
        """True where R with survival and maxstat is installed."""
        if shutil.which("Rscript") is None:
            return False
        question = ["Rscript", "-e", "library(survival); library(maxstat)"]
        asked = subprocess.run(question, capture_output=True, check=False)
        return asked.returncode == 0

    def seconds(self, work: str, cohort: SurvivalCohort, count: int) -> float:
        """Seconds that R took for ``count`` repetitions of ``work``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{work} {cohort.name} {count}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def __enter__(self) -> RProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


def timed(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@dataclass(frozen=True)
class Contender:
    """One side of a comparison: seconds per unit of work (a gene, a split) each time it is called."""

    name: str
    seconds_per_unit: Callable[[], float]


def compare(workload: str, unit: str, ours: Contender, peers: Sequence[Contender], rounds: int,
            bars: dict[str, float]) -> list[Row]:
    """Alternate ours and every peer for ``rounds`` rounds, after one that does not count; one row per peer, medians."""
    taken: dict[str, list[float]] = {contender.name: [] for contender in (ours, *peers)}
    for contender in (ours, *peers):
        contender.seconds_per_unit()
    for _ in range(rounds):
        for contender in (ours, *peers):
            taken[contender.name].append(contender.seconds_per_unit())
    mine = median(taken[ours.name])
    if not peers:
        return [Row(workload, unit, mine, "", None, None)]
    return [Row(workload, unit, mine, peer.name, median(taken[peer.name]), bars.get(peer.name)) for peer in peers]


def run(rounds: int = 5) -> tuple[list[Row], list[str]]:
    """All rows, and the peers that were not there."""
    small, large = simulated_cohort(250, 20_000, 0.35), simulated_cohort(2000, 20_000, 0.55)
    absent = [name for name, there in (("R (survival, maxstat)", RProcess.available()),
                                       ("Rust package survival", importlib.util.find_spec("survival") is not None),
                                       ("lifelines", importlib.util.find_spec("lifelines") is not None)) if not there]
    rows: list[Row] = []
    if "R (survival, maxstat)" in absent:
        for cohort in (small, large):
            rows += _rows(cohort, None, rounds, absent)
    else:
        with RProcess((small, large)) as r:
            for cohort in (small, large):
                rows += _rows(cohort, r, rounds, absent)
    return rows, absent


def _rows(cohort: SurvivalCohort, r: RProcess | None, rounds: int, absent: list[str]) -> list[Row]:
    n = len(cohort.time)
    is_small = n < 1000
    time_, event, x = cohort.time, cohort.event, cohort.x
    rust = "Rust package survival" not in absent
    rows: list[Row] = []

    peers = [Contender("lifelines CoxPHFitter", lambda: _lifelines_cox(cohort, 2))]
    if r is not None:
        peers += [Contender("R coxph", lambda: r.seconds("coxph", cohort, 40) / 40),
                  Contender("R coxph.fit", lambda: r.seconds("coxph.fit", cohort, 200) / 200)]
    if rust:
        peers.append(Contender("Rust coxph_fit_raw", lambda: _rust_cox(cohort, 200)))
    genes = x[:, :2000]
    rows += compare(f"Cox per gene, n = {n}", "gene",
                    Contender("ours", lambda: timed(lambda: cox_univariate(time_, event, genes)) / 2000), peers, rounds,
                    {"R coxph": 100 if is_small else 35, "lifelines CoxPHFitter": 1000 if is_small else 500,
                     "Rust coxph_fit_raw": 3 if is_small else 1.8, "R coxph.fit": 7 if is_small else 2.5})
    rows += compare(f"Cox, 20,000 genes, n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: cox_univariate(time_, event, x))), [], rounds, {})

    splits = np.tile(x[:, :8000] > np.median(x[:, :8000], axis=0), (1, 5))[:, :32_567]
    peers = [Contender("lifelines logrank_test", lambda: _lifelines_logrank(cohort, 5))]
    if r is not None:
        peers.append(Contender("R survdiff", lambda: r.seconds("survdiff", cohort, 60) / 60))
    if rust:
        peers.append(Contender("Rust logrank_test", lambda: _rust_logrank(cohort, splits, 200)))
    rows += compare(f"log-rank per split (ranking), n = {n}", "split",
                    Contender("ours", lambda: timed(lambda: rank_splits(time_, event, splits)) / 32_567), peers, rounds,
                    {"R survdiff": 1000 if is_small else 400, "Rust logrank_test": 30 if is_small else 15})
    rows += compare(f"log-rank per split (64-bit), n = {n}", "split",
                    Contender("ours", lambda: timed(lambda: logrank_many(time_, event, splits[:, :2000])) / 2000), [],
                    rounds, {})
    rows += compare(f"log-rank of 32,567 splits (ranking), n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: rank_splits(time_, event, splits))), [], rounds, {})

    cut_genes = x[:, :4000]
    peers = [] if r is None else [Contender("R maxstat.test", lambda: r.seconds("maxstat", cohort, 60) / 60)]
    rows += compare(f"best cut per gene (statistic and cut), n = {n}", "gene",
                    Contender("ours", lambda: timed(lambda: maximally_selected(
                        logrank_scores(time_, event), cut_genes)) / 4000), peers,
                    rounds, {"R maxstat.test": 100 if is_small else 20})
    rows += compare(f"best cut with log-rank and corrected P, 20,000 genes, n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: best_cutpoints(time_, event, x))), [], rounds, {})
    genes = x[:, :58]
    one_by_one = "R maxstat.test condMC, one gene times 58"
    peers = [] if r is None else [Contender(one_by_one, lambda: r.seconds("condMC", cohort, 1) * 58)]
    rows += compare(f"cut-off P of each of 58 genes, 10,000 shuffles, n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: best_cut_permutation_p(time_, event, genes, 10_000, 1))),
                    peers, rounds, {one_by_one: 50})
    rows += compare(f"cut-off P over all 58 genes (maxT), 10,000 shuffles, n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: best_cut_maxt(time_, event, genes, 10_000, 1))), [],
                    rounds, {})
    rows += compare(f"Cox maxT, 58 genes, 10,000 shuffles, n = {n}", "job",
                    Contender("ours", lambda: timed(lambda: max_t(time_, event, genes, 10_000, 1))), [], rounds, {})
    return rows


def _lifelines_cox(cohort: SurvivalCohort, count: int) -> float:
    import pandas as pd
    from lifelines import CoxPHFitter

    tables = [pd.DataFrame({"t": cohort.time, "e": cohort.event, "x": cohort.x[:, j]}) for j in range(count)]
    return timed(lambda: [CoxPHFitter().fit(table, "t", "e") for table in tables]) / count


def _lifelines_logrank(cohort: SurvivalCohort, count: int) -> float:
    from lifelines.statistics import logrank_test

    groups = cohort.x[:, :count] > np.median(cohort.x[:, :count], axis=0)
    return timed(lambda: [logrank_test(cohort.time[g], cohort.time[~g], cohort.event[g], cohort.event[~g])
                          for g in groups.T]) / count


def _rust_cox(cohort: SurvivalCohort, count: int) -> float:
    from survival._survival import coxph_fit_raw

    status = cohort.event.astype(np.int32)
    columns = [np.ascontiguousarray(cohort.x[:, j:j + 1]) for j in range(count)]
    return timed(lambda: [coxph_fit_raw(cohort.time, status, column, resid=False) for column in columns]) / count


def _rust_logrank(cohort: SurvivalCohort, splits: NDArray[np.bool_], count: int) -> float:
    from survival._survival import logrank_test

    status = cohort.event.astype(np.int32)
    groups = [splits[:, j].astype(np.int32) for j in range(count)]
    return timed(lambda: [logrank_test(cohort.time, status, group) for group in groups]) / count
