"""Small inputs for figures and result files. Not for: checking numbers; these are made up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.analyses.base import Info, Result, ResultTable
from core.figures.prognosis_figures import ForestRows, GroupCurve
from core.figures.spec import FigureSpec

NASTY = ("<5 mg", "$x_1$ \\alpha", "=cmd|'/C calc'!A0", "日本 AXL", "A" * 200, "tab\there", "&amp; <img src=x>")


def forest_rows(receptor: Sequence[str], *, hr: Sequence[float] | None = None, q_bh: Sequence[float] | None = None,
                p_maxt: Sequence[float] | None = None, n: Sequence[int] | None = None,
                events: Sequence[int] | None = None) -> ForestRows:
    """214 patients and 91 events, HR 1.2, q 0.5 and corrected P 0.9, unless said otherwise; intervals of 20 %."""
    count = len(receptor)
    centre = np.array(hr if hr is not None else [1.2] * count, dtype=float)
    return ForestRows(list(receptor), list(n or [214] * count), list(events or [91] * count), centre, centre / 1.2,
                      centre * 1.2, np.array(q_bh if q_bh is not None else [0.5] * count, dtype=float),
                      np.array(p_maxt if p_maxt is not None else [0.9] * count, dtype=float))


def group_curve(name: str, *, n: int = 60, scale: float = 80.0, longest: float = 120.0, seed: int = 1) -> GroupCurve:
    """A group with exponential survival, its product-limit curve and a rough band."""
    random = np.random.default_rng(seed)
    event_time, censor_time = random.exponential(scale, n), random.uniform(longest / 3, longest, n)
    time, event = np.minimum(event_time, censor_time), event_time <= censor_time
    steps = np.unique(time[event])
    survival = np.cumprod([1 - np.sum((time == step) & event) / np.sum(time >= step) for step in steps])
    return GroupCurve(name, steps, survival, np.maximum(survival - 0.1, 0), np.minimum(survival + 0.1, 1), time, event,
                      tuple(f"P{number:03d}" for number in range(n)))


def result(*tables: ResultTable, name: str = "prognosis", figures: tuple[FigureSpec, ...] = (),
           findings: tuple[str, ...] = (), methods: str = "One Cox model per receptor.",
           parameters: dict[str, object] | None = None) -> Result:
    """A finished analysis of the given tables."""
    return Result(Info("rtk_prognosis", "Prognosis", "Which RTKs go with outcome?", "Cox 1972"), name, tables, figures,
                  findings, methods, parameters=parameters or {}, tests_paid_for=58, tests_not_paid_for=3)
