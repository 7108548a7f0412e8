"""One receptor between groups of patients: a box and every patient as a dot, named at the axis with its n.

Not for: testing; the words of the test arrive finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.number_words import capitalised, count_words, counted, list_words, number_words, shortened
from core.figures.spec import AtRiskRow, Axis, Boxes, FigureSpec, Mark, Panel, Points

FloatArray = NDArray[np.float64]

ROLES = ("series1", "series2", "series3", "series4", "series5", "series6", "series7")
BOX_WIDTH = 0.62
DOTS_WITHIN = 0.44
WHISKER = 1.5
FEW_DOTS, SOME_DOTS = 60, 300
COLUMN_MM, WIDEST_MM = 89.0, 180.0
LONGEST_NAME, LONGEST_COLUMN = 24, 60
FRAME_MM, LETTER_MM = 18.0, 1.15
"""What the y axis takes of the width, and about how wide a letter of a group's name is."""


@dataclass(frozen=True, eq=False)
class GroupValues:
    """One group: its name, the values of its patients (complete) and who they are."""

    name: str
    values: FloatArray
    patients: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoxNumbers:
    """What a box shows; whiskers reach the last value within 1.5 times the box's height (Tukey). NaN without values."""

    low: float
    q1: float
    median: float
    q3: float
    high: float


def box_numbers(values: FloatArray) -> BoxNumbers:
    """Quartiles as R's quantile (type 7), whiskers at the outermost values within 1.5 IQR of the box."""
    if not len(values):
        return BoxNumbers(*(float("nan"),) * 5)
    q1, median, q3 = (float(value) for value in np.quantile(values, [0.25, 0.5, 0.75]))
    reach = WHISKER * (q3 - q1)
    inside = values[(values >= q1 - reach) & (values <= q3 + reach)]
    return BoxNumbers(float(inside.min()), q1, median, q3, float(inside.max()))


def group_boxes(receptor: str, column: str, groups: Sequence[GroupValues], *, value_words: str, cohort_words: str,
                test_words: tuple[str, ...], missing_words: str = "", seed: int = 1, badge: str = "",
                height_mm: float = 76.0) -> FigureSpec:
    """Boxes and dots of one receptor by the groups of a clinical column.

    Parameters
    ----------
    groups : sequence of GroupValues
        From left to right.
    value_words : str
        The y axis, with its scale: "mRNA expression (log2)".
    test_words : tuple of str
        The corrected P first; they stand under the title and in the caption.
    missing_words : str
        Who is not shown and why.
    seed : int
        Of the sideways places of the dots, which mean nothing.
    """
    boxes = [box_numbers(group.values) for group in groups]
    places = np.arange(len(groups), dtype=float)
    roles = tuple(ROLES[number % len(ROLES)] for number in range(len(groups)))
    most = max((len(group.values) for group in groups), default=0)
    size = 2.6 if most <= FEW_DOTS else 1.8 if most <= SOME_DOTS else 1.0
    random = np.random.default_rng(seed)
    shape = {name: np.array([getattr(box, name) for box in boxes]) for name in ("low", "q1", "median", "q3", "high")}
    marks: list[Mark] = []
    for place, group, role in zip(places, groups, roles, strict=True):
        beside = place + DOTS_WITHIN * (random.random(len(group.values)) - 0.5)
        marks.append(Points(beside, group.values, role, group.patients, size=size))
    marks.append(Boxes(x=places, **shape, roles=("text",) * len(groups), width=BOX_WIDTH))  # in ink, seen over any dots
    shown = [group for group in groups if len(group.values)]
    sizes = list_words([f"{group.name} {counted(len(group.values), 'patient')}" for group in groups])
    tests = "\n".join(capitalised(words) for words in test_words)
    place_mm = max(10.0, LETTER_MM * min(LONGEST_NAME, max((len(group.name) for group in groups), default=0)) + 3.0)
    medians = list_words([f"{number_words(box.median)} ({group.name})"
                          for group, box in zip(groups, boxes, strict=True) if len(group.values)])
    return FigureSpec(
        name=f"groups_{receptor}_by_{column}",
        title=f"{receptor} by {column}, {cohort_words}",
        rows=((Panel(
            x=Axis(shortened(column, LONGEST_COLUMN), -0.5, max(len(groups), 1) - 0.5, ticks=tuple(places),
                   tick_labels=tuple(shortened(group.name, LONGEST_NAME) for group in groups)),
            y=Axis(f"{receptor}, {value_words}"), marks=tuple(marks),
            title=f"{receptor} by {shortened(column, LONGEST_COLUMN)}", remark=tests, at_risk_title="Patients",
            at_risk_times=tuple(places),
            at_risk=(AtRiskRow("n", "text", tuple(count_words(len(group.values)) for group in groups)),)),),),
        alt_text=(f"Box plots with one dot per patient of {receptor} by {column}: {sizes}. "
                  f"Medians {medians or 'not there'}. {'. '.join(map(capitalised, test_words))}."),
        caption=(
            f"{receptor} by {column}, {value_words}; {cohort_words}: {sizes}. Box: quartiles and "
            "median; whiskers: the last patients within 1.5 times the box's height; every dot is a patient, its place "
            f"sideways means nothing. {'. '.join(map(capitalised, test_words))}. Not adjusted."
            + (f" {missing_words}" if missing_words else "")),
        data={
            "patients": {
                "patient": tuple(patient for group in shown for patient in group.patients),
                "group": tuple(group.name for group in shown for _ in group.patients),
                "value": tuple(value for group in shown for value in group.values.tolist())},
            "boxes": {
                "group": tuple(group.name for group in groups), "n": tuple(len(group.values) for group in groups),
                **{name: tuple(values.tolist()) for name, values in shape.items()}},
        },
        width_mm=min(WIDEST_MM, max(COLUMN_MM, FRAME_MM + len(groups) * place_mm)), height_mm=height_mm, badge=badge)
