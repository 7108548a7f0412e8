"""One panel at the left, two above each other at the right; in a narrow room all three below each other, scrolling.

Not for: panels that the user may resize.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gui import theme

GAP = 8


class SideBySide(QScrollArea):
    """``least`` are the lowest heights at 100 % text of the left panel and of each at the right.

    ``left_needs`` says for a width how high the left panel must be, so that it does not scroll inside what scrolls.

    The panels are placed by hand: a scroll area that trusts layouts of wrapped words takes their wished height for the
    least one, and would scroll although everything fits.
    """

    def __init__(self, left: QWidget, right: Sequence[QWidget], *, shares: tuple[float, float] = (9, 10),
                 right_shares: Sequence[float] = (), least: Sequence[int] = (), narrow: int = 640,
                 left_needs: Callable[[int], int] | None = None, parent: QWidget | None = None) -> None:
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
        self._left_needs = left_needs
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

    def place_again(self) -> None:
        """The left panel needs another height than before."""
        self._place()

    def _first(self, wide: int) -> int:
        """The width of the left panel where the panels stand side by side."""
        return round((wide - theme.px(GAP)) * self._shares[0] / sum(self._shares))

    def _heights(self, wide: int, stacked: bool) -> tuple[list[int], int]:
        """The least height of each panel at that width, and of them all."""
        gap = theme.px(GAP)
        least = [theme.px(height) for height in self._least]
        if self._left_needs is not None:
            least[0] = max(least[0], self._left_needs(wide if stacked else self._first(wide)))
        together = sum(least) + gap * len(self._right) if stacked else max(
            least[0], sum(least[1:]) + gap * (len(self._right) - 1))
        return least, together

    def _place(self) -> None:
        room = self.maximumViewportSize()
        gap = theme.px(GAP)
        panels = (self._left, *self._right)
        stacked = room.width() < theme.px(self._narrow)
        wide = room.width()
        least, needed = self._heights(wide, stacked)
        if needed > room.height():
            wide -= self.verticalScrollBar().sizeHint().width() + theme.px(2)
            least, needed = self._heights(wide, stacked)
        tall = max(needed, room.height())
        self._body.resize(wide, tall)
        if stacked:
            heights = _shared(tall - gap * len(self._right), [1.2, *self._right_shares], least)
            top = 0
            for panel, height in zip(panels, heights, strict=True):
                panel.setGeometry(QRect(0, top, wide, height))
                top += height + gap
            return
        first = self._first(wide)
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
