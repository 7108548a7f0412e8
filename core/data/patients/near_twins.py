"""Samples that look like one patient twice: nearly the same expression over all genes.

Not for: leaving anybody out. It names them, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.tables import ExpressionMatrix
from core.jobs import JobContext

FEWEST_GENES = 50
MOST_GENES = 1000
CORRELATION = 0.99
OWN_CORRELATION = 0.9
FEWEST_FOR_OWN = 10
MEASURED = 0.9
ROWS_AT_ONCE = 256
PAIRS_KEPT = 200
ROUNDING = 1e-4

RULE = (f"Two samples are likely twins when their expression correlates above {CORRELATION:g} over all genes and, "
        f"once each gene's mean is taken off, above {OWN_CORRELATION:g}.")


@dataclass(frozen=True)
class TwinPair:
    """Two samples with their correlation over the genes."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class Twins:
    """What was found; ``cannot`` says why nothing could be judged, and is empty where it could."""

    pairs: tuple[TwinPair, ...]
    genes: int
    samples: int
    cannot: str = ""
    more: int = 0

    def words(self) -> str:
        """``1 likely twin: P139, P140``; empty where there is none."""
        count = len(self.pairs) + self.more
        if not count:
            return ""
        first = "; ".join(f"{pair.first}, {pair.second}" for pair in self.pairs[:2])
        rest = f"; and {count - 2} more" if count > 2 else ""
        return f"{count} likely {'twin' if count == 1 else 'twins'}: {first}{rest}"


def near_twins(matrix: ExpressionMatrix, patients: Sequence[str], job: JobContext | None = None) -> Twins:
    """Pairs of ``patients`` whose expression is nearly the same.

    Genes with a value in at least 90 % of the patients are compared, at most the 1,000 that vary most; a missing value
    is replaced by the gene's mean. Under 50 genes nothing can be judged. From 10 samples on the correlation must also
    hold without the level that all samples share: values on a log scale correlate highly between any two people.
    """
    job = job or JobContext()
    values = matrix.take(patients, matrix.genes)
    known = np.isfinite(values)
    enough = known.mean(axis=0) >= MEASURED if len(patients) else np.zeros(values.shape[1], dtype=bool)
    values = np.where(known, values, np.nan)[:, enough]
    with np.errstate(invalid="ignore"):
        spread = np.nanstd(values, axis=0) if values.size else np.zeros(0)
    values = values[:, spread > 0]
    genes = values.shape[1]
    if len(patients) < 2 or genes < FEWEST_GENES:
        why = "there are fewer than two samples" if len(patients) < 2 else \
            f"only {genes} {'gene varies' if genes == 1 else 'genes vary'} between the patients; " \
            f"{FEWEST_GENES} are needed"
        return Twins((), genes, len(patients), f"Whether a patient is here twice cannot be judged: {why}.")
    if genes > MOST_GENES:
        widest = np.sort(np.argsort(-spread[spread > 0], kind="stable")[:MOST_GENES])
        values = values[:, widest]
    mean = np.nanmean(values, axis=0)
    values = np.where(np.isfinite(values), values, mean)
    whole = _unit_rows(values)
    many = len(patients) >= FEWEST_FOR_OWN
    # Few pairs pass without the shared level, so that is asked first; single precision is enough to ask.
    asked = (_unit_rows(values - mean) if many else whole).astype(np.float32)
    limit = (OWN_CORRELATION if many else CORRELATION) - ROUNDING
    pairs: list[TwinPair] = []
    for start in range(0, len(patients), ROWS_AT_ONCE):
        job.progress(start / len(patients), "Looking for the same patient twice")
        alike = asked[start:start + ROWS_AT_ONCE] @ asked[start:].T > limit
        for row, column in np.argwhere(np.triu(alike, k=1)) + start:
            correlation = float(whole[row] @ whole[column])
            if correlation > CORRELATION:
                pairs.append(TwinPair(patients[row], patients[column], correlation))
    pairs.sort(key=lambda pair: (-pair.correlation, pair.first, pair.second))
    return Twins(tuple(pairs[:PAIRS_KEPT]), values.shape[1], len(patients), "", max(0, len(pairs) - PAIRS_KEPT))


def _unit_rows(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[
        tuple[int, ...], np.dtype[np.float64]]:
    """Rows of mean 0 and length 1, so that their products are correlations; rows without spread become 0."""
    centred = values - values.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0), dtype=np.float64)
