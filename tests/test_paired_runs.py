"""Biopsy pairs from study files: the folder a run writes, pairs from names, and what is refused with which key.

Not for: the numbers themselves (test_paired_biopsies.py).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.command_line import run_command_line as main

GOLDEN = Path(__file__).parent / "data" / "golden_paired"
HEAD = 'format = 1\nname = "pairs"\n\n[[dataset]]\nname = "biopsies"\nrole = "biopsies"\n'
ANALYSIS = '\n[[analysis]]\nkind = "paired_biopsies"\n'
TCGA = HEAD + f"""expression = {{ file = "{(GOLDEN / 'tcga_her2_rtk_expression.csv').as_posix()}", scale = "log2" }}
clinical = {{ file = "{(GOLDEN / 'tcga_her2_samples.csv').as_posix()}", id = "sample" }}
pairs = {{ patient = "subject", time_point = "group", before = "normal", after = "tumor" }}
""" + ANALYSIS


def run(folder: Path, study: str, *words: str) -> tuple[int, Path]:
    (folder / "study.toml").write_text(study, encoding="utf-8")
    out = folder / "out"
    return main(["run", str(folder / "study.toml"), "--out", str(out), *words]), out


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def problems(out: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((out / "problems.json").read_text(encoding="utf-8"))
    return found


def by_names(folder: Path, names: list[str]) -> str:
    """A study of which only the names of the samples say who is who."""
    random = np.random.default_rng(1)
    with open(folder / "values.csv", "w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["gene", *names])
        for gene in ("EGFR", "ERBB2", "ERBB3", "MET", "AXL", "KIT", "IGF1R", "FGFR1"):
            writer.writerow([gene, *(f"{value:.3f}" for value in random.normal(8.0, 1.0, len(names)))])
    return HEAD + 'expression = { file = "values.csv", samples = "columns", scale = "log2" }\n' + ANALYSIS


def test_that_a_run_writes_the_contracts_tables_and_repeats_byte_by_byte(tmp_path: Path) -> None:
    status, out = run(tmp_path, TCGA)
    assert status == 0
    rows = table(out / "paired_biopsies" / "receptors.csv")
    assert list(rows[0])[:16] == ["receptor", "n_pairs", "mean_change", "median_change", "change_low", "change_high",
                                  "t", "p_t", "moderated_t", "p_moderated", "w", "p_wilcoxon", "q_bh", "p_maxt", "up",
                                  "down"]
    assert len(rows) == 36
    assert {row["n_pairs"] for row in rows} == {"10"}
    assert all(int(row["up"]) + int(row["down"]) + int(row["no_change"]) == 10 for row in rows)
    assert len(table(out / "paired_biopsies" / "pairs.csv")) == 360
    assert len(table(out / "paired_biopsies" / "left_out.csv")) == 8
    assert (out / "paired_biopsies" / "audit.csv").exists()
    assert any(problem["code"] == "unpaired_biopsies" and problem["severity"] == "warning" for problem in problems(out))
    again = tmp_path / "again"
    assert main(["run", str(out / "study.toml"), "--out", str(again)]) == 0
    for path in sorted((out / "paired_biopsies").glob("*.csv")):
        assert path.read_bytes() == (again / "paired_biopsies" / path.name).read_bytes(), path.name


def test_that_a_cohort_rule_chooses_samples_and_a_partner_it_leaves_out_is_named(tmp_path: Path) -> None:
    rule = '\n[[cohort]]\nname = "deep"\ndataset = "biopsies"\nkeep = [{ column = "seq_depth_million", min = 40 }]\n'
    status, out = run(tmp_path, TCGA.replace(ANALYSIS, rule + ANALYSIS + 'cohort = "deep"\n'))
    assert status == 0
    rows = table(out / "paired_biopsies" / "left_out.csv")
    assert any("is left out or has no values" in row["reason"] for row in rows)
    assert int(table(out / "paired_biopsies" / "summary.csv")[0]["pairs"]) < 10


def test_that_clear_names_are_used_with_a_warning_that_names_the_key(tmp_path: Path) -> None:
    names = [f"P{number:02d}_{time}" for number in range(1, 9) for time in ("pre", "post")]
    status, out = run(tmp_path, by_names(tmp_path, [*names, "Patient 9 Post", "pt-9 (before Tx)", "HeLa"]))
    assert status == 0
    summary = table(out / "paired_biopsies" / "summary.csv")[0]
    assert (summary["pairs"], summary["paired_by"]) == ("9", "names")
    warning = next(each for each in problems(out) if each["code"] == "pairs_from_names")
    assert warning["answer_key"] == "pairs"
    assert "9 pairs were read from the sample names" in warning["what"]
    assert "says no time point" in table(out / "paired_biopsies" / "left_out.csv")[0]["reason"]


def test_that_without_pairs_the_analysis_is_refused_with_the_key_and_check_says_so(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = by_names(tmp_path, [f"line{number}" for number in range(6)])
    status, out = run(tmp_path, study)
    assert status == 2
    problem = next(each for each in problems(out) if each["code"] == "no_pairs")
    assert problem["answer_key"] == "pairs"
    assert 'pairs = { patient = "…"' in problem["remedy"]
    assert not (out / "paired_biopsies").exists()
    capsys.readouterr()
    assert main(["check", str(tmp_path / "study.toml")]) == 0
    assert "no pair can be read from the sample names" in capsys.readouterr().err


def test_that_data_without_stated_pairs_are_told_which_columns_look_like_them(tmp_path: Path) -> None:
    study = "\n".join(line for line in TCGA.splitlines() if not line.startswith("pairs")) + "\n"
    status, out = run(tmp_path, study)
    assert status == 2
    problem = next(each for each in problems(out) if each["code"] == "no_pairs")
    assert 'pairs = { patient = "subject", time_point = "group", before = "normal", after = "tumor" }' \
        in problem["remedy"]


def test_that_simulated_pairs_say_so_in_the_methods(tmp_path: Path) -> None:
    names = [f"P{number}_{time}" for number in range(1, 8) for time in ("pre", "post")]
    study = by_names(tmp_path, names).replace('role = "biopsies"\n', 'role = "biopsies"\nsimulated = true\n')
    status, out = run(tmp_path, study)
    assert status == 0
    assert "Simulated data." in (out / "methods.md").read_text(encoding="utf-8")


def test_that_two_spellings_of_a_patient_are_joined_by_the_answer_the_warning_writes_out(tmp_path: Path) -> None:
    names = [f"S{number}" for number in range(1, 13)]
    study = by_names(tmp_path, names).replace("[[analysis]]", """[dataset.answers]

