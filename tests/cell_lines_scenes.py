"""The Cell lines page in every state, for tests.screenshots. Not for: what must hold; tests say that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.resources import resource_path
from tests.cell_lines_desk import GI50, PAIRS, write_lines
from tests.waiting import wait

if TYPE_CHECKING:
    from tests.screenshots import Desk

SHIFTS = {"AXL": 1.9, "MET": 1.4, "EGFR": -1.0}
CUT = '{ resistant_from = "1" }'


def shown(desk: Desk, resistant: int, sensitive: int, **options: Any) -> Any:
    """The page before such lines, its analysis done."""
    desk.open(write_lines(desk.folder, resistant, sensitive, **{"shifts": SHIFTS, "genes": 40, **options}))
    page = desk.go("cell_lines")
    desk.hands.wait(lambda: page.outcome is not None or bool(page.failure), "the result")
    desk.hands.idle()
    return page


def made(resistant: int, sensitive: int, **options: Any) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        shown(desk, resistant, sensitive, **options)
    return scene


def empty(desk: Desk) -> None:
    desk.go("cell_lines")


def no_response(desk: Desk) -> None:
    desk.open(write_lines(desk.folder, 6, 7, response=""))
    desk.go("cell_lines")
    desk.hands.idle()


def panel(desk: Desk) -> None:
    desk.open(resource_path("examples", "hms_lines", "study.toml"))
    page = desk.go("cell_lines")
    desk.hands.wait(lambda: page.outcome is not None, "the result")
    desk.hands.idle()
    desk.hands.session.select(receptor="EGFR", patients=("SKBR3",))
    desk.hands.idle()


def running(desk: Desk) -> None:
    desk.open(write_lines(desk.folder, 12, 14, genes=40, response=GI50))
    desk.hands.idle()
    desk.hold(0.4)
    desk.go("cell_lines")
    wait(1500)


def full(desk: Desk) -> None:
    shown(desk, 8, 10, response=GI50, parameters=CUT, simulated=True)
    desk.hands.session.select(receptor="MET", patients=("LAB-04",))
    desk.hands.idle()


def without_each(desk: Desk) -> None:
    shown(desk, 8, 10, response=GI50, parameters=CUT).show_lines("left out")
    desk.hands.idle()


def stale(desk: Desk) -> None:
    shown(desk, 6, 7).settings.changed.emit("seed", 2)
    desk.hands.idle()


def failed(desk: Desk) -> None:
    page = shown(desk, 6, 7)
    page.settings.changed.emit("design", "continuous")
    page.run()
    desk.hands.idle()


def planner(desk: Desk) -> None:
    shown(desk, 3, 4, shifts={}).plan()
    desk.hands.idle()


def tab(number: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        shown(desk, 8, 10, response=GI50, parameters=CUT).show_tab(number)
        desk.hands.idle()
    return scene


SCENES: tuple[tuple[str, Callable[[Desk], None]], ...] = (
    ("empty", empty), ("noresponse", no_response), ("panel", panel), ("running", running), ("full", full),
    ("each", without_each), ("few", made(3, 4, shifts={})), ("nothing", made(8, 10, shifts={})),
    ("pairs", made(6, 6, response=PAIRS)), ("membrane", made(6, 7, parameters='{ one_membrane = ["total"] }')),
    ("stale", stale), ("error", failed), ("plan", planner), ("table", tab(1)), ("methods", tab(2)), ("warnings", tab(3)),
)
