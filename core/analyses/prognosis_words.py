"""The prognosis analysis in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in PrognosisNumbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analyses.check_lights import Check
from core.analyses.prognosis_numbers import PrognosisNumbers
from core.analyses.prognosis_pictures import direction_words, event_words
from core.data.patients.endpoint_checks import coding_doubt
from core.data.reference import rtk_symbols
from core.figures.number_words import count_words, counted, hr_words, list_words, p_equals, time_words
from core.problems import Problem, warning

LARGE_HR = 2.0
"""Where only a hazard ratio per SD beyond this is likely to show, that nothing holds says nothing."""
NAMES_IN_ANSWER = 5


@dataclass(frozen=True)
class Answer:
    """The answer as one clause, what was corrected and cannot be said, and three numbers (label, value, unit).

    ``state``: "ok", "nothing" where none holds and effects worth having would have shown, "unsure" where the data
    cannot say; ``why`` then says why in full.
    """

    sentence: str
    explanation: str
    numbers: tuple[tuple[str, str, str], ...]
    state: str
    why: str = ""


def answer(numbers: PrognosisNumbers) -> Answer:
    """What the page says under its question. No uncorrected P is in it."""
    better, worse = direction_words(numbers.cohort.endpoint.name)
    plural = event_words(numbers.cohort.endpoint.name)
    total, events = len(numbers.receptors), int(numbers.event.sum())
    rtk = set(rtk_symbols())
    one = "RTK" if set(numbers.receptors) <= rtk else "gene"
    held = [int(i) for i in numbers.order if numbers.holds[i]]
    tested = [int(i) for i in numbers.order if np.isfinite(numbers.direction[i])]
    corrected = bool(np.isfinite(numbers.p_maxt).any())
    three = (("Hold corrected", str(len(held)) if corrected else "?", f"of {total}"),
             (plural.capitalize(), count_words(events), f"of {count_words(len(numbers.patients))}"),
             ("Detectable HR" if total == 1 else "Detectable HR, corrected", f"{numbers.detectable_hr:.2f}", "per SD"))
    happened = counted(events, plural.removesuffix("s"), plural)
    if not tested:
        return Answer(f"No {one} could be fitted.", "Each has one value only, or all events lie on one side; see "
                      "Warnings.", three, "unsure", "A hazard ratio compares patients with more and with less of a "
                      "receptor. Where all have the same value, or all events lie on one side, there is nothing to "
                      "compare.")
    only = f"With {happened} only a hazard ratio above {numbers.detectable_hr:.2f} per SD is likely to show."
    if not corrected:
        return Answer("No answer without correction.", "No outcome was shuffled, so no corrected P is known. Set "
                      f"Shuffles above 0 and run. {only}", three, "unsure",
                      f"{_all_receptors(numbers).capitalize()} {_verb(total, 'is', 'are')} tested, and by chance "
                      "alone 1 in 20 has a P below 0.05. The correction sees how often shuffled outcomes do as "
                      "well; none was shuffled.")
    if held:
        sentence, other = _one_clause(numbers, held, better, worse)
        return Answer(sentence, _what_holds(numbers, len(held), other, one, happened), three, "ok")
    strongest = f"The strongest is {numbers.receptors[tested[0]]}{_estimate(numbers, tested[0], True)}."
    if numbers.detectable_hr > LARGE_HR:
        return Answer(f"{happened} cannot answer this.", f"{only} {strongest}{_beside(numbers)}", three, "unsure",
                      _why_unsure(numbers, happened))
    of_all = " after correction" if total > 1 else ""
    return Answer(f"No {one} holds{of_all}.", f"{strongest} {_rest(numbers, happened)}", three, "nothing")


def _why_unsure(numbers: PrognosisNumbers, happened: str) -> str:
    """Why few events cannot answer, what that does not mean, and what would help."""
    ratio, total = numbers.detectable_hr, len(numbers.receptors)
    bar = f"After correction for {_all_receptors(numbers)} the bar is high: " if total > 1 else ""
    fewer = ", or fewer receptors, chosen before looking" if total > 1 else ""
    return (f"{bar}{'with' if bar else 'With'} {happened} a receptor holds in 4 of 5 studies like this one only where "
            f"its true hazard ratio is {ratio:.2f} per SD or more ({1 / ratio:.2f} or less). Weaker effects are mostly "
            f"missed, so that nothing holds does not mean that nothing is there. More patients or longer follow-up "
            f"would help{fewer}.")


def _one_clause(numbers: PrognosisNumbers, held: Sequence[int], better: str, worse: str) -> tuple[str, list[str]]:
    """The side with more receptors (at a tie that of the strongest) as a sentence, and the names of the other side."""
    sides = {sign: [numbers.receptors[i] for i in held if numbers.direction[i] * sign > 0] for sign in (1, -1)}
    first = 1 if numbers.direction[held[0]] > 0 else -1
    sign = max((first, -first), key=lambda side: len(sides[side]))
    names = sides[sign]
    shown = names if len(names) <= NAMES_IN_ANSWER else [*names[:NAMES_IN_ANSWER - 1],
                                                         f"{len(names) - NAMES_IN_ANSWER + 1} more"]
    return (f"High {list_words(shown)} {_verb(len(names), 'goes', 'go')} with {worse if sign > 0 else better}.",
            sides[-sign])


def _what_holds(numbers: PrognosisNumbers, held: int, other: Sequence[str], one: str, happened: str) -> str:
    total = len(numbers.receptors)
    if total == 1:
        return (f"It holds with {counted(numbers.parameters.permutations, 'shuffle')}. It was the only {one} tested."
                f"{_beside(numbers)}")
    aside = f" ({list_words(other[:NAMES_IN_ANSWER])} the other way)" if 0 < len(other) <= NAMES_IN_ANSWER else \
        f" ({len(other)} the other way)" if other else ""
    start = f"{held} of {total} {_verb(held, 'holds', 'hold')} after correction for all {total}{aside}."
    return f"{start} {_rest(numbers, happened)}"


def _rest(numbers: PrognosisNumbers, happened: str) -> str:
    """How many matter little and how many stay open."""
    little, unsettled = numbers.verdict.count("matters little"), numbers.verdict.count("not settled")
    low, high = numbers.parameters.equivalence
    words = []
    if little:
        words.append(f"{little} {_verb(little, 'is', 'are')} shown to matter little (HR within {low:g} to {high:g}).")
    if unsettled:
        words.append(f"{unsettled} cannot be settled with {happened}.")
    return (" ".join(words) + _beside(numbers)).strip()


def _beside(numbers: PrognosisNumbers) -> str:
    """What stood beside the receptor in every model, as a sentence to follow another; empty where nothing did."""
    adjusted, strata = numbers.covariates.adjusted, numbers.parameters.strata
    parts = [f"adjusted for {list_words(adjusted)}"] if adjusted else []
    parts += [f"stratified by {list_words(strata)}"] if strata else []
    return f" Every estimate is {' and '.join(parts)}." if parts else ""


def findings(numbers: PrognosisNumbers, checks: Sequence[Check]) -> tuple[str, ...]:
    """The answer, a doubt about the outcome's codes, what holds, matters little or stays open, and amber lights."""
    better, worse = direction_words(numbers.cohort.endpoint.name)
    words = [_answer(numbers, better, worse) + _beside(numbers)]
    words += [doubt] if (doubt := coding_doubt(numbers.cohort.doubts)) else []
    counts = {verdict: numbers.verdict.count(verdict) for verdict in ("holds", "matters little", "not settled")}
    total = len(numbers.receptors)
    events = counted(int(numbers.event.sum()), "event")
    low, high = numbers.parameters.equivalence
    if numbers.parameters.permutations:
        of_them = "after correction for all of them " if total > 1 else ""
        hold = "holds" if 1 in (total, counts["holds"]) else "hold"
        words.append(
            f"{counts['holds']} of {counted(total, 'receptor')} {hold} {of_them}(maxT, "
            f"{counted(numbers.parameters.permutations, 'shuffle')}). "
            f"{counts['matters little']} {_verb(counts['matters little'], 'is', 'are')} shown to matter little (90 % "
            f"interval of the HR per SD inside {low:g} to {high:g}). {counts['not settled']} cannot be settled with "
            f"{events}.")
    else:
        words.append("No corrected P was computed (permutations = 0), so no receptor can be said to hold.")
    inside = [numbers.receptors[i] for i in numbers.order if numbers.holds[i] and numbers.matters_little[i]]
    if inside:
        words.append(f"{list_words(inside)} {_verb(len(inside), 'holds', 'hold')}, and the size of the effect is "
                     f"small: the 90 % interval of the HR per SD lies inside {low:g} to {high:g}.")
    words.append(f"With {events} a hazard ratio of {numbers.detectable_hr:.2f} per SD (or "
                 f"{1 / numbers.detectable_hr:.2f}) is detectable with 80 % power after correction.")
    words.append(f"{counted(len(numbers.patients), 'patient')} {_verb(len(numbers.patients), 'was', 'were')} analysed, "
                 f"{count_words(int(numbers.event.sum()))} of them with the event; median follow-up "
                 f"{time_words(numbers.follow_up.median, numbers.unit)} (reverse Kaplan-Meier).")
    words += _coverage(numbers)
    words += [f"{name}: {text}" for name, text in numbers.cohort.facts.items()]
    words += [check.sentence for check in checks if check.light == "amber" and not check.receptor]
    return tuple(words)


