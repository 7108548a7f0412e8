"""Files that are no tables, known by their first bytes, each refused with the way out.

Not for: files that can be read (file_safety.py).
"""

from __future__ import annotations

import re

from core.problems import Location, UserError, user_error

_SAVE_AS_XLSX = "open it in the program that made it and save the table as xlsx or csv"
_IN_R = 'in R: write.csv(x, "table.csv")'
_UNPACK = "unpack it and import the file inside"

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "ask for the table itself, or copy it into Excel and save it as xlsx"),
    (b"\x89PNG", "a picture", "a picture of a table cannot be read; ask for the table itself"),
    (b"\xff\xd8\xff", "a picture", "a picture of a table cannot be read; ask for the table itself"),
    (b"GIF8", "a picture", "a picture of a table cannot be read; ask for the table itself"),
    (b"II*\x00", "a picture (TIFF)", "a picture of a table cannot be read; ask for the table itself"),
    (b"MM\x00*", "a picture (TIFF)", "a picture of a table cannot be read; ask for the table itself"),
    (b"SQLite format 3", "a database (SQLite)", "export the table as csv"),
    (b"{\\rtf", "a formatted text document (RTF)", "copy the table into Excel and save it as xlsx"),
    (b"BZh", "compressed with bzip2", _UNPACK),
    (b"\xfd7zXZ", "compressed with xz", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", _UNPACK),
    (b"RDX2\n", "an R data file", _IN_R),
    (b"RDX3\n", "an R data file", _IN_R),
    (b"X\n\x00\x00\x00", "an R data file", _IN_R),
    (b"A\n2\n", "an R data file", _IN_R),
    (b"A\n3\n", "an R data file", _IN_R),
    (b"PAR1", "a Parquet file", "export the table as csv"),
    (b"ARROW1", "an Arrow or Feather file", "export the table as csv"),
    (b"FEA1", "a Feather file", "export the table as csv"),
    (b"\x89HDF", "an HDF5 file (h5, h5ad)", "export the table as csv"),
    (b"$FL2", "an SPSS file", "in SPSS: File > Save As > Excel"),
    (b"$FL3", "an SPSS file", "in SPSS: File > Save As > Excel"),
    (b"<stata_dta>", "a Stata file", "in Stata: export excel"),
    (b"\x7fELF", "a program", "choose a spreadsheet or text file"),
    (b"MZ\x90", "a program", "choose a spreadsheet or text file"),
    (b"\x80\x04\x95", "a Python pickle", "export the table as csv"),
    (b"\x93NUMPY", "a NumPy array", "export the table as csv"),
    (b"\x09\x00\x04\x00", "a workbook of Excel 4 or older", "open it in Excel and save it as xlsx"),
    (b"\x09\x02\x06\x00", "a workbook of Excel 4 or older", "open it in Excel and save it as xlsx"),
    (b"\x09\x04\x06\x00", "a workbook of Excel 4 or older", "open it in Excel and save it as xlsx"),
)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|script|meta|div)\b", re.I | re.S)
_HTML_IN_XML = re.compile(rb"<(?:!doctype\s+html|html)\b", re.I)
_JSON = re.compile(rb"\s*(?:\{\s*\"|\[\s*[{\[\"])")
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def refuse_foreign(head: bytes, suffix: str, place: Location) -> None:
    """Raise UserError where the first bytes belong to something that is no delimited text."""
    for magic, name, remedy in _MAGIC:
        if head.startswith(magic):
            raise user_error("not_a_table", f"this is {name}, not a spreadsheet" if name.startswith(("a ", "an "))
                             else f"the file is {name}", place, remedy=remedy)
    text = head
    if head.startswith(_BOMS[:2]):
        text = head.decode("utf-16", "replace").encode("utf-8", "replace")
    elif head.startswith(_BOMS[2]):
        text = head[3:]
    if _HTML.match(text) or text[:200].lstrip().lower().startswith(b"mime-version:"):
        called = f" called {suffix}" if suffix in (".xls", ".xlsx", ".csv", ".txt", ".tsv") else ""
        raise user_error(
            "html_file",
            f"this is a web page{called}, not a spreadsheet",
            place,
            why="Many programs write web pages with the ending .xls, and a download that needs a login "
            "gives a web page instead of the file.",
            remedy="if it shows the table: open it in Excel and save it as xlsx; else download the file again",
        )
    if text.lstrip().startswith(b"<?xml"):
        _refuse_xml(text, place)
    if _JSON.match(text):
        raise user_error("not_a_table", "this is a JSON file, not a table", place, remedy="export the table as csv")
    if not head.startswith(_BOMS[:2]) and b"\x00" in head and not _looks_like_utf16(head):
        raise user_error(
            "binary_file",
            "this is no text and no spreadsheet that RTKscope knows (it contains zero bytes)",
            place,
            remedy=_SAVE_AS_XLSX,
        )


def refuse_zip(kind: str, place: Location) -> UserError:
    """The refusal for a zip that is no workbook; ``kind`` comes from packages.zip_kind."""
    if kind.startswith("files: "):
        return user_error(
            "zip_without_workbook",
            f"this is a zip archive with {kind.removeprefix('files: ')}, not a workbook",
            place,
            remedy=_UNPACK,
        )
    return user_error("zip_without_workbook", f"this is {kind}, not a workbook", place, remedy=_SAVE_AS_XLSX)


def _refuse_xml(text: bytes, place: Location) -> None:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise user_error("html_file", "this is an XML spreadsheet of Excel 2003", place,
                         remedy="open it in Excel and save it as xlsx")
    if _HTML_IN_XML.search(text):
        raise user_error(
            "html_file",
            "this is a web page, not a spreadsheet",
            place,
            remedy="if it shows the table: open it in Excel and save it as xlsx; else download the file again",
        )
    raise user_error("not_a_table", "this is an XML file, not a table", place, remedy=_SAVE_AS_XLSX)


def _looks_like_utf16(head: bytes) -> bool:
    """True where every second byte is mostly zero, as in UTF-16 text without its mark."""
    even, odd = head[0::2], head[1::2]
    zeros = even.count(0), odd.count(0)
    return min(zeros) == 0 and max(zeros) > 0.4 * len(odd)
