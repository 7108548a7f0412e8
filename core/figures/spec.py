"""A figure as a value: panels of marks with roles for colours, alt text and its data. Both renderers read it.

Not for: drawing. writer.py draws it into files with matplotlib; the window draws the same value with pyqtgraph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.figures.paired_marks import PointNames as PointNames
from core.figures.paired_marks import Segments as Segments
from core.figures.tile_marks import ColourBar as ColourBar
from core.figures.tile_marks import Matrix as Matrix
from core.figures.tile_marks import StateTiles as StateTiles
from core.figures.tile_marks import Strips as Strips

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StepLine:
    """A right-continuous step function (a survival curve): the value holds from its x to the next x."""

    x: FloatArray
    y: FloatArray
    role: str
    name: str = ""
    label: str = ""
    faded_from: float | None = None


@dataclass(frozen=True, eq=False)
class Line:
    """Points joined by straight pieces; NaN breaks the line. ``style``: solid, dashed, dotted. ``short`` label."""

    x: FloatArray
    y: FloatArray
    role: str
    name: str = ""
    label: str = ""
    style: str = "solid"
    width: float = 1.2
    short: str = ""


@dataclass(frozen=True, eq=False)
class Band:
    """The area between ``low`` and ``high``; ``step`` as in StepLine."""

    x: FloatArray
    low: FloatArray
    high: FloatArray
    role: str
    step: bool = False
    name: str = ""
    faded_from: float | None = None


@dataclass(frozen=True, eq=False)
class Ticks:
    """Short vertical marks (censored patients) at height y; ``said``: what the window adds to the name of each."""

    x: FloatArray
    y: FloatArray
    role: str
    samples: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class HoverPoints:
    """Places that name a sample when the pointer is there (events of a curve); in no file. ``said`` as in Ticks."""

    x: FloatArray
    y: FloatArray
    role: str
    samples: tuple[str, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Points:
    """Marks with a shape (circle, square, triangle, triangle down, diamond), a role and ``filled`` per point.

    ``said`` as in Ticks.
    """

    x: FloatArray
    y: FloatArray
    role: str
    samples: tuple[str, ...] = ()
    shape: str = "circle"
    filled: tuple[bool, ...] | bool = True
    size: float = 4.0
    roles: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Intervals:
    """Horizontal intervals from ``low`` to ``high`` at heights ``y`` with a ``shape`` at ``centre`` (a forest).

    ``samples`` names the rows; an interval whose centre is NaN only does that.
    """

    y: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    roles: tuple[str, ...]
    filled: tuple[bool, ...]
    samples: tuple[str, ...] = ()
    shape: str = "square"


@dataclass(frozen=True, eq=False)
class Bars:
    """Vertical bars from 0 to ``height`` between ``left`` and ``right``; not ``filled``: an edge only."""

    left: FloatArray
    right: FloatArray
    height: FloatArray
    role: str
    roles: tuple[str, ...] = ()
    horizontal: bool = False
    filled: bool = True


@dataclass(frozen=True, eq=False)
class Boxes:
    """One box per place on x: from ``q1`` to ``q3`` with a line at ``median``, whiskers to ``low`` and ``high``.

    ``width`` in units of x. A box whose median is NaN is not drawn. Dots beside it are Points of their own.
    """

    x: FloatArray
    low: FloatArray
    q1: FloatArray
    median: FloatArray
    q3: FloatArray
    high: FloatArray
    roles: tuple[str, ...]
    width: float = 0.5


@dataclass(frozen=True, eq=False)
class Box:
    """A box with words in it (the flow of patients), its corners in units of the axes.

    ``lines`` start at the upper left, each wrapped to the width; ``bold`` is one flag per line, or empty. Without
    ``edge`` only the words are drawn; ``tinted`` is the box that counts. ``key`` names what a click on it shows.
    """

    left: float
    right: float
    low: float
    high: float
    lines: tuple[str, ...]
    bold: tuple[bool, ...] = ()
    role: str = "control"
    tinted: bool = False
    edge: bool = True
    key: str = ""


@dataclass(frozen=True, eq=False)
class Rule:
    """A straight line across the panel at x or at y; ``style``: solid, dashed, dotted."""

    x: float | None = None
    y: float | None = None
    role: str = "axis"
    style: str = "solid"
    label: str = ""


@dataclass(frozen=True, eq=False)
class Span:
    """A shaded stretch of x (the equivalence margin)."""

    low: float
    high: float
    role: str = "margin"
    label: str = ""


@dataclass(frozen=True, eq=False)
class Label:
    """Words at a place.

    ``space``: "data"; "panel" where (0, 0) is the lower left and (1, 1) the upper right; or "below", between the
    tick labels and the title of the x axis, where x runs from 0 to 1 and y is not used (arrow words of a forest).
    ``continues``: a further line of the sentence of the label before it.
    """

    x: float
    y: float
    text: str
    role: str = "text"
    space: str = "panel"
    align: str = "left"
    valign: str = "bottom"
    bold: bool = False
    continues: bool = False


Mark = (StepLine | Line | Band | Ticks | HoverPoints | Points | PointNames | Segments | Intervals | Bars | Boxes | Box
        | Matrix | StateTiles | Strips | ColourBar | Rule | Span | Label)


@dataclass(frozen=True)
class Axis:
    """One axis: its words carry the unit in parentheses.

    ``ticks`` fixes positions, ``tick_labels`` their words; ``log`` for a logarithmic axis; ``reverse`` turns it.
    """

    label: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    reverse: bool = False
    ticks: tuple[float, ...] = ()
    tick_labels: tuple[str, ...] = ()
    visible: bool = True


@dataclass(frozen=True)
class AtRiskRow:
    """One row of the table under a survival curve; ``numbers`` at the panel's at-risk times, in their order."""

    name: str
    role: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class KeyEntry:
    """One line of the key that says what a mark means where it cannot be named directly.

    ``shade`` as in Strips; an empty role is the key of a missing value; ``new_line``: begins a line of its own;
    ``state``: a small tile as StateTiles draw it, whatever role and shape say.
    """

    text: str
    role: str
    shape: str = "square"
    filled: bool = True
    shade: float = 1.0
    new_line: bool = False
    state: str = ""


