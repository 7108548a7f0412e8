"""Which pictures the subset search gives: what luck gives, stable members, tied sets, left-out patients, other genes.

Not for: how they look (core/figures).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analyses.prognosis_pictures import event_words
from core.analyses.subset_numbers import SubsetNumbers
from core.analyses.subset_words import set_words
from core.figures.number_words import count_words, counted, p_equals
from core.figures.prognosis_figures import GroupCurve, kaplan_meier
from core.figures.search_luck import as_good_words, search_luck
from core.figures.set_members import inclusion_bars, tied_sets
from core.figures.spec import FigureSpec
from core.statistics.kaplan_meier import kaplan_meier as survival_curve
from core.statistics.risk_sets import Bools, Floats
from core.statistics.subset_problem import SPLIT
from core.statistics.subset_stability import KEEP_AT


def draw_subset(numbers: SubsetNumbers, *, simulated: bool) -> tuple[FigureSpec, ...]:
    """Every picture that the numbers allow, in the order of the page."""
    badge = "Simulated data" if simulated else ""
    found = [_luck(numbers, badge), _left_out(numbers, badge), _stability(numbers, badge), _tied(numbers, badge),
             _genes(numbers, badge)]
    return tuple(figure for figure in found if figure is not None)


def _cohort_words(numbers: SubsetNumbers) -> str:
    inputs = numbers.inputs
    return (f"cohort “{inputs.cohort.name}”, {inputs.cohort.endpoint.name}, "
            f"{counted(len(inputs.patients), 'patient')}, {counted(inputs.n_events, 'event')}")


def _test_words(numbers: SubsetNumbers) -> str:
    return "log-rank test of the median split, standardised by permutation" if numbers.parameters.score == SPLIT \
        else "Cox score test of the mean z"


def _luck(numbers: SubsetNumbers, badge: str) -> FigureSpec | None:
    done = numbers.permutations_done
    if not done:
        return None
    null = np.sqrt(numbers.null.max(axis=1))
    return search_luck(
        "search_luck", null, float(np.sqrt(numbers.ranking.statistic[0])), title="Could luck do this?",
        remark=f"The whole search of {count_words(numbers.ranking.n_sets)} sets, {counted(done, 'shuffle')}",
        x_words="Best |z| of the whole search, outcome shuffled", y_words="Number of shuffles",
        found_words="this study",
        as_good_words=as_good_words(numbers.exceeding, done, "shuffle"), corrected_p=numbers.best_p,
        cohort_words=_cohort_words(numbers), what=counted(done, "shuffled outcome"), test_words=_test_words(numbers),
        badge=badge)


def _genes(numbers: SubsetNumbers, badge: str) -> FigureSpec | None:
    found = numbers.random
    if found is None or not len(found.best):
        return None
    best = float(numbers.ranking.statistic[0])
    how = "of like expression" if found.matched else "not matched on expression"
    return search_luck(
        "random_genes", np.sqrt(found.best), float(np.sqrt(best)), title="Would other genes do?",
        remark=f"{counted(len(found.best), 'draw')} of {len(numbers.inputs.receptors)} genes that are no RTKs, {how}",
        x_words="Best |z| of the whole search, other genes", y_words="Number of draws", found_words="RTKs",
        as_good_words=as_good_words(int((found.best >= best).sum()), len(found.best), "draw"), corrected_p=None,
        cohort_words=_cohort_words(numbers), what=counted(len(found.best), "draw") + " of other genes",
        test_words=_test_words(numbers), badge=badge)


def _stability(numbers: SubsetNumbers, badge: str) -> FigureSpec | None:
    found = numbers.stability
    if found is None:
        return None
    names = numbers.inputs.receptors
    order = sorted(range(len(names)), key=lambda i: (-found.inclusion[i], names[i]))
    return inclusion_bars([names[i] for i in order], found.inclusion[order], numbers.names(numbers.best),
                          halves=found.halves, keep_at=KEEP_AT, false_expected=found.false_expected,
                          cohort_words=_cohort_words(numbers), badge=badge)


def _tied(numbers: SubsetNumbers, badge: str) -> FigureSpec | None:
    listed = np.flatnonzero(numbers.ranking.tied)
    if not len(listed):
        return None
    return tied_sets([numbers.names(numbers.ranking.members[i]) for i in listed],
                     np.sqrt(numbers.ranking.statistic[listed]), n_tied=numbers.ranking.n_tied,
                     cohort_words=_cohort_words(numbers), badge=badge)


def _left_out(numbers: SubsetNumbers, badge: str) -> FigureSpec | None:
    """Survival by the group that each patient got from the folds that did not hold him. No hazard ratio stands here."""
    out = numbers.left_out
    if out is None or not np.isfinite(out.concordance):
        return None
    words = [f"C {out.concordance:.2f} ({out.low:.2f} to {out.high_limit:.2f}, approximate)"]
    if len(numbers.cv_null):
        words.append(f"{p_equals(numbers.cv_p)}, whole procedure shuffled {count_words(len(numbers.cv_null))} times")
    return _curves(numbers, "In left-out patients of this cohort", "left_out", out.high, tuple(words), badge,
                   f"learned in {len(out.sets) - 1} of {len(out.sets)} folds", "the set and cut learned without them")


def set_curve(numbers: SubsetNumbers, members: tuple[int, ...], *, simulated: bool = False) -> FigureSpec:
    """Survival of the patients searched, split at the median of one set's score: for looking, not for claiming."""
    score = numbers.score(members)
    return _curves(numbers, set_words(numbers, members), "set_" + "_".join(numbers.names(members)),
                   np.asarray(score > np.median(score) + 1e-12),
                   ("chosen in these patients:", "see left-out patients for its worth"),
                   "Simulated data" if simulated else "", "split at the median",
                   f"the mean z of {set_words(numbers, members)}")


def _curves(numbers: SubsetNumbers, title: str, name: str, high: Bools, words: tuple[str, ...], badge: str,
            split_words: str, about: str) -> FigureSpec:
    """``about`` says in caption and alt text by what the patients were grouped."""
    inputs = numbers.inputs
    patients = np.array(inputs.patients, dtype=object)
    groups = []
    for group, members in (("low", ~high), ("high", high)):
        if members.any():
            time: Floats = inputs.time[members]
            curve = survival_curve(time, inputs.event[members])
            groups.append(GroupCurve(group, curve.time, curve.survival, curve.ci_low, curve.ci_high, time,
                                     inputs.event[members], tuple(patients[members])))
    spec = kaplan_meier(
        title, groups, endpoint_name=inputs.cohort.endpoint.name, unit=inputs.cohort.endpoint.unit,
        cohort_words=f"Cohort “{inputs.cohort.name}”", name=name,
        event_words=event_words(inputs.cohort.endpoint.name), split_words=split_words, words_inside=words,
        badge=badge)
    said = f"expression of {title}"
    return replace(spec, caption=spec.caption.replace(said, about), alt_text=spec.alt_text.replace(said, about))
