"""How a text file is written: encoding, delimiter, decimal and thousands signs, judged from its beginning.

Not for: reading it (text_files.py). What cannot be decided becomes a question, never a guess.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from core.problems import Location, Problem, note, user_error, warning

PROBE_RECORDS = 200
"""Records at the start of the file that decide about the delimiter and the decimal sign."""
MAX_JUDGED = 50_000
"""Cells that are looked at for the decimal sign."""

_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|", "space": " ",
                     "spaces": " ", "whitespace": " ", "blank": " ", "colon": ":"}
_WORDS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar", " ": "spaces", "": "none"}
_CANDIDATES = ("\t", ";", "|", ",")
_NOT_FOR_FILES = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "utf_7"}
)


def delimiter_words(delimiter: str) -> str:
    """The delimiter as a word: "tab", "comma", …"""
    return _WORDS.get(delimiter, f"“{delimiter}”")


def _as_sign(text: str) -> str:
    return _NAMED_DELIMITERS.get(text.strip().lower(), text) if text.strip() else ("\t" if "\t" in text else " ")


def separates_columns(text: str) -> bool:
    """True for one sign, or the word for one ("tab", "space"), that can stand between columns."""
    delimiter = _as_sign(text)
    return len(delimiter) == 1 and delimiter not in "\"\r\n\0" and not delimiter.isalnum()


def stated_delimiter(text: str, place: Location) -> str:
    """The delimiter that a study file states, as one character."""
    delimiter = _as_sign(text)
    if not separates_columns(text):
        raise user_error("bad_delimiter", f"“{text}” cannot separate columns", place,
                         remedy='use "comma", "semicolon", "tab", "pipe" or "space"', answer_key="delimiter")
    return delimiter


def stated_decimal(text: str, place: Location) -> str:
    """The decimal sign that a study file states."""
    sign = {"comma": ",", "point": ".", "dot": ".", "period": "."}.get(text.strip().lower(), text.strip())
    if sign not in (".", ","):
        raise user_error("bad_decimal", f"“{text}” cannot be a decimal sign", place, remedy='use "." or ","',
                         answer_key="decimal")
    return sign


def stated_encoding(text: str, place: Location) -> str:
    """The encoding that a study file states, if Python knows it as an encoding of text files."""
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    name = {"ansi": "cp1252", "windows_1252": "cp1252", "utf_8": "utf-8-sig", "utf8": "utf-8-sig", "unicode": "utf-16",
            "utf_16": "utf-16", "utf16": "utf-16"}.get(name, name)
    try:
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        name = "undefined"
    if name in _NOT_FOR_FILES:
        raise user_error("bad_encoding", f"“{text}” is no encoding that can be read", place,
                         remedy='use "utf-8", "utf-16" or "cp1252"', answer_key="encoding")
    return name


def encoding_of(head: bytes) -> str:
    """The encoding that the first bytes suggest; "utf-8" is checked while reading."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * (len(head) // 2) and not even:
        return "utf-16-le"
    if even > 0.4 * (len(head) // 2) and not odd:
        return "utf-16-be"
    return "utf-8"


def split_record(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record without its line end; None while a quote is still open."""
    if delimiter == " ":
        text = " ".join(text.split()) if '"' not in text else text.strip()
    if '"' not in text:
        return text.split(delimiter)
    if text.count('"') % 2 == 0 and "\n" not in text and "\r" not in text:
        return next(csv.reader([text], delimiter=delimiter), [""])
    cells: list[str] = []
    start, end_of_text = 0, len(text)
    while True:
        if text.startswith('"', start):
            close = text.find('"', start + 1)
            while close >= 0 and text.startswith('"', close + 1):
                close = text.find('"', close + 2)
            if close < 0:
                return None
            end = text.find(delimiter, close + 1)
            end = end_of_text if end < 0 else end
            cells.append(text[start + 1:close].replace('""', '"') + text[close + 1:end])
        else:
            end = text.find(delimiter, start)
            end = end_of_text if end < 0 else end
            cells.append(text[start:end])
        if end >= end_of_text:
            return cells
        start = end + 1


def sniff_delimiter(lines: Sequence[str], place: Location) -> tuple[str, tuple[Problem, ...]]:
    """The delimiter by which the lines fall into equally many clean columns.

    Raises
    ------
    UserError
        "which_delimiter" where only spaces separate the columns.
    """
    body = [line for line in lines if line.strip() and not line.startswith(("#", "!"))] or [
        line for line in lines if line.strip()
    ]
    best, best_score, best_width = "", 0.0, 1
    for delimiter in _CANDIDATES:
        score, width = _consistency(body, delimiter)
        if score > best_score + 1e-9:
            best, best_score, best_width = delimiter, score, width
    if best_width >= 2 and best_score > 0.3:
        return best, (note("delimiter_detected", f"columns are separated by {delimiter_words(best)}"
                           f"{'s' if best != ' ' else ''}", place),)
    spaced = [len(line.split()) for line in body]
    width, count = Counter(spaced).most_common(1)[0] if spaced else (1, 0)
    if width >= 2 and count > 0.8 * len(spaced) and len(spaced) >= 2:
        raise user_error(
            "which_delimiter",
            f"the columns seem to be separated by spaces ({width} words per line), but names may contain spaces too",
            place,
            why="A name such as “P 01” would fall apart into two columns.",
            remedy='state delimiter = "space", or save the table with tabs or commas',
            answer_key="delimiter",
        )
    return "", (note("one_column", "the file has a single column", place),)


def _consistency(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Share of lines with the most common width times the share of clean cells; and that width."""
    others = re.compile("[" + re.escape("".join(sign for sign in _CANDIDATES if sign != delimiter)) + "]")
    rows = [cells for cells in (split_record(line, delimiter) for line in lines if delimiter in line) if cells]
    if not rows:
        return 0.0, 1
    width, count = Counter(len(cells) for cells in rows).most_common(1)[0]
    if width < 2:
        return 0.0, 1
    total = clean = 0
    for cells in rows:
        if len(cells) != width:
            continue
        for cell in cells[:200]:
            total += 1
            found = others.search(cell)
            clean += (
                found is None or (delimiter != "," and _NUMBER_LIKE.fullmatch(cell.strip()) is not None) or " " in cell
            )
    # A tie between delimiters goes to the one that makes more columns.
    return count / len(lines) * clean / max(total, 1) + min(width, 50) * 1e-6, width


_NUMBER_LIKE = re.compile(r"[+-]?[0-9][0-9.,'’ \u00a0\u202f]*(?:[eE][+-]?[0-9]+)?")
_GROUP_SIGNS = re.compile("['’\u00a0\u202f]")
_COMMA_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{4,},[0-9]+|[0-9]*,[0-9]+[eE][+-]?[0-9]+)"
)
_POINT_DECIMAL = re.compile(
    r"[+-]?(?:[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]+|[0-9]{4,}\.[0-9]+|[0-9]*\.[0-9]+[eE][+-]?[0-9]+)"
)
_BOTH_POINT = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_BOTH_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_GROUPS_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}")
_GROUPS_POINT = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_ONE_COMMA = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_ONE_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_OTHER_GROUPS = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?P<sign>['’\u00a0\u202f])[0-9]{3})(?:(?P=sign)[0-9]{3})*(?P<rest>[.,][0-9]+)?"
)


