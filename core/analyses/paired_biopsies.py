"""What came up after treatment? The same patients before and after, receptor by receptor, with every P corrected.

Not for: patients who have one sample; whether a receptor before treatment goes with response is rtk_response. The
numbers are made in paired_biopsies_compute.py, the words in paired_biopsies_words.py.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from core.analyses.base import Info, Result, SampleInputs
from core.analyses.paired_biopsies_compute import compute_pairs
from core.analyses.paired_biopsies_inputs import paired_inputs
from core.analyses.paired_biopsies_methods import methods_text
from core.analyses.paired_biopsies_parameters import Parameters
from core.analyses.paired_biopsies_pictures import draw_biopsies
from core.analyses.paired_biopsies_tables import all_tables
from core.analyses.paired_biopsies_words import findings, result_warnings
from core.jobs import JobContext
from core.problems import Problem, UserError

__all__ = ["INFO", "Parameters", "check", "run"]

INFO = Info(
    kind="paired_biopsies",
    title="Paired biopsies",
    question="What came up after treatment?",
    reference="Student 1908; Wilcoxon 1945; Pratt 1959; Westfall and Young 1993; Smyth 2004; McNemar 1947",
    needs="samples",
    roles=("biopsies",),
)


def check(inputs: SampleInputs, parameters: Parameters) -> list[Problem]:
    """What stands against running: quick, and the same findings that ``run`` would stop at."""
    try:
        paired_inputs(inputs.samples, parameters)
    except UserError as error:
        return list(error.problems)
    return []


def run(inputs: SampleInputs, parameters: Parameters, job: JobContext | None = None) -> Result:
    """Compute the whole analysis.

    Raises
    ------
    UserError
        "no_pairs", "no_receptors", "responders_unclear" and others of the inputs.
    Cancelled
        When the job was told to stop; nothing of it is kept.
    """
    job = job or JobContext()
    job.progress(0.0, "Finding pairs")
    given = paired_inputs(inputs.samples, parameters)
    numbers = compute_pairs(given, parameters, job)
    corrected = int(np.isfinite(numbers.p_maxt).sum())
    tested = max(corrected, int(np.isfinite(numbers.p_wilcoxon).sum())) if len(numbers.pairs.pairs) > 1 else 0
    total = len(numbers.receptors)
    besides = (total if numbers.interaction else 0) + (total if numbers.positivity else 0)
    return Result(
        info=INFO,
        name=inputs.analysis_name,
        tables=all_tables(numbers),
        figures=draw_biopsies(numbers, parameters, simulated=inputs.simulated),
        findings=findings(numbers),
        methods=methods_text(numbers, simulated=inputs.simulated),
        warnings=(*inputs.samples.warnings, *numbers.warnings, *result_warnings(numbers)),
        parameters=asdict(parameters),
        tests_paid_for=corrected + besides if corrected else 0,
        tests_not_paid_for=tested - corrected + (1 if numbers.score else 0),
        numbers=numbers,
    )