@dataclass(frozen=True)
class TextColumn:
    """A column of words beside a panel, one entry per y position (the numbers of a forest).

    ``bold`` and ``roles`` (colours) are one per entry, or empty for plain text; ``short`` is a shorter title.
    """

    title: str
    texts: tuple[str, ...]
    y: tuple[float, ...]
    side: str = "right"
    align: str = "left"
    bold: tuple[bool, ...] = ()
    width_mm: float = 20.0
    roles: tuple[str, ...] = ()
    short: str = ""


@dataclass(frozen=True, eq=False)
class Panel:
    """One pair of axes. ``at_risk_times`` and ``at_risk`` add the rows under it, on the same x axis.

    ``row_height``: how many lines of words a row of a forest is high in the window.
    """

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    title: str = ""
    remark: str = ""
    at_risk_title: str = ""
    at_risk_times: tuple[float, ...] = ()
    at_risk: tuple[AtRiskRow, ...] = ()
    columns: tuple[TextColumn, ...] = ()
    key: tuple[KeyEntry, ...] = ()
    height_share: float = 1.0
    width_share: float = 1.0
    row_height: float = 1.0


@dataclass(frozen=True, eq=False)
class FigureSpec:
    """A whole figure.

    Parameters
    ----------
    name : str
        File name without ending (``kaplan_meier_ERBB2``).
    title : str
        For lists and alt text; not drawn inside the figure.
    rows : tuple of tuple of Panel
        Panels row by row; x axes of one column are not shared unless their ranges are equal.
    alt_text : str
        What the figure shows, in sentences, for a screen reader.
    caption : str
        A legend for the paper: test, n, events, what is adjusted.
    data : mapping of str -> mapping of column -> sequence
        The numbers behind it, one table per key.
    width_mm, height_mm : float
        Size in a journal's column.
    text_pt, letter_pt : float
        Size of titles and names; everything smaller follows it. Size of the panel letter.
    panel_letter : str
        "a" or "A" for the first panel with a title, the next ones for the others; empty for none.
    thinnest_pt : float
        No line is drawn thinner.
    """

    name: str
    title: str
    rows: tuple[tuple[Panel, ...], ...]
    alt_text: str
    caption: str
    data: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    width_mm: float = 180.0
    height_mm: float = 120.0
    badge: str = ""
    text_pt: float = 7.0
    letter_pt: float = 8.0
    panel_letter: str = ""
    thinnest_pt: float = 0.0

    def texts(self) -> tuple[str, ...]:
        """Every word that must appear in a drawing: axis and tick labels, marks' labels, at-risk rows, columns."""
        found: list[str] = [self.badge, self.panel_letter]
        for panel in (panel for row in self.rows for panel in row):
            found += [panel.title, panel.remark]
            for axis in (panel.x, panel.y):
                if axis.visible:
                    found += [axis.label, *axis.tick_labels]
            for mark in panel.marks:
                if isinstance(mark, Label) and mark.continues:
                    found[-1] = f"{found[-1]} {mark.text}"
                    continue
                found += [getattr(mark, "label", ""), getattr(mark, "text", "")]
                if isinstance(mark, ColourBar):
                    found += mark.tick_labels
                if isinstance(mark, Strips):
                    found += mark.row_names
                if isinstance(mark, Box):
                    found += mark.lines
                if isinstance(mark, PointNames):
                    found += mark.names
                if isinstance(mark, StateTiles):
                    found += [*mark.row_names, *mark.column_names]
                if isinstance(mark, Matrix):
                    found += [*mark.row_names, *mark.column_names, *(text for row in mark.texts for text in row)]
            if panel.at_risk:
                found += [panel.at_risk_title]
                for row in panel.at_risk:
                    found += [row.name, *row.numbers]
            for column in panel.columns:
                found += [column.title, *column.texts]
            found += [entry.text for entry in panel.key]
        return tuple(text for text in found if text)
