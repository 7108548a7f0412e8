"""The subset search in words: the answer, the findings, the warnings and the methods paragraph.

Not for: numbers that are not already in SubsetNumbers.
"""

from __future__ import annotations

import numpy as np

from core.analyses.prognosis_pictures import direction_words, event_words
from core.analyses.prognosis_words import Answer
from core.analyses.subset_checks import SubsetChecks
from core.analyses.subset_numbers import SubsetNumbers
from core.data.patients.endpoint_checks import coding_doubt
from core.figures.number_words import count_words, counted, hr_words, list_words, number_words, p_equals, p_words
from core.problems import Problem, warning
from core.statistics.subset_problem import SIGNED, SPLIT
from core.statistics.subset_stability import KEEP_AT

HOLDS = 0.05
FEW_EVENTS = 20
"""Below this, that no set is better than luck says nothing."""
IN_LEFT_OUT = "in left-out patients of this cohort"


def answer(numbers: SubsetNumbers) -> Answer:
    """What the page says under its question: the corrected P is the only one in it."""
    tried = count_words(numbers.ranking.n_sets)
    done = numbers.permutations_done
    three = (("Sets tried", tried, ""), ("Corrected P", p_words(numbers.best_p) if done else "?", ""),
             ("Left-out concordance", *_left_out_number(numbers)))
    name = set_words(numbers)
    if not done:
        return Answer("No answer without correction.", f"The best of {counted(numbers.ranking.n_sets, 'set')} is "
                      f"{name}. No outcome was shuffled, so nothing says how good the best is by luck. Set Shuffles "
                      "above 0 and run.", three, "unsure")
    searched = _searched(numbers)
    if numbers.best_p < HOLDS:
        goes = _goes_with(numbers)
        if numbers.best_size_alone:
            alone = numbers.inputs.receptors[numbers.ranking.best_of_size[1].members[0]]
            return Answer(f"No set does better than {alone} alone.",
                          f"{searched} {_alone(numbers)}{_at_the_floor(numbers)}", three, "ok")
        return Answer(f"High {name} goes with {goes}: less likely by luck (P {p_words(numbers.best_p)}), untested "
                      "elsewhere.", f"{searched} {_tied(numbers, found=True)}", three, "ok")
    events = numbers.inputs.n_events
    if events < FEW_EVENTS:
        plural = event_words(numbers.inputs.cohort.endpoint.name)
        return Answer(f"{counted(events, plural.removesuffix('s'), plural)} cannot answer this.",
                      f"{searched} With so few, only a very strong set would show. The best is {name}.", three,
                      "unsure")
    return Answer("The best set is no better than luck.",
                  f"{searched} The best is {name}. {_tied(numbers, found=False)}", three, "nothing")


def set_words(numbers: SubsetNumbers, members: tuple[int, ...] | None = None) -> str:
    """A set as it reads: "IGF1R + EPHA2", a sign before a member that enters with minus."""
    chosen = numbers.best if members is None else members
    sign = {numbers.inputs.receptors[i]: numbers.signs[i] for i in chosen}
    parts = [name if sign[name] > 0 else f"\u2212{name}" for name in sorted(sign)]
    return " + ".join(parts)


def _left_out_number(numbers: SubsetNumbers) -> tuple[str, str]:
    out = numbers.left_out
    if out is None or not np.isfinite(out.concordance):
        return "?", ""
    return f"{out.concordance:.2f}", f"{out.low:.2f} to {out.high_limit:.2f}"


def _goes_with(numbers: SubsetNumbers) -> str:
    better, worse = direction_words(numbers.inputs.cohort.endpoint.name)
    return worse if numbers.ranking.toward[0] >= 0 else better


def _searched(numbers: SubsetNumbers) -> str:
    done = numbers.permutations_done
    as_good = "none" if not numbers.exceeding else count_words(numbers.exceeding)
    short = f" (stopped after {count_words(done)} of {count_words(numbers.parameters.permutations)})" \
        if numbers.stopped and done < numbers.parameters.permutations else ""
    return (f"The search was repeated on {counted(done, 'shuffled outcome')}{short}; {as_good} gave a set as good: "
            f"corrected {p_equals(numbers.best_p)}.")


def _alone(numbers: SubsetNumbers) -> str:
    best = numbers.ranking.best_of_size[1]
    better, worse = direction_words(numbers.inputs.cohort.endpoint.name)
    name = numbers.inputs.receptors[best.members[0]]
    return f"High {name} goes with {worse if best.toward * numbers.signs[best.members[0]] >= 0 else better}."


