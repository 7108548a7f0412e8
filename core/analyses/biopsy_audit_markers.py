"""Did the tissue itself change? Purity or stroma, and proliferation: which receptors' changes go with them.

A rank test cannot be adjusted, so beside each receptor stands what its change would be at no change of the tissue (the
intercept of a straight line through the patients' changes).
Not for: the corrected P of the receptors; they stay as they were tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_columns import TwoTimes
from core.analyses.biopsy_audit_lights import (
    AMBER,
    FEWEST_PAIRS,
    GREEN,
    GREY,
    AuditedPairs,
    AuditLight,
    FloatArray,
    not_judged,
)
from core.analyses.check_lights import FEWEST_MARKERS, mean_z
from core.data.reference import gene_set
from core.figures.number_words import counted, interval_words, list_words, p_equals, signed_words
from core.statistics.multiplicity import holm
from core.statistics.t_estimates import TEstimate, correlation_estimate, intercept_estimate, mean_estimate

STROMA = (*gene_set("stroma"), "VIM", "PTPRC")
_SHOWN = 3


def purity_lights(audited: AuditedPairs,
                  columns: Mapping[str, TwoTimes]) -> tuple[tuple[AuditLight, ...], Mapping[str, FloatArray]]:
    """Purity from its column, stroma from marker genes, whichever there is; with the changes per patient."""
    lights: list[AuditLight] = []
    changes: dict[str, FloatArray] = {}
    purity = columns.get("purity")
    if purity is not None:
        change = purity.numbers_after - purity.numbers_before
        if np.isfinite(change).sum() >= 3:
            changes["purity"] = change
            lights.append(_light(audited, "purity", "Purity", f"Purity (column {purity.words})", "", change))
    genes, score = _marker_change(audited, STROMA)
    if score is not None:
        changes["stroma"] = score
        lights.append(_light(audited, "stroma", "Stroma", f"Stroma (mean z of {_gene_words(genes)})", "SD", score))
    if not lights:
        column = "no column gives it" if purity is None else \
            f"column {purity.words} has numbers at both times for fewer than 3 patients"
        lights.append(not_judged("purity", "Purity not given", "Whether purity or stroma changed cannot be judged: "
                                 f"{column}, and the table has {_lacking(genes)}.",
                                 ["a column of purity or cellularity", *STROMA]))
    return tuple(lights), changes


def proliferation_light(audited: AuditedPairs,
                        columns: Mapping[str, TwoTimes]) -> tuple[AuditLight, FloatArray | None]:
    """Proliferation from marker genes, else from a column of Ki-67."""
    genes, score = _marker_change(audited, gene_set("proliferation"))
    if score is not None:
        return _light(audited, "proliferation", "Proliferation", f"Proliferation (mean z of {_gene_words(genes)})",
                      "SD", score), score
    ki67 = columns.get("ki67")
    if ki67 is not None:
        stained = ki67.numbers_after - ki67.numbers_before
        if np.isfinite(stained).sum() >= 3:
            return _light(audited, "proliferation", "Proliferation", f"Ki-67 (column {ki67.words})", "",
                          stained), stained
    return not_judged("proliferation", "Proliferation not given", "Whether proliferation changed cannot be judged: the "
                      f"table has {_lacking(genes)}, and no column gives Ki-67 at both times.",
                      [*gene_set("proliferation"), "a column of Ki-67"]), None


def changes_that_go_with(audited: AuditedPairs, covariate: FloatArray) -> tuple[list[TEstimate], FloatArray]:
    """Each receptor's correlation of change with the covariate, and its P corrected for all receptors (Holm)."""
    found = [correlation_estimate(audited.change[:, place], covariate) for place in range(len(audited.receptors))]
    return found, holm([each.p for each in found])


def _marker_change(audited: AuditedPairs, wanted: Sequence[str]) -> tuple[tuple[str, ...], FloatArray | None]:
    """Marker genes that the table has, and their mean change in SD over all paired samples."""
    matrix = audited.markers
    if matrix is None:
        return (), None
    in_table = set(matrix.genes)
    genes = tuple(dict.fromkeys(gene for gene in wanted if gene in in_table))
    if len(genes) < FEWEST_MARKERS:
        return genes, None
    before, after = audited.both(matrix, genes)
    score = mean_z(np.vstack([before, after]))
    change = score[audited.n_pairs:] - score[:audited.n_pairs]
    return genes, change if np.isfinite(change).sum() >= 3 else None


