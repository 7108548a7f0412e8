"""One editor per kind of setting: a number, a pair of numbers, one of a few, one of many, several, yes or no.

Not for: which settings there are and what they are called (parameter_form.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.figures.number_words import capitalised
from gui import theme
from gui.widgets.labels import set_look, words
from gui.widgets.panel import Segments
from gui.widgets.typed_numbers import number_text, typed_number

FEW = 3
AUTOMATIC = "Automatic"
"""An empty choice, where its field says nothing else."""
BARE_KEYS = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)


class Editor(QWidget):
    """What every editor does: it has a value, says when an edit is committed, and says what is wrong with one."""

    committed = Signal(object)
    failed = Signal(str)
    """The sentence that explains; empty when it is all right again."""

    def value(self) -> Any:
        """The last good value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value without committing it."""
        raise NotImplementedError

    def set_options(self, options: Sequence[str]) -> None:
        """The names that can be chosen, where the editor offers names."""

    def set_name(self, name: str, help_text: str) -> None:
        """The accessible name, with the unit, and the help behind it."""
        target = self.focus_target()
        target.setAccessibleName(name)
        target.setAccessibleDescription(help_text)

    def focus_target(self) -> QWidget:
        """What the label's key goes to."""
        return self

    def shown_text(self) -> str:
        """The value in a few words, for the head of a closed group."""
        return str(self.value())


