"""The answer about competing risks: numbers of METABRIC as R has them, words, tables, and a figure fit for a journal.

Not for: the statistics themselves (test_competing_risks.py).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.analyses.base import ResultTable
from core.analyses.competing_risks import CompetingRisks, competing_risks
from core.analyses.outcome_horizon import horizon
from core.data.tables import EndpointRule
from core.figures.preflight import preflight
from core.figures.spec import StepLine
from core.jobs import Cancelled, JobContext
from tests.metabric_causes import DISEASE, metabric, score_of
from tests.survival_data import DATA

GOLDEN = DATA / "golden" / "cmprsk"


def answer(*genes: str, her2: bool = False) -> CompetingRisks:
    cohort = metabric(her2)
    found = competing_risks(cohort, *score_of(cohort, *(genes or ("EGFR",))))
    assert found is not None
    return found


def frame(table: ResultTable) -> pd.DataFrame:
    return pd.DataFrame(dict(table.columns))


@pytest.mark.parametrize("gene", ["EGFR", "ERBB2", "IGF1R"])
@pytest.mark.parametrize("her2", [False, True])
def test_that_gray_and_incidence_of_metabric_equal_r(gene: str, her2: bool) -> None:
    found = answer(gene, her2=her2)
    name = f"metabric_{'her2pos' if her2 else 'all'}_{gene}"
    risks, curves = (frame(table) for table in found.tables())
    gray = pd.read_csv(GOLDEN / "gray_test.csv")
    gray = gray[gray["set"] == name]
    np.testing.assert_allclose(risks[risks["method"] == "Gray"]["statistic"], gray["gray_chi2"], rtol=1e-9)
    shares = pd.read_csv(GOLDEN / "cuminc.csv")
    shares = shares[(shares["set"] == name) & (shares["time"] == 120)].set_index(["group", "cause"])
    assert found.at.words == "10 years"
    for number, each in enumerate(found.causes, start=1):
        for group, label in (("low", "0"), ("high", "1")):
            rows = curves[(curves["cause"] == each.words) & (curves["group"] == group) & (curves["time"] <= 120)]
            assert rows["incidence"].iloc[-1] == pytest.approx(shares.loc[(label, number), "cif"], rel=1e-9)
            assert rows["se"].iloc[-1] ** 2 == pytest.approx(shares.loc[(label, number), "var"], rel=1e-9)


def test_that_every_sentence_has_patients_events_and_what_fine_gray_means() -> None:
    words = answer("EGFR", "FLT3", "IGF1R").words()
    assert words[0] == ("Other causes compete with the event: of 1,903 patients, 622 had died of disease, 480 had died "
                        "of other causes and 801 were censored.")
    assert len(words) == 7
    for sentence in words[1:4]:
        assert "1,903 patients, 622 events" in sentence
    assert words[2].startswith("Of 100 patients with a high score 22 (19 to 25) had died of disease by 10 years, with "
                               "a low one 33 (30 to 37)")
    assert "a higher score goes with a lower cumulative incidence" in words[3]
    assert "share of all patients" in words[3]
    assert "not the rate among those still at risk" in words[3]
    assert "is not settled" in words[6]


def test_that_tables_have_their_names_and_a_word_for_every_column() -> None:
    tables = answer().tables()
    assert [table.name for table in tables] == ["competing_risks", "cumulative_incidence"]
    for table in tables:
        assert set(table.columns) == set(table.describe)
        assert table.n_rows
    risks = frame(tables[0])
    assert list(risks["method"]) == ["cause-specific Cox", "Fine-Gray", "Gray"] * 2
    assert list(risks["events"]) == [622] * 3 + [480] * 3


@pytest.mark.parametrize("her2", [False, True])
def test_that_the_figure_is_ready_for_a_journal(her2: bool) -> None:
    figure, = answer("EGFR", "MET", her2=her2).figures(badge="Simulated data" if her2 else "")
    failed = [(check.title, check.detail) for check in preflight(figure) if not check.passed]
    assert not failed
    assert [panel.title for panel in figure.rows[0]] == ["Died of Disease", "Died of Other Causes"]
    for panel in figure.rows[0]:
        for mark in panel.marks:
            if isinstance(mark, StepLine):
                assert (np.diff(mark.y) >= 0).all()
                assert mark.y.max() <= panel.y.high


def test_that_an_endpoint_without_other_causes_has_no_answer() -> None:
    cohort = metabric(causes=False)
    assert competing_risks(cohort, *score_of(cohort, "EGFR")) is None


def test_that_codes_without_words_get_some() -> None:
    cohort = metabric()
    rule = EndpointRule("relapse", DISEASE.time, DISEASE.unit, DISEASE.event, (1,), (2,))
    found = competing_risks(replace(cohort, endpoint=rule), *score_of(cohort, "EGFR"))
    assert found is not None
    assert [each.words for each in found.causes] == ["relapse", "another cause"]
    assert "622 had “relapse”" in found.words()[0]


def test_that_few_events_and_none_are_said_and_nothing_breaks() -> None:
    cohort = metabric(her2=True)
    rows, score, high = score_of(cohort, "EGFR")
    few = replace(cohort, cause=np.where((cohort.cause == 2) & (rows > 40), 0, cohort.cause))
    found = competing_risks(few, rows, score, high)
    assert found is not None
    assert "too few events" in found.words()[-1]
    nobody = competing_risks(replace(cohort, cause=np.where(cohort.cause == 2, 0, cohort.cause)), rows, score, high)
    assert nobody is not None
    assert np.isnan(nobody.causes[1].incidence.p)
    assert "Only 0 had died of other causes" in nobody.words()[-1]
    assert nobody.causes[0].incidence.coef == pytest.approx(nobody.causes[0].rate.coef, abs=2e-3)  # ties differ
    assert nobody.tables()[0].n_rows == 6


def test_that_one_group_alone_has_no_figure_and_a_constant_score_no_answer() -> None:
    cohort = metabric(her2=True)
    rows, score, _ = score_of(cohort, "EGFR")
    alone = competing_risks(cohort, rows, score, np.ones(len(rows), dtype=bool))
    assert alone is not None
    assert alone.figures() == ()
    assert not any("Of 100" in sentence for sentence in alone.words())
    assert competing_risks(cohort, rows, np.ones(len(rows)), rows > 3) is None


def test_that_part_of_the_patients_and_their_order_make_no_difference() -> None:
    cohort = metabric()
    rows, score, high = score_of(cohort, "EGFR")
    some = np.random.default_rng(1).permutation(rows)[:900]
    one = competing_risks(cohort, some, score[some], high[some])
    other = competing_risks(cohort, np.sort(some), score[np.sort(some)], high[np.sort(some)])
    assert one is not None
    assert other is not None
    assert one.words() == other.words()


def test_that_it_can_be_stopped() -> None:
    cohort = metabric()
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        competing_risks(cohort, *score_of(cohort, "EGFR"), job)


@pytest.mark.parametrize(("longest", "unit", "words"), [
    (200.0, "months", "10 years"), (100.0, "months", "5 years"), (40.0, "months", "3 years"),
    (13.0, "months", "1 year"), (400.0, "days", "1 year"), (6.0, "months", "6 months"), (20.0, "years", "10 years")])
def test_that_the_horizon_is_the_longest_round_time_with_enough_patients(longest: float, unit: str, words: str) -> None:
    assert horizon([np.full(50, longest) - np.linspace(0, longest / 100, 50)], unit).words == words
