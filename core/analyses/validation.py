"""Does a locked score hold in other patients? One effect per cohort, pooled over cohorts, and what could mislead.

Not for: finding the score (rtk_subset). The numbers are made in validation_numbers.py, the words in
validation_words.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from core.analyses.base import Info, Inputs, Result, TriedTest, parameter
from core.analyses.validation_beside import beside_tried
from core.analyses.validation_lock import prepared
from core.analyses.validation_numbers import ValidationNumbers, compute_validation
from core.analyses.validation_pictures import draw_validation
from core.analyses.validation_tables import all_tables
from core.analyses.validation_words import findings, methods_text, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError

INFO = Info(
    kind="validation",
    title="Validation",
    question="Does the locked score hold in patients it was not found in?",
    reference="Cox 1972; DerSimonian and Laird 1986; Viechtbauer 2005; Knapp and Hartung 2003; Roever, Knapp and "
    "Friede 2015; Higgins, Thompson and Spiegelhalter 2009; Venet, Dumont and Detours 2011",
)


@dataclass(frozen=True)
class Parameters:
    """Settings of a validation (contract §3), each with its label, unit, limits and help."""

    locked: tuple[str, ...] = parameter(
        (), label="Locked score", help="The name of a lock or of an RTK subset analysis, or a list of receptors.")
    cohorts: tuple[str, ...] = parameter(
        (), label="Cohorts", help="Cohorts to test it in; empty takes the analysis' own cohort.")
    endpoints: tuple[str, ...] = parameter(
        (), label="Endpoints",
        help="“cohort: endpoint” for each cohort whose data set has several; the only one needs no words.")
    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors of random sets", receptors=True,
        help="What random sets of the same size are drawn from: “all” RTKs in each table, or a list of genes.")
    permutations: int = parameter(
        1000, label="Random sets", low=0, high=100_000,
        help="How many random sets of the same size the locked one is held against in each cohort; 0 leaves it out.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="One seed gives the same random sets.")
    clinical: tuple[str, ...] = parameter(
        (), label="Clinical columns",
        help="What the score has to add to, such as age, grade, nodes, ER; empty takes those that are found.")
    resamples: int = parameter(
        200, label="Bootstrap resamples", low=0, high=10_000,
        help="For the change in C that the score brings beside the clinical columns; 0 leaves its correction out.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")


def check(inputs: Inputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        prepared(inputs, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: Inputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis.

    Raises
    ------
    UserError
        "nothing_locked", "unknown_name", "lock_changed", "no_receptors"; "too_few_receptors" and the like where no
        cohort at all can be used.
    Cancelled
        When the job was told to stop.
    """
    job = job or JobContext()
    numbers = compute_validation(inputs, parameters, job.part(0.0, 0.9))
    pictures = draw_validation(numbers, job.part(0.9, 1.0), simulated=inputs.simulated)
    tried = _tried(numbers)
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers),
        figures=pictures,
        findings=findings(numbers),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=result_warnings(numbers),
        parameters=asdict(parameters),
        tests_paid_for=sum(test.paid for test in tried),
        tests_not_paid_for=sum(test.not_paid for test in tried),
        numbers=numbers,
        tried=tried,
    )


def _tried(numbers: ValidationNumbers) -> tuple[TriedTest, ...]:
    """One score, one test over the cohorts, paid for where it was fixed beforehand; what stands beside is not."""
    tested = [each.name for each in numbers.pooled_effects]
    paid, unpaid = (1, 0) if numbers.fixed_beforehand else (0, 1)
    pooled = (TriedTest(f"{numbers.lock.words()} in {', '.join(tested)}", paid, unpaid),) if tested else ()
    return (*pooled, *beside_tried(numbers.beside))


__all__ = ["INFO", "Parameters", "ValidationNumbers", "check", "run"]
