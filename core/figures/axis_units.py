"""Which axes of a figure say neither a unit nor that their numbers have none.

Not for: scales and ticks (axis_scale.py).
"""

from __future__ import annotations

import re

from core.figures.spec import FigureSpec, Matrix, Panel, StateTiles

UNIT = re.compile(r"\([^()]+\)|\bper SD\b|%|\blog2\b|\blog10\b|z score", re.IGNORECASE)
PURE = re.compile(r"^(?:hazard ratio|HR\b|odds ratio|OR\b|(?:\w+ )?P\b|q\b|"
                  r"share\b|fraction\b|number of\b|counts?\b|rank|"
                  r"(?:best )?\|z\||rho|correlation|concordance|patients$|receptors$|samples$|cell lines$|pairs$)",
                  re.IGNORECASE)
"""Ratios, test statistics, probabilities, counts and lists of names have no unit."""


def axes_without_unit(spec: FigureSpec) -> tuple[str, ...]:
    """Titles of visible axes with numbers whose unit is not said; "x axis" or "y axis" for one without a title."""
    found = []
    for panel in (panel for row in spec.rows for panel in row):
        for name, axis in (("x axis", panel.x), ("y axis", panel.y)):
            if axis.visible and not _said(axis.label) and not _names(panel, name, axis.tick_labels):
                found.append(axis.label or name)
    return tuple(dict.fromkeys(found))


def _said(label: str) -> bool:
    return bool(UNIT.search(label) or PURE.search(label.strip()))


def _names(panel: Panel, name: str, tick_labels: tuple[str, ...]) -> bool:
    """Tiles, or ticks that are words, are named one by one."""
    if any(isinstance(mark, (Matrix, StateTiles)) for mark in panel.marks):
        return True
    return bool(tick_labels) and not any(re.fullmatch(r"[\u2212+-]?[\d.,]+%?", label.strip()) for label in tick_labels)
