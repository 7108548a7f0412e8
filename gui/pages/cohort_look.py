"""Looks at a cohort in the background and remembers the last few looks, so that undo and switching are at once.

Not for: what is shown of it, or what is looked at (core/analyses/cohort_overview.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gui.job_runner import Job
from gui.session import Session

if TYPE_CHECKING:
    from core.analyses.cohort_overview import CohortOverview
    from core.data.dataset import Dataset
    from core.data.patients.cohort_rules import CohortRule
    from core.data.patients.column_facts import ColumnFacts
    from core.data.tables import ClinicalTable, EndpointRule
    from core.jobs import JobContext

KEPT = 16


@dataclass(frozen=True, eq=False)
class Looked:
    """An overview with what the settings need: the columns and receptors that a rule can be about.

    ``groups`` are the columns that can split table 1; ``proposed`` an endpoint that the table seems to hold, complete.
    """

    overview: CohortOverview
    dataset: Dataset
    columns: tuple[ColumnFacts, ...]
    receptors: tuple[str, ...]
    groups: tuple[str, ...]
    proposed: EndpointRule | None


class CohortLook(QObject):
    """``looked`` carries the Looked of the last request; earlier ones that are still under way are dropped."""

    looked = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._wanted: tuple[Any, ...] | None = None
        self._shown: tuple[Any, ...] | None = None
        self._kept: list[tuple[tuple[Any, ...], Looked]] = []

    @property
    def is_looking(self) -> bool:
        return self._job is not None

    def look(self, rule: CohortRule, dataset: Dataset, endpoint: str, by: str, twins: bool) -> None:
        """Ask for an overview. The same as shown: nothing happens; one that is known comes at once."""
        key = (rule, id(dataset), endpoint, by, twins)
        if key in (self._wanted, self._shown if self._job is None else None):
            return
        self.stop()
        known = next((found for other, found in self._kept if other == key), None)
        if known is not None:
            self._shown = key
            self.looked.emit(known)
            return
        self._wanted = key
        facts = next((found for _, found in self._kept if found.dataset is dataset), None)

        def work(job: JobContext) -> Looked:
            return _looked(rule, dataset, endpoint, by, twins, facts, job)

        def done(found: Looked) -> None:
            if self._job is asked:
                self._kept = [*self._kept, (key, found)][-KEPT:]
                self._job, self._wanted, self._shown = None, None, key
                self.looked.emit(found)

        def stopped() -> None:
            if self._job is asked:
                self._job, self._wanted = None, None

        asked = self._session.jobs.submit("Matching patients", work, done=done, stopped=stopped, owner=self,
                                          lane="files")
        self._job = asked

    def stop(self) -> None:
        """Drop what is under way."""
        if self._job is not None:
            self._job.cancel()
        self._job, self._wanted, self._shown = None, None, None

    def forget(self) -> None:
        """Look anew at everything."""
        self.stop()
        self._kept = []


def _looked(rule: CohortRule, dataset: Dataset, endpoint: str, by: str, twins: bool, known: Looked | None,
            job: JobContext) -> Looked:
    from core.analyses.cohort_overview import cohort_overview
    from core.data.patients.column_facts import column_facts
    from core.data.patients.endpoint_proposals import propose_endpoints
    from core.data.patients.table_one import described_columns, grouping_columns
    from core.data.reference import rtk_symbols

    overview = cohort_overview(rule, dataset, endpoint, by=by, look_for_twins=twins, job=job)
    if known is not None:
        return Looked(overview, dataset, known.columns, known.receptors, known.groups, known.proposed)
    clinical = dataset.clinical
    names = described_columns(clinical, dataset.expression) if clinical else ()
    columns = column_facts(clinical, names) if clinical else ()
    rtk = set(rtk_symbols())
    genes = dict.fromkeys(gene for matrix in dataset.expression for gene in matrix.genes)
    receptors = tuple(sorted(gene for gene in genes if gene in rtk))
    proposed = next((each for each in (propose_endpoints(clinical) if clinical else ())
                     if clinical is not None and _is_whole(each, clinical)), None)
    groups = grouping_columns(clinical, names) if clinical else ()
    return Looked(overview, dataset, columns, receptors, groups, proposed)


def _is_whole(rule: EndpointRule, clinical: ClinicalTable) -> bool:
    """True for a proposal that leaves nothing open and finds patients with and without the event."""
    from core.data.patients.endpoints import build_endpoint
    from core.problems import UserError

    if not rule.unit or not rule.event_values:
        return False
    try:
        endpoint, _ = build_endpoint(rule, clinical)
    except UserError:
        return False
    followed = endpoint.event[endpoint.time >= 0]
    return bool((followed == 1).any() and (followed == 0).any())
