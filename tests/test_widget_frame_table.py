"""The table of results: how cells read, sorting, filtering, copying, speed. Not for: what is in a result."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.analyses.base import ResultTable
from gui import theme
from gui.widgets.column_words import make_column
from gui.widgets.frame_table import FilteredTable, FrameTable
from tests.accessible_names import nameless

NAN = float("nan")
RECEPTORS = ResultTable(
    "receptors",
    {"receptor": ["P10", "IGF1R", "P2", "MUSK"], "n": [214, 1214, 213, 9], "hr": [1.7234567890123, 0.001, 2000.0, None],
     "coef": [0.54, 0.5, -0.31, NAN], "p": [1e-6, 0.0341, 0.4, None], "p_maxt": [0.0004, 0.049999, 0.14, NAN],
     "in_subset": [True, False, None, True], "verdict": ["holds", "holds", "", None]},
    describe={"hr": "Hazard ratio per SD"})


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


@pytest.fixture
def box(qtbot: QtBot) -> FilteredTable:
    made = FilteredTable(name="Results of prognosis")
    qtbot.addWidget(made)
    made.table.set_table(RECEPTORS)
    made.resize(900, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def column_on_screen(table: FrameTable, name: str) -> list[str]:
    place = table.rows.column_named(name)
    return [table.rows.index(row, place).data() for row in range(table.rows.rowCount())]


def test_that_cells_read_as_in_a_paper_and_none_is_empty(box: FilteredTable) -> None:
    read = {column.name: column_on_screen(box.table, column.name) for column in box.table.rows.columns}
    assert read == {
        "receptor": ["P10", "IGF1R", "P2", "MUSK"], "n": ["214", "1,214", "213", "9"],
        "hr": ["1.72", "< 0.01", "> 1000", "not defined"], "coef": ["0.540", "0.500", "−0.310", "not defined"],
        "p": ["< 0.001", "0.034", "0.40", "not defined"], "p_maxt": ["< 0.001", "0.050", "0.14", "not defined"],
        "in_subset": ["yes", "no", "not defined", "yes"], "verdict": ["holds", "holds", "not defined", "not defined"]}


def test_that_words_stand_left_and_numbers_right_and_headers_explain(box: FilteredTable) -> None:
    rows = box.table.rows
    aligned = {column.name: rows.index(0, place).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
               for place, column in enumerate(rows.columns)}
    assert [name for name, right in aligned.items() if right] == ["n", "hr", "coef", "p", "p_maxt"]
    header = rows.headerData(rows.column_named("hr"), Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert header == "Hazard ratio per SD"


def test_that_only_a_corrected_p_that_holds_is_bold(box: FilteredTable) -> None:
    rows = box.table.rows
    bold = [(rows.columns[place].name, row) for place in range(rows.columnCount()) for row in range(rows.rowCount())
            if rows.index(row, place).data(Qt.ItemDataRole.FontRole) is not None]
    assert bold == [("p_maxt", 0), ("p_maxt", 1)]


@pytest.mark.parametrize(("name", "values", "kind"), [
    ("p_maxt", [0.1, 0.2], "corrected p"), ("best_cut_p_corrected", [0.1], "corrected p"), ("ph_p", [0.5], "p"),
    ("q_bh", [0.5], "p"), ("q", [0.4, 7.1], "number"), ("p_patients", [3.0, 4.0], "count"), ("or_low", [0.5], "ratio"),
    ("rank", [1, 2000], "plain"), ("year", [2019], "plain"), ("seed", [1703], "plain"), ("t", [0.5, NAN], "number"),
    ("words", ["a", None], "words"), ("mixed", ["a", 1.0], "words"), ("flags", [True, None], "yes or no"),
    ("nothing", [None, None], "words"), ("counts", np.array([1, 2]), "count")])
def test_that_the_kind_of_a_column_is_read_off_its_name_and_values(name: str, values: list[object], kind: str) -> None:
    assert make_column(name, values).kind == kind


def test_that_decimals_are_equal_and_fit_the_column() -> None:
    wide = make_column("time", [1234.5, 88.25, -0.001])
    small = make_column("x", [0.00123, 0.00456])
    assert [wide.text(row) for row in range(3)] == ["1,234.5", "88.2", "0.0"]
    assert [small.text(row) for row in range(2)] == ["0.00123", "0.00456"]
    assert make_column("ci_high", [np.inf, 2.5]).text(0) == "no upper limit"


def test_that_sorting_keeps_missing_values_last_both_ways(box: FilteredTable) -> None:
    box.table.sort_by("coef")
    assert column_on_screen(box.table, "coef") == ["−0.310", "0.500", "0.540", "not defined"]
    box.table.sort_by("coef", falling=True)
    assert column_on_screen(box.table, "coef") == ["0.540", "0.500", "−0.310", "not defined"]
    box.table.sort_by("receptor")
    assert column_on_screen(box.table, "receptor") == ["IGF1R", "MUSK", "P2", "P10"]
    header = box.table.rows.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
    assert header == "receptor ↑"


def test_that_a_header_click_sorts_and_the_selection_stays_on_its_row(qtbot: QtBot, box: FilteredTable) -> None:
    table = box.table
    assert table.set_selected_key("receptor", "P2")
    header = table.horizontalHeader()
    place = header.sectionViewportPosition(table.rows.column_named("n")) + 12
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.viewport().rect().topLeft() + type(
        header.viewport().rect().topLeft())(place, 8))
    assert column_on_screen(table, "n") == ["9", "213", "214", "1,214"]
    assert [record["receptor"] for record in table.selected_records()] == ["P2"]


def test_that_a_row_speaks_its_raw_values_when_chosen_by_hand_only(qtbot: QtBot, box: FilteredTable) -> None:
    heard: list[dict[str, object]] = []
    box.table.row_selected.connect(heard.append)
    assert box.table.set_selected_key("receptor", "IGF1R")
    assert heard == []
    assert not box.table.set_selected_key("receptor", "NO SUCH")
    box.table.setFocus()
    box.table.set_selected_key("receptor", "P10")
    qtbot.keyClick(box.table, Qt.Key.Key_Down)
    assert heard[-1]["receptor"] == "IGF1R"
    with qtbot.waitSignal(box.table.row_activated) as activated:
        qtbot.keyClick(box.table, Qt.Key.Key_Return)
    assert activated.args[0]["hr"] == 0.001


def test_that_copy_gives_full_precision_with_headers(qtbot: QtBot, box: FilteredTable) -> None:
    box.table.set_selected_key("receptor", "P10")
    box.table.setFocus()
    qtbot.keyClick(box.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "receptor\tn\thr\tcoef\tp\tp_maxt\tin_subset\tverdict\nP10\t214\t1.7234567890123\t0.54\t1e-06\t0.0004\ttrue\tholds\n")
    box.table.copy_all()
    assert QGuiApplication.clipboard().text().splitlines()[4] == "MUSK\t9\t\t\t\t\ttrue\t"


def test_that_ctrl_f_filters_rows_and_finds_columns(qtbot: QtBot, box: FilteredTable) -> None:
    box.table.setFocus()
    qtbot.keyClick(box.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert box.filter_bar.isVisible()
    qtbot.keyClicks(box.filter_bar.field, "igf")
    assert (column_on_screen(box.table, "receptor"), box.filter_bar.text()) == (["IGF1R"], "1 of 4 rows")
    box.filter_bar.field.setText("p_ma")
    assert (box.table.rows.rowCount(), box.filter_bar.text()) == (4, "Column “p_maxt”")
    box.filter_bar.field.setText("nowhere")
    assert (box.table.rows.rowCount(), box.filter_bar.text()) == (0, "No row holds “nowhere”")
    qtbot.keyClick(box.filter_bar.field, Qt.Key.Key_Escape)
    assert (box.table.rows.rowCount(), box.filter_bar.isVisible()) == (4, False)


def test_that_titles_stand_in_the_header_and_names_in_the_copy(box: FilteredTable) -> None:
    box.table.set_table(RECEPTORS, titles={"hr": "HR per SD"}, missing="not done")
    assert box.table.rows.headerData(2, Qt.Orientation.Horizontal) == "HR per SD"
    assert column_on_screen(box.table, "hr")[3] == "not done"
    box.table.copy_all()
    assert QGuiApplication.clipboard().text().startswith("receptor\tn\thr\t")


def test_that_no_table_and_an_empty_one_are_no_trouble(box: FilteredTable) -> None:
    box.table.set_table(None)
    assert (box.table.rows.rowCount(), box.table.rows.columnCount()) == (0, 0)
    box.table.set_table(ResultTable("none", {"receptor": [], "hr": []}))
    box.table.sort_by("hr")
    assert box.table.set_filter("x") == 0
    with pytest.raises(KeyError):
        box.table.sort_by("nowhere")


def test_that_20000_rows_open_sort_and_filter_fast(qtbot: QtBot, box: FilteredTable) -> None:
    rng = np.random.default_rng(1)
    columns = {"gene": [f"G{number}" for number in rng.permutation(20_000)], **{f"x{number}": rng.normal(size=20_000)
               for number in range(18)}, "p_maxt": list(rng.random(20_000))}
    table, seconds = ResultTable("big", columns), {}
    for what, act in (("open", lambda: box.table.set_table(table)), ("sort words", lambda: box.table.sort_by("gene")),
                      ("sort numbers", lambda: box.table.sort_by("p_maxt")), ("filter", lambda: box.table.set_filter("g19"))):
        started = time.perf_counter()
        act()
        box.table.grab()
        seconds[what] = time.perf_counter() - started
    assert box.table.rows.rowCount() == 1111
    assert {what: spent for what, spent in seconds.items() if spent > 0.6} == {}  # 0.1 and 0.2 on a quiet computer


def test_that_the_table_has_names(box: FilteredTable) -> None:
    box.filter_bar.open_filter()
    assert nameless(box) == []
    assert box.table.rows.index(0, 5, QModelIndex()).data(Qt.ItemDataRole.AccessibleTextRole) == "p_maxt: < 0.001, holds"


def test_that_no_copied_name_runs_as_a_formula_and_numbers_stay_as_they_are(qtbot: QtBot) -> None:
    table = FrameTable()
    qtbot.addWidget(table)
    names = ["=cmd|'/c calc'!A1", "@SUM(A1)", "AXL"]
    table.set_table(ResultTable("t", {"patient": names, "+change": [-0.25, 1e-7, float("nan")]}))
    table.copy_all()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert lines == [["patient", "'+change"], ["'=cmd|'/c calc'!A1", "-0.25"], ["'@SUM(A1)", "1e-07"], ["AXL", ""]]


def inked(image: QImage, left: int, right: int, top: int, bottom: int) -> tuple[int, int]:
    """The first and last column of pixels between that hold text."""
    ground = image.pixelColor(left + 1, top + 2).lightness()
    dark = [x for x in range(left, right) if any(abs(image.pixelColor(x, y).lightness() - ground) > 60
                                                 for y in range(top, bottom))]
    return dark[0], dark[-1]


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_that_heads_stand_above_their_cells_with_one_line_below_them_all(qtbot: QtBot, percent: int) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "light", percent)
    made = FilteredTable(name="Heads")
    qtbot.addWidget(made)
    made.table.set_table(ResultTable("heads", {"H": ["H", "H"], "8": [8, 8]}))
    made.resize(1200, 400)
    made.show()
    qtbot.waitExposed(made)
    table, header = made.table, made.table.horizontalHeader()
    image = table.grab().toImage()
    tall, row = header.height(), table.rowHeight(0)
    for column, side in ((0, 0), (1, 1)):
        left = table.columnViewportPosition(column)
        right = left + table.columnWidth(column)
        head = inked(image, left + 1, right - 1, 2, tall - 3)[side]
        cell = inked(image, left + 1, right - 1, tall + 2, tall + row - 3)[side]
        assert abs(head - cell) <= 1, f"column {column} at {percent} %: {head} and {cell}"
    line = theme.current().colour("line").name()
    rows = {tuple(y for y in range(tall - 4, tall + 2) if image.pixelColor(x, y).name() == line)
            for x in (3, table.columnWidth(0) + 3, 1000)}
    assert len(rows) == 1, "the line goes on where there are no columns"
    assert [len(found) for found in rows] == [1]
