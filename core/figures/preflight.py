"""Is a figure ready for its journal? Every check is worked out from the drawing or from the files' own bytes.

Not for: laying out (restyle.py) or the numbers of a journal (presets.py). Nothing here forbids an export.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from core.figures.apart import colour_only
from core.figures.axis_units import axes_without_unit
from core.figures.caption_check import caption_gaps, named_in_caption, q_only_sentence, unnamed_q_only, with_gaps_filled
from core.figures.drawing import draw
from core.figures.file_checks import eps_transparency, pdf_fonts, pdf_size_mm, words_missing_in_svg
from core.figures.number_words import capitalised, list_words
from core.figures.page_layout import PlacedFigure, place_figure
from core.figures.presets import PLAIN, Preset
from core.figures.restyle import settle
from core.figures.room import crowded, room_for
from core.figures.spec import FigureSpec, StepLine
from core.figures.style import SMALLEST_PT, colour, drawing_settings
from core.figures.writer import figure_bytes, missing_characters

SCREEN_DPI = 96
HALF_A_PIXEL = 0.5
SLACK_MM = 0.05


@dataclass(frozen=True)
class Check:
    """One line of "Ready for the journal?".

    ``key`` names the check; ``remedy`` is the word on its link, ``action`` what it does ("width", "height", "text",
    "dpi", "caption", "format") and ``value`` with what. A check that passed has no remedy.
    """

    key: str
    title: str
    detail: str = ""
    state: str = "ok"
    remedy: str = ""
    action: str = ""
    value: str | float = ""

    @property
    def passed(self) -> bool:
        return self.state == "ok"


def preflight(spec: FigureSpec, preset: Preset = PLAIN, *, formats: Collection[str] = ("pdf",), dpi: int = 600,
              files: Mapping[str, bytes] | None = None, simulated: bool = False) -> tuple[Check, ...]:
    """Every check of a figure as it would be exported now.

    Parameters
    ----------
    spec : FigureSpec
        As ``restyled`` made it.
    preset : Preset
        Whose limits hold.
    formats : collection of str
        Files that would be written.
    dpi : int
        Of PNG and TIFF.
    files : mapping of format -> bytes, optional
        Files already made; PDF, SVG and EPS that are needed and not there are made here.
    simulated : bool
        True when the study holds simulated data: every file must say so.
    """
    files = dict(files or {})
    for name in ("pdf", "svg", *(["eps"] if "eps" in formats else [])):
        if name not in files:
            files[name] = figure_bytes(spec, name)
    placed = place_figure(spec)
    with drawing_settings():
        drawn = draw(spec, placed)
        checks = [_text(spec, drawn, preset), _lines(drawn, preset)]
        at_risk = _at_risk(spec, drawn)
    checks += [_room(spec, placed, preset), _size(spec, preset, files["pdf"]), _units(spec), _apart(spec), *at_risk,
               _caption(spec), _fonts(spec, files["pdf"], files["svg"]), _glyphs(spec)]
    if "eps" in formats:
        checks.append(_eps(files["eps"]))
    checks += [_files(preset, formats, dpi), *_badge(spec, files, simulated=simulated)]
    return tuple(checks)


def _text(spec: FigureSpec, drawn: Figure, preset: Preset) -> Check:
    sizes = [float(text.get_fontsize()) for text in drawn.findobj(Text)
             if isinstance(text, Text) and _shown(text) and text.get_label() != "panel letter"]
    smallest, largest = min(sizes, default=spec.text_pt), max(sizes, default=spec.text_pt)
    limit = f"limit {preset.smallest_pt:g} pt"
    if smallest < preset.smallest_pt - 0.01:
        title = f"Smallest text {smallest:.1f} pt"
        detail = f"{limit}: words shrank to find room" if spec.text_pt - 1 >= preset.smallest_pt else limit
        if spec.text_pt - 1 < preset.smallest_pt:
            return Check("text", title, detail, "warn", f"Use {preset.smallest_pt + 1:g} pt", "text",
                         preset.smallest_pt + 1)
        size = room_for(preset.smallest_pt, lambda wide, tall: settle(replace(spec, width_mm=wide, height_mm=tall)),
                        spec.width_mm, spec.height_mm, tallest=max(preset.tallest_mm, spec.height_mm))
        if size is not None and size[1] > spec.height_mm:
            return Check("text", title, detail, "warn", f"Make it {size[1]:.0f} mm high", "height", size[1])
        if size is not None and size[0] > spec.width_mm:
            return Check("text", title, detail, "warn", f"Make it {size[0]:.0f} mm wide", "width", size[0])
        return Check("text", title, f"{detail}. Too much for one page: show fewer rows", "warn")
    if largest > preset.largest_pt + 0.01:
        return Check("text", f"Largest text {largest:.1f} pt", f"at most {preset.largest_pt:g} pt", "warn",
                     f"Use {preset.largest_pt:g} pt", "text", preset.largest_pt)
    return Check("text", f"Smallest text {smallest:.1f} pt", limit)


def _shown(text: Text) -> bool:
    return bool(text.get_visible() and text.get_text().strip())


def line_widths(drawn: Figure) -> tuple[float, ...]:
    """Widths in points of every line that is drawn, ascending; white gaps between tiles are no lines."""
    white = to_hex(colour("surface"))
    widths: set[float] = set()
    for line in drawn.findobj(Line2D):
        if isinstance(line, Line2D) and line.get_visible() and len(line.get_xdata()):  # type: ignore[arg-type]
            if line.get_linestyle() not in ("None", "none", " ", "") and to_hex(line.get_color()) != white:
                widths.add(round(float(line.get_linewidth()), 3))
            if line.get_marker() not in ("None", "none", None, "") and line.get_markeredgewidth() > 0:
                widths.add(round(float(line.get_markeredgewidth()), 3))
    for lines in drawn.findobj(LineCollection):
        if isinstance(lines, LineCollection) and lines.get_visible():
            widths.update(round(float(width), 3) for width in np.atleast_1d(lines.get_linewidth()))
    for axes in drawn.axes:
        widths.update(round(float(spine.get_linewidth()), 3) for spine in axes.spines.values() if spine.get_visible())
    return tuple(sorted(widths))


def _lines(drawn: Figure, preset: Preset) -> Check:
    widths = line_widths(drawn) or (preset.thinnest_pt,)
    same = widths[0] == widths[-1]
    title = f"Lines {widths[0]:g} pt" if same else f"Lines {widths[0]:g} to {widths[-1]:g} pt"
    thin = widths[0] < preset.thinnest_pt - 0.001
    return Check("lines", title, f"limit {preset.thinnest_pt:g} pt", "warn" if thin else "ok")


def _room(spec: FigureSpec, placed: PlacedFigure, preset: Preset) -> Check:
    victims = crowded(spec, placed)
    if not victims:
        return Check("room", "No words cut off or on top of others")
    size = room_for(0.0, lambda wide, tall: settle(replace(spec, width_mm=wide, height_mm=tall)), spec.width_mm,
                    spec.height_mm, tallest=max(preset.tallest_mm, spec.height_mm))
    if size is None:
        return Check("room", "Words lie on top of others", _short(victims), "warn",
                     f"Use {max(SMALLEST_PT, spec.text_pt - 1):g} pt", "text", max(SMALLEST_PT, spec.text_pt - 1))
    taller = size[1] > spec.height_mm
    return Check("room", "Words lie on top of others", _short(victims), "warn",
                 f"Make it {size[1]:.0f} mm high" if taller else f"Make it {size[0]:.0f} mm wide",
                 "height" if taller else "width", size[1] if taller else size[0])


def _short(words: tuple[str, ...]) -> str:
    first = words[0] if len(words[0]) <= 30 else words[0][:29] + "\u2026"
    return f"first: \u201c{first}\u201d"


def _size(spec: FigureSpec, preset: Preset, pdf: bytes) -> Check:
    page = pdf_size_mm(pdf) or (spec.width_mm, spec.height_mm)
    title = f"Page {page[0]:.1f} \u00d7 {page[1]:.1f} mm"
    if preset is PLAIN:
        return Check("size", title, "no journal chosen")
    if page[0] > preset.width_mm + SLACK_MM:
        return Check("size", title, f"the column is {preset.width_mm:g} mm wide", "warn",
                     f"Make it {preset.width_mm:g} mm wide", "width", preset.width_mm)
    if page[1] > preset.tallest_mm + SLACK_MM:
        return Check("size", title, f"the page is {preset.tallest_mm:g} mm high", "warn",
                     f"Make it {preset.tallest_mm:g} mm high", "height", preset.tallest_mm)
    return Check("size", title, f"at most {preset.width_mm:g} \u00d7 {preset.tallest_mm:g} mm")


def _units(spec: FigureSpec) -> Check:
    bare = axes_without_unit(spec)
    sentence = f"Without unit: {list_words(bare)}."
    if not bare:
        return Check("units", "Units on both axes")
    if sentence in spec.caption:
        return Check("units", "Units on the axes or in the caption")
    return Check("units", "An axis has no unit", list_words(tuple(f"\u201c{label}\u201d" for label in bare)), "warn",
                 "Say it in the caption", "caption", f"{spec.caption.rstrip()} {sentence}")


def _apart(spec: FigureSpec) -> Check:
    found = colour_only(spec)
    if found.pairs:
        one, other = found.pairs[0]
        return Check("colour", "Two marks differ by colour only", f"\u201c{one}\u201d and \u201c{other}\u201d", "warn",
                     "See it in grey", "view", "grey")
    only = unnamed_q_only(spec)
    if only:
        return Check("colour", "Two marks differ by colour only", "hollow squares: \u201cq < 0.05 only\u201d and "
                     "\u201cneither\u201d", "warn", "Name them in the caption", "caption",
                     f"{spec.caption.rstrip()} {q_only_sentence(only)}")
    return Check("colour", "Told apart without colour", list_words(found.by) or "one series")


def _at_risk(spec: FigureSpec, drawn: Figure) -> list[Check]:
    """Where the numbers really stand, in pixels of the drawing, against the ticks of their own axes."""
    panels = [panel for row in spec.rows if row for panel in row]
    if not any(isinstance(mark, StepLine) for panel in panels for mark in panel.marks):
        return []
    if not all(panel.at_risk for panel in panels if any(isinstance(mark, StepLine) for mark in panel.marks)):
        return [Check("at risk", "No at-risk row under a curve", "journals ask for it", "warn")]
    drawn.set_dpi(SCREEN_DPI)
    worst = max((_worst_offset(drawn, axes, panel.at_risk_times, len(panel.at_risk))
                 for axes, panel in zip(drawn.axes, panels, strict=False) if panel.at_risk), default=0.0)
    if worst > HALF_A_PIXEL:
        return [Check("at risk", "At-risk row out of line with the axis", f"{worst:.1f} pixels off", "warn")]
    return [Check("at risk", "At-risk row in line with the axis")]


def _worst_offset(drawn: Figure, axes: Axes, times: tuple[float, ...], n_rows: int) -> float:
    """The largest distance in pixels between an at-risk number and the tick it belongs to, of one panel."""
    ticks = [float(axes.transData.transform((time, axes.get_ylim()[0]))[0]) for time in times]
    box = axes.get_window_extent()
    own = [place for place in (_place(text) for text in drawn.texts if text.get_label() == "at risk")
           if box.x0 - 2 <= place[0] <= box.x1 + 2 and place[1] < box.y0]
    nearest = sorted(own, key=lambda place: box.y0 - place[1])[:n_rows * len(times)]
    if len(nearest) < n_rows * len(times):
        return float("inf")
    return max((min(abs(x - tick) for tick in ticks) for x, _ in nearest), default=0.0)


def _place(text: Text) -> tuple[float, float]:
    x, y = text.get_transform().transform(text.get_position())
    return float(x), float(y)


def _caption(spec: FigureSpec) -> Check:
    gaps = caption_gaps(spec)
    if not gaps:
        named = named_in_caption(spec)
        if named:
            return Check("caption", "Caption names what it must", list_words(named))
        if spec.caption:
            return Check("caption", "Caption is there")
        return Check("caption", "No caption", "", "warn", "Edit", "edit caption")
    names = tuple(gap.name for gap in gaps)
    known = tuple(gap.sentence.rstrip(".") for gap in gaps if gap.sentence)
    title = f"{capitalised(list_words(names))} not in the caption"
    if not known:
        return Check("caption", title, "", "warn", "Edit", "edit caption")
    detail = "; ".join(dict.fromkeys(known))
    return Check("caption", title, detail if len(detail) <= 120 else detail[:119] + "\u2026", "warn", "Add", "caption",
                 with_gaps_filled(spec))


def _fonts(spec: FigureSpec, pdf: bytes, svg: bytes) -> Check:
    facts = pdf_fonts(pdf)
    lost = words_missing_in_svg(svg, spec.texts())
    if facts.type_3:
        return Check("fonts", "Type 3 fonts in the PDF", "journals send these back", "warn")
    if facts.only_named:
        return Check("fonts", "A font is not embedded", list_words(facts.only_named), "warn")
    if lost:
        return Check("fonts", "Some words are not text", _short(lost), "warn")
    return Check("fonts", "Fonts embedded, text stays text")


def _glyphs(spec: FigureSpec) -> Check:
    missing = missing_characters(spec)
    if missing:
        shown = " ".join(missing[:8])
        return Check("letters", f"No letter shape for {shown}", "boxes in PDF and PNG; the SVG keeps them for a font "
                     "that has them", "warn", "Add the SVG", "format", "svg")
    return Check("letters", "Every character has its letter shape")


def _eps(content: bytes) -> Check:
    if eps_transparency(content):
        return Check("eps", "The EPS holds transparency", "EPS cannot show it", "warn", "Leave EPS out", "no format",
                     "eps")
    return Check("eps", "EPS without transparency", "bands in the colour they have on white")


def _files(preset: Preset, formats: Collection[str], dpi: int) -> Check:
    pictures = [name for name in formats if name != "xlsx"]
    taken = [name for name in pictures if name in preset.formats]
    if not taken:
        best = preset.formats[0]
        return Check("files", "No file the journal takes", f"it takes {list_words(_upper(preset.formats))}", "warn",
                     f"Add {best.upper()}", "format", best)
    if {"png", "tiff"} & set(taken) and dpi < preset.smallest_dpi:
        return Check("files", f"Raster at {dpi} dpi", f"at least {preset.smallest_dpi} dpi", "warn",
                     f"Use {preset.dpi} dpi", "dpi", preset.dpi)
    return Check("files", f"{list_words(_upper(taken))} taken", "" if preset is PLAIN else
                 f"the journal takes {list_words(_upper(preset.formats))}")


def _upper(names: Collection[str]) -> tuple[str, ...]:
    return tuple(name.upper() for name in names)


def _badge(spec: FigureSpec, files: Mapping[str, bytes], *, simulated: bool) -> list[Check]:
    if spec.badge:
        lost = words_missing_in_svg(files["svg"], (spec.badge,))
        if not lost:
            return [Check("badge", f"Says \u201c{spec.badge}\u201d", "in every file")]
    if spec.badge or simulated:
        return [Check("badge", "Does not say that the data are simulated", "run the analysis again", "warn")]
    return []
