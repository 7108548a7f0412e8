"""The flow of patients (REMARK item 12): boxes down, those left out at each step to the right with the reason.

Not for: deciding who is left out; the cohort's ledger arrives finished.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.patients.cohort import Cohort, LedgerEntry
from core.data.patients.left_out import FlowStep, flow_steps, reasons_in_words
from core.figures.number_words import capitalised, count_words, counted
from core.figures.spec import Axis, Box, FigureSpec, Line, Mark, Panel

NAME = "patient_flow"
BOX_WIDTH, STEM, BRANCH_END, WIDTH = 56.0, 14.5, 61.0, 100.0
PITCH, BOX_HEIGHT = 1.0, 0.43
STEP_MM, EDGES_MM = 17.0, 8.0
KEPT, LEFT_OUT = "kept", "out"


def patient_flow(cohort: Cohort, *, event_words: str = "events", badge: str = "") -> FigureSpec:
    """The flow of an evaluated cohort; the last box is tinted and counts the events."""
    return flow_figure(cohort.name, cohort.flow, cohort.ledger, badge=badge,
                       last_words=f", {counted(cohort.n_events, event_words.removesuffix('s'), event_words)}")


def flow_figure(name: str, flow: Sequence[tuple[str, int]], ledger: Sequence[LedgerEntry], *, last_words: str = "",
                badge: str = "") -> FigureSpec:
    """The flow of a cohort of that name, also one of which nobody is left.

    Box keys are ``kept:<step>``, those of the words at the right ``out:<step>``, steps counted from 0.
    """
    steps = flow_steps(flow, ledger)
    marks: list[Mark] = []
    for step in steps:
        marks += _step_marks(step, last=step is steps[-1], last_words=last_words)
    panel = Panel(Axis("", 0.0, WIDTH, visible=False),
                  Axis("", 0.0, (len(steps) - 1) * PITCH + BOX_HEIGHT, reverse=True, visible=False), tuple(marks),
                  title="Flow of patients", remark=f"Cohort “{name}”")
    shown = [step for step in steps if step.left_out]
    said = "; ".join(f"{count_words(step.left_out)} left out at “{step.words}” ({reasons_in_words(step)})"
                     for step in shown)
    first, last = steps[0].remaining, steps[-1].remaining
    return FigureSpec(
        NAME, f"Flow of patients of the cohort “{name}”", ((panel,),),
        alt_text=f"Flow of patients of the cohort “{name}”: {counted(first, 'patient')} {steps[0].words}, "
                 f"{count_words(last)} remain{last_words}. {capitalised(said) or 'Nobody was left out'}.",
        caption=f"Flow of patients of the cohort “{name}”. Boxes give the patients who remain after each step, the "
                "words beside them who was left out and why.",
        data={"flow": {"step": [step.words for step in steps], "remaining": [step.remaining for step in steps],
                       "left_out": [step.left_out for step in steps],
                       "reasons": [reasons_in_words(step) for step in steps]}},
        width_mm=120.0, height_mm=EDGES_MM + STEP_MM * len(steps), badge=badge)


def _step_marks(step: FlowStep, *, last: bool, last_words: str) -> list[Mark]:
    top = step.number * PITCH
    bottom = top + BOX_HEIGHT
    many = f"{counted(step.remaining, 'patient')}{last_words if last else ''}"
    first = step.number == 0
    words = (_step_words(step.words), many if first or last else count_words(step.remaining))
    marks: list[Mark] = []
    if not first:
        above = top - PITCH + BOX_HEIGHT
        marks.append(Line(np.array([STEM, STEM]), np.array([above, top]), "control", width=0.6))
        if step.left_out:
            middle = (above + top) / 2
            reach = (PITCH - BOX_HEIGHT) / 2 + 0.9 * BOX_HEIGHT
            marks += [
                Line(np.array([STEM, BRANCH_END]), np.array([middle, middle]), "control", width=0.6),
                Box(BRANCH_END, WIDTH, middle - reach, middle + reach,
                    (f"{count_words(step.left_out)} left out", reasons_in_words(step)), (True, False), edge=False,
                    key=f"{LEFT_OUT}:{step.number}")]
    marks.append(Box(0.0, BOX_WIDTH, top, bottom, words, (False, True), tinted=last and step.remaining > 0,
                     role="control" if step.remaining else "errline", key=f"{KEPT}:{step.number}"))
    return marks


def _step_words(words: str) -> str:
    """``has mRNA expression`` as the heading of a box: ``With mRNA expression``; a rule keeps its column's name."""
    if words.startswith("has "):
        return f"With {words[4:]}"
    return capitalised(words) if words.startswith("in the data set") else words
