"""Tab goes through a window as it is read: as its layouts stand on the screen, also after parts were made anew.

Qt goes in the order in which widgets were made, so what is rebuilt comes last. Not for: dialogs, nor what takes Tab.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QGridLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QWidget,
)


def tab_from_here(areas: Sequence[QWidget], following: bool) -> bool:
    """Give the focus to the stop after (or before) the one that has it; False where the focus is elsewhere."""
    stops = [stop for area in areas for stop in stops_of(area)]
    here = QApplication.focusWidget()
    if here not in stops:
        return False
    stop = stops[(stops.index(here) + (1 if following else -1)) % len(stops)]
    reasons = Qt.FocusReason
    stop.setFocus(reasons.TabFocusReason if following else reasons.BacktabFocusReason)
    around = stop.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(stop)
        around = around.parentWidget()
    return True


def stops_of(area: QWidget) -> Iterator[QWidget]:
    """What takes Tab in an area and is to be seen, in the order of reading."""
    if not area.isVisible() or not area.isEnabled():
        return
    if area.focusPolicy() & Qt.FocusPolicy.TabFocus and area.focusProxy() is None and not _another_is_chosen(area):
        yield area
    for part in _parts(area):
        yield from stops_of(part)


def _another_is_chosen(area: QWidget) -> bool:
    """True for a button of an exclusive group whose chosen button is another: the group is one stop."""
    group = area.group() if isinstance(area, QAbstractButton) else None
    chosen = group.checkedButton() if group is not None and group.exclusive() else None
    return chosen is not None and chosen is not area and chosen.isVisible() and chosen.isEnabled()


def _parts(area: QWidget) -> list[QWidget]:
    """The widgets of an area as they are read; a table or a figure is one stop, whatever it is made of."""
    if isinstance(area, QStackedWidget):
        shown = area.currentWidget()
        return [shown] if shown is not None else []
    if isinstance(area, QScrollArea):
        inside = area.widget()
        return [inside] if inside is not None else []
    if isinstance(area, QSplitter):
        return [part for at in range(area.count()) if (part := area.widget(at)) is not None]
    if isinstance(area, QAbstractScrollArea):
        return []
    inside_of = [part for part in area.children() if isinstance(part, QWidget) and not part.isWindow()]
    layout = area.layout()
    placed = list(_in_layout(layout, inside_of)) if layout is not None else []
    free = [part for part in inside_of if part not in placed]
    return placed + sorted(free, key=lambda part: (part.y(), part.x()))


def _in_layout(layout: QLayout, inside_of: Sequence[QWidget]) -> Iterator[QWidget]:
    """The widgets of a layout and of those in it.

    Its items are not asked for: Python's names for spaces outlive them, and are then given for whatever Qt puts at the
    same place in memory.
    """
    places: dict[int, QWidget | QLayout] = {layout.indexOf(part): part for part in inside_of}
    places |= {layout.indexOf(part): part for part in layout.children() if isinstance(part, QLayout)}
    numbers = sorted(at for at in places if at >= 0)
    if isinstance(layout, QGridLayout):
        numbers.sort(key=lambda at: layout.getItemPosition(at)[:2])  # type: ignore[index]
    for at in numbers:
        part = places[at]
        if isinstance(part, QLayout):
            yield from _in_layout(part, inside_of)
        else:
            yield part
