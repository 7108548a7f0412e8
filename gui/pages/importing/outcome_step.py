"""Step 5: which columns are follow-up and what "it happened" means; every outcome is confirmed by a person.

Not for: cohorts, or results of an outcome.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.data.tables import EndpointRule
from core.problems import Severity
from gui import theme
from gui.pages.importing.draft import Draft, free_name, with_endpoint, without_endpoint
from gui.pages.importing.draft_reading import DatasetReading
from gui.pages.importing.outcome_values import OutcomeReading, event_values, other_causes, ticked
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.event_values import FEWEST_FOR_CAUSES
from gui.widgets.importing.finding_list import FindingList, FindingRow
from gui.widgets.importing.outcome_form import OutcomeForm, OutcomeValues
from gui.widgets.labels import set_look, words
from gui.widgets.panel import Panel

NARROW = 640


class OutcomeStep(QWidget):
    """``edited`` speaks a new draft; ``outcome_wanted`` asks the page to read an outcome off the GUI thread.

    ``offer_changed``: whether using the outcome that is shown is the next thing to do may be different.
    """

    edited = Signal(object)
    outcome_wanted = Signal(object)
    offer_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.sentence = words("", "help", wrap=True)
        column.addWidget(self.sentence)
        self.body = QWidget()
        self._line = line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        self.list_panel = Panel("Outcomes")
        self.list = QListWidget()
        self.list.setAccessibleName("Outcomes")
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(self._chosen)
        self.use = QPushButton("Use this outcome")
        self.use.setProperty("role", "primary")
        self.use.clicked.connect(self._use)
        self.add = QPushButton("Add an outcome")
        self.add.clicked.connect(self._add)
        self.remove = QPushButton("Do not use it")
        self.remove.clicked.connect(self._remove)
        self.list_panel.body.addWidget(self.list, 1)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        for button in (self.use, self.add, self.remove):
            flow.addWidget(button)
        self.list_panel.body.addWidget(buttons)
        self.form_panel = Panel("Outcome")
        self.form = OutcomeForm()
        self.form.changed.connect(self._form_changed)
        scroller = QScrollArea()
        scroller.setProperty("plain", True)
        scroller.setWidgetResizable(True)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrolled")
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, theme.px(8), 0)
        inside.addWidget(self.form)
        scroller.setWidget(inner)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.findings = FindingList("What there is to say about this outcome")
        self.form_panel.body.addWidget(scroller, 3)
        self.form_panel.body.addWidget(self.findings, 2)
        line.addWidget(self.list_panel, 2)
        line.addWidget(self.form_panel, 5)
        column.addWidget(self.body, 1)
        theme.notifier().changed.connect(self._look)
        self._look()
        self._draft: Draft | None = None
        self._whole: DatasetReading | None = None
        self._rules: list[tuple[EndpointRule, bool]] = []
        self._shown = ""
        self._columns: tuple[str, ...] = ()

    def show_waiting(self, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self.sentence.setText(sentence)
        self.body.setVisible(False)

    def show_reading(self, draft: Draft, whole: DatasetReading) -> None:
        """List the outcomes that are used and those that the table seems to hold."""
        self._draft, self._whole = draft, whole
        clinical = whole.dataset.clinical
        if clinical is None:
            if draft.spec.clinical and whole.dataset.unusable:
                self.show_waiting(f"The clinical tables cannot be used yet: {whole.dataset.unusable[0].line()}")
                return
            self.show_waiting("There is no clinical table, so there is no outcome to choose. Follow-up can be added "
                              "later: drop the clinical table on this page and choose this data set.")
            return
        self.body.setVisible(True)
        columns = tuple(clinical.columns)
        if columns != self._columns:
            self._columns = columns
            self.form.set_columns(columns, columns)
        used = list(draft.spec.endpoints)
        known = {(rule.time, rule.event) for rule in used}
        proposed = [rule for rule in whole.proposals if (rule.time, rule.event) not in known]
        self._rules = [*((rule, True) for rule in used), *((rule, False) for rule in proposed)]
        if used:
            self.sentence.setText("Which columns are follow-up, and what means that it happened? Taken the wrong way "
                                  "round, every result is turned upside down.")
        elif proposed:
            self.sentence.setText("These columns look like follow-up. An outcome counts only when you use it. "
                                  "Without one, Prognosis has to wait; it can be added later.")
        else:
            self.sentence.setText("No column looks like follow-up. Add an outcome if there is one, or go on without: "
                                  "it can be added later.")
        self.list.blockSignals(True)
        self.list.clear()
        for rule, is_used in self._rules:
            item = QListWidgetItem(_words_of(rule, is_used))
            item.setIcon(theme.icon("ok" if is_used else "circ", "ok" if is_used else "text3"))
            self.list.addItem(item)
        names = [rule.name for rule, _ in self._rules]
        at = names.index(self._shown) if self._shown in names else 0 if names else -1
        self.list.setCurrentRow(at)
        self.list.blockSignals(False)
        self._chosen(at)

    def show_outcome(self, reading: OutcomeReading) -> None:
        """What was found out about the outcome that is shown."""
        rule, used = self._current()
        if rule is None or (rule.time, rule.event) != (reading.rule.time, reading.rule.event):
            return
        happened = ticked(rule, reading.rows)
        told = any(row.remark for row in reading.rows)
        start = ("What the codes mean is said by another column, beside them." if told else
                 "A bare 0 or 1 is never ticked beforehand: in some tables 1 means alive.")
        others = other_causes(rule, reading.rows)
        more = " Another cause is one after which it can no longer happen, such as death of something else." \
            if others or len(reading.rows) >= FEWEST_FOR_CAUSES else ""
        self.form.set_values(reading.rows, happened, f"{start} Every value that is not ticked counts as censored, a "
                             f"blank one as unknown.{more}" if reading.rows else "", others)
        self.form_panel.set_title(rule.name or "Outcome", reading.summary)
        rows = [FindingRow(str(at), "decide" if problem.severity == Severity.PROBLEM else
                           "look" if problem.severity == Severity.WARNING else "note", problem.where.cell,
                           problem.what[:1].upper() + problem.what[1:], problem.why)
                for at, problem in enumerate(reading.problems)]
        self.findings.set_rows(rows, "Nothing speaks against it." if reading.summary else "")
        self._share_room()
        open_parts = [text for text, there in (("the time column", rule.time), ("the unit", rule.unit),
                                               ("the event column", rule.event),
                                               ("which values mean that it happened", rule.event_values)) if not there]
        self.use.setEnabled(not used and not open_parts)
        self.use.setToolTip(f"Say {' and '.join(open_parts)} first" if open_parts else "")
        self._show_offer()

    def _share_room(self) -> None:
        """What there is to say takes the room that it needs, and no more than two fifths: the form gets the rest."""
        content = self.findings.widget()
        layout = content.layout() if content is not None else None
        needed = layout.totalHeightForWidth(max(self.findings.width(), 200)) if layout is not None else 0
        self.findings.setMaximumHeight(needed + theme.px(24) if needed > 0 else 16_777_215)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside each other the list stands above the form."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self.list_panel.setMaximumHeight(theme.px(150) if narrow else 16_777_215)
        self._share_room()

    @property
    def is_next(self) -> bool:
        """True while no outcome is used yet and the one shown can be: then that is the one thing to do."""
        draft = self._draft
        return draft is not None and not draft.spec.endpoints and not self.body.isHidden() \
            and not self.use.isHidden() and self.use.isEnabled()

    def _show_offer(self) -> None:
        set_look(self.use, "role", "primary" if self.is_next else "")
        self.offer_changed.emit()

    def _look(self) -> None:
        look = theme.current()
        selected = (f"background: {look.hex('tint')}; color: {look.hex('text')}; "
                    f"border-left: 3px solid {look.hex('accent')};")
        self.list.setStyleSheet(
            f"QListWidget {{ border: 0; background: {look.hex('surface')}; }}"
            f"QListWidget::item:selected {{ {selected} }}"
            f"QListWidget:focus {{ border: 2px solid {look.hex('accent')}; }}")

    def _current(self) -> tuple[EndpointRule | None, bool]:
        at = self.list.currentRow()
        return self._rows_at(at)

    def _rows_at(self, at: int) -> tuple[EndpointRule | None, bool]:
        return self._rules[at] if 0 <= at < len(self._rules) else (None, False)

    def _chosen(self, at: int) -> None:
        rule, used = self._rows_at(at)
        self.form_panel.setVisible(rule is not None)
        self.use.setVisible(rule is not None and not used)
        self.remove.setVisible(used)
        self._show_offer()
        if rule is None:
            return
        self._shown = rule.name
        self.form.set_outcome(OutcomeValues(rule.name, rule.time, rule.unit, rule.event))
        self.outcome_wanted.emit(rule)

    def _form_changed(self, values: OutcomeValues) -> None:
        rule, used = self._current()
        if rule is None or self._draft is None:
            return
        same_event = values.event == rule.event
        changed = EndpointRule(values.name or rule.name, values.time, values.unit, values.event,
                               event_values(values.happened) if same_event else (),
                               event_values(values.others) if same_event else ())
        if changed == rule:
            return
        others = [each.name for each, _ in self._rules if each is not rule]
        changed = replace(changed, name=free_name(changed.name, others))
        self._shown = changed.name
        if used:
            self.edited.emit(with_endpoint(self._draft, changed, rule.name))
        else:
            at = self.list.currentRow()
            self._rules[at] = (changed, False)
            self.list.item(at).setText(_words_of(changed, False))
            self.outcome_wanted.emit(changed)

    def _use(self) -> None:
        rule, used = self._current()
        if rule is not None and not used and self._draft is not None:
            self.edited.emit(with_endpoint(self._draft, rule))

    def _add(self) -> None:
        rule = EndpointRule(free_name("outcome", [each.name for each, _ in self._rules]), "", "", "", ())
        self._rules.append((rule, False))
        item = QListWidgetItem(_words_of(rule, False))
        item.setIcon(theme.icon("circ", "text3"))
        self.list.addItem(item)
        self.list.setCurrentRow(len(self._rules) - 1)
        self.form.time_column.setFocus()

    def _remove(self) -> None:
        rule, used = self._current()
        if rule is not None and used and self._draft is not None:
            self.edited.emit(without_endpoint(self._draft, rule.name))


def _words_of(rule: EndpointRule, is_used: bool) -> str:
    """An outcome in the list: its name, and its columns or that they are still to be chosen."""
    if not (rule.time or rule.event):
        return f"{rule.name}\nnot used yet: choose its columns"
    return (f"{rule.name}\n{'used' if is_used else 'not used yet'}: {rule.time or 'no time yet'}, "
            f"{rule.event or 'no event yet'}")
