"""What a page shows instead of, or above, its figures: nothing yet, running, a banner with one remedy.

Not for: the words themselves; a page knows what is missing and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui import theme
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.labels import IconLabel, WordFrame, link, set_look, unmarked, words

BANNERS = {"info": ("info", "accent"), "warn": ("warn", "warn"), "error": ("err", "err"), "ok": ("ok", "ok"),
           "stale": ("stale", "accent")}
WIDEST = 440
Action = tuple[str, str, bool]


def time_left(seconds: float | None) -> str:
    """ "1 min 40 s left"; empty while it is too early to say."""
    if seconds is None or seconds < 0:
        return ""
    whole = round(seconds)
    if whole < 1:
        return "under 1 s left"
    if whole < 60:
        return f"{whole} s left"
    minutes, rest = divmod(whole, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min left"
    if minutes >= 5:
        return f"{minutes + (rest >= 30)} min left"
    return f"{minutes} min {rest} s left" if rest else f"{minutes} min left"


class _Column(QScrollArea):
    """Left aligned, in the middle of the height, never wider than a readable line; scrolls where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("plain", True)
        content = QWidget()
        content.setObjectName("scrolled")
        self.setWidget(content)
        self._outer = QHBoxLayout(content)
        self._inner = QWidget()
        self._inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._outer.addWidget(self._inner, 100)
        self._outer.addStretch(1)
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        theme.notifier().changed.connect(self._measure)

    def _measure(self) -> None:
        margin = theme.px(20)
        self._outer.setContentsMargins(margin, theme.px(8), margin, theme.px(16))
        self._inner.setMaximumWidth(theme.px(WIDEST))


