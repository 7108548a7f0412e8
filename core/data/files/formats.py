"""Files whose layout is known beforehand: GCT 1.2 and 1.3, GEO series matrix, cBioPortal clinical and expression files.

Not for: reading the text itself (text_files.py), tables whose layout must be detected (layout.py), or the sample rows
made from a series matrix or GCT 1.3 (sample_sheets.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.data.files.raw_table import RawTable
from core.problems import Location, Problem, UserError, user_error, warning

GCT = "gct"
SERIES_MATRIX = "series matrix"
CBIOPORTAL_CLINICAL = "cbioportal clinical"
CBIOPORTAL_EXPRESSION = "cbioportal expression"

_TABLE_BEGIN, _TABLE_END = "!series_matrix_table_begin", "!series_matrix_table_end"


@dataclass(frozen=True)
class LayoutHints:
    """What a known file format says about its table. Rows and columns are 0-based; ``last_row`` is included.

    ``samples`` is "rows" or "columns". ``annotation_columns`` describe genes and are no samples. ``skipped_rows`` are
    rows of the file that belong to the format and not to the table. ``transformation`` says in words how the table
    was made where it is not the file as it stands.
    """

    header_rows: tuple[int, ...]
    first_row: int
    last_row: int
    id_column: int
    first_value_column: int
    samples: str
    annotation_columns: tuple[int, ...] = ()
    skipped_rows: tuple[int, ...] = ()
    transformation: str = ""


def format_of(head: bytes) -> str:
    """The known format that the first bytes of a text file belong to; empty where it is none."""
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first = text.split(b"\n", 1)[0].strip()
    if first.strip(b'"\t ,;') in (b"#1.2", b"#1.3"):
        return GCT
    if first.startswith((b"!Series_", b'"!Series_')) or (
        first.startswith(b"!Sample_") and b"!series_matrix_table" in text
    ):
        return SERIES_MATRIX
    lines = [line.strip() for line in text.split(b"\n")[:12]]
    comments = 0
    while comments < len(lines) and lines[comments].startswith(b"#"):
        comments += 1
    header = lines[comments] if comments < len(lines) else b""
    names = header.split(b"\t")
    if comments >= 4 and len(names) >= 2 and b"\t" in lines[0] and {b"PATIENT_ID", b"SAMPLE_ID"} & set(names):
        return CBIOPORTAL_CLINICAL
    if len(names) > 2 and (names[0] == b"Hugo_Symbol" or (names[0] == b"Entrez_Gene_Id" and comments == 0)) \
            and b"Variant_Classification" not in names and b"Tumor_Sample_Barcode" not in names:
        return CBIOPORTAL_EXPRESSION
    return ""


def layout_of(kind: str, table: RawTable) -> tuple[LayoutHints | None, tuple[Problem, ...]]:
    """Where a table of a known format keeps its header, names and values.

    Raises
    ------
    UserError
        gct_header, no_values: the file says that it is of this format and then is not.
    """
    if kind == GCT:
        return _gct(table)
    if kind == SERIES_MATRIX:
        return _series_matrix(table)
    if kind == CBIOPORTAL_CLINICAL:
        return _cbioportal_clinical(table), ()
    if kind == CBIOPORTAL_EXPRESSION:
        return _cbioportal_expression(table), ()
    return None, ()


def _gct(table: RawTable) -> tuple[LayoutHints, tuple[Problem, ...]]:
    """Line 2 counts rows and columns, line 3 is the header; in 1.3 rows of sample annotation follow it."""
    version = table.text(0, 0).strip('"')
    wanted = 2 if version == "#1.2" else 4
    counts = [table.numbers[1, column] if table.n_rows > 1 and column < table.n_columns else float("nan")
              for column in range(wanted)]
    if table.n_rows < 4 or any(not (0 <= count < 1e8 and count == int(count)) for count in counts):
        names = ("rows", "columns", "row annotations", "column annotations")[:wanted]
        raise _gct_error(table, f"its second line must hold {wanted} whole numbers ({', '.join(names)})")
    n_rows, n_samples = int(counts[0]), int(counts[1])
    n_annotations, n_sample_rows = (1, 0) if wanted == 2 else (int(counts[2]), int(counts[3]))
    first_row, first_value = 3 + n_sample_rows, 1 + n_annotations
    if first_value + n_samples > table.n_columns or first_row >= table.n_rows:
        raise _gct_error(table, f"it announces {n_samples:,} samples, but the table has {table.n_columns:,} columns")
    found = table.n_rows - first_row
    notes: list[Problem] = []
    if found < n_rows:
        notes.append(warning("fewer_rows", f"the file announces {n_rows:,} genes and holds {found:,}", table.place(1),
                             why="It may have been cut off while it was copied.", remedy="download or copy it again"))
    elif found > n_rows:
        notes.append(
            warning(
                "more_rows",
                f"the file announces {n_rows:,} genes and holds {found:,}; all of them were read",
                table.place(1),
            )
        )
    if table.n_columns > first_value + n_samples:
        notes.append(warning("more_columns", f"the file announces {n_samples:,} samples and holds "
                             f"{table.n_columns - first_value:,}; all of them were read", table.place(1)))
    return LayoutHints((2,), first_row, table.n_rows - 1, 0, first_value, "columns", tuple(range(1, first_value)),
                       (0, 1, *range(3, first_row))), tuple(notes)


def _gct_error(table: RawTable, what: str) -> UserError:
    return user_error("gct_header", f"the file calls itself GCT, but {what}", Location(table.file, "", "row 2"),
                      remedy="export it again, or delete the first two lines and import it as a text file")


def _series_matrix(table: RawTable) -> tuple[LayoutHints | None, tuple[Problem, ...]]:
    """The values stand between two marks; the lines above describe series and samples."""
    first_column = table.texts.get(0, {})
    marks = {text.strip().lower(): row for row, text in first_column.items() if text.startswith("!series_matrix")}
    begin = marks.get(_TABLE_BEGIN)
    if begin is None or begin + 2 >= table.n_rows or marks.get(_TABLE_END, table.n_rows) <= begin + 2:
        return None, ()
    notes: tuple[Problem, ...] = ()
    end = marks.get(_TABLE_END)
    if end is None:
        notes = (warning("truncated", "the last line of the value table is missing, so the file may be incomplete",
                         table.place(table.n_rows - 1), remedy="download it again"),)
        end = table.n_rows
    skipped = (*range(begin + 1), *range(end, table.n_rows))
    return LayoutHints((begin + 1,), begin + 2, end - 1, 0, 1, "columns", (), skipped), notes


def _cbioportal_clinical(table: RawTable) -> LayoutHints | None:
    """Lines with # give names, descriptions, types and priorities; the header with identifiers follows."""
    header, names = _header(table, ("SAMPLE_ID", "PATIENT_ID"))
    if not names:
        return None
    identifier = names.index("SAMPLE_ID" if "SAMPLE_ID" in names else "PATIENT_ID")
    return LayoutHints((header,), header + 1, table.n_rows - 1, identifier, 1, "rows", (), tuple(range(header)))


def _cbioportal_expression(table: RawTable) -> LayoutHints | None:
    header, names = _header(table, ("Hugo_Symbol", "Entrez_Gene_Id"))
    if not names:
        return None
    first_value = 2 if len(names) > 1 and names[1] in ("Entrez_Gene_Id", "Hugo_Symbol", "Cytoband") else 1
    return LayoutHints((header,), header + 1, table.n_rows - 1, 0, first_value, "columns", tuple(range(1, first_value)),
                       tuple(range(header)))


def _header(table: RawTable, wanted: tuple[str, ...]) -> tuple[int, list[str]]:
    """The first row that holds one of the wanted names, and its texts; none where the file was damaged."""
    for row in range(min(table.n_rows, 20)):
        names = table.row_texts(row)
        if any(name in names for name in wanted):
            return row, names
    return 0, []
