"""What the form "How to read it" shows of a sheet, and what its texts mean for a TableSpec.

Not for: the form itself (gui/widgets/importing/reading_form.py) or detecting anything.
"""

from __future__ import annotations

import re
from typing import Any

from core.data.files.raw_table import column_letters, number_words
from core.data.sheets.recipe import ImportRecipe
from core.data.tables import Scale
from gui.pages.importing.draft_reading import SheetReading, TableReading
from gui.pages.importing.remedies import SCALE_WORDS, column_choices
from gui.widgets.importing.reading_form import ReadingValues

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}
MOST_MISSING = 8


def reading_values(sheet: SheetReading) -> ReadingValues:
    """The form's values for one sheet."""
    expression = sheet.of("expression")
    table = expression or (sheet.tables[0] if sheet.tables else None)
    if table is None:
        return ReadingValues()
    shown = table.shown or next((each.shown for each in sheet.tables if each.shown is not None), None)
    recipe = shown.recipe if shown is not None else None
    spec = table.spec
    said = frozenset(name for each in sheet.tables for name in each.spec.__dataclass_fields__
                     if name not in ("path", "sheet") and getattr(each.spec, name) is not None)
    form = sheet.read.format if sheet.read is not None else None
    columns = tuple(column_choices(sheet))
    id_name = spec.id or (_id_of(recipe, columns) if recipe is not None else "")
    values = table.values
    scale = str(spec.scale or (recipe.scale if recipe is not None and not table.failed else None) or "")
    return ReadingValues(
        has_expression=expression is not None, header_row=_header_words(recipe, spec.header_row), columns=columns,
        id_name=id_name, samples=spec.samples or (recipe.samples if recipe is not None else ""),
        values_start=_start(table), decimal=spec.decimal or (form.decimal if form is not None else ""),
        delimiter=spec.delimiter or DELIMITERS.get(form.delimiter if form is not None else "", ""),
        encoding=spec.encoding or _encoding(form.encoding if form is not None else ""),
        is_text=bool(form is not None and form.delimiter), scale=scale,
        scales=tuple((str(each), words) for each, words in SCALE_WORDS.items()),
        scale_words=_scale_words(table, scale), counts=tuple(values.counts.tolist()) if values is not None else (),
        missing=_missing(table), missing_words="; ".join(spec.missing or ()),
        collapse=spec.collapse or (recipe.collapse if recipe is not None else "highest mean"),
        several=_several(table), measure=(spec.measure or (recipe.measure if recipe is not None else ""))
        if expression is not None else "", stated=said)


def spec_value(field: str, text: str) -> Any:
    """A text of the form as the value of a TableSpec field; None for "as detected".

    Raises ValueError for a header row that is no number.
    """
    if field == "header_row":
        if not text:
            return None
        if text.lower() in ("none", "no", "no header", "0"):
            return 0
        match = re.match(r"\s*(\d{1,7})", text)
        if match is None:
            raise ValueError(text)
        return int(match[1])
    if field == "scale":
        return Scale(text) if text else None
    if field == "missing":
        return tuple(word.strip() for word in text.split(";") if word.strip()) or None
    return text or None


def _header_words(recipe: ImportRecipe | None, stated: int | None) -> str:
    if stated is not None:
        return str(stated) if stated else "none"
    if recipe is None:
        return ""
    rows = recipe.header_rows
    if not rows:
        return "none"
    return str(rows[0] + 1) if len(rows) == 1 else f"{rows[0] + 1} to {rows[-1] + 1}"


def _id_of(recipe: ImportRecipe, columns: tuple[tuple[str, str], ...]) -> str:
    """The id column as one of the choices, by its place."""
    return columns[recipe.id_column][0] if recipe.id_column < len(columns) else recipe.id_name


def _start(table: TableReading) -> str:
    shown = table.shown
    if shown is None:
        return ""
    if table.part == "expression":
        if table.first_value is None:
            return ""
        row, column = table.first_value
        return f"{column_letters(column)}{row + 1}"
    return f"{column_letters(shown.recipe.first_value_column)}{shown.recipe.first_row + 1}"


def _encoding(found: str) -> str:
    plain = found.lower().replace("_", "-")
    return "utf-8" if plain.startswith("utf-8") else "utf-16" if plain.startswith("utf-16") else \
        "cp1252" if plain in ("cp1252", "latin-1", "windows-1252") else ""


def _scale_words(table: TableReading, scale: str) -> str:
    if table.values is None:
        return ""
    span = f"All values {_short(table.values.low)} to {_short(table.values.high)}"
    if table.spec.scale is not None:
        return f"{span}: {SCALE_WORDS[Scale(table.spec.scale)].lower()}, as you said"
    if scale:
        return f"{span}: looks like {SCALE_WORDS[Scale(scale)]}. Right?"
    return f"{span}: what are they? Values are logged once, so the scale must be right."


def _short(value: float) -> str:
    return number_words(value) if value == int(value) else f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def _missing(table: TableReading) -> tuple[tuple[str, str], ...]:
    if table.values is None:
        return ()
    words = table.values.missing
    shown = [(text, f"{kind}, {count:,}") for text, kind, count in words[:MOST_MISSING]]
    rest = sum(count for _, _, count in words[MOST_MISSING:])
    return (*shown, *((("others", f"{rest:,}"),) if rest else ()))


def _several(table: TableReading) -> str:
    imported = table.shown
    if imported is None or imported.matrix is None:
        return ""
    several = sum(len(cells) > 1 for cells in imported.matrix.rows_of_gene.values())
    if not several:
        return "Every gene stands once"
    return f"{several:,} genes have 2 or more probes" if several > 1 else "1 gene has 2 or more probes"
