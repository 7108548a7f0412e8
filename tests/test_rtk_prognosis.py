"""The prognosis analysis on data whose truth is known (simulated), and what must not change its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analyses.base import Inputs, Result
from core.analyses.rtk_prognosis import Parameters, check, run
from core.data.patients.cohort import Cohort
from core.data.reference import rtk_symbols
from core.data.tables import ClinicalColumn, ClinicalTable, EndpointRule, ExpressionMatrix, Missing, Scale
from core.jobs import Cancelled, JobContext
from core.problems import Location, UserError
from core.statistics.cox_model import cox_fit

GENES = rtk_symbols()[:12]
FAST = Parameters(permutations=499)


def cohort(seed: int = 1, n: int = 240, effect: float = 0.7, er_effect: float = 0.0, unit: str = "months",
           order: np.ndarray | None = None) -> Cohort:
    """Receptor 0 goes with shorter survival by ``effect`` per SD; ER drives receptor 1 and, by ``er_effect``, outcome."""
    rng = np.random.default_rng(seed)
    expression = rng.normal(8, 1.5, (n, len(GENES)))
    er = rng.random(n) < 0.5
    expression[:, 1] += 2.0 * er
    risk = effect * (expression[:, 0] - 8) / 1.5 + er_effect * er
    time = rng.exponential(60 * np.exp(-risk))
    limit = rng.uniform(10, 120, n)
    event = time <= limit
    months = np.minimum(time, limit).round(2) + 0.01
    at = np.arange(n) if order is None else order
    patients = tuple(f"P{i:03d}" for i in at)
    place = Location("simulated.csv")
    column = ClinicalColumn("er", tuple("Positive" if er[i] else "Negative" for i in at), np.full(n, np.nan), {},
                            tuple(f"B{i + 2}" for i in at), place)
    matrix = ExpressionMatrix(patients, GENES, expression[at], Scale.LOG2, "mRNA", place)
    scale = {"months": 1.0, "days": 365.25 / 12, "years": 1 / 12}[unit]
    return Cohort("simulated", "lab", patients, EndpointRule("relapse", "t", unit, "e", (1,)), months[at] * scale,
                  event[at], (matrix,), ClinicalTable(patients, {"er": column}, place), (), ())


def analysed(group: Cohort, parameters: Parameters = FAST) -> Result:
    return run(Inputs(group, "study", "prognosis", simulated=True), parameters, JobContext())


def rows(result: Result) -> dict[str, dict[str, object]]:
    columns = result.table("receptors").columns
    return {name: {column: values[i] for column, values in columns.items()}
            for i, name in enumerate(columns["receptor"])}


def test_that_the_planted_receptor_holds_and_the_answer_names_it() -> None:
    result = analysed(cohort())
    found = rows(result)
    assert found[GENES[0]]["verdict"] == "holds"
    assert found[GENES[0]]["coef"] == pytest.approx(0.7, abs=0.25)
    assert next(iter(found)) == GENES[0]
    assert result.findings[0].startswith(f"High {GENES[0]}")
    assert "earlier relapse" in result.findings[0]
    assert all(row["verdict"] != "holds" for name, row in found.items() if name != GENES[0])


def test_that_nothing_holds_where_nothing_was_planted() -> None:
    result = analysed(cohort(seed=4, effect=0.0))
    assert all(row["verdict"] != "holds" for row in rows(result).values())
    assert result.findings[0].startswith("No receptor holds after correction")


def test_that_a_receptor_that_only_follows_er_stops_holding_once_er_is_adjusted_for() -> None:
    group = cohort(seed=2, effect=0.0, er_effect=1.5, n=400)
    plain, adjusted = rows(analysed(group)), analysed(group, replace(FAST, adjust=("er",)))
    assert plain[GENES[1]]["verdict"] == "holds"
    assert rows(adjusted)[GENES[1]]["verdict"] != "holds"
    assert "adjusted for er" in adjusted.methods
    terms = adjusted.table("models").columns["term"]
    assert any(str(term).startswith("er: ") for term in terms)


def test_that_adjusted_and_unadjusted_rows_use_the_same_complete_cases() -> None:
    group = cohort()
    er = group.clinical.columns["er"]
    gap = replace(er, missing={0: Missing.BLANK, 7: Missing.BLANK}, texts=("", *er.texts[1:7], "", *er.texts[8:]))
    lacking = replace(group, clinical=replace(group.clinical, columns={"er": gap}))
    result = analysed(lacking, replace(FAST, adjust=("er",)))
    assert {row["n"] for row in rows(result).values()} == {238}
    assert any("2 patients lack a value of er" in finding for finding in result.findings)


def test_that_the_unit_of_time_changes_no_statistic() -> None:
    months, days = rows(analysed(cohort())), rows(analysed(cohort(unit="days")))
    for name, row in months.items():
        for column in ("coef", "p", "p_maxt", "logrank_chi2", "best_cut_statistic", "best_cut_p_maxt", "concordance", "ph_p"):
            assert days[name][column] == pytest.approx(row[column], rel=1e-9), (name, column)
        assert days[name]["rmst_difference"] == pytest.approx(row["rmst_difference"] * 365.25 / 12, rel=1e-9)


def test_that_the_order_of_patients_changes_no_estimate() -> None:
    shuffled = np.random.default_rng(9).permutation(240)
    plain, other = rows(analysed(cohort())), rows(analysed(cohort(order=shuffled)))
    for name, row in plain.items():
        for column in ("coef", "se", "p", "logrank_chi2", "best_cut", "best_cut_statistic", "rmst_difference", "ph_p"):
            assert other[name][column] == pytest.approx(row[column], rel=1e-9, abs=1e-12), (name, column)


def test_that_shifting_and_scaling_expression_changes_no_hazard_ratio_per_sd() -> None:
    group = cohort()
    matrix = group.expression[0]
    other = replace(group, expression=(replace(matrix, values=matrix.values * 3 - 40),))
    for name, row in rows(analysed(group)).items():
        assert rows(analysed(other))[name]["hr"] == pytest.approx(row["hr"], rel=1e-9)
        break


def test_that_the_same_seed_gives_the_same_numbers_and_another_seed_other_shuffles() -> None:
    first, again = analysed(cohort()), analysed(cohort())
    assert first.table("receptors").columns == again.table("receptors").columns
    other = rows(analysed(cohort(), replace(FAST, seed=2)))
    assert [row["p_maxt"] for row in other.values()] != [row["p_maxt"] for row in rows(first).values()]
    assert [row["p"] for row in other.values()] == [row["p"] for row in rows(first).values()]


def test_that_a_landmark_restarts_the_clock_with_those_still_event_free() -> None:
    group = cohort()
    stay = group.time > 12
    found = rows(analysed(group, replace(FAST, landmark=12.0)))
    assert found[GENES[0]]["n"] == int(stay.sum())
    x = group.expression[0].values[stay, 0]
    z = (x - x.mean()) / x.std(ddof=1)
    by_hand = cox_fit(group.time[stay] - 12, group.event[stay], z[:, None])
    assert found[GENES[0]]["coef"] == pytest.approx(by_hand.coef[0], abs=1e-10)


def test_that_a_patient_without_a_value_is_left_out_for_that_receptor_only() -> None:
    group = cohort()
    matrix = group.expression[0]
    values = matrix.values.copy()
    values[:10, 3] = np.nan
    found = rows(analysed(replace(group, expression=(replace(matrix, values=values),))))
    assert found[GENES[3]]["n"] == 230
    assert found[GENES[3]]["events"] == int(group.event[10:].sum())
    assert found[GENES[0]]["n"] == 240
    x = values[10:, 3]
    by_hand = cox_fit(group.time[10:], group.event[10:], ((x - x.mean()) / x.std(ddof=1))[:, None])
    assert found[GENES[3]]["coef"] == pytest.approx(by_hand.coef[0], abs=1e-9)
    assert found[GENES[3]]["p_maxt"] is not None


@pytest.mark.parametrize(("wanted", "kept"), [
    (("HER2", GENES[0]), {"ERBB2", GENES[0]}), (("egfr",), {"EGFR"}), (("ERBB2", "HER2", "erbb2"), {"ERBB2"})])
def test_that_listed_receptors_are_found_by_any_of_their_names(wanted: tuple[str, ...], kept: set[str]) -> None:
    assert set(rows(analysed(cohort(), replace(FAST, receptors=wanted)))) == kept


def test_that_a_receptor_that_the_table_lacks_is_named_and_the_rest_analysed() -> None:
    result = analysed(cohort(), replace(FAST, receptors=("EGFR", "MET1")))
    assert "receptor_not_in_table" in [problem.code for problem in result.warnings]
    with pytest.raises(UserError, match="none of the listed receptors"):
        analysed(cohort(), replace(FAST, receptors=("NOPE",)))


def test_that_a_cohort_without_events_is_refused_with_a_sentence() -> None:
    group = cohort()
    with pytest.raises(UserError, match="nobody of the 240 analysed patients had the event"):
        analysed(replace(group, event=np.zeros(240, dtype=bool)))


@pytest.mark.parametrize("n", [4, 6, 9])
def test_that_very_few_patients_give_rows_and_a_warning_and_never_a_fault(n: int) -> None:
    result = analysed(cohort(n=n), replace(FAST, permutations=19))
    assert len(rows(result)) == len(GENES)
    assert any(problem.code == "few_events" for problem in result.warnings)


def test_that_everybody_having_the_event_is_no_fault() -> None:
    group = cohort()
    result = analysed(replace(group, event=np.ones(240, dtype=bool)))
    assert rows(result)[GENES[0]]["verdict"] == "holds"


def test_that_check_finds_what_run_would_stop_at() -> None:
    inputs = Inputs(cohort(), "study", "prognosis")
    assert check(inputs, FAST) == []
    assert [problem.code for problem in check(inputs, replace(FAST, adjust=("eer",)))] == ["no_column"]


def test_that_a_cancelled_analysis_stops() -> None:
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        run(Inputs(cohort(), "study", "prognosis"), FAST, job)


def test_that_the_outcome_is_no_covariate_and_a_landmark_beyond_everybody_is_named() -> None:
    group = cohort()
    column = replace(group.clinical.columns["er"], name="t")
    with_time = replace(group, clinical=replace(group.clinical, columns={**group.clinical.columns, "t": column}))
    with pytest.raises(UserError, match="is the outcome itself"):
        analysed(with_time, replace(FAST, adjust=("t",)))
    with pytest.raises(UserError, match="no patient is still event-free at 5000 months"):
        analysed(group, replace(FAST, landmark=5000.0))
