"""What do resistant cell lines raise? Every RTK along the response, between groups, or in parental/resistant pairs.

Not for: patients or biopsies. Lines are chosen in cell_lines_design.py, the numbers are made in
cell_lines_estimates.py, the words in cell_lines_words.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from core.analyses.base import Info, Result, SampleInputs, parameter
from core.analyses.cell_lines_estimates import choose, compute_lines
from core.analyses.cell_lines_pictures import draw_cell_lines
from core.analyses.cell_lines_tables import all_tables
from core.analyses.cell_lines_words import findings, methods_text, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError

INFO = Info(
    kind="cell_lines",
    title="Cell lines",
    question="What do resistant lines raise?",
    reference="Wilcoxon 1945; Hodges and Lehmann 1963; Spearman 1904; Welch 1947; Westfall and Young 1993",
    needs="samples",
    roles=("cell_lines",),
)


@dataclass(frozen=True)
class Parameters:
    """Settings of the cell-line analysis (contract §3), each with its label, limits and help."""

    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="“all” takes every one of the 58 RTKs in the tables, ERBB2 included; a list takes any genes.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="One seed gives the same shuffles.")
    permutations: int = parameter(
        10_000, label="Shuffles", low=0, high=1_000_000,
        help="How often lines are shuffled for the corrected P where there are more than 10,000 ways; 0 leaves it "
        "empty.")
    within: str = parameter(
        "", label="Compare within", unset="All lines together",
        help="A clinical column, such as the subtype: lines are compared inside its groups only.")
    adjust: tuple[str, ...] = parameter(
        (), label="Adjust for", help="Clinical columns whose linear effect is taken off first; the P is approximate "
        "then.")
    measures: tuple[str, ...] = parameter(
        (), label="Measurements", unset="all",
        help="Which tables to use: mRNA, total, phospho; empty takes all of them, each with its own correction.")
    design: str = parameter(
        "", label="Compare", choices=("", "continuous", "groups", "pairs"),
        help="Along the response, two groups, or parental and resistant pairs; automatic takes what the data set "
        "names.")
    resistant_from: str = parameter(
        "", label="Resistant from", unset="No cut",
        help="The response from which a line counts as resistant; no cut keeps the response as it is. A cut set after "
        "results were seen is not paid for by the correction.")
    line: str = parameter(
        "", label="Line", unset="The names of samples",
        help="The clinical column that names the line, where a line has several samples.")
    replicate: str = parameter(
        "", label="Replicate", unset="None",
        help="The clinical column that tells biological replicates or membranes apart; samples that share one are "
        "technical and are averaged first. With one per line no P is given.")
    parent: str = parameter(
        "", label="Parent", help="The clinical column that names the parent of derivatives; empty reads it from the "
        "names. Derivatives of one parent count as one line.")
    one_membrane: tuple[str, ...] = parameter(
        (), label="One membrane", help="Measurements taken from one membrane per line: values are shown, and no P is "
        "given.")
    leave_one_out: bool = parameter(
        True, label="Leave each line out", help="Repeats the analysis without each line, so that a result that hangs "
        "on one line shows; from 4 to 120 lines.")


def check(inputs: SampleInputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        choose(inputs.samples, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: SampleInputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis.

    Raises
    ------
    UserError
        "no_response", "no_pairs", "empty_group", "too_few_lines", "constant_response", "no_receptors", "no_column".
    Cancelled
        When the job was told to stop.
    """
    numbers = compute_lines(inputs.samples, parameters, job or JobContext())
    paid = sum(int(np.isfinite(one.p_maxt).sum()) for one in numbers.measures)
    tested = sum(int(np.isfinite(one.p).sum()) for one in numbers.measures)
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers),
        figures=draw_cell_lines(numbers, parameters, simulated=inputs.simulated),
        findings=findings(numbers),
        methods=methods_text(numbers, parameters, simulated=inputs.simulated),
        warnings=(*inputs.samples.warnings, *numbers.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=paid,
        tests_not_paid_for=max(tested - paid, 0),
        numbers=numbers,
    )
