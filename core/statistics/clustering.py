"""Rows and columns of a table put in order by average-linkage hierarchical clustering.

Not for: saying that clusters exist; the order only puts what is alike side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.statistics.risk_sets import Floats, Ints


@dataclass(frozen=True, eq=False)
class Clustering:
    """``order``: the items from first to last. ``merges`` (n - 1, 4): the branches of the tree, drawn in that order.

    A merge is the places of its two branches (whole numbers from 0 for single items, middles for joined ones), their
    own heights being those of earlier merges: columns left place, right place, left height, right height; the height
    of merge k is ``heights[k]``.
    """

    order: Ints
    merges: Floats
    heights: Floats


def cluster(distances: ArrayLike, *, optimal: bool = True) -> Clustering:
    """Average linkage of the items whose distances are given.

    Parameters
    ----------
    distances : (n (n - 1) / 2,)
        Condensed as scipy has it; NaN counts as the largest.
    optimal : bool
        Turn branches so that neighbours are as alike as possible (Bar-Joseph 2001); slow beyond some hundred items.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    condensed = np.asarray(distances, dtype=np.float64)
    n = round((1 + np.sqrt(1 + 8 * len(condensed))) / 2)
    if n < 3:
        heights = np.nan_to_num(condensed, nan=1.0)
        merges = np.array([[0.0, 1.0, 0.0, 0.0]]) if n == 2 and len(condensed) else np.empty((0, 4))
        return Clustering(np.arange(n if len(condensed) else 1), merges, heights)
    largest = float(np.nanmax(condensed)) if np.isfinite(condensed).any() else 1.0
    condensed = np.nan_to_num(condensed, nan=largest)
    tree = linkage(condensed, method="average")
    if optimal:
        tree = optimal_leaf_ordering(tree, condensed)
    order = np.asarray(leaves_list(tree), dtype=np.intp)
    place, height = np.empty(2 * n - 1), np.zeros(2 * n - 1)
    place[order] = np.arange(n)
    merges = np.empty((n - 1, 4))
    for k, (left, right, distance, _) in enumerate(tree):
        a, b = sorted((int(left), int(right)), key=lambda node: float(place[node]))
        merges[k] = place[a], place[b], height[a], height[b]
        place[n + k], height[n + k] = (place[a] + place[b]) / 2, distance
    return Clustering(order, merges, height[n:])


def correlation_distances(rows: ArrayLike) -> Floats:
    """1 - Pearson's correlation of every pair of rows among the columns that both have, condensed.

    NaN with fewer than 3 shared columns or a constant row.
    """
    table = np.asarray(rows, dtype=np.float64)
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    here = known.astype(np.float64)
    n = here @ here.T
    with np.errstate(divide="ignore", invalid="ignore"):
        # Sums over shared columns only: a mean and a spread for every pair.
        sums = filled @ here.T
        squares = (filled * filled) @ here.T
        covariance = filled @ filled.T - sums * sums.T / n
        spread = squares - sums * sums / n
        r = covariance / np.sqrt(np.where(spread > 1e-12 * squares, spread, np.nan)
                                 * np.where(spread.T > 1e-12 * squares.T, spread.T, np.nan))
    r[n < 3] = np.nan
    return np.asarray(1.0 - np.clip(r[np.triu_indices(len(table), 1)], -1.0, 1.0))


def euclidean_distances(rows: ArrayLike) -> Floats:
    """Euclidean distance of every pair of rows, condensed; over shared columns, scaled up to all where some miss.

    NaN where a pair shares none.
    """
    table = np.asarray(rows, dtype=np.float64)
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    upper = np.triu_indices(len(table), 1)
    here = known.astype(np.float64)
    squares = (filled * filled) @ here.T
    total = squares + squares.T - 2.0 * filled @ filled.T
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(known.all(), 1.0, table.shape[1] / (here @ here.T)) if not known.all() else 1.0
        distance = np.sqrt(np.maximum(total, 0.0) * scale)
    return np.asarray(distance[upper])
