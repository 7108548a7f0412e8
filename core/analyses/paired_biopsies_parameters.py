"""Settings of the analysis of biopsy pairs, each with its label, unit, limits and help.

Not for: what is computed with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.analyses.base import parameter


@dataclass(frozen=True)
class Parameters:
    """Settings (contract §3, and further ones)."""

    receptors: tuple[str, ...] | str = parameter(
        "all", label="Receptors", receptors=True,
        help="“all” takes every one of the 58 RTKs in the table, ERBB2 included; a list takes any genes.")
    seed: int = parameter(
        1, label="Seed", low=0, high=2**31 - 1, help="With the same seed the same flips are drawn.")
    permutations: int = parameter(
        10_000, label="Flips", low=0, high=1_000_000,
        help="How many ways to flip pairs are drawn where there are more than 10,000; all are taken otherwise; 0 "
        "leaves the corrected P empty.")
    responders: str = parameter(
        "", label="Responders", unset="Not compared",
        help="A column of yes and no such as pcr, or a column and the value of a responder such as rcb=0: did the "
        "changes of responders differ from those of the others.")
    measure: str = parameter(
        "", label="Measure", choices=("", "mRNA", "total", "phospho"),
        help="Which expression table, where a data set has several.")
    score: tuple[str, ...] = parameter(
        (), label="Subset named before", receptors=True,
        help="Receptors named before looking: the mean of their changes is tested as one score, with nothing to "
        "correct for. For few pairs.")
    rise: float = parameter(
        0.0, label="Switched from", low=0.0, high=1e6, unset="Automatic",
        help="Change from which on a receptor counts as switched up or down in a patient; automatic (0) takes what "
        "fits the scale (0.8 log2, 0.8 SD, 30 points of an H-score, 10 of a percentage, 2 of Allred, 1 of 0 to 3+).")
    noise_floor: float = parameter(
        0.0, label="Noise floor", low=0.0, high=1e6, unset="None",
        help="Value below which a receptor counts as not there: a rise must end and a fall must begin at or above it. "
        "None (0) has no floor.")
    positive_from: float = parameter(
        0.0, label="Positive from", low=0.0, high=1e6, unset="None",
        help="Value from which on a sample counts as positive: McNemar’s test of who became positive or negative. None "
        "(0) leaves it out; calls of on and off need none.")
    leave_out_her2_lost: bool = parameter(
        False, label="Leave out patients who lost HER2",
        help="Without patients whose tumour lost HER2 by the light of the audit.")
    audit_columns: tuple[str, ...] = parameter(
        (), label="Columns of the audit", unset="found by name",
        help="Clinical columns stated instead of found by name, such as “plate: batch_id” or “response: none”.")
    acknowledged: tuple[str, ...] = parameter(
        (), label="Acknowledged",
        help="Red lights of the audit that are known and accepted, such as “plate”; without it no P is given.")
