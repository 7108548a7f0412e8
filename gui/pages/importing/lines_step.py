"""Step 5 of cell lines: which lines are resistant, in which direction, and which lines have both tables.

Not for: proposing (line_proposals.py) or reading (lines_reading.py).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui import theme
from gui.pages.importing.draft import Draft
from gui.pages.importing.lines_reading import Decision, LinesReading, form_of_column
from gui.pages.importing.role_forms import GROUPS, HIGH_RESISTS, LOW_RESISTS, PAIRS, RESPONSE, LinesForm
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.finding_list import FindingList, FindingRow
from gui.widgets.importing.histogram import Histogram
from gui.widgets.importing.reading_form import OpenSegments
from gui.widgets.importing.role_fields import FieldGrid, choice_box, counted_choices, fill, scrolled
from gui.widgets.importing.text_table import TextTable
from gui.widgets.labels import chip, link, set_look, words
from gui.widgets.panel import Panel

KINDS = ((RESPONSE, "A response"), (GROUPS, "Two groups"), (PAIRS, "Parental pairs"))
DIRECTIONS = ((HIGH_RESISTS, "Resistant"), (LOW_RESISTS, "Sensitive"))
KIND_WORDS = {RESPONSE: "One number for each line: GI50, IC50, AUC, GR50.",
              GROUPS: "A column that says which lines are sensitive and which resistant.",
              PAIRS: "Parental lines and the resistant lines made from them."}
NARROW = 640


class LinesStep(QWidget):
    """``changed`` speaks a LinesForm, ``used`` one that counts now; ``answered`` (kind of answer, key, value)."""

    changed = Signal(object)
    used = Signal(object)
    removed = Signal()
    answered = Signal(str, str, str)
    offer_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.sentence = words("", "help", wrap=True)
        self.body = QWidget()
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.body)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(theme.px(8))
        self.form_panel = Panel("Which lines are resistant?")
        self._build_form()
        self.lines_panel = Panel("Lines", inner_margin=False)
        self.table = TextTable(("Line", "Also written", "Measured", "Response"), "Lines")
        self.decisions = FindingList("Names to decide")
        self.decisions.remedied.connect(self._decided)
        self.lines_panel.body.addWidget(self.decisions, 2)
        self.lines_panel.body.addWidget(self.table, 3)
        self._line.addWidget(self.form_panel, 4)
        self._line.addWidget(self.lines_panel, 5)
        column.addWidget(self.sentence)
        column.addWidget(self.body, 1)
        self._reading: LinesReading | None = None
        self._draft: Draft | None = None

    def _build_form(self) -> None:
        form = QWidget()
        inside = QVBoxLayout(form)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(8))
        self.kind = OpenSegments(KINDS, "What says it")
        self.kind.chosen.connect(self._kind_chosen)
        self.kind_words = words("", "caption", wrap=True)
        self.fields = FieldGrid()
        self.column, self.line = choice_box("Column"), choice_box("Column of the parental line")
        self.sensitive, self.resistant = choice_box("Means sensitive"), choice_box("Means resistant")
        self.fields.add("Line", self.line)
        self.fields.add("Column", self.column)
        self.fields.add("Sensitive", self.sensitive)
        self.fields.add("Resistant", self.resistant)
        self.name, self.unit = QLineEdit(), QLineEdit()
        self.name.setPlaceholderText("As its column")
        for text, field, about in (("Called", self.name, "Name of the response"), ("Unit", self.unit,
                                                                                  "Unit of the response")):
            field.setAccessibleName(about)
            field.editingFinished.connect(self._called)
            self.fields.add(text, field)
        self.line.activated.connect(lambda at: self._say(line=self.line.itemData(at)))
        self.column.activated.connect(lambda at: self._column_chosen(self.column.itemData(at)))
        self.sensitive.activated.connect(lambda at: self._say(**{self._low_name: self.sensitive.itemData(at)}))
        self.resistant.activated.connect(lambda at: self._say(resistant=self.resistant.itemData(at)))
        self.histogram = Histogram()
        self.histogram.setAccessibleName("Histogram of the response")
        self.remark = words("", "caption", wrap=True)
        self.question = words("A high value means that the line is …", "title", wrap=True)
        self.direction = OpenSegments(DIRECTIONS, "A high value means")
        self.direction.chosen.connect(lambda key: self._say(direction=key))
        self.why = words("", "caption", wrap=True)
        self.take = link("Take the proposal")
        self.take.clicked.connect(self._take)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        flow.setContentsMargins(0, 0, 0, 0)
        self.use = QPushButton("Use this response")
        self.use.clicked.connect(lambda: self.used.emit(self.form))
        self.remove = QPushButton("Do not use it")
        self.remove.clicked.connect(self.removed)
        for button in (self.use, self.remove):
            flow.addWidget(button)
        for part in (self.kind, self.kind_words, self.fields, self.histogram, self.remark, self.question,
                     self.direction, self.why, self.take):
            inside.addWidget(part)
        inside.setAlignment(self.take, Qt.AlignmentFlag.AlignLeft)
        self.form_panel.body.addWidget(scrolled(form), 1)
        self.form_panel.body.addWidget(buttons)

    @property
    def form(self) -> LinesForm:
        """What stands in the fields."""
        return self._reading.form if self._reading is not None else LinesForm()

    @property
    def is_next(self) -> bool:
        """True while the response shown is whole and not used: then that is the one thing to do."""
        return self._draft is not None and not self._draft.spec.layout and not self.body.isHidden() \
            and self.use.isEnabled()

    def show_waiting(self, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self.sentence.setText(sentence)
        self.body.setVisible(False)

    def show_reading(self, draft: Draft, reading: LinesReading, *, described: bool) -> None:
        """Show what is said so far and what it gives; ``described``: there is a clinical table."""
        self._draft, self._reading = draft, reading
        self.body.setVisible(True)
        used = bool(draft.spec.layout)
        if not described:
            self.sentence.setText("There is no table that says which lines are resistant. It can be added later: drop "
                                  "a table with one row per line and its response on this page.")
        elif used:
            self.sentence.setText("Which lines are resistant? Taken the wrong way round, every result is turned upside "
                                  "down.")
        elif reading.form.kind and reading.form.open:
            self.sentence.setText(f"Say {' and '.join(reading.form.open)}. It counts only when you use it; without it "
                                  "the page Cell lines has to wait.")
        elif reading.form.kind:
            self.sentence.setText("This looks like what says which lines are resistant. It counts only when you use "
                                  "it; without it the page Cell lines has to wait.")
        else:
            self.sentence.setText("No column looks like a response. Choose one if there is, or go on without: it can "
                                  "be said later.")
        self.form_panel.setVisible(described)
        self._show_form(reading, used)
        self._show_lines(reading)
        self.offer_changed.emit()

    def _show_form(self, reading: LinesReading, used: bool) -> None:
        form = reading.form
        self.kind.set_or_open(form.kind)
        self.kind_words.setText(KIND_WORDS.get(form.kind, "Choose what the table says."))
        response, groups, pairs = (form.kind == each for each in (RESPONSE, GROUPS, PAIRS))
        self.fields.show_row(self.line, pairs)
        self.fields.show_row(self.column, bool(form.kind), "State" if pairs else "Column")
        self.fields.show_row(self.sensitive, groups or pairs, "Parental" if pairs else "Sensitive")
        self.fields.show_row(self.resistant, groups or pairs)
        columns = list(reading.columns)
        fill(self.column, columns, form.state if pairs else form.column)
        fill(self.line, columns, form.line)
        values = counted_choices(reading.values)
        fill(self.sensitive, values, form.parental if pairs else form.sensitive)
        fill(self.resistant, values, form.resistant)
        for field, text in ((self.name, form.name), (self.unit, form.unit)):
            self.fields.show_row(field, response and bool(form.column))
            field.setText(text)
        self.histogram.set_counts(reading.counts if response else (), reading.remark)
        self.remark.setText(reading.remark)
        self.remark.setVisible(bool(reading.remark))
        asked = response and bool(form.column)
        for part in (self.question, self.direction):
            part.setVisible(asked)
        self.direction.set_or_open(form.direction)
        self._show_why(reading, asked)
        self.use.setText({GROUPS: "Use these groups", PAIRS: "Use these pairs"}.get(form.kind, "Use this response"))
        self.use.setVisible(not used)
        self.use.setEnabled(bool(form.kind) and not form.open)
        self.use.setToolTip(f"Say {' and '.join(form.open)} first" if form.open else "")
        self.remove.setVisible(used)
        self.form_panel.set_right(chip("ok", "used") if used else None)
        set_look(self.use, "role", "primary" if self.is_next else "")

    def _show_why(self, reading: LinesReading, asked: bool) -> None:
        said, proposed = reading.form.direction, reading.direction
        word = dict(DIRECTIONS).get(proposed, "").lower()
        if not proposed:
            text = "Neither the name nor the values tell it: look into the paper or ask who measured it."
        elif said and said != proposed:
            text = f"This is the other way round than the name says: {reading.why}."
        else:
            text = f"Proposed: {word}. {reading.why[:1].upper()}{reading.why[1:]}."
        self.why.setText(text)
        self.why.setVisible(asked)
        set_look(self.why, "role", "error" if said and proposed and said != proposed else "caption")
        self.take.setText(f"Take the proposal: {word}")
        self.take.setVisible(asked and bool(proposed) and said != proposed)

    def _show_lines(self, reading: LinesReading) -> None:
        rows = [(row.line, row.written, row.measured or "no", " ".join(filter(None, (row.response, f"({row.remark})"
                 if row.response and row.remark else row.remark)))) for row in reading.rows]
        self.table.rows.set_headers((*self.table.rows.headers[:3], {GROUPS: "Group", PAIRS: "State"}.get(
            reading.form.kind, "Response")))
        self.table.set_rows(rows, [at for at, row in enumerate(reading.rows) if not row.usable])
        self.lines_panel.set_title("Lines", reading.summary)
        self.decisions.set_rows([_decision_row(each) for each in reading.decisions], "No name to decide.")
        self.decisions.setVisible(bool(reading.decisions))

    @property
    def _low_name(self) -> str:
        return "parental" if self.form.kind == PAIRS else "sensitive"

    def _say(self, **said: str) -> None:
        self.changed.emit(replace(self.form, **said))

    def _called(self) -> None:
        name, unit = self.name.text().strip(), self.unit.text().strip()
        if (name, unit) != (self.form.name, self.form.unit):
            self._say(name=name, unit=unit)

    def _kind_chosen(self, kind: str) -> None:
        """Another kind: what is proposed for it, else its open questions."""
        proposals = self._reading.proposals if self._reading is not None else ()
        found = next((each.form for each in proposals if each.form.kind == kind), LinesForm(kind))
        self.changed.emit(found)

    def _column_chosen(self, name: str) -> None:
        """Another column: its direction and values are new questions."""
        form = self.form
        if form.kind == PAIRS:
            self.changed.emit(replace(form, state=name, parental="", resistant=""))
        elif self._reading is not None:
            self.changed.emit(form_of_column(form.kind, name, self._reading.proposals))

    def _take(self) -> None:
        if self._reading is not None:
            self._say(direction=self._reading.direction)

    def _decided(self, key: str, choice: str) -> None:
        decision = next((each for each in self._reading.decisions if each.key == key), None) \
            if self._reading is not None else None
        if decision is not None:
            kind, name, value, _ = decision.choices[int(choice)]
            self.answered.emit(kind, name, value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside each other the form stands above the lines."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if self.width() < theme.px(NARROW) else ways.LeftToRight)


def _decision_row(decision: Decision) -> FindingRow:
    return FindingRow(decision.key, "look", "", decision.words, "", tuple(
        (str(at), text) for at, (_, _, _, text) in enumerate(decision.choices)))
