"""What the data of a study offer to an analysis without follow-up: samples of data sets of a fitting role; what lacks.

Not for: patients with an outcome (cohort_facts.py), or what one page needs beyond samples with expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from core.data.patients.cohort_rules import CohortRule
from core.figures.number_words import count_words, counted, list_words
from core.problems import Location, UserError
from gui.pages.analysis_facts import AnalysisFacts, Need
from gui.pages.problem_words import first_of, problem_sentences

if TYPE_CHECKING:
    from core.data.dataset import Dataset, DatasetSpec
    from core.data.patients.sample_set import SampleSet
    from core.problems import Problem
    from core.project.project import Project
    from core.project.study import AnalysisSpec
    from gui.pages.analysis_states import EmptyWords
    from gui.session import Session

KEPT = 24
ONE_AND_MANY: Mapping[str, tuple[str, str]] = {
    "cell_lines": ("line", "lines"), "biopsies": ("biopsy", "biopsies"), "cohort": ("patient", "patients")}
"""Role of a data set -> what one of its samples is called, and many."""
SAMPLES = ("sample", "samples")


class SampleFacts(AnalysisFacts):
    """See the module. Evaluated samples are kept for as long as rule and data are the same objects."""

    HAS_OUTCOME: ClassVar[bool] = False

    def __init__(self, session: Session, roles: tuple[str, ...]) -> None:
        super().__init__(session, roles)
        self.section = ONE_AND_MANY.get(roles[0], SAMPLES)[1].capitalize()
        self.group = "Data"
        self._kept: list[tuple[Dataset, CohortRule, SampleSet | tuple[Problem, ...]]] = []

    # which samples

    def fitting(self) -> tuple[DatasetSpec, ...]:
        """Data sets of a fitting role, those of the preferred role first."""
        specs = self.session.project.study.datasets
        return tuple(spec for role in self.roles for spec in specs if spec.role == role)

    def rules(self) -> tuple[CohortRule, ...]:
        study = self.session.project.study
        fitting = [spec.name for spec in self.fitting()]
        stated = [rule for name in fitting for rule in study.cohorts if rule.dataset == name]
        free = [name for name in fitting if name not in {rule.dataset for rule in stated}]
        names = {rule.name for rule in study.cohorts}
        return (*stated, *(CohortRule("all" if len(free) == 1 and "all" not in names else f"all of {name}", name)
                           for name in free))

    def rule_of(self, spec: AnalysisSpec) -> CohortRule | None:
        rules = self.rules()
        if spec.cohort:
            return next((rule for rule in rules if rule.name == spec.cohort), None)
        meant = self._unnamed(spec)
        return next((rule for rule in rules if meant is not None and rule.dataset == meant.dataset), None)

    def _unnamed(self, spec: AnalysisSpec) -> CohortRule | None:
        """What an analysis uses that names no group; None where several would do, or none."""
        from core.study_cohorts import samples_rule

        try:
            return samples_rule(self.session.project.study, replace(spec, cohort=""), self.roles, Location())
        except UserError:
            return None

    def with_group(self, project: Project, spec: AnalysisSpec) -> tuple[Project, AnalysisSpec]:
        """A group is stated only where it would not be meant without a name."""
        rule, meant = self.rule_of(spec), self._unnamed(spec)
        if rule is not None and meant is not None and rule.dataset == meant.dataset \
                and rule not in project.study.cohorts:
            return project, replace(spec, cohort="")
        return super().with_group(project, spec)

    def evaluate(self, rule: CohortRule) -> SampleSet | tuple[Problem, ...]:
        """The samples, or the problems that stand against them; quick, and quicker the second time."""
        from core.data.patients.evaluate_samples import evaluate_samples

        dataset = self.dataset_of(rule)
        if dataset is None:
            return ()
        for known_dataset, known_rule, found in self._kept:
            if known_dataset is dataset and known_rule == rule:
                return found
        result: SampleSet | tuple[Problem, ...]
        try:
            result = evaluate_samples(rule, dataset)
        except UserError as error:
            result = dataset.unusable or error.problems
        self._kept = [*self._kept, (dataset, rule, result)][-KEPT:]
        return result

    # in words

    def samples_words(self, rule: CohortRule | None, n: int) -> str:
        """``22 lines``: a number of samples of a group, as they are called."""
        spec = self.spec_of(rule)
        return counted(n, *ONE_AND_MANY.get(spec.role if spec is not None else self.roles[0], SAMPLES))

    def count_words(self, rule: CohortRule, endpoint: str) -> str:
        """``HMS lines (22)``: everybody goes by the name of the data set."""
        name = rule.name if rule in self.session.project.study.cohorts else rule.dataset
        found: Any = self.evaluate(rule)
        return name if isinstance(found, tuple) else f"{name} ({count_words(len(found.samples))})"

    def clinical_columns(self, rule: CohortRule | None) -> tuple[str, ...]:
        spec = self.spec_of(rule)
        stated = {name for part in spec.layout.values() for name in part.values()} if spec is not None else set()
        return tuple(name for name in super().clinical_columns(rule) if name not in stated)

    # states

    def need(self, loading: bool) -> Need | None:
        fitting, read = self.fitting(), self.session.datasets
        one, many = ONE_AND_MANY.get(self.roles[0], SAMPLES)
        title = f"This page needs {many} with expression"
        example = ("Show an example", "example", False)
        sound = [read[spec.name] for spec in fitting if spec.name in read]
        if any(each.expression for each in sound):
            return None
        unusable = tuple(problem for each in sound for problem in each.unusable)
        if unusable:
            return Need("The data cannot be used yet", first_of(unusable),
                        (("Go to Import", "import page", True), example), "err", "err", unusable)
        if loading:
            return None
        if fitting:
            return Need(title, f"{list_words([f'“{spec.name}”' for spec in fitting])} has no expression table.",
                        (("Import data…", "import", True), example))
        return Need(title, f"No data set of the study holds {many}. A table with one column or row per {one} is "
                    "enough.", (("Import data…", "import", True), example))

    def why_not(self, spec: AnalysisSpec) -> str:
        rule = self.rule_of(spec)
        if rule is None:
            return "Run needs a data set: choose one"
        return "Run waits until the data are read" if self.dataset_of(rule) is None else ""

    def ready(self, spec: AnalysisSpec) -> EmptyWords:
        rule = self.rule_of(spec)
        many = ONE_AND_MANY.get(self.roles[0], SAMPLES)[1]
        if rule is None:
            return ("circ", "Choose the data", f"The study has several data sets with {many}. Choose one at the right, "
                    "then run.", (), "accent")
        found: Any = self.evaluate(rule)
        if isinstance(found, tuple):
            return ("err", f"These {many} cannot be analysed", problem_sentences(found[:2]),
                    (("Go to Import", "import page", True),), "err")
        return ("play", "Ready to run", f"{self.samples_words(rule, len(found.samples))} of “{rule.dataset}”.",
                (("Run", "run", True),), "accent")
