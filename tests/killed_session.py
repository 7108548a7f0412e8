"""What tests/kill_sessions.py kills: a session that saves, that is edited, or that computes, as its first argument says.

    python -m tests.killed_session save|autosave|analysis FOLDER
Not for: use by people. It tells on stdout what it has done, so that the one who kills it knows what must be there.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from core.jobs import JobContext
from core.project.project import Project, renamed, with_analysis
from core.project.project_file import open_project, save_project


def say(*words: object) -> None:
    """One line, in one write, so that a kill cannot halve it."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def save_for_ever(folder: Path) -> None:
    """Save version after version; the data change with every third, so that they are packed anew."""
    from tests.study_files import TRIED, small_project

    tables = sorted(folder.glob("table*.csv"))
    number = int(sys.argv[3])
    say("ready")
    while True:
        number += 1
        project = renamed(small_project(tables[number // 3 % len(tables)]), f"version {number}")
        save_project(folder / "study.rtkproj", project, TRIED, JobContext())
        say("saved", number)


def edit_for_ever(folder: Path, analyse: bool) -> None:
    """A session as the window has it, without a window: edited every 50 ms, or edited once and then computing."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QCoreApplication, QTimer

    from core.project.project_lock import ProjectLock
    from gui.autosaver import Autosaver
    from gui.job_runner import JobRunner
    from gui.session import Session
    from gui.tried import tried_of

    application = QCoreApplication([])
    path = folder / "study.rtkproj"
    ProjectLock(path).acquire()
    opened = open_project(path, folder / "shelf", JobContext())
    jobs = JobRunner()
    session = Session(jobs)
    saver = Autosaver(session, folder / "journals")
    saver.original_path = path
    session.open(opened.project, tried_of(opened.tried))
    timer = QTimer()
    number = 0

    def edit() -> None:
        nonlocal number
        number += 1
        session.edit(renamed(session.project, f"edit {number}"), "Rename")
        say("edit", number, time.time())

    def compute(project: Project) -> None:
        from core.study_runner import load_study, run_analyses

        def work(job: JobContext) -> int:
            say("computing")
            run = load_study(project.study, job.part(0.0, 0.1))
            run_analyses(run, job.part(0.1, 1.0))
            return len(run.results)

        jobs.submit("Prognosis", work, done=lambda results: say("computed", results), owner=session)

    if analyse:
        spec = session.project.study.analyses[0]
        for _ in range(3):
            edit()
        session.edit(with_analysis(session.project, type(spec)(
            spec.name, spec.kind, spec.cohort, spec.endpoint, {"permutations": 200_000})), "Permutations")
        saver.kept.connect(lambda: say("kept"))
        compute(session.project)
    else:
        timer.timeout.connect(edit)
        timer.start(50)
    say("ready")
    application.exec()


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "save":
        save_for_ever(where)
    else:
        edit_for_ever(where, analyse=what == "analysis")
