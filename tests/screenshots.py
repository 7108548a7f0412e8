"""Pictures of every page in every state, for eyes: ``python -m tests.screenshots [--out DIR] [--only PAGE]``.

The real window is brought into the real state, held there, and drawn at two sizes of window, in both themes and with
larger text; one contact sheet for each page. Not for: comparing pixels; what must hold is said in the tests.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton

from core.jobs import JobContext
from core.project.project import renamed
from core.resources import resource_path
from gui import app as program
from gui import theme
from tests.biopsies_scenes import SCENES as BIOPSIES
from tests.cell_lines_scenes import SCENES as CELL_LINES
from tests.import_role_scenes import SCENES as ROLES
from tests.waiting import wait
from tests.window_hands import CTRL, Hands, window_open

ROOT = Path(__file__).resolve().parents[1]
METABRIC = resource_path("examples", "metabric", "metabric.csv.gz")
THUMB = 470


@dataclass(frozen=True)
class Look:
    """One way to see a scene."""

    name: str
    size: tuple[int, int]
    theme: str
    percent: int = 100


LOOKS = (
    Look("1440x900-light", (1440, 900), "light"), Look("1440x900-dark", (1440, 900), "dark"),
    Look("1366x768-light", (1366, 768), "light"), Look("1366x768-dark", (1366, 768), "dark"),
    Look("1440x900-150-light", (1440, 900), "light", 150),
)


@dataclass(frozen=True)
class Desk:
    """What a scene has at hand: the window, a folder for its files, and what is undone when it has been drawn."""

    hands: Hands
    folder: Path
    after: ExitStack

    def hold(self, share: float, said: str = "") -> None:
        """Work goes on to that share of itself, or until it says that, and waits there until the scene is drawn."""
        self.after.enter_context(held_work(share, said))

    def hold_lane(self, lane: str) -> None:
        """Jobs of that lane wait until the scene has been drawn."""
        go_on = threading.Event()
        self.hands.session.jobs._pools[lane].submit(go_on.wait)
        self.after.callback(go_on.set)

    def study(self, head: str, *analyses: str) -> Path:
        """A study file with these parts."""
        path = self.folder / "study.toml"
        path.write_text("\n".join(("format = 1", head, *analyses)), encoding="utf-8")
        return path

    def open(self, path: Path, *, wait: bool = True) -> None:
        self.hands.window.files.open_path(path)
        if wait:
            self.hands.idle()
        else:
            wait(900)

    def go(self, page: str) -> Any:
        self.hands.window.go_to(page)
        wait(30)
        return self.hands.window.page


@contextmanager
def held_work(share: float, said: str = "") -> Iterator[None]:
    """Every job stops at a share of its work, or where it says that, with the words and the share it has there."""
    go_on = threading.Event()
    progress = JobContext.progress

    def waiting(self: JobContext, fraction: float, words: str) -> None:
        progress(self, fraction, words)
        while (said in words if said else fraction >= share) and not go_on.is_set():
            time.sleep(0.02)
            progress(self, fraction, words)  # raises when the job was stopped

    JobContext.progress = waiting  # type: ignore[method-assign]
    try:
        yield
    finally:
        JobContext.progress = progress  # type: ignore[method-assign]
        go_on.set()


# The data of the scenes

def metabric_study(cohort: str = "", *, endpoint: bool = True) -> str:
    """METABRIC as the example study has it; ``cohort`` is the TOML of further cohorts."""
    outcome = '[[dataset.endpoint]]\nname = "overall survival"\ntime = "overall_survival_months"\nunit = "months"\n' \
              'event = "overall_survival"\nevent_values = [0]\n' if endpoint else ""
    clinical = f'clinical = {{ file = "{METABRIC.as_posix()}", id = "patient_id" }}\n' if endpoint else ""
    return (f'name = "HER2 resistance 2026"\n[[dataset]]\nname = "metabric"\nrole = "cohort"\n'
            f'expression = {{ file = "{METABRIC.as_posix()}", samples = "rows", id = "patient_id", scale = "z" }}\n'
            f'{clinical}{outcome}\n{cohort}')


HER2 = '[[cohort]]\nname = "her2"\ndataset = "metabric"\nkeep = [{ column = "her2_status", in = ["Positive"] }]\n'
FEW = HER2 + "follow_up_max = 12.0\n"
NOBODY = ('[[cohort]]\nname = "her2"\ndataset = "metabric"\nkeep = [{ column = "her2_status", in = ["Positive"] }, '
          '{ column = "her2_status", in = ["Negative"] }]\n')
EVERYBODY = '[[cohort]]\nname = "all"\ndataset = "metabric"\n'


def prognosis(cohort: str, parameters: str) -> str:
    return (f'[[analysis]]\nname = "prognosis"\nkind = "rtk_prognosis"\ncohort = "{cohort}"\n'
            f'endpoint = "overall survival"\nparameters = {{ {parameters} }}\n')


GENES = ("ERBB2", "EGFR", "ERBB3", "ERBB4", "MET", "AXL", "KIT", "IGF1R", "FGFR1", "PDGFRA", "EPHA2", "DDR1", "ROS1")


def expression_file(folder: Path, genes: tuple[str, ...] = GENES, samples: int = 12, twice: bool = False) -> Path:
    """Genes in rows with decimal commas; with ``twice`` two samples have one name and one gene is a date."""
    names = [f"P{at:02d} post" for at in range(1, samples + 1)]
    if twice:
        names[9] = names[6]
        genes = (*genes, "1-Mar", "ERBB2 ")
    lines = [";".join(("Gene", *names))]
    for row, gene in enumerate(genes):
        values = [f"{(row * 7 + at * 3) % 11 + 4.25 + at / 8:.3f}".replace(".", ",") for at in range(samples)]
        if twice and row == 3:
            values[4] = "7,3l"
        lines.append(";".join((gene, *values)))
    path = folder / ("Arrays Größe.csv" if twice else "arrays.csv")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def clinical_file(folder: Path, patients: int = 40, *, late: bool = False) -> Path:
    """Expression and two outcomes in one table; with ``late`` four relapses lie after the last contact."""
    lines = ["patient,ERBB2,EGFR,MET,AXL,IGF1R,rfs_months,rfs_event,overall_survival_months,overall_survival"]
    for at in range(patients):
        months = at * 7 % 53 + 6
        contact = months - 3 if late and at % 10 == 4 else months + 9
        genes = ",".join(f"{(at * step) % 17 + at / 100:.2f}" for step in (3, 5, 7, 11, 13))
        lines.append(f"P{at:03d},{genes},{months},{at % 3 == 1:d},{contact},{at % 4 == 2:d}")
    path = folder / "Clinical.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def relapse_study(folder: Path, *, late: bool = False) -> str:
    file = clinical_file(folder, late=late).name
    return (f'name = "Trastuzumab, adjuvant"\n[[dataset]]\nname = "lab"\nrole = "cohort"\n'
            f'expression = {{ file = "{file}", samples = "rows", id = "patient", scale = "log2" }}\n'
            f'clinical = {{ file = "{file}", id = "patient" }}\n[[dataset.endpoint]]\nname = "relapse-free survival"\n'
            'time = "rfs_months"\nunit = "months"\nevent = "rfs_event"\nevent_values = [1]\n')


# Scenes

def start_empty(desk: Desk) -> None:
    desk.go("start")


def start_running(desk: Desk) -> None:
    desk.hold(0.4)
    desk.open(desk.study(metabric_study(HER2)), wait=False)


def start_full(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(EVERYBODY + HER2), prognosis("her2", "permutations = 99")))
    desk.go("start")


def start_nothing(desk: Desk) -> None:
    expression_file(desk.folder)
    desk.open(desk.study('name = "Arrays of 2026"\n[[dataset]]\nname = "arrays"\nrole = "cohort"\nexpression = '
                         '{ file = "arrays.csv", samples = "columns", id = "Gene", scale = "log2" }\n'))
    desk.go("start")


def start_error(desk: Desk) -> None:
    path = desk.study(metabric_study(HER2))
    path.write_text(path.read_text(encoding="utf-8").replace("format = 1", "format = 4"), encoding="utf-8")
    desk.open(path)


def import_empty(desk: Desk) -> None:
    desk.go("import")


def import_running(desk: Desk) -> None:
    desk.go("import")
    desk.hold(0.3)
    desk.hands.window.import_files([METABRIC])
    wait(900)


def import_at(step: int) -> Callable[[Desk], None]:
    """METABRIC at one of the six steps."""
    def scene(desk: Desk) -> None:
        desk.hands.drop([METABRIC])
        for _ in range(step):
            desk.hands.press(desk.hands.window.page.steps.next)  # type: ignore[attr-defined]
            desk.hands.idle()
        if step == 5:
            desk.hands.press(desk.hands.window.page.steps.back)  # type: ignore[attr-defined]
            desk.hands.idle()
            desk.hands.press(desk.hands.window.page.steps.outcome_step.use)  # type: ignore[attr-defined]
            desk.hands.idle()
            desk.hands.press(desk.hands.window.page.steps.next)  # type: ignore[attr-defined]
            desk.hands.idle()
    return scene


def import_problems(desk: Desk) -> None:
    desk.hands.drop([expression_file(desk.folder, twice=True)])
    for _ in range(2):
        desk.hands.press(desk.hands.window.page.steps.next)  # type: ignore[attr-defined]
        desk.hands.idle()


def import_gene_names(desk: Desk) -> None:
    import_problems(desk)
    desk.hands.press(desk.hands.window.page.steps.next)  # type: ignore[attr-defined]
    desk.hands.idle()


def import_nothing(desk: Desk) -> None:
    other = ("GAPDH", "ACTB", "TP53", "MYC", "CDK4", "GATA3", "FOXA1", "XBP1", "TUBB", "RPL13", "B2M", "HPRT1")
    desk.hands.drop([expression_file(desk.folder, other)])
    for _ in range(2):
        desk.hands.press(desk.hands.window.page.steps.next)  # type: ignore[attr-defined]
        desk.hands.idle()


def import_data(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(HER2)))
    desk.go("import")


def import_missing(desk: Desk) -> None:
    path = desk.study(relapse_study(desk.folder))
    (desk.folder / "Clinical.csv").unlink()
    desk.open(path)
    desk.go("import")


def import_log(desk: Desk) -> None:
    import_data(desk)
    desk.hands.window.page.show_log()  # type: ignore[attr-defined]
    desk.hands.idle()


def cohort_empty(desk: Desk) -> None:
    desk.go("cohort")


def cohort_running(desk: Desk) -> None:
    session: Any = desk.hands.session
    put = session.put_dataset

    def then_wait(spec: Any, dataset: Any) -> None:
        desk.hold_lane("files")
        put(spec, dataset)

    session.put_dataset = then_wait
    desk.go("cohort")
    desk.open(desk.study(metabric_study(HER2)), wait=False)
    desk.hands.wait(lambda: bool(session.datasets), "the data")
    wait(900)


def cohort_full(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(EVERYBODY + HER2)))
    page = desk.go("cohort")
    page.choose_cohort("her2")
    desk.hands.idle()


def cohort_tab(number: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        cohort_full(desk)
        desk.hands.window.page.show_tab(number)
        desk.hands.idle()
    return scene


def cohort_nothing(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(NOBODY)))
    desk.go("cohort")
    desk.hands.idle()


def cohort_error(desk: Desk) -> None:
    desk.open(desk.study(relapse_study(desk.folder, late=True)))
    page = desk.go("cohort")
    desk.hands.idle()
    page.show_tab(3)


def cohort_rule(desk: Desk) -> None:
    """The editor of a rule is open."""
    cohort_full(desk)
    settings = desk.hands.window.page.settings  # type: ignore[attr-defined]
    desk.hands.press(settings.rules.row(0).buttons["edit"])
    desk.hands.idle()


def prognosis_empty(desk: Desk) -> None:
    desk.go("prognosis")


def prognosis_lacks(desk: Desk) -> None:
    start_nothing(desk)
    desk.go("prognosis")


def prognosis_ready(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(HER2)))
    desk.go("prognosis")
    desk.hands.idle()


def prognosis_running(desk: Desk) -> None:
    prognosis_ready(desk)
    desk.hold(0.45)
    desk.hands.window.page.run()
    wait(1500)


def with_result(desk: Desk, cohorts: str, cohort: str, permutations: int = 999) -> Any:
    desk.open(desk.study(metabric_study(cohorts), prognosis(cohort, f"permutations = {permutations}")))
    page = desk.go("prognosis")
    desk.hands.wait(lambda: page.outcome is not None or bool(page.failure), "the result")
    desk.hands.idle()
    return page


def prognosis_full(desk: Desk) -> None:
    with_result(desk, EVERYBODY, "all", 199)
    desk.hands.session.select(receptor="IGF1R")
    desk.hands.session.select_patient("0")
    desk.hands.idle()


def prognosis_nothing(desk: Desk) -> None:
    with_result(desk, HER2, "her2")


def prognosis_cannot_say(desk: Desk) -> None:
    with_result(desk, FEW, "her2")


def prognosis_stale(desk: Desk) -> None:
    page = with_result(desk, HER2, "her2", 199)
    page.settings.changed.emit("split", "tertiles")
    desk.hands.idle()


def prognosis_again(desk: Desk) -> None:
    """Running while an older result is shown."""
    page = with_result(desk, HER2, "her2", 199)
    desk.hold(0.45)
    page.settings.changed.emit("permutations", 2000)
    page.run()
    wait(1500)


def prognosis_error(desk: Desk) -> None:
    page = with_result(desk, HER2, "her2", 199)
    page.settings.changed.emit("adjust", ("er_statu",))
    page.run()
    desk.hands.idle()


def prognosis_tab(number: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        with_result(desk, HER2, "her2", 199)
        desk.hands.window.page.show_tab(number)
        desk.hands.idle()
    return scene


def prognosis_view(key: str) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        page = with_result(desk, HER2, "her2", 199)
        page.show_figures_of(key)
        desk.hands.idle()
        if key == "by_group":
            column = page.views.controls.column
            column.setCurrentIndex(column.findText("er_status"))
            column.activated.emit(column.currentIndex())
        for button in page.views.findChildren(QPushButton):
            if button.isVisible() and button.property("role") == "primary":
                desk.hands.press(button)
                break
        desk.hands.idle()
        wait(300)
        desk.hands.idle()
    return scene


# The RTK subset

SEARCH = "permutations = 199, cv_permutations = 20, random_genes = 40"


def subset(cohort: str, parameters: str = SEARCH) -> str:
    return (f'[[analysis]]\nname = "subset"\nkind = "rtk_subset"\ncohort = "{cohort}"\n'
            f'endpoint = "overall survival"\nparameters = {{ {parameters} }}\n')


def searched(desk: Desk, cohorts: str, cohort: str, parameters: str = SEARCH) -> Any:
    desk.open(desk.study(metabric_study(cohorts), subset(cohort, parameters)))
    page = desk.go("subset")
    desk.hands.wait(lambda: page.outcome is not None or bool(page.failure), "the search")
    desk.hands.idle()
    return page


def subset_empty(desk: Desk) -> None:
    desk.go("subset")


def subset_ready(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(HER2)))
    desk.go("subset")
    desk.hands.idle()


def subset_running(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(EVERYBODY)))
    page = desk.go("subset")
    desk.hands.idle()
    page.settings.changed.emit("permutations", 4000)
    desk.hold(0.0, "So far")
    page.run()
    desk.hands.wait(lambda: page.watch.job is not None and "So far" in page.watch.job.words, "the first shuffles")
    wait(300)


def subset_stopped(desk: Desk) -> None:
    desk.open(desk.study(metabric_study(EVERYBODY)))
    page = desk.go("subset")
    desk.hands.idle()
    page.settings.changed.emit("permutations", 20_000)
    page.run()
    desk.hands.wait(lambda: page.watch.job is not None and "So far" in page.watch.job.words, "the first shuffles")
    page.act("keep")
    desk.hands.idle()


def subset_full(desk: Desk) -> None:
    searched(desk, EVERYBODY, "all")
    desk.hands.session.select(receptor="KIT")
    desk.hands.idle()


def subset_nothing(desk: Desk) -> None:
    searched(desk, HER2, "her2")


def subset_of_a_set(desk: Desk) -> None:
    page = searched(desk, HER2, "her2")
    page.act("show anyway")
    page.sets.choose(page.numbers.names(page.numbers.ranking.members[2]))
    desk.hands.idle()


def subset_cannot_say(desk: Desk) -> None:
    searched(desk, HER2, "her2", "permutations = 0, cv_permutations = 0, random_genes = 0")


def subset_stale(desk: Desk) -> None:
    page = searched(desk, EVERYBODY, "all")
    page.extras.her2_aside.click()
    desk.hands.idle()


def subset_too_long(desk: Desk) -> None:
    subset_ready(desk)
    page: Any = desk.hands.window.page
    desk.hands.window.runs._computing = lambda: ("one core", None)
    genes = page.facts.genes(page.facts.rule_of(page.spec))
    for field, value in (("receptors", tuple(genes[:58])), ("max_size", 5), ("permutations", 500_000)):
        page.settings.changed.emit(field, value)
    desk.hands.idle()


def subset_error(desk: Desk) -> None:
    page = searched(desk, EVERYBODY, "all")
    page.settings.changed.emit("max_size", 1)
    page.settings.changed.emit("must", ("KIT", "FLT3"))
    page.run()
    desk.hands.idle()


def subset_view(key: str) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        searched(desk, EVERYBODY, "all").show_figures_of(key)
        desk.hands.idle()
    return scene


def subset_tab(number: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        searched(desk, EVERYBODY, "all").show_tab(number)
        desk.hands.idle()
    return scene


def hospitals(desk: Desk) -> Any:
    """The search in the first 900 patients of METABRIC, the others as two further data sets."""
    lines = gzip.decompress(METABRIC.read_bytes()).decode("utf-8").splitlines()
    parts = ['name = "Three hospitals"']
    for name, rows in (("first", lines[1:901]), ("second", lines[901:1501]), ("third", lines[1501:])):
        path = desk.folder / f"{name}.csv"
        path.write_text("\n".join((lines[0], *rows)) + "\n", encoding="utf-8")
        parts += [metabric_study().split("\n", 1)[1].replace(METABRIC.as_posix(), path.as_posix())
                  .replace('"metabric"', f'"{name}"'), f'[[cohort]]\nname = "{name} hospital"\ndataset = "{name}"\n']
    desk.open(desk.study("\n".join(parts), subset("first hospital")))
    page = desk.go("subset")
    desk.hands.wait(lambda: page.outcome is not None or bool(page.failure), "the search")
    desk.hands.idle()
    return page


def subset_closed(desk: Desk) -> None:
    hospitals(desk).show_figures_of("locked")
    desk.hands.idle()


def subset_lock(desk: Desk) -> None:
    hospitals(desk)
    desk.hands.key(Qt.Key.Key_L, CTRL)


def subset_test_in(desk: Desk) -> None:
    subset_lock(desk)
    desk.hands.press(desk.hands.button("Lock"))
    wait(100)
    desk.hands.press(desk.hands.window.page.locking.bar.button)  # type: ignore[attr-defined]


def subset_tested(figure: int) -> Callable[[Desk], None]:
    def scene(desk: Desk) -> None:
        subset_test_in(desk)
        desk.hands.press(desk.hands.button("Test"))
        desk.hands.idle()
        view = desk.hands.window.page.views.locked  # type: ignore[attr-defined]
        view.choose_figure(view.figure_choices()[figure])
        desk.hands.idle()
    return scene


def export_dialog(desk: Desk) -> None:
    page = with_result(desk, HER2, "her2", 199)
    page.figures.curve.view.canvas.setFocus()
    desk.hands.key(Qt.Key.Key_E, CTRL)
    desk.hands.idle()
    wait(300)
    desk.hands.idle()


def palette(desk: Desk) -> None:
    with_result(desk, HER2, "her2", 199)
    desk.hands.key(Qt.Key.Key_K, CTRL)
    QTest.keyClicks(desk.hands.window.commands._palette.field, "her2")  # type: ignore[union-attr]


def problems_panel(desk: Desk) -> None:
    with_result(desk, HER2, "her2", 199)
    for page in ("import", "cohort", "prognosis"):
        desk.go(page)
        desk.hands.idle()
    desk.hands.window.commands.show_problems(True)
    desk.hands.idle()


def close_question(desk: Desk) -> None:
    cohort_full(desk)
    session = desk.hands.session
    session.edit(renamed(session.project, "HER2 resistance 2026, second look"), "rename the study")
    desk.hands.idle()
    desk.hands.key(Qt.Key.Key_W, CTRL)


def tried_ledger(desk: Desk) -> None:
    with_result(desk, HER2, "her2", 199)
    desk.hands.window.commands.tried()


@dataclass(frozen=True)
class Scene:
    """A page in a state."""

    page: str
    state: str
    arrange: Callable[[Desk], None]
    anew: bool = False
    """Arranged in every look by itself: a dialog does not see the text size change while it is open."""


SCENES: tuple[Scene, ...] = (
    Scene("start", "empty", start_empty), Scene("start", "running", start_running), Scene("start", "full", start_full),
    Scene("start", "nothing", start_nothing), Scene("start", "error", start_error, anew=True),
    Scene("import", "empty", import_empty), Scene("import", "running", import_running),
    Scene("import", "files", import_at(0)), Scene("import", "sheets", import_at(1)),
    Scene("import", "full", import_at(2)), Scene("import", "names", import_gene_names),
    Scene("import", "outcome", import_at(4)), Scene("import", "check", import_at(5)),
    Scene("import", "nothing", import_nothing), Scene("import", "error", import_problems),
    Scene("import", "data", import_data), Scene("import", "missing", import_missing), Scene("import", "log", import_log),
    *(Scene("import", state, arrange) for state, arrange in ROLES),
    Scene("cohort", "empty", cohort_empty), Scene("cohort", "running", cohort_running),
    Scene("cohort", "full", cohort_full), Scene("cohort", "table", cohort_tab(1)),
    Scene("cohort", "table1", cohort_tab(2)), Scene("cohort", "rule", cohort_rule),
    Scene("cohort", "nothing", cohort_nothing), Scene("cohort", "error", cohort_error),
    Scene("prognosis", "empty", prognosis_empty), Scene("prognosis", "lacks", prognosis_lacks),
    Scene("prognosis", "ready", prognosis_ready), Scene("prognosis", "running", prognosis_running),
    Scene("prognosis", "full", prognosis_full), Scene("prognosis", "nothing", prognosis_nothing),
    Scene("prognosis", "cannotsay", prognosis_cannot_say), Scene("prognosis", "stale", prognosis_stale),
    Scene("prognosis", "again", prognosis_again), Scene("prognosis", "error", prognosis_error),
    Scene("prognosis", "table", prognosis_tab(1)), Scene("prognosis", "methods", prognosis_tab(2)),
    Scene("prognosis", "warnings", prognosis_tab(3)),
    *(Scene("prognosis", f"view_{key}", prognosis_view(key)) for key in ("two_genes", "by_group", "heat_map", "correlation")),
    Scene("subset", "empty", subset_empty), Scene("subset", "ready", subset_ready),
    Scene("subset", "running", subset_running), Scene("subset", "stopped", subset_stopped),
    Scene("subset", "full", subset_full), Scene("subset", "nothing", subset_nothing),
    Scene("subset", "set", subset_of_a_set), Scene("subset", "cannotsay", subset_cannot_say),
    Scene("subset", "stale", subset_stale), Scene("subset", "toolong", subset_too_long),
    Scene("subset", "error", subset_error), Scene("subset", "genes", subset_view("genes")),
    Scene("subset", "checks", subset_view("checks")), Scene("subset", "table", subset_tab(1)),
    Scene("subset", "methods", subset_tab(2)), Scene("subset", "warnings", subset_tab(3)),
    Scene("subset", "closed", subset_closed), Scene("subset", "lock", subset_lock, anew=True),
    Scene("subset", "testin", subset_test_in, anew=True), Scene("subset", "tested", subset_tested(0)),
    Scene("subset", "curves", subset_tested(1)),
    *(Scene("cell_lines", state, arrange) for state, arrange in CELL_LINES),
    *(Scene("biopsies", state, arrange) for state, arrange in BIOPSIES),
    Scene("window", "export", export_dialog, anew=True), Scene("window", "palette", palette),
    Scene("window", "problems", problems_panel), Scene("window", "close", close_question, anew=True),
    Scene("window", "tried", tried_ledger, anew=True),
)


# Drawing

def picture(hands: Hands) -> QImage:
    """The window with the dialogs that stand above it."""
    window = hands.window
    image = window.grab().toImage()
    painter = QPainter(image)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            painter.fillRect(image.rect(), QColor(0, 0, 0, 70))
            shot = dialog.grab()
            at = image.rect().center() - QPoint(shot.width() // 2, shot.height() // 2)
            painter.drawPixmap(at, shot)
            painter.setPen(QColor(128, 128, 128))
            painter.drawRect(QRect(at, shot.size()))
    painter.end()
    return image


def draw_scene(application: QApplication, scene: Scene, out: Path, looks: tuple[Look, ...]) -> list[tuple[str, Path]]:
    """Bring the window into the state once, then see it in every look; returns (caption, file)."""
    drawn: list[tuple[str, Path]] = []
    with tempfile.TemporaryDirectory(prefix="rtkscope-shots") as room, ExitStack() as after:
        folder = Path(room) / "data"
        folder.mkdir()
        with window_open(Path(room) / "home") as hands:
            with ExitStack() as held:
                if scene.anew:
                    hands.window.set_look(looks[0].theme, looks[0].percent)
                    hands.window.resize(*looks[0].size)
                scene.arrange(Desk(hands, folder, held))
                for look in looks:
                    hands.window.set_look(look.theme, look.percent)
                    hands.window.resize(*look.size)
                    for _ in range(6):
                        wait(40)
                    path = out / f"{scene.page}-{scene.state}-{look.name}.png"
                    picture(hands).save(str(path))
                    drawn.append((f"{scene.state}, {look.name}", path))
            for dialog in hands.window.findChildren(QDialog):
                dialog.close()
            hands.session.jobs.cancel_all()
        after.callback(theme.apply, application, "light", 100)
    return drawn


def contact_sheet(page: str, drawn: list[tuple[str, Path]], out: Path, columns: int) -> Path:
    """All pictures of a page, small, with their names."""
    high = round(THUMB * 900 / 1440)
    rows = -(-len(drawn) // columns)
    sheet = QImage(QSize(columns * (THUMB + 10) + 10, rows * (high + 30) + 10), QImage.Format.Format_RGB32)
    sheet.fill(QColor(90, 90, 90))
    painter = QPainter(sheet)
    painter.setPen(QColor(255, 255, 255))
    painter.setFont(QFont(QApplication.font().family(), 9))
    for at, (caption, path) in enumerate(drawn):
        left, top = 10 + at % columns * (THUMB + 10), 10 + at // columns * (high + 30)
        thumb = QPixmap(str(path)).scaled(THUMB, high, Qt.AspectRatioMode.KeepAspectRatio,
                                          Qt.TransformationMode.SmoothTransformation)
        painter.drawText(left, top + 14, caption)
        painter.drawPixmap(left, top + 20, thumb)
    painter.end()
    path = out / f"{page}.png"
    sheet.save(str(path))
    return path


def main(arguments: list[str]) -> int:
    """Draw what is asked for; 1 when a scene could not be drawn."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Every page in every state.")
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "screenshots", metavar="DIR")
    parser.add_argument("--only", default="", metavar="PAGE", help="a page, or a page and a state: cohort-error")
    chosen = parser.parse_args(arguments)
    out = chosen.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or program.make_application(["RTKscope"])
    assert isinstance(application, QApplication)
    failed = []
    for page in dict.fromkeys(scene.page for scene in SCENES):
        drawn: list[tuple[str, Path]] = []
        for scene in SCENES:
            if scene.page == page and chosen.only in ("", page, f"{page}-{scene.state}"):
                began = time.monotonic()
                try:
                    for looks in [(look,) for look in LOOKS] if scene.anew else [LOOKS]:
                        drawn += draw_scene(application, scene, out, looks)
                except Exception as error:  # noqa: BLE001 - the other scenes are to be drawn all the same
                    failed.append(f"{page}-{scene.state}: {type(error).__name__}: {error}")
                    print(failed[-1], file=sys.stderr)
                print(f"{page}-{scene.state}: {time.monotonic() - began:.1f} s", flush=True)
        if drawn:
            print(contact_sheet(chosen.only or page, drawn, out, len(LOOKS)))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
