"""The questions of the Study page in the user's words: what each needs, and which page answers it.

Not for: questions whose page does not exist; they are left out, so that nothing is offered that cannot be had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.figures.number_words import list_words

if TYPE_CHECKING:
    from core.project.project import Project
    from gui.page_list import PageEntry
    from gui.session import Session

EXPRESSION, OUTCOME, CLINICAL = "Expression", "Outcome", "Clinical table"
BIOPSIES, LINES = "Biopsies", "Cell lines with a response"


@dataclass(frozen=True)
class Question:
    """One question, the data it needs, and the key of the page that answers it."""

    text: str
    needs: tuple[str, ...]
    page: str
    group: str


QUESTIONS = (
    Question("Which RTKs go with outcome?", (EXPRESSION, OUTCOME), "prognosis", "Who does worse?"),
    Question("Where do I put the cut-off?", (EXPRESSION, OUTCOME), "prognosis", "Who does worse?"),
    Question("Give me the survival curve for the paper", (EXPRESSION, OUTCOME), "prognosis", "Who does worse?"),
    Question("Is there a small group of them that says it all, or am I kidding myself?", (EXPRESSION, OUTCOME),
             "subset", "Who does worse?"),
    Question("Is a gene different between subgroups?", (EXPRESSION, CLINICAL), "prognosis", "How do groups differ?"),
    Question("What do resistant lines raise?", (EXPRESSION, LINES), "cell_lines", "What does resistance raise?"),
    Question("What came up after treatment?", (EXPRESSION, BIOPSIES), "biopsies", "What does resistance raise?"),
    Question("Which RTKs go with response?", (EXPRESSION, CLINICAL), "biopsies", "What does resistance raise?"),
    Question("Which receptor is on in each patient?", (EXPRESSION, BIOPSIES), "biopsies",
             "What does resistance raise?"),
    Question("Who is in, who is out, and why?", (CLINICAL, OUTCOME), "cohort", "Are my data right?"),
    Question("Is the follow-up coded right?", (CLINICAL, OUTCOME), "cohort", "Are my data right?"),
    Question("What does table 1 look like?", (CLINICAL, OUTCOME), "cohort", "Are my data right?"),
    Question("Read my Excel or CSV files", (), "import", "Are my data right?"),
)


@dataclass(frozen=True)
class AskedQuestion:
    """A question with what is here: (need, whether it is in the study), and where it leads ("4 Prognosis")."""

    question: Question
    needs: tuple[tuple[str, bool], ...]
    leads_to: str

    @property
    def can_be_answered(self) -> bool:
        return all(here for _, here in self.needs)

    def spoken(self) -> str:
        """For a screen reader."""
        here = [need.lower() for need, there in self.needs if there]
        lacking = [need.lower() for need, there in self.needs if not there]
        said = [f"{list_words(here)} in this study" if here else "", f"{list_words(lacking)} still needed"
                if lacking else ""]
        return ". ".join([self.question.text.rstrip("?."), *filter(None, said), f"Leads to {self.leads_to}"])


def data_here(project: Project, session: Session) -> frozenset[str]:
    """What the study holds; a data set that is still being read counts as what it states."""
    found: set[str] = set()
    read = session.datasets
    for spec in project.study.datasets:
        dataset = read.get(spec.name)
        parts = {EXPRESSION: bool(spec.expression), CLINICAL: bool(spec.clinical), OUTCOME: bool(spec.endpoints)} \
            if dataset is None else {EXPRESSION: bool(dataset.expression), CLINICAL: dataset.clinical is not None,
                                     OUTCOME: bool(dataset.endpoints)}
        found |= {name for name, there in parts.items() if there}
        found |= {BIOPSIES} if spec.role == "biopsies" else set()
        found |= {LINES} if spec.role == "cell_lines" and spec.layout else set()
    return frozenset(found)


def what_lacks(here: frozenset[str]) -> tuple[str, str]:
    """What is to be said of a study with data that answers no question, and what the button says."""
    if EXPRESSION in here:
        return "Expression alone needs an outcome, pairs or cell lines.", "Import follow-up…"
    if OUTCOME in here:
        return "Follow-up alone needs expression.", "Import expression…"
    if CLINICAL in here:
        return "A clinical table alone needs expression and an outcome.", "Import data…"
    return "Its files hold no data that can be read: Import says why.", "Import data…"


def asked_questions(pages: Sequence[PageEntry], here: frozenset[str]) -> tuple[tuple[str, tuple[AskedQuestion, ...]],
                                                                              ...]:
    """The questions that a page answers, by group, in order."""
    entries = {entry.key: entry for entry in pages}
    groups: dict[str, list[AskedQuestion]] = {}
    for question in QUESTIONS:
        entry = entries.get(question.page)
        if entry is not None:
            asked = AskedQuestion(question, tuple((need, need in here) for need in question.needs),
                                  f"{entry.number} {entry.title}")
            groups.setdefault(question.group, []).append(asked)
    return tuple((group, tuple(questions)) for group, questions in groups.items())
