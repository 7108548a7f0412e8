"""A short sample of kill_runs.py; the whole check is a command (docs/long-checks.md)."""

from __future__ import annotations

import sys

import pytest

from tests.kill_runs import kill_at_random


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_that_a_killed_run_leaves_the_old_result_or_the_new_one_whole() -> None:
    outcome = kill_at_random(times=6, seed=11)
    assert outcome.broken == ()
    assert outcome.kept_old + outcome.has_new == 6
