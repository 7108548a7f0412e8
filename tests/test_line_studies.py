"""Studies of cell lines from their files on disk, headless: messy names, long tables, answers, the same csv again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.batch import check_study, run_study
from core.jobs import JobContext
from tests.line_sets import HMS

EXPRESSION = """gene,AU-565,BT-474,SK-BR-3,SKBR3,MCF7__b,HCC1954_BREAST,JIMT-1,T-47D,MDA-MB-361
EGFR,1.0,2.0,5.1,6.3,4.0,5.5,6.0,7.2,8.0
ERBB2,9.0,8.0,7.0,7.5,6.0,5.0,4.0,3.0,2.0
MET,3.0,1.0,4.0,4.0,5.0,9.0,2.0,6.0,5.0
"""
RESPONSE = """line,drug,IC50
""" + "".join(f"{line},{drug},{value}\n" for line, values in {
    "AU565": (1, 9), "BT474": (2, 8), "SKBR3": (3, 7), "MCF7": (4, 6), "HCC1954": (5, 5), "JIMT1": (6, 4),
    "T47D": ("> 10", 3), "MDAMB361": (8, 2)}.items() for drug, value in zip(("lapatinib", "neratinib"), values))
STUDY = """format = 1
name = "lines"
[[dataset]]
name = "lines"
role = "cell_lines"
expression = { file = "expression.csv", samples = "columns", id = "gene", scale = "log2" }
clinical = { file = "response.csv", id = "line", only = { drug = "lapatinib" } }
response = { column = "IC50", direction = "high is resistant", name = "lapatinib IC50", unit = "µM" }
%s
[[analysis]]
kind = "cell_lines"
parameters = { permutations = 100 }
"""


@pytest.fixture
def study(tmp_path: Path):
    (tmp_path / "expression.csv").write_text(EXPRESSION, encoding="utf-8")
    (tmp_path / "response.csv").write_text(RESPONSE, encoding="utf-8")

    def written(answers: str = "", text: str = STUDY) -> Path:
        path = tmp_path / "study.toml"
        path.write_text(text % answers, encoding="utf-8")
        return path

    return written


def found(run) -> dict[str, str]:
    return {problem.code: problem.line() for problem in run.problems}


def lines_of(run) -> tuple[str, ...]:
    (result,) = run.results
    return result.numbers.lines


def test_that_open_questions_leave_their_lines_out_with_a_warning_and_the_study_runs(study, tmp_path):
    run = run_study(study(), tmp_path / "out", JobContext())
    assert lines_of(run) == ("AU565", "BT474", "HCC1954", "JIMT1", "T47D", "MDAMB361")
    said = found(run)
    assert "SK-BR-3 and SKBR3 are one line with different values: 5.1 and 6.3" in said["line_twice"]
    assert 'answers.samples."MCF7__b" = "MCF7"' in said["line_variant"]
    assert "above 10.00 in 1 line (T47D)" in said["response_not_reached"]
    report = (tmp_path / "out" / "import_report.md").read_text(encoding="utf-8")
    assert "AU-565 is AU565" in report
    assert "HCC1954_BREAST is HCC1954" in report
    assert json.loads((tmp_path / "out" / "problems.json").read_text(encoding="utf-8"))


def test_that_answers_bring_them_back(study, tmp_path):
    run = run_study(study('answers.samples."MCF7__b" = "MCF7"\nanswers.average = ["SKBR3"]'), tmp_path / "out",
                    JobContext())
    assert set(lines_of(run)) == {"AU565", "BT474", "SKBR3", "MCF7", "HCC1954", "JIMT1", "T47D", "MDAMB361"}
    numbers = run.results[0].numbers
    assert numbers.measures[0].values[numbers.lines.index("SKBR3"), 0] == pytest.approx(5.7)
    assert not {"line_twice", "line_variant", "answer_without_use"} & set(found(run))


def test_that_one_of_two_rows_can_be_chosen(study, tmp_path):
    run = run_study(study('answers.drop = ["SK-BR-3"]'), tmp_path / "out", JobContext())
    numbers = run.results[0].numbers
    assert numbers.measures[0].values[numbers.lines.index("SKBR3"), 0] == pytest.approx(6.3)


def test_that_the_written_study_gives_the_same_csv_again(study, tmp_path):
    run_study(study('answers.samples."MCF7__b" = "MCF7"\nanswers.average = ["SKBR3"]'), tmp_path / "one", JobContext())
    again = run_study(tmp_path / "one" / "study.toml", tmp_path / "two", JobContext())
    assert again.results[0].numbers.response_name == "lapatinib IC50"
    tables = sorted((tmp_path / "one" / "cell_lines").glob("*.csv"))
    assert len(tables) >= 5
    for table in tables:
        assert table.read_bytes() == (tmp_path / "two" / "cell_lines" / table.name).read_bytes()


def test_that_a_drug_that_is_not_named_is_asked_for(study):
    run = check_study(study("", STUDY.replace(', only = { drug = "lapatinib" }', "")), JobContext())
    assert "several_rows_each" in found(run)


def test_that_another_direction_word_is_refused_with_the_two_that_exist(study, tmp_path):
    from core.problems import UserError

    with pytest.raises(UserError) as raised:
        check_study(study("", STUDY.replace("high is resistant", "up is bad")), JobContext())
    assert "high is resistant" in raised.value.problems[0].remedy


def test_that_the_bundled_lines_have_no_open_question():
    run = check_study(HMS, JobContext())
    assert not {"line_variant", "line_twice", "near_sample_names", "answer_without_use"} & set(found(run))
