"""Colours, sizes, fonts and icons of both themes, by name. Widgets ask here; plots redraw when ``notifier`` speaks.

Not for: figures in files, which are always light (core/figures/style.py has the same role names).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QDir, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

from core.resources import resource_path

FAMILY = "Inter"
NAMES = ("light", "dark")
SMALLEST_PERCENT, LARGEST_PERCENT = 80, 200
FONT_ROLES: Mapping[str, tuple[int, int]] = {
    "question": (20, 600), "number": (20, 600), "answer": (15, 600), "title": (13, 600), "body": (13, 400),
    "small": (12, 400), "caption": (11, 400),
}
"""Role -> (pixels at 100 %, weight), design-language §3."""
ROLE_TOKENS: Mapping[str, str] = {
    "margin": "hover", "corr": "text", "raw": "ns", "faded": "line", "series1": "low", "series2": "high",
    "series3": "green", "series4": "purple", "series5": "sky", "series6": "yellow", "series7": "text",
}
"""Figure roles that are not tokens of their own -> the token that colours them on screen."""
TEXT_TOKENS: Mapping[str, str] = {
    "high": "hightext", "low": "lowtext", "ns": "text3", "raw": "text3", "faded": "text3", "margin": "text3",
    "cover": "ok", "axis": "axis", "series1": "lowtext", "series2": "hightext",
}


@dataclass(frozen=True)
class Theme:
    """One theme: ``tokens`` maps a name of design-language §4 to ``#RRGGBB``."""

    name: str
    tokens: Mapping[str, str]

    @property
    def dark(self) -> bool:
        return self.name == "dark"

    def hex(self, role: str) -> str:
        """``#RRGGBB`` of a token or figure role. Raises KeyError for one that the design does not have."""
        return self.tokens[ROLE_TOKENS.get(role, role)]

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a mark, at an opacity from 0 to 1."""
        colour = QColor(self.hex(role))
        colour.setAlphaF(alpha)
        return colour

    def text_colour(self, role: str) -> QColor:
        """The sister of a role's colour that is readable as text."""
        return QColor(self.tokens[TEXT_TOKENS.get(role) or ROLE_TOKENS.get(role, role)])


class Notifier(QObject):
    """Speaks after the theme or the text size has changed."""

    changed = Signal()


@dataclass
class _Look:
    """What is in force now; one per program, as the application's palette is."""

    theme: Theme
    percent: int = 100


@functools.cache
def themes() -> Mapping[str, Theme]:
    """Both themes by name."""
    document = json.loads(resource_path("tokens.json").read_text(encoding="utf-8"))
    return {name: Theme(name, document[name]) for name in NAMES}


@functools.cache
def _look() -> _Look:
    return _Look(themes()["light"])


@functools.cache
def notifier() -> Notifier:
    """The one object whose ``changed`` says that colours or sizes are new."""
    return Notifier()


def current() -> Theme:
    """The theme in force."""
    return _look().theme


def percent() -> int:
    """Text size, 80 to 200."""
    return _look().percent


def px(pixels: float) -> int:
    """Pixels at 100 % as pixels at the text size in force."""
    return max(1, round(pixels * _look().percent / 100)) if pixels else 0


def font(role: str, *, bold: bool | None = None) -> QFont:
    """The font of a role of design-language §3, figures of equal width."""
    size, weight = FONT_ROLES[role]
    made = QFont(FAMILY)
    made.setPixelSize(px(size))
    if bold is not None:
        weight = 600 if bold else 400
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply(app: QApplication, name: str, text_percent: int = 100) -> None:
    """Put a theme and a text size in force for the whole application.

    Raises KeyError for a theme that does not exist.
    """
    load_fonts()
    look = _look()
    look.theme = themes()[name]
    look.percent = min(max(text_percent, SMALLEST_PERCENT), LARGEST_PERCENT)
    pixmap.cache_clear()
    QDir.setSearchPaths("icons", [str(resource_path("icons", name))])
    app.setFont(font("body"))
    app.setPalette(_palette(look.theme))
    # A sheet that takes another's place costs Qt four times as much as none and then a new one: 0.8 s with all pages.
    app.setStyleSheet("")
    if app.style().objectName().lower() != "fusion":
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setStyleSheet(style_sheet())
    notifier().changed.emit()


@functools.cache
def load_fonts() -> tuple[str, ...]:
    """The bundled Inter made known to Qt, once. Raises FileNotFoundError when a file is missing."""
    families = []
    for weight in ("Regular", "Medium", "SemiBold"):
        path = resource_path("fonts", f"Inter-{weight}.otf")
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            raise FileNotFoundError(path)
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(families)


def style_sheet() -> str:
    """resources/app.qss with the tokens' colours and the text size filled in."""
    text = resource_path("app.qss").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"@([a-z0-9]+)", lambda match: current().tokens[match[1]], text)
    return re.sub(r"\b(\d+)px", lambda match: f"{px(int(match[1])) if int(match[1]) > 3 else match[1]}px", text)


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, token in (
        (roles.Window, "window"), (roles.WindowText, "text"), (roles.Base, "surface"), (roles.AlternateBase, "sunken"),
        (roles.Text, "text"), (roles.PlaceholderText, "text3"), (roles.Button, "surface"), (roles.ButtonText, "text"),
        (roles.BrightText, "err"), (roles.Highlight, "accent"), (roles.HighlightedText, "onaccent"),
        (roles.Link, "accent"), (roles.LinkVisited, "accent"), (roles.ToolTipBase, "sel"), (roles.ToolTipText, "onsel"),
        (roles.Light, "surface"), (roles.Midlight, "hover"), (roles.Mid, "line"), (roles.Dark, "control"),
        (roles.Shadow, "text"), (roles.Accent, "accent"),
    ):  # fmt: skip
        palette.setColor(role, QColor(theme.tokens[token]))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.tokens["text3"]))
    return palette


@functools.lru_cache(maxsize=512)
def pixmap(name: str, token: str = "text2", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """A line icon of resources/icons in the colour of a token; ``size`` at 100 %. Raises FileNotFoundError."""
    svg = resource_path("icons", "light", f"{name}.svg").read_text(encoding="utf-8")
    svg = re.sub(r"#[0-9A-Fa-f]{6}", current().hex(token), svg)
    renderer = QSvgRenderer(QByteArray(svg.encode("utf-8")))
    side = px(size)
    drawn = QPixmap(round(side * ratio), round(side * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def icon(name: str, token: str = "text2", size: int = 16) -> QIcon:
    """An icon at screen resolution and at twice it."""
    made = QIcon(pixmap(name, token, size))
    made.addPixmap(pixmap(name, token, size, 2.0))
    made.addPixmap(pixmap(name, "text3", size), QIcon.Mode.Disabled)
    return made


def icon_size(size: int = 16) -> QSize:
    """The size of an icon at the text size in force."""
    return QSize(px(size), px(size))
