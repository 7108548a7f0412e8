"""What a validation tests: the lock, the result of an analysis, or a list of receptors, made into one Lock.

Not for: the score's values (locked_score.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.analyses.base import Inputs, Result
from core.analyses.locked_score import SCORES, Lock, changed_lock
from core.analyses.receptors import choose_receptors
from core.data.genes.gene_symbols import resolve_genes
from core.data.nearest_name import nearest
from core.data.patients.cohort import Cohort
from core.figures.number_words import shortened
from core.problems import Location, user_error

if TYPE_CHECKING:
    from core.analyses.validation import Parameters

NAME_LETTERS = 40


@dataclass(frozen=True, eq=False)
class Prepared:
    """``lock`` is None only while settings are checked and the analysis it comes from has not run.

    ``kind``: "lock", "analysis" or "list".
    """

    lock: Lock | None
    kind: str
    cohorts: tuple[Cohort, ...]


def prepared(inputs: Inputs, parameters: Parameters) -> Prepared:
    """The lock and the cohorts it is tested in; what every run would stop at is raised here.

    Raises
    ------
    UserError
        "nothing_locked", "unknown_name", "lock_changed", "no_receptors".
    """
    cohorts = inputs.cohorts or (inputs.cohort,)
    lock, kind = _lock(inputs, parameters.locked, cohorts)
    for cohort in cohorts:
        choose_receptors(cohort.expression[0], parameters.receptors)
    return Prepared(lock, kind, cohorts)


def _lock(inputs: Inputs, names: tuple[str, ...], cohorts: tuple[Cohort, ...]) -> tuple[Lock | None, str]:
    place = Location(cell=f"analysis “{inputs.analysis_name}”")
    if not names:
        raise user_error("nothing_locked", "it is not said which score is tested", place, answer_key="locked",
                         remedy='write locked = "name of a lock or of an RTK subset analysis", or list receptors')
    if len(names) == 1:
        known = {lock.name: lock for lock in inputs.locks}
        if names[0] in known:
            refused = changed_lock(known[names[0]], place)
            if refused is not None:
                raise refused
            return known[names[0]], "lock"
        if names[0] in inputs.results:
            found_in = inputs.found_in[0].name if inputs.found_in else ""
            return lock_of_result(inputs.results[names[0]], found_in, place), "analysis"
        if names[0] in inputs.awaits:
            return None, "analysis"
    return _listed(names, cohorts, [lock.name for lock in inputs.locks], place), "list"


def lock_of_result(result: Result, found_in: str, place: Location) -> Lock:
    """The best set of an RTK subset analysis as a lock, named like the analysis.

    Signs are those of a table ``signs`` or ``candidates`` (receptor, sign) where there is one, else all +.

    Raises
    ------
    UserError
        "no_best_set" where the result names none.
    """
    try:
        best = str(result.table("summary").columns["best"][0] or "")
    except (KeyError, IndexError):
        best = ""
    if not best:
        raise user_error("no_best_set", f"the analysis “{result.name}” has no best set to test", place,
                         remedy="name an RTK subset analysis, a lock, or a list of receptors", answer_key="locked")
    receptors = tuple(best.split("+"))
    signs: dict[str, int] = {}
    for table in result.tables:
        if table.name in ("signs", "candidates"):
            signs = {str(receptor): 1 if str(sign) in ("1", "1.0", "+") else -1
                     for receptor, sign in zip(table.columns["receptor"], table.columns["sign"])}
    score = str(result.parameters.get("score", SCORES[0]))
    cut = result.table("summary").columns.get("cut_sd", (0.0,))[0]
    return Lock(result.name, receptors, tuple(signs.get(receptor, 1) for receptor in receptors),
                score if score in SCORES else SCORES[0], cut_sd=round(float(cut or 0.0), 6), source=result.name,
                found_in=found_in)


def _listed(names: tuple[str, ...], cohorts: tuple[Cohort, ...], locks: list[str], place: Location) -> Lock:
    calls = resolve_genes(names)
    receptors = tuple(dict.fromkeys(call.symbol or name for name, call in zip(names, calls)))
    there = {gene.upper() for cohort in cohorts for gene in cohort.expression[0].genes}
    if not any(name.upper() in there for name in (*receptors, *names)):
        words = ", ".join(f"“{name}”" for name in names)
        close = nearest(names[0], locks)
        raise user_error("unknown_name", f"{words} is no lock, no analysis and no receptor of the cohorts' tables"
                         if len(names) == 1 else f"none of {words} is a receptor of the cohorts' tables", place,
                         remedy=f"did you mean the lock “{close}”?" if close else
                         "name a lock or an RTK subset analysis of this study, or list receptors", answer_key="locked")
    return Lock(shortened(" + ".join(receptors), NAME_LETTERS), receptors)
