"""Every number of the subset search: the ranking, what luck gives, halves, left-out patients and other genes.

Not for: the words, tables and pictures made of them, or choosing patients (subset_inputs.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.analyses.subset_estimates import SetEstimates, estimate_sets
from core.analyses.subset_inputs import SearchInputs
from core.analyses.subset_random_genes import DRAWS_TOGETHER, RandomGenes, random_genes
from core.compute.compute import Compute
from core.jobs import Cancelled, JobContext
from core.statistics.p_values import chi2_upper
from core.statistics.subset_crossval import LeftOut, cv_block, left_out
from core.statistics.subset_permutation import null_block, p_interval, p_of, p_over_sizes
from core.statistics.subset_problem import SPLIT, SubsetProblem, observed_scorer
from core.statistics.subset_ranking import RankedSets, rank_sets
from core.statistics.subset_search import SAME_STATISTIC
from core.statistics.subset_stability import Stability, stability, stability_block

if TYPE_CHECKING:
    from core.analyses.rtk_subset import Parameters

FloatArray = NDArray[np.float64]
LISTED_SETS = 500
BLOCK_SECONDS = 0.7
LARGEST_BLOCK = 512


@dataclass(frozen=True, eq=False)
class SubsetNumbers:
    """Everything the tables, pictures and words of the subset search are made of.

    ``null`` (permutations done, sizes) best statistics on shuffled outcomes; ``p_search`` of every listed set,
    ``p_size`` and ``p_sizes`` of the best of each size; arrays are NaN and parts None where a step was switched off
    or the run was stopped before it (``stopped``).
    """

    inputs: SearchInputs
    parameters: Parameters
    ranking: RankedSets
    signs: FloatArray
    estimates: SetEstimates
    p_raw: FloatArray
    p_search: FloatArray
    null: FloatArray
    p_size: FloatArray
    p_sizes: FloatArray
    not_converged: int
    converged: bool
    stability: Stability | None
    left_out: LeftOut | None
    cv_null: FloatArray
    random: RandomGenes | None
    stopped: bool

    @property
    def permutations_done(self) -> int:
        return len(self.null)

    @property
    def best(self) -> tuple[int, ...]:
        """Members of the best set, as places in ``inputs.receptors``."""
        return self.ranking.members[0]

    @property
    def best_p(self) -> float:
        """The corrected P of the best set."""
        return float(self.p_search[0])

    @property
    def exceeding(self) -> int:
        """Shuffled outcomes whose best set was as good."""
        return int((self.null.max(axis=1) >= self.ranking.statistic[0] * (1 - SAME_STATISTIC)).sum()) \
            if len(self.null) else 0

    @property
    def p_interval(self) -> tuple[float, float]:
        """95 % interval of the corrected P for the number of shuffles done."""
        return p_interval(self.exceeding, self.permutations_done) if self.permutations_done else (0.0, 1.0)

    @property
    def cv_p(self) -> float:
        """How often shuffled outcomes give a left-out concordance as high."""
        if self.left_out is None or not len(self.cv_null) or not np.isfinite(self.left_out.concordance):
            return float("nan")
        return float(p_of(np.array([self.left_out.concordance]), self.cv_null)[0])

    @property
    def best_size_alone(self) -> bool:
        """True where no larger set has a smaller P of its size than the best single receptor."""
        sizes = self.inputs.problem.space.sizes
        return 1 in sizes and len(sizes) > 1 and bool(np.isfinite(self.p_size).all()) \
            and not bool((self.p_size[1:] < self.p_size[0]).any())

    @property
    def cut_sd(self) -> float:
        """Median of the best set's score, in SD of the score from its mean."""
        score = self.score(self.best)
        spread = float(score.std(ddof=1))
        return float((np.median(score) - score.mean()) / spread) if spread > 1e-12 else 0.0

    def names(self, members: tuple[int, ...]) -> tuple[str, ...]:
        """Symbols of a set, alphabetical."""
        return tuple(sorted(self.inputs.receptors[i] for i in members))

    def score(self, members: tuple[int, ...]) -> FloatArray:
        """Mean z (with signs) of every patient, not scaled."""
        chosen = list(members)
        return np.asarray((self.inputs.problem.values[:, chosen] * self.signs[chosen]).mean(axis=1))


