"""Values as text and arrays, for fingerprints and for blocks on disk. Reading it back can run nothing.

Not for: pickle, which would run what a file says. What has no plain form is refused by name.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import sys
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]
_PLAIN = (type(None), bool, int, float, str)


def to_plain(value: Any, arrays: Arrays) -> Any:
    """The value as a tree that JSON can hold; its arrays are put at the end of ``arrays``.

    Known are None, bool, int, float, str, bytes, list, tuple, dict, sets, range, NumPy arrays and scalars,
    SeedSequence, enums, named tuples and dataclasses. Raises TypeError for anything else.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in (list, tuple):
        return [kind.__name__, *(to_plain(item, arrays) for item in value)]
    if kind is dict:
        return ["dict", *([to_plain(key, arrays), to_plain(item, arrays)] for key, item in value.items())]
    if kind in (set, frozenset):
        if not all(type(item) in _PLAIN for item in value):
            raise TypeError("a set has a plain form only where its items are numbers or text")
        return [kind.__name__, *sorted(value, key=lambda item: (type(item).__name__, repr(item)))]
    if kind is range:
        return ["range", value.start, value.stop, value.step]
    if kind is bytes:
        return ["bytes", value.hex()]
    if isinstance(value, np.generic) or kind is np.ndarray:
        array = np.asarray(value)
        if array.dtype.hasobject:
            raise TypeError("an array of objects has no plain form")
        arrays.append(array)
        return ["array" if kind is np.ndarray else "scalar", len(arrays) - 1]
    if kind is np.random.SeedSequence:
        return ["seeds", to_plain(value.entropy, arrays), to_plain(tuple(value.spawn_key), arrays), value.pool_size,
                value.n_children_spawned]
    if isinstance(value, enum.Enum):
        return ["enum", *_name_of(kind), value.name]
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return ["named tuple", *_name_of(kind), *(to_plain(item, arrays) for item in value)]
    if dataclasses.is_dataclass(value):
        return ["dataclass", *_name_of(kind), *([item.name, to_plain(getattr(value, item.name), arrays)]
                                                for item in dataclasses.fields(value))]
    raise TypeError(f"a {kind.__module__}.{kind.__qualname__} has no plain form")


def from_plain(tree: Any, arrays: Arrays, packages: Collection[str]) -> Any:
    """The value again, equal to the last bit. Classes are taken from modules of ``packages`` only.

    Raises ValueError (or LookupError, TypeError) for a tree that ``to_plain`` did not make.
    """
    if not isinstance(tree, list):
        return tree
    kind, *rest = tree

    def back(item: Any) -> Any:
        return from_plain(item, arrays, packages)

    if kind in ("list", "tuple", "set", "frozenset"):
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](back(item) for item in rest)
    if kind == "dict":
        return {back(key): back(item) for key, item in rest}
    if kind == "range":
        return range(*rest)
    if kind == "bytes":
        return bytes.fromhex(rest[0])
    if kind in ("array", "scalar"):
        return arrays[rest[0]] if kind == "array" else arrays[rest[0]][()]
    if kind == "seeds":
        return np.random.SeedSequence(back(rest[0]), spawn_key=back(rest[1]), pool_size=rest[2],
                                      n_children_spawned=rest[3])
    if kind not in ("enum", "named tuple", "dataclass"):
        raise ValueError(f"unknown form {kind!r}")
    found: Any = _class_named(kind, rest[0], rest[1], packages)
    if kind == "enum":
        return found[rest[2]]
    if kind == "named tuple":
        return found(*(back(item) for item in rest[2:]))
    made = object.__new__(found)
    for name, item in rest[2:]:
        object.__setattr__(made, name, back(item))
    return made


def digest_of(value: Any) -> str:
    """The sha256 of a value's plain form: equal for equal values in every process. Raises TypeError."""
    arrays: Arrays = []
    digest = hashlib.sha256(json.dumps(to_plain(value, arrays)).encode())
    for array in arrays:
        columns_first = array.flags.f_contiguous and not array.flags.c_contiguous
        digest.update(f"{array.dtype.descr} {array.shape} {columns_first}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _name_of(kind: type) -> tuple[str, str]:
    return kind.__module__, kind.__qualname__


def _class_named(form: str, module: str, name: str, packages: Collection[str]) -> type:
    """A class of a module that is imported already, if it is what the tree says."""
    if module.split(".")[0] not in packages:
        raise ValueError(f"{module} is not a module of the program")
    found: Any = sys.modules[module]
    for part in name.split("."):
        found = getattr(found, part)
    fits = isinstance(found, type) and {"enum": issubclass(found, enum.Enum), "dataclass": dataclasses.is_dataclass(
        found), "named tuple": issubclass(found, tuple)}[form]
    if not fits:
        raise ValueError(f"{module}.{name} is not a {form}")
    return found  # type: ignore[no-any-return]
