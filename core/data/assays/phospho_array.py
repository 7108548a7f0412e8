"""A phospho-RTK array: spots by label or coordinate, one or several membranes, to log2 signals of receptors and calls.

Not for: the arithmetic of a membrane (membranes.py). The antibody is a pan-phosphotyrosine one: no site is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.data.assays.array_labels import SpotLabels
from core.data.assays.assay_genes import PHOSPHO, MeasuredNames, matrix_of, measured_names
from core.data.assays.assay_import import AssayImport, finished, spec_as_used
from core.data.assays.assay_spec import CALLS, AssayRecord, AssaySpec
from core.data.assays.assay_table import AssayTable, NamedSample, name_rows, number_columns, open_table
from core.data.assays.membranes import (
    LARGEST_CV,
    NEGATIVE,
    RECEPTOR,
    REFERENCE,
    ExposureChoice,
    MembraneValues,
    Spot,
    choose_exposure,
    membrane_values,
    saturation_of,
)
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult
from core.data.nearest_name import column_remedy
from core.data.sheets.recipe import Answers
from core.data.sheets.sample_answers import sample_name
from core.data.sheets.sheet_words import counted, row_list
from core.data.tables import Scale
from core.data.values import value_key
from core.problems import note, user_error, warning

_EXPOSURE = re.compile(r"[\s_,(-]*(\d+(?:\.\d+)?)\s*(min(?:utes?)?|s|secs?|seconds?)\b\.?\)?", re.IGNORECASE)


def read_array(spec: AssaySpec, table: RawTable, read: ReadResult, answers: Answers,
               further: Mapping[str, ReadResult]) -> AssayImport:
    """Read a table of spots into samples by receptors: log2 of the signal over the reference spots, measure "phospho".

    Raises
    ------
    UserError
        "no_signal", "no_label", "no_control", "background_elsewhere" and those of ``open_table``.
    """
    at = open_table(spec, table, answers)
    if not at.has("signal"):
        at.columns |= {"signal": number_columns(at)}
    if not at.columns["signal"]:
        raise user_error("no_signal", "no column of signals was found", table.place(),
                         remedy="name the columns of spot densities with the key signal", answer_key="signal")
    columns = _signal_columns(at)
    spots = _spots(at, columns, SpotLabels(at, further.get("layout")), _background(at, further))
    receptors = [spot for spot in spots if spot.kind == RECEPTOR]
    meaning = measured_names([spot.label for spot in receptors],
                             [at.table.place(spot.row, _name_column(at)) for spot in receptors], answers)
    at.findings += meaning.findings
    at.changes += meaning.changes
    at.used |= meaning.used
    stated = at.spec.choice("saturation")
    limit = float(stated) if stated else saturation_of(spots)
    exposure = choose_exposure(spots, limit)
    membranes = _membranes(spots, exposure, limit)
    _say(at, spots, membranes, exposure, limit, stated != "")
    return _result(at, read, meaning, membranes, spots, {} if stated or np.isinf(limit) else
                   {"saturation": (f"{limit:g}",)})


def _name_column(at: AssayTable) -> int:
    return at.columns.get("label", at.columns.get("coordinate", (0,)))[0]


def _signal_columns(at: AssayTable) -> list[tuple[int, str, str, float]]:
    """(column, sample, replicate, exposure) of each column of signals; blank where the rows say it."""
    stated, minutes = at.spec.choices.get("samples", ()), at.spec.choices.get("exposures", ())
    in_rows = at.has("sample") or at.has("patient")
    if in_rows:
        name_rows(at)
    found: list[tuple[int, str, str, float]] = []
    seen: dict[tuple[str, float], int] = {}
    for place, column in enumerate(at.columns["signal"]):
        header = at.region.names[column]
        match = _EXPOSURE.search(header)
        exposure = _minutes(minutes[place]) if minutes else _in_minutes(match) if match else float("nan")
        name = "" if in_rows else sample_name(stated[place] if stated else
                                              (header[:match.start()] + header[match.end():]).strip() if match
                                              else header)
        key = (name, exposure if np.isfinite(exposure) else -1.0)
        seen[key] = seen.get(key, 0) + 1
        found.append((column, name, str(seen[key]), exposure))
        if name:
            at.samples.setdefault(name, NamedSample(name, name, "", at.region.rows[0]))
    if not in_rows:
        _rename_columns(at, found)
        words = ", ".join(f"“{at.region.names[column]}” = {name}" for column, name, _, _ in found[:6])
        at.findings.append(note("membranes_as_samples", f"each column of signals is a membrane: {words}",
                                at.table.place(None, found[0][0]),
                                remedy="state samples = […] if they are called otherwise"))
    return found


def _rename_columns(at: AssayTable, found: list[tuple[int, str, str, float]]) -> None:
    renames = {value_key(name): new for name, new in at.answers.samples.items()}
    for place, (column, name, replicate, exposure) in enumerate(found):
        if value_key(name) in renames:
            at.used.add(("samples", value_key(name)))
            found[place] = (column, renames[value_key(name)], replicate, exposure)
    at.samples = {name: NamedSample(name, name, "", at.region.rows[0]) for _, name, _, _ in found}


def _in_minutes(match: re.Match[str]) -> float:
    return float(match[1]) / (60.0 if match[2].lower().startswith("s") else 1.0)


def _minutes(text: str) -> float:
    """``5``, ``5 min`` and ``300 s`` are 5 minutes; NaN for other texts."""
    match = _EXPOSURE.fullmatch(text.strip())
    if match:
        return _in_minutes(match)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _background(at: AssayTable, further: Mapping[str, ReadResult]) -> RawTable | None:
    """The sheet of background values: the same rows and columns as the sheet of signals, or none.

    Raises UserError "background_elsewhere" where a spot stands in another row there.
    """
    if "background_sheet" not in further:
        return None
    table, named = further["background_sheet"].table, _name_column(at)
    for row in at.region.rows:
        there = table.text(row, named) if row < table.n_rows and named < table.n_columns else ""
        if there != at.table.text(row, named):
            raise user_error(
                "background_elsewhere", f"this sheet is named as the background, but its row {row + 1} is "
                f"“{there or 'blank'}” where the signals have “{at.table.text(row, named)}”",
                table.place(row, named) if row < table.n_rows and named < table.n_columns else table.place(),
                why="Background is subtracted cell by cell.", remedy="give both sheets the same rows and columns",
                answer_key="background_sheet")
    at.findings.append(note("background_sheet", "the background of each spot stands in the same cell of this sheet",
                            table.place()))
    return table


def _spots(at: AssayTable, columns: Sequence[tuple[int, str, str, float]], labels: SpotLabels,
           background_sheet: RawTable | None) -> list[Spot]:
    """Every spot with a signal; cells that are none are said."""
    spots: list[Spot] = []
    background = at.columns.get("background", ())
    header = at.region.names[at.at("exposure")] if at.has("exposure") else ""
    unit = 60.0 if re.search(r"\((s|secs?|seconds?)\)|\bsec", header, re.IGNORECASE) else 1.0
    for row in at.region.rows:
        if row in at.left_out:
            continue
        kind, label = labels.of(row)
        if not label:
            at.leave_out("spot_without_label", "nothing says which receptor this spot is; it is left out", row,
                         _name_column(at), remedy="fill in the label, or name the sheet with the layout with the key "
                         "layout", key="layout")
            continue
        sample = at.sample_of_row.get(row, "")
        replicate = at.text(row, "replicate")
        minutes = _minutes(at.text(row, "exposure")) if at.has("exposure") else float("nan")
        if unit > 1 and re.fullmatch(r"[\d.,]+", at.text(row, "exposure")):
            minutes /= unit
        if at.has("exposure") and np.isnan(minutes):
            at.leave_out("exposure_unreadable", f"“{at.text(row, 'exposure')}” is no exposure; this spot is left out",
                         row, at.at("exposure"), remedy="write minutes, or a number with min or s, into the cell")
            continue
        for place, (column, name, number, exposure) in enumerate(columns):
            reading = at.reading(row, column)
            if not reading.known:
                at.tell("spot_without_signal", f"“{reading.text}” is no signal of {label}; the spot is left out"
                        if reading.text else f"the signal of {label} is missing; the spot is left out", row, column,
                        remedy="fill in the cell if the spot was measured")
                at.changed(row, column, "", "no signal")
                continue
            local = at.reading(row, background[place if len(background) == len(columns) else 0]) if background else None
            value = reading.low - (local.low if local is not None and local.known else 0.0)
            if background_sheet is not None and column < background_sheet.n_columns:
                value -= float(np.nan_to_num(background_sheet.numbers[row, column]))
            of_column = number if len(columns) > 1 else ""
            spots.append(Spot(name or sample, replicate or of_column or "1",
                              exposure if np.isfinite(exposure) else minutes, kind, label, reading.low, value, row,
                              column))
    if not any(spot.kind == RECEPTOR for spot in spots):
        raise user_error("no_signal", "no spot of a receptor has a signal", at.table.place(),
                         remedy="name the columns with the keys label and signal", answer_key="signal")
    return [replace(spot, exposure=0.0) if np.isnan(spot.exposure) else spot for spot in spots]


def _membranes(spots: Sequence[Spot], chosen: ExposureChoice, limit: float) -> list[MembraneValues]:
    groups: dict[tuple[str, str], list[Spot]] = {}
    for spot in spots:
        if chosen.uses(spot):
            groups.setdefault((spot.sample, spot.replicate), []).append(spot)
    return [membrane_values(own, limit) for own in groups.values() if any(spot.kind == RECEPTOR for spot in own)]


def _say(at: AssayTable, spots: Sequence[Spot], membranes: Sequence[MembraneValues], chosen: ExposureChoice,
         limit: float, stated: bool) -> None:
    place = at.table.place(None, at.at("signal"))
    exposures = sorted({spot.exposure for spot in spots})
    if len(exposures) > 1:
        _say_exposure(at, spots, chosen, limit, exposures)
    if np.isinf(limit) and not stated:
        at.findings.append(note("saturation_unknown", "no spot reaches 255 or 65535, so none counts as saturated",
                                place, remedy="state saturation = the largest number of your scanner if it is another"))
    if chosen.references_saturated:
        at.findings.append(warning("reference_saturated", f"{counted(chosen.references_saturated, 'reference spot')} "
                                   f"at {limit:g}, the end of the scale", place,
                                   why="Membranes divided by saturated spots cannot be compared well.",
                                   remedy="add a shorter exposure"))
    saturated = [spot for spot in spots if chosen.uses(spot) and spot.kind == RECEPTOR and spot.raw >= limit]
    for spot in saturated:
        at.tell("saturated_spot", f"{spot.label} is saturated ({spot.raw:g}); its value counts as missing", spot.row,
                spot.column, why="The spot is brighter than the scanner can tell.", remedy="add a shorter exposure")
    if not all(membrane.has_reference for membrane in membranes):
        names = ", ".join(membrane.sample for membrane in membranes if not membrane.has_reference)
        at.findings.append(warning(
            "no_reference_spots", f"no reference spot was found on the membranes of {names}; they are not normalised",
            place, why="Membranes of different brightness cannot be compared.",
            remedy='name the spots: reference = ["Reference Spots"]', answer_key="reference"))
    if not all(membrane.has_negative for membrane in membranes):
        at.findings.append(warning(
            "no_negative_spots", "no negative spot was found; the background is "
            + ("the local one" if at.has("background") or at.spec.choice("background_sheet") else "not subtracted")
            + ", and no receptor can be called present", place,
            why="A call needs the mean and spread of the negative spots.",
            remedy='name the spots: negative = ["PBS"]', answer_key="negative"))
    _say_controls(at, spots)
    first = {spot.label: spot for spot in reversed(spots) if spot.kind == RECEPTOR}
    for membrane in membranes:
        for label, spread in membrane.cv.items():
            if spread >= LARGEST_CV and membrane.signal[label] > membrane.floor:
                spot = first[label]
                at.tell("duplicates_differ", f"the duplicate spots of {label} on the membrane of {membrane.sample} "
                        f"differ (CV {100 * spread:.0f} %); it is not called present there", spot.row, spot.column,
                        why="One of the spots may be dust or a bubble.", remedy="look at the picture of the membrane")


def _say_controls(at: AssayTable, spots: Sequence[Spot]) -> None:
    """Which rows of the list are controls and no receptors."""
    parts = []
    for kind, role in ((REFERENCE, "reference"), (NEGATIVE, "negative")):
        own = [spot for spot in spots if spot.kind == kind]
        if own:
            labels = ", ".join(dict.fromkeys(f"“{spot.label}”" for spot in own))
            parts.append(f"{labels} as {role} spots ({row_list(sorted({spot.row for spot in own}))})")
    if parts:
        at.findings.append(note("control_spots", f"{' and '.join(parts)} were taken for controls, not for receptors",
                                at.table.place(None, at.at("label") if at.has("label") else at.at("coordinate"))))


def _say_exposure(at: AssayTable, spots: Sequence[Spot], chosen: ExposureChoice, limit: float,
                  exposures: Sequence[float]) -> None:
    """The series of exposures and the one that is used; where membranes share none, that they do not."""
    place = at.table.place(None, at.at("signal"))
    series = ", ".join(f"{each:g} min ({sum(spot.raw >= limit for spot in spots if spot.exposure == each)} saturated)"
                       for each in exposures)
    if chosen.shared:
        free = chosen.receptors_saturated + chosen.references_saturated == 0
        used = f"the exposure of {next(iter(chosen.of_membrane.values())):g} min is used" + (
            ", the longest that all membranes have without a saturated spot" if free else "")
        at.findings.append(note("exposure_chosen", f"{used}; the series: {series}", place))
    else:
        used = ", ".join(f"{sample} {minutes:g} min" for (sample, _), minutes in list(chosen.of_membrane.items())[:6])
        at.findings.append(warning("exposures_differ", f"the membranes share no exposure; used are {used}", place,
                                   why="Chemiluminescence is not linear, so membranes of different exposures compare "
                                   "badly even over their reference spots.", remedy="use one exposure for all"))
    for spot in spots:
        if not chosen.uses(spot):
            at.changed(spot.row, spot.column, "", "another exposure is used")


def _result(at: AssayTable, read: ReadResult, meaning: MeasuredNames, membranes: Sequence[MembraneValues],
            spots: Sequence[Spot], detected: Mapping[str, Sequence[str]]) -> AssayImport:
    """log2 values averaged over the membranes of a sample, calls, and what stands behind them."""
    logs: dict[tuple[str, str], list[float]] = {}
    calls: dict[tuple[str, str], list[float]] = {}
    intervals: dict[tuple[str, str, str], tuple[float, float]] = {}
    cells: dict[str, list[str]] = {}
    for spot in spots:
        if spot.kind == RECEPTOR and (gene := meaning.of_name[spot.label].gene):
            cells.setdefault(gene, []).append(at.table.cell(spot.row, spot.column))
    below = 0
    for membrane in membranes:
        for label, signal in membrane.signal.items():
            gene = meaning.of_name[label].gene
            if not gene:
                continue
            key = (membrane.sample, gene)
            low = signal <= membrane.floor if np.isfinite(membrane.floor) else signal <= 0
            if low and np.isfinite(membrane.floor) and membrane.floor > 0:
                below += 1
                intervals[PHOSPHO, *key] = (float("-inf"), float(np.log2(membrane.floor)))
                signal = membrane.floor
            logs.setdefault(key, []).append(float(np.log2(signal)) if signal > 0 else float("nan"))
            call = membrane.call[label]
            calls.setdefault(key, []).append(float("nan") if call is None else float(call))
    if below:
        at.findings.append(note("below_negative", f"{counted(below, 'signal')} below the negative spots + 3 SD stand "
                                "at that limit", at.table.place(None, at.at("signal"))))
    values = {key: _mean(each) for key, each in logs.items()}
    called = {key: float(np.mean(each) > 0.5) if not np.isnan(each).any() else float("nan")
              for key, each in calls.items()}
    names = [name for name in at.samples if any(key[0] == name for key in values)]
    replicates = {name: len({m.replicate for m in membranes if m.sample == name}) for name in names}
    if all(number == 1 for number in replicates.values()):
        at.findings.append(warning(
            "one_membrane", "every sample has one membrane: values are shown, and no P is computed between two samples",
            at.table.place(), why="Duplicate spots are one measurement; a membrane is one experiment.",
            remedy="add membranes of further experiments with the key replicate", answer_key="replicate"))
    call_matrix = matrix_of(called, names, Scale.CALLS, PHOSPHO, at.table.place(), cells)
    scale = Scale.LOG2
    control = at.spec.choice("control")
    if control:
        values, names = _over_control(at, values, names, control)
        scale = Scale.LOG_RATIO
    matrix = matrix_of(values, names, scale, at.spec.table.measure or PHOSPHO, at.table.place(), cells)
    if at.spec.choice("values") == CALLS:
        matrix = call_matrix
    parts = {name: sum(membrane.n_receptor_spots for membrane in membranes if membrane.sample == name)
             for name in replicates}
    record = AssayRecord(
        spec_as_used(at, detected), at.table.place(), "membranes",
        {matrix.measure: {name: replicates[name] for name in names}}, parts, call_matrix, intervals,
        facts={"exposure": membranes[0].exposure,
               "cv": {(m.sample, m.replicate, meaning.of_name[label].gene): value
                      for m in membranes for label, value in m.cv.items()}})
    return finished(at, read, [matrix], record)


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if np.isfinite(value)]
    return float(np.mean(there)) if there else float("nan")


def _over_control(at: AssayTable, values: Mapping[tuple[str, str], float], names: Sequence[str],
                  control: str) -> tuple[dict[tuple[str, str], float], list[str]]:
    """log2 fold changes over the control sample, which itself stands at 0."""
    known = {value_key(name): name for name in names}
    name = known.get(value_key(sample_name(control)), "")
    if not name:
        raise user_error("no_control", f"no sample is called “{control}”", at.table.place(),
                         why="The study names it as the control of the fold changes.",
                         remedy=column_remedy(control, list(names)), answer_key="control")
    at.findings.append(note("fold_changes", f"values are log2 fold changes over {name}, which itself stands at 0",
                            at.table.place()))
    changes = {(sample, gene): value - values.get((name, gene), float("nan"))
               for (sample, gene), value in values.items()}
    return changes, list(names)
