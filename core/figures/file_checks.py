"""What the bytes of an exported PDF, SVG or EPS say about fonts, text and transparency. Nothing is assumed.

Not for: what the figure means or a journal's limits (preflight.py).
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

SVG_TEXT = "{http://www.w3.org/2000/svg}text"


@dataclass(frozen=True)
class FontFacts:
    """Of a PDF or EPS: fonts drawn as little programs (Type 3), fonts inside the file, fonts only named."""

    type_3: int
    embedded: tuple[str, ...]
    only_named: tuple[str, ...]


def pdf_fonts(content: bytes) -> FontFacts:
    """The fonts of a PDF."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    whole = content + b"".join(_unpacked(part) for part in streams)
    names = {match.decode("ascii", "replace") for match in re.findall(rb"/FontName\s*/([^\s/<>\[\]()]+)", whole)}
    used = {match.decode("ascii", "replace") for match in re.findall(rb"/BaseFont\s*/([^\s/<>\[\]()]+)", whole)}
    inside = len(re.findall(rb"/FontFile[23]?\s", whole))
    embedded = tuple(sorted(names)) if inside >= len(names) else ()
    return FontFacts(len(re.findall(rb"/Subtype\s*/Type3", whole)), embedded,
                     tuple(sorted(used - set(embedded))))


def svg_words(content: bytes) -> tuple[str, ...]:
    """Every text element of an SVG."""
    root = ElementTree.fromstring(content)  # our own bytes, never a file of the user
    return tuple("".join(text.itertext()) for text in root.iter(SVG_TEXT))


def words_missing_in_svg(content: bytes, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Words that are not text in the SVG; blanks do not count, since long words are broken across lines."""
    written = re.sub(r"\s", "", "".join(svg_words(content)))
    return tuple(text for text in wanted if re.sub(r"\s", "", text) not in written)


def eps_transparency(content: bytes) -> bool:
    """True where an EPS asks for transparency, which only a Ghostscript extension gives. Opaque tiles are none."""
    return bool(re.search(rb"setopacityalpha|setfillconstantalpha|setstrokeconstantalpha|/SMask", content))


def pdf_size_mm(content: bytes) -> tuple[float, float] | None:
    """The page of a PDF in mm."""
    box = re.search(rb"/MediaBox\s*\[\s*([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)\s*\]", content)
    if box is None:
        return None
    left, bottom, right, top = (float(side) for side in box.groups())
    return (right - left) / 72 * 25.4, (top - bottom) / 72 * 25.4


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream.rstrip(b"\r\n"))
    except zlib.error:
        return b""
