"""What the command palette can find: patients, RTKs with their aliases, pages, commands of window and page.

Not for: searching or showing them (widgets/command_palette.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.reference import rtk_table
from gui.actions import ACTIONS, LINE
from gui.page_list import PAGES
from gui.widgets.command_palette import PaletteEntry

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def palette_entries(window: MainWindow) -> list[PaletteEntry]:
    """Everything that can be found now; ``key`` is "kind:what"."""
    entries: list[PaletteEntry] = []
    session = window.session
    seen: set[str] = set()
    for dataset in session.datasets.values():
        samples = dataset.clinical.samples if dataset.clinical is not None else (
            dataset.expression[0].samples if dataset.expression else ())
        for sample in samples:
            if sample not in seen:
                seen.add(sample)
                entries.append(PaletteEntry("patient", sample, f"patient, {dataset.name}", "Select",
                                            f"patient:{sample}", ()))
    measured = {gene for dataset in session.datasets.values() for matrix in dataset.expression for gene in matrix.genes}
    for row in rtk_table():
        symbol = str(row["symbol"])
        aliases = {alias for column in ("hgnc_aliases", "hgnc_previous", "uniprot_synonyms", "common_names")
                   for alias in str(row.get(column, "")).split("|") if alias}
        detail = "RTK, in this study" if symbol in measured else "RTK, not measured in this study"
        entries.append(PaletteEntry("rtk", symbol, detail, "Select", f"rtk:{symbol}",
                                    tuple(sorted(aliases))))
    for entry in PAGES:
        entries.append(PaletteEntry("page", f"{entry.number} {entry.title}", entry.question, f"Ctrl+{entry.number}",
                                    f"page:{entry.key}", ()))
    for command in window.page.commands():
        if command.enabled:
            entries.append(PaletteEntry("command", command.text, window.page.TITLE, command.shortcut,
                                        f"command:{command.key}", ()))
    for facts in ACTIONS:
        if facts.text != LINE and window.actions_by_key[facts.key].isEnabled():
            kind = "help" if facts.menu == "Help" else "command"
            entries.append(PaletteEntry(kind, facts.text, facts.menu, facts.keys[0] if facts.keys else "",
                                        f"action:{facts.key}", ()))
    return entries
