"""One receptor in each patient before and after, a line per patient; and its change against the patient's average.

Not for: testing; the words of the test arrive finished. Never bars: every patient is seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import capitalised, counted, number_words, signed_words
from core.figures.spec import Axis, FigureSpec, KeyEntry, Label, Line, Mark, Panel, Points, Rule, Segments

FloatArray = NDArray[np.float64]

ROLES = {"rises": ("high", "solid"), "falls": ("low", "solid"), "stays": ("ns", "solid"), "lost": ("her2", "dashed")}
KEY_WORDS = {"rises": "rises", "falls": "falls", "stays": "unchanged", "lost": "HER2 lost (dashed)"}
TICK_HALF = 0.11
MANY = 60


@dataclass(frozen=True, eq=False)
class PairedValues:
    """One receptor in every patient; NaN where a value is missing. ``her2``: patient -> "kept", "lost", …"""

    receptor: str
    patients: Sequence[str]
    before: FloatArray
    after: FloatArray
    her2: Mapping[str, str]

    @property
    def change(self) -> FloatArray:
        found: FloatArray = np.asarray(self.after, dtype=float) - np.asarray(self.before, dtype=float)
        return found

    @property
    def complete(self) -> NDArray[np.bool_]:
        return np.isfinite(self.change)


def paired_lines(values: PairedValues, *, value_words: str, unit: str, before: str, after: str,
                 test_words: tuple[str, ...] = (), how_tested: str = "", badge: str = "") -> FigureSpec:
    """The lines, medians as thick ticks, and how many rose and fell under the axis.

    Parameters
    ----------
    value_words : str
        The y axis with its scale: "IGF1R (log2)".
    test_words : tuple of str
        The corrected P first; they stand beside the title and in the caption.
    how_tested : str
        Test and correction, for the caption.
    """
    here = values.complete
    at = np.flatnonzero(here)
    start, end = np.asarray(values.before, dtype=float)[at], np.asarray(values.after, dtype=float)[at]
    patients = tuple(values.patients[int(i)] for i in at)
    kinds = [_kind(values.her2.get(patient, ""), change) for patient, change in zip(patients, end - start, strict=True)]
    up, down = int((end > start).sum()), int((end < start).sum())
    same = len(at) - up - down
    counts = f"{up} up, {down} down" + (f", {same} unchanged" if same else "") + f" of {len(at)}"
    marks: list[Mark] = [Segments(
        np.zeros(len(at)), start, np.ones(len(at)), end, patients, tuple(ROLES[kind][0] for kind in kinds),
        tuple(ROLES[kind][1] for kind in kinds),
        tuple(f"{number_words(one)} to {number_words(other)} ({signed_words(other - one, 2)} {unit})"
              + (", HER2 lost" if kind == "lost" else "") for one, other, kind in zip(start, end, kinds, strict=True)),
        size=3.4 if len(at) <= MANY else 2.2, width=0.9 if len(at) <= MANY else 0.6)]
    medians = [float(np.median(side)) if len(at) else float("nan") for side in (start, end)]
    for place, median in enumerate(medians):
        if len(at):
            marks.append(Line(np.array([place - TICK_HALF, place + TICK_HALF]), np.array([median, median]), "text",
                              name=f"median {before if place == 0 else after}", width=2.4))
    marks.append(Label(0.5, 0.0, counts, "text", space="below", align="center"))
    missing = len(values.patients) - len(at)
    shown = [kind for kind in ROLES if kind in kinds]
    told = ". ".join(map(capitalised, test_words))
    change = float(np.median(end - start)) if len(at) else float("nan")
    return FigureSpec(
        name=f"paired_lines_{values.receptor}",
        title=f"{values.receptor} {before} and {after}, {counted(len(at), 'pair')}",
        rows=((Panel(
            x=Axis("", -0.25, 1.25, ticks=(0.0, 1.0), tick_labels=(capitalised(before), capitalised(after))),
            y=Axis(value_words), marks=tuple(marks), title=values.receptor,
            remark="\n".join(("each line is one patient", *test_words)),
            key=tuple(KeyEntry(KEY_WORDS[kind], ROLES[kind][0], "circle") for kind in shown)),),),
        alt_text=(f"One line per patient of {values.receptor} {before} and {after}: {counts}. Medians "
                  f"{number_words(medians[0])} and {number_words(medians[1])}. {told}"),
        caption=(
            f"{values.receptor} in {counted(len(at), 'pair')}, one line per patient from {before} (hollow) to "
            f"{after} (filled): {counts}. Thick ticks: medians {number_words(medians[0])} and "
            f"{number_words(medians[1])}; median change {signed_words(change, 2)} {unit}. "
            + (f"{told}. " if told else "")
            + (f"{how_tested} " if how_tested else "")
            + ("Dashed, plum: patients whose tumour lost HER2. " if "lost" in shown else "")
            + (f"Not shown, without both values: {counted(missing, 'pair')}." if missing else "")).strip(),
        data={"pairs": {"patient": patients, "before": tuple(start.tolist()), "after": tuple(end.tolist()),
                        "change": tuple((end - start).tolist()),
                        "her2_after": tuple(values.her2.get(patient, "") for patient in patients)}},
        width_mm=89.0, height_mm=82.0, badge=badge)


def change_against_average(values: PairedValues, *, unit: str, before: str, after: str, badge: str = "") -> FigureSpec:
    """Each patient's change against the average of both values: regression to the mean cannot slant this picture."""
    at = np.flatnonzero(values.complete)
    start, end = np.asarray(values.before, dtype=float)[at], np.asarray(values.after, dtype=float)[at]
    patients = tuple(values.patients[int(i)] for i in at)
    average, change = (start + end) / 2, end - start
    lost = np.array([values.her2.get(patient) == "lost" for patient in patients], dtype=bool)
    marks: list[Mark] = [Rule(y=0.0, role="axis")]
    for chosen, role, shape in ((~lost, "series1", "circle"), (lost, "her2", "square")):
        if chosen.any():
            marks.append(Points(average[chosen], change[chosen], role,
                                tuple(patient for patient, one in zip(patients, chosen, strict=True) if one), shape,
                                said=tuple(f"{signed_words(one, 2)} {unit}" for one in change[chosen])))
    median = float(np.median(change)) if len(at) else float("nan")
    if len(at):
        marks.append(Rule(y=median, role="text2", style="dashed", label="median"))
    slope = _trend_words(average, change)
    return FigureSpec(
        name=f"change_by_average_{values.receptor}",
        title=f"Change of {values.receptor} against its average, {counted(len(at), 'pair')}",
        rows=((Panel(
            x=Axis(f"Average of {before} and {after} ({unit})"), y=Axis(f"Change ({unit})"), marks=tuple(marks),
            title=f"{values.receptor}: change by average", remark="each point is one patient",
            key=(KeyEntry("HER2 lost", "her2", "square"),) if lost.any() else ()),),),
        alt_text=(f"Change of {values.receptor} from {before} to {after} against the average of both in "
                  f"{counted(len(at), 'pair')}. Median change {signed_words(median, 2)} {unit}. {slope}"),
        caption=(f"Change of {values.receptor} from {before} to {after} against the average of the two values, "
                 f"{counted(len(at), 'pair')}; dashed: median change {signed_words(median, 2)} {unit}. Against the "
                 "value before, a change falls by itself (regression to the mean); against the average it does not. "
                 f"{slope} No test was made."),
        data={"pairs": {"patient": patients, "average": tuple(average.tolist()), "change": tuple(change.tolist())}},
        width_mm=89.0, height_mm=72.0, badge=badge)


def _kind(her2: str, change: float) -> str:
    if her2 == "lost":
        return "lost"
    return "rises" if change > 0 else "falls" if change < 0 else "stays"


def _trend_words(average: FloatArray, change: FloatArray) -> str:
    """The rank correlation, for reading only."""
    if len(average) < 4 or np.ptp(average) == 0 or np.ptp(change) == 0:
        return ""
    ranks = np.array([np.argsort(np.argsort(side)) for side in (average, change)], dtype=np.float64)
    return f"Rank correlation of the two: {number_words(float(np.atleast_2d(np.corrcoef(ranks))[0, 1]))}."
