"""An analysis is only run on a data set whose role it is made for. Not for: what each analysis finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.batch import run_study
from core.jobs import JobContext

BIOPSIES = """
[[dataset]]
name = "biopsies"
role = "biopsies"
expression = { file = "table.csv", id = "sample", samples = "rows", scale = "log2" }
clinical = { file = "samples.csv", id = "sample" }
pairs = { patient = "patient", time_point = "time", before = "pre", after = "post" }
"""
LINES = """
[[dataset]]
name = "lines"
role = "cell_lines"
expression = { file = "table.csv", id = "sample", samples = "rows", scale = "log2" }
clinical = { file = "samples.csv", id = "sample" }
pairs = { line = "patient", state = "time", parental = "pre", resistant = "post" }
"""


def _refused(folder: Path, dataset: str, name: str, kind: str, parameters: str = "") -> str:
    rows = [(f"{who}{at}", who, at) for who in ("alpha", "beta", "gamma") for at in ("pre", "post")]
    (folder / "table.csv").write_text("sample,EGFR,ERBB2,MET\n" + "".join(
        f"{sample},{5 + at * 0.3:.2f},{7 - at * 0.2:.2f},{6 + at % 3:.2f}\n" for at, (sample, _, _) in enumerate(rows)))
    (folder / "samples.csv").write_text("sample,patient,time,pcr\n" + "".join(
        f"{sample},{who},{at},{int(who == 'beta')}\n" for sample, who, at in rows))
    (folder / "study.toml").write_text(f"""format = 1
{dataset}
[[cohort]]
name = "chosen"
dataset = "{name}"

[[analysis]]
kind = "{kind}"
cohort = "chosen"
{parameters}
""")
    run_study(folder / "study.toml", folder / "out", JobContext())
    (problem,) = (each for each in json.loads((folder / "out" / "problems.json").read_text(encoding="utf-8"))
                  if each["severity"] == "problem")
    assert (problem["code"], problem["answer_key"]) == ("wrong_role", "cohort")
    return str(problem["what"])


def test_that_pairs_of_biopsies_are_not_read_as_pairs_of_lines(tmp_path: Path) -> None:
    assert _refused(tmp_path, BIOPSIES, "biopsies", "cell_lines") == (
        "the cohort “chosen” is of the data set “biopsies”, whose role is “biopsies”, and cell_lines needs “cell_lines”")


@pytest.mark.parametrize(("kind", "parameters"), [
    ("paired_biopsies", ""), ("activation", 'parameters = { method = "robust z" }'),
    ("rtk_response", 'parameters = { response = "pcr", positive = [1] }')])
def test_that_pairs_of_lines_are_not_read_as_pairs_of_biopsies(tmp_path: Path, kind: str, parameters: str) -> None:
    assert "whose role is “cell_lines”" in _refused(tmp_path, LINES, "lines", kind, parameters)
