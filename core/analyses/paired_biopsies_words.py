"""The analysis of biopsy pairs in words: the answer, the findings, and what few pairs can say.

Not for: numbers that are not already in PairedNumbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.analyses.paired_biopsies_numbers import HOLDS, PairedNumbers
from core.analyses.prognosis_words import Answer
from core.data.reference import rtk_symbols
from core.data.tables import Scale
from core.figures.number_words import (
    count_words,
    counted,
    list_words,
    p_equals,
    p_words,
    short_number,
    signed_words,
)
from core.problems import Problem, warning

NAMES_IN_ANSWER = 5


def answer(numbers: PairedNumbers) -> Answer:
    """What the page says under its question; the corrected P is the only one in it."""
    three = (("Pairs used", str(numbers.m), f"of {_patients_seen(numbers)}"), *_top_number(numbers),
             _her2_number(numbers))
    one = "RTK" if set(numbers.receptors) <= set(rtk_symbols()) else "gene"
    tested = np.isfinite(numbers.t)
    if numbers.p_withheld:
        return Answer("No P value is given.", numbers.p_withheld, three, "unsure",
                      "What is seen may be the plate. Intervals and changes are shown; they cannot tell either.")
    if not tested.any():
        return Answer(f"{counted(numbers.m, 'pair')} cannot answer this.", _what_few_say(numbers), three, "unsure",
                      "A change is tested against how much it varies between patients, and that takes at least two "
                      "pairs that differ.")
    if not np.isfinite(numbers.p_maxt).any():
        return Answer("No answer without correction.", "No pair was flipped, so no corrected P is known. Set Flips "
                      "above 0 and run.", three, "unsure", "Of many receptors 1 in 20 has a P below 0.05 by chance "
                      "alone. The correction sees how often flipped pairs do as well; none was flipped.")
    held = [int(i) for i in numbers.order if numbers.holds[i]]
    if held:
        return Answer(_held_clause(numbers, held), _held_words(numbers, held), three, "ok")
    largest = _largest(numbers)
    if numbers.smallest_p >= HOLDS:
        return Answer(f"{counted(numbers.m, 'pair')} cannot answer this.", f"{_smallest(numbers)} {largest}", three,
                      "unsure", _why_unsure(numbers))
    nothing = f"No {one} changes after correction." if len(numbers.receptors) > 1 else \
        f"{numbers.receptors[0]} does not change more than by chance."
    return Answer(nothing, f"{_smallest(numbers)} {largest} {_seen(numbers)}".strip(),
                  three, "nothing", _why_unsure(numbers))


def _patients_seen(numbers: PairedNumbers) -> int:
    patients = {pair.patient for pair in numbers.pairs.pairs} | {
        each.patient for each in numbers.pairs.left_out if each.patient}
    return len(patients)


def _top_number(numbers: PairedNumbers) -> tuple[tuple[str, str, str], ...]:
    best = int(numbers.order[0])
    if not np.isfinite(numbers.median_change[best]):
        return (("Median change", "?", ""),)
    return ((f"{numbers.receptors[best]} median change", _signed(float(numbers.median_change[best])),
             _interval(numbers, best)),)


def _her2_number(numbers: PairedNumbers) -> tuple[str, str, str]:
    states = list(numbers.her2_after.values())
    known = sum(state != "unknown" for state in states)
    return ("HER2 lost", str(states.count("lost")) if known else "?", f"of {known}" if known else "")


def _signed(value: float) -> str:
    return signed_words(value, 1 if abs(value) >= 10 else 2)


def _interval(numbers: PairedNumbers, i: int) -> str:
    low, high = float(numbers.change_low[i]), float(numbers.change_high[i])
    return f"({_signed(low)} to {_signed(high)})" if np.isfinite([low, high]).all() else ""


def _held_clause(numbers: PairedNumbers, held: Sequence[int]) -> str:
    """The larger of the two directions (at a tie that of the strongest) as a sentence."""
    sides = {sign: [numbers.receptors[i] for i in held if numbers.mean_change[i] * sign > 0] for sign in (1, -1)}
    first = 1 if numbers.mean_change[held[0]] > 0 else -1
    sign = max((first, -first), key=lambda side: len(sides[side]))
    names = sides[sign]
    shown = names if len(names) <= NAMES_IN_ANSWER else [*names[:NAMES_IN_ANSWER - 1],
                                                         f"{len(names) - NAMES_IN_ANSWER + 1} more"]
    verb = ("rises" if sign > 0 else "falls") if len(names) == 1 else ("rise" if sign > 0 else "fall")
    return f"{list_words(shown)} {verb} {_from_to(numbers)}."


def _from_to(numbers: PairedNumbers) -> str:
    return f"from {numbers.pairs.before} to {numbers.pairs.after}"


def _held_words(numbers: PairedNumbers, held: Sequence[int]) -> str:
    total = len(numbers.receptors)
    flips = f"sign-flip maxT, {_flips_words(numbers)}"
    if total == 1:
        words = [f"It holds ({flips}). It was the only one tested."]
    else:
        words = [f"{len(held)} of {total} {'holds' if len(held) == 1 else 'hold'} after correction ({flips})."]
        up = sum(numbers.mean_change[i] > 0 for i in held)
        if 0 < up < len(held):
            words.append(f"{up} rise and {len(held) - up} fall.")
    lost = _without_lost(numbers)
    return " ".join([*words, lost] if lost else words)


def _flips_words(numbers: PairedNumbers) -> str:
    return f"all {count_words(numbers.flips)} flips" if numbers.flips_exact else f"{count_words(numbers.flips)} flips"


def _without_lost(numbers: PairedNumbers) -> str:
    if numbers.holds_without_lost is None:
        return ""
    lost = sum(state == "lost" for state in numbers.her2_after.values())
    who = f"Without the {lost} patients whose tumour lost HER2" if lost > 1 else \
        "Without the patient whose tumour lost HER2"
    held = {receptor for i, receptor in enumerate(numbers.receptors) if numbers.holds[i]}
    still = set(numbers.holds_without_lost)
    if still == held:
        return f"{who}, the same {len(held)} hold." if len(held) > 1 else f"{who}, it still holds."
    gone = [name for name in numbers.receptors if name in held - still]
    more = [name for name in numbers.receptors if name in still - held]
    parts = [f"{list_words(gone)} no longer {'holds' if len(gone) == 1 else 'hold'}"] if gone else []
    parts += [f"{list_words(more)} {'holds' if len(more) == 1 else 'hold'} too"] if more else []
    return f"{who}, {' and '.join(parts)}."


def _smallest(numbers: PairedNumbers) -> str:
    pairs = counted(numbers.m, "pair")
    smallest = f"With {pairs} the smallest corrected P that flipping can give is {smallest_words(numbers.smallest_p)}"
    if numbers.smallest_p >= HOLDS:
        return f"{smallest}: at least {numbers.pairs_needed} pairs are needed."
    return f"{smallest}."


def smallest_words(p: float) -> str:
    """A smallest P in three significant digits: it is a fact of the design, not a result to be rounded to < 0.001."""
    if not np.isfinite(p) or p <= 0:
        return "not known"
    digits = 2 - int(np.floor(np.log10(p)))
    return f"{p:.{digits}f}".rstrip("0").rstrip(".")


def _largest(numbers: PairedNumbers) -> str:
    """The largest rise, or where nothing rose the largest fall."""
    change = np.where(np.isfinite(numbers.t), numbers.median_change, np.nan)
    if not np.isfinite(change).any():
        return ""
    best = int(np.nanargmax(change))
    what = "rise"
    if change[best] <= 0:
        best, what = int(np.nanargmin(change)), "fall"
    if change[best] == 0:
        return "No median change differs from 0."
    interval = _interval(numbers, best)
    low_high = f" {interval}" if interval else ""
    return (f"The largest {what} is {numbers.receptors[best]}, {_signed(float(change[best]))} {numbers.unit}{low_high},"
            f" corrected {p_equals(float(numbers.p_maxt[best]))}.")


def _seen(numbers: PairedNumbers) -> str:
    """What size of change would probably have been seen, for a receptor of middling spread."""
    known = numbers.detectable[np.isfinite(numbers.detectable)]
    if not len(known):
        return ""
    middle = float(np.median(known))
    of_all = " after correction" if len(numbers.receptors) > 1 else ""
    return (f"A mean change of {short_number(float(f'{middle:.2g}'))} {numbers.unit} would show{of_all} in 4 of 5 such "
            "studies.")


def _what_few_say(numbers: PairedNumbers) -> str:
    if numbers.m == 1:
        return "One pair shows a change, but not whether it is more than chance. The values are in the table pairs."
    if not np.isfinite(numbers.change).any():
        return "No receptor has a value before and after in the same patient."
    if not np.nan_to_num(numbers.change).any():
        return "No receptor changed in any pair: the values before and after are the same."
    return "No receptor has two pairs whose changes differ."


def _why_unsure(numbers: PairedNumbers) -> str:
    total = len(numbers.receptors)
    words = f"Each pair can be flipped, before for after, in {_flips_words(numbers)}; a P counts how many do as well"
    fewer = ", or fewer receptors, named before looking" if total > 1 and numbers.smallest_p < HOLDS else ""
    parts = (f"{words}, the observed one among them.", _seen(numbers), "That nothing holds does not mean that nothing "
             f"changed. More pairs would help{fewer}.")
    return " ".join(part for part in parts if part)


def findings(numbers: PairedNumbers) -> tuple[str, ...]:
    """The answer, what was asked for besides, who is in and out, and the lights that are not green."""
    said = answer(numbers)
    words = [f"{said.sentence} {said.explanation}"]
    words += [_strongest(numbers)] if numbers.holds.any() else []
    words += _score_words(numbers) + _interaction_words(numbers) + _positivity_words(numbers)
    out = len(numbers.pairs.left_out)
    words.append(f"{counted(numbers.m, 'pair')} of {counted(_patients_seen(numbers), 'patient')}, "
                 f"{numbers.pairs.before} and {numbers.pairs.after}, paired by "
                 f"{'clinical columns' if numbers.pairs.source == 'columns' else 'sample names'}; "
                 f"{counted(out, 'sample')} in no pair.")
    words += [light.sentence for light in numbers.lights if light.state in ("red", "amber")
              and light.sentence not in numbers.p_withheld]
    return tuple(word for word in words if word)


def _strongest(numbers: PairedNumbers) -> str:
    held = [int(i) for i in numbers.order if numbers.holds[i]]
    listed = [f"{numbers.receptors[i]} {_signed(float(numbers.median_change[i]))} {_interval(numbers, i)}".rstrip()
              + f" in {numbers.n_pairs[i]} pairs, {numbers.up[i]} up and {numbers.down[i]} down, corrected "
              f"{p_equals(float(numbers.p_maxt[i]))}" for i in held[:NAMES_IN_ANSWER]]
    more = f"; and {len(held) - NAMES_IN_ANSWER} more" if len(held) > NAMES_IN_ANSWER else ""
    return f"Median change ({numbers.unit}): {'; '.join(listed)}{more}."


def _score_words(numbers: PairedNumbers) -> list[str]:
    found = numbers.score
    if found is None:
        return []
    name = " + ".join(sorted(found.receptors))
    if found.n_pairs < 2 or not np.isfinite(found.t):
        return [f"The subset score ({name}) cannot be tested: {counted(found.n_pairs, 'pair')} with all of its "
                "receptors and a change that varies."]
    interval = f" ({_signed(found.median_low)} to {_signed(found.median_high)})" if np.isfinite(
        [found.median_low, found.median_high]).all() else ""
    if not np.isfinite(found.p_flips):
        return [f"The subset score ({name}): median change {_signed(found.median)}{interval} {numbers.unit}."]
    return [f"The subset named before, {name}, as one score: median change {_signed(found.median)}{interval} "
            f"{numbers.unit} in {counted(found.n_pairs, 'pair')}, {p_equals(found.p_flips)} by flips (one test; the "
            f"smallest possible is {smallest_words(found.smallest_p)}); by paired t, which rests on normal changes, "
            f"{p_equals(found.p_t)}."]


def _interaction_words(numbers: PairedNumbers) -> list[str]:
    found = numbers.interaction
    if found is None:
        return []
    yes, no = (sum(answer is state for answer in numbers.responders) for state in (True, False))
    start = (f"{counted(yes, 'responder')} ({found.column} = {found.responding}) against "
             f"{counted(no, 'other', 'others')}")
    known = np.isfinite(found.p_maxt)
    if not known.any():
        return [f"{start}: no P" + ("." if numbers.p_withheld else ", there are too few pairs.")]
    held = [numbers.receptors[i] for i in np.flatnonzero(known & (np.nan_to_num(found.p_maxt, nan=1.0) < HOLDS))]
    best = int(np.nanargmin(np.where(known, found.p_maxt, np.nan)))
    top = (f"{numbers.receptors[best]} {_signed(float(found.difference[best]))} ({_signed(float(found.low[best]))} to "
           f"{_signed(float(found.high[best]))}), corrected {p_equals(float(found.p_maxt[best]))}")
    if held:
        return [f"{start}: the change of {list_words(held[:NAMES_IN_ANSWER])} differs after correction. Largest "
                f"difference: {top}."]
    return [f"{start}: no receptor’s change differs after correction (smallest possible P "
            f"{smallest_words(found.smallest_p)}). Nearest: {top}."]


def _positivity_words(numbers: PairedNumbers) -> list[str]:
    found = numbers.positivity
    if found is None:
        return []
    if not np.isfinite(found.p).any():
        return [] if numbers.p_withheld else [f"Nobody can be called positive or negative from {found.cut:g} on."]
    held = np.flatnonzero(np.nan_to_num(found.p_holm, nan=1.0) < HOLDS)
    best = int(np.nanargmin(found.p))
    one = (f"{numbers.receptors[best]} became positive in {found.gained[best]} and negative in {found.lost[best]}, "
           f"McNemar {p_equals(float(found.p[best]))}, corrected {p_words(float(found.p_holm[best]))}")
    cut = "on and off" if numbers.matrix.scale is Scale.CALLS else f"positive from {short_number(found.cut)} on"
    if len(held):
        names = [numbers.receptors[i] for i in held[:NAMES_IN_ANSWER]]
        return [f"Switches ({cut}): {list_words(names)} {'switches' if len(held) == 1 else 'switch'} more one way than "
                f"the other after correction. {one}."]
    return [f"Switches ({cut}): none goes more one way than the other after correction. {one}."]


def result_warnings(numbers: PairedNumbers) -> tuple[Problem, ...]:
    """What few pairs and low counts mean."""
    found: list[Problem] = []
    place = numbers.samples.place
    if numbers.m < numbers.pairs_needed and not numbers.p_withheld and np.isfinite(numbers.smallest_p):
        found.append(warning("few_pairs", f"{counted(numbers.m, 'pair')}: the smallest corrected P that flipping can "
                             f"give is {smallest_words(numbers.smallest_p)}", place,
                             why="No receptor can hold, whatever its change.",
                             remedy=f"at least {numbers.pairs_needed} pairs are needed; with fewer only one score "
                             "named before (parameter score) can be judged, by a t that rests on normal changes"))
    low = [receptor for receptor, t, n in zip(numbers.receptors, numbers.moderated_t, numbers.n_pairs)
           if not np.isfinite(t) and n > 1]
    if low and numbers.matrix.scale is Scale.COUNTS:
        shown = list_words(low if len(low) <= 8 else [*low[:7], f"{len(low) - 7} more"])
        found.append(warning("counts_too_low", f"{shown}: mean log2(CPM + 1) below 1, so no moderated t",
                             numbers.matrix.place, why="The variance of rows with hardly any reads says nothing about "
                             "the others, and theirs nothing about them.", remedy="see the other tests of these rows"))
    if numbers.m > 1 and numbers.prior_rows < 100 and numbers.matrix.scale not in (Scale.SCORE, Scale.CALLS):
        found.append(warning("few_rows_for_prior", f"the moderated t learned from "
                             f"{counted(numbers.prior_rows, 'row')} of the table", numbers.matrix.place,
                             why="A moderated t is comparable only with one that learned from the same rows.",
                             remedy="give the whole table where there is one"))
    return tuple(found)
