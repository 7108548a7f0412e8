"""One rule of a cohort, edited by looking: a column or a receptor, an operator, values with their counts, a range.

Not for: applying the rule, or the order of several (rule_list.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.data.patients.cohort_rules import KeepRule, Value
from core.data.patients.column_facts import ColumnFacts
from core.data.values import value_key
from gui import theme
from gui.widgets.labels import set_look, words
from gui.widgets.parameter_editors import WidthlessCombo

ANY_OF, NONE_OF, BETWEEN, KNOWN, MISSING, HIGH = "any", "none", "between", "known", "missing", "high"
OPERATORS = {ANY_OF: "is any of", NONE_OF: "is not", BETWEEN: "is at least, at most", KNOWN: "is known",
             MISSING: "is missing", HIGH: "is in the high group"}
FEW_NUMBERS = 12
ROWS_SHOWN = 7
EXPRESSION = " expression"


def operator_of(rule: KeepRule) -> str:
    """Which operator a rule uses; "" for one that joins several conditions and can only be kept or removed."""
    parts = [name for name, used in (
        (ANY_OF, rule.included is not None), (NONE_OF, rule.excluded is not None),
        (BETWEEN, rule.minimum is not None or rule.maximum is not None), (HIGH, rule.upper_group)) if used]
    if len(parts) > 1:
        return ""
    if parts:
        return parts[0]
    return MISSING if rule.missing else KNOWN


class KeepRuleEditor(QWidget):
    """``changed`` carries each complete new rule; an unfinished one says below what it lacks."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: dict[str, ColumnFacts] = {}
        self._receptors: tuple[str, ...] = ()
        self._rule = KeepRule()
        self._quiet = False
        self.subject = WidthlessCombo()
        self.subject.setEditable(True)
        self.subject.setInsertPolicy(WidthlessCombo.InsertPolicy.NoInsert)
        self.subject.setAccessibleName("Column or receptor of the rule")
        self.subject.textActivated.connect(self._subject_chosen)
        line = self.subject.lineEdit()
        assert line is not None
        line.setPlaceholderText("Column or receptor")
        line.editingFinished.connect(lambda: self._subject_chosen(self.subject.currentText()))
        self.operator = WidthlessCombo()
        self.operator.setAccessibleName("What the value must be")
        self.operator.activated.connect(lambda _: self._operator_chosen())
        self.values = QListWidget()
        self.values.setProperty("ticks", True)
        self.values.setAccessibleName("Values with the number of patients who have them")
        self.values.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.values.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.values.itemChanged.connect(lambda _: self._edited())
        self.low, self.high = QLineEdit(), QLineEdit()
        for field, name in ((self.low, "At least"), (self.high, "At most")):
            field.setPlaceholderText(name.lower())
            field.setAccessibleName(name)
            field.editingFinished.connect(self._edited)
        self._range = QWidget()
        numbers = QHBoxLayout(self._range)
        numbers.setContentsMargins(0, 0, 0, 0)
        numbers.addWidget(self.low)
        numbers.addWidget(self.high)
        self.missing_too = QCheckBox("Keep patients without a value too")
        self.missing_too.toggled.connect(lambda _: self._edited())
        self._help = words("", "caption", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for part in (self.subject, self.operator, self.values, self._range, self.missing_too, self._help):
            self._column.addWidget(part)
        theme.notifier().changed.connect(self._measure)
        self._measure()

    def set_choices(self, columns: Sequence[ColumnFacts], receptors: Sequence[str]) -> None:
        """What a rule can be about."""
        self._facts = {facts.name: facts for facts in columns}
        self._receptors = tuple(receptors)
        names = [*self._facts, *(gene + EXPRESSION for gene in self._receptors)]
        self._quiet = True
        self.subject.clear()
        self.subject.addItems(names)
        completer = QCompleter(names, self.subject)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.activated.connect(self._subject_chosen)
        self.subject.setCompleter(completer)
        self._quiet = False
        self.set_rule(self._rule)

    def set_rule(self, rule: KeepRule) -> None:
        """Show a rule without saying that it changed."""
        self._quiet = True
        self._rule = rule
        name = rule.column or (rule.receptor + EXPRESSION if rule.receptor else "")
        place = self.subject.findText(name)
        self.subject.setCurrentIndex(place)
        self.subject.setEditText(name)
        self._fill_operators()
        key = operator_of(rule)
        self.operator.setCurrentIndex(max(self.operator.findData(key), 0))
        self._fill_values(rule.included if key == ANY_OF else rule.excluded if key == NONE_OF else ())
        self.low.setText("" if rule.minimum is None else f"{rule.minimum:g}")
        self.high.setText("" if rule.maximum is None else f"{rule.maximum:g}")
        self.missing_too.setChecked(bool(rule.missing) and key not in (KNOWN, MISSING))
        self._quiet = False
        self._show_parts()

    def rule(self) -> KeepRule:
        """The last complete rule."""
        return self._rule

    def help_text(self) -> str:
        """What is said under the fields."""
        return self._help.text()

    @property
    def _key(self) -> str:
        return str(self.operator.currentData() or "")

    def _fill_operators(self) -> None:
        facts = self._facts.get(self._rule.column)
        if self._rule.receptor:
            keys = [HIGH, BETWEEN, KNOWN, MISSING]
        elif facts is not None and facts.is_numbers and len(facts.values) + facts.more > FEW_NUMBERS:
            keys = [BETWEEN, KNOWN, MISSING, ANY_OF, NONE_OF]
        elif facts is not None and facts.is_numbers:
            keys = [ANY_OF, NONE_OF, BETWEEN, KNOWN, MISSING]
        else:
            keys = [ANY_OF, NONE_OF, KNOWN, MISSING]
        stated = operator_of(self._rule)
        self.operator.clear()
        for key in keys if stated in keys or not stated else [*keys, stated]:
            self.operator.addItem(OPERATORS[key], key)

    def _fill_values(self, ticked: Sequence[Value] | None) -> None:
        facts = self._facts.get(self._rule.column)
        chosen = {value_key(value): str(value) for value in ticked or ()}
        rows = list(facts.values) if facts is not None else []
        there = {value_key(text) for text, _ in rows}
        rows += [(text, 0) for key, text in chosen.items() if key not in there]
        self.values.clear()
        for text, count in rows:
            item = QListWidgetItem(f"{text}  ({count:,})")
            item.setData(Qt.ItemDataRole.UserRole, text)
            item.setToolTip(f"{text}: {count:,} patients")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if value_key(text) in chosen else Qt.CheckState.Unchecked)
            self.values.addItem(item)
        self._measure()

    def _subject_chosen(self, name: str) -> None:
        if self._quiet:
            return
        if name.endswith(EXPRESSION) and name.removesuffix(EXPRESSION) in self._receptors:
            rule = KeepRule(receptor=name.removesuffix(EXPRESSION), upper_group=True)
        elif name in self._facts:
            rule = KeepRule(name)
        else:
            if name.strip():
                self._say(f"There is no column “{name.strip()}” in this data set.", error=True)
            return
        if rule.subject == self._rule.subject and bool(rule.receptor) == bool(self._rule.receptor):
            return
        self.set_rule(rule)
        self._quiet = True
        first = self.operator.itemData(0)
        self.operator.setCurrentIndex(0)
        self._quiet = False
        self._show_parts()
        if first == HIGH:
            self._edited()

    def _operator_chosen(self) -> None:
        if self._quiet:
            return
        self._show_parts()
        self._edited()

    def _edited(self) -> None:
        if self._quiet or not self._rule.subject:
            return
        built = self._built()
        if built is not None and built != self._rule:
            self._rule = built
            self.changed.emit(built)

    def _built(self) -> KeepRule | None:
        """The rule as the fields say it, or None with the reason shown."""
        base = KeepRule(self._rule.column, self._rule.receptor)
        also = True if self.missing_too.isChecked() else None
        self._show_help()
        if self._key == KNOWN:
            return replace(base, missing=False)
        if self._key == MISSING:
            return replace(base, missing=True)
        if self._key == HIGH:
            return replace(base, upper_group=True, missing=also)
        if self._key in (ANY_OF, NONE_OF):
            ticked = self._ticked()
            if not ticked:
                self._say("Tick at least one value.")
                return None
            return replace(base, included=ticked, missing=also) if self._key == ANY_OF \
                else replace(base, excluded=ticked, missing=also)
        try:
            low, high = _number(self.low.text()), _number(self.high.text())
        except ValueError as error:
            self._say(f"“{error}” is not a number.", error=True)
            return None
        if low is None and high is None:
            self._say(f"Type a number into one of the two fields. {self._facts_words()}")
            return None
        if low is not None and high is not None and low > high:
            self._say("The lowest value is above the highest.", error=True)
            return None
        return replace(base, minimum=low, maximum=high, missing=also)

    def _ticked(self) -> tuple[Value, ...]:
        """Ticked values; those that the rule stated before stay as they were written."""
        stated: dict[str, Value] = {value_key(value): value
                                    for value in (*(self._rule.included or ()), *(self._rule.excluded or ()))}
        found: list[Value] = []
        for number in range(self.values.count()):
            item = self.values.item(number)
            if item.checkState() == Qt.CheckState.Checked:
                text = str(item.data(Qt.ItemDataRole.UserRole))
                found.append(stated.get(value_key(text), _plain(text)))
        return tuple(found)

    def _show_parts(self) -> None:
        there = bool(self._rule.subject)
        self.operator.setVisible(there)
        self.values.setVisible(there and self._key in (ANY_OF, NONE_OF))
        self._range.setVisible(there and self._key == BETWEEN)
        self.missing_too.setVisible(there and self._key not in (KNOWN, MISSING))
        self._show_help()

    def _show_help(self) -> None:
        if self._rule.subject and not operator_of(self._rule):
            self._say(f"This rule joins several conditions: {self._rule.words()}. A change here replaces them.")
        elif self._key == HIGH and self._rule.receptor:
            self._say("The upper of the two groups into which expression falls; refused where there are not two.")
        else:
            self._say(self._facts_words())

    def _facts_words(self) -> str:
        facts = self._facts.get(self._rule.column)
        if facts is None:
            return ""
        more = f"; {facts.more:,} rarer values are not listed" if facts.more and self._key in (ANY_OF, NONE_OF) else ""
        return f"In the whole data set: {facts.words()}{more}."

    def _say(self, sentence: str, *, error: bool = False) -> None:
        self._help.setText(sentence)
        self._help.setVisible(bool(sentence))
        set_look(self._help, "state", "error" if error else "")

    def _measure(self) -> None:
        self._column.setSpacing(theme.px(6))
        rows = min(max(self.values.count(), 1), ROWS_SHOWN)
        self.values.setFixedHeight(rows * theme.px(24) + theme.px(4))


def _number(text: str) -> float | None:
    """A typed number with comma or point; None where nothing is typed. Raises ValueError with the text."""
    clean = text.strip().replace("\u2212", "-").replace(",", ".")
    if not clean:
        return None
    try:
        number = float(clean)
    except ValueError:
        raise ValueError(text.strip()) from None
    if not math.isfinite(number):
        raise ValueError(text.strip())
    return number


def _plain(text: str) -> Value:
    """A number where the text is one, so that the study file reads ``in = [1]``."""
    key = value_key(text)
    try:
        number = float(key)
    except ValueError:
        return text
    if key in ("true", "false") or not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number
