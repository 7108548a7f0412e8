"""A short sample of tests/fuzz_reading.py with a fixed seed: whatever the bytes, only a UserError may come out."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz_reading import SLOW_SECONDS, Outcome, fuzz, seeds, try_one


def test_that_the_healthy_files_are_all_read(tmp_path: Path) -> None:
    outcome = Outcome()
    for name, content in seeds().items():
        (tmp_path / name).write_bytes(content)
        try_one(tmp_path / name, outcome)
    assert outcome.faults == []
    assert outcome.read >= len(seeds())


def test_that_damaged_files_end_in_a_table_or_in_a_sentence(tmp_path: Path) -> None:
    outcome = fuzz(tmp_path, 20240611, lambda files: files < 600)
    assert outcome.faults == []
    assert outcome.files == 600
    assert sum(outcome.refused.values()) > 100
    assert outcome.read > 100
    assert outcome.slowest < SLOW_SECONDS
