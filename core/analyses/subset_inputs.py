"""What the search over sets is given: complete patients and receptors of a cohort, standardised, and the rules.

Not for: searching (subset_numbers.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.analyses.covariates import Covariates, build_covariates
from core.analyses.receptors import choose_receptors
from core.data.nearest_name import nearest
from core.data.patients.cohort import Cohort
from core.data.tables import ExpressionMatrix
from core.figures.number_words import count_words, counted, list_words
from core.problems import Problem, UserError, user_error, warning
from core.statistics.risk_sets import checked_outcome
from core.statistics.subset_problem import SubsetProblem, standardised_rows
from core.statistics.subset_scores import adjusting_columns
from core.statistics.subset_space import SetSpace

if TYPE_CHECKING:
    from core.analyses.rtk_subset import Parameters

FloatArray = NDArray[np.float64]
MOST_MISSING = 0.1
MOST_SETS = 50_000_000


@dataclass(frozen=True, eq=False)
class SearchInputs:
    """The search, ready: patients and receptors that are complete, and who and what was left out.

    ``expression`` (n, g) as measured; ``covariates`` refer to ``rows`` of the cohort's patients; ``left_out`` names
    receptors with the reason, ``incomplete`` patients without a value of one of the receptors.
    """

    cohort: Cohort
    matrix: ExpressionMatrix
    receptors: tuple[str, ...]
    rows: NDArray[np.intp]
    patients: tuple[str, ...]
    time: FloatArray
    event: NDArray[np.bool_]
    expression: FloatArray
    covariates: Covariates
    design: FloatArray
    strata: NDArray[np.intp] | None
    problem: SubsetProblem
    left_out: tuple[tuple[str, str], ...]
    incomplete: tuple[str, ...]
    warnings: tuple[Problem, ...]

    @property
    def n_events(self) -> int:
        return int(self.event.sum())


def search_inputs(cohort: Cohort, parameters: Parameters) -> SearchInputs:
    """Choose receptors and patients for a joint search.

    A receptor that more than 10 % of the patients lack is left out by name, then patients with a missing value.

    Raises
    ------
    UserError
        "no_receptors", "must_not_found", "nothing_to_search", "too_many_sets", "nobody_left", "no_events" and those
        of the covariates.
    """
    matrix = cohort.expression[0]
    chosen, found = choose_receptors(matrix, parameters.receptors)
    must, _ = _named(matrix, parameters.must, "must")
    must_not, not_found = _named(matrix, parameters.must_not, "must_not")
    _refuse_contradiction(must, must_not, matrix)
    candidates = tuple(dict.fromkeys([*chosen, *must]))
    candidates = tuple(gene for gene in candidates if gene not in must_not)
    covariates = build_covariates(cohort, parameters.adjust, parameters.strata)
    patients = tuple(cohort.patients[row] for row in covariates.rows)
    values = matrix.take(patients, candidates)
    kept, left_out = _usable(values, candidates)
    lacking = [gene for gene, _ in left_out if gene in must]
    if lacking:
        reason = dict(left_out)[lacking[0]]
        raise user_error("must_not_found", f"“{lacking[0]}” must be in every set, and it {reason}", matrix.place,
                         why="The sets are compared in the same patients.", remedy="take it out of must",
                         answer_key="must")
    complete = np.isfinite(values[:, kept]).all(axis=1)
    receptors = tuple(candidates[i] for i in kept)
    rows = covariates.rows[complete]
    expression = values[complete][:, kept]
    time, event = checked_outcome(cohort.time[rows], cohort.event[rows])
    _refuse_little(cohort, matrix, rows, event, receptors)
    constant = np.asarray(np.ptp(expression, axis=0) <= 0)
    left_out += [(receptors[i], "has one value only among the patients with all values")
                 for i in np.flatnonzero(constant)]
    varying = np.flatnonzero(~constant)
    receptors = tuple(receptors[i] for i in varying)
    expression = expression[:, varying]
    strata = None if covariates.strata is None else covariates.strata[complete].astype(np.intp)
    design = covariates.design[complete]
    problem = SubsetProblem(time, event, standardised_rows(expression), strata, adjusting_columns(design),
                            _space(receptors, must, parameters, matrix), parameters.score, parameters.seed)
    names = tuple(cohort.patients[row] for row in covariates.rows)
    return SearchInputs(
        cohort=cohort, matrix=matrix, receptors=receptors, rows=rows,
        patients=tuple(cohort.patients[row] for row in rows), time=time, event=event, expression=expression,
        covariates=covariates, design=design, strata=strata, problem=problem, left_out=tuple(left_out),
        incomplete=tuple(names[i] for i in np.flatnonzero(~complete)),
        warnings=(*found, *not_found, *covariates.warnings,
                  *_left_out_warnings(matrix, left_out, len(names) - len(rows))))


def _named(matrix: ExpressionMatrix, names: tuple[str, ...], key: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The genes of must or must_not. One that the table lacks is refused in must, since no set could hold it, and said
    in must_not: a slip of the pen there would let a receptor in."""
    genes: list[str] = []
    unknown: list[Problem] = []
    for name in dict.fromkeys(names):
        try:
            genes += choose_receptors(matrix, (name,))[0]
        except UserError:
            close = nearest(name, matrix.genes)
            remedy = f"did you mean “{close}”?" if close else f"take it out of {key}"
            if key == "must":
                raise user_error("must_not_found", f"the expression table has no gene “{name}”, and it must be in "
                                 "every set", matrix.place, remedy=remedy, answer_key=key) from None
            unknown.append(warning("receptor_not_in_table", f"the expression table has no gene “{name}”, which must "
                                   "not be in any set", matrix.place, why="Nothing was kept aside for it.",
                                   remedy=remedy, answer_key=key))
    return tuple(dict.fromkeys(genes)), tuple(unknown)


