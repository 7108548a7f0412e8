"""The Cell lines page before a small study of lines, or the bundled panel, driven as a user would.

Not for: what the numbers should be; tests compare with core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.load_dataset import FileShelf, load_dataset
from core.data.reference import rtk_symbols
from core.jobs import JobContext
from core.project.project import Project
from core.project.study import Study
from core.project.study_file import read_study
from core.resources import resource_path
from gui.pages.base_page import PageServices
from gui.pages.cell_lines_page import CellLinesPage
from gui.session import Session
from tests.gui_builders import Asked, new_session, services

STUDY = """
format = 1
name = "lines"
[[dataset]]
name = "lab lines"
role = "cell_lines"
simulated = SIMULATED
clinical = { file = "lines.csv", id = "line" }
RESPONSE
[[dataset.expression]]
file = "total.csv"
samples = "columns"
id = "gene"
scale = "log2"
measure = "total"
[[analysis]]
name = "lines"
kind = "cell_lines"
PARAMETERS
"""
GROUPS = 'groups = { column = "group", resistant = "resistant", sensitive = "sensitive" }'
PAIRS = 'pairs = { line = "parent", state = "group", parental = "sensitive", resistant = "resistant" }'
GI50 = 'response = { column = "gi50", direction = "high is resistant", name = "lapatinib GI50", unit = "µM" }'


def hms_study() -> Study:
    """The bundled panel with its analysis."""
    return read_study(resource_path("examples", "hms_lines", "study.toml"))


def write_lines(folder: Path, resistant: int, sensitive: int, *, shifts: Mapping[str, float] | None = None,
                genes: int = 14, response: str = GROUPS, parameters: str = "", simulated: bool = False,
                spread: float = 0.4, seed: int = 5) -> Path:
    """A study of ``resistant`` and ``sensitive`` lines with groups and GI50; ``shifts`` are added to resistant ones."""
    random = np.random.default_rng(seed)
    first = ("ERBB2", "AXL", "MET", "IGF1R", "EGFR")
    symbols = (*first, *(name for name in rtk_symbols() if name not in first))[:genes]
    n = resistant + sensitive
    states = np.arange(n) < resistant
    values = 5 + random.normal(0, spread, (n, len(symbols)))
    for name, shift in (shifts or {}).items():
        values[states, symbols.index(name)] += shift
    gi50 = np.where(states, 10 ** random.uniform(0.1, 1.0, n), 10 ** random.uniform(-1.5, -0.6, n))
    names = [f"LAB-{number:02d}" for number in range(1, n + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    table = [["gene", *names], *([symbol, *(f"{value:.3f}" for value in values[:, column])]
                                 for column, symbol in enumerate(symbols))]
    (folder / "total.csv").write_text("\n".join(",".join(row) for row in table) + "\n", encoding="utf-8")
    reached = [f"{value:.3g}" for value in gi50]
    if resistant > 2:
        reached[0] = "> 10"
    parents = [f"P{place % max(resistant, 1) + 1}" for place in range(n)]
    rows = [["line", "group", "gi50", "parent"],
            *([name, "resistant" if state else "sensitive", value, parent]
              for name, state, value, parent in zip(names, states, reached, parents, strict=True))]
    (folder / "lines.csv").write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(STUDY.replace("SIMULATED", "true" if simulated else "false").replace("RESPONSE", response)
                     .replace("PARAMETERS", f"parameters = {parameters}" if parameters else ""), encoding="utf-8")
    return study


@dataclass
class LinesDesk:
    """A page with its session, and what it asked of the window."""

    qtbot: QtBot
    session: Session
    services: PageServices
    page: CellLinesPage
    asked: Asked = field(default_factory=Asked)

    @property
    def numbers(self) -> Any:
        found = self.page.numbers
        assert found is not None
        return found

    def wait_result(self) -> None:
        """Until the analysis has run and is shown."""
        self.qtbot.waitUntil(lambda: self.page.outcome is not None and not self.session.jobs.active, timeout=60_000)
        self.qtbot.wait(40)

    def button(self, words: str, parent: QWidget | None = None) -> QPushButton | None:
        """The visible button with these words."""
        return next((each for each in (parent or self.page).findChildren(QPushButton)
                     if each.text() == words and each.isVisible()), None)

    def click(self, words: str, parent: QWidget | None = None) -> None:
        """Press the button with these words, once it is there."""
        self.qtbot.waitUntil(lambda: self.button(words, parent) is not None)
        found = self.button(words, parent)
        assert found is not None
        assert found.isEnabled(), found.toolTip()
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        """Stop the threads and delete the page, so that no later test redraws it."""
        self.session.jobs.close()
        self.page.close()
        shiboken6.delete(self.page.settings.panel)
        shiboken6.delete(self.page)
        shiboken6.delete(self.session)


def lines_desk(qtbot: QtBot, study: Study | Path | None, *, size: tuple[int, int] = (1160, 860),
               run: bool = True) -> LinesDesk:
    """A page in front of a study, shown; its analysis runs by itself, or with ``run`` False nothing has run."""
    session, asked = new_session(), Asked()
    given = services(session, asked)
    if study is not None:
        read = read_study(study) if isinstance(study, Path) else study
        if not run:
            read = replace(read, analyses=())
        session.open(Project(read))
        for spec in read.datasets:
            session.put_dataset(spec, load_dataset(spec, FileShelf(), JobContext()))
    page = CellLinesPage(given)
    session.changed.connect(page.refresh)
    page.resize(*size)
    page.show()
    page.shown()
    desk = LinesDesk(qtbot, session, given, page, asked)
    qtbot.wait(20)
    if not run:
        qtbot.waitUntil(lambda: not session.jobs.active, timeout=30_000)
        qtbot.wait(20)
    return desk
