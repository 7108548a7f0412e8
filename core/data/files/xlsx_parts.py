"""The small parts of an xlsx workbook: its sheets, shared strings and date formats; and XML made plain for scanning.

Not for: the cells of a sheet (xlsx_cells.py).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from core.data.files.cell_dates import DATE_FORMATS, format_kind
from core.data.files.packages import damaged, pieces, read_part
from core.problems import Location, UserError, user_error

MAX_SMALL_PART = 20_000_000
"""workbook.xml and styles.xml are read whole; bloated workbooks reach a few megabytes."""
MAX_STRINGS = 8_000_000
MAX_HELD = 64_000_000
"""Bytes of one row, of one shared string or of one comment that may wait for their end."""


@dataclass(frozen=True)
class SheetPart:
    """A worksheet of the workbook and the part of the package that holds its cells."""

    name: str
    visible: bool
    part: str
    size: int


@dataclass(frozen=True)
class Book:
    """What the workbook says about all its sheets.

    ``date_styles`` maps the number of a cell style to "date", "time" or "duration". ``recalculates`` is true where
    the workbook asks the spreadsheet program to calculate everything when it is opened.
    """

    sheets: tuple[SheetPart, ...]
    strings_part: str
    date_styles: dict[int, str]
    from_1904: bool
    recalculates: bool


def read_book(package: zipfile.ZipFile, place: Location) -> Book:
    """Sheets, styles and switches of a workbook."""
    parts = {name.replace("\\", "/").lower(): name for name in package.namelist()}
    main = _main_part(package, parts, place)
    folder = posixpath.dirname(main.replace("\\", "/"))
    targets = relations(package, parts, main, place)
    root = _tree(package, main, place)
    sheets: list[SheetPart] = []
    switches: dict[str, str] = {}
    for element in root.iter():
        tag = _local(element.tag)
        if tag == "sheet":
            identifier = next((value for key, value in element.attrib.items() if _local(key) == "id"), "")
            kind, target = targets.get(identifier, ("", ""))
            name = parts.get(_joined(folder, target).lower())
            if kind == "worksheet" and name is not None:
                sheets.append(
                    SheetPart(
                        element.attrib.get("name", ""),
                        element.attrib.get("state", "visible") == "visible",
                        name,
                        package.getinfo(name).file_size,
                    )
                )
        elif tag in ("workbookPr", "calcPr"):
            switches.update(element.attrib)
    if not sheets:
        raise damaged(place, "it lists no worksheet")
    by_kind = {kind: parts.get(_joined(folder, target).lower(), "") for kind, target in targets.values()}
    styles = by_kind.get("styles") or parts.get("xl/styles.xml", "")
    strings = by_kind.get("sharedStrings") or parts.get("xl/sharedstrings.xml", "")
    return Book(tuple(sheets), strings, _date_styles(package, styles, place) if styles else {},
                switches.get("date1904") in ("1", "true"), switches.get("fullCalcOnLoad") in ("1", "true"))


def shared_strings(package: zipfile.ZipFile, part: str, place: Location) -> list[str]:
    """The texts that cells refer to by number."""
    strings: list[str] = []
    if not part:
        return strings
    for block in _blocks(plain_markup(pieces(package, part, place), place), b"</si>", b"<si/>", place):
        strings.extend("" if inner is None else inline_text(inner) for inner in _inner_strings(block))
        if len(strings) > MAX_STRINGS:
            raise user_error(
                "table_too_large",
                f"the workbook has more than {MAX_STRINGS // 1_000_000} million texts",
                place,
                remedy="copy the sheet that you need into a new workbook",
            )
    return strings


def _inner_strings(block: bytes) -> Iterator[bytes | None]:
    for found in _SI.finditer(block):
        yield found[1]


_SI = re.compile(rb"<si\b[^>]*?(?:/>|>(.*?)</si>)", re.S)
_T = re.compile(rb"<t\b[^>]*?(?:/>|>([^<]*)</t>)")
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.S)
_ENTITY = re.compile(r"&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|lt|gt|amp|quot|apos);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9a-fA-F]{4})_")


def inline_text(markup: bytes) -> str:
    """The text of a shared or inline string: all runs, without the reading aids of East Asian text."""
    if b"<rPh" in markup:
        markup = _PHONETIC.sub(b"", markup)
    return plain_text(b"".join(_T.findall(markup)))


def plain_text(markup: bytes) -> str:
    """Text content of an element: entities and the spreadsheet's own escapes (``_x000D_``) decoded."""
    text = markup.decode("utf-8", "replace")
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name in _NAMED:
        return _NAMED[name]
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(number) if number < 0x110000 else "\ufffd"


