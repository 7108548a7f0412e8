"""The rows of a table of slides made into scores: every cell read, every row that cannot be used said with its reason.

Not for: which score is used (ihc.py), or putting scorers, cores and clones together (slide_scores.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.assays.assay_genes import PHOSPHO, TOTAL, MeasuredNames, measured_names
from core.data.assays.assay_spec import ALLRED, CATEGORY, H_SCORE, IRS, POSITIVE
from core.data.assays.assay_table import AssayTable, Reading
from core.data.assays.ihc_scores import (
    H_TOLERANCE,
    SUM_TOLERANCE,
    Score,
    allred_score,
    allred_total,
    category_score,
    h_score,
    immunoreactive_score,
    percent_score,
    plain_h_score,
    proportion_class,
    proportion_in_words,
)
from core.data.assays.slide_scores import TOP, SlideScore
from core.data.genes.measured_names import without_shared_part
from core.data.sheets.sheet_words import counted
from core.data.tables import Missing
from core.problems import Severity, note, warning

PERCENTAGES = ("percent_0", "percent_1", "percent_2", "percent_3")
KEYS_OF = {H_SCORE: ("h_score",), ALLRED: ("allred",), CATEGORY: ("category",), POSITIVE: ("positive_percent",),
           IRS: ("irs",)}
_REMEDY = {
    "percentages": "correct the cells; the four have to add to 100 ± 1",
    "two_grades": "write one grade into the cell",
    "words_for_score": "write a score into the cell, or name the text with the key missing",
}
_WITH_LIMITS = (H_SCORE, POSITIVE, IRS)
"""Scores without steps, where <1 and >90 leave an interval."""
_MOST = 2 / 3
"""Of the rows that must add to 1 for the percentages to be shares."""
_EMPTY = (Missing.BLANK, Missing.NOT_AVAILABLE, Missing.NOT_DONE)


@dataclass(frozen=True)
class Her2Grade:
    """The IHC grade of HER2 on one slide, 0 to 3."""

    sample: str
    grade: int
    cell: str


class SlideRows:
    """The rows of one table made into scores, each row's fate written down."""

    def __init__(self, at: AssayTable, kind: str, wide: Sequence[int]) -> None:
        self.at = at
        self.kind = kind
        self.wide = tuple(wide)
        self.blank: list[tuple[int, int]] = []
        self.ish: dict[str, str] = {}
        self.negative = at.spec.choice("blank") == "negative"
        self._short: dict[int, str] = {}
        self.grades: list[Her2Grade] = []
        self._factor = self._of_shares()
        self._percent_classes = self._proportions_are_percent()

    def scores(self) -> list[SlideScore]:
        """Every usable score of the table."""
        found: list[SlideScore] = []
        names = self._names()
        in_cells = self.wide or self.at.has("antibody")
        places = [self.at.table.place(*cell) if in_cells else self.at.table.place() for cell in names]
        meaning = measured_names(list(names.values()), places, self.at.answers)
        self.at.findings += meaning.findings
        self.at.changes += meaning.changes
        self.at.used |= meaning.used
        for row in self.at.region.rows:
            if row not in self.at.sample_of_row or row in self.at.left_out:
                continue
            if self.wide:
                for column in self.wide:
                    name = self._short.get(column, "")
                    found += self._scores_of(row, name, meaning, [(column, "")])
                continue
            name = self.at.spec.choice("receptor") or self.at.text(row, "antibody")
            if not name:
                self.at.leave_out("row_without_antibody", "this row names no antibody", row, self.at.at("antibody"),
                                  remedy="write the antibody or receptor into the cell")
                continue
            found += self._scores_of(row, name, meaning, self._slots())
        return found

    def _names(self) -> dict[tuple[int, int], str]:
        """The names to be resolved, by their cell."""
        at = self.at
        if self.wide:
            top = at.region.header_rows[-1] if at.region.header_rows else 0
            self._short = dict(zip(self.wide, names_of_columns(at, self.wide), strict=True))
            return {(top, column): self._short[column] for column in self.wide}
        if at.spec.choice("receptor"):
            return {(at.region.rows[0], at.region.columns[0]): at.spec.choice("receptor")}
        return {(row, at.at("antibody")): text for row in at.region.rows if (text := at.text(row, "antibody"))}

    def _slots(self) -> list[tuple[int, str]]:
        """(column, scorer) of each score in a row; several columns are several scorers."""
        columns = self.at.columns.get(KEYS_OF[self.kind][0], ())
        if self.kind == H_SCORE and self.at.has("percent_1"):
            return [(self.at.at("percent_1"), "")]
        if self.kind == ALLRED and not columns:
            return [(self.at.at("proportion"), "")]
        if len(columns) > 1:
            return [(column, self.at.region.names[column]) for column in columns]
        return [(column, "") for column in columns]

    def _scores_of(self, row: int, name: str, meaning: MeasuredNames, slots: Sequence[tuple[int, str]]
                   ) -> list[SlideScore]:
        at = self.at
        measured = meaning.of_name[name]
        if not measured.gene:
            if not self.wide:
                at.left_out.add(row)
            return []
        stated = at.spec.table.measure
        measure = stated or (PHOSPHO if measured.phospho else TOTAL)
        found = []
        for column, scorer in slots:
            score = self._score(row, column)
            if score is None:
                continue
            if not score.usable:
                self._reject(row, column, score)
                continue
            if score.low < score.high:
                column = self._limited(row, column)
            found.append(SlideScore(
                at.sample_of_row[row], measured.gene, measure, name, at.text(row, "clone") or measured.clone,
                at.text(row, "compartment"), at.text(row, "scorer") or scorer, at.text(row, "core"), score.low,
                score.high, row, column))
        if measured.gene == "ERBB2" and not measured.phospho:
            graded = [column for column, _ in slots] if self.kind == CATEGORY else at.columns.get("category", ())
            self._look_at_her2(row, graded)
        return found

    def _limited(self, row: int, column: int) -> int:
        """The cell in which a limit such as <1 was typed: of four percentages the first that has one."""
        if self.wide or self.kind != H_SCORE or not self.at.has("percent_1"):
            return column
        places = [self.at.at(key) for key in PERCENTAGES if self.at.has(key)]
        return next((place for place in places if (read := self.at.reading(row, place)).low < read.high), column)

    def _look_at_her2(self, row: int, graded: Sequence[int]) -> None:
        """Grade and hybridisation of HER2, also where the score that is used is another."""
        at = self.at
        sample = at.sample_of_row[row]
        if ish := at.text(row, "ish"):
            self.ish.setdefault(sample, ish)
        for column in graded:
            if (row, column) in at.table.dates or not at.table.text(row, column):
                continue
            number = float(at.table.numbers[row, column])
            grade = category_score(at.table.text(row, column), None if np.isnan(number) else number)
            if grade.usable:
                self.grades.append(Her2Grade(sample, int(grade.low), at.table.cell(row, column)))

    def _score(self, row: int, column: int) -> Score | None:
        """The score of a row; None where the cell is blank and blank means missing, or says "not done"."""
        at = self.at
        if not self.wide and self.kind == H_SCORE and at.has("percent_1"):
            return self._of_percentages(row)
        if not self.wide and self.kind == ALLRED and not at.has("allred"):
            return self._of_parts(row)
        text = at.table.text(row, column)
        reading = at.reading(row, column, 0.0, TOP[self.kind] if self.kind in _WITH_LIMITS else float("inf"))
        if self.kind == CATEGORY and (row, column) not in at.table.dates and reading.missing in (
                None, Missing.UNREADABLE):
            number = float(at.table.numbers[row, column])
            return category_score(text, None if np.isnan(number) else number)
        if reading.missing in _EMPTY:
            return self._empty_score(row, column, reading)
        if not reading.known:
            return _unreadable(reading, (row, column) in at.table.dates)
        if self.kind == ALLRED:
            return allred_total(reading.low)
        made = {H_SCORE: plain_h_score, POSITIVE: percent_score, IRS: immunoreactive_score}[self.kind]
        return made(reading.low, reading.high)

    def _empty_score(self, row: int, column: int, reading: Reading) -> Score | None:
        """The score of a cell without a value: 0 where blank means negative, none otherwise."""
        if reading.missing == Missing.BLANK:
            self.blank.append((row, column))
            if self.negative:
                self.at.changed(row, column, "0", "blank means negative, as you decided")
                return Score(0.0, 0.0)
            self.at.changed(row, column, "", "blank: taken as not done")
        else:
            self.at.changed(row, column, "", "not done or not available")
        if not self.wide:
            self.at.left_out.add(row)
        return None

    def _of_percentages(self, row: int) -> Score | None:
        at = self.at
        columns = [at.at(key) for key in PERCENTAGES if at.has(key)]
        readings = [at.reading(row, column, 0.0, 100.0 / self._factor).times(self._factor) for column in columns]
        for column, reading in zip(columns, readings, strict=True):
            if reading.missing in (Missing.UNREADABLE, Missing.BELOW_LIMIT, Missing.ABOVE_LIMIT):
                self._reject(row, column, _unreadable(reading, (row, column) in at.table.dates))
                return None
        stated = at.reading(row, at.at("h_score"), 0.0, 300.0) if at.has("h_score") else None
        gaps = [at_ for at_, reading in enumerate(readings) if not reading.known]
        if len(gaps) == len(readings):
            if stated is not None and stated.known:
                at.tell("h_score_alone", "only the H-score stands in this row, without its percentages; it is used as "
                        "it is", row, at.at("h_score"), severity=Severity.NOTE)
                return plain_h_score(stated.low, stated.high)
            return self._empty_score(row, columns[0], readings[0])
        if gaps:
            known = sum(reading.middle for reading in readings if reading.known)
            if len(readings) < 4 or not 99.0 <= known <= 101.0:
                return Score(code="percentage_missing", why="one of the percentages is missing, and the others add to "
                             f"{known:g}")
            for place in gaps:
                at.changed(row, columns[place], "0", "the other percentages add to 100")
        score = h_score([(reading.low, reading.high) if reading.known else (0.0, 0.0) for reading in readings])
        if score.usable and stated is not None and stated.known and (
                stated.low > score.high + H_TOLERANCE or stated.high < score.low - H_TOLERANCE):
            percent = f"{score.low:g}" if score.low == score.high else f"{score.low:g} to {score.high:g}"
            at.tell("h_score_differs", f"the H-score stands as {stated.text}, but its percentages give {percent}; the "
                    "percentages are used", row, at.at("h_score"), why="One of the cells is mistyped.",
                    remedy="correct the row in the file")
            at.changed(row, at.at("h_score"), percent, "computed from the percentages")
        return score

    def _of_shares(self) -> float:
        """100 where the percentages are shares that add to 1 (cells formatted as percent), 1 otherwise."""
        at = self.at
        columns = [at.at(key) for key in PERCENTAGES if at.has(key)]
        if len(columns) < 4 or self.wide:
            return 1.0
        rows = at.table.numbers[np.ix_(np.asarray(at.region.rows, np.intp), np.asarray(columns, np.intp))]
        sums = rows[~np.isnan(rows).any(axis=1)].sum(axis=1)
        if not sums.size or np.mean(np.abs(sums - 1.0) <= SUM_TOLERANCE / 100) < _MOST:
            return 1.0
        at.findings.append(note("percent_as_shares", "the percentages are shares that add to 1, as in cells formatted "
                                "as percent; they were multiplied by 100", at.table.place(None, columns[0])))
        return 100.0

    def _proportions_are_percent(self) -> bool:
        """A column of proportions above 5, or with percent signs, holds percentages and no classes."""
        at = self.at
        if not at.has("proportion"):
            return False
        column = at.at("proportion")
        texts = at.table.column_texts(column)
        numbers = at.table.numbers[:, column]
        percent = any(text.endswith("%") for text in texts) or bool(np.nanmax(np.append(numbers, 0.0)) > 5)
        if percent:
            at.findings.append(note("proportion_percent", "proportions are percentages; they were put into the classes "
                                    "of Allred (<1, 10, 33.3, 66.7 %)", at.table.place(None, column)))
        return percent

    def _of_parts(self, row: int) -> Score | None:
        at = self.at
        columns = at.at("proportion"), at.at("intensity")
        parts: list[float] = []
        for column, in_words in zip(columns, (True, False), strict=True):
            words = proportion_in_words(at.table.text(row, column)) if in_words else None
            if words is not None:
                parts.append(float(words))
                continue
            reading = at.reading(row, column)
            if reading.missing in _EMPTY:
                return self._empty_score(row, column, reading)
            if not reading.known:
                self._reject(row, column, _unreadable(reading, (row, column) in at.table.dates))
                return None
            parts.append(float(proportion_class(reading.low)) if in_words and self._percent_classes else reading.low)
        return allred_score(parts[0], parts[1])

    def _reject(self, row: int, column: int, score: Score) -> None:
        remedy = _REMEDY.get(score.code, "correct the cell")
        why = "No number is guessed." if score.code in ("two_grades", "words_for_score") else ""
        if self.wide:
            self.at.tell(score.code, f"{score.why}; this score is left out", row, column, why=why, remedy=remedy)
            self.at.changed(row, column, "", f"left out: {score.why}")
        else:
            self.at.leave_out(score.code, f"{score.why}; this row is left out", row, column, why=why, remedy=remedy)

    def say_blanks(self) -> None:
        """One sentence about all blank cells, and the key that says what they mean."""
        if not self.blank:
            return
        at = self.at
        cells = ", ".join(at.table.cell(*cell) for cell in self.blank[:5]) + (", …" if len(self.blank) > 5 else "")
        row, column = self.blank[0]
        place = at.table.place(row, column, sample=at.sample_of_row.get(row, ""))
        if self.negative:
            at.findings.append(note("blank_is_negative", f"{counted(len(self.blank), 'blank cell')} ({cells}) counted "
                                    "as 0, as you decided", place))
        else:
            at.findings.append(warning(
                "blank_scores", f"{counted(len(self.blank), 'blank cell')} ({cells}) "
                f"{'was' if len(self.blank) == 1 else 'were'} taken as not done", place,
                why="A blank may also mean that nothing was stained.",
                remedy='if it means negative, state blank = "negative"', answer_key="blank"))


def _unreadable(reading: Reading, is_date: bool) -> Score:
    if is_date:
        return Score(code="date_for_score", why=f"the spreadsheet program made a date of this score ({reading.text})")
    if reading.missing in (Missing.BELOW_LIMIT, Missing.ABOVE_LIMIT):
        return Score(code="limit_without_end", why=f"“{reading.text}” is a limit, not a score")
    return Score(code="words_for_score", why=f"“{reading.text[:40]}” is no number, and none is made of it")


def names_of_columns(at: AssayTable, columns: Sequence[int]) -> list[str]:
    """The receptor that each header names, without the word for the score that stands beside it."""
    shown, _ = without_shared_part([at.region.names[column] for column in columns])
    return [_bare(name) for name in shown]


def _bare(name: str) -> str:
    """The receptor in a header such as ``HER2 (H-score)``."""
    for word in ("h-score", "hscore", "h score", "histoscore", "allred", "% positive", "%positive", "ihc", "score"):
        at = name.lower().find(word)
        if at > 0:
            name = name[:at] + name[at + len(word):]
    return name.strip(" _-()[].,:") or name
