"""What a user can change on the Cohort page, as steps that can be undone: rules, names, endpoint, follow-up.

Not for: showing anything. The page hears ``chosen`` when another cohort is to be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.data.patients.cohort_rules import CohortRule, KeepRule
from core.data.tables import EndpointRule
from core.data.values import value_key
from core.figures.number_words import counted
from core.project.cohort_edits import cohort_names, free_name, with_cohort_copied, with_endpoint, with_new_cohort
from core.project.project import with_cohort, without_cohort

if TYPE_CHECKING:
    from gui.pages.cohort_choice import CohortChoice
    from gui.session import Session


class CohortHands(QObject):
    """Every change is one step of undo. ``chosen`` carries the cohort to show, ``said`` a sentence for the user."""

    chosen = Signal(str)
    said = Signal(str)

    def __init__(self, session: Session, choice: CohortChoice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._choice = choice

    def is_stored(self, rule: CohortRule | None) -> bool:
        """True when the study states this cohort; the cohort of everybody may only be offered."""
        return rule is not None and rule.name in cohort_names(self._session.project)

    def change_rule(self, label: str, merge_key: str = "", **parts: Any) -> None:
        """Change the cohort shown; one that is only offered becomes a cohort of the study."""
        rule = self._choice.rule
        if rule is None:
            return
        changed = replace(rule, **parts)
        project = self._session.project
        if self.is_stored(rule):
            self._session.edit(with_cohort(project, changed, instead_of=rule.name), label, merge_key)
            return
        changed = replace(changed, name=free_name(changed.name, cohort_names(project)))
        self.chosen.emit(changed.name)
        self._session.edit(with_new_cohort(project, changed), label, merge_key)

    def set_rules(self, rules: tuple[KeepRule, ...], label: str, merge_key: str = "") -> None:
        """Other rules, or another order."""
        name = self._choice.rule.name if self._choice.rule else ""
        self.change_rule(label, f"cohort {name} {merge_key}" if merge_key else "", keep=tuple(rules))

    def set_follow_up_max(self, value: float | None) -> None:
        """Cut the follow-up off at a time; None takes the limit away."""
        self.change_rule("take the limit off the follow-up" if value is None else "limit the follow-up",
                         follow_up_max=value)

    def set_dataset(self, name: str) -> None:
        """The same rules on another data set."""
        self.change_rule(f"use the data set “{name}”", dataset=name)

    def leave_out(self, patients: Sequence[str]) -> None:
        """Leave single patients out by a rule on the column with their ids, so that the flow shows it."""
        rule, dataset = self._choice.rule, self._choice.dataset
        clinical = dataset.clinical if dataset is not None else None
        if rule is None or clinical is None or not patients:
            return
        ids = tuple(map(value_key, clinical.samples))
        column = next((name for name, each in clinical.columns.items() if tuple(map(value_key, each.texts)) == ids), "")
        if not column:
            self.said.emit("The clinical table has no column that holds exactly the patients' ids; use a rule on "
                           "another column.")
            return
        self.change_rule(f"leave out {counted(len(patients), 'patient')}",
                         keep=(*rule.keep, KeepRule(column, excluded=tuple(patients))))

    def new(self, dataset: str) -> None:
        """A cohort of everybody."""
        project = self._session.project
        name = free_name("New cohort", cohort_names(project))
        self.chosen.emit(name)
        self._session.edit(with_new_cohort(project, CohortRule(name, dataset)), f"new cohort “{name}”")

    def copy(self, rule: CohortRule) -> None:
        """The same rules under another name."""
        copied, name = with_cohort_copied(self._session.project, rule.name)
        self.chosen.emit(name)
        self._session.edit(copied, f"duplicate the cohort “{rule.name}”")

    def delete(self, rule: CohortRule) -> None:
        """Remove a cohort and what was computed for it; undo brings all of it back."""
        project = self._session.project
        gone = sum(spec.cohort == rule.name for spec in project.study.analyses)
        self._session.edit(without_cohort(project, rule.name), f"delete the cohort “{rule.name}”")
        with_it = f" and its {counted(gone, 'analysis', 'analyses')}" if gone else ""
        self.said.emit(f"Deleted the cohort “{rule.name}”{with_it}. You can undo this (Ctrl+Z).")

    def rename(self, rule: CohortRule, name: str) -> None:
        """Another name; one that is taken gets a number, an empty one changes nothing."""
        clean = " ".join(name.split())
        project = self._session.project
        if not clean or clean == rule.name or not self.is_stored(rule):
            return
        clean = free_name(clean, [each for each in cohort_names(project) if each != rule.name])
        self.chosen.emit(clean)
        self._session.edit(with_cohort(project, replace(rule, name=clean), instead_of=rule.name),
                           f"rename the cohort “{rule.name}”")

    def change_endpoint(self, label: str, **parts: Any) -> None:
        """Change the endpoint shown; after results were seen the session counts it."""
        rule, endpoint = self._choice.rule, self._choice.endpoint
        if rule is None or endpoint is None:
            return
        changed = replace(endpoint, **parts)
        if changed != endpoint:
            self._session.edit(with_endpoint(self._session.project, rule.dataset, changed, instead_of=endpoint.name),
                               label)

    def set_unit(self, unit: str) -> None:
        """The unit of the time column."""
        self.change_endpoint("change the unit of time", unit=unit)

    def set_events(self, values: tuple[str, ...], others: tuple[str, ...] | None = None) -> None:
        """Which values mean that it happened, and which another cause; those stated before stay as they were written.

        Without ``others`` the other causes stay, but for those that now mean that it happened.
        """
        endpoint = self._choice.endpoint
        if endpoint is None:
            return
        stated = {str(value): value for value in (*endpoint.event_values, *endpoint.competing_values)}
        if others is None:
            others = tuple(str(value) for value in endpoint.competing_values if str(value) not in values)
        self.change_endpoint("change what counts as the event",
                             event_values=tuple(stated.get(each, each) for each in values),
                             competing_values=tuple(stated.get(each, each) for each in others))

    def add_endpoint(self, dataset: str, endpoint: EndpointRule) -> None:
        """State an endpoint that a data set did not have."""
        self._session.edit(with_endpoint(self._session.project, dataset, endpoint), "add an endpoint")
