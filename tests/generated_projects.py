"""Projects of every shape for property tests, half-finished ones too. Not for: projects that make sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from core.analyses.locked_score import Lock
from core.data.assays.assay_spec import ASSAY_KINDS, AssaySpec
from core.data.dataset import DatasetSpec
from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.patients.combined_columns import CombinedColumn
from core.data.sheets.recipe import Answers, TableSpec
from core.data.tables import EndpointRule
from core.figures.figure_settings import FigureSettings
from core.project.hypothesis import Hypothesis
from core.project.project import Project
from core.project.study import AnalysisSpec, Study

WORDS = st.text(max_size=12) | st.sampled_from(["", "HER2-positive", "É ≥ 3", "a\nb", "=cmd", "0", "none", '"', "\\"])
NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**15), 10**15)
VALUES = WORDS | st.booleans() | NUMBERS
PATHS = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=12).map(
    lambda name: Path("/data") / name)


def maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(WORDS, values, max_size=3)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


for kind, strategy in (
    (Path, PATHS),
    (str, WORDS),
    (float, st.floats(allow_nan=False)),
):
    st.register_type_strategy(kind, strategy)

PARAMETERS = maps(st.recursive(VALUES | st.none(), lambda inner: some(inner) | maps(inner), max_leaves=6))
TABLES = st.builds(TableSpec)
ASSAYS = st.builds(AssaySpec, kind=st.sampled_from(ASSAY_KINDS), table=TABLES, columns=maps(some(WORDS)),
                   choices=maps(some(WORDS)), pairs=maps(WORDS))
ENDPOINTS = st.builds(EndpointRule, event_values=some(VALUES))
DATASETS = st.builds(
    DatasetSpec, expression=some(TABLES), clinical=some(TABLES), endpoints=some(ENDPOINTS),
    answers=st.builds(Answers, genes=maps(WORDS), samples=maps(WORDS), cells=maps(WORDS), drop=some(WORDS)),
    layout=maps(maps(WORDS)), combined=some(st.builds(CombinedColumn, columns=some(WORDS))), accept_near_matches=st.booleans(),
    simulated=st.booleans(), stated_sha256=st.just({}), assays=some(ASSAYS))
KEEPS = st.builds(KeepRule, included=st.none() | some(VALUES), excluded=st.none() | some(VALUES),
                  missing=st.none() | st.booleans(), minimum=st.none() | NUMBERS, maximum=st.none() | NUMBERS)
COHORTS = st.builds(CohortRule, keep=some(KEEPS), follow_up_max=st.none() | NUMBERS)
ANALYSES = st.builds(AnalysisSpec, cohort=WORDS, endpoint=WORDS, parameters=PARAMETERS)
FIGURES = st.builds(FigureSettings)
HYPOTHESES = st.builds(Hypothesis, text=WORDS, sealed_at=WORDS, results_were_open=st.booleans())


LOCKS = st.builds(Lock, signs=some(st.sampled_from([1, -1])), sha256=st.just(""))


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A project with any value in any field."""
    datasets = []
    for spec in draw(some(DATASETS)):
        paths = [str(table.path) for table in spec.tables]
        stated = draw(st.dictionaries(st.sampled_from(paths), WORDS)) if paths else {}
        datasets.append(replace(spec, stated_sha256=stated))
    study = Study(draw(WORDS), draw(WORDS), tuple(datasets), draw(some(COHORTS)), draw(some(ANALYSES)), draw(WORDS),
                  draw(some(LOCKS)))
    return Project(study, draw(maps(FIGURES)), draw(HYPOTHESES))
