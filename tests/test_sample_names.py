"""Rules of sample names across tables, and of patient and time point in the names of biopsies."""

from __future__ import annotations

import pytest

from core.data.patients.biopsy_names import parse_pair_name, propose_pairs
from core.data.patients.sample_names import SampleMatch, match_samples, problems_of_match, sample_key
from core.problems import Location, Severity

EXPRESSION, CLINICAL = Location("expression.csv"), Location("clinical.xlsx", "Patients")


def proposed(match: SampleMatch) -> list[tuple[str, str]]:
    return [(proposal.left, proposal.right) for proposal in match.proposals]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("P01", " P01 ", True), ("1", "1.0", True), ("007", "7", True), ("P01\u00a0", "P01", True),
    ("P01\u200b", "P01", True), ("P01", "P1", False), ("P01", "p01", False), ("MB-0002", "2", False),
    ("1e2", "100", True),
])
def test_that_ids_are_the_same_as_trimmed_text_or_as_numbers(one: str, other: str, same: bool) -> None:
    assert (sample_key(one) == sample_key(other)) is same


def test_that_equal_ids_match_in_the_order_of_the_first_table() -> None:
    match = match_samples(["P3", "P1 ", "P2"], ["P1", "P2", "P3"])
    assert match.exact == (("P3", "P3"), ("P1 ", "P1"), ("P2", "P2"))
    assert match.proposals == match.unmatched_left == match.unmatched_right == ()


@pytest.mark.parametrize(("left", "right", "reason"), [
    (["MB-0000", "MB-0002", "MB-0005"], ["0", "2", "5"], "“MB-” before the name"),
    (["0", "2", "5"], ["MB-0000", "MB-0002", "MB-0005"], "“MB-” before the name"),
    (["p01", "P02"], ["P01", "p02"], "capitals"),
    (["P-01", "P 02"], ["P01", "P_02"], "spaces or punctuation"),
    (["TCGA.A1.A0SH", "TCGA.A1.A0SJ"], ["TCGA-A1-A0SH", "TCGA-A1-A0SJ"], "the signs of the TCGA barcode"),
    (["X123", "X124"], ["123", "124"], "spaces or punctuation"),
    (["P01", "P02"], ["P1", "P2"], "zeros before the number"),
    (["TCGA-A1-A0SH-01A-11R", "TCGA-A1-A0SJ-01"], ["TCGA-A1-A0SH", "TCGA-A1-A0SJ"], "the end of the TCGA barcode"),
    (["Patient 1", "Patient 2", "Patient 3"], ["P01", "P02", "P03"], "“Patient” and “P” before the number"),
    (["A.CEL", "B.CEL", "C.CEL"], ["A", "B", "C"], "“.CEL” after the name"),
])
def test_that_a_near_match_is_proposed_with_what_differs(left: list[str], right: list[str], reason: str) -> None:
    match = match_samples(left, right)
    assert match.exact == ()
    assert proposed(match) == list(zip(left, right, strict=True))
    assert {proposal.reason for proposal in match.proposals} == {reason}
    assert match.unmatched_left == tuple(left)
    assert match.unmatched_right == tuple(right)


@pytest.mark.parametrize(("left", "right"), [
    (["A1", "A2", "A3"], ["B1", "B2", "B3"]),                                   # other letters are other samples
    (["TCGA-A1-A0SH-01", "TCGA-A1-A0SH-11"], ["TCGA-A1-A0SH"]),                 # tumour and normal of one patient
    (["P-1", "P 1"], ["P1"]),                                                   # two would become one
    (["MB-0002"], ["2"]),                                                       # one name shows no common beginning
    (["P1", "P2", "P3"], ["Q7", "Q8", "Q9"]),
])
def test_that_nothing_is_proposed_that_is_not_one_to_one(left: list[str], right: list[str]) -> None:
    match = match_samples(left, right)
    assert (match.exact, match.proposals) == ((), ())


def test_that_an_id_in_two_spellings_matches_only_the_identical_one() -> None:
    match = match_samples(["007", "7"], ["7", "8"])
    assert match.exact == (("7", "7"),)
    assert match.unmatched_left == ("007",)


def test_that_a_proposal_never_takes_a_sample_that_matched() -> None:
    match = match_samples(["P1", "p1", "P2"], ["P1", "P02"])
    assert match.exact == (("P1", "P1"),)
    assert proposed(match) == [("P2", "P02")]
    assert match.unmatched_left == ("p1", "P2")


def test_that_the_order_of_the_samples_changes_no_match() -> None:
    left, right = ["MB-0000", "MB-0002", "MB-0005", "x"], ["5", "0", "2", "y"]
    one, other = match_samples(left, right), match_samples(left[::-1], right[::-1])
    assert set(one.proposals) == set(other.proposals)
    swapped = match_samples(right, left)
    assert {(b, a) for a, b in proposed(one)} == set(proposed(swapped))


