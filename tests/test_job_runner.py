"""Jobs: exactly one callback, on the GUI thread, and none for an owner that is gone.

Not for: what jobs compute.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from core.jobs import Cancelled, JobContext
from core.problems import user_error
from gui.job_runner import JobRunner


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.close()


def test_that_work_runs_elsewhere_and_its_value_comes_back_here(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[Any] = []
    jobs.submit("Counting", lambda job: threading.current_thread().name,
                done=lambda value: came.extend((value, QThread.currentThread() == jobs.thread())), owner=jobs)
    qtbot.waitUntil(lambda: bool(came))
    assert came[0].startswith("rtkscope-analyses")
    assert came[1] is True


def test_that_a_cancelled_job_calls_stopped_and_not_done(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[str] = []

    def work(job: JobContext) -> None:
        for step in range(1000):
            job.progress(step / 1000, f"step {step}")
            time.sleep(0.005)

    job = jobs.submit("Counting", work, done=lambda _: came.append("done"), stopped=lambda: came.append("stopped"),
                      owner=jobs)
    qtbot.waitUntil(lambda: job.fraction > 0)
    assert job.words.startswith("step")
    job.cancel()
    qtbot.waitUntil(lambda: bool(came))
    assert came == ["stopped"]
    assert jobs.active == ()


def test_that_a_problem_of_the_user_goes_to_failed(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[Any] = []

    def work(job: JobContext) -> None:
        raise user_error("no_events", "nobody had the event")

    jobs.submit("Counting", work, done=came.append, failed=came.extend, owner=jobs)
    qtbot.waitUntil(lambda: bool(came))
    assert came[0].code == "no_events"


def test_that_a_problem_found_after_a_cancel_is_not_told(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[str] = []
    begun, asked = threading.Event(), threading.Event()

    def work(job: JobContext) -> None:
        begun.set()
        asked.wait(5)
        raise user_error("no_events", "nobody had the event")

    job = jobs.submit("Counting", work, done=lambda _: came.append("done"), failed=lambda _: came.append("failed"),
                      stopped=lambda: came.append("stopped"), owner=jobs)
    qtbot.waitUntil(begun.is_set)
    job.cancel()
    asked.set()
    qtbot.waitUntil(lambda: bool(came))
    assert came == ["stopped"]


def test_that_a_fault_of_ours_is_told_with_its_place(jobs: JobRunner, qtbot: QtBot) -> None:
    ended: list[str] = []

    def work(job: JobContext) -> None:
        raise ZeroDivisionError("ours")

    with qtbot.waitSignal(jobs.broke) as caught:
        jobs.submit("Counting", work, done=lambda _: None, stopped=lambda: ended.append("stopped"), owner=jobs)
    assert "ZeroDivisionError: ours" in caught.args[1]
    qtbot.waitUntil(lambda: ended == ["stopped"])


def test_that_a_late_result_of_an_owner_that_is_gone_is_dropped(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[Any] = []
    owner = QObject()
    go = threading.Event()
    jobs.submit("Counting", lambda job: go.wait(5), done=came.append, owner=owner)
    shiboken6.delete(owner)
    with qtbot.waitSignal(jobs.finished):
        go.set()
    assert came == []


def test_that_a_file_is_read_while_an_analysis_runs(jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[str] = []
    go = threading.Event()
    jobs.submit("Analysing", lambda job: go.wait(5), done=lambda _: came.append("analysis"), owner=jobs)
    jobs.submit("Reading", lambda job: None, done=lambda _: came.append("file"), owner=jobs, lane="files")
    qtbot.waitUntil(lambda: came == ["file"])
    go.set()
    qtbot.waitUntil(lambda: came == ["file", "analysis"])


def test_that_closing_waits_for_the_threads_and_calls_nobody(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    runner = JobRunner()
    came: list[str] = []

    def work(job: JobContext) -> None:
        while True:
            job.progress(0.5, "on and on")
            time.sleep(0.005)

    runner.submit("On and on", work, done=lambda _: came.append("done"), stopped=lambda: came.append("stopped"),
                  owner=runner)
    runner.close()
    qtbot.wait(50)
    assert came == []
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("rtkscope-")]


@pytest.mark.parametrize(("keep", "worth"), [(True, True), (True, False), (False, True)])
def test_that_a_stop_gives_what_is_done_only_where_it_was_asked_for(
        keep: bool, worth: bool, jobs: JobRunner, qtbot: QtBot) -> None:
    came: list[str] = []
    begun = threading.Event()

    def work(job: JobContext) -> str:
        try:
            while True:
                begun.set()
                job.progress(0.5, "Counting, 5 of 10")
        except Cancelled:
            if not (job.keeps_done and worth):
                raise
        return "5 of 10"

    job = jobs.submit("Counting", work, done=came.append, stopped=lambda: came.append("stopped"), owner=jobs)
    qtbot.waitUntil(begun.is_set)
    job.cancel(keep)
    qtbot.waitUntil(lambda: bool(came))
    assert came == (["5 of 10"] if keep and worth else ["stopped"])
    assert job.gave_result == (keep and worth)
