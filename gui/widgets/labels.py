"""The small pieces that most widgets are made of: plain words, icons that follow the theme, evidence chips.

Not for: text with markup. Text from data is shown as it is, so every label here is PlainText.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from gui import theme

CHIP_KINDS = ("corrected", "q", "raw", "none", "unknown", "her2", "ok", "warn", "error")


def words(text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain label; ``role`` is a QLabel role of the style sheet: question, answer, number, title, help, caption."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        label.setSizePolicy(policy)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    if role:
        label.setProperty("role", role)
    return label


def chip(kind: str, text: str, parent: QWidget | None = None) -> QLabel:
    """An evidence chip; ``kind`` is one of CHIP_KINDS and the text always says which P it is."""
    label = words(text, parent=parent)
    label.setProperty("chip", kind if kind in CHIP_KINDS else "unknown")
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return label


def unmarked(text: str) -> str:
    """The text for a button, menu or tab, where Qt takes a single & for the mark of a shortcut: "R&D" stays whole."""
    return text.replace("&", "&&")


def link(text: str, parent: QWidget | None = None) -> QPushButton:
    """A button that looks like a link."""
    button = QPushButton(unmarked(text), parent)
    button.setProperty("role", "link")
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def hairline(*, upright: bool = False) -> QFrame:
    """A decorative line between parts."""
    line = QFrame()
    line.setProperty("hairline", "upright" if upright else "flat")
    if upright:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet looks at, and let the style see it."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class WordFrame(QFrame):
    """A frame of sentences that is never lower than they need at its width, whatever its neighbours ask for."""

    LEAST_HEIGHT = 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.keep_whole()

    def keep_whole(self) -> None:
        """Ask for the height of all lines; called after the words or the width changed."""
        layout = self.layout()
        if layout is None or not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            return  # before it has a place its width means nothing
        layout.invalidate()
        needed = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
        self.setMinimumHeight(max(needed, theme.px(self.LEAST_HEIGHT)))


class IconLabel(QLabel):
    """A line icon in the colour of a token. It only helps the eye: words beside it say the same."""

    def __init__(self, name: str = "", token: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._name, self._token = name, token
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str, token: str = "text2") -> None:
        """Show another icon; an empty name shows none."""
        self._name, self._token = name, token
        self._draw()

    def icon_name(self) -> str:
        """The icon shown."""
        return self._name

    def _draw(self) -> None:
        side = theme.px(self._size)
        self.setFixedSize(side, side)
        if self._name:
            self.setPixmap(theme.pixmap(self._name, self._token, self._size, self.devicePixelRatioF()))
        else:
            self.clear()


class IconButton(QPushButton):
    """A button with an icon that follows the theme; without words it needs a name."""

    def __init__(self, icon: str, name: str, text: str = "", *, token: str = "text2", size: int = 16,
                 parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon, self._token, self._size = icon, token, size
        self.setAccessibleName(name)
        if not text:
            self.setToolTip(name)
            self.setProperty("role", "icon")
        theme.notifier().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str, token: str = "text2") -> None:
        """Show another icon; an empty name shows none."""
        self._icon, self._token = name, token
        self._draw()

    def _draw(self) -> None:
        self.setIcon(theme.icon(self._icon, self._token, self._size) if self._icon else QIcon())
        self.setIconSize(theme.icon_size(self._size))
