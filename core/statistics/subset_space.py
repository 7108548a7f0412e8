"""Which sets of receptors are searched, and a stream of them that never holds them all.

Not for: their statistics (subset_search.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

import numpy as np

from core.statistics.risk_sets import Ints

SETS_PER_BLOCK = 32_768


@dataclass(frozen=True)
class SetSpace:
    """All sets of ``must`` and of members of ``free`` with at most ``max_size`` receptors, at least one.

    Receptors are column numbers; ``free`` ascends and holds none of ``must``.
    """

    free: tuple[int, ...]
    must: tuple[int, ...]
    max_size: int

    @classmethod
    def of(cls, n_receptors: int, max_size: int, must: tuple[int, ...] = (),
           must_not: tuple[int, ...] = ()) -> SetSpace:
        """The space over receptors 0 to ``n_receptors`` - 1. Raises ValueError where no set is left."""
        fixed = tuple(sorted(set(must)))
        free = tuple(i for i in range(n_receptors) if i not in fixed and i not in set(must_not))
        space = cls(free, fixed, min(max_size, len(fixed) + len(free)))
        if set(fixed) & set(must_not) or space.max_size < max(len(fixed), 1):
            raise ValueError("no set is left to search")
        return space

    @property
    def sizes(self) -> range:
        """Sizes that occur, ascending."""
        return range(max(len(self.must), 1), self.max_size + 1)

    def n_sets(self, size: int) -> int:
        """How many sets have this size."""
        return comb(len(self.free), size - len(self.must)) if size in self.sizes else 0

    @property
    def n_all(self) -> int:
        return sum(self.n_sets(size) for size in self.sizes)

    def blocks(self, size: int) -> Iterator[Ints]:
        """The sets of a size in lexicographic order of their free members, (sets, size), receptors ascending."""
        chosen = size - len(self.must)
        free = np.array(self.free, dtype=np.intp)
        fixed = np.array(self.must, dtype=np.intp)
        for part in _combinations(len(free), chosen):
            rows = np.concatenate((np.broadcast_to(fixed, (len(part), len(fixed))), free[part]), axis=1)
            yield np.sort(rows, axis=1) if len(fixed) else rows


def _combinations(n: int, k: int) -> Iterator[Ints]:
    """Combinations of 0..n-1 in lexicographic order, in blocks.

    Those that begin with i are i before the combinations of k - 1 that lie above i, which end the list of all
    combinations of k - 1: only that list is held.
    """
    if k == 0:
        yield np.zeros((1, 0), dtype=np.intp)
        return
    if k == 1:
        yield np.arange(n, dtype=np.intp)[:, None]
        return
    shorter = _all_combinations(n, k - 1)
    for first in range(n - k + 1):
        start = len(shorter) - comb(n - first - 1, k - 1)
        for begin in range(start, len(shorter), SETS_PER_BLOCK):
            rest = shorter[begin:begin + SETS_PER_BLOCK].astype(np.intp)
            yield np.concatenate((np.full((len(rest), 1), first, dtype=np.intp), rest), axis=1)


def _all_combinations(n: int, k: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    rows = np.arange(n, dtype=np.uint16)[:, None]
    for size in range(2, k + 1):
        parts = [np.concatenate((np.full((comb(n - first - 1, size - 1), 1), first, dtype=np.uint16),
                                 rows[len(rows) - comb(n - first - 1, size - 1):]), axis=1)
                 for first in range(n - size + 1)]
        rows = np.concatenate(parts) if parts else np.zeros((0, size), dtype=np.uint16)
    return rows
