"""The Import page with cell lines, biopsies, calls and IHC, for tests.screenshots. Not for: what must hold; tests say that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QPushButton

from core.resources import resource_path
from gui.pages.importing.import_steps import CHECK_AT, OUTCOME_AT

if TYPE_CHECKING:
    from tests.screenshots import Desk

HMS = resource_path("examples", "hms_lines", "study.toml").parent
HMS_FILES = [HMS / name for name in ("basal_levels_all_rtk.tsv", "lapatinib_gi50.tsv", "cell_line_subtype.tsv")]
GENES = ("ERBB2", "EGFR", "MET", "AXL", "KIT", "IGF1R", "ERBB3")
NAMES = ["P01_pre", "P01_post", "Patient 2 Pre", "pt-2 (after Tx)", "P3_pre", "P3_post", "P3_post rep2", "P4_pre",
         "P5_pre", "P5_surgery", "P6-2", "Patient 7 baseline", "P07 residual"]
SLIDES = ("P01,pre,HER3,SGP1,50,30,15,5,AB\nP01,post,HER3,SGP1,10,20,30,40,AB\nP02,pre,HER3,SGP1,80,20,0,0,AB\n"
          "P02,post,HER3,SGP1,20,30,25,20,AB\nP03,pre,HER3,SGP1,weak focal,,,,AB\nP03,post,HER3,SGP1,90,10,0,0,AB\n"
          "pt-4,pre,HER3,SGP1,<1,10,9,>80,AB\nP04,post,HER3,SGP1,70,30,0,0,AB\nP05,pre,HER3,SGP1,,,,,AB\n"
          "P05,post,HER3,SGP1,100,0,0,0,AB\nP06,pre,HER3,SGP1,100,0,0,0,AB\nP06,post,HER3,SGP1,60,30,10,0,AB\n")
CALLS = ("patient,ERBB2,EGFR,MET,AXL\nP1,on,off,unknown,on\nP2,off,off,on,\nP3,on,on,off,off\nP4,on,off,off,maybe\n"
         "P5,off,on,unknown,on\n")


def dropped(desk: Desk, files: list[Path], step: int = 0) -> Any:
    """The steps of the import after the files were dropped, walked on to one of them."""
    desk.hands.drop(files)
    steps: Any = desk.hands.window.page.steps  # type: ignore[attr-defined]
    while steps.step < step:
        desk.hands.press(steps.next)
        desk.hands.idle()
    return steps


def written(desk: Desk, name: str, text: str) -> Path:
    path = desk.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def names_table(desk: Desk) -> Path:
    lines = ["Gene," + ",".join(NAMES)]
    lines += [f"{gene}," + ",".join(f"{5 + row * 0.37 + at * 0.21:.2f}" for at in range(len(NAMES)))
              for row, gene in enumerate(GENES)]
    return written(desk, "biopsies.csv", "\n".join(lines) + "\n")


def slides(desk: Desk) -> Path:
    return written(desk, "her3_ihc.csv", "Patient,Timepoint,Antibody,Clone,%0,%1+,%2+,%3+,Scorer\n" + SLIDES)


def role(desk: Desk) -> None:
    steps = dropped(desk, HMS_FILES)
    desk.hands.press(next(button for button in steps.files_step.findChildren(QPushButton)
                          if button.text() == "Read both, total and phospho" and button.isVisible()))
    desk.hands.idle()


def response(desk: Desk) -> None:
    lines = dropped(desk, HMS_FILES, OUTCOME_AT).role_step.lines
    desk.hands.press(lines.take)
    desk.hands.idle()


def groups(desk: Desk) -> None:
    lines = dropped(desk, HMS_FILES, OUTCOME_AT).role_step.lines
    desk.hands.press(next(button for button in lines.kind.buttons() if button.text() == "Two groups"))
    desk.hands.idle()


def pairs(desk: Desk) -> None:
    dropped(desk, [names_table(desk)], OUTCOME_AT)


def calls(desk: Desk) -> None:
    dropped(desk, [written(desk, "calls.csv", CALLS)], OUTCOME_AT)


def ihc(step: int) -> Callable[[Desk], None]:
    """Slides with everything that can be wrong with them, at one of the steps."""
    def scene(desk: Desk) -> None:
        dropped(desk, [slides(desk)], step)
    return scene


SCENES: tuple[tuple[str, Callable[[Desk], None]], ...] = (
    ("role", role), ("response", response), ("groups", groups), ("pairs", pairs), ("calls", calls),
    ("ihcsheet", ihc(1)), ("ihcpairs", ihc(OUTCOME_AT)), ("ihccheck", ihc(CHECK_AT)),
)