def plain_markup(stream: Iterable[bytes], place: Location) -> Iterator[bytes]:
    """XML in blocks of whole tags, without namespace prefix, comments and CDATA, attributes in double quotes.

    What Excel writes passes through unchanged. A document type is refused: entities could refer to other files or
    grow without end.
    """
    held = b""
    prefix: bytes | None = None
    for piece in stream:
        held += piece
        cut = held.rfind(b">") + 1
        if b"<!" in held:
            for opening, closing in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>")):
                begun = held.rfind(opening)
                if begun >= 0 and held.find(closing, begun) < 0:
                    cut = min(cut, begun)
        if cut <= 0:
            if len(held) > MAX_HELD:
                raise damaged(place, "its XML has no end")
            continue
        block, held = held[:cut], held[cut:]
        if prefix is None:
            found = _ROOT.search(block)
            if block.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in block[:200]:
                raise damaged(place, "its XML is not UTF-8")
            if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                raise unsafe(place)
            if found is None:
                held = block + held
                if len(held) > 4 * MAX_SMALL_PART:
                    raise damaged(place, "its XML has no beginning")
                continue
            prefix = found[1] or b""
        if b"<!" in block:
            if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
                raise unsafe(place)
            block = _CDATA.sub(_as_text, _COMMENT.sub(b"", block))
        if prefix:
            block = block.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
        if b"='" in block:
            block = _TAG.sub(_double_quotes, block)
        yield block


_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?[A-Za-z_]")
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.S)
_TAG = re.compile(rb"<[^<>]*='[^<>]*>")
_QUOTED = re.compile(rb"=\s*'([^'\"]*)'")


def _as_text(found: re.Match[bytes]) -> bytes:
    return found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _double_quotes(found: re.Match[bytes]) -> bytes:
    return _QUOTED.sub(rb'="\1"', found[0])


def _blocks(stream: Iterable[bytes], closing: bytes, empty: bytes, place: Location) -> Iterator[bytes]:
    """Cut a stream after its last whole element."""
    held = b""
    for piece in stream:
        held += piece
        cut = max(held.rfind(closing) + len(closing) if closing in held else 0,
                  held.rfind(empty) + len(empty) if empty in held else 0)
        if cut:
            yield held[:cut]
            held = held[cut:]
        elif len(held) > MAX_HELD:
            raise damaged(place, "one of its texts has no end")


def unsafe(place: Location) -> UserError:
    """XML that defines entities: no spreadsheet program writes it."""
    return user_error(
        "unsafe_file",
        "the workbook contains instructions that could read other files or fill the memory "
        "(XML entities); it was not opened",
        place,
        remedy="ask for the table in a workbook that a spreadsheet program has saved",
    )


def _tree(package: zipfile.ZipFile, part: str, place: Location) -> Element:
    content = read_part(package, part, place, MAX_SMALL_PART)
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise unsafe(place) from None
    except (ParseError, ValueError, LookupError) as error:
        raise damaged(place, f"its part {part} is no proper XML") from error
    return root


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _joined(folder: str, target: str) -> str:
    """A target of a relation as the name of a part."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target.replace("\\", "/"))).lstrip("/")


def _main_part(package: zipfile.ZipFile, parts: dict[str, str], place: Location) -> str:
    """The part with the list of sheets, wherever the package keeps it."""
    if "_rels/.rels" in parts:
        for kind, target in _read_relations(package, parts["_rels/.rels"], place).values():
            name = parts.get(_joined("", target).lower())
            if kind == "officeDocument" and name is not None:
                return name
    if "xl/workbook.xml" in parts:
        return parts["xl/workbook.xml"]
    raise damaged(place, "the list of its sheets is missing")


def relations(
    package: zipfile.ZipFile, parts: dict[str, str], main: str, place: Location
) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(main.replace("\\", "/"))
    part = parts.get(posixpath.join(folder, "_rels", name + ".rels").lower())
    if part is None:
        raise damaged(place, "the list of its parts is missing")
    return _read_relations(package, part, place)


def _read_relations(package: zipfile.ZipFile, part: str, place: Location) -> dict[str, tuple[str, str]]:
    """Identifier -> (kind, target)."""
    return {
        element.attrib.get("Id", ""): (
            element.attrib.get("Type", "").rpartition("/")[2],
            element.attrib.get("Target", ""),
        )
        for element in _tree(package, part, place)
    }


def _date_styles(package: zipfile.ZipFile, part: str, place: Location) -> dict[int, str]:
    root = _tree(package, part, place)
    custom: dict[str, str] = {}
    styles: dict[int, str] = {}
    for group in root:
        if _local(group.tag) == "numFmts":
            custom = {
                element.attrib.get("numFmtId", ""): format_kind(element.attrib.get("formatCode", ""))
                for element in group
            }
        elif _local(group.tag) == "cellXfs":
            for number, element in enumerate(group):
                identifier = element.attrib.get("numFmtId", "0")
                number_id = int(identifier) if identifier.isascii() and identifier.isdigit() else 0
                kind = custom.get(identifier, DATE_FORMATS.get(number_id, ""))
                if kind:
                    styles[number] = kind
    return styles
