"""Rules of gene names: which gene a name means, and when it is asked. Every value is from HGNC of 2024-10-18."""

from __future__ import annotations

import csv
import gzip
import time

import pytest

from core.data.genes.gene_findings import problems_of_calls
from core.data.genes.gene_symbols import GeneCall, holds_entrez_ids, looks_like_genes, resolve_genes
from core.data.genes.hgnc import gene_names
from core.data.reference import rtk_symbols, rtk_table
from core.problems import Severity
from core.resources import resource_path
from tests.builders import cells_of_column


def one(name: str, **further: object) -> GeneCall:
    (call,) = resolve_genes([name], **further)  # type: ignore[arg-type]
    return call


def codes(names: list[str], **further: object) -> dict[str, str]:
    calls = resolve_genes(names, **further)  # type: ignore[arg-type]
    return {problem.code: problem.line() for problem in problems_of_calls(calls, cells_of_column(len(names)))}


@pytest.mark.parametrize(("name", "symbol", "how"), [
    ("ERBB2", "ERBB2", "approved"), ("erbb2", "ERBB2", "approved"), ("met", "MET", "approved"),
    ("c1orf112", "FIRRM", "previous"), ("C1orf43", "C1orf43", "approved"),
    ("HER2", "ERBB2", "alias"), ("her-2", "ERBB2", "alias"), ("CD117", "KIT", "alias"),
    ("NGL", "ERBB2", "previous"), ("RON", "MST1R", "previous"), ("FMS", "CSF1R", "previous"),
    ("c-MET", "MET", "kit label"), ("HER2/neu", "ERBB2", "kit label"), ("MSP R", "MST1R", "kit label"),
    ("VEGF R2", "KDR", "kit label"), ("M-CSF R", "CSF1R", "kit label"), ("SCF R", "KIT", "kit label"),
    ("Dtk", "TYRO3", "alias"), ("Mer", "MERTK", "alias"), ("TrkA", "NTRK1", "alias"),
    ("PDGF Rβ", "PDGFRB", "kit label"), ("PDGFR-α", "PDGFRA", "kit label"), ("Flt-3", "FLT3", "kit label"),
    ("ENSG00000141736", "ERBB2", "ensembl"), ("ENSG00000141736.13", "ERBB2", "ensembl"),
    ("ERBB2_HUMAN", "ERBB2", "kit label"), ("P04626", "ERBB2", "kit label"), ("HGNC:3430", "ERBB2", "kit label"),
    ("ERBB2|2064", "ERBB2", "approved"), ("?|2064", "ERBB2", "entrez"), ("ERBB2 (2064)", "ERBB2", "approved"),
    ("HER2 (ErbB2)", "ERBB2", "alias"), ("ENSG00000141736|ERBB2", "ERBB2", "ensembl"),
    ("\u00a0ErbB2\u200b ", "ERBB2", "approved"), ("'ERBB2", "ERBB2", "approved"), ("ERBB2.", "ERBB2", "approved"),
    ("HLA.A", "HLA-A", "repaired"), ("HLA‑A", "HLA-A", "approved"),
    ("XYZQ7", "", "unknown"), ("", "", "unknown"), ("2064", "", "unknown"), ("HER2_pY1248", "", "unknown"),
])
def test_that_a_name_means_the_gene_that_hgnc_or_the_kit_says(name: str, symbol: str, how: str) -> None:
    call = one(name)
    assert (call.symbol, call.how, call.name) == (symbol, how, name)


def test_that_every_approved_symbol_means_itself_in_any_case() -> None:
    symbols = list(gene_names().approved.values())
    assert [call.symbol for call in resolve_genes(symbols)] == symbols
    assert [call.symbol for call in resolve_genes([symbol.lower() for symbol in symbols])] == symbols


