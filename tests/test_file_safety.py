"""What a file really is, and that everything which is no table is refused with a sentence and a way out."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.data.files.file_safety import look_at
from core.data.files.workbook import read_table, sheet_infos
from core.problems import Problem, UserError
from tests.workbook_files import container, ods, package, xlsx

SAMPLES = Path(__file__).parent / "data" / "reading"


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Gene", "P01"])
    book.active.append(["ERBB2", 1.5])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refusal(path: Path) -> Problem:
    """The one problem with which the file is refused; it names the file and a remedy."""
    with pytest.raises(UserError) as caught:
        read_table(path)
    problem, = caught.value.problems
    assert problem.where.file == path.name
    assert problem.remedy
    return problem


def packed(content: bytes) -> bytes:
    """Return `content` as gzip without the time of packing, so that two workers collect the same tests."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.csv", b"", "empty_file", "empty"),
        ("a.csv", b" \n\t\n  \r\n", "empty_file", "blanks"),
        ("a.csv.gz", b"", "empty_file", "empty"),
        ("a.csv.gz", packed(b""), "empty_file", "nothing inside"),
        ("a.csv.gz", packed(b"a,b\n1,2\n" * 999)[:-20], "truncated", "ends in the middle"),
        ("a.csv.gz", packed(packed(b"a,b\n1,2\n")), "packed_twice", "twice"),
        ("a.csv", b"%PDF-1.7 x", "not_a_table", "PDF"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "not_a_table", "picture"),
        ("a.csv", b"SQLite format 3\x00", "not_a_table", "database"),
        ("a.csv", b'{"genes": []}', "not_a_table", "JSON"),
        ("a.rds", packed(b"X\n\x00\x00\x00\x03"), "not_a_table", "R data"),
        ("a.csv", b"a,b\n1,\x00\n", "binary_file", "zero bytes"),
        ("a.csv", b"BZh91AY", "not_a_table", "bzip2"),
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table>", "html_file", "web page called .xls"),
        ("a.csv", b"\n<!DOCTYPE html>\n<title>Sign in</title>", "html_file", "web page"),
        (
            "a.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "html_file",
            "2003",
        ),
        ("a.gsheet", b'{"url": ""}', "cloud_link", "link"),
        ("~$a.xlsx", b"somebody", "lock_file", "lock file"),
        ("a.xlsx", package({"a.csv": "1", "b.csv": "2"}), "zip_without_workbook", "a.csv, b.csv"),
        ("a.xlsx", package({"word/document.xml": ""}), "zip_without_workbook", "Word"),
        ("a.xlsx", package({"Index/Document.iwa": ""}), "zip_without_workbook", "Numbers"),
        ("a.xlsx", a_workbook()[:3000], "truncated", "incomplete"),
        ("a.xlsx", container(b"\0" * 5000, "EncryptedPackage"), "password_protected", "password"),
        ("a.doc", container(b"\0" * 5000, "WordDocument"), "not_a_table", "Word"),
        ("a.xls", container(b"\0" * 5000), "damaged_file", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_that_what_is_no_table_is_refused_by_its_own_name(tmp_path: Path, name: str, content: bytes, code: str,
                                                          words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    problem = refusal(path)
    assert problem.code == code
    assert words in problem.what


def test_that_the_password_sentence_tells_where_excel_hides_it(tmp_path: Path) -> None:
    path = tmp_path / "METABRIC.xlsx"
    path.write_bytes(container(b"\0" * 5000, "EncryptedPackage"))
    assert refusal(path).line() == (
        "METABRIC.xlsx: the workbook is protected by a password, so it cannot be read; open it in Excel, remove the "
        "password under File > Info > Protect Workbook, and save it again")


def test_that_an_old_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    from core.data.files.compound_file import workbook_stream
    from core.problems import Location
    stream = workbook_stream((SAMPLES / "ihc.xls").read_bytes(), Location("ihc.xls"))
    first_length = 4 + int.from_bytes(stream[2:4], "little")
    path = tmp_path / "a.xls"
    path.write_bytes(container(stream[:first_length] + b"\x2f\x00\x04\x00\x01\x00\x01\x00" + stream[first_length:]))
    assert refusal(path).code == "password_protected"


def test_that_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "METABRIC_expression.xlsx").write_bytes(b"x")
    assert refusal(tmp_path / "METABRIC_expresion.csv").remedy == "did you mean METABRIC_expression.xlsx?"
    assert refusal(tmp_path / "something_else.csv").remedy == "check the name and the folder"
    assert "no folder “results”" in refusal(tmp_path / "results" / "a.csv").what


def test_that_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "not_a_file"


def test_that_a_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert refusal(path).code == "no_permission"


def test_that_a_small_file_which_unzips_to_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(xlsx("<sheetData>" + " " * 60_000_000 + "</sheetData>"))
    problem = refusal(path)
    assert problem.code == "unpacks_too_large"
    assert "60 MB" in problem.what


def test_that_many_parts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(package({"xl/workbook.xml": "", **{f"xl/media/{number}.png": "" for number in range(2_001)}}))
    assert refusal(path).code == "unpacks_too_large"


def test_that_a_part_which_declares_too_small_a_size_is_refused(tmp_path: Path) -> None:
    content = bytearray(xlsx('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>' + " " * 5000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as written:
        size = written.getinfo("xl/worksheets/sheet1.xml").file_size
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(content).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert refusal(path).code == "damaged_file"


def test_that_a_gz_which_unpacks_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000))
    monkeypatch.setattr("core.data.files.file_safety.GzipBytes.__init__.__defaults__", (100_000,))
    assert refusal(path).code == "unpacks_too_large"


@pytest.mark.parametrize("document_type", [
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>',
])
def test_that_a_workbook_with_entities_is_not_opened(tmp_path: Path, document_type: str) -> None:
    sheet = (
        f'<?xml version="1.0"?>{document_type}<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is>'
        "</c></row></sheetData></worksheet>"
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(sheet, wrap=False))
    assert refusal(path).code == "unsafe_file"
    path = tmp_path / "a.ods"
    path.write_bytes(ods('<table:table table:name="a"/>', head=document_type))
    assert refusal(path).code == "unsafe_file"
    parts = {"xl/workbook.xml": f"{document_type}<workbook/>", "xl/_rels/workbook.xml.rels": "<a/>"}
    path = tmp_path / "b.xlsx"
    path.write_bytes(package(parts))
    assert refusal(path).code == "unsafe_file"


def test_that_text_called_xls_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "facs.xls"
    path.write_text("Gene\tP01\nERBB2\t1.5\nEGFR\t2\n")
    result = read_table(path)
    assert result.table.row_texts(1) == ["ERBB2", "1.5"]
    assert "the name ends in .xls but this is a text file" in next(
        n.what for n in result.notes if n.code == "other_kind"
    )


def test_that_a_workbook_called_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(a_workbook())
    assert read_table(path).format.kind == "xlsx"


def test_that_a_workbook_in_a_gz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx.gz"
    path.write_bytes(gzip.compress(a_workbook()))
    result = read_table(path)
    assert (result.format.kind, result.format.compression) == ("xlsx", "gz")
    assert result.table.row_texts(1) == ["ERBB2", "1.5"]


def test_that_a_gz_of_several_members_is_read_whole_and_trailing_bytes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"Gene,P01\nERBB2,1\n") + gzip.compress(b"EGFR,2\n") + b"\0\0\0")
    assert read_table(path).table.column_texts(0) == ["Gene", "ERBB2", "EGFR"]
    assert "trailing_bytes" not in {found.code for found in read_table(path).notes}
    path.write_bytes(gzip.compress(b"Gene,P01\nERBB2,1\n") + b"<html>")
    assert "trailing_bytes" in {found.code for found in read_table(path).notes}


def test_that_a_plain_file_called_gz_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_text("Gene,P01\nERBB2,1\n")
    result = read_table(path)
    assert result.format.compression == ""
    assert "gz_name" in {found.code for found in result.notes}


def test_that_sheets_of_a_refused_file_are_refused_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF")
    with pytest.raises(UserError):
        sheet_infos(path)


def test_that_looking_at_a_file_takes_its_beginning_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Gene,P01\n" + "ERBB2,1\n" * 100_000)
    source = look_at(path)
    assert source.kind == "text"
    assert len(source.head) == 65_536
