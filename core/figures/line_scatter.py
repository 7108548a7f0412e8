"""Cell lines one by one: a receptor against response, and receptors in resistant and in sensitive lines.

Not for: patients in groups (group_boxes.py), or testing; the words of the test arrive finished.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import counted, list_words, number_words, short_number, shortened
from core.figures.spec import Axis, FigureSpec, KeyEntry, Label, Line, Mark, Panel, Points, Rule

FloatArray = NDArray[np.float64]
States = Sequence[bool | None]

LOOKS = {True: ("high", "square"), False: ("low", "circle"), None: ("ns", "diamond")}
"""Resistant, sensitive, neither: role and shape."""
POINT, SMALL_POINT, TRIANGLE = 4.0, 3.2, 3.6
WITHIN = 0.5
MEDIAN_HALF = 0.34
SHORT = {"resistant": "res.", "sensitive": "sens.", "parental": "par."}
APART = 2.6
"""From one receptor to the next, in places of a group."""


@dataclass(frozen=True)
class ResponseWords:
    """How the response is spoken of: ``axis`` with its unit, ``cut`` at the dashed line, the two groups.

    ``not_reached`` is said where a response lies beyond the doses tried: "above 10, not reached".
    """

    axis: str
    cut: str = ""
    resistant: str = "resistant"
    sensitive: str = "sensitive"
    not_reached: str = "not reached"
    unit: str = ""
    beyond_is_below: bool = False


def response_scatter(receptor: str, values: FloatArray, response: FloatArray, lines: Sequence[str], *,
                     resistant: States, not_reached: NDArray[np.bool_], below_floor: NDArray[np.bool_], floor: float,
                     cut: float, value_words: str, words: ResponseWords, cohort_words: str,
                     test_words: tuple[str, ...] = (), how_tested: str = "", name: str = "response",
                     badge: str = "") -> FigureSpec:
    """One point per line: the receptor across, the response up.

    Parameters
    ----------
    values, response : (lines,)
        NaN where missing; a line without either is not drawn and is counted in the caption.
    not_reached : (lines,) bool
        Response beyond the doses tried; the point stands at the limit under a triangle.
    below_floor, floor : (lines,) bool, float
        Values at the detection limit, and that limit (NaN where there is none).
    """
    drawn = np.isfinite(values) & np.isfinite(response)
    log = _is_log(response[drawn])
    beyond = drawn & not_reached
    y = _response_axis(response[drawn], log, words, bool(beyond.any()))
    names = tuple(lines)
    marks: list[Mark] = []
    if math.isfinite(floor) and (drawn & below_floor).any():
        marks.append(Rule(x=floor, role="control", style="dotted", label="detection limit"))
    if math.isfinite(cut):
        marks.append(Rule(y=cut, role="text2", style="dashed"))
    grouped = any(each is not None for each in resistant)
    for state, (role, shape) in LOOKS.items():
        role, shape = (role, shape) if grouped else ("series1", "circle")
        chosen = drawn & np.array([each is state for each in resistant], dtype=bool)
        if chosen.any():
            at = np.flatnonzero(chosen)
            marks.append(Points(values[at], response[at], role, tuple(names[int(i)] for i in at), shape,
                                tuple(bool(not below_floor[i]) for i in at), POINT,
                                said=tuple(_said(values[i], bool(below_floor[i]), response[i], bool(not_reached[i]),
                                                 words) for i in at)))
    if beyond.any():
        at = np.flatnonzero(beyond)
        marks.append(Points(values[at], _lifted(response[at], y, log, words.beyond_is_below), "text2",
                            shape=_triangle(words), size=TRIANGLE))
    if math.isfinite(cut) and words.cut:
        marks.append(Label(float(np.nanmax(values[drawn])) if drawn.any() else 0.0, cut, words.cut, "text2",
                           space="data", align="right", valign="top"))
    if not drawn.any():
        marks.append(Label(0.5, 0.5, f"{receptor} was not measured in these lines", "text3", align="center",
                           valign="center"))
    lacking = len(lines) - int(drawn.sum())
    tests = ". ".join(test_words)
    groups = _group_words(resistant, drawn, words)
    left = f" {counted(lacking, 'line')} without a value or a response not shown." if lacking else ""
    return FigureSpec(
        name=f"{name}_{receptor}", title=f"{receptor} and {words.axis}, {cohort_words}",
        rows=((Panel(Axis(value_words), y, tuple(marks), title=f"{receptor} and response", remark="\n".join(test_words),
                     key=_key(resistant, drawn, words, drawn & below_floor, beyond)),),),
        alt_text=f"Scatter of {value_words} against {words.axis}, one point per cell line; {cohort_words}: "
                 f"{counted(int(drawn.sum()), 'line')}{groups}. {tests}.{left}",
        caption=f"{value_words} against {words.axis}, one point per line; {cohort_words}, "
                f"{counted(int(drawn.sum()), 'cell line')}{groups}. {tests}. "
                + ("Hollow: at or below the detection limit. " if (drawn & below_floor).any() else "")
                + (f"Triangle: {words.not_reached}. " if beyond.any() else "") + f"{how_tested}{left}".strip(),
        data={"lines": {"line": names, "value": tuple(values.tolist()), "response": tuple(response.tolist()),
                        "group": tuple(_state_words(each, words) for each in resistant),
                        "not_reached": tuple(not_reached.tolist()), "below_floor": tuple(below_floor.tolist())}},
        width_mm=89.0, height_mm=70.0, badge=badge)


def every_line(receptors: Sequence[str], values: FloatArray, lines: Sequence[str], *, resistant: States,
               below_floor: NDArray[np.bool_], value_words: str, words: ResponseWords, cohort_words: str,
               test_words: str = "", seed: int = 1, name: str = "every_line", badge: str = "") -> FigureSpec:
    """Each line as a point, sensitive beside resistant, with the medians, for a few receptors.

    Parameters
    ----------
    values, below_floor : (lines, receptors)
    seed : int
        Of the sideways places of the points, which mean nothing.
    """
    random = np.random.default_rng(seed)
    marks: list[Mark] = []
    ticks, labels = [], []
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5
    top = high + 3 * room
    for place, receptor in enumerate(receptors):
        for side, state in enumerate((False, True)):
            role, shape = LOOKS[state]
            x = APART * place + side
            here = np.array([each is state for each in resistant], dtype=bool) & np.isfinite(values[:, place])
            at = np.flatnonzero(here)
            beside = x + WITHIN * (random.random(len(at)) - 0.5)
            if len(at):
                marks.append(Points(beside, values[at, place], role, tuple(lines[int(i)] for i in at), shape,
                                    tuple(bool(not below_floor[i, place]) for i in at), SMALL_POINT,
                                    said=tuple(f"{receptor} {number_words(values[i, place])}" for i in at)))
                median = float(np.median(values[at, place]))
                marks.append(Line(np.array([x - MEDIAN_HALF, x + MEDIAN_HALF]), np.array([median, median]), "text",
                                  name="median", width=1.8))
            ticks.append(float(x))
            labels.append(words.resistant if state else words.sensitive)
        marks.append(Label(APART * place + 0.5, top, receptor, "text", "data", "center", "top", bold=True))
        if place:
            marks.append(Rule(x=APART * place - (APART - 1) / 2, role="grid"))
    shown = [_short(label) for label in labels]
    medians = list_words([f"{receptor} {_two_medians(values[:, place], resistant, words)}"
                          for place, receptor in enumerate(receptors)])
    hollow = "Hollow: at or below the detection limit. " if (below_floor & np.isfinite(values)).any() else ""
    return FigureSpec(
        name=name, title=f"Every line, {value_words}, {cohort_words}",
        rows=((Panel(Axis("", -0.8, APART * max(len(receptors), 1) - 0.8,
                          ticks=tuple(ticks), tick_labels=tuple(shown)), Axis(value_words, low - room, top),
                     tuple(marks), title="Every line", remark="points are lines, strokes their medians"),),),
        alt_text=f"Points of {value_words}, one per cell line, {words.sensitive} beside {words.resistant}; "
                 f"{cohort_words}. Medians: {medians}.",
        caption=f"{value_words} of every line, {words.sensitive} ({shown[0] if shown else ''}) beside "
                f"{words.resistant} ({shown[1] if shown else ''}); {cohort_words}, {counted(len(lines), 'cell line')}. "
                f"Line: median; the place of a point sideways means nothing. {hollow}{test_words}".strip(),
        data={"lines": {
            "line": tuple(line for line in lines for _ in receptors),
            "group": tuple(_state_words(state, words) for state in resistant for _ in receptors),
            "receptor": tuple(receptor for _ in lines for receptor in receptors),
            "value": tuple(values[:, :len(receptors)].ravel().tolist())}},
        width_mm=max(89.0, 16.0 + 21.0 * len(receptors)), height_mm=70.0, badge=badge)


def line_pairs(receptors: Sequence[str], before: FloatArray, after: FloatArray, pairs: Sequence[str], *,
               value_words: str, parental: str, resistant: str, cohort_words: str, test_words: str = "",
               name: str = "pairs", badge: str = "") -> FigureSpec:
    """Parental lines joined to their resistant derivatives, for a few receptors.

    Parameters
    ----------
    before, after : (pairs, receptors)
        NaN where a line was not measured; that pair is then not drawn.
    pairs : sequence of str
        A name per pair, the parent's.
    """
    marks: list[Mark] = []
    ticks: list[float] = []
    both = np.concatenate([before[np.isfinite(before)], after[np.isfinite(after)]])
    low, high = (float(both.min()), float(both.max())) if both.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5
    top = high + 3 * room
    said = []
    for place, receptor in enumerate(receptors):
        x = APART * place
        one, other = before[:, place], after[:, place]
        known = np.isfinite(one) & np.isfinite(other)
        for i in np.flatnonzero(known):
            rises = other[i] > one[i]
            marks.append(Line(np.array([x, x + 1.0]), np.array([one[i], other[i]]), "high" if rises else "low",
                              name="rises" if rises else "falls", style="solid" if rises else "dashed", width=1.1))
        for side, level in ((0, one), (1, other)):
            role, shape = LOOKS[bool(side)]
            at = np.flatnonzero(known)
            if len(at):
                marks.append(Points(np.full(len(at), x + side), level[at], role, tuple(pairs[int(i)] for i in at),
                                    shape, size=SMALL_POINT, said=tuple(
                                        f"{receptor} {number_words(one[i])} to {number_words(other[i])}" for i in at)))
        up, down = int((known & (other > one)).sum()), int((known & (other < one)).sum())
        said.append(f"{receptor} {up} up, {down} down of {int(known.sum())}")
        marks.append(Label(x + 0.5, top, receptor, "text", "data", "center", "top", bold=True))
        if place:
            marks.append(Rule(x=x - (APART - 1) / 2, role="grid"))
        ticks += [float(x), x + 1.0]
    labels = tuple(_short(word) for _ in receptors for word in (parental, resistant))
    return FigureSpec(
        name=name, title=f"{parental.capitalize()} and {resistant} lines, {value_words}, {cohort_words}",
        rows=((Panel(Axis("", -0.8, APART * max(len(receptors), 1) - 0.8, ticks=tuple(ticks), tick_labels=labels),
                     Axis(value_words, low - room, top), tuple(marks), title="Pair by pair",
                     remark=counted(len(pairs), "pair"),
                     key=(KeyEntry("rises", "high", "square"), KeyEntry("falls, dashed", "low", "circle"))),),),
        alt_text=f"Lines that join {parental} to {resistant} lines, {value_words}; {cohort_words}. {'; '.join(said)}.",
        caption=f"{value_words} of {parental} lines and the {resistant} ones derived from them; {cohort_words}, "
                f"{counted(len(pairs), 'pair')} of cell lines. {'; '.join(said)}. Solid: rises; dashed: falls. "
                f"{test_words}".strip(),
        data={"pairs": {"pair": tuple(pair for pair in pairs for _ in receptors),
                        "receptor": tuple(receptor for _ in pairs for receptor in receptors),
                        "parental": tuple(before.ravel().tolist()), "resistant": tuple(after.ravel().tolist())}},
        width_mm=max(89.0, 16.0 + 21.0 * len(receptors)), height_mm=70.0, badge=badge)


def _is_log(response: FloatArray) -> bool:
    """Concentrations over more than a decade; a log or a rate has values at or below 0, or hardly any spread."""
    return bool(response.size and response.min() > 0 and response.max() / response.min() > 10)


def _response_axis(response: FloatArray, log: bool, words: ResponseWords, with_triangles: bool) -> Axis:
    """With room for the triangles above, or below, the points that they belong to."""
    if not response.size:
        return Axis(words.axis)
    low, high = float(response.min()), float(response.max())
    under, over = (2.2 if with_triangles and words.beyond_is_below is below else 1.0 for below in (True, False))
    if log:
        room = (high / low) ** 0.06
        return Axis(words.axis, low / room ** under, high * room ** over, log=True)
    room = 0.06 * (high - low) or 0.5
    return Axis(words.axis, low - room * under, high + room * over)


def _triangle(words: ResponseWords) -> str:
    return "triangle down" if words.beyond_is_below else "triangle"


def _lifted(limits: FloatArray, y: Axis, log: bool, below: bool) -> FloatArray:
    """Where the triangles stand: a little above their points, or below."""
    assert y.low is not None
    assert y.high is not None
    step = -0.05 if below else 0.05
    return limits * (y.high / y.low) ** step if log else limits + step * (y.high - y.low)


def _said(value: float, floored: bool, response: float, beyond: bool, words: ResponseWords) -> str:
    level = f"value {number_words(value)}" + (" (detection limit)" if floored else "")
    reached = words.not_reached if beyond else f"{short_number(float(f'{response:.3g}'))} {words.unit}".strip()
    return f"{level}, response {reached}"


def _state_words(state: bool | None, words: ResponseWords) -> str:
    return "" if state is None else words.resistant if state else words.sensitive


def _group_words(resistant: States, drawn: NDArray[np.bool_], words: ResponseWords) -> str:
    counts = [(sum(each is state for each, here in zip(resistant, drawn, strict=True) if here),
               _state_words(state, words)) for state in (True, False)]
    said = [f"{count} {name}" for count, name in counts if count]
    return f" ({', '.join(said)})" if said else ""


def _key(resistant: States, drawn: NDArray[np.bool_], words: ResponseWords, floored: NDArray[np.bool_],
         beyond: NDArray[np.bool_]) -> tuple[KeyEntry, ...]:
    here = {each for each, shown in zip(resistant, drawn, strict=True) if shown}
    entries = [KeyEntry(_state_words(state, words), *LOOKS[state]) for state in (True, False) if state in here]
    if beyond.any():
        entries.append(KeyEntry(f"{words.not_reached}: {counted(int(beyond.sum()), 'line')}", "text2",
                                _triangle(words)))
    if floored.any():
        entries.append(KeyEntry("at the detection limit", "text2", "circle", filled=False))
    return tuple(entries)


def _two_medians(values: FloatArray, resistant: States, words: ResponseWords) -> str:
    said = []
    for state in (False, True):
        chosen = values[np.array([each is state for each in resistant], dtype=bool) & np.isfinite(values)]
        if chosen.size:
            said.append(f"{number_words(float(np.median(chosen)))} {_state_words(state, words)}")
    return " and ".join(said)


def _short(label: str) -> str:
    """``sens.``: names of groups stand side by side under narrow places."""
    return SHORT.get(label, shortened(label, 9))
