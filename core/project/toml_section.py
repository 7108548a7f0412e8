"""One table of a TOML file, read key by key: types checked, unknown keys refused by name with the nearest that exists.

Not for: what the keys mean; that is study_file.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.data.nearest_name import nearest
from core.problems import Location, Problem


class Section:
    """A TOML table with its place in the file; collects problems instead of stopping at the first.

    Parameters
    ----------
    values : dict
        As tomllib gives it.
    file, place : str
        The study file's name, and words for where the table stands (``dataset "metabric" › expression``).
    problems : list
        Every problem found is appended here; the caller raises them together.
    """

    def __init__(self, values: dict[str, Any], file: str, place: str, problems: list[Problem]) -> None:
        self.values = values
        self.file = file
        self.place = place
        self.problems = problems

    def problem(self, code: str, what: str, *, remedy: str = "", why: str = "", key: str = "") -> None:
        """Record a problem of this section."""
        self.problems.append(Problem(code, what, Location(self.file, cell=self.place), why, remedy, answer_key=key))

    def allow(self, known: Sequence[str]) -> None:
        """Refuse every key that is not in ``known``, naming the nearest that is."""
        for key in self.values:
            if key not in known:
                close = nearest(key, known)
                remedy = f"did you mean “{close}”?" if close else "keys that exist here: " + ", ".join(known)
                self.problem("unknown_key", f"the key “{key}” is not known", remedy=remedy)

    def text(self, key: str, *, required: bool = False, choices: Sequence[str] = (), default: str = "") -> str:
        """A text, trimmed; one of ``choices`` where given (without regard to case)."""
        if key not in self.values:
            if required:
                self.problem("missing_key", f"the key “{key}” is missing", remedy=f"add {key} = …", key=key)
            return default
        value = self.values[key]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.problem("wrong_type", f"“{key}” must be a text", remedy=f'write {key} = "…"')
            return default
        if required and not value.strip():
            self.problem("missing_key", f"“{key}” is empty", remedy=f"fill in {key}", key=key)
        if choices and value.strip().lower() not in [choice.lower() for choice in choices]:
            close = nearest(value, choices)
            hint = f"did you mean “{close}”? " if close else ""
            self.problem("unknown_value", f"“{key}” is “{value}”", key=key,
                         remedy=f"{hint}it can be " + ", ".join(f"“{choice}”" for choice in choices))
            return default
        if choices:
            return next(choice for choice in choices if choice.lower() == value.strip().lower())
        return value

    def number(self, key: str, *, low: float | None = None, high: float | None = None,
               example: str = "1.5") -> float | None:
        """A finite number within its limits, or None where the key is absent or wrong."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            self.problem("wrong_type", f"“{key}” must be a number", remedy=f"write {key} = {example}")
            return None
        if (low is not None and value < low) or (high is not None and value > high):
            between = " and ".join(f"at {word} {limit:g}" for word, limit in (("least", low), ("most", high))
                                   if limit is not None)
            self.problem("out_of_range", f"“{key}” is {value:g}", remedy=f"it must be {between}")
            return None
        return float(value)

    def flag(self, key: str) -> bool | None:
        """true or false, or None where the key is absent or wrong."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            self.problem("wrong_type", f"“{key}” must be true or false")
            return None
        return value

    def scalars(self, key: str) -> tuple[str | int | float | bool, ...] | None:
        """A list of plain values (a single value counts as a list of one), or None where absent or wrong."""
        value = self.values.get(key)
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, (str, int, float, bool)) for item in items):
            self.problem("wrong_type", f"“{key}” must be a list of texts or numbers",
                         remedy=f'write {key} = ["a", "b"]')
            return None
        return tuple(items)

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts (numbers are read as texts), or None where absent or wrong."""
        values = self.scalars(key)
        return None if values is None else tuple(str(value) for value in values)

    def section(self, key: str) -> Section | None:
        """The table under ``key``, or None where absent or wrong."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.problem("wrong_type", f"“{key}” must be a table", remedy=f"write {key} = {{ … }}")
            return None
        return Section(value, self.file, f"{self.place} › {key}" if self.place else key, self.problems)

    def sections(self, key: str, *, singular_too: bool = True) -> list[Section]:
        """The list of tables under ``key``; a single table counts as a list of one."""
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, dict) and singular_too:
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.problem("wrong_type", f"“{key}” must be a list of tables", remedy=f"write [[{key}]] above its keys")
            return []
        found = []
        for number, item in enumerate(value, start=1):
            name = item.get("name")
            label = f'{key} “{name}”' if isinstance(name, str) else (key if len(value) == 1 else f"{key} {number}")
            found.append(Section(item, self.file, f"{self.place} › {label}" if self.place else label, self.problems))
        return found

    def text_map(self, key: str) -> dict[str, str]:
        """A table of texts (numbers are read as texts); empty where absent or wrong."""
        value = self.values.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(item, (str, int, float)) for item in value.values()):
            self.problem("wrong_type", f"“{key}” must be a table of texts", remedy=f'write {key} = {{ "a" = "b" }}')
            return {}
        return {str(name): str(item) for name, item in value.items()}