class EmptyState(_Column):
    """An icon, what is, why and where, and what to do: at most one primary action."""

    acted = Signal(str)

    def __init__(self, icon: str = "table", title: str = "", text: str = "", actions: Sequence[Action] = (), *,
                 token: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon, token, 26)
        self._title = words(title, "answer", wrap=True)
        self._text = words(text, "help", wrap=True)
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons, gap=8)
        self._column.addStretch(1)
        for part in (self._icon, self._title, self._text, self._buttons):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.set_state(icon, title, text, actions, token=token)
        self._measure()

    def set_state(self, icon: str, title: str, text: str, actions: Sequence[Action] = (), *,
                  token: str = "accent") -> None:
        """Say something else; ``actions`` are (label, key, primary), and ``acted`` speaks the key."""
        self._icon.set_icon(icon, token)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for label, key, primary in actions:
            button = QPushButton(unmarked(label))
            button.setObjectName(key)
            if primary:
                button.setProperty("role", "primary")
            button.clicked.connect(self._act)
            self._flow.addWidget(button)
        self._buttons.setVisible(bool(actions))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def buttons(self) -> tuple[QPushButton, ...]:
        """The actions as they stand there, in order."""
        found = (item.widget() for at in range(self._flow.count()) if (item := self._flow.itemAt(at)) is not None)
        return tuple(button for button in found if isinstance(button, QPushButton))

    def _act(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.acted.emit(sender.objectName())

    def _measure(self) -> None:
        super()._measure()
        self._title.setContentsMargins(0, theme.px(10), 0, theme.px(4))
        self._flow.setContentsMargins(0, theme.px(12), 0, 0)


class RunningState(_Column):
    """What is being done and how much, with a bar, the time left and two or three ways out."""

    cancel_requested = Signal()
    keep_requested = Signal()
    elsewhere_requested = Signal()

    def __init__(self, title: str = "", text: str = "", *, cancel: str = "Cancel", elsewhere: str = "Work elsewhere",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = words(title, "answer", wrap=True)
        self._text = words(text, "help", wrap=True)
        self._bar = ProgressBar()
        self._left = words("", "caption", wrap=True)
        self._cancel = QPushButton(cancel)
        self._elsewhere = QPushButton(elsewhere)
        self._keep = QPushButton()
        self._keep.setVisible(False)
        self._cancel.clicked.connect(self.cancel_requested)
        self._keep.clicked.connect(self.keep_requested)
        self._elsewhere.clicked.connect(self.elsewhere_requested)
        buttons = QWidget()
        self._flow = FlowLayout(buttons, gap=8)
        for button in (self._keep, self._cancel, self._elsewhere):
            self._flow.addWidget(button)
        self._column.addStretch(1)
        for part in (self._title, self._text, self._bar, self._left, buttons):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self.set_words(title, text)
        self._measure()

    def set_words(self, title: str, text: str = "") -> None:
        """What is being done, and what that means."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._bar.setAccessibleName(title or "Progress")

    def set_keep(self, text: str) -> None:
        """Offer to stop and keep what is done, in these words; without words there is nothing worth keeping."""
        self._keep.setText(text)
        self._keep.setVisible(bool(text))

    def set_progress(self, fraction: float, progress_words: str = "", seconds_left: float | None = None,
                     so_far: str = "") -> None:
        """How much is done (0 to 1), what just now ("Shuffling outcomes, 612 of 1,000"), and first results."""
        if progress_words:
            self._title.setText(progress_words)
        self._bar.show_fraction(fraction, progress_words)
        parts = [part for part in (time_left(seconds_left), so_far) if part]
        self._left.setText(". ".join(parts) or "Working out the time left")

    def _measure(self) -> None:
        super()._measure()
        self._text.setContentsMargins(0, theme.px(4), 0, 0)
        self._left.setContentsMargins(0, theme.px(7), 0, 0)
        self._bar.setFixedHeight(theme.px(8))
        self._column.setSpacing(theme.px(5))
        self._flow.setContentsMargins(0, theme.px(7), 0, 0)


class ProgressBar(QProgressBar):
    """An 8 px bar that is announced at 25, 50, 75 % and at the end, and at no other time."""

    announced = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 1000)
        self.setTextVisible(False)
        self.setAccessibleName("Progress")
        self._quarter = 0

    def show_fraction(self, fraction: float, progress_words: str = "") -> None:
        """Show a share from 0 to 1; a smaller one than before begins anew."""
        share = min(max(fraction, 0.0), 1.0)
        quarter = int(share * 4)
        self.setValue(round(share * 1000))
        if quarter > self._quarter:
            self.setAccessibleDescription(f"{progress_words}: {quarter * 25} %" if progress_words
                                          else f"{quarter * 25} %")
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
            self.announced.emit(quarter * 25)
        self._quarter = quarter


class Banner(WordFrame):
    """One sentence with one remedy as a link; it never closes by itself."""

    acted = Signal(str)

    def __init__(self, kind: str = "info", text: str = "", action: str = "", key: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(size=15)
        self._text = words("", wrap=True)
        self._text.setObjectName("bannertext")
        self._link = link("")
        self._link.clicked.connect(self._act)
        self._key = key
        self._line = QHBoxLayout(self)
        top = Qt.AlignmentFlag.AlignTop
        self._line.addWidget(self._icon, 0, top)
        self._line.addWidget(self._text, 1)
        self._line.addWidget(self._link, 0, Qt.AlignmentFlag.AlignBottom)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_banner(kind, text, action, key)

    def set_banner(self, kind: str, text: str, action: str = "", key: str = "") -> None:
        """Say something else; ``kind`` is info, warn, error, ok or stale."""
        icon, token = BANNERS[kind]
        self._icon.set_icon(icon, token)
        set_look(self, "banner", "info" if kind == "stale" else kind)
        self._text.setText(text)
        self._link.setText(unmarked(action))
        self._link.setVisible(bool(action))
        self._key = key
        self.keep_whole()
        self.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def text(self) -> str:
        """The sentence shown."""
        return self._text.text()

    def _act(self) -> None:
        self.acted.emit(self._key)

    def _measure(self) -> None:
        self._line.setContentsMargins(theme.px(11), theme.px(7), theme.px(11), theme.px(7))
        self._line.setSpacing(theme.px(9))
        self.keep_whole()
