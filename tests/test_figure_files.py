"""Figures in files: exact size, text that stays text, columns under their ticks, equal bytes, nothing clipped."""

import itertools
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.figures import style
from core.figures.drawing import draw
from core.figures.page_layout import place_figure
from core.figures.panel_words import spread
from core.figures.prognosis_figures import CutoffRows, ForestRows, cutoff_scan, forest, kaplan_meier, several
from core.figures.spec import (
    Axis,
    Band,
    Bars,
    FigureSpec,
    Intervals,
    KeyEntry,
    Label,
    Line,
    Matrix,
    Panel,
    Points,
    Rule,
    Span,
    StepLine,
    Ticks,
)
from core.figures.text_layout import fitted, width_mm
from core.figures.writer import figure_bytes, file_stem, missing_characters, write_figure
from tests.biopsy_figures import ALL as BIOPSIES
from tests.figure_data import NASTY, forest_rows, group_curve

SVG = "{http://www.w3.org/2000/svg}"
LONG = "HER2-positive patients of the third multicentre neoadjuvant study with central pathology review, " * 2


def curves(receptor="IGF1R", **changes):
    """Two groups of one receptor with every kind of words."""
    facts = {"endpoint_name": "relapse-free survival", "unit": "months", "cohort_words": "HER2-positive",
             "event_words": "relapses", "hr": (2.26, 1.47, 3.47), "corrected_p": 0.004,
             "corrected_words": "corrected for 58 RTKs (maxT)", "logrank_p": 0.0004}
    groups = [group_curve("high"), group_curve("low", scale=200.0, seed=2)]
    return kaplan_meier(receptor, groups, **{**facts, **changes})


def full_forest():
    """All 58 at full page height."""
    names = [f"RTK{number:02d}" for number in range(57)]
    ratios = np.exp(np.random.default_rng(1).normal(0, 0.2, 58)).tolist()
    return forest(forest_rows(["ERBB2", *names], hr=ratios), cohort_words="METABRIC", endpoint_words="overall survival")


def scan():
    """A cut-off scan with gaps."""
    cut = np.linspace(6.7, 8.1, 40)
    hr = np.where(np.arange(40) == 7, np.nan, 2 + np.sin(cut * 5) / 3)
    p = 10 ** (-3 * np.exp(-((cut - 7.4) ** 2) * 9))
    return cutoff_scan("AXL", CutoffRows(cut, hr, hr / 1.5, hr * 1.5, p, np.minimum(1, p * 12)), cohort_words="c",
                       endpoint_words="overall survival", n=214, events=91, best_cut=7.4, best_hr_cv=1.9)


def every_mark():
    """Marks that no prognosis figure uses, with missing values."""
    gap = np.array([1.0, 2.0, np.nan, 3.0, 4.0])
    x = np.arange(5.0)
    return FigureSpec("marks", "All marks", ((
        Panel(Axis("x (mm)"), Axis("y (s)"), (
            Line(x, gap, "low", label="line"), Band(x, gap - 1, gap + 1, "low"), Span(1, 2, label="span"),
            Points(x, gap, "high", shape="triangle", filled=(True, False, True, True, False),
                   roles=("high", "low", "her2", "ns", "accent")), Rule(x=3, label="here", style="dashed"),
            Rule(y=2.5, label="0.05"), Ticks(x, gap, "ns")),
            key=(KeyEntry("measured", "high"), KeyEntry("margin", "margin", "patch"))),
        Panel(Axis("count"), Axis("bars"), (Bars(x[:4], x[1:], np.array([3, 5, np.nan, 1]), "low"),))), (
        Panel(Axis("patients"), Axis("receptors"), (Matrix(
            np.array([[1, -2, np.nan], [0.2, 0.5, 3]]), ("AXL", "a long receptor name"), ("P1", "P2", "P3"),
            texts=(("+1.0", "\u22122.0", ""), ("0.2", "0.5", "3.0"))),)),
        Panel(Axis("patients"), Axis("receptors"), (Matrix(
            np.random.default_rng(1).random((10, 40)), tuple(f"R{row}" for row in range(10)),
            tuple(f"Patient {column}" for column in range(40)), scale="sequential"),)))), "alt", "caption",
        badge="Simulated")


def nasty_curve():
    """Strings that files and renderers choke on, everywhere."""
    return curves(receptor=NASTY[4], cohort_words=LONG, event_words=NASTY[2],
                  endpoint_name=f"{NASTY[0]} {NASTY[1]} {LONG}", corrected_words=NASTY[6], badge=f"Simulated {NASTY[3]}", name="nasty_curve")


