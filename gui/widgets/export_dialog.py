"""Export figure: preview on a ruler, size and lettering, files, what a journal would say, description, and the files.

Cancel changes nothing: the settings are given to the page only when something was exported or copied with them.
Not for: drawing (export_jobs.py) or undo (the page turns ``settings_changed`` into an edit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.figures.figure_settings import FigureSettings
from core.figures.file_names import file_stem
from gui import theme
from gui.widgets.edited_words import EditedWords
from gui.widgets.export_checks import ExportChecks
from gui.widgets.export_form import ExportForm
from gui.widgets.export_jobs import Preview, Submit, check_figure, draw_preview, problem_of, write_files
from gui.widgets.export_preview import ExportPreview
from gui.widgets.export_words import button_words, export_tip, file_words, folder_question, mended, surface
from gui.widgets.labels import IconButton, hairline, words
from gui.widgets.notice_bar import NoticeBar
from gui.widgets.picture_clipboard import copy_picture_and_data
from gui.widgets.screen_room import screen_room

if TYPE_CHECKING:
    from core.figures.preflight import Check
    from core.figures.spec import FigureSpec
    from core.problems import Problem

WAIT_MS = 150
"""A burst of edits is drawn once, when it has paused this long."""
RIGHT_WIDTH = 368
WIDE, TALL = 1064, 716


class ExportDialog(QDialog):
    """One figure on its way to files.

    Parameters
    ----------
    spec : FigureSpec
        As the analysis made it; never changed.
    settings : FigureSettings
        As kept in the project.
    suggested_folder : Path
        Where the files would go; asked for at each export.
    submit : callable
        ``JobRunner.submit``.
    simulated : bool
        True when the study holds simulated data.
    facts : sequence of (what, value)
        Rows for the workbook: study, analysis, cohort.
    """

    exported = Signal(object)
    """list of Path"""
    settings_changed = Signal(object)
    """FigureSettings"""
    copied = Signal(str)

    def __init__(self, spec: FigureSpec, settings: FigureSettings, *, suggested_folder: Path, submit: Submit,
                 simulated: bool = False, facts: Sequence[tuple[str, Any]] = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self._submit = submit
        self._simulated = simulated
        self._facts = tuple(facts)
        self._round = 0
        self._drawing: Any = None
        self._checking: Any = None
        self._exporting: Any = None
        self.folder = suggested_folder
        self.folder_dialog: QFileDialog | None = None
        self.setWindowTitle(f"Export figure: {spec.title}")
        self.setObjectName("export")
        self._build(settings)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._draw)
        self._connect()
        self._say_files()
        self._draw()
        self.export_button.setFocus()

    @property
    def settings(self) -> FigureSettings:
        """What would be exported now."""
        return self.form.settings

    def sizeHint(self) -> QSize:
        screen = screen_room(self)
        return QSize(min(theme.px(WIDE), screen.width() - 40), min(theme.px(TALL), screen.height() - 60))

    # building

    def _build(self, settings: FigureSettings) -> None:
        self.form = ExportForm(settings)
        self.checks = ExportChecks()
        self.preview = ExportPreview(self._spec.badge)
        self.described = EditedWords("Described as", lines=3)
        self.caption = EditedWords("Caption", lines=3)
        self.notice = NoticeBar()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        halves = QHBoxLayout()
        halves.setSpacing(0)
        left = QWidget()
        left.setObjectName("page")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.preview, 1)
        column.addWidget(hairline())
        column.addWidget(self._words_area())
        halves.addWidget(left, 1)
        halves.addWidget(hairline(upright=True))
        halves.addWidget(self._settings_area())
        outer.addLayout(halves, 1)
        outer.addWidget(self.notice)
        outer.addWidget(hairline())
        outer.addWidget(self._footer())
        self._show_words()

    def _words_area(self) -> QWidget:
        area = surface()
        column = QVBoxLayout(area)
        column.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        column.setSpacing(theme.px(6))
        column.addWidget(self.described)
        column.addWidget(self.caption)
        return area

    def _settings_area(self) -> QWidget:
        inner = surface()
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(12))
        column.addWidget(self.form)
        column.addWidget(hairline())
        column.addWidget(self.checks)
        column.addStretch(1)
        area = QScrollArea()
        area.setProperty("plain", True)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(theme.px(RIGHT_WIDTH))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("Size, files and checks")
        whole = surface()
        around = QVBoxLayout(whole)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(area)
        return whole

    def _footer(self) -> QWidget:
        footer = surface()
        line = QHBoxLayout(footer)
        line.setContentsMargins(theme.px(16), theme.px(11), theme.px(16), theme.px(11))
        line.setSpacing(theme.px(8))
        self.copy_button = IconButton("copy", "Copy picture and data", "Copy picture and data")
        self.copy_button.setToolTip("The picture for slides and letters, the numbers for a spreadsheet")
        self.where = words("", "help")
        self.where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cancel_button = QPushButton("Cancel")
        self.export_button = QPushButton("Export\u2026")
        self.export_button.setProperty("role", "primary")
        for button in (self.copy_button, self.cancel_button, self.export_button):
            button.setAutoDefault(False)
        line.addWidget(self.copy_button)
        line.addWidget(self.where, 1)
        line.addWidget(self.cancel_button)
        line.addWidget(self.export_button)
        return footer

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.checks.acted.connect(self.act_on)
        self.described.edited.connect(lambda text: self.form.change(alt_text=text))
        self.caption.edited.connect(lambda text: self.form.change(caption=text))
        self.copy_button.clicked.connect(self.copy)
        self.cancel_button.clicked.connect(self.reject)
        self.export_button.clicked.connect(self.ask_where)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.ask_where)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

    # preview and checks

    def _changed(self, settings: FigureSettings) -> None:
        self._round += 1
        self._say_files()
        self.checks.set_checking()
        self._timer.start()

    def _draw(self) -> None:
        """Draw the preview; the round says whether the answer is still wanted when it comes."""
        self._stop(self._drawing)
        self._stop(self._checking)
        number = self._round
        self.checks.set_checking()
        self._drawing = self._submit(
            "Drawing the preview", partial(draw_preview, self._spec, self.settings, self.form.dpi()),
            done=partial(self._drawn, number), failed=partial(self._not_drawn, number), owner=self, lane="files")

    def _drawn(self, number: int, preview: Preview) -> None:
        if number != self._round:
            return
        spec = preview.spec
        self.preview.show_preview(preview, self.form.dpi())
        self.form.show_actual(spec.width_mm, spec.height_mm, spec.text_pt)
        self._show_words()
        self._say_files()
        self._checking = self._submit(
            "Checking the figure", partial(check_figure, spec, self.settings, self.form.formats(), self.form.dpi(),
                                           self._simulated),
            done=partial(self._checked, number), owner=self, lane="files")

    def _not_drawn(self, number: int, problems: tuple[Problem, ...]) -> None:
        if number == self._round:
            self.preview.show_problem(problem_of(problems))
            self._say_files()

    def _checked(self, number: int, checks: tuple[Check, ...]) -> None:
        if number == self._round:
            self.checks.set_checks(checks)
            for button in self.checks.links.values():
                button.setAutoDefault(False)
            self._say_files()

    def _show_words(self) -> None:
        self.described.set_words(self._spec.alt_text, self.settings.alt_text)
        self.caption.set_words(self._spec.caption, self.settings.caption)

    @staticmethod
    def _stop(job: Any) -> None:
        if job is not None:
            job.cancel()

    # remedies

    def act_on(self, check: Check) -> None:
        """Do what the link of a check says."""
        if check.action == "view":
            self.preview.see_as(str(check.value))
        elif check.action == "edit caption":
            self.caption.open()
        else:
            self.form.change(**mended(check, self.form.formats()))
            self._show_words()

    # files

    def stem(self) -> Path:
        """Folder and name of the files, without ending."""
        return self.folder / file_stem(self._spec.name)

    def _say_files(self) -> None:
        formats = self.form.formats()
        stem, too_small = self.stem(), self.preview.problem.text()
        self.export_button.setText(button_words(len(formats)))
        self.where.setText(file_words(stem, formats))
        self.where.setToolTip(str(stem.parent))
        self.export_button.setEnabled(bool(formats) and not too_small and self._exporting is None)
        self.copy_button.setEnabled(not too_small)
        self.export_button.setToolTip(export_tip(formats, too_small, self.checks.open_words()))
        self.export_button.setAccessibleDescription(self.export_button.toolTip())

    def ask_where(self) -> None:
        """Ask for the folder, then write."""
        if not self.export_button.isEnabled() or self.folder_dialog is not None:
            return
        for field in (self.described, self.caption):
            if field.editing:
                field.close_field(keep=True)
        start = self.folder if self.folder.is_dir() else Path.home()
        dialog = folder_question(self, start)
        dialog.fileSelected.connect(lambda chosen: self.export_to(Path(chosen)))
        dialog.finished.connect(self._asked)
        self.folder_dialog = dialog
        dialog.open()

    def _asked(self, _result: int) -> None:
        if self.folder_dialog is not None:
            self.folder_dialog.deleteLater()
            self.folder_dialog = None

    def export_to(self, folder: Path, *, may_replace: bool = False) -> None:
        """Write the files into a folder, off the GUI thread."""
        if self._exporting is not None:
            return
        self.folder = folder
        self.notice.hide()
        self._stop(self._drawing)
        self._stop(self._checking)
        self._exporting = self._submit(
            f"Exporting {self._spec.title}",
            partial(write_files, self._spec, self.settings, self.stem(), self.form.formats(), self.form.dpi(),
                    may_replace, self._facts),
            done=self._exported, failed=self._not_exported, stopped=self._stopped, owner=self, lane="files")
        self._say_files()
        self.export_button.setText("Exporting\u2026")

    def _exported(self, paths: tuple[Path, ...]) -> None:
        self._exporting = None
        self.settings_changed.emit(self._kept())
        self.exported.emit(list(paths))
        self.accept()

    def _not_exported(self, problems: tuple[Problem, ...]) -> None:
        self._exporting = None
        self._say_files()
        standing = any(problem.code == "file_exists" for problem in problems)
        self.notice.say("warn" if standing else "error", problem_of(problems), (
            ("Replace", lambda: self.export_to(self.folder, may_replace=True)),
            ("Choose another folder\u2026", self.ask_where)) if standing else (
            ("Try again", lambda: self.export_to(self.folder)), ("Choose another folder\u2026", self.ask_where)))

    def _stopped(self) -> None:
        self._exporting = None
        self._say_files()

    def _kept(self) -> FigureSettings:
        return replace(self.settings, formats=self.form.formats())

    def copy(self) -> None:
        """Picture and numbers to the clipboard."""
        self.copy_button.setEnabled(False)
        copy_picture_and_data(self._spec, self._submit, self, settings=self.settings, dpi=self.form.dpi(),
                              done=self._copied, failed=self._not_copied)

    def _copied(self, said: str) -> None:
        self.copy_button.setEnabled(True)
        self.notice.say("ok", said)
        self.settings_changed.emit(self._kept())
        self.copied.emit(said)

    def _not_copied(self, problems: tuple[Problem, ...]) -> None:
        self.copy_button.setEnabled(True)
        self.notice.say("error", problem_of(problems))

    # keyboard and closing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the focused button and ends typing a number; it never exports by accident."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            elif isinstance(focused, QAbstractSpinBox):
                focused.interpretText()
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Esc and Cancel: a running export is stopped first, then the dialog closes."""
        if self._exporting is not None:
            self._stop(self._exporting)
            return
        self._end()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._end()
        super().closeEvent(event)

    def _end(self) -> None:
        self._timer.stop()
        self._round += 1
        for job in (self._drawing, self._checking, self._exporting):
            self._stop(job)
