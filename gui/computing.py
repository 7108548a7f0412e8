"""Where the analyses of this window are computed: the remembered words, the dialog that changes them.

Not for: the controls of that dialog (widgets/compute_dialog.py) or the computing (core/compute).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.preferences import save_preferences

if TYPE_CHECKING:
    from gui.main_window import MainWindow
    from gui.widgets.compute_dialog import ComputeDialog


def cluster_of(place: str) -> str:
    """The address of a cluster; empty for this computer."""
    return place if ":" in place else ""


def ask_place(window: MainWindow) -> ComputeDialog:
    """Open the dialog; what is chosen is remembered and holds from the next run on."""
    from core.compute.choice import usable_cores
    from gui.widgets.compute_dialog import ComputeDialog

    dialog = ComputeDialog(window.preferences.compute, usable_cores(), submit=window.session.jobs.submit, parent=window)

    def keep(place: str) -> None:
        window.preferences.compute = place
        save_preferences(window.preferences, window.home)
        show_place(window)
        window.status.say(f"The next run computes on {cluster_of(place) or 'this computer'}")

    dialog.finished.connect(dialog.deleteLater)
    dialog.chosen.connect(keep)
    dialog.open()
    return dialog


def show_place(window: MainWindow) -> None:
    """Say in the status line whether data leave this computer."""
    window.status.set_cluster(cluster_of(window.preferences.compute))
