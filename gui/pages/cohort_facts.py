"""What the data of a study offer to an analysis of patients with an outcome: cohorts with counts, outcomes, what lacks.

Not for: choosing patients (core/data/patients), showing anything, or samples without an outcome (sample_facts.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.data.patients.cohort_rules import CohortRule
from core.figures.number_words import count_words, counted, list_words
from core.problems import Problem, UserError
from gui.pages.analysis_facts import AnalysisFacts, Need
from gui.pages.problem_words import first_of, problem_sentences

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.data.patients.cohort import Cohort
    from core.project.study import AnalysisSpec
    from gui.pages.analysis_states import EmptyWords
    from gui.session import Session

KEPT = 24


class CohortFacts(AnalysisFacts):
    """Looks at the session's data; evaluated cohorts are kept, for as long as rule and data are the same objects."""

    def __init__(self, session: Session, roles: tuple[str, ...] = ("cohort",)) -> None:
        super().__init__(session, roles)
        self._kept: list[tuple[Any, Any, Any, Cohort | tuple[Problem, ...]]] = []

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
        """The cohort that an analysis uses: the one it names, or the only one with an outcome."""
        rules = self.rules()
        if spec.cohort:
            return next((rule for rule in rules if rule.name == spec.cohort), None)
        rules = self.offered() or rules
        return rules[0] if len(rules) == 1 else None

    def offered(self) -> tuple[CohortRule, ...]:
        return tuple(rule for rule in self.rules() if self.endpoints(rule))

    def endpoints(self, rule: CohortRule | None) -> tuple[str, ...]:
        """Names of the outcomes that the cohort's data set states."""
        spec = self.spec_of(rule)
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
        """``her2 (236)``: a cohort with its patients of an outcome, its first where it has not the one named."""
        from core.data.patients.cohort import Cohort

        names = self.endpoints(rule)
        found = self.evaluate(rule, endpoint if endpoint in names else names[0]) if names else ()
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

    def why_not(self, spec: AnalysisSpec) -> str:
        rule = self.rule_of(spec)
        if rule is None:
            return "Run needs a cohort: choose one"
        if not self.endpoint_of(spec):
            return "Run needs an outcome: choose one"
        return "Run waits until the data are read" if self.dataset_of(rule) is None else ""

    def ready(self, spec: AnalysisSpec) -> EmptyWords:
        from core.data.patients.cohort import Cohort
        from core.data.patients.endpoint_checks import coding_doubt

        rule, endpoint = self.rule_of(spec), self.endpoint_of(spec)
        if rule is None or not endpoint:
            lacks = "a cohort" if rule is None else "an outcome"
            return ("circ", f"Choose {lacks}", f"The study has several. Choose {lacks} at the right, then run.", (),
                    "accent")
        found = self.evaluate(rule, endpoint)
        if not isinstance(found, Cohort):
            return ("err", "This cohort cannot be analysed", problem_sentences(found[:2]),
                    (("Go to Cohort", "cohort page", True),), "err")
        said = (f"{counted(len(found.patients), 'patient')} of “{found.name}”, {count_words(found.n_events)} with the "
                f"event of {found.endpoint.name}.")
        if doubt := coding_doubt(found.doubts):
            return ("warn", "Ready to run, once the outcome is checked", f"{doubt} {said}",
                    (("Go to Cohort", "cohort page", True), ("Run", "run", False)), "warn")
        return "play", "Ready to run", said, (("Run", "run", True),), "accent"

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
            return Need("The data cannot be used yet", first_of(unusable),
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
