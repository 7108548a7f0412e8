"""What the data of a study offer to an analysis of patients: cohorts with counts, outcomes, columns; and what lacks.

Not for: choosing patients (core/data/patients) or showing anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.data.patients.cohort_rules import CohortRule
from core.figures.number_words import count_words, counted, list_words
from core.problems import Problem, UserError

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.data.patients.cohort import Cohort
    from core.project.study import AnalysisSpec
    from gui.session import Session

KEPT = 24


@dataclass(frozen=True)
class Need:
    """What a page lacks: what is here, what is missing, in words, and what to do (label, key, primary)."""

    title: str
    text: str
    actions: tuple[tuple[str, str, bool], ...]
    icon: str = "table"
    token: str = "accent"
    problems: tuple[Problem, ...] = ()


@dataclass
class CohortFacts:
    """Looks at the session's data; evaluated cohorts are kept, for as long as rule and data are the same objects."""

    session: Session
    _kept: list[tuple[Any, Any, Any, Cohort | tuple[Problem, ...]]] = field(default_factory=list)

    def rules(self) -> tuple[CohortRule, ...]:
        """The cohorts of the study, and everybody of each data set with follow-up that has none."""
        study = self.session.project.study
        described = {rule.dataset for rule in study.cohorts}
        free = [spec.name for spec in study.datasets if spec.endpoints and spec.role == "cohort"
                and spec.name not in described]
        names = {rule.name for rule in study.cohorts}
        return (*study.cohorts, *(CohortRule("all" if len(free) == 1 and "all" not in names else f"all of {name}", name)
                                  for name in free))

    def rule_of(self, spec: AnalysisSpec) -> CohortRule | None:
        """The cohort that an analysis uses: the one it names, or the only one there is."""
        rules = self.rules()
        if spec.cohort:
            return next((rule for rule in rules if rule.name == spec.cohort), None)
        return rules[0] if len(rules) == 1 else None

    def dataset_of(self, rule: CohortRule | None) -> Dataset | None:
        """The data set of a cohort, once it is read."""
        return None if rule is None else self.session.datasets.get(rule.dataset)

    def endpoints(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Names of the outcomes that the cohort's data set states."""
        if rule is None:
            return ()
        spec = next((each for each in self.session.project.study.datasets if each.name == rule.dataset), None)
        return tuple(each.name for each in spec.endpoints) if spec else ()

    def endpoint_of(self, spec: AnalysisSpec) -> str:
        """The outcome that an analysis uses; empty where it has to be chosen."""
        names = self.endpoints(self.rule_of(spec))
        if spec.endpoint:
            return spec.endpoint if spec.endpoint in names else ""
        return names[0] if len(names) == 1 else ""

    def evaluate(self, rule: CohortRule, endpoint: str, measure: str = "") -> Cohort | tuple[Problem, ...]:
        """The patients, or the problems that stand against them; quick, and quicker the second time."""
        from core.data.patients.evaluate_cohort import evaluate_cohort

        dataset = self.dataset_of(rule)
        if dataset is None:
            return ()
        key = (rule, (endpoint, measure))
        for known_dataset, known_rule, known, found in self._kept:
            if known_dataset is dataset and (known_rule, known) == key:
                return found
        usable = {each.name: each for each in dataset.endpoints}
        result: Cohort | tuple[Problem, ...]
        if endpoint not in usable:
            result = dataset.unusable
        else:
            try:
                result = evaluate_cohort(rule, dataset, usable[endpoint], measure)
            except UserError as error:
                result = error.problems
        self._kept = [*self._kept, (dataset, *key, result)][-KEPT:]
        return result

    def count_words(self, rule: CohortRule, endpoint: str) -> str:
        """``her2 (236)``: a cohort with its patients of an outcome."""
        from core.data.patients.cohort import Cohort

        found = self.evaluate(rule, endpoint) if endpoint else ()
        return f"{rule.name} ({count_words(len(found.patients))})" if isinstance(found, Cohort) else rule.name

    def outcome_words(self, rule: CohortRule, endpoint: str) -> str:
        """What counts as the event and how many had it: the one line under the outcome."""
        from core.data.patients.cohort import Cohort

        found = self.evaluate(rule, endpoint)
        if not isinstance(found, Cohort):
            return found[0].what + "." if found else ""
        stated = found.endpoint
        values = list_words([str(value) for value in stated.event_values], "or")
        others = ""
        if found.cause is not None:
            named = list_words([str(value) for value in stated.competing_values], "or")
            others = f" {named} is another cause: {count_words(int((found.cause == 2).sum()))}."
        return (f"{stated.event} = {values} is the event: {count_words(found.n_events)} of "
                f"{count_words(len(found.patients))}.{others} Time in {stated.unit}.")

    def clinical_columns(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Columns to adjust for: all but the outcome's own and those that are genes of the expression table."""
        dataset = self.dataset_of(rule)
        if dataset is None or dataset.clinical is None:
            return ()
        own = {name for each in dataset.spec.endpoints for name in (each.time, each.event)}
        own |= {table.id for table in (*dataset.spec.clinical, *dataset.spec.expression) if table.id}
        genes = {gene.upper() for matrix in dataset.expression for gene in matrix.genes}
        return tuple(name for name in dataset.clinical.columns
                     if name not in own and name.upper() not in genes and name.upper().split("_MUT")[0] not in genes)

    def genes(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Genes that can be analysed, RTKs first."""
        from core.data.reference import rtk_symbols

        dataset = self.dataset_of(rule)
        if dataset is None:
            return ()
        found = dict.fromkeys(gene for matrix in dataset.expression for gene in matrix.genes)
        rtk = set(rtk_symbols())
        return tuple(sorted(found, key=lambda gene: (gene not in rtk, gene)))

    def measures(self, rule: CohortRule | None) -> tuple[str, ...]:
        """What the expression tables of the cohort's data set measure."""
        dataset = self.dataset_of(rule)
        return () if dataset is None else tuple(dict.fromkeys(matrix.measure for matrix in dataset.expression))

    def need(self, loading: bool) -> Need | None:
        """What lacks for an analysis of expression and follow-up; None when both are here."""
        title = "This page needs expression and follow-up"
        example = ("Show an example", "example", False)
        study = self.session.project.study
        read = self.session.datasets
        cohorts = [spec for spec in study.datasets if spec.role == "cohort"]
        unusable = tuple(problem for spec in cohorts if spec.name in read for problem in read[spec.name].unusable)
        sound = [read[spec.name] for spec in cohorts if spec.name in read]
        if any(each.expression and each.endpoints and each.clinical is not None for each in sound):
            return None
        if unusable:
            first = unusable[0]
            more = f" {len(unusable) - 1} more in the problems panel." if len(unusable) > 1 else ""
            remedy = f" {first.remedy[0].upper()}{first.remedy[1:]}." if first.remedy else ""
            place = first.where.words()
            what = f"{first.what[0].upper()}{first.what[1:]}".rstrip(".")
            return Need("The data cannot be used yet", f"{f'{place}: ' if place else ''}{what}.{remedy}{more}",
                        (("Go to Import", "import page", True), example), "err", "err", unusable)
        expression = [each for each in sound if each.expression]
        follow_up = [each for each in sound if each.endpoints]
        if expression:
            return Need(title, f"Expression is here: {_expression_words(expression[0])}. Follow-up is missing. One row "
                        "per patient with a time and an event is enough.",
                        (("Import follow-up…", "import", True), example))
        if follow_up:
            patients = len(follow_up[0].endpoints[0].samples)
            return Need(title, f"Follow-up is here: {counted(patients, 'patient')}. Expression is missing.",
                        (("Import expression…", "import", True), example))
        if loading:
            return None
        clinical = [each for each in sound if each.clinical is not None]
        start = "A clinical table is here, without time and event. " if clinical else ""
        return Need(title, f"{start}Expression and follow-up are missing. One row per patient with a time and an event "
                    "is enough.", (("Import data…", "import", True), example))


def _expression_words(dataset: Dataset) -> str:
    from core.data.reference import rtk_symbols

    matrix = dataset.expression[0]
    found = len(set(rtk_symbols()) & set(matrix.genes))
    return f"{counted(found, 'RTK')} in {counted(len(matrix.samples), 'patient')}"


def problem_sentences(problems: Sequence[Problem]) -> str:
    """Problems as sentences: where, what, why, what to do."""
    words = []
    for problem in problems:
        place = problem.where.words()
        what = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".")
        words.append(f"{place}: {what}." if place else f"{what}.")
        words += _further(problem)
    return " ".join(words)


def what_and_why(problem: Problem) -> tuple[str, str]:
    """A problem as a title, and as sentences that say where, why it matters and what to do."""
    place = problem.where.words()
    title = f"{problem.what[:1].upper()}{problem.what[1:]}".rstrip(".")
    return title, " ".join([*([f"{place}."] if place else []), *_further(problem)])


def _further(problem: Problem) -> list[str]:
    return [f"{part[:1].upper()}{part[1:].rstrip('.')}{'' if part.endswith('?') else '.'}"
            for part in (problem.why, problem.remedy) if part]
