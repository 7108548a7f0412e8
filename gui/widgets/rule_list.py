"""The rules of a cohort in their order: each as a sentence, with edit, up, down and remove; one is open for editing.

Not for: the fields of one rule (keep_rule_editor.py) or storing them; every change goes out as a signal.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.data.patients.cohort_rules import KeepRule
from core.data.patients.column_facts import ColumnFacts
from gui import theme
from gui.widgets.keep_rule_editor import KeepRuleEditor
from gui.widgets.labels import IconButton, WordFrame, link, words


class RuleRow(WordFrame):
    """One rule as a sentence with its buttons."""

    asked = Signal(int, str)
    """(place in the list, what: edit, up, down, remove)."""

    def __init__(self, place: int, rule: KeepRule, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        said = rule.words()
        self._sentence = words(said, "", wrap=True)
        self._sentence.setToolTip(said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._sentence)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(2))
        line.addStretch(1)
        self.buttons: dict[str, IconButton] = {}
        for what, icon, name in (("edit", "pen", "Change"), ("up", "up", "Earlier"), ("down", "down", "Later"),
                                 ("remove", "x", "Remove")):
            button = IconButton(icon, f"{name}: {said}", size=14)
            button.setToolTip(name)
            button.clicked.connect(lambda _, what=what: self.asked.emit(place, what))
            self.buttons[what] = button
            line.addWidget(button)
        self.buttons["up"].setEnabled(place > 0)
        self.buttons["down"].setEnabled(place < count - 1)
        column.addLayout(line)


class RuleList(QWidget):
    """``rules_changed`` carries (all rules, what was done in words, key by which edits in a row are one step)."""

    rules_changed = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rules: tuple[KeepRule, ...] = ()
        self._open = -1
        self._rows: list[RuleRow] = []
        self.editor = KeepRuleEditor()
        self.editor.changed.connect(self._rule_changed)
        self.add = link("Add a rule")
        self.add.clicked.connect(self.add_rule)
        self._nobody = words("No rule: everybody with the data that are needed.", "caption", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._nobody)
        self._column.addWidget(self.editor)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        theme.notifier().changed.connect(self._measure)
        self._measure()
        self.set_rules(())

    def set_choices(self, columns: Sequence[ColumnFacts], receptors: Sequence[str]) -> None:
        """What a rule can be about."""
        self.editor.set_choices(columns, receptors)

    def set_rules(self, rules: Sequence[KeepRule]) -> None:
        """Show these rules; the one that is open stays open as long as it is there."""
        new = tuple(rules)
        drafting = self._open == len(self._rules)
        if new == self._rules and self._rows:
            return
        self._rules = new
        if self._open > len(new) or (self._open == len(new) and not drafting):
            self._open = -1
        self._show()

    def rules(self) -> tuple[KeepRule, ...]:
        """The rules shown."""
        return self._rules

    def open_place(self) -> int:
        """Which rule is open for editing; -1 for none, the number of rules for a new one."""
        return self._open

    def add_rule(self) -> None:
        """Open an empty rule at the end; it counts from the moment it is complete."""
        self._open = len(self._rules)
        self._show()
        self.editor.subject.setFocus()

    def open_rule(self, place: int) -> None:
        """Open one for editing, or close it when it is open."""
        self._open = -1 if place == self._open else place
        self._show()
        if self._open >= 0:
            self.editor.subject.setFocus()

    def row(self, place: int) -> RuleRow:
        """The row of a rule. Raises IndexError."""
        return self._rows[place]

    def _show(self) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._column.removeWidget(self.editor)
        self._rows = []
        for place, rule in enumerate(self._rules):
            row = RuleRow(place, rule, len(self._rules))
            row.asked.connect(self._asked)
            self._rows.append(row)
            self._column.insertWidget(self._column.count() - 1, row)
            if place == self._open:
                self._column.insertWidget(self._column.count() - 1, self.editor)
        is_new = self._open == len(self._rules)
        if is_new:
            self._column.insertWidget(self._column.count() - 1, self.editor)
        self.editor.setVisible(self._open >= 0)
        wanted = self._rules[self._open] if 0 <= self._open < len(self._rules) else KeepRule()
        if self._open >= 0 and (is_new or self.editor.rule() != wanted):
            self.editor.set_rule(wanted)
        self._nobody.setVisible(not self._rules and not is_new)
        self.add.setVisible(not is_new)
        self.setAccessibleName(f"Rules of the cohort: {len(self._rules)}")

    def _asked(self, place: int, what: str) -> None:
        if what == "edit":
            self.open_rule(place)
            return
        rules = list(self._rules)
        said = rules[place].words()
        if what == "remove":
            del rules[place]
            self._open = -1
            self.rules_changed.emit(tuple(rules), f"remove the rule “{said}”", "")
            return
        other = place - 1 if what == "up" else place + 1
        rules[place], rules[other] = rules[other], rules[place]
        self._open = -1
        self.rules_changed.emit(tuple(rules), "change the order of rules", "")

    def _rule_changed(self, rule: KeepRule) -> None:
        if self._open < 0:
            return
        rules = list(self._rules)
        if self._open < len(rules):
            rules[self._open] = rule
            said, key = f"change the rule “{rule.words()}”", f"rule {self._open}"
        else:
            rules.append(rule)
            said, key = f"add the rule “{rule.words()}”", ""
        self.rules_changed.emit(tuple(rules), said, key)

    def _measure(self) -> None:
        self._column.setSpacing(theme.px(4))
