"""The tables of the subset search, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers (subset_numbers.py) or writing files (core/export).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.analyses.base import ResultTable
from core.analyses.subset_checks import SubsetChecks
from core.analyses.subset_numbers import SubsetNumbers
from core.statistics.kaplan_meier import kaplan_meier

SUBSET_COLUMNS: Mapping[str, str] = {
    "rank": "Place among all sets searched; equal statistics stand in alphabetical order",
    "receptors": "Members of the set",
    "size": "Number of members",
    "direction": "worse: a high score goes with earlier events; better: with later ones",
    "statistic": "Chi-square that sets are ranked by: the Cox score test of the mean z (median split: the log-rank "
    "numerator over its permutation variance)",
    "p_raw": "P of this statistic alone: ignores the search, never report it alone",
    "p_search": "P that counts the search: how often the best of all sets is as good on shuffled outcomes",
    "coef": "Log hazard ratio per SD of the score (median split: high against low), too large for having been chosen",
    "se": "Standard error of coef",
    "hr": "Hazard ratio per SD of the score (median split: high against low)",
    "hr_low": "Lower 95 % limit of hr, not corrected for the search",
    "hr_high": "Upper 95 % limit of hr, not corrected for the search",
    "concordance": "Harrell's C in the patients searched",
    "tied_with_best": "True where the data cannot tell the set from the best one",
    "signs": "Sign that each member enters with",
    "sd_score": "SD of the score; coef / sd_score is the log hazard ratio per unit of it",
    "n": "Analysed patients",
    "events": "Of these, patients who had the event",
    "logrank_chi2": "Classic log-rank chi-square of the score split at its median, unadjusted",
    "logrank_p": "P of it, unadjusted, not corrected and ignoring the search",
}


def all_tables(numbers: SubsetNumbers, checks: SubsetChecks) -> tuple[ResultTable, ...]:
    """subsets, summary, sizes, stability, null, audit, and what the further pictures show."""
    tables = [_subsets(numbers), _summary(numbers), _sizes(numbers), _stability(numbers), _null(numbers),
              _audit(checks), _candidates(numbers), _member_signs(numbers)]
    if numbers.left_out is not None:
        tables += [_left_out(numbers), _left_out_curves(numbers), _folds(numbers)]
    if len(numbers.cv_null):
        tables.append(ResultTable("cv_null", {"permutation": range(1, len(numbers.cv_null) + 1),
                                              "concordance": numbers.cv_null.tolist()},
                                  "Left-out concordance of the whole procedure on shuffled outcomes", {
                                      "permutation": "Number of the shuffle",
                                      "concordance": "Concordant / comparable pairs within folds, summed"}))
    if numbers.random is not None and len(numbers.random.best):
        tables.append(ResultTable("random_genes", {"draw": range(1, len(numbers.random.best) + 1),
                                                   "best_statistic": numbers.random.best.tolist()},
                                  "Best statistic of the search among genes that are no RTKs", {
                                      "draw": "Number of the draw",
                                      "best_statistic": "Largest statistic over all sets of the drawn genes"}))
    return tuple(tables)


def joined(numbers: SubsetNumbers, members: tuple[int, ...]) -> str:
    """Names of a set as the tables give them: joined by +, alphabetical."""
    return "+".join(numbers.names(members))


def _subsets(numbers: SubsetNumbers) -> ResultTable:
    ranking, estimates = numbers.ranking, numbers.estimates
    low, high = estimates.interval
    count = len(ranking.members)
    columns: dict[str, Any] = {
        "rank": range(1, count + 1),
        "receptors": [joined(numbers, members) for members in ranking.members],
        "size": [len(members) for members in ranking.members],
        "direction": ["worse" if toward >= 0 else "better" for toward in ranking.toward],
        "statistic": ranking.statistic.tolist(), "p_raw": numbers.p_raw.tolist(), "p_search": numbers.p_search.tolist(),
        "coef": estimates.coef.tolist(), "se": estimates.se.tolist(), "hr": estimates.hr.tolist(),
        "hr_low": low.tolist(), "hr_high": high.tolist(), "concordance": estimates.concordance.tolist(),
        "tied_with_best": ranking.tied.tolist(),
        "signs": [_signs(numbers, members) for members in ranking.members],
        "sd_score": estimates.sd_score.tolist(), "n": [len(numbers.inputs.patients)] * count,
        "events": [numbers.inputs.n_events] * count, "logrank_chi2": estimates.logrank_chi2.tolist(),
        "logrank_p": estimates.logrank_p.tolist(),
    }
    about = dict(SUBSET_COLUMNS)
    return ResultTable("subsets", {name: columns[name] for name in about}, f"The best {count:,} of "
                       f"{ranking.n_sets:,} sets, strongest first", about)


def _signs(numbers: SubsetNumbers, members: tuple[int, ...]) -> str:
    sign = {numbers.inputs.receptors[i]: numbers.signs[i] for i in members}
    return "".join("+" if sign[name] > 0 else "-" for name in sorted(sign))


def _summary(numbers: SubsetNumbers) -> ResultTable:
    out = numbers.left_out
    low, high = numbers.p_interval
    row: dict[str, Any] = {
        "sets_tried": numbers.ranking.n_sets, "permutations": numbers.permutations_done,
        "seed": numbers.parameters.seed, "best": joined(numbers, numbers.best), "p_raw": float(numbers.p_raw[0]),
        "p_search": numbers.best_p, "cv_concordance": None if out is None else out.concordance,
        "cv_concordance_low": None if out is None else out.low,
        "cv_concordance_high": None if out is None else out.high_limit, "cv_p": numbers.cv_p,
        "direction": "worse" if numbers.ranking.toward[0] >= 0 else "better",
        "tied_sets": numbers.ranking.n_tied, "n": len(numbers.inputs.patients), "events": numbers.inputs.n_events,
        "p_search_low": low if numbers.permutations_done else None,
        "p_search_high": high if numbers.permutations_done else None,
        "random_genes_percentile": None if numbers.random is None else numbers.random.percentile,
        "cv_permutations": len(numbers.cv_null), "stopped": numbers.stopped, "cut_sd": numbers.cut_sd,
    }
    return ResultTable("summary", {name: [value] for name, value in row.items()}, "The search in one row", {
        "sets_tried": "Sets searched", "permutations": "Shuffled outcomes that the whole search was repeated on",
        "seed": "Seed of everything drawn", "best": "Members of the best set", "p_raw": "P that ignores the search",
        "p_search": "P that counts the search", "cv_concordance": "Concordance in left-out patients of this cohort",
        "cv_concordance_low": "Lower 95 % limit, by patient bootstrap with folds and sets fixed (approximate)",
        "cv_concordance_high": "Upper 95 % limit (approximate)",
        "cv_p": "How often shuffled outcomes give a left-out concordance as high",
        "direction": "worse: a high score of the best set goes with earlier events; better: with later ones",
        "tied_sets": "Sets of all searched that the data cannot tell from the best, itself included",
        "n": "Analysed patients", "events": "Of these, patients who had the event",
        "p_search_low": "Lower 95 % limit of p_search for the number of shuffles done",
        "p_search_high": "Upper 95 % limit of p_search for the number of shuffles done",
        "random_genes_percentile": "Percent of draws of other genes whose best set is weaker",
        "cv_permutations": "Shuffled outcomes of cv_p", "stopped": "True where the run was stopped early",
        "cut_sd": "Median of the best set's score, in SD of it from its mean: where a lock of it cuts high from low"})


def _sizes(numbers: SubsetNumbers) -> ResultTable:
    sizes = list(numbers.inputs.problem.space.sizes)
    best = [numbers.ranking.best_of_size[size] for size in sizes]
    return ResultTable("sizes", {
        "size": sizes, "best": [joined(numbers, one.members) for one in best],
        "statistic": [one.statistic for one in best], "p_size": numbers.p_size.tolist(),
        "p_over_sizes": numbers.p_sizes.tolist(),
        "sets": [numbers.inputs.problem.space.n_sets(size) for size in sizes]},
        "The best set of every size", {
            "size": "Number of members", "best": "Best set of this size", "statistic": "Its chi-square",
            "p_size": "How often the best set of this size is as good on shuffled outcomes",
            "p_over_sizes": "The same, corrected for having looked at all sizes", "sets": "Sets of this size"})


def _stability(numbers: SubsetNumbers) -> ResultTable:
    found = numbers.stability
    order = sorted(range(len(numbers.inputs.receptors)), key=lambda i: (
        -float(found.inclusion[i]) if found is not None else 0.0, numbers.inputs.receptors[i]))
    return ResultTable("stability", {
        "receptor": [numbers.inputs.receptors[i] for i in order],
        "inclusion_frequency": [None if found is None else float(found.inclusion[i]) for i in order],
        "in_best": [i in numbers.best for i in order]},
        "How often each receptor is in the best set of a half of the patients", {
            "receptor": "Gene symbol", "inclusion_frequency": "Share of the halves whose best set holds it",
            "in_best": "True for members of the best set of all patients"})


def _null(numbers: SubsetNumbers) -> ResultTable:
    count = numbers.permutations_done
    sizes = list(numbers.inputs.problem.space.sizes)
    columns: dict[str, Any] = {"permutation": range(1, count + 1),
                               "best_statistic": numbers.null.max(axis=1).tolist() if count else []}
    columns |= {f"best_of_{size}": numbers.null[:, at].tolist() for at, size in enumerate(sizes)}
    return ResultTable("null", columns, "The best of all sets on shuffled outcomes", {
        "permutation": "Number of the shuffle", "best_statistic": "Largest chi-square over all sets",
        **{f"best_of_{size}": f"Largest chi-square over the sets of {size}" for size in sizes}})


def _audit(checks: SubsetChecks) -> ResultTable:
    rows = checks.rows
    return ResultTable("audit", {
        "check": [row.check.name for row in rows], "light": [row.check.light for row in rows],
        "sentence": [row.check.sentence for row in rows],
        **{name: [None if row.estimate is None else getattr(row.estimate, field) for row in rows]
           for name, field in (("n", "n"), ("events", "events"), ("hr", "hr"), ("hr_low", "low"), ("hr_high", "high"),
                               ("p", "p"))},
        "hr_before": [None if row.before is None else row.before.hr for row in rows]},
        "What could mislead", {
            "check": "What was looked at", "light": "green, amber, or grey: cannot be judged",
            "sentence": "In words", "n": "Patients of the estimate", "events": "Of these, events (for follow-up: "
            "censored patients)", "hr": "Hazard ratio per SD of the score, or the factor by which it changes",
            "hr_low": "Lower 95 % limit", "hr_high": "Upper 95 % limit", "p": "P of the estimate, not corrected",
            "hr_before": "Hazard ratio in the same patients without the adjustment"})


def _candidates(numbers: SubsetNumbers) -> ResultTable:
    names = [*numbers.inputs.receptors, *(name for name, _ in numbers.inputs.left_out)]
    searched = len(numbers.inputs.receptors)
    return ResultTable("candidates", {
        "receptor": names, "searched": [i < searched for i in range(len(names))],
        "sign": ["+" if numbers.signs[i] > 0 else "-" for i in range(searched)] + [""] * (len(names) - searched),
        "why_not": [""] * searched + [reason for _, reason in numbers.inputs.left_out]},
        "Which receptors were searched", {"receptor": "Gene symbol", "searched": "True where sets could hold it",
                                          "sign": "Sign it enters with", "why_not": "Why it was left out"})


def _member_signs(numbers: SubsetNumbers) -> ResultTable:
    names = numbers.names(numbers.best)
    sign = {numbers.inputs.receptors[i]: int(numbers.signs[i]) for i in numbers.best}
    return ResultTable("signs", {"receptor": list(names), "sign": [sign[name] for name in names]},
                       "Signs that the members of the best set enter with", {
                           "receptor": "Gene symbol", "sign": "1 or -1; chosen by the receptor's own Cox model under "
                           "signed mean z, else always 1"})


def _left_out(numbers: SubsetNumbers) -> ResultTable:
    out = numbers.left_out
    assert out is not None
    return ResultTable("left_out", {
        "patient": list(numbers.inputs.patients), "fold": (out.fold + 1).tolist(), "score": out.score.tolist(),
        "group": ["high" if high else "low" for high in out.high], "time": numbers.inputs.time.tolist(),
        "event": numbers.inputs.event.tolist()},
        "Every patient by the set that was learned without their fold", {
            "patient": "Sample name", "fold": "Fold that was left out",
            "score": "Score in SD of the training patients, high = earlier events expected; with covariates what they "
            "leave of it",
            "group": "high: the side of the training patients' median where earlier events are expected",
            "time": "Follow-up in the unit of the endpoint", "event": "True where the event happened"})


def _left_out_curves(numbers: SubsetNumbers) -> ResultTable:
    out, inputs = numbers.left_out, numbers.inputs
    assert out is not None
    names = ("time", "at_risk", "events", "censored", "survival", "ci_low", "ci_high")
    parts: dict[str, list[Any]] = {name: [] for name in ("group", *names)}
    for group, members in (("low", ~out.high), ("high", out.high)):
        if members.any():
            curve = kaplan_meier(inputs.time[members], inputs.event[members])
            parts["group"] += [group] * len(curve.time)
            for name in names:
                parts[name] += getattr(curve, name).tolist()
    return ResultTable("left_out_curves", parts, "Kaplan-Meier curves of the left-out patients, unadjusted", {
        "group": "Group learned without these patients", "time": "In the unit of the endpoint",
        "at_risk": "Patients with times at or after this time", "events": "Events at this time",
        "censored": "Patients who left follow-up at this time", "survival": "Kaplan-Meier estimate",
        "ci_low": "Lower 95 % limit (log-log)", "ci_high": "Upper 95 % limit (log-log)"})


def _folds(numbers: SubsetNumbers) -> ResultTable:
    out = numbers.left_out
    assert out is not None
    return ResultTable("folds", {
        "fold": range(1, len(out.sets) + 1), "set": [joined(numbers, members) for members in out.sets],
        "patients": [int((out.fold == fold).sum()) for fold in range(len(out.sets))],
        "events": [int(numbers.inputs.event[out.fold == fold].sum()) for fold in range(len(out.sets))]},
        "The set that each fold was tried with", {
            "fold": "Fold that was left out", "set": "Best set of the other folds",
            "patients": "Patients left out", "events": "Of these, patients who had the event"})
