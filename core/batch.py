"""A study run without a window: read, computed, written into a folder that appears whole.

Not for: parsing arguments or printing (command_line.py), or for the numbers themselves.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.compute.compute import Compute
from core.data.nearest_name import nearest
from core.export.import_report import ImportedDatasetWords, ImportedTableWords, import_report
from core.export.methods_text import methods_markdown
from core.export.tables import write_csv
from core.export.workbook import write_workbook
from core.figures.number_words import capitalised
from core.figures.spec import FigureSpec
from core.figures.writer import missing_characters, write_figure
from core.jobs import JobContext
from core.problems import Location, Problem, Severity, UserError, user_error, warning
from core.project.open_study import readable_study
from core.project.references import with_needed
from core.project.simulated_data import simulated_results, simulated_sentence
from core.project.study import Study
from core.project.study_writer import study_toml
from core.project.whole_file import not_written, whole_file
from core.result_folder import check_replaceable, files_below, whole_folder
from core.study_runner import StudyRun, check_analyses, check_cohorts, load_study, run_analyses
from core.versions import versions

SIMULATED_NOTE = "Simulated data: every table and figure in this folder is of numbers that were drawn, not measured.\n"


def check_study(path: Path, job: JobContext) -> StudyRun:
    """Read the study and every table of it; nothing is computed or written.

    Raises
    ------
    UserError
        When the study file itself cannot be used.
    """
    with readable_study(path, job.part(0.0, 0.1)) as opened:
        run = load_study(opened.study, job.part(0.1, 1.0))
        run.problems = [*opened.notes, *run.problems]
    check_cohorts(run)
    check_analyses(run)
    return run


def run_study(path: Path, out: Path, job: JobContext, only: Collection[str] = (),
              compute: Compute | None = None) -> StudyRun:
    """Run a study and put its results at ``out``; a refused study leaves ``problems.json`` there, alone.

    ``compute`` does the long work; whichever it is, the results are the same.

    Raises
    ------
    UserError
        "folder_not_ours" and the like, with nothing written; or what refused the study, after ``problems.json``.
    """
    check_replaceable(out)
    try:
        with readable_study(path, job.part(0.0, 0.05)) as opened:
            run = load_study(_chosen(opened.study, only), job.part(0.05, 0.15))
            run.problems = [*opened.notes, *run.problems]
        run.compute = compute
        run_analyses(run, job.part(0.15, 0.85))
    except UserError as error:
        with whole_folder(out) as folder:
            _write_problems(folder, error.problems)
        raise
    with whole_folder(out) as folder:
        if run.results:
            _write_results(run, folder, out, opened.written_as, job.part(0.85, 1.0))
        _write_problems(folder, run.problems)
    return run


def _chosen(study: Study, only: Collection[str]) -> Study:
    """The study with the analyses asked for and those they need. Raises UserError "no_analysis", "unknown_name"."""
    place = Location(study.file)
    names = [analysis.name for analysis in study.analyses]
    if not names:
        raise user_error("no_analysis", "the study names no analysis", place,
                         remedy="add an [[analysis]] with its kind")
    for name in only:
        if name not in names:
            close = nearest(name, names)
            raise user_error("unknown_name", f"there is no analysis “{name}”", place,
                             remedy=f"did you mean “{close}”?" if close else f"analyses: {', '.join(names)}")
    if not only:
        return study
    chosen = with_needed(study, tuple(only))
    return replace(study, analyses=tuple(a for a in study.analyses if a.name in chosen))


def _write_problems(folder: Path, problems: Sequence[Problem]) -> None:
    entries = [problem.as_dict() for problem in problems if problem.severity != Severity.NOTE]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (folder / "problems.json").write_text(text + "\n", encoding="utf-8")


def _write_results(run: StudyRun, folder: Path, out: Path, written_as: Mapping[Path, Path], job: JobContext) -> None:
    study = run.study
    done = {result.name for result in run.results}
    steps = sum(len(result.tables) + len(result.figures) for result in run.results)
    step = 0
    simulated = _simulated(run)
    for result in run.results:
        target = folder / result.name
        target.mkdir()
        if result.name in simulated:
            (target / "SIMULATED.txt").write_text(SIMULATED_NOTE, encoding="utf-8", newline="\n")
        for table in result.tables:
            job.progress(0.8 * step / steps, f"Writing {result.name}/{table.name}.csv")
            write_csv(table, target / f"{table.name}.csv")
            step += 1
        for figure in result.figures:
            job.progress(0.8 * step / steps, f"Drawing {result.name}/{figure.name}")
            write_figure(figure, target)
            run.problems += _lacking_characters(result.name, figure)
            step += 1
    finished = replace(study, analyses=tuple(a for a in study.analyses if a.name in done))
    program = {"name": "RTKscope", "version": versions()["RTKscope"], "libraries": versions(),
               "files": [name for result in run.results for name in files_below(folder / result.name)]}
    text = study_toml(finished, run.datasets, run.parameters, Path(os.path.abspath(out)), program, written_as)
    (folder / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    methods = methods_markdown(run.results, study_name=study.name, data_words=_data_words(run), versions=versions(),
                               simulated=_simulated_sentence(run), simulated_results=_simulated(run))
    (folder / "methods.md").write_text(methods, encoding="utf-8", newline="\n")
    of_data = {finding for dataset in run.datasets.values() for finding in dataset.findings}
    further = [warning for result in run.results for warning in result.warnings if warning not in of_data]
    report = import_report(_datasets_in_words(run), study_name=study.name, further=further)
    (folder / "import_report.md").write_text(report, encoding="utf-8", newline="\n")
    job.progress(0.85, "Writing results.xlsx")
    run.problems += write_run_workbook(run, folder / "results.xlsx")


def _simulated(run: StudyRun) -> tuple[str, ...]:
    """The results that rest on simulated data."""
    return simulated_results(run.study, {name: chosen.dataset for name, chosen in run.cohorts.items()},
                             {result.name: result.parameters for result in run.results})


def _simulated_sentence(run: StudyRun) -> str:
    return simulated_sentence(run.study, _simulated(run), [result.name for result in run.results])


def write_run_workbook(run: StudyRun, path: Path) -> tuple[Problem, ...]:
    """The results workbook of a run at ``path``; what had to be cut for a spreadsheet's limits is returned as notes.

    Raises OSError.
    """
    return write_workbook(
        path, run.results, study_words=_study_words(run),
        samples={name: cohort.ledger for name, cohort in run.cohorts.items()}, parameters=(), versions=versions(),
        problems=[problem for problem in run.problems if problem.severity != Severity.NOTE], simulated=_simulated(run))


def save_run_workbook(run: StudyRun, path: Path) -> tuple[Problem, ...]:
    """The workbook of a run put at ``path`` whole: what was there stays until the new one is complete.

    Raises
    ------
    UserError
        "disk_full", "not_writable", "no_folder" and the like.
    """
    with tempfile.TemporaryDirectory(prefix="rtkscope") as room:
        unfinished = Path(room) / path.name
        try:
            notes = write_run_workbook(run, unfinished)
            with whole_file(path) as handle, open(unfinished, "rb") as written:
                shutil.copyfileobj(written, handle)
        except OSError as error:
            raise not_written(error, path, "the workbook") from error
    return notes


def _lacking_characters(analysis: str, figure: FigureSpec) -> list[Problem]:
    lacking = missing_characters(figure)
    if not lacking:
        return []
    return [warning("characters_without_a_glyph", f"the figure {figure.name} holds characters that its font lacks: "
                    f"{' '.join(lacking[:10])}", Location(f"{analysis}/{figure.name}"),
                    why="They are boxes in the PDF and PNG; in the SVG they are whole.",
                    remedy="use Latin or Greek letters in names that go into figures, or use the SVG")]


def _data_words(run: StudyRun) -> list[str]:
    words = [run.study.description] if run.study.description else []
    for dataset in run.datasets.values():
        for table in dataset.tables:
            counts = ", ".join(f"{count} {what}" for what, count in table.counts.items() if what != "scale")
            words.append(f"Data set “{dataset.name}”, {table.part}: {table.spec.file} ({counts}; sha256 "
                         f"{table.sha256}).")
    return words


def _datasets_in_words(run: StudyRun) -> list[ImportedDatasetWords]:
    return [
        ImportedDatasetWords(
            dataset.name, dataset.spec.role,
            tuple(ImportedTableWords(table.part, table.spec.file, table.recipe.sheet, table.sha256, table.recipe,
                                     table.counts, [(change.cell, change.before, change.after, change.reason)
                                                    for change in table.changes]) for table in dataset.tables),
            (*dataset.unusable, *dataset.findings))
        for dataset in run.datasets.values()]


def _study_words(run: StudyRun) -> list[tuple[str, str]]:
    words = [("Study", run.study.name)]
    if run.study.description:
        words.append(("About the data", run.study.description))
    if sentence := _simulated_sentence(run):
        words.append(("Simulated", capitalised(sentence.removeprefix("Simulated: "))))
    for result in run.results:
        words += [(result.name if number == 0 else "", finding) for number, finding in enumerate(result.findings)]
        words.append(("", f"Tests in this analysis: {result.tests_paid_for} paid for by a correction, "
                      f"{result.tests_not_paid_for} not paid for."))
    words.append(("Use", "For research only; nothing here is treatment advice."))
    return words
