"""What the Cohort page says when nobody is left or the cohort cannot be evaluated, with the remedies that fit.

Not for: showing it, or doing what a remedy says (cohort_page.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.analyses.cohort_overview import CohortOverview
from core.data.patients.cohort_rules import CohortRule
from core.data.tables import EndpointRule
from core.figures.number_words import count_words
from gui.pages.problem_words import problem_sentences

Actions = tuple[tuple[str, str, bool], ...]
RULE_CODES = ("no_column", "no_receptor", "value_nobody_has", "no_two_groups")
RULE_ACTIONS: Actions = (("Change the rule", "change", True), ("Remove this rule", "remove", False))
EVENT_CODES = ("event_value_absent", "what_is_an_event")
SAMPLE_PAGES = {"cell_lines": ("cell lines", "Cell lines"), "biopsies": ("biopsies", "Biopsies")}
"""Role of a data set -> what it holds, and the page, of the same key, that shows who is in."""
IMPORT_CLINICAL = ("Import clinical table…", "import", True)


@dataclass(frozen=True)
class StateWords:
    """A title that says what is, a sentence why and where, and buttons that say what to do."""

    title: str
    text: str
    actions: Actions


NO_TABLE = StateWords("A cohort needs a clinical table: one row per patient.",
                      "Each row holds the patient's id, a time, and whether it happened.",
                      (IMPORT_CLINICAL, ("Open the example study", "example", False)))

STOPPED = StateWords("Stopped before the patients were matched.", "Nothing was changed.", (("Go on", "go on", True),))


def samples_words(rule: CohortRule, role: str) -> StateWords:
    """Lines and biopsies need no follow-up: nothing is wrong with a group of them that has none."""
    what, page = SAMPLE_PAGES[role]
    return StateWords(f"“{rule.name}” are {what}.",
                      f"They need no follow-up: who is in, and why others are not, stands on {page}. Rules at the "
                      "right hold there too. For Prognosis and RTK subset, import patients with follow-up.",
                      ((f"Go to {page}", role, True), ("Import follow-up…", "import", False)))


def is_page(key: str) -> bool:
    """True where a remedy is a page to go to."""
    return key in SAMPLE_PAGES


def nobody_words(overview: CohortOverview) -> StateWords:
    """No patient is left after “HER2-positive”. 289 of 289 have no HER2 column."""
    problem = overview.problems[0]
    actions: Actions = RULE_ACTIONS if overview.rule.keep else (IMPORT_CLINICAL,)
    remedy = f"{problem.remedy[:1].upper()}{problem.remedy[1:]}."
    flow = overview.flow.data["flow"] if overview.flow else {}
    for row, left in enumerate(flow.get("remaining", ())):
        if left == 0:
            before = count_words(flow["left_out"][row])
            return StateWords(f"No patient is left after “{flow['step'][row]}”.",
                              f"{before} of {before}: {flow['reasons'][row]}. {remedy}", actions)
    return StateWords(f"{problem.what[:1].upper()}{problem.what[1:]}.", remedy, actions)


def problem_words(overview: CohortOverview, proposed: EndpointRule | None, samples_of: str = "") -> StateWords:
    """Why there is no flow at all. ``proposed`` is a complete endpoint that the table seems to hold, ``samples_of`` the
    role of a data set that needs none.
    """
    if samples_of:
        return samples_words(overview.rule, samples_of)
    first = overview.problems[0]
    actions: Actions = (("Go to Import", "go import", True),)
    if first.code in RULE_CODES and overview.rule.keep:
        actions = RULE_ACTIONS
    elif first.code in EVENT_CODES and overview.coding is not None:
        actions = (("Choose what counts as the event", "events", True), ("Go to Import", "go import", False))
    elif first.code == "no_clinical":
        actions = (IMPORT_CLINICAL,)
    elif first.code == "no_expression":
        actions = (("Import expression…", "import", True),)
    elif first.code == "no_endpoint" and proposed is not None:
        use = f"Use {proposed.time} and {proposed.event}"
        actions = ((use, "endpoint", True), ("Go to Import", "go import", False))
    title = f"{first.what[:1].upper()}{first.what[1:]}".rstrip(".")
    place = f"{first.where.words()}." if first.where.words() else ""
    rest = [place, *(f"{part[:1].upper()}{part[1:].rstrip('.')}{'' if part.endswith('?') else '.'}"
                     for part in (first.why, first.remedy) if part)]
    more = problem_sentences(overview.problems[1:2])
    return StateWords(f"{title}.", " ".join(filter(None, [*rest, more])), actions)


def rule_at_fault(overview: CohortOverview | None) -> int:
    """The rule that left nobody, or that names what is not there; the last one where none can be told, -1 without."""
    if overview is None or not overview.rule.keep:
        return -1
    words = [keep.words() for keep in overview.rule.keep]
    flow = overview.flow.data["flow"] if overview.flow else {"step": [], "remaining": []}
    for step, left in zip(flow["step"], flow["remaining"], strict=True):
        if left == 0 and step in words:
            return words.index(step)
    what = overview.problems[0].what if overview.problems else ""
    named = (place for place, keep in enumerate(overview.rule.keep) if keep.subject and keep.subject in what)
    return next(named, len(words) - 1)
