"""A validation in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in ValidationNumbers.
"""

from __future__ import annotations

import math

from core.analyses.prognosis_pictures import direction_words, event_words
from core.analyses.validation_beside import beside_methods, beside_words
from core.analyses.validation_numbers import REFUSED, SEARCHED, SHARED, CohortEffect, ValidationNumbers
from core.analyses.validation_overlap import FEWEST_GENES
from core.data.patients.near_twins import FEWEST_GENES as FEWEST_FOR_TWINS
from core.data.patients.near_twins import OWN_CORRELATION
from core.figures.number_words import (
    counted,
    hr_words,
    list_words,
    number_words,
    p_equals,
    ratio_words,
)
from core.problems import Location, Problem, warning
from core.statistics.meta_analysis import Pooled

NAMED_PATIENTS = 5
SHOWN_MODEL = "reml_mkh"


def findings(numbers: ValidationNumbers) -> tuple[str, ...]:
    """The answer first, then each cohort, what is not pooled, what depends on one cohort, and what could mislead."""
    words = [answer(numbers)]
    if len(numbers.pooled_effects) > 1:
        words += [_one_cohort(effect) for effect in numbers.pooled_effects]
    words += _not_pooled(numbers)
    words += _heterogeneity(numbers)
    words += _without_one(numbers)
    words += _random_sets(numbers)
    words += _overlap(numbers)
    words += [_where_from(numbers)]
    words += [check.sentence for check in numbers.checks if check.light != "green"]
    words += beside_words(numbers.beside)
    return tuple(words)


def answer(numbers: ValidationNumbers) -> str:
    """One sentence: does it hold, where, and by how much?"""
    name = f"“{numbers.lock.name}”"
    used = numbers.pooled_effects
    if not used:
        return f"{name} was tested in no cohort that it was not found in, so nothing is known of whether it holds."
    if len(used) == 1:
        effect = used[0]
        if _clear(effect):
            end = "that is the other way round than where it was found, so it does not hold" \
                if numbers.turned(effect.per_sd.coef) else "there it holds"
            return (f"In {effect.name} a high score of {name} goes with {_outcome(effect)}, "
                    f"{_estimate(effect)}: {end}.")
        return (f"In {effect.name} {name} is not shown to hold, {_estimate(effect)}: the interval includes no "
                "effect.")
    if len(used) == 2:
        each = "; ".join(f"{effect.name}, {_estimate(effect)}" for effect in used)
        return (f"{name} in two cohorts: {each}. Two cohorts cannot say how much the effect differs between them, so "
                f"the pooled interval ({_limits(numbers.model(SHOWN_MODEL))}) is uninformative.")
    model = numbers.model(SHOWN_MODEL)
    assert model is not None
    over = f"over {len(used)} cohorts: HR {hr_words(*_ratios(model))} per SD, {p_equals(model.p)}"
    if _excludes(model.low, model.high):
        end = "That is the other way round than where it was found, so it does not hold." \
            if numbers.turned(model.estimate) else "It holds."
        return f"A high score of {name} goes with {_pooled_outcome(numbers, model.estimate > 0)} {over}. {end}"
    return f"{name} is not shown to hold {over}; the interval includes no effect."


def _one_cohort(effect: CohortEffect) -> str:
    if _clear(effect):
        return f"In {effect.name} a high score goes with {_outcome(effect)}, {_estimate(effect)}."
    return f"In {effect.name} the interval includes no effect, {_estimate(effect)}."


def _outcome(effect: CohortEffect) -> str:
    better, worse = direction_words(effect.cohort.endpoint.name)
    return worse if effect.per_sd.coef > 0 else better


def _pooled_outcome(numbers: ValidationNumbers, risk: bool) -> str:
    endpoints = {effect.cohort.endpoint.name for effect in numbers.pooled_effects}
    better, worse = direction_words(endpoints.pop()) if len(endpoints) == 1 else ("later events", "earlier events")
    return worse if risk else better