def _answer(numbers: PrognosisNumbers, better: str, worse: str) -> str:
    held = [i for i in numbers.order if numbers.holds[i]]
    rising = [numbers.receptors[i] for i in held if numbers.direction[i] > 0]
    falling = [numbers.receptors[i] for i in held if numbers.direction[i] < 0]
    parts = []
    for names, outcome in ((rising, worse), (falling, better)):
        if names:
            shown = names[:6]
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""
            listed = ", ".join(shown) + more if more else list_words(shown)
            parts.append(f"high {listed} {_verb(len(names), 'goes', 'go')} with {outcome}")
    if parts:
        sentence = "; ".join(parts)
        subject = "The strongest is " + numbers.receptors[held[0]] if len(held) > 1 else "It has"
        return f"{sentence[0].upper()}{sentence[1:]}. {subject}{_estimate(numbers, held[0], len(held) > 1)}."
    tested = [i for i in numbers.order if np.isfinite(numbers.direction[i])]
    if not tested:
        return "No receptor could be fitted."
    start = "No receptor holds after correction" if np.isfinite(numbers.p_maxt[tested[0]]) \
        else "No receptor was tested with correction"
    return f"{start}; the strongest is {numbers.receptors[tested[0]]}{_estimate(numbers, tested[0], True)}."


