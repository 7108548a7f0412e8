"""What the main result would be without the patients whose tumour lost HER2.

Not for: replacing the main result, or for any other way of leaving patients out: choosing whom to leave out after
seeing the result is a search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_her2 import LOST
from core.analyses.biopsy_audit_lights import AuditedPairs, AuditLight
from core.figures.number_words import counted, list_words
from core.jobs import JobContext
from core.statistics.sign_flips import SignFlips, sign_flips
from core.statistics.t_estimates import mean_estimate

_HOLDS = 0.05


def without_her2_loss(audited: AuditedPairs, light: AuditLight, her2_after: Mapping[str, str], permutations: int,
                      seed: int, job: JobContext) -> tuple[AuditLight, ResultTable | None]:
    """The light of HER2 with what holds without its losses, and every receptor with and without them.

    Same flips and same correction as the main result. Nothing is added where no tumour lost HER2 or nobody is left.
    """
    stay = np.array([her2_after.get(patient) != LOST for patient in audited.pairs.patients])
    if stay.all() or not stay.any():
        return light, None
    everyone = sign_flips(audited.change, permutations, seed, job.part(0.0, 0.5))
    without = sign_flips(audited.change[stay], permutations, seed, job.part(0.5, 1.0))
    table = _table(audited, stay, everyone, without)
    if not permutations:
        return light, table
    return replace(light, sentence=f"{light.sentence} {_words(audited, int(stay.sum()), everyone, without)}"), table


def _words(audited: AuditedPairs, left: int, everyone: SignFlips, without: SignFlips) -> str:
    holding = [{receptor for receptor, p in zip(audited.receptors, found.p_maxt) if p < _HOLDS}
               for found in (everyone, without)]
    start = f"Without them ({counted(left, 'pair')} left)"
    few = f"; the smallest corrected P that {left} pairs can give is {without.smallest_p:.2g}" \
        if without.smallest_p >= _HOLDS else ""
    if not holding[0] and not holding[1]:
        return f"{start} no receptor holds after correction, as with them{few}."
    if holding[0] == holding[1]:
        return f"{start} the same {counted(len(holding[0]), 'receptor')} {'holds' if len(holding[0]) == 1 else 'hold'}."
    gone, new = sorted(holding[0] - holding[1]), sorted(holding[1] - holding[0])
    parts = [f"{list_words(gone)} no longer {'holds' if len(gone) == 1 else 'hold'}"] if gone else []
    parts += [f"{list_words(new)} {'comes' if len(new) == 1 else 'come'} to hold"] if new else []
    return f"{start} {list_words(parts)}{few}."


def _table(audited: AuditedPairs, stay: np.ndarray[tuple[int], np.dtype[np.bool_]], everyone: SignFlips,
           without: SignFlips) -> ResultTable:
    places = range(len(audited.receptors))
    means = [mean_estimate(audited.change[:, place]) for place in places]
    left = [mean_estimate(audited.change[stay, place]) for place in places]
    return ResultTable("audit_without_her2_loss", {
        "receptor": list(audited.receptors), "n_pairs": [each.n for each in means],
        "mean_change": [each.value for each in means], "p_maxt": everyone.p_maxt.tolist(),
        "n_without": [each.n for each in left], "mean_change_without": [each.value for each in left],
        "change_low_without": [each.low for each in left], "change_high_without": [each.high for each in left],
        "p_maxt_without": without.p_maxt.tolist()}, "Changes with and without the patients who lost HER2", {
            "receptor": "Receptor", "n_pairs": "All pairs with it", "mean_change": f"Mean change, {audited.unit}",
            "p_maxt": "P corrected for all receptors (flips of whole patients)",
            "n_without": "Pairs left without those who lost HER2",
            "mean_change_without": "Mean change among them", "change_low_without": "Lower 95 % limit (t)",
            "change_high_without": "Upper 95 % limit (t)",
            "p_maxt_without": "P among them, corrected for all receptors by the same flips"})
