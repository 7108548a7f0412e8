"""Which patients or samples an analysis of the open study is of, as the runner chooses them.

Not for: evaluating the rule, or for what a page offers to choose from. Light until the first analysis is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.analyses import KINDS, analysis_module
from core.problems import Location, UserError
from core.project.references import with_outcome

if TYPE_CHECKING:
    from core.data.patients.cohort_rules import CohortRule
    from core.project.study import AnalysisSpec, Study


def own_rule(spec: AnalysisSpec, study: Study) -> CohortRule | None:
    """The cohort that it names, or the only one that it can be of; None where the runner would refuse."""
    rules = {rule.name: rule for rule in study.cohorts}
    if spec.cohort in rules:
        return rules[spec.cohort]
    info = analysis_module(spec.kind).INFO if spec.kind in KINDS else None
    if info is None or info.needs == "outcome":
        fitting = with_outcome(study) or study.cohorts
        return fitting[0] if len(fitting) == 1 else None
    from core.study_cohorts import samples_rule

    try:
        return samples_rule(study, spec, info.roles, Location())
    except (UserError, KeyError):
        return None
