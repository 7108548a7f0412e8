"""How receptors go together: a matrix of rank correlations in the order of a clustering.

Not for: computing them; they arrive finished and in order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, number_words, short_number
from core.figures.spec import Axis, ColourBar, FigureSpec, Label, Matrix, Panel

FloatArray = NDArray[np.float64]

MOST_WITH_NUMBERS = 15
TILE_MM, LARGEST_MM = 7.2, 160.0


def correlation_map(receptors: tuple[str, ...], rho: FloatArray, *, cohort_words: str, patients_words: str,
                    value_words: str, pairs_words: str, badge: str = "") -> FigureSpec:
    """Spearman's rho of every pair.

    Parameters
    ----------
    receptors : tuple of str
        In the order of the clustering.
    rho : (n, n) in the same order, NaN where not defined.
    patients_words, pairs_words : str
        "236 patients"; what the correction says: "34 of 105 pairs hold after Holm's correction".
    """
    count = len(receptors)
    texts: tuple[tuple[str, ...], ...] = ()
    if count <= MOST_WITH_NUMBERS:
        texts = tuple(tuple("" if a == b or not np.isfinite(rho[a, b]) else number_words(float(rho[a, b]))
                            for b in range(count)) for a in range(count))
    size = min(LARGEST_MM, max(60.0, TILE_MM * count)) + 20.0
    width = min(180.0, size)
    scale = "diverging" if texts else "strong diverging"
    apart = rho[~np.eye(count, dtype=bool)] if count else np.empty(0)
    finite = apart[np.isfinite(apart)]
    span = f"from {number_words(float(finite.min()))} to {number_words(float(finite.max()))}" if finite.size else "none"
    return FigureSpec(
        name="correlation",
        title=f"Receptors that go together, {cohort_words}",
        rows=(
            (Panel(x=Axis(""), y=Axis(""), marks=(Matrix(rho, receptors, receptors, scale, texts, -1.0, 1.0),),
                   title=f"Spearman’s rho of {counted(count, 'receptor')}",
                   remark=f"{cohort_words}, {patients_words}; {pairs_words}", height_share=width - 14.0),),
            (colour_key("rho", scale, (-1.0, -0.5, 0.0, 0.5, 1.0), height_share=9.5),)),
        alt_text=(f"Matrix of Spearman's rank correlations of {counted(count, 'receptor')} in {cohort_words}, "
                  f"{patients_words}: rho {span}. {pairs_words}."),
        caption=(f"Spearman's rank correlation of {value_words} between {counted(count, 'receptor')}; {cohort_words}, "
                 f"{patients_words}. Order by average-linkage clustering of 1 - rho. {pairs_words} (t test of rho, "
                 "corrected by Holm for all pairs). Dashed: not defined."),
        data={"correlation": {"receptor": receptors, **{name: tuple(rho[:, place].tolist())
                                                        for place, name in enumerate(receptors)}}},
        width_mm=width, height_mm=min(245.0, width + 13.0), badge=badge)


def colour_key(words: str, scale: str, ticks: tuple[float, ...], *, height_share: float, share: float = 0.34,
               width_share: float = 1.0) -> Panel:
    """A panel that holds the colours of a scale over its left part, and at their right what they mean.

    The first and the last tick are the ends of the scale.
    """
    low, high = ticks[0], ticks[-1]
    labels = tuple(f"{'+' if tick > 0 else ''}{short_number(tick)}" for tick in ticks)
    reach = (high - low) / share
    start = low - 0.05 * reach
    return Panel(
        x=Axis("", start, start + reach, visible=False), y=Axis("", 0.0, 1.0, visible=False),
        marks=(ColourBar(low, high, scale, ticks, labels),
               Label(high + 0.02 * reach, 0.5, words, "text2", "data", "left", "center")),
        height_share=height_share, width_share=width_share)
