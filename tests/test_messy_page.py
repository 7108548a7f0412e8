"""The page about messy tables promises sentences: each test it names exists and holds its sentence.

Not for: running those tests; they run by themselves.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "messy-tables.md"
ROW = re.compile(r"^\| (?P<mess>.+) \| (?P<does>.+) \| `(?P<sentence>[^`]+)` \| `(?P<file>[^`:]+)::(?P<test>[^`]+)` \|$")


def rows() -> list[tuple[str, str, str]]:
    """(sentence, file, test) of every row of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines()
             if line.startswith("| ") and not line.startswith(("| ---", "| in the table"))]
    found = [ROW.match(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if match is None]
    return [(match["sentence"], match["file"], match["test"]) for match in found if match is not None]


@cache
def texts_of_tests(file: str) -> dict[str, tuple[str, ...]]:
    """Test -> every text that stands in it; what an f-string fills in is left open."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            joined = ["".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in each.values)
                      for each in ast.walk(node) if isinstance(each, ast.JoinedStr)]
            plain = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            found[node.name] = (*joined, *plain)
    return found


def test_that_the_page_has_every_kind_of_table() -> None:
    assert {file for _, file, _ in rows()} >= {
        "test_pairs.py", "test_biopsy_audit.py", "test_ihc_tables.py", "test_phospho_arrays.py", "test_blots_and_plates.py",
        "test_line_names.py"}


@pytest.mark.parametrize(("sentence", "file", "test"), rows())
def test_that_the_test_that_the_page_names_holds_its_sentence(sentence: str, file: str, test: str) -> None:
    texts = texts_of_tests(file).get(test)
    assert texts is not None, f"there is no {test} in {file}"
    pattern = re.compile(".*?".join(re.escape(part) for part in sentence.split("…")), re.DOTALL)
    assert any(pattern.search(text) for text in texts), f"{test} does not hold “{sentence}”"
