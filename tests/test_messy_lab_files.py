"""Spreadsheets as they come from a laboratory, through the whole of `check` and `run`: what is said, and that it helps.

Not for: one module at a time; this file looks at the program as a biologist does, from outside.
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from core.command_line import run_command_line

GENES = ("ERBB2", "EGFR", "MET", "KIT", "AXL", "ACTB", "GAPDH", "MYC", "TP53", "VIM")
PATIENTS = [f"P{number:02d}" for number in range(1, 25)]

Row = list[object]


def expression_rows(samples: Sequence[str] = PATIENTS, genes: Sequence[str] = GENES) -> list[Row]:
    """Genes in rows, log2-like values between 4 and 12, the same in every call."""
    chance = random.Random(7)
    return [["gene", *samples], *([gene, *(round(chance.uniform(4, 12), 2) for _ in samples)] for gene in genes)]


def clinical_rows(samples: Sequence[str] = PATIENTS) -> list[Row]:
    """patient, age, HER2, months, status: half of the patients died."""
    chance = random.Random(3)
    return [["patient", "age", "HER2", "months", "status"],
            *([sample, chance.randint(30, 80), "Positive" if at % 3 else "Negative", round(chance.uniform(3, 90), 1),
               at % 2] for at, sample in enumerate(samples))]


def write_csv(path: Path, rows: Sequence[Row], delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=delimiter).writerows(rows)


STUDY = """
format = 1
name = "lab"
[[dataset]]
name = "lab"
role = "cohort"
expression = { file = "expression.csv" }
clinical = { file = "clinical.csv" }
[[dataset.endpoint]]
name = "survival"
time = "months"
unit = "months"
event = "status"
event_values = [1]
[[analysis]]
kind = "rtk_prognosis"
parameters = { permutations = 0, curves_of = ["ERBB2"] }
"""


class Lab:
    """A folder with the two tables and a study; each call of the program gives its status and its lines."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.out = folder / "results"
        write_csv(folder / "expression.csv", expression_rows())
        write_csv(folder / "clinical.csv", clinical_rows())
        self.study()

    def study(self, *changes: tuple[str, str]) -> None:
        text = STUDY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / "study.toml").write_text(text, encoding="utf-8")

    def answers(self, lines: str) -> None:
        self.study(("[[dataset.endpoint]]", f"[dataset.answers]\n{lines}\n[[dataset.endpoint]]"))

    def check(self) -> tuple[int, str]:
        return self._call("check", str(self.folder / "study.toml"))

    def run(self) -> tuple[int, str]:
        return self._call("run", str(self.folder / "study.toml"), "--out", str(self.out))

    def _call(self, *words: str) -> tuple[int, str]:
        self.capsys.readouterr()
        status = run_command_line(words)
        return status, self.capsys.readouterr().err

    def receptors(self) -> dict[str, dict[str, str]]:
        with (self.out / "rtk_prognosis" / "receptors.csv").open(encoding="utf-8", newline="") as handle:
            return {row["receptor"]: row for row in csv.DictReader(handle)}

    def report(self) -> str:
        return (self.out / "import_report.md").read_text(encoding="utf-8")


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Lab:
    return Lab(tmp_path, capsys)


# one workbook for everything

def test_that_two_tables_of_one_workbook_each_find_their_own_sheet(lab: Lab) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    for name, rows in (("Clinical", clinical_rows()), ("Expression", expression_rows())):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(lab.folder / "lab.xlsx")
    lab.study(("expression.csv", "lab.xlsx"), ("clinical.csv", "lab.xlsx"))
    status, said = lab.run()
    assert (status, said) == (0, "")
    assert lab.receptors()["ERBB2"]["n"] == "24"


def test_that_one_gct_file_serves_as_expression_and_as_clinical_table(lab: Lab) -> None:
    expression, clinical = expression_rows(), clinical_rows()
    rows: list[Row] = [["#1.3"], [len(GENES), len(PATIENTS), 0, 2], ["id", *PATIENTS]]
    rows += [[name, *(row[at] for row in clinical[1:])] for at, name in ((3, "months"), (4, "status"))]
    write_csv(lab.folder / "lab.gct", rows + expression[1:], "\t")
    lab.study(("expression.csv", "lab.gct"), ("clinical.csv", "lab.gct"))
    status, said = lab.run()
    assert (status, said) == (0, "")
    assert lab.receptors()["ERBB2"]["n"] == "24"