def number_signs(cells: Iterable[str], delimiter: str, stated: str | None,
                 place: Location) -> tuple[str, str, tuple[Problem, ...]]:
    """Decimal sign and thousands signs of a file, from the number-like cells of its beginning.

    Parameters
    ----------
    cells : iterable of str
        Trimmed cells of the columns that look like numbers.
    stated : str or None
        The decimal sign that the user stated; then only the thousands signs are judged.

    Raises
    ------
    UserError
        "which_decimal" where ``1,234`` could be 1.234 or 1234 and nothing else in the file decides.
    """
    cells = list(itertools.islice(cells, MAX_JUDGED))
    if not any("," in cell or cell.count(".") > 1 or _GROUP_SIGNS.search(cell) for cell in cells):
        return stated or ".", "", ()
    seen: Counter[str] = Counter()
    first: dict[str, str] = {}
    shapes = (("both point", _BOTH_POINT), ("both comma", _BOTH_COMMA), ("groups comma", _GROUPS_COMMA),
              ("groups point", _GROUPS_POINT), ("one comma", _ONE_COMMA), ("one point", _ONE_POINT),
              ("comma", _COMMA_DECIMAL), ("point", _POINT_DECIMAL))
    others = first_other = ""
    for cell in cells:
        for name, shape in shapes:
            if shape.fullmatch(cell):
                seen[name] += 1
                first.setdefault(name, cell)
                break
        else:
            found = _OTHER_GROUPS.fullmatch(cell)
            if found:
                others += found["sign"] if found["sign"] not in others else ""
                first_other = first_other or cell
                rest = found["rest"] or ""
                if rest:
                    seen["comma" if rest[0] == "," else "point"] += 1
                    first.setdefault("comma" if rest[0] == "," else "point", cell)
    for_comma = seen["comma"] + seen["both comma"] + seen["groups point"]
    for_point = seen["point"] + seen["both point"] + seen["groups comma"]
    decimal = stated or _decide(seen, for_comma, for_point, delimiter, first, place)
    thousands = others
    if decimal == "," and (seen["both comma"] or seen["groups point"] or (seen["one point"] and not seen["point"])):
        thousands += "."
    if decimal == "." and (seen["both point"] or seen["groups comma"] or (seen["one comma"] and not seen["comma"])):
        thousands += ","
    notes: list[Problem] = []
    if decimal == ",":
        shown = first.get("comma") or first.get("both comma") or first.get("one comma", "")
        notes.append(note("decimal_comma", f"numbers are written with a decimal comma (such as {shown})" if shown
                          else "numbers are read with a decimal comma", place))
    if thousands:
        grouped = (
            ("both comma", "groups point", "one point")
            if decimal == ","
            else ("both point", "groups comma", "one comma")
        )
        shown = next((first[name] for name in grouped if name in first), first_other)
        notes.append(note("thousands_signs", f"numbers contain thousands signs (such as {shown})", place))
    if stated is None and decimal == "," and not for_comma and not for_point:
        shown = first["one comma"]
        notes.append(
            warning(
                "decimal_assumed",
                f"numbers such as {shown} were read as {shown.replace(',', '.')}, because a file with semicolons "
                f"writes decimal commas; they could also mean {shown.replace(',', '')}",
                place,
                remedy='if so, state decimal = "."',
            )
        )
    if stated is None and for_comma and for_point:
        odd = first.get("comma" if decimal == "." else "point") or first.get(
            "both comma" if decimal == "." else "both point", ""
        )
        if odd:
            notes.append(
                warning(
                    "mixed_decimals",
                    f"decimal points and decimal commas are mixed; cells such as {odd} stay words, not numbers",
                    place,
                    remedy='write all numbers alike, or state decimal = "," or decimal = "."',
                )
            )
    return decimal, thousands, tuple(notes)


def _decide(seen: Counter[str], for_comma: int, for_point: int, delimiter: str, first: dict[str, str],
            place: Location) -> str:
    """The decimal sign, by majority of the cells that leave no doubt."""
    if for_comma or for_point:
        return "," if for_comma > for_point else "."
    if not seen["one comma"] or seen["one point"]:
        return "."
    if delimiter == ",":
        # A quoted "1,234" between commas: a program with decimal commas would have used semicolons.
        return "."
    if delimiter == ";":
        # Excel writes semicolons only where the comma is the decimal sign.
        return ","
    shown = first["one comma"]
    raise user_error(
        "which_decimal",
        f"numbers such as {shown} can mean {shown.replace(',', '.')} or {shown.replace(',', '')}",
        place,
        why="Nothing else in the file tells decimal commas from thousands signs.",
        remedy='state decimal = "," or decimal = "."',
        answer_key="decimal",
    )
