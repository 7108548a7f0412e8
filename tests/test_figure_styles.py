"""Figures at a journal's size: every width of every preset, the words' room, the checks before a submission."""

import io
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.figures import style
from core.figures.axis_units import axes_without_unit
from core.figures.caption_check import caption_gaps, with_gaps_filled
from core.figures.colour_vision import VISIONS, seen_as
from core.figures.drawing import draw
from core.figures.figure_settings import FigureSettings
from core.figures.file_checks import pdf_fonts, pdf_size_mm, words_missing_in_svg
from core.figures.page_layout import panel_letters, place_figure
from core.figures.preflight import line_widths, preflight
from core.figures.presets import BY_KEY, PLAIN, PRESETS, preset_of
from core.figures.prognosis_figures import forest, several
from core.figures.restyle import restyled
from core.figures.room import crowded, smallest_text
from core.figures.spec import Axis, FigureSpec, Label, Panel, Points
from core.figures.writer import figure_bytes
from core.problems import UserError
from tests.biopsy_figures import ALL as BIOPSIES
from tests.figure_data import forest_rows, group_curve
from tests.test_figure_files import ALL, curves, every_mark, full_forest, scan

COMMON = {"endpoint_name": "relapse-free survival", "unit": "months", "cohort_words": "HER2-positive",
          "event_words": "relapses"}


def groups_of(count):
    from core.figures.prognosis_figures import kaplan_meier

    names = ("low", "high", "middle", "unknown")[:count]
    return kaplan_meier("AXL", [group_curve(name, scale=60.0 + 40 * number, seed=number)
                                for number, name in enumerate(names)], **COMMON, logrank_p=0.02)


FIGURES = {"two groups": curves, "three groups": lambda: groups_of(3), "four groups": lambda: groups_of(4),
           "forest": full_forest, "scan": scan,
           "six": lambda: several([curves(name) for name in "ABCDEF"], name="six", title="Six"),
           **{name: BIOPSIES[name] for name in ("volcano", "paired lines", "change by average", "switch map")}}


def exported(make, preset, **changes):
    """As the preset wants it, or the smallest size that works where its column is too narrow for the words."""
    settings = FigureSettings(preset=preset.key, panel_letter=preset.letter, **changes)
    try:
        return restyled(make(), settings)
    except UserError as error:
        width, height = map(float, re.search(r"(\d+) × (\d+) mm", error.problems[0].remedy).groups())
        return restyled(make(), replace(settings, width_mm=width, height_mm=height))


@pytest.fixture(scope="module", params=list(itertools.product(FIGURES, PRESETS)),
                ids=lambda pair: f"{pair[0]}, {pair[1].key}")
def styled(request):
    name, preset = request.param
    return exported(FIGURES[name], preset), preset


def test_that_every_figure_fits_every_journal_with_all_its_words_in_place(styled):
    spec, preset = styled
    placed = place_figure(spec)
    assert crowded(spec, placed) == ()
    assert spec.height_mm <= max(preset.tallest_mm, 245.0)
    content = figure_bytes(spec, "svg")
    assert words_missing_in_svg(content, spec.texts()) == ()


def test_that_at_risk_numbers_stand_under_their_ticks_at_every_width(styled):
    spec, _ = styled
    panels = [panel for row in spec.rows for panel in row]
    if not panels[0].at_risk:
        assert not any(panel.at_risk for panel in panels)
        return
    for panel in place_figure(spec).panels:
        words = panel.words
        ticks = [words.axes.left + words.x.place(time) * words.axes.width for time in words.panel.at_risk_times]
        numbers = [text for text in panel.texts if text.kind == "at risk"]
        assert len(numbers) == len(ticks) * len(words.panel.at_risk)
        for text, tick in zip(numbers, ticks * len(words.panel.at_risk), strict=True):
            assert text.align == "center"
            assert abs(text.x - tick) / 25.4 * 96 < 0.5


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("key", ["nature_1", "nature_2", "jbc_1", "plos_2", "slide"])
def test_that_the_pdf_has_the_exact_page_and_no_type_3(name, key):
    spec = exported(FIGURES[name], BY_KEY[key])
    content = figure_bytes(spec, "pdf")
    assert pdf_size_mm(content) == pytest.approx((spec.width_mm, spec.height_mm), abs=0.1)
    facts = pdf_fonts(content)
    assert (facts.type_3, facts.only_named) == (0, ())
    assert any("LiberationSans" in font for font in facts.embedded)


def test_that_nothing_set_changes_nothing():
    for make in ALL.values():
        spec = make()
        assert restyled(spec, FigureSettings()) is spec
        assert restyled(spec, FigureSettings(preset="a journal of another version")) is spec


