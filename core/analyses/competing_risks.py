"""A score and two causes of the end: rates among those still at risk, shares of all patients, and how each is worded.

For analyses that hold a score fixed beforehand (validation). Not for: endpoints that name no other cause; for them
there is no answer (None).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.analyses.base import ResultTable
from core.analyses.outcome_horizon import Horizon, horizon
from core.data.patients.cohort import Cohort
from core.data.tables import EndpointRule
from core.figures.incidence_curves import CausePanel, IncidenceCurve, incidence_figure
from core.figures.number_words import count_words, counted, hr_words, p_equals
from core.figures.spec import FigureSpec
from core.jobs import JobContext
from core.statistics.competing_risks import CumulativeIncidence, IncidenceAt, cumulative_incidence, incidence_at
from core.statistics.cox import cox_univariate
from core.statistics.fine_gray import fine_gray
from core.statistics.gray_test import GrayTest, gray_test
from core.statistics.p_values import Z_95

Floats = NDArray[np.float64]
GROUPS = ("low", "high")
FEWEST_EVENTS = 10
_DIED_OF = re.compile(r"(?:died|dead|death|deceased)\s+(?:of|from|due to)\s+(.+)", re.IGNORECASE)
RISK_COLUMNS = {
    "cause": "What happened, in the words of the event column",
    "method": "cause-specific Cox: the rate among those still at risk, the other cause censored; Fine-Gray: the "
              "cumulative incidence; Gray: equality of the two groups' cumulative incidence",
    "compared": "per SD of the score, or high against low score",
    "n": "Patients with a score and an outcome",
    "events": "Of these, patients with this cause",
    "coef": "Log hazard ratio, or log subdistribution hazard ratio",
    "se": "Standard error of coef (Fine-Gray: robust)",
    "hr": "Hazard ratio, or subdistribution hazard ratio",
    "hr_low": "Lower 95 % limit of hr",
    "hr_high": "Upper 95 % limit of hr",
    "statistic": "Wald z, or Gray's chi-square with one degree of freedom",
    "p": "P of this test, not corrected for other tests",
}
CURVE_COLUMNS = {
    "cause": "What happened, in the words of the event column", "group": "low or high score; all: every patient",
    "time": "In the unit of follow-up", "at_risk": "Patients followed to at least this time",
    "events": "Patients with this cause at this time", "incidence": "Share of all patients who have had it by then "
    "(Aalen-Johansen)", "se": "Standard error (as cmprsk)", "ci_low": "Lower 95 % limit, log-log scale",
    "ci_high": "Upper 95 % limit, log-log scale",
}


@dataclass(frozen=True)
class CauseModel:
    """One estimate per SD of the score; NaN where the model has no finite best fit."""

    coef: float
    se: float
    p: float

    @property
    def ratio(self) -> tuple[float, float, float]:
        """The ratio with its 95 % interval."""
        return (float(np.exp(self.coef)), float(np.exp(self.coef - Z_95 * self.se)),
                float(np.exp(self.coef + Z_95 * self.se)))

    @property
    def z(self) -> float:
        return self.coef / self.se


@dataclass(frozen=True)
class CauseResult:
    """Everything of one cause. ``low`` and ``high`` are the incidence of the groups at the horizon."""

    words: str
    events: int
    rate: CauseModel
    incidence: CauseModel
    gray: GrayTest
    low: IncidenceAt
    high: IncidenceAt


@dataclass(frozen=True, eq=False)
class CompetingRisks:
    """The answer for one cohort and one score. ``causes``: the endpoint's own event first, the other causes second."""

    cohort: Cohort
    time: Floats
    cause: NDArray[np.int64]
    high: NDArray[np.bool_]
    at: Horizon
    causes: tuple[CauseResult, CauseResult]
    curves: dict[str, CumulativeIncidence]

    def tables(self) -> tuple[ResultTable, ...]:
        """competing_risks and cumulative_incidence."""
        return (ResultTable("competing_risks", _columns(_risk_rows(self), RISK_COLUMNS),
                            "Rate and cumulative incidence of each cause", RISK_COLUMNS),
                ResultTable("cumulative_incidence", _columns(_curve_rows(self), CURVE_COLUMNS),
                            "Cumulative incidence of each cause", CURVE_COLUMNS))

    def figures(self, *, badge: str = "") -> tuple[FigureSpec, ...]:
        """One figure, a panel per cause; none where one of the groups is empty."""
        if not self.high.any() or self.high.all():
            return ()
        panels = [CausePanel(result.words, tuple(_curve(self, group, number) for group in reversed(GROUPS)),
                             (f"Gray's test {p_equals(result.gray.p)}, not corrected",))
                  for number, result in enumerate(self.causes, start=1)]
        rule = self.cohort.endpoint
        return (incidence_figure(panels, endpoint_name=rule.name, unit=rule.unit,
                                 cohort_words=f"Cohort “{self.cohort.name}”", score_words="the score",
                                 split_words="split at its cut", badge=badge),)

    def words(self) -> tuple[str, ...]:
        """What was found, in sentences: who had what, rates, shares at the horizon, Fine-Gray with what it means."""
        own, other = self.causes
        n = counted(len(self.time), "patient")
        censored = count_words(int((self.cause == 0).sum()))
        said = [f"Other causes compete with the event: of {n}, {count_words(own.events)} {_had(own.words)}, "
                f"{count_words(other.events)} {_had(other.words)} and {censored} were censored."]
        for result in self.causes:
            said += [words for words in (self._rate(result), self._shares(result), self._incidence(result)) if words]
        few = [f"{result.events} {_had(result.words)}" for result in self.causes if result.events < FEWEST_EVENTS]
        if few:
            said.append(f"Only {' and '.join(few)}: too few events to settle what the score has to do with it.")
        return tuple(said)

    def _rate(self, result: CauseResult) -> str:
        if not np.isfinite(result.rate.coef):
            return f"The rate of “{result.words}” has no finite hazard ratio ({counted(result.events, 'event')})."
        return (f"Among those still at risk, the rate of “{result.words}” changes by a factor of "
                f"{hr_words(*result.rate.ratio)} per SD of the score (cause-specific Cox, {p_equals(result.rate.p)}; "
                f"{self._counts(result)}).")

    def _shares(self, result: CauseResult) -> str:
        low, high = (100 * float(group.incidence[0]) for group in (result.low, result.high))
        if not (np.isfinite(low) and np.isfinite(high) and self.at.time > 0):
            return ""
        return (f"Of 100 patients with a high score {high:.0f}{_limits(result.high)} {_had(result.words)} by "
                f"{self.at.words}, with a low one {low:.0f}{_limits(result.low)} (Aalen-Johansen; Gray's test of the "
                f"whole curves, {p_equals(result.gray.p)}; {self._counts(result)}).")

    def _incidence(self, result: CauseResult) -> str:
        if not np.isfinite(result.incidence.coef):
            return f"Fine-Gray has no finite estimate for “{result.words}” ({counted(result.events, 'event')})."
        more = "higher" if result.incidence.coef > 0 else "lower"
        found = f"a higher score goes with a {more} cumulative incidence of “{result.words}”" \
            if result.incidence.p < 0.05 else \
            f"whether the score goes with the cumulative incidence of “{result.words}” is not settled"
        return (f"Fine-Gray: {found} (subdistribution hazard ratio {hr_words(*result.incidence.ratio)} per SD, "
                f"{p_equals(result.incidence.p)}; {self._counts(result)}). It describes the share of all patients who "
                "have had it by any time, the other cause left as it is; it is not the rate among those still at risk.")

    def _counts(self, result: CauseResult) -> str:
        return f"{counted(len(self.time), 'patient')}, {counted(result.events, 'event')}"

    def methods(self) -> str:
        """What was done, for a methods section."""
        own, other = self.causes
        return (f"Other causes (“{other.words}”) competed with the event (“{own.words}”). Rates were compared by "
                "cause-specific Cox models (Efron ties; the other cause censored), cumulative incidence was estimated "
                "by Aalen and Johansen with the variance of the R package cmprsk, compared between high and low score "
                "by Gray's test (rho 0), and modelled by Fine and Gray (weights by the Kaplan-Meier curve of "
                "censoring, robust standard errors). Scores are per SD. P values of this part are not corrected for "
                "each other.")


