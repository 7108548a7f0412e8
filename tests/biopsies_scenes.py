"""The Biopsies page in every state, for tests.screenshots. Not for: what must hold; tests say that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.biopsies_page_desk import write_pairs
from tests.waiting import wait

if TYPE_CHECKING:
    from tests.screenshots import Desk

SHIFTS = {"AXL": 1.1, "MET": 0.9, "IGF1R": 0.8, "NTRK3": -0.7}
RESPONSE = ('\n[[analysis]]\nname = "response"\nkind = "rtk_response"\n'
            'parameters = { response = "pcr", positive = ["yes"], permutations = 999 }\n')
CALLS = '\n[[analysis]]\nname = "activation"\nkind = "activation"\nparameters = { method = "robust z" }\n'


def clinical(m: int, *, confounded: bool = False) -> dict[str, list[object]]:
    """Plates that mix before and after, or do not; three tumours that lose HER2; who had a complete response."""
    samples = range(2 * m)
    return {"plate": [1 + (place % 2 if confounded else place // 2 % 2) for place in samples],
            "her2_ihc": ["0" if place % 2 and place // 2 in (1, 4, 8) else "3+" for place in samples],
            "pcr": ["yes" if place // 2 % 3 == 0 else "no" for place in samples]}


def shown(desk: Desk, m: int, segment: str = "change", **options: Any) -> Any:
    """The page before ``m`` pairs, its analysis done."""
    desk.open(write_pairs(desk.folder, m, **{"shifts": SHIFTS, "genes": 58, "simulated": True, **options}))
    page = desk.go("biopsies")
    page.show_segment(segment)
    desk.hands.wait(lambda: page.segment.outcome is not None or bool(page.segment.failure), "the result")
    desk.hands.idle()
    return page


def empty(desk: Desk) -> None:
    desk.go("biopsies")


def no_pairs(desk: Desk) -> None:
    desk.open(write_pairs(desk.folder, 31, pairs="", names="S{number}{time}x", genes=12))
    desk.go("biopsies")
    desk.hands.idle()


def running(desk: Desk) -> None:
    desk.open(write_pairs(desk.folder, 28, shifts=SHIFTS, genes=58))
    desk.hands.idle()
    desk.hold(0.4)
    desk.go("biopsies")
    wait(1500)


def full(desk: Desk) -> None:
    shown(desk, 28, clinical=clinical(28))
    desk.hands.session.select(receptor="MET")
    desk.hands.session.select(patients=("P07",))
    desk.hands.idle()


def folded_map(desk: Desk) -> None:
    shown(desk, 28, clinical=clinical(28)).change.figures.show_part("map")


def named_subset(desk: Desk) -> None:
    page = shown(desk, 9, shifts={})
    page.change.test_subset(("AXL", "MET"))
    desk.hands.idle()


def stale(desk: Desk) -> None:
    shown(desk, 14).change.settings.changed.emit("rise", 1.5)
    desk.hands.idle()


def failed(desk: Desk) -> None:
    page = shown(desk, 14, clinical=clinical(14))
    page.change.settings.changed.emit("responders", "pcr=maybe")
    page.run()
    desk.hands.idle()


def light(desk: Desk) -> None:
    shown(desk, 14, clinical=clinical(14)).change.show_light("her2")
    desk.hands.idle()


def tab(number: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        shown(desk, 14, clinical=clinical(14)).show_tab(number)
        desk.hands.idle()
    return scene


def plate(desk: Desk) -> None:
    shown(desk, 12, clinical=clinical(12, confounded=True))


def plate_shown(desk: Desk) -> None:
    shown(desk, 12, clinical=clinical(12, confounded=True)).change.act("show anyway")
    desk.hands.idle()


def made(m: int, segment: str = "change", **options: Any) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        shown(desk, m, segment, **options)
    return scene


SCENES: tuple[tuple[str, Callable[[Desk], None]], ...] = (
    ("empty", empty), ("nopairs", no_pairs), ("running", running), ("full", full), ("map", folded_map),
    ("three", made(3)), ("one", made(1)), ("nothing", made(9, shifts={})), ("subset", named_subset),
    ("score", made(30, scale="score", genes=6)), ("plate", plate), ("withoutp", plate_shown), ("stale", stale),
    ("error", failed), ("light", light), ("table", tab(1)), ("methods", tab(2)), ("warnings", tab(3)),
    ("response", made(28, "response", clinical=clinical(28), more=RESPONSE)),
    ("activation", made(28, "activation", more=CALLS)),
)
