"""The import on the public tables themselves, against what their sources say and what R computed from them."""

from __future__ import annotations

import csv
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from core.data.files.workbook import read_table
from core.data.reference import rtk_symbols
from core.data.sheets.importing import Imported, import_clinical, import_expression
from core.data.sheets.recipe import TableSpec
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Severity, UserError

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = [pytest.mark.local_data, pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")]

METABRIC = DATA / "cohorts/metabric/METABRIC_RNA_Mutation.csv.gz"


@cache
def expression(path: str, **stated: str) -> Imported:
    return import_expression(TableSpec(DATA / path, **stated))  # type: ignore[arg-type]


def matrix(path: str, **stated: str) -> ExpressionMatrix:
    found = expression(path, **stated).matrix
    assert found is not None
    return found


def receptors(found: ExpressionMatrix) -> set[str]:
    return set(found.genes) & set(rtk_symbols())


def codes(result: Imported, severity: Severity) -> set[str]:
    return {problem.code for problem in result.problems if problem.severity is severity}


def test_that_one_metabric_file_is_expression_and_clinical_at_once_and_quickly() -> None:
    raw = read_table(METABRIC)
    start = time.process_time()
    result = import_expression(TableSpec(METABRIC), raw_file=raw)
    clinical = import_clinical(TableSpec(METABRIC, id="patient_id"), raw_file=raw).clinical
    assert time.process_time() - start < 4.0  # about 1 s of processor time where it was written
    found = result.matrix
    assert found is not None
    assert clinical is not None
    assert (len(found.samples), len(found.genes), found.scale) == (1904, 489, Scale.Z)  # 489 z-score columns, see PROVENANCE
    assert receptors(found) == {"EGFR", "ERBB2", "ERBB3", "ERBB4", "IGF1R", "PDGFRA", "PDGFRB", "CSF1R", "KIT", "FLT3", "KDR",
                                "FGFR1", "MET", "ROS1", "ALK"}
    assert found.samples == clinical.samples
    assert found.samples[:3] == ("0", "2", "5")
    said = next(problem.what for problem in result.problems if problem.code == "columns_no_genes")
    assert "called …_mut" in said
    assert not codes(result, Severity.WARNING)
    assert len(clinical.columns) == 693
    assert clinical.columns["her2_status"].texts.count("Positive") == 236
    assert int(np.nansum(clinical.columns["overall_survival"].numbers == 0)) == 1103
    assert not clinical.columns["tp53_mut"].missing  # a column of 0 and mutations is a column of words


@pytest.mark.parametrize(("path", "samples", "genes_at_least", "found", "scale"), [
    ("cohorts/gse3143_bild/expression.csv.gz", 158, 8600, 50, Scale.LOG2),
    ("cohorts/gse3143_bild/rtk_subset.gct", 158, 50, 50, Scale.LOG2),
    ("cohorts/gse4335_sorlie/expression.csv.gz", 115, 12700, 45, Scale.LOG_RATIO),
    ("cohorts/tcga_brca/rnaseq_counts_115.csv.gz", 115, 20000, 58, Scale.COUNTS),
    ("cohorts/tcga_brca/rppa_873_gene_level.csv.gz", 873, 160, 6, Scale.LOG_RATIO),
    ("paired/bone_met_pairs/gene_counts.csv.gz", 22, 39000, 58, Scale.COUNTS),
    ("paired/tcga_her2_tumor_normal/expression.csv.gz", 28, 11400, 36, Scale.LOG2),
    ("paired/gse80098_explants_e2/logcpm.csv.gz", 15, 7600, 23, Scale.LOG2),
    ("cell_lines/ccle_erbb_tpm/TPM_RLE_postComBat_COAD_BREAST.csv", 238, 38, 4, Scale.LINEAR),
    ("messy_spreadsheets/excel_mangled_GeneExpr004.csv", 32, 8000, 26, Scale.LOG2)])
def test_that_nothing_needs_to_be_stated(path: str, samples: int, genes_at_least: int, found: int, scale: Scale) -> None:
    read = matrix(path)
    assert len(read.samples) == samples
    assert len(read.genes) >= genes_at_least
    assert len(receptors(read)) == found  # the numbers of the PROVENANCE files
    assert read.scale is scale


def test_that_counts_become_the_log2_cpm_that_r_computed() -> None:
    """golden/paired: CPM over all 39,684 rows of the file, log2(CPM + 1), by R."""
    read = matrix("paired/bone_met_pairs/gene_counts.csv.gz")
    with (DATA / "golden/paired/bone_met_rtk_log2cpm1.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 58
    for row in rows:
        gene = row.pop("gene")
        expected = [float(value) for value in row.values()]
        np.testing.assert_allclose(read.take(list(row), [gene])[:, 0], expected, rtol=0, atol=1e-12)


def test_that_values_on_a_log_scale_are_untouched() -> None:
    read = matrix("cohorts/gse3143_bild/expression.csv.gz")
    assert read.take(["T01-0145"], ["AADAC"])[0, 0] == 5.4594
    assert matrix("cohorts/gse3143_bild/rtk_subset.gct").take(["T01-0145"], ["ERBB2"])[0, 0] == 8.6499


def test_that_the_phospho_columns_of_an_rppa_table_are_receptors_when_so_stated() -> None:
    path = "cohorts/tcga_brca/rppa_410.csv.gz"
    total, phospho = matrix(path), matrix(path, measure="phospho")
    assert receptors(total) == {"EGFR", "ERBB2", "ERBB3", "KIT", "KDR"}
    assert receptors(phospho) == {"EGFR", "ERBB2", "ERBB3", "MET"}
    assert phospho.rows_of_gene["ERBB2"] != total.rows_of_gene["ERBB2"]
    assert "HER2_pY1248" in total.genes
    assert total.samples[0] == "TCGA-A1-A0SH-01A-21-A13A-20"


def test_that_elisa_levels_of_niepel_are_found_total_and_phospho() -> None:
    path = "cell_lines/hms_rtk_elisa/basal_levels_all_rtk.tsv"
    total = matrix(path, measure="total", scale="log10")
    phospho = matrix(path, measure="phospho", scale="log10")
    assert len(receptors(total)) == 19
    assert len(receptors(phospho)) == 15
    np.testing.assert_allclose(total.take(["184B5"], ["EGFR"]), -0.700 * np.log2(10))
    np.testing.assert_allclose(phospho.take(["184B5"], ["EGFR"]), -1.133 * np.log2(10))


def test_that_a_cohort_of_probes_is_read_and_says_that_no_receptor_is_in_it() -> None:
    result = expression("cohorts/nki_272/NKI_cleaned.csv.gz")
    assert result.matrix is not None
    assert len(result.matrix.samples) == 272
    assert not receptors(result.matrix)
    assert "no_receptors" in codes(result, Severity.WARNING)
    assert "age" not in result.matrix.genes


def test_that_damaged_gene_names_are_repaired_or_left_out_with_a_warning() -> None:
    result = expression("messy_spreadsheets/excel_mangled_GeneExpr004.csv")
    assert result.matrix is not None
    assert "SEPTIN8" in result.matrix.genes
    assert not {"1-Mar", "2-Mar", "8-Sep"} & set(result.matrix.genes)
    assert {"gene_name_is_date", "replicate_samples"} <= codes(result, Severity.WARNING)


def test_that_patients_named_by_number_and_by_text_stay_in_the_clinical_table() -> None:
    found = import_clinical(TableSpec(DATA / "paired/bone_met_pairs/samples.csv")).clinical
    assert found is not None
    assert found.columns["Patient"].texts.count("A25") == 2
    assert not found.columns["Patient"].missing


@pytest.mark.parametrize("path", [
    "cohorts/metabric/brca_metabric_clinical_data.tsv", "cohorts/metabric/cbioportal_data_clinical_patient.txt",
    "cohorts/metabric/cbioportal_data_clinical_sample.txt", "cohorts/tcga_brca/clinical_selected.tsv",
    "messy_spreadsheets/antibodyPanel.xlsx", "messy_spreadsheets/200317_BCA.xlsx",
    "messy_spreadsheets/vantveer2002_415530a-s9.xls", "messy_spreadsheets/sample_proteins.xls",
    "messy_spreadsheets/Cell_Lines_Metadata_simplified.xlsx", "messy_spreadsheets/PenisDataset_EGFR_Hscore.csv"])
def test_that_a_table_that_is_no_expression_table_is_refused_with_its_place_and_what_to_do(path: str) -> None:
    with pytest.raises(UserError) as caught:
        import_expression(TableSpec(DATA / path))
    for problem in caught.value.problems:
        assert problem.where.file == Path(path).name
        assert problem.remedy
        assert problem.answer_key


@pytest.mark.parametrize(("path", "sheet", "samples", "columns"), [
    ("cohorts/metabric/brca_metabric_clinical_data.tsv", None, 2509, 35),
    ("cohorts/metabric/cbioportal_data_clinical_patient.txt", None, 2509, 20),
    ("cohorts/metabric/cbioportal_data_clinical_sample.txt", None, 2509, 10),
    ("cohorts/tcga_brca/clinical_selected.tsv", None, 1098, 33),
    ("messy_spreadsheets/transneo_Supplementary_Tables.xlsx", "Supplementary Table 1", 168, 29),
    ("messy_spreadsheets/Cell_Lines_Metadata_simplified.xlsx", None, 67, 31),
    ("messy_spreadsheets/PenisDataset_EGFR_Hscore.csv", None, 53, 34)])
def test_that_clinical_tables_need_nothing_stated(path: str, sheet: str | None, samples: int, columns: int) -> None:
    found = import_clinical(TableSpec(DATA / path, sheet=sheet)).clinical
    assert found is not None
    assert (len(found.samples), len(found.columns)) == (samples, columns)
