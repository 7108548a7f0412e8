"""Text from data inside Markdown: nothing in it may become a heading, a link, a table cell or HTML.

Not for: text that is Markdown on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SPECIAL = re.compile(r"[\\`*\[\]|$]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~(?=~)")
"""What Markdown would take for its own; an underscore inside a word or a ``<`` before a number is left as it reads."""
AT_LINE_START = re.compile(r"^(?:\d{1,9}(?=[.)](?:\s|$))|(?=[-+=#>]))")
ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])")


def escape_markdown(text: str) -> str:
    """One line of text that reads as it is, whatever it holds; line breaks and control characters become blanks."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    line = SPECIAL.sub(lambda found: f"\\{found[0]}", line)
    line = ADDRESS.sub(r"\1\\", line)
    return AT_LINE_START.sub(lambda found: f"{found[0]}\\", line)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table of plain texts."""
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    lines += [f"| {' | '.join(escape_markdown(str(cell)) for cell in row)} |" for row in rows]
    return "\n".join(lines)
