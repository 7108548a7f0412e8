"""methods.md and import_report.md: what they say, and that text from data stays text."""

import pytest

from core.data.sheets.recipe import ImportRecipe
from core.data.tables import Scale
from core.export.import_report import ImportedDatasetWords, ImportedTableWords, import_report, recipe_words
from core.export.markdown import escape_markdown, table
from core.export.methods_text import methods_markdown
from core.problems import Location, Problem, note, warning
from tests.figure_data import result

RECIPE = ImportRecipe("rna.csv", "", "gct", "cp1252", ";", ",", ".", (2, 3), 4, 61, 0, "Gene", "columns", 2, (1,),
                      (5, 6, 7, 9), (4, 5, 26), ("NA", "n/a"), Scale.LINEAR, "highest mean", "mRNA",
                      ("scale", "header_rows", "delimiter"))


@pytest.mark.parametrize(("text", "escaped"), [
    ("<img src=x>", "\\<img src=x>"), ("P < 0.001", "P < 0.001"), ("# head", "\\# head"), ("- item", "\\- item"),
    ("1. one", "1\\. one"), ("a|b", "a\\|b"), ("*bold* _low_ p_maxt", "\\*bold\\* \\_low\\_ p_maxt"),
    ("[a](http://x.y)", "\\[a\\](http\\://x.y)"), ("a\n\n# b", "a # b"), ("$x$ &amp; A & B", "\\$x\\$ \\&amp; A & B"),
    ("=cmd", "\\=cmd"), ("> quote", "\\> quote"), ("`code`", "\\`code\\`"), ("\u22120.3 to 1.2", "\u22120.3 to 1.2"),
])
def test_that_text_from_data_never_becomes_markup(text, escaped):
    assert escape_markdown(text) == escaped


def test_that_a_table_cannot_be_broken_by_its_cells():
    assert table(("a", "b"), [("x|y", "z\nw")]) == "| a | b |\n| --- | --- |\n| x\\|y | z w |"


def test_that_a_recipe_reads_as_sentences_with_rows_as_the_user_counts_them():
    assert recipe_words(RECIPE) == (
        "Format: gct.",
        "Text file: columns parted by semicolon, decimal comma, thousands parted by “.”, encoding cp1252.",
        "Header in rows 3 and 4, joined by a blank.",
        "Rows 5 to 62 hold the data.",
        "Samples are columns; the gene is named in column A (“Gene”); values start in column C.",
        "Read as annotation, not as samples: B.",
        "Rows left out: 6 to 8, 10.",
        "Columns left out: E to F, AA.",
        "Counted as missing: “NA”, “n/a”, and blank cells.",
        "Scale: linear, logged once: log2(x + 1); measure: mRNA; several rows of one gene: highest mean.",
        "Detected, not stated: the scale, the header row and the delimiter.",
    )


def test_that_the_import_report_holds_every_finding_with_its_place_and_remedy():
    findings = (Problem("no_id", "which column is the id", Location("a.xlsx", "Sheet1"), "ids join tables",
                        "name it", answer_key="id"),
                warning("gene_date", "“1-Mar” was a gene before Excel", Location("a.xlsx", "Sheet1", "A17")),
                note("renamed", "HER2 was read as ERBB2", Location("a.xlsx", "Sheet1", "A4")),
                note("renamed", "HER2 was read as ERBB2", Location("a.xlsx", "Sheet1", "A4")))
    report = import_report([ImportedDatasetWords("meta", "cell_lines", (
        ImportedTableWords("expression", "a.xlsx", "Sheet1", "ab12", RECIPE, {"samples": 1904, "scale": "z"}),),
        findings)], study_name="S", further=[warning("time_zero", "time 0 in 1 patient")])
    assert report.startswith("# Import report: S\n")
    assert "1 data set: 1 problem, 2 warnings and 2 notes." in report
    assert "## meta (cell lines)" in report
    assert "### expression: a.xlsx › Sheet1" in report
    assert "- samples: 1,904; scale: z" in report
    assert "- sha256 of the file: `ab12`" in report
    assert ("- **a.xlsx › Sheet1**: which column is the id. ids join tables. *What to do:* name it. Key: id." in report)
    assert "- **a.xlsx › Sheet1 › A4**: HER2 was read as ERBB2. (2 times)" in report
    assert report.index("Must be settled") < report.index("Warnings (1)") < report.index("Changes and guesses (2)")
    assert report.index("## Cohorts and analyses") < report.index("time 0 in 1 patient")


def test_that_an_import_without_findings_says_so():
    report = import_report([ImportedDatasetWords("meta", "cohort", ())])
    assert "Nothing was changed, dropped or guessed." in report
    assert "No data set was read." in import_report([])


def test_that_the_methods_name_analyses_settings_counts_and_versions():
    text = methods_markdown(
        [result(methods="First part.\n\nSecond part.", findings=("AXL goes with relapse.",),
                parameters={"adjust": (), "permutations": 10000, "equivalence": (0.75, 1.33), "signed": True})],
        study_name="HER2 | study", data_words=("236 patients",), versions={"RTKscope": "0.1.0", "numpy": "2.2"})
    for words in ("# Methods: HER2 \\| study", "- 236 patients", "## Prognosis (prognosis)", "First part.\n\nSecond part.",
                  "- AXL goes with relapse.", "| adjust | none |", "| equivalence | 0.75, 1.33 |", "| signed | true |",
                  "Tests paid for by a correction: 58.", "uncorrected): 3.", "RTKscope 0.1.0 and numpy 2.2.",
                  "Reference: Cox 1972", "nothing here is treatment advice"):
        assert words in text
    assert "Simulated" not in text


def test_that_simulated_data_are_named_at_the_top():
    text = methods_markdown([], study_name="S", versions={"RTKscope": "1"}, simulated="Simulated: this study holds simulated data.")
    assert text.splitlines()[2].startswith("**Simulated")
