"""From a sheet as people make it to samples by genes: every rule of the import, on small look-alikes of real tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.files.formats import LayoutHints
from core.data.files.raw_table import RawTable
from core.data.sheets.importing import Imported, answers_without_use, import_clinical, import_expression, preview
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Severity, UserError
from tests.builders import raw_table, read_result

GENES = ("EGFR", "ERBB2", "ERBB3", "KIT", "MET", "AXL", "GAPDH", "ACTB")


def imported(table: RawTable, answers: Answers | None = None, **stated: object) -> Imported:
    spec = TableSpec(Path(table.file), **stated)  # type: ignore[arg-type]
    return import_expression(spec, answers, raw_file=read_result(table))


def matrix(table: RawTable, answers: Answers | None = None, **stated: object) -> ExpressionMatrix:
    found = imported(table, answers, **stated).matrix
    assert found is not None
    return found


def refused(table: RawTable, answers: Answers | None = None, **stated: object) -> UserError:
    with pytest.raises(UserError) as caught:
        imported(table, answers, **stated)
    return caught.value


def codes(result: Imported, severity: Severity | None = None) -> list[str]:
    return [problem.code for problem in result.problems if severity in (None, problem.severity)]


def what(result: Imported, code: str) -> str:
    return next(problem.what for problem in result.problems if problem.code == code)


def genes_in_rows(n_samples: int = 4, header: str = "Gene") -> list[list[str | float | None]]:
    """log2-like values: gene i of sample j is 6 + i + j / 10."""
    rows: list[list[str | float | None]] = [[header, *(f"P{j + 1:02d}" for j in range(n_samples))]]
    return rows + [[gene, *(round(6 + i + j / 10, 1) for j in range(n_samples))] for i, gene in enumerate(GENES)]


def turned(rows: list[list[str | float | None]]) -> list[list[str | float | None]]:
    return [list(column) for column in zip(*rows)]


# --- which way round -------------------------------------------------------------------------------------------------


def test_that_genes_in_rows_and_genes_in_columns_give_the_same_matrix() -> None:
    one = matrix(raw_table(genes_in_rows()))
    other = matrix(raw_table(turned(genes_in_rows(header="Sample"))))
    assert one.samples == other.samples == ("P01", "P02", "P03", "P04")
    assert one.genes == other.genes == GENES
    np.testing.assert_array_equal(one.values, other.values)
    assert one.values[1, 1] == 7.1
    assert (one.scale, one.measure) == (Scale.LOG2, "mRNA")


def test_that_values_are_read_only_and_every_gene_knows_its_cell() -> None:
    one = matrix(raw_table(genes_in_rows()))
    assert one.rows_of_gene["ERBB2"] == ("A3",)
    assert matrix(raw_table(turned(genes_in_rows()))).rows_of_gene["ERBB2"] == ("C1",)
    with pytest.raises(ValueError, match="read-only"):
        one.values[0, 0] = 1.0


def test_that_the_order_of_rows_does_not_matter() -> None:
    rows = genes_in_rows()
    shuffled = matrix(raw_table([rows[0], *reversed(rows[1:])]))
    one = matrix(raw_table(rows))
    np.testing.assert_array_equal(shuffled.take(one.samples, one.genes), one.values)


def test_that_clinical_columns_beside_genes_are_no_genes() -> None:
    rows: list[list[str | float | None]] = [
        ["patient_id", "age_at_diagnosis", "cohort", "OS", "grade", "er_status", "erbb2", "egfr", "kit", "brca1_mut", "tp53_mut"]]
    for j in range(6):
        rows.append([j, 50.5 + j, 1, 12.5 * j, 3, "Positive", 0.1 * j - 0.3, 0.4 - 0.2 * j, 0.05 * j, 0, "R175H" if j == 2 else 0])
    result = imported(raw_table(rows), scale=Scale.Z)
    assert result.matrix is not None
    assert result.matrix.genes == ("ERBB2", "EGFR", "KIT")
    assert result.matrix.samples == ("0", "1", "2", "3", "4", "5")
    said = what(result, "columns_no_genes")
    assert "age_at_diagnosis" in said
    assert "brca1_mut" in said


def test_that_a_status_among_measured_genes_is_left_out_with_a_warning() -> None:
    rows: list[list[str | float | None]] = [["Sample", "EGFR", "ERBB2", "ERBB3", "AR"]]
    rows += [[f"S{j}", 5.5 + j / 7, 6.1 + j / 3, 7.2, j % 2] for j in range(6)]
    result = imported(raw_table(rows), scale=Scale.LOG2)
    assert result.matrix is not None
    assert result.matrix.genes == ("EGFR", "ERBB2", "ERBB3")
    assert "codes_no_values" in codes(result, Severity.WARNING)


@pytest.mark.parametrize(("name", "values", "kept"), [
    ("MET", (5, 6), True), ("MET", (1, 2, 3, 9), True), ("MET", (0, 1), False), ("HER2", (1, 2, 3), False)])
def test_that_a_receptor_of_few_whole_values_among_fractions_keeps_its_row(
        name: str, values: tuple[int, ...], kept: bool) -> None:
    rows: list[list[str | float | None]] = [["Sample", "EGFR", "AXL", "KIT", name]]
    rows += [[f"S{j}", 5.5 + j / 7, 6.1 + j / 3, 7.2 + j / 9, values[j % len(values)]] for j in range(8)]
    result = imported(raw_table(rows), scale=Scale.LOG2)
    assert result.matrix is not None
    assert (len(result.matrix.genes) == 4) is kept
    assert ("codes_no_values" in codes(result, Severity.WARNING)) is not kept


def test_that_a_lone_status_called_her2_is_refused_as_expression() -> None:
    rows: list[list[str | float | None]] = [["Cell line", "Age", "Passage", "HER2"]]
    rows += [[f"L{j}", 40 + j, 10 + j, j % 2] for j in range(6)]
    assert refused(raw_table(rows)).problems[0].code == "only_codes"
    assert matrix(raw_table(rows), scale=Scale.CALLS).genes == ("ERBB2",)


def test_that_a_stated_id_that_does_not_exist_is_refused_with_the_nearest() -> None:
    problem = refused(raw_table(genes_in_rows(header="Gene Symbol")), id="gene_symbol").problems[0]
    assert (problem.code, problem.answer_key) == ("no_column", "id")
    assert "Gene Symbol" in problem.remedy


def test_that_two_ways_round_that_fit_equally_are_asked() -> None:
    rows: list[list[str | float | None]] = [["", "EGFR", "ERBB2", "MET"]]
    rows += [[gene, 1.5, 2.5, 3.5] for gene in ("KIT", "AXL", "ALK")]
    problem = refused(raw_table(rows)).problems[0]
    assert (problem.code, problem.answer_key) == ("which_samples", "samples")
    assert matrix(raw_table(rows), samples="rows", scale=Scale.LOG2).genes == ("EGFR", "ERBB2", "MET")
    assert matrix(raw_table(rows), samples="columns", scale=Scale.LOG2).genes == ("KIT", "AXL", "ALK")


def test_that_two_columns_that_could_be_the_sample_are_asked() -> None:
    rows: list[list[str | float | None]] = [["Patient ID", "Sample ID", "EGFR", "ERBB2"]]
    rows += [[f"P{j}", f"B{9 - j}", 5.5 + j, 6.5 + j] for j in range(4)]
    problem = refused(raw_table(rows)).problems[0]
    assert (problem.code, problem.answer_key) == ("which_id", "id")
    assert matrix(raw_table(rows), id="Sample ID", scale=Scale.LOG2).samples == ("B9", "B8", "B7", "B6")


def test_that_a_clinical_table_given_as_expression_is_refused_with_a_sentence() -> None:
    rows: list[list[str | float | None]] = [["Donor.ID", "Age", "ER.Allred", "RCB.score"], ["T001", 51, 8, 1.2],
                                            ["T002", 42, 7, 0.3], ["T003", 36, 8, 2.2]]
    problem = refused(raw_table(rows)).problems[0]
    assert problem.code == "no_genes"
    assert "Age" in problem.what


def test_that_a_name_that_holds_a_receptor_is_offered_as_an_answer_and_the_answer_works() -> None:
    rows: list[list[str | float | None]] = [["case", "age", "egfr.median.score"], ["1", 57, 7.2], ["2", 66, 3.1], ["3", 71, 0]]
    problem = refused(raw_table(rows)).problems[0]
    assert '"egfr.median.score" = "EGFR"' in problem.remedy
    answered = matrix(raw_table(rows), Answers(genes={"egfr.median.score": "EGFR"}), scale=Scale.SCORE)
    assert answered.genes == ("EGFR",)


def test_that_a_table_of_probes_keeps_their_names_and_says_that_no_receptor_is_in_it() -> None:
    rows: list[list[str | float | None]] = [["Probe", "S1", "S2", "S3"]]
    rows += [[f"Contig{1000 + i}_RC", 0.1 * i, -0.2 * i, 0.05] for i in range(12)]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert len(result.matrix.genes) == 12
    assert "0 of 58 RTKs" in what(result, "no_gene_symbols")


# --- header, units, totals, footnotes ---------------------------------------------------------------------------------


def test_that_a_title_units_totals_and_footnotes_are_skipped_and_said() -> None:
    rows = genes_in_rows()
    table = raw_table([
        ["RTK panel, batch 3, do not share"], [], rows[0], ["", "log2", "log2", "log2", "log2"], *rows[1:],
        ["Mean", 9.5, 9.6, 9.7, 9.8], ["SD", 2.4, 2.4, 2.4, 2.4], [], ["* measured twice, see lab book 12"]])
    result = imported(table)
    assert result.matrix is not None
    assert result.matrix.genes == GENES
    assert result.recipe.header_rows == (2,)
    assert "row 1" in what(result, "title_rows")
    assert "row 4" in what(result, "words_below_header")
    assert "rows 13-14" in what(result, "totals_row")
    assert "row 16" in what(result, "footnote")
    assert (result.recipe.first_row, result.recipe.last_row) == (4, 11)


def test_that_the_gene_max_is_no_summary_row() -> None:
    rows = [*genes_in_rows(), ["MAX", 5.0, 5.1, 5.2, 5.3]]
    assert matrix(raw_table(rows)).genes[-1] == "MAX"
    summary = [*genes_in_rows(), ["Max", 13.0, 13.1, 13.2, 13.3]]
    assert "MAX" not in matrix(raw_table(summary)).genes


def test_that_two_header_rows_are_joined_where_one_does_not_tell_the_samples_apart() -> None:
    rows: list[list[str | float | None]] = [["", "Patient 1", "", "Patient 2", ""], ["Gene", "pre", "post", "pre", "post"]]
    rows += [row[:5] for row in genes_in_rows()[1:]]
    merged = raw_table(rows, merged=((0, 1, 0, 2), (0, 3, 0, 4)))
    expected = ("Patient 1 pre", "Patient 1 post", "Patient 2 pre", "Patient 2 post")
    assert matrix(merged).samples == expected
    assert matrix(raw_table(rows)).samples == expected  # a csv file has lost the merged cells


def test_that_a_group_header_is_not_joined_where_the_names_below_it_suffice() -> None:
    rows = genes_in_rows()
    result = imported(raw_table([["", "responders", "", "others", ""], *rows]))
    assert result.matrix is not None
    assert result.matrix.samples == ("P01", "P02", "P03", "P04")
    assert "group_header" in codes(result)


def test_that_a_row_of_words_among_the_genes_is_left_out() -> None:
    rows = genes_in_rows()
    result = imported(raw_table([rows[0], ["Tissue", "tumour", "tumour", "normal", "normal"], *rows[1:]]))
    assert result.matrix is not None
    assert result.matrix.genes == GENES


def test_that_a_stated_header_row_is_used_and_zero_means_letters() -> None:
    rows = genes_in_rows()
    assert matrix(raw_table([["note"], ["x", "a", "b", "c", "d"], *rows]), header_row=3).samples[0] == "P01"
    headless = matrix(raw_table(rows[1:]), header_row=0)
    assert headless.samples == ("B", "C", "D", "E")
    assert matrix(raw_table(rows[1:]), header_row=0, id="A").genes == GENES


def test_that_patient_numbers_in_the_header_are_names() -> None:
    rows = genes_in_rows()
    rows[0] = ["Gene", 1, 2, 3, 4]
    assert matrix(raw_table(rows)).samples == ("1", "2", "3", "4")


def test_that_columns_of_results_are_no_samples() -> None:
    rows = [[*row, "Mean" if at == 0 else 8.0, "log2FC" if at == 0 else 1.1, "P.Value" if at == 0 else 0.03]
            for at, row in enumerate(genes_in_rows())]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("P01", "P02", "P03", "P04")
    assert "Mean, log2FC, P.Value" in what(result, "result_columns")


def test_that_a_sample_called_b_is_a_sample() -> None:
    rows = genes_in_rows()
    rows[0] = ["Gene", "A", "B", "T", "P"]
    assert matrix(raw_table(rows)).samples == ("A", "B", "T", "P")


def test_that_the_larger_of_two_stacked_tables_is_read_and_the_other_said() -> None:
    small: list[list[str | float | None]] = [["Dose", "Signal", "CV"], [1, 2.5, 0.1], [2, 3.5, 0.2], []]
    result = imported(raw_table([*small, *genes_in_rows()]))
    assert result.matrix is not None
    assert result.matrix.genes == GENES
    assert "rows 1 to 3" in what(result, "further_table")


def test_that_blank_rows_repeated_headers_and_hidden_rows_are_said() -> None:
    rows = genes_in_rows()
    result = imported(raw_table([*rows[:4], [], rows[0], *rows[4:]], hidden_rows=frozenset({2})))
    assert result.matrix is not None
    assert result.matrix.genes == GENES
    assert {"blank_rows", "repeated_header", "hidden_rows"} <= set(codes(result))


def test_that_text_columns_beside_the_genes_are_annotation() -> None:
    rows = [[row[0], "description" if at == 0 else f"protein {at}", "Entrez ID" if at == 0 else 1000.0 + at, *row[1:]]
            for at, row in enumerate(genes_in_rows())]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("P01", "P02", "P03", "P04")
    assert result.recipe.annotation_columns == (1, 2)


# --- genes -------------------------------------------------------------------------------------------------------------


def test_that_rows_of_one_gene_are_collapsed_by_the_rule() -> None:
    rows: list[list[str | float | None]] = [
        ["Gene", "S1", "S2"], ["ERBB2", 5.0, 9.0], ["ERBB2", 8.0, None], ["EGFR", 6.0, 6.5], ["ERBB2", 7.0, 7.5]]
    table = raw_table(rows)
    # means of the rows: 7, 8 (missing ignored), 7.25
    np.testing.assert_array_equal(matrix(table, scale=Scale.LOG2).column("ERBB2"), [8.0, np.nan])
    np.testing.assert_allclose(matrix(table, scale=Scale.LOG2, collapse="mean").column("ERBB2"), [20 / 3, 8.25])
    np.testing.assert_allclose(matrix(table, scale=Scale.LOG2, collapse="median").column("ERBB2"), [7.0, 8.25])
    result = imported(table, scale=Scale.LOG2)
    assert "A2, A3, A5" in what(result, "collapsed_genes")
    assert result.matrix is not None
    assert result.matrix.rows_of_gene["ERBB2"] == ("A2", "A3", "A5")


def test_that_a_row_under_an_alias_is_never_merged_with_the_approved_symbol() -> None:
    rows = [*genes_in_rows(), ["HER2", 1.0, 1.0, 1.0, 1.0]]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.column("ERBB2")[0] == 7.0
    warned = next(problem for problem in result.problems if problem.code == "alias_beside_symbol")
    assert warned.severity is Severity.WARNING
    assert "HER2 (A10)" in warned.what
    merged = matrix(raw_table(rows), Answers(genes={"HER2": "ERBB2"}), collapse="mean")
    assert merged.column("ERBB2")[0] == 4.0


def test_that_two_aliases_of_one_gene_are_merged_and_said() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2"], ["HER-2", 5.0, 6.0], ["HER2", 8.0, 9.0], ["EGFR", 1.5, 2.5]]
    result = imported(raw_table(rows), scale=Scale.LOG2)
    assert result.matrix is not None
    assert result.matrix.column("ERBB2").tolist() == [8.0, 9.0]
    assert "different_names_of_one_gene" in codes(result, Severity.WARNING)


def test_that_a_probe_of_two_genes_is_left_out_until_it_is_answered() -> None:
    rows = [*genes_in_rows(), ["ALK /// MIR4728", 3.0, 3.1, 3.2, 3.3]]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert "ALK" not in result.matrix.genes
    assert any(problem.where.cell == "A10" and problem.severity is Severity.WARNING for problem in result.problems)
    assert matrix(raw_table(rows), Answers(genes={"ALK /// MIR4728": "ALK"})).column("ALK")[0] == 3.0


def test_that_dates_among_genes_are_repaired_where_one_gene_fits_and_left_out_where_two_do() -> None:
    rows = [*genes_in_rows(), ["8-Sep", 2.0, 2.1, 2.2, 2.3], ["2024-03-01", 3.0, 3.1, 3.2, 3.3]]
    result = imported(raw_table(rows, dates=frozenset({(10, 0)})))
    assert result.matrix is not None
    assert result.matrix.genes == (*GENES, "SEPTIN8")
    assert any(problem.where.cell == "A11" and problem.severity is Severity.WARNING for problem in result.problems)


def test_that_symbols_match_without_regard_to_case() -> None:
    rows = genes_in_rows()
    lower = [rows[0], *([str(row[0]).lower(), *row[1:]] for row in rows[1:])]
    assert matrix(raw_table(lower)).genes == GENES


def test_that_a_row_without_a_gene_name_is_left_out_or_goes_by_its_other_name() -> None:
    rows = [*genes_in_rows(), ["NA", 2.0, 2.1, 2.2, 2.3]]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.genes == GENES
    assert "row 10" in what(result, "gene_without_name")
    with_probe = [[("Probe" if at == 0 else f"{at}_at"), *row] for at, row in enumerate(rows)]
    assert matrix(raw_table(with_probe)).genes[-1] == "9_at"


def test_that_a_gene_answered_with_nothing_is_left_out() -> None:
    result = imported(raw_table(genes_in_rows()), Answers(genes={"ACTB": ""}))
    assert result.matrix is not None
    assert "ACTB" not in result.matrix.genes


def test_that_phospho_sites_are_the_receptor_only_in_a_table_of_phosphorylated_protein() -> None:
    rows: list[list[str | float | None]] = [["Sample", "HER2", "HER2_pY1248", "EGFR", "EGFR_pY1068", "c-Met_pY1235"]]
    rows += [[f"S{j}", 0.5 + j, -0.25 + j, -0.5, 1.25, -1.5 + j] for j in range(4)]
    total = imported(raw_table(rows), scale=Scale.LOG_RATIO)
    assert total.matrix is not None
    assert total.matrix.measure == "total"
    assert set(total.matrix.genes) == {"ERBB2", "EGFR", "HER2_pY1248", "EGFR_pY1068", "c-Met_pY1235"}
    assert "phospho_kept_apart" in codes(total)
    phospho = imported(raw_table(rows), scale=Scale.LOG_RATIO, measure="phospho")
    assert phospho.matrix is not None
    assert set(phospho.matrix.genes) == {"ERBB2", "EGFR", "MET"}
    assert phospho.matrix.column("ERBB2")[0] == -0.25
    assert "total_left_out" in codes(phospho)


def test_that_a_word_shared_by_all_names_is_taken_off() -> None:
    rows: list[list[str | float | None]] = [["Patient", "HER2 H-score", "EGFR H-score", "HER3 H-score"]]
    rows += [[f"P{j}", 30 * j, 200 - 10 * j, 15] for j in range(5)]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.genes == ("ERBB2", "EGFR", "ERBB3")
    assert result.matrix.scale is Scale.SCORE
    assert "shared_word" in codes(result)


def test_that_read_counter_rows_are_no_genes_and_not_in_the_library() -> None:
    rows: list[list[str | float | None]] = [["gene", "S1", "S2"], ["EGFR", 10, 20], ["ERBB2", 90, 180],
                                            ["__no_feature", 900, 900], ["__ambiguous", 5, 7]]
    found = matrix(raw_table(rows), scale=Scale.COUNTS)
    assert found.genes == ("EGFR", "ERBB2")
    np.testing.assert_allclose(found.column("EGFR"), np.log2(1e5 + 1))


# --- samples and answers ------------------------------------------------------------------------------------------------


def test_that_a_sample_repeated_with_the_same_values_is_kept_once() -> None:
    rows = [[*row, row[1]] for row in genes_in_rows()]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("P01", "P02", "P03", "P04")
    assert "P01 (B1, F1)" in what(result, "repeated_samples")


def test_that_a_sample_repeated_with_different_values_is_left_out_altogether() -> None:
    rows = [[*row, row[1] if at == 0 else 1.5] for at, row in enumerate(genes_in_rows())]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("P02", "P03", "P04")
    assert "P01 (B1, F1)" in what(result, "repeated_samples_differ")
    named = matrix(raw_table(rows), Answers(cells={"F1": "P01 again"}))
    assert named.samples == ("P01", "P02", "P03", "P04", "P01 again")


def test_that_replicates_without_any_name_of_their_own_are_kept_by_name_and_column() -> None:
    rows = genes_in_rows()
    rows[0] = ["Gene", "drug", "drug", "vehicle", "vehicle"]
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("drug (B)", "drug (C)", "vehicle (D)", "vehicle (E)")
    assert "replicate_samples" in codes(result, Severity.WARNING)


def test_that_one_sample_written_as_number_and_as_text_is_one_sample() -> None:
    rows = turned(genes_in_rows(header="Sample"))
    for row, name in zip(rows[1:], ("7", 7.0, "007", "8")):
        row[0] = name
    result = imported(raw_table(rows), id="Sample")
    assert result.matrix is not None
    assert result.matrix.samples == ("8",)


def test_that_the_answers_rename_drop_and_correct_and_are_said() -> None:
    answers = Answers(samples={"P01": "Patient 1"}, drop=("P02",), cells={"Sheet1!B3": "12,5", "lab.xlsx!Sheet1!B2": "5.25"})
    result = imported(raw_table(genes_in_rows()), answers)
    assert result.matrix is not None
    assert result.matrix.samples == ("Patient 1", "P03", "P04")
    assert result.matrix.column("EGFR")[0] == 5.25
    assert {"renamed_samples", "dropped_samples", "answered_cells"} <= set(codes(result))
    assert np.isnan(result.matrix.column("ERBB2")[0])  # "12,5" is no number in this file


def test_that_an_answer_that_meets_nothing_in_any_table_is_named() -> None:
    answers = Answers(genes={"HER9": "ERBB2"}, samples={"P99": "x", "P01": "y"}, cells={"Z900": "1", "Other!A1": "2"}, drop=("Q1",))
    result = imported(raw_table(genes_in_rows()), answers)
    found = answers_without_use(answers, [result])
    assert len(found) == 5
    assert all(problem.severity is Severity.WARNING for problem in found)
    assert "HER9" in found[0].what
    assert not answers_without_use(Answers(samples={"P01": "y"}), [result])


def test_that_two_samples_with_the_same_values_are_warned_about() -> None:
    rows = [[*row, "P05" if at == 0 else row[2]] for at, row in enumerate(genes_in_rows())]
    result = imported(raw_table(rows))
    assert "P02 and P05" in what(result, "identical_samples")


# --- missing values --------------------------------------------------------------------------------------------------------


def test_that_missing_words_limits_and_unreadable_text_are_missing_and_each_is_said() -> None:
    rows = genes_in_rows()
    rows[1][1:] = ["NA", "#N/A", "ND", "-"]
    rows[2][1:] = ["<0.1", ">90", "2-3+", "weak focal"]
    rows[3][1:] = [None, 0, "3+", "12 %"]
    result = imported(raw_table(rows), scale=Scale.SCORE)
    found = result.matrix
    assert found is not None
    assert np.isnan(found.column("EGFR")).all()
    assert np.isnan(found.column("ERBB2")).all()
    np.testing.assert_array_equal(found.column("ERBB3"), [np.nan, 0.0, 3.0, 12.0])
    assert {"missing_words", "blank_cells", "number_from_words"} <= set(codes(result, Severity.NOTE))
    assert {"beyond_limit", "unreadable_values"} <= set(codes(result, Severity.WARNING))
    unreadable = next(problem for problem in result.problems if problem.code == "unreadable_values")
    assert unreadable.where.cell == "D3"
    assert "“2-3+”" in unreadable.what
    assert {change.cell for change in result.changes} >= {"B3", "C3", "D3", "E3"}


def test_that_own_missing_words_and_numbers_are_missing() -> None:
    rows = genes_in_rows()
    rows[1][1:3] = ["lost", 999]
    found = matrix(raw_table(rows), missing=("lost", "999"), scale=Scale.LOG2)
    assert np.isnan(found.column("EGFR")[:2]).all()
    assert found.column("EGFR")[2] == 6.2


def test_that_a_gene_missing_in_every_sample_stays_in_the_table() -> None:
    rows = [*genes_in_rows(), ["ALK", "NA", "NA", "NA", "NA"]]
    assert np.isnan(matrix(raw_table(rows)).column("ALK")).all()


# --- lists, calls, scales -----------------------------------------------------------------------------------------------------


def test_that_a_list_of_values_becomes_a_matrix() -> None:
    rows: list[list[str | float | None]] = [["Patient", "Timepoint", "Antibody", "Clone", "% strong", "H-score"]]
    for patient in ("P1", "P2", "P3"):
        for time, add in (("pre", 0), ("post", 50)):
            for gene, score in (("HER2", 100), ("EGFR", 20), ("HER3", 5)):
                rows.append([patient, time, gene, "29D8", 10, score + add])
    result = imported(raw_table(rows))
    assert result.matrix is not None
    assert result.matrix.samples == ("P1 pre", "P1 post", "P2 pre", "P2 post", "P3 pre", "P3 post")
    assert result.matrix.column("ERBB2").tolist() == [100, 150, 100, 150, 100, 150]
    assert result.matrix.scale is Scale.SCORE
    assert {"long_format", "sample_and_time_point"} <= set(codes(result))
    assert result.recipe.samples == "list"


def test_that_a_list_with_several_possible_values_is_refused() -> None:
    rows: list[list[str | float | None]] = [["Donor.ID", "Hugo_Symbol", "n_depth", "n_alt"]]
    rows += [[donor, gene, 100, 5] for donor in ("T1", "T2") for gene in ("EGFR", "KIT", "MET")]
    assert refused(raw_table(rows)).problems[0].code == "long_format"


def test_that_on_off_tables_are_read_as_calls() -> None:
    rows: list[list[str | float | None]] = [["Patient", "EGFR", "ERBB2", "MET", "AXL"], ["P1", "on", "off", "on", "unknown"],
                                            ["P2", "off", "off", "on", ""], ["P3", "on", "on", "off", "off"]]
    for stated in ({}, {"scale": Scale.CALLS}):
        found = matrix(raw_table(rows), **stated)
        assert found.scale is Scale.CALLS
        np.testing.assert_array_equal(found.values, [[1, 0, 1, np.nan], [0, 0, 1, np.nan], [1, 1, 0, 0]])
    numbers: list[list[str | float | None]] = [["Patient", "EGFR", "ERBB2"], ["P1", 1, 0], ["P2", None, 1], ["P3", "true", 0]]
    np.testing.assert_array_equal(matrix(raw_table(numbers), scale=Scale.CALLS).values, [[1, 0], [np.nan, 1], [1, 0]])


def test_that_linear_values_are_logged_once() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2"], ["EGFR", 0, 7.5], ["ERBB2", 1023.0, 63.25], ["KIT", 3.5, 12.75]]
    found = imported(raw_table(rows))
    assert found.matrix is not None
    assert found.matrix.scale is Scale.LINEAR
    np.testing.assert_allclose(found.matrix.column("ERBB2"), [10.0, np.log2(64.25)])
    assert "log2(x + 1)" in what(found, "logged")


def test_that_log10_values_become_doublings() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2"], ["EGFR", 1, 2.5], ["ERBB2", 3, -1.5]]
    np.testing.assert_allclose(matrix(raw_table(rows), scale=Scale.LOG10).column("EGFR"), np.log2([10, 10**2.5]))


def test_that_a_negative_value_on_a_linear_scale_is_refused_with_its_cell() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2"], ["EGFR", 1, 2.5], ["ERBB2", 300, -1.5]]
    problem = refused(raw_table(rows), scale=Scale.LINEAR).problems[0]
    assert (problem.code, problem.where.cell, problem.answer_key) == ("negative_values", "C3", "scale")


def test_that_a_stated_scale_that_the_values_contradict_is_warned_about() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2"], ["EGFR", 51000.5, 2.5], ["ERBB2", 300, 12.5]]
    result = imported(raw_table(rows), scale=Scale.LOG2)
    assert "scale_contradicts" in codes(result, Severity.WARNING)


def test_that_values_that_may_be_logged_or_not_are_asked() -> None:
    rows: list[list[str | float | None]] = [["Gene", "S1", "S2", "S3"], ["EGFR", 0.5, 1.2, 0.4], ["ERBB2", 2.2, 1.9, 0.3]]
    problem = refused(raw_table(rows)).problems[0]
    assert (problem.code, problem.answer_key) == ("which_scale", "scale")


# --- the front door ---------------------------------------------------------------------------------------------------------------


def test_that_a_file_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("gene;P1;P2;P3\nERBB2;7,5;8,25;9,1\nEGFR;5,5;6,5;7,5\nKIT;4,25;4,75;5,5\n", encoding="utf-8")
    result = import_expression(TableSpec(path))
    assert result.matrix is not None
    assert result.matrix.column("ERBB2").tolist() == [7.5, 8.25, 9.1]
    assert (result.recipe.delimiter, result.recipe.decimal, result.recipe.kind) == (";", ",", "text")
    assert result.recipe.detected == ("samples", "id", "scale", "measure", "collapse", "header_row")
    recipe, problems = preview(TableSpec(path), "expression")
    assert recipe == result.recipe
    assert [problem.line() for problem in problems] == [problem.line() for problem in result.problems]


def test_that_an_expression_table_given_as_clinical_is_refused() -> None:
    names = [f"Contig{1000 + i}_RC" for i in range(12)]
    table = raw_table([["Probe", "S1", "S2"], *([name, 1.5, 2.5] for name in names)])
    with pytest.raises(UserError) as caught:
        import_clinical(TableSpec(Path("x.csv")), raw_file=read_result(table))
    assert caught.value.problems[0].code == "not_clinical"


def test_that_an_empty_sheet_is_refused() -> None:
    assert refused(raw_table([[]])).problems[0].code == "empty_table"


def test_that_personal_data_are_warned_about() -> None:
    rows = [[*row, "Surname" if at == 0 else "Smith"] for at, row in enumerate(turned(genes_in_rows(header="Sample")))]
    result = imported(raw_table(rows))
    assert "Surname" in what(result, "personal_data")


def test_that_a_format_that_fixes_its_layout_needs_no_detection() -> None:
    rows: list[list[str | float | None]] = [["#1.2"], [2, 3], ["NAME", "Description", "S1", "S2", "S3"],
                                            ["ERBB2", "na", 7.5, 8.5, 9.5], ["EGFR", "na", 5.5, 6.5, 4.5]]
    hints = LayoutHints((2,), 3, 4, 0, 2, "columns", annotation_columns=(1,), skipped_rows=(0, 1))
    result = import_expression(TableSpec(Path("x.gct"), scale=Scale.LOG2), raw_file=read_result(raw_table(rows), hints))
    assert result.matrix is not None
    assert result.matrix.samples == ("S1", "S2", "S3")
    assert result.matrix.genes == ("ERBB2", "EGFR")
    assert result.matrix.rows_of_gene["EGFR"] == ("A5",)


def test_that_entrez_ids_are_genes() -> None:
    ids = (1956, 2064, 2065, 3815, 4233, 558, 2597, 60)
    rows = [["Entrez ID" if at == 0 else ids[at - 1], *row[1:]] for at, row in enumerate(genes_in_rows())]
    assert matrix(raw_table(rows)).genes == GENES
