"""Damaged and hostile files by the thousand: whatever the bytes, only a UserError may come out of reading.

    python tests/fuzz_reading.py --seconds 60 [--seed 1]

Not for: the rules of reading themselves (test_workbook.py and its neighbours). A short sample runs in test_fuzz_reading.py.
"""

from __future__ import annotations

import argparse
import gzip
import io
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import openpyxl

from core.data.files.compound_file import workbook_stream
from core.data.files.workbook import read_table, sheet_infos
from core.problems import Location, UserError
from tests.workbook_files import container, xlsb

SAMPLES = Path(__file__).with_name("data") / "reading"
SLOW_SECONDS = 10.0
"""No file of a few kilobytes may keep us longer, whatever it claims about itself."""

_TRICKS = (
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x7f\xff",
    b"99999999",
    b"-1",
    b"1048577",
    b"XFD1048576",
    b"1e999",
    b"nan",
    b'"',
    b"'",
    b"\0",
    b"\r",
    b"\n",
    b"\t",
    b",",
    b";",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&#xD800;",
    b"<!--",
    b"<![CDATA[",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1f\x8b",
    b"#1.2\n",
    b"!Sample_",
    b"_xD800_",
    b'r="ZZZ9"',
    b't="s"',
    b't="e"',
    b's="99999"',
    b'number-rows-repeated="999999999"',
    b"</row>",
    b"<c/>",
    b"<row>",
)


def seeds() -> dict[str, bytes]:
    """One healthy file of every kind: file name -> bytes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Expression"
    sheet.append(["Gene", "P01", "P02", "P03", "when"])
    for number, gene in enumerate(("ERBB2", "EGFR", "2-Sep", "007", "MET")):
        sheet.append([gene, number + 0.5, -number, f"{number}.25", date(2024, 9, 2)])
    sheet["F2"], sheet["F3"], sheet["F4"] = "=B2+1", "#N/A", True
    sheet.merge_cells("B7:C8")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Read me")["A1"] = "notes"
    stream = io.BytesIO()
    book.save(stream)
    xlsx = stream.getvalue()
    table = "Gene,P01,P02\nERBB2,1.5,-2\nEGFR,NA,1e-05\n\"KIT, CD117\",3,4\n"
    german = "Gen;P01;P02\nERBB2;1,5;-2,25\nEGFR;1.234,5;\n"
    gct = (
        "#1.3\n3\t2\t1\t1\nid\tDescription\tP01\tP02\nER\tna\tpos\tneg\nERBB2\tx\t1\t2\nEGFR\ty\t3\t4\nMET\tz\t5\tNA\n"
    )
    series = (
        '!Series_title\t"Invented"\n!Sample_title\t"a"\t"b"\n!Sample_geo_accession\t"GSM1"\t"GSM2"\n'
        '!Sample_characteristics_ch1\t"er status: +"\t"age: 51"\n!series_matrix_table_begin\n"ID_REF"\t"GSM1"\t"GSM2"\n'
        '"1007_s_at"\t1.5\t2\n"1053_at"\tnull\t4\n!series_matrix_table_end\n'
    )
    clinical = ("#Patient Identifier\tAge\n#id\tyears\n#STRING\tNUMBER\n#1\t1\nPATIENT_ID\tAGE\nP01\t51\nP02\t62\n")
    expression = "Hugo_Symbol\tEntrez_Gene_Id\tP01\tP02\nERBB2\t2064\t1.5\t2\nEGFR\t1956\t-1\tNA\n"
    wide = "Gene," + ",".join(f"P{number}" for number in range(60)) + "\n" + "".join(
        f"G{row}," + ",".join(f"{row * 0.25 + number:.3f}" for number in range(60)) + "\n" for row in range(4000))
    return {
        "a.xlsx": xlsx,
        "a.xlsx.gz": gzip.compress(xlsx),
        "a.xls": (SAMPLES / "ihc.xls").read_bytes(),
        "a.xlsb": xlsb(
            [["Gene", "P01", "when"], ["ERBB2", 1.5, ("date", 45537.0)], ["EGFR", -2, True], ["MET", b"\x2a", ""]]
        ),
        "a.ods": (SAMPLES / "ihc.ods").read_bytes(),
        "a.csv": table.encode(),
        "a.csv.gz": gzip.compress(table.encode()),
        "b.csv": german.encode("cp1252"),
        "c.txt": table.replace(",", "\t").encode("utf-16"),
        "a.gct": gct.encode(),
        "series_matrix.txt": series.encode(),
        "clinical.txt": clinical.encode(),
        "expression.txt": expression.encode(),
        "wide.csv": wide.encode(),
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The same bytes with a few of them changed, cut, doubled, moved or replaced by something nasty."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at = chance.randrange(len(data))
        length = chance.choice((1, 1, 2, 4, 16, 64, 512))
        way = chance.randrange(8)
        if way == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            data[at] = chance.randrange(256)
        elif way == 2:
            del data[at:at + length]
        elif way == 3:
            data[at:at] = data[at:at + length]
        elif way == 4:
            del data[at:]
        elif way == 5:
            data[at:at] = chance.choice(_TRICKS)
        elif way == 6:
            trick = chance.choice(_TRICKS)
            data[at:at + len(trick)] = trick
        else:
            other = chance.randrange(len(data))
            data[at:at + length], data[other:other + length] = data[other:other + length], data[at:at + length]
    return bytes(data)


def mutated_inside(content: bytes, chance: random.Random) -> bytes:
    """A zip whose parts are damaged but whose checksums are right, so that the damage reaches the parsers."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as changed:
        names = package.namelist()
        target = chance.choice([name for name in names if name.endswith((".xml", ".rels", ".bin"))])
        for name in names:
            part = package.read(name)
            changed.writestr(name, mutated(part, chance) if name == target else part)
    return stream.getvalue()


