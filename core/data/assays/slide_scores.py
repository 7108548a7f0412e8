"""Scores of slides put together: one antibody per receptor, scorers and cores averaged, how far scorers agree.

Not for: making a score of a row (ihc_scores.py) or reading the sheet (ihc.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from core.data.assays.assay_spec import ALLRED, CATEGORY, ScorerAgreement
from core.data.assays.assay_table import AssayTable, letters_only
from core.data.assays.ihc_scores import WIDEST
from core.data.sheets.sheet_words import counted
from core.problems import note, warning
from core.statistics.agreement import LINEAR, QUADRATIC, Kappa, icc_agreement, weighted_kappa

TOP: Mapping[str, float] = {"H-score": 300.0, "Allred": 8.0, "0-3+": 3.0, "% positive": 100.0, "IRS": 12.0}
GRADES: Mapping[str, tuple[float, ...]] = {CATEGORY: (0, 1, 2, 3), ALLRED: (0, 2, 3, 4, 5, 6, 7, 8)}
_FEWEST_FOR_AGREEMENT = 3


@dataclass(frozen=True)
class SlideScore:
    """One score of one slide: what was stained, who looked at which core, and the cell."""

    sample: str
    gene: str
    measure: str
    antibody: str
    clone: str
    compartment: str
    scorer: str
    core: str
    low: float
    high: float
    row: int
    column: int

    @property
    def variant(self) -> str:
        """The antibody or clone, and the compartment."""
        return ", ".join(word for word in (self.clone or self.antibody, self.compartment) if word)

    @property
    def middle(self) -> float:
        return self.low if self.low == self.high else (self.low + self.high) / 2


@dataclass(frozen=True, eq=False)
class SampleScores:
    """One number per sample and gene, with what is behind it."""

    values: Mapping[str, Mapping[tuple[str, str], float]]
    intervals: Mapping[tuple[str, str, str], tuple[float, float]]
    cores: Mapping[str, int]
    cells: Mapping[str, Sequence[str]]
    agreement: tuple[ScorerAgreement, ...] = field(default=())


def put_together(at: AssayTable, scores: Sequence[SlideScore], kind: str) -> SampleScores:
    """One number per measure, sample and gene: chosen antibody, mean of the scorers of a core, mean of the cores.

    What cannot be told (two antibodies of one receptor, the same slide scored twice) is left out and said.
    """
    kept = _without_repeats(at, _one_antibody(at, scores))
    agreement = _agreement(at, kept, kind)
    by_core: dict[tuple[str, str, str, str], list[SlideScore]] = {}
    for score in kept:
        by_core.setdefault((score.measure, score.sample, score.gene, score.core), []).append(score)
    by_sample: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for (measure, sample, gene, _), same in by_core.items():
        by_sample.setdefault((measure, sample, gene), []).append(
            (float(np.mean([score.low for score in same])), float(np.mean([score.high for score in same]))))
    values: dict[str, dict[tuple[str, str], float]] = {}
    intervals: dict[tuple[str, str, str], tuple[float, float]] = {}
    cores: dict[str, int] = {}
    cells: dict[str, list[str]] = {}
    first = {(score.measure, score.sample, score.gene): score for score in reversed(kept)}
    for (measure, sample, gene), bounds in by_sample.items():
        low, high = (float(np.mean([pair[end] for pair in bounds])) for end in (0, 1))
        cores[sample] = max(cores.get(sample, 0), len(bounds))
        score = first[measure, sample, gene]
        cells.setdefault(gene, []).append(at.table.cell(score.row, score.column))
        if low == high:
            values.setdefault(measure, {})[sample, gene] = low
            continue
        intervals[measure, sample, gene] = (low, high)
        values.setdefault(measure, {})[sample, gene] = _of_interval(at, score, low, high, TOP[kind])
    _about_cores(at, kept, cores)
    return SampleScores(values, intervals, cores, cells, agreement)


def _of_interval(at: AssayTable, score: SlideScore, low: float, high: float, top: float) -> float:
    between = f"{score.gene} lies between {low:g} and {high:g}, for a limit was typed"
    if high - low <= WIDEST * top:
        middle = (low + high) / 2
        at.tell("limit_as_interval", f"{between}; {middle:g}, the middle, is used", score.row, score.column,
                why="The exact value is not known.", remedy="type the value if it is known")
        at.changed(score.row, score.column, f"{low:g} to {high:g}, used as {middle:g}", "a limit was typed")
        return middle
    at.tell("interval_too_wide", f"{between}, so no value is used", score.row, score.column,
            why=f"More than a tenth of the scale (0 to {top:g}) would be possible.",
            remedy="type the value if it is known")
    at.changed(score.row, score.column, f"{low:g} to {high:g}, counts as missing", "a limit was typed")
    return float("nan")


def _one_antibody(at: AssayTable, scores: Sequence[SlideScore]) -> list[SlideScore]:
    """The scores of one antibody, clone and compartment per receptor; where several remain, the user is asked."""
    wanted = {letters_only(word) for word in at.spec.choices.get("which", ())}
    groups: dict[tuple[str, str], list[SlideScore]] = {}
    for score in scores:
        groups.setdefault((score.measure, score.gene), []).append(score)
    kept: list[SlideScore] = []
    for (_, gene), same in groups.items():
        chosen = same
        for axis in (lambda s: (s.antibody, s.clone), lambda s: (s.compartment,)):
            hit = [score for score in chosen if wanted & {letters_only(word) for word in axis(score) if word}]
            chosen = hit or chosen
        if len(chosen) < len(same):
            out = [score for score in same if score not in chosen]
            at.findings.append(note("antibody_chosen", f"{gene}: {counted(len(out), 'score')} of "
                                    f"{_listed(out)} left out, as you decided", at.table.place(out[0].row)))
            for score in out:
                at.changed(score.row, score.column, "", "another antibody, clone or compartment was chosen")
        variants: dict[str, str] = {}
        for score in chosen:
            variants.setdefault(letters_only(score.variant), score.variant)
        slides: dict[tuple[str, str, str], set[str]] = {}
        for score in chosen:
            slides.setdefault((score.sample, score.scorer, score.core), set()).add(letters_only(score.variant))
        place = at.table.place(chosen[0].row, chosen[0].column, gene=gene)
        if any(len(each) > 1 for each in slides.values()):
            at.findings.append(warning(
                "several_antibodies", f"{gene} was stained several ways in one sample ({_listed(chosen)}) and is left "
                "out", place, why="Which of them is the receptor’s score cannot be told, and they do not average.",
                remedy=f'state which = ["{next(iter(variants.values()))}"]', answer_key="which"))
            for score in chosen:
                at.changed(score.row, score.column, "", "several antibodies, clones or compartments of one receptor")
            continue
        if len(variants) > 1 and len({(score.clone, score.compartment) for score in chosen}) > 1:
            counts = ", ".join(f"{name} ({sum(letters_only(s.variant) == key for s in chosen)})"
                               for key, name in variants.items())
            at.findings.append(warning(
                "antibody_differs_between_samples", f"{gene} was stained differently in different samples: {counts}",
                place, why="A difference between samples may be one between antibodies.",
                remedy="use one for all, with the key which", answer_key="which"))
        kept += chosen
    return kept


def _listed(scores: Sequence[SlideScore]) -> str:
    return ", ".join(list(dict.fromkeys(score.variant or score.antibody for score in scores))[:5])


def _without_repeats(at: AssayTable, scores: Sequence[SlideScore]) -> list[SlideScore]:
    """Scores of which the same scorer gave no second, different one for the same core."""
    groups: dict[tuple[str, str, str, str, str], list[SlideScore]] = {}
    for score in scores:
        groups.setdefault((score.measure, score.sample, score.gene, score.scorer, score.core), []).append(score)
    kept: list[SlideScore] = []
    for same in groups.values():
        if len({(score.low, score.high) for score in same}) == 1:
            kept.append(same[0])
            for score in same[1:]:
                at.changed(score.row, score.column, "", "the same score once more")
            continue
        cells = ", ".join(at.table.cell(score.row, score.column) for score in same)
        first = same[0]
        at.tell("repeated_value", f"{first.sample} has {len(same)} different scores of {first.gene} ({cells}); none of "
                "them was used", first.row, first.column, why="Which of them is the sample’s cannot be told.",
                remedy="name the column that tells them apart with the key core or scorer, or keep one", key="core")
        for score in same:
            at.changed(score.row, score.column, "", "the sample has several different scores of this receptor")
    return kept


def _about_cores(at: AssayTable, scores: Sequence[SlideScore], cores: Mapping[str, int]) -> None:
    if not any(score.core for score in scores):
        return
    many = sorted(cores.values())
    words = f"{many[0]}" if many[0] == many[-1] else f"{many[0]} to {many[-1]}"
    at.findings.append(note("cores_averaged", f"cores were averaged: {words} per sample, {sum(many)} in "
                            f"{counted(len(many), 'sample')}; a core is no further patient", at.table.place()))


def _agreement(at: AssayTable, scores: Sequence[SlideScore], kind: str) -> tuple[ScorerAgreement, ...]:
    groups: dict[tuple[str, str], dict[tuple[str, str], dict[str, float]]] = {}
    for score in scores:
        if score.scorer:
            slides = groups.setdefault((score.measure, score.gene), {})
            slides.setdefault((score.sample, score.core), {})[score.scorer] = score.middle
    found = []
    for (measure, gene), slides in groups.items():
        scorers = tuple(dict.fromkeys(scorer for slide in slides.values() for scorer in slide))
        if len(scorers) < 2:
            continue
        table = np.array([[slide.get(scorer, np.nan) for scorer in scorers] for slide in slides.values()])
        n = int((~np.isnan(table).any(axis=1)).sum())
        alone = int((np.isnan(table).sum(axis=1) > 0).sum())
        icc = icc_agreement(table)
        kappas: dict[str, Kappa] = {}
        pairs = list(combinations(range(len(scorers)), 2))
        if kind in GRADES and np.isin(table[~np.isnan(table)], GRADES[kind]).all():
            kappas = {weights: weighted_kappa(table[:, pairs[0][0]], table[:, pairs[0][1]], GRADES[kind], weights)
                      for weights in (LINEAR, QUADRATIC)} if len(pairs) == 1 else {}
        of = {weights: (kappa.value, kappa.low, kappa.high) for weights, kappa in kappas.items()}
        words = _agreement_words(gene, scorers, n, alone, of, (icc.value, icc.low, icc.high))
        at.findings.append(note("scorers_agree", words, at.table.place()))
        found.append(ScorerAgreement(gene, measure, scorers, n, of.get(LINEAR), of.get(QUADRATIC),
                                     (icc.value, icc.low, icc.high), words))
    return tuple(found)


def _agreement_words(gene: str, scorers: Sequence[str], n: int, alone: int,
                     kappas: Mapping[str, tuple[float, float, float]], icc: tuple[float, float, float]) -> str:
    who = f"{gene}: {len(scorers)} scorers ({', '.join(scorers[:4])}), whose values were averaged; "
    if alone:
        who += f"{counted(alone, 'slide')} not scored by all; "
    if n < _FEWEST_FOR_AGREEMENT:
        return who + f"{counted(n, 'slide')} scored by all, too few to say how far they agree"
    parts = [f"weighted kappa {_with_interval(values)} ({weights} weights)" for weights, values in kappas.items()]
    parts.append(f"ICC(A,1) {_with_interval(icc)}")
    return who + f"on {counted(n, 'slide')} scored by all, " + ", ".join(parts)


def _with_interval(values: tuple[float, float, float]) -> str:
    if np.isnan(values[0]):
        return "cannot be computed: nothing varies"
    value, low, high = (f"{number:.2f}".replace("-", "−") for number in values)
    return f"{value} (95 % interval {low} to {high})"
