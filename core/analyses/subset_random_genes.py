"""Would as many genes that are no RTKs do as well? The whole search repeated with random genes of the table.

Not for: random sets of RTKs, which say nothing in the cohort that was searched (contract §4, Nulls).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.subset_inputs import SearchInputs
from core.compute.compute import Compute
from core.data.reference import rtk_symbols
from core.data.tables import Scale
from core.jobs import JobContext
from core.statistics.subset_problem import SPLIT, SubsetProblem, search_each, standardised_rows
from core.statistics.subset_ranking import RankedSets

if TYPE_CHECKING:
    from core.analyses.rtk_subset import Parameters

FloatArray = NDArray[np.float64]
GENE_STREAM = 6
WITH_A_LEVEL = (Scale.LOG2, Scale.LINEAR, Scale.COUNTS, Scale.LOG10, Scale.SCORE)
LEVELS = 10
DRAWS_TOGETHER = 100


@dataclass(frozen=True, eq=False)
class RandomGenes:
    """``best`` statistic of every draw; ``available`` genes to draw from; ``matched`` on expression or not.

    ``best`` is empty where the table has fewer such genes than candidates.
    """

    best: FloatArray
    available: int
    matched: bool
    percentile: float


def random_genes(inputs: SearchInputs, parameters: Parameters, ranking: RankedSets, compute: Compute,
                 job: JobContext, seconds: float) -> RandomGenes:
    """Repeat the search ``parameters.random_genes`` times with as many non-RTK genes as there were candidates."""
    job.progress(0.0, "Choosing other genes")
    names, values = _other_genes(inputs)
    needed = len(inputs.receptors)
    matched = inputs.matrix.scale in WITH_A_LEVEL
    if len(names) < needed:
        return RandomGenes(np.zeros(0), len(names), matched, float("nan"))
    draws, matched = _draws(inputs, values, parameters, matched)
    used = np.unique(draws)
    shared = (inputs.problem, np.ascontiguousarray(standardised_rows(values[:, used])))
    places = np.searchsorted(used, draws)
    if inputs.problem.score == SPLIT:
        blocks = [tuple(map(tuple, places[i:i + 1].tolist())) for i in range(len(places))]
        found = compute.run_blocks(random_block, shared, blocks, job, f"Searching {len(places)} draws of other genes",
                                   seconds=seconds)
        best = np.concatenate(found)
    else:
        parts = []
        for first in range(0, len(places), DRAWS_TOGETHER):
            job.progress(first / len(places), f"Searching other genes, {first:,} of {len(places):,} draws")
            parts.append(random_block(shared, tuple(map(tuple, places[first:first + DRAWS_TOGETHER].tolist()))))
        best = np.concatenate(parts)
    better = float((best < ranking.statistic[0]).mean() * 100)
    return RandomGenes(best, len(names), matched, better)


def random_block(shared: tuple[SubsetProblem, FloatArray], draws: tuple[tuple[int, ...], ...]) -> FloatArray:
    """Best statistic of the whole search with the genes of each draw."""
    problem, values = shared
    everyone = np.arange(problem.n)
    cases = [(problem.with_values(values[:, list(genes)]), everyone, everyone[:, None]) for genes in draws]
    return np.array([found.best.overall()[0][0] for found in search_each(cases)])


def _other_genes(inputs: SearchInputs) -> tuple[tuple[str, ...], FloatArray]:
    """Genes of the table that are no RTK and no candidate, complete and not constant among the patients."""
    aside = {*rtk_symbols(), *inputs.receptors}
    names = tuple(gene for gene in inputs.matrix.genes if gene not in aside)
    if not names:
        return (), np.zeros((len(inputs.patients), 0))
    values = inputs.matrix.take(inputs.patients, names)
    whole = np.flatnonzero(np.isfinite(values).all(axis=0))
    usable = whole[np.ptp(values[:, whole], axis=0) > 0]
    return tuple(names[i] for i in usable), values[:, usable]


def _draws(inputs: SearchInputs, values: FloatArray, parameters: Parameters, level_known: bool
           ) -> tuple[NDArray[np.intp], bool]:
    """(draws, candidates) gene numbers, none twice in a draw; each of the tenth of expression of its candidate where
    the scale has a level and the table enough genes of every tenth, which is returned too."""
    n_genes, n_draws = values.shape[1], parameters.random_genes
    needed = len(inputs.receptors)
    level = values.mean(axis=0)
    edges = np.quantile(level, np.arange(1, LEVELS) / LEVELS)
    of_gene, of_receptor = np.searchsorted(edges, level), np.searchsorted(edges, inputs.expression.mean(axis=0))
    counts = np.bincount(of_receptor, minlength=LEVELS)
    enough = level_known and bool((np.bincount(of_gene, minlength=LEVELS) >= counts).all())
    draws = np.empty((n_draws, needed), dtype=np.intp)
    for draw in range(n_draws):
        generator = np.random.default_rng([parameters.seed, GENE_STREAM, draw])
        if not enough:
            draws[draw] = generator.choice(n_genes, needed, replace=False)
            continue
        for tenth in np.unique(of_receptor):
            places = np.flatnonzero(of_receptor == tenth)
            draws[draw, places] = generator.choice(np.flatnonzero(of_gene == tenth), len(places), replace=False)
    return draws, enough
