"""Long clinical tables: one drug chosen, and the question that is asked where none is."""

from __future__ import annotations

import pytest

from core.data.sheets.importing import import_clinical
from core.data.sheets.recipe import TableSpec
from core.problems import UserError

LONG = "line,drug,GR50\n" + "".join(f"{line},{drug},{number}\n" for number, (line, drug) in enumerate(
    (line, drug) for line in ("AU565", "BT474", "HCC1954", "MCF7", "SKBR3") for drug in ("lapatinib", "neratinib")))


def table(tmp_path, text=LONG, **stated):
    path = tmp_path / "gr.csv"
    path.write_text(text, encoding="utf-8")
    return TableSpec(path, id="line", **stated)


def test_that_the_rows_of_one_drug_are_used_and_counted(tmp_path):
    read = import_clinical(table(tmp_path, only=(("drug", "neratinib"),)))
    assert read.clinical.samples == ("AU565", "BT474", "HCC1954", "MCF7", "SKBR3")
    assert read.clinical.columns["GR50"].numbers.tolist() == [1, 3, 5, 7, 9]
    assert any("5 rows of 10 with drug neratinib" in problem.what for problem in read.problems)


def test_that_case_does_not_matter_where_no_value_is_equal(tmp_path):
    read = import_clinical(table(tmp_path, only=(("drug", "Lapatinib"),)))
    assert read.clinical.columns["GR50"].numbers.tolist() == [0, 2, 4, 6, 8]


def test_that_a_table_with_a_row_per_drug_asks_which_and_names_the_key(tmp_path):
    with pytest.raises(UserError) as raised:
        import_clinical(table(tmp_path))
    problem = raised.value.problems[0]
    assert problem.code == "several_rows_each"
    assert "a row for each “drug”: 2 of them (lapatinib, neratinib" in problem.what
    assert 'only = { "drug" = "lapatinib" }' in problem.remedy


def test_that_a_wrong_column_or_value_names_the_nearest(tmp_path):
    with pytest.raises(UserError) as raised:
        import_clinical(table(tmp_path, only=(("drugs", "lapatinib"),)))
    assert "drug" in raised.value.problems[0].remedy
    with pytest.raises(UserError) as raised:
        import_clinical(table(tmp_path, only=(("drug", "lapatinb"),)))
    assert raised.value.problems[0].remedy == "did you mean “lapatinib”?"
