"""Samples as they came in a table, made unique: renamed and dropped as the user decided, repeated ones left out.

Not for: matching samples between tables (sample_names.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.data.answer_lines import cell_line
from core.data.files.raw_table import RawTable, number_words
from core.data.sheets.collapse_genes import Change
from core.data.sheets.recipe import Answers
from core.data.sheets.sheet_words import counted
from core.data.values import value_key
from core.problems import Location, Problem, note, user_error, warning

_SHOWN = 5

Cell = tuple[int, int]


@dataclass(frozen=True)
class KeptSamples:
    """``kept`` are positions in the table, ``names`` their sample ids; ``used`` the answers that found their sample."""

    kept: tuple[int, ...]
    names: tuple[str, ...]
    findings: tuple[Problem, ...]
    changes: tuple[Change, ...]
    used: frozenset[tuple[str, str]]


def sample_name(text: str) -> str:
    """The id as it is shown: trimmed; ``12.0`` as 12, while ``007`` stays as written."""
    trimmed = " ".join(text.split())
    if trimmed.endswith(".0") and value_key(trimmed) != trimmed:
        return number_words(float(trimmed))
    return trimmed


def keep_samples(table: RawTable, names: Sequence[str], cells: Sequence[Cell], answers: Answers,
                 same: Callable[[int, int], bool], *, replicates: bool = False) -> KeptSamples:
    """Decide about every sample of a table.

    Parameters
    ----------
    names, cells : sequence
        The label of each sample in the file and its (row, column).
    same : callable
        Whether two samples (by position) hold the same content.
    replicates : bool
        Where every name stands more than once, keep them all under name and place (``Lapatinib (C)``): the table
        holds replicates, and no sample could be told by its name alone.

    Returns
    -------
    KeptSamples
        Unnamed and dropped samples are out. Of samples that repeat with the same content the first is kept; where the
        content differs all are left out, because nobody can tell which one is meant (contract §1).

    Raises
    ------
    UserError
        "no_samples" when none is left.
    """
    renames = {value_key(name): sample_name(new) for name, new in answers.samples.items()}
    drops = {value_key(name) for name in answers.drop}
    changes: list[Change] = []
    findings: list[Problem] = []
    used: set[tuple[str, str]] = set()
    unnamed: list[int] = []
    dropped: list[int] = []
    groups: dict[str, list[int]] = {}
    shown: dict[int, str] = {}
    for at, raw in enumerate(names):
        key = value_key(raw)
        name = sample_name(raw)
        if not name:
            unnamed.append(at)
            continue
        if key in renames:
            used.add(("samples", key))
            changes.append(Change(table.cell(*cells[at]), name, renames[key], "renamed, as you decided"))
            name = renames[key]
        if drops & {key, value_key(name)}:
            used |= {("drop", word) for word in (key, value_key(name)) if word in drops}
            dropped.append(at)
            changes.append(Change(table.cell(*cells[at]), name, "", "left out, as you decided"))
            continue
        shown[at] = name
        groups.setdefault(value_key(name), []).append(at)
    kept: list[int] = []
    equal: list[list[int]] = []
    differing: list[list[int]] = []
    for members in groups.values():
        if len(members) == 1:
            kept += members
        elif all(same(members[0], other) for other in members[1:]):
            kept.append(members[0])
            equal.append(members)
        else:
            differing.append(members)
    if replicates and differing and not kept and not dropped:
        findings.append(_replicates(table, cells, shown, differing))
        shown = {at: f"{name} ({_own_place(table, cells, at)})" for at, name in shown.items()}
        kept, equal, differing = sorted(shown), [], []
    kept.sort()
    findings += _about_answers(table, cells, shown, changes, dropped)
    if unnamed:
        findings.append(warning("sample_without_name", f"{counted(len(unnamed), 'sample')} without a name left out "
                                f"({_cells(table, cells, unnamed)})", table.place(*cells[unnamed[0]]),
                                remedy="write their names into the file"))
        changes += [Change(table.cell(*cells[at]), "", "", "no sample name") for at in unnamed]
    findings += _about_repeats(table, cells, shown, equal, differing, changes)
    if not kept:
        why = "every sample was left out"
        if differing:
            why = "every sample name stands more than once with different values"
        raise user_error("no_samples", f"no sample is left: {why}", _place(table, cells, differing),
                         why="A sample must have a name of its own.",
                         remedy=_name_of_its_own(table, cells[differing[0][-1] if differing else 0]),
                         answer_key="cells")
    return KeptSamples(tuple(kept), tuple(shown[at] for at in kept), tuple(findings), tuple(changes), frozenset(used))


def _own_place(table: RawTable, cells: Sequence[Cell], at: int) -> str:
    """The column letters or the row number of a label, whichever tells it from the others."""
    cell = table.cell(*cells[at])
    letters, digits = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return letters if cells[at][1] != cells[at - 1][1] else f"row {digits}"


def _replicates(table: RawTable, cells: Sequence[Cell], shown: dict[int, str], groups: list[list[int]]) -> Problem:
    words = ", ".join(f"{shown[members[0]]} ({_cells(table, cells, members)})" for members in groups[:_SHOWN])
    first = groups[0][0]
    return warning(
        "replicate_samples", f"every sample name stands more than once with different values: {words}{_more(groups)}; "
                             "all "
        f"were kept, named by name and place ({shown[first]} ({_own_place(table, cells, first)}))",
        table.place(*cells[first], sample=shown[first]),
        why="Replicates of one sample do not count as several samples, and none of them can be matched to another "
            "table.",
        remedy=_name_of_its_own(table, cells[groups[0][-1]]))


def _name_of_its_own(table: RawTable, cell: Cell) -> str:
    line = cell_line(table.place(*cell), "new name")
    return f"give each its own name in the file, or under [dataset.answers]: {line}"


def _about_answers(table: RawTable, cells: Sequence[Cell], shown: dict[int, str], changes: Sequence[Change],
                   dropped: Sequence[int]) -> list[Problem]:
    findings = []
    renamed = [change for change in changes if change.after]
    if renamed:
        words = ", ".join(f"{change.before} is {change.after}" for change in renamed[:_SHOWN])
        findings.append(note("renamed_samples", f"{counted(len(renamed), 'sample')} renamed, as you decided: {words}",
                             Location(table.file, table.sheet, renamed[0].cell)))
    if dropped:
        findings.append(note("dropped_samples", f"{counted(len(dropped), 'sample')} left out, as you decided "
                             f"({_cells(table, cells, dropped)})", table.place(*cells[dropped[0]])))
    return findings


def _about_repeats(table: RawTable, cells: Sequence[Cell], shown: dict[int, str], equal: list[list[int]],
                   differing: list[list[int]], changes: list[Change]) -> list[Problem]:
    findings = []
    if equal:
        words = ", ".join(f"{shown[members[0]]} ({_cells(table, cells, members)})" for members in equal[:_SHOWN])
        findings.append(warning(
            "repeated_samples", f"{_stand(len(equal), 'sample')} more than once with the same values, and the first "
            f"was used: {words}{_more(equal)}", table.place(*cells[equal[0][0]], sample=shown[equal[0][0]]),
            why="Counted twice, one patient would weigh like two."))
        changes += [Change(table.cell(*cells[at]), shown[at], "", f"repeats {table.cell(*cells[members[0]])}")
                    for members in equal for at in members[1:]]
    if differing:
        words = ", ".join(f"{shown[members[0]]} ({_cells(table, cells, members)})" for members in differing[:_SHOWN])
        findings.append(warning(
            "repeated_samples_differ", f"{_stand(len(differing), 'sample name')} more than once with different values, "
            f"and all of them were left out: {words}{_more(differing)}",
            table.place(*cells[differing[0][0]], sample=shown[differing[0][0]]),
            why="Which of them is the sample cannot be told.",
            remedy=f"{_name_of_its_own(table, cells[differing[0][-1]])}; or delete those that are not to be used"))
        changes += [Change(table.cell(*cells[at]), shown[at], "", "the name repeats with different values")
                    for members in differing for at in members]
    return findings


def _stand(number: int, noun: str) -> str:
    return f"{counted(number, noun)} {'stands' if number == 1 else 'stand'}"


def _cells(table: RawTable, cells: Sequence[Cell], members: Sequence[int]) -> str:
    text = ", ".join(table.cell(*cells[at]) for at in members[:_SHOWN])
    return text + (", …" if len(members) > _SHOWN else "")


def _more(members: Sequence[object]) -> str:
    return f", and {len(members) - _SHOWN} more" if len(members) > _SHOWN else ""


def _place(table: RawTable, cells: Sequence[Cell], differing: list[list[int]]) -> Location:
    return table.place(*cells[differing[0][0]]) if differing else table.place()
