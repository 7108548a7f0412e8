"""Parameters of an analysis from a study file or a form: types, limits and choices checked against the dataclass.

Not for: what a parameter means; its help text stands beside its field.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from core.data.files.raw_table import number_words
from core.data.values import value_key
from core.problems import Location, Problem, UserError

P = TypeVar("P")


def build_parameters(kind: type[P], values: Mapping[str, Any], place: Location) -> P:
    """The parameters with every absent field at its default.

    Raises
    ------
    UserError
        One problem per unknown or wrong field: "unknown_parameter", "wrong_type", "out_of_range", "unknown_value".
    """
    fields = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    problems: list[Problem] = []
    chosen: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            close = difflib.get_close_matches(name, fields, n=1)
            remedy = f"did you mean “{close[0]}”?" if close else "parameters that exist: " + ", ".join(fields)
            problems.append(Problem("unknown_parameter", f"the parameter “{name}” is not known", place, remedy=remedy))
            continue
        field = fields[name]
        try:
            chosen[name] = _converted(value, field.default, field.metadata)
        except ValueError as error:
            code, what, remedy = error.args
            problems.append(Problem(code, f"“{name}” {what}", place, remedy=remedy, answer_key=name))
    if problems:
        raise UserError(*problems)
    return kind(**chosen)


def _converted(value: Any, default: Any, facts: Mapping[str, Any]) -> Any:
    """The value in the type of the default; raises ValueError(code, what, remedy)."""
    if facts.get("receptors") and default == "all":
        if isinstance(value, str):
            return "all" if value.strip().lower() == "all" else (value.strip(),)
        return _texts(value)
    if facts.get("values"):
        return _values(value) if isinstance(default, tuple) else (_values(value) or ("",))[0]
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ValueError("wrong_type", "must be true or false", "")
        return value
    if isinstance(default, (int, float)):
        return _number(value, isinstance(default, int), facts)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ValueError("wrong_type", "must be a text", "")
        return _choice(value, facts)
    if isinstance(default, tuple) and default and isinstance(default[0], float):
        if not isinstance(value, (list, tuple)) or len(value) != len(default):
            raise ValueError("wrong_type", f"must be {len(default)} numbers", f"for example {list(default)}")
        numbers = tuple(float(_number(item, False, facts)) for item in value)
        if list(numbers) != sorted(set(numbers)):
            raise ValueError("out_of_range", "must rise from first to last", f"for example {list(default)}")
        return numbers
    return _texts([value] if isinstance(value, str) else value)


def _number(value: Any, whole: bool, facts: Mapping[str, Any]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("wrong_type", "must be a number", "")
    if whole and value != int(value):
        raise ValueError("wrong_type", "must be a whole number", "")
    low, high = facts.get("low"), facts.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        limits = " and ".join(f"at {word} {number_words(limit)}" for word, limit in (("least", low), ("most", high))
                              if limit is not None)
        raise ValueError("out_of_range", f"is {value:g}", f"it must be {limits}")
    return int(value) if whole else float(value)


def _choice(value: str, facts: Mapping[str, Any]) -> str:
    choices = facts.get("choices") or ()
    if not choices:
        return value.strip()
    for choice in choices:
        if choice.lower() == value.strip().lower():
            return str(choice)
    shown = ", ".join(f"“{choice}”" for choice in choices if choice)
    raise ValueError("unknown_value", f"is “{value}”", f"it can be {shown}")


def value_parameter(default: Any, *, label: str, help: str) -> Any:
    """A field for values of a column or a free number: a study file may write 1, "1" or true, kept as text."""
    facts = {"label": label, "help": help, "unit": "", "low": None, "high": None, "choices": (), "receptors": False,
             "values": True}
    return dataclasses.field(default=default, metadata=facts)


def _values(value: Any) -> tuple[str, ...]:
    """Texts, numbers and true or false, as the texts that they equal in a sheet."""
    listed = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(item, (str, bool, int, float)) for item in listed):
        raise ValueError("wrong_type", "must be a value or a list of values", 'for example ["pCR"]')
    return tuple(dict.fromkeys(value_key(item) if not isinstance(item, str) else item.strip() for item in listed))


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError("wrong_type", "must be a list of texts", 'for example ["age", "grade"]')
    return tuple(dict.fromkeys(item.strip() for item in value))
