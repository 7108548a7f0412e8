"""Workbooks as zip packages: which kind, whether they stay within the limits, and their parts in pieces.

Not for: what the parts mean (xlsx_sheets.py).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from core.problems import Location, UserError, user_error

MAX_UNPACKED = 300_000_000
"""Sum of the parts of one workbook. 20,000 genes x 200 samples are 136 MB."""
MAX_PARTS = 2_000
MAX_RATIO = 200
"""Unpacked to packed, looked at above 20 MB. Sheets of numbers have 5 to 30; bombs have 300 to 1,000."""
RATIO_FROM = 20_000_000
PIECE = 1 << 20

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
            UnicodeError, OverflowError)


def damaged(place: Location, detail: str = "") -> UserError:
    """The workbook cannot be unpacked or contradicts itself."""
    return user_error(
        "damaged_file",
        f"the workbook is damaged{': ' + detail if detail else ''}",
        place,
        remedy="open it in Excel, let Excel repair it and save it again; or copy it again from its source",
    )


def zip_kind(handle: BinaryIO, place: Location) -> str:
    """ "xlsx", "xlsb", "ods", or words for what else the zip is ("files: a.csv, b.csv")."""
    names = _open(handle, place).namelist()
    known = set(names)
    if "xl/workbook.bin" in known:
        return "xlsb"
    if any(name.lower().endswith("xl/workbook.xml") or name.lower() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if "content.xml" in known and "mimetype" in known:
        with _open(handle, place) as package:
            mime = read_part(package, "mimetype", place, 200)
        if b"spreadsheet" in mime:
            return "ods"
        return "an OpenDocument text or presentation"
    if "[Content_Types].xml" in known and any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    if any(name.startswith("ppt/") for name in names):
        return "a PowerPoint presentation"
    if any(name.endswith(".iwa") for name in names):
        return "a document of Apple Numbers or Pages"
    files = [name for name in names if not name.endswith("/")]
    if not files:
        return "an empty zip archive"
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return "files: " + ", ".join(name[:60] for name in files[:3]) + more


def check_package(handle: BinaryIO, place: Location) -> None:
    """Refuse a package that unzips to too much, before anything of it is unpacked."""
    with _open(handle, place) as package:
        parts = package.infolist()
    if len(parts) > MAX_PARTS:
        raise user_error(
            "unpacks_too_large",
            f"the workbook consists of {len(parts):,} parts, more than {MAX_PARTS:,}",
            place,
            remedy="copy the sheet that you need into a new workbook",
        )
    unpacked = sum(part.file_size for part in parts)
    packed = max(sum(part.compress_size for part in parts), 1)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO):
        raise user_error(
            "unpacks_too_large",
            f"the workbook unzips to {_size(unpacked)} from {_size(packed)}",
            place,
            why=f"RTKscope opens workbooks up to {MAX_UNPACKED // 1_000_000} MB unzipped, to stay within memory.",
            remedy="save the sheet that you need as csv and import that",
        )
    if any(part.flag_bits & 1 for part in parts):
        raise user_error("password_protected", "the workbook is protected by a password, so it cannot be read", place,
                         remedy="save it again without a password")


def open_package(handle: BinaryIO, place: Location) -> zipfile.ZipFile:
    """The package, checked."""
    check_package(handle, place)
    return _open(handle, place)


def pieces(package: zipfile.ZipFile, name: str, place: Location) -> Iterator[bytes]:
    """A part in pieces of a megabyte; a part that holds more than it declared raises UserError."""
    try:
        with package.open(name) as part:
            while piece := part.read(PIECE):
                yield piece
    except KeyError:
        raise damaged(place, f"its part {name} is missing") from None
    except _DAMAGED as error:
        raise damaged(place, f"its part {name} cannot be unpacked") from error


def read_part(package: zipfile.ZipFile, name: str, place: Location, limit: int = 50_000_000) -> bytes:
    """A small part whole."""
    parts: list[bytes] = []
    held = 0
    for piece in pieces(package, name, place):
        parts.append(piece)
        held += len(piece)
        if held > limit:
            raise user_error("unpacks_too_large", f"its part {name} is larger than {limit // 1_000_000} MB", place,
                             remedy="copy the sheet that you need into a new workbook")
    return b"".join(parts)


def _open(handle: BinaryIO, place: Location) -> zipfile.ZipFile:
    try:
        handle.seek(0)
        return zipfile.ZipFile(handle)
    except _DAMAGED as error:
        raise user_error("truncated", "the workbook is incomplete: the end of the zip is missing or damaged", place,
                         why="This happens when a download or a copy was interrupted.",
                         remedy="copy or download it again") from error


def _size(count: int) -> str:
    if count >= 1_000_000_000:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"
