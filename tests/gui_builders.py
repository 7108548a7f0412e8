"""What a page needs of a window, as values and recorders for tests. Not for: the window itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gui.analysis_runs import AnalysisRuns
from gui.job_runner import JobRunner
from gui.pages.base_page import PageServices
from gui.preferences import home_folder
from gui.session import Session
from gui.study_loader import StudyLoader


@dataclass
class Asked:
    """Everything a page asked the window for: (what, with what)."""

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def recorder(self, name: str) -> Callable[..., None]:
        return lambda *values: self.calls.append((name, values))

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [values for call, values in self.calls if call == name]


def services(session: Session, asked: Asked | None = None, **replaced: Any) -> PageServices:
    """Services whose wishes of the window are recorded in ``asked``; ``replaced`` puts others in their place."""
    asked = asked or Asked()
    kept: dict[str, dict[str, Any]] = {}
    parts: dict[str, Any] = {name: asked.recorder(name) for name in (
        "go_to", "import_files", "paste_table", "open_file", "ask_for_file", "open_example", "new_study",
        "export_figure", "export_workbook", "say")}
    parts |= {"session": session, "loader": StudyLoader(session, session), "runs": AnalysisRuns(session, session),
              "recent": lambda: (), "settings": lambda key: kept.setdefault(key, {}),
              "home": home_folder()}
    return PageServices(**{**parts, **replaced})


def new_session() -> Session:
    """A session with its own threads; close ``session.jobs`` at the end."""
    return Session(JobRunner())
