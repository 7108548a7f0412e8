"""The settings of an analysis as a form, generated from the fields of its Parameters: label, editor, help, errors.

Not for: what a changed setting means for a result; the form only says that it changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui import theme
from gui.widgets.labels import IconButton, IconLabel, hairline, words
from gui.widgets.name_chips import NamesEditor
from gui.widgets.parameter_editors import CheckEditor, ChoiceEditor, Editor, NumberEditor, PairEditor

OTHER_SETTINGS = "Other settings"


def editor_for(name: str, default: Any, facts: Mapping[str, Any], options: Sequence[str]) -> Editor:
    """The editor that fits a field's default and facts."""
    label, unset = str(facts.get("label") or name), str(facts.get("unset", ""))
    if facts.get("receptors"):
        return NamesEditor(options, all_words="All RTKs") if default == "all" else NamesEditor(options, unset=unset)
    if isinstance(default, bool):
        return CheckEditor(label)
    if isinstance(default, (int, float)):
        return NumberEditor(default, facts)
    if isinstance(default, tuple) and default and isinstance(default[0], float):
        return PairEditor(default, facts)
    if isinstance(default, tuple):
        return NamesEditor(options, unset=unset)
    choices = facts.get("choices")
    return ChoiceEditor(str(default), choices or options or (str(default),), label, free=not choices, unset=unset)


class FieldRow(QWidget):
    """Label above, editor, error, help below."""

    def __init__(self, name: str, editor: Editor, facts: Mapping[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.editor = editor
        label, help_text = str(facts.get("label") or name), str(facts.get("help", ""))
        unit = str(facts.get("unit", ""))
        editor.set_name(f"{label}, {unit}" if unit else label, help_text)
        editor.focus_target().setObjectName(name)
        self._was = words("", "caption")
        self._error_icon = IconLabel("err", "err", 14)
        self._error = words("", "error", wrap=True)
        self._error_line = QWidget()
        error_layout = QHBoxLayout(self._error_line)
        error_layout.setContentsMargins(0, 0, 0, 0)
        error_layout.setSpacing(theme.px(5))
        error_layout.addWidget(self._error_icon, 0, Qt.AlignmentFlag.AlignTop)
        error_layout.addWidget(self._error, 1)
        self._error_line.hide()
        self._help = words(help_text, "caption", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(theme.px(6))
        self._label = words(label, "help")
        self._label.setBuddy(editor.focus_target())
        if isinstance(editor, CheckEditor):
            self._label.hide()
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._was)
        self._was.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addLayout(head)
        column.addWidget(editor)
        column.addWidget(self._error_line)
        column.addWidget(self._help)
        self._help.setVisible(bool(help_text))  # in its place by now: without one it were a window
        editor.failed.connect(self.set_error)

    def set_error(self, sentence: str) -> None:
        """Explain what is wrong, or nothing."""
        self._error.setText(sentence)
        self._error_line.setVisible(bool(sentence))
        if sentence:
            self.editor.focus_target().setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self._error, QAccessible.Event.Alert))
        else:
            self.editor.focus_target().setAccessibleDescription(self._help.text())

    def set_help(self, text: str) -> None:
        """Other words under the editor, such as what the value means for the data that are open."""
        self._help.setText(text)
        self._help.setVisible(bool(text))
        if not self._error.text():
            self.editor.focus_target().setAccessibleDescription(text)

    def error(self) -> str:
        """The explanation that is shown, if any."""
        return self._error.text()

    def set_was(self, text: str) -> None:
        """The value of the run that the figures show, until the next run."""
        self._was.setText(f"was {text}" if text and not text.startswith("was ") else text)
        self._was.setVisible(bool(text))

    def was(self) -> str:
        """What ``set_was`` shows."""
        return self._was.text()


class FieldGroup(QWidget):
    """A bold head that opens and closes its rows; closed, it shows their values."""

    toggled = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.rows: list[FieldRow] = []
        self.by_hand = False
        """True after the user opened or closed it: then it is left alone."""
        self._head = IconButton("chev", "", title, token="text3", size=12)
        self._head.setProperty("role", "grouphead")
        self._head.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._head.clicked.connect(self._by_hand)
        self._closed_words = words("", "caption", wrap=True)
        self.content = QWidget()
        self._rows = QVBoxLayout(self.content)
        self._rows.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.addWidget(self._head)
        column.addWidget(self._closed_words)
        column.addWidget(self.content)
        self._column = column
        self._lined = False
        self.open = True
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_open(True)

    def add_widget(self, widget: QWidget) -> None:
        """Anything else than a field of the parameters, such as the cohort."""
        self._rows.addWidget(widget)

    def add_line(self) -> None:
        """A hairline at the end, which goes when the group goes."""
        self._lined = True
        self._column.addSpacing(theme.px(6))
        self._column.addWidget(hairline())
        self._measure()

    def add_row(self, row: FieldRow) -> None:
        """A field."""
        self.rows.append(row)
        self._rows.addWidget(row)

    def set_open(self, is_open: bool) -> None:
        """Open or close the group."""
        self.open = is_open
        self.content.setVisible(is_open)
        self._head.set_icon("chev" if is_open else "chevr", "text3")
        self._head.setAccessibleName(f"{self.title}, {'open' if is_open else 'closed'}")
        self.refresh()

    def refresh(self) -> None:
        """Bring the values in the closed head up to date."""
        parts = [row.editor.shown_text() if isinstance(row.editor, CheckEditor)
                 else f"{row._label.text()}: {row.editor.shown_text()}" for row in self.rows]
        self._closed_words.setText("\n".join(parts))
        self._closed_words.setVisible(not self.open and bool(parts))

    def closed_text(self) -> str:
        """The values that the closed head shows."""
        return self._closed_words.text()

    def _by_hand(self) -> None:
        self.by_hand = True
        self.set_open(not self.open)
        self.toggled.emit()

    def _measure(self) -> None:
        self._column.setContentsMargins(0, theme.px(8), 0, 0 if self._lined else theme.px(11))
        self._column.setSpacing(theme.px(5))
        self._rows.setSpacing(theme.px(9))


