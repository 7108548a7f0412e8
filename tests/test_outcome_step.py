"""Step 5 of Import in the real window: one thing to do at a time, and a list that says how things stand.

Not for: what an outcome is read as (test_endpoints.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QPushButton

from gui.pages.importing.import_steps import OUTCOME_AT
from tests.window_hands import Hands, window_open


def table(path: Path) -> Path:
    lines = ["patient,ERBB2,EGFR,MET,AXL,IGF1R,t1,state,rfs_months,rfs_event"]
    for at in range(40):
        genes = ",".join(f"{(at * step) % 17 + at / 100:.2f}" for step in (3, 5, 7, 11, 13))
        lines.append(f"P{at:03d},{genes},{at * 7 % 53 + 6},{'gone' if at % 3 else 'here'},{at % 41 + 5},{at % 4 == 1:d}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def at_the_outcomes(hands: Hands, path: Path) -> Any:
    assert hands.drop([path])
    steps = hands.window.page.steps  # type: ignore[attr-defined]
    steps.go_to_step(OUTCOME_AT)
    hands.idle()
    return steps


def primary(hands: Hands) -> list[str]:
    return [button.text() for button in hands.window.page.findChildren(QPushButton)
            if button.isVisible() and button.property("role") == "primary"]


def test_that_one_button_is_the_next_thing_to_do(qapp: QApplication, home: Path, tmp_path: Path) -> None:
    with window_open(home) as hands:
        steps = at_the_outcomes(hands, table(tmp_path / "lab.csv"))
        outcome = steps.outcome_step
        assert primary(hands) == ["Next: check"], "nothing says yet what 1 means, so it cannot be used"
        hands.press(next(box for box in outcome.form.values.boxes if box.text() == "1"))
        hands.press(next(button for button in outcome.form.unit.buttons() if button.text() == "Months"))
        hands.idle()
        assert primary(hands) == ["Use this outcome"]
        hands.press(outcome.use)
        hands.idle()
        assert primary(hands) == ["Next: check"]


def test_that_an_added_outcome_says_its_columns_once_they_are_chosen(
        qapp: QApplication, home: Path, tmp_path: Path) -> None:
    with window_open(home) as hands:
        steps = at_the_outcomes(hands, table(tmp_path / "lab.csv"))
        outcome = steps.outcome_step
        hands.press(outcome.add)
        last = outcome.list.count() - 1
        assert outcome.list.item(last).text() == "outcome\nnot used yet: choose its columns"
        for box, column in ((outcome.form.time_column, "t1"), (outcome.form.event_column, "state")):
            hands.choose(box, column)
            box.activated.emit(box.currentIndex())
            hands.idle()
        assert outcome.list.item(last).text() == "outcome\nnot used yet: t1, state"
