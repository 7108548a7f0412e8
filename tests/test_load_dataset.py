"""Tables of a data set read together: joined, matched by sample, and named where they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.load_dataset import FileShelf, load_dataset
from core.jobs import JobContext
from core.problems import UserError
from core.project.study_file import read_study

STUDY = """
format = 1
[[dataset]]
name = "lab"
role = "cohort"
expression = {{ file = "expression.csv", samples = "columns", scale = "log2" }}
clinical = {{ file = "clinical.csv", id = "patient" }}
[[dataset.endpoint]]
name = "relapse"
time = "months"
unit = "months"
event = "relapsed"
event_values = ["yes"]
{more}
"""
EXPRESSION = "gene,{ids}\nERBB2,5.1,6.2,7.3,8.4\nEGFR,1.2,2.3,3.4,4.5\nMET,2.2,2.3,3.1,4.0\n"
CLINICAL = "patient,months,relapsed\n{0},10,yes\n{1},20,no\n{2},30,yes\n{3},40,no\n"


def loaded(folder: Path, in_expression: list[str], in_clinical: list[str], more: str = ""):  # type: ignore[no-untyped-def]
    (folder / "expression.csv").write_text(EXPRESSION.format(ids=",".join(in_expression)))
    (folder / "clinical.csv").write_text(CLINICAL.format(*in_clinical))
    (folder / "study.toml").write_text(STUDY.format(more=more))
    (spec,) = read_study(folder / "study.toml").datasets
    return load_dataset(spec, FileShelf(), JobContext())


def test_that_ids_differing_in_spaces_and_form_of_number_are_one_sample(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, ["1", "2.0", " 3", "4"], ["1.0", "2", "3 ", "4"])
    assert dataset.unusable == ()
    assert set(dataset.expression[0].samples) == set(dataset.clinical.samples)


def test_that_near_matches_are_proposed_and_only_taken_when_the_study_says_so(tmp_path: Path) -> None:
    ids = ["MB-0002", "MB-0005", "MB-0106", "MB-1200"]
    dataset = loaded(tmp_path, ["2", "5", "106", "1200"], ids)
    (problem,) = dataset.unusable
    assert problem.code == "near_sample_names"
    assert problem.answer_key == "near_matches"
    assert "MB-0002" in problem.what
    agreed = loaded(tmp_path, ["2", "5", "106", "1200"], ids, "[dataset.answers]\nnear_matches = true\n")
    assert agreed.unusable == ()
    assert agreed.expression[0].samples == tuple(ids)
    assert "near_matches_accepted" in [finding.code for finding in agreed.findings]


def test_that_answers_pair_samples_by_name(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, ["a", "b", "c", "d"], ["P1", "P2", "P3", "P4"],
                     '[dataset.answers]\nsamples = { a = "P1", b = "P2", c = "P3", d = "P4" }\n')
    assert dataset.unusable == ()
    assert dataset.expression[0].samples == ("P1", "P2", "P3", "P4")


def test_that_tables_without_a_common_sample_are_a_problem_with_both_names(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, ["a", "b", "c", "d"], ["P7", "Q8", "R9", "T10"])
    (problem,) = dataset.unusable
    assert problem.code == "samples_do_not_match"
    assert "clinical.csv" in problem.what
    assert problem.where.file == "expression.csv"


def test_that_a_file_named_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import core.data.load_dataset as module

    opened: list[Path] = []
    read = module.read_table

    def counted(path: Path, **options: object):  # type: ignore[no-untyped-def]
        opened.append(path)
        return read(path, **options)

    monkeypatch.setattr(module, "read_table", counted)
    rows = ["patient,months,relapsed,ERBB2,EGFR", "P1,1,yes,5.1,4", "P2,2,no,6.2,5", "P3,3,yes,7.1,6"]
    (tmp_path / "both.csv").write_text("\n".join(rows) + "\n")
    text = STUDY.format(more="").replace("expression.csv", "both.csv").replace("clinical.csv", "both.csv")
    (tmp_path / "study.toml").write_text(text.replace('samples = "columns"', 'samples = "rows", id = "patient"'))
    (spec,) = read_study(tmp_path / "study.toml").datasets
    dataset = load_dataset(spec, FileShelf(), JobContext())
    assert dataset.unusable == ()
    assert len(opened) == 1


def test_that_an_unusable_table_leaves_the_others_readable(tmp_path: Path) -> None:
    loaded(tmp_path, ["P1", "P2", "P3", "P4"], ["P1", "P2", "P3", "P4"])
    (tmp_path / "expression.csv").unlink()
    (spec,) = read_study(tmp_path / "study.toml").datasets
    dataset = load_dataset(spec, FileShelf(), JobContext())
    assert dataset.expression == ()
    assert dataset.clinical is not None
    assert [problem.where.file for problem in dataset.unusable] == ["expression.csv"]


BIOPSIES = """
format = 1
[[dataset]]
name = "pairs"
role = "biopsies"
expression = { file = "expression.csv", samples = "columns", scale = "log2" }
clinical = { file = "clinical.csv", id = "patient" }
pairs = { patient = "months", time_point = "relapsed", before = "no", after = "yes" }
"""


@pytest.mark.parametrize(("old", "new", "code", "words"), [
    ("", "", "", ""),
    ('before = "no"', 'before = "No"', "value_absent", "did you mean “no”?"),
    ('after = "yes"', 'after = "post"', "value_absent", "values there: yes, no"),
    ('time_point = "relapsed"', 'time_point = "relapse"', "no_column", "did you mean “relapsed”?"),
    ('clinical = { file = "clinical.csv", id = "patient" }\n', "", "no_clinical", "add clinical"),
])
def test_that_what_a_role_names_must_exist(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    loaded(tmp_path, ["P1", "P2", "P3", "P4"], ["P1", "P2", "P3", "P4"])
    (tmp_path / "study.toml").write_text(BIOPSIES.replace(old, new) if old else BIOPSIES)
    (spec,) = read_study(tmp_path / "study.toml").datasets
    problems = load_dataset(spec, FileShelf(), JobContext()).unusable
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert all(words in problem.remedy for problem in problems)


def test_that_the_direction_of_a_response_is_one_of_two(tmp_path: Path) -> None:
    text = BIOPSIES.replace('"biopsies"', '"cell_lines"').replace("pairs = { patient", "#")
    (tmp_path / "study.toml").write_text(text + 'response = { column = "months", direction = "high = resistant" }\n')
    with pytest.raises(UserError, match="did you mean “high is resistant”"):
        read_study(tmp_path / "study.toml")
