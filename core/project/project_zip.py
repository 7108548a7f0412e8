"""Zip packages of projects: checked before anything is unpacked, and data carried from one to the next as packed.

Not for: what the members mean (project_file.py), or workbooks (core/data/files/packages.py).
"""

from __future__ import annotations

import copy
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.jobs import JobContext
from core.problems import Location, UserError, user_error

DESCRIPTION, LEDGER, READABLE = "project.json", "tried.json", "study.toml"
DATA = re.compile(r"files/[0-9a-f]{16}/[^/\\\x00-\x1f]+")
MAX_MEMBERS = 1_000
MAX_DESCRIPTION = 64_000_000
MAX_DATA = 2_000_000_000
"""One data file, as for text in file_safety.py."""
MAX_UNPACKED = 8_000_000_000
MAX_RATIO = 200
RATIO_FROM = 20_000_000
"""Unpacked to packed, looked at above this size. What we save ourselves keeps below it (project_file.py)."""
PIECE = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError,
          UnicodeError, OverflowError, KeyError)
_WEAK = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


class BrokenPackage(Exception):
    """The package cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True)
class Carried:
    """A data file in an earlier package, as packed."""

    package: Path
    member: zipfile.ZipInfo


def open_package(handle: BinaryIO) -> zipfile.ZipFile:
    """The package behind an open file, its list of members checked: names, number, sizes, ways of packing.

    Raises
    ------
    BrokenPackage
        For what is damaged, incomplete, or not a project at all.
    """
    try:
        package = zipfile.ZipFile(handle)
    except (*BROKEN, OSError) as error:
        raise BrokenPackage("it is incomplete: the end of it is missing or damaged") from error
    members = package.infolist()
    names = [member.filename for member in members]
    if DESCRIPTION not in names:
        raise BrokenPackage("it holds no description of a study")
    if len(members) > MAX_MEMBERS or len(set(names)) != len(names):
        raise BrokenPackage("it holds more parts than a study has")
    for member in members:
        if member.filename not in (DESCRIPTION, LEDGER, READABLE) and not DATA.fullmatch(member.filename):
            raise BrokenPackage(f"it holds something that is no part of a study: {_shown(member.filename)}")
        if ".." in member.filename.split("/") or member.flag_bits & 1 or member.compress_type not in _WEAK:
            raise BrokenPackage(f"a part of it cannot be read: {_shown(member.filename)}")
        limit = MAX_DATA if member.filename.startswith("files/") else MAX_DESCRIPTION
        if member.file_size > limit or _ratio(member) > MAX_RATIO:
            raise BrokenPackage(f"a part of it unpacks to too much: {_shown(member.filename)}")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise BrokenPackage("it unpacks to too much")
    return package


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name[:80])


def _ratio(member: zipfile.ZipInfo) -> float:
    return member.file_size / max(member.compress_size, 1) if member.file_size > RATIO_FROM else 0.0


def packs_too_well(package: zipfile.ZipFile) -> set[str]:
    """Members that would be refused for their ratio when the package is opened (a table of zeros)."""
    return {member.filename for member in package.infolist() if _ratio(member) > MAX_RATIO * 0.9}


def small_member(package: zipfile.ZipFile, name: str) -> bytes:
    """A description whole. Raises BrokenPackage."""
    return b"".join(pieces_of(package, name, MAX_DESCRIPTION))


def pieces_of(package: zipfile.ZipFile, name: str, limit: int = MAX_DATA) -> Iterator[bytes]:
    """A member in pieces of a megabyte. Raises BrokenPackage where it is damaged or longer than it says."""
    held = 0
    try:
        with package.open(name) as part:
            while piece := part.read(PIECE):
                held += len(piece)
                if held > limit:
                    raise BrokenPackage(f"a part of it unpacks to too much: {_shown(name)}")
                yield piece
    except BROKEN as error:
        raise BrokenPackage(f"a part of it is damaged: {_shown(name)}") from error


def carry(into: zipfile.ZipFile, old: zipfile.ZipFile, member: zipfile.ZipInfo, job: JobContext) -> bool:
    """Copy a member as packed, checking that it still unpacks to what it says; False where it must be packed anew.

    zipfile has no call for this: the local header is written by ``ZipInfo.FileHeader`` and the list of members is
    extended, as ``ZipFile.writestr`` does itself.
    """
    target, source = into.fp, old.fp
    if target is None or source is None or member.file_size > 1 << 30 or not hasattr(into, "_didModify"):
        return False
    source.seek(member.header_offset)
    header = source.read(30)
    if len(header) != 30 or header[:4] != b"PK\x03\x04":
        return False
    source.seek(sum(struct.unpack("<HH", header[26:30])), 1)
    entry = copy.copy(member)
    entry.flag_bits &= ~0x08
    entry.extra = b""
    start = into.start_dir
    target.seek(start)
    entry.header_offset = start
    target.write(entry.FileHeader(zip64=False))
    if not _copied(source, target, entry, job):
        target.seek(start)
        return False
    into.start_dir = target.tell()
    into.filelist.append(entry)
    into.NameToInfo[entry.filename] = entry
    into._didModify = True
    return True


def _copied(source: object, target: object, entry: zipfile.ZipInfo, job: JobContext) -> bool:
    unpacker = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    crc = done = unpacked = 0
    while done < entry.compress_size:
        piece = source.read(min(PIECE, entry.compress_size - done))  # type: ignore[attr-defined]
        if not piece:
            return False
        done += len(piece)
        target.write(piece)  # type: ignore[attr-defined]
        try:
            plain = unpacker.decompress(piece) if unpacker else piece
        except zlib.error:
            return False
        crc = zlib.crc32(plain, crc)
        unpacked += len(plain)
        job.progress(done / max(entry.compress_size, 1), f"Saving {entry.filename.rpartition('/')[2]}")
    return crc == entry.CRC and unpacked == entry.file_size


def not_a_project(place: Location) -> UserError:
    """A file of another kind under our name."""
    return user_error("not_a_project", "this is not a project of RTKscope", place,
                      remedy="choose the .rtkproj file of a study, or drop a data file on the Import page")