def nasty_forest():
    """Nasty names, infinite, missing and extreme estimates."""
    count = len(NASTY)
    spread_out = np.array([1.2, 1e6, 1e-9, 1.1, np.nan, 1.0, 0.9])
    lows, highs = [0.5, 1e3, 0, 0.9, np.nan, np.nan, 0.2], [3.5, np.inf, 1, 1.4, np.nan, np.nan, 90]
    return forest(ForestRows(NASTY, [20] * count, [9] * count, spread_out, np.array(lows), np.array(highs),
                             np.full(count, np.nan), np.full(count, np.nan)),
                  name="nasty_forest", cohort_words=LONG, endpoint_words="x" * 90,
                  better_worse=("longer " + "very " * 20, "shorter " + "very " * 20))


ALL = {"curve": curves, "forest": full_forest, "scan": scan, "marks": every_mark, "nasty curve": nasty_curve,
       "nasty forest": nasty_forest, "nothing": lambda: FigureSpec("nothing", "t", (), "alt", "caption"),
       "no rows": lambda: forest(forest_rows([]), cohort_words="c", endpoint_words="e"),
       "six": lambda: several([curves(name) for name in "ABCDEF"], name="six", title="Six"), **BIOPSIES}


@pytest.fixture(scope="module", params=ALL)
def spec(request):
    return ALL[request.param]()


def words_of(svg: bytes) -> str:
    """All text elements in their order, without blanks (long words are broken across lines)."""
    root = ET.fromstring(svg)
    return re.sub(r"\s", "", "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")))


def test_that_every_word_of_a_figure_is_text_in_the_svg(spec):
    words = words_of(figure_bytes(spec, "svg"))
    assert [text for text in spec.texts() if re.sub(r"\s", "", text) not in words] == []


def test_that_no_words_leave_the_page_or_touch_other_words(spec):
    placed = place_figure(spec)
    texts = [text for panel in placed.panels for text in panel.texts]
    boxes = [box_of(text) for text in texts]
    for text, (left, bottom, right, top) in zip(texts, boxes, strict=True):
        assert left >= -0.01, text
        assert bottom >= -0.01, text
        assert right <= spec.width_mm + 0.01, text
        assert top <= spec.height_mm + 0.01, text
    upright = [(text, box) for text, box in zip(texts, boxes, strict=True) if not text.turned]
    touching = [(one.text, other.text) for (one, a), (other, b) in itertools.combinations(upright, 2)
                if a[0] < b[2] - 0.05 and b[0] < a[2] - 0.05 and a[1] < b[3] - 0.05 and b[1] < a[3] - 0.05]
    assert touching == []


def box_of(text):
    """Left, bottom, right, top in mm; from the baseline to the height of capitals."""
    wide, tall = width_mm(text.text, text.size, text.bold), 0.72 * text.size * style.MM_PER_PT
    shift = {"left": 0.0, "center": 0.5, "right": 1.0}[text.align] * wide
    if text.turned:
        return text.x - tall, text.y - shift, text.x, text.y - shift + wide
    return text.x - shift, text.y, text.x - shift + wide, text.y + tall


def test_that_at_risk_numbers_stand_under_their_ticks_to_half_a_pixel():
    spec = several([curves(name) for name in "ABC"], name="three", title="t")
    with style.drawing_settings():
        figure = draw(spec, place_figure(spec))
        figure.set_dpi(300)
        for axes, panel in zip(figure.axes, (panel for row in spec.rows for panel in row), strict=True):
            ticks = {round(float(axes.transData.transform((tick, 0))[0]), 3) for tick in panel.at_risk_times}
            drawn = [float(axes.transData.transform((tick, 0))[0]) for tick in axes.get_xticks()]
            assert len(drawn) == len(panel.at_risk_times)
            left, right = axes.get_window_extent().x0 - 40, axes.get_window_extent().x1 + 40
            low = axes.get_window_extent().y0
            numbers = [text for text in figure.texts if text.get_label() == "at risk"]
            own = [text for text in numbers
                   if left <= text.get_transform().transform(text.get_position())[0] <= right
                   and 0 < low - text.get_transform().transform(text.get_position())[1] < 400]
            assert len(own) == len(panel.at_risk) * len(panel.at_risk_times)
            for text in own:
                x = float(text.get_transform().transform(text.get_position())[0])
                assert text.get_ha() == "center"
                assert min(abs(x - tick) for tick in ticks) < 0.5


