"""The export dialog driven by mouse and keyboard down to the files, which are read back."""

import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QWidget

from core.figures.figure_settings import FigureSettings
from core.figures.file_checks import pdf_size_mm, svg_words
from gui import theme
from gui.job_runner import JobRunner
from gui.widgets.edited_words import EditedWords
from gui.widgets.export_dialog import ExportDialog
from gui.widgets.export_jobs import preview_dpi
from gui.widgets.millimetre_ruler import MillimetreRuler
from gui.widgets.picture_clipboard import COPIED, copy_picture_and_data
from tests.test_figure_files import curves, full_forest

NATURE = FigureSettings(preset="nature_1", panel_letter="a", dpi=150)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(QApplication.instance(), "light", 100)


@pytest.fixture
def runner(qtbot):
    made = JobRunner()
    yield made
    made.close()


@pytest.fixture
def open_dialog(qtbot, runner, tmp_path):
    def make(spec=None, settings=NATURE, **facts):
        dialog = ExportDialog(spec or curves(name="IGF1R-KM"), settings, suggested_folder=tmp_path, submit=runner.submit,
                              **facts)
        qtbot.addWidget(dialog)
        dialog.open()
        qtbot.waitUntil(lambda: settled(dialog), timeout=20_000)
        return dialog

    return make


def settled(dialog):
    """Nothing is being drawn or checked."""
    return dialog.checks.count.text() != "checking" or bool(dialog.preview.problem.text())


def wait_for(qtbot, dialog, condition):
    qtbot.waitUntil(lambda: condition() and settled(dialog) and not dialog._timer.isActive(), timeout=20_000)


def choose_folder(qtbot, dialog, folder):
    """Answer the folder dialog as a user does: type the folder and press Enter."""
    qtbot.waitUntil(lambda: dialog.folder_dialog is not None and dialog.folder_dialog.isVisible())
    asked: QFileDialog = dialog.folder_dialog
    asked.fileSelected.emit(str(folder))
    asked.done(QFileDialog.DialogCode.Accepted)


def test_that_the_preview_is_the_files_own_pixels_at_the_size_of_the_journal(open_dialog):
    dialog = open_dialog()
    image = dialog.preview.ruler.image
    assert (image.width(), image.height()) == (525, 496)
    assert dialog.preview.size_words.text() == "89 × 84 mm, the file itself"
    paper = dialog.preview.ruler.paper()
    assert paper.width() / paper.height() == pytest.approx(89 / 84)
    assert dialog.windowTitle() == "Export figure: IGF1R and relapse-free survival, HER2-positive"


def test_that_the_checks_are_counted_and_a_link_mends_its_own(qtbot, open_dialog):
    bare = curves()
    dialog = open_dialog(replace(bare, caption=bare.caption.replace(", split at the median", "")))
    assert dialog.checks.count.text() == "10 of 11"
    assert "Cut-off not in the caption" in dialog.export_button.toolTip()
    assert dialog.export_button.isEnabled()
    qtbot.mouseClick(dialog.checks.links["caption"], LEFT)
    wait_for(qtbot, dialog, lambda: dialog.checks.count.text() == "11 of 11")
    assert dialog.settings.caption.endswith("Groups: IGF1R, split at the median.")
    assert dialog.caption.shown.text() == dialog.settings.caption


