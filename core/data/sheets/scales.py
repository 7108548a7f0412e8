"""Which scale the numbers of a table are on, and the one step that puts them on the scale of the analyses.

Not for: reading cells (missing_values.py) or merging rows of a gene (collapse_genes.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.files.raw_table import number_words
from core.data.sheets.sheet_words import all_whole, counted
from core.data.tables import Scale
from core.problems import Location, Problem, note, user_error, warning

LOG2_OF_10 = float(np.log2(10.0))
_SAMPLED_GENES = 600
_LARGEST_LOG2 = 50.0
_FEW_GENES = 120
_MANY_GENES = 1000

Locate = Callable[[int, int], Location]
"""The place of the value of sample i, gene j."""


@dataclass(frozen=True)
class ScaleProposal:
    """A scale and why it is proposed; ``scale`` is None where the values fit several."""

    scale: Scale | None
    reason: str


def propose_scale(values: NDArray[np.float64]) -> ScaleProposal:
    """Propose the scale of a table from its values.

    Parameters
    ----------
    values : ndarray, shape (n_samples, n_genes)
        As they stand in the file, NaN where missing.

    Returns
    -------
    ScaleProposal
        A proposal for the import report, always with its reason; never certain.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # a mistyped 1e300 must not end in a warning
        return _proposal(values)


