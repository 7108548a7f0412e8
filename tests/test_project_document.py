"""A project as a document and back: equal in every field, and a document that is wrong is refused with a sentence."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from core.data.sheets.recipe import TableSpec
from core.problems import Location, UserError
from core.project.hypothesis import Hypothesis
from core.project.project import Project, new_project, with_hypothesis
from core.project.project_document import ENVELOPE, document_of, from_json, json_bytes, project_from
from core.project.study import AnalysisSpec, Study
from tests.generated_projects import DATASETS, projects

PLACE = Location("study.rtkproj")


def there_and_back(project: Project) -> Project:
    return project_from(from_json(json_bytes(document_of(project)), PLACE), PLACE)


@settings(max_examples=150, deadline=None)
@given(projects())
def test_that_a_project_read_back_is_the_project_written(project: Project) -> None:
    assert there_and_back(project) == project


@settings(max_examples=50, deadline=None)
@given(projects())
def test_that_types_come_back_too(project: Project) -> None:
    """1, 1.0 and True are equal in Python but not to a biologist who coded an event."""
    back = there_and_back(project)
    assert repr(back.study.cohorts) == repr(project.study.cohorts)
    assert repr(back.study.analyses) == repr(project.study.analyses)


@settings(max_examples=60, deadline=None)
@given(DATASETS, DATASETS)
def test_that_every_field_of_a_data_set_makes_a_difference(one: Any, other: Any) -> None:
    """Each field is put on its own into another data set, so that none can be left out unseen."""
    for item in dataclasses.fields(one):
        if item.name == "stated_sha256":
            continue
        mixed = replace(one, **{item.name: getattr(other, item.name)})
        project = Project(Study("n", "", (mixed,), (), ()))
        assert there_and_back(project) == project


def test_that_a_new_project_is_short() -> None:
    assert document_of(new_project("Mine")) == {
        "study": {"name": "Mine", "file": "", "dataset": [], "cohort": [], "analysis": []}}


def test_that_keys_are_those_of_the_study_file() -> None:
    table = TableSpec(Path("data.csv"), id="patient")
    project = new_project()
    document = document_of(Project(replace(project.study, datasets=(_dataset(table),))))
    assert document["study"]["dataset"][0]["clinical"] == [{"file": "data.csv", "id": "patient"}]


def _dataset(table: TableSpec) -> Any:
    from core.data.dataset import DatasetSpec

    return DatasetSpec("lab", "cohort", clinical=(table,))


def test_that_a_file_name_that_utf_8_cannot_hold_survives() -> None:
    project = Project(Study("n", "", (_dataset(TableSpec(Path("caf\udce9.csv"))),), (), ()))
    assert there_and_back(project) == project


def test_that_infinity_survives() -> None:
    project = Project(Study("n", "", (), (), (AnalysisSpec("a", "rtk_prognosis", parameters={"x": float("inf")}),)))
    assert there_and_back(project) == project


def test_that_numbers_of_numpy_and_lists_become_plain_values_of_an_analysis() -> None:
    spec = AnalysisSpec("a", "rtk_prognosis", parameters={"n": np.int64(3), "some": ["AXL", ["MET"]], "x": np.array([1.5])})
    assert spec.parameters == {"n": 3, "some": ("AXL", ("MET",)), "x": (1.5,)}


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"study": 5}, "damaged_project", "study is a number, not a table"),
        ({"study": {"name": "n", "file": "", "dataset": [], "cohort": []}}, "damaged_project", "study.analysis is missing"),
        ({"study": {"name": 5, "file": "", "dataset": [], "cohort": [], "analysis": []}}, "damaged_project",
         "study.name is a number, not a text"),
        ({"study": {"name": "n", "file": "", "dataset": [], "cohort": [], "analysis": [], "doses": []}},
         "newer_format", "study.doses"),
        ({"later_part": 1}, "newer_format", "it holds “later_part”"),
        ({"figures": {"a": {"width_mm": "85"}}}, "damaged_project", "figures.a.width_mm"),
    ],
)
def test_that_a_document_that_is_wrong_is_refused_by_its_place(change: dict[str, Any], code: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        project_from(document_of(new_project()) | change, PLACE)
    assert refused.value.problems[0].code == code
    assert said in refused.value.problems[0].what


@pytest.mark.parametrize("data", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 200_000])
def test_that_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(UserError) as refused:
        from_json(data, PLACE)
    assert refused.value.problems[0].code == "damaged_project"


def test_that_the_json_is_readable_text() -> None:
    text = json_bytes(document_of(new_project("Größe"))).decode()
    assert "Größe" in text
    assert json.loads(text)["study"]["name"] == "Größe"


def test_that_a_sealed_hypothesis_comes_back_and_none_leaves_no_trace() -> None:
    project = new_project("n")
    assert "hypothesis" not in document_of(project)
    sealed = with_hypothesis(project, Hypothesis("AXL goes with relapse", "2024-11-23T11:20:00+01:00", True))
    document = json.loads(json_bytes(document_of(sealed)))
    assert project_from(document, Location("s.rtkproj")) == sealed


def test_that_every_part_of_a_project_is_drawn_by_the_property_tests() -> None:
    """A new part of Project has to be added to generated_projects.py, and may not share a name with the envelope."""
    parts = {item.name for item in dataclasses.fields(Project)}
    assert parts == {"study", "figures", "hypothesis"}
    assert not parts & set(ENVELOPE)
