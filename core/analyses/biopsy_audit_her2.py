"""Did the tumour lose HER2? From IHC and ISH where both times have them, else from ERBB2 mRNA.

After loss of HER2 another receptor can rise because other cells are left, not because it answers the drug.
Not for: changing the test; what it would be without these patients stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_columns import TwoTimes
from core.analyses.biopsy_audit_lights import (
    AMBER,
    GREEN,
    GREY,
    RED,
    UNITS,
    AuditedPairs,
    AuditLight,
    FloatArray,
    not_judged,
)
from core.data.tables import Scale
from core.figures.number_words import counted, list_words, number_words

KEPT, LOST, GAINED, UNKNOWN = "kept", "lost", "gained", "unknown"
FALL: Mapping[Scale, float] = {Scale.LOG2: 1.0, Scale.LINEAR: 1.0, Scale.COUNTS: 1.0, Scale.LOG_RATIO: 1.0,
                               Scale.LOG10: 0.30103, Scale.Z: 1.0}
"""A change of ERBB2 mRNA of this size counts as lost or gained: half or double; for z scores one SD."""
_POSITIVE = re.compile(r"(pos|positive|positiv|yes|amplified|amp|1|true|3\+?|\+)", re.IGNORECASE)
_NEGATIVE = re.compile(r"(neg|negative|negativ|no|not[ -]?amplified|non[ -]?amplified|0|false|-)", re.IGNORECASE)


def her2_light(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> tuple[AuditLight, dict[str, str]]:
    """The light with a row per patient behind it, and patient -> kept, lost, gained or unknown."""
    clinical = [_clinical_status(columns, side, audited.n_pairs) for side in ("before", "after")]
    mrna = _mrna(audited)
    known = [name for name in ("ihc", "ish_ratio", "ish_copies", "ish", "her2") if name in columns]
    patients = audited.pairs.patients
    if mrna is None and not known:
        light = not_judged("her2", "HER2 not given", "Whether tumours lost HER2 cannot be judged: no column gives HER2 "
                           "by IHC or ISH, and the table has no ERBB2 mRNA.",
                           ["ERBB2 in a table of mRNA", "a column of HER2 IHC", "a column of HER2 ISH"])
        return light, dict.fromkeys(patients, UNKNOWN)
    limit = FALL[audited.markers.scale] if mrna is not None and audited.markers is not None else float("nan")
    change = np.full(len(patients), np.nan) if mrna is None else mrna[1] - mrna[0]
    calls, basis = [], []
    for place in range(len(patients)):
        call, why = _call(clinical[0][place], clinical[1][place], float(change[place]), limit)
        calls.append(call)
        basis.append(why)
    return _light(audited, columns, mrna, clinical, calls, basis, limit), dict(zip(patients, calls))


def _call(before: str, after: str, change: float, limit: float) -> tuple[str, str]:
    """One patient's state and what it rests on; IHC and ISH decide where both times have them."""
    if before and after:
        states = {("positive", "positive"): KEPT, ("positive", "negative"): LOST, ("negative", "positive"): GAINED}
        return states.get((before, after), UNKNOWN), \
            "HER2-negative at both times" if before == after == "negative" else "IHC or ISH"
    if not np.isfinite(change):
        return UNKNOWN, "not measured at both times"
    # Halves of a change written with a few decimals should not hang on the last bit.
    if change <= -limit + 1e-9:
        return (UNKNOWN, "HER2-negative before") if before == "negative" else (LOST, "ERBB2 mRNA")
    if change >= limit - 1e-9:
        return GAINED, "ERBB2 mRNA"
    return (UNKNOWN, "HER2-negative before") if before == "negative" else (KEPT, "ERBB2 mRNA")


def _mrna(audited: AuditedPairs) -> tuple[FloatArray, FloatArray] | None:
    matrix = audited.markers
    if matrix is None or matrix.measure != "mRNA" or matrix.scale not in FALL or "ERBB2" not in matrix.genes:
        return None
    before, after = audited.both(matrix, ("ERBB2",))
    return (before[:, 0], after[:, 0]) if np.isfinite(before + after).any() else None


def _clinical_status(columns: Mapping[str, TwoTimes], side: str, count: int) -> list[str]:
    """ "positive", "negative" or "" per pair: 3+ or amplified is positive, 2+ needs ISH, 0 and 1+ are negative."""
    def text(key: str, place: int) -> str:
        found = columns.get(key)
        return "" if found is None else (found.before if side == "before" else found.after)[place]

    def number(key: str, place: int) -> float:
        found = columns.get(key)
        return float("nan") if found is None else \
            float((found.numbers_before if side == "before" else found.numbers_after)[place])

    states = []
    for place in range(count):
        ish = ish_status(number("ish_ratio", place), number("ish_copies", place), text("ish", place))
        states.append(ihc_status(text("ihc", place), ish) or ish or _yes_no(text("her2", place)))
    return states


def ihc_status(ihc: str, ish: str) -> str:
    """HER2 by IHC: 3+ positive, 0 and 1+ negative, 2+ as ISH says; empty where that leaves it open."""
    grade = re.match(r"\s*(?:ihc\s*)?(0|1|2|3)\s*\+?", ihc, re.IGNORECASE)
    if grade is None:
        return _yes_no(ihc) if ihc else ""
    # "2-3+" is a range, which nobody can place without asking the pathologist.
    if re.match(r"\s*\d\s*\+?\s*[-–/]\s*\d", ihc):
        return ish
    return {"0": "negative", "1": "negative", "2": ish, "3": "positive"}[grade[1]]


