"""Which RTKs go with response? A logistic model per receptor before treatment, corrected for all receptors.

Not for: what changed under treatment (paired_biopsies) or follow-up (rtk_prognosis). The response is read in
rtk_response_inputs.py, the numbers are made in rtk_response_compute.py, the words in rtk_response_words.py.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from core.analyses.base import Info, Result, SampleInputs
from core.analyses.rtk_response_compute import compute_response
from core.analyses.rtk_response_inputs import response_inputs
from core.analyses.rtk_response_parameters import Parameters
from core.analyses.rtk_response_pictures import draw_response
from core.analyses.rtk_response_tables import all_tables
from core.analyses.rtk_response_words import findings, methods_text, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError

__all__ = ["INFO", "Parameters", "check", "run"]

INFO = Info(
    kind="rtk_response",
    title="Response",
    question="Which RTKs go with response?",
    reference="Cox 1958; Firth 1993; Heinze and Schemper 2002; DeLong 1988; Westfall and Young 1993",
    needs="samples",
    roles=("biopsies", "cohort"),
)


def check(inputs: SampleInputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        response_inputs(inputs.samples, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: SampleInputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis.

    Raises
    ------
    UserError
        "no_response", "which_values_respond", "one_response", "no_receptors" and others of the inputs.
    Cancelled
        When the job was told to stop; nothing of it is kept.
    """
    job = job or JobContext()
    job.progress(0.0, "Reading the response")
    numbers = compute_response(response_inputs(inputs.samples, parameters), parameters, job.part(0.0, 0.95))
    job.progress(0.95, "Drawing")
    total = int(np.isfinite(numbers.score_z).sum())
    corrected = bool(parameters.permutations)
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers),
        figures=draw_response(numbers, simulated=inputs.simulated),
        findings=findings(numbers),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=(*inputs.samples.warnings, *numbers.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=total if corrected else 0,
        tests_not_paid_for=0 if corrected else total,
        numbers=numbers,
    )