def _estimate(numbers: PrognosisNumbers, i: int, after_a_name: bool) -> str:
    """HR with interval, corrected P, patients and events of one receptor, to follow its name or "It has"."""
    low, high = numbers.fit.interval
    corrected = float(numbers.p_maxt[i])
    ratio = hr_words(float(numbers.fit.hr[i]), float(low[i]), float(high[i]))
    hr = f"HR {ratio} per SD" if np.isfinite(numbers.fit.coef[i]) else "no finite HR"
    p_text = f"corrected {p_equals(corrected)}" if np.isfinite(corrected) else "no corrected P"
    plural = event_words(numbers.cohort.endpoint.name)
    return (f"{',' if after_a_name else ''} {hr}, {p_text} ({counted(int(numbers.n[i]), 'patient')}, "
            f"{counted(int(numbers.events[i]), plural.removesuffix('s'), plural)})")


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _coverage(numbers: PrognosisNumbers) -> list[str]:
    words = []
    if numbers.parameters.receptors == "all":
        present = set(numbers.receptors)
        lacking = [symbol for symbol in rtk_symbols() if symbol not in present]
        if lacking:
            words.append(f"{len(present)} of the 58 RTKs {_verb(len(present), 'is', 'are')} in this table; nothing can "
                         f"be said of the other {len(lacking)}: {', '.join(lacking)}.")
    lost = len(numbers.covariates.left_out)
    if lost:
        columns = list(dict.fromkeys([*numbers.parameters.adjust, *numbers.parameters.strata]))
        words.append(f"{counted(lost, 'patient')} {_verb(lost, 'lacks', 'lack')} a value of "
                     f"{list_words(columns, 'or')} and {_verb(lost, 'was', 'were')} left out of every row.")
    early = len(numbers.before_landmark)
    if early:
        words.append(f"{counted(early, 'patient')} had the event or left follow-up by the landmark at "
                     f"{numbers.parameters.landmark:g} months and {_verb(early, 'was', 'were')} left out.")
    return words