def competing_risks(cohort: Cohort, rows: ArrayLike, score: ArrayLike, high: ArrayLike,
                    job: JobContext | None = None) -> CompetingRisks | None:
    """Both causes of one cohort by a score; None where the endpoint names no other cause or nothing can be said.

    Parameters
    ----------
    rows : (n,) positions in ``cohort.patients`` of those with a score.
    score : (n,) their scores, scaled here to mean 0 and SD 1 (n - 1). Missing ones are refused.
    high : (n,) bool, the group of each.
    """
    if cohort.cause is None:
        return None
    at = np.asarray(rows, dtype=np.intp)
    values, above = np.asarray(score, dtype=np.float64), np.asarray(high, dtype=np.bool_)
    if not (values.shape == above.shape == at.shape) or not np.isfinite(values).all():
        raise ValueError("score and high are complete, one entry per row")
    if len(at) < 2 or np.ptp(values) == 0:
        return None
    job = job or JobContext()
    order = np.argsort(at)
    at, values, above = at[order], values[order], above[order]
    time, cause = cohort.time[at], cohort.cause[at]
    scaled = (values - values.mean()) / values.std(ddof=1)
    job.progress(0.1, "Cumulative incidence by cause")
    groups = {"all": np.ones(len(at), dtype=np.bool_), "low": ~above, "high": above}
    curves = {name: cumulative_incidence(time[chosen], cause[chosen]) for name, chosen in groups.items()}
    when = horizon([time[~above], time[above]], cohort.endpoint.unit)
    results = []
    for number, words in enumerate(_cause_words(cohort.endpoint), start=1):
        job.progress(0.2 + 0.4 * (number - 1), f"Fine-Gray model of “{words}”")
        results.append(_cause_result(number, words, time, cause, scaled, above, curves, when))
    return CompetingRisks(cohort, time, cause, above, when, (results[0], results[1]), curves)


