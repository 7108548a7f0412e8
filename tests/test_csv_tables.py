"""csv tables: bytes, shortest numbers, empty cells, text that cannot run."""

import csv
import io
import math

import numpy as np
import pytest

from core.analyses.base import ResultTable
from core.export.tables import cell_text, csv_text, write_csv


@pytest.mark.parametrize(("value", "text"), [
    (3.0, "3"), (3, "3"), (-0.0, "0"), (0.1, "0.1"), (1 / 3, "0.3333333333333333"), (1e-300, "1e-300"), (1e22, "1e+22"),
    (123456789012.0, "123456789012"), (-1.5, "-1.5"), (True, "true"), (False, "false"), (None, ""), (math.nan, ""),
    (math.inf, ""), (-math.inf, ""), (np.float64(2.5), "2.5"), (np.int64(7), "7"), (np.bool_(True), "true"),
    (np.float32(0.1), "0.1"), (np.float64("nan"), ""), ("AXL", "AXL"), ("", ""),
])
def test_that_a_value_is_the_shortest_text_that_reads_back_equal(value, text):
    assert cell_text(value) == text
    if isinstance(value, float) and math.isfinite(value):
        assert float(text) == value


@pytest.mark.parametrize(("text", "written"), [
    ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"), ("+1-800", "'+1-800"), ("@SUM(A1)", "'@SUM(A1)"), ("-AXL", "'-AXL"),
    ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("-1.5", "-1.5"), ("+2", "+2"), ("-007", "-007"), ("AXL+MET", "AXL+MET"),
    ("\u22121", "\u22121"), ("#N/A", "#N/A"), ("<5 mg", "<5 mg"),
])
def test_that_text_which_would_run_as_a_formula_gets_an_apostrophe_and_nothing_else_changes(text, written):
    assert cell_text(text) == written


def test_that_a_file_is_utf8_with_commas_and_line_feeds_and_reads_back_equal(tmp_path):
    table = ResultTable("t", {"receptor": ["AXL, TYRO3", 'a "b"', "日本", "two\nlines"], "n": [1, 2, 3, 4],
                              "hr": np.array([1.1, np.nan, 1 / 7, 2.0]), "holds": np.array([True, False, True, False])})
    path = write_csv(table, tmp_path / "deep" / "t.csv")
    content = path.read_bytes()
    assert content.startswith(b"receptor,n,hr,holds\n")
    assert b"\r" not in content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    assert [row["receptor"] for row in rows] == ["AXL, TYRO3", 'a "b"', "日本", "two\nlines"]
    assert [row["hr"] for row in rows] == ["1.1", "", "0.14285714285714285", "2"]
    assert [row["holds"] for row in rows] == ["true", "false", "true", "false"]


def test_that_equal_tables_give_equal_bytes(tmp_path):
    columns = {"x": np.random.default_rng(1).normal(size=500), "name": [f"R{row}" for row in range(500)]}
    first = write_csv(ResultTable("t", columns), tmp_path / "a.csv").read_bytes()
    second = write_csv(ResultTable("t", dict(columns)), tmp_path / "b.csv").read_bytes()
    assert first == second
    read = [float(line.split(",")[0]) for line in first.decode().splitlines()[1:]]
    assert read == columns["x"].tolist()


def test_that_a_table_without_rows_keeps_its_header_and_a_lone_empty_cell_keeps_its_row():
    assert csv_text(ResultTable("t", {"a": [], "b": []})) == "a,b\n"
    assert csv_text(ResultTable("t", {"a": [None, 1.5, "x,y"]})) == 'a\n""\n1.5\n"x,y"\n'
    assert csv_text(ResultTable("t", {})) == "\n"