@pytest.mark.parametrize(("name", "candidates"), [
    ("ERK", {"EPHB2", "MAPK1"}), ("NEU", {"ERBB2", "NEU1"}), ("neu", {"ERBB2", "NEU1"}), ("TRK", {"NTRK1", "TPM3"}),
    ("ALK1", {"ALK", "ACVRL1", "SLPI"}), ("ETK", {"EPHA3", "BMX"}), ("ARK", {"AXL", "RNF111"}),
    ("CAK", {"DDR1", "CDK7"}), ("STK1", {"FLT3", "CDK7"}), ("NEP", {"DDR1", "MME"}),
    ("H3", {"FGFR1", "H3C14", "RLN3"}), ("H4", {"FGFR1", "CCDC6", "H4C6"}), ("TYRO4", {"EPHA3", "EPHA5"}),
    ("TAZ", {"TAFAZZIN", "WWTR1"}), ("SEPT2", {"SEPTIN2", "SEPTIN6"}),
    ("ERBB2 /// MIR4728", {"ERBB2", "MIR4728"}), ("EGFR/ERBB2", {"EGFR", "ERBB2"}), ("EGFR|2064", {"EGFR", "ERBB2"}),
])
def test_that_a_name_that_two_genes_claim_is_asked_and_never_mapped(name: str, candidates: set[str]) -> None:
    call = one(name)
    assert (call.symbol, call.how, set(call.candidates)) == ("", "ambiguous", candidates)
    assert call.left_out


@pytest.mark.parametrize("name", ["FLG", "TKT"])
def test_that_the_approved_symbol_wins_over_the_old_name_of_a_receptor(name: str) -> None:
    assert (one(name).symbol, one(name).how) == (name, "approved")