def test_that_near_matches_stop_the_table_only_when_nothing_else_matches() -> None:
    (alone,) = problems_of_match(match_samples(["P01", "P02"], ["P1", "P2"]), EXPRESSION, CLINICAL)
    assert (alone.code, alone.severity, alone.answer_key) == ("near_sample_names", Severity.PROBLEM, "near_matches")
    assert alone.line() == (
        "expression.csv › P01: 2 samples differ from clinical.xlsx › Patients only in zeros before the number: "
        "“P01” ~ “P1”, “P02” ~ “P2”; they were not taken as the same; if they are the same, say near_matches = true "
        'under [dataset.answers], or name them: samples = { "P01" = "P1" }')
    (beside,) = problems_of_match(match_samples(["P01", "Q"], ["P1", "Q"]), EXPRESSION, CLINICAL)
    assert beside.severity == Severity.WARNING
    (agreed,) = problems_of_match(match_samples(["P01"], ["P1"]), EXPRESSION, CLINICAL, accepted=True)
    assert (agreed.code, agreed.severity) == ("near_matches_accepted", Severity.NOTE)


def test_that_samples_of_one_table_only_are_named_and_none_in_common_is_a_problem() -> None:
    said = problems_of_match(match_samples(["A", "B"], ["B", "C", "D"]), EXPRESSION, CLINICAL)
    assert [(problem.code, problem.where.file) for problem in said] == [
        ("sample_without_partner", "expression.csv"), ("sample_without_partner", "clinical.xlsx")]
    assert "1 sample of this table is not in clinical.xlsx › Patients: A" in said[0].what
    nothing = problems_of_match(match_samples(["A"], ["Z"]), EXPRESSION, CLINICAL)[0]
    assert (nothing.code, nothing.severity, nothing.answer_key) == ("samples_do_not_match", Severity.PROBLEM, "samples")


def test_that_ids_that_match_in_another_spelling_are_said() -> None:
    (said,) = problems_of_match(match_samples(["P01 ", "P02"], ["P01", "P02"]), EXPRESSION, CLINICAL)
    assert said.code == "sample_ids_respelled"
    assert "“P01 ” ~ “P01”" in said.what


@pytest.mark.parametrize(("name", "patient", "time_point"), [
    ("P01_pre", "1", "before"), ("Patient 1 Post", "1", "after"), ("pt-1 (after Tx)", "1", "after"),
    ("P01pre", "1", "before"), ("BT-07 baseline", "BT7", "before"), ("BT_7_surgery", "BT7", "after"),
    ("7_T0", "7", "before"), ("7_T1", "7", "after"), ("P12 on-treatment", "12", "after"), ("pre_P3", "3", "before"),
    ("P10_wk2", "10", "after"), ("Case 4 biopsy 2", "4", "after"), ("P5 pre-treatment biopsy", "5", "before"),
])
def test_that_patient_and_time_are_read_from_a_name(name: str, patient: str, time_point: str) -> None:
    read = parse_pair_name(name)
    assert (read.patient, read.time_point, read.question) == (patient, time_point, "")


@pytest.mark.parametrize(("name", "question"), [
    ("P1-2", "has a second number, which may be a time point or part of the patient"), ("P01_pre_post", "both before and after"), ("P3", "no time point"),
    ("pre", "no patient"), ("Premier 1", "no time point"),
])
def test_that_an_unclear_name_says_its_question(name: str, question: str) -> None:
    assert question in parse_pair_name(name).question


def test_that_pairs_are_proposed_only_for_one_before_and_one_after() -> None:
    names = ["P01_pre", "Patient 1 Post", "P2_pre", "P2_post", "P2_surgery", "P3_pre", "P1-2"]
    assert propose_pairs(names) == (("1", "P01_pre", "Patient 1 Post"),)


def test_that_a_beginning_of_most_names_is_proposed_where_a_few_begin_otherwise() -> None:
    match = match_samples(["0", "2", "58"], ["MB-0000", "MB-0002", "MB-0058", "MB-0106", "MTS-T0058"])
    assert [(each.left, each.right) for each in match.proposals] == [
        ("0", "MB-0000"), ("2", "MB-0002"), ("58", "MB-0058")]
    assert match.proposals[0].reason == "“MB-” before the number"
    assert match_samples(["0", "x"], ["MB-0000", "MB-0002", "MB-0058", "MTS-T0058"]).proposals == ()


def test_that_taking_out_signs_never_joins_two_numbers() -> None:
    assert match_samples(["P1-2", "Q3", "R4"], ["P12", "x", "y"]).proposals == ()
    assert match_samples(["TCGA-A2-A1G1-01", "TCGA-A2-A0U1-01"], ["TCGA-A2-A1G1", "TCGA-A2-AU10"]).proposals == (
        ("TCGA-A2-A1G1-01", "TCGA-A2-A1G1", "the end of the TCGA barcode"),)
