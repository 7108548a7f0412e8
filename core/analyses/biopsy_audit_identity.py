"""Are the two samples of a patient really theirs? And does a change go with the level that it starts from?

Two samples of one patient should resemble each other more than those of strangers, and should agree on XIST and
RPS4Y1. Changes are compared with the average of both times: against the level before, any change falls (regression to
the mean).
Not for: finding out whose sample it is; that is for the lab.
"""

from __future__ import annotations

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_lights import (
    AMBER,
    FEWEST_PAIRS,
    GREEN,
    GREY,
    LEVEL_SCALES,
    RED,
    AuditedPairs,
    AuditLight,
    FloatArray,
    not_judged,
)
from core.data.tables import Scale
from core.figures.number_words import counted, list_words, number_words, percent_words
from core.statistics.multiplicity import holm
from core.statistics.t_estimates import correlation_estimate

FEWEST_GENES = 50
MOST_GENES = 2000
"""The genes that vary most are enough to tell patients apart, and keep a table of 60,000 rows quick."""
ALIKE = 0.75
"""Own samples must beat strangers' this often for the table to tell patients apart at all."""
NEARLY_ALL, UNLIKE = 0.95, 0.75
"""Where most patients' own samples beat nearly all strangers', one that loses to a quarter of them stands out."""
CLEAR_SEX = 2.0
"""XIST over RPS4Y1 by this many log2 units, or the other way: below it the sample says nothing."""


def identity_light(audited: AuditedPairs) -> AuditLight:
    """Swapped, repeated or foreign samples, from all genes of the table and from the two sex genes."""
    genes = _telling_genes(audited)
    sexes = _sexes(audited)
    if len(genes) < FEWEST_GENES or audited.n_pairs < 4:
        if sexes is not None and (other := _other_sex(audited, sexes)):
            return AuditLight("identity", RED, "Sex differs", _sex_words(other), _table(audited, None, sexes))
        why = f"the table has {counted(len(genes), 'gene')} with values in all paired samples, and {FEWEST_GENES} " \
            "are needed" if len(genes) < FEWEST_GENES else f"{counted(audited.n_pairs, 'pair')} are too few to compare"
        return not_judged("identity", "Identity not judged", "Whether the two samples of a patient belong together "
                          f"cannot be judged: {why}.", [f"{FEWEST_GENES} genes with values in all paired samples",
                                                       "XIST and RPS4Y1"])
    before, after = audited.both(audited.matrix, genes)
    likeness = _likeness(before, after)
    table = _table(audited, likeness, sexes)
    patients = audited.pairs.patients
    own = np.diag(likeness)
    strangers = ~np.eye(len(own), dtype=bool)
    beaten = np.array([np.mean(np.concatenate([likeness[place, strangers[place]], likeness[strangers[place], place]])
                               < own[place]) for place in range(len(own))])
    told = f"{len(genes):,} genes" if len(genes) < MOST_GENES else f"the {MOST_GENES:,} genes that vary most"
    median = (f"Correlation of a patient's two samples {number_words(float(np.median(own)))} (median), of strangers' "
              f"{number_words(float(np.median(likeness[strangers])))} ({told}, each time centred).")
    repeated = _repeated(audited, before, after)
    if repeated:
        return AuditLight("identity", RED, "Same numbers twice", f"{repeated[0]} hold the same numbers"
                          + (f" ({len(repeated)} such pairs of samples)" if len(repeated) > 1 else "")
                          + ": one sample stands twice under two names.", table)
    other = _other_sex(audited, sexes) if sexes is not None else []
    if other:
        return AuditLight("identity", RED, "Sex differs", f"{_sex_words(other)} {median}", table)
    if float(np.median(beaten)) < ALIKE:
        return AuditLight("identity", AMBER, "Pairs not alike", "The two samples of a patient are hardly more alike "
                          f"than strangers' (they beat {percent_words(float(np.mean(beaten)), 1.0)} of them). {median} "
                          "The pairs may be wrong, or the tissues too different to tell.", table)
    suspects = np.flatnonzero(beaten < (UNLIKE if np.median(beaten) >= NEARLY_ALL else 0.5))
    closest, closest_back = np.argmax(likeness, axis=1), np.argmax(likeness, axis=0)
    swapped = [(first, int(second)) for first, second in enumerate(closest) if first < second
               and closest[second] == first and closest_back[second] == first and closest_back[first] == second]
    if swapped:
        words = list_words([f"{patients[first]} and {patients[second]}" for first, second in swapped])
        return AuditLight("identity", RED, "Samples look swapped", f"The samples of {words} look swapped: each sample "
                          f"before resembles the other patient's sample after. {median}", table)
    if len(suspects):
        names = list_words([patients[place] for place in suspects[:5]]) + (", …" if len(suspects) > 5 else "")
        return AuditLight("identity", AMBER, f"{len(suspects)} pair{'s' if len(suspects) > 1 else ''} unlike",
                          f"The two samples of {names} are hardly more alike than strangers'. {median}", table)
    return AuditLight("identity", GREEN, "Pairs alike", "The two samples of each patient are more alike than most "
                      f"strangers'. {median}", table)


