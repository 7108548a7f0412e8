"""The rail: which pages there are, in order, and where their code is. A page is imported when it is first shown.

Not for: pages that do not work yet: a line here is a page that a user can use.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.pages.base_page import Page, PageServices


@dataclass(frozen=True)
class PageEntry:
    """Facts of one page, known without importing it."""

    key: str
    number: int
    title: str
    question: str
    group: str
    module: str
    class_name: str
    short: str = ""
    """The question in fewer words, where the rail has no room for all of them."""

    def build(self, services: PageServices) -> Page:
        """Import the page's module and make the page."""
        page: Page = getattr(importlib.import_module(self.module), self.class_name)(services)
        return page


PAGES: tuple[PageEntry, ...] = (
    PageEntry("start", 1, "Study", "What do you want to find out?", "Data", "gui.pages.start_page", "StartPage"),
    PageEntry("import", 2, "Import", "Read my Excel or CSV file", "Data", "gui.pages.import_page", "ImportPage"),
    PageEntry("cohort", 3, "Cohort", "Who is in, who is out, and why?", "Data", "gui.pages.cohort_page", "CohortPage"),
    PageEntry("prognosis", 4, "Prognosis", "Which RTKs go with outcome?", "Evidence", "gui.pages.prognosis_page",
              "PrognosisPage"),
    PageEntry("subset", 5, "RTK subset", "Is there a group of RTKs, or am I fooling myself?", "Evidence",
              "gui.pages.subset_page", "SubsetPage", "Is there a group, or luck?"),
    PageEntry("cell_lines", 6, "Cell lines", "What do resistant lines raise?", "Evidence", "gui.pages.cell_lines_page",
              "CellLinesPage"),
    PageEntry("biopsies", 7, "Biopsies", "What came up after treatment?", "Evidence", "gui.pages.biopsies_page",
              "BiopsiesPage"),
)