def _cause_result(number: int, words: str, time: Floats, cause: NDArray[np.int64], scaled: Floats,
                  high: NDArray[np.bool_], curves: dict[str, CumulativeIncidence], when: Horizon) -> CauseResult:
    rate = cox_univariate(time, cause == number, scaled)
    share = fine_gray(time, cause, scaled, number)
    low, above = (incidence_at(curves[group], [when.time], number) for group in GROUPS)
    return CauseResult(words, int((cause == number).sum()),
                       CauseModel(float(rate.coef[0]), float(rate.se[0]), float(rate.p[0])),
                       CauseModel(float(share.coef[0]), float(share.se[0]), float(share.p[0])),
                       gray_test(time, cause, high, number), low, above)


def _cause_words(rule: EndpointRule) -> tuple[str, str]:
    """The event and the other causes as the column says them; a code that is no word gets one."""
    def said(values: Sequence[object], otherwise: str) -> str:
        texts = [str(value).strip() for value in values]
        if not all(re.search(r"[^\W\d_]{2}", text) for text in texts):
            return otherwise
        words = " or ".join(texts)
        return words if len(words) <= 40 else otherwise

    own, other = said(rule.event_values, rule.name), said(rule.competing_values, "another cause")
    return own, other if other != own else "another cause"


def _had(words: str) -> str:
    """``had died of disease`` where the words say so, else ``had “Relapse”``."""
    match = _DIED_OF.fullmatch(words)
    return f"had died of {match[1].lower()}" if match else f"had “{words}”"


def _limits(group: IncidenceAt) -> str:
    low, high = float(group.ci_low[0]), float(group.ci_high[0])
    return f" ({100 * low:.0f} to {100 * high:.0f})" if np.isfinite(low) and np.isfinite(high) else ""


def _curve(result: CompetingRisks, group: str, number: int) -> IncidenceCurve:
    chosen, curve, column = result.high if group == "high" else ~result.high, result.curves[group], number - 1
    return IncidenceCurve(group, group, curve.time, curve.incidence[:, column], curve.ci_low[:, column],
                          curve.ci_high[:, column], result.time[chosen], result.cause[chosen] == number)


def _risk_rows(result: CompetingRisks) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    n = len(result.time)
    for each in result.causes:
        for method, model in (("cause-specific Cox", each.rate), ("Fine-Gray", each.incidence)):
            rows.append((each.words, method, "per SD", n, each.events, model.coef, model.se, *model.ratio, model.z,
                         model.p))
        rows.append((each.words, "Gray", "high v low", n, each.events, *(float("nan"),) * 5, each.gray.chi2,
                     each.gray.p))
    return rows


def _curve_rows(result: CompetingRisks) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number, each in enumerate(result.causes):
        for group, curve in result.curves.items():
            for i in np.flatnonzero(curve.events[:, number]):
                rows.append((each.words, group, float(curve.time[i]), int(curve.at_risk[i]),
                             int(curve.events[i, number]), *(float(values[i, number]) for values in (
                                 curve.incidence, curve.se, curve.ci_low, curve.ci_high))))
    return rows


def _columns(rows: list[tuple[object, ...]], described: dict[str, str]) -> dict[str, list[object]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(described)}
