"""The columns and values that a data set's role names: pairs of biopsies, groups or response of cell lines.

Not for: using them; the analyses of these roles do. Here it is only checked that they exist.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.data.nearest_name import column_remedy, nearest
from core.data.patients.biopsy_dates import time_points
from core.data.tables import ClinicalTable
from core.data.values import value_key
from core.problems import Location, Problem

COLUMN_KEYS = ("patient", "time_point", "column", "line", "state")
VALUES_OF = {"before": "time_point", "after": "time_point", "parental": "state", "resistant": "state",
             "sensitive": "column"}
_SHOWN = 6


def check_role_columns(layout: Mapping[str, Mapping[str, str]], clinical: ClinicalTable | None,
                       dataset: str) -> tuple[Problem, ...]:
    """Problems where a named column is missing ("no_column") or a named value stands in no row ("value_absent").

    Without a clinical table there is nothing that the names could mean ("no_clinical").
    """
    found: list[Problem] = []
    for key, part in layout.items():
        if "from" in part:
            continue  # the names of the samples say it, no column
        if clinical is None:
            found.append(Problem(
                "no_clinical", f"“{key}” of the data set “{dataset}” names columns, but there is no clinical table",
                Location(), remedy="add clinical = { file = … }", answer_key="clinical"))
            continue
        missing = [part[name] for name in COLUMN_KEYS if name in part and part[name] not in clinical.columns]
        found += [Problem("no_column", f"there is no column “{name}” ({key} of “{dataset}”)", clinical.place,
                          remedy=column_remedy(name, tuple(clinical.columns)), answer_key=key) for name in missing]
        if not missing:
            found += _absent_values(key, part, clinical)
    return tuple(found)


def _absent_values(key: str, part: Mapping[str, str], clinical: ClinicalTable) -> list[Problem]:
    found = []
    for name, value in part.items():
        named = VALUES_OF.get(name, "")
        column = clinical.columns.get(part.get(named) or part.get("column", "")) if named else None
        if column is None:
            continue
        if named == "time_point" and "patient" in part:
            column = time_points(clinical.columns[part["patient"]], column, part["before"], part["after"])
        there = list(dict.fromkeys(text for row, text in enumerate(column.texts) if row not in column.missing))
        if value_key(value) not in {value_key(text) for text in there}:
            close = nearest(value, there)
            rest = ", …" if len(there) > _SHOWN else ""
            found.append(Problem(
                "value_absent", f"no row of “{column.name}” has the value “{value}” ({key}, {name})", column.place,
                why="No sample would be used.", answer_key=key,
                remedy=f"did you mean “{close}”?" if close else f"values there: {', '.join(there[:_SHOWN])}{rest}"))
    return found
