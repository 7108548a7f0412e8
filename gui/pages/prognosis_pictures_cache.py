"""Curves and scans of the receptors of one result, drawn when they are first looked at and kept.

Not for: the numbers, which the result brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.figures.number_words import count_words, counted, hr_words, p_words
from core.problems import UserError

if TYPE_CHECKING:
    from core.analyses.chosen_cuts import ChosenCut, CutSearch
    from core.analyses.prognosis_numbers import PrognosisNumbers
    from core.figures.spec import FigureSpec

SCAN = "cutoffs_"
"""What the names of scans begin with."""
MOSTLY = 0.5
"""Share of patients with the lowest value from which a receptor counts as mostly below detection."""


@dataclass
class PrognosisPictures:
    """See the module. ``forget`` when another result is shown."""

    _curves: dict[str, FigureSpec] = field(default_factory=dict)
    _scans: dict[str, tuple[FigureSpec, tuple[float, ...]]] = field(default_factory=dict)
    _searches: dict[str, CutSearch] = field(default_factory=dict)
    _last_cut: tuple[tuple[str, float, bool], tuple[FigureSpec, ChosenCut]] | None = None

    def forget(self, figures: Sequence[FigureSpec] = ()) -> None:
        """Another result is shown; the scans among its ``figures`` are at hand."""
        self._curves.clear()
        self._scans.clear()
        self._searches.clear()
        self._last_cut = None
        for spec in figures:
            if spec.name.startswith(SCAN):
                self.keep_scan(spec.name.removeprefix(SCAN), spec)

    def curve(self, numbers: PrognosisNumbers, receptor: str, cut: float | None,
              simulated: bool) -> tuple[FigureSpec, ChosenCut | None]:
        """The curve of a receptor, at its split or at a chosen cut; a cut that is not allowed shows the split."""
        from core.analyses.chosen_cuts import chosen_cut
        from core.analyses.prognosis_pictures import receptor_curve

        if cut is not None:
            wanted = (receptor, cut, simulated)
            if self._last_cut is not None and self._last_cut[0] == wanted:
                return self._last_cut[1]
            try:
                found, spec = chosen_cut(numbers, receptor, cut, simulated=simulated, searches=self._searches)
            except UserError:
                pass
            else:
                self._last_cut = wanted, (spec, found)
                return spec, found
        if receptor not in self._curves:
            self._curves[receptor] = receptor_curve(numbers, receptor, simulated=simulated)
        return self._curves[receptor], None

    def scan(self, numbers: PrognosisNumbers, receptor: str,
             simulated: bool) -> tuple[FigureSpec, tuple[float, ...]]:
        """The cut-off scan and the cuts that are allowed."""
        from core.analyses.prognosis_pictures import receptor_scan

        if receptor not in self._scans:
            self.keep_scan(receptor, receptor_scan(numbers, receptor, simulated=simulated))
        return self._scans[receptor]

    def has_scan(self, receptor: str) -> bool:
        """True where the scan need not be computed."""
        return receptor in self._scans

    def keep_scan(self, receptor: str, spec: FigureSpec) -> None:
        """The scan of a receptor, as ``receptor_scan`` has drawn it."""
        cuts = [float(cut) for cut in spec.data["cutoffs"]["cut"] if np.isfinite(cut)]
        self._scans[receptor] = spec, tuple(cuts)

    def split_at(self, numbers: PrognosisNumbers, receptor: str, simulated: bool) -> float | None:
        """Where the line stands before it was moved: the allowed cut that splits as the median does."""
        median = float(numbers.split.median[numbers.receptors.index(receptor)])
        if not np.isfinite(median):
            return None
        return max((cut for cut in self.scan(numbers, receptor, simulated)[1] if cut <= median), default=median)

    @staticmethod
    def unsettled(numbers: PrognosisNumbers) -> tuple[tuple[str, str], ...]:
        """Receptors whose model has no finite hazard ratio although they vary, each with what is seen of it."""
        found = []
        for i in numbers.order:
            values = numbers.expression[:, i]
            values = values[np.isfinite(values)]
            if np.isfinite(numbers.fit.coef[i]) or values.size < 2 or np.ptp(values) == 0:
                continue
            lowest = int((values == values.min()).sum())
            if lowest > MOSTLY * values.size:
                words = f"its lowest value in {count_words(lowest)} of {counted(int(values.size), 'patient')}"
            else:
                words = f"no finite hazard ratio with {counted(int(numbers.events[i]), 'event')}"
            found.append((numbers.receptors[int(i)], words))
        return tuple(found)


def searched_words(found: ChosenCut, n_receptors: int) -> str:
    """The chip of a cut chosen by hand: the P that pays for the search, never the one of this cut alone."""
    over_all = p_words(found.p_maxt)
    p = over_all or p_words(found.p_corrected)
    counted_cuts = f"all cuts of {counted(n_receptors, 'RTK')}" if over_all else "all its cuts"
    return f"corrected P {p if p.startswith('<') else '= ' + p}, {counted_cuts}"


def searched_ratio(found: ChosenCut) -> str:
    """The hazard ratio at a chosen cut, never without the one in left-out patients."""
    left_out = hr_words(found.hr_cv, found.hr_cv_low, found.hr_cv_high)
    if not np.isfinite(found.hr):
        return "HR not shown: it was not estimated in left-out patients"
    return f"HR {hr_words(found.hr, found.hr_low, found.hr_high)} here, {left_out} in left-out patients"
