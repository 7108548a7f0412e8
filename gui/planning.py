"""Opens the planner for the window or a page: the kind of the page that is shown, with the pilot numbers of the study.

Not for: the dialog itself (widgets/planner_dialog.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.analyses.planner import EVENTS, LINES, PAIRS, PlannerQuestion, default_question
from core.project.simulated_data import simulated_datasets

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from core.figures.spec import FigureSpec
    from gui.session import Session
    from gui.widgets.planner_dialog import PlannerDialog

KIND_OF_PAGE = {"biopsies": PAIRS, "cell_lines": LINES}


def planner_questions(session: Session, kind: str, analysis: str = "") -> tuple[PlannerQuestion, ...]:
    """The question of ``kind`` first, then those of the other kinds that a finished analysis can serve.

    Of several analyses of one kind ``analysis`` wins, else the first in the study.
    """
    from core.analyses.planner_pilot import pilot_question

    found: dict[str, PlannerQuestion] = {}
    names = [spec.name for spec in session.project.study.analyses]
    for name in sorted(names, key=lambda each: each != analysis):
        outcome = session.outcome(name)
        question = pilot_question(outcome.result) if outcome is not None else None
        if question is not None and outcome is not None:
            simulated = outcome.chosen.dataset in simulated_datasets(session.project.study)
            found.setdefault(question.kind, replace(question, simulated=simulated))
    first = found.pop(kind, None) or default_question(kind)
    return first, *found.values()


def plan_for(session: Session, parent: QWidget, page: str, analysis: str = "", *,
             export: Callable[[FigureSpec, str], None], say: Callable[[str], None]) -> PlannerDialog:
    """The dialog for the kind of evidence of a page, with the numbers of its analysis where it has run."""
    from gui.widgets.planner_dialog import open_planner

    first, *others = planner_questions(session, KIND_OF_PAGE.get(page, EVENTS), analysis)
    return open_planner(first, parent, others=others, submit=session.jobs.submit, export=export, say=say)
