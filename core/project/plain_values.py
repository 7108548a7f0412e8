"""Frozen values to plain dicts, lists and texts and back, field by field and without loss, checked by their types.

Not for: TOML that people write (study_file.py), which forgives and explains; what is read here a program wrote.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Protocol


class NotPlain(Exception):
    """A document that does not have the form; the text names the place and what is wrong there."""


class UnknownKey(NotPlain):
    """A key that this version has no field for: a newer version wrote it."""


class Paths(Protocol):
    """How file paths are written and read."""

    def name_of(self, path: Path) -> str: ...

    def path_of(self, name: str) -> Path: ...


class AsTheyAre:
    """Paths written as they stand."""

    def name_of(self, path: Path) -> str:
        return str(path)

    def path_of(self, name: str) -> Path:
        return Path(name)


Names = Mapping[tuple[str, str], str]
"""(class, field) -> key, where they differ."""


def plain(value: Any, names: Names, paths: Paths) -> Any:
    """The value as dicts, lists, texts, numbers, flags and None; fields at their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        return {names.get((kind, item.name), item.name): plain(getattr(value, item.name), names, paths)
                for item in dataclasses.fields(value) if not _at_default(item, getattr(value, item.name))}
    if isinstance(value, Path):
        return paths.name_of(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(item, names, paths) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item, names, paths) for item in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    number = frozen_value(value)
    if isinstance(number, (str, bool, int, float)):
        return number
    raise TypeError(f"{type(value).__name__} has no plain form")


def _at_default(item: dataclasses.Field[Any], value: Any) -> bool:
    if item.default is not dataclasses.MISSING:
        default = item.default
    elif item.default_factory is not dataclasses.MISSING:
        default = item.default_factory()
    else:
        return False
    return type(value) is type(default) and bool(value == default)


def built(kind: Any, value: Any, names: Names, paths: Paths, place: str = "") -> Any:
    """The value of type ``kind`` that ``plain`` wrote.

    Raises
    ------
    NotPlain
        With the place of the first thing that does not fit; UnknownKey for a key without a field.
    """
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(typing.get_args(kind), value, names, paths, place)
    if kind is Any:
        return frozen_value(value)
    if kind is type(None) or kind is None:
        return _checked(value is None, value, place, "nothing")
    if origin is tuple:
        _checked(isinstance(value, list), value, place, "a list")
        inner = typing.get_args(kind)[0]
        return tuple(built(inner, item, names, paths, f"{place}[{number}]") for number, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        _checked(isinstance(value, dict), value, place, "a table")
        inner = typing.get_args(kind)[1]
        return {key: built(inner, item, names, paths, f"{place}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return _built_dataclass(kind, value, names, paths, place)
    return _built_single(kind, value, paths, place)


def _built_single(kind: Any, value: Any, paths: Paths, place: str) -> Any:
    if issubclass(kind, Path):
        return paths.path_of(_checked(isinstance(value, str), value, place, "a file name"))
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise NotPlain(f"{place} is {value!r}, which is not a {kind.__name__.lower()}") from None
    if kind is float:
        return _checked(type(value) in (float, int), value, place, "a number")
    if kind in (str, int, bool):
        return _checked(type(value) is kind, value, place, {str: "a text", int: "a whole number", bool: "a flag"}[kind])
    raise TypeError(f"no rule for the type {kind}")


def _one_of(kinds: tuple[Any, ...], value: Any, names: Names, paths: Paths, place: str) -> Any:
    for kind in sorted(kinds, key=lambda kind: kind is float):
        try:
            return built(kind, value, names, paths, place)
        except UnknownKey:
            raise
        except NotPlain:
            continue
    raise NotPlain(f"{place} is {_shown(value)}")


def _built_dataclass(kind: Any, value: Any, names: Names, paths: Paths, place: str) -> Any:
    _checked(isinstance(value, dict), value, place, "a table")
    hints = typing.get_type_hints(kind)
    keys = {names.get((kind.__name__, item.name), item.name): item for item in dataclasses.fields(kind)}
    for key in value:
        if key not in keys:
            raise UnknownKey(_inside(place, key))
    parts = {}
    for key, item in keys.items():
        if key in value:
            parts[item.name] = built(hints[item.name], value[key], names, paths, _inside(place, key))
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise NotPlain(f"{_inside(place, key)} is missing")
    return kind(**parts)


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def frozen_value(value: Any) -> Any:
    """Lists become tuples, dates texts and NumPy's numbers plain ones: a frozen value holds nothing that changes."""
    if isinstance(value, Mapping):
        return {key: frozen_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(frozen_value(item) for item in value)
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return frozen_value(value.tolist())
    return value.isoformat() if hasattr(value, "isoformat") else value


def _checked(fits: bool, value: Any, place: str, wanted: str) -> Any:
    if not fits:
        raise NotPlain(f"{place} is {_shown(value)}, not {wanted}")
    return value


def _shown(value: Any) -> str:
    return {dict: "a table", list: "a list", str: "a text", type(None): "nothing", bool: "a flag"}.get(
        type(value), "a number")
