"""The pictures of biopsy pairs: change of every receptor, lines of one, the switch map, change against the average.

Not for: how they look (core/figures) or numbers that are not already in PairedNumbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.analyses.paired_biopsies_numbers import DOWN, UP, PairedNumbers
from core.analyses.paired_biopsies_parameters import Parameters
from core.data.tables import Scale
from core.figures.change_volcano import ChangeRows, change_volcano
from core.figures.number_words import capitalised, count_words, counted, p_equals
from core.figures.paired_lines import PairedValues, change_against_average, paired_lines
from core.figures.spec import FigureSpec
from core.figures.switch_map import switch_map

BADGE = "Simulated data"
MOST_LINES = 6
"""Receptors whose lines are drawn into files: those that hold, the strongest first; at least one."""
QUIET_ROWS = 10
"""Rows of a map in which nothing switched."""
HER2 = "ERBB2"
HER2_ORDER = ("kept", "gained", "unknown", "lost")
SCALE_WORDS = {Scale.SCORE: "score", Scale.Z: "z score", Scale.CALLS: "call", Scale.COUNTS: "log2 CPM + 1",
               Scale.LOG_RATIO: "log ratio", Scale.LOG10: "log10"}


def draw_biopsies(numbers: PairedNumbers, parameters: Parameters, *, simulated: bool = False) -> tuple[FigureSpec, ...]:
    """Every picture for the files: volcano, switch map, lines and change by average of the receptors that hold."""
    if not numbers.receptors or not numbers.m:
        return ()
    held = [int(i) for i in numbers.order if numbers.holds[i]][:MOST_LINES] or [int(numbers.order[0])]
    return (volcano_of(numbers, simulated=simulated), switches_of(numbers, simulated=simulated),
            *(lines_of(numbers, numbers.receptors[i], simulated=simulated) for i in held),
            average_of(numbers, numbers.receptors[held[0]], simulated=simulated))


def volcano_of(numbers: PairedNumbers, *, simulated: bool = False) -> FigureSpec:
    """Median change of every receptor against its uncorrected Wilcoxon P."""
    rows = ChangeRows(numbers.receptors, numbers.n_pairs.tolist(), numbers.median_change, numbers.change_low,
                      numbers.change_high, numbers.p_wilcoxon, numbers.p_maxt)
    corrected = bool(np.isfinite(numbers.p_maxt).any())
    return change_volcano(rows, unit=numbers.unit, p_name="Wilcoxon P",
                          how_corrected=_how_corrected(numbers) if corrected else "", pairs_words=_pairs(numbers),
                          before=numbers.pairs.before, after=numbers.pairs.after, badge=BADGE if simulated else "",
                          why_no_p=_in_sentence(numbers.p_withheld) if numbers.p_withheld else
                          "" if np.isfinite(numbers.p_wilcoxon).any() else "too few pairs")


def lines_of(numbers: PairedNumbers, receptor: str, *, simulated: bool = False) -> FigureSpec:
    """Every patient's line of one receptor."""
    i = numbers.receptors.index(receptor)
    p = float(numbers.p_maxt[i])
    words = (f"corrected {p_equals(p)}",) if np.isfinite(p) else ("no P given",) if numbers.p_withheld else ()
    tested = f"Wilcoxon signed-rank P uncorrected {p_equals(float(numbers.p_wilcoxon[i])).removeprefix('P ')}, " \
        if np.isfinite(numbers.p_wilcoxon[i]) else ""
    how = f"{capitalised(tested)}corrected by {_how_corrected(numbers)}." if np.isfinite(p) else ""
    return paired_lines(_values(numbers, i), value_words=f"{receptor} ({value_unit(numbers)})", unit=numbers.unit,
                        before=numbers.pairs.before, after=numbers.pairs.after, test_words=words, how_tested=how,
                        badge=BADGE if simulated else "")


def average_of(numbers: PairedNumbers, receptor: str, *, simulated: bool = False) -> FigureSpec:
    """Change of one receptor against the average of both values."""
    return change_against_average(_values(numbers, numbers.receptors.index(receptor)), unit=numbers.unit,
                                  before=numbers.pairs.before, after=numbers.pairs.after,
                                  badge=BADGE if simulated else "")


def switches_of(numbers: PairedNumbers, *, simulated: bool = False) -> FigureSpec:
    """Who switched what: receptors that hold first, then by how many switched; those that lost HER2 at the right."""
    switched = numbers.switched_up + numbers.switched_down
    order = sorted(range(len(numbers.receptors)), key=lambda i: (not numbers.holds[i], -int(switched[i]),
                                                                 int(np.flatnonzero(numbers.order == i)[0])))
    rows = [i for i in order if switched[i] or numbers.holds[i] or numbers.receptors[i] == HER2]
    if not switched.any():
        rows = [int(i) for i in numbers.order[:QUIET_ROWS]]
    fate = [numbers.her2_after.get(patient, "unknown") for patient in numbers.patients]
    columns = sorted(range(numbers.m), key=lambda pair: HER2_ORDER.index(fate[pair]) if fate[pair] in HER2_ORDER else 2)
    known = any(state != "unknown" for state in fate)
    return switch_map(
        [numbers.receptors[i] for i in rows], [numbers.patients[pair] for pair in columns],
        [[_state(numbers, pair, i) for pair in columns] for i in rows],
        [_her2_state(fate[pair]) for pair in columns] if known else (),
        [f"{numbers.switched_up[i]} up, {numbers.switched_down[i]} down" for i in rows],
        rule_words=f"Switched: {numbers.switch.words}." + _floor_words(numbers), pairs_words=_pairs(numbers),
        bold=[bool(numbers.holds[i]) for i in rows], badge=BADGE if simulated else "",
        left_out=[numbers.receptors[i] for i in order if i not in rows])


def value_unit(numbers: PairedNumbers) -> str:
    """What values are counted in, for an axis."""
    return SCALE_WORDS.get(numbers.matrix.scale, "log2")


def _values(numbers: PairedNumbers, i: int) -> PairedValues:
    return PairedValues(numbers.receptors[i], numbers.patients, numbers.before[:, i], numbers.after[:, i],
                        numbers.her2_after)


def _pairs(numbers: PairedNumbers) -> str:
    return counted(numbers.m, "pair")


def _how_corrected(numbers: PairedNumbers) -> str:
    flips = f"{'all ' if numbers.flips_exact else ''}{count_words(numbers.flips)} flips"
    return f"sign-flip maxT of the paired t over {counted(len(numbers.receptors), 'receptor')}, {flips}"


def _in_sentence(words: str) -> str:
    return words[:1].lower() + words[1:].rstrip(".")


def _state(numbers: PairedNumbers, pair: int, i: int) -> str:
    call = int(numbers.calls[pair, i])
    there = np.isfinite([numbers.before[pair, i], numbers.after[pair, i]])
    if not there.all():
        return "unknown" if there.any() else "not measured"
    if call in (UP, DOWN):
        return "up" if call == UP else "down"
    floor = numbers.switch.floor
    if floor is None:
        return "unchanged"
    above: Sequence[bool] = (bool(numbers.before[pair, i] >= floor), bool(numbers.after[pair, i] >= floor))
    return "stays on" if all(above) else "unchanged" if any(above) else "stays off"


def _her2_state(fate: str) -> str:
    return f"HER2 {fate}" if fate in ("kept", "lost", "gained") else "unknown"


def _floor_words(numbers: PairedNumbers) -> str:
    return "" if numbers.switch.floor is None else (
        " On: at or above the noise floor both times; off: below it both times.")