def test_that_export_by_mouse_writes_the_ticked_files(qtbot, open_dialog, tmp_path):
    dialog = open_dialog()
    assert dialog.export_button.text() == "Export 4 files…"
    qtbot.mouseClick(dialog.form.boxes["tiff"], LEFT, pos=dialog.form.boxes["tiff"].rect().center() * 0.2)
    qtbot.mouseClick(dialog.form.boxes["svg"], LEFT, pos=dialog.form.boxes["svg"].rect().center() * 0.2)
    qtbot.mouseClick(dialog.form.boxes["png"], LEFT, pos=dialog.form.boxes["png"].rect().center() * 0.2)
    wait_for(qtbot, dialog, lambda: dialog.export_button.text() == "Export 3 files…")
    said = []
    dialog.settings_changed.connect(said.append)
    with qtbot.waitSignal(dialog.exported, timeout=20_000) as written:
        qtbot.mouseClick(dialog.export_button, LEFT)
        choose_folder(qtbot, dialog, tmp_path)
    assert [path.name for path in written.args[0]] == ["IGF1R-KM.pdf", "IGF1R-KM.tiff", "IGF1R-KM.xlsx"]
    assert sorted(os.listdir(tmp_path)) == ["IGF1R-KM.pdf", "IGF1R-KM.tiff", "IGF1R-KM.xlsx"]
    assert pdf_size_mm((tmp_path / "IGF1R-KM.pdf").read_bytes()) == pytest.approx((89, 84), abs=0.1)
    with Image.open(tmp_path / "IGF1R-KM.tiff") as picture:
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    about = openpyxl.load_workbook(tmp_path / "IGF1R-KM.xlsx")["Figure"]
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert told["Journal"].startswith("Nature style, one column")
    assert "RTKscope" in told
    assert not dialog.isVisible()
    assert said == [replace(NATURE, formats=("pdf", "tiff", "xlsx"))]


def test_that_export_by_keyboard_alone_writes_a_figure_of_another_width(qtbot, open_dialog, tmp_path):
    dialog = open_dialog()
    field = dialog.form.width_mm
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "120,5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    wait_for(qtbot, dialog, lambda: dialog.preview.size_words.text().startswith("120.5 × "))
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        choose_folder(qtbot, dialog, tmp_path)
    assert pdf_size_mm((tmp_path / "IGF1R-KM.pdf").read_bytes())[0] == pytest.approx(120.5, abs=0.1)
    words = svg_words((tmp_path / "IGF1R-KM.svg").read_bytes())
    assert "a" in words
    assert "Relapse-free survival (%)" in words


def test_that_another_journal_brings_its_size_text_and_case(qtbot, open_dialog):
    dialog = open_dialog()
    box = dialog.form.journal
    box.setCurrentIndex(box.findData("plos_1"))
    box.activated.emit(box.currentIndex())
    wait_for(qtbot, dialog, lambda: dialog.preview.size_words.text().startswith("132 × "))
    assert (dialog.form.width_mm.value(), dialog.form.text_pt.value(), dialog.form.dpi()) == (132.0, 9.0, 600)
    assert (dialog.settings.panel_letter, dialog.form.letter.currentText()) == ("A", "A, bold 12 pt")
    assert dialog.checks.links["files"].text() == "Add TIFF"
    qtbot.mouseClick(dialog.checks.links["files"], LEFT)
    assert dialog.form.boxes["tiff"].isChecked()


def test_that_a_size_too_small_says_the_smallest_that_works_and_holds_the_export(qtbot, open_dialog):
    dialog = open_dialog(full_forest(), FigureSettings(preset="nature_1", dpi=100))
    dialog.form.change(width_mm=30.0, height_mm=80.0)
    wait_for(qtbot, dialog, lambda: bool(dialog.preview.problem.text()))
    assert "the smallest that works is" in dialog.preview.problem.text()
    assert not dialog.export_button.isEnabled()
    assert not dialog.copy_button.isEnabled()
    dialog.form.change(width_mm=89.0, height_mm=240.0)
    wait_for(qtbot, dialog, lambda: not dialog.preview.problem.text() and dialog.export_button.isEnabled())


def test_that_of_many_quick_edits_only_the_last_is_shown(qtbot, open_dialog, runner):
    dialog = open_dialog()
    started = []
    runner.started.connect(lambda job: started.append(job.words))
    for width in (90.0, 95.0, 100.0, 105.0, 110.0):
        dialog.form.width_mm.setValue(width)
    wait_for(qtbot, dialog, lambda: dialog.preview.size_words.text().startswith("110 × "))
    assert started.count("Drawing the preview") == 1
    dialog.form.width_mm.setValue(115.0)
    dialog._timer.stop()
    dialog._draw()
    dialog.form.width_mm.setValue(120.0)
    wait_for(qtbot, dialog, lambda: dialog.preview.size_words.text().startswith("120 × "))


