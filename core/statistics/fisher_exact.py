"""Fisher's exact test of a table of two by two counts.

Not for: paired counts; those are McNemar's (mcnemar.py).
"""

from __future__ import annotations

from math import comb


def fisher_exact(a: int, b: int, c: int, d: int) -> float:
    """Two-sided P of the table ((a, b), (c, d)): all tables of its margins that are no more likely than it.

    Source
    ------
    Fisher 1935, as R's fisher.test for two by two tables.
    """
    rows, column, total = a + b, a + c, a + b + c + d
    # Whole numbers: tables equally likely are equal to the last digit.
    weights = {k: comb(rows, k) * comb(total - rows, column - k)
               for k in range(max(0, column - (total - rows)), min(rows, column) + 1)}
    return sum(weight for weight in weights.values() if weight <= weights[a]) / comb(total, column)
