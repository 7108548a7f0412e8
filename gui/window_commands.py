"""What the window's commands do, one method per key of actions.py.

Not for: building the window (main_window.py), whole studies (file_commands.py), or what pages do themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QLineEdit

from core.figures.figure_settings import FigureSettings
from core.project.project import renamed, with_figure
from core.project.simulated_data import simulated_throughout
from core.project.study import Study
from gui import theme
from gui.computing import ask_place
from gui.information import about_words, shortcut_rows, show_text, tried_rows
from gui.preferences import save_preferences
from gui.problem_view import ask, tell
from gui.save_path import ask_save_path
from gui.widgets.reading_order import stops_of

if TYPE_CHECKING:
    from core.figures.spec import FigureSpec
    from core.jobs import JobContext
    from core.problems import Problem
    from gui.main_window import MainWindow
    from gui.session import Outcome
    from gui.widgets.command_palette import CommandPalette, PaletteEntry
    from gui.widgets.planner_dialog import PlannerDialog

TEXT_STEP = 10


class WindowCommands(QObject):
    """See the module."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._palette: CommandPalette | None = None

    # File

    def new_study(self) -> None:
        self._window.files.new()

    def open_study(self) -> None:
        self._window.files.ask_and_open()

    def open_example(self) -> None:
        self._window.files.open_example()

    def save(self) -> None:
        self._window.files.save()

    def save_as(self) -> None:
        self._window.files.save_as()

    def save_study_file(self) -> None:
        self._window.files.save_study_file()

    def close_study(self) -> None:
        self._window.files.new()

    def quit(self) -> None:
        self._window.close()

    def export_workbook(self) -> None:
        """All finished analyses of the study in one workbook, as `run` writes it."""
        window = self._window
        if not self._finished()[1]:
            tell(window, "There is nothing to write yet", (_no_results(),))
            return
        folder = Path(window.preferences.last_folder or Path.home())
        ask_save_path(window, "Export workbook", folder / "results.xlsx", ".xlsx", "Excel workbooks (*.xlsx)",
                      self.write_workbook)

    def write_workbook(self, path: Path) -> None:
        """Write it off the GUI thread; the file appears whole."""
        window = self._window
        study, outcomes = self._finished()
        datasets = dict(window.session.datasets)

        def work(job: JobContext) -> tuple[Problem, ...]:
            from core.batch import save_run_workbook
            from core.study_runner import StudyRun

            run = StudyRun(study, datasets, [outcome.result for outcome in outcomes.values()],
                           {name: outcome.chosen for name, outcome in outcomes.items()})
            for dataset in datasets.values():
                run.problems += [*dataset.unusable, *dataset.findings]
            run.problems += [problem for outcome in outcomes.values() for problem in outcome.result.warnings]
            run.problems = list({problem.line(): problem for problem in run.problems}.values())
            return save_run_workbook(run, path)

        window.preferences.last_folder = str(path.parent)
        window.session.jobs.submit(
            f"Writing {path.name}", work, owner=self, lane="files",
            done=lambda _: window.status.say(written_words([path])),
            failed=lambda problems: tell(window, "The workbook was not written", problems))

    def _finished(self) -> tuple[Study, dict[str, Outcome]]:
        """The study with its finished, up-to-date analyses, and their outcomes."""
        session = self._window.session
        study = session.project.study
        outcomes = {spec.name: outcome for spec in study.analyses
                    if (outcome := session.outcome(spec.name)) is not None and not session.is_stale(spec.name)}
        return replace(study, analyses=tuple(a for a in study.analyses if a.name in outcomes)), outcomes

    # Edit

    def undo(self) -> None:
        self._window.session.undo_stack.undo()

    def redo(self) -> None:
        self._window.session.undo_stack.redo()

    def paste(self) -> None:
        mime: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None is what an empty clipboard can give
        if mime is None or not self._window.paste(mime):
            self._window.status.say("The clipboard holds no table. Copy cells in the spreadsheet first.")

    def rename(self) -> None:
        session = self._window.session
        name, given = QInputDialog.getText(self._window, "Rename the study", "Name of the study",
                                           QLineEdit.EchoMode.Normal, session.project.name)
        if given and name.strip():
            session.edit(renamed(session.project, name.strip()), "rename the study")

    def find(self) -> None:
        self._window.page.find_in_page()

    def clear_selection(self) -> None:
        self._window.session.select(patients=(), receptor="", group="")

    def compute(self) -> None:
        ask_place(self._window)

    def escape(self) -> None:
        """Close the palette, then clear the selection, then offer to stop the running work."""
        session = self._window.session
        if self._palette is not None and self._palette.isVisible():
            self._palette.close_palette()
        elif session.selection.patients or session.selection.group:
            session.select(patients=(), group="")
        elif session.jobs.active:
            ask(self._window, "Stop the running work?", session.jobs.active[0].words,
                [("Stop it", self.cancel_job)])

    def palette(self) -> None:
        if self._palette is None:
            from gui.widgets.command_palette import CommandPalette

            self._palette = CommandPalette(self._window)
            self._palette.chosen.connect(self._chosen)
        from gui.palette_entries import palette_entries

        self._palette.set_entries(palette_entries(self._window))
        self._palette.open_palette()

    def _chosen(self, entry: PaletteEntry, own_page: bool) -> None:
        window = self._window
        kind, _, what = entry.key.partition(":")
        if kind == "page":
            window.go_to(what)
        elif kind == "patient":
            window.session.select(patients=(what,))
            if own_page:
                window.go_to("cohort")
        elif kind == "rtk":
            window.session.select(receptor=what)
            if own_page:
                window.go_to("prognosis")
        elif kind == "action":
            window.actions_by_key[what].trigger()
        elif kind == "command":
            for command in window.page.commands():
                if command.key == what and command.enabled:
                    command.act()

    # View

    def text_larger(self) -> None:
        self._window.set_look(theme.current().name, min(200, theme.percent() + TEXT_STEP))

    def text_smaller(self) -> None:
        self._window.set_look(theme.current().name, max(80, theme.percent() - TEXT_STEP))

    def text_normal(self) -> None:
        self._window.set_look(theme.current().name, 100)

    def dark(self, on: bool) -> None:
        self._window.set_look("dark" if on else "light", theme.percent())

    def show_inspector(self, on: bool) -> None:
        self._window.preferences.inspector_hidden = not on
        self._window.fold()

    def show_rail(self, on: bool) -> None:
        self._window.preferences.rail_hidden = not on
        self._window.fold()

    def show_problems(self, on: bool) -> None:
        self._window.problems_panel.setVisible(on)
        self._window.fold()
        if on:
            self._window.problems_panel.setFocus()

    def next_area(self, step: int = 1) -> None:
        areas = self._window.widget_areas()
        focus = QGuiApplication.focusObject()
        here = next((number for number, area in enumerate(areas) if area is focus or (
            isinstance(focus, QObject) and _is_inside(focus, area))), -1)
        chosen = areas[(here + step) % len(areas)]
        target = next(stops_of(chosen), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def previous_area(self) -> None:
        self.next_area(-1)

    # Data and Analysis

    def import_data(self) -> None:
        self._window.import_files(())

    def reload(self) -> None:
        for spec in self._window.session.project.study.datasets:
            self._window.loader.reload(spec)

    def why_left_out(self) -> None:
        self._window.go_to("cohort")
        self._window.page.find_in_page()

    def run(self) -> None:
        self._window.page.run()

    def lock_subset(self) -> None:
        """Show what a lock of the best set would hold."""
        self._window.go_to("subset")
        self._window.page.locking.lock()  # type: ignore[attr-defined]

    def cancel_job(self) -> None:
        for job in self._window.session.jobs.active[:1]:
            job.cancel()

    def plan(self) -> PlannerDialog:
        """The planner, for the kind of evidence of the page that is shown."""
        from gui.planning import plan_for

        window = self._window
        return plan_for(window.session, window, window.page.KEY, export=self.export, say=window.status.say)

    def tried(self) -> None:
        show_text(self._window, "What was tried in this study", tried_rows(self._window.session.tried))

    # Figure

    def export_figure(self) -> None:
        figure = self._window.page.figure()
        if figure is None:
            tell(self._window, "There is no figure to export here", (_no_results(),))
        else:
            self.export(*figure)

    def export(self, spec: FigureSpec, key: str) -> None:
        """The export dialog of one figure; what is set in it is an undoable edit."""
        from gui.widgets.export_dialog import ExportDialog

        window = self._window
        session = window.session
        settings = session.project.figures.get(key)
        dialog = ExportDialog(
            spec, settings or FigureSettings(), suggested_folder=Path(window.preferences.last_folder or Path.home()),
            submit=session.jobs.submit, simulated=simulated_throughout(session.project.study),
            facts=(("Study", session.project.name),), parent=window)

        def keep(changed: FigureSettings) -> None:
            session.edit(with_figure(session.project, key, changed), f"set up the export of {spec.title}",
                         f"export {key}")

        def exported(paths: Sequence[Path]) -> None:
            if paths:
                window.preferences.last_folder = str(paths[0].parent)
                save_preferences(window.preferences, window.home)
                window.status.say(written_words(paths))

        dialog.finished.connect(dialog.deleteLater)
        dialog.settings_changed.connect(keep)
        dialog.exported.connect(exported)
        dialog.open()

    def copy_figure(self) -> None:
        figure = self._window.page.figure()
        if figure is not None:
            from gui.widgets.picture_clipboard import copy_picture_and_data

            session, status = self._window.session, self._window.status
            copy_picture_and_data(
                figure[0], session.jobs.submit, self._window, settings=session.project.figures.get(figure[1]),
                done=status.say, failed=self._not_copied)

    def _not_copied(self, problems: tuple[Problem, ...]) -> None:
        tell(self._window, "Nothing was copied", problems)

    # Window and Help

    def next_page(self, step: int = 1) -> None:
        from gui.page_list import PAGES

        keys = [entry.key for entry in PAGES]
        self._window.go_to(keys[(keys.index(self._window.current_key) + step) % len(keys)])

    def previous_page(self) -> None:
        self.next_page(-1)

    def shortcuts(self) -> None:
        show_text(self._window, "Keyboard shortcuts", shortcut_rows())

    def about(self) -> None:
        show_text(self._window, "About RTKscope", about_words())


def _is_inside(inner: QObject, outer: QObject) -> bool:
    parent: QObject | None = inner
    while parent is not None:
        if parent is outer:
            return True
        parent = parent.parent()
    return False


def _no_results() -> Problem:
    from core.problems import warning

    return warning("no_results", "no analysis is finished and up to date on this page",
                   remedy="run one first (Ctrl+Enter on its page)")


def written_words(paths: Sequence[Path]) -> str:
    """What was written and where, short enough for the line: one name with its endings, and the folder's name."""
    stems = {path.stem for path in paths}
    names = f"{paths[0].stem} ({', '.join(path.suffix.removeprefix('.') for path in paths)})" \
        if len(paths) > 1 and len(stems) == 1 else ", ".join(path.name for path in paths)
    return f"Wrote {names} to {paths[0].parent.name or paths[0].parent}"
