"""A figure at another size and with other lettering: what the export dialog's settings make of it, laid out anew.

Not for: what a journal asks (presets.py) or whether it is met (preflight.py).
"""

from __future__ import annotations

from dataclasses import replace

from core.figures.figure_settings import FigureSettings
from core.figures.inner_words import with_words_clear_of_curves
from core.figures.page_layout import PlacedFigure, lettering_of, place_figure
from core.figures.presets import PLAIN, Preset, preset_of
from core.figures.room import crowding_problem, room_for
from core.figures.spec import FigureSpec, Panel


def restyled(spec: FigureSpec, settings: FigureSettings, preset: Preset | None = None) -> FigureSpec:
    """The figure as it is to be exported; the very same figure where nothing is set.

    Parameters
    ----------
    preset : Preset, optional
        That of ``settings.preset`` unless given.

    Raises
    ------
    UserError
        "figure_too_small" when words would overlap or leave the page, with the smallest size that works.
    """
    preset = preset or preset_of(settings.preset)
    made = _dressed(spec, settings, preset)
    if _as_drawn(made) == _as_drawn(spec):
        return made if settings.alt_text or settings.caption else spec

    def resize(width: float, height: float) -> FigureSpec:
        return settle(replace(made, width_mm=width, height_mm=height))

    if settings.height_mm is None and preset is not PLAIN:
        for limit in (preset.smallest_pt, 0.0):
            size = room_for(limit, resize, made.width_mm, made.height_mm, tallest=preset.tallest_mm)
            if size is not None and size[0] == made.width_mm:
                return resize(*size)
    problem = crowding_problem(made, resize)
    if problem is not None:
        raise problem
    return resize(made.width_mm, made.height_mm)


def proposed_size(spec: FigureSpec, preset: Preset) -> tuple[float, float]:
    """Width and height in mm that a preset gives a figure: its column, and the figure's own height for its text."""
    if preset is PLAIN:
        return spec.width_mm, spec.height_mm
    if preset.key == "slide":
        return preset.width_mm, preset.tallest_mm
    height = spec.height_mm * max(preset.text_pt / spec.text_pt, 1.0)
    return preset.width_mm, round(min(height, preset.tallest_mm), 1)


def settle(spec: FigureSpec) -> FigureSpec:
    """Fewer at-risk columns where they would have to shrink, and words inside the axes moved clear of the curves."""
    rows = tuple(tuple(panel for panel in row) for row in spec.rows)
    for step in (2, 3, 4):
        cramped = _cramped(place_figure(replace(spec, rows=rows)), lettering_of(spec).small)
        if not cramped:
            break
        original = [panel for row in spec.rows for panel in row]
        present = [panel for row in rows for panel in row]
        thinner = {id(now): _thinned(first, step) for first, now in zip(original, present, strict=True)
                   if id(now) in cramped}
        rows = tuple(tuple(thinner.get(id(panel), panel) for panel in row) for row in rows)
    return with_words_clear_of_curves(replace(spec, rows=rows))


def _dressed(spec: FigureSpec, settings: FigureSettings, preset: Preset) -> FigureSpec:
    """Everything that is set, not yet laid out."""
    width, height = proposed_size(spec, preset)
    plain = preset is PLAIN
    text_pt = settings.text_pt or (spec.text_pt if plain else preset.text_pt)
    letter_pt = max(preset.letter_pt, text_pt + 1.0) if plain else preset.letter_pt
    return replace(spec, alt_text=settings.alt_text or spec.alt_text, caption=settings.caption or spec.caption,
                   width_mm=settings.width_mm or width, height_mm=settings.height_mm or height, text_pt=text_pt,
                   panel_letter=settings.panel_letter, letter_pt=letter_pt if settings.panel_letter else spec.letter_pt,
                   thinnest_pt=spec.thinnest_pt if plain else preset.thinnest_pt)


def _as_drawn(spec: FigureSpec) -> tuple[float | str, ...]:
    """What changes the drawing."""
    return (spec.width_mm, spec.height_mm, spec.text_pt, spec.panel_letter, spec.letter_pt, spec.thinnest_pt)


def _cramped(placed: PlacedFigure, small: float) -> set[int]:
    """The ``id`` of every panel whose at-risk numbers or tick labels had to shrink."""
    return {id(panel.words.panel) for panel in placed.panels if len(panel.words.panel.at_risk_times) > 2
            and any(text.kind in ("at risk", "x tick") and text.size < small - 0.01 for text in panel.texts)}


def _thinned(panel: Panel, step: int) -> Panel:
    """Every ``step``-th at-risk column, and the same ticks on the axis where they were the same."""
    times = panel.at_risk_times[::step]
    x = panel.x
    if x.ticks == panel.at_risk_times:
        x = replace(x, ticks=times, tick_labels=x.tick_labels[::step])
    return replace(panel, x=x, at_risk_times=times,
                   at_risk=tuple(replace(row, numbers=row.numbers[::step]) for row in panel.at_risk))
