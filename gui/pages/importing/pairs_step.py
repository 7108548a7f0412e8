"""Step 5 of biopsies: which samples are one patient before and after, shown as a table for confirmation.

Not for: proposing (pair_proposals.py) or reading (pairs_reading.py).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.data.tables import ClinicalTable
from gui import theme
from gui.pages.importing.draft import Draft
from gui.pages.importing.pair_proposals import propose_pairs_form
from gui.pages.importing.pairs_reading import PairsReading, with_column
from gui.pages.importing.role_forms import PairsForm
from gui.widgets.flow_layout import FlowLayout
from gui.widgets.importing.reading_form import OpenSegments
from gui.widgets.importing.role_fields import FieldGrid, choice_box, counted_choices, fill, scrolled
from gui.widgets.importing.text_table import TextTable
from gui.widgets.labels import chip, set_look, words
from gui.widgets.panel import Panel

SOURCES = (("columns", "Two columns"), ("names", "The sample names"))
NARROW = 640


class PairsStep(QWidget):
    """``changed`` speaks a PairsForm, ``used`` one that counts now."""

    changed = Signal(object)
    used = Signal(object)
    removed = Signal()
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
        self.form_panel = Panel("What says the pairs?")
        self._build_form()
        right = QWidget()
        tables = QVBoxLayout(right)
        tables.setContentsMargins(0, 0, 0, 0)
        tables.setSpacing(theme.px(8))
        self.pairs_panel = Panel("Pairs", inner_margin=False)
        self.pairs = TextTable(("Patient", "Before", "After"), "Pairs")
        self.pairs_panel.set_content(self.pairs)
        self.out_panel = Panel("In no pair", inner_margin=False)
        self.left_out = TextTable(("Sample", "Patient", "Why"), "Samples in no pair", wraps=True)
        self.out_panel.set_content(self.left_out)
        tables.addWidget(self.pairs_panel, 3)
        tables.addWidget(self.out_panel, 2)
        self._line.addWidget(self.form_panel, 2)
        self._line.addWidget(right, 3)
        column.addWidget(self.sentence)
        column.addWidget(self.body, 1)
        self._reading: PairsReading | None = None
        self._draft: Draft | None = None
        self._clinical: ClinicalTable | None = None

    def _build_form(self) -> None:
        form = QWidget()
        inside = QVBoxLayout(form)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(8))
        self.source = OpenSegments(SOURCES, "What says the pairs")
        self.source.chosen.connect(self._source_chosen)
        self.why = words("", "caption", wrap=True)
        self.fields = FieldGrid()
        self.patient, self.time_point = choice_box("Column of the patient"), choice_box("Column of the time point")
        self.before, self.after = choice_box("Value before"), choice_box("Value after")
        for text, box in (("Patient", self.patient), ("Time point", self.time_point), ("Before", self.before),
                          ("After", self.after)):
            self.fields.add(text, box)
        self.patient.activated.connect(lambda at: self._column_chosen("patient", self.patient.itemData(at)))
        self.time_point.activated.connect(lambda at: self._column_chosen("time_point", self.time_point.itemData(at)))
        self.before.activated.connect(lambda at: self.changed.emit(replace(self.form, before=self.before.itemData(at))))
        self.after.activated.connect(lambda at: self.changed.emit(replace(self.form, after=self.after.itemData(at))))
        self.problems = words("", "error", wrap=True)
        self.remark = words("", "caption", wrap=True)
        for part in (self.source, self.why, self.fields, self.problems, self.remark):
            inside.addWidget(part)
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=8)
        flow.setContentsMargins(0, 0, 0, 0)
        self.use = QPushButton("These pairs are right")
        self.use.clicked.connect(lambda: self.used.emit(self.form))
        self.remove = QPushButton("Do not use them")
        self.remove.clicked.connect(self.removed)
        for button in (self.use, self.remove):
            flow.addWidget(button)
        self.form_panel.body.addWidget(scrolled(form), 1)
        self.form_panel.body.addWidget(buttons)

    @property
    def form(self) -> PairsForm:
        """What stands in the fields."""
        return self._reading.form if self._reading is not None else PairsForm()

    @property
    def is_next(self) -> bool:
        """True while the pairs shown are whole and not confirmed: then that is the one thing to do."""
        return self._draft is not None and not self._draft.spec.layout and not self.body.isHidden() \
            and self.use.isEnabled()

    def show_waiting(self, sentence: str) -> None:
        """The data set is being read, or cannot be."""
        self.sentence.setText(sentence)
        self.body.setVisible(False)

    def show_reading(self, draft: Draft, reading: PairsReading, clinical: ClinicalTable | None) -> None:
        """Show what is said so far and the pairs that it gives."""
        self._draft, self._reading, self._clinical = draft, reading, clinical
        self.body.setVisible(True)
        used = bool(draft.spec.layout)
        self.sentence.setText(
            "Each patient counts as one change, after minus before. A patient without both is listed, never guessed."
            if used else "Are these the pairs? They count only when you agree. Nobody is dropped in silence: who is in "
            "no pair is listed with the reason.")
        form = reading.form
        self.source.set_or_open("names" if form.by_names else "columns")
        self.source.buttons()[0].setEnabled(clinical is not None)
        self.source.buttons()[0].setToolTip("" if clinical is not None else "There is no clinical table")
        self.why.setText(reading.why)
        self.why.setVisible(bool(reading.why))
        self.fields.setVisible(not form.by_names)
        columns = [(name, name) for name in reading.columns]
        fill(self.patient, columns, form.patient)
        fill(self.time_point, columns, form.time_point)
        values = counted_choices(reading.values)
        fill(self.before, values, form.before)
        fill(self.after, values, form.after)
        bad = [problem for problem in reading.problems if not reading.pairs]
        self.problems.setText("\n".join(_sentence(problem.what, problem.why) for problem in bad))
        self.problems.setVisible(bool(bad))
        looks = [problem for problem in reading.problems
                 if reading.pairs and problem.code in ("patients_spelled_alike", "pairs_spelled_differently")]
        said = "Say " + " and ".join(form.open) + "." if form.open else \
            "\n".join(_sentence(problem.what, problem.why) for problem in looks)
        self.remark.setText(said)
        self.remark.setVisible(bool(said))
        self._show_tables(reading)
        self.use.setVisible(not used)
        self.use.setEnabled(bool(reading.pairs))
        self.use.setToolTip("" if reading.pairs else f"Say {' and '.join(form.open)} first" if form.open else
                            "There is no pair yet")
        self.remove.setVisible(used)
        self.form_panel.set_right(chip("ok", "confirmed") if used else None)
        set_look(self.use, "role", "primary" if self.is_next else "")
        self.offer_changed.emit()

    def _show_tables(self, reading: PairsReading) -> None:
        heads = [text[:1].upper() + text[1:] for text in (reading.before, reading.after)]
        self.pairs.rows.set_headers(("Patient", *heads))
        self.pairs.set_rows([row[:3] for row in reading.pairs])
        self.left_out.set_rows([(sample, patient, why) for patient, sample, _, why in reading.left_out])
        self.pairs_panel.set_title("Pairs", reading.summary or "none yet")
        self.out_panel.set_title("In no pair", f"{len(reading.left_out):,}")
        self.out_panel.setVisible(bool(reading.left_out))

    def _source_chosen(self, source: str) -> None:
        if source == "names":
            self.changed.emit(replace(self.form, by_names=True))
            return
        proposal = propose_pairs_form(self._clinical) if self._clinical is not None else None
        form = replace(self.form, by_names=False)
        plain = PairsForm(next(iter(self._clinical.columns), "")) if self._clinical is not None else PairsForm()
        self.changed.emit(form if form.patient else proposal.form if proposal is not None else plain)

    def _column_chosen(self, field: str, name: str) -> None:
        if self._clinical is not None:
            self.changed.emit(with_column(self.form, field, name, self._clinical))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside each other the form stands above the pairs."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        self._line.setDirection(ways.TopToBottom if self.width() < theme.px(NARROW) else ways.LeftToRight)


def _sentence(what: str, why: str) -> str:
    return f"{what[:1].upper()}{what[1:]}. {why}".strip()