def _at_the_floor(numbers: SubsetNumbers) -> str:
    """Said where sizes look alike only because so few shuffles cannot tell them apart."""
    floor = 1 / (numbers.permutations_done + 1)
    if not bool((numbers.p_size <= floor * (1 + 1e-9)).all()):
        return ""
    shuffles = counted(numbers.permutations_done, "shuffle")
    return (f" Every size has the smallest P that {shuffles} can give, so this test cannot tell them apart; the "
            f"strongest of all sets is {set_words(numbers)}.")


def _tied(numbers: SubsetNumbers, *, found: bool) -> str:
    others = numbers.ranking.n_tied - 1
    if others <= 0:
        return "No other set does as well within the data's own uncertainty."
    verb = "does" if others == 1 else "do"
    so = ", so the core is the finding, not the list" if found else ""
    return f"{counted(others, 'other set')} {verb} as well within the data's own uncertainty{so}."


def findings(numbers: SubsetNumbers, checks: SubsetChecks) -> tuple[str, ...]:
    """The answer, size, estimate, left-out patients, stability, other genes, and the amber lights."""
    said = answer(numbers)
    words = [f"{said.sentence} {said.explanation}"]
    words += [doubt] if (doubt := coding_doubt(numbers.inputs.cohort.doubts)) else []
    words.append(_size_words(numbers))
    words.append(_estimate_words(numbers))
    words += _left_out_words(numbers)
    words += _stability_words(numbers)
    words += _gene_words(numbers)
    words.append(f"{counted(len(numbers.inputs.patients), 'patient')} with all values were searched, "
                 f"{count_words(numbers.inputs.n_events)} of them with the event; "
                 f"{counted(len(numbers.inputs.receptors), 'candidate')}.")
    words += [row.check.sentence for row in checks.rows if row.check.light == "amber"]
    return tuple(word for word in words if word)


def _size_words(numbers: SubsetNumbers) -> str:
    if not numbers.permutations_done or len(numbers.p_size) < 2:
        return ""
    sizes = list(numbers.inputs.problem.space.sizes)
    listed = list_words([f"{size}: {p_words(float(p))}" for size, p in zip(sizes, numbers.p_size)])
    if numbers.best_size_alone:
        alone = numbers.inputs.receptors[numbers.ranking.best_of_size[1].members[0]]
        return f"No set does better than {alone} alone (P of the best set of each size {listed})."
    at = int(np.argmin(numbers.p_size))
    return (f"P of the best set of each size {listed}; corrected for having looked at all sizes, size {sizes[at]} has "
            f"{p_equals(float(numbers.p_sizes[at]))}.")


def _estimate_words(numbers: SubsetNumbers) -> str:
    low, high = numbers.estimates.interval
    if not np.isfinite([numbers.estimates.coef[0], low[0], high[0]]).all():
        return (f"The hazard ratio of {set_words(numbers)} cannot be estimated from "
                f"{counted(numbers.inputs.n_events, 'event')} in {counted(len(numbers.inputs.patients), 'patient')}.")
    ratio = hr_words(float(numbers.estimates.hr[0]), float(low[0]), float(high[0]))
    per = "high against low" if numbers.parameters.score == SPLIT else "per SD of the score"
    return (f"In the patients searched {set_words(numbers)} has HR {ratio} {per}; that is too large, because the set "
            "was chosen in the same patients.")


def _left_out_words(numbers: SubsetNumbers) -> list[str]:
    out = numbers.left_out
    if out is None:
        return []
    if not np.isfinite(out.concordance):
        return ["Left-out performance cannot be judged: no two left-out patients can be compared."]
    p = f", {p_equals(numbers.cv_p)} by {counted(len(numbers.cv_null), 'shuffle')} of the whole procedure" \
        if len(numbers.cv_null) else ""
    below = " It is below 0.5: what the folds learned went the other way." if out.concordance < 0.5 else ""
    beyond = f" of what the score says beyond {list_words(numbers.inputs.covariates.adjusted)}" \
        if numbers.inputs.problem.covariates is not None else ""
    return [f"Concordance{beyond} {IN_LEFT_OUT} is {out.concordance:.2f} ({out.low:.2f} to {out.high_limit:.2f}, "
            f"approximate){p}.{below}"]


def _stability_words(numbers: SubsetNumbers) -> list[str]:
    found = numbers.stability
    if found is None:
        return []
    stable = [numbers.inputs.receptors[i] for i in np.argsort(-found.inclusion, kind="stable")
              if found.inclusion[i] >= KEEP_AT]
    start = f"{list_words(stable)} {'is' if len(stable) == 1 else 'are'} in the best set of" if stable else \
        "No receptor is in the best set of"
    luck = f"by luck at most {number_words(found.false_expected)} would be expected there, if receptors without a " \
        "tie to outcome are chosen alike" if found.false_expected < len(numbers.inputs.receptors) else \
        "with so few candidates nothing can be said about how many would be there by luck"
    return [f"{start} {KEEP_AT:.0%} or more of {count_words(found.halves)} half-samples; {luck}."]


