"""Delimited text: encodings, delimiters, decimal signs, quotes and ragged rows, each with its note."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.files import cell_grid, text_bulk, text_files
from core.data.files.cell_grid import number_reader, plain_number
from core.data.files.raw_table import RawTable
from core.data.files.text_dialect import split_record
from core.data.files.workbook import ReadResult, read_table
from core.jobs import Cancelled, JobContext
from core.problems import Problem, Severity, UserError


def read(tmp_path: Path, content: str | bytes, name: str = "a.csv", **stated: str) -> ReadResult:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, **stated)  # type: ignore[arg-type]


def rows(table: RawTable) -> list[list[str]]:
    return [table.row_texts(row) for row in range(table.n_rows)]


def found(result: ReadResult, code: str) -> Problem:
    return next(problem for problem in result.notes if problem.code == code)


def codes(result: ReadResult) -> set[str]:
    return {problem.code for problem in result.notes}


TABLE = [["Gene", "P01", "P02"], ["ERBB2", "1.5", "-2"], ["EGFR", "NA", "1e-05"], ["KIT, CD117", "3", ""]]


@pytest.mark.parametrize(
    ("delimiter", "word"), [(",", "commas"), ("\t", "tabs"), (";", "semicolons"), ("|", "vertical bars")]
)
def test_that_the_delimiter_is_detected_and_said(tmp_path: Path, delimiter: str, word: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(TABLE)
    result = read(tmp_path, stream.getvalue())
    assert rows(result.table) == TABLE
    assert result.format.delimiter == delimiter
    assert found(result, "delimiter_detected").what == f"columns are separated by {word}"


def test_that_numbers_words_and_blanks_keep_their_kind(tmp_path: Path) -> None:
    table = read(tmp_path, "Gene,P01,P02\nERBB2,1.5,NA\nEGFR,,-2e-3\n").table
    assert table.numbers[1, 1] == 1.5
    assert table.numbers[2, 2] == -0.002
    assert np.isnan(table.numbers[1, 2])
    assert table.text(1, 2) == "NA"
    assert table.is_blank(2, 1)
    assert 2 not in table.texts[1]


@pytest.mark.parametrize("spelling", ["007", "+5", "2.31E+13", "1234567890123456789", "-08"])
def test_that_a_spelling_which_matters_is_kept_beside_the_number(tmp_path: Path, spelling: str) -> None:
    table = read(tmp_path, f"Gene,P01\n{spelling},1\n").table
    assert table.text(1, 0) == spelling
    assert table.numbers[1, 0] == float(spelling)


@pytest.mark.parametrize(
    "word", ["nan", "NaN", "inf", "1_000", "0x10", "12 %", "3+", "2-3+", "<0.1", ">90", "1-2", "٣", "1e999", "1.2.3"]
)
def test_that_what_python_might_call_a_number_stays_a_word(tmp_path: Path, word: str) -> None:
    table = read(tmp_path, f"Gene,P01\nERBB2,{word}\nEGFR,1\n").table
    assert table.text(1, 1) == word
    assert np.isnan(table.numbers[1, 1])


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
    ],
)
def test_that_the_encoding_is_detected(tmp_path: Path, encoding: str, said: str) -> None:
    result = read(tmp_path, "gène\tP01 µM\nERBB2\t1.5\n".encode(encoding))
    assert rows(result.table) == [["gène", "P01 µM"], ["ERBB2", "1.5"]]
    assert ("encoding_detected" in codes(result)) == bool(said)
    if said:
        assert said in found(result, "encoding_detected").what


def test_that_a_few_broken_bytes_in_utf8_are_shown_and_counted(tmp_path: Path) -> None:
    result = read(tmp_path, "gène,é,ü\nERBB2,1,2\n".encode() + b"EG\xffR,1,2\n")
    assert result.table.text(2, 0) == "EG\ufffdR"
    assert "first in line 3" in found(result, "replaced_bytes").what


def test_that_bytes_without_a_letter_in_windows_1252_are_read_as_latin_1(tmp_path: Path) -> None:
    assert read(tmp_path, b"gene,P01\n\xe9\x81,1\n").format.encoding == "latin-1"


def test_that_a_stated_encoding_is_used_and_a_wrong_one_refused(tmp_path: Path) -> None:
    text = "gène,P01\nERBB2,1\n"
    assert read(tmp_path, text.encode("mac_roman"), encoding="mac-roman").table.text(0, 0) == "gène"
    with pytest.raises(UserError) as caught:
        read(tmp_path, text.encode("cp1252"), encoding="UTF-8")
    assert (caught.value.problems[0].code, caught.value.problems[0].answer_key) == ("wrong_encoding", "encoding")
    for nonsense in ("rot13", "hex", "klingon", "idna"):
        with pytest.raises(UserError) as caught:
            read(tmp_path, text, encoding=nonsense)
        assert caught.value.problems[0].code == "bad_encoding"


@pytest.mark.parametrize(("content", "decimal", "thousands", "values"), [
    ("g;a;b\nx;1,5;-2,25\ny;3;4,0\n", ",", "", [1.5, -2.25, 3, 4]),
    ("g\ta\tb\nx\t1,5\t2,25\ny\t3\t4\n", ",", "", [1.5, 2.25, 3, 4]),
    ("g;a;b\nx;1.234,5;2\ny;3,5;12.345.678\n", ",", ".", [1234.5, 2, 3.5, 12345678]),
    ('g,a,b\nx,"1,234.5",2\ny,3.5,"12,345"\n', ".", ",", [1234.5, 2, 3.5, 12345]),
    ('g,a,b\nx,"1,234",2\ny,"2,345",1\n', ".", ",", [1234, 2, 2345, 1]),
    ("g;a;b\nx;1'234.5;2\ny;3.5;1\n", ".", "'", [1234.5, 2, 3.5, 1]),
    ("g;a;b\nx;1\u00a0234,5;2\ny;3,5;1\n", ",", "\u00a0", [1234.5, 2, 3.5, 1]),
    ("g\ta\tb\nx\t0,123\t1,234\ny\t2,345\t1\n", ",", "", [0.123, 1.234, 2.345, 1]),
    ("g\ta\tb\nx\t1,234\t1.5\ny\t2,345\t1\n", ".", ",", [1234, 1.5, 2345, 1]),
    ("g,a,b\nx,1.234,2.345\ny,3.456,1\n", ".", "", [1.234, 2.345, 3.456, 1]),
    ("g;a;b\nx;1,5E-05;2\ny;3,5;1\n", ",", "", [1.5e-5, 2, 3.5, 1]),
])
def test_that_decimal_and_thousands_signs_are_told_apart(tmp_path: Path, content: str, decimal: str, thousands: str,
                                                         values: list[float]) -> None:
    result = read(tmp_path, content)
    assert result.table.numbers[1:, 1:].ravel().tolist() == values
    assert (result.format.decimal, result.format.thousands) == (decimal, thousands)
    assert ("decimal_comma" in codes(result)) == (decimal == ",")
    assert ("thousands_signs" in codes(result)) == bool(thousands)


def test_that_a_comma_which_could_mean_either_is_asked(tmp_path: Path) -> None:
    content = "Gene\tP01\nERBB2\t1,234\nEGFR\t2,345\n"
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    problem, = caught.value.problems
    assert (problem.code, problem.answer_key) == ("which_decimal", "decimal")
    assert problem.what == "numbers such as 1,234 can mean 1.234 or 1234"
    assert read(tmp_path, content, decimal=",").table.numbers[1, 1] == 1.234
    assert read(tmp_path, content, decimal=".").table.numbers[1, 1] == 1234


def test_that_semicolons_settle_it_with_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, "Gene;P01\nERBB2;1,234\nEGFR;2,345\n")
    assert result.table.numbers[1, 1] == 1.234
    assert found(result, "decimal_assumed").severity is Severity.WARNING


def test_that_mixed_decimal_signs_are_warned_about_and_never_guessed(tmp_path: Path) -> None:
    result = read(tmp_path, "g;a;b\nx;1,5;2,5\ny;2.5;3,25\n")
    assert result.table.text(2, 1) == "2.5"
    assert np.isnan(result.table.numbers[2, 1])
    assert "2.5" in found(result, "mixed_decimals").what


def test_that_thousands_signs_count_only_between_groups_of_three() -> None:
    value = number_reader(".", ",")
    assert [value("1,234.5"), value("12,345"), value("1234"), value("-1,234,567")] == [1234.5, 12345, 1234, -1234567]
    assert [value("1,5"), value("12,34"), value("1,2345"), value(",5"), value("1,,234"), value("1234,567")] == [
        None
    ] * 6


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_every_number_reads_back_as_it_was_written(number: float) -> None:
    assert plain_number(repr(number)) == number
    assert number_reader(",", "")(repr(number).replace(".", ",")) == number


def test_that_columns_separated_by_spaces_are_asked_for(tmp_path: Path) -> None:
    content = "gene  P01   P02\nERBB2 1     2\nEGFR  3     4\n"
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert (caught.value.problems[0].code, caught.value.problems[0].answer_key) == ("which_delimiter", "delimiter")
    assert rows(read(tmp_path, content, delimiter="space").table) == [
        ["gene", "P01", "P02"],
        ["ERBB2", "1", "2"],
        ["EGFR", "3", "4"],
    ]


@pytest.mark.parametrize("stated", ["tab", "\t", "\\t"])
def test_that_a_stated_delimiter_is_used(tmp_path: Path, stated: str) -> None:
    assert read(tmp_path, "a,b\tc,d\n1,2\t3,4\n", delimiter=stated).table.row_texts(0) == ["a,b", "c,d"]


@pytest.mark.parametrize(
    ("key", "value"), [("delimiter", "abc"), ("delimiter", '"'), ("decimal", ";"), ("decimal", "x")]
)
def test_that_nonsense_in_a_key_is_refused_by_its_name(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, "a,b\n1,2\n", **{key: value})
    assert (caught.value.problems[0].code, caught.value.problems[0].answer_key) == (f"bad_{key}", key)


def test_that_a_single_column_is_a_table_of_one_column(tmp_path: Path) -> None:
    result = read(tmp_path, "ERBB2\nEGFR\nMET\n")
    assert rows(result.table) == [["ERBB2"], ["EGFR"], ["MET"]]
    assert "one_column" in codes(result)


def test_that_quotes_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    table = read(tmp_path, 'gene,note,P01\nERBB2,"two\nlines, one ""cell""",1\nEGFR,x,2\n').table
    assert table.text(1, 1) == 'two\nlines, one "cell"'
    assert table.row_texts(2) == ["EGFR", "x", "2"]


