"""The numbers of the analysis of biopsy pairs: every test of contract §4, "Pairs.", put together.

Not for: words, tables or reading columns.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analyses.biopsy_audit import BiopsyAudit, audit_pairs
from core.analyses.paired_biopsies_inputs import PairedInputs, teaching_rows, without
from core.analyses.paired_biopsies_numbers import (
    DOWN,
    FEWEST_FOR_INTERVAL,
    HOLDS,
    UP,
    Interaction,
    PairedNumbers,
    SubsetScore,
)
from core.analyses.paired_biopsies_parameters import Parameters
from core.analyses.paired_biopsies_switches import positivity, switch_calls, switch_rule
from core.data.nearest_name import nearest
from core.data.tables import Scale
from core.jobs import JobContext
from core.problems import Problem, Severity, user_error, warning
from core.statistics.label_swaps import label_swaps
from core.statistics.moderated_t import moderated_t
from core.statistics.multiplicity import benjamini_hochberg
from core.statistics.paired_changes import detectable_change, fewest_pairs, median_interval, paired_t
from core.statistics.risk_sets import Floats
from core.statistics.sign_flips import sign_flips
from core.statistics.signed_rank import hodges_lehmann, signed_rank

RANKED = (Scale.SCORE, Scale.CALLS)
"""Scales of which q_bh is of Wilcoxon's P."""


def compute_pairs(inputs: PairedInputs, parameters: Parameters, job: JobContext) -> PairedNumbers:
    """The audit, then every test.

    Raises
    ------
    UserError
        "nobody_left" where every pair is left out for having lost HER2; and those of the audit.
    """
    audit = audit_pairs(
        inputs.samples, inputs.pairs, job.part(0.0, 0.4), measure=parameters.measure, receptors=parameters.receptors,
        audit_columns=parameters.audit_columns, permutations=parameters.permutations, seed=parameters.seed,
        acknowledged=_acknowledged(parameters))
    withheld = _withheld(audit, parameters)
    lost = {patient for patient, state in audit.her2_after.items() if state == "lost"}
    if lost and parameters.leave_out_her2_lost:
        inputs = _kept(inputs, lost)
    numbers = _tests(inputs, parameters, audit, withheld, job.part(0.4, 1.0))
    if not parameters.leave_out_her2_lost and not withheld:
        numbers = replace(numbers, holds_without_lost=_holds_without(audit))
    job.progress(1.0, "Pairs compared")
    return numbers


def _acknowledged(parameters: Parameters) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in parameters.acknowledged)


def _withheld(audit: BiopsyAudit, parameters: Parameters) -> tuple[Problem, ...]:
    """Problems of red lights that nobody has acknowledged: no P is given."""
    return tuple(replace(light.problem, severity=Severity.WARNING) for light in audit.lights
                 if light.problem is not None and light.key not in _acknowledged(parameters))


def _never_lit(audit: BiopsyAudit, parameters: Parameters) -> list[Problem]:
    """Acknowledged words that are no light: a slip there would leave P empty without a reason."""
    keys = [light.key for light in audit.lights]
    return [warning("acknowledged_unknown", f"“{word}” is acknowledged, but no light of the audit is called so",
                    remedy=f"did you mean “{close}”?" if (close := nearest(word, keys)) else
                    f"lights are called {', '.join(keys)}", answer_key="acknowledged")
            for word in _acknowledged(parameters) if word not in keys]


def _kept(inputs: PairedInputs, lost: set[str]) -> PairedInputs:
    rows = [row for row, pair in enumerate(inputs.pairs.pairs) if pair.patient not in lost]
    if not rows:
        raise user_error("nobody_left", "every pair is of a patient whose tumour lost HER2", inputs.samples.place,
                         remedy="set leave_out_her2_lost = false", answer_key="leave_out_her2_lost")
    responders = inputs.responders and replace(
        inputs.responders, of_pair=tuple(inputs.responders.of_pair[row] for row in rows))
    return replace(inputs, pairs=without(inputs.pairs, lost, "the tumour lost HER2, and such patients are left out"),
                   before=inputs.before[rows], after=inputs.after[rows], responders=responders)