def _lacking(genes: Sequence[str]) -> str:
    return f"only {list_words(genes)}" if genes else "no such genes"


def _gene_words(genes: Sequence[str]) -> str:
    return list_words(genes) if len(genes) <= _SHOWN else f"{len(genes)} genes: {', '.join(genes[:_SHOWN])}, …"


def _light(audited: AuditedPairs, key: str, title: str, what: str, unit: str, change: FloatArray) -> AuditLight:
    mean = mean_estimate(change)
    going, corrected = changes_that_go_with(audited, change)
    at_none = [intercept_estimate(audited.change[:, place], change) for place in range(len(audited.receptors))]
    table = _table(audited, key, title.lower(), going, corrected, at_none)
    places = np.flatnonzero(np.nan_to_num(corrected, nan=1.0) < 0.05)
    with_it = sorted((int(place) for place in places), key=lambda place: -abs(going[place].value))
    units = f" {unit}" if unit else ""
    interval = f" ({interval_words(mean.low, mean.high)})" if np.isfinite(mean.low) else ""
    moved = bool(mean.p < 0.05)
    start = (f"{what} {'changes by' if moved else 'changes little on average,'} {signed_words(mean.value, 2)}{units}"
             f"{interval} after minus before, {p_equals(mean.p)}, {counted(mean.n, 'pair')}.")
    total = counted(int(np.isfinite(corrected).sum()), "receptor")
    if with_it:
        names = [audited.receptors[place] for place in with_it[:_SHOWN]]
        more = f" and {len(with_it) - _SHOWN} more" if len(with_it) > _SHOWN else ""
        first = at_none[with_it[0]]
        goes = (f" The {'change' if len(with_it) == 1 else 'changes'} of {list_words(names)}{more} "
                f"{'goes' if len(with_it) == 1 else 'go'} with it (corrected for {total}); at no change of "
                f"{title.lower()} {names[0]} would change by {signed_words(first.value, 2)} {audited.unit} "
                f"({interval_words(first.low, first.high)}).")
        return AuditLight(key, AMBER, f"{title} goes with {len(with_it)} RTK{'s' if len(with_it) > 1 else ''}",
                          start + goes, table)
    none = f" No receptor's change goes with it after correction for {total}."
    if moved:
        return AuditLight(key, AMBER, f"{title} {'rises' if mean.value > 0 else 'falls'}", start + none, table)
    if mean.n < FEWEST_PAIRS:
        return AuditLight(key, GREY, f"{title}: few pairs", start + f" With fewer than {FEWEST_PAIRS} pairs this "
                          "cannot be judged.", table)
    return AuditLight(key, GREEN, f"{title} alike", start + none, table)


def _table(audited: AuditedPairs, key: str, words: str, going: Sequence[TEstimate], corrected: FloatArray,
           at_none: Sequence[TEstimate]) -> ResultTable:
    means = [mean_estimate(audited.change[:, place]).value for place in range(len(audited.receptors))]
    return ResultTable(f"audit_{key}", {
        "receptor": list(audited.receptors), "n": [each.n for each in going], "mean_change": means,
        "correlation": [each.value for each in going], "correlation_low": [each.low for each in going],
        "correlation_high": [each.high for each in going], "p": [each.p for each in going],
        "p_holm": corrected.tolist(), "change_at_none": [each.value for each in at_none],
        "change_at_none_low": [each.low for each in at_none], "change_at_none_high": [each.high for each in at_none]},
        f"Changes of the receptors beside the change of {words}", {
            "receptor": "Receptor", "n": "Pairs with both", "mean_change": f"Mean change, {audited.unit}",
            "correlation": f"Pearson correlation of the receptor's change with that of {words}",
            "correlation_low": "Lower 95 % limit", "correlation_high": "Upper 95 % limit",
            "p": "P of the correlation, not corrected", "p_holm": "P corrected for all receptors (Holm)",
            "change_at_none": f"What the receptor would change by at no change of {words} (straight line)",
            "change_at_none_low": "Lower 95 % limit", "change_at_none_high": "Upper 95 % limit"})