def test_that_an_inch_mark_does_not_swallow_the_file(tmp_path: Path) -> None:
    lines = "".join(f"G{number},{number}\n" for number in range(500))
    result = read(tmp_path, f'gene,P01\n"open,1\n{lines}')
    assert result.table.n_rows == 502
    assert result.table.row_texts(1) == ['"open', "1"]
    assert found(result, "open_quote").where.cell == "row 2"


def test_that_a_row_which_is_too_long_is_kept_and_named(tmp_path: Path) -> None:
    result = read(tmp_path, "gene,P01,P02\nERBB2,1,2\nEGFR,1,2,3\nMET,5\nKIT,6,7\n")
    assert result.table.row_texts(2) == ["EGFR", "1", "2", "3"]
    warning = found(result, "long_rows")
    assert (warning.severity, warning.where.cell) == (Severity.WARNING, "row 3")
    assert found(result, "short_rows").where.cell == "row 4"


def test_that_blank_cells_at_the_end_make_no_row_long(tmp_path: Path) -> None:
    assert "long_rows" not in codes(read(tmp_path, "gene,P01,,,\nERBB2,1\nEGFR,2\n"))


def test_that_blank_lines_keep_their_rows_and_line_ends_of_every_kind_are_read(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        table = read(tmp_path, f"Title of the table{end}{end}gene,P01{end}ERBB2,1{end}EGFR,2{end}{end}{end}").table
        assert table.n_rows == 5
        assert table.row_texts(3) == ["ERBB2", "1"]
        assert table.cell(3, 1) == "B4"


def test_that_a_table_which_r_wrote_with_row_names_gets_its_header_in_place(tmp_path: Path) -> None:
    result = read(tmp_path, "P01\tP02\nERBB2\t1\t2\nEGFR\t3\t4\n")
    assert result.table.row_texts(0) == ["", "P01", "P02"]
    assert "header_one_short" in codes(result)
    result = read(tmp_path, "gene\tP01\nERBB2\t1\t\nEGFR\t3\t\n")
    assert result.table.row_texts(0) == ["gene", "P01"]


def test_that_the_separator_line_of_excel_is_no_row(tmp_path: Path) -> None:
    result = read(tmp_path, "sep=;\ngene;P01\nERBB2;1,5\n")
    assert rows(result.table) == [["gene", "P01"], ["ERBB2", "1.5"]]
    assert "separator_line" in codes(result)


def regular(
    n_rows: int, n_columns: int, delimiter: str = ",", decimal: str = ".", seed: int = 1
) -> tuple[str, np.ndarray]:
    """A file large enough for the quick way, with quoted names and a title, and its numbers."""
    values = np.round(np.random.default_rng(seed).normal(8, 2, (n_rows, n_columns)), 3)
    lines = ["gene" + delimiter + delimiter.join(f'"P{number}"' for number in range(n_columns))]
    lines += [
        f'"G{row}"' + delimiter + delimiter.join(repr(value) for value in values[row].tolist()).replace(".", decimal)
        for row in range(n_rows)
    ]
    return "\n".join(lines) + "\n", values


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), ("\t", "."), (";", ","), ("\t", ",")])
def test_that_the_quick_way_gives_the_same_table_as_cell_by_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                                 delimiter: str, decimal: str) -> None:
    content, values = regular(1_200, 200, delimiter, decimal)
    lines = content.split("\n")
    lines[500] = "G499" + delimiter + delimiter.join(["NA", "", " 1 ", "<0.1", "1e3", "007"] + ["2"] * 194)
    lines[600] = "G599" + delimiter * 200
    lines[700] = ""
    lines[800] = "G799" + delimiter + "1"
    lines[900] = "G899" + delimiter + delimiter.join(["1-2", "-", "+", "e"] + ["2"] * 196)
    content = "\n".join(lines)
    ways: list[bool] = []
    bulk = text_files.read_in_bulk
    monkeypatch.setattr(text_files, "read_in_bulk", lambda *given: (bulk(*given), ways.append(True))[0])
    quick = read(tmp_path, content)
    assert ways == [True]
    monkeypatch.setattr(text_bulk, "MIN_CELLS", 10**9)
    slow = read(tmp_path, content)
    np.testing.assert_array_equal(quick.table.numbers, slow.table.numbers)
    assert np.array_equal(quick.table.numbers[1:400, 1:], values[:399])
    # The quick way keeps the spelling of numbers among the labels only: 007 and 1e3 inside the body are numbers there.
    spelled = {
        column: {row: text for row, text in cells.items() if column == 0 or np.isnan(slow.table.numbers[row, column])}
        for column, cells in slow.table.texts.items()
    }
    assert {column: dict(cells) for column, cells in quick.table.texts.items()} == {
        c: t for c, t in spelled.items() if t
    }
    assert codes(quick) == codes(slow)