[[analysis]]""").replace('scale = "log2" }\n', """scale = "log2" }
clinical = { file = "samples.csv", id = "sample" }
pairs = { patient = "patient", time_point = "time", before = "pre", after = "post" }
""")
    patients = ["P01", "pt-1", *(f"P{number:02d}" for number in (2, 2, 3, 3, 4, 4, 5, 5, 6, 6))]
    rows = [f"{name},{patient},{time}" for name, patient, time in zip(names, patients, ("pre", "post") * 6)]
    (tmp_path / "samples.csv").write_text("sample,patient,time\n" + "\n".join(rows) + "\n", encoding="utf-8")
    status, out = run(tmp_path, study)
    assert status == 0
    warning = next(each for each in problems(out) if each["code"] == "patients_spelled_alike")
    assert "“P01” (S1), “pt-1” (S2)" in warning["what"]
    assert table(out / "paired_biopsies" / "summary.csv")[0]["pairs"] == "5"
    line = warning["remedy"].partition("[dataset.answers]: ")[2]
    status, out = run(tmp_path, study.replace("[dataset.answers]\n", f"[dataset.answers]\n{line}\n"))
    assert status == 0
    assert table(out / "paired_biopsies" / "summary.csv")[0]["pairs"] == "6"
    assert not [each for each in problems(out) if each["code"] == "patients_spelled_alike"]
