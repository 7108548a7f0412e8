"""The tables of the response analysis, columns named and ordered as contract §3 says, with a sentence for each.

Not for: computing the numbers or writing files.
"""

from __future__ import annotations

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.rtk_response_numbers import FloatArray, ResponseNumbers


def all_tables(numbers: ResponseNumbers) -> tuple[ResultTable, ...]:
    """receptors, patients."""
    return (_receptors(numbers), _patients(numbers))


def verdicts(numbers: ResponseNumbers) -> list[str]:
    """holds, not settled, or empty where there is no answer; in the order of the receptors."""
    tested = np.isfinite(numbers.score_z)
    return ["holds" if holds else "not settled" if known else ""
            for holds, known in zip(numbers.holds.tolist(), tested.tolist(), strict=True)]


def _receptors(numbers: ResponseNumbers) -> ResultTable:
    order, fit = numbers.order, numbers.fit
    low, high = fit.interval
    verdict = verdicts(numbers)
    means = _means(numbers)
    return ResultTable("receptors", {
        "receptor": [numbers.receptors[i] for i in order], "n": numbers.n[order], "positive": numbers.n_positive[order],
        "odds_ratio": fit.odds_ratio[order], "or_low": low[order], "or_high": high[order], "p": fit.p[order],
        "q_bh": numbers.q_bh[order], "p_maxt": numbers.p_maxt[order], "auc": fit.auc[order],
        "auc_low": fit.auc_low[order], "auc_high": fit.auc_high[order],
        "coef": fit.coef[order], "se": fit.se[order], "p_wald": fit.p_wald[order], "score_z": numbers.score_z[order],
        "separated": fit.separated[order].tolist(), "firth_or": np.exp(fit.firth)[order],
        "firth_low": _finite(np.exp(fit.firth_low))[order], "firth_high": _finite(np.exp(fit.firth_high))[order],
        "firth_p": fit.firth_p[order], "mean_positive": means[0][order], "mean_negative": means[1][order],
        "verdict": [verdict[i] for i in order],
    }, f"Receptors and {numbers.response}, strongest first", {
        "receptor": "Gene symbol", "n": "Analysed patients with a value of this receptor",
        "positive": "Of these, patients who responded", "odds_ratio": "Odds ratio of response per SD (logistic model); "
        "empty where the receptor separates the responses, so that no finite one exists",
        "or_low": "Lower 95 % limit (profile likelihood); empty where it does not exist",
        "or_high": "Upper 95 % limit (profile likelihood); empty where it does not exist",
        "p": "Likelihood-ratio P of this receptor alone, not corrected",
        "q_bh": "Benjamini-Hochberg q of p over the receptors",
        "p_maxt": "P corrected for all receptors by shuffling responses (step-down maxT of |score z|)",
        "auc": "Area under the ROC curve, unadjusted: above 0.5 where responders have more of it",
        "auc_low": "Lower 95 % limit (DeLong)", "auc_high": "Upper 95 % limit (DeLong)",
        "coef": "Log odds ratio per SD", "se": "Standard error of coef", "p_wald": "Wald P, not corrected",
        "score_z": "Score z that p_maxt rests on: above 0 where high goes with response",
        "separated": "True where the receptor tells responders from the others without error",
        "firth_or": "Odds ratio per SD by Firth's penalised likelihood: finite also where responses are separated",
        "firth_low": "Lower 95 % limit of firth_or (penalised profile likelihood)",
        "firth_high": "Upper 95 % limit of firth_or (penalised profile likelihood)",
        "firth_p": "P of firth_or (penalised likelihood ratio), not corrected",
        "mean_positive": "Mean expression of those who responded, on the scale of the table",
        "mean_negative": "Mean expression of the others", "verdict": "holds: p_maxt < 0.05; else not settled"})


def _finite(values: FloatArray) -> FloatArray:
    return np.asarray(np.where(np.isfinite(values), values, np.nan), dtype=np.float64)


def _means(numbers: ResponseNumbers) -> tuple[FloatArray, FloatArray]:
    found = []
    for chosen in (numbers.positive, ~numbers.positive):
        values = numbers.expression[chosen]
        known = np.isfinite(values)
        counts = known.sum(axis=0)
        found.append(np.where(counts > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan))
    return found[0], found[1]


def _patients(numbers: ResponseNumbers) -> ResultTable:
    known, out = numbers.sample_names, numbers.left_out
    column = numbers.samples.column(numbers.response)
    names = () if numbers.samples.clinical is None else numbers.samples.clinical.samples
    text = dict(zip(names, column.texts, strict=True))
    return ResultTable("patients", {
        "sample": [*known, *(each.sample for each in out)],
        "patient": [*numbers.patients, *("" for _ in out)],
        "response": [text.get(sample, "") for sample in (*known, *(each.sample for each in out))],
        "positive": [*numbers.positive.tolist(), *(None for _ in out)],
        "analysed": [True] * len(known) + [False] * len(out),
        "reason": [""] * len(known) + [each.reason for each in out],
        "cell": [""] * len(known) + [each.cell for each in out],
    }, "Who was analysed, and who was left out of this analysis and why", {
        "sample": "Sample as the expression table names it", "patient": "Patient, where the data set says so",
        "response": f"The text of {numbers.response}", "positive": "True where it means response",
        "analysed": "False: left out", "reason": "Why", "cell": "The cell that says so"})
