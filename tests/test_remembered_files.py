"""What the program reads back of its own and from the clipboard: odd and damaged contents never stop anybody.

Not for: projects and journals, which have tests of their own.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray

from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule, Scale
from gui import import_recipes, preferences
from gui.import_recipes import RecipeShelf, recipe_of
from gui.pasted_tables import save_pasted, table_text
from gui.preferences import Preferences, RecentStudy, load_preferences, save_preferences
from gui.recovery import details_of_text

ODD: tuple[Any, ...] = (None, 5, -1, 1e300, True, "x", "", "ü", [], {}, [[]], [{}], {"a": 1}, "\x00", "\ud800",
                        ["a", None], 10**400)


def altered(value: Any, pick: random.Random) -> Any:
    """The value with one of its parts taken away or made into something odd."""
    if isinstance(value, dict) and value and pick.random() > 0.15:
        key = pick.choice(list(value))
        return {name: altered(part, pick) if name == key else part for name, part in value.items()
                if name != key or pick.random() > 0.1}
    if isinstance(value, list) and value and pick.random() > 0.15:
        place = pick.randrange(len(value))
        return [altered(part, pick) if number == place else part for number, part in enumerate(value)]
    return pick.choice(ODD)


def each_altered(path: Path, look: Callable[[], None], times: int = 400) -> None:
    whole, pick = json.loads(path.read_text(encoding="utf-8")), random.Random(7)
    for _ in range(times):
        document = whole
        for _ in range(pick.randint(1, 3)):
            document = altered(document, pick)
        path.write_text(json.dumps(document), encoding="utf-8")
        look()
    for text in ("", "{", "[" * 100_000, "\x00", '{"a": NaN}'):
        path.write_text(text, encoding="utf-8")
        look()


def test_that_damaged_preferences_are_as_if_never_set(tmp_path: Path) -> None:
    save_preferences(Preferences(geometry="AAAA", recent=[RecentStudy("/a/b.rtkproj", "b", "2026-01-01 10:00")],
                                 pages={"cohort": {"by": "grade"}}), tmp_path)

    def look() -> None:
        found = load_preferences(tmp_path)
        QByteArray.fromBase64(found.geometry.encode("ascii", "replace"))
        found.remember_study(RecentStudy("c", "d", "e"))
        assert save_preferences(found, tmp_path)
        assert all(isinstance(page, dict) for page in found.pages.values())

    each_altered(tmp_path / preferences.FILE_NAME, look)


def test_that_a_folder_with_an_odd_name_is_remembered(tmp_path: Path) -> None:
    assert save_preferences(Preferences(last_folder="Daten\udcff"), tmp_path)
    assert load_preferences(tmp_path).last_folder == "Daten\udcff"


def test_that_preferences_that_cannot_be_written_leave_nothing_behind(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(preferences.os, "replace", full)
    assert not save_preferences(Preferences(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_that_a_damaged_recipe_is_none_or_one_that_can_be_used(tmp_path: Path) -> None:
    spec = TableSpec(Path("a.csv"), id="gene", samples="columns", scale=Scale.LOG2, header_row=1, missing=("NA",))
    rule = EndpointRule("overall survival", "time", "months", "died", (1,))
    recipe = recipe_of("a.csv", [("expression", spec), ("clinical", TableSpec(Path("a.csv"), id="patient"))], [rule],
                       {"HER2": "ERBB2"})
    shelf = RecipeShelf(tmp_path)
    shelf.remember("key", recipe)
    assert shelf.find("key") == recipe

    def look() -> None:
        found = shelf.find("key")
        if found is None:
            return
        assert found.words()
        hash(found.endpoints)
        for part, _ in found.tables:
            read = found.applied(part, TableSpec(Path("b.csv")))
            assert read is not None
            assert read.samples in (None, "rows", "columns")
            assert read.header_row is None or type(read.header_row) is int
            assert all(isinstance(text, (str, type(None))) for text in (read.id, read.delimiter, read.encoding))

    each_altered(tmp_path / import_recipes.FILE_NAME, look)


@pytest.mark.parametrize("span", ["²", "9" * 5000, "-1", "0", "1e3", ""])
def test_that_a_cell_that_spans_an_odd_number_of_columns_is_read(span: str) -> None:
    html = f"<table><tr><td colspan='{span}'>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    assert table_text("", html) == "a\tb\n1\t2\n"


def test_that_no_clipboard_can_ask_for_endless_columns() -> None:
    html = "<table><tr>" + "<td colspan='1000'>a</td>" * 200 + "</tr></table>"
    assert table_text("", html).count("\t") < 20_300


def test_that_a_half_letter_on_the_clipboard_is_no_fault(tmp_path: Path) -> None:
    path = save_pasted("gene\tP1\nAX\ud800L\t1\n", tmp_path)
    assert path.read_text(encoding="utf-8") == "gene\tP1\nAX?L\t1\n"


def test_that_an_error_of_several_lines_gives_none_of_them_away() -> None:
    trace = ('Traceback (most recent call last):\n  File "core/batch.py", line 5, in run\n    raise ValueError(text)\n'
             "ValueError: bad cells\nP017 Meier: 12\nP018: 3\n")
    details = details_of_text(trace)
    assert "Error: ValueError" in details
    assert "Meier" not in details
    assert "P018" not in details


def test_that_of_two_errors_the_last_is_named() -> None:
    trace = ('Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: \'P017\'\n\n'
             "During handling of the above exception, another exception occurred:\n\n"
             'Traceback (most recent call last):\n  File "b.py", line 2, in g\n    h()\n    ^^^\n'
             "core.odd.Fault: P018\n")
    assert "Error: core.odd.Fault" in details_of_text(trace)
