"""A figure's files on the disk: all or none, exact, safe in a spreadsheet, with badge, caption and versions."""

import errno
import os
import sys
import xml.etree.ElementTree as ET

import openpyxl
import pytest
from PIL import Image

from core.export.figure_package import data_workbook, export_figure, export_paths, table_text
from core.figures.figure_settings import FigureSettings
from core.figures.file_checks import pdf_size_mm
from core.figures.restyle import restyled
from core.jobs import Cancelled, JobContext
from core.problems import UserError
from tests.figure_data import NASTY, forest_rows
from tests.test_figure_files import curves, full_forest, nasty_forest

EVERY = ("pdf", "svg", "png", "tiff", "eps")


def code_of(error):
    return error.value.problems[0].code


def test_that_every_file_is_written_with_the_exact_size_and_resolution(tmp_path):
    spec = restyled(curves(badge="Example study, simulated data"), FigureSettings(preset="nature_1", panel_letter="a"))
    paths = export_figure(spec, tmp_path / "IGF1R-KM", EVERY, dpi=600, versions={"RTKscope": "1.0"})
    assert [path.name for path in paths] == [f"IGF1R-KM.{name}" for name in (*EVERY, "xlsx")]
    assert sorted(os.listdir(tmp_path)) == sorted(path.name for path in paths)
    pdf, svg, png, tiff, eps, _ = paths
    assert pdf_size_mm(pdf.read_bytes()) == pytest.approx((89.0, spec.height_mm), abs=0.1)
    root = ET.parse(svg).getroot()
    assert [float(root.get(side).removesuffix("pt")) / 72 * 25.4 for side in ("width", "height")] == pytest.approx(
        [89.0, spec.height_mm], abs=0.1)
    for path in (png, tiff):
        with Image.open(path) as picture:
            assert picture.info["dpi"] == pytest.approx((600, 600), abs=0.1)
            assert picture.size == pytest.approx((89 / 25.4 * 600, spec.height_mm / 25.4 * 600), abs=1)
    assert eps.read_bytes().startswith(b"%!PS-Adobe-3.0 EPSF-3.0")


