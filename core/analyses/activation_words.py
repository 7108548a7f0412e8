"""The activation analysis in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in ActivationNumbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.analyses.activation_inputs import ARRAY, DEFAULT_LIMITS, GIVEN
from core.analyses.activation_numbers import UNKNOWN, ActivationNumbers, MeasureCalls
from core.analyses.activation_parameters import CONSENSUS, FOLD, MIXTURE, PERCENTILE, PHOSPHO, REFERENCE, ROBUST_Z
from core.figures.number_words import count_words, counted, list_words, number_words, percent_words
from core.problems import Problem, warning
from core.statistics.activation_calls import FEWEST_REFERENCES

FEW_REFERENCES = 40
"""Fewer reference samples than this leave the 97.5th percentile to the one or two highest of them."""
NAMES_SHOWN = 5
MANY_UNKNOWN = 0.5
MUCH_TURNS = 0.1


@dataclass(frozen=True)
class ActivationAnswer:
    """The answer as one clause, what stands behind it, three numbers; ``state`` "ok" or "unsure"."""

    sentence: str
    explanation: str
    numbers: tuple[tuple[str, str, str], ...]
    state: str


def answer(numbers: ActivationNumbers) -> ActivationAnswer:
    """What the page says under its question."""
    total, cells = len(numbers.patients), numbers.calls.size
    unknown = int((numbers.calls == UNKNOWN).sum())
    others = _by_patients(numbers)
    with_any = int((numbers.calls == 1).any(axis=1).sum())
    three = (("Patients with an RTK on", str(with_any), f"of {total}"),
             ("Unknown calls", percent_words(unknown, cells) or "0 %", f"of {counted(cells, 'call')}"),
             ("Receptors called", str(int((numbers.on + numbers.off > 0).sum())), f"of {len(numbers.receptors)}"))
    if unknown == cells:
        return ActivationAnswer("Nothing can be called.", _why_nothing(numbers), three, "unsure")
    if not others:
        return ActivationAnswer(f"No receptor is known to be on in any of {counted(total, 'patient')}.",
                                method_clause(numbers), three, "unsure" if unknown > MANY_UNKNOWN * cells else "ok")
    first = others[0]
    return ActivationAnswer(
        f"{numbers.receptors[first]} is on in {int(numbers.on[first])} of {counted(total, 'patient')}"
        f"{_unknown_words(numbers, first)}.", method_clause(numbers) + _next_words(numbers, others), three,
        "unsure" if unknown > MANY_UNKNOWN * cells else "ok")


def findings(numbers: ActivationNumbers) -> tuple[str, ...]:
    """The answer, ERBB2, patients with nothing on, what is unknown, what hangs on the threshold."""
    said = answer(numbers)
    words = [f"{said.sentence} {said.explanation}"]
    total = len(numbers.patients)
    if "ERBB2" in numbers.receptors and numbers.on[numbers.receptors.index("ERBB2")]:
        place = numbers.receptors.index("ERBB2")
        words.append(f"ERBB2 is on in {int(numbers.on[place])} of {counted(total, 'patient')}"
                     f"{_unknown_words(numbers, place)}.")
    nothing = int((~(numbers.calls == 1).any(axis=1)).sum())
    words.append(f"{total - nothing} of {counted(total, 'patient')} have at least one receptor known to be on; in "
                 f"{nothing} none is known to be on.")
    alone = one_measure_only(numbers)
    if alone:
        words.append(f"{len(alone)} of {counted(len(numbers.receptors), 'receptor')} {_have(len(alone))} fewer than "
                     "two "
                     "measures that can say, so a consensus cannot call them.")
    unknown = int((numbers.calls == UNKNOWN).sum())
    unmeasured = int((~numbers.measured).sum())
    words.append(f"{count_words(unknown)} of {counted(numbers.calls.size, 'call')} are unknown "
                 f"({count_words(unmeasured)} not measured); shares are given as a range over them.")
    known = int((numbers.calls != UNKNOWN).sum())
    if np.isfinite(numbers.jitter).any() and known:
        turned = int(numbers.changed.sum())
        worst = sorted((i for i in range(len(numbers.receptors)) if np.isfinite(numbers.jitter[i])),
                       key=lambda i: -numbers.jitter[i])[0]
        share = percent_words(float(numbers.jitter[worst]) * 100, 100)
        most = f", most of {numbers.receptors[worst]} ({share})" if turned else ""
        words.append(f"When thresholds move by a tenth of an SD up or down, {turned} of {counted(known, 'known call')} "
                     f"turn{most}.")
    if numbers.other_time:
        words.append(f"{counted(numbers.other_time, 'sample')} of another time point {_were(numbers.other_time)} not "
                     "called.")
    return tuple(words)


def one_measure_only(numbers: ActivationNumbers) -> list[str]:
    """Receptors that a consensus cannot call in anybody because fewer than two measures make calls of them."""
    if numbers.method != CONSENSUS:
        return []
    voting = np.sum([(measure.states != UNKNOWN).any(axis=0) for measure in numbers.measures], axis=0)
    return [receptor for receptor, count in zip(numbers.receptors, voting.tolist(), strict=True) if count < 2]


def result_warnings(numbers: ActivationNumbers) -> tuple[Problem, ...]:
    """What a reader must know before a call is believed."""
    found: list[Problem] = []
    place = numbers.measures[0].matrix.place
    rules = {measure.rule for measure in numbers.measures}
    if PERCENTILE in rules:
        found.append(warning(
            "percentile_fixes_shares", "with a percentile every receptor is on in the same share of patients "
            f"({_number(numbers, PERCENTILE)} %), whatever the tumours do", place,
            why="Which receptor is on in most patients then says nothing, and coverage only shows which go together.",
            remedy='use method = "reference limit" or "consensus"', answer_key="method"))
    if {measure.measure for measure in numbers.measures} == {"mRNA"} and rules != {GIVEN}:
        found.append(warning("only_mrna", "only mRNA was called", place,
                             why="mRNA says that a receptor is expressed, not that it is active.",
                             remedy="add protein or phospho and use the consensus"))
    if REFERENCE in rules and 0 < numbers.n_reference < FEW_REFERENCES:
        found.append(warning(
            "few_references", f"the reference limit rests on {counted(numbers.n_reference, 'reference sample')}", place,
            why="With fewer than 40 the 97.5th percentile is little more than the highest of them.",
            remedy="add reference samples, or give the limit as a number", answer_key="reference"))
    for measure in numbers.measures:
        found += _not_called(numbers, measure)
    alone = one_measure_only(numbers)
    if alone:
        found.append(warning("too_few_measures", f"{_short(alone)} {_have(len(alone))} fewer than two measures that "
                                                 "can "
                             "call them", place, why="A consensus needs two, so their calls are unknown.",
                             remedy="add a measure of them, or call one measure by a single rule", answer_key="method"))
    if FOLD in rules and not numbers.parameters.floor:
        found.append(warning("no_noise_floor", "no noise floor is stated for fold over baseline", place,
                             why="Twice a value that is noise is noise; only values shared at the bottom of a receptor "
                             "were taken for its floor.", remedy="give the value with floor", answer_key="floor"))
    loose = [numbers.receptors[i] for i in numbers.order if np.isfinite(numbers.jitter[i])
             and numbers.jitter[i] > MUCH_TURNS]
    if loose:
        found.append(warning("calls_hang_on_threshold", f"more than a tenth of the calls of {_short(loose)} turn when "
                             "the threshold moves by a tenth of an SD", place,
                             why="These receptors have no clear two states.",
                             remedy="read the table jitter, and evidence for the calls that turn"))
    return tuple(found)


def _not_called(numbers: ActivationNumbers, measure: MeasureCalls) -> list[Problem]:
    """Receptors that a measure could not call, grouped by why."""
    groups: dict[str, list[str]] = {}
    for receptor, why in zip(numbers.receptors, measure.why_not, strict=True):
        if why and not why.startswith("not measured"):
            groups.setdefault(why, []).append(receptor)
    return [warning("receptors_not_called", f"{_short(names)} cannot be called by {measure.measure} ({measure.rule}): "
                    f"{why}", measure.matrix.place, why="Their calls by this measure are unknown.",
                    remedy="use another rule for them, or leave them unknown") for why, names in groups.items()]


def methods_text(numbers: ActivationNumbers, *, simulated: bool) -> str:
    """A paragraph for the methods section, with every rule and limit."""
    samples = numbers.samples
    sentences = ["The data are simulated."] if simulated else []
    rules = f", patients whose {list_words(samples.rule_words)}" if samples.rule_words else ""
    side = f", the sample {numbers.parameters.sample} treatment of each" if numbers.other_time else ""
    sentences.append(f"In “{samples.name}” (data set “{samples.dataset}”{rules}) "
                     f"{counted(len(numbers.receptors), 'receptor')} "
                     f"{'was' if len(numbers.receptors) == 1 else 'were'} called on, off or unknown in "
                     f"{counted(len(numbers.patients), 'patient')}{side}.")
    sentences += [f"{measure.measure} ({measure.matrix.scale} scale): {_rule_words(numbers, measure)}."
                  for measure in numbers.measures]
    if numbers.method == CONSENSUS:
        sentences.append("A receptor was on or off where at least two measures said so and they were in the majority; "
                         "a "
                         "measure whose own state was unknown did not vote, and with fewer than two votes, or two "
                         "against "
                         "each other, the call is unknown.")
    sentences.append("Shares are given as a range over the unknown calls. All thresholds were moved by a tenth of the "
                     "SD "
                     "of what is compared, up and down, and calls that turned were counted. No test was made.")
    return " ".join(sentences)


def _rule_words(numbers: ActivationNumbers, measure: MeasureCalls) -> str:
    limit = _number(numbers, measure.rule)
    fixed = bool(numbers.parameters.limit.strip())
    words = {
        GIVEN: "on and off as the table states them",
        ARRAY: "on where the spots lay above the mean of the negative spots + 3 SD with a duplicate CV below 25 %",
        ROBUST_Z: f"on where (x - median) / (1.4826 MAD) was above {limit}; unknown where the MAD was 0",
        REFERENCE: f"on above {limit}" if fixed else
        f"on above the 97.5th percentile of {counted(numbers.n_reference, 'reference sample')} (at least "
        f"{FEWEST_REFERENCES} with a value)",
        MIXTURE: "on where the posterior of the upper of two normal groups was above 0.8, off below 0.2, only where "
                 "BIC "
        "preferred two groups and each held more than 10 %",
        FOLD: f"on where the value after treatment was at least {limit} times that before and above the noise floor",
        PHOSPHO: f"on above {limit}",
        PERCENTILE: f"on in the upper {limit} % of patients, which fixes the share beforehand",
    }
    return words[measure.rule]


def _number(numbers: ActivationNumbers, rule: str) -> str:
    stated = numbers.parameters.limit.strip()
    return stated or f"{DEFAULT_LIMITS.get(rule, float('nan')):g}"


def method_clause(numbers: ActivationNumbers) -> str:
    """How calls were made, as a sentence."""
    named = list_words([measure.measure for measure in numbers.measures])
    if numbers.method == CONSENSUS:
        return f"Called where two of {named} agree."
    return f"Called from {named} by {numbers.measures[0].rule}." if numbers.method != GIVEN else \
        "Calls are those of the table."


def _next_words(numbers: ActivationNumbers, others: list[int]) -> str:
    following = [f"{numbers.receptors[i]} ({int(numbers.on[i])})" for i in others[1:NAMES_SHOWN]]
    return f" Next: {', '.join(following)}." if following else ""


def _unknown_words(numbers: ActivationNumbers, place: int) -> str:
    unknown = int(numbers.unknown[place])
    return f" (unknown in {unknown})" if unknown else ""


def _why_nothing(numbers: ActivationNumbers) -> str:
    reasons = [why for measure in numbers.measures for why in measure.why_not if why]
    if reasons:
        most = max(dict.fromkeys(reasons), key=reasons.count)
        return f"Most often: {most}."
    return "The measures disagree, or fewer than two of them can say."


def _by_patients(numbers: ActivationNumbers) -> list[int]:
    """Receptors on in somebody, without ERBB2 where there are others, most patients first."""
    some = [int(i) for i in numbers.order if numbers.on[i] > 0]
    return [i for i in some if numbers.receptors[i] != "ERBB2"] or some


def _short(names: list[str]) -> str:
    return list_words(names) if len(names) <= NAMES_SHOWN else \
        f"{', '.join(names[:NAMES_SHOWN])} and {len(names) - NAMES_SHOWN} more"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def threshold_words(measure: MeasureCalls, place: int) -> str:
    """The threshold of one receptor for a panel: "on above 2.00"."""
    value = float(measure.threshold[place])
    return f"on above {number_words(value)}" if np.isfinite(value) else measure.why_not[place] or "no threshold"
