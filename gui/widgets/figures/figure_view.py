"""A FigureSpec on screen: the same panels, marks, numbers and words as in the file, at the size of the widget.

Not for: choosing figures, tables or text for a page; values come in through ``set_…``, wishes go out as signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from core.figures.spec import FigureSpec
from gui import theme
from gui.widgets.figures.cut_line import CutLine, has_cut
from gui.widgets.figures.figure_canvas import FigureCanvas
from gui.widgets.figures.figure_hands import FigureHands
from gui.widgets.figures.figure_layout import Layout, fitted_layout, scrolled, zoomed
from gui.widgets.figures.hover import Found, mapped
from gui.widgets.figures.marks import Coordinates
from gui.widgets.figures.panel_plot import PanelPlot
from gui.widgets.figures.plot_items import to_view
from gui.widgets.figures.screen_words import ScreenText
from gui.widgets.figures.selection_marks import Ink, Ring, SelectionMarks
from gui.widgets.figures.whole_figure import Badge, kept_free, selected_ink
from gui.widgets.figures.zooming import WHOLE, Window

__all__ = ["FigureView"]


class FigureView(QWidget):
    """One figure. It is empty until ``set_figure``.

    Parameters
    ----------
    heading : bool
        False where the page's own panel shows the title and remark of the figure's panels.
    """

    sample_clicked = Signal(str, bool)
    samples_boxed = Signal(list)
    row_clicked = Signal(str)
    tile_clicked = Signal(str, str)
    hovered = Signal(str)
    selection_cleared = Signal()
    rows_scrolled = Signal()
    cut_moved = Signal(float)
    cut_released = Signal(float)
    copy_requested = Signal()
    copy_data_requested = Signal()
    export_requested = Signal()
    describe_requested = Signal()
    table_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, heading: bool = True) -> None:
        super().__init__(parent)
        self._heading = heading
        self._spec: FigureSpec | None = None
        self._layout: Layout | None = None
        self._unzoomed: Layout | None = None
        self._plots: list[PanelPlot] = []
        self._bars: dict[int, QScrollBar] = {}
        self._windows: dict[int, Window] = {}
        self._selection: tuple[tuple[str, ...], str, str] = ((), "", "")
        self._cut: CutLine | None = None
        self._ratio = 0.0
        self.found: Found | None = None
        self.band: QRectF | None = None
        self.canvas = FigureCanvas(self)
        self._marks = SelectionMarks()
        self._badge = Badge()
        self.canvas.scene().addItem(self._marks)
        self.canvas.scene().addItem(self._badge)
        self.hands = FigureHands(self)
        self.canvas.hands = self.hands
        self.setFocusProxy(self.canvas)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self.canvas)
        box.addWidget(self._area)
        theme.notifier().changed.connect(self._theme_changed)

    # Values in

    def set_figure(self, spec: FigureSpec | None) -> None:
        """Show a figure; None shows nothing. Zoom is forgotten when the axes are other ones."""
        same = (spec is not None and self._spec is not None and spec.name == self._spec.name)
        self._spec = spec
        self._windows = self._windows if same else {}
        self.found = None
        name, words = (spec.title, spec.alt_text) if spec else ("", "")
        for widget in (self, self.canvas):
            widget.setAccessibleName(name or "Empty figure")
            widget.setAccessibleDescription(words)
        self._draw()

    def figure(self) -> FigureSpec | None:
        """What is shown."""
        return self._spec

    def set_selection(self, patients: Sequence[str] = (), receptor: str = "", group: str = "") -> None:
        """Mark patients (rings and tags), a receptor (its row) and a group, and bring the row into sight."""
        new = (tuple(patients), receptor, group)
        moved = receptor != self._selection[1]
        self._selection = new
        if moved and receptor:
            self._bring_into_sight(receptor)
        self._tint()
        self.refresh_ink()

    def set_cut(self, values: Sequence[float], current: float | None) -> None:
        """The cut line: ``values`` are the allowed cuts, ``current`` the one in use; None takes the line away."""
        self._cut = CutLine.of(values, current)
        self.refresh_ink()

    # State for the hands

    @property
    def cut(self) -> CutLine | None:
        return self._cut

    @property
    def plots(self) -> list[PanelPlot]:
        return self._plots

    @property
    def selection(self) -> tuple[tuple[str, ...], str, str]:
        return self._selection

    def rows_can_scroll(self, number: int) -> bool:
        return self._layout is not None and number in self._layout.scrolls

    def scroll_rows(self, number: int, rows: int) -> None:
        bar = self._bars.get(number)
        if bar is not None:
            bar.setValue(bar.value() + rows)

    def first_row(self, number: int) -> int:
        bar = self._bars.get(number)
        return bar.value() if bar is not None else 0

    def take_cut(self, cut: CutLine) -> None:
        """The cut while it is being moved."""
        self._cut = cut
        self.refresh_ink()

    def window_of(self, number: int) -> Window:
        return self._windows.get(number, WHOLE)

    def look_at(self, number: int, window: Window) -> None:
        """Zoom or move one panel; panels with the same x axis follow."""
        if self._layout is None:
            return
        before = self._windows.get(number, WHOLE)
        scale = self._layout.scales[number][0]
        for other, (x, _) in enumerate(self._layout.scales):
            if other == number:
                self._windows[other] = window
            elif (x.low, x.high, x.log, x.reverse) == (scale.low, scale.high, scale.log, scale.reverse):
                own = self._windows.get(other, WHOLE)
                self._windows[other] = Window(window.left, window.right, own.bottom, own.top)
        if before != window:
            self._look()

    def show_all(self) -> None:
        """The whole axes again."""
        self._windows = {}
        self._look()

    # Drawing

    def _draw(self) -> None:
        spec = self._spec
        self._ratio = self.devicePixelRatioF()
        self.canvas.setBackground(theme.current().colour("surface"))
        panels = [panel for row in spec.rows for panel in row] if spec else []
        for plot in self._plots[len(panels):]:
            plot.remove()
        del self._plots[len(panels):]
        while len(self._plots) < len(panels):
            self._plots.append(PanelPlot(self.canvas.scene()))
        layout = self._laid_out()
        for number, (plot, panel) in enumerate(zip(self._plots, panels, strict=True)):
            assert layout is not None
            plot.show(panel, *layout.scales[number], self._ratio)
        self._place(layout)

    def _laid_out(self) -> Layout | None:
        if self._spec is None:
            return None
        offsets = {number: bar.value() for number, bar in self._bars.items()}
        bar = self._area.verticalScrollBar().sizeHint().width()
        return fitted_layout(self._spec, max(self.width(), 40), max(self.height(), 40), bar, heading=self._heading,
                             offsets=offsets)

    def _place(self, layout: Layout | None = None) -> None:
        self._unzoomed = layout or self._laid_out()
        self._layout = zoomed(self._unzoomed, self._windows) if self._unzoomed else None
        size = QSize(int(self._layout.width), int(self._layout.height)) if self._layout else self.size()
        if self.canvas.size() != size:
            self.canvas.resize(size)
        self._badge.show_badge(self._layout, self._whole())
        self._place_bars()
        self._place_panels()

    def _look(self) -> None:
        """Another stretch of the same axes: nothing is laid out anew."""
        if self._unzoomed is not None:
            self._layout = zoomed(self._unzoomed, self._windows)
            self._place_panels()

    def _place_panels(self) -> None:
        if self._layout is not None:
            for plot, room in zip(self._plots, self._layout.rooms, strict=True):
                plot.place(room)
        self._tint()
        self.refresh_ink()

    def _place_bars(self) -> None:
        wanted = self._layout.scrolls if self._layout else {}
        for number in [number for number in self._bars if number not in wanted]:
            self._bars.pop(number).deleteLater()
        for number, found in wanted.items():
            if number not in self._bars:
                bar = QScrollBar(Qt.Orientation.Vertical, self.canvas)
                bar.setAccessibleName("Rows of the figure")
                bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                bar.valueChanged.connect(self._scrolled)
                self._bars[number] = bar
            bar = self._bars[number]
            bar.blockSignals(True)
            bar.setRange(0, found.most)
            bar.setPageStep(found.page)
            bar.blockSignals(False)
            assert self._layout is not None
            room = self._layout.rooms[number]
            wide = bar.sizeHint().width()
            bar.setGeometry(round(room.cell.right - wide), round(room.axes.top), wide, round(room.axes.height))
            bar.setVisible(found.most >= 1)

    def _scrolled(self) -> None:
        """Only rows move: words and marks of the scrolled panel are placed again."""
        if self._unzoomed is None:
            return
        rooms = list(self._unzoomed.rooms)
        for number, bar in self._bars.items():
            rooms[number] = scrolled(rooms[number], self._unzoomed.scales[number][1], bar.value())
        self._unzoomed = replace(self._unzoomed, rooms=tuple(rooms))
        self._look()
        self.rows_scrolled.emit()

    def _tint(self) -> None:
        for plot in self._plots:
            if plot.room is None or plot.places is None:
                continue
            rows = []
            for name, height in plot.places.rows:
                if name == self._selection[1]:
                    rows.append((plot.room.y_px(height), "selected"))
                elif self.found is not None and name == self.found.row:
                    rows.append((plot.room.y_px(height), "hover"))
            plot.tint_rows(rows)

    def refresh_ink(self) -> None:
        """Paint selection, pointer, cut and focus anew."""
        rings, outlines = selected_ink(self._plots, self._selection)
        hover = None
        if self.found is not None and self.found.name:
            tile = self.found.tile
            hover = Ring(self.found.x, self.found.y, self.found.words or self.found.name, thin=tile)
            hover = None if self.found.row and not self.found.sample and not tile else hover
        focus = self.canvas.hasFocus()
        self._marks.show_ink(Ink(tuple(rings), tuple(outlines), hover, self.band, self._cut_lines(),
                                 focus and self._cut is not None, focus and self.hands.by_keys,
                                 kept_free(self.texts_shown())), self._whole())

    def _cut_lines(self) -> tuple[tuple[float, float, float], ...]:
        if self._cut is None:
            return ()
        return tuple((plot.room.x_px(self._cut.current), plot.room.axes.top, plot.room.axes.bottom)
                     for plot in self._plots if plot.room is not None and plot.panel is not None
                     and has_cut(plot.panel) and plot.room.x.holds(self._cut.current))

    def show_found(self, found: Found | None) -> None:
        """Mark what is under the pointer or the arrow keys."""
        if found == self.found:
            return
        row_changed = (found.row if found else "") != (self.found.row if self.found else "")
        name_changed = (found.name if found else "") != (self.found.name if self.found else "")
        self.found = found
        if row_changed:
            self._tint()
        self.refresh_ink()
        if name_changed:
            self.hovered.emit(found.name if found else "")

    def _bring_into_sight(self, receptor: str) -> None:
        for number, bar in self._bars.items():
            plot = self._plots[number]
            if self._layout is None or plot.room is None or plot.places is None:
                continue
            height = next((place for name, place in plot.places.rows if name == receptor), None)
            if height is None:
                continue
            scale = self._layout.scales[number][1]
            row = int(height - scale.low if scale.reverse else scale.high - height)
            if row < bar.value():
                bar.setValue(row)
            elif row >= bar.value() + bar.pageStep():
                bar.setValue(row - bar.pageStep() + 1)

    def _theme_changed(self) -> None:
        self._draw()
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._spec is not None:
            self._draw()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.devicePixelRatioF() != self._ratio:
            self._draw()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(440), theme.px(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(150))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _whole(self) -> QRectF:
        return QRectF(0, 0, self.canvas.width(), self.canvas.height())

    # Out, for pages and tests

    def picture(self) -> QImage:
        """The figure as it is on screen, without pointer and selection."""
        marks = self._marks.ink
        self._marks.show_ink(Ink(), self._whole())
        image: QImage = self.canvas.grab().toImage()
        self._marks.show_ink(marks, self._whole())
        return image

    def drawn_coordinates(self) -> dict[tuple[int, int], Coordinates]:
        """(panel, mark) -> arrays read back from the items, in data coordinates."""
        return {(number, order): found for number, plot in enumerate(self._plots)
                for order, found in enumerate(plot.coordinates())}

    def rows_in_sight(self) -> tuple[int, int, int]:
        """First and last row of a forest in sight, counted from 1, and how many there are; zeros without rows."""
        for number, bar in self._bars.items():
            places = self._plots[number].places
            count = len(places.rows) if places else 0
            return min(bar.value() + 1, count), min(bar.value() + bar.pageStep(), count), count
        return 0, 0, 0

    def texts_shown(self) -> tuple[ScreenText, ...]:
        """Every line of words on screen, rows scrolled out of sight included."""
        texts: list[ScreenText] = list(self._layout.badge_texts) if self._layout else []
        for plot in self._plots:
            texts += plot.words.texts() if plot.words else ()
        return tuple(texts)

    def texts_not_shown(self) -> tuple[str, ...]:
        """The words of the figure that have no room now: scrolled away, folded, or too many names."""
        if self._spec is None:
            return ()
        shown = {"".join(text.whole.split()) for text in self.texts_shown()}
        return tuple(text for text in self._spec.texts() if "".join(text.split()) not in shown)

    def at_risk_positions(self, panel: int = 0) -> dict[str, list[float]]:
        """Name of the row -> x of the middle of every number, in pixels."""
        plot = self._plots[panel]
        found: dict[str, list[float]] = {}
        name = ""
        for text in plot.words.fixed if plot.words else ():
            if text.kind == "at risk name":
                name = text.whole
            elif text.kind == "at risk":
                found.setdefault(name, []).append(text.x)
        return found

    def tick_positions(self, panel: int = 0) -> list[float]:
        """x of every tick, in pixels, as the view box of the marks has it."""
        plot = self._plots[panel]
        if plot.room is None:
            return []
        ticks = to_view(list(plot.room.x.ticks), plot.room.x.log)
        return [float(x) for x in mapped(plot.box.to_scene(), ticks, 0 * ticks + plot.box.frame.center().y())[0]]
