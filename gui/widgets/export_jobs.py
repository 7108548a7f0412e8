"""What the export dialog has done off the GUI thread: the preview with its checks, the files, the clipboard's picture.

Not for: widgets. Everything here takes values and gives values; matplotlib is loaded in the thread that draws.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.figures.figure_settings import FigureSettings
from core.figures.presets import preset_of
from core.jobs import JobContext
from core.problems import Problem, UserError

if TYPE_CHECKING:
    from core.figures.preflight import Check
    from core.figures.spec import FigureSpec

MOST_PIXELS = 8_000_000
"""A preview of more pixels than this is drawn coarser than the file; no screen shows the difference."""
PICTURE = "image/png"


@dataclass(frozen=True, eq=False)
class Preview:
    """A figure as its file will be: the very pixels, and what the journal will say."""

    spec: FigureSpec
    pixels: NDArray[np.uint8]
    dpi: int
    checks: tuple[Check, ...] = ()
    missing: tuple[Problem, ...] = field(default=())
    """Why the wanted size cannot be drawn; ``spec`` is then the last one that could."""


def preview_dpi(width_mm: float, height_mm: float, dpi: int) -> int:
    """The file's own resolution, or less where the picture would be too large to handle."""
    most = math.sqrt(MOST_PIXELS / (width_mm / 25.4 * height_mm / 25.4))
    return max(36, min(dpi, int(most)))


def draw_preview(spec: FigureSpec, settings: FigureSettings, dpi: int, job: JobContext) -> Preview:
    """Lay the figure out for the settings and draw the PNG's own pixels.

    Raises
    ------
    UserError
        "figure_too_small" with the smallest size that works.
    """
    from PIL import Image

    from core.figures.restyle import restyled
    from core.figures.writer import figure_bytes

    job.progress(0.0, "Drawing the preview")
    made = restyled(spec, settings)
    fine = preview_dpi(made.width_mm, made.height_mm, dpi)
    job.progress(0.3, "Drawing the preview")
    content = figure_bytes(made, "png", fine)
    job.progress(0.9, "Drawing the preview")
    with Image.open(io.BytesIO(content)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    return Preview(made, pixels, fine)


def check_figure(spec: FigureSpec, settings: FigureSettings, formats: Sequence[str], dpi: int, simulated: bool,
                 job: JobContext) -> tuple[Check, ...]:
    """Every check of the figure as restyled; made after the preview, because files have to be drawn for it."""
    from core.figures.preflight import preflight

    job.progress(0.0, "Checking the figure")
    return preflight(spec, preset_of(settings.preset), formats=formats, dpi=dpi, simulated=simulated)


def seen(pixels: NDArray[np.uint8], vision: str) -> NDArray[np.uint8]:
    """The preview's pixels as seen with that colour vision."""
    from core.figures.colour_vision import seen_as

    return seen_as(pixels, vision)


def write_files(spec: FigureSpec, settings: FigureSettings, stem: Path, formats: Sequence[str], dpi: int,
                may_replace: bool, facts: Sequence[tuple[str, Any]], job: JobContext) -> tuple[Path, ...]:
    """The files on the disk, in one go.

    Raises
    ------
    UserError
        As ``export_figure``.
    """
    from core.export.figure_package import DATA, export_figure
    from core.figures.restyle import restyled
    from core.versions import versions

    preset = preset_of(settings.preset)
    told = [("Journal", f"{preset.label}; {preset.source}, as of {preset.as_of}"), *facts]
    pictures = [name for name in formats if name != DATA]
    return export_figure(restyled(spec, settings), stem, pictures, dpi=dpi, with_data=DATA in formats,
                         may_replace=may_replace, facts=told, versions=versions(), job=job)


def picture_and_data(spec: FigureSpec, settings: FigureSettings, dpi: int, job: JobContext) -> tuple[bytes, str]:
    """PNG bytes and tab-separated text for the clipboard."""
    from core.export.figure_package import table_text
    from core.figures.restyle import restyled
    from core.figures.writer import figure_bytes

    job.progress(0.0, "Copying the picture")
    made = restyled(spec, settings)
    content = figure_bytes(made, "png", preview_dpi(made.width_mm, made.height_mm, dpi))
    job.progress(0.9, "Copying the picture")
    return content, table_text(made)


def problem_of(problems: Sequence[Problem]) -> str:
    """One paragraph: what, and what to do."""
    return " ".join(_sentence(f"{problem.what}; {problem.remedy}" if problem.remedy else problem.what)
                    for problem in problems)


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


Submit = Callable[..., Any]
"""``JobRunner.submit``, handed in so that widgets need not know it."""

__all__ = ["PICTURE", "Preview", "Submit", "UserError", "check_figure", "draw_preview", "picture_and_data",
           "preview_dpi", "problem_of", "seen", "write_files"]
