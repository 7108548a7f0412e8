"""One panel at the left, two above each other at the right; in a narrow room all three below each other, scrolling.

Not for: panels that the user may resize.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gui import theme

GAP = 8


class SideBySide(QScrollArea):
    """``least`` are the lowest heights at 100 % text of the left panel and of each at the right.

    The panels are placed by hand: a scroll area that trusts layouts of wrapped words takes their wished height for the
    least one, and would scroll although everything fits.
    """

    def __init__(self, left: QWidget, right: Sequence[QWidget], *, shares: tuple[float, float] = (9, 10),
                 right_shares: Sequence[float] = (), least: Sequence[int] = (), narrow: int = 640,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left, self._right = left, tuple(right)
        self._shares = shares
        self._right_shares = tuple(right_shares) or (1.0,) * len(self._right)
        self._least = tuple(least) or (240,) * (1 + len(self._right))
        self._narrow = narrow
        self._body = QWidget()
        self._body.setObjectName("scrolled")
        for panel in (left, *self._right):
            panel.setParent(self._body)
        self.setWidget(self._body)
        theme.notifier().changed.connect(self._place)

    @property
    def stacked(self) -> bool:
        """True while the panels stand below each other."""
        return self.viewport().width() < theme.px(self._narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        room = self.maximumViewportSize()
        gap = theme.px(GAP)
        panels = (self._left, *self._right)
        least = [theme.px(height) for height in self._least]
        stacked = room.width() < theme.px(self._narrow)
        needed = sum(least) + gap * len(self._right) if stacked else max(
            least[0], sum(least[1:]) + gap * (len(self._right) - 1))
        tall = max(needed, room.height())
        bar = self.verticalScrollBar().sizeHint().width() + theme.px(2) if needed > room.height() else 0
        wide = room.width() - bar
        self._body.resize(wide, tall)
        if stacked:
            heights = _shared(tall - gap * len(self._right), [1.2, *self._right_shares], least)
            top = 0
            for panel, height in zip(panels, heights, strict=True):
                panel.setGeometry(QRect(0, top, wide, height))
                top += height + gap
            return
        first = round((wide - gap) * self._shares[0] / sum(self._shares))
        self._left.setGeometry(QRect(0, 0, first, tall))
        heights = _shared(tall - gap * (len(self._right) - 1), list(self._right_shares), least[1:])
        top = 0
        for panel, height in zip(self._right, heights, strict=True):
            panel.setGeometry(QRect(first + gap, top, wide - first - gap, height))
            top += height + gap


def _shared(room: int, shares: Sequence[float], least: Sequence[int]) -> list[int]:
    """The least height of each, and of what is left a part by its share."""
    free = max(room - sum(least), 0)
    heights = [low + int(free * share / sum(shares)) for low, share in zip(least, shares, strict=True)]
    heights[-1] += max(room - sum(heights), 0)
    return heights
