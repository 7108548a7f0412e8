"""A set that the user names instead of searching for it: asking which, and the analysis that tests it by itself.

Not for: running it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from core.project.project import Project
from core.project.study import AnalysisSpec
from gui.pages.analysis_edits import free_name
from gui.widgets.named_set_dialog import NamedSetDialog

KEPT = ("adjust", "strata", "score", "measure", "seed", "permutations", "folds", "cv_permutations", "random_genes")
NAME = "named set"


def ask_named_set(genes: Sequence[str], parent: QWidget, then: Callable[[tuple[str, ...]], None]) -> NamedSetDialog:
    """Open the dialog; ``then`` gets the names."""
    dialog = NamedSetDialog(genes, parent)
    dialog.chosen.connect(then)
    dialog.open()
    return dialog


def named_spec(project: Project, search: AnalysisSpec, names: tuple[str, ...]) -> AnalysisSpec:
    """An analysis of one set in the patients and with the model of a search; halves could choose nothing else."""
    kept = {field: value for field, value in search.parameters.items() if field in KEPT}
    return AnalysisSpec(free_name(project, NAME), search.kind, search.cohort, search.endpoint,
                        {**kept, "receptors": names, "must": names, "max_size": len(names), "halves": 0})