def result_warnings(numbers: PrognosisNumbers) -> tuple[Problem, ...]:
    """What a reader must know about single receptors and small data."""
    place = numbers.matrix.place
    found: list[Problem] = []
    constant = [numbers.receptors[i] for i in range(len(numbers.receptors))
                if numbers.n[i] and not np.nanstd(numbers.expression[:, i]) > 0]
    if constant:
        found.append(warning(
            "constant_receptor", f"{list_words(constant)} {_verb(len(constant), 'has', 'have')} one value only in the "
            "analysed patients", place, why=f"{_verb(len(constant), 'Its', 'Their')} statistics are empty.",
            remedy=f"nothing to do; the {_verb(len(constant), 'row is', 'rows are')} kept"))
    failed = [numbers.receptors[i] for i in range(len(numbers.receptors))
              if not np.isfinite(numbers.fit.coef[i]) and numbers.receptors[i] not in constant]
    if failed:
        found.append(warning(
            "model_did_not_settle", f"the Cox model has no finite hazard ratio for {list_words(failed)}", place,
            why="It and its P are empty; the corrected P, where there is one, does not need it.",
            remedy="look at the curve: often all events lie on one side, or too few patients have a value"))
    found += _covariate_warnings(numbers)
    partial = [f"{numbers.receptors[i]} ({len(numbers.patients) - int(numbers.n[i])})"
               for i in range(len(numbers.receptors)) if numbers.n[i] < len(numbers.patients)]
    if partial:
        found.append(warning("missing_values", f"patients without a value were left out for that receptor only: "
                             f"{', '.join(partial[:10])}{', …' if len(partial) > 10 else ''}", place,
                             remedy="n and events of each row are in the table"))
    events = int(numbers.event.sum())
    if events < 10:
        patients = counted(len(numbers.patients), "patient")
        found.append(warning("few_events", f"only {events} of {patients} had the event", place,
                             why=f"Only a hazard ratio above {numbers.detectable_hr:.2f} per SD is likely to show; "
                             "that nothing holds says little.", remedy="add patients or follow-up"))
    if numbers.not_converged:
        found.append(warning("shuffles_not_settled", "the covariate model did not settle in "
                             f"{count_words(numbers.not_converged)} of "
                             f"{counted(numbers.parameters.permutations, 'shuffle')}", place,
                             why="There the receptors' statistics were taken where the fit ended.",
                             remedy="adjust for fewer columns, or merge their rare values", answer_key="adjust"))
    permutations = numbers.parameters.permutations
    if permutations and 1 / (permutations + 1) > 0.05 / 5:
        found.append(warning("few_shuffles", f"with {counted(permutations, 'shuffle')} no corrected P can be below "
                             f"{1 / (permutations + 1):.3f}", place, remedy="raise permutations",
                             answer_key="permutations"))
    return tuple(found)


def _covariate_warnings(numbers: PrognosisNumbers) -> list[Problem]:
    """Covariates that have no coefficient of their own, each named once."""
    place, found = numbers.matrix.place, []
    copies = list(dict.fromkeys(f"“{term}”" for model in numbers.fit.models for term in model.copies))
    far = list(dict.fromkeys(f"“{term}”" for model in numbers.fit.models for term in model.to_infinity))
    if copies:
        found.append(warning(
            "covariate_says_nothing_new", f"{list_words(copies)} {_verb(len(copies), 'says', 'say')} nothing that the "
            "other covariates do not say already", place,
            why=f"{_verb(len(copies), 'It has', 'They have')} no hazard ratio; the receptors are not affected.",
            remedy=f"take {_verb(len(copies), 'it', 'them')} out of adjust", answer_key="adjust"))
    if far:
        found.append(warning(
            "covariate_without_maximum", f"{list_words(far)} {_verb(len(far), 'has', 'have')} no finite hazard ratio: "
            "with too few events one side of it has none", place,
            why="The receptors' values are those reached as it goes to infinity, as in R.",
            remedy="merge rare values of the column, or take it out of adjust", answer_key="adjust"))
    return found


