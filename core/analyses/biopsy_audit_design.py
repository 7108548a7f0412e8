"""How the samples came about: plates mixed or not, time between the biopsies, who has a sample after treatment.

Not for: what the samples hold (biopsy_audit_markers.py, biopsy_audit_identity.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_columns import TwoTimes
from core.analyses.biopsy_audit_lights import (
    AMBER,
    FEWEST_PAIRS,
    GREEN,
    GREY,
    RED,
    AuditedPairs,
    AuditLight,
    FloatArray,
    not_judged,
)
from core.analyses.biopsy_audit_markers import changes_that_go_with
from core.data.values import value_key
from core.figures.number_words import counted, list_words, number_words, percent_words
from core.problems import Problem

LITTLE_LEFT = 0.75
"""Below this share of what the pairs say about treatment, once plates are accounted for, the light is amber."""
UNEVEN = 3.0
"""The longest time between two biopsies over the shortest from which the light is amber."""


def plate_light(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> AuditLight:
    """Can treatment and plate be told apart? Red, with a problem, where no way of reading the numbers can do it."""
    column = columns.get("plate")
    if column is None:
        return not_judged("plate", "Plate not given", "Whether treatment is mixed up with plate or batch cannot be "
                          "judged: no column says plate or batch.", ["a column of plate or batch"])
    known = [place for place in range(audited.n_pairs) if column.before[place] and column.after[place]]
    table, plates = _plate_table(audited, column)
    unknown = audited.n_pairs - len(known)
    said = f" ({unknown} of {audited.n_pairs} pairs have no plate for both samples)" if unknown else ""
    if not known:
        return AuditLight("plate", GREY, "Plate not given", f"Whether treatment is mixed up with {column.words} cannot "
                          "be judged: no pair has it for both samples.", table)
    left = treatment_left([column.before[place] for place in known], [column.after[place] for place in known])
    befores, afters = ({value_key(text) for text in side if text} for side in (column.before, column.after))
    word = "plate" if "plate" in column.words.lower() else "batch"
    if left < 1e-9:
        if afters & befores:
            first = f"Every patient's second sample was run on another {word} in the same order"
        elif len(afters) == 1:
            first = f"All “{audited.pairs.after}” samples were run on {word} {column.after[known[0]]}"
        else:
            first = f"No {word} holds samples of both times"
        sentence = (f"{first}{said}. Treatment and {word} cannot be told apart, so no P value is given unless this is "
                    "acknowledged.")
        problem = Problem("plate_confounded", f"{first[:1].lower() + first[1:]}: treatment and {word} cannot be told "
                          f"apart (column {column.words})", column.place,
                          why="A difference between plates looks exactly like an effect of treatment.",
                          remedy="name the right column with audit_columns, or acknowledge it with "
                          'acknowledged = ["plate"]', answer_key="acknowledged")
        return AuditLight("plate", RED, "Treatment is plate" if word == "plate" else "Treatment is batch", sentence,
                          table, problem)
    same = sum(value_key(column.before[place]) == value_key(column.after[place]) for place in known)
    counts = f"{same} of {len(known)} pairs have both samples on one {word}{said}"
    if left < LITTLE_LEFT:
        return AuditLight("plate", AMBER, f"{word.capitalize()} partly mixed", f"Treatment and {word} go together in "
                          f"part: once {column.words} is accounted for, {percent_words(left, 1.0)} of what the pairs "
                          f"say about treatment is left; {counts}.", table)
    if len(plates) == 1:
        return AuditLight("plate", GREEN, f"One {word}", f"All samples were run on one {word} (column {column.words})"
                          f"{said}.", table)
    return AuditLight("plate", GREEN, f"{word.capitalize()} mixed", f"Treatment is not mixed up with {column.words}: "
                      f"{counts}; once it is accounted for, {percent_words(left, 1.0)} of what the pairs say about "
                      "treatment is left.", table)


def treatment_left(before: list[str], after: list[str]) -> float:
    """Which share of the information about a mean change is left once plates are accounted for: 1 all, 0 none.

    A plate shifts each change by its effect after minus its effect before; the share is what of a constant change
    those shifts cannot imitate.
    """
    plates = sorted({value_key(text) for text in (*before, *after)})
    place = {plate: number for number, plate in enumerate(plates)}
    shifts = np.zeros((len(before), len(plates)))
    for row, (first, second) in enumerate(zip(before, after)):
        shifts[row, place[value_key(second)]] += 1.0
        shifts[row, place[value_key(first)]] -= 1.0
    ones = np.ones(len(before))
    imitated = shifts @ np.linalg.lstsq(shifts, ones, rcond=None)[0]
    return float(((ones - imitated) ** 2).sum() / len(before))


def _plate_table(audited: AuditedPairs, column: TwoTimes) -> tuple[ResultTable, list[str]]:
    written = {value_key(text): text for text in (*column.before, *column.after) if text}
    plates = sorted(written)
    counts = {side: [sum(value_key(text) == plate for text in texts if text) for plate in plates]
              for side, texts in (("before", column.before), ("after", column.after))}
    return ResultTable("audit_plate", {"plate": [written[plate] for plate in plates], **counts},
                       f"Samples of each time on each plate or batch (column {column.words})", {
                           "plate": "Plate or batch", "before": f"Samples {audited.pairs.before}",
                           "after": f"Samples {audited.pairs.after}"}), plates


def days_between(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> tuple[FloatArray, str]:
    """Days from the first biopsy to the second (NaN where unknown), and the column that says so ("" without one)."""
    for key in ("date", "between", "day"):
        column = columns.get(key)
        if column is None:
            continue
        if key == "date":
            days = np.array([_day(second) - _day(first) for first, second in zip(column.before, column.after)])
        elif key == "between":
            both = np.where(np.isfinite(column.numbers_after), column.numbers_after, column.numbers_before)
            days = both * (7.0 if any("week" in name.lower() for name in column.names) else 1.0)
        else:
            days = column.numbers_after - column.numbers_before
        if np.isfinite(days).any():
            return np.asarray(days, dtype=np.float64), column.words
    return np.full(audited.n_pairs, np.nan), ""


def interval_light(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> AuditLight:
    """Median, range and spread of the time between the two biopsies, and whether changes go with it."""
    days, words = days_between(audited, columns)
    known = days[np.isfinite(days)]
    if not len(known):
        there = [columns[key].words for key in ("date", "between", "day") if key in columns]
        why = f"column {there[0]} has no date (year-month-day) or number of days at both times" if there else \
            "no column gives dates or days"
        return not_judged("interval", "Time between not given", "Whether the time between the biopsies differs cannot "
                          f"be judged: {why}.", ["a column of dates", "a column of days"])
    going, corrected = changes_that_go_with(audited, days)
    table = ResultTable("audit_interval", {
        "receptor": list(audited.receptors), "n": [each.n for each in going],
        "correlation": [each.value for each in going], "correlation_low": [each.low for each in going],
        "correlation_high": [each.high for each in going], "p": [each.p for each in going],
        "p_holm": corrected.tolist()}, "Changes of the receptors beside the days between the biopsies", {
            "receptor": "Receptor", "n": "Pairs with both", "correlation": "Pearson correlation of change with days",
            "correlation_low": "Lower 95 % limit", "correlation_high": "Upper 95 % limit",
            "p": "P of the correlation, not corrected", "p_holm": "P corrected for all receptors (Holm)"})
    patients = audited.pairs.patients
    start = (f"The biopsies lie {number_words(float(np.median(known)), 0)} days apart (median; "
             f"{number_words(float(known.min()), 0)} to {number_words(float(known.max()), 0)}, {len(known)} of "
             f"{audited.n_pairs} pairs known, column {words}).")
    wrong = [patients[place] for place in np.flatnonzero(np.nan_to_num(days, nan=1.0) <= 0)]
    if wrong:
        shown = list_words(wrong) if len(wrong) <= 5 else ", ".join(wrong[:5]) + ", …"
        return AuditLight("interval", RED, "Dates the wrong way", f"{start} In {shown} the sample "
                          f"“{audited.pairs.after}” is not later than the one “{audited.pairs.before}”: dates or "
                          "samples are mixed up.", table)
    with_it = [audited.receptors[place] for place in np.flatnonzero(np.nan_to_num(corrected, nan=1.0) < 0.05)]
    if with_it:
        return AuditLight("interval", AMBER, f"Time goes with {len(with_it)} RTK{'s' if len(with_it) > 1 else ''}",
                          f"{start} The change of {list_words(with_it[:3])} goes with it (corrected for all "
                          "receptors).", table)
    none = " No receptor's change goes with it after correction."
    if known.max() / known.min() > UNEVEN:
        return AuditLight("interval", AMBER, "Time between uneven", f"{start} The longest is "
                          f"{number_words(float(known.max() / known.min()), 1)} times the shortest.{none}", table)
    return AuditLight("interval", GREEN, "Time between alike", start + none, table)


def _day(text: str) -> float:
    """The day of an ISO date, as the import writes dates; NaN for anything else."""
    found = re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", text)
    try:
        return float(date(*(int(part) for part in found.groups())).toordinal()) if found else float("nan")
    except ValueError:
        return float("nan")


def subtype_light(audited: AuditedPairs, columns: Mapping[str, TwoTimes]) -> AuditLight:
    """How many tumours changed subtype, and from which to which."""
    column = columns.get("subtype")
    if column is None:
        return not_judged("subtype", "Subtype not given", "Whether tumours changed subtype cannot be judged: no column "
                          "says subtype.", ["a column of subtype or PAM50"])
    moves: dict[tuple[str, str], int] = {}
    for first, second in zip(column.before, column.after):
        if first and second:
            moves[first, second] = moves.get((first, second), 0) + 1
    order = sorted(moves, key=lambda move: (-moves[move], move))
    table = ResultTable("audit_subtype", {
        "before": [first for first, _ in order], "after": [second for _, second in order],
        "patients": [moves[move] for move in order],
        "switched": [value_key(first) != value_key(second) for first, second in order]},
        f"Subtype before and after (column {column.words})", {
            "before": "Subtype before", "after": "Subtype after", "patients": "Patients", "switched": "It changed"})
    known = sum(moves.values())
    switched = {move: count for move, count in moves.items()
                if value_key(move[0]).lower() != value_key(move[1]).lower()}
    number = sum(switched.values())
    if not known:
        return AuditLight("subtype", GREY, "Subtype not given", "Whether tumours changed subtype cannot be judged: "
                          f"column {column.words} has no patient with both times.", table)
    if number:
        most = max(switched, key=lambda move: (switched[move], move))
        return AuditLight("subtype", AMBER, f"Subtype changed in {number}", f"{counted(number, 'tumour')} of {known} "
                          f"changed subtype, most often from {most[0]} to {most[1]} ({switched[most]}; column "
                          f"{column.words}). A receptor can differ because the subtype does.", table)
    if known < FEWEST_PAIRS:
        return AuditLight("subtype", GREY, "Subtype: few pairs", f"None of {counted(known, 'tumour')} changed subtype "
                          f"(column {column.words}); with so few this says little.", table)
    return AuditLight("subtype", GREEN, "Subtype kept", f"None of {counted(known, 'tumour')} changed subtype (column "
                      f"{column.words}).", table)
