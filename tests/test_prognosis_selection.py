"""One receptor and one patient, marked in every figure and table of the page, both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.analyses.prognosis_pictures import receptor_curve
from core.figures.spec import Ticks
from gui import theme
from tests.prognosis_desk import Desk, desk, her2_study, hover, place_of, press


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def her2(qtbot: QtBot) -> Iterator[Desk]:
    made = desk(qtbot, her2_study(), has_run=True)
    made.page.show()
    made.page.shown()
    qtbot.wait(20)
    yield made
    made.close()


def censored(made: Desk) -> str:
    """A patient with a mark on the curve."""
    spec = receptor_curve(made.numbers, made.page.receptor)
    return next(mark for mark in spec.rows[0][0].marks if isinstance(mark, Ticks)).samples[5]


def test_that_the_strongest_is_shown_first_and_marked_without_selecting_it_for_other_pages(her2: Desk) -> None:
    strongest = her2.numbers.receptors[int(her2.numbers.order[0])]
    assert her2.page.receptor == strongest
    assert her2.page.figures.forest.view.selection[1] == strongest
    assert her2.session.selection.receptor == ""


def test_that_a_row_of_the_forest_changes_curve_scan_and_table(her2: Desk) -> None:
    view = her2.page.figures.forest.view
    press(view, *place_of(view, "KIT"))
    assert her2.session.selection.receptor == "KIT"
    assert her2.page.figures.curve.title().startswith("KIT, ")
    scan = her2.page.figures.cut.view.figure()
    assert scan is not None
    assert scan.name == "cutoffs_KIT"
    assert view.selection[1] == "KIT"
    her2.page.show_view("table")
    assert [record["receptor"] for record in her2.page.tables.table.selected_records()] == ["KIT"]


def test_that_the_arrow_keys_walk_down_the_forest(her2: Desk) -> None:
    ordered = [her2.numbers.receptors[int(i)] for i in her2.numbers.order]
    her2.qtbot.keyClick(her2.page.figures.forest.view.canvas, Qt.Key.Key_Down)
    assert her2.session.selection.receptor == ordered[1]
    her2.qtbot.keyClick(her2.page.figures.forest.view.canvas, Qt.Key.Key_Down)
    assert her2.page.figures.curve.title().startswith(f"{ordered[2]}, ")


def test_that_a_row_of_the_table_selects_its_receptor(her2: Desk) -> None:
    her2.page.show_view("table")
    her2.page.tables.table.selectRow(6)
    record = her2.page.tables.table.selected_records()[0]
    assert her2.session.selection.receptor == record["receptor"]
    assert her2.page.figures.curve.title().startswith(f"{record['receptor']}, ")


def test_that_a_receptor_selected_elsewhere_is_shown_here(her2: Desk) -> None:
    her2.session.select(receptor="EGFR")
    assert her2.page.figures.curve.title().startswith("EGFR, ")
    her2.session.select(receptor="NOT_HERE")
    assert her2.page.receptor == her2.numbers.receptors[int(her2.numbers.order[0])]


def test_that_a_mark_on_the_curve_is_a_patient_and_shift_adds_another(her2: Desk) -> None:
    view = her2.page.figures.curve.view
    patient = censored(her2)
    press(view, *place_of(view, patient))
    (first,) = her2.session.selection.patients
    x, y = place_of(view, patient)
    assert place_of(view, first) == pytest.approx((x, y), abs=2)
    other = next(name for name in view.plots[0].places.by_sample if abs(place_of(view, name)[0] - x) > 40)  # type: ignore[union-attr]
    press(view, *place_of(view, other), Qt.KeyboardModifier.ShiftModifier)
    assert len(her2.session.selection.patients) == 2
    assert her2.page.figures.forest.view.selection[0] == her2.session.selection.patients


def test_that_a_patient_selected_elsewhere_is_marked_in_the_curve(her2: Desk) -> None:
    patient = censored(her2)
    her2.session.select(patients=(patient,))
    assert her2.page.figures.curve.view.selection[0] == (patient,)


def test_that_hovering_names_the_patient(her2: Desk) -> None:
    view = her2.page.figures.curve.view
    hover(view, *place_of(view, censored(her2)))
    (said,) = her2.asked.of("say")[-1]
    assert said in her2.numbers.patients


def test_that_another_receptor_keeps_the_patient_marked(her2: Desk) -> None:
    patient = censored(her2)
    her2.session.select(patients=(patient,))
    her2.session.select(receptor="MET")
    assert her2.page.figures.curve.view.selection[0] == (patient,)


def test_that_the_uncorrected_p_is_shown_only_on_request(her2: Desk) -> None:
    def words() -> str:
        spec = her2.page.figures.curve.view.figure()
        assert spec is not None
        return " ".join(spec.texts())

    columns = her2.page.tables.table.rows
    assert "uncorrected" not in words()
    assert not {"p", "logrank_p", "best_cut_p_raw"} & {column.name for column in columns.columns}
    assert columns.columns[-1].name == "p_maxt"
    her2.page.boxes["uncorrected"].click()
    assert "uncorrected" in words()
    assert {"p", "logrank_p", "best_cut_p_raw"} <= {column.name for column in columns.columns}
    assert columns.columns[-1].name == "p_maxt"


def test_that_band_and_at_risk_rows_can_be_left_out_of_screen_and_export(her2: Desk) -> None:
    her2.page.boxes["at_risk"].click()
    her2.page.boxes["band"].click()
    spec = her2.page.figures.curve.view.figure()
    assert spec is not None
    assert spec.rows[0][0].at_risk == ()
    her2.page.figures.focused = her2.page.figures.curve.view
    shown = her2.page.figure()
    assert shown is not None
    assert shown[0] is spec
    assert shown[1] == f"prognosis/{spec.name}"


def test_that_ctrl_e_takes_the_focused_figure_and_the_button_asks_which(her2: Desk) -> None:
    her2.page.figures.focused = her2.page.figures.cut.view
    focused = her2.page.figure()
    assert focused is not None
    assert focused[0].name.startswith("cutoffs_")
    assert focused[1] == f"prognosis/{focused[0].name}"
    her2.click("Export figure…")
    (menu,) = her2.page.export_button.findChildren(QMenu)
    menu.actions()[-1].trigger()
    menu.close()
    ((spec, key),) = her2.asked.of("export_figure")
    assert (spec.name, key) == (focused[0].name, focused[1])


def test_that_the_menu_of_a_figure_copies_describes_and_goes_to_its_table(her2: Desk) -> None:
    view = her2.page.figures.forest.view
    view.copy_data_requested.emit()
    assert "ERBB2" in QApplication.clipboard().text()
    view.describe_requested.emit()
    assert her2.page.notice.text() == her2.outcome.result.figures[0].alt_text
    her2.click("Close")
    assert her2.page.notice.text() == ""
    her2.page.figures.cut.view.table_requested.emit()
    assert her2.page.view == "table"
    assert her2.page.tables.name == "cutoffs"
