"""A study computed: data sets loaded, cohorts evaluated, analyses run one after the other. Problems are collected.

Not for: writing results (batch.py) or the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import ModuleType
from typing import Any

from core.analyses import KINDS, analysis_module
from core.analyses.base import Info, Inputs, Result, SampleInputs
from core.analyses.parameters import build_parameters
from core.compute.compute import Compute
from core.data.dataset import Dataset
from core.data.load_dataset import FileShelf, load_dataset
from core.data.patients.cohort import Cohort
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_cohort import evaluate_cohort
from core.data.patients.evaluate_samples import evaluate_samples
from core.data.patients.sample_set import SampleSet
from core.jobs import JobContext
from core.problems import Location, Problem, Severity, UserError, user_error
from core.project.references import in_order, needed_analyses, with_outcome
from core.project.study import AnalysisSpec, Study
from core.study_cohorts import endpoint_of, further_cohorts, samples_rule, without_endpoint


@dataclass
class StudyRun:
    """What a run gave: results of the analyses that worked, and everything that was noticed."""

    study: Study
    datasets: dict[str, Dataset] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    cohorts: dict[str, Cohort | SampleSet] = field(default_factory=dict)
    parameters: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    not_run: set[str] = field(default_factory=set)
    compute: Compute | None = None

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
        if dataset.unusable or not (dataset.endpoints or dataset.expression):
            continue
        try:
            if not dataset.endpoints:
                evaluate_samples(rule, dataset)
                continue
            evaluate_cohort(rule, dataset, dataset.endpoints[0], dataset.expression[0].measure
                            if dataset.expression else "")
        except UserError as error:
            run.problems += [problem if problem.code in ("no_column", "no_receptor")
                             else replace(problem, severity=Severity.WARNING) for problem in error.problems]


def check_analyses(run: StudyRun) -> None:
    """Warn of parameters and requests that ``run`` would refuse and of kinds that this version lacks.

    What is wrong with a cohort is named by ``check_cohorts``; here its analyses are passed over,
    but for further cohorts and their endpoints that the analysis itself names.
    """
    for spec in run.study.analyses:
        try:
            module = _module_of(spec, run)
            parameters = build_parameters(module.Parameters, spec.parameters, _place_of(spec, run))
        except UserError as error:
            run.problems += [replace(problem, severity=Severity.WARNING) for problem in error.problems]
            continue
        known = {problem.line() for problem in run.problems}
        try:
            found = list(module.check(_inputs(run, spec, parameters), parameters))
        except UserError as error:
            found = [problem for problem in error.problems if problem.answer_key in ("cohorts", "endpoints")]
        run.problems += [replace(problem, severity=Severity.WARNING) for problem in found
                         if problem.line() not in known]


def _place_of(spec: AnalysisSpec, run: StudyRun) -> Location:
    return Location(run.study.file, cell=f"analysis “{spec.name}”")


def _module_of(spec: AnalysisSpec, run: StudyRun) -> ModuleType:
    if spec.kind not in KINDS:
        raise user_error("kind_not_in_this_version", f"analyses of the kind “{spec.kind}” are not part of this version",
                         _place_of(spec, run), remedy=f"this version runs {', '.join(KINDS)}")
    return analysis_module(spec.kind)


def run_analyses(run: StudyRun, job: JobContext) -> None:
    """Run every analysis of the study, each after those it needs; one that cannot run gives a problem, others go on."""
    ordered, circle = in_order(run.study)
    analyses = (*ordered, *(spec for spec in run.study.analyses if spec.name in circle))
    for number, spec in enumerate(analyses):
        part = job.part(number / len(analyses), (number + 1) / len(analyses))
        try:
            result, cohort = run_analysis(run, spec, part)
        except UserError as error:
            run.problems += [_of_analysis(problem, spec) for problem in error.problems]
            run.not_run.add(spec.name)
            continue
        run.results.append(result)
        run.cohorts[spec.name] = cohort
        known = {problem.line() for problem in run.problems}
        run.problems += [problem for problem in result.warnings if problem.line() not in known]
    places = {spec.name: place for place, spec in enumerate(run.study.analyses)}
    run.results.sort(key=lambda result: places[result.name])
    run.cohorts = {name: run.cohorts[name] for name in places if name in run.cohorts}


def _of_analysis(problem: Problem, spec: AnalysisSpec) -> Problem:
    return replace(problem, why=" ".join(filter(None, (problem.why, f"The analysis “{spec.name}” was not run."))))


def run_analysis(run: StudyRun, spec: AnalysisSpec, job: JobContext) -> tuple[Result, Cohort | SampleSet]:
    """One analysis; doubts about its outcome stand first among its warnings.

    Analyses that it needs are taken from ``run.results``, or run first and put there.

    Raises UserError when it cannot run, Cancelled when told to stop.
    """
    place = _place_of(spec, run)
    module = _module_of(spec, run)
    parameters = build_parameters(module.Parameters, spec.parameters, place)
    run.parameters[spec.name] = asdict(parameters)
    job.progress(0.0, f"{spec.name}: choosing patients")
    needed = [name for name in needed_analyses(spec, run.study) if name not in {each.name for each in run.results}]
    for number, name in enumerate(needed):
        _run_needed(run, spec, name, job.part(0.5 * number / len(needed), 0.5 * (number + 1) / len(needed)))
    job = job.part(0.5, 1.0) if needed else job
    inputs = _inputs(run, spec, parameters)
    named = job.said(lambda fraction, words: f"{spec.name}: {words}")
    result: Result = module.run(inputs, parameters, named)
    doubts = (doubt for cohort in (inputs.cohort, *inputs.cohorts) for doubt in cohort.doubts)
    warnings = tuple(dict.fromkeys((*doubts, *result.warnings)))
    return replace(result, warnings=warnings), inputs.cohort


def _run_needed(run: StudyRun, spec: AnalysisSpec, name: str, job: JobContext) -> None:
    """An analysis whose result another one needs. Raises UserError where it cannot be had."""
    place = _place_of(spec, run)
    if name in in_order(run.study)[1]:
        raise user_error("analyses_in_a_circle", f"“{spec.name}” needs the result of “{name}”, which in turn needs it",
                         place, remedy="name a lock or receptors instead", answer_key="locked")
    if name in run.not_run:
        raise user_error("needed_analysis_not_run", f"it needs the result of “{name}”, which could not be run", place,
                         remedy=f"settle the problem of “{name}” first", answer_key="locked")
    result, cohort = run_analysis(run, run.study.analysis(name), job)
    run.results.append(result)
    run.cohorts[name] = cohort


def _inputs(run: StudyRun, spec: AnalysisSpec, parameters: Any) -> Inputs | SampleInputs:
    """The evaluated cohorts or samples of an analysis, and the results that it needs, as far as they are there.

    Raises UserError.
    """
    info: Info = _module_of(spec, run).INFO
    if info.needs == "samples":
        rule = samples_rule(run.study, spec, info.roles, _place_of(spec, run))
        samples = evaluate_samples(rule, run.datasets[rule.dataset])
        return SampleInputs(samples, run.study.name, spec.name, samples.spec.simulated, run.compute)
    measure = getattr(parameters, "measure", "")
    further, found_in = further_cohorts(run.study, run.datasets, spec, measure, _place_of(spec, run))
    cohort = further[0] if further and not spec.cohort else _own_cohort(run, spec, measure)
    used = {each.dataset for each in (cohort, *further)}
    needed = needed_analyses(spec, run.study)
    return Inputs(cohort, run.study.name, spec.name, any(run.datasets[name].spec.simulated for name in used),
                  cohorts=further, found_in=found_in, locks=run.study.locks, awaits=needed,
                  results={result.name: result for result in run.results if result.name in needed}, compute=run.compute)


def _own_cohort(run: StudyRun, spec: AnalysisSpec, measure: str) -> Cohort:
    place = _place_of(spec, run)
    rule = _cohort_rule(run, spec, place)
    dataset = run.datasets[rule.dataset]
    return evaluate_cohort(rule, dataset, endpoint_of(dataset, spec.endpoint, place), measure)


def _cohort_rule(run: StudyRun, spec: AnalysisSpec, place: Location) -> CohortRule:
    """The cohort named, the only one, or everybody of the only cohort data set."""
    if spec.cohort:
        return run.study.cohort(spec.cohort)
    rules = with_outcome(run.study) or run.study.cohorts
    if len(rules) == 1:
        return rules[0]
    sources = [dataset.name for dataset in run.study.datasets if dataset.endpoints]
    if not rules and not sources and len(run.study.datasets) == 1:
        raise without_endpoint(run.study.datasets[0].name, place)
    if not rules and len(sources) == 1:
        return CohortRule("all", sources[0])
    names: Sequence[str] = [rule.name for rule in rules]
    raise user_error("which_cohort", "the analysis does not say which cohort it is of", place,
                     remedy=f"add cohort = one of {', '.join(names)}" if names else "add a [[cohort]]",
                     answer_key="cohort")


