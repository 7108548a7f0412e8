"""The methods paragraph of the analysis of biopsy pairs.

Not for: what was found (paired_biopsies_words.py).
"""

from __future__ import annotations

from core.analyses.paired_biopsies_numbers import PairedNumbers
from core.analyses.paired_biopsies_words import smallest_words
from core.data.tables import Scale
from core.figures.number_words import count_words, counted, list_words


def methods_text(numbers: PairedNumbers, *, simulated: bool) -> str:
    """How it was done, for a paper."""
    pairs, matrix = numbers.pairs, numbers.matrix
    words = ["Simulated data." if simulated else ""]
    source = "stated by clinical columns" if pairs.source == "columns" else "read from sample names"
    words.append(f"{counted(numbers.m, 'patient')} with one sample each at “{pairs.before}” and “{pairs.after}” "
                 f"({source}; {counted(len(pairs.left_out), 'further sample')} not used) were compared for "
                 f"{counted(len(numbers.receptors), 'receptor')} ({matrix.measure}, {_scale_words(matrix.scale)}). "
                 "Change is after minus before; a pair without a value of a receptor is left out for it only.")
    interval = "with a 95 % bootstrap interval (all resamples counted)" if numbers.m >= 6 else "without an interval"
    words.append(f"Median change {interval}; paired t; Wilcoxon signed-rank test, exact and two-sided, zeros by "
                 "Pratt’s method; moderated t (limma’s empirical Bayes, patients as blocks, default settings), its "
                 f"prior fitted on {counted(numbers.prior_rows, 'row')}"
                 + (" with mean log2(CPM + 1) of at least 1" if matrix.scale is Scale.COUNTS else "") + ".")
    if numbers.flips:
        taken = f"all {count_words(numbers.flips)} ways" if numbers.flips_exact else \
            f"{count_words(numbers.flips)} drawn ways (seed {numbers.parameters.seed})"
        words.append(f"P values were corrected for all receptors by step-down maxT of |t| (Westfall and Young), the "
                     f"changes of whole patients flipped in {taken}; this assumes changes symmetric about 0. The "
                     f"smallest P possible is {smallest_words(numbers.smallest_p)}. q: Benjamini-Hochberg of the "
                     + ("signed-rank P." if matrix.scale in (Scale.SCORE, Scale.CALLS) else "moderated P."))
    if numbers.p_withheld:
        words.append("No P values are given, because treatment and plate cannot be told apart.")
    elif numbers.parameters.acknowledged:
        words.append(f"Acknowledged before P values were given: {list_words(numbers.parameters.acknowledged)}.")
    if numbers.parameters.leave_out_her2_lost:
        words.append("Patients whose tumour lost HER2 were left out.")
    words.append(f"A receptor counts as switched in a patient from {numbers.switch.words} on.")
    words += _methods_besides(numbers)
    return " ".join(word for word in words if word)


def _methods_besides(numbers: PairedNumbers) -> list[str]:
    words = []
    if numbers.interaction is not None:
        found = numbers.interaction
        deals = f"all {count_words(found.permutations)} ways" if found.exact else \
            f"{count_words(found.permutations)} drawn ways"
        words.append(f"Responders ({found.column} = {found.responding}) and others: pooled t of their changes (the "
                     f"interaction of time with response), P by dealing out who responded in {deals}, step-down maxT.")
    if numbers.positivity is not None:
        words.append("Positivity before and after: McNemar’s exact test, Holm’s correction.")
    if numbers.score is not None:
        words.append(f"Subset score, stated as named before looking: mean change of "
                     f"{list_words(sorted(numbers.score.receptors))} in each pair, tested once by flips.")
    return words


def _scale_words(scale: Scale) -> str:
    return {Scale.COUNTS: "counts as log2(CPM + 1)", Scale.LINEAR: "log2(x + 1)", Scale.LOG10: "log10 turned into log2",
            Scale.Z: "z scores", Scale.SCORE: "scores as they are", Scale.CALLS: "calls of on and off"}.get(
                scale, f"{scale} as given")