def _proposal(values: NDArray[np.float64]) -> ScaleProposal:
    step = max(1, values.shape[1] // _SAMPLED_GENES)
    part = values[:, ::step]
    there = part[~np.isnan(part)]
    if not there.size:
        return ScaleProposal(None, "there is no value")
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    span = f"values from {_short(low)} to {_short(high)}"
    if low >= 0 and high <= 1 and bool(np.all((there == 0) | (there == 1))):
        return ScaleProposal(Scale.CALLS, "every value is 0 or 1")
    if low < 0:
        return _with_negatives(part, there, low, high, span)
    if all_whole(there):
        if high <= 300 and values.shape[1] <= _FEW_GENES:
            return ScaleProposal(Scale.SCORE, f"whole numbers from {_short(low)} to {_short(high)} for few proteins, "
                                 "as scores of stained slides are")
        if high > 25:
            return ScaleProposal(Scale.COUNTS, f"whole numbers, none negative, {span}")
        return ScaleProposal(None, f"small whole numbers, {span}")
    if high > _LARGEST_LOG2:
        halves = np.mean(there * 2 == np.floor(there * 2))
        if high <= 300 and values.shape[1] <= _FEW_GENES and halves > 0.9:
            return ScaleProposal(Scale.SCORE, f"{span} in halves, as averaged scores of stained slides are")
        return ScaleProposal(Scale.LINEAR, f"{span}: too large for logarithms")
    return _small_positive(there, values.shape[1], high, span)


def _with_negatives(part: NDArray[np.float64], there: NDArray[np.float64], low: float, high: float,
                    span: str) -> ScaleProposal:
    full = part[:, (~np.isnan(part)).sum(axis=0) >= 5]
    if full.size:
        means, sds = np.nanmean(full, axis=0), np.nanstd(full, axis=0)
        if np.median(np.abs(means)) < 0.15 and abs(np.median(sds) - 1) < 0.15:
            return ScaleProposal(Scale.Z, f"each gene has a mean near 0 and an SD near 1 (medians "
                                 f"{np.median(means):.2f} and {np.median(sds):.2f})")
    negative = float(np.mean(there < 0))
    if high > 1000:
        return ScaleProposal(None, f"{span}: too large for logarithms, yet some are negative")
    if high <= _LARGEST_LOG2 and negative < 0.3 and np.median(there) > 1 and low > -20:
        return ScaleProposal(Scale.LOG2, f"{span}, most of them positive, as logarithms of expression are")
    return ScaleProposal(Scale.LOG_RATIO, f"{span} on both sides of 0, as logarithms of ratios are" if high > 0
                         else f"{span}, all negative, as logarithms of small amounts are")


def _small_positive(there: NDArray[np.float64], n_genes: int, high: float, span: str) -> ScaleProposal:
    """Positive numbers up to 50: logarithms, or linear values that happen to be small."""
    middle = float(np.median(there))
    spread = float(np.std(there))
    skew = float(np.mean(((there - np.mean(there)) / spread) ** 3)) if spread > 0 else 0.0
    words = f"{span}, median {_short(middle)}, skewness {skew:.1f}"
    if high <= 25 and (n_genes >= _MANY_GENES or (middle >= 3 and skew < 1.5)):
        return ScaleProposal(Scale.LOG2, f"{words}, as log2 expression is")
    if skew > 3 and high > 10 * max(middle, 1e-9) and n_genes < _MANY_GENES:
        return ScaleProposal(Scale.LINEAR, f"{words}: a long tail of large values, as unlogged values have")
    if n_genes >= _MANY_GENES:
        return ScaleProposal(Scale.LINEAR, f"{words}: too large for logarithms")
    return ScaleProposal(None, words)


def which_scale(proposal: ScaleProposal, place: Location, extremes: str = "") -> Exception:
    """The question to the user when no scale can be proposed; ``extremes`` says where the outermost values stand."""
    reason = "; ".join(filter(None, (proposal.reason, extremes)))
    return user_error(
        "which_scale", f"the scale of the values cannot be told ({reason})", place,
        why="Logged and unlogged values look alike here, and values must be logged exactly once.",
        remedy='state scale = "linear", "log2", "log10", "counts", "log ratio", "z", "score" or "calls" for this table',
        answer_key="scale")


def to_analysis_scale(values: NDArray[np.float64], scale: Scale, locate: Locate, place: Location, *,
                      library: NDArray[np.float64] | None = None) -> tuple[NDArray[np.float64], list[Problem]]:
    """Put values on the scale of the analyses, once: log2 for amounts, everything else as it is.

    Parameters
    ----------
    values : ndarray, shape (n_samples, n_genes)
        As they stand in the file, NaN where missing.
    library : ndarray, shape (n_samples,), optional
        Sum of all counts of each sample over all rows of the table; taken from ``values`` when absent.

    Returns
    -------
    values, findings
        linear: log2(x + 1); counts: log2(counts per million + 1); log10: times log2(10); others unchanged.

    Raises
    ------
    UserError
        "negative_values" for linear values or counts below 0, "not_calls" where a table of calls holds other numbers,
        "no_counts" for a sample whose counts are all 0.
    """
    findings = _contradictions(values, scale, locate, place)
    if scale is Scale.LINEAR:
        findings.append(note("logged", "the values were logged once: log2(x + 1)", place))
        return np.log2(values + 1.0), findings
    if scale is Scale.COUNTS:
        sums = np.nansum(values, axis=1) if library is None else library
        if np.any(sums <= 0):
            first = int(np.flatnonzero(sums <= 0)[0])
            raise user_error("no_counts", "every count of this sample is 0", locate(first, 0),
                             why="Counts per million cannot be computed.", remedy="leave the sample out with drop in "
                                                                                  "the "
                             "answers", answer_key="drop")
        findings.append(note("logged", f"the counts were divided by each sample's sum over all rows of the table "
                             f"({_short(float(sums.min()))} to {_short(float(sums.max()))}) and logged once: "
                             "log2(counts per million + 1)", place))
        return np.log2(values / sums[:, None] * 1e6 + 1.0), findings
    if scale is Scale.LOG10:
        findings.append(note("logged", "log10 values were multiplied by log2(10) = 3.3219, so that one unit is a "
                                       "doubling",
                             place))
        return values * LOG2_OF_10, findings
    return values, findings


def _contradictions(values: NDArray[np.float64], scale: Scale, locate: Locate, place: Location) -> list[Problem]:
    """What speaks against the stated scale: an error where it is impossible, else a warning."""
    if scale in (Scale.LINEAR, Scale.COUNTS):
        below = np.argwhere(values < 0)
        if len(below):
            i, j = (int(index) for index in below[0])
            raise user_error(
                "negative_values", f"{counted(len(below), 'negative value')} (first: "
                f'{number_words(float(values[i, j]))}), and the scale is "{scale}"', locate(i, j),
                why="A negative value cannot be logged.",
                remedy='state scale = "log2", "log ratio" or "z" if the values are logged already; otherwise correct '
                       'them',
                answer_key="scale")
    if scale is Scale.CALLS:
        other = np.argwhere(~np.isnan(values) & (values != 0) & (values != 1))
        if len(other):
            i, j = (int(index) for index in other[0])
            raise user_error("not_calls", f"{len(other):,} values are neither 0 nor 1 (first: "
                             f"{number_words(float(values[i, j]))}), but the scale is \"calls\"", locate(i, j),
                             remedy="state the scale of the values", answer_key="scale")
        return []
    there = values[~np.isnan(values)]
    if not there.size:
        return []
    low, high = float(there.min()), float(there.max())
    speaks = ""
    if scale in (Scale.LOG2, Scale.LOG10) and high > (_LARGEST_LOG2 if scale is Scale.LOG2 else 20):
        speaks = f"the largest value is {_short(high)}, too large for a logarithm"
    elif scale is Scale.COUNTS and not all_whole(there[:200_000]):
        speaks = "not all values are whole numbers"
    elif scale is Scale.LINEAR and high <= 25 and values.shape[1] >= _MANY_GENES:
        speaks = f"no value is above {_short(high)}, as if they were logged already"
    elif scale is Scale.Z and (low >= 0 or max(-low, high) > 100):
        speaks = f"the values run from {_short(low)} to {_short(high)}"
    elif scale is Scale.LOG_RATIO and low >= 0:
        speaks = "no value is negative"
    elif scale is Scale.SCORE and low < 0:
        speaks = f"the lowest value is {_short(low)}"
    if not speaks:
        return []
    return [warning("scale_contradicts", f'the stated scale is "{scale}", but {speaks}', place,
                    why="On a wrong scale every number that follows is wrong.",
                    remedy="check the key scale; it was used as stated")]


def _short(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.3g}" if not 1000 <= abs(value) < 1e15 else f"{value:,.0f}"
