"""What journals ask of a figure: widths, height of the page, text, lines, resolution, files, panel letters. As data.

Not for: law. Guides change without notice; each preset says which guide it follows and as of when, and every number
can be changed in the export dialog.
"""

from __future__ import annotations

from dataclasses import dataclass

NOTE = "Journals change their guides. Compare with the current one before you submit; every number here can be changed."
VECTOR = ("pdf", "eps")
ALL_FILES = ("pdf", "svg", "png", "tiff", "eps")
INCH = 25.4


@dataclass(frozen=True)
class Preset:
    """One column width of one journal.

    Parameters
    ----------
    key, label : str
        "nature_1" is kept in the project; "Nature style, one column" is shown.
    width_mm, tallest_mm : float
        The column; the highest figure that fits its page.
    smallest_pt, largest_pt : float
        Limits of the text inside the figure, panel letter aside.
    thinnest_pt : float
        The thinnest line.
    dpi, smallest_dpi : int
        Proposed resolution of PNG and TIFF for a drawing with text; the least that is taken.
    formats : tuple of str
        Files the journal takes for the final figure.
    text_pt : float
        Proposed size of titles and names.
    letter : str
        "a" or "A": the case of panel letters.
    letter_pt : float
    source, as_of : str
        The guide these numbers follow, and the year in which they were its.
    stated : bool
        False where the guide leaves sizes to the author and the numbers are our proposal.
    """

    key: str
    label: str
    width_mm: float
    tallest_mm: float
    smallest_pt: float
    largest_pt: float
    thinnest_pt: float
    dpi: int
    smallest_dpi: int
    formats: tuple[str, ...]
    text_pt: float
    letter: str
    letter_pt: float
    source: str
    as_of: str
    stated: bool = True

    def letter_words(self) -> str:
        """``a, bold 8 pt``."""
        return f"{self.letter}, bold {self.letter_pt:g} pt"


def _family(key: str, label: str, widths: tuple[tuple[str, str, float], ...], tallest_mm: float,
            text: tuple[float, float, float], thinnest_pt: float, dpi: tuple[int, int], formats: tuple[str, ...],
            letter: tuple[str, float], source: str, as_of: str, *, stated: bool = True) -> tuple[Preset, ...]:
    """One preset per column width. ``text``: smallest, proposed, largest; ``dpi``: proposed, least."""
    return tuple(Preset(f"{key}_{short}", f"{label}, {words}", width, tallest_mm, text[0], text[2], thinnest_pt, *dpi,
                        formats, text[1], *letter, source, as_of, stated) for short, words, width in widths)


PRESETS: tuple[Preset, ...] = (
    *_family("nature", "Nature style", (("1", "one column", 89.0), ("2", "two columns", 183.0)), 247.0, (5.0, 7.0, 7.0),
             0.25, (600, 300), ("pdf", "eps", "tiff"), ("a", 8.0),
             "Nature, guide to preparing final artwork", "2023"),
    *_family("jbc", "J Biol Chem", (("1", "one column", 90.0), ("1h", "one and a half columns", 140.0),
                                    ("2", "two columns", 190.0)),
             240.0, (6.0, 7.0, 12.0), 0.25, (600, 500), ("pdf", "eps", "tiff"), ("A", 9.0),
             "Elsevier, artwork sizing and media information (publisher of the journal)", "2023"),
    *_family("science", "Science", (("1", "one column", 57.0), ("2", "two columns", 121.0),
                                    ("3", "three columns", 184.0)),
             232.0, (5.0, 7.0, 9.0), 0.5, (600, 300), ("pdf", "eps", "tiff"), ("A", 9.0),
             "Science, preparing your art and figures", "2023"),
    *_family("cell", "Cell", (("1", "one column", 85.0), ("1h", "one and a half columns", 114.0),
                              ("2", "two columns", 174.0)),
             225.0, (6.0, 7.0, 8.0), 0.5, (1000, 300), ("pdf", "tiff", "eps"), ("A", 10.0),
             "Cell Press, digital image guidelines", "2023"),
    *_family("plos", "PLOS", (("1", "text column", 132.0), ("2", "full width", 190.5)), 222.2, (8.0, 9.0, 12.0), 0.5,
             (600, 300), ("tiff", "eps"), ("A", 12.0), "PLOS, figure preparation guide", "2023"),
    *_family("aacr", "Cancer Research, Clin Cancer Res", (("1", "one column", 86.0), ("2", "two columns", 178.0)),
             229.0, (6.0, 7.0, 12.0), 0.5, (1200, 300), ("eps", "tiff", "pdf"), ("A", 9.0),
             "AACR journals, article style and format (formats, resolution); widths measured on the printed page",
             "2023", stated=False),
    *_family("bmc", "Breast Cancer Research", (("1", "half page", 85.0), ("2", "full page", 170.0)), 225.0,
             (6.0, 7.0, 12.0), 0.25, (600, 300), ("pdf", "eps", "png", "tiff"), ("A", 9.0),
             "BMC, preparing figures", "2023"),
    *_family("elife", "eLife", (("1", "two thirds of the page", 120.0), ("2", "full width", 180.0)), 225.0,
             (6.0, 7.0, 12.0), 0.5, (600, 300), ("pdf", "svg", "png", "tiff", "eps"), ("A", 9.0),
             "eLife, author guide (formats, at least 10 cm wide at 300 dpi); sizes are our proposal", "2023",
             stated=False),
    Preset("slide", "Slide, 16:9", 338.7, 190.5, 12.0, 32.0, 1.5, 200, 96, ("png", "svg", "pdf"), 16.0, "A", 20.0,
           "A slide of 13.33 by 7.5 inches, readable from the last row", "2023", stated=False),
    Preset("plain", "Plain, as the figure is", 180.0, 245.0, 5.0, 24.0, 0.25, 600, 150, ALL_FILES, 7.0, "a", 8.0,
           "No journal: A4 with margins", "2023", stated=False),
)
BY_KEY = {preset.key: preset for preset in PRESETS}
PLAIN = BY_KEY["plain"]


def preset_of(key: str) -> Preset:
    """The preset of that key; the plain one for an empty or unknown key (a project of another version)."""
    return BY_KEY.get(key, PLAIN)
