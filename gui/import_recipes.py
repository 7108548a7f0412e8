"""How files were read before, remembered for files like them: keyed by the shape of their header, never holding values.

Not for: a study, which holds its own recipe; this is only what the program remembers of its user (one JSON file).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from core.data.files.raw_table import RawTable
from core.data.sheets.recipe import TableSpec
from core.data.tables import EndpointRule, Scale
from core.project.study import ROLES

FILE_NAME = "import_recipes.json"
MOST_KEPT = 200
FIELDS = ("id", "samples", "scale", "collapse", "measure", "header_row", "delimiter", "decimal", "encoding", "missing")
"""What of a TableSpec is remembered: how to read, never what was read."""
CHOICES = {"samples": ("rows", "columns"), "collapse": ("highest mean", "mean", "median"),
           "measure": ("mRNA", "total", "phospho")}
PARTS = ("expression", "clinical")
_HEADER_AMONG = 15
_MOST_NAMES = 400


@dataclass(frozen=True)
class Remembered:
    """How one sheet was read: ``tables`` are (part, fields of TableSpec), ``genes`` names of the file -> symbol.

    ``role`` and ``layout`` are those of its data set, kept with the sheet that described the samples.
    """

    file: str
    when: str
    tables: tuple[tuple[str, Mapping[str, Any]], ...]
    endpoints: tuple[EndpointRule, ...] = ()
    genes: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    layout: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def words(self) -> str:
        """ "as you did “x.xlsx” on 3 Nov 2026"."""
        try:
            day = date.fromisoformat(self.when)
            said = f"{day.day} {day:%b %Y}"
        except ValueError:
            said = self.when
        return f"as you did “{self.file}” on {said}"

    def applied(self, part: str, spec: TableSpec) -> TableSpec | None:
        """A table read the same way; None where this part was not read."""
        fields = dict(self.tables).get(part)
        return None if fields is None else replace(spec, **fields)


def signature(table: RawTable, kind: str) -> str:
    """What files of one origin share: the kind and the shapes of the names in the header row, as a hash.

    Digits count as one digit, so that ``P01_pre`` and ``P77_pre`` are one shape and nothing about a patient is kept.
    """
    best: list[str] = []
    for row in range(min(_HEADER_AMONG, table.n_rows)):
        texts = [table.texts.get(column, {}).get(row, "") for column in range(min(table.n_columns, 4000))]
        names = [" ".join(text.split()) for text in texts if text.strip()]
        numbers = int(np.isfinite(table.numbers[row]).sum())
        if len(names) > len(best) and numbers <= len(names):
            best = names
    shapes = sorted({re.sub(r"\d+", "9", name).lower() for name in best[:_MOST_NAMES]})
    return hashlib.sha256("\n".join([kind, *shapes]).encode()).hexdigest()[:24] if shapes else ""


class RecipeShelf:
    """The remembered recipes of one folder. A file that makes no sense counts as empty; writing replaces it whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def find(self, key: str) -> Remembered | None:
        """What was remembered for files of this signature."""
        entry = self._entries().get(key) if key else None
        return _read(entry) if isinstance(entry, dict) else None

    def remember(self, key: str, recipe: Remembered) -> None:
        """Keep a recipe in place of an older one. Raises OSError where the folder cannot be written."""
        if not key:
            return
        entries = {name: entry for name, entry in self._entries().items() if name != key}
        entries[key] = _written(recipe)
        self._write(dict(list(entries.items())[-MOST_KEPT:]))

    def forget(self, key: str) -> None:
        """Remember nothing for files of this signature."""
        entries = self._entries()
        if entries.pop(key, None) is not None:
            self._write(entries)

    def _entries(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, entries: Mapping[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".json")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entries, file, indent=1)
            os.replace(name, self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def recipe_of(file: str, tables: Sequence[tuple[str, TableSpec]], endpoints: Sequence[EndpointRule],
              genes: Mapping[str, str], today: date | None = None, *, role: str = "",
              layout: Mapping[str, Mapping[str, str]] | None = None) -> Remembered:
    """What is worth remembering about a sheet: the fields that were stated. Samples and cells are never kept."""
    kept = tuple((part, {name: getattr(spec, name) for name in FIELDS if getattr(spec, name) is not None})
                 for part, spec in tables)
    return Remembered(file, (today or date.today()).isoformat(), kept,
                      tuple(endpoints) if any(part == "clinical" for part, _ in kept) else (),
                      dict(genes) if any(part == "expression" for part, _ in kept) else {}, role, dict(layout or {}))


def _written(recipe: Remembered) -> dict[str, Any]:
    tables = [{"part": part, **{name: list(value) if isinstance(value, tuple) else value
                                for name, value in fields.items()}} for part, fields in recipe.tables]
    endpoints = [{"name": rule.name, "time": rule.time, "unit": rule.unit, "event": rule.event,
                  "event_values": list(rule.event_values), "competing_values": list(rule.competing_values)}
                 for rule in recipe.endpoints]
    return {"file": recipe.file, "when": recipe.when, "tables": tables, "endpoints": endpoints,
            "genes": dict(recipe.genes), "role": recipe.role,
            "layout": {key: dict(part) for key, part in recipe.layout.items()}}


def _fits(name: str, value: Any) -> bool:
    """Whether a field of TableSpec can have this value."""
    if name == "missing":
        return isinstance(value, tuple)
    if name == "header_row":
        return type(value) is int and value >= 0
    return isinstance(value, str) and (name not in CHOICES or value in CHOICES[name])


def _read(entry: Mapping[str, Any]) -> Remembered | None:
    """An entry of the file; None where a hand has changed it beyond use."""
    try:
        tables = []
        for each in entry["tables"]:
            fields = {name: each[name] for name in FIELDS if name in each}
            if "scale" in fields:
                fields["scale"] = Scale(fields["scale"])
            if "missing" in fields:
                fields["missing"] = tuple(str(word) for word in fields["missing"])
            if each["part"] not in PARTS or not all(_fits(name, value) for name, value in fields.items()):
                return None
            tables.append((each["part"], fields))
        endpoints = tuple(EndpointRule(str(rule["name"]), str(rule["time"]), str(rule["unit"]), str(rule["event"]),
                                       tuple(rule["event_values"]), tuple(rule.get("competing_values", ())))
                          for rule in entry["endpoints"])
        if not all(isinstance(value, (str, int, float)) for rule in endpoints
                   for value in (*rule.event_values, *rule.competing_values)):
            return None
        genes = {str(name): str(symbol) for name, symbol in entry["genes"].items()}
        role = str(entry.get("role", ""))
        layout = {str(key): {str(name): str(text) for name, text in part.items()}
                  for key, part in entry.get("layout", {}).items()}
        return Remembered(str(entry["file"]), str(entry["when"]), tuple(tables), endpoints, genes,
                          role if role in ROLES else "", layout)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
