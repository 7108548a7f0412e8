"""Which receptor is on in each patient? Three states with evidence, by one rule or by two measures that agree.

Not for: which targets cover most patients; that search reads these calls. Tables are read in activation_inputs.py,
calls are made in activation_compute.py, the words in activation_words.py.
"""

from __future__ import annotations

from dataclasses import asdict

from core.analyses.activation_compute import compute_activation
from core.analyses.activation_inputs import activation_inputs
from core.analyses.activation_parameters import Parameters
from core.analyses.activation_pictures import draw_activation
from core.analyses.activation_tables import all_tables
from core.analyses.activation_words import findings, methods_text, result_warnings
from core.analyses.base import Info, Result, SampleInputs
from core.jobs import JobContext
from core.problems import Problem, UserError

__all__ = ["INFO", "Parameters", "check", "run"]

INFO = Info(
    kind="activation",
    title="Activation",
    question="Which receptor is on in each patient?",
    reference="Dempster, Laird and Rubin 1977; Wilson 1927; Rousseeuw and Croux 1993",
    needs="samples",
    roles=("activation", "biopsies", "cohort"),
)


def check(inputs: SampleInputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        activation_inputs(inputs.samples, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: SampleInputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Call every receptor in every patient.

    Raises
    ------
    UserError
        "one_measure", "no_reference", "no_limit", "no_pairs", "no_receptors" and others of the inputs.
    Cancelled
        When the job was told to stop; nothing of it is kept.
    """
    job = job or JobContext()
    job.progress(0.0, "Reading the measures")
    numbers = compute_activation(activation_inputs(inputs.samples, parameters), parameters, job.part(0.0, 0.7))
    job.progress(0.7, "Writing the evidence")
    tables = all_tables(numbers)
    job.progress(0.9, "Drawing")
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=tables,
        figures=draw_activation(numbers, simulated=inputs.simulated),
        findings=findings(numbers),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=(*inputs.samples.warnings, *numbers.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=0,
        tests_not_paid_for=1,
        numbers=numbers,
    )
