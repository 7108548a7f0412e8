"""The pinned Qt keeps count: PySide6 6.12.0 loses references of True and None and aborts Python 3.11.

Not for: the window.

Measured on Python 3.11: with 6.12.0 every Signal.emit() dropped one reference of True, and 1000 refreshes of a plot
ended in "Fatal Python error: bool_dealloc"; 6.11.3 loses none. From Python 3.12 these objects are immortal, so their
count says nothing there and only the version is checked.
"""

import importlib.metadata
import os
import subprocess
import sys

import pytest

EMIT_A_THOUSAND_TIMES = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Sender(QObject):
    changed = Signal(bool)
    finished = Signal()

application = QCoreApplication([])
sender, heard = Sender(), []
sender.changed.connect(lambda value: None)
sender.finished.connect(lambda: heard.append(1))
sender.changed.emit(True)
sender.finished.emit()
counts = [sys.getrefcount(value) for value in (True, False, None)]
for _ in range(1000):
    sender.changed.emit(True)
    sender.finished.emit()
later = [sys.getrefcount(value) for value in (True, False, None)]
print(len(heard), *[after - before for before, after in zip(counts, later)])
"""


def test_that_qt_is_the_version_that_was_measured() -> None:
    assert importlib.metadata.version("PySide6-Essentials") == "6.11.3"
    assert importlib.metadata.version("shiboken6") == "6.11.3"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None are immortal from Python 3.12")
def test_that_a_thousand_signals_lose_no_reference_of_true_or_none() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    emitted = subprocess.run(
        [sys.executable, "-c", EMIT_A_THOUSAND_TIMES], env=environment, capture_output=True, encoding="utf-8"
    )
    assert emitted.returncode == 0, emitted.stderr
    heard, *lost = (int(number) for number in emitted.stdout.split())
    assert heard == 1001
    assert all(abs(change) <= 20 for change in lost), f"references of True, False, None changed by {lost}"
