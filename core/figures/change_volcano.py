"""How much each receptor changed against its uncorrected P: filled where the corrected P holds, names only on those.

Not for: testing; changes and P values arrive finished.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, interval_words, list_words, p_equals, signed_words
from core.figures.spec import Axis, FigureSpec, KeyEntry, Mark, Panel, PointNames, Points, Rule

FloatArray = NDArray[np.float64]

MOST_NAMES = 12
HOLDS = 0.05
HER2 = "ERBB2"


@dataclass(frozen=True, eq=False)
class ChangeRows:
    """One entry per receptor in every field; NaN where there is none.

    ``p`` is the uncorrected one that ``p_name`` names ("Wilcoxon P"); ``p_corrected`` NaN where none was computed.
    """

    receptor: Sequence[str]
    n: Sequence[int]
    change: FloatArray
    low: FloatArray
    high: FloatArray
    p: FloatArray
    p_corrected: FloatArray

    @property
    def holds(self) -> NDArray[np.bool_]:
        return np.asarray(np.nan_to_num(self.p_corrected, nan=1.0) < HOLDS)


def change_volcano(rows: ChangeRows, *, unit: str, p_name: str, how_corrected: str, pairs_words: str, before: str,
                   after: str, why_no_p: str = "", name: str = "change_volcano", badge: str = "") -> FigureSpec:
    """Every receptor as a point: its median change across, its uncorrected P up.

    Parameters
    ----------
    unit : str
        Of a change: "log2", "points".
    how_corrected : str
        "sign-flip maxT over 58 receptors, 4,000 flips"; empty where no P was corrected.
    pairs_words : str
        "28 pairs" with whatever belongs to it.
    why_no_p : str
        Where no P is given at all, why; receptors then stand in a row by their change.
    """
    change, p = np.asarray(rows.change, dtype=float), np.asarray(rows.p, dtype=float)
    drawn = np.isfinite(change) & (np.isfinite(p) | bool(why_no_p))
    height = np.ones(len(change)) if why_no_p else p
    holds = rows.holds & drawn & (not why_no_p)
    names = np.array(list(rows.receptor), dtype=object)
    roles = [_role(names[i], float(change[i]), bool(holds[i])) for i in range(len(names))]
    said = tuple(_said(rows, i, unit) for i in range(len(names)))
    marks: list[Mark] = [Rule(x=0.0, role="axis", style="dotted")]
    her2 = names == HER2
    for chosen, shape, size in ((drawn & ~her2 & ~holds, "circle", 3.6), (drawn & ~her2 & holds, "circle", 4.2),
                                (drawn & her2, "square", 4.6)):
        at = np.flatnonzero(chosen)
        if at.size:
            marks.append(Points(change[at], height[at], "ns", tuple(names[at]), shape,
                                tuple(bool(holds[i]) or shape == "square" for i in at), size,
                                tuple(roles[i] for i in at), tuple(said[i] for i in at)))
    strongest = sorted(np.flatnonzero(holds & ~her2), key=lambda i: (p[i], -abs(change[i])))
    named = [*np.flatnonzero(drawn & her2), *strongest[:MOST_NAMES]]
    marks.append(PointNames(change[named], height[named],
                            tuple("HER2" if names[i] == HER2 else str(names[i]) for i in named),
                            tuple("her2" if names[i] == HER2 else "text" for i in named)))
    reach = _reach(change[drawn])
    axis_y = _p_axis(p[drawn], f"{p_name}, uncorrected") if not why_no_p else Axis("", 0.6, 1.6, visible=False)
    unnamed = len(strongest) - MOST_NAMES
    held = [str(names[i]) for i in strongest]
    size_words = f"{counted(int(drawn.sum()), 'receptor')}, {pairs_words}"
    told = _told(held, why_no_p, how_corrected)
    return FigureSpec(
        name=name, title=f"Change in each receptor, {pairs_words}",
        rows=((Panel(
            x=Axis(f"Median change, {after} v {before} ({unit})", -reach, reach), y=axis_y, marks=tuple(marks),
            title="Change in each RTK",
            remark="no P: see the caption" if why_no_p else "filled: corrected P < 0.05" if how_corrected
            else "no corrected P computed",
            key=_key(holds, her2 & drawn, roles, bool(how_corrected)),),),),
        alt_text=(f"Volcano plot of {size_words}: median change from {before} to {after} against the uncorrected "
                  f"{p_name}. {told} {_largest(rows, drawn, unit)}"),
        caption=(
            f"Median change from {before} to {after} in {size_words}, against "
            + (f"nothing: no P is given ({why_no_p}). " if why_no_p else f"the uncorrected {p_name} of each receptor. ")
            + (f"Filled: corrected P < 0.05 ({how_corrected}). " if how_corrected and not why_no_p else "")
            + "HER2 (ERBB2) is a square, and always named. "
            + (f"Named are the {MOST_NAMES} with the smallest P of {len(strongest)} that hold. " if unnamed > 0 else "")
            + told),
        data={"changes": {
            "receptor": tuple(rows.receptor), "n_pairs": tuple(rows.n), "median_change": tuple(change.tolist()),
            "change_low": tuple(np.asarray(rows.low).tolist()), "change_high": tuple(np.asarray(rows.high).tolist()),
            "p_uncorrected": tuple(p.tolist()), "p_maxt": tuple(np.asarray(rows.p_corrected).tolist())}},
        width_mm=89.0, height_mm=78.0, badge=badge)


def _role(name: str, change: float, holds: bool) -> str:
    if name == HER2:
        return "her2"
    return ("high" if change > 0 else "low") if holds else "ns"


def _said(rows: ChangeRows, i: int, unit: str) -> str:
    interval = f" ({signed_words(rows.low[i], 2)} to {signed_words(rows.high[i], 2)})" \
        if math.isfinite(rows.low[i]) and math.isfinite(rows.high[i]) else ""
    corrected = f", corrected {p_equals(rows.p_corrected[i])}" if math.isfinite(rows.p_corrected[i]) else ""
    return f"{signed_words(rows.change[i], 2)} {unit}{interval}{corrected}"


def _reach(change: FloatArray) -> float:
    """The axis is symmetrical about 0."""
    most = float(np.max(np.abs(change))) if change.size else 1.0
    return 1.12 * most if most > 0 else 1.0


def _p_axis(p: FloatArray, label: str) -> Axis:
    """P falls upwards, one decade after the other; 1 at the foot."""
    positive = p[np.isfinite(p) & (p > 0)]
    low = min(float(positive.min()) / 2.2, 0.04) if positive.size else 0.04
    decades = -math.floor(math.log10(low))
    step = max(1, math.ceil(decades / 5))
    ticks = (1.0, *(10.0 ** -power for power in range(step, decades + 1, step) if 10.0 ** -power >= low))
    return Axis(label, low, 1.25, log=True, reverse=True, ticks=ticks,
                tick_labels=tuple(_power(tick) for tick in ticks))


def _power(tick: float) -> str:
    power = round(math.log10(tick))
    if power >= -3:
        return f"{tick:g}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _told(held: Sequence[str], why_no_p: str, how_corrected: str) -> str:
    if why_no_p:
        return "No P is given."
    if not how_corrected:
        return "No corrected P was computed."
    return (f"{list_words(held[:MOST_NAMES])} {'holds' if len(held) == 1 else 'hold'} after correction." if held
            else "No receptor holds after correction.")


def _largest(rows: ChangeRows, drawn: NDArray[np.bool_], unit: str) -> str:
    if not drawn.any():
        return ""
    change = np.where(drawn, rows.change, -np.inf)
    top = int(np.argmax(change))
    return f"The largest rise is {rows.receptor[top]}, {signed_words(change[top], 2)} {unit}" + (
        f" ({interval_words(rows.low[top], rows.high[top])})." if math.isfinite(rows.low[top]) else ".")


def _key(holds: NDArray[np.bool_], her2: NDArray[np.bool_], roles: Sequence[str],
         corrected: bool) -> tuple[KeyEntry, ...]:
    held = {role for role, here in zip(roles, holds, strict=True) if here}
    entries = [KeyEntry(f"{word}, corrected P < 0.05", role, "circle") for role, word in
               (("high", "rises"), ("low", "falls")) if role in held]
    entries.append(KeyEntry("does not hold" if corrected else "not corrected", "ns", "circle", filled=False))
    if her2.any():
        entries.append(KeyEntry("HER2", "her2", "square"))
    return tuple(entries)
