"""The role of a draft and what the role asks, as pure edits: proposed from the files until a person chooses.

Not for: what speaks for a role (role_signs.py) or asking (role_step.py).
"""

from __future__ import annotations

from dataclasses import replace

from core.data.assays.assay_spec import ASSAY_KINDS
from gui.pages.importing.draft import BOTH, CLINICAL, EXPRESSION, Draft, RoleSign
from gui.pages.importing.role_forms import Layout, LinesForm, PairsForm

NOTHING_SPEAKS = RoleSign("cohort", 0, "nothing in the files speaks for cell lines, pairs of biopsies or calls")


def proposed_role(draft: Draft) -> RoleSign:
    """The role that the sheets in use speak for, with the reason; a cohort where nothing speaks for another."""
    used = {EXPRESSION, CLINICAL, BOTH, *ASSAY_KINDS}
    signs = [sign for file in draft.files for sheet in file.sheets
             if draft.part_of(file.path, file.spec_sheet(sheet)) in used for sign in sheet.signs]
    return max(signs, key=lambda sign: sign.weight, default=NOTHING_SPEAKS)


def with_proposed_role(draft: Draft) -> Draft:
    """The role follows the files, until a person has chosen one."""
    if draft.role_said or draft.instead_of:
        return draft
    return _with_role(draft, proposed_role(draft).role)


def with_role(draft: Draft, role: str) -> Draft:
    """A person chose the role. What was answered for another one is kept, should it be chosen again."""
    return replace(_with_role(draft, role), role_said=True)


def with_form(draft: Draft, form: LinesForm | PairsForm, *, use: bool = False) -> Draft:
    """What was said so far about resistant lines, or about pairs; it counts once a person uses it (``use``).

    What is used already follows every change, and is no longer used where the change leaves a question open.
    """
    changed = replace(draft, lines=form) if isinstance(form, LinesForm) else replace(draft, pairs=form)
    return _with_layout(changed, form.layout() if use or draft.spec.layout else {})


def without_form(draft: Draft) -> Draft:
    """What was said stays, but is not used."""
    return _with_layout(draft, {})


def _with_role(draft: Draft, role: str) -> Draft:
    if role == draft.spec.role:
        return draft
    return _with_layout(replace(draft, spec=replace(draft.spec, role=role)), {})


def _with_layout(draft: Draft, layout: Layout) -> Draft:
    return draft if dict(layout) == dict(draft.spec.layout) else replace(draft, spec=replace(draft.spec, layout=layout))
