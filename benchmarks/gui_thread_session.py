"""A session with the real window, driven by timers step by step, in the process of its own that gui_thread.py starts.

Not for: what the steps cost; the watch notes that and gui_thread.py makes rows of it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

GIVE_UP_SECONDS = 90.0
SHUFFLES = 10_000
Until = Callable[[], bool]


class Session:
    """Drives the window: a generator does one thing after the other and says what to wait for."""

    def __init__(self, app: Any, window: Any, watch: Any, folder: Path) -> None:
        from PySide6.QtCore import QTimer

        self.app, self.window, self.watch, self.folder = app, window, watch, folder
        self.session = window.session
        self.faults: list[str] = []
        self.session.jobs.broke.connect(lambda _, text: self.faults.append(text))
        self._work = self._whole()
        self._until: Until = lambda: True
        self._since = time.monotonic()
        self._timer = QTimer(window)
        self._timer.setInterval(8)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        if time.monotonic() - self._since > GIVE_UP_SECONDS:
            self.faults.append(f"nothing came after: {self.watch.steps[-1].name}")
            self._end()
            return
        if not self._until():
            return
        self._timer.stop()
        try:
            self._until = next(self._work)
            self._since = time.monotonic()
        except StopIteration:
            self._end()
        except Exception as error:  # noqa: BLE001 - a broken step ends the session, which says so
            self.faults.append(f"{self.watch.steps[-1].name}: {type(error).__name__}: {error}")
            self._end()
        else:
            self._timer.start()

    def _end(self) -> None:
        self._timer.stop()
        self.app.quit()

    # waiting

    def idle(self) -> bool:
        """Nothing is read or computed."""
        steps = getattr(self.window.pages.get("import"), "steps", None)
        return (not self.session.jobs.active and not self.window.loader.loading and not self.window.runs.all_running
                and (steps is None or not steps.reader.busy))

    @staticmethod
    def after(seconds: float) -> Until:
        ends = time.monotonic() + seconds
        return lambda: time.monotonic() > ends

    # the session

    def _whole(self) -> Iterator[Until]:
        for part in (self._example(), self._figures(), self._window_looks(), self._cohort(), self._large_files(),
                     self._many_patients()):
            yield from part

    def _example(self) -> Iterator[Until]:
        window, begin = self.window, self.watch.begin
        begin("after the first window, libraries read behind it")
        yield self.after(3.0)
        begin("open the example")
        window.files.open_example()
        yield lambda: bool(self.session.datasets) and self.idle()
        for key, words in (("cohort", "Cohort"), ("import", "Import"), ("start", "Study")):
            begin(f"{words} page first shown")
            window.go_to(key)
            yield self.after(0.3)
            yield self.idle
        begin("Prognosis page first shown, its analysis starts")
        window.go_to("prognosis")
        yield self.after(0.3)
        begin("10,000 shuffles while pages are switched")
        page = window.page
        if not self.idle():
            page.cancel()
        yield self.idle
        page.choice.set_parameter("permutations", SHUFFLES)
        page.run()
        while not self.idle():
            for key in ("cohort", "prognosis", "start", "import"):
                window.go_to(key)
                yield self.after(0.1)
        window.go_to("prognosis")
        yield self.after(0.5)

    def _figures(self) -> Iterator[Until]:
        window, begin = self.window, self.watch.begin
        page = window.page
        numbers = page.numbers
        begin("20 receptors clicked in the forest")
        for name in (numbers.receptors * 2)[:20]:
            page.figures.forest.view.row_clicked.emit(name)
            yield self.after(0.02)
        yield self.idle
        begin("cut dragged 50 steps")
        cuts = page.figures.cut.view.cut.values
        for cut in list(cuts)[5:-5][:: max(1, (len(cuts) - 10) // 50)][:50]:
            page.figures.cut.view.cut_moved.emit(float(cut))
            yield self.after(0.0)
        begin("cut released")
        page.figures.cut.view.cut_released.emit(float(cuts[len(cuts) // 3]))
        yield self.after(0.3)
        yield self.idle
        for key, words in (("two_genes", "two genes"), ("by_group", "by subgroup"),
                           ("heat_map", "heat map of 1,904 patients"), ("correlation", "correlation")):
            begin(f"further view: {words}")
            page.show_figures_of(key)
            if key == "by_group":
                page.views.controls.column.setCurrentIndex(page.views.controls.column.findText("her2_status"))
            page.views.ask()
            yield self.after(0.3)
            yield self.idle
            yield self.after(0.2)
        begin("moving over the heat map, selecting 20 patients")
        page.show_figures_of("heat_map")
        yield self.after(0.1)
        for name in numbers.patients[:20]:
            self.session.select_patient(name, True)
            yield self.after(0.0)
        page.show_figures_of("all")
        yield self.after(0.2)
        begin("tables sorted")
        page.show_view("table")
        for name in page.tables.names():
            page.tables.show_table(name)
            yield self.after(0.02)
            for column in range(min(3, page.tables.table.rows.columnCount())):
                page.tables.table.sortByColumn(column, self._descending())
                yield self.after(0.02)
        for view in ("methods", "warnings", "figure"):
            page.show_view(view)
            yield self.after(0.05)
        begin("export dialog opened, preview drawn")
        window.commands.export_figure()
        yield self.after(0.5)
        yield self.idle
        yield self.after(0.5)
        begin("export dialog closed")
        for dialog in window.findChildren(self._dialog_type()):
            dialog.reject()
        yield self.after(0.2)
        begin("undo and redo, 50 steps")
        for number in range(50):
            self.session.edit(self._renamed(f"study {number}"), "rename the study")
        for act in (window.commands.undo, window.commands.redo):
            for _ in range(50):
                act()
                yield self.after(0.0)
        yield self.idle

    def _window_looks(self) -> Iterator[Until]:
        window, begin = self.window, self.watch.begin
        begin("window resized 20 steps")
        for number in range(20):
            window.resize(1440 - 20 * number, 900 - 10 * number)
            yield self.after(0.01)
        window.resize(1440, 900)
        yield self.after(0.1)
        begin("dark theme and back")
        for name in ("dark", "light"):
            window.set_look(name, 100)
            yield self.after(0.2)
        begin("text size 80 to 200 %")
        for percent in (80, 90, 110, 130, 150, 175, 200, 100):
            window.set_look("light", percent)
            yield self.after(0.15)
        begin("problems panel with 5,000 notes")
        from core.problems import note

        notes = [("Import", note("note", f"sample P{number:05d} is in the expression table only",
                                 remedy="look at its name in the clinical table")) for number in range(5000)]
        window.commands.show_problems(True)
        window.problems_panel.set_problems(notes)
        yield self.after(0.3)
        window.problems_panel.verticalScrollBar().setValue(window.problems_panel.verticalScrollBar().maximum())
        yield self.after(0.3)
        begin("problems panel emptied and hidden")
        window.problems_panel.set_problems([])
        window.commands.show_problems(False)
        yield self.after(0.2)

    def _cohort(self) -> Iterator[Until]:
        from core.data.patients.cohort_rules import KeepRule

        begin, window = self.watch.begin, self.window
        begin("20 rule edits of a cohort of 1,904")
        window.go_to("cohort")
        yield self.idle
        page = window.page
        for number in range(20):
            values = ("Positive",) if number % 2 else ("Negative",)
            page.settings.rules.rules_changed.emit((KeepRule("her2_status", values),), f"rule {number}", "")
            yield self.after(0.05)
        yield self.idle
        yield self.after(0.2)

    def _large_files(self) -> Iterator[Until]:
        window, begin = self.window, self.watch.begin
        self.session.undo_stack.setClean()
        window.files.new()
        yield self.after(0.2)
        for file, words in (("large.xlsx", "xlsx, 20,000 x 200"), ("large.csv", "csv, 20,000 x 1,000")):
            begin(f"Import: {words}, looked at and read")
            window.import_files([self.folder / file])
            yield self.after(0.5)
            yield self.idle
            page = window.page
            for step in range(1, 6):
                begin(f"Import: {words}, step {step + 1}")
                page.steps.go_to_step(step)
                yield self.after(0.3)
                yield self.idle
                yield self.after(0.2)
            if file == "large.xlsx":
                begin(f"Import: {words}, closed")
                page.steps.close_draft()
                yield self.after(0.2)
        begin("Import: 20,000 x 1,000 put into the study")
        if not window.page.steps.ready:
            raise RuntimeError(window.page.steps._why_not())
        window.page.add_to_study()
        yield self.after(0.3)
        yield self.idle
        begin("project with 100 MB of data saved")
        window.files._save_to(self.folder / f"large {os.getpid()}.rtkproj")
        yield self.after(0.3)
        yield self.idle
        begin("project with 100 MB of data opened")
        window.files.open_path(self.folder / f"large {os.getpid()}.rtkproj")
        yield self.after(0.5)
        yield self.idle

    def _many_patients(self) -> Iterator[Until]:
        window, begin = self.window, self.watch.begin
        begin("study of 20,000 patients opened")
        self.session.undo_stack.setClean()
        window.go_to("start")
        window.files.open_path(self.folder / "many.toml")
        yield self.after(0.5)
        yield lambda: bool(self.session.datasets) and self.idle()
        begin("Cohort of 20,000 patients")
        window.go_to("cohort")
        yield self.after(0.3)
        yield self.idle
        yield self.after(0.3)
        begin("Cohort of 20,000 patients, every row of the table")
        window.page.show_view("table")
        yield self.after(0.2)
        window.page.table.table.sortByColumn(0, self._descending())
        yield self.after(0.2)
        window.page.show_view("figure")
        begin("command palette opened over 20,000 patients")
        window.commands.palette()
        yield self.after(0.2)
        begin("command palette typed into")
        field = window.commands._palette.field
        for text in ("P", "PA", "PAT", "PAT-0", "PAT-01", "erb", "#PAT-199", "zzqx", "death of x"):
            field.setText(text)
            yield self.after(0.03)
        window.commands._palette.close_palette()
        yield self.after(0.1)
        begin("prognosis of 20,000 patients, 100 shuffles")
        window.go_to("prognosis")
        yield self.after(0.2)
        page = window.page
        page.choice.set_parameter("permutations", 100)
        page.run()
        yield self.after(0.3)
        yield self.idle
        yield self.after(0.5)
        begin("5 receptors clicked, 20,000 patients")
        for name in page.numbers.receptors[:5]:
            page.figures.forest.view.row_clicked.emit(name)
            yield self.after(0.05)
        yield self.idle
        yield self.after(0.2)
        begin("cut dragged 10 steps, 20,000 patients")
        cuts = list(page.figures.cut.view.cut.values)
        for cut in cuts[len(cuts) // 3:][:10]:
            page.figures.cut.view.cut_moved.emit(float(cut))
            yield self.after(0.02)
        begin("heat map of 20,000 patients")
        window.page.show_figures_of("heat_map")
        window.page.views.ask()
        yield self.after(0.3)
        yield self.idle
        yield self.after(0.5)
        begin("program closed")
        self.session.undo_stack.setClean()
        window.files.is_example = False
        self.session.tried = window.files._tried_when_saved
        window.close()
        yield self.after(0.05)

    @staticmethod
    def _descending() -> Any:
        from PySide6.QtCore import Qt

        return Qt.SortOrder.DescendingOrder

    @staticmethod
    def _dialog_type() -> Any:
        from gui.widgets.export_dialog import ExportDialog

        return ExportDialog

    def _renamed(self, name: str) -> Any:
        from core.project.project import renamed

        return renamed(self.session.project, name)


def drive(folder: Path, home: Path) -> int:
    """The session itself; its stalls are the last line that is printed."""
    from gui.app import make_application, open_window

    app = make_application(["RTKscope"])
    app.setQuitOnLastWindowClosed(False)
    from benchmarks.stall_watch import StallWatch

    watch = StallWatch()
    watch.begin("window opened")
    window = open_window(app, home)
    session = Session(app, window, watch, folder)
    app.exec()
    watch.close()
    for fault in session.faults:
        print(fault, file=sys.stderr, flush=True)
    print(json.dumps([(step.name, step.worst.seconds, step.worst.words(), step.computing) for step in watch.steps]),
          flush=True)
    os._exit(1 if session.faults else 0)
