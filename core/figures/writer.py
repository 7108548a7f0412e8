"""A FigureSpec into files: PDF, SVG, PNG, TIFF, EPS. Sizes in mm are exact, text stays text, two runs give equal bytes.

Not for: the window, which draws the same value with pyqtgraph; never used by analyses.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_ps import FigureCanvasPS
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from core.figures.drawing import draw
from core.figures.file_names import file_stem as file_stem
from core.figures.file_names import printable
from core.figures.page_layout import place_figure
from core.figures.spec import FigureSpec
from core.figures.style import FALLBACK_FAMILY, FAMILY, SVG_FAMILIES, drawing_settings
from core.figures.text_layout import characters_without_glyph

FORMATS = ("pdf", "svg", "png", "tiff", "eps")


def write_figure(spec: FigureSpec, folder: Path, formats: Sequence[str] = ("pdf", "svg", "png"),
                 dpi: int = 300) -> tuple[Path, ...]:
    """Write one figure into ``folder``, once per format, and return the files in the order of ``formats``.

    Parameters
    ----------
    spec : FigureSpec
        Its name, made safe by ``file_stem``, is the file's name.
    formats : sequence of str
        Of "pdf", "svg", "png", "tiff" (RGB, LZW) and "eps" (no transparency: colours are flattened).
    dpi : int
        Resolution of PNG and TIFF.

    Raises
    ------
    ValueError
        For a format that is not in the list.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise ValueError(f"unknown figure format {', '.join(unknown)}; known: {', '.join(FORMATS)}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        path = folder / f"{file_stem(spec.name)}.{name}"
        path.write_bytes(figure_bytes(spec, name, dpi))
        written.append(path)
    return tuple(written)


def figure_bytes(spec: FigureSpec, file_format: str, dpi: int = 300) -> bytes:
    """The file's content. The export dialog shows the bytes of "png" as its preview."""
    with drawing_settings():
        figure = draw(spec, place_figure(spec), flat=file_format == "eps")
        return WRITERS[file_format](figure, spec, dpi)


def missing_characters(spec: FigureSpec) -> tuple[str, ...]:
    """Characters that the bundled fonts cannot draw: boxes in PDF and PNG, whole in SVG. For a note in the report."""
    return tuple(characters_without_glyph("".join(spec.texts())))


def _pdf(figure: Figure, spec: FigureSpec, dpi: int) -> bytes:
    target = io.BytesIO()
    facts = {"Title": printable(spec.title), "Subject": printable(spec.alt_text), "Creator": "RTKscope",
             "Producer": "RTKscope", "CreationDate": None, "ModDate": None}
    FigureCanvasPdf(figure).print_pdf(target, metadata=facts)  # type: ignore[no-untyped-call]
    return target.getvalue()


def _svg(figure: Figure, spec: FigureSpec, dpi: int) -> bytes:
    target = io.BytesIO()
    facts = {"Title": printable(spec.title), "Description": printable(spec.alt_text), "Date": None,
             "Creator": "RTKscope", "Format": None, "Type": None}
    FigureCanvasSVG(figure).print_svg(target, metadata=facts)  # type: ignore[no-untyped-call]
    text = target.getvalue().decode("utf-8")
    return text.replace(f"'{FAMILY}', '{FALLBACK_FAMILY}'", SVG_FAMILIES).encode("utf-8")


def _png(figure: Figure, spec: FigureSpec, dpi: int) -> bytes:
    target = io.BytesIO()
    _pixels(figure, dpi).save(target, format="png", dpi=(dpi, dpi), optimize=False)
    return target.getvalue()


def _tiff(figure: Figure, spec: FigureSpec, dpi: int) -> bytes:
    target = io.BytesIO()
    _pixels(figure, dpi).save(target, format="tiff", dpi=(dpi, dpi), compression="tiff_lzw")
    return target.getvalue()


def _eps(figure: Figure, spec: FigureSpec, dpi: int) -> bytes:
    target = io.BytesIO()
    facts = {"Creator": "RTKscope", "Title": "".join(letter if letter.isascii() else "_" for letter in spec.name)}
    FigureCanvasPS(figure).print_eps(target, metadata=facts)
    return re.sub(rb"%%CreationDate: [^\n]*\n", b"", target.getvalue())


def _pixels(figure: Figure, dpi: int) -> Image.Image:
    """The drawing as RGB, without transparency."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), pixels, "raw", "RGBA", 0, 1)
    return picture.convert("RGB")


WRITERS: dict[str, Callable[[Figure, FigureSpec, int], bytes]] = {
    "pdf": _pdf, "svg": _svg, "png": _png, "tiff": _tiff, "eps": _eps,
}
