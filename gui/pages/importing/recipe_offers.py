"""Offers to read a file as files like it were read before, and keeps how this one was read when asked to.

Not for: where recipes are kept (gui/import_recipes.py).
"""

from __future__ import annotations

from dataclasses import replace

from core.data.sheets.recipe import TableSpec
from gui.import_recipes import RecipeShelf, Remembered, recipe_of, signature
from gui.pages.importing.draft import CLINICAL, EXPRESSION, TWO_MEASURES, Draft, with_part, with_reading
from gui.pages.importing.draft_reading import DraftReading, SheetKey
from gui.pages.importing.draft_roles import with_form, with_role
from gui.pages.importing.role_forms import lines_form, pairs_form

APPLY, UNDO, FORGET = "apply recipe", "undo recipe", "forget recipe"


class RecipeOffers:
    """One for a page: what is offered now, and what was applied."""

    def __init__(self, shelf: RecipeShelf) -> None:
        self._shelf = shelf
        self.remember = False
        self._offer: tuple[SheetKey, Remembered] | None = None
        self._before: Draft | None = None
        self._done: set[SheetKey] = set()

    def set_remember(self, on: bool) -> None:
        """Whether this reading is kept at the end."""
        self.remember = on

    def forget(self) -> None:
        """Another import begins."""
        self._offer, self._before, self._done = None, None, set()

    def look(self, draft: Draft, reading: DraftReading) -> None:
        """See whether one of the sheets is like one that was remembered; a draft of the study is left alone."""
        if draft.instead_of or self._before is not None:
            return
        self._offer = None
        for sheet in reading.sheets:
            if sheet.table is None or sheet.key in self._done:
                continue
            found = self._shelf.find(signature(sheet.table, sheet.kind))
            if found is not None and _applied(draft, sheet.key, found).spec != draft.spec:
                self._offer = (sheet.key, found)
                return

    def banner(self) -> tuple[str, str, str, str] | None:
        """(kind, sentence, action, key) of what is to be said; None for nothing."""
        if self._before is not None and self._offer is not None:
            return "ok", f"Read {self._offer[1].words()}.", "Undo", UNDO
        if self._offer is not None:
            return "info", f"A file like this was read before. Read it {self._offer[1].words()}?", "Read it so", APPLY
        return None

    def act(self, key: str, draft: Draft) -> Draft | None:
        """The draft after what was pressed in the banner."""
        if key == APPLY and self._offer is not None:
            self._before = draft
            return _applied(draft, *self._offer)
        if key == UNDO and self._before is not None:
            before, self._before = self._before, None
            if self._offer is not None:
                self._done.add(self._offer[0])
            self._offer = None
            return before
        return None

    def keep(self, draft: Draft, reading: DraftReading) -> None:
        """Remember how every sheet was read, if that was asked for; a folder that cannot be written is no trouble."""
        if not self.remember:
            return
        for sheet in reading.sheets:
            if sheet.table is None:
                continue
            tables = _full(draft, sheet.key)
            describes = any(part == CLINICAL for part, _ in tables) or not draft.spec.clinical
            recipe = recipe_of(sheet.key[0].name, tables, draft.spec.endpoints, draft.spec.answers.genes,
                               role=draft.spec.role if describes else "",
                               layout=draft.spec.layout if describes else None)
            try:
                self._shelf.remember(signature(sheet.table, sheet.kind), recipe)
            except OSError:
                return


def _full(draft: Draft, key: SheetKey) -> tuple[tuple[str, TableSpec], ...]:
    return draft.tables_of(key)


def _applied(draft: Draft, key: SheetKey, recipe: Remembered) -> Draft:
    """A sheet read as remembered: parts, fields, genes, and outcomes where there are none."""
    parts = [part for part, _ in recipe.tables]
    two = parts.count(EXPRESSION) > 1
    draft = with_part(draft, *key, "both" if len(set(parts)) == 2 else parts[0] if parts else "",
                      TWO_MEASURES if two else "")
    for part, fields in recipe.tables:
        said = {name: value for name, value in fields.items() if not (two and name == "measure")}
        draft = with_reading(draft, key, part, **said)
    answers = draft.spec.answers
    genes = {**recipe.genes, **answers.genes}
    spec = replace(draft.spec, answers=replace(answers, genes=genes),
                   endpoints=draft.spec.endpoints or recipe.endpoints)
    draft = replace(draft, spec=spec)
    if not recipe.role or draft.role_said:
        return draft
    draft = with_role(draft, recipe.role)
    if not recipe.layout:
        return draft
    known = replace(spec, role=recipe.role, layout=recipe.layout)
    form = lines_form(known) if recipe.role == "cell_lines" else pairs_form(known)
    return with_form(draft, form, use=True)
