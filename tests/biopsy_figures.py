"""Figures of made-up biopsy pairs, for every test that draws. Not for: checking numbers; these are made up."""

from __future__ import annotations

import numpy as np

from core.figures.change_volcano import ChangeRows, change_volcano
from core.figures.paired_lines import PairedValues, change_against_average, paired_lines
from core.figures.spec import FigureSpec
from core.figures.switch_map import switch_map
from tests.figure_data import NASTY

PLANTED = (("AXL", 1.1, 1e-7), ("MET", 0.9, 1e-6), ("IGF1R", 0.91, 1e-5), ("FGFR1", 0.62, 5e-5),
           ("EPHA2", 0.88, 1.6e-4), ("NTRK3", -0.4, 2.3e-4))
STATES = ("switched on", "switched off", "stays on", "stays off", "unknown", "not measured")


def volcano(receptors: int = 58, m: int = 28, *, holding: int = 6, why_no_p: str = "") -> FigureSpec:
    """Receptors without a change, some that rise and one that falls."""
    random = np.random.default_rng(1)
    names = ["ERBB2", *(f"RTK{number}" for number in range(1, receptors))]
    change, p = random.normal(0, 0.15, receptors), random.random(receptors)
    for place, (name, size, value) in enumerate(PLANTED[:holding], start=1):
        names[place], change[place], p[place] = name, size, value
    if why_no_p:
        p = np.full(receptors, np.nan)
    return change_volcano(ChangeRows(names, [m] * receptors, change, change - 0.3, change + 0.3, p,
                                     np.minimum(1, p * receptors)), unit="log2", p_name="Wilcoxon P",
                          how_corrected=f"sign-flip maxT over {receptors} receptors, 4,000 flips",
                          pairs_words=f"{m} pairs", before="before", after="after", why_no_p=why_no_p)


def everything_rises(receptors: int = 58) -> FigureSpec:
    """Tumour against normal tissue: nearly every receptor holds."""
    random = np.random.default_rng(5)
    change, p = random.normal(0, 1.5, receptors), 10 ** -random.uniform(3, 12, receptors)
    return change_volcano(ChangeRows(["ERBB2", *(f"RECEPTOR{number}" for number in range(1, receptors))],
                                     [40] * receptors, change, change - 0.3, change + 0.3, p, p * 10),
                          unit="log2", p_name="Wilcoxon P", how_corrected="sign-flip maxT", pairs_words="40 pairs",
                          before="normal", after="tumour", badge="Simulated data")


def pair_values(m: int = 28, lost: int = 4, receptor: str = "IGF1R", scale: float = 1.0) -> PairedValues:
    """Most patients rise; the last ones lost HER2, and one has no second value where there are many."""
    random = np.random.default_rng(2)
    before = random.normal(6, 1.4, m)
    after = before + random.normal(0.9, 0.8, m)
    if m > 20:
        after[3] = np.nan
    patients = [f"B{number:02d}" for number in range(1, m + 1)]
    return PairedValues(receptor, patients, scale * before, scale * after,
                        dict.fromkeys(patients[-lost:] if lost else (), "lost"))


def lines(m: int = 28, **changes: object) -> FigureSpec:
    scale = float(changes.pop("scale", 1.0))  # type: ignore[arg-type]
    return paired_lines(pair_values(m, min(4, m // 3), scale=scale),
                        value_words="IGF1R (H-score)" if scale > 1 else "IGF1R (log2)",
                        unit="points" if scale > 1 else "log2", before="before", after="after",
                        test_words=("corrected P < 0.001",), how_tested="Sign-flip maxT, corrected for 58 receptors.")


def averages(m: int = 28) -> FigureSpec:
    return change_against_average(pair_values(m), unit="log2", before="before", after="after")


def switches(m: int = 28, receptors: int = 10) -> FigureSpec:
    """Every state occurs."""
    random = np.random.default_rng(3)
    share = [0.3, 0.1, 0.2, 0.3, 0.07, 0.03]
    states = [[STATES[kind] for kind in random.choice(6, m, p=share)] for _ in range(receptors)]
    her2 = ["HER2 lost", "unknown", "HER2 gained"][:m] + ["HER2 kept"] * max(m - 3, 0)
    return switch_map([f"RTK{number}" for number in range(receptors)], [f"B{number:02d}" for number in range(m)],
                      states, her2, [f"{row.count('switched on')} up, {row.count('switched off')} down"
                                     for row in states],
                      rule_words="Switched: a change of 0.80 log2 at least, ending at 5.0 or above.",
                      pairs_words=f"{m} pairs", bold=[True] + [False] * (receptors - 1), left_out=("MUSK", "INSRR"))


def nasty_pairs() -> FigureSpec:
    """Names that files and renderers choke on."""
    patients = [NASTY[0], NASTY[2], NASTY[5], NASTY[6]]
    values = PairedValues(NASTY[3], patients, np.array([1.0, 2, 3, np.nan]), np.array([2.0, 2, 1, 5]),
                          {patients[0]: "lost"})
    return paired_lines(values, value_words=f"{NASTY[3]} (log2)", unit="log2", before="T0 <b>", after="T1 &amp;",
                        badge="Simulated data")


ALL = {"volcano": volcano, "volcano of everything": everything_rises, "volcano without P": lambda: volcano(
           why_no_p="all “after” samples were run on plate 2"),
       "paired lines": lines, "paired lines of 3": lambda: lines(3), "H-scores": lambda: lines(30, scale=30.0),
       "change by average": averages, "switch map": switches, "switch map of 3": lambda: switches(3, 4),
       "switch map of 58": lambda: switches(11, 58), "nasty pairs": nasty_pairs}
