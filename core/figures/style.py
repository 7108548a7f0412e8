"""How figures in files look: colours of the roles (always light), the bundled fonts, sizes, matplotlib's settings.

Not for: the window's theme; gui/theme.py holds both themes under the same role names.
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager

FONT_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"
FONT_FILES = {
    ("normal", 400): ("LiberationSans-Regular.ttf", "DejaVuSans.ttf"),
    ("normal", 700): ("LiberationSans-Bold.ttf", "DejaVuSans-Bold.ttf"),
    ("italic", 400): ("LiberationSans-Italic.ttf", "DejaVuSans-Oblique.ttf"),
    ("italic", 700): ("LiberationSans-BoldItalic.ttf", "DejaVuSans-BoldOblique.ttf"),
}
FAMILY = "RTKscope Liberation Sans"
FALLBACK_FAMILY = "RTKscope DejaVu Sans"
"""Bundled files, and matplotlib's own for what they lack, under names of their own: an installed font of the same name
is never taken instead."""
SVG_FAMILIES = "'Liberation Sans', Arial, Helvetica, 'DejaVu Sans', sans-serif"

TEXT_PT = 7.0
SMALL_PT = 6.0
SMALLEST_PT = 5.0
AXIS_PT = 0.6
TICK_MM = 0.9
MM_PER_PT = 25.4 / 72
LINE_SPACING = 1.22

DRAWING = threading.RLock()


@dataclass(frozen=True)
class Lettering:
    """Sizes of a figure's words in points, all from the size of its titles; ``letter`` is the panel letter's."""

    text: float = TEXT_PT
    letter: float = TEXT_PT + 1.0

    @property
    def small(self) -> float:
        """Tick labels, remarks, at-risk rows, keys: a point smaller, not below the smallest a journal takes."""
        return min(self.text, max(SMALLEST_PT, self.text - TEXT_PT + SMALL_PT))

    @property
    def label(self) -> float:
        """Words inside the axes."""
        return min(self.text, max(SMALLEST_PT, self.text - 0.5))


ORDINARY = Lettering()

COLOURS = {
    "text": "#1A2027", "text2": "#47515C", "text3": "#5E6873", "accent": "#0B6170", "axis": "#5E6873",
    "grid": "#E7EBEE", "line": "#DCE1E5", "surface": "#FFFFFF", "margin": "#E9EDEF", "control": "#7F8993",
    "high": "#D55E00", "low": "#0072B2", "her2": "#A5377F", "ns": "#7F8993", "corr": "#1A2027", "raw": "#7F8993",
    "cover": "#2F8F6B", "ok": "#1C6B43", "warn": "#7F5200", "warnline": "#BF8210", "warntint": "#FFF4D9",
    "err": "#AE2118", "errline": "#D6544B", "faded": "#B9C0C7", "sel": "#10151A",
    "d1": "#9FCBE6", "d2": "#CFE5F2", "d3": "#F3F4F4", "d4": "#F9D9BF", "d5": "#EFA66B", "dtext": "#1A2027",
    "green": "#00805C", "purple": "#8B4F8F", "sky": "#2B8CC4", "yellow": "#8C7300",
    "series1": "#0072B2", "series2": "#D55E00", "series3": "#00805C", "series4": "#8B4F8F", "series5": "#2B8CC4",
    "series6": "#8C7300", "series7": "#1A2027",
}
TEXT_COLOURS = {"high": "#AF4B00", "low": "#00659E", "ns": "#5E6873", "raw": "#5E6873", "faded": "#5E6873",
                "margin": "#5E6873", "cover": "#1C6B43", "axis": "#5E6873"}
DASHED_ROLES = frozenset({"high", "series2", "raw"})
DASHES: dict[str, Any] = {"solid": "-", "dashed": (0, (3.6, 1.6)), "dotted": (0, (1.0, 1.8))}
SHAPES = {"circle": "o", "square": "s", "triangle": "^", "triangle down": "v", "diamond": "D", "patch": "s"}
DIVERGING = ("d1", "d2", "d3", "d4", "d5")
STRONG_DIVERGING = ("low", "d1", "d3", "d5", "high")
"""For tiles without numbers in them."""


def colour(role: str) -> str:
    """The colour of a mark. Raises ValueError for a role that the design does not have."""
    try:
        return COLOURS[role]
    except KeyError:
        raise ValueError(f"no colour for the role {role!r}; known: {', '.join(sorted(COLOURS))}") from None


def text_colour(role: str) -> str:
    """The darker sister of a role's colour, readable as text (4.5 to 1 on white)."""
    return TEXT_COLOURS.get(role) or colour(role)


def tint(role: str, strength: float = 0.16) -> str:
    """The colour as it looks at that opacity on white: for formats without transparency, and for faded bands."""
    parts = [int(colour(role)[place:place + 2], 16) for place in (1, 3, 5)]
    mixed = [round(255 - strength * (255 - part)) for part in parts]
    return "#" + "".join(f"{part:02X}" for part in mixed)


@functools.cache
def use_bundled_fonts() -> None:
    """Tell matplotlib of the bundled files.

    Raises FileNotFoundError when one is missing: the installation is damaged.
    """
    its_own = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for (slope, weight), (own_name, fallback_name) in FONT_FILES.items():
        for family, path in ((FAMILY, FONT_FOLDER / own_name), (FALLBACK_FAMILY, its_own / fallback_name)):
            if not path.is_file():
                raise FileNotFoundError(path)
            font_manager.fontManager.ttflist.append(font_manager.FontEntry(
                fname=str(path), name=family, style=slope, variant="normal", weight=weight, stretch="normal",
                size="scalable"))


@contextmanager
def drawing_settings() -> Iterator[None]:
    """matplotlib's own defaults plus ours, whatever matplotlibrc says; what held before is put back at the end.

    Text stays text, and nothing depends on the time or on this machine. One thread at a time: the settings are the
    whole program's.
    """
    with DRAWING, mpl.rc_context(), warnings.catch_warnings():
        use_bundled_fonts()
        # Characters without a glyph are reported once, in words, through writer.missing_characters.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update({
            "pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "RTKscope",
            "savefig.pad_inches": 0.0, "savefig.facecolor": "#FFFFFF", "savefig.edgecolor": "none",
            "figure.facecolor": "#FFFFFF", "axes.facecolor": "none",
            "font.family": [FAMILY, FALLBACK_FAMILY], "font.size": TEXT_PT, "text.usetex": False,
            "text.parse_math": False, "text.hinting": "none", "text.color": COLOURS["text"],
            "axes.linewidth": AXIS_PT, "axes.edgecolor": COLOURS["axis"], "axes.xmargin": 0.0, "axes.ymargin": 0.0,
            "path.simplify": False, "lines.solid_capstyle": "butt", "lines.dash_capstyle": "butt",
        })
        yield
