"""The forest of a prognosis analysis as a figure value: one row per receptor, hazard ratio per SD on a log axis.

Not for: fitting or sorting; the rows arrive finished and in the order in which they are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import (
    NOT_ESTIMATED,
    count_words,
    counted,
    hr_words,
    list_words,
    number_words,
    p_words,
)
from core.figures.spec import (
    Axis,
    FigureSpec,
    Intervals,
    KeyEntry,
    Label,
    Mark,
    Panel,
    Rule,
    Span,
    TextColumn,
)

FloatArray = NDArray[np.float64]

ROW_MM = 3.75
FRAME_MM = 26.0
PAGE_MM = 245.0
TICK_LADDERS = (
    (0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4),
    (0.6, 0.8, 1.0, 1.25, 1.6),
    (0.5, 0.7, 1.0, 1.4, 2.0),
    (0.25, 0.5, 1.0, 2.0, 4.0),
    (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    (0.01, 0.1, 1.0, 10.0, 100.0),
)


@dataclass(frozen=True)
class RatioWords:
    """What the ratio is called, what it comes from and what is counted beside the patients."""

    name: str = "Hazard ratio"
    short: str = "HR"
    model: str = "one Cox model per receptor (Efron ties, Wald interval)"
    event: str = "event"
    events: str = "events"


HAZARD_RATIO = RatioWords()
ODDS_RATIO = RatioWords("Odds ratio", "OR", "one logistic model per receptor (profile-likelihood interval)",
                        "responder", "responders")


@dataclass(frozen=True, eq=False)
class ForestRows:
    """One entry per receptor in every field, strongest first.

    ``hr`` and its 95 % interval per standard deviation of expression, NaN where no model could be fitted; ``q_bh``
    and ``p_maxt`` NaN where none was computed.
    """

    receptor: Sequence[str]
    n: Sequence[int]
    events: Sequence[int]
    hr: FloatArray
    hr_low: FloatArray
    hr_high: FloatArray
    q_bh: FloatArray
    p_maxt: FloatArray

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in self.__dataclass_fields__}
        if len(lengths) > 1:
            raise ValueError(f"the fields of ForestRows differ in length: {sorted(lengths)}")


def forest(rows: ForestRows, *, name: str = "forest", cohort_words: str, endpoint_words: str,
           adjusted_for: tuple[str, ...] = (), strata: tuple[str, ...] = (), permutations: int = 0,
           margin: tuple[float, float] | None = (0.75, 1.33),
           better_worse: tuple[str, str] = ("longer survival", "shorter survival"), correction_words: str = "",
           her2: Sequence[str] = ("ERBB2",), badge: str = "", ratio: RatioWords = HAZARD_RATIO) -> FigureSpec:
    """All receptors against outcome.

    Parameters
    ----------
    rows : ForestRows
    cohort_words, endpoint_words : str
        As they read in a sentence: "HER2-positive, METABRIC", "overall survival".
    adjusted_for, strata : tuple of str
        Covariates and strata of the Cox models, in words.
    permutations : int
        Of the maxT correction; 0 where it was switched off.
    margin : (float, float) or None
        The equivalence margin, set before the run; None where there is none.
    better_worse : (str, str)
        What lies left and right of 1; the arrows are added here.
    correction_words : str
        Replaces "maxT over 58 receptors, 10,000 permutations".
    her2 : sequence of str
        Symbols drawn in the colour of HER2.
    ratio : RatioWords
        Of a hazard ratio, or of another ratio whose rows stand in ``hr``.
    """
    n_rows = len(rows.receptor)
    corrected = bool(np.isfinite(np.asarray(rows.p_maxt, dtype=float)).any())
    correction = correction_words or _correction_words(n_rows, permutations)
    verdicts = [_verdict(rows, row) for row in range(n_rows)]
    roles = tuple(_role(rows, row, verdicts[row], her2) for row in range(n_rows))
    filled = tuple(bool(p < 0.05) for p in rows.p_maxt)  # also where all events lie on one side and no HR exists
    places = np.arange(n_rows, dtype=float)
    low, high, ticks = axis_range(rows, margin or (1.0, 1.0))
    size = _size_words(rows, ratio)
    marks: tuple[Mark, ...] = (
        *((Span(margin[0], margin[1], "margin"),) if margin else ()),
        Rule(x=1.0, role="axis"),
        Intervals(places, np.asarray(rows.hr, dtype=float), np.asarray(rows.hr_low, dtype=float),
                  np.asarray(rows.hr_high, dtype=float), roles, filled, tuple(rows.receptor)),
        Label(0.0, 0.0, f"\u2190 {better_worse[0]}", "low", space="below", align="left"),
        Label(1.0, 0.0, f"{better_worse[1]} \u2192", "high", space="below", align="right"),
    )
    if n_rows == 0:
        marks = (*marks, Label(0.5, 0.5, "No receptor could be estimated", "text3", align="center", valign="center"))
    model = "adjusted for " + list_words(adjusted_for) if adjusted_for else "not adjusted"
    stratified = f", stratified by {list_words(strata)}" if strata else ""
    panel = Panel(
        x=Axis(f"{ratio.name} per SD (95% CI)", low, high, log=True, ticks=ticks,
               tick_labels=tuple(f"{tick:g}" for tick in ticks)),
        y=Axis("", -0.6, max(n_rows, 1) - 0.4, reverse=True, visible=False),
        marks=marks,
        remark=f"{cohort_words}, {endpoint_words}: {size}; {model}{stratified}",
        columns=(
            TextColumn("RTK", tuple(_name_words(receptor, her2) for receptor in rows.receptor), tuple(places), "left",
                       bold=filled, roles=tuple("her2" if symbol in her2 else "text" for symbol in rows.receptor)),
            TextColumn(f"{ratio.short} (95% CI)", tuple(hr_words(rows.hr[row], rows.hr_low[row], rows.hr_high[row])
                                            for row in range(n_rows)), tuple(places), bold=filled, width_mm=26.0,
                       align="right"),
            TextColumn("Corrected P", tuple(_p_column(rows, row, corrected) for row in range(n_rows)), tuple(places),
                       bold=filled, width_mm=16.0, align="right", short="Corr. P"),
        ),
        key=_key(verdicts, roles, corrected, margin, better_worse),
    )
    holding = [rows.receptor[row] for row in range(n_rows) if filled[row]]
    return FigureSpec(
        name=name,
        title=f"Receptors and {endpoint_words}, {cohort_words}",
        rows=((panel,),),
        alt_text=_alt_text(rows, cohort_words, endpoint_words, size, holding, corrected, ratio),
        caption=(
            f"{ratio.name} for {endpoint_words} per standard deviation of expression with 95% confidence interval, "
            f"{ratio.model}, {model}{stratified}. {cohort_words}: {size}. "
            + (f"P corrected by {correction}. " if corrected else "P not corrected: permutations were switched off. ")
            + "Filled squares: corrected P < 0.05; hollow, coloured: only q < 0.05 (Benjamini-Hochberg); hollow, "
            f"grey: neither. {_colour_words(roles)}{_margin_words(margin)}An arrow marks an interval that goes on "
            "beyond the axis."
        ),
        data={"forest": {
            "receptor": tuple(rows.receptor), "n": tuple(rows.n), ratio.events: tuple(rows.events),
            ratio.short.lower(): tuple(rows.hr), f"{ratio.short.lower()}_low": tuple(rows.hr_low),
            f"{ratio.short.lower()}_high": tuple(rows.hr_high),
            "q_bh": tuple(rows.q_bh), "p_maxt": tuple(rows.p_maxt), "drawn_as": tuple(verdicts),
        }},
        width_mm=136.0,
        height_mm=min(PAGE_MM, FRAME_MM + max(4, n_rows) * ROW_MM),
        badge=badge,
    )


def _correction_words(n_rows: int, permutations: int) -> str:
    drawn = f", {count_words(permutations)} permutations" if permutations else ""
    return f"step-down maxT over {counted(n_rows, 'receptor')}{drawn}"


def _verdict(rows: ForestRows, row: int) -> str:
    if not math.isfinite(rows.hr[row]):
        return NOT_ESTIMATED
    if rows.p_maxt[row] < 0.05:
        return "holds"
    return "q only" if rows.q_bh[row] < 0.05 else "neither"


def _role(rows: ForestRows, row: int, verdict: str, her2: Sequence[str]) -> str:
    if rows.receptor[row] in her2:
        return "her2"
    if verdict in ("holds", "q only"):
        return "high" if rows.hr[row] > 1 else "low"
    return "ns"


def _name_words(receptor: str, her2: Sequence[str]) -> str:
    return f"{receptor} (HER2)" if receptor in her2 and receptor == "ERBB2" else receptor


def _p_column(rows: ForestRows, row: int, corrected: bool) -> str:
    if not math.isfinite(rows.hr[row]) and not corrected:
        return ""
    return p_words(rows.p_maxt[row]) or ("" if corrected else "not corrected")


def _margin_words(margin: tuple[float, float] | None) -> str:
    return "" if margin is None else (f"Grey band: {number_words(margin[0])} to {number_words(margin[1])}, the margin "
                                      "of equivalence set before the run. ")


def _colour_words(roles: Sequence[str]) -> str:
    """What the colours of the squares stand for, as a sentence to follow another; empty where none is drawn."""
    side = "The colour tells the direction" if {"high", "low"} & set(roles) else ""
    her2 = "HER2 has a colour of its own" if "her2" in roles else ""
    return ", ".join(filter(None, (side, her2))) + ". " if side or her2 else ""


def _key(verdicts: Sequence[str], roles: Sequence[str], corrected: bool, margin: tuple[float, float] | None,
         better_worse: tuple[str, str]) -> tuple[KeyEntry, ...]:
    """Filled or hollow as drawn, in the colours that are drawn; where both are, each with the side it stands for."""
    entries = []
    if corrected:
        entries += _in_its_colours("corrected P < 0.05", "holds", True, verdicts, roles, better_worse) or [
            KeyEntry("corrected P < 0.05: none", "text")]
    entries += _in_its_colours("q < 0.05 only", "q only", False, verdicts, roles, better_worse)
    if "neither" in verdicts:
        words = "neither" if corrected or "q only" in verdicts else "not corrected"
        entries.append(KeyEntry(words, "ns", filled=False))
    if margin is not None:
        entries.append(KeyEntry(f"{number_words(margin[0])} to {number_words(margin[1])}: matters little", "margin",
                                shape="patch"))
    return tuple(entries)


def _in_its_colours(words: str, verdict: str, filled: bool, verdicts: Sequence[str], roles: Sequence[str],
                    better_worse: tuple[str, str]) -> list[KeyEntry]:
    drawn = {role for role, each in zip(roles, verdicts, strict=True) if each == verdict}
    sides = [(role, side) for role, side in (("high", better_worse[1]), ("low", better_worse[0])) if role in drawn]
    if len(sides) == 2:
        return [KeyEntry(f"{words}, {sides[0][1]}", "high", filled=filled),
                KeyEntry(sides[1][1], "low", filled=filled)]
    role = sides[0][0] if sides else "her2" if drawn else ""
    return [KeyEntry(words, role, filled=filled)] if role else []


def axis_range(rows: ForestRows, margin: tuple[float, float]) -> tuple[float, float, tuple[float, ...]]:
    """Symmetrical about 1. Every estimate lies inside, and every interval of a receptor that holds; of the others the
    widest twentieth may be cut by the axis."""
    hr = np.abs(np.log(_positive(rows.hr)))
    bounds = np.abs(np.log(np.concatenate([_positive(rows.hr_low), _positive(rows.hr_high)])))
    reach = max((abs(math.log(limit)) for limit in margin if limit > 0), default=0.0) * 1.3
    if hr.size:
        reach = max(reach, min(float(hr.max()) * 1.08, math.log(100.0)))
    if bounds.size:
        most = float(np.quantile(bounds, 0.95, method="higher")) * 1.05
        reach = max(reach, min(most, max(2.5 * reach, math.log(2.0))))
    held = np.asarray(rows.p_maxt, dtype=float) < 0.05
    whole = np.abs(np.log(_positive(np.concatenate([np.asarray(rows.hr_low)[held], np.asarray(rows.hr_high)[held]]))))
    if whole.size:
        reach = max(reach, min(float(whole.max()) * 1.05, math.log(100.0)))
    for ladder in TICK_LADDERS:
        if reach <= math.log(ladder[-1]) * 1.2:
            break
    outer = next((math.log(tick) for tick in ladder if math.log(tick) >= reach), reach)
    reach = outer * 1.02 if outer < 1.25 * reach else reach
    low, high = math.exp(-reach), math.exp(reach)
    return low, high, tuple(tick for tick in ladder if low <= tick <= high)


def _positive(values: FloatArray) -> FloatArray:
    array: FloatArray = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array) & (array > 0)]


def _size_words(rows: ForestRows, ratio: RatioWords) -> str:
    if not len(rows.n):
        return "no patients"
    if len(set(rows.n)) == 1 and len(set(rows.events)) == 1:
        return f"{counted(int(rows.n[0]), 'patient')}, {counted(int(rows.events[0]), ratio.event, ratio.events)}"
    return (f"{count_words(min(rows.n))} to {count_words(max(rows.n))} patients, "
            f"{count_words(min(rows.events))} to {count_words(max(rows.events))} {ratio.events}, by receptor")


def _alt_text(rows: ForestRows, cohort_words: str, endpoint_words: str, size: str, holding: Sequence[str],
              corrected: bool, ratio: RatioWords) -> str:
    n_rows = len(rows.receptor)
    sentences = [f"Forest plot. {ratio.name} for {endpoint_words} per standard deviation of "
                 f"{counted(n_rows, 'receptor')} in {cohort_words} ({size}), strongest first."]
    if n_rows and math.isfinite(rows.hr[0]):
        sentences.append(f"Strongest: {rows.receptor[0]}, {hr_words(rows.hr[0], rows.hr_low[0], rows.hr_high[0])}.")
    if not corrected:
        sentences.append("P values were not corrected by permutation.")
    elif holding:
        sentences.append(f"{list_words(holding)} {'holds' if len(holding) == 1 else 'hold'} after correction for all "
                         f"{n_rows}.")
    else:
        sentences.append(f"None holds after correction for all {n_rows}.")
    return " ".join(sentences)
