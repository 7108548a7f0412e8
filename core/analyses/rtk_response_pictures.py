"""The pictures of the response analysis: a forest of odds ratios, and one receptor in responders and the others.

Not for: how they look (core/figures).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analyses.rtk_response_numbers import ResponseNumbers
from core.figures.forest import ODDS_RATIO, ForestRows, forest
from core.figures.group_boxes import GroupValues, group_boxes
from core.figures.number_words import counted, number_words, p_equals
from core.figures.spec import FigureSpec


def draw_response(numbers: ResponseNumbers, *, simulated: bool) -> tuple[FigureSpec, ...]:
    """The forest of all receptors and the boxes of the strongest."""
    tested = [int(i) for i in numbers.order if np.isfinite(numbers.score_z[i])]
    return (response_forest(numbers, simulated=simulated),
            *(response_boxes(numbers, numbers.receptors[i], simulated=simulated) for i in tested[:1]))


def response_forest(numbers: ResponseNumbers, *, simulated: bool = False) -> FigureSpec:
    """All receptors, strongest first."""
    order = numbers.order
    low, high = numbers.fit.interval
    rows = ForestRows(
        receptor=[numbers.receptors[i] for i in order], n=[int(numbers.n[i]) for i in order],
        events=[int(numbers.n_positive[i]) for i in order], hr=numbers.fit.odds_ratio[order], hr_low=low[order],
        hr_high=high[order], q_bh=numbers.q_bh[order], p_maxt=numbers.p_maxt[order])
    return forest(rows, cohort_words=_cohort_words(numbers), endpoint_words=_response_words(numbers),
                  adjusted_for=numbers.adjusted, permutations=numbers.parameters.permutations, margin=None,
                  better_worse=("fewer respond", "more respond"), badge=_badge(simulated), ratio=ODDS_RATIO)


def response_boxes(numbers: ResponseNumbers, receptor: str, *, simulated: bool = False) -> FigureSpec:
    """One receptor in those who responded and in the others.

    Raises
    ------
    KeyError
        For a receptor that was not analysed.
    """
    if receptor not in numbers.receptors:
        raise KeyError(receptor)
    i = numbers.receptors.index(receptor)
    values = numbers.expression[:, i]
    known = np.isfinite(values)
    names = np.array(numbers.patients, dtype=object)
    groups = [GroupValues(name, values[chosen & known], tuple(names[chosen & known].tolist()))
              for name, chosen in (("no response", ~numbers.positive), ("response", numbers.positive))]
    fit = numbers.fit
    corrected = float(numbers.p_maxt[i])
    area = f"AUC {number_words(float(fit.auc[i]))}"
    if np.isfinite(fit.auc_low[i]):
        area += f" ({number_words(float(fit.auc_low[i]))} to {number_words(float(fit.auc_high[i]))})"
    adjusted = ", adjusted" if numbers.adjusted else ""
    first = f"corrected {p_equals(corrected)} (maxT over {counted(len(numbers.receptors), 'receptor')}{adjusted})" \
        if np.isfinite(corrected) else "not corrected: permutations were switched off"
    figure = group_boxes(
        receptor, _response_words(numbers), groups, value_words=f"{numbers.matrix.measure} ({numbers.matrix.scale})",
        cohort_words=_cohort_words(numbers), test_words=(first, area),
        missing_words="" if known.all() else f"{int((~known).sum())} without a value",
        seed=numbers.parameters.seed, badge=_badge(simulated))
    return replace(figure, name=f"response_{receptor}")


def _cohort_words(numbers: ResponseNumbers) -> str:
    """As a cohort where a rule chose them; without one they are those of the data set."""
    named = numbers.samples.name
    return f"Samples of “{numbers.samples.dataset}”" if named == "all" else f"Cohort “{named}”"


def _response_words(numbers: ResponseNumbers) -> str:
    return f"response ({numbers.response} is {numbers.positive_words})"


def _badge(simulated: bool) -> str:
    return "Simulated data" if simulated else ""
