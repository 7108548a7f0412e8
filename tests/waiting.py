"""Waiting while events are handled and other threads run.

Not for: pytest-qt's own waiting, which is as good. QTest.qWait keeps Python's lock while it waits: threads starve, and
one that Qt waits for never comes back.
"""

from PySide6.QtCore import QEventLoop, QTimer


def wait(milliseconds: int) -> None:
    """Handle events for that long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
