"""Locking the best set and testing it in other cohorts: dialogs, words, the ledger, the result on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.validation_lock import lock_of_result
from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule, Scale
from core.jobs import JobContext
from core.problems import Location
from core.project.study import AnalysisSpec, Study
from core.study_runner import StudyRun, load_study, run_analysis
from gui import theme
from gui.pages.validation_edits import locked_words, validation_of
from gui.widgets.cohorts_dialog import CohortsDialog
from gui.widgets.lock_dialog import LockDialog
from tests.subset_desk import SMALL, SubsetDesk, subset_desk, subset_study

GENES = ("EGFR", "ERBB2", "ERBB3", "IGF1R", "KIT", "MET")
NAMES = ("here", "oslo", "lyon")


def hospital(path: Path, seed: int) -> DatasetSpec:
    """Sixty made-up patients, in whom EGFR and MET go with an earlier event."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(60, len(GENES)))
    time = generator.exponential(40 * np.exp(-0.9 * (values[:, 0] + values[:, 5])))
    lines = [f"patient,{','.join(GENES)},months,died"]
    lines += [f"{path.stem}{row:03d},{','.join(f'{x:.4f}' for x in values[row])},{time[row]:.3f},{int(row % 4 > 0)}"
              for row in range(60)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return DatasetSpec(path.stem, "cohort", (TableSpec(path, id="patient", samples="rows", scale=Scale.LOG2),),
                       (TableSpec(path, id="patient"),),
                       (EndpointRule("overall survival", "months", "months", "died", (1,)),))


def hospitals(folder: Path, count: int = 3) -> tuple[Study, Any]:
    """A search in the first hospital; the data of all."""
    specs = tuple(hospital(folder / f"{name}.csv", seed) for seed, name in enumerate(NAMES[:count], 1))
    rules = tuple(CohortRule(f"{spec.name} patients", spec.name) for spec in specs)
    search = AnalysisSpec("subset", "rtk_subset", "here patients", "overall survival", SMALL)
    study = Study("Hospitals", "", specs, rules, (search,))
    return study, load_study(study, JobContext()).datasets


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[SubsetDesk]:
    """The search has run; two further hospitals are there."""
    study, datasets = hospitals(tmp_path)
    made = subset_desk(qtbot, study, data=datasets)
    made.page.run()
    made.wait_idle()
    yield made
    made.close()


def lock_dialog(made: SubsetDesk) -> LockDialog:
    found = made.page.window().findChild(LockDialog)
    assert found is not None
    return found


def test_that_a_lock_shows_what_it_holds_and_its_seal_follows_the_name(desk: SubsetDesk) -> None:
    assert desk.page.locking.bar.words.text() == "Subset not locked yet"
    desk.page.act("lock")
    dialog = lock_dialog(desk)
    best = desk.numbers.names(desk.numbers.best)
    assert dialog.facts["Members and signs"].text() == " + ".join(best)
    assert "here patients" in dialog.facts["Found in"].text()
    before = dialog.facts["Seal (sha256)"].text()
    dialog.name.setText("subset")
    assert "already an analysis" in dialog.said.text()
    assert not dialog.seal.isEnabled()
    dialog.name.setText("our pair")
    assert dialog.facts["Seal (sha256)"].text() != before
    assert dialog.facts["Seal (sha256)"].text().replace(" ", "") == dialog.lock().digest()
    desk.click("Lock", dialog)
    (lock,) = desk.session.project.study.locks
    assert (lock.name, lock.receptors, lock.source, lock.found_in) == ("our pair", best, "subset", "here patients")
    assert lock.is_intact
    assert desk.page.locking.bar.words.toolTip() == locked_words((lock,))
    assert desk.page.locking.bar.button.text() == "Test in…"
    desk.session.undo_stack.undo()
    assert desk.page.locking.bar.words.text() == "Subset not locked yet"
    assert any("Lock “our pair” removed" in trial.words for trial in desk.session.tried.trials)


def test_that_a_locked_subset_is_tested_in_other_data_sets_and_shown(desk: SubsetDesk) -> None:
    desk.qtbot.mouseClick(desk.page.locking.bar.button, Qt.MouseButton.LeftButton)
    desk.click("Lock", lock_dialog(desk))
    cohorts = desk.page.window().findChild(CohortsDialog)
    assert list(cohorts.boxes) == ["oslo patients", "lyon patients"]
    assert cohorts.choice() == (("oslo patients", "overall survival"), ("lyon patients", "overall survival"))
    desk.click("Test", cohorts)
    desk.wait_idle()
    locking, view = desk.page.locking, desk.page.views.locked
    assert locking.outcome is not None
    assert desk.page.views.key == "locked"
    result = locking.outcome.result
    assert view.figure() is result.figures[0]
    assert desk.page.figure()[1] == f"{locking.name}/forest"
    assert list(result.table("cohorts").columns["cohort"]) == ["oslo patients", "lyon patients"]
    assert {"subsets", "cohorts", "pooled"} <= set(desk.page.tables.names())
    assert "locked before it was tested" in desk.page.methods.text.toPlainText()
    curves = next(name for name in view.figure_choices() if name.startswith("kaplan_meier_oslo"))
    view.choose_figure(curves)
    patient = result.figures[1].rows[0][0].marks
    samples = next(mark.samples for mark in patient if getattr(mark, "samples", ()))
    desk.session.select(patients=(samples[0],))
    assert view.part.view.selection[0] == (samples[0],)
    assert any(trial.paid == 1 and "EGFR" in trial.words for trial in desk.session.tried.trials)


def test_that_other_cohorts_stay_closed_until_the_subset_is_locked(desk: SubsetDesk) -> None:
    desk.page.show_figures_of("locked")
    empty = desk.page.views.locked.empty
    assert empty.accessibleName() == "Other cohorts stay closed until the subset is locked."
    assert [button.text() for button in empty.buttons()] == ["Lock subset…", "Look anyway, and say so in the report"]
    desk.click("Look anyway, and say so in the report")
    dialog = desk.page.window().findChild(CohortsDialog)
    dialog.boxes["lyon patients"].click()
    desk.click("Test", dialog)
    desk.wait_idle()
    assert desk.page.locking.outcome is not None
    looked = [trial for trial in desk.session.tried.trials if trial.words.startswith("Looked into oslo patients before")]
    assert [(trial.paid, trial.unpaid) for trial in looked] == [(0, 1)]
    spec = validation_of(desk.session.project, "subset")
    assert spec.parameters["locked"] == ("subset",)


def test_that_a_search_that_is_not_up_to_date_cannot_be_locked(desk: SubsetDesk) -> None:
    desk.page.settings.changed.emit("max_size", 1)
    assert not desk.page.locking.bar.button.isEnabled()
    assert "run again, then lock" in desk.page.locking.bar.button.toolTip()
    assert desk.page.locking.lock() is None
    command = next(each for each in desk.page.commands() if each.key == "lock")
    assert not command.enabled


def test_that_without_another_cohort_a_lock_leads_to_import(qtbot: QtBot, tmp_path: Path) -> None:
    study, datasets = hospitals(tmp_path, 1)
    made = subset_desk(qtbot, study, data=datasets)
    try:
        made.page.run()
        made.wait_idle()
        made.page.locking.lock(then_test=True)
        made.click("Lock", lock_dialog(made))
        assert made.page.views.key == "locked"
        made.click("Import data…")
        assert made.asked.of("import_files") == [((),)]
    finally:
        made.close()


def test_that_a_lock_of_a_signed_search_keeps_the_signs(tmp_path: Path) -> None:
    study, datasets = hospitals(tmp_path, 1)
    spec = AnalysisSpec("signed", "rtk_subset", "here patients", "overall survival",
                        {**SMALL, "score": "signed mean z", "permutations": 20})
    result, _ = run_analysis(StudyRun(study, dict(datasets)), spec, JobContext())
    numbers: Any = result.numbers
    lock = lock_of_result(result, "here patients", Location())
    signs = {numbers.inputs.receptors[i]: int(numbers.signs[i]) for i in range(len(numbers.inputs.receptors))}
    assert len(set(signs.values())) == 2, "the test needs both signs"
    assert lock.signs == tuple(signs[name] for name in lock.receptors)


def test_that_the_study_of_metabric_alone_has_its_cohorts_for_a_test(qtbot: QtBot) -> None:
    made = subset_desk(qtbot, subset_study("all"), has_run="all")
    try:
        dialog = made.page.locking.test_in(unlocked=True)
        assert dialog is not None
        assert not any(box.isChecked() for box in dialog.boxes.values()), "patients that were searched are not chosen"
        assert not dialog.test.isEnabled()
        dialog.reject()
    finally:
        made.close()
