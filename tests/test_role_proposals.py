"""What is proposed for a role: cell lines, biopsies, calls; the direction of a response, pairs, two measures, assays.

Not for: the window (test_resistance_import.py) or how core matches lines and pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.data.sheets.importing import import_clinical
from core.data.sheets.recipe import TableSpec
from core.data.tables import ClinicalTable, Scale
from core.jobs import JobContext
from gui.import_recipes import RecipeShelf
from gui.pages.importing.assay_signs import assay_of
from gui.pages.importing.draft import (
    CLINICAL,
    EXPRESSION,
    TWO_MEASURES,
    Draft,
    draft_of_dataset,
    draft_of_files,
    with_detected,
    with_part,
    with_reading,
)
from gui.pages.importing.draft_answers import field_said
from gui.pages.importing.draft_reading import read_draft
from gui.pages.importing.draft_roles import proposed_role, with_form, with_proposed_role, with_role, without_form
from gui.pages.importing.found_files import look_at_files
from gui.pages.importing.line_proposals import propose_direction, propose_lines
from gui.pages.importing.lines_reading import answers_with, read_lines
from gui.pages.importing.pairs_reading import read_pairs
from gui.pages.importing.recipe_offers import APPLY, RecipeOffers
from gui.pages.importing.role_forms import GROUPS, HIGH_RESISTS, LOW_RESISTS, PAIRS, RESPONSE, LinesForm, PairsForm

LINES = ("SK-BR-3", "BT-474", "MCF7", "T47D", "HCC1954", "MDA-MB-231")


def written(folder: Path, name: str, rows: Sequence[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def clinical(folder: Path, name: str, rows: Sequence[str]) -> ClinicalTable:
    table = import_clinical(TableSpec(written(folder, name, rows))).clinical
    assert table is not None
    return table


def drafted(*paths: Path) -> Draft:
    return with_proposed_role(draft_of_files(look_at_files(paths, FileShelf(), JobContext()), ()))


def loaded(draft: Draft) -> Dataset:
    return load_dataset(draft.spec, FileShelf(), JobContext())


def expression(folder: Path, samples: Sequence[str], name: str = "levels.csv") -> Path:
    genes = ("ERBB2", "EGFR", "MET", "AXL", "KIT")
    return written(folder, name, ["Gene," + ",".join(samples), *(
        f"{gene}," + ",".join(f"{5 + row * 0.7 + at * 0.31:.2f}" for at in range(len(samples)))
        for row, gene in enumerate(genes))])


@pytest.mark.parametrize(("name", "values", "direction", "said"), [
    ("GI50", (4.8, 5.1, 6.4, 7.2), LOW_RESISTS, "−log10 of a molar concentration (15.8 µM down to 63.1 nM)"),
    ("pIC50", (4.8, 5.1, 6.4, 7.2), LOW_RESISTS, "little drug was enough"),
    ("IC50 (uM)", (4.8, 5.1, 6.4, 7.2), HIGH_RESISTS, "much drug was needed"),
    ("LN_IC50", (-2.1, 0.4, 3.1, 5.5), HIGH_RESISTS, "(as logarithms)"),
    ("GR50", (0.01, 0.4, 30.0, 5.5), HIGH_RESISTS, "much drug was needed"),
    ("AUC", (0.61, 0.72, 0.95, 0.9), HIGH_RESISTS, "If it is the area of the effect it is the other way round"),
    ("AAC", (0.1, 0.22, 0.35, 0.3), LOW_RESISTS, "grows with the effect"),
    ("GRmax", (-0.4, 0.2, 0.6, 0.9), HIGH_RESISTS, "leaves alive"),
    ("doubling time", (24.0, 30.5, 41.0, 60.0), "", ""),
])
def test_that_the_direction_is_proposed_with_its_reason_or_left_open(
        tmp_path: Path, name: str, values: Sequence[float], direction: str, said: str) -> None:
    table = clinical(tmp_path, "x.csv", [f"line,{name}", *(f"{line},{value}" for line, value in zip(LINES, values))])
    found, why, _ = propose_direction(table.columns[name])
    assert found == direction
    assert said in why


def test_that_groups_and_parental_pairs_are_proposed_from_their_words(tmp_path: Path) -> None:
    groups = propose_lines(clinical(tmp_path, "g.csv", [
        "line,trastuzumab", "SK-BR-3,sensitive", "BT-474,sensitive", "MCF7,resistant", "T47D,resistant"]))[0].form
    assert groups == LinesForm(GROUPS, "trastuzumab", sensitive="sensitive", resistant="resistant")
    pairs = propose_lines(clinical(tmp_path, "p.csv", [
        "sample,cell line,state", "s1,BT-474,parental", "s2,BT-474,LapR resistant", "s3,SK-BR-3,parental",
        "s4,SK-BR-3,LapR resistant"]))[0].form
    assert pairs == LinesForm(PAIRS, line="cell line", state="state", parental="parental", resistant="LapR resistant")
    assert pairs.layout() == {"pairs": {"line": "cell line", "state": "state", "parental": "parental",
                                        "resistant": "LapR resistant"}}


def test_that_a_form_counts_only_when_it_is_used_and_whole() -> None:
    draft = with_role(draft_of_files((), ()), "cell_lines")
    form = LinesForm(RESPONSE, "GI50")
    assert form.open == ("what a high value means",)
    assert with_form(draft, form, use=True).spec.layout == {}
    whole = replace(form, direction=LOW_RESISTS)
    assert with_form(draft, whole).spec.layout == {}, "shown, not used"
    used = with_form(draft, whole, use=True)
    assert used.spec.layout == {"response": {"column": "GI50", "direction": LOW_RESISTS}}
    assert with_form(used, replace(whole, direction=HIGH_RESISTS)).spec.layout["response"]["direction"] == HIGH_RESISTS
    assert with_form(used, LinesForm(GROUPS)).spec.layout == {}
    assert without_form(used).lines == whole
    assert draft_of_dataset(used.spec).lines == whole
    assert LinesForm(GROUPS, "g", sensitive="a", resistant="a").open == ("two different values",)
    assert with_role(used, "biopsies").spec.layout == {}
    assert PairsForm(by_names=True).layout() == {"pairs": {"from": "names"}}


def test_that_the_role_follows_the_files_until_it_is_chosen(tmp_path: Path) -> None:
    lines = drafted(expression(tmp_path, LINES))
    assert lines.spec.role == "cell_lines"
    assert proposed_role(lines).words == "SK-BR-3, BT-474, MCF7 and 3 more are names of cell lines"
    assert drafted(expression(tmp_path, ("P1", "P2", "P3", "P4"), "p.csv")).spec.role == "cohort"
    chosen = with_role(lines, "activation")
    assert with_proposed_role(chosen).spec.role == "activation"
    both = drafted(expression(tmp_path, ("s1", "s2", "s3", "s4"), "s.csv"), written(tmp_path, "who.csv", [
        "sample,Patient,visit", "s1,A1,week 12", "s2,A1,baseline", "s3,A2,baseline", "s4,A2,week 12"]))
    assert both.spec.role == "biopsies"
    reading = read_pairs(both.pairs, loaded(both), JobContext())
    assert reading.form == PairsForm("Patient", "visit", "baseline", "week 12")
    assert [pair[:3] for pair in reading.pairs] == [("A1", "s2", "s1"), ("A2", "s3", "s4")]


def test_that_one_sheet_of_two_measures_is_two_tables_and_one_again(tmp_path: Path) -> None:
    path = written(tmp_path, "elisa.csv", ["line,EGFR,ERBB2,MET,pEGFR,pERBB2,pMET", *(
        f"{line},{at}.1,2.{at},3.{at},0.{at},1.{at},{at}.7" for at, line in enumerate(LINES, 1))])
    draft = drafted(path)
    assert draft.spec.role == "cell_lines", "also while the scale is asked"
    draft = with_reading(draft, (path, None), EXPRESSION, scale=Scale.LOG2)
    assert draft.files[0].sheets[0].phospho.startswith("3 names are phosphorylated proteins")
    two = with_part(draft, path, None, EXPRESSION, TWO_MEASURES)
    assert [table.measure for table in two.spec.expression] == ["total", "phospho"]
    assert with_part(two, path, None, EXPRESSION, TWO_MEASURES) == two
    assert [table.measure for table in with_detected(two, (path, None)).spec.expression] == ["total", "phospho"]
    assert [table.decimal for table in with_reading(two, (path, None), EXPRESSION, decimal=".").spec.expression] == [
        ".", "."]
    reading = read_draft(two, FileShelf(), JobContext())
    assert reading.sheets[0].words == "3 RTKs (total) and 3 RTKs (phospho) × 6 samples"
    assert len({row.cell for row in reading.sheets[0].genes}) == 6
    assert {row.name: row.symbol for row in reading.sheets[0].genes}["pEGFR"] == "EGFR"
    one = field_said(two, reading.sheets[0], "measure", "phospho")
    assert [table.measure for table in one.spec.expression] == ["phospho"]
    assert with_part(two, path, None, CLINICAL).spec.expression == ()
    assert [matrix.column("EGFR")[0] for matrix in loaded(two).expression] == [1.1, 0.1]


def test_that_a_line_with_two_values_is_asked_and_each_answer_counts(tmp_path: Path) -> None:
    levels = expression(tmp_path, ("SK-BR-3", "SKBR3", "BT-474", "MCF7", "T47D"))
    response = written(tmp_path, "gi50.csv", ["line,GI50", "SKBR3,6.3", "BT474,6.4", "MCF7,4.8", "T47D,4.9"])
    draft = drafted(levels, response)
    found = read_lines(draft.lines, loaded(draft), JobContext())
    decision, = found.decisions
    assert decision.words.startswith("SK-BR-3 and SKBR3 are one line with different values")
    assert [words for *_, words in decision.choices] == ["Use SKBR3", "Average them"], \
        "leaving SKBR3 out would leave out its response too"
    assert found.usable == 3
    for kind, key, value, _ in decision.choices:
        answered = replace(draft.spec, answers=answers_with(draft.spec.answers, kind, key, value))
        after = read_lines(draft.lines, loaded(replace(draft, spec=answered)), JobContext())
        assert (after.decisions, after.usable) == ((), 4)


def test_that_a_remembered_reading_brings_role_pairs_and_both_measures_back(tmp_path: Path) -> None:
    samples = ("s1", "s2", "s3", "s4")
    who = written(tmp_path, "who.csv", ["sample,Patient,visit", "s1,A1,one", "s2,A1,two", "s3,A2,one", "s4,A2,two"])
    draft = drafted(expression(tmp_path, samples), who)
    form = PairsForm("Patient", "visit", "two", "one")
    done = with_form(with_role(draft, "biopsies"), form, use=True)
    offers = RecipeOffers(RecipeShelf(tmp_path / "home"))
    offers.set_remember(True)
    offers.keep(done, read_draft(done, FileShelf(), JobContext()))
    again = RecipeOffers(RecipeShelf(tmp_path / "home"))
    again.look(draft, read_draft(draft, FileShelf(), JobContext()))
    applied = again.act(APPLY, draft)
    assert applied is not None
    assert (applied.spec.role, applied.spec.layout, applied.pairs) == ("biopsies", form.layout(), form)


@pytest.mark.parametrize(("headings", "kind"), [
    (("Patient", "Timepoint", "Antibody", "%0", "%1+", "%2+", "%3+"), "ihc"),
    (("sample", "marker", "H-score"), "ihc"),
    (("Coordinate", "Receptor", "Mean density"), "array"),
    (("Plate", "Well", "Protein", "% Control"), ""),
    (("Patient", "Age", "HER2 IHC", "Grade"), ""),
    (("Gene", "P1", "P2"), ""),
])
def test_that_assays_are_recognised_by_their_headings(headings: tuple[str, ...], kind: str) -> None:
    assert assay_of(headings)[0] == kind
