"""Settings of the response analysis (contract §3).

Not for: checking them against data (rtk_response_inputs.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.analyses.base import parameter
from core.analyses.parameters import value_parameter


@dataclass(frozen=True)
class Parameters:
    """Each with its label, limits and help."""

    response: str = parameter(
        "", label="Response", help="The clinical column that says who responded: pCR, RCB class, responder.")
    positive: tuple[str, ...] = value_parameter(
        (), label="Means response", help="The values of that column that mean response; all others mean none.")
    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="“all” takes every one of the 58 RTKs in the table, ERBB2 included; a list takes any genes.")
    seed: int = parameter(1, label="Seed", low=0, high=2**32 - 1, help="One seed gives the same shuffles.")
    permutations: int = parameter(
        10_000, label="Shuffles", low=0, high=1_000_000,
        help="How often responses are shuffled for the corrected P values; 0 leaves them empty.")
    adjust: tuple[str, ...] = parameter(
        (), label="Adjust for", help="Clinical columns beside the receptor in the model, such as ER, nodes, grade.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")
