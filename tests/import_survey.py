"""Read every spreadsheet of some folders as expression and as clinical, and write down what came out.

Not for: pass or fail (test_importing.py); it shows people what the import makes of real files.

    python tests/import_survey.py [FOLDER ...]        writes docs/import-survey.md
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from core.data.files.workbook import read_table, sheet_names  # noqa: E402
from core.data.reference import rtk_symbols  # noqa: E402
from core.data.sheets.importing import Imported, import_clinical, import_expression  # noqa: E402
from core.data.sheets.recipe import TableSpec  # noqa: E402
from core.problems import Problem, UserError  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".gct", ".gz", ".ods", ".xlsb")
TARGET = ROOT / "docs" / "import-survey.md"
LONGEST = 230

HEAD = """# What the import makes of real files

Written by `python tests/import_survey.py`. Every sheet is read twice, as an expression table and as a clinical table, with nothing
stated: no sheet layout, no id, no scale. Most tables are one of the two only, so one of the two readings is meant to be refused, with
a sentence that says why and what to do.
"""


def survey(folders: list[Path]) -> str:
    """The page: one table per file and sheet."""
    parts = [HEAD]
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES):
            name = path.relative_to(folder.parent).as_posix()
            try:
                sheets = sheet_names(path)
            except UserError as error:
                parts.append(f"## {name}\n\n{_refused(error)}\n")
                continue
            for sheet in sheets:
                title = f"## {name}" + (f" › {sheet}" if sheet else "")
                rows = [_reading(path, sheet, purpose) for purpose in ("expression", "clinical")]
                parts.append(f"{title}\n\n| read as | what came out | detected, changed, left out |\n| --- | --- | --- |\n"
                             + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _reading(path: Path, sheet: str, purpose: str) -> str:
    spec = TableSpec(path, sheet=sheet or None)
    try:
        raw = read_table(path, sheet=spec.sheet, purpose=purpose)
        read = import_expression if purpose == "expression" else import_clinical
        imported = read(spec, raw_file=raw)
    except UserError as error:
        return f"| {purpose} | {_refused(error)} | |"
    said = "<br>".join(_sentence(problem) for problem in imported.problems)
    return f"| {purpose} | {_outcome(imported)} | {said} |"


def _outcome(imported: Imported) -> str:
    if imported.matrix is not None:
        matrix = imported.matrix
        found = set(matrix.genes) & set(rtk_symbols())
        return (f"**{len(matrix.samples):,} samples x {len(matrix.genes):,} genes**, {len(found)} RTKs, scale "
                f"{matrix.scale}, {matrix.measure}")
    assert imported.clinical is not None
    return f"**{len(imported.clinical.samples):,} samples x {len(imported.clinical.columns):,} columns**"


def _refused(error: UserError) -> str:
    return "refused: " + "; ".join(_cell(problem.line()) for problem in error.problems)


def _sentence(problem: Problem) -> str:
    text = problem.what if len(problem.what) <= LONGEST else problem.what[:LONGEST] + "…"
    mark = "**warning**: " if problem.severity == "warning" else ""
    return mark + _cell(f"{problem.where.cell + ': ' if problem.where.cell else ''}{text}")


def _cell(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    chosen = [Path(name).resolve() for name in sys.argv[1:]] or [DATA / "messy_spreadsheets", DATA / "cohorts"]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(survey(chosen), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)} written")
