"""The real window driven as a user would: opened in a folder of the test, files dropped, buttons clicked, keys pressed.

Not for: looking inside pages; a test that needs a page's parts takes them from the page.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QListWidget,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QWidget,
)

from gui import app as program
from gui.main_window import MainWindow
from tests.waiting import wait

WAIT_MS = 60_000
CTRL, SHIFT, ALT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                    Qt.KeyboardModifier.AltModifier)


class Hands:
    """One window and the hands on it."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.session = window.session
        self.faults: list[str] = []

    # waiting

    def wait(self, until: Callable[[], bool], what: str = "", ms: int = WAIT_MS) -> None:
        """Let the window work until something is so."""
        ends = time.monotonic() + ms / 1000
        while not until():
            assert time.monotonic() < ends, f"did not come within {ms} ms: {what or until}"
            wait(5)

    def idle(self) -> None:
        """Until nothing is read, computed or waiting to be."""
        wait(20)
        self.wait(lambda: not self.session.jobs.active and not self.window.loader.loading, "no job is running")
        steps = getattr(self.window.pages.get("import"), "steps", None)
        if steps is not None:
            self.wait(lambda: not steps.reader.busy and not self.session.jobs.active, "nothing is read for Import")
        wait(20)

    # mouse and keys

    def press(self, button: QAbstractButton) -> None:
        """Click a button where its mark is; it must be there to be clicked."""
        assert button.isVisible(), f"“{button.text()}” is not to be seen"
        assert button.isEnabled(), f"“{button.text()}” cannot be pressed: {button.toolTip()}"
        at = QPoint(10, button.height() // 2) if isinstance(button, (QCheckBox, QRadioButton)) \
            else button.rect().center()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is, as the window system would."""
        top = QApplication.activeModalWidget() or self.window
        popup = QApplication.activePopupWidget()
        if popup is not None:
            QTest.keyClick(popup, key, modifiers)
            return
        if not top.isActiveWindow():
            top.activateWindow()  # a window system does so when the dialog above it closes; the offscreen one does not
            self.wait(top.isActiveWindow, "the window is active", 2000)
        handle = top.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, key, modifiers)

    def type(self, field: QWidget, text: str) -> None:
        """Put the focus there, take out what stands there, type."""
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(field, text)

    def enter(self, field: QWidget) -> None:
        """Press Enter in a field; a list of proposals that is open gets the key first, as on any screen."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            QTest.keyClick(popup, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Return)
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def choose(self, combo: QComboBox, words: str) -> None:
        """Choose from a list with the arrow keys, as the keyboard does it."""
        at = combo.findText(words)
        assert at >= 0, f"there is no “{words}” in {[combo.itemText(each) for each in range(combo.count())]}"
        combo.setFocus()
        while combo.currentIndex() != at:
            QTest.keyClick(combo, Qt.Key.Key_Down if combo.currentIndex() < at else Qt.Key.Key_Up)

    def tick(self, values: QListWidget, words: str) -> None:
        """Tick the item of a list that begins with these words, with the space bar."""
        at = next(at for at in range(values.count()) if values.item(at).text().startswith(words))
        values.setFocus()
        values.setCurrentRow(at)
        QTest.keyClick(values, Qt.Key.Key_Space)

    def button(self, words: str, inside: QWidget | None = None) -> QPushButton:
        """The visible button with these words."""
        found = [each for each in (inside or self.window).findChildren(QPushButton)
                 if each.text().replace("&", "") == words and each.isVisible()]
        assert len(found) == 1, f"{len(found)} buttons are called “{words}”"
        return found[0]

    # dropping and dialogs

    def drop(self, paths: Sequence[Path], onto: QWidget | None = None) -> bool:
        """Drag files over a widget and let go; True when they were taken."""
        target = onto or self.window
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        point = target.rect().center()
        enter = QDragEnterEvent(point, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                                Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, enter)
        if not enter.isAccepted():
            return False
        drop = QDropEvent(QPointF(point), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                          Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, drop)
        wait(10)
        self.idle()
        return drop.isAccepted()

    def boxes(self) -> list[QMessageBox]:
        """The messages that are to be seen, oldest first."""
        return [each for each in self.window.findChildren(QMessageBox) if each.isVisible()]

    def message(self) -> QMessageBox:
        """The one message that is to be seen."""
        found = self.boxes()
        assert len(found) == 1, [box.text() for box in found]
        return found[0]

    def answer(self, words: str) -> None:
        """Press a button of the message."""
        box = self.message()
        found = [each for each in box.buttons() if each.text().replace("&", "") == words]
        assert found, [each.text() for each in box.buttons()]
        self.press(found[0])

    # the study

    def edits(self) -> list[str]:
        """The words of every step that can be undone, oldest first."""
        stack = self.session.undo_stack
        return [stack.text(at) for at in range(stack.index())]

    def take_off(self, *, without_asking: bool = True) -> None:
        """Close the window as its owner would, giving up what is not saved."""
        if not shiboken6.isValid(self.window) or not self.window.isVisible():
            return
        if without_asking:
            self.session.undo_stack.setClean()
        self.window.close()


@contextmanager
def window_open(home: Path, size: tuple[int, int] = (1440, 900)) -> Iterator[Hands]:
    """The program's own way to a window, closed at the end; a fault of ours anywhere fails the test.

    With ``faults`` of the hands emptied by the test, faults that it caused on purpose are its own affair.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    window = program.open_window(application, home)
    hands = Hands(window)
    hooks = sys.excepthook, threading.excepthook

    def on_exception(kind: Any, error: Any, trace: Any) -> None:
        hands.faults.append(f"{kind.__name__}: {error}")
        hooks[0](kind, error, trace)

    def on_thread(facts: Any) -> None:
        hands.faults.append(f"{facts.exc_type.__name__}: {facts.exc_value}")
        hooks[1](facts)

    sys.excepthook, threading.excepthook = on_exception, on_thread
    hands.session.jobs.broke.connect(lambda job, text: hands.faults.append(text))
    window.resize(*size)
    QTest.qWaitForWindowActive(window)
    wait(10)
    try:
        yield hands
        hands.take_off()
    finally:
        if shiboken6.isValid(window):
            if window.isVisible():
                hands.session.undo_stack.setClean()
                window.close()
            application.removeEventFilter(window)
            window.deleteLater()
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)
        _preloading_has_ended()
    assert not hands.faults, "\n".join(hands.faults)


def _preloading_has_ended() -> None:
    """The imports behind the first window must not go on into the next test."""
    for thread in threading.enumerate():
        if thread.name == "rtkscope-preload":
            thread.join(60)
