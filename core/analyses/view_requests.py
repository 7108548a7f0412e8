"""What a user asks of the views, read from short texts: "IGF1R=0.41", "ERBB2+IGF1R", "IGF1R by her2_status".

Not for: computing anything; a request that cannot be read becomes a problem with a sentence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from core.data.genes.gene_symbols import resolve_genes
from core.data.nearest_name import nearest
from core.data.patients.cohort import Cohort
from core.data.patients.rule_steps import clinical_column
from core.data.tables import ClinicalColumn, ExpressionMatrix
from core.problems import Problem, UserError


@dataclass(frozen=True)
class CutRequest:
    """A receptor and the cut a user chose: low is at or below it."""

    receptor: str
    cut: float


@dataclass(frozen=True)
class PairRequest:
    """Two receptors, each split at its median."""

    first: str
    second: str


@dataclass(frozen=True, eq=False)
class GroupRequest:
    """A receptor compared between the groups of a clinical column."""

    receptor: str
    column: ClinicalColumn


class Asked(Protocol):
    """The parameters that hold requests."""

    @property
    def cuts(self) -> tuple[str, ...]: ...
    @property
    def two_genes(self) -> tuple[str, ...]: ...
    @property
    def by_group(self) -> tuple[str, ...]: ...
    @property
    def annotations(self) -> tuple[str, ...]: ...
    @property
    def heat_map(self) -> bool: ...
    @property
    def correlation(self) -> bool: ...


@dataclass(frozen=True, eq=False)
class Requests:
    """Everything that was asked for, resolved against the tables."""

    cuts: tuple[CutRequest, ...]
    pairs: tuple[PairRequest, ...]
    groups: tuple[GroupRequest, ...]
    annotations: tuple[ClinicalColumn, ...]

    @property
    def receptors(self) -> tuple[str, ...]:
        """Genes that the requests name, each once."""
        return tuple(dict.fromkeys([
            *(request.receptor for request in self.cuts), *(name for pair in self.pairs
                                                            for name in (pair.first, pair.second)),
            *(request.receptor for request in self.groups)]))


def read_requests(asked: Asked, cohort: Cohort) -> Requests:
    """All requests of the parameters.

    Raises
    ------
    UserError
        Every problem at once: "nothing_asked", "wrong_entry", "receptor_not_in_table", "one_gene_twice",
        "no_column", "outcome_as_group".
    """
    matrix, problems = cohort.expression[0], list[Problem]()
    if not (asked.cuts or asked.two_genes or asked.by_group or asked.heat_map or asked.correlation):
        raise UserError(Problem(
            "nothing_asked", "the analysis of views was asked for nothing", matrix.place,
            remedy='name at least one of cuts, two_genes, by_group, heat_map and correlation, for example '
            'parameters = { heat_map = true }', answer_key="heat_map"))
    cuts = [_cut(entry, matrix, problems) for entry in asked.cuts]
    pairs = [_pair(entry, matrix, problems) for entry in asked.two_genes]
    groups = [_group(entry, cohort, matrix, problems) for entry in asked.by_group]
    columns = [_column(name, cohort, problems) for name in asked.annotations]
    if problems:
        raise UserError(*problems)
    return Requests(
        tuple(dict.fromkeys(cut for cut in cuts if cut)), tuple(dict.fromkeys(pair for pair in pairs if pair)),
        tuple({(group.receptor, group.column.name): group for group in groups if group}.values()),
        tuple({column.name: column for column in columns if column}.values()))


def _wrong(entry: str, key: str, example: str, matrix: ExpressionMatrix, why: str = "") -> Problem:
    return Problem("wrong_entry", f"“{entry}” in {key} cannot be read", matrix.place, why, f"write {example}",
                   answer_key=key)


def _cut(entry: str, matrix: ExpressionMatrix, problems: list[Problem]) -> CutRequest | None:
    name, sign, number = entry.partition("=")
    try:
        cut = float(number.strip().replace("−", "-"))
    except ValueError:
        cut = math.nan
    if not sign or not name.strip() or not math.isfinite(cut):
        why = "A decimal comma is not read here." if "," in number else ""
        problems.append(_wrong(entry, "cuts", '"IGF1R=0.41"', matrix, why))
        return None
    gene = _gene(name.strip(), "cuts", matrix, problems)
    return None if gene is None else CutRequest(gene, cut)


def _pair(entry: str, matrix: ExpressionMatrix, problems: list[Problem]) -> PairRequest | None:
    names = [name.strip() for name in entry.split("+")]
    if len(names) != 2 or not all(names):
        problems.append(_wrong(entry, "two_genes", '"ERBB2+IGF1R"', matrix, "It takes two genes, joined by +."))
        return None
    genes = [_gene(name, "two_genes", matrix, problems) for name in names]
    if genes[0] is None or genes[1] is None:
        return None
    if genes[0] == genes[1]:
        problems.append(Problem("one_gene_twice", f"“{entry}” names one gene twice", matrix.place,
                                remedy="name two different genes", answer_key="two_genes"))
        return None
    return PairRequest(genes[0], genes[1])


def _group(entry: str, cohort: Cohort, matrix: ExpressionMatrix, problems: list[Problem]) -> GroupRequest | None:
    name, word, column_name = entry.partition(" by ")
    if not word or not name.strip() or not column_name.strip():
        problems.append(_wrong(entry, "by_group", '"IGF1R by her2_status"', matrix))
        return None
    gene = _gene(name.strip(), "by_group", matrix, problems)
    column = _column(column_name.strip(), cohort, problems)
    if column is not None and column.name in (cohort.endpoint.time, cohort.endpoint.event):
        problems.append(Problem(
            "outcome_as_group", f"“{column.name}” is part of the outcome, so it cannot be the groups of by_group",
            column.place, "Groups made of the outcome ignore how long each patient was followed.",
            "use the prognosis analysis, or a column known at diagnosis", answer_key="by_group"))
        return None
    return None if gene is None or column is None else GroupRequest(gene, column)


def _gene(name: str, key: str, matrix: ExpressionMatrix, problems: list[Problem]) -> str | None:
    """The gene as the table spells it, found without regard to case, then by its approved symbol."""
    in_table = {gene.upper(): gene for gene in matrix.genes}
    gene = in_table.get(name.upper()) or in_table.get(resolve_genes([name])[0].symbol.upper())
    if gene is None:
        close = nearest(name, matrix.genes)
        problems.append(Problem("receptor_not_in_table", f"the expression table has no gene “{name}”", matrix.place,
                                remedy=f"did you mean “{close}”?" if close else f"take it out of {key}",
                                answer_key=key))
    return gene


def _column(name: str, cohort: Cohort, problems: list[Problem]) -> ClinicalColumn | None:
    try:
        return clinical_column(cohort.clinical, name)
    except UserError as error:
        problems += error.problems
        return None


