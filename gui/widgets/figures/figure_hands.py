"""What mouse and keys do in a figure: select, box, zoom, move, walk from point to point, move the cut.

Not for: painting (selection_marks.py) or deciding what a selection changes; the figure's signals say what was meant.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QScrollArea

from core.figures.spec import StateTiles
from gui import theme
from gui.widgets.figures.cut_line import CutLine, has_cut
from gui.widgets.figures.hover import Found, mapped
from gui.widgets.figures.screen_words import line_height, printable, text_width
from gui.widgets.figures.zooming import value_at

if TYPE_CHECKING:
    from gui.widgets.figures.figure_view import FigureView

DRAG_PX = 4
RIM = 5
ZOOM_STEP = 1.25
MOVE_STEP = 0.1
KEY = Qt.Key


class FigureHands:
    """The touches of one figure."""

    def __init__(self, view: FigureView) -> None:
        self._view = view
        self._start: QPointF | None = None
        self._last: QPointF | None = None
        self._doing = ""
        self._panel: int | None = None
        self._walk: tuple[int, int] | None = None
        self._tile: tuple[int, int] | None = None
        self.by_keys = False
        self.menu: QMenu | None = None

    # Mouse

    def pressed(self, event: QMouseEvent) -> None:
        view = self._view
        view.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        self.by_keys = False
        self._start = self._last = event.position()
        self._panel = self._panel_at(event.position())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.button() == Qt.MouseButton.MiddleButton or (event.button() == Qt.MouseButton.LeftButton and control):
            self._doing = "move"
        elif event.button() == Qt.MouseButton.LeftButton:
            self._doing = "cut" if self._on_cut(event.position()) else "press"
        else:
            self._doing = ""

    def moved(self, event: QMouseEvent) -> None:
        view, at = self._view, event.position()
        if self._doing == "cut":
            self._move_cut_to(at.x())
        elif self._doing == "move" and self._panel is not None and self._last is not None:
            room = view.plots[self._panel].room
            if room is not None:
                view.look_at(self._panel, view.window_of(self._panel).moved(
                    (self._last.x() - at.x()) / room.axes.width, (at.y() - self._last.y()) / room.axes.height))
            self._last = at
        elif self._doing in ("press", "box") and self._start is not None:
            if (at - self._start).manhattanLength() >= DRAG_PX:
                self._doing = "box"
            if self._doing == "box":
                view.band = QRectF(self._start, at).normalized()
                view.refresh_ink()
        elif not self._doing:
            self.look(at)

    def look(self, at: QPointF) -> None:
        """Say what is under the pointer."""
        view = self._view
        on_cut = self._on_cut(at)
        view.canvas.setCursor(Qt.CursorShape.SizeHorCursor if on_cut else Qt.CursorShape.ArrowCursor)
        view.show_found(None if on_cut else self.found_at(at))

    def found_at(self, at: QPointF) -> Found | None:
        """The sample, row or tile at a place."""
        number = self._panel_at(at)
        if number is None:
            return None
        plot = self._view.plots[number]
        if plot.places is None or plot.room is None:
            return None
        x, y = at.x(), at.y()
        return (plot.places.nearest(plot.box.to_scene(), x, y) or plot.places.tile_at(plot.room, x, y)
                or plot.places.row_at(plot.room, x, y))

    def words_in_full(self, at: QPointF) -> str:
        """The whole of words that are shown shortened at a place, as HTML; empty where there are none."""
        for text in self._view.texts_shown():
            if not text.full:
                continue
            wide, tall = text_width(text.text, text.role, text.bold), line_height(text.role)
            box = (QRectF(text.x - tall, text.y - wide / 2, 1.4 * tall, wide) if text.turned
                   else QRectF(text.left, text.y - tall, wide, 1.4 * tall))
            if box.contains(at):
                return f"<span>{html.escape(printable(text.full))}</span>"
        return ""

    def released(self, event: QMouseEvent) -> None:
        view, doing = self._view, self._doing
        self._doing = ""
        add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if doing == "cut" and view.cut is not None:
            view.cut_released.emit(view.cut.current)
        elif doing == "box" and view.band is not None and self._panel is not None:
            box = view.band
            view.band = None
            plot = view.plots[self._panel]
            inside = plot.places.inside(plot.box.to_scene(), box.left(), box.top(), box.right(), box.bottom()) \
                if plot.places is not None else []
            if add:
                inside = list(dict.fromkeys([*view.selection[0], *inside]))
            view.refresh_ink()
            view.samples_boxed.emit(inside)
        elif doing == "press":
            self._click(self.found_at(event.position()), add)
        view.band = None
        view.refresh_ink()

    def _click(self, found: Found | None, add: bool) -> None:
        if found is None:
            return
        if found.tile and found.row and found.column:
            self._view.tile_clicked.emit(found.row, found.column)
        if found.sample:
            self._view.sample_clicked.emit(found.sample, add)
        if found.row:
            self._view.row_clicked.emit(found.row)

    def left(self) -> None:
        """The pointer has gone."""
        if not self._doing and self._walk is None and self._tile is None:
            self._view.show_found(None)

    def wheeled(self, event: QWheelEvent) -> bool:
        view, at = self._view, event.position()
        number = self._panel_at(at)
        if number is None:
            return False
        turn = event.angleDelta().y() or event.angleDelta().x()
        room = view.plots[number].room
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and room is not None and turn:
            x = (at.x() - room.axes.left) / room.axes.width
            y = (room.axes.bottom - at.y()) / room.axes.height
            self.zoom(number, ZOOM_STEP ** (turn / 120), min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            return True
        if view.rows_can_scroll(number) and turn:
            before = view.first_row(number)
            view.scroll_rows(number, -round(turn / 40) or (-1 if turn > 0 else 1))
            return view.first_row(number) != before
        return False

    def zoom(self, number: int, factor: float, x: float = 0.5, y: float = 0.5) -> None:
        """Enlarge what is round a point of one panel; rows of a forest keep their height."""
        room = self._view.plots[number].room
        window = self._view.window_of(number)
        self._view.look_at(number, window.zoomed(factor, x, y, only_x=bool(room and room.scrolls)))

    # Keys

    def key_pressed(self, event: QKeyEvent) -> bool:
        view, key = self._view, event.key()
        self.by_keys = True
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        number = self._walk[0] if self._walk else 0
        if event.modifiers() & Qt.KeyboardModifier.AltModifier or not view.plots:
            return False
        if key in (KEY.Key_Left, KEY.Key_Right, KEY.Key_Up, KEY.Key_Down):
            return self._arrow(key, number, control)
        if control:
            return False
        if key in (KEY.Key_Plus, KEY.Key_Equal, KEY.Key_Minus):
            self.zoom(number, 1 / ZOOM_STEP if key == KEY.Key_Minus else ZOOM_STEP)
        elif key == KEY.Key_Home:
            view.show_all()
        elif key == KEY.Key_T:
            view.table_requested.emit()
        elif key in (KEY.Key_Space, KEY.Key_Return, KEY.Key_Enter) and view.found is not None:
            self._click(view.found, add)
        elif key == KEY.Key_Escape and (view.selection[0] or view.found is not None or self._doing):
            self._doing, self._walk, self._tile, view.band = "", None, None, None
            view.show_found(None)
            view.refresh_ink()
            if view.selection[0]:
                view.selection_cleared.emit()
                view.samples_boxed.emit([])
        else:
            return False
        return True

    def key_released(self, event: QKeyEvent) -> bool:
        view = self._view
        if event.key() in (KEY.Key_Left, KEY.Key_Right) and self._doing == "cut by keys" and not event.isAutoRepeat():
            self._doing = ""
            if view.cut is not None:
                view.cut_released.emit(view.cut.current)
            return True
        return False

    def _arrow(self, key: int, number: int, control: bool) -> bool:
        view = self._view
        across = {KEY.Key_Left: -1, KEY.Key_Right: 1}.get(KEY(key), 0)
        up = {KEY.Key_Up: -1, KEY.Key_Down: 1}.get(KEY(key), 0)
        if control:
            view.look_at(number, view.window_of(number).moved(across * MOVE_STEP, -up * MOVE_STEP))
            return True
        if across and view.cut is not None:
            self._doing = "cut by keys"
            self._set_cut(view.cut.stepped(across))
            return True
        if up and self._next_row(up):
            return True
        if self._next_tile(across, up):
            return True
        return self._walk_on(across or up)

    def _next_row(self, by: int) -> bool:
        view = self._view
        for plot in view.plots:
            if plot.places is None or not plot.places.rows:
                continue
            names = [name for name, _ in plot.places.rows]
            now = names.index(view.selection[1]) if view.selection[1] in names else (-1 if by > 0 else len(names))
            name = names[min(max(now + by, 0), len(names) - 1)]
            if name != view.selection[1]:
                view.row_clicked.emit(name)
                self.say(name)
            return True
        return False

    def _next_tile(self, across: int, up: int) -> bool:
        """To the tile beside, above or below in a map of states; it is brought into sight and spoken."""
        view = self._view
        for plot in view.plots:
            tiles = plot.places.tiles if plot.places is not None else None
            if plot.places is None or plot.room is None or not isinstance(tiles, StateTiles) or not tiles.n_columns:
                continue
            row, column = self._tile or (-max(up, 0), -max(across, 0) if not up else 0)
            self._tile = (min(max(row + up, 0), len(tiles.states) - 1),
                          min(max(column + across, 0), tiles.n_columns - 1))
            x, y = plot.room.x_px(self._tile[1] + 0.5), plot.room.y_px(self._tile[0] + 0.5)
            found = plot.places.tile_at(plot.room, x, y)
            area = view.findChild(QScrollArea)
            if area is not None:
                area.ensureVisible(round(x), round(y))
            view.show_found(found)
            if found is not None:
                self.say(found.words)
            return True
        return False

    def _walk_on(self, by: int) -> bool:
        """To the next point in x order; from the last point of a panel to the next panel."""
        view = self._view
        walks = [(number, step) for number, plot in enumerate(view.plots) if plot.places is not None
                 for step in range(len(plot.places.order))]
        if not walks:
            return False
        at = walks.index(self._walk) + by if self._walk in walks else (0 if by > 0 else len(walks) - 1)
        number, step = self._walk = walks[min(max(at, 0), len(walks) - 1)]
        plot = view.plots[number]
        assert plot.places is not None
        place = int(plot.places.order[step])
        x, y = mapped(plot.box.to_scene(), plot.places.x[place:place + 1], plot.places.y[place:place + 1])
        found = Found(plot.places.samples[place], x=float(x[0]), y=float(y[0]), words=plot.places.tag(place))
        view.show_found(found)
        self.say(found.words.replace("\n", ", "))
        return True

    def say(self, words: str) -> None:
        """Tell a screen reader."""
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view.canvas, words))

    # The cut

    def _on_cut(self, at: QPointF) -> bool:
        view = self._view
        if view.cut is None:
            return False
        return any(plot.room is not None and plot.panel is not None and has_cut(plot.panel)
                   and abs(plot.room.x_px(view.cut.current) - at.x()) <= max(6, theme.px(6))
                   and plot.room.axes.top - 12 <= at.y() <= plot.room.axes.bottom + 12 for plot in view.plots)

    def _move_cut_to(self, x: float) -> None:
        view = self._view
        plot = next((plot for plot in view.plots if plot.panel is not None and has_cut(plot.panel)), None)
        if plot is None or plot.room is None or view.cut is None:
            return
        room = plot.room
        self._set_cut(view.cut.nearest(value_at(room.x, (x - room.axes.left) / room.axes.width)))

    def _set_cut(self, value: float) -> None:
        view = self._view
        if view.cut is not None and value != view.cut.current:
            view.take_cut(CutLine(view.cut.values, value))
            view.cut_moved.emit(value)

    # Menu and focus

    def menu_asked(self, event: QContextMenuEvent) -> None:
        view = self._view
        if view.figure() is None:
            return
        menu = QMenu(view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, signal in (("Copy picture", view.copy_requested), ("Copy data", view.copy_data_requested),
                              ("Export figure…", view.export_requested), ("Describe", view.describe_requested)):
            menu.addAction(words).triggered.connect(lambda _checked=False, wish=signal: wish.emit())
        self.menu = menu
        menu.destroyed.connect(self._menu_gone)
        menu.popup(event.globalPos() or view.mapToGlobal(QPoint(20, 20)))

    def _menu_gone(self) -> None:
        self.menu = None

    def focus_changed(self, event: QFocusEvent | None) -> None:
        if event is None:
            self._walk = self._tile = None
            self.by_keys = False
        elif event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
                                Qt.FocusReason.ShortcutFocusReason, Qt.FocusReason.OtherFocusReason):
            self.by_keys = True
        self._view.refresh_ink()

    def _panel_at(self, at: QPointF) -> int | None:
        for number, plot in enumerate(self._view.plots):
            cell = plot.room.cell if plot.room is not None else None
            if cell is not None and (cell.left - RIM <= at.x() <= cell.right + RIM
                                     and cell.top - RIM <= at.y() <= cell.bottom + RIM):
                return number
        return None
