"""Assay tables in which anything may stand in any cell: they are read or refused in words, never with a fault.

Not for: what each mess says (the tests of each kind).
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest

from core.problems import UserError
from tests.assay_files import load

MESS = ("", " ", "NA", "ND", "<1", ">90", "≥3", "2-3+", "3+", "+++", "-", "weak focal", "12 %", "1,5", "1.234,5", "1e9", "-5",
        "0", "100", "65535", "#DIV/0!", "Undetermined", "2024-03-02", "44806", "A1, A2", "HER2", "pHER2 (Y1248)", "ER", "GAPDH",
        "PBS", "Reference Spots", "P01", "pre", "Mean", "NTC", "inf", "nan", "1e400", "0.0001", "“x”", "é", "HER2 (4B5)", "²")
TABLES: dict[str, tuple[list[str], list[list[str]]]] = {
    "ihc": (["Patient", "Timepoint", "Antibody", "Clone", "%0", "%1+", "%2+", "%3+", "H-score", "Scorer", "Core", "FISH"],
            [[f"P{n}", time, antibody, "4B5", "10", "20", "30", "40", "200", scorer, "1", "2.1"] for n in range(3)
             for time in ("pre", "post") for antibody in ("HER2", "IGF1R") for scorer in ("A", "B")]),
    "array": (["Coordinate", "Receptor", "Sample", "Exposure", "Membrane", "Density", "Background"],
              [[f"{letter}{at}", label, sample, minutes, "1", str(number), "10"] for sample in ("P", "R")
               for minutes in ("1 min", "5 min")
               for letter, label, number in (("A", "Reference Spots", 900), ("B", "EGF R", 300), ("C", "PBS", 30))
               for at in (1, 2)]),
    "blot": (["Lane", "Sample", "Blot", "pHER2", "HER2", "pAKT", "AKT", "actin"],
             [[str(n), sample, blot, "10", "20", "30", "40", "50"] for blot in ("b1", "b2")
              for n, sample in enumerate(("SKBR3", "BT474", "MCF7"))]),
    "plate": (["Well", "Sample", "Target", "Cq", "Experiment"],
              [["A1", sample, target, "24.1", experiment] for experiment in ("1", "2") for sample in ("SKBR3", "MCF7", "NTC")
               for target in ("GAPDH", "IGF1R") for _ in range(2)]),
}
CHOICES = {"ihc": ('score = "H-score"', 'blank = "negative"', 'which = ["4B5"]'),
           "array": ('control = "P"', "saturation = 800", 'negative = ["PBS"]'), "blot": ('control = "SKBR3"',),
           "plate": ('calibrator = "SKBR3"', "cycles = 40", 'receptor = "HER2"')}


def spoilt(kind: str, number: int) -> tuple[list[list[str]], str]:
    """A table with some cells, rows and columns changed, and the keys of the study."""
    chance = random.Random(f"{kind}{number}")
    head, rows = TABLES[kind]
    table = [list(head), *[list(row) for row in rows]]
    for _ in range(chance.choice((1, 2, 5, 20, 60))):
        row = chance.randrange(0 if chance.random() < 0.05 else 1, len(table))
        table[row][chance.randrange(len(table[row]))] = chance.choice(MESS)
    if chance.random() < 0.2:
        gone = chance.randrange(len(head))
        table = [[cell for at, cell in enumerate(row) if at != gone] for row in table]
    if chance.random() < 0.2:
        table = table[:chance.randrange(1, len(table))]
    if chance.random() < 0.2:
        table.insert(0, [chance.choice(MESS)] + [""] * (len(table[0]) - 1))
    keys = "".join(f", {key}" for key in CHOICES[kind] if chance.random() < 0.4)
    return table, keys


@pytest.mark.parametrize("kind", TABLES)
def test_that_nothing_in_a_table_leads_to_a_fault(tmp_path: Path, kind: str) -> None:
    used = 0
    for number in range(120):
        table, keys = spoilt(kind, number)
        path = tmp_path / f"{number}.csv"
        with open(path, "w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(table)
        try:
            dataset = load(tmp_path, f'{kind} = {{ file = "{path.name}"{keys} }}', role="cell_lines")
        except UserError:
            continue
        assert dataset.expression or dataset.unusable
        for problem in (*dataset.unusable, *dataset.findings):
            assert problem.what
        for matrix in dataset.expression:
            used += 1
            assert not np.isinf(matrix.values).any()
            assert len(set(matrix.samples)) == len(matrix.samples)
            assert len(set(matrix.genes)) == len(matrix.genes)
            assert all(matrix.genes), matrix.genes
            if kind == "ihc":
                assert np.nanmax(matrix.values, initial=0) <= 300
                assert np.nanmin(matrix.values, initial=0) >= 0
    assert used > 30