def _tests(inputs: PairedInputs, parameters: Parameters, audit: BiopsyAudit, withheld: tuple[Problem, ...],
           job: JobContext) -> PairedNumbers:
    before, after = inputs.before, inputs.after
    change = after - before
    job.progress(0.0, "Comparing before and after")
    student = paired_t(change)
    rows, place = teaching_rows(inputs)
    moderated = moderated_t(rows)
    taught = np.isfinite(place)
    at = np.where(taught, place, 0.0).astype(np.intp)
    moderated_stat, moderated_p = (np.where(taught, values[at], np.nan) if len(values) else np.full(len(at), np.nan)
                                   for values in (moderated.t, moderated.p))
    ranked, shifts = [], []
    for number, column in enumerate(change.T):
        job.progress(0.2 + 0.1 * number / change.shape[1], "Ranking changes")
        ranked.append(signed_rank(column))
        shifts.append(hodges_lehmann(column))
    p_wilcoxon = np.array([each.p for each in ranked])
    flips = sign_flips(change, parameters.permutations, parameters.seed, job.part(0.3, 0.9))
    rule = switch_rule(inputs.matrix, parameters)
    calls = switch_calls(before, after, rule)
    limits = np.array([median_interval(column) if np.isfinite(column).sum() >= FEWEST_FOR_INTERVAL else
                       (np.nan, np.nan) for column in change.T]).reshape(-1, 2)
    q = benjamini_hochberg(p_wilcoxon if inputs.matrix.scale in RANKED else moderated_p)
    interaction = _interaction(inputs, parameters, change, job.part(0.9, 1.0))
    score = _score(inputs, parameters)
    cut = positivity(inputs.matrix, before, after, parameters.positive_from)
    p_t, p_flips, p_maxt = student.p, flips.p, flips.p_maxt
    if withheld:
        p_t, moderated_p, p_wilcoxon, q, p_flips, p_maxt = (np.full(len(q), np.nan) for _ in range(6))
        interaction = interaction and replace(interaction, p=np.full(len(q), np.nan), q_bh=np.full(len(q), np.nan),
                                              p_maxt=np.full(len(q), np.nan))
        score = score and replace(score, p_t=float("nan"), p_flips=float("nan"), p_wilcoxon=float("nan"))
        cut = cut and replace(cut, p=np.full(len(q), np.nan), p_holm=np.full(len(q), np.nan))
    return PairedNumbers(
        samples=inputs.samples, matrix=inputs.matrix, pairs=inputs.pairs, parameters=parameters,
        receptors=inputs.receptors, before=before, after=after, change=change, calls=calls, switch=rule,
        n_pairs=student.n, mean_change=student.mean, median_change=_medians(change),
        change_low=limits[:, 0], change_high=limits[:, 1], t=student.t, p_t=p_t, moderated_t=moderated_stat,
        p_moderated=moderated_p, w=np.array([each.w for each in ranked]), p_wilcoxon=p_wilcoxon, q_bh=q,
        p_maxt=p_maxt, up=_count(change > 0), down=_count(change < 0), mean_low=student.low, mean_high=student.high,
        hodges_lehmann=np.array(shifts), sd=student.sd, p_flips=p_flips,
        zeros=np.array([each.zeros for each in ranked], dtype=np.intp),
        switched_up=_count(calls == UP), switched_down=_count(calls == DOWN),
        detectable=detectable_change(student.sd, student.n, len(inputs.receptors)), flips=flips.flips,
        flips_exact=flips.exact, smallest_p=flips.smallest_p, pairs_needed=fewest_pairs(HOLDS),
        prior_df=moderated.prior_df, prior_s2=moderated.prior_s2, prior_rows=moderated.rows,
        responders=inputs.responders.of_pair if inputs.responders else (None,) * len(change),
        interaction=interaction, score=score, positivity=cut, audit=audit,
        p_withheld=" ".join(light.sentence for light in audit.lights if light.problem is not None) if withheld else "",
        warnings=(*inputs.warnings, *withheld, *_never_lit(audit, parameters)))


def _count(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    return np.asarray(mask.sum(axis=0), dtype=np.intp)


def _medians(change: Floats) -> Floats:
    known = np.isfinite(change)
    return np.array([np.median(column[there]) if there.any() else np.nan
                     for column, there in zip(change.T, known.T)], dtype=np.float64)


def _interaction(inputs: PairedInputs, parameters: Parameters, change: Floats, job: JobContext) -> Interaction | None:
    if inputs.responders is None:
        return None
    known = [row for row, answer in enumerate(inputs.responders.of_pair) if answer is not None]
    yes = np.array([inputs.responders.of_pair[row] is True for row in known], dtype=np.bool_)
    found = label_swaps(change[known], yes, parameters.permutations, parameters.seed, job)
    return Interaction(
        inputs.responders.column, inputs.responders.responding, found.n_first, found.n_others, found.mean_first,
        found.mean_others, found.difference, found.low, found.high, found.t, found.p, benjamini_hochberg(found.p),
        found.p_maxt, found.deals, found.exact, found.smallest_p)


def _score(inputs: PairedInputs, parameters: Parameters) -> SubsetScore | None:
    """The mean change of the named receptors in each pair, and the tests of that one number."""
    if not inputs.score:
        return None
    before, after = (inputs.matrix.take([getattr(pair, side) for pair in inputs.pairs.pairs], inputs.score)
                     for side in ("before", "after"))
    score = (after - before).mean(axis=1)  # NaN where a pair lacks one of the receptors
    student = paired_t(score[:, None])
    flips = sign_flips(score[:, None], parameters.permutations, parameters.seed)
    n = int(student.n[0])
    low, high = median_interval(score) if n >= FEWEST_FOR_INTERVAL else (float("nan"), float("nan"))
    return SubsetScore(
        inputs.score, score, n, float(student.mean[0]), float(student.low[0]), float(student.high[0]),
        float(_medians(score[:, None])[0]), low, high, float(student.t[0]), float(student.p[0]), float(flips.p_maxt[0]),
        signed_rank(score).p, int((score > 0).sum()), int((score < 0).sum()), flips.flips, flips.exact,
        flips.smallest_p)


def _holds_without(audit: BiopsyAudit) -> tuple[str, ...] | None:
    """Receptors that hold among the patients who did not lose HER2; None where nobody lost it."""
    for table in audit.tables:
        if table.name == "audit_without_her2_loss":
            columns = table.columns
            return tuple(receptor for receptor, p in zip(columns["receptor"], columns["p_maxt_without"]) if p < HOLDS)
    return None