def _estimate(effect: CohortEffect) -> str:
    plural = event_words(effect.cohort.endpoint.name)
    return (f"HR {hr_words(*effect.per_sd.hr)} per SD, {p_equals(effect.per_sd.p)} "
            f"({counted(effect.n, 'patient')}, {counted(effect.n_events, plural.removesuffix('s'), plural)})")


def _ratios(row: Pooled) -> tuple[float, float | None, float | None]:
    return (math.exp(row.estimate), None if row.low is None else math.exp(row.low),
            None if row.high is None else math.exp(row.high))


def _limits(row: Pooled | None) -> str:
    if row is None or row.low is None or row.high is None:
        return "none"
    return f"HR {ratio_words(math.exp(row.low))} to {ratio_words(_exponential(row.high))}"


def _exponential(value: float) -> float:
    return math.exp(min(value, 700.0))


def _excludes(low: float | None, high: float | None) -> bool:
    """True where the interval of a log hazard ratio lies on one side of no effect."""
    return low is not None and high is not None and (low > 0 or high < 0)


def _clear(effect: CohortEffect) -> bool:
    """True where the interval of the cohort's hazard ratio lies on one side of 1."""
    return effect.per_sd.known and (effect.per_sd.hr[1] > 1 or effect.per_sd.hr[2] < 1)


def _not_pooled(numbers: ValidationNumbers) -> list[str]:
    words = []
    for effect in numbers.effects:
        if effect.role == SEARCHED:
            words.append(f"{effect.name} is the search cohort: the score was found there, so its {_short(effect)} says "
                         "nothing of whether it holds. It is shown and not pooled.")
        elif effect.role == SHARED:
            words.append(f"{effect.name} shares patients with the search cohort, so it is no test of its own. It is "
                         f"shown ({_short(effect)}) and not pooled.")
        elif effect.role == REFUSED:
            words.append(f"{effect.name} was refused: {effect.refusal}.")
        elif not effect.per_sd.known:
            words.append(f"{effect.name} is not pooled: no finite hazard ratio can be given there "
                         f"({counted(effect.n, 'patient')}, {counted(effect.n_events, 'event')}).")
    return words


def _short(effect: CohortEffect) -> str:
    return f"HR of {hr_words(*effect.per_sd.hr)} per SD" if effect.per_sd.known else "missing HR"


def _heterogeneity(numbers: ValidationNumbers) -> list[str]:
    model = numbers.model(SHOWN_MODEL)
    if model is None or model.i2 is None or model.tau2 is None or model.k < 2:
        return []
    start = (f"Differences between cohorts beyond chance: I² {100 * model.i2:.0f} %, "
             f"tau² {number_words(model.tau2, 3)}")
    if model.prediction_low is None or model.prediction_high is None:
        return [start + "; with two cohorts neither is known with any certainty."]
    low, high = _exponential(model.prediction_low), _exponential(model.prediction_high)
    where = f"{ratio_words(low)} to {ratio_words(high)}"
    few = " With so few cohorts this is wide whatever the truth." if model.k < 5 else ""
    return [f"{start}. In another such cohort a HR of {where} per SD is to be expected (95 % prediction "
            f"interval).{few}"]


def _without_one(numbers: ValidationNumbers) -> list[str]:
    model = numbers.model(SHOWN_MODEL)
    if model is None or model.k < 3:
        return []
    holds = _excludes(model.low, model.high)
    changed = [effect.name for effect, rows in zip(numbers.pooled_effects, numbers.left_out) for row in rows
               if row.model == SHOWN_MODEL and _excludes(row.low, row.high) != holds]
    if changed:
        return [f"Whether it holds depends on {list_words(changed)}: without "
                f"{'it' if len(changed) == 1 else 'any one of them'} the answer is the other one."]
    return ["Leaving out any one cohort does not change whether it holds."]


