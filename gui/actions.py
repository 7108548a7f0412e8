"""The window's commands as a table: words, menu, keys. The window looks the function up by the command's key.

Not for: what a command does, or commands that belong to one page (Page.commands).
"""

from __future__ import annotations

from dataclasses import dataclass

MENUS = ("File", "Edit", "View", "Data", "Analysis", "Figure", "Window", "Help")


@dataclass(frozen=True)
class ActionFacts:
    """One command. ``keys`` are portable key words ("Ctrl+S" is Cmd+S on a Mac); "-" in ``text`` is a line."""

    key: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


LINE = "-"
ACTIONS: tuple[ActionFacts, ...] = (
    ActionFacts("new_study", "New study", "File", ("Ctrl+N",), "plus"),
    ActionFacts("open_study", "Open…", "File", ("Ctrl+O",), "folder"),
    ActionFacts("open_example", "Open the example study", "File"),
    ActionFacts("line_1", LINE, "File"),
    ActionFacts("save", "Save", "File", ("Ctrl+S",)),
    ActionFacts("save_as", "Save as…", "File", ("Ctrl+Shift+S",)),
    ActionFacts("save_study_file", "Save as study file (.toml)…", "File"),
    ActionFacts("line_2", LINE, "File"),
    ActionFacts("export_workbook", "Export workbook…", "File", ("Ctrl+Shift+E",), "table"),
    ActionFacts("line_3", LINE, "File"),
    ActionFacts("close_study", "Close study", "File", ("Ctrl+W",)),
    ActionFacts("quit", "Quit", "File", ("Ctrl+Q",)),
    ActionFacts("undo", "Undo", "Edit", ("Ctrl+Z",), "undo"),
    ActionFacts("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionFacts("line_4", LINE, "Edit"),
    ActionFacts("paste", "Paste from a spreadsheet", "Edit", ("Ctrl+V",), "copy"),
    ActionFacts("rename", "Rename the study…", "Edit", (), "pen"),
    ActionFacts("find", "Find in page", "Edit", ("Ctrl+F",), "search"),
    ActionFacts("palette", "Search and commands…", "Edit", ("Ctrl+K", "Ctrl+Shift+P"), "search"),
    ActionFacts("clear_selection", "Clear the selection", "Edit"),
    ActionFacts("line_7", LINE, "Edit"),
    ActionFacts("compute", "Preferences › Compute…", "Edit"),
    ActionFacts("text_larger", "Larger text", "View", ("Ctrl+=", "Ctrl++")),
    ActionFacts("text_smaller", "Smaller text", "View", ("Ctrl+-",)),
    ActionFacts("text_normal", "Normal text", "View", ("Ctrl+0",)),
    ActionFacts("dark", "Dark theme", "View", (), "", True),
    ActionFacts("line_5", LINE, "View"),
    ActionFacts("show_inspector", "Settings", "View", ("F8",), "", True),
    ActionFacts("show_rail", "Pages", "View", ("F9",), "", True),
    ActionFacts("show_problems", "Problems", "View", ("Ctrl+Shift+M",), "warn", True),
    ActionFacts("line_6", LINE, "View"),
    ActionFacts("next_area", "Next area", "View", ("F6",)),
    ActionFacts("previous_area", "Previous area", "View", ("Shift+F6",)),
    ActionFacts("import_data", "Import data…", "Data", ("Ctrl+I",), "folder"),
    ActionFacts("reload", "Read the data files again", "Data"),
    ActionFacts("why_left_out", "Why was this patient left out?", "Data", ("Ctrl+J",), "search"),
    ActionFacts("run", "Run", "Analysis", ("Ctrl+Return", "Ctrl+Enter"), "play"),
    ActionFacts("lock_subset", "Lock subset…", "Analysis", ("Ctrl+L",), "lock"),
    ActionFacts("cancel_job", "Stop the running work", "Analysis", (), "stop"),
    ActionFacts("plan", "How many would I need?…", "Analysis"),
    ActionFacts("tried", "What was tried in this study…", "Analysis"),
    ActionFacts("export_figure", "Export figure…", "Figure", ("Ctrl+E",), "export"),
    ActionFacts("copy_figure", "Copy picture and data", "Figure", ("Ctrl+Shift+C",), "copy"),
    ActionFacts("previous_page", "Previous page", "Window", ("Alt+Up",)),
    ActionFacts("next_page", "Next page", "Window", ("Alt+Down",)),
    ActionFacts("shortcuts", "Keyboard shortcuts", "Help", ("F1",), "help"),
    ActionFacts("about", "About RTKscope", "Help", (), "info"),
)
