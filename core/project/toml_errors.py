"""A study file that is no TOML: which line, what stands there and what to write instead.

Not for: keys that are wrong in a file that can be read (toml_section.py).
"""

from __future__ import annotations

import re

from core.problems import Location, UserError, user_error

BACKSLASH_REMEDY = 'write paths with / instead of \\ ("C:/data/table.xlsx"), or in single quotes'
_WHERE = re.compile(r" ?\(at line (\d+), column \d+\)")


def not_toml(error: str, text: str, file: str) -> UserError:
    """The problem behind tomllib's message.

    Parameters
    ----------
    error : str
        What tomllib says, such as ``Invalid value (at line 6, column 12)``.
    text : str
        The whole study file.
    """
    where = _WHERE.search(error)
    number = int(where[1]) if where else 0
    lines = text.splitlines()
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    said = _WHERE.sub("", error)
    what, remedy = f"the study file cannot be understood: {said}", "mend that line; texts stand in double quotes"
    if "\\" in line and re.search(r"escape|hex value|unescaped", said, re.IGNORECASE):
        what, remedy = "a \\ in double quotes begins a special sign and cannot stand in a path", BACKSLASH_REMEDY
    elif "overwrite" in said.lower() or "declare" in said.lower():
        what = f"a key or a table stands twice: {line.strip()[:60] or said}"
        remedy = "write both in one place; several of the same kind stand in [[double brackets]]"
        if re.match(r"\s*(genes|cells|samples)\b", line):
            remedy = 'put all of them into one, or write one line for each: genes."1-Mar" = "MARCHF1"'
    elif "newline or end of document" in said.lower() and line.strip().startswith("["):
        remedy = "write the [brackets] on a line of their own and the keys below"
    return user_error("not_toml", what, Location(file, cell=f"line {number}" if number else ""),
                      why="A study file follows the TOML rules (docs/study-file.md).", remedy=remedy)
