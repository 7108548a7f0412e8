"""Pairs of biopsies from columns and from names: who is paired, who is left out, and with which sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from core.data.dataset import DatasetSpec
from core.data.patients.biopsy_names import propose_pairs
from core.data.patients.pair_columns import pair_columns, pairs_key
from core.data.patients.pairs import BiopsyPair, PairedSamples, pair_samples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.problems import Location, UserError
from tests.builders import clinical_table

KEY = {"patient": "patient", "time_point": "time", "before": "pre", "after": "post"}


def sample_set(samples: Sequence[str], columns: Mapping[str, Sequence[object]] | None = None,
               layout: Mapping[str, str] | None = None, measured: Sequence[str] | None = None) -> SampleSet:
    matrix = ExpressionMatrix(tuple(samples), ("ERBB2",), np.zeros((len(samples), 1)), Scale.LOG2, "mRNA",
                              Location("expression.csv"))
    clinical = None if columns is None else clinical_table(columns, samples)
    spec = DatasetSpec("biopsies", "biopsies", layout={} if layout is None else {"pairs": layout})
    kept = tuple(samples if measured is None else measured)
    return SampleSet("all", "biopsies", spec, kept, (matrix,), clinical, (), ())


def columns(patients: Sequence[object], times: Sequence[object]) -> SampleSet:
    names = [f"S{number}" for number in range(1, len(patients) + 1)]
    return sample_set(names, {"patient": patients, "time": times}, KEY)


def reasons(paired: PairedSamples) -> dict[str, str]:
    return {each.sample: each.reason for each in paired.left_out}


def codes(paired: PairedSamples) -> list[str]:
    return [problem.code for problem in paired.warnings]


def test_that_columns_state_the_pairs_and_nothing_is_said_where_all_is_clear() -> None:
    paired = pair_samples(columns(["A", "B", "A", "B"], ["pre", "post", "post", "pre"]))
    assert paired.pairs == (BiopsyPair("A", "S1", "S3"), BiopsyPair("B", "S4", "S2"))
    assert (paired.source, paired.before, paired.after) == ("columns", "pre", "post")
    assert not paired.left_out
    assert not paired.warnings


def test_that_stated_columns_win_over_the_names() -> None:
    samples = sample_set(["P01_pre", "P01_post"], {"patient": ["x", "x"], "time": ["post", "pre"]}, KEY)
    assert pair_samples(samples).pairs == (BiopsyPair("x", "P01_post", "P01_pre"),)


def test_that_patients_that_are_one_number_are_one_patient() -> None:
    assert pair_samples(columns([7, "7.0"], ["pre", "post"])).patients == ("7",)


def test_that_a_patient_without_a_second_sample_is_listed_with_the_reason_and_the_cell() -> None:
    paired = pair_samples(columns(["A", "A", "B"], ["pre", "post", "pre"]))
    assert reasons(paired) == {"S3": "patient B has no sample post"}
    problem, = paired.warnings
    assert problem.line() == ("clinical.xlsx › Sheet1 › C4 › S3: 1 sample without a partner left out: S3 (C4): patient "
                              "B has no sample post; add the missing sample, or go on without")


def test_that_of_two_samples_of_one_time_point_none_is_picked() -> None:
    paired = pair_samples(columns(["A", "A", "B", "B", "B"], ["pre", "post", "pre", "pre", "post"]))
    assert paired.patients == ("A",)
    assert reasons(paired) == {
        "S3": "the sample pre of patient B stands more than once (also S4 in C5)",
        "S4": "the sample pre of patient B stands more than once (also S3 in C4)",
        "S5": "its partner pre stands more than once (S3 in C4, S4 in C5)"}
    problem, = paired.warnings
    assert (problem.code, problem.answer_key) == ("repeated_biopsies", "drop")
    assert "C4" in problem.what
    assert "C5" in problem.what


def test_that_a_third_time_point_is_listed_and_the_pair_stays() -> None:
    paired = pair_samples(columns(["A", "A", "A"], ["pre", "post", "relapse"]))
    assert paired.patients == ("A",)
    assert reasons(paired) == {"S3": "time is relapse, neither pre nor post"}
    assert codes(paired) == ["other_time_points"]


def test_that_a_time_point_in_other_capitals_is_pointed_at_and_not_taken() -> None:
    paired = pair_samples(columns(["A", "A", "B", "B"], ["pre", "post", "Pre", "post"]))
    assert paired.patients == ("A",)
    assert reasons(paired)["S3"] == ("time is Pre, neither pre nor post (it differs from pre only in capitals; write it "
                                     "the same way if it is the same)")


def test_that_blank_patients_and_time_points_are_listed_with_their_cells() -> None:
    paired = pair_samples(columns(["A", "A", None, "C"], ["pre", "post", "pre", "NA"]))
    assert reasons(paired) == {"S3": "no patient (patient)", "S4": "no time point (time)"}
    assert [each.cell for each in paired.left_out] == ["B4", "C5"]
    assert codes(paired) == ["biopsies_not_placed"]


def test_that_patients_spelled_alike_are_pointed_at_and_never_joined() -> None:
    paired = pair_samples(columns(["A", "A", "P01", "pt-1"], ["pre", "post", "pre", "post"]))
    assert paired.patients == ("A",)
    problem = next(each for each in paired.warnings if each.code == "patients_spelled_alike")
    assert "“P01” (S3), “pt-1” (S4)" in problem.what
    assert problem.remedy.endswith('cells."clinical.xlsx!Sheet1!B5" = "P01"')


def test_that_two_whole_patients_spelled_alike_stay_two_with_a_warning() -> None:
    paired = pair_samples(columns(["P01", "P01", "Patient 1", "Patient 1"], ["pre", "post", "pre", "post"]))
    assert paired.patients == ("P01", "Patient 1")
    assert codes(paired) == ["patients_spelled_alike"]


def test_that_a_partner_without_expression_leaves_its_sample_alone() -> None:
    samples = sample_set(["S1", "S2", "S3", "S4"], {"patient": ["A", "A", "B", "B"], "time": ["pre", "post"] * 2}, KEY,
                         measured=["S1", "S2", "S3"])
    assert reasons(pair_samples(samples)) == {
        "S3": "patient B has no sample post here (S4 is left out or has no values)"}


NAMES = ["P01_pre", "P01_post", "Patient 2 Post", "pt-2 (before Tx)", "P03_pre", "P04_pre", "P04_pre rep2", "P04_post",
         "HeLa", "P1-2"]


def test_that_names_are_read_where_they_are_clear_and_it_is_said_which_key_states_the_pairs() -> None:
    paired = pair_samples(sample_set(NAMES))
    assert [(pair.patient, pair.before, pair.after) for pair in paired.pairs] == [
        pair for pair in propose_pairs(NAMES) if pair[0] in ("1", "2")]
    assert paired.source == "names"
    first = paired.warnings[0]
    assert first.code == "pairs_from_names"
    assert first.what.startswith("2 pairs were read from the sample names (P01_pre and P01_post")
    assert "pairs = { patient" in first.remedy
    assert "“pt-2 (before Tx)” and “Patient 2 Post”" in next(
        each.what for each in paired.warnings if each.code == "pairs_spelled_differently")
    assert reasons(paired)["HeLa"] == "its name says no time point"
    assert reasons(paired)["P1-2"] == "its name has a second number, which may be a time point or part of the patient"
    assert reasons(paired)["P03_pre"] == "patient 3 has no sample after"
    assert reasons(paired)["P04_pre rep2"].startswith("the sample before of patient 4 stands more than once")


def test_that_names_that_are_used_point_at_the_columns_that_say_the_same() -> None:
    paired = pair_samples(sample_set(["P1_pre", "P1_post", "P2_pre", "P2_post"], {
        "subject": ["a", "a", "b", "b"], "visit": ["first", "second"] * 2}))
    assert 'pairs = { patient = "subject", time_point = "visit", before = "first", after = "second" }' \
        in paired.warnings[0].remedy


def test_that_two_samples_of_one_time_point_by_name_leave_the_patient_out() -> None:
    paired = pair_samples(sample_set(["P01_pre", "P01_post", "P02_week 2", "P02_week 6", "P02_pre"]))
    assert paired.patients == ("1",)
    assert reasons(paired)["P02_week 6"] == "the sample after of patient 2 stands more than once (also P02_week 2)"


def test_that_without_pairs_the_columns_that_look_like_them_are_named() -> None:
    samples = sample_set(["17P", "17M", "19P", "19M"], {
        "Tumor": ["primary", "metastasis"] * 2, "Patient": [17, 17, 19, 19], "ER": ["Pos"] * 4})
    with pytest.raises(UserError) as raised:
        pair_samples(samples)
    problem, = raised.value.problems
    assert (problem.code, problem.answer_key) == ("no_pairs", "pairs")
    assert ('pairs = { patient = "Patient", time_point = "Tumor", before = "primary", after = "metastasis" }'
            in problem.remedy)


def test_that_nobody_with_both_samples_is_refused_with_the_reasons() -> None:
    with pytest.raises(UserError, match="no patient has both a sample pre and a sample post") as raised:
        pair_samples(columns(["A", "B"], ["pre", "post"]))
    assert raised.value.problems[0].answer_key == "pairs"


def test_that_one_sample_without_anything_is_refused_with_the_key() -> None:
    with pytest.raises(UserError) as raised:
        pair_samples(sample_set(["HeLa"]))
    assert 'pairs = { patient = "…"' in raised.value.problems[0].remedy


@pytest.mark.parametrize(("values", "before", "after", "certain"), [
    (("post", "pre"), "pre", "post", True), (("tumor", "normal"), "normal", "tumor", True),
    (("metastasis", "primary tumour"), "primary tumour", "metastasis", True), (("T1", "T0"), "T0", "T1", True),
    (("Day 14", "baseline"), "baseline", "Day 14", True), (("A", "B"), "A", "B", False),
])
def test_that_columns_that_look_like_pairs_are_proposed_with_the_earlier_value_first(
        values: tuple[str, str], before: str, after: str, certain: bool) -> None:
    table = clinical_table({"age": [50, 50, 61, 61, 47, 47], "who": ["x", "x", "y", "y", "z", "z"],
                            "visit": list(values) * 3, "her2": ["pos", "neg", "pos", "pos", "neg", "pos"]})
    found = pair_columns(table)
    assert found is not None
    assert (found.time_point, found.before, found.after, found.pairs) == ("visit", before, after, 3)
    assert found.certain is certain
    assert f'before = "{before}", after = "{after}" }}' in pairs_key(found)


def test_that_a_patient_column_wins_over_another_that_pairs_as_well() -> None:
    table = clinical_table({"age": [50, 50, 61, 61], "patient_id": ["x", "x", "y", "y"], "time": ["pre", "post"] * 2})
    found = pair_columns(table)
    assert found is not None
    assert found.patient == "patient_id"


def test_that_nothing_is_proposed_where_nothing_pairs() -> None:
    assert pair_columns(clinical_table({"patient": list("abcd"), "time": ["pre", "post"] * 2})) is None
    assert pair_columns(clinical_table({"patient": ["a", "a", "b", "b"], "time": ["pre"] * 4})) is None


# Dates as the second key

DATES = {"patient": "patient", "time_point": "time", "before": "earlier", "after": "later"}


def dated(patients: Sequence[object], days: Sequence[object]) -> SampleSet:
    names = [f"S{number}" for number in range(1, len(patients) + 1)]
    return sample_set(names, {"patient": patients, "time": days}, DATES)


def test_that_dates_say_which_of_two_samples_is_before() -> None:
    paired = pair_samples(dated(["A", "B", "A", "B"], ["2021-05-03", "14.2.2020", "2020-11-30", "2.10.2020"]))
    assert paired.pairs == (BiopsyPair("A", "S3", "S1"), BiopsyPair("B", "S2", "S4"))
    assert (paired.before, paired.after, paired.left_out, paired.warnings) == ("earlier", "later", (), ())


def test_that_a_day_between_is_listed_and_two_samples_of_one_day_are_not_told_apart() -> None:
    paired = pair_samples(dated(["A", "A", "A", "B", "B", "C", "D", "D", "D"], [
        "2020-01-01", "2020-02-01", "2020-03-01", "2020-01-05", "2020-01-05", "2020-01-07", "2020-01-01", "2020-04-01",
        "2020-04-01"]))
    assert paired.pairs == (BiopsyPair("A", "S1", "S3"),)
    assert reasons(paired) == {
        "S2": "time is 2020-02-01, neither earlier nor later",
        "S4": "the sample earlier of patient B stands more than once (also S5 in C6)",
        "S5": "the sample earlier of patient B stands more than once (also S4 in C5)",
        "S6": "patient C has no sample later",
        "S7": "its partner later stands more than once (S8 in C9, S9 in C10)",
        "S8": "the sample later of patient D stands more than once (also S9 in C10)",
        "S9": "the sample later of patient D stands more than once (also S8 in C9)"}
    assert codes(paired) == ["repeated_biopsies", "unpaired_biopsies", "other_time_points"]


def test_that_a_date_that_may_be_two_days_is_listed_and_never_guessed() -> None:
    days = [f"2020-01-{day:02d}" for day in range(1, 20)] + ["03/04/2020"]
    paired = pair_samples(dated([f"P{number // 2}" for number in range(20)], days))
    assert len(paired.pairs) == 9
    assert reasons(paired)["S20"] == "time is 03/04/2020, neither earlier nor later"


def test_that_columns_of_words_called_earlier_and_later_are_words() -> None:
    assert pair_samples(dated(["A", "A"], ["later", "earlier"])).pairs == (BiopsyPair("A", "S2", "S1"),)


def test_that_dates_are_proposed_where_no_column_has_two_time_points() -> None:
    table = clinical_table({"Patient": ["x", "x", "y", "y", "z", "z"], "born": ["1960-02-01"] * 2 + ["1955-03-04"] * 4,
                            "taken": ["2020-01-02", "2020-06-01", "2019-03-04", "2018-12-24", "2021-01-01", "2021-04-05"]})
    found = pair_columns(table)
    assert found is not None
    assert (found.pairs, found.certain) == (3, True)
    assert pairs_key(found) == 'pairs = { patient = "Patient", time_point = "taken", before = "earlier", after = "later" }'
