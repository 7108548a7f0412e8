"""How the receptors go together among the patients: Spearman's rho of every pair, corrected for all pairs.

Not for: outcome.
"""

from __future__ import annotations

import numpy as np

from core.analyses.base import ResultTable, TriedTest
from core.analyses.view_data import View, ViewData
from core.figures.correlation_map import correlation_map
from core.figures.number_words import counted, number_words, p_equals
from core.jobs import JobContext
from core.statistics.clustering import cluster
from core.statistics.multiplicity import holm
from core.statistics.rank_tests import spearman

COLUMNS = {
    "receptor_a": "First receptor", "receptor_b": "Second receptor", "n": "Patients with a value of both",
    "rho": "Spearman's rank correlation",
    "p_holm": "P (t test of rho) corrected by Holm for all pairs", "p": "P of this pair alone, not corrected"}


def view_correlation(data: ViewData, job: JobContext) -> View:
    """The table of all pairs, the strongest first, and the matrix in the order of a clustering."""
    job.progress(0.0, "Correlating receptors")
    names = data.receptors[:data.n_listed]
    rho, p, n = spearman(data.expression[:, :data.n_listed])
    first, second = np.triu_indices(len(names), 1)
    pair_rho, pair_p = rho[first, second], p[first, second]
    corrected = holm(pair_p)
    order = np.lexsort((np.arange(len(first)), -np.nan_to_num(np.abs(pair_rho), nan=-1.0)))
    table = ResultTable("correlation", {
        "receptor_a": [names[first[k]] for k in order], "receptor_b": [names[second[k]] for k in order],
        "n": n[first, second][order].astype(np.int64).tolist(), "rho": pair_rho[order].tolist(),
        "p_holm": corrected[order].tolist(), "p": pair_p[order].tolist()}, "Receptors that go together", COLUMNS)
    tested = int(np.isfinite(corrected).sum())
    hold = int((np.nan_to_num(corrected, nan=1.0) < 0.05).sum())
    pairs = f"{hold} of {counted(tested, 'pair')} {'holds' if hold == 1 else 'hold'} after correction"
    arranged = cluster(1.0 - pair_rho).order
    figure = correlation_map(
        tuple(names[k] for k in arranged), rho[np.ix_(arranged, arranged)], cohort_words=data.cohort_words,
        patients_words=counted(len(data.patients), "patient"), value_words=data.value_words, pairs_words=pairs,
        badge=data.badge)
    strongest = ""
    if tested:
        k = int(order[0])
        strongest = (f" The strongest is {names[first[k]]} with {names[second[k]]}, rho {number_words(pair_rho[k])} "
                     f"(corrected {p_equals(float(corrected[k]))}, {counted(int(n[first[k], second[k]]), 'patient')}).")
    return View(
        (table,), (figure,), (f"{pairs} (Spearman, Holm).{strongest}",),
        f"Spearman's rank correlation of every pair of {counted(len(names), 'receptor')} among patients with both "
        "values; P from t with n - 2 degrees of freedom (all arrangements up to 7 patients), corrected by "
        "Holm's method for all pairs.", paid=tested, tried=(TriedTest("correlation of every pair", tested, 0),))
