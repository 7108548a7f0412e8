"""The tables of the analysis of biopsy pairs, columns named and ordered as contract §3 says, a sentence for each.

Not for: computing the numbers (paired_biopsies_compute.py) or writing files (core/export).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.paired_biopsies_numbers import CALL_WORDS, PairedNumbers
from core.statistics.risk_sets import Floats

RECEPTOR_COLUMNS: Mapping[str, str] = {
    "receptor": "Receptor (gene symbol)",
    "n_pairs": "Pairs with both values",
    "mean_change": "Mean of after minus before",
    "median_change": "Median of after minus before",
    "change_low": "Lower 95 % bootstrap limit of the median (from 6 pairs on)",
    "change_high": "Upper 95 % bootstrap limit of the median",
    "t": "Paired t",
    "p_t": "P of it, two-sided, not corrected",
    "moderated_t": "Moderated t (limma), its prior fitted on all rows of the table; empty for rows of low counts",
    "p_moderated": "P of it, not corrected",
    "w": "Wilcoxon signed-rank: sum of the ranks of rises (zeros ranked, then dropped)",
    "p_wilcoxon": "P of it, exact and two-sided, not corrected",
    "q_bh": "False discovery rate (Benjamini-Hochberg) of p_moderated; for scores and calls of p_wilcoxon",
    "p_maxt": "P corrected for all receptors: step-down maxT of the paired t, whole patients flipped",
    "up": "Pairs in which it rose (change above 0)",
    "down": "Pairs in which it fell (change below 0)",
    "mean_low": "Lower 95 % limit of the mean change (t)",
    "mean_high": "Upper 95 % limit of the mean change (t)",
    "hodges_lehmann": "Median of the averages of all two changes",
    "sd_change": "SD of the changes (n - 1)",
    "p_flips": "P of this receptor alone by the same flips, not corrected",
    "no_change": "Pairs without any change",
    "switched_up": "Pairs in which it switched up by the rule in the table summary",
    "switched_down": "Pairs in which it switched down by that rule",
    "detectable": "Mean change that 4 of 5 studies like this one would see after correction; empty where none would be",
}

PAIR_COLUMNS: Mapping[str, str] = {
    "patient": "Patient", "receptor": "Receptor", "sample_before": "Sample before", "sample_after": "Sample after",
    "before": "Value before", "after": "Value after", "change": "After minus before",
    "call": "up, down, unchanged or not measured, by the rule in the table summary",
    "her2_after": "What became of HER2 in this patient: kept, lost, gained or unknown",
    "responder": "Whether the patient responded, where that was asked",
}


def all_tables(numbers: PairedNumbers) -> tuple[ResultTable, ...]:
    """receptors, pairs, audit with what stands behind its lights, left_out, summary, and what was asked for besides."""
    tables = [_receptors(numbers), _pairs(numbers)]
    if numbers.audit is not None:
        tables += numbers.audit.tables
    tables += [_left_out(numbers), _summary(numbers)]
    if numbers.interaction is not None:
        tables.append(_interaction(numbers))
    if numbers.positivity is not None:
        tables.append(_positivity(numbers))
    if numbers.score is not None:
        tables += [_score(numbers), _score_changes(numbers)]
    return tuple(tables)


def _receptors(numbers: PairedNumbers) -> ResultTable:
    order = numbers.order
    other: dict[str, Any] = {"receptor": np.array(numbers.receptors), "sd_change": numbers.sd,
                             "no_change": numbers.zeros, "detectable": _finite(numbers.detectable)}
    columns = {name: (other[name] if name in other else getattr(numbers, name))[order].tolist()
               for name in RECEPTOR_COLUMNS}
    return ResultTable("receptors", columns,
                       f"Change of each receptor from {numbers.pairs.before} to {numbers.pairs.after}",
                       dict(RECEPTOR_COLUMNS))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _pairs(numbers: PairedNumbers) -> ResultTable:
    pairs, g = numbers.pairs.pairs, len(numbers.receptors)
    her2 = [numbers.her2_after.get(pair.patient, "unknown") for pair in pairs]
    columns: dict[str, Any] = {
        "patient": [pair.patient for pair in pairs for _ in range(g)],
        "receptor": list(numbers.receptors) * len(pairs),
        "sample_before": [pair.before for pair in pairs for _ in range(g)],
        "sample_after": [pair.after for pair in pairs for _ in range(g)],
        "before": numbers.before.ravel().tolist(), "after": numbers.after.ravel().tolist(),
        "change": numbers.change.ravel().tolist(),
        "call": [CALL_WORDS[call] for call in numbers.calls.ravel().tolist()],
        "her2_after": [state for state in her2 for _ in range(g)],
        "responder": [answer for answer in numbers.responders for _ in range(g)],
    }
    return ResultTable("pairs", {name: columns[name] for name in PAIR_COLUMNS},
                       "Each patient and receptor before and after", dict(PAIR_COLUMNS))


def _left_out(numbers: PairedNumbers) -> ResultTable:
    out = numbers.pairs.left_out
    return ResultTable("left_out", {
        "sample": [each.sample for each in out], "patient": [each.patient for each in out],
        "reason": [each.reason for each in out], "cell": [each.cell for each in out]},
        "Samples that are in no pair", {
            "sample": "Sample", "patient": "Patient, where it is known", "reason": "Why it is in no pair",
            "cell": "The cell that says so"})


def _summary(numbers: PairedNumbers) -> ResultTable:
    best = int(numbers.order[0])
    row: dict[str, Any] = {
        "pairs": numbers.m, "left_out_samples": len(numbers.pairs.left_out), "paired_by": numbers.pairs.source,
        "before": numbers.pairs.before, "after": numbers.pairs.after, "receptors": len(numbers.receptors),
        "hold": int(numbers.holds.sum()), "first_receptor": numbers.receptors[best],
        "p_maxt_first": float(numbers.p_maxt[best]), "flips": numbers.flips, "all_flips": numbers.flips_exact,
        "seed": numbers.parameters.seed, "smallest_p": numbers.smallest_p, "pairs_needed": numbers.pairs_needed,
        "prior_df": _text_if_endless(numbers.prior_df), "prior_variance": numbers.prior_s2,
        "prior_rows": numbers.prior_rows, "switch_rise": numbers.switch.rise, "noise_floor": numbers.switch.floor,
        "unit": numbers.unit, "p_withheld": bool(numbers.p_withheld),
        "her2_lost": sum(state == "lost" for state in numbers.her2_after.values()),
        "hold_without_her2_lost": "" if numbers.holds_without_lost is None else "+".join(
            sorted(numbers.holds_without_lost)) or "none",
    }
    return ResultTable("summary", {name: [value] for name, value in row.items()}, "The comparison in one row", {
        "pairs": "Pairs used", "left_out_samples": "Samples in no pair",
        "paired_by": "columns: stated by clinical columns; names: read from sample names",
        "before": "Word for the first time point", "after": "Word for the second time point",
        "receptors": "Receptors tested", "hold": "Receptors with p_maxt below 0.05",
        "first_receptor": "Receptor with the smallest corrected P", "p_maxt_first": "Its corrected P",
        "flips": "Ways to flip pairs that were looked at", "all_flips": "True where these are all 2^pairs",
        "seed": "Seed of everything drawn", "smallest_p": "Smallest corrected P that the flips can give",
        "pairs_needed": "Pairs from which on flips can give a P below 0.05 at all",
        "prior_df": "Degrees of freedom of the moderated t’s prior (infinite: all variances alike)",
        "prior_variance": "Variance of the prior (of one sample, half that of a change)",
        "prior_rows": "Rows that the prior was fitted on",
        "switch_rise": "Change from which on a receptor counts as switched",
        "noise_floor": "Value that a switch must begin or end above; empty without one",
        "unit": "What changes are counted in", "p_withheld": "True where a red light leaves every P empty",
        "her2_lost": "Patients whose tumour lost HER2",
        "hold_without_her2_lost": "Receptors that hold without them, joined by +, or none; empty where no loss"})


def _text_if_endless(value: float) -> float | str:
    return "infinite" if np.isinf(value) else value


def _interaction(numbers: PairedNumbers) -> ResultTable:
    found = numbers.interaction
    assert found is not None
    about = {
        "receptor": "Receptor", "responders": "Responders with both values", "others": "Others with both values",
        "change_responders": "Mean change of responders", "change_others": "Mean change of the others",
        "difference": "Change of responders minus change of the others", "difference_low": "Lower 95 % limit (t)",
        "difference_high": "Upper 95 % limit (t)", "t": "Pooled t of the difference",
        "p": "P by dealing out who responded, not corrected", "q_bh": "False discovery rate of p",
        "p_maxt": "P corrected for all receptors (step-down maxT)"}
    values: dict[str, Any] = {
        "receptor": list(numbers.receptors), "responders": found.n_responders.tolist(),
        "others": found.n_others.tolist(), "change_responders": found.change_responders.tolist(),
        "change_others": found.change_others.tolist(), "difference": found.difference.tolist(),
        "difference_low": found.low.tolist(), "difference_high": found.high.tolist(), "t": found.t.tolist(),
        "p": found.p.tolist(), "q_bh": found.q_bh.tolist(), "p_maxt": found.p_maxt.tolist()}
    return ResultTable("responders", {name: values[name] for name in about},
                       f"Do responders ({found.column} = {found.responding}) change otherwise than the others", about)


def _positivity(numbers: PairedNumbers) -> ResultTable:
    found = numbers.positivity
    assert found is not None
    about = {"receptor": "Receptor", "stayed_positive": "Positive before and after",
             "became_positive": "Negative before, positive after", "became_negative": "Positive before, negative after",
             "stayed_negative": "Negative before and after", "p_mcnemar": "McNemar’s exact P, not corrected",
             "p_holm": "P corrected for all receptors (Holm)"}
    values: dict[str, Any] = {
        "receptor": list(numbers.receptors), "stayed_positive": found.kept.tolist(),
        "became_positive": found.gained.tolist(), "became_negative": found.lost.tolist(),
        "stayed_negative": found.never.tolist(), "p_mcnemar": found.p.tolist(), "p_holm": found.p_holm.tolist()}
    return ResultTable("positivity", {name: values[name] for name in about},
                       f"Who became positive or negative (positive from {found.cut:g} on)", about)


def _score(numbers: PairedNumbers) -> ResultTable:
    found = numbers.score
    assert found is not None
    row: dict[str, Any] = {
        "receptors": "+".join(sorted(found.receptors)), "n_pairs": found.n_pairs, "mean_change": found.mean,
        "mean_low": found.mean_low, "mean_high": found.mean_high, "median_change": found.median,
        "median_low": found.median_low, "median_high": found.median_high, "t": found.t, "p_t": found.p_t,
        "p_flips": found.p_flips, "p_wilcoxon": found.p_wilcoxon, "up": found.up, "down": found.down,
        "flips": found.flips, "smallest_p": found.smallest_p}
    return ResultTable("subset_score", {name: [value] for name, value in row.items()},
                       "One score named before looking: the mean change of its receptors", {
        "receptors": "Receptors of the score", "n_pairs": "Pairs with all of them",
        "mean_change": "Mean of the score", "mean_low": "Lower 95 % limit of the mean (t)",
        "mean_high": "Upper 95 % limit of the mean (t)", "median_change": "Median of the score",
        "median_low": "Lower 95 % bootstrap limit of the median (from 6 pairs on)",
        "median_high": "Upper 95 % bootstrap limit of the median", "t": "Paired t of the score",
        "p_t": "P of it, which rests on normal changes",
        "p_flips": "P by flipping pairs; one test, nothing to correct for",
        "p_wilcoxon": "P of the signed-rank test of the same score", "up": "Pairs in which it rose",
        "down": "Pairs in which it fell", "flips": "Ways to flip that were looked at",
        "smallest_p": "Smallest P that they can give"})


def _score_changes(numbers: PairedNumbers) -> ResultTable:
    found = numbers.score
    assert found is not None
    return ResultTable("subset_score_pairs", {"patient": list(numbers.patients), "change": found.change.tolist()},
                       "The score in each patient", {
                           "patient": "Patient",
                           "change": "Mean change of the receptors of the score; empty where one is missing"})
