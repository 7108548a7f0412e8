"""What the command line promises (contract §1): exit statuses, problems by place, folders whole, results repeatable."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.command_line import run_command_line
from tests.kill_runs import snapshot, write_studies

ROOT = Path(__file__).resolve().parents[1]
CONTRACT_COLUMNS = [
    "receptor", "n", "events", "coef", "se", "z", "p", "hr", "hr_low", "hr_high", "q_bh", "p_maxt", "concordance",
    "ph_p", "median", "logrank_chi2", "logrank_p", "best_cut", "best_cut_statistic", "best_cut_p_raw",
    "best_cut_p_corrected", "best_cut_p_maxt", "best_cut_hr_cv", "rmst_difference", "rmst_low", "rmst_high", "verdict"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path, _ = write_studies(tmp_path)
    path.write_text(path.read_text().replace("permutations = 2000", "permutations = 99"))
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def problems(folder: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / "problems.json").read_text(encoding="utf-8"))
    return found


def run(study: Path, out: Path, *more: str) -> int:
    return run_command_line(["run", str(study), "--out", str(out), *more])


def changed(study: Path, old: str, new: str) -> Path:
    text = study.read_text(encoding="utf-8")
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")
    return study


def test_that_a_run_writes_everything_the_contract_names(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    assert {path.name for path in out.iterdir()} == {
        "first", "second", "results.xlsx", "methods.md", "import_report.md", "problems.json", "study.toml"}
    tables = {path.stem for path in (out / "first").glob("*.csv")}
    assert {"receptors", "curves", "at_risk", "cutoffs", "checks"} <= tables
    header = (out / "first" / "receptors.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header[:len(CONTRACT_COLUMNS)] == CONTRACT_COLUMNS
    figures = {path.name for path in (out / "first").iterdir() if path.suffix in (".pdf", ".svg", ".png")}
    assert {"forest.pdf", "forest.svg", "forest.png"} <= figures
    assert len(figures) % 3 == 0


def test_that_the_saved_study_gives_the_same_bytes_again(study: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "out", tmp_path / "elsewhere" / "again"
    assert run(study, first) == 0
    assert run(first / "study.toml", again) == 0
    compared = [path.relative_to(first) for path in first.rglob("*.csv")]
    assert len(compared) >= 10
    for name in compared:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name


def test_that_no_figure_or_workbook_differs_between_two_runs(study: Path, tmp_path: Path) -> None:
    assert run(study, tmp_path / "a") == 0
    assert run(study, tmp_path / "b") == 0
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path.name


def test_that_only_the_named_analyses_run(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(study, tmp_path / "out", "--only", "first", "--only", "second") == 0
    assert {"first", "second"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert run(study, tmp_path / "out", "--only", "second") == 0
    assert not (tmp_path / "out" / "first").exists()
    assert (tmp_path / "out" / "second").is_dir()
    assert run(study, tmp_path / "out", "--only", "secnod") == 2
    assert "did you mean “second”" in capsys.readouterr().err


def test_that_a_refused_study_leaves_only_problems_json(study: Path, tmp_path: Path,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    assert run(changed(study, 'role = "cohort"', 'rolle = "cohort"'), out) == 2
    assert [path.name for path in out.iterdir()] == ["problems.json"]
    entry = problems(out)[0]
    assert entry["severity"] == "problem"
    lines = capsys.readouterr().err.strip().splitlines()
    assert "study1.toml › dataset “simulated”: the key “rolle” is not known; did you mean “role”?" in lines


def test_that_an_analysis_that_cannot_run_spares_the_others(study: Path, tmp_path: Path,
                                                            capsys: pytest.CaptureFixture[str]) -> None:
    text = study.read_text(encoding="utf-8") + '[[analysis]]\nname = "third"\nkind = "senescence"\n' \
        '[[analysis]]\nname = "fourth"\nkind = "rtk_prognosis"\nparameters = { adjust = ["aeg"], permutations = 0 }\n'
    study.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert run(study, out) == 2
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"first", "second"}
    codes = {entry["code"]: entry for entry in problems(out)}
    assert codes["kind_not_in_this_version"]["severity"] == "problem"
    assert codes["no_column"]["file"] == "cohort.csv"
    assert "“fourth” was not run" in codes["no_column"]["why"]
    assert "there is no column “aeg”" in capsys.readouterr().err
    assert run(out / "study.toml", tmp_path / "again") == 0


@pytest.mark.parametrize(("old", "new", "words"), [
    ('time = "months"', 'time = "month"', "needs the column month"),
    ('event = "died"', 'event = "dead"', "needs the column dead"),
    ("event_values = [1]", "event_values = [7]", "7"),
    ("event_values = [1]\n", "", "event_values"),
    ('file = "cohort.csv", id = "patient" }', 'file = "cohrot.csv", id = "patient" }', "cohrot.csv"),
    ('id = "patient", scale', 'id = "pateint", scale', "pateint"),
])
def test_that_a_table_that_cannot_be_used_is_refused_by_name(
        study: Path, tmp_path: Path, old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(changed(study, old, new), tmp_path / "out") == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["problems.json"]
    assert words in capsys.readouterr().err
    assert run_command_line(["check", str(study)]) == 2


def test_that_a_folder_of_somebody_else_is_left_alone(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    assert run(study, out) == 2
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]


def test_that_check_says_what_was_detected_and_writes_nothing(study: Path, tmp_path: Path,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run_command_line(["check", str(study)]) == 0
    assert "120 samples" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_that_check_counts_events_and_warns_of_what_run_would_refuse(study: Path,
                                                                      capsys: pytest.CaptureFixture[str]) -> None:
    changed(study, "permutations = 99", "permutation = 99")
    study.write_text(study.read_text() + '[[analysis]]\nkind = "senescence"\n')
    assert run_command_line(["check", str(study)]) == 0
    said = capsys.readouterr()
    assert "endpoint overall survival: 61 with the event, 59 censored; median time" in said.out
    assert "the parameter “permutation” is not known; did you mean “permutations”?" in said.err
    assert "“senescence” are not part of this version" in said.err


def test_that_an_outcome_coded_the_wrong_way_round_is_said_beside_the_answer_and_numbers_stay(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = ROOT / "resources" / "examples" / "metabric"
    (tmp_path / "metabric.csv.gz").write_bytes((example / "metabric.csv.gz").read_bytes())
    head = (example / "study.toml").read_text(encoding="utf-8").split("[[cohort]]")[0]
    for name, codes in (("right", "[0]"), ("wrong", "[1]")):
        path = tmp_path / f"{name}.toml"
        path.write_text(head.replace("event_values = [0]", f"event_values = {codes}") + '[[analysis]]\nname = "p"\n'
                        'kind = "rtk_prognosis"\nendpoint = "overall survival"\n'
                        'parameters = { permutations = 0, receptors = ["KIT"] }\n',
                        encoding="utf-8")
        assert run(path, tmp_path / name) == 0
    said = capsys.readouterr()
    found = [entry["code"] for entry in problems(tmp_path / "wrong")]
    assert found.count("event_codes_look_reversed") == 1
    assert "event_codes_look_reversed" not in [entry["code"] for entry in problems(tmp_path / "right")]
    assert said.err.count("the codes of overall_survival look the wrong way round") == 1
    assert said.out.count("The outcome may be coded the wrong way round: of 1903 patients, 801 counted") == 1
    assert "The outcome may be coded" in (tmp_path / "wrong" / "methods.md").read_text(encoding="utf-8")
    report = (tmp_path / "wrong" / "import_report.md").read_text(encoding="utf-8")
    assert report.count("look the wrong way round") == 1
    assert "The outcome may be coded" not in (tmp_path / "right" / "methods.md").read_text(encoding="utf-8")
    assert rows(tmp_path / "wrong" / "p" / "receptors.csv")[0]["events"] == "801"


def test_that_a_changed_data_file_is_said(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(study, tmp_path / "out") == 0
    data = tmp_path / "cohort.csv"
    data.write_text(data.read_text() + "\n")
    capsys.readouterr()
    assert run(tmp_path / "out" / "study.toml", tmp_path / "again") == 0
    assert "is not the one that this study was saved with" in capsys.readouterr().err


def test_that_simulated_data_are_labelled_in_every_figure(study: Path, tmp_path: Path) -> None:
    assert run(study, tmp_path / "out") == 0
    for figure in (tmp_path / "out").rglob("*.svg"):
        assert "Simulated data" in figure.read_text(encoding="utf-8"), figure.name
    assert "simulated" in (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")


def test_that_zero_permutations_leave_their_columns_empty(study: Path, tmp_path: Path) -> None:
    changed(study, "permutations = 99", "permutations = 0")
    assert run(study, tmp_path / "out") == 0
    for row in rows(tmp_path / "out" / "first" / "receptors.csv"):
        assert row["p_maxt"] == row["best_cut_p_maxt"] == ""
        assert row["p"] != ""
        assert row["verdict"] in ("matters little", "not settled")


def test_that_strata_a_landmark_and_missing_values_keep_every_receptor(study: Path, tmp_path: Path) -> None:
    data = tmp_path / "cohort.csv"
    lines = data.read_text().splitlines()
    clinic = ["clinic", *("A" if number % 2 else "B" for number in range(120))]
    lines = [f"{line},{word}" for line, word in zip(lines, clinic)]
    cells = lines[1].split(",")
    cells[3] = "NA"
    lines[1] = ",".join(cells)
    data.write_text("\n".join(lines) + "\n")
    changed(study, "permutations = 99", 'permutations = 99, strata = ["clinic"], landmark = 6')
    assert run(study, tmp_path / "out") == 0
    found = {row["receptor"]: row for row in rows(tmp_path / "out" / "first" / "receptors.csv")}
    assert len(found) == 10
    months = [float(line.split(",")[1]) for line in lines[1:]]
    analysed = sum(time > 6 for time in months)
    assert int(found["EGFR"]["n"]) == analysed
    assert int(found["ERBB2"]["n"]) == analysed - (months[0] > 6)
    assert all(row["p_maxt"] and row["coef"] for row in found.values())


def test_that_a_constant_receptor_keeps_its_row_with_empty_statistics(study: Path, tmp_path: Path) -> None:
    data = tmp_path / "cohort.csv"
    lines = data.read_text().splitlines()
    at = lines[0].split(",").index("AXL")
    flat = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[at] = "5.0"
        flat.append(",".join(cells))
    data.write_text("\n".join(flat) + "\n")
    assert run(study, tmp_path / "out") == 0
    found = {row["receptor"]: row for row in rows(tmp_path / "out" / "first" / "receptors.csv")}
    assert found["AXL"]["n"] == "120"
    assert all(found["AXL"][column] == "" for column in ("coef", "p", "p_maxt", "logrank_p", "best_cut", "verdict"))
    assert found["MET"]["coef"] != ""
    assert "constant_receptor" in {entry["code"] for entry in problems(tmp_path / "out")}


def test_that_no_window_or_heavy_library_is_loaded_to_say_something_short() -> None:
    code = ("import sys; from core.command_line import run_command_line; run_command_line(['--version']); "
            "bad = [m for m in ('PySide6', 'pandas', 'lifelines', 'matplotlib', 'scipy') if m in sys.modules]; "
            "sys.exit(' '.join(bad) or 0)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_that_a_run_never_imports_qt(study: Path, tmp_path: Path) -> None:
    code = ("import sys; from core.command_line import run_command_line; "
            f"status = run_command_line(['run', {str(study)!r}, '--out', {str(tmp_path / 'out')!r}]); "
            "sys.exit(status or any(m.startswith(('PySide6', 'pyqtgraph')) for m in sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_that_a_stopped_run_exits_130_and_leaves_the_folder_as_it_was(study: Path, tmp_path: Path,
                                                                      sent: signal.Signals) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    before = snapshot(out)
    changed(study, "permutations = 99", "permutations = 1000000")
    process = subprocess.Popen([sys.executable, str(ROOT / "main.py"), "run", str(study), "--out", str(out)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    assert process.stdout.readline(), "the run reports progress before it is stopped"
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "Stopped. Nothing was written.\n"
    assert snapshot(out) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


@pytest.mark.parametrize("arguments", [[], ["--demo"], ["study.toml"], ["run"], ["run", "x.toml"]])
def test_that_a_command_that_is_not_there_is_said_in_words(
        arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(arguments) == 2
    assert "main.py" in capsys.readouterr().err
