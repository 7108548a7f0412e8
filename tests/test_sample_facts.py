"""What a page of an analysis without follow-up finds in the data of a study.

Not for: the pages (test_cell_lines_page.py, test_biopsies_page.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.tables import EndpointRule
from core.jobs import JobContext
from core.project.project import Project, with_analysis, with_cohort, with_dataset
from core.project.references import with_outcome
from core.project.study import AnalysisSpec, Study
from core.project.study_file import read_study
from gui.own_rule import own_rule
from gui.pages.cohort_facts import CohortFacts
from gui.pages.sample_facts import SampleFacts
from gui.session import Session
from tests.cell_lines_desk import GI50, write_lines
from tests.gui_builders import new_session

OS = EndpointRule("overall survival", "months", "months", "dead", ("1",))
LINES = AnalysisSpec("lines", "cell_lines")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return read_study(write_lines(tmp_path, 3, 4, response=GI50))


@pytest.fixture
def session(study: Study, qtbot: Any) -> Iterator[Session]:
    made = new_session()
    made.open(Project(study))
    (spec,) = study.datasets
    made.put_dataset(spec, load_dataset(spec, FileShelf(), JobContext()))
    yield made
    made.jobs.close()


def facts_of(session: Session) -> SampleFacts:
    return SampleFacts(session, ("cell_lines",))


def test_that_everybody_of_the_only_data_set_is_meant_without_a_rule_of_the_study(session: Session) -> None:
    facts = facts_of(session)
    rule = facts.rule_of(LINES)
    assert rule == CohortRule("all", "lab lines")
    assert facts.count_words(rule, "") == "lab lines (7)"
    assert facts.with_group(session.project, replace(LINES, cohort="all")) == (session.project, LINES)
    assert own_rule(LINES, session.project.study) == rule


def test_that_a_rule_of_the_lines_is_chosen_and_counts_only_them(session: Session) -> None:
    kept = CohortRule("resistant", "lab lines", (KeepRule("group", included=("resistant",)),))
    session.edit(with_cohort(session.project, kept), "add a rule")
    facts = facts_of(session)
    assert facts.rule_of(LINES) == kept
    assert facts.count_words(kept, "") == "resistant (3)"
    assert own_rule(LINES, session.project.study) == kept


def test_that_a_second_data_set_of_lines_has_to_be_chosen_and_is_then_stated(session: Session) -> None:
    (first,) = session.project.study.datasets
    session.edit(with_dataset(session.project, replace(first, name="more lines")), "add lines")
    facts = facts_of(session)
    assert facts.rule_of(LINES) is None
    assert facts.why_not(LINES) == "Run needs a data set: choose one"
    assert facts.ready(LINES)[1] == "Choose the data"
    project, spec = facts.with_group(session.project, replace(LINES, cohort="all of more lines"))
    assert spec.cohort == "all of more lines"
    assert CohortRule("all of more lines", "more lines") in project.study.cohorts
    assert own_rule(LINES, session.project.study) is None


def test_that_columns_of_the_response_and_the_names_are_no_covariates(session: Session) -> None:
    facts = facts_of(session)
    assert set(facts.clinical_columns(facts.rule_of(LINES))) == {"group", "parent"}


def test_that_a_rule_of_lines_does_not_make_the_cohort_of_an_outcome_ambiguous(session: Session) -> None:
    (lines,) = session.project.study.datasets
    patients = replace(lines, name="patients", role="cohort", layout={}, endpoints=(OS,))
    project = with_dataset(session.project, patients)
    project = with_cohort(with_cohort(project, CohortRule("her2", "patients")), CohortRule("luminal", "lab lines"))
    prognosis = AnalysisSpec("prognosis", "rtk_prognosis")
    session.edit(with_analysis(project, prognosis), "add patients")
    assert [rule.name for rule in with_outcome(session.project.study)] == ["her2"]
    rule = CohortFacts(session).rule_of(prognosis)
    assert rule is not None
    assert rule.name == "her2"
    assert own_rule(prognosis, session.project.study) == rule


def test_that_without_a_data_set_of_the_role_the_page_says_what_it_needs(qtbot: Any) -> None:
    empty = new_session()
    need = facts_of(empty).need(False)
    assert need is not None
    assert need.title == "This page needs lines with expression"
    assert facts_of(empty).need(True) is None
    empty.jobs.close()


def test_that_a_change_elsewhere_does_not_make_the_settings_of_lines_other_ones(session: Session) -> None:
    session.edit(with_analysis(session.project, LINES), "state it")
    before = session.settings_of("lines")
    (lines,) = session.project.study.datasets
    patients = replace(lines, name="patients", role="cohort", layout={}, endpoints=(OS,))
    session.edit(with_cohort(with_dataset(session.project, patients), CohortRule("her2", "patients")), "add patients")
    assert session.settings_of("lines") == before
