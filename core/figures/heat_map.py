"""Receptors by patients as a heat map: annotation bars above, the tree of the receptors beside it, a colour key below.

Not for: ordering or scoring; rows and columns arrive in the order in which they are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.figures.correlation_map import colour_key
from core.figures.number_words import counted, list_words, shortened
from core.figures.spec import Axis, FigureSpec, KeyEntry, Line, Matrix, Panel, Strips, TextColumn

FloatArray = NDArray[np.float64]

CLIP = 2.5
TREE_SHARE, MAP_SHARE = 0.1, 0.9
ROW_MM, LEAST_ROW_MM, STRIP_MM, PAGE_MM = 4.2, 2.5, 3.4, 245.0
KEY_LINE_MM, HEADING_MM = 3.0, 9.0
LONGEST_NAME = 40


@dataclass(frozen=True, eq=False)
class AnnotationBar:
    """One bar above the map: a figure role and a shade per patient (Strips), the words for hovering, and its key."""

    name: str
    roles: tuple[str, ...]
    shades: FloatArray
    texts: tuple[str, ...]
    key: tuple[KeyEntry, ...]


def heat_map(receptors: tuple[str, ...], patients: tuple[str, ...], z: FloatArray, bars: Sequence[AnnotationBar], *,
             merges: FloatArray, heights: FloatArray, cohort_words: str, value_words: str, left_out_words: str = "",
             badge: str = "", width_mm: float = 180.0) -> FigureSpec:
    """The map.

    Parameters
    ----------
    receptors, patients, z : rows, columns and (n_receptors, n_patients) z scores, all in the order of the drawing.
    bars : sequence of AnnotationBar
        From top to bottom, patients in the same order; the outcome first.
    merges, heights : of the receptors' Clustering; drawn as a tree at the left where it has branches.
    left_out_words : str
        Who or what is not in the map.
    """
    rows_mm = min(ROW_MM * max(len(receptors), 6), max(LEAST_ROW_MM * len(receptors), 90.0))
    entries = tuple(entry for bar in bars for entry in bar.key)
    key_mm = 10.5 + KEY_LINE_MM * _key_lines(entries, width_mm)
    bars_mm = STRIP_MM * max(len(bars), 1) + HEADING_MM
    top = Panel(
        x=Axis("", visible=False), y=Axis("", visible=False),
        marks=(Strips(tuple(bar.name for bar in bars), tuple(bar.roles for bar in bars),
                      np.array([bar.shades for bar in bars]), tuple(bar.texts for bar in bars), patients),),
        title=f"Heat map of {counted(len(receptors), 'receptor')}",
        remark=f"{cohort_words}, {counted(len(patients), 'patient')}",
        columns=(_names(tuple(bar.name for bar in bars)),), height_share=bars_mm, width_share=MAP_SHARE)
    map_panel = Panel(
        x=Axis("", visible=False), y=Axis("", visible=False),
        marks=(Matrix(z, receptors, (), "strong diverging", low=-CLIP, high=CLIP, samples=patients),),
        columns=(_names(receptors),), height_share=rows_mm, width_share=MAP_SHARE)
    tree = Panel(x=Axis("", visible=False, reverse=True),
                 y=Axis("", 0.0, float(max(len(receptors), 1)), reverse=True, visible=False),
                 marks=tuple(_tree(merges, heights)), height_share=rows_mm, width_share=TREE_SHARE)
    blank = _blank(bars_mm)
    scale = colour_key(f"z score within these patients; beyond ±{CLIP:g} drawn in the end colours",
                       "strong diverging", (-CLIP, -1.0, 0.0, 1.0, CLIP), height_share=key_mm, share=0.24)
    scale = Panel(x=scale.x, y=scale.y, marks=scale.marks, key=entries, height_share=key_mm, width_share=1.0)
    rows = ((blank, top), (tree, map_panel), (scale,))
    missing = int(np.isnan(z).sum())
    shown = f"{counted(len(receptors), 'receptor')} in {counted(len(patients), 'patient')}"
    above = f" Above it {list_words([bar.name for bar in bars])}." if bars else ""
    return FigureSpec(
        name="heat_map",
        title=f"Heat map of {shown}, {cohort_words}",
        rows=rows,
        alt_text=(f"Heat map of {shown} of {cohort_words}, blue low and vermillion high, both ordered by clustering: "
                  f"receptors from the top {list_words(receptors[:6])}{' and so on' if len(receptors) > 6 else ''}."
                  + above),
        caption=(
            f"{shown}, {value_words}; {cohort_words}. z scores per receptor within "
            f"these patients; values beyond ±{CLIP:g} have the colour of the end. Receptors (rows) ordered by "
            "average-linkage clustering of 1 - Pearson's correlation with optimal leaf order, tree at the left; "
            "patients (columns) by average-linkage clustering of Euclidean distances. The order says nothing of "
            "outcome, and no test was made."
            + above + (f" {counted(missing, 'value is', 'values are')} missing (dashed or hatched)." if missing else "")
            + (f" {left_out_words}" if left_out_words else "")),
        data={"z": {"receptor": receptors, **{patient: tuple(z[:, place].tolist())
                                              for place, patient in enumerate(patients)}}},
        width_mm=width_mm, height_mm=min(PAGE_MM, bars_mm + rows_mm + key_mm + 4.0 * len(rows) + 3.0
                                         + (4.0 if badge else 0.0)), badge=badge)


def numeric_bar(name: str, values: FloatArray, role: str) -> AnnotationBar:
    """A bar of numbers from pale (the smallest) to full (the largest)."""
    name, known = shortened(name, LONGEST_NAME), np.isfinite(values)
    low, high = (float(values[known].min()), float(values[known].max())) if known.any() else (0.0, 0.0)
    shades = np.where(known, (np.nan_to_num(values) - low) / (high - low or 1.0), 0.0)
    key = (KeyEntry(f"{name}: {low:g}", role, "patch", shade=0.0, new_line=True), KeyEntry(f"{high:g}", role, "patch"))
    return AnnotationBar(name, tuple(role if here else "" for here in known), shades,
                         tuple(f"{value:g}" if here else "missing" for value, here in zip(values, known, strict=True)),
                         key + _missing_key(name, bool((~known).any())))


def category_bar(name: str, texts: Sequence[str | None], colours: dict[str, tuple[str, float]],
                 other: tuple[str, float] = ("axis", 0.5)) -> AnnotationBar:
    """A bar of words; ``colours`` gives role and shade of each value in the order of the key, None is missing."""
    name = shortened(name, LONGEST_NAME)
    looks = [("", 0.0) if text is None else colours.get(text, other) for text in texts]
    words = [shortened(text, LONGEST_NAME) for text in colours]
    key = tuple(KeyEntry(f"{name}: {text}" if place == 0 else text, role, "patch", shade=shade,
                         new_line=place == 0)
                for place, (text, (role, shade)) in enumerate(zip(words, colours.values(), strict=True)))
    if any(text is not None and text not in colours for text in texts):
        key = (*key, KeyEntry(f"another {name}", other[0], "patch", shade=other[1]))
    return AnnotationBar(name, tuple(role for role, _ in looks), np.array([shade for _, shade in looks]),
                         tuple("missing" if text is None else text for text in texts),
                         key + _missing_key(name, any(text is None for text in texts)))


def _missing_key(name: str, there: bool) -> tuple[KeyEntry, ...]:
    return (KeyEntry(f"{name} missing", "", "patch"),) if there else ()


def _key_lines(entries: tuple[KeyEntry, ...], width_mm: float) -> int:
    """About how many lines the key will take."""
    lines, used = 0, 0.0
    for entry in entries:
        wide = 1.25 * len(entry.text) + 7.0
        if not lines or entry.new_line or used + wide > width_mm - 6.0:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def _names(names: tuple[str, ...]) -> TextColumn:
    return TextColumn("", names, tuple(place + 0.5 for place in range(len(names))), "right", width_mm=24.0)


def _blank(height_share: float) -> Panel:
    return Panel(x=Axis("", 0.0, 1.0, visible=False), y=Axis("", 0.0, 1.0, visible=False), marks=(),
                 height_share=height_share, width_share=TREE_SHARE)


def _tree(merges: FloatArray, heights: FloatArray) -> list[Line]:
    """Every joint as a bracket; rows lie at their middles."""
    return [Line(np.array([from_left, height, height, from_right]),
                 np.array([left, left, right, right]) + 0.5, "axis", width=0.6)
            for (left, right, from_left, from_right), height in zip(merges, heights, strict=True)]