def _refuse_contradiction(must: tuple[str, ...], must_not: tuple[str, ...], matrix: ExpressionMatrix) -> None:
    both = [gene for gene in must if gene in must_not]
    if both:
        raise user_error("nothing_to_search", f"“{both[0]}” must be in every set and must not be in any", matrix.place,
                         remedy="take it out of one of the two lists", answer_key="must_not")


def _usable(values: FloatArray, names: tuple[str, ...]) -> tuple[list[int], list[tuple[str, str]]]:
    """Columns that at most 10 % of the patients lack and that vary; the others with their reason."""
    kept, left_out = [], []
    for column, name in enumerate(names):
        known = np.isfinite(values[:, column])
        lacking = len(known) - int(known.sum())
        if lacking > MOST_MISSING * len(known):
            left_out.append((name, f"is missing in {lacking} of {counted(len(known), 'patient')}"))
        elif not known.any() or np.ptp(values[known, column]) <= 0:
            left_out.append((name, "has one value only"))
        else:
            kept.append(column)
    return kept, left_out


def _refuse_little(cohort: Cohort, matrix: ExpressionMatrix, rows: NDArray[np.intp], event: NDArray[np.bool_],
                   receptors: tuple[str, ...]) -> None:
    if not receptors:
        raise user_error("nothing_to_search", "no receptor is left to search", matrix.place,
                         why="Each is missing in more than 10 % of the patients or has one value only.",
                         remedy="choose other receptors or another cohort", answer_key="receptors")
    if not len(rows):
        raise user_error("nobody_left", f"no patient of the cohort “{cohort.name}” has a value of every receptor",
                         matrix.place, remedy="choose fewer receptors", answer_key="receptors")
    if not event.any():
        raise user_error("no_events", f"nobody of the {len(rows)} analysed patients had the event "
                         f"“{cohort.endpoint.name}”", cohort.clinical.place,
                         why="Without an event there is nothing to compare.",
                         remedy="check event_values, or choose another endpoint or cohort", answer_key="event_values")


def _space(receptors: tuple[str, ...], must: tuple[str, ...], parameters: Parameters,
           matrix: ExpressionMatrix) -> SetSpace:
    fixed = tuple(receptors.index(gene) for gene in must if gene in receptors)
    if len(fixed) > parameters.max_size:
        raise user_error("nothing_to_search", f"{len(fixed)} receptors must be in every set, and the largest set has "
                         f"{parameters.max_size}", matrix.place, remedy="raise max_size or shorten must",
                         answer_key="max_size")
    try:
        space = SetSpace.of(len(receptors), parameters.max_size, fixed)
    except ValueError as error:
        raise user_error("nothing_to_search", "no set of receptors is left to search", matrix.place,
                         remedy="choose more receptors", answer_key="receptors") from error
    if space.n_all > MOST_SETS:
        raise user_error("too_many_sets", f"sets of up to {parameters.max_size} of {len(receptors)} receptors are "
                         f"{count_words(space.n_all)}", matrix.place, why="The search would take days.",
                         remedy=f"use max_size {parameters.max_size - 1}, or list fewer receptors",
                         answer_key="max_size")
    return space


def _left_out_warnings(matrix: ExpressionMatrix, left_out: list[tuple[str, str]], incomplete: int) -> list[Problem]:
    found = []
    if left_out:
        found.append(warning("receptor_left_out", "left out of the search: "
                             f"{list_words([f'{name} ({reason})' for name, reason in left_out])}", matrix.place,
                             why="All sets are compared in the same patients.",
                             remedy="nothing to do; see Prognosis for these receptors one by one"))
    if incomplete:
        found.append(warning("incomplete_patients", f"{counted(incomplete, 'patient')} without a value of one of the "
                             f"receptors {'is' if incomplete == 1 else 'are'} not in the search", matrix.place,
                             why="All sets are compared in the same patients.",
                             remedy="leave the receptor out, or fill in the value in the file"))
    return found


