"""Builders of workbook files that no library writes: old containers, binary workbooks, packages with chosen parts.

Not for: healthy xlsx files; openpyxl and XlsxWriter write those in the tests themselves.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE


def container(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file that holds one stream: [MS-CFB] 2.2-2.6."""
    content = stream.ljust(max(len(stream), 4096), b"\0")
    n_content = -(-len(content) // 512)
    n_fat = 1
    while n_fat * 128 < n_content + 1 + n_fat + _extra_sectors(n_fat):
        n_fat += 1
    n_extra = _extra_sectors(n_fat)
    first_fat = n_content + 1
    first_extra = first_fat + n_fat
    fat = [*range(1, n_content), _END, _END, *[0xFFFFFFFD] * n_fat, *[0xFFFFFFFC] * n_extra]
    fat += [_FREE] * (n_fat * 128 - len(fat))
    fat_numbers = list(range(first_fat, first_fat + n_fat))
    in_header = fat_numbers[:109] + [_FREE] * (109 - len(fat_numbers[:109]))
    header = struct.pack("<8s16xHHHHH6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, n_fat,
                         n_content, 0, 4096, _END, 0, first_extra if n_extra else _END, n_extra)
    extra = b""
    rest = fat_numbers[109:]
    for number in range(n_extra):
        part = rest[number * 127:number * 127 + 127]
        following = first_extra + number + 1 if number + 1 < n_extra else _END
        extra += struct.pack("<128I", *part, *[_FREE] * (127 - len(part)), following)
    directory = (_entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, 0, len(content))
                 + _entry("", 0, _FREE, 0, 0) * 2)
    return b"".join((header, struct.pack("<109I", *in_header), content.ljust(n_content * 512, b"\0"), directory,
                     struct.pack(f"<{len(fat)}I", *fat), extra))


def _extra_sectors(n_fat: int) -> int:
    return -(-max(n_fat - 109, 0) // 127)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIII", words, len(words) + 2 if words else 0, kind, 1, _FREE, _FREE, child, start, size, 0
    )


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of the given parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return stream.getvalue()


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def xlsx(sheet_xml: str, *, strings_xml: str = "", styles_xml: str = "", workbook_extra: str = "", name: str = "Sheet1",
         wrap: bool = True) -> bytes:
    """An xlsx with one sheet whose XML is given: the inside of its worksheet element, or all of it without ``wrap``."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{workbook_extra}<sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}">{sheet_xml}</worksheet>'
        if wrap
        else sheet_xml,
    }
    if strings_xml:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings_xml}</sst>'
    if styles_xml:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles_xml}</styleSheet>'
    return package(parts)


def ods(table_xml: str, *, head: str = "") -> bytes:
    """An ods whose table:table elements are given."""
    names = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
                     for short in ("office", "table", "text", "style"))
    return package({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f'<?xml version="1.0"?>{head}<office:document-content {names}><office:body><office:spreadsheet>'
                       f"{table_xml}</office:spreadsheet></office:body></office:document-content>"})


def _record(kind: int, body: bytes = b"") -> bytes:
    """A record of a binary workbook: kind and length seven bits at a time ([MS-XLSB] 2.1.4)."""
    kinds = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    lengths, length = b"", len(body)
    while True:
        lengths += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return kinds + lengths + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(
    rows: Sequence[Sequence[object]], *, name: str = "Sheet1", hidden_rows: Sequence[int] = (), last: bytes = b""
) -> bytes:
    """A binary workbook with one sheet: floats as reals, ints as RK, texts shared, bools, and errors as bytes.

    A tuple ("date", serial) is a number with the format of a date. ``last`` goes behind the last row.
    """
    texts: list[str] = []
    sheet = [_record(0x81), _record(0x94, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, 20)), _record(0x91)]
    for number, row in enumerate(rows):
        sheet.append(
            _record(0x00, struct.pack("<IIHBB", number, 0, 300, 0, 0x10 if number in hidden_rows else 0) + b"\0" * 5)
        )
        for column, value in enumerate(row):
            head = struct.pack("<II", column, 0)
            if isinstance(value, bool):
                sheet.append(_record(4, head + bytes([value])))
            elif isinstance(value, int):
                sheet.append(_record(2, head + struct.pack("<i", value << 2 | 2)))
            elif isinstance(value, float):
                sheet.append(_record(5, head + struct.pack("<d", value)))
            elif isinstance(value, bytes):
                sheet.append(_record(3, head + value))
            elif isinstance(value, tuple):
                sheet.append(_record(5, struct.pack("<IId", column, 1, value[1])))
            elif isinstance(value, str) and value:
                if value not in texts:
                    texts.append(value)
                sheet.append(_record(7, head + struct.pack("<I", texts.index(value))))
    sheet += [last, _record(0x92), _record(0xB0, struct.pack("<IIII", 0, 0, 0, 1)), _record(0x82)]
    strings = [_record(0x9F, struct.pack("<II", len(texts), len(texts))),
               *(_record(0x13, b"\0" + _wide(text)) for text in texts), _record(0xA0)]
    styles = [_record(0x0269, struct.pack("<I", 2)), _record(0x2F, struct.pack("<HH", 0, 0) + b"\0" * 12),
              _record(0x2F, struct.pack("<HH", 0, 14) + b"\0" * 12), _record(0x026A)]
    workbook = [
        _record(0x99, b"\0" * 8),
        _record(0x8F),
        _record(0x9C, struct.pack("<II", 0, 1) + _wide("r1") + _wide(name)),
        _record(0x90),
        _record(0x84),
    ]
    return package(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": b"".join(workbook),
            "xl/styles.bin": b"".join(styles),
            "xl/sharedStrings.bin": b"".join(strings),
            "xl/_rels/workbook.bin.rels": f'<Relationships><Relationship Id="r1" Type="{_RELATIONS}/worksheet" '
            'Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/worksheets/sheet1.bin": b"".join(sheet),
        }
    )
