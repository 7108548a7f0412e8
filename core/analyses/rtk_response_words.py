"""The response analysis in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in ResponseNumbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analyses.rtk_response_numbers import ResponseNumbers
from core.data.reference import rtk_symbols
from core.figures.number_words import counted, hr_words, list_words, number_words, p_equals
from core.problems import Problem, warning

LARGE_OR = 3.0
"""Where only an odds ratio per SD beyond this is likely to show, that nothing holds says nothing."""
NAMES_SHOWN = 6


@dataclass(frozen=True)
class ResponseAnswer:
    """The answer as one clause, what stands behind it, three numbers (label, value, unit).

    ``state``: "ok", "nothing" where none holds and effects worth having would have shown, "unsure" otherwise.
    """

    sentence: str
    explanation: str
    numbers: tuple[tuple[str, str, str], ...]
    state: str
    why: str = ""


def answer(numbers: ResponseNumbers) -> ResponseAnswer:
    """What the page says under its question. No uncorrected P is in it."""
    responded, total = int(numbers.positive.sum()), len(numbers.positive)
    one = _one(numbers)
    held = [int(i) for i in numbers.order if numbers.holds[i]]
    corrected = bool(np.isfinite(numbers.p_maxt).any())
    three = (("Hold corrected", str(len(held)) if corrected else "?", f"of {len(numbers.receptors)}"),
             ("Responded", str(responded), f"of {total}"),
             ("Detectable OR, corrected", number_words(numbers.detectable_or), "per SD"))
    people = f"{responded} of {counted(total, 'patient')} responded"
    only = f"{people}; only an odds ratio above {number_words(numbers.detectable_or)} per SD is likely to show."
    tested = [int(i) for i in numbers.order if np.isfinite(numbers.score_z[i])]
    if not tested:
        return ResponseAnswer(f"No {one} could be compared.", "Each has one value only; see Warnings.", three, "unsure")
    if not corrected:
        return ResponseAnswer("No answer without correction.",
                              f"No response was shuffled. Set Shuffles above 0. {only}", three, "unsure")
    if held:
        return ResponseAnswer(_clause(numbers, held) + ".", f"{len(held)} of {len(numbers.receptors)} "
                              f"{_verb(len(held), 'holds', 'hold')} after correction for all. {people}."
                              f"{_beside(numbers)}", three, "ok")
    strongest = f"The strongest is {numbers.receptors[tested[0]]}, {_estimate(numbers, tested[0])}."
    if not numbers.detectable_or <= LARGE_OR:
        return ResponseAnswer(f"{counted(total, 'patient')} cannot answer this.", f"{only} "
        f"{strongest}{_beside(numbers)}",
                              three, "unsure", "With few patients the bar after correction is high, and weaker effects "
                              "are mostly missed: that nothing holds does not mean that nothing is there. More "
                              "patients "
                              "would help, or fewer receptors, chosen before looking.")
    return ResponseAnswer(f"No {one} holds after correction.", f"{strongest} {only}{_beside(numbers)}", three,
        "nothing")


def findings(numbers: ResponseNumbers) -> tuple[str, ...]:
    """The answer with its strongest receptor, how many hold, what could have shown, who was left out."""
    held = [int(i) for i in numbers.order if numbers.holds[i]]
    tested = [int(i) for i in numbers.order if np.isfinite(numbers.score_z[i])]
    total, receptors = len(numbers.positive), len(numbers.receptors)
    responded = int(numbers.positive.sum())
    if held:
        words = [f"{_clause(numbers, held)}. {numbers.receptors[held[0]]}: {_estimate(numbers, held[0])}."
                 + _beside(numbers)]
    elif tested:
        start = "No receptor holds after correction" if numbers.parameters.permutations else \
            "No receptor was tested with correction"
        words = [f"{start}; the strongest is {numbers.receptors[tested[0]]}, {_estimate(numbers, tested[0])}."
                 + _beside(numbers)]
    else:
        words = ["No receptor could be compared: each has one value only."]
    if numbers.parameters.permutations:
        words.append(f"{len(held)} of {counted(receptors, 'receptor')} {_verb(len(held), 'holds', 'hold')} after "
                     f"correction (maxT, {counted(numbers.parameters.permutations, 'shuffle')}).")
    words.append(f"{responded} of {counted(total, 'patient')} responded ({numbers.response} is "
                 f"{numbers.positive_words}); the others have {numbers.negative_words or 'no other value'}. An odds "
                 "ratio "
                 f"of {number_words(numbers.detectable_or)} per SD (or {number_words(1 / numbers.detectable_or)}) is "
                 "detectable with 80 % power after correction.")
    if numbers.before_only:
        words.append(f"Only samples before treatment count: {counted(numbers.before_only, 'sample')} of another time "
                     f"point {_verb(numbers.before_only, 'was', 'were')} left out.")
    separated = _names(numbers, numbers.fit.separated)
    if separated:
        words.append(f"{list_words(separated[:NAMES_SHOWN])} {_verb(len(separated), 'separates', 'separate')} "
                     "responders "
                     "from the others without error in these patients, so no finite odds ratio exists; with few "
                     "patients chance alone does that. Firth's estimate stands in further columns.")
    lacking = [symbol for symbol in rtk_symbols() if symbol not in set(numbers.receptors)]
    if numbers.parameters.receptors == "all" and lacking:
        words.append(f"{receptors} of the 58 RTKs {_verb(receptors, 'is', 'are')} in this table; nothing can be said "
                     "of "
                     f"the other {len(lacking)}: {', '.join(lacking)}.")
    return tuple(words)


def result_warnings(numbers: ResponseNumbers) -> tuple[Problem, ...]:
    """What a reader must know about single receptors and few patients."""
    place, found = numbers.matrix.place, []
    constant = [name for name, spread, n in zip(numbers.receptors, _spread(numbers), numbers.n.tolist(), strict=True)
                if n and not spread > 0]
    if constant:
        found.append(warning("constant_receptor", f"{list_words(constant)} {_verb(len(constant), 'has', 'have')} one "
                             "value only in the analysed patients", place, why="Their statistics are empty.",
                             remedy="nothing to do; the rows are kept"))
    separated = _names(numbers, numbers.fit.separated)
    if separated:
        found.append(warning("responses_separated", f"{list_words(separated[:NAMES_SHOWN])}"
                             f"{', …' if len(separated) > NAMES_SHOWN else ''} "
                             f"{_verb(len(separated), 'tells', 'tell')} "
                             "responders from the others without error, so no finite odds ratio exists", place,
                             why="With few patients chance alone can do that; the corrected P does not need a ratio.",
                             remedy="read firth_or with its limits, and add patients"))
    fewer = int(min(numbers.positive.sum(), (~numbers.positive).sum()))
    if fewer < 10:
        side = "responded" if fewer == int(numbers.positive.sum()) else "did not respond"
        found.append(warning("few_responses", f"only {fewer} of {counted(len(numbers.positive), 'patient')} {side}",
                             numbers.samples.column(numbers.response).place,
                             why=f"Only an odds ratio above {number_words(numbers.detectable_or)} per SD is likely to "
                             "show; that nothing holds says little.", remedy="add patients, or test fewer receptors"))
    partial = [f"{name} ({len(numbers.positive) - n})" for name, n in zip(numbers.receptors, numbers.n.tolist(),
                                                                           strict=True) if n < len(numbers.positive)]
    if partial:
        found.append(warning("missing_values", "patients without a value were left out for that receptor only: "
                             f"{', '.join(partial[:10])}{', …' if len(partial) > 10 else ''}", place,
                             remedy="n and positive of each row are in the table"))
    if numbers.before_only:
        found.append(warning("only_before_treatment", f"{counted(numbers.before_only, 'sample')} not from before "
                             f"treatment {_verb(numbers.before_only, 'was', 'were')} left out", numbers.samples.place,
                             why="A response is foretold from the sample before treatment; residual tumour exists only "
                             "in those who did not respond completely.", remedy="nothing to do"))
    silent = [each for each in numbers.left_out if each.reason.endswith("is missing")]
    if silent:
        found.append(warning("response_missing", f"{counted(len(silent), 'sample')} without a value of a needed column "
                             f"left out: {', '.join(each.sample for each in silent[:5])}"
                             f"{', …' if len(silent) > 5 else ''}", numbers.samples.column(numbers.response).place,
                             remedy="fill them in, or go on without; the table patients names each"))
    if numbers.not_converged:
        found.append(warning("shuffles_not_settled", f"the covariate model did not settle in {numbers.not_converged} "
                                                     "of "
                             f"{counted(numbers.parameters.permutations, 'shuffle')}", place,
                             why="There the receptors' statistics were taken where the fit ended.",
                             remedy="adjust for fewer columns, or merge their rare values", answer_key="adjust"))
    return tuple(found)


def methods_text(numbers: ResponseNumbers, *, simulated: bool) -> str:
    """A paragraph for the methods section, with every choice that decided a number."""
    parameters, samples = numbers.parameters, numbers.samples
    total, responded = len(numbers.positive), int(numbers.positive.sum())
    rules = f", patients whose {list_words(samples.rule_words)}" if samples.rule_words else ""
    before = " before treatment" if numbers.before_only else ""
    sentences = ["The data are simulated."] if simulated else []
    sentences.append(
        f"In “{samples.name}” (data set “{samples.dataset}”{rules}), {counted(total, 'patient')} with "
        f"{numbers.matrix.measure} "
        f"expression{before} and a value of {numbers.response} {_verb(total, 'was', 'were')} analysed; {responded} "
        f"responded ({numbers.positive_words}).")
    beside = f", adjusted for {list_words(numbers.adjusted)}" if numbers.adjusted else ""
    sentences.append(
        f"Each receptor's {numbers.matrix.measure} expression ({numbers.matrix.scale} scale) entered a logistic "
        f"regression as a z score within the analysed patients (n - 1){beside}; odds ratios are per standard deviation "
        "with 95 % profile-likelihood intervals, P is that of the likelihood ratio. Where a receptor separated the "
        "responses no finite ratio exists; Firth's penalised estimate is given for all. Areas under the ROC curve are "
        "unadjusted, with DeLong's interval.")
    if parameters.permutations:
        how = ("the response was shuffled against patients' receptors and covariates together, the covariate model was "
               "refitted each time, and the statistic was the efficient score of the receptor (approximate)"
               if numbers.adjusted else
               "the response was shuffled against expression; the statistic was the score test")
        sentences.append(
            f"P values were corrected for {counted(len(numbers.receptors), 'receptor')} by the step-down maxT "
            "procedure "
            f"of Westfall and Young with {counted(parameters.permutations, 'permutation')} (seed {parameters.seed}): "
            f"{how}.")
    else:
        sentences.append("P values were not corrected by permutation.")
    sentences.append("q values are Benjamini and Hochberg's over the receptors.")
    return " ".join(sentences)


def _clause(numbers: ResponseNumbers, held: list[int]) -> str:
    rising = [numbers.receptors[i] for i in held if numbers.direction[i] > 0]
    falling = [numbers.receptors[i] for i in held if numbers.direction[i] < 0]
    parts = []
    for names, level in ((rising, "high"), (falling, "low")):
        if names:
            shown = names if len(names) <= NAMES_SHOWN else [*names[:NAMES_SHOWN - 1],
                                                             f"{len(names) - NAMES_SHOWN + 1} more"]
            parts.append(f"{level} {list_words(shown)} {_verb(len(names), 'goes', 'go')} with response")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _estimate(numbers: ResponseNumbers, i: int) -> str:
    low, high = numbers.fit.interval
    ratio = float(numbers.fit.odds_ratio[i])
    words = f"OR {hr_words(ratio, float(low[i]), float(high[i]))} per SD" if np.isfinite(ratio) else "no finite OR"
    corrected = float(numbers.p_maxt[i])
    p_text = f"corrected {p_equals(corrected)}" if np.isfinite(corrected) else "no corrected P"
    return f"{words}, {p_text} ({int(numbers.n_positive[i])} of {counted(int(numbers.n[i]), 'patient')} responded)"


def _beside(numbers: ResponseNumbers) -> str:
    return f" Every estimate is adjusted for {list_words(numbers.adjusted)}." if numbers.adjusted else ""


def _names(numbers: ResponseNumbers, chosen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[str]:
    return [numbers.receptors[i] for i in numbers.order if chosen[i]]


def _one(numbers: ResponseNumbers) -> str:
    return "RTK" if set(numbers.receptors) <= set(rtk_symbols()) else "gene"


def _spread(numbers: ResponseNumbers) -> list[float]:
    return [float(np.ptp(values[np.isfinite(values)])) if np.isfinite(values).any() else 0.0
            for values in numbers.expression.T]


def _verb(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
