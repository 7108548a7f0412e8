"""A study computed: data sets loaded, cohorts evaluated, analyses run one after the other. Problems are collected.

Not for: writing results (batch.py) or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from types import ModuleType
from typing import Any

from core.analyses import KINDS, analysis_module
from core.analyses.base import Inputs, Result
from core.analyses.parameters import build_parameters
from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.jobs import JobContext
from core.problems import Location, Problem, Severity, UserError, user_error
from core.project.study import AnalysisSpec, Study


@dataclass
class StudyRun:
    """What a run gave: results of the analyses that worked, and everything that was noticed."""

    study: Study
    datasets: dict[str, Dataset] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    parameters: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """True when something could not be used or run (exit status 2)."""
        return any(problem.severity == "problem" for problem in self.problems)


def load_study(study: Study, job: JobContext) -> StudyRun:
    """Read every data set of the study; problems are collected, not raised."""
    run = StudyRun(study)
    shelf = FileShelf()
    for number, spec in enumerate(study.datasets):
        share = (number / len(study.datasets), (number + 1) / len(study.datasets))
        dataset = load_dataset(spec, shelf, job.part(*share))
        run.datasets[spec.name] = dataset
        run.problems += [*dataset.unusable, *dataset.findings]
    run.problems = list({problem.line(): problem for problem in run.problems}.values())
    return run


def check_cohorts(run: StudyRun) -> None:
    """Evaluate every cohort once with its first usable endpoint, to name missing columns and receptors."""
    for rule in run.study.cohorts:
        dataset = run.datasets[rule.dataset]
        if dataset.unusable or not dataset.endpoints:
            continue
        try:
            evaluate_cohort(rule, dataset, dataset.endpoints[0], dataset.expression[0].measure
                            if dataset.expression else "")
        except UserError as error:
            run.problems += [problem if problem.code in ("no_column", "no_receptor")
                             else replace(problem, severity=Severity.WARNING) for problem in error.problems]


def check_analyses(run: StudyRun) -> None:
    """Warn of parameters and requests that ``run`` would refuse and of kinds that this version lacks.

    What is wrong with a cohort is named by ``check_cohorts``; here its analyses are passed over.
    """
    for spec in run.study.analyses:
        try:
            module = _module_of(spec, run)
            parameters = build_parameters(module.Parameters, spec.parameters, _place_of(spec, run))
        except UserError as error:
            run.problems += [replace(problem, severity=Severity.WARNING) for problem in error.problems]
            continue
        with suppress(UserError):
            known = {problem.line() for problem in run.problems}
            run.problems += [replace(problem, severity=Severity.WARNING)
                             for problem in module.check(_inputs(run, spec, parameters), parameters)
                             if problem.line() not in known]


def _place_of(spec: AnalysisSpec, run: StudyRun) -> Location:
    return Location(run.study.file, cell=f"analysis “{spec.name}”")


def _module_of(spec: AnalysisSpec, run: StudyRun) -> ModuleType:
    if spec.kind not in KINDS:
        raise user_error("kind_not_in_this_version", f"analyses of the kind “{spec.kind}” are not part of this version",
                         _place_of(spec, run), remedy=f"this version runs {', '.join(KINDS)}")
    return analysis_module(spec.kind)


def run_analyses(run: StudyRun, job: JobContext) -> None:
    """Run every analysis of the study; one that cannot run gives a problem, the others go on."""
    analyses = run.study.analyses
    for number, spec in enumerate(analyses):
        part = job.part(number / len(analyses), (number + 1) / len(analyses))
        try:
            result, cohort = run_analysis(run, spec, part)
        except UserError as error:
            run.problems += [_of_analysis(problem, spec) for problem in error.problems]
            continue
        run.results.append(result)
        run.cohorts[spec.name] = cohort
        known = {problem.line() for problem in run.problems}
        run.problems += [problem for problem in result.warnings if problem.line() not in known]


def _of_analysis(problem: Problem, spec: AnalysisSpec) -> Problem:
    return replace(problem, why=" ".join(filter(None, (problem.why, f"The analysis “{spec.name}” was not run."))))


def run_analysis(run: StudyRun, spec: AnalysisSpec, job: JobContext) -> tuple[Result, Cohort]:
    """One analysis; doubts about its outcome stand first among its warnings.

    Raises UserError when it cannot run, Cancelled when told to stop.
    """
    place = _place_of(spec, run)
    module = _module_of(spec, run)
    parameters = build_parameters(module.Parameters, spec.parameters, place)
    run.parameters[spec.name] = asdict(parameters)
    job.progress(0.0, f"{spec.name}: choosing patients")
    inputs = _inputs(run, spec, parameters)
    named = JobContext(lambda fraction, words: job.progress(fraction, f"{spec.name}: {words}"))
    result: Result = module.run(inputs, parameters, named)
    warnings = tuple(dict.fromkeys((*inputs.cohort.doubts, *result.warnings)))
    return replace(result, warnings=warnings), inputs.cohort


def _inputs(run: StudyRun, spec: AnalysisSpec, parameters: Any) -> Inputs:
    """The evaluated cohort of an analysis. Raises UserError."""
    place = _place_of(spec, run)
    rule = _cohort_rule(run, spec, place)
    dataset = run.datasets[rule.dataset]
    endpoint = _endpoint(dataset, spec, place)
    cohort = evaluate_cohort(rule, dataset, endpoint, getattr(parameters, "measure", ""))
    return Inputs(cohort, run.study.name, spec.name, dataset.spec.simulated)


def _cohort_rule(run: StudyRun, spec: AnalysisSpec, place: Location) -> CohortRule:
    """The cohort named, the only one, or everybody of the only cohort data set."""
    rules = run.study.cohorts
    if spec.cohort:
        return run.study.cohort(spec.cohort)
    if len(rules) == 1:
        return rules[0]
    sources = [dataset.name for dataset in run.study.datasets if dataset.endpoints]
    if not rules and not sources and len(run.study.datasets) == 1:
        raise _without_endpoint(run.study.datasets[0].name, place)
    if not rules and len(sources) == 1:
        return CohortRule("all", sources[0])
    names: Sequence[str] = [rule.name for rule in rules]
    raise user_error("which_cohort", "the analysis does not say which cohort it is of", place,
                     remedy=f"add cohort = one of {', '.join(names)}" if names else "add a [[cohort]]",
                     answer_key="cohort")


def _endpoint(dataset: Dataset, spec: AnalysisSpec, place: Location) -> Any:
    stated = [rule.name for rule in dataset.spec.endpoints]
    if not stated:
        raise _without_endpoint(dataset.name, place)
    if spec.endpoint and spec.endpoint not in stated:
        raise user_error("unknown_name", f"the data set “{dataset.name}” has no endpoint “{spec.endpoint}”", place,
                         remedy=f"endpoints: {', '.join(stated)}", answer_key="endpoint")
    if not spec.endpoint and len(stated) > 1:
        raise user_error("which_endpoint", "the analysis does not say which endpoint it is of", place,
                         remedy=f"add endpoint = one of {', '.join(stated)}", answer_key="endpoint")
    name = spec.endpoint or stated[0]
    usable = {endpoint.name: endpoint for endpoint in dataset.endpoints}
    if name not in usable:
        raise user_error("endpoint_not_usable", f"the endpoint “{name}” of “{dataset.name}” could not be used", place,
                         remedy="settle the problem named for it first")
    return usable[name]


def _without_endpoint(dataset: str, place: Location) -> UserError:
    return user_error("no_endpoint", f"the data set “{dataset}” has no endpoint", place,
                      remedy="add a [[dataset.endpoint]] with time, unit, event and event_values")