class UnitField(QLineEdit):
    """A line with its unit inside at the right. Up and Down step; there are no buttons."""

    stepped = Signal(int)
    left = Signal()

    def __init__(self, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = words(unit, "remark", parent=self)
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._unit.setVisible(bool(unit))
        theme.notifier().changed.connect(self._place)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def event(self, event: QEvent) -> bool:
        """Before a shortcut of the window, such as Ctrl+Enter, acts on the settings, what was typed is one of them.

        With nothing typed to take back, undo and redo are those of the study.
        """
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and (
                (event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable())
                or (event.matches(QKeySequence.StandardKey.Redo) and not self.isRedoAvailable())):
            event.ignore()
            return False
        taken = super().event(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and not event.isAccepted() and event.key() not in BARE_KEYS \
                and event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            self.left.emit()
        return taken

    def _place(self) -> None:
        if self._unit.isHidden():
            return
        self._unit.adjustSize()
        width = self._unit.width()
        self.setTextMargins(0, 0, width + theme.px(4), 0)
        self._unit.move(self.width() - width - theme.px(9), (self.height() - self._unit.height()) // 2)


class NumberEditor(Editor):
    """A number in a field, checked at Enter and when the field is left."""

    def __init__(self, default: float, facts: Mapping[str, Any], parent: QWidget | None = None, *,
                 unit: bool = True) -> None:
        super().__init__(parent)
        self._whole = isinstance(default, int)
        self._default = default
        self._facts = facts
        self._unset = str(facts.get("unset", ""))
        self._value = default
        self.field = UnitField(str(facts.get("unit", "")) if unit else "")
        self.field.returnPressed.connect(self.commit)
        self.field.left.connect(self.commit)
        self.field.stepped.connect(self._step)
        self.field.textEdited.connect(self._edited)
        self._dirty = False
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.field)
        self.set_value(default)

    def value(self) -> float | int:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = int(value) if self._whole else float(value)
        self.field.setText(self._text())
        self._dirty = False
        self._say("")

    def commit(self) -> None:
        """Take what is typed: a new good number is committed once, a bad one is explained and stays in the field."""
        if not self._dirty:
            return
        typed = self.field.text().strip()
        try:
            number = 0 if self._unset and typed.lower() in ("", self._unset.lower()) else \
                typed_number(typed, whole=self._whole, facts=self._facts, example=self._default)
        except ValueError as error:
            self._say(str(error))
            return
        changed = number != self._value
        self.set_value(number)
        if changed:
            self.committed.emit(self._value)

    def focus_target(self) -> QWidget:
        return self.field

    def shown_text(self) -> str:
        unit = str(self._facts.get("unit", ""))
        return self._unset if self._unset and not self._value else f"{self._text()} {unit}".strip()

    def _text(self) -> str:
        """What stands in the field: a 0 that is no number but a choice not made reads as that."""
        return self._unset if self._unset and not self._value else number_text(self._value, whole=self._whole)

    def _edited(self) -> None:
        self._dirty = True

    def _step(self, steps: int) -> None:
        self.commit()
        size = 1.0 if self._whole or abs(self._value) >= 10 else 0.1 if abs(self._value) >= 1 else 0.01
        moved = self._value + steps * size
        low, high = self._facts.get("low"), self._facts.get("high")
        moved = max(moved, low) if low is not None else moved
        moved = min(moved, high) if high is not None else moved
        self.field.setText(number_text(round(moved, 10), whole=self._whole))
        self._dirty = True

    def _say(self, sentence: str) -> None:
        set_look(self.field, "state", "error" if sentence else "")
        self.failed.emit(sentence)


class PairEditor(Editor):
    """Numbers that rise from first to last, side by side: "0.75 to 1.33"."""

    def __init__(self, default: Sequence[float], facts: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = str(facts.get("unit", ""))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(6))
        self.parts: list[NumberEditor] = []
        for position, number in enumerate(default):
            if position:
                line.addWidget(words("to", "help"))
            part = NumberEditor(float(number), facts, unit=False)
            part.committed.connect(self._part_committed)
            part.failed.connect(self.failed)
            self.parts.append(part)
            line.addWidget(part, 1)
        if self._unit:
            line.addWidget(words(self._unit, "remark"))
        self._value = tuple(float(number) for number in default)

    def value(self) -> tuple[float, ...]:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = tuple(float(number) for number in value)
        for part, number in zip(self.parts, self._value, strict=True):
            part.set_value(number)

    def set_name(self, name: str, help_text: str) -> None:
        for part, end in zip(self.parts, ("from", "to") if len(self.parts) == 2 else range(1, 1 + len(self.parts)),
                             strict=True):
            part.set_name(f"{name}, {end}", help_text)

    def focus_target(self) -> QWidget:
        return self.parts[0].field

    def shown_text(self) -> str:
        return " to ".join(number_text(number, whole=False) for number in self._value) + f" {self._unit}".rstrip()

    def _part_committed(self) -> None:
        numbers = tuple(float(part.value()) for part in self.parts)
        rising = all(one < other for one, other in pairwise(numbers))
        for part in self.parts:
            set_look(part.field, "state", "" if rising else "error")
        if not rising:
            self.failed.emit("The first number must be smaller than the second")
            return
        self.failed.emit("")
        if numbers != self._value:
            self._value = numbers
            self.committed.emit(numbers)


class CheckEditor(Editor):
    """Yes or no; it carries its own words."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox()
        self._words = words(label, wrap=True)
        self._words.setBuddy(self.box)
        self._words.mousePressEvent = self._pressed  # type: ignore[method-assign]
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(3))
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        self._words.setContentsMargins(0, theme.px(3), 0, 0)
        line.addWidget(self._words, 1)
        self.box.clicked.connect(self._clicked)

    def value(self) -> bool:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    def focus_target(self) -> QWidget:
        return self.box

    def shown_text(self) -> str:
        return f"{self._words.text()}: {'yes' if self.value() else 'no'}"

    def _clicked(self, checked: bool) -> None:
        self.committed.emit(checked)

    def _pressed(self, event: object) -> None:
        self.box.click()


class ChoiceEditor(Editor):
    """One of a few as segments, one of more as a list. An empty choice reads as ``unset``.

    ``free``: other words can be typed as well, and names of columns stand as they are.
    """

    def __init__(self, default: str, choices: Sequence[str], name: str = "", parent: QWidget | None = None, *,
                 free: bool = False, unset: str = "") -> None:
        super().__init__(parent)
        self._unset = unset or AUTOMATIC
        self._free = free
        self._choices = list(choices)
        self._value = default
        self._line = QVBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._segments: Segments | None = None
        self._combo: QComboBox | None = None
        if not free and 1 < len(choices) <= FEW and sum(map(len, choices)) <= 30:
            self._segments = Segments([(choice, choice_words(choice)) for choice in choices], name)
            self._segments.chosen.connect(self._chose)
            self._line.addWidget(self._segments)
        else:
            self._combo = WidthlessCombo()
            self._combo.activated.connect(self._activated)
            self._line.addWidget(self._combo)
            typed = QLineEdit() if free else None
            if typed is not None:
                self._combo.setEditable(True)
                self._combo.setLineEdit(typed)
                self._combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
                typed.setAccessibleName(name)
                typed.editingFinished.connect(lambda: self._typed(typed.text().strip()))
        self.set_options(choices)
        self.set_value(default)

    def value(self) -> str:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = str(value)
        if self._segments is not None:
            if self._value in self._choices:
                self._segments.set_key(self._value)
            return
        assert self._combo is not None
        if self._value not in self._choices:
            self._choices.append(self._value)
            self._combo.addItem(self._shown(self._value), self._value)
        self._combo.setCurrentIndex(self._choices.index(self._value))

    def set_options(self, options: Sequence[str]) -> None:
        if self._combo is None:
            return
        self._choices = list(dict.fromkeys(options))
        self._combo.clear()
        for choice in self._choices:
            self._combo.addItem(self._shown(choice), choice)
        self.set_value(self._value)

    def set_name(self, name: str, help_text: str) -> None:
        super().set_name(name, help_text)
        if self._segments is not None:
            for button, choice in zip(self._segments.buttons(), self._choices, strict=True):
                button.setAccessibleName(f"{name}: {choice_words(choice)}")
                button.setAccessibleDescription(help_text)

    def focus_target(self) -> QWidget:
        found = self._combo or self._segments
        assert found is not None
        return found

    def shown_text(self) -> str:
        return self._shown(self._value)

    def _shown(self, choice: str) -> str:
        """A name of the user's data stands as it is: its capitals are not ours."""
        if not choice:
            return self._unset
        return choice if self._free else choice_words(choice)

    def _activated(self, position: int) -> None:
        self._chose(self._choices[position])

    def _typed(self, text: str) -> None:
        self._chose("" if text.lower() == self._unset.lower() else text)
        self.set_value(self._value)

    def _chose(self, choice: str) -> None:
        if choice != self._value:
            if choice not in self._choices:
                self.set_value(choice)
            self._value = choice
            self.committed.emit(choice)


class WidthlessCombo(QComboBox):
    """A combo that is as wide as its place, not as its longest item, and leaves the wheel to the scroll area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: Any) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def choice_words(choice: str) -> str:
    """A choice of the study file as the form shows it."""
    if not choice:
        return AUTOMATIC
    return choice if choice.split()[0].lower() != choice.split()[0] else capitalised(choice)
