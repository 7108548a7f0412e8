"""Rules of the reference tables that come with the program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.data import reference
from core.data.genes.hgnc import gene_names
from core.resources import resource_path


def test_that_there_are_58_receptors_in_20_families() -> None:
    # Robinson 2000; Lemmon and Schlessinger 2010
    assert len(reference.rtk_symbols()) == len(set(reference.rtk_symbols())) == 58
    assert len({reference.rtk_family(symbol) for symbol in reference.rtk_symbols()}) == 20
    assert reference.rtk_symbols()[:4] == ("EGFR", "ERBB2", "ERBB3", "ERBB4")


def test_that_every_receptor_carries_the_ids_of_hgnc() -> None:
    names = gene_names()
    for row in reference.rtk_table():
        assert names.approved[row["symbol"]] == row["symbol"]
        assert names.entrez[row["entrez_id"]] == row["symbol"]
        assert names.ensembl[row["ensembl_gene_id"]] == row["symbol"]


def test_that_a_gene_that_is_no_receptor_has_no_family() -> None:
    assert reference.rtk_family("GAPDH") == ""
    assert reference.rtk_family("MET") == "MET"


def test_that_the_pseudokinases_are_those_of_prokino() -> None:
    # science.md 2.1: ERBB3, PTK7, EPHA10, EPHB6, STYK1
    found = {symbol for symbol in reference.rtk_symbols() if reference.is_pseudokinase(symbol)}
    assert found == {"ERBB3", "PTK7", "EPHA10", "EPHB6", "STYK1"}


def test_that_gene_sets_hold_approved_symbols_and_no_receptor() -> None:
    assert reference.gene_set_names() == ("proliferation", "stroma")
    approved = set(gene_names().approved.values())
    for name in reference.gene_set_names():
        genes = set(reference.gene_set(name))
        assert len(genes) == 30
        assert genes <= approved
        assert not genes & set(reference.rtk_symbols())
    assert {"MKI67", "TOP2A", "AURKA"} <= set(reference.gene_set("proliferation"))
    assert {"COL1A1", "FAP", "ACTA2"} <= set(reference.gene_set("stroma"))


def test_that_an_unknown_gene_set_is_refused() -> None:
    with pytest.raises(KeyError):
        reference.gene_set("hypoxia")


def test_that_the_drug_table_rests_on_nothing_that_may_not_be_shipped() -> None:
    rows = reference.drug_table()
    assert len(rows) == 846
    assert len({row["drug"] for row in rows}) == 137
    assert sum(row["potency_verified"] == "yes" for row in rows) == 624
    assert "pair_pubmed" not in rows[0]
    text = resource_path("reference", "rtk_drugs.csv").read_text(encoding="utf-8").lower()
    assert "gtopdb" not in text
    assert "pharmacology" not in text
    assert {row["target"] for row in rows} <= set(reference.rtk_symbols())


def test_that_every_shipped_table_has_its_source_noted() -> None:
    folder = resource_path("reference")
    noted = (folder / "PROVENANCE.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        if path.suffix in (".csv", ".gz"):
            assert f"`{path.name}`" in noted


def test_that_a_frozen_build_finds_its_resources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("reference", "rtk.csv") == tmp_path / "resources" / "reference" / "rtk.csv"