@dataclass
class Outcome:
    """What came of a run."""

    files: int = 0
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def summary(self) -> str:
        """One line: how many, how they ended, what must not have happened."""
        return (
            f"{self.files:,} damaged files: {self.read:,} read, {sum(self.refused.values()):,} refused with a sentence "
            f"({len(self.refused)} kinds), {len(self.faults)} faults, slowest {self.slowest:.2f} s"
        )


def try_one(path: Path, outcome: Outcome) -> None:
    """Read one file in every way; anything but a UserError is a fault."""
    began = time.perf_counter()
    for purpose in ("expression", "clinical"):
        try:
            result = read_table(path, purpose=purpose)
            result.table.row_texts(0)
            outcome.read += 1
        except UserError as error:
            for problem in error.problems:
                outcome.refused[problem.code] += 1
                if not problem.what or not (problem.remedy or problem.why):
                    outcome.faults.append(f"{path.name}: {problem.code} without a remedy")
                if problem.code == "which_sheet":
                    _try_sheets(path, outcome)
        except BaseException:
            outcome.faults.append(f"{path.name}:\n{traceback.format_exc()}")
            if sys.exc_info()[0] is KeyboardInterrupt:
                raise
    took = time.perf_counter() - began
    outcome.slowest = max(outcome.slowest, took)
    if took > SLOW_SECONDS:
        outcome.faults.append(f"{path.name}: took {took:.1f} s")


def _try_sheets(path: Path, outcome: Outcome) -> None:
    try:
        for info in sheet_infos(path):
            read_table(path, sheet=info.name)
    except UserError as error:
        outcome.refused[error.problems[0].code] += 1


def fuzz(folder: Path, seed: int, go_on: Callable[[int], bool], keep: Path | None = None) -> Outcome:
    """Damage and read files as long as ``go_on(number of files)`` says so; files with faults are kept in ``keep``."""
    chance = random.Random(seed)
    healthy = seeds()
    stream = workbook_stream(healthy["a.xls"], Location("a.xls"))
    outcome = Outcome()
    while go_on(outcome.files):
        name = chance.choice(tuple(healthy) if chance.random() < 0.97 else ("wide.csv",))
        if name == "wide.csv" and chance.random() < 0.9:
            continue
        content = healthy[name]
        if name.endswith((".xlsx", ".ods", ".xlsb")) and chance.random() < 0.8:
            content = mutated_inside(content, chance)
        elif name == "a.xls" and chance.random() < 0.7:
            content = container(mutated(stream, chance))
        elif name.endswith(".gz") and chance.random() < 0.5:
            content = gzip.compress(mutated(gzip.decompress(content), chance))
        else:
            content = mutated(content, chance)
        path = folder / name
        path.write_bytes(content)
        faults = len(outcome.faults)
        try_one(path, outcome)
        outcome.files += 1
        if keep is not None and len(outcome.faults) > faults:
            (keep / f"fault_{len(outcome.faults)}_{name}").write_bytes(content)
    return outcome


def main() -> int:
    """Run for a while, print one summary line; exit status 1 where anything but a UserError came out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files that made a fault")
    options = parser.parse_args()
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
    except (ImportError, ValueError):
        pass
    end = time.perf_counter() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        outcome = fuzz(Path(folder), options.seed, lambda _: time.perf_counter() < end, options.keep)
    for fault in outcome.faults[:20]:
        print(fault, file=sys.stderr)
    print(outcome.summary())
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
