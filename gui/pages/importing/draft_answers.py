"""What a person said on a sheet, as edits of the draft: fields of the form, genes, cells, the column of names.

Not for: remedies of findings (remedies.py) or widgets.
"""

from __future__ import annotations

from typing import Any

from gui.pages.importing.draft import Draft, with_answer, with_part, with_reading
from gui.pages.importing.draft_reading import SheetReading
from gui.pages.importing.gene_rows import GeneRow
from gui.pages.importing.reading_values import spec_value
from gui.pages.importing.remedies import address, column_choices
from gui.widgets.importing.gene_table import NOT_SURE


def field_said(draft: Draft, sheet: SheetReading, field: str, value: Any) -> Draft:
    """A field of the form, as its text or as its value.

    The column of the samples is the same for both tables of a sheet. Raises ValueError for a text that is no value.
    """
    typed = spec_value(field, value) if isinstance(value, str) else value
    if field == "measure" and len(draft.measures_of(sheet.key)) > 1:
        return with_part(draft, *sheet.key, draft.part_of(*sheet.key), str(typed or ""))
    draft = with_reading(draft, sheet.key, "expression", **{field: typed})
    if field == "id":
        in_rows = all(table.shown is None or table.shown.recipe.samples == "rows" for table in sheet.tables)
        if in_rows or sheet.of("expression") is None:
            draft = with_reading(draft, sheet.key, "clinical", id=typed)
    return draft


def names_in_column(draft: Draft, sheet: SheetReading, column: int) -> Draft:
    """The names (of genes, or of samples where those are rows) stand in this column."""
    return field_said(draft, sheet, "id", column_choices(sheet)[column][0])


def gene_said(draft: Draft, row: GeneRow, symbol: str) -> Draft:
    """A name means this gene; NOT_SURE leaves it out, empty asks again.

    Where the same damaged name stands in several cells, each may have been another gene: then the cell is answered.
    """
    answer = None if not symbol else "" if symbol == NOT_SURE else symbol
    if row.by_cell and answer:
        place = "!".join(part for part in (row.place.file, row.place.sheet, row.cell) if part)
        return with_answer(draft, "cells", place, answer)
    return with_answer(draft, "genes", row.name, answer)


def cell_said(draft: Draft, sheet: SheetReading, cell: str, text: str) -> Draft:
    """A cell has this value; a text of blanks changes nothing."""
    return with_answer(draft, "cells", address(sheet, cell), text.strip()) if text.strip() else draft
