"""Which analysis of the study a page is about: one that is there, or a draft that the first run adds; and its edits.

Not for: running it or showing it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.analyses.base import parameter_facts
from core.project.project import with_analysis
from core.project.study import AnalysisSpec
from gui.pages.analysis_edits import free_name, put_back, with_value
from gui.pages.analysis_facts import AnalysisFacts

if TYPE_CHECKING:
    from core.project.project import Project
    from gui.session import Outcome, Session


class AnalysisChoice(QObject):
    """The analysis of one kind that a page shows. ``draft_changed`` speaks where no edit of the project says it.

    ``also`` turns an edited project into one whose further analyses are in step with the edited one.
    """

    draft_changed = Signal()

    def __init__(self, session: Session, facts: AnalysisFacts, kind: str, new_name: str, title: str,
                 parameters_type: type[Any], choices: Callable[[], dict[str, Any]],
                 also: Callable[[Project, AnalysisSpec], Project]) -> None:
        super().__init__()
        self._session, self._facts = session, facts
        self._kind, self._new_name, self._title = kind, new_name, title
        self._type = parameters_type
        self._choices = choices
        self._also = also
        self._draft = AnalysisSpec(new_name, kind)

    def forget_draft(self) -> None:
        """Another study is open."""
        self._draft = AnalysisSpec(self._new_name, self._kind)

    @property
    def all_specs(self) -> tuple[AnalysisSpec, ...]:
        """Analyses of this kind in the study."""
        return tuple(spec for spec in self._session.project.study.analyses if spec.kind == self._kind)

    @property
    def is_draft(self) -> bool:
        """True until the study has an analysis of this kind."""
        return not self.all_specs

    @property
    def spec(self) -> AnalysisSpec:
        """The analysis as it is set now."""
        specs = self.all_specs
        chosen = self._choices().get("analysis", "")
        return next((spec for spec in specs if spec.name == chosen), specs[0] if specs else self._completed_draft())

    def _completed_draft(self) -> AnalysisSpec:
        rules = self._facts.offered()
        draft = self._draft
        if draft.cohort not in {rule.name for rule in rules}:
            draft = replace(draft, cohort=rules[0].name if rules else "")
        return self._with_fitting_endpoint(draft)

    def _with_fitting_endpoint(self, spec: AnalysisSpec) -> AnalysisSpec:
        names = self._facts.endpoints(self._facts.rule_of(spec))
        only = names[0] if len(names) == 1 else ""
        if spec.endpoint in names or (only and not spec.endpoint and not self.is_draft):
            return spec  # an analysis of the study need not state the only one
        return replace(spec, endpoint=only)

    @property
    def outcome(self) -> Outcome | None:
        """Its last outcome, up to date or not."""
        return None if self.is_draft else self._session.outcome(self.spec.name)

    def choose(self, name: str) -> None:
        """Show another analysis of this kind."""
        self._choices()["analysis"] = name
        self.draft_changed.emit()

    def change(self, spec: AnalysisSpec, label: str, merge_key: str = "") -> None:
        """Make ``spec`` the analysis of the page: an undoable edit, or a change of the draft."""
        if self.is_draft:
            self._draft = spec
            self.draft_changed.emit()
        else:
            self._session.edit(self._edited(spec), label, merge_key)

    def _edited(self, spec: AnalysisSpec) -> Project:
        project, spec = self._facts.with_group(self._session.project, spec)
        return self._also(with_analysis(project, spec), spec)

    def add_draft(self) -> None:
        """The draft becomes an analysis of the study."""
        if self.is_draft:
            spec = replace(self.spec, name=free_name(self._session.project, self._new_name))
            self._session.edit(self._edited(spec), f"add the analysis {self._title}")

    def add(self, spec: AnalysisSpec, label: str) -> None:
        """One more analysis of this kind, which the page shows from now on."""
        self._session.edit(self._edited(spec), label)
        self.choose(spec.name)

    def set_parameter(self, field: str, value: Any) -> None:
        """One parameter."""
        outcome = self.outcome
        spec = with_value(self.spec, self._type, field, value, outcome.settings[2] if outcome is not None else None)
        label = str(parameter_facts(self._type)[field]["label"])
        self.change(spec, f"change “{label}” of {self._title}")

    def set_cohort(self, name: str) -> None:
        """Others to analyse; an outcome that they do not have is chosen anew."""
        self.change(self._with_fitting_endpoint(replace(self.spec, cohort=name)),
                    f"change the {self._facts.group.lower()} of {self._title}")

    def set_endpoint(self, name: str) -> None:
        """Another outcome."""
        self.change(replace(self.spec, endpoint=name), f"change the outcome of {self._title}")

    def reset(self) -> None:
        """All parameters as they are by themselves; cohort and outcome stay."""
        self.change(replace(self.spec, parameters={}), f"reset the settings of {self._title}")

    def put_back(self) -> None:
        """Everything as it was in the run that is shown."""
        outcome = self.outcome
        if outcome is not None:
            name = self.spec.name
            project = put_back(self._session.project, name, outcome.settings)
            spec = next(each for each in project.study.analyses if each.name == name)
            self._session.edit(self._also(project, spec), f"put the settings of {self._title} back")
