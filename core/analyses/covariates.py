"""Clinical columns as covariates of a model: numbers as they are, categories as indicators, complete cases only.

Not for: fitting the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.patients.cohort import Cohort
from core.data.patients.rule_steps import clinical_column
from core.data.values import value_key
from core.problems import Problem, user_error, warning

MOST_LEVELS = 10


@dataclass(frozen=True, eq=False)
class Covariates:
    """Design of the covariates among the complete cases of a cohort.

    ``rows`` index the cohort's patients who have every covariate and stratum; ``design`` has shape
    (len(rows), n_terms) with one name per term; ``strata`` holds a code per row, None where none were asked for.
    ``adjusted`` are the columns that really entered the model: one value only cannot be adjusted for.
    """

    rows: NDArray[np.intp]
    design: NDArray[np.float64]
    terms: tuple[str, ...]
    adjusted: tuple[str, ...]
    strata: NDArray[np.int64] | None
    left_out: tuple[tuple[str, str], ...]
    warnings: tuple[Problem, ...]


def build_covariates(cohort: Cohort, adjust: Sequence[str], strata: Sequence[str]) -> Covariates:
    """Covariates and strata of the cohort's patients, missing values leaving the patient out with a reason.

    A column of numbers enters as numbers; any other as indicators against its most frequent value. A column that
    is constant among the complete cases is left out with a warning.

    Raises
    ------
    UserError
        "no_column", "outcome_as_covariate", "too_many_levels", "nobody_left".
    """
    row_of = {sample: row for row, sample in enumerate(cohort.clinical.samples)}
    at = np.array([row_of[patient] for patient in cohort.patients], dtype=np.intp)
    columns = {name: clinical_column(cohort.clinical, name) for name in dict.fromkeys([*adjust, *strata])}
    outcome = [name for name in columns if name in (cohort.endpoint.time, cohort.endpoint.event)]
    if outcome:
        raise user_error("outcome_as_covariate", f"“{outcome[0]}” is the outcome itself, so it cannot be adjusted for",
                         columns[outcome[0]].place, remedy="take it out of adjust and strata", answer_key="adjust")
    complete = np.ones(len(at), dtype=bool)
    left_out: list[tuple[str, str]] = []
    for i, row in enumerate(at):
        lacking = [name for name, column in columns.items() if row in column.missing]
        if lacking:
            complete[i] = False
            left_out.append((cohort.patients[i], f"{' and '.join(lacking)} missing"))
    rows = np.flatnonzero(complete)
    if rows.size == 0:
        raise user_error("nobody_left", f"no patient of the cohort “{cohort.name}” has all of "
                         f"{', '.join(columns)}", cohort.clinical.place, remedy="adjust for fewer columns")
    parts: list[NDArray[np.float64]] = []
    terms: list[str] = []
    adjusted: list[str] = []
    warnings: list[Problem] = []
    for name in adjust:
        column = columns[name]
        numbers = column.numbers[at[rows]]
        if np.isfinite(numbers).all():
            levels: list[tuple[str, NDArray[np.float64]]] = [(name, numbers)]
        else:
            levels = _indicators(name, [column.texts[row] for row in at[rows]], cohort)
        useful = [(term, values) for term, values in levels if np.ptp(values) > 0]
        if not useful:
            warnings.append(warning("constant_covariate", f"“{name}” has one value only among the {rows.size} analysed "
                                    "patients, so it cannot be adjusted for", column.place,
                                    remedy="take it out of adjust", answer_key="adjust"))
        else:
            adjusted.append(name)
        terms += [term for term, _ in useful]
        parts += [values for _, values in useful]
    design = np.column_stack(parts) if parts else np.empty((rows.size, 0))
    codes = None
    if strata:
        keys = ["\x1f".join(value_key(columns[name].texts[row]) for name in strata) for row in at[rows]]
        codes = np.unique(np.array(keys), return_inverse=True)[1].astype(np.int64)
    return Covariates(rows, design, tuple(terms), tuple(adjusted), codes, tuple(left_out), tuple(warnings))


def _indicators(name: str, texts: list[str], cohort: Cohort) -> list[tuple[str, NDArray[np.float64]]]:
    keys = [value_key(text) for text in texts]
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    if len(counts) > MOST_LEVELS:
        raise user_error("too_many_levels", f"“{name}” has {len(counts)} different values among {len(texts)} patients, "
                         "too many for categories", cohort.clinical.place,
                         why="Each value becomes a term of the model.",
                         remedy="use a column of numbers or one with fewer categories")
    reference = min(counts, key=lambda key: (-counts[key], key))
    return [(f"{name}: {level} v {reference}", np.array([key == level for key in keys], dtype=np.float64))
            for level in sorted(counts) if level != reference]
