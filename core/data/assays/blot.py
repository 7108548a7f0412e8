"""A table of immunoblots: lanes by bands, to log2 ratios of phosphorylated to total protein and of total to loading.

Not for: bands cut out of a picture, or putting blots on one scale that share no sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.data.assays.assay_genes import PHOSPHO, TOTAL, MeasuredNames, matrix_of, measured_names
from core.data.assays.assay_import import AssayImport, finished, spec_as_used
from core.data.assays.assay_spec import AssayRecord, AssaySpec
from core.data.assays.assay_table import AssayTable, name_rows, number_columns, open_table
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult
from core.data.nearest_name import column_remedy
from core.data.sheets.recipe import Answers
from core.data.sheets.sample_answers import sample_name
from core.data.sheets.sheet_words import counted
from core.data.tables import Scale
from core.data.values import value_key
from core.problems import UserError, note, user_error, warning

Ratio = tuple[str, str, int, int | None]
"""(measure, gene, column above, column below or None)"""


def read_blot(spec: AssaySpec, table: RawTable, read: ReadResult, answers: Answers) -> AssayImport:
    """Read a table of bands, one row per lane; scale "log ratio", a matrix per measure.

    Raises
    ------
    UserError
        "no_bands", "no_pair", "no_control" and those of ``open_table``.
    """
    at = open_table(spec, table, answers)
    name_rows(at)
    targets = _targets(at)
    meaning = measured_names([at.region.names[column] for column in targets],
                             [at.table.place(None, column) for column in targets], answers)
    at.findings += meaning.findings
    at.changes += meaning.changes
    at.used |= meaning.used
    ratios = _ratios(at, targets, meaning)
    by_blot = _log_ratios(at, ratios)
    levelled = _on_one_scale(at, by_blot)
    values: dict[str, dict[tuple[str, str], float]] = {}
    replicates: dict[str, dict[str, int]] = {}
    blots_of: dict[tuple[str, str], set[str]] = {}
    gathered: dict[tuple[str, str, str], list[float]] = {}
    for (measure, gene, blot, sample), value in levelled.items():
        gathered.setdefault((measure, sample, gene), []).append(value)
        blots_of.setdefault((measure, sample), set()).add(blot)
    for (measure, sample, gene), each in gathered.items():
        values.setdefault(measure, {})[sample, gene] = float(np.mean(each))
    for (measure, sample), blots in blots_of.items():
        replicates.setdefault(measure, {})[sample] = len(blots)
    if not values:
        raise user_error("no_bands", "no ratio of bands can be computed", table.place(),
                         remedy="name the columns with the keys targets and loading", answer_key="targets")
    cells = {gene: [at.table.cell(row, above) for row in at.sample_of_row] for _, gene, above, _ in ratios}
    matrices = [matrix_of(values[measure], list(at.samples), Scale.LOG_RATIO, measure, table.place(), cells)
                for measure in (PHOSPHO, TOTAL) if measure in values]
    _say_replicates(at, replicates)
    lanes: dict[str, int] = {}
    for row, sample in at.sample_of_row.items():
        if row not in at.left_out:
            lanes[sample] = lanes.get(sample, 0) + 1
    used = spec_as_used(at, {})
    record = AssayRecord(used, table.place(), "blots", replicates, lanes)
    return finished(at, read, matrices, record, used_columns=targets)


def _targets(at: AssayTable) -> tuple[int, ...]:
    """The columns of bands: stated, or every column of numbers that no other key names."""
    if not at.has("targets"):
        at.columns["targets"] = number_columns(at)
    loading = set(at.columns.get("loading", ()))
    found = tuple(column for column in at.columns["targets"] if column not in loading)
    if not found:
        raise user_error("no_bands", "no column of band densities was found", at.table.place(),
                         remedy="name the columns with the key targets", answer_key="targets")
    at.columns["targets"] = found
    return found


def _ratios(at: AssayTable, targets: Sequence[int], meaning: MeasuredNames) -> list[Ratio]:
    """What is divided by what: phospho by its total (else by loading), total by loading."""
    names = {column: at.region.names[column] for column in targets}
    of = {column: meaning.of_name[names[column]] for column in targets}
    loading = at.columns.get("loading", (None,))[0]
    stated = dict(at.spec.pairs)
    _check_pairs(at, stated)
    ratios: list[Ratio] = []
    alone: list[str] = []
    for column in targets:
        gene = of[column].gene
        if not gene:
            continue
        if of[column].phospho or names[column] in stated:
            total = at.region.column_named(stated[names[column]]) if names[column] in stated else next(
                (other for other in targets if not of[other].phospho and of[other].gene == gene), None)
            gene = of[total].gene if total in of and of[total].gene else gene
            if total is None:
                alone.append(names[column])
            ratios.append((PHOSPHO, gene, column, loading if total is None else total))
        else:
            ratios.append((TOTAL, gene, column, loading))
    if alone:
        below = f"{at.region.names[loading]}" if loading is not None else "nothing"
        at.findings.append(warning(
            "phospho_without_total", f"{', '.join(alone)} {'has' if len(alone) == 1 else 'have'} no column of total "
            f"protein and {'is' if len(alone) == 1 else 'are'} divided by {below}", at.table.place(),
            why="More phosphorylated protein may only be more protein.",
            remedy='name the column: pairs = { "' + alone[0] + '" = "…" }', answer_key="pairs"))
    if loading is None:
        at.findings.append(warning(
            "no_loading", "no column of a loading control was found; total protein is compared as it stands",
            at.table.place(), why="Lanes loaded with more protein have stronger bands.",
            remedy='name it: loading = "actin"', answer_key="loading"))
    return ratios


def _check_pairs(at: AssayTable, pairs: Mapping[str, str]) -> None:
    names = [at.region.names[column] for column in at.region.columns]
    missing = [name for pair in pairs.items() for name in pair if at.region.column_named(name) is None]
    if missing:
        raise UserError(*(user_error("no_column", f"there is no column “{name}”", at.table.place(),
                                     why="The study names it (pairs).", remedy=column_remedy(name, names),
                                     answer_key="pairs").problems[0] for name in missing))


def _log_ratios(at: AssayTable, ratios: Sequence[Ratio]) -> dict[tuple[str, str, str, str], float]:
    """(measure, gene, blot, sample) -> log2 ratio; lanes of one sample on one blot are averaged."""
    lanes: dict[tuple[str, str, str, str], list[float]] = {}
    said: set[tuple[int, int]] = set()
    for row, sample in at.sample_of_row.items():
        if row in at.left_out:
            continue
        blot = at.text(row, "replicate") or "1"
        for measure, gene, above, below in ratios:
            parts = [_band(at, row, column, said) if column is not None else 1.0 for column in (above, below)]
            if all(np.isfinite(parts)):
                lanes.setdefault((measure, gene, blot, sample), []).append(float(np.log2(parts[0] / parts[1])))
    return {key: float(np.mean(each)) for key, each in lanes.items()}


def _band(at: AssayTable, row: int, column: int, said: set[tuple[int, int]]) -> float:
    """The density of a band; NaN for none, with one sentence for its cell."""
    reading = at.reading(row, column)
    if reading.known and reading.low > 0:
        return reading.low
    if (row, column) not in said:
        said.add((row, column))
        band = at.region.names[column]
        what = f"the band of {band} is {reading.text}, which has no logarithm" if reading.known else (
            f"“{reading.text}” is no density of {band}" if reading.text else f"the band of {band} is blank")
        at.tell("band_without_density", f"{what}; its ratios are missing", row, column,
                why="A band that was not seen is below what the blot shows, not nought.",
                remedy="fill in the cell if the band was measured")
        at.changed(row, column, "", "no density above 0")
    return float("nan")


def _on_one_scale(at: AssayTable, values: Mapping[tuple[str, str, str, str], float]
                  ) -> dict[tuple[str, str, str, str], float]:
    """Ratios of several blots made comparable: over the control of each blot, or less the mean of shared samples."""
    control = at.spec.choice("control")
    blots = list(dict.fromkeys(blot for _, _, blot, _ in values))
    found: dict[tuple[str, str, str, str], float] = {}
    if control:
        name = next((sample for sample in at.samples if value_key(sample) == value_key(sample_name(control))), "")
        if not name:
            raise user_error("no_control", f"no sample is called “{control}”", at.table.place(),
                             remedy=column_remedy(control, list(at.samples)), answer_key="control")
        lacking = {blot for _, _, blot, _ in values} - {blot for _, _, blot, sample in values if sample == name}
        if lacking:
            at.findings.append(warning("blot_without_control", f"{name} is not on {', '.join(sorted(lacking))}, which "
                                       f"{'is' if len(lacking) == 1 else 'are'} left out", at.table.place(),
                                       remedy="run the control on every blot"))
        at.findings.append(note("fold_changes", f"values are log2 ratios over {name} of the same blot, where it "
                                "stands at 0", at.table.place()))
        for (measure, gene, blot, sample), value in values.items():
            base = values.get((measure, gene, blot, name))
            if base is not None:
                found[measure, gene, blot, sample] = value - base
        return found
    if len(blots) < 2:
        return dict(values)
    centred = 0
    for measure, gene in dict.fromkeys((measure, gene) for measure, gene, _, _ in values):
        own = {(blot, sample): value for (m, g, blot, sample), value in values.items() if (m, g) == (measure, gene)}
        there = [{sample for b, sample in own if b == blot} for blot in blots if any(b == blot for b, _ in own)]
        shared = set.intersection(*there)
        means = {blot: float(np.mean([own[blot, sample] for sample in shared]))
                 for blot in {b for b, _ in own}} if shared else {}
        grand = float(np.mean(list(means.values()))) if means else 0.0
        centred += bool(shared)
        for (blot, sample), value in own.items():
            found[measure, gene, blot, sample] = value - means.get(blot, 0.0) + (grand if means else 0.0)
    if centred:
        at.findings.append(note("blots_levelled", f"{len(blots)} blots were put on one level by the samples that they "
                                "share", at.table.place(), why="Films of different exposure differ in all lanes."))
    else:
        at.findings.append(warning(
            "blots_share_nothing", f"{len(blots)} blots share no sample; they stay on their own levels",
            at.table.place(), why="A difference between samples may be one between blots.",
            remedy="run one sample on every blot, and name it with the key control", answer_key="control"))
    return found


def _say_replicates(at: AssayTable, replicates: Mapping[str, Mapping[str, int]]) -> None:
    for measure, of_sample in replicates.items():
        low, high = min(of_sample.values()), max(of_sample.values())
        if high == 1:
            at.findings.append(warning(
                "one_blot", f"every sample is on one blot ({measure}): values are shown, and no P is computed between "
                "two samples", at.table.place(), why="Lanes of one blot are no replicates.",
                remedy="add blots of further experiments with the key replicate", answer_key="replicate"))
        else:
            words = f"{low}" if low == high else f"{low} to {high}"
            at.findings.append(note("blots_averaged", f"{measure}: {words} blots of each of "
                                    f"{counted(len(of_sample), 'sample')} were averaged", at.table.place()))
