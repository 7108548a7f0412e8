"""The set whose curve stands in the place of the left-out patients: chosen among the tied sets or in the table.

Not for: drawing curves (core/analyses/subset_pictures.py), or the four figures as a whole (subset_figures_panel.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.pages.subset_states import missing_words

if TYPE_CHECKING:
    from core.analyses.base import Result
    from core.analyses.subset_numbers import SubsetNumbers
    from gui.pages.subset_views import SubsetViews

Shown = tuple["Result", "SubsetNumbers", bool]
"""A result, its numbers, and whether its data are simulated."""


class ShownSet(QObject):
    """``members`` are places in the numbers' receptors, None while the left-out patients are shown."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, views: SubsetViews, shown: Callable[[], Shown | None]) -> None:
        super().__init__()
        self._views, self._shown = views, shown
        self.members: tuple[int, ...] | None = None
        views.figures.set_chosen.connect(lambda name: self.choose(tuple(name.split(" + "))))
        views.figures.back_requested.connect(self.back)

    def forget(self) -> None:
        """Another result is shown."""
        self.members = None

    def choose(self, names: tuple[str, ...]) -> bool:
        """Draw the curve of the listed set with these members; False where there is no such set."""
        found = self._shown()
        if found is None:
            return False
        numbers = found[1]
        members = next((each for each in numbers.ranking.members if numbers.names(each) == names), None)
        if members is not None and members != self.members:
            self._show(members, numbers, found[2])
        return members is not None

    def _show(self, members: tuple[int, ...], numbers: SubsetNumbers, simulated: bool) -> None:
        from core.analyses.subset_pictures import set_curve
        from core.analyses.subset_words import set_words

        self.members = members
        figures = self._views.figures
        figures.set_curve(set_curve(numbers, members, simulated=simulated), of_a_set=True)
        figures.mark_set(" + ".join(numbers.names(members)))
        self.said.emit(f"The curve is that of {set_words(numbers, members)}, chosen in these patients")
        self.changed.emit()

    def back(self) -> None:
        """The curves of the left-out patients again."""
        self.members = None
        found = self._shown()
        if found is not None:
            self._views.show_left_out(found[0], missing_words(found[1])["left_out"])
            self._views.figures.mark_set("")
        self.changed.emit()
