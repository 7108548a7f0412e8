"""What a cell that holds no plain number means: missing and why, below or above a limit, or not readable.

Not for: deciding which cells are values (layout.py, expression_layout.py) or the file's decimal sign (workbook.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.data.answer_lines import cell_line
from core.data.files.raw_table import RawTable, number_words
from core.data.tables import Missing
from core.problems import Problem, note, warning

NOT_DONE_WORDS = ("nd", "n.d.", "n/d", "not done", "not determined", "not tested", "not performed",
                  "n.b.", "n.t.", "nicht bestimmt")
NOT_AVAILABLE_WORDS = (
    "na", "n/a", "n.a.", "n.a", "#n/a", "#na", "nan", "null", "nil", ".", "..", "-", "--", "---", "–", "—", "?", "??",
    "missing", "not available", "not applicable", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!",
    "undetermined", "k.a.", "(blank)", "<na>", "#n/a n/a")
WORDS_OF_VALUES_ONLY = ("unknown", "none", "unk")
"""Missing among measured values; in a clinical table they are answers (treatment: none) and stay."""

ON_WORDS = ("on", "true", "yes", "positive", "active", "1")
OFF_WORDS = ("off", "false", "no", "negative", "inactive", "not active", "0")

_LIMIT = re.compile(r"(<=|>=|≤|≥|<|>)\s*([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)\s*%?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_INTENSITY = re.compile(r"[0-3]\s?\+")
_FEW = 3


@dataclass(frozen=True)
class MissingTokens:
    """The texts that mean "no value", lower case, each with its reason.

    The key ``missing`` of a table adds to the built-in words, it does not replace them. ``numbers`` are those of the
    added words that are numbers (999), which count as missing wherever they stand as a value.
    """

    reasons: Mapping[str, Missing]
    added: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()

    @classmethod
    def of(cls, purpose: str, added: Iterable[str] | None = None) -> MissingTokens:
        """The words for ``purpose`` "expression" or "clinical", and the user's own."""
        reasons = dict.fromkeys(NOT_AVAILABLE_WORDS, Missing.NOT_AVAILABLE)
        reasons |= dict.fromkeys(NOT_DONE_WORDS, Missing.NOT_DONE)
        if purpose == "expression":
            reasons |= dict.fromkeys(WORDS_OF_VALUES_ONLY, Missing.NOT_AVAILABLE)
        own = tuple(str(word).strip() for word in added or ())
        reasons |= {word.lower(): Missing.NOT_AVAILABLE for word in own if word}
        return cls(reasons, own, tuple(float(word) for word in own if _NUMBER.fullmatch(word)))

    def reason(self, text: str) -> Missing | None:
        """Why this text counts as missing; None where it does not. Blank text is blank."""
        trimmed = text.strip()
        return self.reasons.get(trimmed.lower()) if trimmed else Missing.BLANK

    def without(self, *words: str) -> MissingTokens:
        """The same words less some: "-" is an answer in a column that also says "+"."""
        kept = {word: why for word, why in self.reasons.items() if word not in words}
        return MissingTokens(kept, self.added, self.numbers)


