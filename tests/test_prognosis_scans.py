"""Cut-off scans of large cohorts leave the thread of the window, and are the same scans.

Not for: the numbers of a scan (test_prognosis_figures.py).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QPolygonF

from core.analyses import prognosis_pictures
from gui.pages import prognosis_scans
from gui.widgets.figures.plot_items import polygon
from tests.prognosis_desk import Desk, desk, her2_study


@pytest.fixture
def her2(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The page on METABRIC HER2+, every scan being too long for the thread of the window."""
    monkeypatch.setattr(prognosis_scans, "QUICK", -1)
    made = desk(qtbot, her2_study(), has_run=True)
    yield made
    made.close()


def others(desk: Desk) -> list[str]:
    """Receptors whose scans the result does not bring."""
    return [name for name in desk.numbers.receptors
            if not desk.page.pictures.has_scan(name) and np.isfinite(desk.numbers.cut.statistic).all()]


def test_that_a_long_scan_is_drawn_elsewhere_and_is_the_same(her2: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real, threads = prognosis_pictures.receptor_scan, []

    def watched(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return real(*arguments, **named)

    monkeypatch.setattr(prognosis_pictures, "receptor_scan", watched)
    name = others(her2)[0]
    her2.session.select(receptor=name)
    view = her2.page.figures.cut.view
    assert view.figure() is None, "no scan of another receptor stands there meanwhile"
    assert view.cut is None
    her2.wait_idle()
    assert [thread is threading.main_thread() for thread in threads] == [False]
    wanted = real(her2.numbers, name)
    shown = view.figure()
    assert shown is not None
    assert shown.title == wanted.title
    assert shown.data["cutoffs"].keys() == wanted.data["cutoffs"].keys()
    for column, values in wanted.data["cutoffs"].items():
        np.testing.assert_array_equal(np.asarray(shown.data["cutoffs"][column]), np.asarray(values))
    cuts = [float(cut) for cut in wanted.data["cutoffs"]["cut"]]
    assert view.cut is not None
    assert list(view.cut.values) == cuts


def test_that_the_receptor_chosen_last_has_its_scan_however_fast_they_were_chosen(her2: Desk) -> None:
    names = others(her2)[:6]
    for name in (*names, names[1]):
        her2.session.select(receptor=name)
    her2.wait_idle()
    shown = her2.page.figures.cut.view.figure()
    assert shown is not None
    assert shown.name == f"cutoffs_{names[1]}"


def test_that_a_scan_that_the_result_brings_is_shown_at_once(her2: Desk) -> None:
    brought = next(spec for spec in her2.outcome.result.figures if spec.name.startswith("cutoffs_"))
    her2.session.select(receptor=brought.name.removeprefix("cutoffs_"))
    shown = her2.page.figures.cut.view.figure()
    assert shown is not None
    assert shown.name == brought.name
    assert not her2.session.jobs.active


def test_that_corners_are_those_given() -> None:
    generator = np.random.default_rng(3)
    for count in (0, 1, 5, 1000):
        x, y = generator.normal(size=count), generator.normal(size=count)
        made = polygon(x[::-1], y[::-1])
        assert isinstance(made, QPolygonF)
        assert [(point.x(), point.y()) for point in made] == list(zip(x[::-1].tolist(), y[::-1].tolist(), strict=True))
    with pytest.raises(ValueError, match="2 x and 1 y"):
        polygon(np.zeros(2), np.zeros(1))