def _random_sets(numbers: ValidationNumbers) -> list[str]:
    words = []
    for name, each in numbers.random.items():
        which = f"all {counted(len(each.drawn), 'set')}" if each.all_of_them else \
            f"{counted(len(each.drawn), 'random set')}"
        receptors = "1 receptor" if each.size == 1 else f"{each.size} receptors"
        words.append(f"In {name} its |z| of {number_words(each.z)} lies at the {_ordinal(int(each.percentile))} "
                     f"percentile of {which} of {receptors} out of {each.candidates} (share that do as well: "
                     f"{p_equals(each.p).replace('P ', '').removeprefix('= ')}; {counted(each.n, 'patient')}).")
    return words


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _overlap(numbers: ValidationNumbers) -> list[str]:
    pairs: dict[tuple[str, str], list[str]] = {}
    by_name: dict[tuple[str, str], int] = {}
    for pair in numbers.overlap.shared:
        key = (pair.cohort_a, pair.cohort_b)
        if pair.likely:
            said = pair.patient_a if pair.patient_a == pair.patient_b else f"{pair.patient_a} = {pair.patient_b}"
            pairs.setdefault(key, []).append(said)
        else:
            by_name[key] = by_name.get(key, 0) + 1
    words = [f"{one} and {other} share {counted(len(named), 'patient')}: {', '.join(named[:NAMED_PATIENTS])}"
             f"{', …' if len(named) > NAMED_PATIENTS else ''}." for (one, other), named in pairs.items()]
    words += [f"{counted(count, 'sample name')} of {one} {'is' if count == 1 else 'are'} also in {other}, with another "
              "outcome and no sign of the same expression: likely other people, named alike."
              for (one, other), count in by_name.items()]
    if not words and numbers.overlap.pairs_looked_at:
        words = ["No patient of one cohort was found in another, by sample name or by expression."]
    if numbers.overlap.not_judged:
        where = "; ".join(f"{one} and {other}, {count}" for one, other, count in numbers.overlap.not_judged)
        words.append(f"Under {FEWEST_FOR_TWINS} genes in common ({where}) expression alone cannot show one patient "
                     "twice: there patients with the same outcome were compared, from "
                     f"{FEWEST_GENES} genes on.")
    return words


def _where_from(numbers: ValidationNumbers) -> str:
    lock = numbers.lock
    made = f" on {lock.made_at}" if lock.made_at else ""
    if numbers.kind == "list":
        return (f"The score is the mean z of {list_words(lock.receptors)}, listed by hand: whether it was fixed before "
                "these cohorts were looked at is not known here, so it counts as not paid for.")
    source = f", found by “{lock.source}”" if lock.source else ""
    cohort = f" in {lock.found_in}" if lock.found_in else ""
    what = f"The lock “{lock.name}” ({lock.words()}{source}{cohort}) was sealed{made} with {lock.sha256[:12]}… and " \
        "is unchanged." if numbers.kind == "lock" else \
        f"The score is the best set of the analysis “{lock.source}”{cohort}: {lock.words()}."
    if not numbers.found_in:
        what += " The cohort in which it was found is not in this study, so only names and expression could show it."
    return what


