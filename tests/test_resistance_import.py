"""Cell lines, biopsies and calls imported through the real window, with clicks and keys, up to what headless computes.

Not for: what core reads (test_line_tables.py, test_pairs.py) or the pages that show results.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from core.analyses import analysis_module
from core.analyses.base import SampleInputs
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_samples import evaluate_samples
from core.data.patients.pairs import pair_samples
from core.jobs import JobContext
from core.project.project import Project
from core.project.study_file import read_study
from core.project.study_writer import study_toml
from core.resources import resource_path
from gui import theme
from gui.pages.importing.import_steps import CHECK_AT, GENES_AT, OUTCOME_AT
from tests.window_hands import CTRL, Hands, window_open

HMS = resource_path("examples", "hms_lines", "study.toml").parent
HMS_FILES = [HMS / name for name in ("basal_levels_all_rtk.tsv", "lapatinib_gi50.tsv", "cell_line_subtype.tsv")]
BONE = Path(__file__).parents[2] / "shared" / "data" / "paired" / "bone_met_pairs"
GENES = ("ERBB2", "EGFR", "MET", "AXL", "KIT", "IGF1R", "ERBB3")


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, "light", 100)


def steps_of(hands: Hands) -> Any:
    page: Any = hands.window.page
    assert page.KEY == "import"
    return page.steps


def on_to(hands: Hands, step: int) -> None:
    steps = steps_of(hands)
    while steps.step < step:
        hands.press(steps.next)
        hands.idle()


def finish(hands: Hands) -> None:
    steps = steps_of(hands)
    on_to(hands, CHECK_AT)
    assert steps.ready, steps.next.toolTip()
    hands.press(steps.next)
    hands.idle()


def link_of(widget: Any, words: str) -> QPushButton:
    return next(button for button in widget.findChildren(QPushButton) if button.text() == words and button.isVisible())


def saved_and_read(project: Project, datasets: Any, folder: Path) -> Any:
    """The study as headless reads it, from the file that the program writes."""
    path = folder / "study.toml"
    path.write_text(study_toml(project.study, datasets, {}, folder, {}), encoding="utf-8")
    return read_study(path)


def prepost(folder: Path) -> Path:
    names = ["P01_pre", "P01_post", "Patient 2 Pre", "pt-2 (after Tx)", "P3_pre", "P3_post", "P4_pre", "P5_post"]
    lines = ["Gene," + ",".join(names)]
    lines += [f"{gene}," + ",".join(f"{5 + row * 0.37 + at * 0.21:.2f}" for at in range(len(names)))
              for row, gene in enumerate(GENES)]
    path = folder / "biopsies.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_that_phospho_v_lapatinib_gi50_is_imported_from_the_raw_files_and_runs(home: Path, tmp_path: Path) -> None:
    before = [path.read_bytes() for path in HMS_FILES]
    with window_open(home) as hands:
        assert hands.drop(HMS_FILES)
        steps = steps_of(hands)
        files = steps.files_step
        assert files.role.currentText() == "Cell lines"
        assert files.role_words.text().startswith("Proposed because 184B5, AU-565, BT-20 and 36 more are names of cell")
        hands.press(link_of(files, "Read both, total and phospho"))
        hands.idle()
        assert files.uses[0].currentText() == "Expression: total and phospho"
        assert [table.measure for table in steps.draft.spec.expression] == ["total", "phospho"]
        hands.type(files.name, "hms")
        on_to(hands, OUTCOME_AT)
        lines = steps.role_step.lines
        assert steps.stepper.steps[OUTCOME_AT].name == "Response"
        assert lines.kind.key == "response"
        assert lines.column.currentText() == "B (lapatinib_gi50.tsv)"
        assert lines.direction.key == "", "the direction is asked, never guessed"
        assert not lines.use.isEnabled()
        assert "−log10 of a molar concentration (16.7 µM down to 270 nM)" in lines.why.text()
        assert lines.remark.text().startswith("16 of 29 lines have the same value, 4.778")
        hands.press(next(button for button in lines.direction.buttons() if button.text() == "Resistant"))
        hands.idle()
        assert lines.why.text().startswith("This is the other way round than the name says")
        hands.press(lines.take)
        hands.idle()
        assert lines.direction.key == "low is resistant"
        assert lines.lines_panel.accessibleName().startswith("Lines, 26 lines with both, of 39 measured; 15 matched")
        rows = {row[0]: row for row in lines.table.texts()}
        assert rows["AU565"] == ("AU565", "AU-565", "total, phospho", "6.397")
        assert {row.words.split("”")[0] for row in lines.decisions.rows()} == {
            "“MCF7__b", "“MDA-MB-231__a", "“SK-BR-3__a"}
        for name in ("It is MCF7", "It is MDAMB231", "It is SKBR3"):
            hands.press(link_of(lines.decisions, name))
            hands.idle()
        assert lines.decisions.rows() == ()
        assert steps.role_step.is_next
        hands.press(lines.use)
        hands.idle()
        assert lines.lines_panel.accessibleName().startswith("Lines, 29 lines with both, of 39 measured")
        finish(hands)
        assert hands.edits() == ["import basal_levels_all_rtk.tsv"]
        assert hands.window.page.KEY == "cell_lines"
        spec, = hands.session.project.study.datasets
        assert (spec.name, spec.role) == ("hms", "cell_lines")
        assert spec.layout == {"response": {"column": "B", "direction": "low is resistant", "name": "lapatinib GI50",
                                            "unit": "−log10 M"}}
        assert [rule.name for rule in hands.session.project.study.cohorts] == ["all lines"]
        assert [matrix.measure for matrix in hands.session.datasets["hms"].expression] == ["total", "phospho"]
        study = saved_and_read(hands.session.project, hands.session.datasets, tmp_path)
        assert study.datasets[0].layout == spec.layout
        samples = evaluate_samples(study.cohorts[0], hands.session.datasets["hms"])
        hands.key(Qt.Key.Key_Z, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == ()
        hands.key(Qt.Key.Key_Y, CTRL)
        hands.idle()
        assert hands.session.project.study.datasets == (spec,)
    assert [path.read_bytes() for path in HMS_FILES] == before

    kind = analysis_module("cell_lines")
    result = kind.run(SampleInputs(samples, study_name="hms", analysis_name="lines"),
                      kind.Parameters(permutations=200), JobContext())
    columns = result.table("receptors").columns
    phospho = {gene: n for gene, measure, n in zip(columns["receptor"], columns["measure"], columns["n"], strict=True)
               if measure == "phospho"}
    assert phospho["ERBB2"] == 29


def test_that_a_data_set_of_lines_is_opened_again_with_its_response_and_can_become_groups(home: Path) -> None:
    with window_open(home, (1366, 768)) as hands:
        assert hands.drop(HMS_FILES)
        steps = steps_of(hands)
        on_to(hands, OUTCOME_AT)
        lines = steps.role_step.lines
        hands.press(lines.take)
        hands.idle()
        hands.press(lines.use)
        hands.idle()
        finish(hands)
        name = hands.session.project.study.datasets[0].name
        hands.key(Qt.Key.Key_2, CTRL)
        page: Any = hands.window.page
        page.edit_dataset(name)
        hands.idle()
        steps.go_to_step(OUTCOME_AT)
        hands.idle()
        assert lines.direction.key == "low is resistant"
        assert lines.remove.isVisible()
        hands.press(next(button for button in lines.kind.buttons() if button.text() == "Two groups"))
        hands.idle()
        assert steps.draft.spec.layout == {}, "an answer that is not whole does not count"
        assert lines.sentence.text().startswith("Say the column of the groups and which value means sensitive and which ")
        assert lines.table.rows.headers[3] == "Group"
        assert {row[3] for row in lines.table.texts()} == {"no group", "not measured", "not in the clinical table"}
        hands.choose(lines.column, "B (cell_line_subtype.tsv)")
        lines.column.activated.emit(lines.column.currentIndex())
        hands.idle()
        for box, value in ((lines.sensitive, "HER2amp"), (lines.resistant, "TNBC")):
            hands.choose(box, next(box.itemText(at) for at in range(box.count()) if box.itemData(at) == value))
            box.activated.emit(box.currentIndex())
            hands.idle()
        assert "“HER2amp”" in lines.lines_panel.accessibleName()
        hands.press(lines.use)
        hands.idle()
        finish(hands)
        spec, = hands.session.project.study.datasets
        assert dict(spec.layout["groups"]) == {"column": "B (cell_line_subtype.tsv)", "sensitive": "HER2amp",
                                               "resistant": "TNBC"}
        assert len(hands.edits()) == 2


def test_that_pairs_read_from_names_are_confirmed_and_the_study_keeps_it(home: Path, tmp_path: Path) -> None:
    with window_open(home) as hands:
        assert hands.drop([prepost(tmp_path)])
        steps = steps_of(hands)
        assert steps.files_step.role.currentText() == "Biopsies before and after"
        on_to(hands, OUTCOME_AT)
        pairs = steps.role_step.pairs
        assert pairs.source.key == "names"
        assert pairs.pairs.texts() == (("1", "P01_pre", "P01_post"), ("2", "Patient 2 Pre", "pt-2 (after Tx)"),
                                       ("3", "P3_pre", "P3_post"))
        assert [row[0] for row in pairs.left_out.texts()] == ["P4_pre", "P5_post"]
        assert pairs.left_out.texts()[0][2] == "patient 4 has no sample after"
        hands.press(pairs.use)
        hands.idle()
        finish(hands)
        spec, = hands.session.project.study.datasets
        assert spec.layout == {"pairs": {"from": "names"}}
        study = saved_and_read(hands.session.project, hands.session.datasets, tmp_path)
        assert study.datasets[0].layout == spec.layout
        found = pair_samples(evaluate_samples(study.cohorts[0], hands.session.datasets[spec.name]))
        assert len(found.pairs) == 3
        assert "pairs_from_names" not in {problem.code for problem in found.warnings}


def test_that_a_long_reason_is_read_in_full_in_a_narrow_window(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "biopsies.csv"
    names = ["P01_pre", "P01_post", "P02_pre", "P02_post", "P3_pre", "P3_post", "P3_post rep2", "P4_pre", "P5-2"]
    path.write_text("Gene," + ",".join(names) + "\n" + "".join(
        f"{gene}," + ",".join(f"{5 + row * 0.37 + at * 0.21:.2f}" for at in range(len(names))) + "\n"
        for row, gene in enumerate(GENES)), encoding="utf-8")
    with window_open(home, (1366, 768)) as hands:
        assert hands.drop([path])
        on_to(hands, OUTCOME_AT)
        table = steps_of(hands).role_step.pairs.left_out
        lines = {row[0]: table.rowHeight(at) / table.fontMetrics().lineSpacing()
                 for at, row in enumerate(table.texts())}
        assert lines["P3_post"] >= 2, "a sentence that needs two lines has them"
        assert lines["P4_pre"] < 2, "a short one does not"


def test_that_dates_are_proposed_as_the_second_key_and_confirmed(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "biopsies.csv"
    days = ("2020-01-02", "2020-06-30", "2021-03-04", "2020-12-01", "2019-05-06", "2019-11-12")
    path.write_text("sample,patient,biopsy_date," + ",".join(GENES) + "\n" + "".join(
        f"S{at},K{at // 2},{day}," + ",".join(f"{5 + row * 0.37 + at * 0.21:.2f}" for row in range(len(GENES))) + "\n"
        for at, day in enumerate(days)), encoding="utf-8")
    with window_open(home) as hands:
        assert hands.drop([path])
        steps = steps_of(hands)
        hands.choose(steps.files_step.role, "Biopsies before and after")
        steps.files_step.role.activated.emit(steps.files_step.role.currentIndex())
        hands.idle()
        on_to(hands, OUTCOME_AT)
        pairs = steps.role_step.pairs
        assert pairs.why.text() == ("Proposed: “patient” names 3 patients with biopsies of two days in “biopsy_date”; the "
                                    "first is before, the last after.")
        assert (pairs.before.currentText(), pairs.after.currentText()) == ("earlier (3)", "later (3)")
        assert pairs.pairs.texts() == (("K0", "S0", "S1"), ("K1", "S3", "S2"), ("K2", "S4", "S5"))
        hands.press(pairs.use)
        hands.idle()
        finish(hands)
        spec, = hands.session.project.study.datasets
        assert dict(spec.layout["pairs"]) == {"patient": "patient", "time_point": "biopsy_date", "before": "earlier",
                                              "after": "later"}
        study = saved_and_read(hands.session.project, hands.session.datasets, tmp_path)
        found = pair_samples(evaluate_samples(study.cohorts[0], hands.session.datasets[spec.name]))
        assert [(pair.before, pair.after) for pair in found.pairs] == [("S0", "S1"), ("S3", "S2"), ("S4", "S5")]


def test_that_a_role_is_changed_back_to_what_the_files_propose_and_calls_are_counted(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("patient,ERBB2,EGFR,MET,AXL\nP1,on,off,unknown,on\nP2,off,off,on,\nP3,on,on,off,off\n",
                    encoding="utf-8")
    with window_open(home) as hands:
        assert hands.drop([path])
        steps = steps_of(hands)
        files = steps.files_step
        assert files.role.currentText() == "On and off calls of RTKs"
        hands.choose(files.role, "Cell lines")
        files.role.activated.emit(files.role.currentIndex())
        hands.idle()
        assert files.role_words.text().startswith("You chose this. Proposed was “On and off calls of RTKs”, because all ")
        hands.press(files.role_reset)
        hands.idle()
        assert steps.draft.spec.role == "activation"
        on_to(hands, OUTCOME_AT)
        calls = steps.role_step.calls
        assert steps.stepper.steps[OUTCOME_AT].name == "Calls"
        assert calls.calls_panel.accessibleName() == "Calls, 5 on, 5 off, 2 unknown"
        assert calls.words.texts() == (("on", "on", "5"), ("off", "off", "5"), ("unknown", "unknown", "1"),
                                       ("blank", "unknown", "1"))
        finish(hands)
        assert hands.session.project.study.datasets[0].role == "activation"


@pytest.mark.skipif(not BONE.is_dir(), reason="the data set may not be copied")
def test_that_the_pairs_of_bone_metastases_are_proposed_from_their_columns_and_confirmed(home: Path) -> None:
    with window_open(home) as hands:
        assert hands.drop([BONE / "gene_counts.csv.gz", BONE / "samples.csv"])
        steps = steps_of(hands)
        assert steps.files_step.role.currentText() == "Biopsies before and after"
        on_to(hands, GENES_AT)
        on_to(hands, OUTCOME_AT)
        pairs = steps.role_step.pairs
        assert (pairs.patient.currentText(), pairs.time_point.currentText()) == ("Patient", "Tumor")
        assert (pairs.before.currentText(), pairs.after.currentText()) == ("primary (11)", "metastasis (11)")
        assert len(pairs.pairs.texts()) == 11
        hands.press(pairs.use)
        hands.idle()
        finish(hands)
        spec, = hands.session.project.study.datasets
        assert dict(spec.layout["pairs"]) == {"patient": "Patient", "time_point": "Tumor", "before": "primary",
                                              "after": "metastasis"}
        found = pair_samples(evaluate_samples(CohortRule("all", spec.name), hands.session.datasets[spec.name]))
        assert len(found.pairs) == 11
        assert np.isfinite(hands.session.datasets[spec.name].expression[0].column("ERBB2")).all()


def test_that_an_ihc_table_is_recognised_read_and_every_row_accounted_for(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "her3_ihc.csv"
    path.write_text("Patient,Timepoint,Antibody,Clone,%0,%1+,%2+,%3+,Remarks\n"
                    "P1,pre,HER3,SGP1,50,30,15,5,\nP1,post,HER3,SGP1,10,20,30,40,\n"
                    "P2,pre,HER3,SGP1,80,20,0,0,\nP2,post,HER3,SGP1,20,30,25,20,sums to 95\n"
                    "P3,pre,HER3,SGP1,100,0,0,0,\nP3,post,HER3,SGP1,90,10,0,0,\n", encoding="utf-8")
    with window_open(home, (1366, 768)) as hands:
        assert hands.drop([path])
        steps = steps_of(hands)
        assert steps.files_step.uses[0].currentText() == "IHC scores"
        assert steps.draft.files[0].sheets[0].words == "looks like an IHC table (columns %0, %1+, %2+, %3+)"
        assert steps.files_step.role.currentText() == "Biopsies before and after"
        hands.press(steps.next)
        hands.idle()
        fields = steps.sheets_step.assays
        assert fields.boxes["percent_3"].currentText() == "By its heading: %3+"
        assert steps.panel.nothing.text().endswith("Step 2 says which column is what.")
        hands.choose(fields.boxes["antibody"], "Antibody")
        fields.boxes["antibody"].activated.emit(fields.boxes["antibody"].currentIndex())
        hands.idle()
        assert steps.draft.spec.assays[0].columns == {"antibody": ("Antibody",)}
        on_to(hands, OUTCOME_AT)
        pairs = steps.role_step.pairs
        assert len(pairs.pairs.texts()) >= 2, pairs.problems.text()
        hands.press(pairs.use)
        hands.idle()
        on_to(hands, CHECK_AT)
        findings = [row.words for row in steps.check_step.findings.rows()]
        assert any("95" in words for words in findings), findings
        assert steps.check_step.match_words.text() == "her3_ihc.csv: 5 samples have values, 1 has none."
        finish(hands)
        spec, = hands.session.project.study.datasets
        assert [assay.kind for assay in spec.assays] == ["ihc"]
        assert (spec.expression, spec.clinical) == ((), ())
        matrix, = hands.session.datasets[spec.name].expression
        assert matrix.column("ERBB3")[0] == pytest.approx(30 + 2 * 15 + 3 * 5)
        study = saved_and_read(hands.session.project, hands.session.datasets, tmp_path)
        assert study.datasets[0].layout == spec.layout
        hands.key(Qt.Key.Key_2, CTRL)
        page: Any = hands.window.page
        page.edit_dataset(spec.name)
        hands.idle()
        assert steps.sheets_step.assays.boxes["antibody"].currentText() == "Antibody"
        steps.go_to_step(OUTCOME_AT)
        hands.idle()
        assert pairs.remove.isVisible()


def test_that_a_phospho_array_is_recognised_by_its_spots(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "array.csv"
    spots = (("A1,A2", "Reference", 9000.0, 9100.0), ("B1,B2", "EGFR", 4000.0, 2100.0), ("B3,B4", "ErbB2", 8000.0, 7600.0),
             ("B5,B6", "Axl", 350.0, 2900.0), ("F1,F2", "PBS (negative control)", 100.0, 110.0))
    path.write_text("Coordinate,Receptor,Mean density parental,Mean density resistant\n" + "".join(
        f'"{coordinate}",{label},{one},{other}\n' for coordinate, label, one, other in spots), encoding="utf-8")
    with window_open(home) as hands:
        assert hands.drop([path])
        steps = steps_of(hands)
        assert steps.files_step.uses[0].currentText() == "Phospho-RTK array"
        words = steps.draft.files[0].sheets[0].words
        assert words.startswith("looks like a phospho-RTK array (columns Coordinate, Receptor, Mean density")
        hands.choose(steps.files_step.role, "Cell lines")
        steps.files_step.role.activated.emit(steps.files_step.role.currentIndex())
        hands.idle()
        on_to(hands, CHECK_AT)
        said = "\n".join(row.words for row in steps.check_step.findings.rows())
        assert said
        assert steps.ready or steps.whole.dataset.unusable, "either it is read or every question is named"
        assert "samples" in said.lower() or steps.ready
