"""How many would I need? A question about pairs, events or lines, answered while it is typed: words, curve, table.

Not for: the formulas (core/analyses/planner.py) or the pilot numbers: who opens it hands the question in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.analyses.planner import EVENTS, LINES, PAIRS, PlannerAnswer, PlannerQuestion, default_question, plan
from core.figures.figure_settings import FigureSettings
from core.figures.spec import FigureSpec
from core.problems import Problem
from gui import theme
from gui.widgets.export_jobs import Submit
from gui.widgets.frame_table import FrameTable
from gui.widgets.labels import set_look, words
from gui.widgets.panel import Segments
from gui.widgets.picture_clipboard import copy_picture_and_data
from gui.widgets.screen_room import screen_room
from gui.widgets.typed_numbers import number_text, typed_number

KINDS = ((PAIRS, "Pairs"), (LINES, "Cell lines"), (EVENTS, "Events"))
DESIGNS = (("groups", "Two groups"), ("response", "Measured response"))


@dataclass(frozen=True)
class _Field:
    """A number of the question: its words, its limits, and how it is shown."""

    key: str
    label: str
    low: float
    high: float
    whole: bool = False
    percent: bool = False


RECEPTORS = _Field("receptors", "Receptors tested", 1, 100_000, True)
POWER = _Field("power", "Power (%)", 50, 99.9, percent=True)
HAVE = _Field("have", "There now", 0, 100_000, True)


def fields_of(question: PlannerQuestion) -> tuple[_Field, ...]:
    """What is asked for this kind, in the order of the form."""
    unit = f" ({question.unit})" if question.unit else ""
    if question.kind == EVENTS:
        own: tuple[_Field, ...] = (
               _Field("effect", "Hazard ratio per SD", 0.05, 20),
               _Field("share", "Patients with the event (%)", 0.1, 100, percent=True))
    elif question.correlates:
        own = (_Field("effect", "Correlation", 0.01, 0.999),)
    elif question.kind == LINES:
        own = (_Field("effect", f"Difference{unit}", 0.0001, 1e6), _Field("sd", f"SD within groups{unit}", 1e-6, 1e6),
               _Field("share", "In the smaller group (%)", 1, 50, percent=True))
    else:
        own = (_Field("effect", f"Mean change{unit}", 0.0001, 1e6), _Field("sd", f"SD of the changes{unit}", 1e-6, 1e6))
    return (*own, RECEPTORS, POWER, HAVE)


def titles_of(answer: PlannerAnswer) -> dict[str, str]:
    """What the headers of the table say on screen."""
    question = answer.question
    return {question.kind: question.kind.capitalize(), "detectable": f"Likely to be seen in 1 of {question.receptors}",
            "detectable_alone": "In 1 named beforehand", "smallest_p_flips": "Smallest P, flips",
            "smallest_p_signed_rank": "Smallest P, signed rank", "patients": "Patients", "group_1": "Group 1",
            "group_2": "Group 2"}


class PlannerDialog(QDialog):
    """``export_wanted`` gives the figure of the answer, ``copied`` a sentence for the status line.

    Each kind keeps what was typed into it while the dialog is open; ``others`` are its questions of the other kinds,
    where the study has a pilot for them. ``submit`` is ``JobRunner.submit``: with it the
    picture can be copied too.
    """

    export_wanted = Signal(object)
    copied = Signal(str)
    not_copied = Signal(object)

    def __init__(self, question: PlannerQuestion, parent: QWidget | None = None, *, submit: Submit | None = None,
                 others: Sequence[PlannerQuestion] = ()) -> None:
        super().__init__(parent)
        from gui.widgets.figures.figure_view import FigureView  # not at the top: it brings pyqtgraph

        self._submit = submit
        self._questions = {each.kind: each for each in (*others, question)}
        self._kind = question.kind
        self.question_at_start = question
        self._answer: PlannerAnswer | None = None
        self.edits: dict[str, QLineEdit] = {}
        self.view = FigureView(heading=False)
        self.table = FrameTable(name="What each number would show")
        self.setObjectName("planner")
        self.setWindowTitle("How many would I need?")
        self._build()
        self._show_kind()
        self.edits["effect"].setFocus()
        self.edits["effect"].selectAll()

    @property
    def question(self) -> PlannerQuestion:
        """What is asked now; the last usable one while a field holds nonsense."""
        return self._questions[self._kind]

    @property
    def answer(self) -> PlannerAnswer | None:
        """The answer on screen; None while a field holds nonsense."""
        return self._answer

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        edge = theme.px(18)
        outer.setContentsMargins(0, 0, 0, edge)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(edge, edge, edge, 0)
        column.setSpacing(theme.px(10))
        top = QHBoxLayout()
        top.setSpacing(theme.px(6))
        self.kinds = Segments(KINDS, "What is planned")
        self.kinds.chosen.connect(self._change_kind)
        self.designs = Segments(DESIGNS, "How lines are compared")
        self.designs.chosen.connect(self._change_design)
        top.addWidget(self.kinds)
        top.addSpacing(theme.px(18))
        top.addWidget(self.designs)
        top.addStretch(1)
        column.addLayout(top)
        self.headline = words("", "answer", wrap=True)
        self.headline.setAccessibleName("Answer")
        self.headline.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.headline)
        self.said = words("", "help", wrap=True)
        self.said.setAccessibleName("What the answer rests on")
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.said)
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(18))
        self._form_room = QWidget()
        self._form_room.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._form = QGridLayout(self._form_room)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(theme.px(12))
        self._form.setVerticalSpacing(theme.px(6))
        middle.addWidget(self._form_room, 0, Qt.AlignmentFlag.AlignTop)
        self.view.setMinimumSize(min(theme.px(420), screen_room(self).width() // 3), theme.px(220))
        middle.addWidget(self.view, 1)
        column.addLayout(middle, 3)
        self.table.setMinimumHeight(theme.px(110))
        column.addWidget(self.table, 2)
        scroll = QScrollArea()  # large text on a small screen: the answer scrolls, the buttons stay
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._content)
        outer.addWidget(scroll, 1)
        self._build_buttons(outer, edge)
        room = screen_room(self)
        self.resize(min(theme.px(860), room.width() - theme.px(40)), min(theme.px(770), room.height() - theme.px(40)))

    def _build_buttons(self, column: QVBoxLayout, edge: int) -> None:
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.box.setContentsMargins(edge, theme.px(10), edge, 0)
        self.copy_words = QPushButton("Copy answer and table", autoDefault=False)
        self.copy_words.clicked.connect(self.copy_answer)
        self.copy_picture = QPushButton("Copy picture and data", autoDefault=False)
        self.copy_picture.clicked.connect(self._copy_picture)
        self.copy_picture.setVisible(self._submit is not None)
        self.export = QPushButton("Export figure…", autoDefault=False)
        self.export.clicked.connect(lambda: None if self._answer is None else
                                    self.export_wanted.emit(self._answer.figure))
        for button in (self.copy_words, self.copy_picture, self.export):
            self.box.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        close = self.box.button(QDialogButtonBox.StandardButton.Close)
        close.setAutoDefault(False)  # Enter in a field means "I have typed it", not "away with it"
        close.setDefault(False)
        self.box.rejected.connect(self.reject)
        column.addWidget(self.box)

    def _change_kind(self, kind: str) -> None:
        self._kind = kind
        if kind not in self._questions:
            first = self.question_at_start
            self._questions[kind] = replace(default_question(kind), receptors=first.receptors, power=first.power)
        self._show_kind()

    def _change_design(self, design: str) -> None:
        effect = 0.6 if design == "response" else 1.0
        if design != self.question.design:
            self._questions[self._kind] = replace(self.question, design=design, effect=effect)
        self._show_kind()

    def _show_kind(self) -> None:
        """The fields of the kind that is on, filled, and its answer."""
        self.kinds.set_key(self._kind)
        self.designs.set_key(self.question.design)
        self.designs.setVisible(self._kind == LINES)
        for part in self._form_room.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            self._form.removeWidget(part)
            part.hide()
            part.deleteLater()
        self.edits = {}
        for row, each in enumerate(fields_of(self.question)):
            label, edit = words(each.label, "help"), QLineEdit(self._text(each))
            label.setBuddy(edit)
            edit.setAccessibleName(each.label)
            edit.setFixedWidth(theme.px(92))
            edit.setAlignment(Qt.AlignmentFlag.AlignRight)
            edit.textEdited.connect(self._typed)
            self._form.addWidget(label, row, 0)
            self._form.addWidget(edit, row, 1)
            self.edits[each.key] = edit
        # Tab goes through the new fields and then to the table, not to where the old ones were.
        stops: list[QWidget] = [self.designs.buttons()[-1], *self.edits.values(), self.view.canvas]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
        self._typed()

    def _text(self, each: _Field) -> str:
        value = getattr(self.question, each.key) * (100.0 if each.percent else 1.0)
        return number_text(float(f"{value:.4g}") if not each.whole else value, whole=each.whole).removesuffix(".0")

    def _typed(self) -> None:
        """Read every field; the first one that cannot be read is said, and the answer waits."""
        values: dict[str, float | int] = {}
        for each in fields_of(self.question):
            edit = self.edits[each.key]
            example = getattr(self.question, each.key) * (100.0 if each.percent else 1.0)
            if edit.text() == self._text(each):  # a share is shown with fewer digits than it has
                values[each.key] = getattr(self.question, each.key)
                set_look(edit, "state", "")
                continue
            try:
                number = typed_number(edit.text(), whole=each.whole, facts={"low": each.low, "high": each.high},
                                      example=example)
            except ValueError as error:
                self._refuse(f"{each.label}: {error}")
                set_look(edit, "state", "error")
                continue
            set_look(edit, "state", "")
            values[each.key] = number / 100.0 if each.percent else number
        if len(values) < len(self.edits):
            return
        question = replace(self.question, receptors=int(values["receptors"]), have=int(values["have"]),
                           power=values["power"], effect=values["effect"],
                           sd=values.get("sd", self.question.sd), share=values.get("share", self.question.share))
        if values.get("sd", question.sd) != self.question.sd:
            question = replace(question, pilot="typed here")
        if why := question.usable():
            self._refuse(why)
            return
        self._questions[self._kind] = question
        self._give(plan(question))

    def _refuse(self, why: str) -> None:
        self._answer = None
        self.headline.setText(why)
        self.said.setText("The answer waits until this can be read.")
        self.view.set_figure(None)
        self.table.set_table(None)
        self._can_copy(False)

    def _give(self, answer: PlannerAnswer) -> None:
        self._answer = answer
        self.headline.setText(answer.headline)
        self.said.setText(" ".join(answer.sentences))
        self.view.set_figure(answer.figure)
        self.table.set_table(answer.table, titles=titles_of(answer))
        self._can_copy(True)

    def _can_copy(self, can: bool) -> None:
        for button in (self.copy_words, self.copy_picture, self.export):
            button.setEnabled(can)

    def copy_answer(self) -> None:
        """The words and the table as text, for a protocol or a grant."""
        if self._answer is None:
            return
        table = self._answer.table
        lines = ["\t".join(table.columns)]
        lines += ["\t".join("" if value != value else str(value) for value in row)
                  for row in zip(*table.columns.values())]
        QGuiApplication.clipboard().setText("\n".join([self._answer.headline, *self._answer.sentences, "", *lines]))
        self.copied.emit("The answer and its table are on the clipboard.")

    def _copy_picture(self) -> None:
        if self._answer is not None and self._submit is not None:
            copy_picture_and_data(self._answer.figure, self._submit, self, settings=FigureSettings(),
                                  done=self.copied.emit, failed=self.not_copied.emit)


def open_planner(question: PlannerQuestion, parent: QWidget, *, submit: Submit,
                 export: Callable[[FigureSpec, str], None], say: Callable[[str], None],
                 others: Sequence[PlannerQuestion] = ()) -> PlannerDialog:
    """The dialog, open and wired: ``export`` opens the export dialog of a figure, ``say`` speaks in the status line."""
    dialog = PlannerDialog(question, parent, submit=submit, others=others)
    dialog.finished.connect(dialog.deleteLater)
    dialog.export_wanted.connect(lambda spec: export(spec, f"planner/{spec.name}"))
    dialog.copied.connect(say)

    def not_copied(problems: tuple[Problem, ...]) -> None:
        say(problems[0].what if problems else "Nothing was copied")

    dialog.not_copied.connect(not_copied)
    dialog.open()
    return dialog