def test_that_a_gct_file_of_probes_takes_its_genes_from_the_description(lab: Lab) -> None:
    expression = expression_rows()
    rows: list[Row] = [["#1.2"], [len(GENES), len(PATIENTS)], ["NAME", "Description", *PATIENTS]]
    rows += [[f"{200000 + at}_at", *row] for at, row in enumerate(expression[1:])]
    write_csv(lab.folder / "lab.gct", rows, "\t")
    lab.study(("expression.csv", "lab.gct"))
    status, said = lab.run()
    assert (status, said) == (0, "")
    assert lab.receptors()["ERBB2"]["n"] == "24"


# answers

def test_that_the_answer_for_a_cell_never_reaches_into_another_table(lab: Lab) -> None:
    rows = expression_rows()
    rows[2][1] = "weak focal"  # B3 of the expression table; B3 of the clinical table is an age
    write_csv(lab.folder / "expression.csv", rows)
    lab.answers('cells = { "B3" = "5.3" }')
    status, said = lab.run()
    assert status == 0
    assert "“B3” fits several tables of this data set: clinical.csv, expression.csv" in said
    assert 'cells."clinical.csv!B3" = "5.3"' in said
    assert "as you decided" not in lab.report()
    lab.answers('cells."expression.csv!B3" = "5.3"')
    status, said = lab.run()
    assert (status, said) == (0, "")
    assert "| B3 | weak focal | 5.3 | as you decided |" in lab.report()
    assert lab.report().count("as you decided") == 1


def test_that_the_remedy_for_a_cell_gives_the_whole_answer(lab: Lab) -> None:
    rows = expression_rows()
    rows[1][1] = "weak focal"
    write_csv(lab.folder / "expression.csv", rows)
    status, said = lab.check()
    assert status == 0
    assert 'under [dataset.answers]: cells."expression.csv!B2" = "…";' in said


def test_that_the_answers_for_genes_can_be_pasted_below_one_another(lab: Lab) -> None:
    write_csv(lab.folder / "expression.csv", expression_rows(genes=(*GENES, "2-Sep", "NEU")))
    _, said = lab.check()
    lines = [line.split("under [dataset.answers] write ")[1] for line in said.splitlines()]
    assert lines == ['genes."NEU" = "NEU1"', 'genes."2-Sep" = "SEPTIN2"']
    lab.answers("\n".join(lines))
    assert lab.check() == (0, "")


# follow-up

def test_that_an_event_written_with_other_capitals_is_not_censored_without_a_word(lab: Lab) -> None:
    rows = clinical_rows()
    for row in rows[1:]:
        row[4] = "dead" if row[4] else "alive"
    rows[2][4] = "Dead "
    write_csv(lab.folder / "clinical.csv", rows)
    lab.study(("[1]", '["dead"]'))
    status, said = lab.check()
    assert status == 0
    assert "clinical.csv › E3 › P02: 1 patient has “Dead” in status, counted as censored" in said
    assert 'event_values = ["dead", "Dead"]' in said


def test_that_times_with_their_unit_in_the_cell_are_read(lab: Lab) -> None:
    rows = clinical_rows()
    for row in rows[1:]:
        row[3] = f"{row[3]} months"
    rows[1][3], rows[2][3] = "365 d", "12 mo"
    write_csv(lab.folder / "clinical.csv", rows)
    status, said = lab.run()
    assert status == 0
    assert "clinical.csv › D2 › P01: 1 patient has a time that is no number in months (“365 d”)" in said
    assert lab.receptors()["ERBB2"]["n"] == "23"
    assert ("23 patients have a time that is written with its unit in months (“mo” or “months”); the number was used: "
            "P02 in D3, P03 in D4, P04 in D5 and 20 more") in lab.report()


def test_that_times_in_another_unit_are_named_as_they_stand(lab: Lab) -> None:
    rows = clinical_rows()
    for row in rows[1:]:
        row[3] = f"{row[3]} d"
    write_csv(lab.folder / "clinical.csv", rows)
    status, said = lab.check()
    assert status == 2
    assert "holds no time that can be used: it holds “" in said
    assert 'unit = "days"' in said


# people

def test_that_a_column_of_names_of_people_is_personal_data(lab: Lab) -> None:
    rows = clinical_rows()
    rows[0].append("Name")
    for at, row in enumerate(rows[1:]):
        row.append(f"Müller, Anna{chr(97 + at)}")
    write_csv(lab.folder / "clinical.csv", rows)
    status, said = lab.check()
    assert status == 0
    assert "1 column looks like personal data: “Name” (F)" in said


def test_that_a_suffix_is_named_as_the_difference_between_two_tables(lab: Lab) -> None:
    write_csv(lab.folder / "expression.csv", expression_rows([f"{patient}-01" for patient in PATIENTS]))
    status, said = lab.check()
    assert status == 2
    assert "differ from clinical.csv only in “-01” after the name" in said