def methods_text(numbers: PrognosisNumbers, *, simulated: bool) -> str:
    """A paragraph for the methods section, with every choice that decided a number."""
    parameters, cohort = numbers.parameters, numbers.cohort
    sentences = []
    if simulated:
        sentences.append("The data are simulated.")
    rules = f", patients whose {list_words(cohort.rule_words)}" if cohort.rule_words else ""
    sentences.append(
        f"In the cohort “{cohort.name}” (data set “{cohort.dataset}”{rules}), "
        f"{counted(len(numbers.patients), 'patient')} with expression, follow-up time and status of "
        f"{cohort.endpoint.name} {_verb(len(numbers.patients), 'was', 'were')} analysed; "
        f"{int(numbers.event.sum())} had the event. Median follow-up by the reverse Kaplan-Meier method was "
        f"{time_words(numbers.follow_up.median, numbers.unit)}.")
    sentences += [f"{name[0].upper()}{name[1:]}: {text}." for name, text in cohort.facts.items()]
    beside = ""
    adjusted = numbers.covariates.adjusted
    if adjusted:
        beside += f", adjusted for {list_words(adjusted)}"
    if parameters.strata:
        beside += f", stratified by {list_words(parameters.strata)}"
    sentences.append(
        f"Each receptor's {numbers.matrix.measure} expression ({numbers.matrix.scale} scale) entered a Cox model as "
        f"a z score within the analysed patients{beside} (Efron's method for ties); hazard ratios are per standard "
        "deviation with 95 % Wald intervals, concordance is Harrell's, and proportional hazards were tested by the "
        "score test of the time-varying coefficient on the Kaplan-Meier scale.")
    if parameters.permutations:
        kept = " within strata" if parameters.strata else ""
        if adjusted:
            how = (f"time and status were shuffled{kept} against patients' receptors and covariates together, the "
                   "covariate model was refitted each time, and the statistic was the efficient score of the receptor "
                   "(approximate)")
        else:
            how = f"time and status were shuffled{kept} against expression; the statistic was the Cox score test"
        sentences.append(
            f"P values were corrected for {_all_receptors(numbers)} by the step-down maxT procedure of Westfall and "
            f"Young with {counted(parameters.permutations, 'permutation')} (seed {parameters.seed}): "
            f"{how}.")
    else:
        sentences.append("P values were not corrected by permutation.")
    sentences.append("q values are Benjamini and Hochberg's over the receptors.")
    sentences.append(
        f"Receptors were said to matter little where the 90 % interval of the hazard ratio lay inside "
        f"{parameters.equivalence[0]:g} to {parameters.equivalence[1]:g} (two one-sided tests at 5 % per receptor, not "
        "corrected).")
    over_all = " and over all cuts of all receptors (permutation)" if parameters.permutations else ""
    split = {"median": "at the median", "tertiles": "into thirds", "quartiles": "into quarters"}[parameters.split]
    sentences.append(
        f"For curves patients were split {split} (Kaplan-Meier, log-log intervals, log-rank test; unadjusted). "
        "Cut-offs were searched, also unadjusted, between 10 % and 90 % of patients with maximally selected log-rank "
        f"statistics; their P values count the search over cuts (Lausen and Schumacher 1992){over_all}, and the hazard "
        "ratio at the chosen cut is that of left-out patients in 10-fold "
        f"cross-validation. Restricted mean survival time was compared up to {parameters.rmst_at:g} months or the "
        "smaller group's last time.")
    if parameters.landmark:
        sentences.append(f"Only patients still event-free at {parameters.landmark:g} months were analysed, from then "
                         "on.")
    return " ".join(sentences)


def _all_receptors(numbers: PrognosisNumbers) -> str:
    return f"all {len(numbers.receptors)} receptors" if len(numbers.receptors) > 1 else "1 receptor"
