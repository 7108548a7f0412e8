"""One figure as the files a journal and a co-author want: pictures, the numbers behind it, caption and versions.

Every file appears whole or not at all. Not for: laying the figure out (core/figures/restyle.py) or all results of a
study (workbook.py).
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from core import RESEARCH_USE
from core.export.sheet_cells import MOST_COLUMNS, MOST_ROWS, CellWriter, height_of, number_format, width_of
from core.export.tables import cell_text
from core.export.workbook import FIXED_DATE, sheet_names
from core.figures.spec import FigureSpec
from core.figures.writer import FORMATS, figure_bytes, file_stem
from core.jobs import JobContext
from core.problems import Location, user_error
from core.project.whole_file import not_written, whole_file

DATA = "xlsx"
WIDTHS = (26.0, 110.0)
WORDS = {"pdf": "Drawing the PDF", "svg": "Drawing the SVG", "png": "Drawing the PNG", "tiff": "Drawing the TIFF",
         "eps": "Drawing the EPS", DATA: "Writing the data"}


def export_paths(stem: Path, formats: Collection[str], *, with_data: bool = True) -> tuple[Path, ...]:
    """The files that ``export_figure`` writes, in its order.

    Raises
    ------
    ValueError
        For a format that is not in the list.
    """
    unknown = sorted(set(formats) - {*FORMATS, DATA})
    if unknown:
        raise ValueError(f"unknown figure format {', '.join(unknown)}; known: {', '.join((*FORMATS, DATA))}")
    wanted = [name for name in FORMATS if name in formats]
    if with_data or DATA in formats:
        wanted.append(DATA)
    return tuple(stem.with_name(f"{stem.name}.{name}") for name in wanted)


def export_figure(spec: FigureSpec, stem: Path, formats: Collection[str] = ("pdf", "svg", "png"), *, dpi: int = 600,
                  with_data: bool = True, may_replace: bool = False, facts: Sequence[tuple[str, Any]] = (),
                  versions: Mapping[str, str] | None = None, job: JobContext | None = None) -> tuple[Path, ...]:
    """Write the figure's files and return their paths.

    Everything is made before the first file is written, so that a stop or a fault in between leaves nothing behind.

    Parameters
    ----------
    spec : FigureSpec
        As it is to be drawn.
    stem : Path
        Folder and name without ending; an existing folder takes the figure's own name inside it.
    formats : collection of str
        Of "pdf", "svg", "png", "tiff", "eps".
    dpi : int
        Of PNG and TIFF.
    with_data : bool
        Write the numbers as a workbook as well.
    may_replace : bool
        Whether files of the same names are replaced.
    facts : sequence of (what, value)
        More rows for the workbook's first sheet: study, analysis, preset.
    versions : mapping of name -> version, optional
    job : JobContext, optional

    Raises
    ------
    UserError
        "file_exists", "no_folder", "not_writable", "disk_full", "name_too_long".
    """
    job = job or JobContext()
    if stem.is_dir():
        stem = stem / file_stem(spec.name)
    paths = export_paths(stem, formats, with_data=with_data)
    if not paths:
        raise user_error("no_files_chosen", "no file was chosen", remedy="tick at least one file")
    _check_place(paths, may_replace=may_replace)
    contents = []
    for number, path in enumerate(paths):
        name = path.suffix.removeprefix(".")
        job.progress(number / (len(paths) + 1), WORDS[name])
        contents.append(data_workbook(spec, path.name, dpi=dpi, facts=facts, versions=versions or {}) if name == DATA
                        else figure_bytes(spec, name, dpi))
    job.progress(len(paths) / (len(paths) + 1), "Writing the files")
    for path, content in zip(paths, contents, strict=True):
        try:
            with whole_file(path) as handle:
                handle.write(content)
        except OSError as error:
            raise not_written(error, path, "The figure") from None
    job.progress(1.0, "Done")
    return paths


def data_workbook(spec: FigureSpec, file_name: str, *, dpi: int = 600, facts: Sequence[tuple[str, Any]] = (),
                  versions: Mapping[str, str] | None = None) -> bytes:
    """The numbers behind a figure: a sheet "Figure" with caption, alt text, settings and versions, then one per table.

    Text is never a formula or a link; equal figures give equal bytes.
    """
    target = io.BytesIO()
    tables = list(spec.data.items())
    names = sheet_names(("Figure", *(key.replace("_", " ") for key, _ in tables)))
    with xlsxwriter.Workbook(target, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": False, "default_format_properties": {"font_name": "Arial", "font_size": 10},
    }) as book:
        book.set_properties({"title": spec.title[:200], "comments": "Written by RTKscope", "created": FIXED_DATE})
        cells = CellWriter(book, file_name)
        about = book.add_worksheet(names[0])
        for sheet, (_, table) in zip([book.add_worksheet(name) for name in names[1:]], tables, strict=True):
            _write_table(sheet, cells, table)
        _write_about(about, cells, [*_about(spec, dpi), *facts, *(versions or {}).items(),
                                    *((note.what, note.remedy) for note in cells.notes())])
    return target.getvalue()


def _about(spec: FigureSpec, dpi: int) -> list[tuple[str, Any]]:
    badge = [("Note", spec.badge)] if spec.badge else []
    return [("Figure", spec.title), *badge, ("Caption", spec.caption),
            ("Description for screen readers", spec.alt_text), ("Width (mm)", spec.width_mm),
            ("Height (mm)", spec.height_mm), ("Text (pt)", spec.text_pt),
            ("Panel letter", spec.panel_letter or "none"), ("Raster (dpi)", dpi),
            ("Numbers", "Cells hold the full number; what is shown is rounded. An empty cell means: not defined."),
            ("Use", RESEARCH_USE)]


def _write_about(sheet: Any, cells: CellWriter, rows: Sequence[tuple[str, Any]]) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    for row, (label, value) in enumerate(rows):
        sheet.set_row(row, height_of((label, value), WIDTHS))
        cells.put(sheet, row, 0, label, "header")
        cells.put(sheet, row, 1, value, "wrapped")


def _write_table(sheet: Any, cells: CellWriter, table: Mapping[str, Sequence[Any]]) -> None:
    """Header and values; columns may differ in length. What a sheet cannot hold is said on the sheet "Figure"."""
    columns = list(table.items())[:MOST_COLUMNS]
    if len(table) > MOST_COLUMNS:
        cells.note("too_many_columns", f"Sheet {sheet.get_name()} holds the first {MOST_COLUMNS:,} of {len(table):,} "
                   "columns", "the whole table is in the results folder")
    for number, (name, values) in enumerate(columns):
        if len(values) > MOST_ROWS - 1:
            cells.note("too_many_rows", f"Sheet {sheet.get_name()} holds the first {MOST_ROWS - 1:,} of "
                       f"{len(values):,} rows", "the whole table is in the results folder")
        style = number_format(name, values)
        sheet.set_column(number, number, width_of(name, values))
        cells.put(sheet, 0, number, name, "header")
        for row, value in enumerate(values[:MOST_ROWS - 1]):
            cells.put(sheet, row + 1, number, value, style)
    sheet.freeze_panes(1, 1)
    longest = max((len(values) for _, values in columns), default=0)
    if columns and longest:
        sheet.autofilter(0, 0, min(longest, MOST_ROWS - 1), len(columns) - 1)


def table_text(spec: FigureSpec) -> str:
    """The figure's numbers as tab-separated text for the clipboard, one table after the other.

    What the figure's badge says (simulated data) goes with them, as their first line.
    """
    blocks = [_cell(spec.badge)] if spec.badge else []
    for key, table in spec.data.items():
        longest = max((len(values) for values in table.values()), default=0)
        lines = ["\t".join(_cell(name) for name in table)]
        lines += ["\t".join(_cell(values[row]) if row < len(values) else "" for values in table.values())
                  for row in range(longest)]
        blocks.append((f"{key.replace('_', ' ')}\n" if len(spec.data) > 1 else "") + "\n".join(lines))
    return "\n\n".join(blocks)


def _cell(value: Any) -> str:
    return " ".join(cell_text(value).split())


def _check_place(paths: Sequence[Path], *, may_replace: bool) -> None:
    """Before any drawing: is there such a folder, and would something be replaced that must not be."""
    folder = paths[0].parent
    if not folder.is_dir():
        raise user_error("no_folder", f"there is no folder {folder.name or folder}", Location(paths[0].name),
                         remedy="choose another folder")
    standing = [path.name for path in paths if path.exists()]
    if standing and not may_replace:
        raise user_error("file_exists", "a file of this name is already there: " + ", ".join(standing),
                         Location(standing[0]), remedy="choose another name, or allow replacing")