def test_that_samples_called_by_numbers_keep_their_zeros_in_a_large_file(tmp_path: Path) -> None:
    content, _ = regular(1_200, 200)
    header = ",".join(f"{number:04d}" for number in range(200))
    for first in ("gene", "1"):
        table = read(tmp_path, f"{first},{header}\n" + content.partition("\n")[2]).table
        assert table.row_texts(0) == [first, *header.split(",")]


def test_that_a_large_table_of_mixed_columns_is_read_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    lines = ["patient,age,er,site," + ",".join(f"G{number}" for number in range(120)) + ",mutation,code"]
    lines += [f"P{row},{chance.randrange(30, 90)},{chance.choice(['+', '-', ''])},{chance.choice(['left', 'right'])},"
              + ",".join(chance.choice(["NA", "", "0", f"{chance.gauss(0, 1):.3f}"]) for _ in range(120))
              + f",{chance.choice(['0', 'H1047R'])},{chance.choice(['007', '12', '2.31E+13'])}" for row in range(2_000)]
    content = "\n".join(lines) + "\n"
    quick = read(tmp_path, content)
    monkeypatch.setattr(text_bulk, "MIN_CELLS", 10**9)
    slow = read(tmp_path, content)
    np.testing.assert_array_equal(quick.table.numbers, slow.table.numbers)
    assert quick.table.texts == slow.table.texts