def test_that_the_badge_is_in_every_file(tmp_path):
    spec = curves(badge="Example study, simulated data")
    paths = {path.suffix: path for path in export_figure(spec, tmp_path / "f", EVERY, dpi=100)}
    assert b"Example study, simulated data" in paths[".svg"].read_bytes()
    sheet = openpyxl.load_workbook(paths[".xlsx"])["Figure"]
    assert {row[0].value: row[1].value for row in sheet.iter_rows()}["Note"] == "Example study, simulated data"
    bare = {path.suffix: path for path in export_figure(curves(), tmp_path / "g", EVERY, dpi=100)}
    for suffix in (".png", ".tiff"):
        with Image.open(paths[suffix]) as one, Image.open(bare[suffix]) as other:
            corner = (one.width * 2 // 3, 0, one.width, one.height // 14)
            yellowish = [pixel for pixel in one.crop(corner).get_flattened_data() if pixel == (255, 244, 217)]
            assert len(yellowish) > 100
            assert (255, 244, 217) not in other.crop(corner).get_flattened_data()
    for suffix in (".pdf", ".eps"):
        assert len(paths[suffix].read_bytes()) > len(bare[suffix].read_bytes())


def test_that_the_workbook_holds_every_table_caption_settings_and_versions(tmp_path):
    spec = curves()
    (path,) = export_figure(spec, tmp_path / "f", (), facts=(("Study", "HER2 resistance"),), versions={"numpy": "2.0"})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Figure", "curve", "at risk"]
    about = {row[0].value: row[1].value for row in book["Figure"].iter_rows()}
    assert about["Caption"] == spec.caption
    assert about["Description for screen readers"] == spec.alt_text
    assert about["Width (mm)"] == 89
    assert str(about["Use"]).startswith("Research use only.")
    assert (about["Study"], about["numpy"]) == ("HER2 resistance", "2.0")
    rows = list(book["curve"].iter_rows(values_only=True))
    assert rows[0] == ("group", "time", "survival", "ci_low", "ci_high")
    assert [row[2] for row in rows[1:]] == pytest.approx(list(spec.data["curve"]["survival"]), rel=1e-15)
    assert data_workbook(spec, "f.xlsx") == data_workbook(spec, "f.xlsx")


def test_that_names_from_data_never_become_formulas(tmp_path):
    spec = nasty_forest()
    (path,) = export_figure(spec, tmp_path / "f", ())
    cells = [cell for row in openpyxl.load_workbook(path)["forest"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert NASTY[2] in [cell.value for cell in cells]


def test_that_the_clipboard_text_is_a_table_a_spreadsheet_takes():
    spec = full_forest()
    lines = table_text(spec).split("\n")
    assert lines[0].split("\t")[:3] == ["receptor", "n", "events"]
    assert len(lines) == 1 + 58
    assert {len(line.split("\t")) for line in lines} == {9}
    assert table_text(curves()).startswith("curve\ngroup\ttime\tsurvival")
    dangerous = table_text(nasty_forest())
    assert "\n'=cmd" in dangerous


def test_that_a_folder_takes_the_figures_own_name(tmp_path):
    (path,) = export_figure(curves(), tmp_path, ("svg",), with_data=False)
    assert path == tmp_path / "kaplan_meier_IGF1R.svg"


def test_that_files_that_stand_there_are_replaced_only_when_allowed(tmp_path):
    (tmp_path / "f.svg").write_text("precious")
    with pytest.raises(UserError) as caught:
        export_figure(curves(), tmp_path / "f", ("svg", "pdf"))
    assert code_of(caught) == "file_exists"
    assert "f.svg" in caught.value.problems[0].what
    assert os.listdir(tmp_path) == ["f.svg"]
    assert (tmp_path / "f.svg").read_text() == "precious"
    export_figure(curves(), tmp_path / "f", ("svg",), with_data=False, may_replace=True)
    assert (tmp_path / "f.svg").read_text().startswith("<?xml")


def test_that_a_missing_folder_and_no_file_are_said(tmp_path):
    with pytest.raises(UserError) as caught:
        export_figure(curves(), tmp_path / "gone" / "f", ("svg",))
    assert code_of(caught) == "no_folder"
    with pytest.raises(UserError) as caught:
        export_figure(curves(), tmp_path / "f", (), with_data=False)
    assert code_of(caught) == "no_files_chosen"
    with pytest.raises(ValueError, match="unknown figure format jpg"):
        export_paths(tmp_path / "f", ("jpg",))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_that_a_folder_that_may_not_be_written_to_is_said(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserError) as caught:
            export_figure(curves(), tmp_path / "f", ("svg",), with_data=False)
    finally:
        tmp_path.chmod(0o700)
    assert code_of(caught) == "not_writable"


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, "not_writable"), (errno.EROFS, "not_writable"),
                                              (errno.ENOSPC, "disk_full")])
def test_that_a_full_or_locked_disk_leaves_the_old_file_whole(tmp_path, monkeypatch, number, code):
    (tmp_path / "f.svg").write_text("old")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("core.project.whole_file.os.replace", refuse)
    with pytest.raises(UserError) as caught:
        export_figure(curves(), tmp_path / "f", ("svg",), with_data=False, may_replace=True)
    assert code_of(caught) == code
    assert caught.value.problems[0].remedy
    assert os.listdir(tmp_path) == ["f.svg"]
    assert (tmp_path / "f.svg").read_text() == "old"


def test_that_a_stop_on_the_way_leaves_nothing(tmp_path):
    job = JobContext(lambda share, _: job.cancel() if share > 0.2 else None)
    with pytest.raises(Cancelled):
        export_figure(curves(), tmp_path / "f", EVERY, dpi=100, job=job)
    assert os.listdir(tmp_path) == []


def test_that_progress_names_what_is_drawn(tmp_path):
    told = []
    export_figure(curves(), tmp_path / "f", ("pdf",), job=JobContext(lambda share, words: told.append((share, words))))
    assert [words for _, words in told] == ["Drawing the PDF", "Writing the data", "Writing the files", "Done"]
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_that_a_figure_of_no_rows_still_has_its_files(tmp_path):
    from core.figures.prognosis_figures import forest

    spec = forest(forest_rows([]), cohort_words="c", endpoint_words="e")
    assert len(export_figure(spec, tmp_path / "f", ("pdf", "svg"))) == 3


def test_that_numbers_of_simulated_data_say_so_on_the_clipboard():
    assert table_text(curves(badge="Simulated data")).startswith("Simulated data\n\ncurve\ngroup\ttime")
