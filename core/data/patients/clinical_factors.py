"""The columns of age, grade, nodes, ER, size and HER2 of a clinical table, found by their names and values.

Not for: endpoints (endpoint_proposals.py). What is found is said, and a user who means other columns names them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.patients.cohort import Cohort
from core.data.tables import ClinicalColumn, Missing
from core.data.values import value_key

MOST_LEVELS = 10
MOSTLY_NUMBERS = 0.9
FEWEST_OF_A_VALUE = 5
"""A category of fewer patients has no effect of its own that could be estimated, and a model with it no best fit."""
ONE_VALUE = "one value only"
FEWEST_KNOWN = 0.8
"""A column known for a smaller share of the patients would cost too many of them."""


@dataclass(frozen=True)
class _Concept:
    """``words``: any of these tokens names it; ``better``: a token that marks the best column; ``never`` rules out."""

    name: str
    words: frozenset[str]
    better: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


def _concept(name: str, words: str, better: str = "", never: str = "") -> _Concept:
    return _Concept(name, *(frozenset(part.split()) for part in (words, better, never)))


CONCEPTS = (
    _concept("age", "age alter", "diagnosis", "stage"),
    _concept("grade", "grade nhg elston histgrade histograde grading", "histologic histological tumor tumour"),
    _concept("nodes", "node nodes nodal ln pn lymphnodes nodestatus", "positive pos status", "ratio site biopsy"),
    _concept("ER", "er estrogen oestrogen esr erlev erlevel erstatus", "status level", "pr progesterone her2"),
    _concept("size", "size tumorsize tumoursize diameter", "tumor tumour", "sample group household"),
    _concept("HER2", "her2 erbb2 neu her2neu her2status", "status", "er pr"),
)
"""In the order in which they are named. "examined" without "positive" counts nodes looked at, not nodes involved."""


@dataclass(frozen=True)
class ClinicalFactor:
    """One clinical factor and the column that holds it."""

    name: str
    column: str


@dataclass(frozen=True)
class FoundFactors:
    """``left_out`` are columns that were found but cannot be used: (factor, column, why)."""

    factors: tuple[ClinicalFactor, ...]
    left_out: tuple[tuple[str, str, str], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(factor.column for factor in self.factors)


def find_clinical_factors(cohort: Cohort, rows: Sequence[int] | None = None) -> FoundFactors:
    """At most one column per factor among the patients at ``rows`` (all of the cohort unless given).

    Never the outcome's own columns nor columns that are genes of the expression tables.
    """
    genes = {gene.lower() for matrix in cohort.expression for gene in matrix.genes}
    taken = {cohort.endpoint.time, cohort.endpoint.event}
    row_of = {sample: row for row, sample in enumerate(cohort.clinical.samples)}
    patients = cohort.patients if rows is None else [cohort.patients[row] for row in rows]
    at = np.array([row_of[patient] for patient in patients], dtype=np.intp)
    found: list[ClinicalFactor] = []
    left_out: list[tuple[str, str, str]] = []
    for concept in CONCEPTS:
        named = sorted((rank, len(name), name) for name in cohort.clinical.columns
                       if name not in taken and name.lower() not in genes
                       and (rank := _rank(concept, name)) is not None)
        reasons = []
        for _, _, name in named:
            reason = _unusable(cohort.clinical.columns[name], at)
            if not reason:
                found.append(ClinicalFactor(concept.name, name))
                taken.add(name)
                break
            reasons.append((concept.name, name, reason))
            if reason == ONE_VALUE:  # the cohort was chosen by it; another way to measure it adds nothing but noise
                left_out += reasons[-1:]
                break
        else:
            left_out += reasons[:1]
    return FoundFactors(tuple(found), tuple(left_out))


@dataclass(frozen=True)
class OddValue:
    """A value of a clinical column that counts as missing in a model, with the number of patients who have it."""

    column: str
    value: str
    patients: int


def without_odd_values(cohort: Cohort, columns: Sequence[str],
                       rows: Sequence[int]) -> tuple[Cohort, tuple[OddValue, ...]]:
    """The cohort with values as missing that no model can use, and which they were.

    In a column of numbers every text ("x" among the stages); elsewhere a value of fewer than five of the patients at
    ``rows``.
    """
    row_of = {sample: row for row, sample in enumerate(cohort.clinical.samples)}
    at = [row_of[cohort.patients[row]] for row in rows]
    changed, odd = dict(cohort.clinical.columns), []
    for name in columns:
        if name not in changed:
            continue
        column = changed[name]
        counts = Counter(value_key(column.texts[row]) for row in at if row not in column.missing)
        texts = Counter(value_key(column.texts[row]) for row in at
                        if row not in column.missing and not np.isfinite(column.numbers[row]))
        if not texts:
            continue
        if texts.total() <= (1 - MOSTLY_NUMBERS) * counts.total():
            spoilt = set(texts)
        else:
            spoilt = {key for key, count in counts.items() if count < FEWEST_OF_A_VALUE}
        if not spoilt:
            continue
        gone = {row: Missing.UNREADABLE for row in range(len(column.texts))
                if row not in column.missing and value_key(column.texts[row]) in spoilt}
        changed[name] = replace(column, missing={**column.missing, **gone})
        odd += [OddValue(name, key, counts[key]) for key in sorted(spoilt)]
    return replace(cohort, clinical=replace(cohort.clinical, columns=changed)), tuple(odd)


def _tokens(name: str) -> list[str]:
    parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^a-z0-9]+", parts.lower()) if word]


def _rank(concept: _Concept, name: str) -> int | None:
    """0 for the best name, 1 for another that fits, None for one that does not."""
    tokens = set(_tokens(name))
    if not tokens & concept.words or tokens & concept.never:
        return None
    if concept.name == "nodes" and "examined" in tokens and "positive" not in tokens:
        return None
    return 0 if tokens & concept.better else 1


def _unusable(column: ClinicalColumn, at: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> str:
    known = [row for row in at.tolist() if row not in column.missing and column.texts[row].strip()]
    if len(known) < FEWEST_KNOWN * len(at):
        return f"known for {len(known)} of {len(at)} patients only"
    keys = {value_key(column.texts[row]) for row in known}
    if len(keys) < 2:
        return ONE_VALUE
    if not np.isfinite(column.numbers[known]).all() and len(keys) > MOST_LEVELS:
        return f"{len(keys)} different texts"
    return ""