# what is said when something else is the trouble

def test_that_a_refused_table_is_not_reported_as_a_missing_key(lab: Lab) -> None:
    lab.study(("expression.csv", "nothing.csv"))
    status, said = lab.run()
    assert status == 2
    assert "add expression" not in said
    assert "settle the problem named for it first" in said


def test_that_a_study_without_an_endpoint_asks_for_the_endpoint(lab: Lab) -> None:
    text = STUDY.split("[[dataset.endpoint]]")[0] + "[[analysis]]\nkind = \"rtk_prognosis\"\n"
    (lab.folder / "study.toml").write_text(text, encoding="utf-8")
    status, said = lab.run()
    assert status == 2
    assert "add a [[dataset.endpoint]]" in said


def test_that_a_rule_whose_value_nobody_has_names_the_values_that_exist(lab: Lab) -> None:
    lab.study(("[[analysis]]", '[[cohort]]\nname = "her2"\ndataset = "lab"\n'
               'keep = [ { column = "HER2", in = ["positive"] } ]\n[[analysis]]'))
    status, said = lab.check()
    assert status == 0, "every table can be read, so check warns; run refuses"
    assert lab.run()[0] == 2
    assert "clinical.csv › column C: nobody has the value “positive” in HER2" in said
    assert "did you mean “Positive”?" in said


def test_that_a_rule_with_one_wrong_value_of_two_is_warned_about(lab: Lab) -> None:
    lab.study(("[[analysis]]", '[[cohort]]\nname = "her2"\ndataset = "lab"\n'
               'keep = [ { column = "HER2", in = ["Positive", "equivocal"] } ]\n[[analysis]]'))
    status, said = lab.run()
    assert status == 0
    assert "warning: clinical.csv › column C: nobody has the value “equivocal” in HER2" in said


def test_that_several_measures_are_offered_by_name_with_the_place(lab: Lab) -> None:
    write_csv(lab.folder / "protein.csv", expression_rows())
    lab.study(('expression = { file = "expression.csv" }',
               'expression = [ { file = "expression.csv" }, { file = "protein.csv", measure = "phospho" } ]'))
    status, said = lab.run()
    assert status == 2
    assert said.startswith("expression.csv: ")
    assert 'parameters = { measure = "mRNA" }' in said


# the study file itself

def test_that_a_windows_path_in_double_quotes_is_explained(lab: Lab) -> None:
    lab.study(('"expression.csv"', '"C:\\Users\\xanna\\expression.csv"'))
    status, said = lab.check()
    assert status == 2
    assert 'write paths with / instead of \\' in said


def test_that_a_tab_made_by_a_backslash_is_explained(lab: Lab) -> None:
    lab.study(('"expression.csv"', '"data\\table.csv"'))
    status, said = lab.check()
    assert status == 2
    assert 'write paths with / instead of \\' in said


def test_that_a_key_written_twice_is_explained(lab: Lab) -> None:
    lab.answers('genes = { "2-Sep" = "SEPTIN2" }\ngenes = { "1-Mar" = "MARCHF1" }')
    status, said = lab.check()
    assert status == 2
    assert "study.toml › line 11: " in said
    assert "stands twice" in said


def test_that_whole_numbers_are_asked_for_as_whole_numbers(lab: Lab) -> None:
    lab.study(('"expression.csv"', '"expression.csv", header_row = "first"'))
    status, said = lab.check()
    assert (status, "write header_row = 1;" in said or said.rstrip().endswith("write header_row = 1")) == (2, True)


# folders

def test_that_a_link_to_nowhere_is_not_proposed_as_its_own_remedy(lab: Lab) -> None:
    os.symlink(lab.folder / "gone.csv", lab.folder / "broken.csv")
    lab.study(("expression.csv", "broken.csv"))
    status, said = lab.check()
    assert status == 2
    assert "did you mean broken.csv" not in said
    assert "link" in said


def test_that_a_file_of_the_user_among_the_results_of_an_analysis_survives(lab: Lab) -> None:
    assert lab.run()[0] == 0
    own = lab.out / "rtk_prognosis" / "forest edited.svg"
    own.write_text("<svg/>", encoding="utf-8")
    status, said = lab.run()
    assert status == 2
    assert own.read_text(encoding="utf-8") == "<svg/>"
    assert "holds files that RTKscope did not write" in said


def test_that_problems_json_and_stderr_say_the_same(lab: Lab) -> None:
    rows = expression_rows()
    rows[1][1], rows[2][2] = "weak focal", "<0.1"
    write_csv(lab.folder / "expression.csv", rows)
    _, said = lab.run()
    entries = json.loads((lab.out / "problems.json").read_text(encoding="utf-8"))
    assert [entry["what"] in line for entry, line in zip(entries, said.splitlines(), strict=True)] == [True] * len(
        entries)