def test_that_the_page_has_the_stated_size_in_every_format(tmp_path):
    spec = curves(width_mm=89.0, height_mm=84.0)
    pdf, svg, png, tiff, eps = write_figure(spec, tmp_path, ("pdf", "svg", "png", "tiff", "eps"), dpi=600)
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf.read_bytes())
    assert [float(side) / 72 * 25.4 for side in box.groups()] == pytest.approx([89.0, 84.0], abs=0.1)
    root = ET.parse(svg).getroot()
    assert [float(root.get(side).removesuffix("pt")) / 72 * 25.4 for side in ("width", "height")] == pytest.approx(
        [89.0, 84.0], abs=0.1)
    for path in (png, tiff):
        with Image.open(path) as picture:
            assert picture.size == pytest.approx((89 / 25.4 * 600, 84 / 25.4 * 600), abs=1)
            assert picture.mode == "RGB"
            assert picture.info["dpi"] == pytest.approx((600, 600), abs=0.1)
    with Image.open(tiff) as picture:
        assert picture.info["compression"] == "tiff_lzw"
    bounds = re.search(rb"%%HiResBoundingBox: ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", eps.read_bytes())
    left, bottom, right, top = (float(side) for side in bounds.groups())
    assert [(right - left) / 72 * 25.4, (top - bottom) / 72 * 25.4] == pytest.approx([89.0, 84.0], abs=0.2)


def test_that_the_pdf_embeds_truetype_fonts_and_no_type_3(spec):
    content = figure_bytes(spec, "pdf")
    streams = b"".join(unpacked(part) for part in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL))
    assert b"/Type3" not in content + streams
    if spec.texts():
        assert b"/FontFile2" in content + streams
        assert b"LiberationSans" in content + streams


def unpacked(stream: bytes) -> bytes:
    """A stream's content; those that are not deflated are left out."""
    try:
        return zlib.decompress(stream.rstrip(b"\r\n"))
    except zlib.error:
        return b""


@pytest.mark.parametrize("file_format", ["pdf", "svg", "png", "tiff", "eps"])
def test_that_two_runs_give_the_same_bytes(file_format):
    assert figure_bytes(curves(), file_format) == figure_bytes(curves(), file_format)


def test_that_another_process_with_another_hash_seed_gives_the_same_bytes():
    root = Path(__file__).parents[1]
    program = ("import hashlib, tests.test_figure_files as t\n"
               "for f in ('pdf', 'svg', 'png'): print(hashlib.sha256(t.figure_bytes(t.scan(), f)).hexdigest())")
    found = {subprocess.run([sys.executable, "-c", program], cwd=root, env={"PYTHONHASHSEED": seed, "PATH": ""},
                            capture_output=True, text=True, check=True).stdout for seed in ("1", "2")}
    assert len(found) == 1
    assert len(next(iter(found)).split()) == 3


def test_that_no_file_names_the_time_or_the_machine():
    for file_format in ("pdf", "svg", "eps"):
        content = figure_bytes(curves(), file_format)
        assert b"CreationDate" not in content
        assert b"dc:date" not in content
        assert str(Path(__file__).parents[1]).encode() not in content


def test_that_the_eps_has_no_transparency_and_keeps_its_colours():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = figure_bytes(curves(), "eps")
    assert content.startswith(b"%!PS-Adobe-3.0 EPSF-3.0")


def test_that_data_are_never_read_as_formulas_or_markup():
    svg = figure_bytes(forest(forest_rows(["$x_1$", "<5 mg", "a & b"]), cohort_words="c", endpoint_words="e"), "svg")
    words = [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]
    assert {"$x_1$", "<5 mg", "a & b"} <= set(words)


def test_that_the_svg_names_ordinary_fonts_and_describes_itself():
    svg = figure_bytes(curves(), "svg").decode()
    assert "RTKscope Liberation" not in svg
    assert "'Liberation Sans', Arial, Helvetica" in svg
    assert "Kaplan-Meier curves of relapse-free survival" in svg


def test_that_characters_without_a_glyph_are_named():
    assert missing_characters(curves(badge="日本 › −")) == ("日", "本")
    assert missing_characters(curves()) == ()


def test_that_an_unknown_format_and_an_unknown_colour_are_refused(tmp_path):
    with pytest.raises(ValueError, match="unknown figure format jpg"):
        write_figure(curves(), tmp_path, ("pdf", "jpg"))
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="no colour for the role 'pink'"):
        style.colour("pink")


