"""Pictures and tests that a user asks for by name beside the prognosis analysis, each with what it has to pay for.

Not for: finding receptors (rtk_prognosis) or sets (rtk_subset). Every view has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from core.analyses.base import Info, Inputs, Result, parameter
from core.analyses.chosen_cuts import cut_problem, view_cuts
from core.analyses.expression_map import view_map
from core.analyses.group_comparison import patient_groups, view_groups
from core.analyses.receptor_correlation import view_correlation
from core.analyses.two_genes import view_pairs
from core.analyses.view_data import View, ViewData, view_data
from core.analyses.view_requests import Requests, read_requests
from core.figures.number_words import counted, list_words
from core.jobs import JobContext
from core.problems import Problem, UserError

INFO = Info(
    kind="expression_views",
    title="Further views",
    question="How does one receptor look at my cut, beside another, between groups, in all patients?",
    reference="Lausen and Schumacher 1992; Westfall and Young 1993; Wilcoxon 1945; Kruskal and Wallis 1952; Holm 1979; "
              "Bar-Joseph 2001",
)


@dataclass(frozen=True)
class Parameters:
    """What is asked for. Nothing is asked for by default, and that is refused."""

    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="Those that maps show and that corrections count; genes named below are added to the corrections.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1,
                          help="One seed gives the same shuffles, folds and places of dots.")
    permutations: int = parameter(
        10_000, label="Shuffles", low=0, high=1_000_000,
        help="How often outcomes are shuffled to correct a chosen cut for all cuts of all receptors; 0 leaves it out.")
    cuts: tuple[str, ...] = parameter(
        (), label="Curves at my cut", help="Receptor and cut, such as IGF1R=0.41; low is at or below the cut.")
    two_genes: tuple[str, ...] = parameter(
        (), label="Two receptors together", help="Pairs such as ERBB2+IGF1R, each split at its median.")
    by_group: tuple[str, ...] = parameter(
        (), label="One receptor by group", help="Such as “IGF1R by her2_status”, a clinical column.")
    heat_map: bool = parameter(False, label="Heat map", help="Receptors by patients, both ordered by clustering.")
    annotations: tuple[str, ...] = parameter(
        (), label="Bars above the heat map", help="Clinical columns, such as her2_status; the outcome is always there.")
    correlation: bool = parameter(False, label="Correlation", help="Spearman's rho of every pair of receptors.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")


def check(inputs: Inputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        data, requests = _prepared(inputs, parameters)
    except UserError as error:
        return list(error.problems)
    return _refused(data, requests)


def run(inputs: Inputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Make every view that was asked for; a part that was not asked for costs nothing.

    Raises
    ------
    UserError
        "nothing_asked", "wrong_entry", "receptor_not_in_table", "no_column", "cut_out_of_range" and others, every
        request that cannot be met at once.
    Cancelled
        When the job was told to stop.
    """
    job = job or JobContext()
    data, requests = _prepared(inputs, parameters)
    problems = _refused(data, requests)
    if problems:
        raise UserError(*problems)
    steps: list[tuple[float, Callable[[JobContext], View]]] = []
    if requests.cuts:
        weight = 20.0 if parameters.permutations else 1.0
        steps.append((weight, lambda part: view_cuts(data, requests.cuts, part)))
    if requests.pairs:
        steps.append((1.0, lambda part: view_pairs(data, requests.pairs, part)))
    if requests.groups:
        steps.append((1.0, lambda part: view_groups(data, requests.groups, part)))
    if parameters.heat_map:
        steps.append((5.0, lambda part: view_map(data, requests.annotations, part)))
    if parameters.correlation:
        steps.append((1.0, lambda part: view_correlation(data, part)))
    total, done, views = sum(weight for weight, _ in steps), 0.0, list[View]()
    for weight, step in steps:
        views.append(step(job.part(done / total, (done + weight) / total)))
        done += weight
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=tuple(table for view in views for table in view.tables),
        figures=tuple(figure for view in views for figure in view.figures),
        findings=(*(words for view in views for words in view.findings), _who(data)),
        methods="\n\n".join([_methods(data), *(view.methods for view in views)]),
        warnings=(*inputs.cohort.warnings, *data.warnings, *(problem for view in views for problem in view.warnings)),
        parameters=asdict(parameters),
        tests_paid_for=sum(view.paid for view in views),
        tests_not_paid_for=sum(view.not_paid for view in views),
        tried=tuple(test for view in views for test in view.tried),
    )


def _prepared(inputs: Inputs, parameters: Parameters) -> tuple[ViewData, Requests]:
    requests = read_requests(parameters, inputs.cohort)
    data = view_data(inputs.cohort, parameters.receptors, requests.receptors, permutations=parameters.permutations,
                     seed=parameters.seed, simulated=inputs.simulated)
    return data, requests


def _refused(data: ViewData, requests: Requests) -> list[Problem]:
    """Requests that the data do not allow."""
    problems = [problem for request in requests.cuts if (problem := cut_problem(data, request)) is not None]
    if not data.event.any() and (requests.cuts or requests.pairs):
        problems.append(Problem(
            "no_events", f"nobody of the {len(data.patients)} analysed patients had the event “{data.endpoint}”",
            data.cohort.clinical.place, "Without an event there is nothing to compare.",
            "check event_values, or choose another endpoint or cohort", answer_key="event_values"))
    for column in {request.column.name: request.column for request in requests.groups}.values():
        try:
            patient_groups(data, column)
        except UserError as error:
            problems += error.problems
    return problems


def _who(data: ViewData) -> str:
    return (f"{counted(len(data.patients), 'patient')} of the cohort “{data.cohort.name}”, {int(data.event.sum())} of "
            f"them with the event ({data.endpoint}).")


def _methods(data: ViewData) -> str:
    simulated = "The data are simulated. " if data.simulated else ""
    rules = f", patients whose {list_words(data.cohort.rule_words)}" if data.cohort.rule_words else ""
    return (f"{simulated}In the cohort “{data.cohort.name}” (data set “{data.cohort.dataset}”{rules}) "
            f"{counted(len(data.patients), 'patient')} with expression, follow-up time and status of {data.endpoint} "
            f"were analysed; {int(data.event.sum())} had the event. Expression: {data.value_words}.")


__all__ = ["INFO", "Parameters", "check", "run"]