def _telling_genes(audited: AuditedPairs) -> tuple[str, ...]:
    """Genes with values in every paired sample that are not constant; of many, those that vary most."""
    matrix = audited.matrix
    if matrix.scale is Scale.CALLS:
        return ()
    names = {name for pair in audited.pairs.pairs for name in (pair.before, pair.after)}
    rows = [row for row, sample in enumerate(matrix.samples) if sample in names]
    values = matrix.values[rows]
    spread = np.where(np.isfinite(values).all(axis=0), values.std(axis=0), 0.0)
    order = np.argsort(-spread, kind="stable")[:MOST_GENES]
    return tuple(matrix.genes[place] for place in sorted(order.tolist()) if spread[place] > 0)


def _likeness(before: FloatArray, after: FloatArray) -> FloatArray:
    """Correlation of every sample before with every sample after, the genes centred within each time."""
    def scaled(values: FloatArray) -> FloatArray:
        centred = values - values.mean(axis=0)
        centred = centred - centred.mean(axis=1, keepdims=True)
        size = np.sqrt((centred**2).sum(axis=1, keepdims=True))
        return np.asarray(centred / np.where(size > 0, size, 1.0))

    return np.asarray(scaled(before) @ scaled(after).T)


def _repeated(audited: AuditedPairs, before: FloatArray, after: FloatArray) -> list[str]:
    """Pairs of samples that hold the very same numbers."""
    first_of: dict[bytes, str] = {}
    found = []
    for place, pair in enumerate(audited.pairs.pairs):
        for name, values in ((pair.before, before[place]), (pair.after, after[place])):
            earlier = first_of.setdefault(values.tobytes(), name)
            if earlier != name:
                found.append(f"{earlier} and {name}")
    return found


def _sexes(audited: AuditedPairs) -> tuple[list[str], list[str]] | None:
    """ "female", "male" or "" of each sample by XIST and RPS4Y1; None where the table cannot say."""
    matrix = audited.markers
    if matrix is None or matrix.scale not in LEVEL_SCALES or not {"XIST", "RPS4Y1"} <= set(matrix.genes):
        return None
    sides = audited.both(matrix, ("XIST", "RPS4Y1"))
    words = [["female" if gap >= CLEAR_SEX else "male" if gap <= -CLEAR_SEX else "" for gap in side[:, 0] - side[:, 1]]
             for side in sides]
    return words[0], words[1]


def _other_sex(audited: AuditedPairs, sexes: tuple[list[str], list[str]]) -> list[tuple[str, str, str]]:
    return [(patient, first, second) for patient, first, second in zip(audited.pairs.patients, *sexes)
            if first and second and first != second]