def read_limit(text: str) -> tuple[Missing, float] | None:
    """``<0.1`` is below the limit 0.1, ``>90`` above 90; None for anything else."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        return None
    side = Missing.BELOW_LIMIT if match[1] in ("<", "<=", "≤") else Missing.ABOVE_LIMIT
    return side, float(match[2].replace(",", "."))


def number_in_words(text: str) -> float | None:
    """The number in ``12 %``, ``3+``, ``−1.2`` (typographic minus); None where the text is no such number."""
    trimmed = text.strip()
    if _INTENSITY.fullmatch(trimmed):
        return float(trimmed[0])
    plain = trimmed.replace("−", "-").replace(" ", "").replace(" ", "")
    plain = plain[:-1] if plain.endswith("%") else plain
    return float(plain) if plain != trimmed and _NUMBER.fullmatch(plain) else None


def call_value(text: str) -> float | None:
    """1 or 0 for the words of an on/off table; None for any other text."""
    word = text.strip().lower()
    return 1.0 if word in ON_WORDS else 0.0 if word in OFF_WORDS else None


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """The numbers of some rows and columns of a sheet, and every cell that was not a plain number.

    ``values`` has shape (n_rows, n_columns), NaN where missing; ``blank`` counts blank cells. The other fields list
    sheet cells as (row, column, text).
    """

    values: NDArray[np.float64]
    blank: int = 0
    tokens: tuple[tuple[int, int, str], ...] = ()
    limits: tuple[tuple[int, int, str], ...] = ()
    unreadable: tuple[tuple[int, int, str], ...] = ()
    from_words: tuple[tuple[int, int, str], ...] = field(default=())


def read_block(table: RawTable, rows: Sequence[int], columns: Sequence[int], tokens: MissingTokens, *,
               calls: bool = False) -> NumberBlock:
    """Read a block of measured values.

    Parameters
    ----------
    rows, columns : sequence of int
        0-based places in the sheet; the result has one row and column for each, in this order.
    calls : bool
        Read on/off words as 1 and 0.

    Returns
    -------
    NumberBlock
        Missing words, values beyond a limit and unreadable texts are NaN and listed; nothing is guessed.
    """
    values: NDArray[np.float64] = table.numbers[np.ix_(np.asarray(rows, np.intp), np.asarray(columns, np.intp))]
    position = np.full(table.n_rows, -1, dtype=np.intp)
    position[np.asarray(rows, np.intp)] = np.arange(len(rows))
    found: dict[str, list[tuple[int, int, str]]] = {"tokens": [], "limits": [], "unreadable": [], "words": []}
    kinds: dict[str, tuple[str, float]] = {}
    for place, column in enumerate(columns):
        for row, text in table.texts.get(column, {}).items():
            at = position[row]
            if at < 0 or not np.isnan(values[at, place]):
                continue
            if text not in kinds:
                kinds[text] = _kind(text, tokens, calls)
            kind, value = kinds[text]
            if kind in ("words", "call"):
                values[at, place] = value
            if kind in found:
                found[kind].append((row, column, text.strip()))
    if tokens.numbers:
        where = np.argwhere(np.isin(values, tokens.numbers))
        found["tokens"] += [(int(rows[i]), int(columns[j]), number_words(float(values[i, j]))) for i, j in where]
        values[np.isin(values, tokens.numbers)] = np.nan
    listed = sum(len(cells) for kind, cells in found.items() if kind != "words")
    return NumberBlock(values, int(np.isnan(values).sum()) - listed, tuple(found["tokens"]), tuple(found["limits"]),
                       tuple(found["unreadable"]), tuple(found["words"]))


def _kind(text: str, tokens: MissingTokens, calls: bool) -> tuple[str, float]:
    if not text.strip():
        return "blank", np.nan
    if calls and (call := call_value(text)) is not None:
        return "call", call
    if tokens.reason(text) is not None:
        return "tokens", np.nan
    if read_limit(text) is not None:
        return "limits", np.nan
    number = number_in_words(text)
    return ("unreadable", np.nan) if number is None else ("words", number)


def block_findings(table: RawTable, block: NumberBlock) -> list[Problem]:
    """What the import report says about the cells of ``block`` that were no plain numbers."""
    findings: list[Problem] = []
    total = block.values.size
    if block.tokens:
        findings.append(note("missing_words", f"{_cells(table, block.tokens)} of {total:,} cells count as missing "
                             f"({_texts(block.tokens)})", table.place(*block.tokens[0][:2])))
    if block.blank:
        findings.append(note("blank_cells", f"{block.blank:,} of {total:,} cells are blank and count as missing",
                             table.place()))
    if block.limits:
        findings.append(warning(
            "beyond_limit", f"{_cells(table, block.limits)} beyond a limit of the assay: {_texts(block.limits)}",
            table.place(*block.limits[0][:2]), why="Their value is not known, only the limit. They count as missing.",
            remedy=f"enter a value of your choice under [dataset.answers]: {_cell_line(table, block.limits)}; or "
            "continue without them"))
    if block.from_words:
        findings.append(note("number_from_words", f"{_cells(table, block.from_words)} were read as the number in them "
                             f"({_texts(block.from_words)})", table.place(*block.from_words[0][:2])))
    if block.unreadable:
        findings.append(warning(
            "unreadable_values", f"{_cells(table, block.unreadable)} with text that is no number: "
            f"{_texts(block.unreadable)}", table.place(*block.unreadable[0][:2]), why="They count as missing.",
            remedy="correct the cells in the file, give their values under [dataset.answers]: "
            f"{_cell_line(table, block.unreadable)}; or name the text with the key missing"))
    return findings


def _cell_line(table: RawTable, cells: Sequence[tuple[int, int, str]]) -> str:
    return cell_line(table.place(*cells[0][:2]))


def _cells(table: RawTable, cells: Sequence[tuple[int, int, str]]) -> str:
    first = ", ".join(table.cell(row, column) for row, column, _ in cells[:_FEW])
    more = ", …" if len(cells) > _FEW else ""
    return f"{len(cells):,} {'cell' if len(cells) == 1 else 'cells'} ({first}{more})"


def _texts(cells: Sequence[tuple[int, int, str]]) -> str:
    counts: dict[str, int] = {}
    for _, _, text in cells:
        counts[text] = counts.get(text, 0) + 1
    frequent = sorted(counts, key=lambda text: -counts[text])[:_FEW + 1]
    shown = ", ".join(f"“{text[:40]}”" for text in frequent)
    return shown + (f" and {len(counts) - len(frequent)} other texts" if len(counts) > len(frequent) else "")
