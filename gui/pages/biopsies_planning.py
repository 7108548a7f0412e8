"""The planner from the Biopsies page: how many pairs would be needed, with the spread of the pairs shown.

Not for: the dialog itself (gui/widgets/planner_dialog.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.analyses.planner import PAIRS, default_question
from core.analyses.planner_pilot import pilot_question

if TYPE_CHECKING:
    from gui.pages.biopsies_change import ChangeSegment
    from gui.widgets.planner_dialog import PlannerDialog


def plan_pairs(page: ChangeSegment) -> PlannerDialog:
    """The dialog over the window."""
    from gui.widgets.planner_dialog import open_planner

    outcome = page.outcome
    question = pilot_question(outcome.result) if outcome is not None else None
    if question is None:
        question = default_question(PAIRS)
    question = replace(question, simulated=page.is_simulated)
    services = page.services
    return open_planner(question, page.window(), submit=page.session.jobs.submit, export=services.export_figure,
                        say=services.say)
