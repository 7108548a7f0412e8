"""Any sequence of edits, undone and redone in any order, gives the identical projects."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problems import UserError
from core.project import cohort_edits
from core.project import project as edits
from core.project.project import Project, new_project
from gui.job_runner import JobRunner
from gui.session import Session
from tests.generated_projects import (
    ANALYSES,
    COHORTS,
    DATASETS,
    ENDPOINTS,
    FIGURES,
    HYPOTHESES,
    LOCKS,
    PARAMETERS,
    WORDS,
    projects,
)

Edit = Callable[[Project, Any], Project]
NAMES = st.sampled_from(["a", "b", "c", "d"])


@pytest.fixture(scope="module", autouse=True)
def application(qapp: object) -> object:
    """One for the module: no fixture of Qt goes into a property test."""
    return qapp


def _known(project: Project, name: str) -> str:
    """One of the project's analyses where it has one, so that edits meet something."""
    names = [spec.name for spec in project.study.analyses]
    return names[len(name) % len(names)] if names else ""


def _with_parameters(project: Project, values: Any) -> Project:
    name = _known(project, values[0])
    return edits.with_parameters(project, name, values[1]) if name else project


def _with_cohort_copied(project: Project, words: Any) -> Project:
    names = cohort_edits.cohort_names(project)
    return cohort_edits.with_cohort_copied(project, names[len(words) % len(names)])[0] if names else project


def _with_endpoint(project: Project, values: Any) -> Project:
    names = [spec.name for spec in project.study.datasets]
    if not names:
        return project
    return cohort_edits.with_endpoint(project, names[len(values[0]) % len(names)], values[1], instead_of=values[2])


def _with_lock(project: Project, values: Any) -> Project:
    try:
        return edits.with_lock(project, replace(values[0], name=values[1], sha256=""))
    except UserError:  # another lock or an analysis has the name
        return project


EDITS: dict[str, tuple[Edit, st.SearchStrategy[Any]]] = {
    "renamed": (edits.renamed, WORDS),
    "with_dataset": (lambda project, values: edits.with_dataset(
        project, replace(values[0], name=values[1]), instead_of=values[2]), st.tuples(DATASETS, NAMES, NAMES | st.just(""))),
    "without_dataset": (edits.without_dataset, NAMES),
    "with_cohort": (lambda project, values: edits.with_cohort(
        project, replace(values[0], name=values[1], dataset=values[2]), instead_of=values[3]),
        st.tuples(COHORTS, NAMES, NAMES, NAMES | st.just(""))),
    "without_cohort": (edits.without_cohort, NAMES),
    "with_analysis": (lambda project, values: edits.with_analysis(
        project, replace(values[0], name=values[1], cohort=values[2]), instead_of=values[3]),
        st.tuples(ANALYSES, NAMES, NAMES, NAMES | st.just(""))),
    "without_analysis": (edits.without_analysis, NAMES),
    "with_parameters": (_with_parameters, st.tuples(WORDS, PARAMETERS)),
    "with_hypothesis": (edits.with_hypothesis, HYPOTHESES),
    "with_new_cohort": (lambda project, values: cohort_edits.with_new_cohort(project, replace(values[0], name=values[1])),
                        st.tuples(COHORTS, NAMES)),
    "with_cohort_copied": (_with_cohort_copied, WORDS),
    "with_endpoint": (_with_endpoint, st.tuples(WORDS, ENDPOINTS, NAMES | st.just(""))),
    "with_lock": (_with_lock, st.tuples(LOCKS, NAMES)),
    "without_lock": (edits.without_lock, NAMES),
    "with_figure": (lambda project, values: edits.with_figure(project, *values), st.tuples(WORDS, FIGURES)),
}
STEPS = st.one_of(
    *(st.tuples(st.just(name), values) for name, (_, values) in EDITS.items()),
    st.tuples(st.sampled_from(["undo", "redo"]), st.integers(1, 4)),
)


def test_that_every_edit_of_a_project_is_in_this_test() -> None:
    """A new edit function has to be added above, or it fails here."""
    folder = Path(edits.__file__).parent
    public = set()
    for module in ("core.project.project", *(f"core.project.{path.stem}" for path in folder.glob("*_edits.py"))):
        for name, value in vars(import_module(module)).items():
            if getattr(value, "__module__", "") == module and inspect.isfunction(value) and not name.startswith("_") \
                    and "Project" in str(inspect.signature(value).return_annotation):
                public.add(name)
    assert public - {"new_project"} == set(EDITS)


@settings(max_examples=120, deadline=None)
@given(st.one_of(st.just(new_project()), projects()), st.lists(STEPS, max_size=14))
def test_that_undo_and_redo_in_any_order_give_the_identical_project(start: Project, steps: list[tuple[str, Any]]) -> None:
    """Held against a list and a position in it: what an undo stack is."""
    jobs = JobRunner()
    session = Session(jobs)
    session.open(start)
    past, at = [start], 0
    heard: list[tuple[Project, Project]] = []
    session.changed.connect(lambda old, new: heard.append((old, new)))
    for name, values in steps:
        if name == "undo":
            for _ in range(values):
                session.undo_stack.undo()
                at = max(at - 1, 0)
        elif name == "redo":
            for _ in range(values):
                session.undo_stack.redo()
                at = min(at + 1, len(past) - 1)
        else:
            edited = EDITS[name][0](session.project, values)
            session.edit(edited, f"Edit: {name}")
            if edited != past[at]:
                past, at = [*past[:at + 1], edited], at + 1
        assert session.project is past[at]
    for expected in reversed(past[:at]):
        session.undo_stack.undo()
        assert session.project is expected, "the very same value, not only an equal one"
    assert session.project is start
    assert not session.undo_stack.canUndo()
    for expected in past[1:]:
        session.undo_stack.redo()
        assert session.project is expected
    assert all(new is old for (_, new), (old, _) in pairwise(heard)), "each change starts where the last one ended"
    jobs.close()


@settings(max_examples=60, deadline=None)
@given(projects(), st.lists(STEPS, max_size=10))
def test_that_no_edit_changes_the_project_that_it_was_given(start: Project, steps: list[tuple[str, Any]]) -> None:
    project = start
    for name, values in steps:
        if name in EDITS:
            before = repr(project)
            after = EDITS[name][0](project, values)
            assert repr(project) == before
            project = after


def test_that_steps_of_one_drag_are_one_step_of_undo() -> None:
    jobs = JobRunner()
    session = Session(jobs)
    start = session.project
    for number in range(5):
        session.edit(edits.renamed(session.project, f"name {number}"), "Rename", merge_key="name")
    session.edit(edits.renamed(session.project, "another"), "Rename", merge_key="other")
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    assert session.project.name == "name 4"
    session.undo_stack.undo()
    assert session.project is start
    session.undo_stack.redo()
    assert session.project.name == "name 4"
    jobs.close()
