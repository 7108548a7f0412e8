"""A problem said in a dialog: what, where, why, what to do; details to copy. For what stops a command of the window.

Not for: problems of data, which stand on their page and in the problems panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from core.problems import Problem


def problem_words(problem: Problem) -> str:
    """The whole of a problem in sentences."""
    parts = [problem.line().rstrip(".") + "."]
    if problem.why:
        parts.append(problem.why)
    return " ".join(parts)


def tell(parent: QWidget, title: str, problems: Sequence[Problem]) -> QMessageBox:
    """Say what stopped a command; does not wait for an answer."""
    shown = "\n\n".join(problem_words(problem) for problem in problems[:4])
    if len(problems) > 4:
        shown += f"\n\n{len(problems) - 4} more are in the problems panel."
    box = QMessageBox(QMessageBox.Icon.Warning, "RTKscope", title, QMessageBox.StandardButton.Close, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(shown)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


def ask(parent: QWidget, title: str, words: str, answers: Sequence[tuple[str, Callable[[], None]]]) -> QMessageBox:
    """A question with named answers, the first one the default; Esc is none of them. Does not wait."""
    box = QMessageBox(QMessageBox.Icon.Question, "RTKscope", title, QMessageBox.StandardButton.NoButton, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(words)
    acts = {}
    for number, (text, act) in enumerate(answers):
        button = box.addButton(text, QMessageBox.ButtonRole.AcceptRole if number == 0
                               else QMessageBox.ButtonRole.ActionRole)
        acts[button] = act
        if number == 0:
            box.setDefaultButton(button)
    box.setEscapeButton(box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.buttonClicked.connect(lambda button: acts[button]() if button in acts else None)
    box.open()
    return box
