"""The Import page driven by mouse and keyboard, from files to the data set of the study.

Not for: what core makes of a table (test_importing_*.py) or the single widgets (test_import_widgets.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from core.data.load_dataset import FileShelf, load_dataset
from core.jobs import JobContext
from core.project.study_file import read_study
from core.resources import resource_path
from gui import theme
from gui.pages.import_page import ImportPage
from gui.pages.importing.import_steps import CHECK_AT, FILES_AT, OUTCOME_AT
from tests.gui_builders import Asked, new_session, services

METABRIC = resource_path("examples", "metabric", "metabric.csv.gz")
WAIT = 30_000


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def page(qtbot: QtBot, asked: Asked, tmp_path: Path) -> Iterator[ImportPage]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, "light", 100)
    session = new_session()
    broken: list[str] = []
    session.jobs.broke.connect(lambda job, text: broken.append(text))
    made = ImportPage(services(session, asked), home=tmp_path / "home")
    qtbot.addWidget(made)
    made.resize(1000, 760)
    made.show()
    yield made
    session.jobs.close()
    assert not broken


def settled(qtbot: QtBot, page: ImportPage) -> None:
    """Wait until nothing is read any more."""
    qtbot.waitUntil(lambda: not page.steps.reader.busy and not page.session.jobs.active, timeout=WAIT)


def press(qtbot: QtBot, button: QPushButton | QRadioButton | QCheckBox) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center()
                     if isinstance(button, QPushButton) else button.rect().topLeft() + button.rect().center() / 4)


def added(qtbot: QtBot, page: ImportPage, *paths: Path) -> None:
    page.add_files(paths)
    settled(qtbot, page)


def to_step(qtbot: QtBot, page: ImportPage, step: int) -> None:
    while page.steps.step < step:
        press(qtbot, page.steps.next)
        settled(qtbot, page)


def table(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def panel_file(folder: Path, first: str = "ERBB2") -> Path:
    """A small expression table: genes in rows, six patients, and one name that two genes claim."""
    genes = [first, "EGFR", "ERBB3", "MET", "AXL", "KIT", "IGF1R", "1-Mar"]
    rows = ["Gene," + ",".join(f"P{at}" for at in range(1, 7))]
    rows += [gene + "," + ",".join(f"{(number * 7 + at * 3) % 11 + 2.25 + at / 8:.3f}" for at in range(6))
             for number, gene in enumerate(genes)]
    return table(folder, "panel.csv", rows)


def clinical_file(folder: Path) -> Path:
    rows = ["Patient,OS_months,status", *(f"P{at},{at * 9.5},{at % 2}" for at in range(1, 7))]
    return table(folder, "clinical.csv", rows)


def test_that_metabric_becomes_the_data_set_of_the_example_study(qtbot: QtBot, page: ImportPage, asked: Asked) -> None:
    added(qtbot, page, METABRIC)
    assert page.view == "steps"
    assert page.steps.step == FILES_AT
    assert page.steps.files_step.uses[0].currentText() == "Both in one table"
    to_step(qtbot, page, OUTCOME_AT)
    press(qtbot, page.steps.outcome_step.use)
    settled(qtbot, page)
    to_step(qtbot, page, CHECK_AT)
    assert page.steps.next.text() == "Add to the study"
    assert page.steps.ready
    press(qtbot, page.steps.next)
    settled(qtbot, page)

    spec, = page.session.project.study.datasets
    example = read_study(resource_path("examples", "metabric", "study.toml")).datasets[0]
    assert spec.endpoints == example.endpoints
    mine = page.session.datasets[spec.name]
    theirs = load_dataset(example, FileShelf(), JobContext())
    assert mine.expression[0].genes == theirs.expression[0].genes
    assert mine.expression[0].samples == theirs.expression[0].samples
    assert mine.expression[0].values.tobytes() == theirs.expression[0].values.tobytes()
    assert mine.endpoints[0].event.tobytes() == theirs.endpoints[0].event.tobytes()
    assert [rule.name for rule in page.session.project.study.cohorts] == ["all"]
    assert page.session.undo_stack.undoText() == "import metabric.csv.gz"
    assert asked.of("go_to") == [("cohort",)]
    page.session.undo_stack.undo()
    assert page.session.project.study.datasets == ()
    assert page.session.project.study.cohorts == ()
