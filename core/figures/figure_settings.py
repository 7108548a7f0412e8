"""How the user wants one figure exported: size, lettering, files, own words. Kept in the project and undone with it.

Not for: what journals ask for (presets.py) or putting it on a figure (restyle.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FigureSettings:
    """How one figure is exported; None and empty mean as the figure itself or the preset says.

    Parameters
    ----------
    preset : str
        Key of a journal preset of core/figures/presets.py.
    width_mm, height_mm, text_pt : float, optional
    panel_letter : str
        "a", "B", or empty for none.
    alt_text, caption : str
        The user's own words where they replaced the proposed ones.
    formats : tuple of str
        Of "pdf", "svg", "png", "tiff", "eps" and "xlsx" (the data).
    dpi : int, optional
        Resolution of PNG and TIFF.
    """

    preset: str = ""
    width_mm: float | None = None
    height_mm: float | None = None
    text_pt: float | None = None
    panel_letter: str = ""
    alt_text: str = ""
    caption: str = ""
    formats: tuple[str, ...] = ()
    dpi: int | None = None
