"""``ihc``, ``array``, ``blot`` and ``plate`` of a study file, read into AssaySpecs and written again.

Not for: whether the columns exist; that is found when the table is read (core/data/assays).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.data.assays.assay_spec import (
    ARRAY,
    ASSAY_KINDS,
    BLOT,
    CALLS,
    CHOICE_KEYS,
    COLUMN_KEYS,
    IHC,
    LISTED_CHOICES,
    LISTED_COLUMNS,
    SCORES,
    SIGNALS,
    AssaySpec,
)
from core.data.nearest_name import nearest
from core.project.table_section import FILE_KEYS, table_in
from core.project.toml_section import Section


def assays_in(section: Section, folder: Path, hashes: dict[str, str]) -> tuple[AssaySpec, ...]:
    """Every assay's table of a data set, kind by kind."""
    return tuple(_assay(part, kind, folder, hashes) for kind in ASSAY_KINDS for part in section.sections(kind))


def _assay(section: Section, kind: str, folder: Path, hashes: dict[str, str]) -> AssaySpec:
    own = (*COLUMN_KEYS[kind], *CHOICE_KEYS[kind], *(("pairs",) if kind == BLOT else ()))
    table = table_in(section, folder, kind, hashes, (*FILE_KEYS, "measure", *own))
    columns = {key: tuple(names) for key in COLUMN_KEYS[kind]
               if (names := _texts(section, key, key in LISTED_COLUMNS))}
    choices = {key: tuple(names) for key in CHOICE_KEYS[kind]
               if (names := _texts(section, key, key in LISTED_CHOICES or (kind, key) == ("plate", "blank")))}
    for key in ("saturation", "cycles"):
        if key in choices and section.number(key, low=0, example="40") is None:
            del choices[key]
    for of_kind, key, allowed in ((IHC, "score", SCORES), (IHC, "blank", ("missing", "negative")),
                                  (ARRAY, "values", (SIGNALS, CALLS))):
        if kind == of_kind and key in choices:
            choices[key] = (_one_of(section, key, choices[key][0], allowed),)
    for key in ("samples", "exposures"):
        if key in choices and len(choices[key]) != len(columns.get("signal", ())):
            section.problem("wrong_length", f"“{key}” has {len(choices[key])} entries and “signal” names "
                            f"{len(columns.get('signal', ()))} columns", key=key,
                            remedy=f"give {key} one entry for each column of signal")
    if "patient" not in columns and "time_point" in columns and "sample" not in columns:
        section.problem("missing_key", "“time_point” stands without “patient”", remedy="add patient = …", key="patient")
    return AssaySpec(kind, table, columns, choices, section.text_map("pairs") if kind == BLOT else {})


def _texts(section: Section, key: str, several: bool) -> tuple[str, ...]:
    if several:
        return tuple(text for text in section.texts(key) or () if text.strip())
    return (text,) if (text := section.text(key)).strip() else ()


def _one_of(section: Section, key: str, value: str, allowed: Iterable[str]) -> str:
    for each in allowed:
        if each.lower() == value.strip().lower():
            return each
    close = nearest(value, allowed)
    section.problem("unknown_value", f"“{key}” is “{value}”", key=key,
                    remedy=(f"did you mean “{close}”? " if close else "")
                    + "it can be " + ", ".join(f"“{each}”" for each in allowed))
    return next(iter(allowed))


def assay_as_values(spec: AssaySpec) -> dict[str, Any]:
    """The keys of an assay beside those of its file, as a study file writes them."""
    values: dict[str, Any] = {}
    for key in COLUMN_KEYS[spec.kind]:
        if names := spec.columns.get(key, ()):
            values[key] = list(names) if len(names) > 1 else names[0]
    for key in CHOICE_KEYS[spec.kind]:
        names = spec.choices.get(key, ())
        if not names:
            continue
        listed = key in LISTED_CHOICES or (spec.kind, key) == ("plate", "blank")
        if key in ("saturation", "cycles"):
            values[key] = float(names[0])
        else:
            values[key] = list(names) if listed else names[0]
    if spec.pairs:
        values["pairs"] = dict(spec.pairs)
    return values
