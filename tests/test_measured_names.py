"""Names of phosphorylated proteins, and words that all names share."""

from __future__ import annotations

import pytest

from core.data.genes.measured_names import name_genes, phospho_base, without_shared_part


@pytest.mark.parametrize(("name", "base"), [
    ("HER2_pY1248", "HER2"), ("EGFR_pY1068", "EGFR"), ("c-Met_pY1235", "c-Met"), ("EGFR (pY1068)", "EGFR"),
    ("EGFR (Y1068)", "EGFR"), ("p-EGFR", "EGFR"), ("phospho-HER3", "HER3"), ("Phospho EGFR", "EGFR"), ("p-HER2 (Y1248)", "HER2"),
    ("RB1-phosphorylated", "RB1"), ("EGFR", ""), ("p53", ""), ("PTEN", ""), ("PTK7", "")])
def test_that_the_protein_in_a_phospho_name_is_found(name: str, base: str) -> None:
    assert phospho_base(name) == base


def symbols(names: list[str], measure: str | None) -> list[str]:
    return [call.symbol for call in name_genes(names, measure).calls]


def test_that_p_before_a_capital_is_phospho_only_where_it_is_no_gene() -> None:
    assert symbols(["pEGFR", "pErbB2", "p53", "PTEN"], "phospho") == ["EGFR", "ERBB2", "TP53", "PTEN"]
    assert name_genes(["pEGFR", "pErbB2", "p53", "PTEN"], "phospho").total == {2, 3}


def test_that_perk_beside_other_phospho_names_is_no_kinase_of_the_reticulum() -> None:
    naming = name_genes(["pEGFR", "pErbB2", "pErk"], "total")  # PERK is an alias of EIF2AK3
    assert naming.phospho == {0, 1, 2}
    assert [call.symbol for call in naming.calls] == ["", "", ""]


def test_that_the_measure_is_judged_from_the_names() -> None:
    assert name_genes(["EGFR", "KIT"], None).measure == "mRNA"
    assert name_genes(["EGFR", "EGFR_pY1068"], None).measure == "total"
    assert name_genes(["EGFR_pY1068", "HER2_pY1248"], None).measure == "phospho"


def test_that_an_answer_wins_over_the_phospho_rule() -> None:
    assert name_genes(["EGFR_pY1068", "EGFR"], "total", answers={"EGFR_pY1068": "EGFR"}).calls[0].symbol == "EGFR"


def test_that_a_shared_word_is_taken_off_only_where_that_gives_genes() -> None:
    assert without_shared_part(["PP EGFR", "PP ErbB2", "PP Met"]) == (["EGFR", "ErbB2", "Met"], "PP")
    assert without_shared_part(["EGFR H-score", "HER2 H-score", "HER3 H-score"])[0] == ["EGFR", "HER2", "HER3"]
    assert without_shared_part(["TCGA-A1", "TCGA-A2", "TCGA-A7"])[1] == ""
    assert without_shared_part(["EGFR", "KIT"]) == (["EGFR", "KIT"], "")


def test_that_the_maker_of_a_second_antibody_is_taken_off_a_receptor():
    named = name_genes(["PDGFRa", "PDGFRaRnD", "EGFR (CST)", "ErbB2"], "total")
    assert [call.symbol for call in named.calls] == ["PDGFRA", "PDGFRA", "EGFR", "ERBB2"]
