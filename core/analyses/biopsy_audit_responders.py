"""Who has a sample after treatment? After a complete response there is no tumour left to take one from.

Not for: comparing responders with the others; that is a setting of the analysis itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_columns import TwoTimes, values_of_sample
from core.analyses.biopsy_audit_lights import AMBER, GREEN, GREY, RED, AuditedPairs, AuditLight, not_judged
from core.data.values import value_key
from core.figures.number_words import counted
from core.statistics.fisher_exact import fisher_exact

_YES = frozenset(("1", "yes", "y", "true", "pcr", "cr", "pr", "r", "responder", "response", "complete", "good",
                  "complete response", "partial response", "pathological complete response", "sensitive", "resp"))
_NO = frozenset(("0", "no", "n", "false", "rd", "non-pcr", "npcr", "no pcr", "nopcr", "non pcr", "sd", "pd", "nr",
                 "non-responder", "nonresponder", "non responder", "no response", "stable disease", "residual disease",
                 "progressive disease", "residual", "poor", "resistant", "nonresp", "non-resp"))


def responded(text: str, column: str) -> bool | None:
    """Whether a patient responded; None where the value does not say. RCB 0 is a complete response."""
    word = value_key(text).strip().lower().replace("_", " ")
    if "rcb" in column.lower() or word.startswith("rcb"):
        grade = word.removeprefix("rcb").strip(" -")
        if grade in ("0", "pcr"):
            return True
        return False if grade in ("1", "2", "3", "i", "ii", "iii") or _positive(grade) else None
    if word in _YES:
        return True
    return False if word in _NO else None


def _positive(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def responders_light(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> AuditLight:
    """Red where responders are in the table and none of them is among the pairs."""
    column = columns.get("response")
    if column is None:
        return not_judged("responders", "Response not given", "Whether only non-responders have a sample after "
                          "treatment cannot be judged: no column says response.", ["a column of pCR, RCB or response"])
    name = column.names[0]
    in_pairs = [responded(text, name) if text else None for text in column.either]
    paired = set(audited.pairs.patients)
    alone: dict[str, bool | None] = {}
    for sample in audited.pairs.left_out:
        if sample.patient and sample.patient not in paired:
            text = values_of_sample(audited.samples.clinical, name, sample.sample)
            alone[sample.patient] = alone.get(sample.patient) if not text else responded(text, name)
    groups = ((True, "responder"), (False, "non-responder"), (None, "not known"))
    table = ResultTable("audit_responders", {
        "response": [words for _, words in groups],
        "with_both_samples": [sum(each is state for each in in_pairs) for state, _ in groups],
        "without_a_pair": [sum(each is state for each in alone.values()) for state, _ in groups]},
        f"Who has both samples (column {column.words})", {
            "response": "Response", "with_both_samples": "Patients in a pair",
            "without_a_pair": "Patients of the table who are in none"})
    yes, no = (sum(each is state for each in in_pairs) for state in (True, False))
    others = sum(each is True for each in alone.values())
    if not yes + no:
        values = ", ".join(dict.fromkeys(text for text in column.either if text)) or "none"
        return AuditLight("responders", GREY, "Response not read", f"Whether only non-responders have a sample after "
                          f"treatment cannot be judged: the values of {column.words} ({values[:80]}) do not say who "
                          "responded.", table)
    reason = ("After a complete response no tumour is left to take, so what is seen is the change in tumours that "
              "stayed, not the effect of treatment in all.")
    if not yes:
        state = RED if others else AMBER
        rest = f", while {counted(others, 'responder')} of the table {'has' if others == 1 else 'have'} none" \
            if others else ""
        return AuditLight("responders", state, "Only non-responders", f"All {counted(no, 'pair')} with a known "
                          f"response come from non-responders{rest}. {reason}", table)
    no_alone = sum(each is False for each in alone.values())
    p = fisher_exact(yes, no, others, no_alone)
    if others and p < 0.05 and yes * no_alone < no * others:
        return AuditLight("responders", AMBER, "Few responders", f"{counted(yes, 'responder')} among {yes + no} pairs, "
                          f"but {others} of {others + no_alone} patients without a pair responded. {reason}", table)
    return AuditLight("responders", GREEN, "Responders included", f"{counted(yes, 'responder')} and "
                      f"{counted(no, 'non-responder')} have both samples (column {column.words}).", table)