class ParameterForm(QWidget):
    """All settings in groups. ``changed(field, value)`` speaks once per committed edit."""

    changed = Signal(str, object)

    def __init__(self, parameters_type: type[Any], groups: Mapping[str, Sequence[str]] | None = None,
                 options: Mapping[str, Sequence[str]] | None = None, parent: QWidget | None = None) -> None:
        """``groups`` are title -> field names; a field in none of them stands under "Other settings"."""
        super().__init__(parent)
        fields = {item.name: item for item in dataclasses.fields(parameters_type)}
        named = {name for names in (groups or {}).values() for name in names}
        wanted = {title: list(names) for title, names in (groups or {}).items()}
        rest = [name for name in fields if name not in named]
        if rest:
            wanted[OTHER_SETTINGS if wanted else "Settings"] = rest
        self._rows: dict[str, FieldRow] = {}
        self.groups: dict[str, FieldGroup] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for title, names in wanted.items():
            if self.groups:
                column.addWidget(hairline())
            group = FieldGroup(title)
            self.groups[title] = group
            for name in names:
                facts = fields[name].metadata
                editor = editor_for(name, fields[name].default, facts, (options or {}).get(name, ()))
                row = FieldRow(name, editor, facts)
                editor.set_value(fields[name].default)
                editor.committed.connect(self._committed)
                self._rows[name] = row
                group.add_row(row)
            column.addWidget(group)
            group.refresh()
        column.addStretch(1)

    def values(self) -> dict[str, Any]:
        """Field name -> last good value, ready for ``dataclasses.replace``."""
        return {name: row.editor.value() for name, row in self._rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values without saying that they changed; names that the form does not have are passed over."""
        for name, value in values.items():
            if name in self._rows and self._rows[name].editor.value() != value:
                self._rows[name].editor.set_value(value)
        self._refresh()

    def set_options(self, field: str, options: Sequence[str]) -> None:
        """The columns or receptors that a field can name. Raises KeyError for an unknown field."""
        self._rows[field].editor.set_options(options)

    def set_was(self, field: str, text: str) -> None:
        """Show "was …" beside a field until the next run; empty text takes it away."""
        self._rows[field].set_was(text)

    def clear_was(self) -> None:
        """After a run no field was anything else."""
        for row in self._rows.values():
            row.set_was("")

    def set_error(self, field: str, sentence: str) -> None:
        """Explain at a field what the analysis says against its value; empty takes it away."""
        self._rows[field].set_error(sentence)

    def errors(self) -> dict[str, str]:
        """Field name -> explanation, for the fields that have one."""
        return {name: row.error() for name, row in self._rows.items() if row.error()}

    def row(self, field: str) -> FieldRow:
        """The row of a field. Raises KeyError."""
        return self._rows[field]

    def set_field_visible(self, field: str, visible: bool) -> None:
        """Hide a setting that does not matter here; its value stays."""
        self._rows[field].setVisible(visible)

    def fold_to(self, height: int) -> None:
        """Close groups from the bottom until the form fits; the first, the one with the focus and those that the user
        opened or closed stay as they are."""
        focused = self.window().focusWidget()
        free = [group for group in self.groups.values()
                if not group.by_hand and not (focused is not None and group.isAncestorOf(focused))]
        for group in free:
            group.set_open(True)
        first = next(iter(self.groups.values()), None)
        for group in [group for group in reversed(free) if group is not first]:
            if self._height_needed() <= height:
                return
            group.set_open(False)

    def _height_needed(self) -> int:
        """The height that the form needs at its width."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # rows just shown have not been measured
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(max(self.width(), theme.px(120)))

    def _refresh(self) -> None:
        for group in self.groups.values():
            group.refresh()

    def _committed(self, value: object) -> None:
        sender = self.sender()
        for name, row in self._rows.items():
            if row.editor is sender:
                self._refresh()
                self.changed.emit(name, value)