def ish_status(ratio: float, copies: float, text: str) -> str:
    """HER2 by ISH: ratio of at least 2 with 4 copies or more where they are known, or 6 copies or more."""
    if np.isfinite(copies) and copies >= 6.0:
        return "positive"
    if np.isfinite(ratio):
        return "positive" if ratio >= 2.0 and not (np.isfinite(copies) and copies < 4.0) else "negative"
    if np.isfinite(copies):
        return "negative" if copies < 4.0 else ""
    return _yes_no(text)


def _yes_no(text: str) -> str:
    word = text.strip()
    if _POSITIVE.fullmatch(word):
        return "positive"
    return "negative" if _NEGATIVE.fullmatch(word) else ""


def _light(audited: AuditedPairs, columns: Mapping[str, TwoTimes], mrna: tuple[FloatArray, FloatArray] | None,
           clinical: list[list[str]], calls: list[str], basis: list[str], limit: float) -> AuditLight:
    patients = audited.pairs.patients
    table = _table(audited, columns, mrna, clinical, calls, basis)
    counts = {state: calls.count(state) for state in (KEPT, LOST, GAINED, UNKNOWN)}
    how = _how(audited, columns, mrna is not None, limit)
    if counts[UNKNOWN] == len(calls):
        negative = basis.count("HER2-negative at both times")
        why = f"{negative} of {len(calls)} were HER2-negative at both times" if negative else \
            "no pair has HER2 at both times"
        return AuditLight("her2", GREY, "HER2 not judged", f"Whether tumours lost HER2 cannot be judged: {why}. {how}",
                          table)
    known = len(calls) - counts[UNKNOWN]
    unknown = _unknown_words(calls, basis)
    gained = f"; gained in {counts[GAINED]}" if counts[GAINED] else ""
    if counts[LOST]:
        who = [patient for patient, call in zip(patients, calls) if call == LOST]
        shown = list_words(who) if len(who) <= 6 else ", ".join(who[:6]) + ", …"
        return AuditLight("her2", RED, f"HER2 lost in {counts[LOST]}", f"{counted(counts[LOST], 'tumour')} of {known} "
                          f"lost HER2 ({shown}){gained}{unknown}. A receptor can rise there because other cells are "
                          f"left. {how}", table)
    if counts[GAINED]:
        return AuditLight("her2", AMBER, f"HER2 gained in {counts[GAINED]}", f"No tumour of {known} lost HER2{gained}"
                          f"{unknown}. {how}", table)
    if counts[UNKNOWN] * 2 > len(calls):
        return AuditLight("her2", AMBER, f"HER2 known in {known}", f"HER2 was kept in the {counted(known, 'tumour')} "
                          f"where it is known at both times{unknown}. {how}", table)
    return AuditLight("her2", GREEN, "HER2 kept", f"HER2 was kept in all {counted(known, 'tumour')}{unknown}. {how}",
                      table)


def _unknown_words(calls: list[str], basis: list[str]) -> str:
    """How many were HER2-negative from the start, and how many nobody knows."""
    negative = sum(why.startswith("HER2-negative") for call, why in zip(calls, basis) if call == UNKNOWN)
    rest = calls.count(UNKNOWN) - negative
    return (f"; {negative} HER2-negative before" if negative else "") + (f"; {rest} not known" if rest else "")


def _how(audited: AuditedPairs, columns: Mapping[str, TwoTimes], mrna: bool, limit: float) -> str:
    parts = []
    named = [columns[key].words for key in ("ihc", "ish_ratio", "ish_copies", "ish", "her2") if key in columns]
    if named:
        parts.append(f"{list_words(named)} (3+ or amplified is positive, 2+ needs ISH)")
    if mrna and audited.markers is not None:
        parts.append(f"ERBB2 mRNA (a change of {number_words(limit, 1)} {UNITS[audited.markers.scale]} or more)")
    return "Judged from " + ", else from ".join(parts) + "."


def _table(audited: AuditedPairs, columns: Mapping[str, TwoTimes], mrna: tuple[FloatArray, FloatArray] | None,
           clinical: list[list[str]], calls: list[str], basis: list[str]) -> ResultTable:
    count = audited.n_pairs
    nothing = np.full(count, np.nan)
    before, after = mrna if mrna is not None else (nothing, nothing)
    blank = ("",) * count
    parts = {"patient": list(audited.pairs.patients), "erbb2_before": before.tolist(), "erbb2_after": after.tolist(),
             "erbb2_change": (after - before).tolist()}
    about = {"patient": "Patient", "erbb2_before": "ERBB2 mRNA before", "erbb2_after": "ERBB2 mRNA after",
             "erbb2_change": "After minus before"}
    for key, name, words in (("ihc", "ihc", "HER2 IHC"), ("ish_ratio", "ish_ratio", "HER2 ISH ratio"),
                             ("ish_copies", "ish_copies", "HER2 copies per cell"), ("ish", "ish", "HER2 ISH"),
                             ("her2", "status", "HER2 status as the table states it")):
        found = columns.get(key)
        for side, texts in (("before", blank if found is None else found.before),
                            ("after", blank if found is None else found.after)):
            parts[f"{name}_{side}"] = list(texts)
            about[f"{name}_{side}"] = f"{words} {side}, as in the file"
    for place, side in enumerate(("before", "after")):
        parts[f"positive_{side}"] = [{"positive": True, "negative": False}.get(state) for state in clinical[place]]
        about[f"positive_{side}"] = f"HER2-positive by IHC or ISH {side}"
    parts |= {"her2_after": calls, "basis": basis}
    about |= {"her2_after": "kept, lost, gained or unknown", "basis": "What the call rests on"}
    return ResultTable("audit_her2", parts, "HER2 of each patient before and after", about)
