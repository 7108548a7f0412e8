"""Wells of a plate: qPCR (-ddCt as a log ratio) and signals (ELISA and the like, log2), wells averaged per experiment.

Not for: dose series, or blocks of 8 x 12 wells without a sample and target in each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.data.assays.assay_genes import MRNA, TOTAL, MeasuredNames, matrix_of, measured_names
from core.data.assays.assay_import import AssayImport, finished, spec_as_used
from core.data.assays.assay_spec import AssayRecord, AssaySpec
from core.data.assays.assay_table import AssayTable, letters_only, name_rows, open_table
from core.data.assays.qpcr import Wells, relative_quantities
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult
from core.data.sheets.recipe import Answers
from core.data.sheets.sheet_words import counted
from core.data.tables import Missing, Scale
from core.problems import Problem, Severity, note, user_error, warning

UNDETERMINED = ("undetermined", "undet", "undet.", "no ct", "no cq", "noct", "nocq", "n/d", "nd")
BLANK_NAMES = ("blank", "blanks", "ntc", "no template", "water", "h2o", "nc", "no template control", "empty", "buffer")
_EARLY_BLANK = 35.0


def read_plate(spec: AssaySpec, table: RawTable, read: ReadResult, answers: Answers) -> AssayImport:
    """Read a table of wells: measure "mRNA" from cycles, "total" from signals.

    Raises
    ------
    UserError
        "no_wells", "no_target", "no_calibrator", "no_reference_gene" and those of ``open_table``.
    """
    at = open_table(spec, table, answers)
    name_rows(at)
    key = "cq" if at.has("cq") else "signal"
    if not at.has(key):
        raise user_error("no_wells", "no column of cycles or signals was found", table.place(),
                         remedy="name it with the key cq (qPCR) or signal", answer_key="cq")
    if not at.has("target") and not spec.choice("receptor"):
        raise user_error("no_target", "no column says what was measured in a well", table.place(),
                         remedy='name it with the key target, or state receptor = "ERBB2" for the whole table',
                         answer_key="target")
    blanks = _take_blanks(at)
    wells = _wells(at, key)
    meaning = _meaning(at, wells, answers)
    if key == "cq":
        _say_early_blanks(at, blanks)
        found = relative_quantities(at, wells, meaning)
        measure, scale = spec.table.measure or MRNA, Scale.LOG_RATIO if found.over_calibrator else Scale.LOG2
        values, replicates, detected = found.values, found.replicates, found.choices
    else:
        values, replicates = _signals(at, wells, meaning, blanks)
        measure, scale, detected = spec.table.measure or TOTAL, Scale.LOG2, {}
    if not values:
        raise user_error("no_wells", "no well of this table can be used", table.place(),
                         why="Every well is named in the import report with the reason.",
                         remedy="name the columns with the keys sample, target and cq or signal", answer_key="sample")
    cells: dict[str, list[str]] = {}
    column = at.at(key)
    for well in wells.rows:
        cells.setdefault(meaning.of_name[well.target].gene, []).append(at.table.cell(well.row, column))
    names = [name for name in at.samples if any(sample == name for sample, _ in values)]
    matrix = matrix_of(values, names, scale, measure, table.place(), cells)
    _say_replicates(at, replicates)
    parts = {name: sum(well.sample == name for well in wells.rows) for name in matrix.samples}
    record = AssayRecord(spec_as_used(at, detected), table.place(), "experiments",
                         {measure: {name: replicates.get(name, 1) for name in matrix.samples}}, parts)
    return finished(at, read, [matrix], record)


def _take_blanks(at: AssayTable) -> list[int]:
    """Rows of blank wells: they are no samples."""
    wanted = {letters_only(word) for word in at.spec.choices.get("blank") or BLANK_NAMES}
    rows = [row for row, name in at.sample_of_row.items() if letters_only(name) in wanted]
    gone = {at.sample_of_row[row] for row in rows}
    for row in rows:
        del at.sample_of_row[row]
    at.samples = {name: sample for name, sample in at.samples.items() if name not in gone}
    if rows:
        at.findings.append(note("blank_wells", f"{counted(len(rows), 'well')} of {', '.join(sorted(gone))} are blanks, "
                                "no samples", at.table.place(rows[0]), remedy="name them with the key blank if others "
                                "are meant"))
    return rows


def _wells(at: AssayTable, key: str) -> Wells:
    """Every well with a number, and those below the limit of detection."""
    wells = Wells()
    column = at.at(key)
    cycles = at.spec.choice("cycles")
    for row, sample in at.sample_of_row.items():
        if row in at.left_out:
            continue
        target = at.spec.choice("receptor") or at.text(row, "target")
        if not target:
            at.leave_out("well_without_target", "this well names no target", row, at.at("target"),
                         remedy="write the target into the cell")
            continue
        replicate = at.text(row, "replicate") or "1"
        reading = at.reading(row, column)
        text = reading.text.strip().lower()
        if key == "cq" and (text in UNDETERMINED or (reading.missing == Missing.ABOVE_LIMIT)):
            limit = float(cycles) if cycles else reading.low if reading.missing == Missing.ABOVE_LIMIT else np.nan
            wells.add(sample, target, replicate, float("nan"), row, limit=limit)
            at.changed(row, column, f"{limit:g} or more" if np.isfinite(limit) else "", "below the limit of detection")
            continue
        if not reading.known or (key == "cq" and reading.low <= 0):
            what = f"“{reading.text}” is no number" if reading.text else "this well is blank"
            at.leave_out("well_without_value", f"{what}; it is left out", row, column,
                         remedy="fill in the cell if the well was measured",
                         severity=Severity.NOTE if reading.missing == Missing.BLANK else Severity.WARNING)
            continue
        wells.add(sample, target, replicate, reading.low, row)
    return wells


def _meaning(at: AssayTable, wells: Wells, answers: Answers) -> MeasuredNames:
    column = at.columns.get("target", at.columns.get("well", (0,)))[0]
    meaning = measured_names([well.target for well in wells.rows],
                             [at.table.place(well.row, column) if at.has("target") else at.table.place()
                              for well in wells.rows], answers)
    at.findings += meaning.findings
    at.changes += meaning.changes
    at.used |= meaning.used
    at.left_out |= {well.row for well in wells.rows if not meaning.of_name[well.target].gene}
    return meaning


def _say_early_blanks(at: AssayTable, blanks: Sequence[int]) -> None:
    column = at.at("cq")
    early = [row for row in blanks if at.reading(row, column).known and at.reading(row, column).low < _EARLY_BLANK]
    if early:
        row = early[0]
        at.findings.append(warning(
            "blank_amplified", f"{counted(len(early), 'blank well')} amplified before cycle {_EARLY_BLANK:g} (first: "
            f"{at.text(row, 'target')}, {at.reading(row, column).low:g})", at.table.place(row, column),
            why="Something in the reaction amplifies without a sample.", remedy="check primers and water"))


def _signals(at: AssayTable, wells: Wells, meaning: MeasuredNames,
             blanks: Sequence[int]) -> tuple[dict[tuple[str, str], float], dict[str, int]]:
    """log2 of the mean of the wells less the blank, averaged over experiments."""
    column = at.at("signal")
    empty = [reading.low for row in blanks if (reading := at.reading(row, column)).known]
    base = float(np.mean(empty)) if empty else 0.0
    if empty:
        at.findings.append(note("blank_subtracted", f"the mean of {counted(len(empty), 'blank well')}, {base:.4g}, was "
                                "subtracted", at.table.place(None, column)))
    values: dict[tuple[str, str], list[float]] = {}
    experiments: dict[str, set[str]] = {}
    for (sample, target, replicate), own in wells.groups().items():
        gene = meaning.of_name[target].gene
        if not gene:
            continue
        above = float(np.mean([well.value for well in own])) - base
        if above <= 0:
            at.tell("not_above_blank", f"{target} of {sample} is not above the blank wells; its value is missing",
                    own[0].row, column, why="A signal below the blank has no logarithm.")
            at.changed(own[0].row, column, "", "not above the blank wells")
            continue
        values.setdefault((sample, gene), []).append(float(np.log2(above)))
        experiments.setdefault(sample, set()).add(replicate)
    return ({key: float(np.mean(each)) for key, each in values.items()},
            {sample: len(each) for sample, each in experiments.items()})


def _say_replicates(at: AssayTable, replicates: Mapping[str, int]) -> None:
    if not replicates:
        return
    low, high = min(replicates.values()), max(replicates.values())
    place = at.table.place()
    words = f"{low}" if low == high else f"{low} to {high}"
    said: Problem = note("wells_averaged", f"wells were averaged per experiment: {words} of each of "
                         f"{counted(len(replicates), 'sample')}; wells are no replicates", place)
    if high == 1:
        said = warning("one_experiment", "every sample comes from one experiment: values are shown, and no P is "
                       "computed between two samples", place, why="Wells of one plate are no replicates.",
                       remedy="name the column of experiments with the key replicate", answer_key="replicate")
    at.findings.append(said)
