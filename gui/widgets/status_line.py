"""The line at the bottom: problems, selection, tests tried, the job that runs, and that data stay here.

Not for: counting anything; it shows what it is told.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QWidget

from gui import theme
from gui.widgets.labels import IconButton, IconLabel, link, set_look, words
from gui.widgets.state_views import ProgressBar, time_left

OFFLINE = "Offline. Data stay on this computer"
SAY_MS = 6000


class StatusLine(QStatusBar):
    """Setters in, signals out."""

    problems_requested = Signal()
    selection_requested = Signal()
    tried_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setAccessibleName("Status")
        self.problems = IconButton("ok", "Problems", "No problems", token="ok", size=15)
        self.selection = IconButton("user", "Selection", "", size=15)
        self.tried = IconButton("", "Tests tried in this study", "")
        for button in (self.problems, self.selection, self.tried):
            set_look(button, "role", "status")
        self.problems.clicked.connect(self.problems_requested)
        self.selection.clicked.connect(self.selection_requested)
        self.tried.clicked.connect(self.tried_requested)
        self._selected = ""
        self._tried = ("", "")
        self._offline_words = (OFFLINE, "Offline")
        self._said = words("")
        self._job = QWidget()
        self._job_words = words("")
        self.bar = ProgressBar()
        self._job_left = words("")
        self.cancel = link("Cancel")
        self.cancel.clicked.connect(self.cancel_requested)
        job = QHBoxLayout(self._job)
        job.setContentsMargins(0, 0, 0, 0)
        job.setSpacing(theme.px(8))
        for part in (self._job_words, self.bar, self._job_left, self.cancel):
            job.addWidget(part)
        self._offline_box = offline = QWidget()
        offline.setToolTip(OFFLINE)
        lock = QHBoxLayout(offline)
        self._lock = lock
        lock.setSpacing(theme.px(6))
        self._where = IconLabel("lock", "text2", 14)
        lock.addWidget(self._where)
        self._offline = words(OFFLINE)
        lock.addWidget(self._offline)
        for part in (self.problems, self.selection, self.tried):
            self.addWidget(part)
        self.addWidget(self._said, 1)
        self.addPermanentWidget(self._job)
        self.addPermanentWidget(offline)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAY_MS)
        self._timer.timeout.connect(self._said.clear)
        self._fit_soon = QTimer(self)
        self._fit_soon.setSingleShot(True)
        self._fit_soon.setInterval(0)
        self._fit_soon.timeout.connect(self._fit)
        theme.notifier().changed.connect(self._measure)
        theme.notifier().changed.connect(self._fit_soon.start)
        self._measure()
        self.set_problems(0)
        self.set_selection("")
        self.set_tried(0, 0)
        self.clear_job()

    def set_problems(self, problems: int, warnings: int = 0) -> None:
        """How many unseen problems and warnings there are."""
        total = problems + warnings
        text = "No problems" if not total else f"{total:,} problem{'s' if total != 1 else ''}"
        icon, token = ("err", "err") if problems else ("warn", "warn") if warnings else ("ok", "ok")
        self.problems.setText(text)
        self.problems.set_icon(icon, token)
        set_look(self.problems, "look", "error" if problems else "warn" if warnings else "")
        self.problems.setAccessibleName(f"{text}. Open the list")
        self._fit()
        self.problems.setToolTip("Problems, each with its place and remedy (F6)")

    def set_cluster(self, address: str) -> None:
        """Where values of the data are sent to be computed with; empty when they stay here."""
        self._offline_words = (f"Analyses are sent to {address}", "Cluster") if address else (OFFLINE, "Offline")
        self._offline_box.setToolTip(self._offline_words[0])
        self._where.set_icon("export" if address else "lock")
        self._fit()

    def set_selection(self, text: str) -> None:
        """ "Selected: P017 in 5 figures"; empty when nothing is selected."""
        self._selected = text
        self.selection.setAccessibleName(text or "Nothing selected")
        self.selection.setToolTip("Show the selected in the palette; Esc clears the selection")
        self.selection.setVisible(bool(text))
        self._fit()

    def set_tried(self, paid: int, unpaid: int) -> None:
        """The two counts of the ledger, which are never added up."""
        text = ("Tests tried in this study: 0" if not paid and not unpaid else
                f"Tests tried in this study: {paid:,} paid for by a correction, {unpaid:,} not")
        self._tried = (text, f"Tried: {paid:,} paid, {unpaid:,} not")
        self._fit()
        self.tried.setAccessibleName(f"{text}. Open the ledger")
        self.tried.setToolTip("What was tried, and which of it no correction pays for")

    def set_job(self, job_words: str, fraction: float, seconds_left: float | None = None) -> None:
        """What runs now and how far it is, 0 to 1."""
        fresh = self._job.isHidden()
        self._job.show()
        self._job_words.setText(job_words)
        self._job_left.setText(time_left(seconds_left))
        if fresh:
            self.bar.show_fraction(0.0)
        self.bar.setAccessibleName(job_words)
        self.bar.show_fraction(fraction, job_words)
        self.cancel.setAccessibleName(f"Cancel: {job_words}")
        self._job.setToolTip(job_words)
        self._fit()

    def clear_job(self, ended: str = "") -> None:
        """Nothing runs any more; ``ended`` is said for a few seconds."""
        if not self._job.isHidden() and ended:
            self.bar.show_fraction(1.0, ended)
        self._job.hide()
        self._fit()
        if ended:
            self.say(ended)

    def job_text(self) -> str:
        """What runs, and the time left; empty when nothing does."""
        if self._job.isHidden():
            return ""
        return ", ".join(part for part in (self._job_words.text(), self._job_left.text()) if part)

    def say(self, text: str) -> None:
        """Say something for a few seconds, in the place between the counts and the job."""
        self._said.setText(text)
        self._said.setAccessibleName(text)
        if text:
            self._timer.start()
            QAccessible.updateAccessibility(QAccessibleEvent(self._said, QAccessible.Event.Alert))

    def said(self) -> str:
        """What is being said."""
        return self._said.text()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(28))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say less where there is little room; the whole sentence stays in the tooltip and for screen readers."""
        for level in range(5):
            self._offline.setText(self._offline_words[0 if level < 1 else 1])
            self.tried.setText(self._tried[0] if level < 2 else self._tried[1])
            self._job_words.setVisible(level < 3)
            self._job_left.setVisible(level < 4)
            self.selection.setText(self._selected if level < 4 else "")
            if self._needed() <= self.width():
                return

    def _needed(self) -> int:
        parts: list[QWidget] = [self.problems, self.selection, self.tried, self._offline]
        if not self._job.isHidden():
            parts += [self._job_words, self.bar, self._job_left, self.cancel]
        for part in parts:
            part.ensurePolished()
        widths = (max(part.sizeHint().width(), part.minimumWidth()) for part in parts if not part.isHidden())
        return sum(width + theme.px(8) for width in widths) + theme.px(66)

    def _measure(self) -> None:
        self.setMinimumHeight(theme.px(28))
        self._lock.setContentsMargins(theme.px(8), 0, theme.px(12), 0)
        self.bar.setFixedSize(theme.px(110), theme.px(8))
        for label in (self._said, self._job_words):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
