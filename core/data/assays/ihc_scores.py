"""One row of a scored slide to a number: H-score from its four percentages, Allred, 0-3+, percent positive.

Not for: scorers, cores and clones, which are put together in ihc.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.tables import Missing

SUM_TOLERANCE = 1.0
"""Percentages add to 100 +- 1, for they are rounded."""
H_TOLERANCE = 1.0
WIDEST = 0.1
"""Of the scale: where typed limits leave more possible than this share, no value is used."""
_PLUS = {"0": 0.0, "-": 0.0, "+": 1.0, "++": 2.0, "+++": 3.0}
_CATEGORY = re.compile(r"([0-3])\s?\+?")
_RANGE = re.compile(r"([0-3])\s?\+?\s?(?:-|–|/|to)\s?([0-3])\s?\+?")
PROPORTION_WORDS = {"0": 0, "<1/100": 1, "1/100-1/10": 2, "1/10-1/3": 3, "1/3-2/3": 4, ">2/3": 5}
"""The classes of Allred's proportion score, as they are written when not as 0-5."""


@dataclass(frozen=True)
class Score:
    """A score, between ``low`` and ``high`` where a limit was typed; or ``why`` it is none (a code and a sentence)."""

    low: float = float("nan")
    high: float = float("nan")
    code: str = ""
    why: str = ""
    missing: Missing | None = None

    @property
    def usable(self) -> bool:
        return not self.code and self.missing is None


def h_score(percentages: Sequence[tuple[float, float]]) -> Score:
    """H-score = 1(%1+) + 2(%2+) + 3(%3+), 0-300.

    Parameters
    ----------
    percentages : sequence of (low, high)
        Of 0, 1+, 2+ and 3+ cells; low and high differ where a limit was typed. With three entries, the 0 is absent.

    Returns
    -------
    Score
        With "percentages" where they cannot add to 100 +- 1 (to at most 101 without the 0).

    Source
    ------
    McCarty and others 1985; the sum rule is the program's.
    """
    bounds = [(max(low, 0.0), min(high, 100.0)) for low, high in percentages]
    if any(low < 0 or high > 100 for low, high in percentages):
        return Score(code="percentage_range", why="a percentage lies outside 0 to 100")
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    complete = len(bounds) == 4
    if least > 100 + SUM_TOLERANCE or (complete and most < 100 - SUM_TOLERANCE):
        total = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        return Score(code="percentages", why=f"the percentages add to {total}, not to 100")
    weights = (0, 1, 2, 3) if complete else (1, 2, 3)
    if least == most:
        exact = float(sum(weight * low for weight, (low, _) in zip(weights, bounds, strict=True)))
        return Score(exact, exact)
    return Score(_extreme(bounds, weights, 100 - SUM_TOLERANCE if complete else least, lowest=True),
                 _extreme(bounds, weights, 100 + SUM_TOLERANCE, lowest=False))


def _extreme(bounds: Sequence[tuple[float, float]], weights: Sequence[int], total: float, *, lowest: bool) -> float:
    """The lowest or highest weighted sum that the limits and the sum of the percentages leave possible."""
    shares = [low for low, _ in bounds]
    room = max(total - sum(shares), 0.0)
    order = sorted(range(len(bounds)), key=lambda at: weights[at], reverse=not lowest)
    for at in order:
        added = min(bounds[at][1] - shares[at], room)
        shares[at] += added
        room -= added
    return min(float(sum(weight * share for weight, share in zip(weights, shares, strict=True))), 300.0)


def allred_score(proportion: float, intensity: float) -> Score:
    """Proportion class 0-5 and intensity 0-3 added: 0 or 2 to 8; one of them 0 while the other is not is no score."""
    if proportion not in (0, 1, 2, 3, 4, 5) or intensity not in (0, 1, 2, 3):
        return Score(code="allred_parts", why=f"a proportion of {proportion:g} and an intensity of {intensity:g} are "
                     "no classes of Allred (0-5 and 0-3)")
    if (proportion == 0) != (intensity == 0):
        return Score(code="allred_parts", why=f"a proportion of {proportion:g} does not go with an intensity of "
                     f"{intensity:g}: without stained cells both are 0")
    return Score(proportion + intensity, proportion + intensity)


def allred_total(value: float) -> Score:
    """A total that was typed: 0, or 2 to 8; 1 cannot come about."""
    if value == 1:
        return Score(code="allred_total", why="an Allred score of 1 cannot come about: it is 0, or 2 to 8")
    if value not in (0, 2, 3, 4, 5, 6, 7, 8):
        return Score(code="allred_total", why=f"{value:g} is no Allred score (0, or 2 to 8)")
    return Score(value, value)


def proportion_class(percent: float) -> int:
    """Allred's class of a percentage of stained cells: 0, up to 1, 10, 33.3, 66.7, above."""
    if percent <= 0:
        return 0
    return 1 if percent < 1 else 2 if percent <= 10 else 3 if percent <= 100 / 3 else 4 if percent <= 200 / 3 else 5


def proportion_in_words(text: str) -> int | None:
    """The class written as a fraction, ``1/10-1/3``; None for any other text."""
    return PROPORTION_WORDS.get(re.sub(r"\s|–", lambda found: "-" if found[0] == "–" else "", text))


def category_score(text: str, number: float | None) -> Score:
    """A grade: ``2+``, ``2``, ``++``. Two grades at once are none of them, and words are no number."""
    trimmed = text.strip()
    if trimmed in _PLUS:
        return Score(_PLUS[trimmed], _PLUS[trimmed])
    if match := _CATEGORY.fullmatch(trimmed):
        return Score(float(match[1]), float(match[1]))
    if match := _RANGE.fullmatch(trimmed):
        return Score(code="two_grades", why=f"“{trimmed}” may be {match[1]}+ or {match[2]}+")
    if number is not None:
        return Score(code="no_grade", why=f"{number:g} is no grade from 0 to 3+")
    return Score(code="words_for_score", why=f"“{trimmed[:40]}” is no number, and none is made of it")


def percent_score(low: float, high: float) -> Score:
    """Percent of stained cells, 0-100."""
    if low < 0 or high > 100:
        return Score(code="percentage_range", why=f"{low if low < 0 else high:g} % lies outside 0 to 100")
    return Score(low, high)


def plain_h_score(low: float, high: float) -> Score:
    """An H-score that stands alone, 0-300."""
    if low < 0 or high > 300:
        return Score(code="h_score_range", why=f"{low if low < 0 else high:g} is no H-score (0 to 300)")
    return Score(low, high)


def immunoreactive_score(low: float, high: float) -> Score:
    """The immunoreactive score of Remmele and Stegner, 0-12; medians of cores fall between its steps."""
    if low < 0 or high > 12:
        return Score(code="irs_range", why=f"{low if low < 0 else high:g} is no immunoreactive score (0 to 12)")
    return Score(low, high)