def test_that_the_quick_way_gives_up_where_a_row_is_too_long(tmp_path: Path) -> None:
    content, values = regular(1_200, 200)
    result = read(tmp_path, content + '"G last",' + ",".join(["1"] * 201) + "\n")
    assert result.table.numbers.shape == (1_202, 202)
    assert found(result, "long_rows").where.cell == "row 1202"
    np.testing.assert_array_equal(result.table.numbers[1:1_201, 1:201], values)


def test_that_a_broken_byte_late_in_a_large_file_is_read_in_another_encoding(tmp_path: Path) -> None:
    content, _ = regular(1_200, 200)
    result = read(tmp_path, content.replace('"G1100"', '"Gén"').encode("cp1252"))
    assert result.table.text(1_101, 0) == "Gén"
    assert result.format.encoding == "cp1252"


def test_that_gz_gives_the_same_table(tmp_path: Path) -> None:
    content, _ = regular(1_200, 200)
    plain, packed = read(tmp_path, content), read(tmp_path, gzip.compress(content.encode()), "a.csv.gz")
    np.testing.assert_array_equal(plain.table.numbers, packed.table.numbers)
    assert packed.format.compression == "gz"


def test_that_the_job_reports_its_progress_and_can_be_cancelled(tmp_path: Path) -> None:
    content, _ = regular(3_000, 300)
    path = tmp_path / "a.csv"
    path.write_text(content)
    seen: list[float] = []
    read_table(path, job=JobContext(lambda fraction, _: seen.append(fraction)))
    assert seen
    assert all(0 <= fraction <= 1 for fraction in seen)
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        read_table(path, job=job)


