"""Which RTKs go with outcome? One row per receptor: Cox per SD, split, cut-off and RMST, corrected for all receptors.

Not for: sets of receptors (rtk_subset). The numbers are made in prognosis_numbers.py, the words in prognosis_words.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from core.analyses.base import Info, Inputs, Result, parameter
from core.analyses.prognosis_checks import run_checks
from core.analyses.prognosis_numbers import PrognosisNumbers, compute_prognosis
from core.analyses.prognosis_pictures import draw_prognosis
from core.analyses.prognosis_tables import all_tables
from core.analyses.prognosis_words import findings, methods_text, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError

INFO = Info(
    kind="rtk_prognosis",
    title="Prognosis",
    question="Which RTKs go with outcome?",
    reference="Cox 1972; Efron 1977; Westfall and Young 1993; Lausen and Schumacher 1992; Grambsch and Therneau 1994",
)


@dataclass(frozen=True)
class Parameters:
    """Settings of the prognosis analysis (contract §3), each with its label, unit, limits and help."""

    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="“all” takes every one of the 58 RTKs in the table, ERBB2 included; a list takes any genes.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="One seed gives the same shuffles and folds.")
    permutations: int = parameter(
        10_000, label="Shuffles", low=0, high=1_000_000,
        help="How often outcomes are shuffled for the corrected P values; 0 leaves them empty.")
    adjust: tuple[str, ...] = parameter(
        (), label="Adjust for", help="Clinical columns beside the receptor in the Cox model, such as ER, nodes, grade.")
    strata: tuple[str, ...] = parameter(
        (), label="Strata", help="Clinical columns whose groups get their own baseline hazard, such as the clinic.")
    split: str = parameter(
        "median", label="Split the curve at", choices=("median", "tertiles", "quartiles"),
        help="Fixed beforehand; high is above the median. The continuous result does not depend on it.")
    equivalence: tuple[float, float] = parameter(
        (0.75, 1.33), label="Matters little between", unit="HR per SD", low=0.01, high=100.0,
        help="A receptor matters little where the 90 % interval of its HR lies inside; choose it before looking.")
    rmst_at: float = parameter(
        60.0, label="Mean survival up to", unit="months", low=0.01,
        help="Restricted mean survival time up to here, or to the smaller group's last time if that is earlier.")
    landmark: float = parameter(
        0.0, label="Landmark", unit="months", low=0.0,
        help="Only patients still event-free here, clock restarted; needed when groups are known only after time 0.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")
    curves_of: tuple[str, ...] = parameter(
        (), label="Curves of", help="Receptors to draw curves and scans of; empty draws the strongest and ERBB2.")


def check(inputs: Inputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    from core.analyses.covariates import build_covariates
    from core.analyses.receptors import choose_receptors

    found: list[Problem] = []
    for step in (lambda: choose_receptors(inputs.cohort.expression[0], parameters.receptors),
                 lambda: build_covariates(inputs.cohort, parameters.adjust, parameters.strata)):
        try:
            step()
        except UserError as error:
            found += error.problems
    return found


def run(inputs: Inputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis.

    Raises
    ------
    UserError
        "no_receptors", "no_column", "nobody_left", "no_events" and others of the statistics.
    Cancelled
        When the job was told to stop.
    """
    job = job or JobContext()
    numbers = compute_prognosis(inputs.cohort, parameters, job.part(0.0, 0.9))
    checks = run_checks(numbers)
    pictures = draw_prognosis(numbers, parameters, job.part(0.9, 1.0), simulated=inputs.simulated)
    tests = int(np.sum(np.isfinite(numbers.fit.p)))
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers, checks),
        figures=pictures,
        findings=findings(numbers, checks),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=(*inputs.cohort.warnings, *numbers.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=tests,
        tests_not_paid_for=0 if parameters.permutations else tests,
        numbers=numbers,
    )


__all__ = ["INFO", "Parameters", "PrognosisNumbers", "check", "run"]
