"""`--self-test`: does this installation work? A table read, the example run, every page drawn, files written.

It answers by its exit status and a JSON file: a windowed program may have no stdout. Not for: whether numbers are
right, which the test suite checks.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.problems import UserError

if TYPE_CHECKING:
    from gui.main_window import MainWindow

WAIT_SECONDS = 240.0
SHUFFLES = 200
"""Enough to go through every line of the permutation, few enough for a slow machine."""


@dataclass
class Check:
    """One thing that was tried."""

    name: str
    ok: bool
    detail: str
    seconds: float


def run_self_test(out: Path | None) -> int:
    """Run all checks; 0 when every one is well, else 1. ``out`` gets the result as JSON; it is printed too."""
    if sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks: list[Check] = []
    with tempfile.TemporaryDirectory(prefix="rtkscope") as room:
        folder = Path(room)
        for name, work in (("resources", _resources), ("a spreadsheet is written and read", _spreadsheet),
                           ("a second process computes", _second_process)):
            checks.append(_checked(name, functools.partial(work, folder)))
        checks += _window_checks(folder)
    document = {"program": "RTKscope", "version": __version__, "frozen": bool(getattr(sys, "frozen", False)),
                "ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if sys.stdout is not None:
        print(text)
    return 0 if document["ok"] else 1


def _checked(name: str, work: Callable[[], str]) -> Check:
    began = time.monotonic()
    try:
        detail, ok = work(), True
    except UserError as error:
        detail, ok = str(error), False
    except Exception as error:  # noqa: BLE001 - whatever breaks is the answer that a self-test is for
        detail, ok = f"{type(error).__name__}: {error}", False
    return Check(name, ok, detail, round(time.monotonic() - began, 3))


def _resources(folder: Path) -> str:
    from core.data.reference import rtk_symbols
    from core.resources import resource_path
    from core.versions import versions

    needed = [("fonts", "Inter-Regular.otf"), ("fonts", "LiberationSans-Regular.ttf"), ("icons", "dark", "warn.svg"),
              ("app.qss",), ("tokens.json",), ("examples", "metabric", "study.toml"),
              *(("examples", "simulated_biopsies", name) for name in ("expression.csv", "samples.csv", "ihc.csv")),
              *(("examples", "hms_lines", f"{name}.tsv") for name in (
                  "basal_levels_all_rtk", "lapatinib_gi50", "cell_line_subtype"))]
    lacking = ["/".join(parts) for parts in needed if not resource_path(*parts).is_file()]
    if lacking:
        raise FileNotFoundError(", ".join(lacking))
    unknown = [library for library, version in versions().items() if version == "not installed"]
    if unknown:
        raise LookupError(f"no version of {', '.join(unknown)} is known")
    return f"{len(rtk_symbols())} receptors, {len(needed)} files"


def _spreadsheet(folder: Path) -> str:
    import xlsxwriter

    from core.data.files.workbook import read_table

    path = folder / "umlaut ä.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Blatt 1")
        for row, line in enumerate((("gene", "P1", "P2"), ("ERBB2", 10.5, 3.25), ("AXL", 1.0, 2.0))):
            sheet.write_row(row, 0, line)
    table = read_table(path).table
    if table.text(1, 0) != "ERBB2" or table.numbers[1, 2] != 3.25:
        raise ValueError("the values that came back are not those written")
    return f"{table.n_rows} rows, {table.n_columns} columns"


def _second_process(folder: Path) -> str:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        total = sum(pool.map(abs, range(-5, 5)))
    if total != 25:
        raise ValueError(f"it counted {total} instead of 25")
    return "spawned, computed, ended"


def _window_checks(folder: Path) -> list[Check]:
    from gui.app import make_application, open_window

    app = make_application(["RTKscope"])
    window = open_window(app, folder / "home")
    test = _WindowTest(window, folder)
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, window, test.begin)
    QTimer.singleShot(int(WAIT_SECONDS * 1000), window, lambda: test.give_up("it took too long"))
    app.exec()
    return test.checks


class _WindowTest:
    """Goes through the window step by step, each when the one before has ended."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window = window
        self.folder = folder
        self.checks: list[Check] = []
        self._began = time.monotonic()
        self._ended = False

    def begin(self) -> None:
        self.window.session.data_changed.connect(self._data_read)
        self.window.session.results_changed.connect(self._analysis_ended)
        self.window.files.open_example()

    def give_up(self, why: str) -> None:
        if not self._ended:
            self._note("the example study", False, why)
            self._end()

    def _note(self, name: str, ok: bool, detail: str) -> None:
        self.checks.append(Check(name, ok, detail, round(time.monotonic() - self._began, 3)))
        self._began = time.monotonic()

    def _data_read(self) -> None:
        from core.project.project import with_parameters

        session = self.window.session
        project = session.project
        if len(session.datasets) < len(project.study.datasets) or not session.datasets or any(
                check.name == "the example is read" for check in self.checks):
            return
        unusable = [problem.line() for dataset in session.datasets.values() for problem in dataset.unusable]
        samples = sum(len(dataset.expression[0].samples) for dataset in session.datasets.values() if dataset.expression)
        self._note("the example is read", not unusable, unusable[0] if unusable else
                   f"{len(session.datasets)} data sets, {samples} samples")
        for spec in project.study.analyses:
            project = with_parameters(project, spec.name, {"permutations": SHUFFLES})
        session.edit(project, "fewer shuffles")
        self._waiting = [spec.name for spec in project.study.analyses]
        for name in self._waiting:
            self.window.runs.run(name)

    def _analysis_ended(self, name: str) -> None:
        session = self.window.session
        if self._ended or name not in getattr(self, "_waiting", []):
            return
        failure = session.failure(name)
        if failure:
            self._note(f"analysis {name}", False, failure[0].line())
        elif session.outcome(name) is None or session.is_stale(name):
            return
        else:
            outcome = session.outcome(name)
            assert outcome is not None
            self._note(f"analysis {name}", bool(outcome.result.tables), outcome.result.findings[0])
        self._waiting.remove(name)
        if not self._waiting:
            self._finish()

    def _finish(self) -> None:
        from gui.page_list import PAGES

        for entry in PAGES:
            check = _checked(f"page {entry.title}", functools.partial(self._drawn, entry.key))
            self.checks.append(check)
        self.checks.append(_checked("files of a figure", self._figure_files))
        self.checks.append(_checked("the workbook", self._workbook))
        self._note("counted", True, f"{len(PAGES)} pages, {len(self.window.session.project.study.analyses)} analyses")
        self._end()

    def _drawn(self, key: str) -> str:
        self.window.go_to(key)
        picture = self.window.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        if len(colours) < 8:
            raise ValueError(f"it shows {len(colours)} colours only")
        return f"{picture.width()} x {picture.height()}, {len(colours)} colours"

    def _figure_files(self) -> str:
        from core.figures.writer import FORMATS, write_figure

        outcome = self._any_outcome()
        written = write_figure(outcome.result.figures[0], self.folder / "figures", FORMATS)
        if not written[0].read_bytes().startswith(b"%PDF"):
            raise ValueError("the PDF is none")
        return ", ".join(path.name for path in written)

    def _workbook(self) -> str:
        from core.batch import save_run_workbook
        from core.data.files.workbook import sheet_names
        from core.study_runner import StudyRun

        outcome = self._any_outcome()
        study = self.window.session.project.study
        run = StudyRun(replace(study, analyses=study.analyses[:1]), dict(self.window.session.datasets),
                       [outcome.result], {outcome.result.name: outcome.chosen})
        path = self.folder / "results.xlsx"
        save_run_workbook(run, path)
        return f"{len(sheet_names(path))} sheets"

    def _any_outcome(self) -> Any:
        session = self.window.session
        return next(outcome for spec in session.project.study.analyses
                    if (outcome := session.outcome(spec.name)) is not None)

    def _end(self) -> None:
        self._ended = True
        self.window.session.undo_stack.setClean()
        self.window.close()
