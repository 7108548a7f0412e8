"""A core figure as a page shows it: bands, at-risk rows and uncorrected P or not, the line at the cut in use.

Not for: drawing, or figures of other numbers: every mark shown is the core's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.figures.spec import Band, FigureSpec, Label, Line, Mark, Panel, Points, Rule


@dataclass(frozen=True)
class CurveLook:
    """What the user wants to see of a survival curve."""

    band: bool = True
    at_risk: bool = True
    uncorrected: bool = False


def with_panels(spec: FigureSpec, change: Callable[[Panel], Panel]) -> FigureSpec:
    """The figure with every panel changed."""
    return replace(spec, rows=tuple(tuple(change(panel) for panel in row) for row in spec.rows))


def dressed_curve(spec: FigureSpec, look: CurveLook) -> FigureSpec:
    """A survival curve as wanted; what is left out is left out of the exported figure as well."""
    def changed(panel: Panel) -> Panel:
        small = _uncorrected(panel) if not look.uncorrected else []
        marks = tuple(mark for mark in panel.marks if (look.band or not isinstance(mark, Band)) and mark not in small)
        remark = panel.remark if look.uncorrected else "\n".join(
            line for line in panel.remark.split("\n") if not line.endswith(", uncorrected"))
        rows = panel if look.at_risk else replace(panel, at_risk=(), at_risk_times=(), at_risk_title="")
        return replace(rows, marks=marks, remark=remark)

    return with_panels(spec, changed)


def _uncorrected(panel: Panel) -> list[Mark]:
    """The lines of the sentences that end so."""
    sentences: list[list[Label]] = []
    for mark in panel.marks:
        if isinstance(mark, Label):
            if mark.continues and sentences:
                sentences[-1].append(mark)
            else:
                sentences.append([mark])
    return [line for lines in sentences for line in lines
            if " ".join(each.text for each in lines).endswith(", uncorrected")]


def scan_at(spec: FigureSpec, cut: float) -> FigureSpec:
    """A cut-off scan whose line and dots stand at ``cut`` instead of the best cut."""
    def changed(panel: Panel) -> Panel:
        lines = {mark.name: mark for mark in panel.marks if isinstance(mark, Line)}
        curve = lines.get("hazard ratio") or lines.get("p_corrected")
        marks: list[Mark] = [mark for mark in panel.marks if not (isinstance(mark, (Rule, Points))
                                                                  and mark.role == "accent")]
        marks.append(Rule(x=cut, role="accent"))
        if curve is not None and np.isfinite(curve.x).any():
            at = int(np.nanargmin(np.abs(curve.x - cut)))
            if np.isfinite(curve.y[at]):
                marks.append(Points(np.array([cut]), np.array([curve.y[at]]), "accent", size=4.5))
        return replace(panel, marks=tuple(marks))

    return with_panels(spec, changed)


def panel_words(spec: FigureSpec) -> tuple[str, str]:
    """Title and remark of the first panel, for the panel of the page."""
    panel = spec.rows[0][0]
    return panel.title, panel.remark