def test_that_another_text_size_moves_every_size_with_it():
    spec = restyled(curves(), FigureSettings(text_pt=9.0, width_mm=120.0))
    sizes = {text.kind: text.size for panel in place_figure(spec).panels for text in panel.texts}
    assert sizes["title"] == sizes["x title"] == 9.0
    assert sizes["x tick"] == sizes["at risk"] == sizes["remark"] == 8.0
    assert smallest_text(place_figure(restyled(curves(), FigureSettings(text_pt=5.0)))) == 5.0


def test_that_a_narrow_figure_shows_fewer_at_risk_columns_rather_than_smaller_ones():
    wide = groups_of(2)
    narrow = restyled(wide, FigureSettings(width_mm=45.0, height_mm=84.0))
    panel = narrow.rows[0][0]
    assert len(panel.at_risk_times) < len(wide.rows[0][0].at_risk_times)
    assert panel.x.ticks == panel.at_risk_times
    assert all(len(row.numbers) == len(panel.at_risk_times) for row in panel.at_risk)
    assert {text.size for placed in place_figure(narrow).panels for text in placed.texts if text.kind == "at risk"} == {6.0}


def test_that_words_inside_never_lie_on_a_curve_at_any_width():
    for width in (57.0, 89.0, 120.0, 183.0):
        spec = restyled(curves(), FigureSettings(width_mm=width, height_mm=80.0, text_pt=8.0))
        panel = place_figure(spec).panels[0]
        words = " ".join([spec.rows[0][0].remark, *(mark.text for mark in spec.rows[0][0].marks if isinstance(mark, Label))])
        assert "HR 2.26 (95% CI 1.47 to 3.47), high v low" in words.replace("\n", " ")
        with style.drawing_settings():
            figure = draw(spec, place_figure(spec))
            figure.set_dpi(254)
            to_mm = [line.get_path().transformed(line.get_transform()).vertices / 10
                     for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"]
        for text in (text for text in panel.texts if text.kind == "label"):
            from core.figures.room import text_box

            left, bottom, right, top = text_box(text)
            for points in to_mm:
                inside = ((points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > bottom) & (points[:, 1] < top))
                assert not inside.any(), text


def test_that_a_size_too_small_is_refused_with_the_smallest_that_works():
    with pytest.raises(UserError) as caught:
        restyled(full_forest(), FigureSettings(width_mm=40.0, height_mm=100.0))
    problem = caught.value.problems[0]
    assert problem.code == "figure_too_small"
    assert problem.what.startswith("40 × 100 mm is too small for the words of this figure at 7 pt")
    width, height = map(float, re.search(r"(\d+) × (\d+) mm", problem.remedy).groups())
    works = restyled(full_forest(), FigureSettings(width_mm=width, height_mm=height))
    assert crowded(works, place_figure(works)) == ()
    with pytest.raises(UserError):
        restyled(full_forest(), FigureSettings(width_mm=width, height_mm=height - 3) if height > 100.0
                 else FigureSettings(width_mm=width - 3, height_mm=height))


def test_that_letters_run_on_over_the_panels_with_a_title():
    six = restyled(FIGURES["six"](), FigureSettings(preset="nature_2", panel_letter="c"))
    assert list(panel_letters(six).values()) == ["c", "d", "e", "f", "g", "h"]
    upper, lower = (panel for row in scan().rows for panel in row)
    lettered = restyled(scan(), FigureSettings(panel_letter="A"))
    assert len(panel_letters(lettered)) == 1
    assert (upper.title, lower.title) == ("AXL, every cut-off", "")
    first = next(text for panel in place_figure(restyled(full_forest(), FigureSettings(preset="nature_1", panel_letter="a"))).panels
                 for text in panel.texts if text.kind == "panel letter")
    assert (first.text, first.size, first.bold) == ("a", 8.0, True)


def test_that_lines_are_never_thinner_than_the_journal_takes():
    for preset in PRESETS:
        spec = exported(every_mark, preset)
        with style.drawing_settings():
            widths = line_widths(draw(spec, place_figure(spec)))
        assert widths[0] >= (0.0 if preset is PLAIN else preset.thinnest_pt)


def test_that_presets_are_complete_and_say_where_they_come_from():
    assert len(BY_KEY) == len(PRESETS)
    assert {key.split("_")[0] for key in BY_KEY} >= {"nature", "jbc", "science", "cell", "plos", "aacr", "bmc", "elife",
                                                    "slide", "plain"}
    for preset in PRESETS:
        assert 5.0 <= preset.smallest_pt < preset.text_pt <= preset.largest_pt
        assert preset.smallest_dpi <= preset.dpi
        assert preset.formats
        assert re.fullmatch(r"20\d\d", preset.as_of)
        assert len(preset.source) > 15
    assert [BY_KEY[key].width_mm for key in ("nature_1", "nature_2")] == [89.0, 183.0]
    assert preset_of("nature_1").letter_words() == "a, bold 8 pt"
    assert preset_of("") is PLAIN


def checks_of(spec, preset=PLAIN, **facts):
    return {check.key: check for check in preflight(spec, preset, **facts)}


def test_that_a_good_figure_passes_every_check_at_89_mm():
    spec = restyled(curves(), FigureSettings(preset="nature_1", panel_letter="a"))
    checks = checks_of(spec, preset_of("nature_1"), formats=("pdf", "svg", "png", "eps"))
    assert [check.title for check in checks.values() if not check.passed] == []
    assert checks["text"].title == "Smallest text 6.0 pt"
    assert checks["text"].detail == "limit 5 pt"
    assert checks["lines"].title == "Lines 0.5 to 1.2 pt"
    assert checks["colour"].detail == "dash and direct labels"
    assert checks["at risk"].title == "At-risk row in line with the axis"
    assert checks["fonts"].title == "Fonts embedded, text stays text"
    assert set(checks) == {"text", "lines", "room", "size", "units", "colour", "at risk", "caption", "fonts", "letters",
                           "eps", "files"}


def test_that_text_below_the_limit_comes_with_a_size_that_mends_it():
    spec = restyled(full_forest(), FigureSettings(width_mm=136.0, height_mm=110.0))
    check = checks_of(spec, preset_of("nature_2"))["text"]
    assert not check.passed
    assert check.action == "height"
    taller = restyled(full_forest(), FigureSettings(width_mm=136.0, height_mm=check.value))
    assert checks_of(taller, preset_of("nature_2"))["text"].passed


def test_that_text_of_the_wrong_size_for_the_journal_is_named_either_way():
    small = checks_of(curves(), preset_of("plos_1"))["text"]
    assert (small.state, small.action, small.value) == ("warn", "text", 9.0)
    large = checks_of(restyled(curves(), FigureSettings(text_pt=10.0)), preset_of("nature_1"))["text"]
    assert (large.title, large.action, large.value) == ("Largest text 10.0 pt", "text", 7.0)


def test_that_a_page_too_wide_or_too_high_is_named_with_its_limit():
    wide = checks_of(restyled(curves(), FigureSettings(width_mm=100.0)), preset_of("nature_1"))["size"]
    assert (wide.action, wide.value) == ("width", 89.0)
    high = checks_of(restyled(curves(), FigureSettings(height_mm=250.0)), preset_of("nature_1"))["size"]
    assert (high.action, high.value) == ("height", 247.0)


def test_that_an_edited_caption_is_missed_its_words_and_gets_them_back():
    bare = replace(curves(), caption="Survival in two groups.")
    check = checks_of(bare)["caption"]
    assert check.title == "Cut-off, number of patients, number of events, test and correction not in the caption"
    assert check.action == "caption"
    mended = replace(bare, caption=check.value)
    assert check.value.startswith("Survival in two groups. Groups: IGF1R, split at the median.")
    assert caption_gaps(mended) == ()
    assert with_gaps_filled(mended) == mended.caption
    only_cut = replace(curves(), caption=curves().caption.replace(", split at the median", ""))
    assert checks_of(only_cut)["caption"].title == "Cut-off not in the caption"


def test_that_an_axis_without_unit_is_named():
    spec = FigureSpec("bare", "t", ((Panel(Axis("time", 0, 1), Axis("Hazard ratio", 0, 1), ()),),), "a", "c")
    assert axes_without_unit(spec) == ("time",)
    check = checks_of(spec)["units"]
    assert (check.state, check.detail) == ("warn", "“time”")
    assert checks_of(replace(spec, caption=check.value))["units"].passed
    assert axes_without_unit(curves()) == axes_without_unit(full_forest()) == axes_without_unit(scan()) == ()


def test_that_marks_that_only_colour_tells_apart_are_found():
    one, two = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    spec = FigureSpec("dots", "t", ((Panel(Axis("x (mm)"), Axis("y (mm)"), (
        Points(one, one, "high"), Points(two, two, "low"))),),), "a", "c")
    check = checks_of(spec)["colour"]
    assert (check.title, check.detail) == ("Two marks differ by colour only", "“high” and “low”")
    shaped = FigureSpec("dots", "t", ((Panel(Axis("x (mm)"), Axis("y (mm)"), (
        Points(one, one, "high"), Points(two, two, "low", shape="triangle"))),),), "a", "c")
    assert checks_of(shaped)["colour"].passed


def test_that_receptors_singled_out_by_q_alone_are_to_be_named():
    rows = forest_rows(["AXL", "MET", "KIT"], hr=[1.5, 1.4, 1.0], q_bh=[0.01, 0.02, 0.9], p_maxt=[0.2, 0.3, 0.9])
    spec = forest(rows, cohort_words="c", endpoint_words="overall survival")
    check = checks_of(spec)["colour"]
    assert check.value.endswith("Only q < 0.05: AXL and MET.")
    assert checks_of(replace(spec, caption=check.value))["colour"].passed


def test_that_files_the_journal_does_not_take_and_coarse_pixels_are_named():
    missing = checks_of(curves(), preset_of("plos_1"), formats=("pdf", "svg"))["files"]
    assert (missing.title, missing.action, missing.value) == ("No file the journal takes", "format", "tiff")
    coarse = checks_of(curves(), preset_of("plos_1"), formats=("tiff",), dpi=150)["files"]
    assert (coarse.action, coarse.value) == ("dpi", 600)


def test_that_simulated_data_without_their_badge_are_named():
    assert checks_of(curves(badge="Simulated data"), simulated=True)["badge"].passed
    assert not checks_of(curves(), simulated=True)["badge"].passed
    assert "badge" not in checks_of(curves())


def test_that_checks_read_the_files_bytes():
    spec = curves()
    broken = {"pdf": figure_bytes(spec, "pdf") + b" /Subtype /Type3 ", "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    checks = checks_of(spec, files=broken)
    assert checks["fonts"].title == "Type 3 fonts in the PDF"
    assert checks_of(spec, files={"svg": broken["svg"]})["fonts"].title == "Some words are not text"
    see_through = figure_bytes(spec, "eps") + b"\n0.5 .setopacityalpha"
    assert checks_of(spec, formats=("eps",), files={"eps": see_through})["eps"].action == "no format"


def test_that_opaque_tiles_are_not_taken_for_transparency():
    from core.figures.correlation_map import correlation_map

    rho = np.corrcoef(np.random.default_rng(1).normal(size=(5, 20)))
    spec = correlation_map(("AXL", "MET", "KIT", "RET", "ALK"), rho, cohort_words="c", patients_words="20 patients",
                           value_words="log2", pairs_words="none holds after Holm's correction")
    assert b"colorimage" in figure_bytes(spec, "eps")
    assert checks_of(spec, formats=("pdf", "eps"))["eps"].passed


def test_that_characters_without_a_shape_are_named():
    check = checks_of(curves(badge="日本"))["letters"]
    assert check.title == "No letter shape for 日 本"


def test_that_grey_stays_grey_and_white_stays_white_in_every_vision():
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    for vision in VISIONS:
        assert np.abs(seen_as(greys, vision).astype(int) - greys).max() <= 1, vision
    with pytest.raises(ValueError, match="unknown vision 'red'"):
        seen_as(greys, "red")


def test_that_red_and_green_meet_in_deuteranopia_and_blue_and_vermillion_do_not():
    def distance(one, other, vision):
        pair = seen_as(np.array([[one, other]], dtype=np.uint8), vision).astype(float)[0]
        return float(np.linalg.norm(pair[0] - pair[1]))

    red, green = (200, 30, 30), (90, 100, 20)
    assert distance(red, green, "deuteranopia") < 0.4 * distance(red, green, "normal")
    vermillion, blue = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)
    for vision in ("deuteranopia", "protanopia", "tritanopia"):
        assert distance(vermillion, blue, vision) > 100, vision


def test_that_published_values_of_machado_2009_are_met():
    """Pure red on linear RGB: the first column of each matrix, clipped, back to sRGB."""
    red = np.array([[[255, 0, 0]]], dtype=np.uint8)
    assert seen_as(red, "deuteranopia")[0, 0].tolist() == [163, 144, 0]
    assert seen_as(red, "protanopia")[0, 0].tolist() == [109, 95, 0]
    assert seen_as(red, "grey")[0, 0].tolist() == [127, 127, 127]


def test_that_the_previews_own_pixels_are_changed_and_keep_their_shape():
    with Image.open(io.BytesIO(figure_bytes(curves(), "png", 150))) as picture:
        pixels = np.asarray(picture)
    for vision in VISIONS[1:]:
        changed = seen_as(pixels, vision)
        assert changed.shape == pixels.shape
        assert changed.dtype == np.uint8
        assert (changed != pixels).any()
