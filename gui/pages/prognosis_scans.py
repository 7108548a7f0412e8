"""Cut-off scans of large cohorts, computed away from the window: 10,000 patients have 8,000 cuts, a second's work.

Not for: what a scan is (core/analyses/prognosis_pictures.py) or keeping it (prognosis_pictures_cache.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.job_runner import Job, JobRunner
from gui.pages.prognosis_pictures_cache import PrognosisPictures

if TYPE_CHECKING:
    from core.analyses.prognosis_numbers import PrognosisNumbers
    from core.figures.spec import FigureSpec
    from core.jobs import JobContext

QUICK = 1_000_000
"""Patients times events up to which a scan is drawn at once: about 0.05 s."""
COMPUTING = "every cut is being computed"
MOVE = "move the line: the P becomes the corrected one"


class PrognosisScans(QObject):
    """``drawn`` speaks when the scan that was asked for last can be shown."""

    drawn = Signal()

    def __init__(self, jobs: JobRunner, pictures: PrognosisPictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._pictures = jobs, pictures
        self._job: Job | None = None
        self._wanted: tuple[PrognosisNumbers, str] | None = None

    def ready(self, numbers: PrognosisNumbers, receptor: str, simulated: bool) -> bool:
        """True where the scan is at hand or quick to draw; else it is begun, and ``drawn`` will speak."""
        if self._pictures.has_scan(receptor) or len(numbers.patients) * int(numbers.event.sum()) <= QUICK:
            self._forget()
            return True
        if self._wanted is not None and self._wanted[0] is numbers and self._wanted[1] == receptor:
            return False
        self._forget()
        self._wanted = numbers, receptor

        def work(_: JobContext) -> FigureSpec:
            from core.analyses.prognosis_pictures import receptor_scan

            return receptor_scan(numbers, receptor, simulated=simulated)

        def done(spec: FigureSpec) -> None:
            if self._wanted is not None and self._wanted[0] is numbers and self._wanted[1] == receptor:
                self._wanted = self._job = None
                self._pictures.keep_scan(receptor, spec)
                self.drawn.emit()

        self._job = self._jobs.submit(f"Cut-offs of {receptor}", work, done=done, stopped=lambda: None, owner=self,
                                      lane="figures")
        return False

    def _forget(self) -> None:
        """Another scan, or none, is wanted now."""
        job, self._job, self._wanted = self._job, None, None
        if job is not None:
            job.cancel()
