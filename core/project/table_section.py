"""A table of a study file (``expression = { file = … }``) into a TableSpec, and the keys that every table knows.

Not for: what an assay's table says beside them (assay_section.py) or whole data sets (study_file.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.data.files.text_dialect import separates_columns
from core.data.sheets.recipe import COLLAPSE_RULES, MEASURES, TableSpec
from core.data.tables import Scale
from core.project.toml_section import Section

FILE_KEYS = ("file", "sheet", "header_row", "delimiter", "decimal", "encoding", "missing", "sha256")
TABLE_KEYS = (*FILE_KEYS, "id", "samples", "scale", "collapse", "measure", "only")


def table_in(section: Section, folder: Path, purpose: str, hashes: dict[str, str],
             known: Sequence[str] = TABLE_KEYS) -> TableSpec:
    """The table that a section states; a stated hash is put under its path.

    Parameters
    ----------
    purpose : str
        "expression" and assays have a measure; "clinical" has none.
    known : sequence of str
        Every key that may stand here; one of ``TABLE_KEYS`` that is not in it is not read either.
    """
    section.allow(known)
    stated_file = section.text("file", required=True)
    scale = section.text("scale", choices=[str(item) for item in Scale]) if "scale" in known else ""
    header = section.number("header_row", low=0, example="1")
    if header is not None and header != int(header):
        section.problem("wrong_type", "“header_row” must be a whole number", remedy="0 means that there is no header")
    path = Path(stated_file)
    path = path if path.is_absolute() else folder / path
    sha256 = section.text("sha256")
    if sha256:
        hashes[str(path)] = sha256
    delimiter = section.values.get("delimiter")
    if delimiter is not None and not (isinstance(delimiter, str) and separates_columns(delimiter)):
        section.problem("unknown_value", f"“delimiter” is “{delimiter}”, which cannot separate columns",
                        key="delimiter",
                        remedy='it can be "comma", "semicolon", "tab", "pipe" or "space", or the sign itself')
        delimiter = None
    oriented = "id" in known
    only = tuple(section.text_map("only").items()) if "only" in known else ()
    if only and purpose != "clinical":
        section.problem("unknown_key", "“only” chooses rows of a clinical table", key="only",
                        remedy="leave it out here")
        only = ()
    return TableSpec(
        path=path,
        sheet=section.text("sheet") or None,
        id=(section.text("id") or None) if oriented else None,
        samples=(section.text("samples", choices=("rows", "columns")) or None) if oriented else None,
        scale=Scale(scale) if scale else None,
        collapse=(section.text("collapse", choices=COLLAPSE_RULES) or None) if oriented else None,
        measure=(section.text("measure", choices=MEASURES) or None) if purpose != "clinical" else None,
        header_row=None if header is None else int(header),
        delimiter=delimiter,
        decimal=section.text("decimal", choices=(".", ",")) or None,
        encoding=section.text("encoding") or None,
        missing=section.texts("missing"),
        only=only,
    )
