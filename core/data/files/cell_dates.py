"""Dates and times as spreadsheet programs hold them: numbers with a format.

Not for: dates written as text, which stay text.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

DATE_FORMATS = {
    **dict.fromkeys((14, 15, 16, 17, 22), "date"),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), "time"),
    46: "duration",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "date"),
}
"""Built-in number formats of ECMA-376 part 1, 18.8.30, that show a date or a time."""
_QUOTED_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I)


def format_kind(code: str) -> str:
    """ "date", "time", "duration" or "" for a number format such as ``dd/mm/yyyy``."""
    code = _QUOTED_FORMAT.sub("", code.split(";")[0]).lower()
    if re.search(r"\[[hms]+\]", code):
        return "duration"
    if "general" in code or "standard" in code:
        return ""
    if re.search(r"[yd]|mmm", code):
        return "date"
    if re.search(r"[hs]", code):
        return "time"
    return "date" if "m" in code else ""


def serial_text(serial: float, kind: str, *, from_1904: bool = False) -> str:
    """A date as ISO text, a time as ``hh:mm:ss``; empty where the number is none (negative, or beyond the year 9999).

    Serial 60 is 29 February 1900, which Excel invented; numbers below it are one day off.
    """
    if not 0 <= serial < 2_958_466:
        return ""
    seconds = round(serial * 86_400)
    days, of_day = divmod(seconds, 86_400)
    clock = f"{of_day // 3600:02d}:{of_day // 60 % 60:02d}:{of_day % 60:02d}"
    if kind == "duration":
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if days == 0 and not from_1904:
        return clock if of_day or kind == "time" else ""
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 31) if days < 60 else date(1899, 12, 30)
    if kind == "time" and days == 0:
        return clock
    try:
        day = (first + timedelta(days=days)).isoformat()
    except OverflowError:
        return ""
    return f"{day} {clock}" if of_day else day
