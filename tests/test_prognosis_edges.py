"""Prognosis at its edges: separation, copies among the covariates, one of anything, cuts that say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analyses.base import Inputs, Result
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_pictures import event_words
from core.analyses.prognosis_words import answer
from core.analyses.rtk_prognosis import Parameters, run
from core.data.patients.cohort import Cohort
from core.data.tables import ClinicalColumn, ClinicalTable, EndpointRule, ExpressionMatrix, Scale
from core.figures.number_words import p_words
from core.figures.survival_curves import share_words
from core.problems import Location
from core.statistics.cox_model import cox_fit

PLACE = Location("made.csv")
FAST = Parameters(permutations=199)
GENES = ("ERBB2", "EGFR", "MET")


def cohort(time: np.ndarray, event: np.ndarray, expression: np.ndarray, endpoint: str = "overall survival",
           **columns: list[str] | np.ndarray) -> Cohort:
    n = len(time)
    patients = tuple(f"P{i}" for i in range(n))
    clinical = {}
    for name, values in columns.items():
        numbers = np.array(values, dtype=np.float64) if isinstance(values, np.ndarray) else np.full(n, np.nan)
        clinical[name] = ClinicalColumn(name, tuple(str(value) for value in values), numbers, {},
                                        tuple(f"B{i}" for i in range(n)), PLACE)
    matrix = ExpressionMatrix(patients, GENES[:expression.shape[1]], expression, Scale.LOG2, "mRNA", PLACE)
    return Cohort("made", "lab", patients, EndpointRule(endpoint, "t", "months", "e", (1,)), time, event, (matrix,),
                  ClinicalTable(patients, clinical, PLACE), (), ())


def analysed(group: Cohort, parameters: Parameters = FAST) -> Result:
    return run(Inputs(group, "study", "prognosis", simulated=True), parameters)


def rows(result: Result) -> dict[str, dict[str, object]]:
    columns = result.table("receptors").columns
    return {name: {column: values[i] for column, values in columns.items()}
            for i, name in enumerate(columns["receptor"])}


def words(result: Result) -> str:
    return " ".join([*result.findings, result.methods, *result.table("checks").columns["sentence"],
                     *(problem.line() for problem in result.warnings), *(figure.caption for figure in result.figures)])


def ordinary(n: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.exponential(40, n).round(1) + 0.1, rng.random(n) < 0.6, rng.normal(8, 1.5, (n, 3)).round(3)


# ---- models that have no maximum, or several -----------------------------------------------------------------

def test_that_a_copied_covariate_leaves_the_concordance_and_is_named() -> None:
    time, event, x = ordinary()
    age = np.random.default_rng(1).normal(60, 9, 60).round()
    group = cohort(time, event, x, age=age, age_in_months=age * 12 + 3)
    once, twice = (analysed(group, replace(FAST, adjust=adjust)) for adjust in (("age",), ("age", "age_in_months")))
    for name, row in rows(once).items():
        for column in ("coef", "se", "concordance", "ph_p", "p_maxt"):
            assert rows(twice)[name][column] == pytest.approx(row[column], abs=1e-9), (name, column)
    told = [problem for problem in twice.warnings if problem.code == "covariate_says_nothing_new"]
    assert len(told) == 1
    assert "“age_in_months”" in told[0].what


def test_that_a_column_of_one_value_is_nowhere_said_to_be_adjusted_for() -> None:
    time, event, x = ordinary()
    age = np.random.default_rng(1).normal(60, 9, 60).round()
    group = cohort(time, event, x, age=age, status=["Positive"] * 60)
    alone = analysed(group, replace(FAST, adjust=("status",)))
    assert "constant_covariate" in [problem.code for problem in alone.warnings]
    told = [*alone.findings, alone.methods, *(figure.caption for figure in alone.figures),
            *(text for _, text in answer_of(alone))]
    assert not [text for text in told if "adjusted for" in text and "not adjusted" not in text]
    both = analysed(group, replace(FAST, adjust=("status", "age")))
    assert "adjusted for age " in both.methods
    assert not [text for text in both.findings if "status" in text]


def test_that_the_answer_and_the_curve_say_what_was_adjusted_for() -> None:
    time, event, x = ordinary()
    age = np.random.default_rng(1).normal(60, 9, 60).round()
    group = cohort(time, event, x, age=age)
    adjusted, plain = analysed(group, replace(FAST, adjust=("age",))), analysed(group)
    assert "Every estimate is adjusted for age." in dict(answer_of(adjusted))["explanation"]
    assert "Every estimate is adjusted for age." in adjusted.findings[0]
    assert "adjusted" not in dict(answer_of(plain))["explanation"]
    curves = [figure for figure in adjusted.figures if figure.name.startswith("kaplan_meier")]
    assert curves
    assert all("per SD, adjusted, corrected for" in figure.caption for figure in curves)


def answer_of(result: Result) -> list[tuple[str, str]]:
    assert isinstance(result.numbers, PrognosisNumbers)
    said = answer(result.numbers)
    return [("sentence", said.sentence), ("explanation", said.explanation)]


def test_that_a_category_without_events_leaves_every_receptor_its_row_and_is_named() -> None:
    time, event, x = ordinary()
    rare = np.arange(60) % 12 == 5
    event &= ~rare
    group = cohort(time, event, x, stage=["late" if late else "early" for late in rare])
    result = analysed(group, replace(FAST, adjust=("stage",)))
    others = ~rare  # patients who can never have the event leave the risk sets in the limit
    for i, name in enumerate(GENES):
        z = (x[:, i] - x[:, i].mean()) / x[:, i].std(ddof=1)
        by_hand = cox_fit(time[others], event[others], z[others, None])
        row = rows(result)[name]
        assert row["coef"] == pytest.approx(by_hand.coef[0], abs=1e-9)
        assert row["se"] == pytest.approx(by_hand.se[0], abs=1e-9)
        assert np.isfinite([row["concordance"], row["ph_p"], row["p_maxt"]]).all()
    assert "model_did_not_settle" not in [problem.code for problem in result.warnings]
    told = [problem for problem in result.warnings if problem.code == "covariate_without_maximum"]
    assert len(told) == 1
    assert "“stage: late v early”" in told[0].what


def test_that_a_receptor_that_separates_keeps_its_corrected_p_and_its_direction() -> None:
    """The four patients highest in EGFR die first, the higher the sooner: no finite coefficient, yet the clearest row."""
    rng = np.random.default_rng(1)
    x = rng.normal(8, 1, (40, 3)).round(3)
    order = np.argsort(x[:, 1])
    time, event = rng.uniform(20, 60, 40).round(1), np.zeros(40, dtype=bool)
    event[order[-4:]], time[order[-4:]] = True, [4.0, 3.0, 2.0, 1.0]
    result = analysed(cohort(time, event, x))
    row = rows(result)["EGFR"]
    assert np.isnan([row["coef"], row["hr"], row["p"]]).all()
    assert row["p_maxt"] < 0.05
    assert row["verdict"] == "holds"
    assert next(iter(rows(result))) == "EGFR"
    assert result.findings[0].startswith("High EGFR goes with shorter overall survival")
    assert row["inside_margin"] is None
    forest = result.figures[0]
    assert "EGFR holds after correction" in forest.alt_text
    names, _, corrected = forest.rows[0][0].columns
    assert dict(zip(names.texts, corrected.texts))["EGFR"] == p_words(row["p_maxt"])


def test_that_a_cut_with_a_statistic_of_zero_has_a_p_of_one() -> None:
    """One allowed cut, and both sides do exactly the same."""
    time, event = np.repeat([1.0, 2.0, 3.0, 4.0], 2), np.ones(8, dtype=bool)
    row = rows(analysed(cohort(time, event, np.tile([5.0, 6.0], 4)[:, None])))["ERBB2"]
    assert row["best_cut_statistic"] == pytest.approx(0, abs=1e-12)
    assert row["best_cut_p_maxt"] == 1.0
    assert row["best_cut_p_corrected"] == 1.0


# ---- words ---------------------------------------------------------------------------------------------------

def test_that_one_of_anything_is_said_in_the_singular() -> None:
    time, event, x = ordinary(30)
    event[:] = False
    event[4] = True
    site = ["A"] * 30
    group = cohort(time, event, x[:, :1], site=site)
    lacking = replace(group.clinical.columns["site"], missing={0: "blank"})
    group = replace(group, clinical=replace(group.clinical, columns={"site": lacking}))
    said = words(analysed(group, replace(FAST, strata=("site",), landmark=float(np.sort(time)[0]))))
    for wrong in (" 1 events", " 1 patients", " 1 receptors", "1 are ", "of 1 receptor hold ", "1 model terms",
                  "any of 1 receptors", "all 1 receptor", "1 patient lack ", "1 RTKs", "1 permutations"):
        assert wrong not in f" {said}", (wrong, said[max(0, said.find(wrong) - 80):said.find(wrong) + 80])


def test_that_two_constant_receptors_are_said_in_the_plural() -> None:
    time, event, x = ordinary()
    x[:, 1:] = 5.0
    told = next(problem for problem in analysed(cohort(time, event, x)).warnings if problem.code == "constant_receptor")
    assert "EGFR and MET have one value only" in told.what


def test_that_every_p_and_estimate_in_the_answer_has_its_numbers_beside_it() -> None:
    time, event, x = ordinary()
    result = analysed(cohort(time, event, x))
    assert f"60 patients, {event.sum()} deaths" in result.findings[0]
    assert "corrected P = " in result.findings[0]
    for sentence in result.table("checks").columns["sentence"]:
        if "(P " in sentence or "; P " in sentence:
            assert " patients" in sentence, sentence


def test_that_shuffles_without_a_settled_covariate_model_are_described_as_they_are_counted() -> None:
    time, event, x = ordinary(40)
    event[:] = np.arange(40) % 4 == 0
    group = cohort(time, event, x, mutated=["yes" if i < 2 else "no" for i in range(40)])
    told = [problem for problem in analysed(group, replace(FAST, adjust=("mutated",))).warnings
            if problem.code == "shuffles_not_settled"]
    assert told
    assert "count against" not in told[0].line()
    assert "where the fit ended" in told[0].why


def test_that_the_interval_of_a_receptor_that_holds_is_never_cut_by_the_axis() -> None:
    time, event, x = ordinary(80, seed=5)
    time = np.round(time * np.exp(-1.2 * (x[:, 0] - 8) / 1.5), 2) + 0.01
    result = analysed(cohort(time, event, x))
    row, axis = rows(result)["ERBB2"], result.figures[0].rows[0][0].x
    assert row["verdict"] == "holds"
    assert axis.low <= row["hr_low"] < row["hr_high"] <= axis.high


def test_that_the_methods_claim_no_permutation_that_was_not_made() -> None:
    group = cohort(*ordinary())
    switched_off, made = (analysed(group, replace(FAST, permutations=number)).methods for number in (0, 19))
    assert "(permutation)" not in switched_off
    assert "not corrected by permutation" in switched_off
    assert "(permutation)" in made
    assert "not corrected by permutation" not in made


def test_that_proportional_hazards_are_not_called_green_where_nothing_could_be_tested() -> None:
    time, event, x = np.arange(1.0, 7), np.arange(6) == 0, np.ones((6, 2))
    checks = analysed(cohort(time, event, x)).table("checks").columns
    assert dict(zip(checks["check"], checks["light"]))["proportional hazards"] == "grey"
    assert dict(zip(checks["check"], checks["light"]))["follow-up and score"] == "grey"


def test_that_one_death_in_a_group_is_one_death_in_the_caption() -> None:
    time, event, x = ordinary(30)
    event[:] = np.arange(30) == 4
    captions = " ".join(figure.caption for figure in analysed(cohort(time, event, x)).figures)
    assert "(1 death)" in captions
    assert "1 deaths" not in captions


@pytest.mark.parametrize(("endpoint", "events", "axis"), [
    ("overall survival", "deaths", "Overall survival"), ("relapse-free survival", "events", "Relapse-free survival"),
    ("relapse or death", "events", "Free of relapse or death"), ("relapse", "relapses", "Free of relapse"),
    ("distant relapse", "distant relapses", "Free of distant relapse"), ("event", "events", "Free of event"),
    ("disease-specific survival", "deaths", "Disease-specific survival")])
def test_that_events_and_axis_say_what_the_endpoint_counts(endpoint: str, events: str, axis: str) -> None:
    assert event_words(endpoint) == events
    assert share_words(endpoint) == axis
