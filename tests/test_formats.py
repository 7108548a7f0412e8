"""Files whose layout is known: where names and values stand, and one row per sample out of header lines."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from core.data.files.formats import format_of
from core.data.files.workbook import ReadResult, read_table
from core.problems import Severity, UserError

SHARED = Path(__file__).parents[2] / "shared" / "data"

GCT_12 = "#1.2\n3\t2\nNAME\tDescription\tP01\tP02\nERBB2\tna\t1.5\t2\nEGFR\tna\t-3\tNA\nMET\tna\t5\t6\n"
GCT_13 = ("#1.3\n2\t2\t1\t2\nid\tgene\tP01\tP02\nER status\tna\tpos\tneg\nage\tna\t51\t62\n"
          "208_at\tERBB2\t1.5\t2\n209_at\tEGFR\t3\t4\n")
SERIES = (
    '!Series_title\t"An invented series"\n!Series_summary\t"Two lines, ""quoted"" "\n\n'
    '!Sample_title\t"tumour 1"\t"tumour 2"\t"tumour 3"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '!Sample_source_name_ch1\t"breast"\t"breast"\t"breast"\n'
    '!Sample_characteristics_ch1\t"er status: +"\t"age: 62"\t"er status: -"\n'
    '!Sample_characteristics_ch1\t"age: 51"\t"er status: +"\t""\n'
    '!Sample_characteristics_ch1\t"HER2 3+"\t""\t"time: 5: 30"\n'
    '!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\t"GSM3"\n'
    '"1007_s_at"\t1.5\t2\t3\n"1053_at"\tnull\t4\t5\n!series_matrix_table_end\n')
CLINICAL = (
    "#Patient Identifier\tAge\tSex\n#The patient\tYears\tSex\n#STRING\tNUMBER\tSTRING\n#1\t1\t9\nPATIENT_ID\tAGE\tSEX\n"
    "MB-01\t51\tF\nMB-02\t62\tF\n"
)
EXPRESSION = "Hugo_Symbol\tEntrez_Gene_Id\tMB-01\tMB-02\nERBB2\t2064\t1.5\t2\nEGFR\t1956\t-1\tNA\n"


def read(tmp_path: Path, content: str | bytes, name: str = "a.txt", purpose: str = "expression") -> ReadResult:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, purpose=purpose)


def codes(result: ReadResult) -> set[str]:
    return {problem.code for problem in result.notes}


def test_that_gct_12_says_where_its_values_stand(tmp_path: Path) -> None:
    result = read(tmp_path, GCT_12, "a.gct")
    hints = result.hints
    assert hints is not None
    assert result.format.kind == "gct"
    assert (hints.header_rows, hints.first_row, hints.last_row, hints.skipped_rows) == ((2,), 3, 5, (0, 1))
    assert (hints.id_column, hints.annotation_columns, hints.first_value_column, hints.samples) == (
        0,
        (1,),
        2,
        "columns",
    )
    assert result.table.numbers[3, 2:].tolist() == [1.5, 2]
    assert result.table.cell(3, 2) == "C4"
    assert codes(result) == {"delimiter_detected", "format_recognised"} - {"delimiter_detected"}


def test_that_gct_13_separates_annotation_of_genes_and_of_samples(tmp_path: Path) -> None:
    hints = read(tmp_path, GCT_13, "a.gct").hints
    assert hints is not None
    assert (hints.first_row, hints.first_value_column, hints.annotation_columns) == (5, 2, (1,))
    assert hints.skipped_rows == (0, 1, 3, 4)


def test_that_the_sample_rows_of_gct_13_are_a_clinical_table(tmp_path: Path) -> None:
    result = read(tmp_path, GCT_13, "a.gct", "clinical")
    assert [result.table.row_texts(row) for row in range(3)] == [["sample", "ER status", "age"], ["P01", "pos", "51"],
                                                                 ["P02", "neg", "62"]]
    assert result.table.numbers[1:, 2].tolist() == [51, 62]
    assert result.hints is not None
    assert result.hints.samples == "rows"
    assert "“age” from line 5" in result.hints.transformation


def test_that_a_gct_saved_as_csv_is_recognised(tmp_path: Path) -> None:
    result = read(tmp_path, GCT_12.replace("\t", ",").replace("#1.2", "#1.2,,,"), "a.csv")
    assert (result.format.kind, result.format.delimiter) == ("gct", ",")
    assert result.table.numbers[3, 2] == 1.5


@pytest.mark.parametrize(("content", "code"), [
    (GCT_12.replace("3\t2\n", "5\t2\n", 1), "fewer_rows"), (GCT_12.replace("3\t2\n", "2\t2\n", 1), "more_rows"),
    (GCT_12.replace("3\t2\n", "3\t1\n", 1), "more_columns")])
def test_that_a_gct_which_miscounts_is_warned_about(tmp_path: Path, content: str, code: str) -> None:
    result = read(tmp_path, content, "a.gct")
    assert next(found for found in result.notes if found.code == code).severity is Severity.WARNING
    assert result.hints is not None
    assert result.hints.last_row == 5


@pytest.mark.parametrize(
    "content",
    [
        GCT_12.replace("3\t2\n", "three\t2\n", 1),
        GCT_12.replace("3\t2\n", "3\t9\n", 1),
        "#1.2\n3\t2\n",
        GCT_12.replace("3\t2\n", "3\t-2\n", 1),
        GCT_13.replace("2\t2\t1\t2\n", "2\t2\n", 1),
    ],
)
def test_that_a_gct_with_an_impossible_second_line_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, content, "a.gct")
    assert caught.value.problems[0].code == "gct_header"


def test_that_gct_12_is_no_clinical_table(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, GCT_12, "a.gct", "clinical")
    assert caught.value.problems[0].code == "no_sample_lines"


def test_that_the_values_of_a_series_matrix_stand_between_its_marks(tmp_path: Path) -> None:
    result = read(tmp_path, gzip.compress(SERIES.encode()), "GSE1_series_matrix.txt.gz")
    hints = result.hints
    assert hints is not None
    assert result.format.kind == "series matrix"
    assert hints.header_rows == (10,)
    assert (hints.first_row, hints.last_row) == (11, 12)
    assert result.table.row_texts(10) == ["ID_REF", "GSM1", "GSM2", "GSM3"]
    assert result.table.numbers[hints.first_row, 1:].tolist() == [1.5, 2, 3]
    assert result.table.text(12, 1) == "null"
    assert hints.skipped_rows == (*range(10), 13)


def test_that_the_samples_of_a_series_matrix_are_rows_with_a_column_per_characteristic(tmp_path: Path) -> None:
    result = read(tmp_path, SERIES, purpose="clinical")
    table = result.table
    assert [table.row_texts(row) for row in range(table.n_rows)] == [
        ["geo_accession", "title", "er status", "age", "characteristics, line 9", "time"],
        ["GSM1", "tumour 1", "+", "51", "HER2 3+", ""],
        ["GSM2", "tumour 2", "+", "62", "", ""],
        ["GSM3", "tumour 3", "-", "", "", "5: 30"]]
    assert table.numbers[1:3, 3].tolist() == [51, 62]
    assert np.isnan(table.numbers[3, 3])
    assert result.hints is not None
    assert "“er status” from lines 7, 8" in result.hints.transformation
    assert {"samples_from_header", "characteristics_without_key"} <= codes(result)


def test_that_a_characteristic_given_twice_keeps_both_values(tmp_path: Path) -> None:
    content = SERIES.replace('"age: 51"', '"er status: borderline"')
    result = read(tmp_path, content, purpose="clinical")
    assert "er status (line 8)" in result.table.row_texts(0)
    assert "repeated_characteristics" in codes(result)


def test_that_a_series_matrix_without_values_points_to_the_supplement(tmp_path: Path) -> None:
    content = SERIES.replace('"1007_s_at"\t1.5\t2\t3\n"1053_at"\tnull\t4\t5\n', "")
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert caught.value.problems[0].code == "no_values"
    assert "supplementary file" in caught.value.problems[0].remedy
    assert read(tmp_path, content, purpose="clinical").table.n_rows == 4


def test_that_a_series_matrix_which_breaks_off_is_warned_about(tmp_path: Path) -> None:
    result = read(tmp_path, SERIES.replace("!series_matrix_table_end\n", ""))
    assert "truncated" in codes(result)
    assert result.hints is not None
    assert result.hints.last_row == 12


def test_that_a_large_series_matrix_takes_the_quick_way_to_the_same_values(tmp_path: Path) -> None:
    values = np.round(np.random.default_rng(1).normal(size=(8_000, 3)) * 40, 3)
    body = "".join(f'"{row}_at"\t' + "\t".join(map(repr, values[row].tolist())) + "\n" for row in range(8_000))
    result = read(tmp_path, SERIES.replace('"1007_s_at"\t1.5\t2\t3\n"1053_at"\tnull\t4\t5\n', body))
    assert result.hints is not None
    np.testing.assert_array_equal(result.table.numbers[result.hints.first_row:result.hints.last_row + 1, 1:], values)


def test_that_the_comment_lines_of_cbioportal_are_skipped(tmp_path: Path) -> None:
    for end in ("\n", "\r", "\r\n"):
        result = read(tmp_path, CLINICAL.replace("\n", end), "data_clinical_patient.txt", "clinical")
        hints = result.hints
        assert hints is not None
        assert result.format.kind == "cbioportal clinical"
        assert (hints.header_rows, hints.first_row, hints.last_row, hints.id_column, hints.samples) == (
            (4,),
            5,
            6,
            0,
            "rows",
        )
        assert hints.skipped_rows == (0, 1, 2, 3)


def test_that_the_sample_is_the_id_where_a_file_of_cbioportal_has_patient_and_sample(tmp_path: Path) -> None:
    content = CLINICAL.replace("PATIENT_ID\tAGE\tSEX", "PATIENT_ID\tSAMPLE_ID\tSEX")
    hints = read(tmp_path, content, purpose="clinical").hints
    assert hints is not None
    assert hints.id_column == 1


@pytest.mark.parametrize(
    ("header", "first_value"),
    [("Hugo_Symbol\tEntrez_Gene_Id\tMB-01\tMB-02", 2), ("Hugo_Symbol\tMB-00\tMB-01\tMB-02", 1)],
)
def test_that_expression_of_cbioportal_names_its_annotation(tmp_path: Path, header: str, first_value: int) -> None:
    result = read(tmp_path, EXPRESSION.replace("Hugo_Symbol\tEntrez_Gene_Id\tMB-01\tMB-02", header))
    hints = result.hints
    assert hints is not None
    assert result.format.kind == "cbioportal expression"
    assert (hints.first_value_column, hints.annotation_columns, hints.samples) == (
        first_value,
        tuple(range(1, first_value)),
        "columns",
    )


def test_that_a_mutation_file_of_cbioportal_is_no_expression() -> None:
    assert format_of(b"Hugo_Symbol\tEntrez_Gene_Id\tTumor_Sample_Barcode\tVariant_Classification\n") == ""


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"#", b"#comment\nGene,P01\n", b"Gene\tP01\n", b"#1.2x\n", b"PATIENT_ID\tAGE\n"]
)
def test_that_other_text_is_of_no_known_format(content: bytes) -> None:
    assert format_of(content) == ""


@pytest.mark.local_data
@pytest.mark.skipif(not SHARED.exists(), reason="local data")
def test_that_real_files_of_known_formats_are_recognised() -> None:
    gct = read_table(SHARED / "cohorts" / "gse3143_bild" / "rtk_subset.gct")
    assert gct.hints is not None
    assert (gct.format.kind, gct.hints.last_row - gct.hints.first_row + 1, gct.table.n_columns - 2) == ("gct", 50, 158)
    folder = SHARED / "cohorts" / "metabric"
    patients = read_table(folder / "cbioportal_data_clinical_patient.txt", purpose="clinical")
    samples = read_table(folder / "cbioportal_data_clinical_sample.txt", purpose="clinical")
    assert patients.hints is not None
    assert samples.hints is not None
    assert (
        patients.hints.last_row - patients.hints.first_row + 1
        == samples.hints.last_row - samples.hints.first_row + 1
        == 2509
    )
    assert samples.table.text(4, samples.hints.id_column) == "SAMPLE_ID"