def test_that_files_already_there_are_replaced_only_on_request(qtbot, open_dialog, tmp_path):
    (tmp_path / "IGF1R-KM.pdf").write_text("precious")
    dialog = open_dialog()
    dialog.export_to(tmp_path)
    qtbot.waitUntil(lambda: dialog.notice.isVisible(), timeout=20_000)
    assert "IGF1R-KM.pdf" in dialog.notice.text.text()
    assert (tmp_path / "IGF1R-KM.pdf").read_text() == "precious"
    assert [button.text() for button in dialog.notice.buttons] == ["Replace", "Choose another folder…"]
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        qtbot.mouseClick(dialog.notice.buttons[0], LEFT)
    assert (tmp_path / "IGF1R-KM.pdf").read_bytes().startswith(b"%PDF")


def test_that_a_folder_that_has_gone_is_said_and_nothing_is_lost(qtbot, open_dialog, tmp_path):
    dialog = open_dialog()
    dialog.export_to(tmp_path / "gone")
    qtbot.waitUntil(lambda: dialog.notice.isVisible(), timeout=20_000)
    assert dialog.notice.property("banner") == "error"
    assert dialog.isVisible()
    assert dialog.export_button.isEnabled()


def test_that_copy_puts_the_picture_and_the_table_on_the_clipboard(qtbot, open_dialog):
    dialog = open_dialog()
    with qtbot.waitSignal(dialog.copied, timeout=20_000):
        qtbot.mouseClick(dialog.copy_button, LEFT)
    content = QGuiApplication.clipboard().mimeData()
    assert content.hasImage()
    image = QImage.fromData(content.data("image/png").data(), "PNG")
    assert (image.width(), image.height()) == (525, 496)
    assert content.text().startswith("curve\ngroup\ttime\tsurvival\tci_low\tci_high\nhigh\t0\t1\t")
    assert dialog.notice.text.text() == COPIED


def test_that_a_plot_can_be_copied_without_the_dialog(qtbot, runner):
    owner, said = QWidget(), []
    qtbot.addWidget(owner)
    copy_picture_and_data(full_forest(), runner.submit, owner, dpi=50, done=said.append)
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert QGuiApplication.clipboard().mimeData().text().startswith("receptor\tn\tevents")


def test_that_the_picture_can_be_seen_as_others_see_it(qtbot, open_dialog):
    dialog = open_dialog()
    before = dialog.preview.ruler.image.copy()
    buttons = {button.text(): button for button in dialog.preview.vision.buttons()}
    assert list(buttons) == ["Normal", "Deuteranopia", "Protanopia", "Tritanopia", "Grey"]
    qtbot.mouseClick(buttons["Grey"], LEFT)
    assert dialog.preview.ruler.image.allGray()
    assert not before.allGray()
    qtbot.mouseClick(buttons["Normal"], LEFT)
    assert dialog.preview.ruler.image == before


def test_that_the_description_is_edited_in_place_and_can_be_put_back(qtbot, open_dialog):
    dialog = open_dialog()
    proposed = dialog.described.shown.text()
    qtbot.mouseClick(dialog.described.edit_link, LEFT)
    dialog.described.field.selectAll()
    qtbot.keyClicks(dialog.described.field, "Low lives longer.")
    qtbot.mouseClick(dialog.described.edit_link, LEFT)
    assert dialog.settings.alt_text == "Low lives longer."
    wait_for(qtbot, dialog, lambda: "Low lives longer." in dialog.preview.ruler.accessibleName())
    qtbot.mouseClick(dialog.described.back_link, LEFT)
    assert (dialog.settings.alt_text, dialog.described.shown.text()) == ("", proposed)