def test_that_no_name_in_hgnc_is_mapped_while_another_gene_claims_it() -> None:
    """The rule against the table itself, by brute force and without the program's own look-up."""
    claims: dict[str, set[str]] = {}
    with gzip.open(resource_path("reference", "hgnc.tsv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    approved = {row["symbol"].upper() for row in rows}
    for row in rows:
        for name in (*row["prev_symbol"].split("|"), *row["alias_symbol"].split("|")):
            claims.setdefault(name.strip().upper(), set()).add(row["symbol"])
    names = [name for name in claims if name and name not in approved]
    for name, call in zip(names, resolve_genes(names, entrez=False), strict=True):
        if len(claims[name]) > 1:
            assert call.how == "ambiguous", name
        elif call.symbol and call.how in ("previous", "alias"):
            assert {call.symbol} == claims[name], name


def test_that_every_kit_label_resolves_unless_another_gene_claims_it() -> None:
    asked = {}
    for row in rtk_table():
        for label in (*row["phospho_array_label"].split("|"), *row["common_names"].split("|")):
            if label and one(label).symbol != row["symbol"]:
                asked[label] = one(label).how
    assert asked == {"neu": "ambiguous", "CAK": "ambiguous", "TKT": "approved"}


def test_that_numbers_are_entrez_ids_only_where_the_column_is_of_them() -> None:
    receptors = ["2064", "1956", "2065", "4233"]
    assert [call.symbol for call in resolve_genes(receptors)] == ["ERBB2", "EGFR", "ERBB3", "MET"]
    assert {call.how for call in resolve_genes(receptors)} == {"entrez"}
    assert one("2064", entrez=True).symbol == "ERBB2"
    assert {call.how for call in resolve_genes(["0", "1", "1", "0"])} == {"unknown"}


@pytest.mark.parametrize("numbers", [
    [str(number) for number in range(7300)],                    # patient numbers, as in METABRIC: 78 % are ids of genes
    [str(20 + number % 70) for number in range(500)],           # ages
    [str(1990 + number % 25) for number in range(100)],         # years
    ["1.5", "2.25", "3.75"], ["0", "1", "2", "3"], ["ERBB2", "MET", "2064"], [],
])
def test_that_other_numbers_are_no_entrez_ids(numbers: list[str]) -> None:
    assert not holds_entrez_ids(numbers)


def test_that_a_column_of_entrez_ids_of_the_whole_genome_is_recognised() -> None:
    ids = sorted(gene_names().entrez)[::40]
    assert holds_entrez_ids(ids)
    assert looks_like_genes([*ids, "987654321"]) == pytest.approx(len(ids) / (len(ids) + 1))


def test_that_the_share_of_genes_counts_names_and_ids_and_no_blanks() -> None:
    assert looks_like_genes(["ERBB2", "HER3", "ENSG00000146648.18", "", "MB-0002"]) == 0.75
    assert looks_like_genes(["NEU", "MET"]) == 1.0
    assert looks_like_genes(["MB-0000", "MB-0002", "MB-0005"]) == 0.0
    assert looks_like_genes(["5.2", "6.1", "7.0"]) == 0.0
    assert looks_like_genes(["HER2", "HER3", "HER4"]) == 1.0
    assert looks_like_genes([]) == looks_like_genes(["", " "]) == 0.0


@pytest.mark.parametrize("pattern", ["P{}", "P{:02d}", "S{}", "T{}", "C{}", "N{}", "BT{}", "Patient {}", "p-{}"])
def test_that_sample_names_are_not_taken_for_genes_although_they_are_aliases(pattern: str) -> None:
    assert looks_like_genes([pattern.format(number) for number in range(1, 31)]) == 0.0


def test_that_a_running_number_is_taken_off_only_beside_the_plain_name() -> None:
    together = resolve_genes(["ERBB2", "ERBB2.1", "HER3", "HER3.1"])
    assert [call.symbol for call in together] == ["ERBB2", "ERBB2", "ERBB3", "ERBB3"]
    assert [call.symbol for call in resolve_genes(["EGFR", "ERBB2.1"])] == ["EGFR", ""]
    assert "gene_name_numbered" in codes(["ERBB2", "ERBB2.1"])
    assert one("RP11-34P13.7").how == "unknown"


def test_that_an_answer_settles_a_name_whatever_its_case_and_spaces() -> None:
    calls = resolve_genes([" erk ", "MET", "TKT"], answers={"ERK": "ephb2", "TKT": "DDR2"})
    assert [(call.symbol, call.how) for call in calls] == [
        ("EPHB2", "answered"), ("MET", "approved"), ("DDR2", "answered")]
    assert one("ERK", answers={"ERK": ""}).left_out


def test_that_an_answer_that_is_no_gene_is_told() -> None:
    assert "ERKK" in codes(["ERK", "MET"], answers={"ERK": "ERKK"})["answer_is_no_gene"]


def test_that_a_name_that_concerns_a_receptor_gets_its_own_warning_with_the_key_that_answers_it() -> None:
    calls = resolve_genes(["MET", "ERK", "TAZ", "SEPT2"])
    problems = {problem.code: problem for problem in problems_of_calls(calls, cells_of_column(4))}
    erk = problems["gene_name_ambiguous"]
    assert erk.severity == Severity.WARNING
    assert erk.line().startswith("genes.csv › A3: ERK can mean EPHB2 or MAPK1; the row is left out;")
    assert 'under [dataset.answers] write genes."ERK" = "EPHB2"' in erk.remedy
    others = problems["gene_names_ambiguous"]
    assert "2 gene names" in others.what
    assert "TAZ" in others.what
    assert others.where.cell == "A4"


def test_that_renamed_genes_are_said_receptors_first() -> None:
    said = codes(["SKIV2L2", "HER2", "MET"])
    assert said["gene_renamed"].startswith("genes.csv › A3: 2 gene names were read as the approved symbol: "
                                           "HER2 → ERBB2 (alias, A3), SKIV2L2 → MTREX (previous symbol, A2)")
    assert codes(["MET", "EGFR"]) == {}


def test_that_an_old_receptor_name_in_a_receptor_panel_is_doubted() -> None:
    said = codes(["TKT", "Axl", "Mer", "EGF R", "ErbB2"])
    assert "it may stand for DDR2" in said["symbol_is_also_receptor_name"]
    assert "symbol_is_also_receptor_name" not in codes(["TKT", "GAPDH", "ACTB", "EGFR"])
    assert "symbol_is_also_receptor_name" not in codes(["TKT", "DDR2", "EGFR", "MET"])


def test_that_a_site_of_a_receptor_is_not_the_receptor_and_said() -> None:
    said = codes(["ERBB2", "HER2_pY1248", "EGFR"])
    assert "HER2_pY1248 (ERBB2, A3)" in said["receptor_within_name"]


def test_that_the_order_of_the_column_changes_no_call() -> None:
    names = ["HER2", "2-Sep", "ERBB2.1", "ERBB2", "NEU", "3-Mar", "44806", "MET"]
    forward = {call.name: call for call in resolve_genes(names)}
    assert {call.name: call for call in resolve_genes(names[::-1])} == forward


def test_that_twenty_thousand_names_take_no_noticeable_time() -> None:
    gene_names()
    names = [*list(gene_names().approved)[:10000], *list(gene_names().previous)[:5000],
             *(f"RP11-{number}.{number % 9}" for number in range(5000))]
    start = time.perf_counter()
    resolve_genes(names)
    assert time.perf_counter() - start < 1.5  # 0.2 s measured; wide, for a machine that does other things


def test_that_all_receptors_are_found_by_symbol_alias_and_id() -> None:
    rows = rtk_table()
    for column in ("symbol", "entrez_id", "ensembl_gene_id", "uniprot", "uniprot_name"):
        assert tuple(call.symbol for call in resolve_genes([row[column] for row in rows])) == rtk_symbols()
