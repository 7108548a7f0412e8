"""Membranes of a phospho-RTK array: background, reference spots, exposures, calls. Duplicate spots are one measurement.

Not for: reading the sheet (phospho_array.py), and no membrane is ever counted twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RECEPTOR, REFERENCE, NEGATIVE = "receptor", "reference", "negative"
CALL_SD = 3.0
"""A spot is above the negative ones from their mean + 3 SD."""
LARGEST_CV = 0.25
"""Of duplicate spots, below which they agree."""


@dataclass(frozen=True)
class Spot:
    """One spot of one membrane at one exposure; ``value`` after its own local background, ``raw`` before."""

    sample: str
    replicate: str
    exposure: float
    kind: str
    label: str
    raw: float
    value: float
    row: int
    column: int


@dataclass(frozen=True)
class MembraneValues:
    """One membrane at one exposure.

    ``signal``: label -> mean of its spots less the negative mean, divided by the reference spots where there are some;
    ``call``: label -> True, False, or None where it cannot be said; ``floor`` is 3 SD of the negative spots on the
    same scale (NaN where unknown); ``cv`` the spread of the duplicates.
    """

    sample: str
    replicate: str
    exposure: float
    signal: Mapping[str, float]
    call: Mapping[str, bool | None]
    cv: Mapping[str, float]
    floor: float
    n_receptor_spots: int
    has_negative: bool
    has_reference: bool


Membrane = tuple[str, str]
"""(sample, replicate)."""


@dataclass(frozen=True)
class ExposureChoice:
    """The exposure of each membrane, how many spots are saturated there, and whether all membranes have the same."""

    of_membrane: Mapping[Membrane, float]
    receptors_saturated: int
    references_saturated: int
    shared: bool

    def uses(self, spot: Spot) -> bool:
        """Whether the spot is of the exposure that is used of its membrane."""
        return self.of_membrane.get((spot.sample, spot.replicate)) == spot.exposure


def saturation_of(spots: Sequence[Spot]) -> float:
    """The largest number that the scanner gives, where the spots reach it: 255 or 65535; infinite otherwise."""
    largest = max((spot.raw for spot in spots), default=0.0)
    return largest if largest in (255.0, 65535.0) else float("inf")


def choose_exposure(spots: Sequence[Spot], limit: float) -> ExposureChoice:
    """The longest exposure that every membrane has and at which no spot reaches ``limit``.

    Where none is free of it, the longest at which only reference spots reach it, else the shortest. Where membranes
    share no exposure, each has its own by the same rule.
    """
    membranes: dict[Membrane, set[float]] = {}
    for spot in spots:
        if spot.kind == RECEPTOR:
            membranes.setdefault((spot.sample, spot.replicate), set()).add(spot.exposure)
    shared = set.intersection(*membranes.values()) if membranes else set()
    if shared:
        best = _best(spots, shared, limit)
        of_membrane = dict.fromkeys(membranes, best)
    else:
        of_membrane = {membrane: _best([spot for spot in spots if (spot.sample, spot.replicate) == membrane], exposures,
                                       limit) for membrane, exposures in membranes.items()}
    choice = ExposureChoice(of_membrane, 0, 0, bool(shared))
    full = [spot for spot in spots if choice.uses(spot) and spot.raw >= limit]
    return ExposureChoice(of_membrane, sum(spot.kind == RECEPTOR for spot in full),
                          sum(spot.kind == REFERENCE for spot in full), bool(shared))


def _best(spots: Sequence[Spot], exposures: Collection[float], limit: float) -> float:
    candidates = sorted(exposures, reverse=True)
    full = {(spot.exposure, spot.kind) for spot in spots if spot.raw >= limit}
    nearly = [each for each in candidates if (each, RECEPTOR) not in full]
    free = [each for each in nearly if (each, REFERENCE) not in full]
    return free[0] if free else nearly[0] if nearly else candidates[-1]


def membrane_values(spots: Sequence[Spot], limit: float) -> MembraneValues:
    """The values of one membrane at one exposure; saturated receptor spots give none.

    Notes
    -----
    Signal = mean of the duplicates - mean of the negative spots, divided by (mean of the reference spots - mean of the
    negative spots). Present = signal > 3 SD of the negative spots, and CV of the duplicates < 25 %.
    """
    first = spots[0]
    negative = np.array([spot.value for spot in spots if spot.kind == NEGATIVE])
    reference = np.array([spot.value for spot in spots if spot.kind == REFERENCE])
    base = float(negative.mean()) if negative.size else 0.0
    spread = float(negative.std(ddof=1)) if negative.size > 1 else float("nan")
    bright = float(reference.mean()) - base if reference.size else float("nan")
    has_reference = bool(bright > 0)
    scale = bright if has_reference else 1.0
    of_label: dict[str, list[Spot]] = {}
    for spot in spots:
        if spot.kind == RECEPTOR:
            of_label.setdefault(spot.label, []).append(spot)
    signal: dict[str, float] = {}
    call: dict[str, bool | None] = {}
    cv: dict[str, float] = {}
    for label, own in of_label.items():
        values = np.array([spot.value for spot in own])
        mean = float(values.mean())
        above = mean - base
        cv[label] = float(values.std(ddof=1)) / mean if len(own) > 1 and mean > 0 else float("nan")
        saturated = any(spot.raw >= limit for spot in own)
        signal[label] = float("nan") if saturated else above / scale
        if np.isnan(spread):
            call[label] = None
        elif saturated:
            call[label] = True
        elif above <= CALL_SD * spread:
            call[label] = False
        else:
            call[label] = None if np.isnan(cv[label]) else cv[label] < LARGEST_CV
    return MembraneValues(first.sample, first.replicate, first.exposure, signal, call, cv, CALL_SD * spread / scale,
                          sum(map(len, of_label.values())), bool(negative.size), has_reference)
