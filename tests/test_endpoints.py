"""Rules of endpoints: what happened, to whom, and what looks wrong about it."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from core.data.patients.endpoint_checks import coding_doubt, unit_in_name
from core.data.patients.endpoint_proposals import propose_endpoints
from core.data.patients.endpoints import build_endpoint, codes_by_time
from core.data.tables import ClinicalTable, Endpoint, EndpointRule
from core.problems import Problem, Severity, UserError
from tests.builders import clinical_table

DATA = Path(__file__).parent / "data" / "cohorts"


def build(table: ClinicalTable, *, time: str = "months", unit: str = "months", event: str = "event",
          values: tuple[str | int | float | bool, ...] = (1,)) -> tuple[Endpoint, dict[str, Problem]]:
    endpoint, findings = build_endpoint(EndpointRule("overall survival", time, unit, event, values), table)
    return endpoint, {problem.code: problem for problem in findings}


def refused(table: ClinicalTable, **rule: object) -> dict[str, Problem]:
    with pytest.raises(UserError) as caught:
        build(table, **rule)  # type: ignore[arg-type]
    return {problem.code: problem for problem in caught.value.problems}


def followed(times: list[object], events: list[object], **further: list[object]) -> ClinicalTable:
    return clinical_table({"months": times, "event": events, **further})


def test_that_named_values_happened_others_are_censored_and_missing_is_unknown() -> None:
    endpoint, said = build(followed([10, 20, 30, 40], [1, 0, None, 2]))
    assert endpoint.time.tolist() == [10, 20, 30, 40]
    np.testing.assert_array_equal(endpoint.event, [1, 0, np.nan, 0])
    assert set(said) == {"time_without_event"}
    assert said["time_without_event"].line() == (
        "clinical.xlsx › Sheet1 › C4 › P03: 1 patient has a time but no value in event: P03 in C4; "
        "fill in event, or continue without them")


@pytest.mark.parametrize("values", [(1,), ("1",), (1.0,), (" 1.0 ",)])
@pytest.mark.parametrize("written", ["1", "1.0", "01"])
def test_that_event_codes_compare_as_numbers(values: tuple[str | int | float, ...], written: str) -> None:
    endpoint, _ = build(followed([10, 20], [written, "0"]), values=values)
    assert endpoint.event.tolist() == [1, 0]


def test_that_zero_can_be_the_event() -> None:
    endpoint, _ = build(followed([10, 20, 30], [0, 1, 0]), values=(0,))
    assert endpoint.event.tolist() == [1, 0, 1]


def test_that_text_codes_compare_exactly_and_the_nearest_is_offered() -> None:
    table = followed([10, 20, 30], ["Dead", "Alive", "Dead "])
    assert build(table, values=("Dead",))[0].event.tolist() == [1, 0, 1]
    problem = refused(table, values=("DEAD",))["event_value_absent"]
    assert problem.answer_key == "event_values"
    assert "holds Dead (2 patients, median time 20 months), Alive (1 patient, median time 20 months)" in problem.what
    assert problem.remedy == 'did you mean event_values = ["Dead"]?'


def test_that_true_and_false_are_codes() -> None:
    assert build(followed([1, 2], ["TRUE", "false"]), values=(True,))[0].event.tolist() == [1, 0]


def test_that_cbioportal_codes_match_whole_or_by_their_number_and_that_is_said() -> None:
    table = followed([10, 20, 30], ["1:DECEASED", "0:LIVING", None])
    whole, said = build(table, values=("1:DECEASED",))
    np.testing.assert_array_equal(whole.event, [1, 0, np.nan])
    assert "event_code_by_number" not in said
    by_number, said = build(table, values=(1,))
    np.testing.assert_array_equal(by_number.event, whole.event)
    assert "1:DECEASED means that it happened" in said["event_code_by_number"].what
    assert "event_value_absent" in refused(followed([1, 2], ["1:DECEASED", "LIVING"]), values=(1,))


def test_that_a_value_that_nobody_has_beside_others_is_noted() -> None:
    _, said = build(followed([10, 20], [1, 0]), values=(1, 2))
    assert said["event_value_unused"].severity == Severity.NOTE


def test_that_a_missing_column_is_refused_with_the_nearest_name() -> None:
    problems = refused(followed([1, 2], [1, 0]), time="month", event="evnt")
    assert problems["no_column"].remedy == "did you mean “event”?"
    with pytest.raises(UserError) as caught:
        build(followed([1, 2], [1, 0]), time="month", event="evnt")
    assert [problem.answer_key for problem in caught.value.problems] == ["time", "event"]


def test_that_what_nobody_said_is_asked_all_at_once_with_the_codes_by_time() -> None:
    problems = refused(followed([10, 20, 60], [1, 1, 0]), unit="", values=())
    assert set(problems) == {"what_is_the_unit", "what_is_an_event"}
    assert "the median of months is 20" in problems["what_is_the_unit"].what
    assert "1 (2 patients, median time 15), 0 (1 patient, median time 60)" in problems["what_is_an_event"].what
    assert problems["what_is_an_event"].answer_key == "event_values"
    assert refused(followed([1], [1]), unit="month")["unknown_unit"].remedy == "did you mean “months”?"


def test_that_the_question_what_happened_quotes_a_column_that_says_it_in_words() -> None:
    table = followed([10, 20, 60], [0, 0, 1], death=["Died of Disease", "Died of Other Causes", "Living"])
    assert "(death says that 0 are the dead)" in refused(table, values=())["what_is_an_event"].remedy


def test_that_codes_are_counted_with_their_median_times() -> None:
    table = followed([10, 20, None, 60], ["1", "1.0", "0", "0"])
    counted = codes_by_time(table.columns["event"], table.columns["months"].numbers)
    assert [(code.code, code.patients, code.median_time) for code in counted] == [("0", 2, 60.0), ("1", 2, 15.0)]
    empty = codes_by_time(followed([None], ["1"]).columns["event"], np.array([np.nan]))
    assert np.isnan(empty[0].median_time)


def test_that_time_zero_is_kept_and_negative_or_unreadable_time_is_left_out_by_name() -> None:
    endpoint, said = build(followed([0, -3, "soon", 12], [1, 1, 0, 0]))
    np.testing.assert_array_equal(endpoint.time, [0, np.nan, np.nan, 12])
    assert "P01 in B2" in said["time_zero"].what
    assert "P02 in B3" in said["negative_time"].what
    assert "“soon”" in said["time_unreadable"].what
    assert said["time_unreadable"].where.cell == "B4"
    assert "P02 in B3" in said["event_without_time"].what
    assert {problem.severity for code, problem in said.items() if code != "no_follow_up"} == {Severity.WARNING}


def test_that_patients_without_follow_up_are_named() -> None:
    _, said = build(followed([None, 10, 20, "NA"], [0, 1, 0, None]))
    assert said["no_follow_up"].what.startswith("2 patients have no follow-up")
    assert "P01 in B2, P04 in B5" in said["no_follow_up"].what


def test_that_a_column_without_any_time_is_refused() -> None:
    assert "no_follow_up_times" in refused(followed([None, None], [1, 0]))


def test_that_all_censored_and_nobody_censored_are_told() -> None:
    assert "no_events" in build(followed([10, 20, None], [0, 0, 1]))[1]
    assert "nobody_censored" in build(followed([10, 20], [1, 1]))[1]
    assert not {"no_events", "nobody_censored"} & set(build(followed([10, 20], [1, 0]))[1])


def test_that_codes_against_a_column_in_words_look_reversed() -> None:
    death = ["Living", "Living", "Died of Disease", "Died of Disease", "Died of Other Causes", ""]
    table = followed([90, 80, 20, 30, 40, 50], [1, 1, 0, 0, 0, 0], death=death)
    problem = build(table, values=(1,))[1]["event_codes_look_reversed"]
    assert "of 5 patients, 2 counted with “overall survival” are alive according to death" in problem.what
    assert "3 counted as censored are dead" in problem.what
    assert problem.where.cell == "D2"
    assert "event_codes_look_reversed" not in build(table, values=(0,))[1]


def test_that_an_endpoint_keeps_its_doubts_and_one_sentence_says_that_the_codes_look_reversed() -> None:
    death = ["Living", "Living", "Died of Disease", "Died of Disease", "Died of Other Causes", ""]
    table = followed([90, 80, 20, 30, 40, 50], [1, 1, 0, 0, 0, 0], death=death)
    endpoint = build(table, values=(1,))[0]
    assert "event_codes_look_reversed" in {doubt.code for doubt in endpoint.doubts}
    assert coding_doubt(endpoint.doubts) == (
        "The outcome may be coded the wrong way round: of 5 patients, 2 counted with “overall survival” are alive "
        "according to death and 3 counted as censored are dead.")
    assert coding_doubt(build(table, values=(0,))[0].doubts) == ""
    late = followed([*range(10, 30), *range(100, 120)], [0] * 20 + [1] * 20)
    assert coding_doubt(build(late)[0].doubts).startswith(
        "The outcome may be coded the wrong way round: patients counted with “overall survival” were followed longer")


def test_that_an_event_of_another_kind_does_not_look_reversed() -> None:
    # relapse: some of those with it are alive, some without it died of something else
    vital: list[object] = ["dead", "alive", "dead", "alive", "alive", "alive"]
    table = followed([10, 20, 30, 40, 50, 60], [1, 1, 0, 0, 0, 0], vital=vital)
    assert "event_codes_look_reversed" not in build(table)[1]


def test_that_a_column_reversed_in_its_own_words_is_seen() -> None:
    table = followed([10, 20, 30, 40, 50], ["0:LIVING"] * 3 + ["1:DECEASED"] * 2)
    assert "event_codes_look_reversed" in build(table, values=("0:LIVING",))[1]


def test_that_events_later_than_censoring_are_doubted_where_nothing_speaks_for_them() -> None:
    times, events = [*range(50, 70), *range(10, 30)], [1] * 20 + [0] * 20
    assert "events_come_late" in build(followed(times, events))[1]
    assert "events_come_late" not in build(followed(times, events), values=(0,))[1]
    spoken = followed(times, events, vital=["dead"] * 20 + ["alive"] * 20)
    assert "events_come_late" not in build(spoken)[1]
    few = followed([50, 51, 10, 11], [1, 1, 0, 0])
    assert "events_come_late" not in build(few)[1]


@pytest.mark.parametrize(("times", "unit", "plausible"), [
    ([900, 1100, 1500], "months", "days"), ([5, 8, 12], "days", "weeks, months or years"),
    ([60, 80, 120], "years", "months"),
])
def test_that_implausible_follow_up_is_doubted_and_a_plausible_unit_named(times: list[object], unit: str,
                                                                         plausible: str) -> None:
    table = clinical_table({"t": times, "event": [1, 0, 1]})
    problem = build(table, time="t", unit=unit)[1]["implausible_follow_up"]
    assert plausible in problem.remedy


@pytest.mark.parametrize(("times", "unit"), [
    ([30, 60, 120], "months"), ([900, 1100, 1500], "days"), ([5, 8, 12], "years"),
])
def test_that_plausible_follow_up_is_not_doubted(times: list[object], unit: str) -> None:
    assert build(clinical_table({"t": times, "event": [1, 0, 1]}), time="t", unit=unit)[1] == {}


def test_that_a_unit_against_the_name_of_the_column_is_told() -> None:
    assert "unit_contradicts_name" in build(followed([100, 200, 300], [1, 0, 1]), unit="days")[1]


@pytest.mark.parametrize(("name", "unit"), [
    ("overall_survival_months", "months"), ("OS_MONTHS", "months"), ("Overall Survival (Months)", "months"),
    ("days_to_death", "days"), ("survivalYears", "years"), ("time.yrs", "years"), ("OS.time", ""),
    ("demonstration", ""), ("days or months", ""),
])
def test_that_a_column_name_states_its_unit(name: str, unit: str) -> None:
    assert unit_in_name(name) == unit


def test_that_an_event_after_the_last_contact_is_named_by_cell() -> None:
    table = clinical_table({
        "rfs_months": [10, 50, 30, 40], "rfs_event": [1, 1, 0, 0], "overall_survival_months": [20, 45, 30, 40.01]})
    _, said = build(table, time="rfs_months", event="rfs_event")
    problem = said["event_after_last_contact"]
    assert problem.what == "1 patient has a time in rfs_months that lies after overall_survival_months: P02 in B3"
    other_unit = clinical_table({
        "rfs_months": [10, 50, 30], "rfs_event": [1, 1, 0], "overall_survival_days": [9, 9, 40]})
    assert "event_after_last_contact" not in build(other_unit, time="rfs_months", event="rfs_event")[1]


@pytest.mark.parametrize("word", ["unknown", "Lost to follow-up", "?", "99"])
def test_that_a_code_that_may_mean_missing_is_named(word: str) -> None:
    problem = build(followed([10, 20, 30], [1, 0, word]))[1]["code_may_mean_missing"]
    assert word in problem.what
    assert "P03 in C4" in problem.what


def test_that_the_order_of_patients_changes_only_the_order_of_the_endpoint() -> None:
    times, events = [10, 0, 30, None, 50], [1, 0, None, 1, 0]
    forward, _ = build(followed(times, events))
    backward, _ = build(followed(times[::-1], events[::-1]))
    np.testing.assert_array_equal(forward.time, backward.time[::-1])
    np.testing.assert_array_equal(forward.event, backward.event[::-1])


def test_that_endpoints_are_proposed_by_name_with_values_only_where_words_say_them() -> None:
    cbioportal = clinical_table({
        "AGE": [50, 60, 70], "OS_MONTHS": [10.5, 20, 30], "OS_STATUS": ["1:DECEASED", "0:LIVING", "0:LIVING"],
        "RFS_MONTHS": [5, 20, 30], "RFS_STATUS": ["1:Recurred", "0:Not Recurred", "0:Not Recurred"]})
    assert propose_endpoints(cbioportal) == (
        EndpointRule("overall survival", "OS_MONTHS", "months", "OS_STATUS", ("1:DECEASED",)),
        EndpointRule("relapse-free survival", "RFS_MONTHS", "months", "RFS_STATUS", ("1:Recurred",)))
    assert propose_endpoints(clinical_table({"time": [1, 2, 3], "event": [0, 1, 0], "age": [50, 60, 70]})) == (
        EndpointRule("time", "time", "", "event", ()),)
    assert propose_endpoints(clinical_table({"age": [50, 60], "grade": [1, 2]})) == ()


def metabric() -> ClinicalTable:
    with gzip.open(DATA / "metabric" / "metabric_rtk.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ["overall_survival_months", "overall_survival", "death_from_cancer"]
    return clinical_table({name: [row[name] for row in rows] for name in names}, [row["patient_id"] for row in rows],
                          file="METABRIC.csv", sheet="")


def test_that_metabric_counts_as_its_authors_do_because_1_means_alive() -> None:
    table = metabric()
    endpoint, said = build(table, time="overall_survival_months", event="overall_survival", values=(0,))
    # 1,904 patients, 1,103 deaths: counted in the source file
    assert (len(endpoint.samples), int(endpoint.event.sum())) == (1904, 1103)
    assert set(said) == {"time_zero"}
    assert "284" in said["time_zero"].what
    _, reversed_codes = build(table, time="overall_survival_months", event="overall_survival", values=(1,))
    assert "event_codes_look_reversed" in reversed_codes
    assert propose_endpoints(table)[0].event_values == (0,)


@pytest.mark.parametrize(("cohort", "events"), [("gse3143_bild", 50), ("gse4335_sorlie", 38)])
def test_that_public_cohorts_raise_no_false_alarm(cohort: str, events: int) -> None:
    with (DATA / cohort / "clinical.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = clinical_table({name: [row[name] for row in rows] for name in rows[0]}, [row["sample_id"] for row in rows])
    endpoint, said = build(table, time="time", event="event")
    assert np.nansum(endpoint.event) == events
    assert said == {}
    assert "events_come_late" in build(table, time="time", event="event", values=(0,))[1]
