"""A small study with its table on disk, as a project, for tests of files. Not for: statistics; its numbers mean nothing."""

from __future__ import annotations

from pathlib import Path

from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import EndpointRule, Scale
from core.figures.figure_settings import FigureSettings
from core.jobs import JobContext
from core.project.project import Project
from core.project.project_file import OpenedProject, open_project, save_project
from core.project.study import AnalysisSpec, Study

TRIED = {"trials": [{"key": "a1", "words": "Prognosis", "paid": 58, "unpaid": 1, "when": "2026-01-02 10:00"}]}


def write_table(path: Path, patients: int = 40) -> Path:
    """Four receptors and follow-up of made-up patients."""
    rows = ["patient,ERBB2,EGFR,MET,AXL,months,died"]
    for number in range(patients):
        values = ",".join(f"{(number * step) % 17 + number / 100:.2f}" for step in (3, 5, 7, 11))
        rows.append(f"P{number:03d},{values},{number * 7 % 53 + 1},{number % 2}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def small_project(table: Path, name: str = "Small study") -> Project:
    """One data set of one file, a cohort, an analysis, an answer about a cell and a figure with its own words."""
    spec = TableSpec(table, id="patient", samples="rows", scale=Scale.LOG2)
    dataset = DatasetSpec(
        "lab", "cohort", (spec,), (TableSpec(table, id="patient"),),
        (EndpointRule("overall survival", "months", "months", "died", (1,)),),
        Answers(cells={f"{table.name}!B3": "4.5"}), simulated=True)
    return Project(
        Study(name, "", (dataset,), (CohortRule("all", "lab", (KeepRule("months", minimum=2.0),)),),
              (AnalysisSpec("prognosis", "rtk_prognosis", "all", "overall survival", {"permutations": 50}),)),
        {"prognosis/forest": FigureSettings(width_mm=85.0, caption="Forest, “b”")})


def save(path: Path, project: Project, **options: object) -> None:
    """Save and expect that there is nothing to say."""
    saved = save_project(path, project, TRIED, JobContext(), **options)  # type: ignore[arg-type]
    assert saved.notes == ()


def reopen(path: Path, shelf: Path) -> OpenedProject:
    """Open a project with that shelf."""
    return open_project(path, shelf, JobContext())
