"""The figures of the prognosis analysis behind one door: forest, Kaplan-Meier curves, cut-off scan.

Not for: drawing (writer.py) or computing; plain arrays go in, a FigureSpec comes out.
"""

from core.figures.cutoff_scan import CutoffRows, cutoff_scan
from core.figures.forest import ForestRows, forest
from core.figures.survival_curves import (
    GroupCurve,
    at_risk_counts,
    faded_from,
    follow_up_ticks,
    kaplan_meier,
    several,
)

__all__ = [
    "CutoffRows",
    "ForestRows",
    "GroupCurve",
    "at_risk_counts",
    "cutoff_scan",
    "faded_from",
    "follow_up_ticks",
    "forest",
    "kaplan_meier",
    "several",
]