# numbers that cannot be meant

def test_that_a_code_for_missing_among_the_values_is_warned_about(lab: Lab) -> None:
    rows = expression_rows()
    rows[3][2] = rows[4][5] = "-99"
    write_csv(lab.folder / "expression.csv", rows)
    status, said = lab.check()
    assert status == 0
    assert "expression.csv › C4 › P02: 2 values of -99, far from all others (" in said
    assert 'missing = ["-99"]' in said
    lab.study(('"expression.csv"', '"expression.csv", missing = ["-99"]'))
    assert lab.check() == (0, "")


def test_that_a_number_beyond_any_measurement_is_left_out_with_its_cell(lab: Lab) -> None:
    rows = expression_rows()
    rows[1][1] = "1e300"
    write_csv(lab.folder / "expression.csv", rows)
    status, said = lab.run()
    assert status == 0
    assert "warning: expression.csv › B2 › P01: 1 value larger than any measurement: 1e+300 in B2" in said
    assert lab.receptors()["ERBB2"]["n"] == "23"
    assert "| B2 | 1e+300 |" in lab.report()


def test_that_a_scale_that_cannot_be_told_names_the_outermost_cells(lab: Lab) -> None:
    rows = expression_rows()
    rows[2][3], rows[5][4] = -2.5, 1234
    write_csv(lab.folder / "expression.csv", rows)
    status, said = lab.check()
    assert status == 2
    assert "the lowest value stands in D3, the highest in E6" in said


def test_that_a_table_with_columns_of_spaces_is_read_as_the_remedy_says(lab: Lab) -> None:
    lines = [" ".join(f"{value!s:<8}" for value in row) for row in expression_rows()]
    (lab.folder / "expression.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    status, said = lab.check()
    assert status == 2
    assert 'state delimiter = "space"' in said
    lab.study(('"expression.csv"', '"expression.csv", delimiter = "space"'))
    assert lab.run() == (0, "")
    once = lab.receptors()
    (lab.folder / "study.toml").write_bytes((lab.out / "study.toml").read_bytes().replace(b"../", b""))
    assert lab.run() == (0, "")
    assert lab.receptors() == once


def test_that_a_formula_without_a_value_is_said_once(lab: Lab) -> None:
    book = openpyxl.Workbook()
    for row in expression_rows():
        book.active.append(row)
    book.active["B2"] = "=AVERAGE(C2:D2)"
    book.save(lab.folder / "lab.xlsx")
    lab.study(("expression.csv", "lab.xlsx"))
    status, said = lab.check()
    assert status == 0
    assert [line.split(": ", 2)[1] for line in said.splitlines()] == ["lab.xlsx › Sheet › B2"]


def test_that_one_doubtful_call_does_not_take_its_receptor_out_of_the_table(lab: Lab) -> None:
    rows: list[Row] = [["patient", *GENES]]
    rows += [[patient, *("on" if (at + gene) % 3 else "off" for gene in range(len(GENES)))]
             for at, patient in enumerate(PATIENTS)]
    rows[5][3] = "maybe"
    write_csv(lab.folder / "calls.csv", rows)
    for scale in ("", ', scale = "calls"'):
        (lab.folder / "study.toml").write_text('[[dataset]]\nname = "calls"\nrole = "activation"\n'
                                               f'expression = {{ file = "calls.csv"{scale} }}\n', encoding="utf-8")
        status, said = lab.check()
        assert status == 0
        assert "warning: calls.csv › D6: 1 cell (D6) with text that is no number: “maybe”" in said


def test_that_a_receptor_whose_calls_are_mostly_words_is_left_out_with_a_warning(lab: Lab) -> None:
    rows: list[Row] = [["patient", *GENES]]
    rows += [[patient, *("on" if (at + gene) % 3 else "off" for gene in range(len(GENES)))]
             for at, patient in enumerate(PATIENTS)]
    place = GENES.index("MET")
    for row in rows[3:]:
        row[place + 1] = "maybe"
    write_csv(lab.folder / "calls.csv", rows)
    (lab.folder / "study.toml").write_text('[[dataset]]\nname = "calls"\nrole = "activation"\n'
                                           'expression = { file = "calls.csv" }\n', encoding="utf-8")
    status, said = lab.check()
    assert status == 0
    cell = f"{chr(ord('B') + place)}4"
    assert (f"warning: calls.csv › {cell}: the column MET holds words, as “maybe”, so MET is left out; write on, off or "
            "unknown into its cells") in said