def _gene_words(numbers: SubsetNumbers) -> list[str]:
    found = numbers.random
    if found is None:
        return []
    needed = len(numbers.inputs.receptors)
    if not len(found.best):
        return [f"Whether other genes would do as well cannot be judged: the table has {found.available} complete "
                f"genes that are no RTKs, and {needed} are needed."]
    how = "of like expression" if found.matched else "not matched on expression, because this scale has no level" \
        if numbers.inputs.matrix.scale in ("z", "log ratio") else "not matched on expression"
    beaten = int((found.best >= numbers.ranking.statistic[0]).sum())
    return [f"In {beaten} of {counted(len(found.best), 'draw')} of {needed} genes that are no RTKs ({how}) the same "
            f"search finds a set as strong; the best RTK set lies at percentile {found.percentile:.0f}."]


def result_warnings(numbers: SubsetNumbers) -> tuple[Problem, ...]:
    """What a reader must know about the search and about small data."""
    place = numbers.inputs.matrix.place
    found: list[Problem] = []
    if numbers.stopped:
        found.append(warning("stopped_early", "the run was stopped after "
                             f"{counted(numbers.permutations_done, 'shuffle')} of "
                             f"{count_words(numbers.parameters.permutations)}", place,
                             why="Steps that were not reached are empty; the P is given with its range.",
                             remedy="run again: finished parts are not computed twice"))
    done = numbers.permutations_done
    if done and 1 / (done + 1) > HOLDS / 5:
        found.append(warning("few_shuffles", f"with {counted(done, 'shuffle')} no corrected P can be below "
                             f"{1 / (done + 1):.3f}", place, remedy="raise permutations", answer_key="permutations"))
    events = numbers.inputs.n_events
    if events < FEW_EVENTS:
        found.append(warning("few_events", f"only {events} of {counted(len(numbers.inputs.patients), 'patient')} had "
                             "the event", place, why="That no set holds says little, and a set that does is chosen "
                             "from few patients.", remedy="add patients or follow-up"))
    if numbers.not_converged or not numbers.converged:
        where = "in the data as they are" if not numbers.converged else \
            f"in {count_words(numbers.not_converged)} of {counted(done, 'shuffle')}"
        found.append(warning("shuffles_not_settled", f"the covariate model did not settle {where}", place,
                             why="There the statistics were taken where the fit ended.",
                             remedy="adjust for fewer columns, or merge their rare values", answer_key="adjust"))
    folds = numbers.parameters.folds
    if folds > events and numbers.left_out is not None:
        found.append(warning("fewer_folds", f"{folds} folds of {counted(events, 'event')} would leave folds without "
                             f"any; {events} folds were used", place, remedy="lower folds", answer_key="folds"))
    elif folds and events < 2:
        found.append(warning("no_folds", f"with {counted(events, 'event')} no patients can be left out and tried",
                             place, why="Left-out performance is empty.", remedy="set folds to 0", answer_key="folds"))
    return tuple(found)