def _sex_words(other: list[tuple[str, str, str]]) -> str:
    shown = "; ".join(f"{patient}: {first} before, {second} after" for patient, first, second in other[:5])
    return f"XIST and RPS4Y1 disagree within {counted(len(other), 'patient')} ({shown}): a sample is not theirs."


def _table(audited: AuditedPairs, likeness: FloatArray | None,
           sexes: tuple[list[str], list[str]] | None) -> ResultTable:
    patients = audited.pairs.patients
    own, closest, best = ([None] * len(patients) for _ in range(3)) if likeness is None else (
        np.diag(likeness).tolist(), [patients[place] for place in np.argmax(likeness, axis=1)],
        likeness.max(axis=1).tolist())
    blank = [""] * len(patients)
    return ResultTable("audit_identity", {
        "patient": list(patients), "correlation": own, "closest_after": closest, "closest_correlation": best,
        "sex_before": blank if sexes is None else sexes[0], "sex_after": blank if sexes is None else sexes[1]},
        "How alike the two samples of each patient are", {
            "patient": "Patient", "correlation": "Correlation of the patient's two samples, genes centred in each time",
            "closest_after": "Whose sample after is most like this patient's sample before",
            "closest_correlation": "Correlation with that one", "sex_before": "By XIST and RPS4Y1, empty where unclear",
            "sex_after": "By XIST and RPS4Y1, empty where unclear"})


def level_light(audited: AuditedPairs) -> AuditLight:
    """Does a receptor's change go with its level? Judged against the average of both times (Oldham)."""
    before, after, change = audited.before, audited.after, audited.change
    average = [correlation_estimate(change[:, place], (before + after)[:, place] / 2.0)
               for place in range(len(audited.receptors))]
    start = [correlation_estimate(change[:, place], before[:, place]) for place in range(len(audited.receptors))]
    corrected = holm([each.p for each in average])
    with np.errstate(invalid="ignore"):
        spreads = [[float(np.std(side[np.isfinite(change[:, place]), place], ddof=1))
                    if np.isfinite(change[:, place]).sum() > 1 else float("nan")
                    for place in range(len(audited.receptors))] for side in (before, after)]
    table = ResultTable("audit_level", {
        "receptor": list(audited.receptors), "n": [each.n for each in average],
        "with_average": [each.value for each in average], "p": [each.p for each in average],
        "p_holm": corrected.tolist(), "with_before": [each.value for each in start], "sd_before": spreads[0],
        "sd_after": spreads[1]}, "Does the change go with the level?", {
            "receptor": "Receptor", "n": "Pairs",
            "with_average": "Correlation of change with the average of both times",
            "p": "P of it, not corrected", "p_holm": "P corrected for all receptors (Holm)",
            "with_before": "Correlation of change with the level before: negative by regression to the mean alone",
            "sd_before": "SD before", "sd_after": "SD after"})
    places = np.flatnonzero(np.nan_to_num(corrected, nan=1.0) < 0.05)
    ground = "change against the average of both times, which regression to the mean does not tilt"
    if len(places):
        most = int(max(places, key=lambda place: abs(average[place].value)))
        names = list_words([audited.receptors[place] for place in places[:3]]) + (", …" if len(places) > 3 else "")
        grows = "grows" if average[most].value > 0 else "falls"
        return AuditLight("level", AMBER, f"Change goes with level in {len(places)}", f"The change of {names} goes "
                          f"with the level ({ground}): in {audited.receptors[most]} it {grows} with it (correlation "
                          f"{number_words(average[most].value)}). One mean change does not describe all patients.",
                          table)
    tested = int(np.isfinite(corrected).sum())
    if audited.n_pairs < FEWEST_PAIRS or not tested:
        return AuditLight("level", GREY, "Level: few pairs", f"Whether changes go with the level cannot be judged with "
                          f"{counted(audited.n_pairs, 'pair')}.", table)
    return AuditLight("level", GREEN, "Level alike", f"No receptor's change goes with its level after correction for "
                      f"{counted(tested, 'receptor')} ({ground}).", table)
