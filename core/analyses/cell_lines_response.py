"""The response of cell lines (GI50, IC50, AUC, GR50): its direction, and what was not reached at the highest dose.

Not for: groups or pairs (cell_lines_design.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.analyses.cell_lines_numbers import HIGH_RESISTANT, LOW_RESISTANT, Bools, Floats
from core.data.patients.sample_set import SampleSet
from core.data.tables import ClinicalColumn, Missing
from core.data.values import value_key
from core.figures.number_words import counted, list_words, number_words
from core.problems import Problem, user_error, warning

ENDLESS = {"inf": 1.0, "+inf": 1.0, "infinity": 1.0, "not reached": 1.0, "-inf": -1.0, "\u2212inf": -1.0}
"""What GR metrics write where a curve never crosses the level, and on which side it stays."""
FEWEST_SHARING = 3
SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Response:
    """One value per line.

    ``values`` as stated (the limit where a dose was not reached, NaN where missing); ``ranked`` orders them, those not
    reached beyond all others; ``direction`` is "high is resistant" or "low is resistant".
    """

    name: str
    direction: str
    values: Floats
    ranked: Floats
    not_reached: Bools
    unit: str = ""
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def none(cls, n: int) -> Response:
        """No response: groups or pairs."""
        nothing = np.full(n, np.nan)
        return cls("", "", nothing, nothing.copy(), np.zeros(n, dtype=np.bool_))

    @property
    def resistance(self) -> Floats:
        """The values turned so that larger is more resistant."""
        return -self.values if self.direction == LOW_RESISTANT else self.values

    def of(self, groups: Sequence[Sequence[int]]) -> Response:
        """The mean of the known values of each group of lines."""
        def mean(values: Floats) -> Floats:
            parts = [values[list(rows)][np.isfinite(values[list(rows)])] for rows in groups]
            return np.array([part.mean() if len(part) else np.nan for part in parts], dtype=np.float64)

        return Response(self.name, self.direction, mean(self.values), mean(self.ranked),
                        np.array([bool(self.not_reached[list(rows)].all()) for rows in groups], dtype=np.bool_),
                        self.unit, self.warnings)


def read_response(samples: SampleSet, of_line: Mapping[str, Sequence[str]], layout: Mapping[str, str]) -> Response:
    """The response of every line of ``of_line``.

    Raises UserError "no_clinical", "no_column", "response_not_a_number".
    """
    column = samples.column(layout["column"])
    direction = layout.get("direction", HIGH_RESISTANT)
    row_of = dict(zip(samples.samples, samples.rows().tolist()))
    values, beyond = np.full(len(of_line), np.nan), np.zeros(len(of_line))
    said: list[Problem] = []
    for at, (line, members) in enumerate(of_line.items()):
        rows = [row_of[sample] for sample in members if row_of[sample] >= 0]
        endless = {ENDLESS.get(column.texts[row].strip().lower(), 0.0) for row in rows} - {0.0}
        if len(endless) == 1:
            beyond[at] = endless.pop()
            continue
        known = [number for row in rows if np.isfinite(number := _value(column, row))]
        if not known:
            continue
        values[at] = float(np.mean(known))
        sides = {_beyond(column, row) for row in rows if np.isfinite(_value(column, row))}
        beyond[at] = sides.pop() if len(sides) == 1 else 0.0
        if len({value_key(number) for number in known}) > 1:
            said.append(warning(
                "response_differs_in_line", f"the samples of {line} have different values of “{column.name}”; their "
                f"mean, {number_words(values[at])}, is used", column.place, remedy="write one value per line"))
    endless_at = (beyond != 0) & ~np.isfinite(values)
    if np.isfinite(values).any():  # drawn at the last known value, ranked beyond it
        values = np.where(endless_at, np.where(beyond > 0, np.nanmax(values), np.nanmin(values)), values)
        beyond = np.where(np.isfinite(values), beyond, 0.0)
    unreadable = _unreadable(column, samples)
    if unreadable and not np.isfinite(values).any():
        raise user_error("response_not_a_number", f"“{column.name}” holds no numbers ({_few_texts(column, samples)})",
                         column.place, why="A response is a number per line, such as an IC50.", answer_key="response",
                         remedy="where it says who is resistant, write groups = { column, sensitive, resistant } in "
                         "place of response")
    reached = np.isfinite(values) & (beyond == 0)
    ranked = values.copy()
    if np.isfinite(values).any():
        ranked[beyond > 0] = np.nanmax(values) + 1.0
        ranked[beyond < 0] = np.nanmin(values) - 1.0
    said += _limits(column, layout.get("name", column.name), list(of_line), values, beyond)
    not_reached = beyond != 0
    plateau = _plateau(values, reached, direction)
    if plateau.any():
        said.append(_shared(column, layout.get("name", column.name), values, plateau, list(of_line)))
        not_reached |= plateau
    said += unreadable
    return Response(layout.get("name", column.name), direction, values, ranked, not_reached, layout.get("unit", ""),
                    tuple(said))


def _value(column: ClinicalColumn, row: int) -> float:
    """The number of a cell, or its limit ("> 10")."""
    if row in column.missing:
        return float(column.limits[row]) if row in column.limits else float("nan")
    return float(column.numbers[row])


def _beyond(column: ClinicalColumn, row: int) -> float:
    """1 above a limit, -1 below one, 0 for a plain number."""
    if row not in column.limits:
        return 0.0
    return {Missing.ABOVE_LIMIT: 1.0, Missing.BELOW_LIMIT: -1.0}.get(column.missing.get(row, Missing.BLANK), 0.0)


def _limits(column: ClinicalColumn, name: str, lines: Sequence[str], values: Floats, beyond: Floats) -> list[Problem]:
    said = []
    for side, word, rank in ((1.0, "above", "highest"), (-1.0, "below", "lowest")):
        at = np.flatnonzero(beyond == side)
        if len(at):
            limits = list_words(sorted({number_words(value) for value in values[at]}))
            names = list_words([lines[i] for i in at[:5]]) + (f" and {len(at) - 5} more" if len(at) > 5 else "")
            said.append(warning(
                "response_not_reached", f"“{name}” is {word} {limits} in {counted(len(at), 'line')} ({names}); "
                f"they share the {rank} rank", column.place,
                why="How far beyond the limit they lie is not known, so they count as equal.",
                remedy="measure these lines at further doses, or read them as one rank"))
    return said


def _plateau(values: Floats, reached: Bools, direction: str) -> Bools:
    """Lines that share the most resistant value: the highest dose did not reach the response."""
    at = np.zeros(len(values), dtype=np.bool_)
    if not reached.any():
        return at
    extreme = np.nanmin(values[reached]) if direction == LOW_RESISTANT else np.nanmax(values[reached])
    shared: Bools = reached & (values == extreme)
    if shared.sum() >= max(FEWEST_SHARING, SHARE * np.isfinite(values).sum()) and not shared[reached].all():
        return shared
    return at


def _shared(column: ClinicalColumn, name: str, values: Floats, plateau: Bools, lines: Sequence[str]) -> Problem:
    known = int(np.isfinite(values).sum())
    names = [line for line, on in zip(lines, plateau) if on]
    return warning(
        "response_plateau", f"{int(plateau.sum())} of {known} lines share the most resistant value of “{name}”, "
        f"{number_words(float(values[plateau][0]), 3)} ({', '.join(names[:5])}{', …' if len(names) > 5 else ''}): most "
        "likely the highest dose did not reach the response",
        column.place, why="They are tied in rank tests, and nothing tells them apart.",
        remedy="write “> …” in place of the highest dose where it was not reached, or measure at further doses")


def _few_texts(column: ClinicalColumn, samples: SampleSet) -> str:
    texts = dict.fromkeys(column.texts[row] for row in samples.rows() if row >= 0 and row not in column.missing)
    return ", ".join(f"“{text}”" for text in list(texts)[:3])


def _unreadable(column: ClinicalColumn, samples: SampleSet) -> list[Problem]:
    rows = [row for row in samples.rows() if row >= 0 and row not in column.missing
            and column.texts[row] and not np.isfinite(column.numbers[row])
            and column.texts[row].strip().lower() not in ENDLESS]
    if not rows:
        return []
    shown = ", ".join(f"“{column.texts[row]}”" for row in rows[:3])
    return [warning("response_not_a_number", f"{counted(len(rows), 'value')} of “{column.name}” are no numbers: "
                    f"{shown}", column.place, why="These lines are left out.",
                    remedy="write numbers, or “> 10” where a dose was not reached", answer_key="response")]
