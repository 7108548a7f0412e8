"""Cycles to relative quantities: dCt over the reference genes of the same experiment, -ddCt over a calibrator.

Not for: efficiencies of primers, which are taken as 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.data.assays.assay_genes import MeasuredNames
from core.data.assays.assay_table import AssayTable, letters_only
from core.data.nearest_name import column_remedy
from core.data.sheets.sample_answers import sample_name
from core.data.sheets.sheet_words import counted
from core.data.values import value_key
from core.problems import note, user_error

HOUSEKEEPING = ("ACTB", "GAPDH", "B2M", "HPRT1", "TBP", "RPLP0", "GUSB", "PPIA", "RPL13A", "UBC", "YWHAZ", "TFRC",
                "HMBS", "SDHA", "PUM1", "18S", "RN18S1", "BACTIN", "ΒACTIN", "ACTIN")
_WIDE = 0.5
"""Cycles: the spread of replicate wells above which they are named."""


@dataclass(frozen=True)
class Well:
    """One well; ``value`` is NaN below the limit of detection, ``limit`` the cycle it lies beyond (NaN unknown)."""

    sample: str
    target: str
    replicate: str
    value: float
    row: int
    limit: float = float("nan")
    below: bool = False


@dataclass
class Wells:
    """The wells of a table in their order."""

    rows: list[Well] = field(default_factory=list)

    def add(self, sample: str, target: str, replicate: str, value: float, row: int, *,
            limit: float | None = None) -> None:
        """A well; with ``limit`` one below the limit of detection."""
        self.rows.append(Well(sample, target, replicate, value, row, float("nan") if limit is None else limit,
                              limit is not None))

    def groups(self) -> dict[tuple[str, str, str], list[Well]]:
        """(sample, target, replicate) -> its wells."""
        found: dict[tuple[str, str, str], list[Well]] = {}
        for well in self.rows:
            found.setdefault((well.sample, well.target, well.replicate), []).append(well)
        return found


@dataclass(frozen=True)
class Quantities:
    """``values``: (sample, gene) -> -ddCt or -dCt; ``replicates``: sample -> experiments; ``choices`` detected."""

    values: dict[tuple[str, str], float]
    replicates: dict[str, int]
    over_calibrator: bool
    choices: Mapping[str, Sequence[str]]


def relative_quantities(at: AssayTable, wells: Wells, meaning: MeasuredNames) -> Quantities:
    """-ddCt of every target that is no reference gene; -dCt where no calibrator is stated.

    Wells of one experiment are averaged first. The calibrator is subtracted within an experiment that holds it, as
    its mean over experiments otherwise. Raises UserError "no_reference_gene", "no_calibrator".
    """
    references = _references(at, wells)
    cycles = _cycles(at, wells)
    targets = [target for target in dict.fromkeys(well.target for well in wells.rows)
               if target not in references and meaning.of_name[target].gene]
    delta: dict[tuple[str, str, str], float] = {}
    lacking: set[str] = set()
    for (sample, target, replicate), cycle in cycles.items():
        if target not in targets:
            continue
        own = [cycles[sample, reference, replicate] for reference in references
               if np.isfinite(cycles.get((sample, reference, replicate), np.nan))]
        if len(own) < len(references):
            lacking.add(f"{sample} (experiment {replicate})" if at.has("replicate") else sample)
            continue
        delta[sample, target, replicate] = cycle - float(np.mean(own))
    if lacking:
        row = next(well.row for well in wells.rows if any(name.startswith(well.sample) for name in sorted(lacking)))
        at.tell("no_reference_wells", f"{', '.join(sorted(lacking)[:5])} {'has' if len(lacking) == 1 else 'have'} no "
                f"cycle of {' or '.join(references)}; nothing is computed there", row, at.at("cq"),
                why="Without the reference gene the amount of RNA is not known.")
    calibrator = at.spec.choice("calibrator")
    if calibrator:
        delta = _over(at, delta, calibrator)
    values: dict[tuple[str, str], list[float]] = {}
    experiments: dict[str, set[str]] = {}
    for (sample, target, replicate), cycle in delta.items():
        if np.isfinite(cycle):
            values.setdefault((sample, meaning.of_name[target].gene), []).append(-cycle)
            experiments.setdefault(sample, set()).add(replicate)
    return Quantities({key: float(np.mean(each)) for key, each in values.items()},
                      {sample: len(each) for sample, each in experiments.items()}, bool(calibrator),
                      {"reference": references})


def _references(at: AssayTable, wells: Wells) -> tuple[str, ...]:
    targets = list(dict.fromkeys(well.target for well in wells.rows))
    stated = at.spec.choices.get("reference", ())
    by_letters = {letters_only(target): target for target in targets}
    if stated:
        missing = [name for name in stated if letters_only(name) not in by_letters]
        if missing:
            raise user_error("no_reference_gene", f"no well measures the reference gene “{missing[0]}”",
                             at.table.place(None, at.columns.get("target", (0,))[0]),
                             remedy=column_remedy(missing[0], targets), answer_key="reference")
        return tuple(by_letters[letters_only(name)] for name in stated)
    found = tuple(target for target in targets if letters_only(target).upper().replace("-", "") in HOUSEKEEPING)
    if not found:
        names = ", ".join(targets[:6])
        raise user_error("no_reference_gene", f"none of the targets is a usual reference gene ({names})",
                         at.table.place(), why="Cycles are compared to those of genes that do not change.",
                         remedy='name them: reference = ["GAPDH"]', answer_key="reference")
    at.findings.append(note("reference_genes", f"reference genes: {', '.join(found)}", at.table.place(),
                            remedy="state reference = […] if others are meant"))
    return found


def _cycles(at: AssayTable, wells: Wells) -> dict[tuple[str, str, str], float]:
    """(sample, target, replicate) -> mean cycle of its wells; wells without amplification are said."""
    found: dict[tuple[str, str, str], float] = {}
    column = at.at("cq")
    for key, own in wells.groups().items():
        sample, target, _ = key
        seen = [well.value for well in own if not well.below]
        below = [well for well in own if well.below]
        if below and seen:
            at.tell("some_wells_undetermined", f"{len(below)} of {counted(len(own), 'well')} of {target} in {sample} "
                    "did not amplify; the others are used", below[0].row, column)
        if below and not seen:
            limits = [well.limit for well in below if np.isfinite(well.limit)]
            found[key] = float(np.mean(limits)) if limits else float("nan")
            used = f"cycle {found[key]:g}, the limit, is used" if limits else "its value counts as missing"
            at.tell("below_limit", f"{target} of {sample} did not amplify: it is below the limit of detection, and "
                    f"{used}", below[0].row, column, why="Its amount is lower than the assay can tell, not nought.",
                    remedy="" if limits else "state cycles = 40, the last cycle of the run, to use that limit",
                    key="" if limits else "cycles")
            continue
        found[key] = float(np.mean(seen))
        if len(seen) > 1 and float(np.std(seen, ddof=1)) > _WIDE:
            at.tell("wells_differ", f"the {len(seen)} wells of {target} in {sample} differ (SD "
                    f"{np.std(seen, ddof=1):.2f} cycles); their mean is used", own[0].row, column,
                    remedy="leave out a failed well in the file")
    return found


def _over(at: AssayTable, delta: Mapping[tuple[str, str, str], float],
          calibrator: str) -> dict[tuple[str, str, str], float]:
    name = next((sample for sample in at.samples if value_key(sample) == value_key(sample_name(calibrator))), "")
    own = {key: cycle for key, cycle in delta.items() if key[0] == name and np.isfinite(cycle)}
    if not name or not own:
        raise user_error("no_calibrator", f"no sample with cycles is called “{calibrator}”", at.table.place(),
                         remedy=column_remedy(calibrator, list(at.samples)), answer_key="calibrator")
    at.findings.append(note("over_calibrator", f"values are -ddCt over {name} (log2 fold changes), which itself stands "
                            "at 0", at.table.place()))
    found = {}
    for (sample, target, replicate), cycle in delta.items():
        means = [value for (_, each, _), value in own.items() if each == target]
        base = own.get((name, target, replicate), float(np.mean(means)) if means else float("nan"))
        found[sample, target, replicate] = cycle - base
    return found
