"""Whether the series of a figure can be told apart without colour: by dash, by a name at the line, by shape or fill.

Not for: how colours look to people who see them otherwise (colour_vision.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.figures.spec import (
    Boxes,
    FigureSpec,
    Intervals,
    KeyEntry,
    Line,
    Panel,
    Points,
    Rule,
    Segments,
    StepLine,
    Strips,
)
from core.figures.style import DASHED_ROLES

NOT_DATA = frozenset({"axis", "grid", "line", "margin", "control"})


@dataclass(frozen=True)
class Apart:
    """``pairs`` that only colour tells apart, by name; ``by`` what tells the others apart, in words."""

    pairs: tuple[tuple[str, str], ...]
    by: tuple[str, ...]


@dataclass(frozen=True)
class _Series:
    name: str
    role: str
    dash: str = ""
    label: str = ""
    shape: str = ""
    place: str = ""


def colour_only(spec: FigureSpec) -> Apart:
    """Pairs of series of one panel that share dash, shape, fill and have no name of their own beside them."""
    pairs: list[tuple[str, str]] = []
    by: list[str] = []
    for panel in (panel for row in spec.rows for panel in row):
        series = _series(panel)
        for one, other in combinations(series, 2):
            if one.role == other.role or _kind(one) != _kind(other):
                continue
            ways = _ways(one, other)
            if ways:
                by += ways
            elif (one.name, other.name) not in pairs:
                pairs.append((one.name, other.name))
    return Apart(tuple(pairs), tuple(dict.fromkeys(by)))


def _kind(series: _Series) -> str:
    return "line" if series.dash else "mark"


def _ways(one: _Series, other: _Series) -> list[str]:
    ways = []
    if one.dash != other.dash:
        ways.append("dash")
    if one.label and other.label and one.label != other.label:
        ways.append("direct labels")
    if one.shape != other.shape:
        ways.append("shape and fill")
    if one.place and other.place:
        ways.append("names in the row")
    return ways


def _series(panel: Panel) -> list[_Series]:
    found: list[_Series] = []
    named_rows = any(column.side == "left" for column in panel.columns)
    for mark in panel.marks:
        if isinstance(mark, StepLine):
            dash = "dashed" if mark.role in DASHED_ROLES else "solid"
            found.append(_Series(mark.name or mark.label or mark.role, mark.role, dash, mark.label))
        elif isinstance(mark, Line) and mark.role not in NOT_DATA:
            found.append(_Series(mark.name or mark.label or mark.role, mark.role, mark.style, mark.label))
        elif isinstance(mark, Points):
            fills = (mark.filled,) * len(mark.x) if isinstance(mark.filled, bool) else mark.filled
            roles = mark.roles or (mark.role,) * len(mark.x)
            for role, full in dict.fromkeys(zip(roles, fills, strict=True)):
                chosen = np.array([each == (role, full) for each in zip(roles, fills, strict=True)], dtype=bool)
                side = _side_of_zero(panel, np.asarray(mark.x, dtype=float)[chosen])
                found.append(_Series(_key_name(panel, role, full), role,
                                     shape=f"{mark.shape} {'filled' if full else 'hollow'}{side}",
                                     place="tick" if _own_ticks(panel) else ""))
        elif isinstance(mark, Segments):
            found += [_segment_series(panel, mark, role, style) for role, style in mark.looks()]
        elif isinstance(mark, Intervals):
            for role, full in dict.fromkeys(zip(mark.roles, mark.filled, strict=True)):
                found.append(_Series(_key_name(panel, role, full), role,
                                     shape=f"{mark.shape} {'filled' if full else 'hollow'}",
                                     place="row" if named_rows else ""))
        elif isinstance(mark, Boxes):
            found += [_Series(f"box {number + 1}", role, shape="box", place="tick")
                      for number, role in enumerate(mark.roles)]
        elif isinstance(mark, Strips):
            found += _strip_series(panel, mark)
    return found


def _side_of_zero(panel: Panel, x: NDArray[np.float64]) -> str:
    """Where a line stands at 0, the side on which all points of a series lie."""
    if not any(isinstance(mark, Rule) and mark.x == 0 for mark in panel.marks) or not len(x):
        return ""
    return ", right of 0" if np.all(x > 0) else ", left of 0" if np.all(x < 0) else ""


def _segment_series(panel: Panel, mark: Segments, role: str, style: str) -> _Series:
    """Lines of patients: those that all rise and those that all fall are told apart by that."""
    chosen = mark.chosen(role, style)
    way = set(np.sign(np.asarray(mark.y1)[chosen] - np.asarray(mark.y0)[chosen]).tolist())
    slope = "rising" if way == {1.0} else "falling" if way == {-1.0} else "both ways"
    return _Series(_key_name(panel, role, True), role, style, shape=f"line, {slope}")


def _strip_series(panel: Panel, mark: Strips) -> list[_Series]:
    """Tiles of one strip that have the same role differ by shade; other roles only by colour, unless keyed by shade."""
    found = []
    for row, (name, roles) in enumerate(zip(mark.row_names, mark.roles, strict=True)):
        shades = {role: round(float(mark.shades[row, column]), 1) for column, role in enumerate(roles) if role}
        found += [_Series(_key_name(panel, role, full=True) or f"{name}: {role}", role,
                          shape=f"tile of {name}, shade {shade:g}", place="") for role, shade in shades.items()]
    return found


def _own_ticks(panel: Panel) -> bool:
    """Ticks that are words: every group stands over its own name."""
    return bool(panel.x.tick_labels) and not any(label.strip("\u2212-+.,%").replace(".", "").isdigit()
                                                 for label in panel.x.tick_labels)


def _key_name(panel: Panel, role: str, full: bool) -> str:
    entry: KeyEntry | None = next((entry for entry in panel.key if entry.role == role and entry.filled == full), None)
    return entry.text if entry else role
