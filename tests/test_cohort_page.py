"""The Cohort page: what it says of METABRIC and of a table with every fault, what clicks and edits do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule, Scale
from core.project.open_study import project_of_study
from core.project.project import Project
from core.project.study import AnalysisSpec, Study
from core.resources import resource_path
from gui import theme
from gui.pages.cohort_page import CohortPage
from gui.session import Session
from tests.gui_builders import Asked, new_session, services

WAIT = 60_000


class Desk:
    """A page with a session around it, until nothing is under way."""

    def __init__(self, qtbot: Any, project: Project) -> None:
        self.qtbot = qtbot
        self.asked = Asked()
        self.session: Session = new_session()
        self.page = CohortPage(services(self.session, self.asked))
        qtbot.addWidget(self.page)
        qtbot.addWidget(self.page.settings)
        self.page.resize(1000, 800)
        self.session.changed.connect(self.page.refresh)
        self.session.open(project)
        self.page.refresh(self.session.project, self.session.project)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.session.jobs.active, timeout=WAIT)

    def do(self, act: Callable[..., Any], *values: Any) -> None:
        act(*values)
        self.settle()

    def patients(self) -> list[str]:
        rows = self.page.ledger.list.table.rows
        return [str(rows.record(row)["patient"]) for row in range(rows.rowCount())]

    def reasons(self) -> dict[str, str]:
        rows = self.page.ledger.list.table.rows
        return {str(rows.record(row)["patient"]): str(rows.record(row)["reason"]) for row in range(rows.rowCount())}


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def desk(qtbot: Any) -> Iterator[Callable[[Project], Desk]]:
    desks: list[Desk] = []

    def build(project: Project) -> Desk:
        desks.append(Desk(qtbot, project))
        return desks[-1]

    yield build
    for each in desks:
        each.session.jobs.close()


ROWS = ["P01,1,Positive,12,1,20", "P02,1,Positive,30,0,30", "P03,2,Negative,40,1,44", "P04,2,Positive,-3,1,9",
        "P05,3,,25,0,25", "P06,3,Positive,50,1,41", "P07,1,Positive,18,?,18", "P08,2,<b>odd</b>,22,0,22",
        "P09,1,Positive,0,0,10", "P10,3,Negative,60,1,61"]
ENDPOINT = EndpointRule("relapse", "relapse_months", "months", "relapsed", (1,))


def lab_project(folder: Path, *keep: KeepRule, endpoints: Sequence[EndpointRule] = (ENDPOINT,), stored: bool = True,
                genes: int = 60, header: str = "id,grade,her2,relapse_months,relapsed,last_contact_months",
                analyses: Sequence[AnalysisSpec] = ()) -> Project:
    """Ten patients; P10 has no expression, P11 no clinical row, P09 has the expression of P08."""
    clinical, expression = folder / "clinical.csv", folder / "expression.csv"
    clinical.write_text("\n".join([header, *ROWS]) + "\n", encoding="utf-8")
    names = [f"P{number:02d}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11)]

    def value(sample: str, gene: int) -> float:
        number = 8 if sample == "P09" else int(sample[1:])
        return round(8 + 3 * ((gene * 7919 + number * 104729 + gene * number * 31) % 97) / 97, 3)

    symbols = ["ERBB2", "AXL", "MET", *(f"GENE{number}" for number in range(genes - 3))]
    lines = [",".join(["gene", *names])]
    lines += [",".join([symbol, *(str(value(name, row)) for name in names)]) for row, symbol in enumerate(symbols)]
    expression.write_text("\n".join(lines) + "\n", encoding="utf-8")
    spec = DatasetSpec("lab", "cohort", (TableSpec(expression, id="gene", samples="columns", scale=Scale.LOG2),),
                       (TableSpec(clinical, id="id"),), tuple(endpoints))
    cohorts = (CohortRule("her2", "lab", tuple(keep)),) if stored else ()
    return Project(Study("lab study", "", (spec,), cohorts, tuple(analyses)))


def test_that_the_page_says_who_answers_the_question_in_metabric(desk: Callable[[Project], Desk]) -> None:
    at = desk(project_of_study(resource_path("examples", "metabric", "study.toml")))
    at.do(at.page.choose_cohort, "her2")
    text = at.page.strip.text()
    assert "236 of 1,904 patients answer the question." in text
    assert "1,668 are left out" in text
    assert "147 died; median follow-up 184 months" in text
    assert "Deaths: 147" in text
    assert "death_from_cancer says the same of all 1,903 patients it knows." in at.page.coding.agreement()
    assert len(at.patients()) == 1668
    assert at.page.rail_state() == "done"
    figure = at.page.figure()
    assert figure is not None
    assert figure[1] == "her2/patient_flow"
    assert at.page.settings.cohort.combo.currentText() == "her2 (236)"


def test_that_everybody_who_is_left_out_has_a_reason_and_a_cell(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her2", included=("Positive",))))
    assert at.page.strip.text().startswith("4 of 11 patients answer the question; in 1 of them time and event disagree.")
    reasons = at.reasons()
    assert reasons["P11"] == "not in the clinical table clinical.csv"
    assert reasons["P03"] == "her2 is Negative"
    assert reasons["P05"] == "her2 is missing"
    assert reasons["P08"] == "her2 is <b>odd</b>"
    assert reasons["P04"] == "no follow-up time (relapse_months)"
    rows = at.page.ledger.list.table.rows
    where = {rows.record(row)["patient"]: rows.record(row)["where"] for row in range(rows.rowCount())}
    assert where["P03"] == "clinical.csv › C4"
    assert where["P04"] == "clinical.csv › D5"


def test_that_a_click_on_an_exclusion_shows_its_patients_and_the_way_back(desk: Callable[[Project], Desk],
                                                                         tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her2", included=("Positive",))))
    at.page.show()
    at.qtbot.waitExposed(at.page)
    place = at.page.flow.drawing.place_of("out:2")
    assert not place.isEmpty()
    centre = place.center().toPoint()
    at.qtbot.mouseClick(at.page.flow.drawing, Qt.MouseButton.LeftButton, pos=QPoint(centre.x(), centre.y()))
    assert at.patients() == ["P03", "P05", "P08", "P10"]
    at.page.flow.drawing.setFocus()
    at.qtbot.keyClick(at.page.flow.drawing, Qt.Key.Key_Up)
    at.qtbot.keyClick(at.page.flow.drawing, Qt.Key.Key_Return)
    assert at.page.ledger.title() == "Still in"
    at.qtbot.mouseClick(at.page.ledger.show_all, Qt.MouseButton.LeftButton)
    assert len(at.patients()) == 7


def test_that_a_patient_is_selected_here_and_shown_when_selected_elsewhere(desk: Callable[[Project], Desk],
                                                                          tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her2", included=("Positive",))))
    at.page.ledger.list.table.selectRow(0)
    assert at.session.selection.patients == (at.patients()[0],)
    at.session.select_patient("P05")
    chosen = at.page.ledger.list.table.selected_records()
    assert [each["patient"] for each in chosen] == ["P05"]


def test_that_find_opens_the_filter_and_tells_why_a_patient_was_left_out(desk: Callable[[Project], Desk],
                                                                        tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her2", included=("Positive",))))
    at.page.show()
    at.page.find_in_page()
    at.page.ledger.list.filter_bar.field.setText("P05")
    assert at.patients() == ["P05"]


def test_that_a_rule_is_added_by_ticking_values_and_can_be_undone(desk: Callable[[Project], Desk],
                                                                  tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    rules = at.page.settings.rules
    rules.add_rule()
    editor = rules.editor
    editor._subject_chosen("her2")
    assert editor.help_text() == "In the whole data set: 3 values, 1 missing."
    assert at.session.project.study.cohorts[0].keep == ()
    names = [editor.values.item(row).text() for row in range(editor.values.count())]
    assert names[0] == "Positive  (6)"
    at.do(editor.values.item(0).setCheckState, Qt.CheckState.Checked)
    assert at.session.project.study.cohorts[0].keep == (KeepRule("her2", included=("Positive",)),)
    assert at.session.undo_stack.undoText() == "add the rule “her2 is Positive”"
    assert at.page.strip.text().startswith("4 of 11")
    at.do(at.session.undo_stack.undo)
    assert at.page.strip.text().startswith("7 of 11")


def test_that_a_range_takes_a_decimal_comma_and_refuses_words(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("relapse_months", minimum=20)))
    at.page.settings.rules.open_rule(0)
    editor = at.page.settings.rules.editor
    editor.low.setText("12,5")
    at.do(editor.low.editingFinished.emit)
    assert at.session.project.study.cohorts[0].keep == (KeepRule("relapse_months", minimum=12.5),)
    editor.low.setText("old")
    at.do(editor.low.editingFinished.emit)
    assert editor.help_text() == "“old” is not a number."
    assert at.session.project.study.cohorts[0].keep == (KeepRule("relapse_months", minimum=12.5),)


def test_that_a_rule_of_several_conditions_is_said_and_not_changed_by_looking(desk: Callable[[Project], Desk],
                                                                             tmp_path: Path) -> None:
    rule = KeepRule("grade", included=(1, 2), minimum=1)
    at = desk(lab_project(tmp_path, rule))
    at.page.settings.rules.open_rule(0)
    assert "joins several conditions" in at.page.settings.rules.editor.help_text()
    assert at.session.project.study.cohorts[0].keep == (rule,)


def test_that_an_empty_cohort_shows_where_it_became_empty_and_the_remedies_act(desk: Callable[[Project], Desk],
                                                                              tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her2", included=("Positive",)), KeepRule("grade", minimum=90)))
    assert at.page.strip.text().startswith("No patient is left after “grade is at least 90”.")
    assert at.page.strip.state == "unsure"
    assert at.page.view == "figure"
    assert at.page.rail_state() == "look"
    actions = [button.text() for button in at.page.coding.empty.buttons()]
    assert actions == ["Change the rule", "Remove this rule"]
    at.page._act("change")
    assert at.page.settings.rules.open_place() == 1
    at.do(at.page._act, "remove")
    assert at.session.project.study.cohorts[0].keep == (KeepRule("her2", included=("Positive",)),)
    assert at.page.strip.text().startswith("4 of 11")


def test_that_a_rule_on_a_column_that_is_not_there_is_explained_and_can_be_removed(desk: Callable[[Project], Desk],
                                                                                  tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, KeepRule("her3", included=("Positive",))))
    assert at.page.view == "empty"
    assert at.page.empty.accessibleName() == "There is no column “her3”."
    assert "her2" in at.page.empty.accessibleDescription()
    at.do(at.page._act, "remove")
    assert at.page.strip.text().startswith("7 of 11")


def test_that_a_study_without_data_asks_for_a_clinical_table(desk: Callable[[Project], Desk]) -> None:
    at = desk(Project(Study("nothing", "", (), (), ())))
    assert at.page.empty.accessibleName() == "A cohort needs a clinical table: one row per patient."
    at.page.empty.buttons()[0].click()
    assert at.asked.of("import_files") == [((),)]
    assert at.page.figure() is None


@pytest.mark.parametrize(("role", "words"), [("biopsies", "“her2” are biopsies."),
                                             ("cell_lines", "“her2” are cell lines.")])
def test_that_lines_and_biopsies_without_follow_up_are_no_problem_of_this_page(
        desk: Callable[[Project], Desk], tmp_path: Path, role: str, words: str) -> None:
    project = lab_project(tmp_path, endpoints=())
    spec = dataclasses.replace(project.study.datasets[0], role=role)
    at = desk(dataclasses.replace(project, study=dataclasses.replace(project.study, datasets=(spec,))))
    assert (at.page.rail_state(), at.page.problems()) == ("none", ())
    assert (at.page.view, at.page.empty.accessibleName()) == ("empty", words)
    assert "outcome" not in at.page.context_label.text()
    at.page.empty.buttons()[0].click()
    assert at.asked.of("go_to") == [(role,)]


def test_that_a_table_without_endpoint_offers_the_one_it_seems_to_hold(desk: Callable[[Project], Desk],
                                                                      tmp_path: Path) -> None:
    project = lab_project(tmp_path, endpoints=(), stored=False)
    clinical = project.study.datasets[0].clinical[0].path
    text = clinical.read_text(encoding="utf-8").replace(",relapsed,", ",relapse_status,").replace(
        ",1,", ",1:Recurred,").replace(",0,", ",0:DiseaseFree,")
    clinical.write_text(text, encoding="utf-8")
    at = desk(project)
    assert at.page.view == "empty"
    assert [button.text() for button in at.page.empty.buttons()] == [
        "Use relapse_months and relapse_status", "Go to Import"]
    at.do(at.page._act, "endpoint")
    assert at.session.project.study.datasets[0].endpoints[0].event == "relapse_status"
    assert at.page.overview is not None
    assert at.page.overview.cohort is not None


def test_that_the_first_edit_makes_everybody_a_cohort_of_the_study(desk: Callable[[Project], Desk],
                                                                   tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, stored=False))
    assert at.session.project.study.cohorts == ()
    at.do(at.page._hands.set_rules, (KeepRule("grade", maximum=2),), "add a rule")
    assert at.session.project.study.cohorts == (CohortRule("all", "lab", (KeepRule("grade", maximum=2),)),)


def test_that_cohorts_are_made_renamed_copied_and_deleted_with_undo(desk: Callable[[Project], Desk],
                                                                    tmp_path: Path) -> None:
    analysis = AnalysisSpec("prognosis", "rtk_prognosis")
    at = desk(lab_project(tmp_path, KeepRule("grade", maximum=2), analyses=(analysis,)))
    at.do(at.page._cohort_command, "copy")
    names = [rule.name for rule in at.session.project.study.cohorts]
    assert names == ["her2", "her2 copy"]
    assert at.session.project.study.analyses[0].cohort == "her2"
    assert at.page.rule is not None
    assert at.page.rule.name == "her2 copy"
    at.do(at.page._hands.rename, at.page.rule, "  her2 ")
    assert [rule.name for rule in at.session.project.study.cohorts] == ["her2", "her2 2"]
    at.do(at.page.choose_cohort, "her2")
    at.do(at.page._cohort_command, "delete")
    assert [rule.name for rule in at.session.project.study.cohorts] == ["her2 2"]
    assert "and its 1 analysis" in at.asked.of("say")[-1][0]
    at.do(at.session.undo_stack.undo)
    assert [rule.name for rule in at.session.project.study.cohorts] == ["her2", "her2 2"]
    assert at.session.project.study.analyses[0].cohort == "her2"


def test_that_other_events_turn_the_cohort_round_and_are_counted_once_results_were_seen(
        desk: Callable[[Project], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = desk(lab_project(tmp_path, analyses=(AnalysisSpec("prognosis", "rtk_prognosis", "her2"),)))
    assert ("Relapses", "3", "") in at.page.overview.numbers  # type: ignore[union-attr]
    at.do(at.page._hands.set_events, ("0",))
    assert at.session.project.study.datasets[0].endpoints[0].event_values == ("0",)
    assert ("Relapses", "4", "") in at.page.overview.numbers  # type: ignore[union-attr]
    assert at.session.tried.unpaid == 0
    monkeypatch.setattr(at.session, "outcome", lambda name: SimpleNamespace())
    at.do(at.page._hands.set_events, ("1",))
    assert at.session.tried.unpaid == 1
    assert "Outcome changed after results were seen" in at.session.tried.trials[0].words


def test_that_confirming_the_codes_changes_nothing_and_is_forgotten_when_they_change(desk: Callable[[Project], Desk],
                                                                                    tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    before = at.session.project
    assert at.page.coding.yes.text() == "Yes, 1 = relapsed"
    at.page.coding.yes.click()
    assert at.session.project is before
    assert at.page.coding.yes.isHidden()
    at.do(at.page._hands.set_events, ("0",))
    assert not at.page.coding.yes.isHidden()


def test_that_at_least_one_value_must_mean_that_it_happened(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    boxes = at.page.settings.events.boxes
    ticked = next(box for box in boxes if box.isChecked())
    ticked.click()
    at.settle()
    assert at.session.project.study.datasets[0].endpoints[0].event_values == (1,)
    assert at.page.settings.events.happened() == ("1",)


def test_that_rows_after_the_last_contact_are_shown_and_left_out_by_a_rule(desk: Callable[[Project], Desk],
                                                                          tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    banner = next(each for each in at.page.warnings.banners if "lies after" in each.text())
    assert "; in 1 of them time and event disagree." in at.page.strip.text()
    assert "A time there lies after the last contact: see Warnings." in at.page.strip.text()
    assert at.page.rail_state() == "look"
    banner.acted.emit("disagreeing")
    assert at.patients() == ["P06"]
    at.do(at.page.ledger.leave_out_requested.emit)
    assert at.session.project.study.cohorts[0].keep == (KeepRule("id", excluded=("P06",)),)
    assert at.reasons()["P06"] == "id is P06"
    assert "disagree" not in at.page.strip.text()
    assert "last contact" not in at.page.strip.text()


def test_that_likely_twins_are_named_and_switched_off_by_the_box(desk: Callable[[Project], Desk],
                                                                tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path, genes=80))
    assert at.page._twin_chip.text() == "1 likely twin: P08, P09"
    assert [problem.code for problem in at.page.problems()] == ["likely_twins"]
    at.do(at.page._remember, "twins", False)
    assert at.page._twin_chip.isHidden()
    assert list(at.page.problems()) == []


def test_that_table_one_is_split_by_a_column_without_p_values(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    at.do(at.page.table_one.grouped.emit, "grade")
    names = [column.name for column in at.page.table_one.list.table.rows.columns]
    assert names[:4] == ["characteristic", "value", "All (n = 7)", "1 (n = 3)"]
    assert "No P values" in at.page.table_one.note.text()


def test_that_a_limit_of_follow_up_is_one_step_and_bad_input_none(desk: Callable[[Project], Desk],
                                                                  tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    field = at.page.settings.follow_up_max
    field.field.setText("24")
    at.do(field.field.returnPressed.emit)
    assert at.session.project.study.cohorts[0].follow_up_max == 24
    field.field.setText("-1")
    at.do(field.field.returnPressed.emit)
    assert at.session.project.study.cohorts[0].follow_up_max == 24
    assert field.help_text()


def test_that_the_last_of_several_quick_edits_is_what_is_shown(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    for limit in (1, 2, 3, 2):
        at.session.edit(replace(at.session.project, study=replace(at.session.project.study, cohorts=(
            CohortRule("her2", "lab", (KeepRule("grade", maximum=limit),)),))), "quick")
    at.settle()
    assert at.page.overview is not None
    assert at.page.overview.rule.keep == (KeepRule("grade", maximum=2),)


def test_that_text_from_data_is_never_markup_on_the_page(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    from PySide6.QtWidgets import QLabel

    at = desk(lab_project(tmp_path, KeepRule("her2", included=("<b>odd</b>",))))
    labels = [*at.page.findChildren(QLabel), *at.page.settings.findChildren(QLabel)]
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())


def test_that_a_stopped_look_can_be_gone_on_with(desk: Callable[[Project], Desk], tmp_path: Path) -> None:
    at = desk(lab_project(tmp_path))
    at.page._stop()
    assert at.page.empty.accessibleName() == "Stopped before the patients were matched."
    at.do(at.page._act, "go on")
    assert at.page.view == "figure"
    assert at.page.strip.text().startswith("7 of 11")


def test_that_counts_and_confirmations_of_one_study_are_not_those_of_the_next(desk: Callable[[Project], Desk],
                                                                             tmp_path: Path) -> None:
    first = lab_project(tmp_path, KeepRule("her2", included=("Positive",)))
    at = desk(first)
    at.do(at.page._confirm)
    name = first.study.cohorts[0].name
    assert any("(" in shown for _, shown in at.page._choice.settings(None, at.page._counts).cohorts)
    assert at.page._choice.is_confirmed

    other = tmp_path / "other"
    other.mkdir()
    second = lab_project(other)
    table = second.study.datasets[0].clinical[0].path
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[:-2]) + "\n", encoding="utf-8")
    assert second.study.cohorts[0].name == name
    at.session.open(second)
    shown = at.page._choice.settings(None, at.page._counts).cohorts
    assert [words for _, words in shown] == [name], "patients of another study"
    at.settle()
    assert not at.page._choice.is_confirmed, "nobody has said so of this table"


@pytest.mark.parametrize("percent", [100, 150, 200])
@pytest.mark.parametrize("size", [(1000, 800), (760, 560), (1000, 420)])
def test_that_the_flow_does_not_scroll_inside_what_scrolls(
        qapp: QApplication, desk: Callable[[Project], Desk], tmp_path: Path, percent: int, size: tuple[int, int]) -> None:
    at = desk(lab_project(tmp_path, KeepRule(column="her2", included=("Positive",)), KeepRule(column="grade", maximum=3)))
    theme.apply(qapp, "light", percent)
    at.page.resize(*size)
    at.page.show()
    at.qtbot.waitExposed(at.page)
    at.qtbot.wait(50)
    page = at.page
    assert page.flow.verticalScrollBar().maximum() == 0
    drawing = page.flow.drawing
    drawing.setFocus()
    for _ in range(12):
        at.qtbot.keyClick(drawing, Qt.Key.Key_Down)
    last = drawing.place_of(drawing._boxes[-1].key).toRect()
    there = drawing.mapTo(page.picture.viewport(), last.center())
    assert page.picture.viewport().rect().contains(there), "the keyboard brings a box into sight"
