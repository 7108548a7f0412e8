"""What a file really is, whatever its name says, and the limits within which it is opened.

Not for: reading cells (text_files.py, spreadsheet_files.py). Every refusal is a UserError with a remedy.
"""

from __future__ import annotations

import difflib
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.data.files.foreign_files import refuse_foreign, refuse_zip
from core.data.files.packages import check_package, zip_kind
from core.problems import Location, Problem, UserError, user_error, warning

MAX_TEXT_BYTES = 2_000_000_000
"""Text after unpacking. It is streamed; the limit keeps a gz bomb from running for hours."""
MAX_WORKBOOK_BYTES = 300_000_000
"""A workbook on disk, or unpacked from gz into memory. What it unzips to is limited in packages.py."""
HEAD = 65_536
"""How much of a file is looked at to say what it is."""

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, eq=False)
class SourceFile:
    """A file that was looked at and may be read.

    ``kind`` is "xlsx", "xlsb", "xls", "ods" or "text"; ``compression`` "gz" or ""; ``head`` its first bytes after
    unpacking. ``content`` holds a workbook that came out of a gz.
    """

    path: Path
    kind: str
    compression: str
    head: bytes
    content: bytes | None = None
    notes: tuple[Problem, ...] = ()

    @property
    def place(self) -> Location:
        return Location(self.path.name)

    def open(self) -> BinaryIO:
        """The bytes, unpacked, from the start; reading past the limits or a damaged gz raises UserError."""
        if self.content is not None:
            return io.BytesIO(self.content)
        handle = open_readable(self.path)
        return io.BufferedReader(GzipBytes(handle, self.place), 1 << 20) if self.compression else handle


def look_at(path: Path) -> SourceFile:
    """Say what the file is, or refuse it.

    Raises
    ------
    UserError
        missing_file, not_a_file, no_permission, lock_file, cloud_link, empty_file, truncated, damaged_file,
        password_protected, html_file, not_a_table, unpacks_too_large, file_too_large, zip_without_workbook.
    """
    place = Location(path.name)
    _check_name(path, place)
    size = _size(path, place)
    if size == 0:
        raise _empty(place)
    with open_readable(path) as handle:
        head = handle.read(HEAD)
    notes: tuple[Problem, ...] = ()
    compression = ""
    content: bytes | None = None
    if head.startswith(GZIP_MAGIC):
        compression = "gz"
        with open_readable(path) as handle:
            head = _read_up_to(GzipBytes(handle, place), HEAD)
        if not head:
            raise _empty(place, "there is nothing inside the gz")
        if head.startswith(GZIP_MAGIC):
            raise user_error("packed_twice", "the file was compressed with gzip twice", place,
                             remedy="unpack it once and import the result")
    elif path.suffix.lower() == ".gz":
        notes = (
            warning("gz_name", "the name ends in .gz but the file is not compressed; it was read as it is", place),
        )
    kind = _kind(path, head, place)
    if kind != "text":
        if compression:
            with open_readable(path) as handle:
                unpacked = GzipBytes(handle, place, MAX_WORKBOOK_BYTES)
                content = _read_up_to(unpacked, MAX_WORKBOOK_BYTES + 1)
                notes = (*notes, *unpacked.problems())
        elif size > MAX_WORKBOOK_BYTES:
            raise user_error(
                "file_too_large",
                f"the workbook has {size / 1e6:,.0f} MB; RTKscope opens workbooks up to "
                f"{MAX_WORKBOOK_BYTES // 1_000_000} MB",
                place,
                remedy="save the sheet that you need as csv",
            )
    source = SourceFile(path, kind, compression, head, content, notes)
    if kind == "zip":
        with source.open() as handle:
            kind = zip_kind(handle, place)
            if kind not in ("xlsx", "xlsb", "ods"):
                raise refuse_zip(kind, place)
            check_package(handle, place)
    elif kind == "ole":
        with source.open() as handle:
            kind = _ole_kind(handle.read(), place)
    name_kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if name_kind in ("xls", "xlsx", "xlsm", "xlsb", "ods") and kind != {"xlsm": "xlsx"}.get(name_kind, name_kind):
        real = "a text file" if kind == "text" else f"an {kind} workbook"
        notes = (
            *notes,
            warning("other_kind", f"the name ends in .{name_kind} but this is {real}; it was read as that", place),
        )
    return SourceFile(path, kind, compression, head, content, notes)


