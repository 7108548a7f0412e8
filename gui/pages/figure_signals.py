"""What a figure says, gathered from several figures into one set of signals.

Not for: acting on any of it; pages do.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.widgets.figures.figure_view import FigureView


class FigureSignals(QObject):
    """``wished`` speaks ("copy", "copy data", "export", "describe" or "table", the FigureView it is about)."""

    patient_clicked = Signal(str, bool)
    patients_boxed = Signal(list)
    hovered = Signal(str)
    wished = Signal(str, object)

    def listen(self, view: FigureView) -> None:
        """Pass on what a figure says."""
        view.sample_clicked.connect(self.patient_clicked)
        view.samples_boxed.connect(self.patients_boxed)
        view.hovered.connect(self.hovered)
        for wish, signal in (("copy", view.copy_requested), ("copy data", view.copy_data_requested),
                             ("export", view.export_requested), ("describe", view.describe_requested),
                             ("table", view.table_requested)):
            signal.connect(lambda wish=wish: self.wished.emit(wish, view))