@dataclass
class _Done:
    """What the steps have given so far; a stop keeps it."""

    null: dict[int, Any] = field(default_factory=dict)
    halves: list[tuple[int, ...]] = field(default_factory=list)
    left_out: LeftOut | None = None
    cv: list[FloatArray] = field(default_factory=list)
    random: RandomGenes | None = None


def compute_subset(inputs: SearchInputs, parameters: Parameters, compute: Compute | None,
                   job: JobContext) -> SubsetNumbers:
    """The search and everything that repeats it, in the order of what matters most.

    Raises
    ------
    Cancelled
        Unless the job was told to keep what is done and shuffles were finished.
    """
    compute = compute or Compute()
    problem = inputs.problem
    scorer, signs, converged = observed_scorer(problem)
    ranking = rank_sets(scorer, problem.space, LISTED_SETS, inputs.receptors, job.part(0.0, 0.05))
    done, stopped = _Done(), False
    try:
        _repeat(inputs, parameters, compute, ranking, done, job.part(0.05, 0.97))
    except Cancelled:
        if not (job.keeps_done and done.null):
            raise
        stopped, job = True, JobContext()
    null = np.concatenate([done.null[number].statistic for number in sorted(done.null)]) if done.null \
        else np.zeros((0, len(problem.space.sizes)))
    observed = np.array([ranking.best_of_size[size].statistic for size in problem.space.sizes])
    p_size, p_sizes = p_over_sizes(observed, null)
    return SubsetNumbers(
        inputs=inputs, parameters=parameters, ranking=ranking, signs=signs,
        estimates=estimate_sets(inputs, ranking.members, signs, parameters.score, job.part(0.97, 1.0)),
        p_raw=np.asarray(chi2_upper(ranking.statistic)),
        p_search=p_of(ranking.statistic, null.max(axis=1) if len(null) else np.zeros(0)), null=null, p_size=p_size,
        p_sizes=p_sizes, not_converged=sum(block.not_converged for block in done.null.values()), converged=converged,
        stability=stability(done.halves, len(inputs.receptors)) if done.halves else None, left_out=done.left_out,
        cv_null=np.concatenate(done.cv) if done.cv else np.zeros(0), random=done.random, stopped=stopped)


def _repeat(inputs: SearchInputs, parameters: Parameters, compute: Compute, ranking: RankedSets, done: _Done,
            job: JobContext) -> None:
    """Shuffled outcomes, left-out patients, halves, other genes, shuffled folds; ``done`` grows as they end."""
    problem = inputs.problem
    n_pairs = parameters.halves // 2
    folds = min(parameters.folds, inputs.n_events)
    (shuffles, blocks, again), costs = work_of(problem, parameters)
    edges = np.concatenate([[0.0], np.cumsum(np.maximum(costs, 1e-6)) / sum(np.maximum(costs, 1e-6))])
    part = [job.part(float(a), float(b)) for a, b in pairwise(edges)]
    if parameters.permutations:
        best = float(ranking.statistic[0]) * (1 - SAME_STATISTIC)
        compute.run_blocks(null_block, problem, shuffles, part[0],
                           _null_words(done, best, parameters.permutations), done.null.__setitem__, seconds=costs[0])
    if folds >= 2:
        done.left_out = left_out(problem, folds, part[1])
    if n_pairs:
        found: dict[int, list[tuple[int, ...]]] = {}
        compute.run_blocks(stability_block, problem, blocks, part[2],
                           lambda: f"Searching half-samples, {2 * _sum(blocks, found):,} of {2 * n_pairs:,}",
                           found.__setitem__, seconds=costs[2])
        done.halves = [members for number in sorted(found) for members in found[number]]
    if parameters.random_genes:
        done.random = random_genes(inputs, parameters, ranking, compute, part[3], costs[3])
    if folds >= 2 and parameters.cv_permutations:
        shuffled: dict[int, FloatArray] = {}
        pieces = [(folds, *block) for block in again]
        compute.run_blocks(cv_block, problem, pieces, part[4],
                           lambda: f"Shuffling the folds, {_sum([piece[1:] for piece in pieces], shuffled):,} of "
                           f"{parameters.cv_permutations:,}", shuffled.__setitem__, seconds=costs[4])
        done.cv = [shuffled[number] for number in sorted(shuffled)]


