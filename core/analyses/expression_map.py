"""The heat map of receptors by patients: what is shown, in which order, and the bars above it.

Not for: how it looks (core/figures/heat_map.py). A heat map shows and tests nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.view_data import FloatArray, View, ViewData, z_scores
from core.data.tables import ClinicalColumn
from core.data.values import value_key
from core.figures.heat_map import CLIP, AnnotationBar, category_bar, heat_map, numeric_bar
from core.figures.number_words import capitalised, counted, list_words
from core.jobs import JobContext
from core.problems import Problem, UserError, warning
from core.statistics.clustering import cluster, correlation_distances, euclidean_distances

SERIES = ("series1", "series2", "series3", "series4", "series5", "series6")
MOST_CATEGORIES = 6
"""Further values share one colour; a column of numbers with more values than this runs from pale to full."""

MOST_WITH_TURNED_BRANCHES = 200
"""Optimal leaf order takes the cube of the number of items."""

MOST_PATIENTS = 10_000


def view_map(data: ViewData, annotations: Sequence[ClinicalColumn], job: JobContext) -> View:
    """Map, and the order of patients and receptors as tables.

    Raises
    ------
    UserError
        "nothing_varies", "too_many_patients".
    """
    names = data.receptors[:data.n_listed]
    scored = np.column_stack([z_scores(data.expression[:, column]) for column in range(data.n_listed)])
    varies = np.asarray(np.isfinite(scored).any(axis=0))
    if not varies.any():
        raise UserError(Problem("nothing_varies", "no receptor has two different values among the "
                                f"{len(data.patients)} patients, so there is no heat map", data.matrix.place,
                                remedy="choose other receptors or a wider cohort", answer_key="heat_map"))
    shown = np.asarray(np.isfinite(scored[:, varies]).any(axis=1))
    if shown.sum() > MOST_PATIENTS:
        raise UserError(Problem("too_many_patients", f"{int(shown.sum())} patients are too many for a heat map",
                                data.matrix.place, f"The program orders up to {MOST_PATIENTS:,}.",
                                "choose a smaller cohort", answer_key="heat_map"))
    receptors = tuple(name for name, kept in zip(names, varies, strict=True) if kept)
    z = scored[np.ix_(shown, varies)].T
    job.progress(0.1, f"Clustering {counted(len(receptors), 'receptor')}")
    rows = cluster(correlation_distances(z))
    job.progress(0.3, f"Clustering {counted(z.shape[1], 'patient')}")
    columns = cluster(euclidean_distances(z.T), optimal=z.shape[1] <= MOST_WITH_TURNED_BRANCHES)
    job.progress(0.9, "Drawing the heat map")
    patients = np.flatnonzero(shown)[columns.order]
    ordered = tuple(receptors[row] for row in rows.order)
    bars = [_event_bar(data, patients), *_bars(data, annotations, patients)]
    left_out = _left_out(int((~shown).sum()))
    figure = heat_map(
        ordered, tuple(data.patients[k] for k in patients), z[np.ix_(rows.order, columns.order)], bars,
        merges=rows.merges, heights=rows.heights, cohort_words=data.cohort_words, value_words=data.value_words,
        left_out_words=left_out, badge=data.badge)
    lost = [name for name, kept in zip(names, varies, strict=True) if not kept]
    warnings = (warning("constant_receptor", f"{list_words(lost)} not in the heat map: all patients have one value or "
                        "none", data.matrix.place),) if lost else ()
    return View(
        (ResultTable("heat_map_order", {"patient": [data.patients[k] for k in patients],
                                        "position": list(range(1, len(patients) + 1))},
                     "Patients of the heat map from left to right", {
                         "patient": "As in the clinical table", "position": "1 is the leftmost"}),
         ResultTable("heat_map_rows", {"receptor": list(ordered), "position": list(range(1, len(ordered) + 1))},
                     "Receptors of the heat map from top to bottom", {
                         "receptor": "Gene symbol", "position": "1 is on top"})),
        (figure,),
        (f"The heat map shows {counted(len(ordered), 'receptor')} in {counted(len(patients), 'patient')}; its order "
         f"says nothing of outcome.{' ' + left_out if left_out else ''}",),
        f"The heat map shows z scores per receptor within the patients (n - 1), colours ending at ±{CLIP:g}. Receptors "
        "were ordered by average-linkage hierarchical clustering of 1 - Pearson's correlation (optimal leaf order), "
        f"patients by that of Euclidean distances of z{_leaf_words(len(patients))}; where values are missing, "
        "distances use the shared ones. No test was made.", warnings)


def _leaf_words(n_patients: int) -> str:
    return " (optimal leaf order)" if n_patients <= MOST_WITH_TURNED_BRANCHES else ""


def _left_out(count: int) -> str:
    return f"{counted(count, 'patient')} without any value {'is' if count == 1 else 'are'} left out." if count else ""


def _event_bar(data: ViewData, patients: np.ndarray[tuple[int], np.dtype[np.intp]]) -> AnnotationBar:
    """Who had the event, in ink; follow-up is not shown, so this is no comparison."""
    happened = data.event_words.removesuffix("s")
    return category_bar(capitalised(data.endpoint), [happened if data.event[k] else "censored" for k in patients],
                        {happened: ("text", 1.0), "censored": ("text", 0.0)})


def _bars(data: ViewData, annotations: Sequence[ClinicalColumn],
          patients: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[AnnotationBar]:
    row_of = {sample: row for row, sample in enumerate(data.cohort.clinical.samples)}
    found = []
    used = 0
    for column in annotations:
        rows = [row_of[data.patients[k]] for k in patients]
        texts = [None if row in column.missing else column.texts[row].strip() for row in rows]
        numbers: FloatArray = np.array([np.nan if row in column.missing else column.numbers[row] for row in rows])
        there = [text is not None for text in texts]
        if np.isfinite(numbers[there]).all() and len(np.unique(numbers[there])) > MOST_CATEGORIES:
            found.append(numeric_bar(column.name, numbers, SERIES[used % len(SERIES)]))
            used += 1
            continue
        keys = [None if text is None else value_key(text) for text in texts]
        counts: dict[str, int] = {}
        for key in keys:
            if key is not None:
                counts[key] = counts.get(key, 0) + 1
        kept = sorted(sorted(counts, key=lambda key: (-counts[key], key))[:MOST_CATEGORIES], key=_by_size)
        colours = {key: (SERIES[(used + place) % len(SERIES)], 1.0) for place, key in enumerate(kept)}
        used += len(kept)
        found.append(category_bar(column.name, keys, colours))
    return found


def _by_size(key: str) -> tuple[int, float, str]:
    try:
        return 0, float(key), key
    except ValueError:
        return 1, 0.0, key.lower()
