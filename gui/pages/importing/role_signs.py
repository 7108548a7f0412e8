"""What speaks for a role of a data set: names of cell lines, names before and after, on and off, follow-up.

Not for: deciding; a role is proposed with its reason, and a person can choose another.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.data.lines.line_names import is_known_line, read_line_names
from core.data.patients.biopsy_names import parse_pair_name
from core.data.patients.endpoint_proposals import propose_endpoints
from core.data.tables import ClinicalTable, ExpressionMatrix, Scale
from gui.pages.importing.draft import RoleSign
from gui.pages.importing.pair_proposals import propose_pairs_form

FEWEST_LINES = 2
_SHARE_OF_LINES = 0.2
_SHOWN = 3


def signs_of_samples(samples: Sequence[str]) -> tuple[RoleSign, ...]:
    """What the names of samples say."""
    signs = []
    lines = [name.text for name in read_line_names(tuple(dict.fromkeys(samples))) if is_known_line(name.parent)]
    if len(lines) >= FEWEST_LINES and len(lines) >= _SHARE_OF_LINES * len(set(samples)):
        signs.append(RoleSign("cell_lines", 5, f"{_listed(lines)} are names of cell lines"))
    read = [parse_pair_name(name) for name in dict.fromkeys(samples)]
    sides = [{each.patient: each.name for each in read if each.time_point == side and not each.question}
             for side in ("before", "after")]
    both = [patient for patient in sides[0] if patient in sides[1]]
    if len(both) >= 2:
        signs.append(RoleSign("biopsies", 4, f"{sides[0][both[0]]} and {sides[1][both[0]]} read as before and after of "
                                             f"one patient, and so do the samples of {_patients(len(both) - 1)}"))
    return tuple(signs)


def signs_of_expression(matrix: ExpressionMatrix) -> tuple[RoleSign, ...]:
    """What an expression table says."""
    signs = signs_of_samples(matrix.samples)
    if matrix.scale == Scale.CALLS:
        signs = (*signs, RoleSign("activation", 6, "all its values are on and off"))
    return signs


def signs_of_clinical(table: ClinicalTable) -> tuple[RoleSign, ...]:
    """What a clinical table says."""
    signs = [*signs_of_samples(table.samples)]
    for rule in propose_endpoints(table)[:1]:
        signs.append(RoleSign("cohort", 3, f"“{rule.time}” and “{rule.event}” look like follow-up"))
    pairs = propose_pairs_form(table)
    if pairs is not None and pairs.telling:
        signs.append(RoleSign("biopsies", 4 if pairs.form.before and not signs else 2, pairs.words))
    return tuple(signs)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    if more > 0:
        return f"{', '.join(names[:_SHOWN])} and {more:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _patients(count: int) -> str:
    return "1 more patient" if count == 1 else f"{count:,} more patients"
