"""Settings of the activation analysis (contract §3) and the names of its methods.

Not for: the rules themselves (core/statistics/activation_calls.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.analyses.base import parameter
from core.analyses.parameters import value_parameter

CONSENSUS, REFERENCE, ROBUST_Z, MIXTURE = "consensus", "reference limit", "robust z", "mixture"
FOLD, PHOSPHO, PERCENTILE = "fold over baseline", "phospho call", "percentile"
METHODS = (CONSENSUS, REFERENCE, ROBUST_Z, MIXTURE, FOLD, PHOSPHO, PERCENTILE)
OWN_RULES = (ROBUST_Z, REFERENCE, MIXTURE, FOLD, PERCENTILE)
AFTER, BEFORE = "after", "before"


@dataclass(frozen=True)
class Parameters:
    """Each with its label, limits and help."""

    method: str = parameter(
        CONSENSUS, label="Method", choices=METHODS,
        help="How a receptor is called on: two of mRNA, total and phospho agreeing, or one rule alone.")
    rule: str = parameter(
        ROBUST_Z, label="Each measure by", choices=OWN_RULES,
        help="How each measure of a consensus makes its own call; calls in the data are taken as they are.")
    limit: str = value_parameter(
        "", label="Limit",
        help="A number in place of the method's own: a value (reference limit, phospho call), the z (2), "
        "the fold (2), or the upper percent (25).")
    reference_column: str = parameter(
        "", label="Reference column", unset="None",
        help="The clinical column that marks reference samples, such as tissue.")
    reference: tuple[str, ...] = value_parameter(
        (), label="Reference values", help="The values of that column that mark reference samples, such as normal.")
    floor: str = value_parameter(
        "", label="Noise floor", help="For fold over baseline: the value after treatment must lie above this number.")
    sample: str = parameter(
        AFTER, label="Sample called", choices=(AFTER, BEFORE),
        help="Which sample of a patient with two is called; fold over baseline always calls the one after.")
    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="“all” takes every one of the 58 RTKs in the tables, ERBB2 included; a list takes any genes.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which table a single rule calls, where a data set has several; a consensus takes all.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="Calls draw nothing by chance.")
    permutations: int = parameter(
        0, label="Shuffles", low=0, high=1_000_000, help="Calls are no test; nothing is shuffled.")