def methods_text(numbers: SubsetNumbers, *, simulated: bool) -> str:
    """A paragraph for the methods section, with every choice that decided a number."""
    p, inputs = numbers.parameters, numbers.inputs
    cohort = inputs.cohort
    sentences = ["The data are simulated."] if simulated else []
    rules = f", patients whose {list_words(cohort.rule_words)}" if cohort.rule_words else ""
    sentences.append(
        f"In the cohort “{cohort.name}” (data set “{cohort.dataset}”{rules}) "
        f"{counted(len(inputs.receptors), 'candidate receptor')} "
        f"{'was' if len(inputs.receptors) == 1 else 'were'} searched in the {counted(len(inputs.patients), 'patient')} "
        f"with a value of each, follow-up time and status of {cohort.endpoint.name}; {count_words(inputs.n_events)} "
        "had the event.")
    if inputs.left_out:
        left = list_words([f"{name} ({reason})" for name, reason in inputs.left_out])
        sentences.append(f"Left out of the search: {left}.")
    if inputs.incomplete:
        sentences.append(f"{counted(len(inputs.incomplete), 'patient')} lacked a value and "
                         f"{'was' if len(inputs.incomplete) == 1 else 'were'} not searched.")
    space = inputs.problem.space
    rule = [f"with {list_words([inputs.receptors[i] for i in space.must])} in every set"] if space.must else []
    rule += [f"without {list_words(p.must_not)}"] if p.must_not else []
    sizes = counted(space.max_size, "receptor") if len(space.sizes) == 1 else \
        f"{space.sizes[0]} to {space.max_size} receptors"
    scored = f"All {count_words(space.n_all)} sets of {sizes} were scored" if space.n_all > 1 else \
        f"The one set of {sizes} was scored"
    sentences.append(f"{scored}{', ' + ' and '.join(rule) if rule else ''}.")
    sentences.append(_score_methods(numbers))
    sentences.append(_search_methods(numbers))
    sentences.append("A set is called tied with the best where the difference of their |z| is at most the square root "
                     "of 2 (1 \u2212 r), r the correlation of the two scores.")
    if numbers.stability is not None:
        sentences.append(
            f"Stability: the search was repeated in {numbers.stability.halves} halves of the patients (complementary "
            f"pairs, stratified by event; Shah and Samworth); the bound on receptors kept by luck at {KEEP_AT:.0%} is "
            "q squared / ((2 pi \u2212 1) p) of Meinshausen and Buhlmann, which assumes that receptors without a tie "
            "to outcome are chosen exchangeably.")
    if numbers.left_out is not None:
        again = f"; its P repeats the whole procedure on {counted(len(numbers.cv_null), 'shuffled outcome')}" \
            if len(numbers.cv_null) else ""
        sentences.append(
            f"Left-out performance: z scaling, set and median cut were learned in {len(numbers.left_out.sets) - 1} of "
            f"{len(numbers.left_out.sets)} folds stratified by event and tried in the remaining one; concordance is "
            "concordant over comparable pairs within folds, its interval a patient bootstrap with folds and sets "
            f"fixed (approximate){again}.{_beyond_methods(numbers)}")
    if numbers.random is not None and len(numbers.random.best):
        how = "matched on tenths of mean expression" if numbers.random.matched else "not matched on expression"
        sentences.append(f"The search was repeated with {counted(len(numbers.random.best), 'draw')} of as many genes "
                         f"that are no RTKs ({how}).")
    sentences.append("Hazard ratios of chosen sets are not corrected for having been chosen.")
    return " ".join(sentences)


def _beyond_methods(numbers: SubsetNumbers) -> str:
    if numbers.inputs.problem.covariates is None:
        return ""
    return (" What the covariates explain of the score in the training folds (least squares) is taken away from the "
            "left-out scores, and a comparable pair counts as much as its later patient's hazard by the covariates' "
            "Cox model of the training folds (1 on average over the pairs of every event), so that a score that says "
            "nothing beside them has a concordance of 0.5; the groups of the curves are cut in the score as it is.")


def _score_methods(numbers: SubsetNumbers) -> str:
    p = numbers.parameters
    beside = f", adjusted for {list_words(numbers.inputs.covariates.adjusted)}" if numbers.inputs.covariates.adjusted \
        else ""
    beside += f", stratified by {list_words(p.strata)}" if p.strata else ""
    scaled = (f"z scores of the members ({numbers.inputs.matrix.measure}, {numbers.inputs.matrix.scale} scale, "
              "standardised within the analysed patients, n \u2212 1)")
    if p.score == SPLIT:
        residual = "martingale residuals of the covariates' Cox model" if beside.startswith(", adjusted") else \
            "log-rank scores"
        return (f"The score of a set is the mean of the {scaled}, split at its median; the statistic is the sum of the "
                f"{residual} of the high group over its standard deviation under permutation{beside}.")
    signs = " The sign of each receptor was chosen by its own Cox model, again in every permutation, half and fold." \
        if p.score == SIGNED else ""
    return (f"The score of a set is the mean of the {scaled}; the statistic is the Cox score test of that score "
            f"(Efron's method for ties{beside}).{signs}")


def _search_methods(numbers: SubsetNumbers) -> str:
    p = numbers.parameters
    if not numbers.permutations_done:
        return "P values were not corrected for the search."
    within = " within strata" if p.strata else ""
    how = (f"time and status were shuffled{within} against patients' receptors and covariates together and the "
           "covariate model was refitted each time (approximate)") if numbers.inputs.problem.covariates is not None \
        else f"time and status were shuffled{within} against expression"
    anew = "the statistic was" if p.score == SPLIT else "score vector and information were"
    return (f"The corrected P compares a set's statistic with the best of all sets in each of "
            f"{counted(numbers.permutations_done, 'permutation')} (seed {p.seed}): {how}, and {anew} "
            "computed anew; P = (1 + number as good) / (permutations + 1). P over sizes is that of "
            "the smallest P over sizes.")
