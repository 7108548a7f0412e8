"""A panel: a bordered surface with a title row (bold title, remark, one thing at the right) and a body.

Not for: what stands in the body, or states of a whole page (state_views.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import chip, link, words


class Segments(QWidget):
    """Buttons of which exactly one is pressed, for two to five short choices."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], name: str = "", *, small: bool = False,
                 parent: QWidget | None = None) -> None:
        """``choices`` are (key, words)."""
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._group = QButtonGroup(self)
        self._keys = [key for key, _ in choices]
        for position, (_, text) in enumerate(choices):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            ends = ("first" if position == 0 else "") + ("last" if position == len(choices) - 1 else "")
            button.setProperty("place", ends or "inner")
            button.setProperty("small", small)
            button.setAccessibleName(f"{name}: {text}" if name else text)
            button.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button, position)
            line.addWidget(button)
        self._group.idClicked.connect(self._clicked)
        self.setAccessibleName(name)
        if self._keys:
            self._group.button(0).setChecked(True)
            self.setFocusProxy(self._group.button(0))

    @property
    def key(self) -> str:
        """The choice that is pressed."""
        number = self._group.checkedId()
        return self._keys[number] if 0 <= number < len(self._keys) else ""

    def set_key(self, key: str) -> None:
        """Press a choice without saying so. Raises ValueError for one that is not there."""
        button = self._group.button(self._keys.index(key))
        button.setChecked(True)
        self.setFocusProxy(button)

    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons in order."""
        return tuple(button for button in self._group.buttons() if isinstance(button, QPushButton))

    def _clicked(self, number: int) -> None:
        self.setFocusProxy(self._group.button(number))
        self.chosen.emit(self._keys[number])


class Panel(QFrame):
    """A titled panel. Put the content into ``body``; ``acted`` speaks when the link at the right is pressed."""

    acted = Signal()

    def __init__(self, title: str = "", remark: str = "", parent: QWidget | None = None, *,
                 inner_margin: bool = True) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._inner_margin = inner_margin
        self._title = words(title, "title")
        self._remark = words(remark, "remark", wrap=True)
        self._right: QWidget | None = None
        self._row = QWidget()
        self._row_line = QHBoxLayout(self._row)
        self._row_line.addWidget(self._title)
        self._remark.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._row_line.addWidget(self._remark, 1)
        self.body = QVBoxLayout()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        outer.addWidget(self._row)
        outer.addLayout(self.body, 1)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_title(title, remark)

    def set_title(self, title: str, remark: str = "") -> None:
        """The bold words and the grey ones behind them."""
        self._title.setText(title)
        self._remark.setText(remark)
        self._row.setVisible(bool(title or remark or self._right))
        self.setAccessibleName(f"{title}, {remark}" if remark else title)

    def title(self) -> str:
        """The bold words."""
        return self._title.text()

    def set_link(self, text: str, act: Callable[[], object] | None = None) -> QPushButton:
        """One link at the right; returns it."""
        button = link(text)
        button.clicked.connect(self.acted)
        if act is not None:
            button.clicked.connect(act)
        self.set_right(button)
        return button

    def set_chip(self, kind: str, text: str) -> None:
        """One chip at the right."""
        self.set_right(chip(kind, text))

    def set_right(self, widget: QWidget | None) -> None:
        """One thing at the right of the title row in place of the one before."""
        if self._right is not None:
            self._row_line.removeWidget(self._right)
            self._right.hide()
            self._right.deleteLater()
        self._right = widget
        if widget is not None:
            self._row_line.addWidget(widget)
            self._row.show()

    def set_content(self, content: QWidget | QLayout) -> None:
        """Put one widget or layout into the body."""
        if isinstance(content, QLayout):
            self.body.addLayout(content, 1)
        else:
            self.body.addWidget(content, 1)

    def height_with(self, width: int, content: Callable[[int], int]) -> int:
        """The height at that width, where ``content`` says how high what is inside must be at its own width."""
        margins = self.body.contentsMargins()
        edges = 2 + self.height() - self.contentsRect().height()
        inside = width - edges - margins.left() - margins.right()
        row = max(self._row_line.totalHeightForWidth(width - edges), self._row.minimumHeight()) \
            if self._row.isVisibleTo(self) else 0
        return edges + row + margins.top() + content(inside) + margins.bottom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._remark.setToolTip(self._remark.text())

    def _measure(self) -> None:
        self._row.setMinimumHeight(theme.px(32))
        self._row_line.setContentsMargins(theme.px(12), theme.px(3), theme.px(12), theme.px(3))
        self._row_line.setSpacing(theme.px(8))
        side = theme.px(12) if self._inner_margin else 0
        self.body.setContentsMargins(side, 0, side, theme.px(12) if self._inner_margin else 0)
        self.body.setSpacing(theme.px(8))