def open_readable(path: Path) -> BinaryIO:
    """Open for reading; what the system refuses is said in words."""
    place = Location(path.name)
    try:
        return path.open("rb", buffering=1 << 20)
    except PermissionError:
        raise user_error("no_permission", "you have no permission to read this file", place,
                         remedy="close it in other programs, or ask its owner for access") from None
    except OSError as error:
        raise user_error("unreadable", f"the file cannot be opened ({error.strerror or 'system error'})", place,
                         remedy="copy it to this computer and try again") from None


class GzipBytes(io.RawIOBase):
    """The unpacked bytes of a gzip stream, several members included, never more than ``limit``.

    ``trailing`` turns true when something that is no gzip follows the last member, as after an interrupted download.
    """

    def __init__(self, packed: BinaryIO, place: Location, limit: int = MAX_TEXT_BYTES) -> None:
        self._packed = packed
        self._place = place
        self._limit = limit
        self._inflate = zlib.decompressobj(31)
        self._waiting = b""
        self._given = 0
        self._ended = False
        self.trailing = False

    def readable(self) -> bool:
        return True

    def packed_position(self) -> int:
        """Bytes of the packed file taken so far."""
        return self._packed.tell()

    def problems(self) -> tuple[Problem, ...]:
        """A warning, once everything was read, where other bytes follow the compressed ones."""
        if not self.trailing:
            return ()
        return (warning("trailing_bytes", "something that is not compressed follows the end of the gz; it was left out",
                        self._place, remedy="if rows are missing, download the file again"),)

    def close(self) -> None:
        self._packed.close()
        super().close()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer; 0 at the end."""
        wanted = len(buffer)
        while not self._ended:
            if not self._waiting:
                self._waiting = self._packed.read(1 << 18)
            if not self._waiting:
                if self._inflate.eof:
                    self._ended = True
                    break
                raise truncated(self._place)
            try:
                part = self._inflate.decompress(self._waiting, wanted)
            except zlib.error:
                raise user_error("damaged_file", "the compressed file is damaged", self._place,
                                 remedy="copy or download it again") from None
            if self._inflate.eof:
                self._next_member()
            else:
                self._waiting = self._inflate.unconsumed_tail
            if part:
                self._given += len(part)
                if self._given > self._limit:
                    raise user_error(
                        "unpacks_too_large", f"the file unpacks to more than {self._limit / 1e9:.1f} GB", self._place,
                        why="Such a file can fill the memory of the computer.",
                        remedy="keep only the rows and columns that you need")
                buffer[:len(part)] = part
                return len(part)
        return 0

    def _next_member(self) -> None:
        """After the end of one gzip member: another one, padding, or something else."""
        rest = self._inflate.unused_data
        while True:
            rest = rest.lstrip(b"\0")
            if len(rest) >= 2:
                break
            more = self._packed.read(1 << 18)
            if not more:
                self._waiting, self._ended, self.trailing = b"", True, bool(rest)
                return
            rest += more
        if rest.startswith(GZIP_MAGIC):
            self._inflate, self._waiting = zlib.decompressobj(31), rest
        else:
            self._waiting, self._ended, self.trailing = b"", True, True


def truncated(place: Location) -> UserError:
    """The file ends too early."""
    return user_error("truncated", "the file is incomplete: it ends in the middle", place,
                      why="This happens when a download or a copy was interrupted.", remedy="copy or download it again")


def _empty(place: Location, why: str = "") -> UserError:
    return user_error("empty_file", f"the file is empty{': ' + why if why else ''}", place,
                      remedy="save the table again and check that the file has a size above 0")


def _read_up_to(stream: io.RawIOBase, limit: int) -> bytes:
    """At most ``limit`` bytes of an unbuffered stream."""
    parts: list[bytes] = []
    held = 0
    while held < limit:
        part = stream.read(min(1 << 20, limit - held))
        if not part:
            break
        parts.append(part)
        held += len(part)
    return b"".join(parts)


def _check_name(path: Path, place: Location) -> None:
    """Refuse what its name already gives away, and what is not there."""
    name = path.name.lower()
    if name.startswith("~$"):
        raise user_error(
            "lock_file",
            "this is the lock file that Excel keeps while a workbook is open, not the workbook",
            place,
            remedy=f"choose {path.name[2:]} instead",
        )
    if name.endswith((".gsheet", ".gdoc", ".gslides")):
        raise user_error("cloud_link", "this is a link to a document in the web, not a file with data", place,
                         remedy="open it in Google Sheets and choose File > Download > Microsoft Excel (.xlsx)")
    if name.endswith(".numbers"):
        raise user_error("numbers_file", "this is a document of Apple Numbers, which only Numbers can read", place,
                         remedy="open it in Numbers and choose File > Export To > Excel")
    if path.is_dir():
        raise user_error("not_a_file", "this is a folder, not a file", place, remedy="choose a file inside it")
    if not path.exists():
        raise _missing(path, place)
    if not path.is_file():
        raise user_error(
            "not_a_file", "this is not an ordinary file", place, remedy="choose a spreadsheet or text file"
        )


def _missing(path: Path, place: Location) -> UserError:
    """No such file: name the folder, or the file of nearly that name."""
    if path.is_symlink():
        return user_error("missing_file", "this is a link to a file that does not exist", place,
                          remedy="mend the link, or name the file itself")
    if re.search(r"[\x00-\x1f]", str(path)):
        return user_error("missing_file", "there is no such file; its name holds a special sign that \\ made in double "
                          "quotes", place, remedy='write paths with / instead of \\ ("data/table.xlsx"), or in single '
                          "quotes")
    folder = path.parent
    if not folder.is_dir():
        return user_error("missing_file", f"there is no folder “{folder.name}” to read the file from", place,
                          remedy="check the path")
    try:
        names = [entry.name for _, entry in zip(range(5000), folder.iterdir())]
    except OSError:
        names = []
    by_stem = {name.lower().partition(".")[0]: name for name in sorted(names, reverse=True) if not name.startswith(".")}
    near = difflib.get_close_matches(path.name.lower().partition(".")[0], list(by_stem), n=1, cutoff=0.7)
    remedy = f"did you mean {by_stem[near[0]]}?" if near else "check the name and the folder"
    return user_error("missing_file", "there is no such file", place, remedy=remedy)


def _size(path: Path, place: Location) -> int:
    try:
        return path.stat().st_size
    except OSError:
        raise user_error("unreadable", "the file cannot be opened", place,
                         remedy="copy it to this computer and try again") from None


def _kind(path: Path, head: bytes, place: Location) -> str:
    """ "zip", "ole" or "text"; everything else is refused by its own name."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(OLE_MAGIC):
        return "ole"
    refuse_foreign(head, path.suffix.lower(), place)
    return "text"


def _ole_kind(data: bytes, place: Location) -> str:
    """ "xls", or the reason why this container of old Office programs cannot be read."""
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise password_protected(place)
    if holds("Workbook") or holds("Book"):
        return "xls"
    if holds("WordDocument"):
        raise user_error("not_a_table", "this is a Word document, not a spreadsheet", place,
                         remedy="copy the table into Excel and save it as xlsx")
    if len(data) < 1536:
        raise truncated(place)
    raise user_error("not_a_table", "this file of an old Office program holds no workbook", place,
                     remedy="open it in the program that made it and save it as xlsx")


def password_protected(place: Location) -> UserError:
    """A workbook that needs a password to open."""
    return user_error(
        "password_protected",
        "the workbook is protected by a password, so it cannot be read",
        place,
        remedy="open it in Excel, remove the password under File > Info > Protect Workbook, and save it again",
    )
