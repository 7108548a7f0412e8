"""Assays in study files and projects: keys refused by name, written and read again, packed, and run headless.

Not for: what is read out of each kind of table (test_ihc_tables.py, test_phospho_arrays.py, test_blots_and_plates.py).
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.batch import run_study
from core.data.assays.assay_spec import ASSAY_KINDS, CHOICE_KEYS, COLUMN_KEYS
from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.jobs import JobContext
from core.problems import Location, UserError
from core.project.moved_files import files_of, with_file_moved
from core.project.project import Project
from core.project.project_document import document_of, project_from
from core.project.study import Study
from core.project.study_file import read_study
from core.project.study_writer import study_toml
from tests.assay_files import load, said, value, workbook
from tests.study_files import reopen, save

KEYS = {
    "ihc": 'ihc = { file = "ihc.xlsx", sheet = "IHC", patient = "Patient", time_point = "Timepoint", antibody = "Antibody", '
           'which = ["4B5"], blank = "negative", score = "H-score" }',
    "array": 'array = { file = "array.xlsx", signal = ["m1", "m2"], samples = ["P", "R"], exposures = ["1", "1"], reference '
             '= ["Reference Spots"], negative = ["PBS"], saturation = 65535, control = "P" }',
    "blot": 'blot = { file = "blot.csv", targets = ["pHER2", "HER2"], loading = "actin", pairs = { pHER2 = "HER2" } }',
    "plate": 'plate = { file = "plate.csv", cq = "Cq", reference = ["GAPDH"], calibrator = "SKBR3", cycles = 40, blank = '
             '["NTC"] }',
}


def files(folder: Path) -> None:
    """One healthy table of each kind."""
    slides = [(f"P{patient:02d}", time, antibody, clone, 100 - strong, 0, 0, strong)
              for patient in range(1, 9) for time, shift in (("pre", 0), ("post", 1))
              for antibody, clone, strong in (("HER2", "4B5", 60 + patient), ("IGF-1R", "G11", 10 + patient + 60 * shift),
                                              ("c-Met", "SP44", 20 + (patient * 7 + shift * 3) % 11))]
    workbook(folder / "ihc.xlsx", {"IHC": [["Patient", "Timepoint", "Antibody", "Clone", "%0", "%1+", "%2+", "%3+"],
                                           *slides]})
    workbook(folder / "array.xlsx", {"Array": [["Receptor", "m1", "m2"], *[("Reference Spots", 10100, 10100)] * 2,
                                               *[("EGF R", 1100, 8100)] * 2, ("PBS", 99, 99), ("PBS", 101, 101)]})
    (folder / "blot.csv").write_text("Sample,pHER2,HER2,actin\nSKBR3,100,200,10\nBT474,400,200,10\n", encoding="utf-8")
    (folder / "plate.csv").write_text("Sample,Target,Cq\nSKBR3,GAPDH,18\nSKBR3,EGFR,24\nMCF7,GAPDH,18\nMCF7,EGFR,22\n"
                                      "NTC,EGFR,39\n", encoding="utf-8")


@pytest.mark.parametrize("kind", KEYS)
def test_that_a_study_as_run_repeats_the_values(tmp_path: Path, kind: str) -> None:
    files(tmp_path)
    load(tmp_path, KEYS[kind])
    study = read_study(tmp_path / "study.toml")
    first = load_dataset(study.datasets[0], FileShelf(), JobContext())
    assert first.unusable == ()
    text = study_toml(study, {"lab": first}, {}, tmp_path, {})
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    again = read_study(tmp_path / "study.toml")
    second = load_dataset(again.datasets[0], FileShelf(), JobContext())
    assert second.unusable == ()
    for one, other in zip(first.expression, second.expression, strict=True):
        assert (one.samples, one.genes, one.scale, one.measure) == (other.samples, other.genes, other.scale, other.measure)
        assert np.array_equal(one.values, other.values, equal_nan=True)
    assert study_toml(again, {"lab": second}, {}, tmp_path, {}) == text
    written = tomllib.loads(text)["dataset"][0][kind][0]
    assert written["sha256"] == first.tables[0].sha256
    assert "columns_detected" not in {problem.code for problem in second.findings}


def test_that_the_hash_of_an_assay_is_compared(tmp_path: Path) -> None:
    files(tmp_path)
    dataset = load(tmp_path, f'blot = {{ file = "blot.csv", sha256 = "{"0" * 64}" }}')
    assert said(dataset, "file_has_changed").where.file == "blot.csv"


@pytest.mark.parametrize(("keys", "line"), [
    ('ihc = { file = "x.csv", antibodi = "A" }', "study.toml › dataset “lab” › ihc: the key “antibodi” is not known; did you "
                                                 "mean “antibody”?"),
    ('ihc = { file = "x.csv", score = "H score" }', "study.toml › dataset “lab” › ihc: “score” is “H score”; did you mean "
     "“H-score”? it can be “H-score”, “Allred”, “0-3+”, “% positive”, “IRS”"),
    ('ihc = { file = "x.csv", blank = "zero" }', "study.toml › dataset “lab” › ihc: “blank” is “zero”; it can be “missing”, "
                                                 "“negative”"),
    ('ihc = { file = "x.csv", time_point = "T" }', "study.toml › dataset “lab” › ihc: “time_point” stands without “patient”; "
                                                   "add patient = …"),
    ('array = { file = "x.csv", signal = ["a", "b"], samples = ["P"] }', "study.toml › dataset “lab” › array: “samples” has "
     "1 entries and “signal” names 2 columns; give samples one entry for each column of signal"),
    ('array = { file = "x.csv", saturation = "high" }', "study.toml › dataset “lab” › array: “saturation” must be a number; "
                                                        "write saturation = 40"),
    ('plate = { cq = "Cq" }', "study.toml › dataset “lab” › plate: the key “file” is missing; add file = …"),
    ('blot = { file = "x.csv", pairs = 3 }', "study.toml › dataset “lab” › blot: “pairs” must be a table of texts; write "
                                             'pairs = { "a" = "b" }')])
def test_that_a_wrong_key_is_refused_by_name(tmp_path: Path, keys: str, line: str) -> None:
    with pytest.raises(UserError) as caught:
        load(tmp_path, keys)
    assert [problem.line() for problem in caught.value.problems] == [line]


def test_that_a_data_set_needs_a_table_and_an_assay_is_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the data set has no table"):
        load(tmp_path, "")
    files(tmp_path)
    assert load(tmp_path, KEYS["ihc"]).unusable == ()


def test_that_an_assay_whose_file_is_gone_leaves_the_others(tmp_path: Path) -> None:
    files(tmp_path)
    (tmp_path / "array.xlsx").unlink()
    dataset = load(tmp_path, KEYS["array"] + "\n" + KEYS["blot"], role="cell_lines")
    assert [problem.where.file for problem in dataset.unusable] == ["array.xlsx"]
    assert [matrix.place.file for matrix in dataset.expression] == ["blot.csv", "blot.csv"]


def test_that_a_project_keeps_the_files_of_assays(tmp_path: Path) -> None:
    files(tmp_path)
    load(tmp_path, "\n".join(KEYS.values()), role="cell_lines")
    study = replace(read_study(tmp_path / "study.toml"), file="")
    project = Project(study)
    assert project_from(document_of(project), Location("x")) == project
    save(tmp_path / "lab.rtkproj", project)
    for name in ("ihc.xlsx", "array.xlsx", "blot.csv", "plate.csv"):
        (tmp_path / name).unlink()
    opened = reopen(tmp_path / "lab.rtkproj", tmp_path / "shelf")
    spec = opened.project.study.datasets[0]
    assert len(files_of(spec)) == 4
    assert all(path.is_file() for path in files_of(spec))
    assert [assay.choices for assay in spec.assays] == [assay.choices for assay in study.datasets[0].assays]
    slides = replace(spec, assays=spec.assays[:1])
    assert load_dataset(slides, FileShelf(), JobContext()).unusable == ()


def test_that_a_moved_file_of_an_assay_is_followed(tmp_path: Path) -> None:
    files(tmp_path)
    load(tmp_path, KEYS["blot"])
    project = Project(read_study(tmp_path / "study.toml"))
    old, new = tmp_path.resolve() / "blot.csv", tmp_path / "elsewhere" / "blot.csv"
    new.parent.mkdir()
    old.rename(new)
    moved = with_file_moved(project, old, new)
    assert moved.study.datasets[0].assays[0].table.path == new


def simulated_lab(folder: Path) -> Study:
    files(folder)
    text = (
        'format = 1\nname = "Lab"\n\n[[dataset]]\nname = "biopsies"\nrole = "biopsies"\nihc = { file = "ihc.xlsx" }\n'
        'pairs = { patient = "Patient", time_point = "Timepoint", before = "pre", after = "post" }\n\n'
        '[[analysis]]\nkind = "paired_biopsies"\nparameters = { permutations = 200 }\n')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return read_study(folder / "study.toml")


def test_that_a_table_of_slides_alone_runs_through_paired_biopsies(tmp_path: Path) -> None:
    """IGF-1R rises by 180 points in all eight patients; no clinical file is needed."""
    simulated_lab(tmp_path)
    run = run_study(tmp_path / "study.toml", tmp_path / "out", JobContext())
    assert not run.failed, [problem.line() for problem in run.problems]
    with open(tmp_path / "out" / "paired_biopsies" / "receptors.csv", encoding="utf-8", newline="") as handle:
        rows = {row["receptor"]: row for row in csv.DictReader(handle)}
    assert float(rows["IGF1R"]["mean_change"]) == pytest.approx(180)
    assert rows["IGF1R"]["n_pairs"] == "8"
    assert float(rows["ERBB2"]["mean_change"]) == 0
    report = (tmp_path / "out" / "import_report.md").read_text(encoding="utf-8")
    assert "all 48 rows of the table were used" in report
    assert "| C2 | HER2 | ERBB2 |" in report


def test_that_names_of_samples_pair_without_a_pairs_key(tmp_path: Path) -> None:
    rows = [(f"P{n:02d}_{time}", "HER2", 100 * shift + n) for n in range(1, 6) for time, shift in (("pre", 0), ("post", 1))]
    workbook(tmp_path / "ihc.xlsx", {"IHC": [["Sample", "Antibody", "H-score"], *rows]})
    dataset: Dataset = load(tmp_path, 'ihc = { file = "ihc.xlsx" }')
    assert value(dataset, "P01_post", "ERBB2") == 101
    assert dataset.clinical is None


def test_that_the_page_about_study_files_names_every_key_and_its_example_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "study-file.md").read_text(encoding="utf-8")
    part = page.split("### Tables of assays")[1].split("### [[dataset.endpoint]]")[0]
    of_kind = dict(zip(("ihc", "array", "blot", "plate"), part.split("\n**`")[1:], strict=True))
    missing = [(kind, key) for kind in ASSAY_KINDS for key in (*COLUMN_KEYS[kind], *CHOICE_KEYS[kind])
               if f"`{key}`" not in of_kind[kind] and f"`{key}`" not in part.split("\n**`")[0]]
    assert missing == []
    example = part.split("```toml")[1].split("```")[0]
    (tmp_path / "study.toml").write_text('format = 1\nname = "Lab"\n' + example, encoding="utf-8")
    slides, lines = read_study(tmp_path / "study.toml").datasets
    assert [assay.kind for assay in (*slides.assays, *lines.assays)] == list(ASSAY_KINDS)


def lines_of_arrays(folder: Path, membranes: int) -> dict[str, str]:
    """EGFR rises three-fold in three resistant lines; the row of EGFR as cell_lines writes it."""
    names = ("SK-BR-3", "BT474", "HCC1954")
    spots = [(label, f"{line}{state}", membrane, signal * (3 if state and label == "EGF R" else 1) + spread)
             for line in names for state in ("", "-R") for membrane in range(1, membranes + 1)
             for label, signal in (("Reference Spots", 20100), ("EGF R", 2100), ("HGF R", 4100), ("PBS", 100))
             for spread in (-1, 1)]
    workbook(folder / "array.xlsx", {"Array": [["Receptor", "Sample", "Membrane", "Mean density"], *spots]})
    (folder / "lines.csv").write_text("line,parent,state\n" + "".join(
        f"{line}{state},{line},{'resistant' if state else 'parental'}\n" for line in names for state in ("", "-R")),
        encoding="utf-8")
    (folder / "study.toml").write_text(
        'format = 1\nname = "Lab"\n\n[[dataset]]\nname = "lines"\nrole = "cell_lines"\narray = { file = "array.xlsx" }\n'
        'clinical = { file = "lines.csv", id = "line" }\n'
        'pairs = { line = "parent", state = "state", parental = "parental", resistant = "resistant" }\n\n'
        '[[analysis]]\nkind = "cell_lines"\nparameters = { permutations = 100 }\n', encoding="utf-8")
    run = run_study(folder / "study.toml", folder / "out", JobContext())
    assert not run.failed, [problem.line() for problem in run.problems]
    with open(folder / "out" / "cell_lines" / "receptors.csv", encoding="utf-8", newline="") as handle:
        return next(row for row in csv.DictReader(handle) if row["receptor"] == "EGFR")


def test_that_arrays_of_one_membrane_give_values_and_no_p(tmp_path: Path) -> None:
    row = lines_of_arrays(tmp_path, 1)
    assert (row["p"], row["p_maxt"], row["replicates"]) == ("", "", "1")
    assert row["no_p"] == "One membrane: no P value"
    assert float(row["difference"]) == pytest.approx(np.log2((6300 - 100) / (2100 - 100)), abs=1e-6)


def test_that_two_membranes_of_each_line_give_a_p_over_lines(tmp_path: Path) -> None:
    row = lines_of_arrays(tmp_path, 2)
    assert (row["n"], row["replicates"], row["no_p"]) == ("3", "2", "")
    assert float(row["p_maxt"]) == 0.25


def test_that_the_import_page_names_the_tables_of_assays_and_offers_nothing_that_it_cannot_change(
        qtbot: QtBot, tmp_path: Path) -> None:
    from gui.pages.importing.data_overview import DataOverview

    files(tmp_path)
    dataset = load(tmp_path, KEYS["ihc"])
    overview = DataOverview()
    qtbot.addWidget(overview)
    overview.show_datasets((dataset.spec,), {"lab": dataset}, set())
    texts = [label.text() for label in overview.findChildren(QLabel)]
    assert "IHC: ihc.xlsx, sheet “IHC”" in texts
    assert any(text.startswith("3 RTKs among 3 genes in 16 samples (total, score)") for text in texts)
    offered = {button.objectName() for button in overview.findChildren(QPushButton)}
    assert "log lab" in offered
    assert "edit lab" in offered