def test_that_a_table_beyond_the_limits_is_refused_with_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = ",".join(["1"] * 100_001)
    with pytest.raises(UserError) as caught:
        read(tmp_path, f"{wide}\n{wide}\n")
    assert caught.value.problems[0].code == "table_too_large"
    monkeypatch.setattr(cell_grid, "MAX_CELLS", 1_000)
    with pytest.raises(UserError) as caught:
        read(tmp_path, "a,b,c,d,e\n" + "1,2,3,4,5\n" * 300)
    assert caught.value.problems[0].code == "table_too_large"
    assert "5 columns" in caught.value.problems[0].what


def test_that_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, b"1," * 8_100_000)
    assert caught.value.problems[0].code == "line_too_long"


@given(st.lists(st.text(alphabet='ab",; \t', max_size=6), min_size=2, max_size=6))
def test_that_what_the_csv_module_writes_is_split_back(cells: list[str]) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(cells)
    assert split_record(stream.getvalue(), ",") == cells


def test_that_random_tables_survive_the_journey_through_a_file(tmp_path: Path) -> None:
    chance = random.Random(3)
    for _ in range(20):
        width = chance.randrange(2, 9)
        table = [["gene", *(f"P{number}" for number in range(width))]]
        table += [[f"G {row}, {chance.random():.2f}", *(repr(round(chance.uniform(-9, 9), 3)) for _ in range(width))]
                  for row in range(chance.randrange(3, 40))]
        delimiter = chance.choice(",;\t|")
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(
            table
        )
        result = read(tmp_path, stream.getvalue())
        assert result.format.delimiter == delimiter
        assert [[float(cell) for cell in row[1:]] for row in table[1:]] == result.table.numbers[1:, 1:].tolist()
        assert result.table.column_texts(0) == [row[0] for row in table]