@pytest.mark.parametrize(("name", "stem"), [
    ("kaplan_meier_ERBB2", "kaplan_meier_ERBB2"), ("a/b\\c:d", "a_b_c_d"), ("../../etc/passwd", "etc_passwd"),
    ("CON", "CON_"), ("", "figure"), ("x" * 300, "x" * 80), ("HLA-A*02", "HLA-A_02"), ("名前", "名前"),
])
def test_that_file_names_are_safe_on_every_system(name, stem):
    assert file_stem(name) == stem


def test_that_filled_squares_hold_and_cut_intervals_end_in_an_arrow():
    rows = forest_rows(["AXL", "MET"], hr=[1.5, 1.2], p_maxt=[0.01, 0.9])
    rows.hr_high[0] = 1e6
    spec = forest(rows, cohort_words="c", endpoint_words="e")
    with style.drawing_settings():
        axes = draw(spec, place_figure(spec)).axes[0]
    marks = {(line.get_marker(), float(line.get_ydata()[0])): line for line in axes.lines}
    assert marks["s", 0.0].get_markerfacecolor() == style.colour("high")
    assert marks["s", 1.0].get_markerfacecolor() == style.colour("surface")
    assert marks[">", 0.0].get_xdata()[0] == pytest.approx(spec.rows[0][0].x.high)
    assert (">", 1.0) not in marks


def test_that_high_is_dashed_low_solid_and_both_grey_where_few_remain():
    spec = curves()
    steps = [mark for mark in spec.rows[0][0].marks if isinstance(mark, StepLine)]
    with style.drawing_settings():
        axes = draw(spec, place_figure(spec)).axes[0]
    lines = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert [line.get_color() for line in lines] == [style.colour(role) for role in ("high", "faded", "low", "faded")]
    assert [line.is_dashed() for line in lines] == [True, True, False, False]
    for step, (solid, faded) in zip(steps, (lines[:2], lines[2:]), strict=True):
        assert solid.get_xdata()[-1] == step.faded_from == faded.get_xdata()[0]
        assert faded.get_xdata()[-1] == step.x[-1]


def test_that_the_drawn_steps_are_the_steps_of_the_value():
    spec = curves()
    step = next(mark for mark in spec.rows[0][0].marks if isinstance(mark, StepLine))
    with style.drawing_settings():
        axes = draw(spec, place_figure(spec)).axes[0]
    solid, faded = [line for line in axes.lines if line.get_drawstyle() == "steps-post"][:2]
    drawn = dict(zip([*solid.get_xdata(), *faded.get_xdata()], [*solid.get_ydata(), *faded.get_ydata()], strict=True))
    assert all(drawn[x] == y for x, y in zip(step.x, step.y, strict=True))


def test_that_names_of_lines_that_end_together_are_pushed_apart_and_keep_their_order():
    middles = spread([10.0, 10.5, 30.0], [3.0, 3.0, 3.0], 0.0, 40.0)
    assert middles == pytest.approx([8.75, 11.75, 30.0])
    assert spread([0.0, 0.0], [4.0, 4.0], 0.0, 20.0) in ([2.0, 6.0], [6.0, 2.0])
    assert spread([], [], 0.0, 1.0) == []


def test_that_words_shrink_before_they_break_and_break_before_they_are_lost():
    assert fitted("short", 7, within=30).lines == ("short",)
    squeezed = fitted("A" * 200, 7, within=40, tall=3.7)
    assert "".join(squeezed.lines) == "A" * 200
    assert squeezed.height <= 3.7
    assert squeezed.width <= 40
    assert width_mm("WWW", 7) > width_mm("iii", 7)


def test_that_an_interval_without_estimate_draws_nothing():
    gone = np.array([np.nan])
    spec = FigureSpec("gone", "t", ((Panel(Axis("x", 0, 1), Axis("y", 0, 1), (
        Intervals(np.array([0.5]), gone, gone, gone, ("ns",), (False,)),
        Label(0.1, 0.1, "words", space="data"))),),), "a", "c")
    with style.drawing_settings():
        assert draw(spec, place_figure(spec)).axes[0].lines[:] == []


def test_that_matplotlibs_settings_are_put_back():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figure_bytes(curves(), "svg")
    assert dict(mpl.rcParams) == before


def test_that_drawing_does_not_load_pyplot():
    program = "import sys, tests.test_figure_files as t; t.figure_bytes(t.scan(), 'pdf'); print([*sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1], capture_output=True, text=True,
                            check=True).stdout
    assert "matplotlib.figure" in loaded
    assert "pyplot" not in loaded
