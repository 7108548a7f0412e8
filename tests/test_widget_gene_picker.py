"""The gene field: symbols, aliases, doubt. Not for: gene columns of files."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.genes.hgnc import claims_on, gene_names
from core.data.reference import rtk_symbols
from gui import theme
from gui.widgets.gene_picker import GenePicker, offers_for


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 100)


def ambiguous_alias() -> tuple[str, tuple[str, ...]]:
    """An alias of two approved genes, read off the shipped table."""
    for name in gene_names().alias:
        claim = claims_on(name)
        if claim.how == "ambiguous" and len(claim.symbols) == 2:
            return name, claim.symbols
    raise AssertionError("the table has hundreds of them")


@pytest.mark.parametrize(("typed", "first"), [
    ("HER2", "ERBB2 (HER2)"), ("her2", "ERBB2 (her2)"), ("erbb2", "ERBB2"), ("AX", "AXL"), ("PDGF Rβ", "PDGFRB (PDGF Rβ)")])
def test_that_symbols_and_aliases_are_offered(typed: str, first: str) -> None:
    assert offers_for(typed, rtk_symbols())[0].words() == first


def test_that_an_alias_is_picked_as_its_symbol(qtbot: QtBot) -> None:
    picker = GenePicker()
    qtbot.addWidget(picker)
    qtbot.keyClicks(picker, "Her2")
    with qtbot.waitSignal(picker.picked) as picked:
        picker.take()
    assert (picked.args, picker.text()) == (["ERBB2"], "ERBB2")


def test_that_an_alias_of_two_genes_lists_both_and_is_not_guessed(qtbot: QtBot) -> None:
    name, symbols = ambiguous_alias()
    picker = GenePicker([*symbols, "AXL"])
    qtbot.addWidget(picker)
    picker.setText(name)
    with qtbot.assertNotEmitted(picker.picked):
        picker.take()
    assert {offer.symbol for offer in picker.offers()} >= set(symbols)
    assert picker.toolTip() == f"“{name}” can mean {symbols[0]} or {symbols[1]}: choose one"
    picker.setText(picker.offers()[0].words())
    with qtbot.waitSignal(picker.picked):
        picker.take()


def test_that_an_ambiguous_alias_is_not_guessed_where_only_one_of_its_genes_is_measured(qtbot: QtBot) -> None:
    name, symbols = ambiguous_alias()
    picker = GenePicker([symbols[0]])
    qtbot.addWidget(picker)
    picker.setText(name)
    with qtbot.assertNotEmitted(picker.picked):
        picker.take()
    assert f"{symbols[1]} (not in this data)" in picker.toolTip()


def test_that_a_gene_that_is_not_measured_or_does_not_exist_is_said(qtbot: QtBot) -> None:
    picker = GenePicker(["AXL", "MET"])
    qtbot.addWidget(picker)
    heard: list[str] = []
    picker.failed.connect(heard.append)
    for typed in ("HER2", "QQQQ", "AXL"):
        picker.setText(typed)
        picker.take()
    assert heard == ["ERBB2 is not in this data", "No gene here is called “QQQQ”", ""]
    assert (picker.property("state"), picker.accessibleName()) == ("", "Gene")
