"""A short sample of kill_sessions.py; the whole check is a command (docs/long-checks.md)."""

from __future__ import annotations

import random
import sys

import pytest

from tests.kill_sessions import kill_analyses, kill_edits, kill_saves

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def test_that_a_kill_while_saving_leaves_the_old_project_or_the_new_one() -> None:
    found = kill_saves(3, random.Random(5))
    assert found.broken == []
    assert found.old + found.new == 3


def test_that_a_kill_while_edited_costs_seconds() -> None:
    found = kill_edits(2, random.Random(6), longest=3.0)
    assert found.broken == []
    assert max(found.lost) < 6.0


def test_that_a_kill_while_computing_costs_neither_the_saved_study_nor_the_edits() -> None:
    found = kill_analyses(1, random.Random(7))
    assert found.broken == []