def test_that_escape_in_the_field_drops_the_words_and_not_the_dialog(qtbot):
    words = EditedWords("Caption")
    qtbot.addWidget(words)
    words.show()
    words.set_words("proposed")
    said = []
    words.edited.connect(said.append)
    words.open()
    qtbot.keyClicks(words.field, "half a thought")
    qtbot.keyClick(words.field, Qt.Key.Key_Escape)
    assert (words.editing, words.shown.text(), said) == (False, "proposed", [])
    words.open()
    words.field.setPlainText("whole\nthought")
    qtbot.keyClick(words.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert said == ["whole thought"]


def test_that_escape_and_cancel_change_nothing(qtbot, open_dialog, tmp_path):
    for leave in (lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape),
                  lambda dialog: qtbot.mouseClick(dialog.cancel_button, LEFT)):
        dialog = open_dialog()
        said = []
        dialog.settings_changed.connect(said.append)
        dialog.form.change(width_mm=100.0)
        leave(dialog)
        assert not dialog.isVisible()
        assert said == []
    assert os.listdir(tmp_path) == []


def test_that_no_file_ticked_cannot_be_exported(open_dialog):
    dialog = open_dialog(settings=replace(NATURE, formats=("pdf",)))
    assert dialog.export_button.text() == "Export 1 file…"
    dialog.form.boxes["pdf"].click()
    assert (dialog.export_button.isEnabled(), dialog.export_button.toolTip()) == (False, "Tick at least one file")


def test_that_every_control_has_a_name_and_can_be_reached_by_tab(open_dialog):
    dialog = open_dialog()
    buddies = {label.buddy() for label in dialog.findChildren(QLabel)}
    for control in dialog.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisible():
            named = control.accessibleName() or control in buddies or (
                isinstance(control, QAbstractButton) and control.text())
            assert named, control
    interface = QAccessible.queryAccessibleInterface(dialog.preview.ruler)
    assert interface.text(QAccessible.Text.Name).startswith("Preview of the figure: Kaplan-Meier")
    reached, control = set(), dialog.export_button
    for _ in range(2000):
        control = control.nextInFocusChain()
        reached.add(control)
    for wanted in (dialog.form.journal, dialog.form.width_mm, dialog.form.boxes["eps"], dialog.copy_button,
                   dialog.described.edit_link, dialog.preview.vision.buttons()[0]):
        assert wanted in reached


def test_that_text_of_twice_the_size_and_the_dark_theme_still_fit_the_screen(open_dialog):
    theme.apply(QApplication.instance(), "dark", 150)
    dialog = open_dialog()
    assert dialog.minimumSizeHint().width() <= 1366
    assert dialog.minimumSizeHint().height() <= 728


def test_that_a_large_picture_is_previewed_with_fewer_pixels():
    assert preview_dpi(89, 84, 600) == 600
    dpi = preview_dpi(183, 247, 1200)
    assert 183 / 25.4 * dpi * 247 / 25.4 * dpi <= 8_000_000
    assert dpi > 200


def test_that_the_ruler_shows_the_paper_at_its_shape_in_any_room(qtbot):
    ruler = MillimetreRuler()
    qtbot.addWidget(ruler)
    for wide, tall in ((400, 300), (900, 300), (240, 800)):
        ruler.resize(wide, tall)
        ruler.show_paper(183.0, 60.0, QImage(30, 10, QImage.Format.Format_RGB888))
        paper = ruler.paper()
        assert ruler.rect().contains(paper.toRect())
        assert paper.width() / paper.height() == pytest.approx(183 / 60)


def test_that_the_dialog_does_not_load_matplotlib_by_itself():
    import subprocess
    import sys

    program = "import sys, gui.widgets.export_dialog; print(sorted({'matplotlib', 'PIL', 'pandas'} & {*sys.modules}))"
    told = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1], capture_output=True, text=True,
                          check=True).stdout
    assert told.strip() == "[]"
