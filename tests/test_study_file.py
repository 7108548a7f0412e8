"""Rules of study files: every key known, every name resolved, every problem named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.tables import Scale
from core.problems import UserError
from core.project.study_file import read_study

STUDY = """
format = 1
name = "METABRIC"
[[dataset]]
name = "metabric"
role = "cohort"
expression = { file = "m.csv.gz", samples = "rows", id = "patient_id", scale = "z" }
clinical   = { file = "m.csv.gz", id = "patient_id" }
[[dataset.endpoint]]
name = "overall survival"
time = "overall_survival_months"
unit = "months"
event = "overall_survival"
event_values = [0]
[[cohort]]
name = "her2"
dataset = "metabric"
keep = [ { column = "her2_status", in = ["Positive"] } ]
[[analysis]]
name = "prognosis"
kind = "rtk_prognosis"
cohort = "her2"
endpoint = "overall survival"
parameters = { receptors = "all" }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def lines_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read_study(written(folder, text))
    return [problem.line() for problem in caught.value.problems]


def test_that_the_study_of_the_contract_is_read(tmp_path: Path) -> None:
    study = read_study(written(tmp_path, STUDY))
    (dataset,) = study.datasets
    assert (dataset.name, dataset.role) == ("metabric", "cohort")
    assert dataset.expression[0].path == tmp_path.resolve() / "m.csv.gz"
    assert dataset.expression[0].scale is Scale.Z
    assert dataset.endpoints[0].event_values == (0,)
    assert study.cohorts[0].keep[0].included == ("Positive",)
    assert study.analyses[0].parameters == {"receptors": "all"}


def test_that_every_problem_is_named_at_once(tmp_path: Path) -> None:
    text = STUDY.replace('role = "cohort"', 'roles = "cohort"').replace('unit = "months"', 'unit = "month"') \
        .replace('in = ["Positive"]', 'inn = ["Positive"]').replace('kind = "rtk_prognosis"', 'kind = "rtk_prognoses"')
    text = text.replace('cohort = "her2"', 'cohort = "her3"')
    lines = " | ".join(lines_of(tmp_path, text))
    for expected in ("“roles” is not known; did you mean “role”?", "“unit” is “month”; did you mean “months”?",
                     "“inn” is not known; did you mean “in”?", "did you mean “rtk_prognosis”?",
                     "there is no cohort “her3”; did you mean “her2”?"):
        assert expected in lines


@pytest.mark.parametrize(("old", "new", "code"), [
    ("format = 1", "format = 2", "newer_format"),
    ("format = 1", 'format = "one"', "unknown_format"),
    ('name = "her2"\n', 'name = "her2"\nfollow_up_max = "ten"\n', "wrong_type"),
    ('name = "her2"\n', 'name = "her2"\nfollow_up_max = -1\n', "out_of_range"),
    ('samples = "rows"', 'samples = "sideways"', "unknown_value"),
    ('scale = "z"', 'scale = "log3"', "unknown_value"),
    ('dataset = "metabric"', 'dataset = "metabrick"', "unknown_name"),
    ('{ column = "her2_status", in = ["Positive"] }', '{ in = ["Positive"] }', "missing_key"),
    ('{ column = "her2_status", in = ["Positive"] }', '{ column = "her2_status" }', "missing_key"),
    ('{ column = "her2_status", in = ["Positive"] }', '{ column = "x", upper_group = true }', "unknown_value"),
    ('name = "prognosis"', 'name = "a/b"', "unusable_name"),
    ('name = "prognosis"', 'name = ".."', "unusable_name"),
    ('name = "prognosis"', 'name = "results.xlsx"', "unusable_name"),
    ('role = "cohort"', 'role = "doses"', "role_not_in_this_version"),
    ('event = "overall_survival"\n', "", "missing_key"),
])
def test_that_a_wrong_entry_is_refused_by_its_code(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        read_study(written(tmp_path, STUDY.replace(old, new, 1)))
    assert code in [problem.code for problem in caught.value.problems]
    assert all(problem.where.file == "study.toml" for problem in caught.value.problems)


def test_that_two_analyses_of_one_kind_need_names(tmp_path: Path) -> None:
    twice = STUDY.replace('name = "prognosis"\n', "") + '[[analysis]]\nkind = "rtk_prognosis"\ncohort = "her2"\n'
    assert any("two entries of [[analysis]] are called “rtk_prognosis”" in line for line in lines_of(tmp_path, twice))


def test_that_broken_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path, STUDY + "\nkeep = [")
    assert line.startswith("study.toml: the study file cannot be understood")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bin", b"PK\x03\x04\x00\xff\xfe"])
def test_that_a_binary_file_is_no_study(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(UserError):
        read_study(path)


def test_that_a_missing_study_names_the_ones_beside_it(tmp_path: Path) -> None:
    written(tmp_path, STUDY)
    with pytest.raises(UserError, match=r"in that folder there is study\.toml"):
        read_study(tmp_path / "studdy.toml")


def test_that_a_cohort_takes_the_rules_of_another(tmp_path: Path) -> None:
    text = STUDY + '[[cohort]]\nname = "again"\ndataset = "metabric"\nsame_rules_as = "her2"\nfollow_up_max = 60\n'
    study = read_study(written(tmp_path, text))
    assert study.cohort("again").keep == study.cohort("her2").keep
    assert study.cohort("again").follow_up_max == 60


def test_that_several_tables_and_measures_are_allowed(tmp_path: Path) -> None:
    text = """
format = 1
[[dataset]]
name = "d"
role = "biopsies"
clinical = [ { file = "a.txt", id = "PATIENT_ID" }, { file = "b.txt", id = "SAMPLE_ID" } ]
pairs = { patient = "pt", time_point = "when", before = "pre", after = "post" }
[[dataset.expression]]
file = "x.csv"
measure = "mRNA"
[[dataset.expression]]
file = "y.csv"
measure = "phospho"
[dataset.answers]
genes = { "1-Mar" = "MARCHF1" }
drop = ["P07"]
near_matches = true
"""
    (dataset,) = read_study(written(tmp_path, text)).datasets
    assert [table.measure for table in dataset.expression] == ["mRNA", "phospho"]
    assert [table.id for table in dataset.clinical] == ["PATIENT_ID", "SAMPLE_ID"]
    assert dataset.layout["pairs"]["before"] == "pre"
    assert dataset.answers.genes == {"1-Mar": "MARCHF1"}
    assert dataset.answers.drop == ("P07",)
    assert dataset.accept_near_matches