def result_warnings(numbers: ValidationNumbers) -> tuple[Problem, ...]:
    """What a reader must know about single cohorts, shared patients and small data."""
    found: list[Problem] = []
    for effect in numbers.effects:
        place = effect.cohort.expression[0].place
        found += effect.cohort.warnings
        if effect.score is not None:
            found += effect.score.warnings
        if effect.role == REFUSED:
            found.append(warning("cohort_refused", f"the cohort “{effect.name}” was refused: {effect.refusal}", place,
                                 why="It is in no pooled result.", remedy="see the message, or take it out of cohorts",
                                 answer_key="cohorts"))
        elif not effect.per_sd.known:
            found.append(warning("model_did_not_settle", "the Cox model has no finite hazard ratio in the cohort "
                                 f"“{effect.name}” ({counted(effect.n_events, 'event')})", place,
                                 why="It is not pooled.", remedy="look at the curve: often all events lie on one side"))
        elif effect.n_events < 10:
            found.append(warning("few_events", f"only {effect.n_events} of {counted(effect.n, 'patient')} of "
                                 f"“{effect.name}” had the event", place,
                                 why="That it does not hold there says little.", remedy="add patients or follow-up"))
    for one, other in dict.fromkeys((pair.cohort_a, pair.cohort_b) for pair in numbers.overlap.shared if pair.likely):
        pairs = numbers.overlap.between(one, other)
        names = {effect.name for effect in numbers.pooled_effects}
        if {one, other} <= names or pairs[0].found_by != "one sample of one data set":
            first = ", ".join(pair.patient_a for pair in pairs[:NAMED_PATIENTS])
            found.append(warning(
                "shared_patients", f"the cohorts “{one}” and “{other}” share {counted(len(pairs), 'patient')} ({first}"
                f"{', …' if len(pairs) > NAMED_PATIENTS else ''})", Location(),
                why="Cohorts that are pooled should have no patient in common: these count twice.",
                remedy="leave them out of one of the two, or test in one of them only", answer_key="cohorts"))
    if len(numbers.pooled_effects) == 2:
        found.append(warning("two_cohorts", "two cohorts were pooled", Location(),
                             why="The pooled interval is uninformative and there is no prediction interval.",
                             remedy="read both cohorts; add a third"))
    found += [problem for each in numbers.beside for problem in each.warnings]
    return tuple(dict.fromkeys(found))


def methods_text(numbers: ValidationNumbers, *, simulated: bool) -> str:
    """What was done, for a methods section."""
    lock = numbers.lock
    kind = {"lock": f"The score “{lock.name}” was locked before it was tested (sha256 {lock.sha256})",
            "analysis": f"The best set of the analysis “{lock.source}” was taken as the score, without changes",
            "list": "The score was listed by hand"}[numbers.kind]
    signed = " with signs" if lock.score == "signed mean z" else ""
    cut = "the median of the score" if lock.score == "median split" else \
        f"{number_words(lock.cut_sd)} SD above its mean" if lock.cut_sd else "its mean"
    sentences = ["These are simulated data."] if simulated else []
    sentences += [
        f"{kind}: the mean z{signed} of {list_words([f'{receptor}' for receptor in lock.receptors])}, z scored within "
        "each cohort (n - 1) and brought to SD 1; no mean or SD of another cohort was used. Receptors missing in more "
        "than 10 % of a cohort's patients, or without spread, were left out of its score, then patients with a missing "
        "value; a cohort with under two thirds of the receptors was refused.",
        "In each cohort the continuous score was tested by Cox regression (Efron ties, Wald interval), which is the "
        f"primary result. For curves patients were split at {cut} (Kaplan-Meier, log-rank, unadjusted).",
        "Log hazard ratios per SD were pooled over the cohorts that the score was not found in: fixed effect (inverse "
        "variance), random effects by DerSimonian and Laird and by restricted maximum likelihood, both also with "
        "modified Knapp-Hartung intervals (variance factor not below 1, t with k - 1). The interval shown is that of "
        "REML with modified Knapp-Hartung. I² is (Q - df) / Q, not below 0. Prediction intervals use t with k - 2 and "
        "tau² + the squared modified standard error, from 3 cohorts on. Each cohort was left out in turn."]
    if numbers.random:
        sentences.append(
            f"In each cohort |z| (Cox score test) was compared with that of {numbers.parameters.permutations:,} random "
            "sets of as many receptors, or of all sets where there are not more "
            f"(seed {numbers.parameters.seed}).")
    sentences.append("Patients in two cohorts were looked for by sample name, follow-up and correlation of expression "
                     f"(above {OWN_CORRELATION:g} over the genes in both tables, z scored within each data set; under "
                     f"{FEWEST_FOR_TWINS} such genes only where the outcome is the same, under {FEWEST_GENES} not at "
                     "all).")
    return " ".join((*sentences, *beside_methods(numbers.beside)))