def _null_words(done: _Done, best: float, planned: int) -> Callable[[], str]:
    """"Shuffling outcomes, 612 of 1,000. So far: corrected P between 0.003 and 0.011"."""
    def words() -> str:
        maxima = [block.statistic.max(axis=1) for block in list(done.null.values())]
        n = sum(len(values) for values in maxima)
        start = f"Shuffling outcomes, {n:,} of {planned:,}"
        if not n:
            return start
        low, high = p_interval(int(sum((values >= best).sum() for values in maxima)), n)
        between = f"between {low:.3f} and {high:.3f}" if low >= 0.001 else f"below {max(high, 0.001):.3f}"
        return f"{start}. So far: corrected P {between}"

    return words


def _sum(blocks: list[Any], found: dict[int, Any]) -> int:
    return sum(blocks[number][1] - blocks[number][0] for number in list(found))


@dataclass(frozen=True)
class SearchSeconds:
    """Seconds on one core of a laptop (measured, AMD EPYC).

    ``walk`` through all sets, once for a block of searches; ``each`` search on the way; ``alone``: a search of other
    patients (a half, a fold, other genes), which for median splits is a walk of its own.
    """

    each: float
    walk: float
    alone: float


def search_seconds(problem: SubsetProblem) -> SearchSeconds:
    """What the searches of a problem take."""
    n, g = problem.values.shape
    space = problem.space
    if problem.score == SPLIT:
        each, walk = space.n_all * n * 3.5e-11 + 1e-6 * n, space.n_all * (1e-7 + 3.8e-9 * n)
        return SearchSeconds(each, walk, each + walk)
    scores = 7e-5 + 6e-7 * n * g / 58 + 7e-6 * g
    fitted = 0.0 if problem.covariates is None else 5e-4 + 4e-7 * n
    inner = sum(space.n_sets(size) for size in list(space.sizes)[:-1])
    each = scores + fitted + space.n_all * 1.6e-9
    return SearchSeconds(each, inner * 7.5e-6, each)


def seconds_of(problem: SubsetProblem) -> float:
    """About how long the search of the outcome as it is takes: every set twice, and the best compared."""
    n = problem.n if problem.score == SPLIT else 0
    return float(problem.space.n_all * (2.5e-7 + 1e-8 * n) + 0.01)


def _blocks(total: int, each: float, walk: float) -> list[tuple[int, int]]:
    """Stretches of 0 to ``total`` of about ``BLOCK_SECONDS``, longer where the walk of every block would else take most
    of the time."""
    size = int(np.clip(max(BLOCK_SECONDS, walk) / max(each, 1e-9), 1, LARGEST_BLOCK))
    return [(first, min(first + size, total)) for first in range(0, total, size)]


def work_of(problem: SubsetProblem, parameters: Parameters) -> tuple[list[list[tuple[int, int]]], list[float]]:
    """Blocks of shuffles, of pairs of halves and of shuffled folds, and the seconds of every step."""
    cost = search_seconds(problem)
    folds = min(parameters.folds, int(problem.event.sum()))
    shared = 0.0 if problem.score == SPLIT else cost.walk
    shuffles = _blocks(parameters.permutations, cost.each, cost.walk)
    pairs = _blocks(parameters.halves // 2, 2 * cost.alone, shared)
    again = _blocks(parameters.cv_permutations if folds >= 2 else 0, max(folds, 1) * cost.alone, shared)
    seconds = [parameters.permutations * cost.each + len(shuffles) * cost.walk,
               folds * cost.alone + shared + 0.1,
               2 * (parameters.halves // 2) * cost.alone + len(pairs) * shared,
               parameters.random_genes * cost.alone + shared * (1 + parameters.random_genes // DRAWS_TOGETHER),
               folds * parameters.cv_permutations * cost.alone + len(again) * shared]
    return [shuffles, pairs, again], seconds


def step_costs(problem: SubsetProblem, parameters: Parameters) -> list[float]:
    """Seconds on one core for shuffled outcomes, left-out patients, halves, other genes and shuffled folds."""
    return work_of(problem, parameters)[1]
