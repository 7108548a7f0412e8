"""Is there a small group of RTKs, or luck? Every set searched, and a P value that counts the search.

Not for: trying a locked set in another cohort (validation). The numbers are made in subset_numbers.py, the words in
subset_words.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.analyses.base import Info, Inputs, Result, parameter
from core.analyses.subset_checks import run_checks
from core.analyses.subset_inputs import search_inputs
from core.analyses.subset_numbers import compute_subset
from core.analyses.subset_pictures import draw_subset
from core.analyses.subset_tables import all_tables
from core.analyses.subset_words import findings, methods_text, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError
from core.statistics.subset_problem import MEAN, SIGNED, SPLIT

INFO = Info(
    kind="rtk_subset",
    title="RTK subset",
    question="Is there a group of RTKs, or am I fooling myself?",
    reference="Cox 1972; Westfall and Young 1993; Simon 2011; Meinshausen and Buhlmann 2010; Shah and Samworth 2013; "
    "Venet 2011",
)


@dataclass(frozen=True)
class Parameters:
    """Settings of the subset search (contract §3), each with its label, unit, limits and help."""

    receptors: tuple[str, ...] | str = parameter(
        "all", label="Candidates", receptors=True,
        help="“all” takes every one of the 58 RTKs in the table, ERBB2 included; a list takes any genes.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="One seed gives the same shuffles and folds.")
    max_size: int = parameter(
        4, label="Largest set", low=1, high=6,
        help="All sets up to this size are searched, and the corrected P counts all of them.")
    permutations: int = parameter(
        1000, label="Shuffles", low=0, high=1_000_000,
        help="How often the whole search is repeated on shuffled outcomes; 0 leaves the corrected P empty.")
    halves: int = parameter(
        200, label="Half-samples", low=0, high=10_000,
        help="In how many random halves of the patients the search is repeated; 0 leaves it out.")
    folds: int = parameter(
        10, label="Left-out folds", low=0, high=50,
        help="Set and cut are learned without each fold and tried in it; 0 leaves it out.")
    cv_permutations: int = parameter(
        200, label="Shuffles of the folds", low=0, high=100_000,
        help="How often the whole left-out procedure is repeated on shuffled outcomes, for its own P.")
    random_genes: int = parameter(
        200, label="Draws of other genes", low=0, high=10_000,
        help="How often the search is repeated with as many genes that are no RTKs; 0 leaves it out.")
    score: str = parameter(
        MEAN, label="Score of a set", choices=(MEAN, SIGNED, SPLIT),
        help="Mean z; with signs chosen by each receptor's own Cox model; or high against low at the median of mean z.")
    must: tuple[str, ...] = parameter(
        (), label="Must hold", receptors=True, help="Receptors that every set holds, ERBB2 for instance.")
    must_not: tuple[str, ...] = parameter(
        (), label="Must not hold", receptors=True, help="Receptors that are kept aside.")
    adjust: tuple[str, ...] = parameter(
        (), label="Adjust for", help="Clinical columns beside the score in the Cox model, such as ER, nodes, grade.")
    strata: tuple[str, ...] = parameter(
        (), label="Strata", help="Clinical columns whose groups get their own baseline hazard, such as the clinic.")
    interaction: tuple[str, ...] = parameter(
        (), label="Differs by",
        help="Clinical columns: does the best set go with outcome differently in their groups? Empty takes ER status "
        "where the table has it.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")


def check(inputs: Inputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        search_inputs(inputs.cohort, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: Inputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis. A job that was asked to keep what is done gives that, and says so.

    Raises
    ------
    UserError
        "no_receptors", "nothing_to_search", "too_many_sets", "no_events" and others of the inputs.
    Cancelled
        When the job was told to stop, and nothing worth keeping was done or asked for.
    """
    job = job or JobContext()
    numbers = compute_subset(search_inputs(inputs.cohort, parameters), parameters, inputs.compute, job)
    checks = run_checks(numbers)
    paid = numbers.inputs.problem.space.n_all if numbers.permutations_done else 0
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers, checks),
        figures=draw_subset(numbers, simulated=inputs.simulated),
        findings=findings(numbers, checks),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=(*inputs.cohort.warnings, *numbers.inputs.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=paid,
        tests_not_paid_for=len(checks.interactions) + (0 if paid else numbers.inputs.problem.space.n_all),
        numbers=numbers,
    )
