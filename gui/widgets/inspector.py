"""The settings at the right of a page: sections of its own, the form, what state the result is in, and Run.

Not for: running; it only says that the user wants to.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconButton, IconLabel, hairline, link, set_look, words
from gui.widgets.parameter_form import FieldGroup, ParameterForm

STATES = {"done": ("ok", "ok"), "stale": ("stale", "text2"), "never": ("circ", "text3"), "running": ("play", "accent"),
          "blocked": ("warn", "warn")}
WIDTH = 276


class Inspector(QFrame):
    """276 px wide; its scroll area holds sections and the form, its foot the state line and the Run button."""

    run_requested = Signal()
    reset_requested = Signal()

    def __init__(self, form: ParameterForm | None = None, parent: QWidget | None = None, *,
                 title: str = "Settings") -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName(title)
        self._title = words(title, "title")
        self.reset = link("Reset")
        self.reset.setAccessibleName("Reset all settings of this page")
        self.reset.clicked.connect(self.reset_requested)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.reset)
        self._content = QWidget()
        self._content.setObjectName("scrolled")
        self._column = QVBoxLayout(self._content)
        self._sections = QVBoxLayout()
        self._sections.setSpacing(0)
        self._column.addLayout(self._sections)
        self._column.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setProperty("plain", True)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(self._content)
        self._state_icon = IconLabel("circ", "text3", 14)
        self._state_words = words("", "help", wrap=True)
        state = QHBoxLayout()
        state.setSpacing(theme.px(6))
        state.addWidget(self._state_icon, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self._state_words, 1)
        self.run = IconButton("play", "Run", "Run", token="text")
        self.run.setObjectName("run")
        self.run.clicked.connect(self.run_requested)
        self._hint = words("Ctrl Enter", "caption", parent=self.run)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._foot = QVBoxLayout()
        self._foot.addLayout(state)
        self._foot.addWidget(self.run)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._head)
        outer.addWidget(hairline())
        outer.addWidget(self.scroller, 1)
        outer.addWidget(hairline())
        outer.addLayout(self._foot)
        self.form: ParameterForm | None = None
        self._section_groups: dict[str, FieldGroup] = {}
        self._fold_soon = QTimer(self)
        self._fold_soon.setSingleShot(True)
        self._fold_soon.setInterval(0)
        self._fold_soon.timeout.connect(self.fold)
        theme.notifier().changed.connect(self._measure)
        theme.notifier().changed.connect(self._fold_soon.start)
        self._measure()
        self.set_state("never", "Not run yet")
        if form is not None:
            self.set_form(form)

    def set_form(self, form: ParameterForm) -> None:
        """Show a form under the sections, in place of the one before."""
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = form
        self._column.insertWidget(1, form)

    def add_section(self, title: str, widget: QWidget) -> FieldGroup:
        """A group of the page's own above the form, such as the cohort and the outcome."""
        group = self._section_groups.get(title)
        if group is None:
            group = FieldGroup(title)
            self._section_groups[title] = group
            group.add_line()
            self._sections.addWidget(group)
        group.add_widget(widget)
        return group

    def set_state(self, state: str, sentence: str, *, can_run: bool = True, why_not: str = "") -> None:
        """Say how the result stands.

        Parameters
        ----------
        state : str
            "done", "stale", "never", "running" or "blocked". Run is primary when there is something to run.
        sentence : str
            "Up to date. Ran 14:01 in 3.2 s, seed 1".
        can_run : bool
            False greys Run; ``why_not`` then explains in its tooltip, for instance "Run needs a follow-up column".
        """
        icon, token = STATES[state]
        self._state_icon.set_icon(icon, token)
        self._state_words.setText(sentence)
        again = state in ("done", "stale")
        self.run.setText("Run again" if again else "Run")
        enabled = can_run and state not in ("running", "blocked")
        primary = state in ("stale", "never") and enabled
        set_look(self.run, "role", "primary" if primary else "")
        self.run.set_icon("play", "onaccent" if primary else "text")
        set_look(self._hint, "role", "onaccent" if primary else "caption")
        self.run.setEnabled(enabled)
        self.run.setToolTip((why_not or sentence) if not enabled else "Run this analysis (Ctrl+Enter)")
        self.run.setAccessibleName(self.run.text())
        self.run.setAccessibleDescription(why_not if not enabled else sentence)
        self._place_hint()
        QAccessible.updateAccessibility(QAccessibleEvent(self._state_words, QAccessible.Event.NameChanged))

    def state_text(self) -> str:
        """The state line."""
        return self._state_words.text()

    def is_primary(self) -> bool:
        """True while Run is the one thing to do."""
        return bool(self.run.property("role") == "primary")

    def set_run_visible(self, visible: bool) -> None:
        """For pages whose settings act at once."""
        self.run.setVisible(visible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_hint()
        if event.size().height() != event.oldSize().height():
            self._fold_soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fold_soon.start()

    def fold(self) -> None:
        """Close groups from the bottom where the window is too low for all; their heads then show their values."""
        if self.form is not None and self.isVisible():
            self.form.fold_to(self.scroller.viewport().height() - self._sections.sizeHint().height())

    def _place_hint(self) -> None:
        metrics = self.run.fontMetrics()
        words_width = metrics.horizontalAdvance(self.run.text()) + theme.px(22)
        self._hint.adjustSize()
        room = (self.run.width() - words_width) // 2
        self._hint.setVisible(room > self._hint.width() + theme.px(8))
        self._hint.move((self.run.width() + words_width) // 2 + theme.px(6),
                        (self.run.height() - self._hint.height()) // 2)

    def _measure(self) -> None:
        self.setFixedWidth(theme.px(WIDTH))
        self._head.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        self._column.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        self._column.setSpacing(0)
        self._foot.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(12))
        self._foot.setSpacing(theme.px(8))
        self._place_hint()
