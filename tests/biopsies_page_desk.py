"""The Biopsies page before a small study of biopsy pairs, driven as a user would.

Not for: what the numbers should be; tests compare with core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.data.reference import rtk_symbols
from core.jobs import JobContext
from core.project.project import Project
from core.project.study import Study
from core.project.study_file import read_study
from gui.pages.base_page import PageServices
from gui.pages.biopsies_page import BiopsiesPage
from gui.session import Session
from tests.gui_builders import Asked, new_session, services

STUDY = """
format = 1
name = "pairs"
[[dataset]]
name = "biopsy pairs"
role = "biopsies"
simulated = SIMULATED
expression = { file = "expression.csv", samples = "columns", id = "gene", scale = "SCALE" }
clinical = { file = "samples.csv", id = "sample" }
PAIRS
[[analysis]]
name = "biopsies"
kind = "paired_biopsies"
PARAMETERS
"""
PAIRS = 'pairs = { patient = "patient", time_point = "time", before = "pre", after = "post" }'


def write_pairs(folder: Path, m: int, *, shifts: Mapping[str, float] | None = None, genes: int = 20,
                clinical: Mapping[str, Sequence[object]] | None = None, scale: str = "log2", pairs: str = PAIRS,
                simulated: bool = False, parameters: str = "", only_after: bool = False, names: str = "P{number:02d}_{time}",
                seed: int = 3, more: str = "") -> Path:
    """A study with ``m`` patients before and after; ``clinical`` has one value per sample, pre and post in turn."""
    random = np.random.default_rng(seed)
    first = ("ERBB2", "AXL", "MET", "IGF1R", "NTRK3", "EGFR")
    symbols = (*first, *(name for name in rtk_symbols() if name not in first))[:genes]
    times = ("post",) if only_after else ("pre", "post")
    samples = [names.format(number=number, time=time) for number in range(1, m + 1) for time in times]
    base = 7 + random.normal(0, 1.2, (m, len(symbols)))
    values = np.repeat(base, len(times), axis=0) + random.normal(0, 0.3, (len(samples), len(symbols)))
    for gene, shift in (shifts or {}).items():
        values[len(times) - 1::len(times), symbols.index(gene)] += shift
    if scale == "score":
        values = np.clip(np.round(values * 20), 0, 300)
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["gene," + ",".join(samples)]
    lines += [f"{symbol}," + ",".join(f"{value:.3f}" for value in values[:, place])
              for place, symbol in enumerate(symbols)]
    (folder / "expression.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = dict(clinical or {})
    rows = [",".join(["sample", "patient", "time", *columns])]
    rows += [",".join([sample, f"P{1 + place // len(times):02d}", times[place % len(times)],
                       *(str(column[place]) for column in columns.values())])
             for place, sample in enumerate(samples)]
    (folder / "samples.csv").write_text("\n".join(rows), encoding="utf-8")
    text = STUDY.replace("SIMULATED", str(simulated).lower()).replace("SCALE", scale).replace("PAIRS", pairs)
    path = folder / "study.toml"
    path.write_text(text.replace("PARAMETERS", f"parameters = {{ {parameters} }}" if parameters else "") + more,
                    encoding="utf-8")
    return path


def read_data(study: Study) -> dict[str, Dataset]:
    return {spec.name: load_dataset(spec, FileShelf(), JobContext()) for spec in study.datasets}


@dataclass
class BiopsiesDesk:
    """A page with its session, and what it asked of the window."""

    qtbot: QtBot
    session: Session
    services: PageServices
    page: BiopsiesPage
    asked: Asked = field(default_factory=Asked)

    @property
    def change(self) -> Any:
        return self.page.change

    @property
    def numbers(self) -> Any:
        found = self.page.change.numbers
        assert found is not None
        return found

    def wait_idle(self) -> None:
        """Until nothing runs any more."""
        self.qtbot.waitUntil(lambda: not self.session.jobs.active and not self.services.runs.all_running, timeout=60_000)
        self.qtbot.wait(20)

    def button(self, words: str, parent: QWidget | None = None) -> QPushButton | None:
        where = parent or self.page
        return next((each for each in where.findChildren(QPushButton)
                     if words in (each.text(), each.accessibleName()) and each.isVisible()), None)

    def click(self, words: str, parent: QWidget | None = None) -> None:
        """Press the button with these words, once it is there."""
        self.qtbot.waitUntil(lambda: self.button(words, parent) is not None)
        found = self.button(words, parent)
        assert found is not None
        assert found.isEnabled(), found.toolTip()
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def words(self) -> str:
        """Everything that the page says."""
        from PySide6.QtWidgets import QLabel

        return "\n".join(label.text() for label in self.page.findChildren(QLabel) if label.isVisible())

    def close(self) -> None:
        """Stop the threads and delete the page, so that no later test redraws it."""
        self.session.jobs.close()
        self.page.close()
        shiboken6.delete(self.page.inspector())
        shiboken6.delete(self.page)
        shiboken6.delete(self.session)


def biopsies_desk(qtbot: QtBot, study: Path | Study | None, *, size: tuple[int, int] = (920, 760),
                  run: bool = True, data: Mapping[str, Dataset] | None = None, **replaced: Any) -> BiopsiesDesk:
    """A page in front of a study, shown; the analysis has run unless ``run`` is False."""
    session, asked = new_session(), Asked()
    given = services(session, asked, **replaced)
    if study is not None:
        read = read_study(study) if isinstance(study, Path) else study
        session.open(Project(read))
        for spec in read.datasets:
            session.put_dataset(spec, (data or read_data(read))[spec.name])
    page = BiopsiesPage(given)
    session.changed.connect(page.refresh)
    page.resize(*size)
    if not run:
        page.change._run_by_itself.clear()
    page.show()
    page.shown()
    desk = BiopsiesDesk(qtbot, session, given, page, asked)
    if run:
        desk.wait_idle()
    return desk
