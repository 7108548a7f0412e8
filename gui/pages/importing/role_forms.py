"""What the role of a data set asks, as far as it is answered: response, groups or parental pairs of lines; biopsies.

Not for: proposing answers (line_proposals.py, pair_proposals.py), or the role itself (role_signs.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from core.data.dataset import DatasetSpec

RESPONSE, GROUPS, PAIRS = "response", "groups", "pairs"
HIGH_RESISTS, LOW_RESISTS = "high is resistant", "low is resistant"
Layout = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class LinesForm:
    """Which lines are resistant. ``kind`` is one of response, groups, pairs; empty texts are open questions.

    ``name`` and ``unit`` say how a response is called where its column has no name; they may be empty.
    """

    kind: str = ""
    column: str = ""
    direction: str = ""
    sensitive: str = ""
    resistant: str = ""
    line: str = ""
    state: str = ""
    parental: str = ""
    name: str = ""
    unit: str = ""

    @property
    def asked(self) -> tuple[tuple[str, str], ...]:
        """(field, words) of everything that this kind needs."""
        return {
            RESPONSE: (("column", "the column of the response"), ("direction", "what a high value means")),
            GROUPS: (("column", "the column of the groups"), ("sensitive", "which value means sensitive"),
                     ("resistant", "which value means resistant")),
            PAIRS: (("line", "the column of the line"), ("state", "the column of its state"),
                    ("parental", "which value means parental"), ("resistant", "which value means resistant")),
        }.get(self.kind, ())

    @property
    def open(self) -> tuple[str, ...]:
        """What is still to be said, in words."""
        missing = tuple(words for name, words in self.asked if not getattr(self, name))
        same = self.kind == GROUPS and self.sensitive and self.sensitive == self.resistant
        same = same or (self.kind == PAIRS and self.parental and self.parental == self.resistant)
        return (*missing, *(("two different values",) if same else ()))

    def layout(self) -> Layout:
        """As the study states it; empty until everything is said."""
        if not self.kind or self.open:
            return {}
        further = [name for name in ("name", "unit") if self.kind == RESPONSE and getattr(self, name)]
        return {self.kind: {name: getattr(self, name) for name in (*(name for name, _ in self.asked), *further)}}


@dataclass(frozen=True)
class PairsForm:
    """Which samples are one patient before and after. ``by_names``: the names say it, and somebody agreed."""

    patient: str = ""
    time_point: str = ""
    before: str = ""
    after: str = ""
    by_names: bool = False

    @property
    def open(self) -> tuple[str, ...]:
        """What is still to be said, in words."""
        if self.by_names:
            return ()
        asked = (("patient", "the column of the patient"), ("time_point", "the column of the time point"),
                 ("before", "which value means before"), ("after", "which value means after"))
        missing = tuple(words for name, words in asked if not getattr(self, name))
        return (*missing, *(("two different values",) if self.before and self.before == self.after else ()))

    @property
    def empty(self) -> bool:
        """True where nothing is said at all."""
        return self == PairsForm()

    def layout(self) -> Layout:
        """As the study states it; empty until everything is said."""
        if self.open:
            return {}
        if self.by_names:
            return {PAIRS: {"from": "names"}}
        return {PAIRS: {"patient": self.patient, "time_point": self.time_point, "before": self.before,
                        "after": self.after}}


def lines_form(spec: DatasetSpec) -> LinesForm:
    """The form of a data set of the study."""
    known = {field.name for field in fields(LinesForm)}
    for kind in (RESPONSE, GROUPS, PAIRS):
        if spec.role == "cell_lines" and kind in spec.layout:
            return LinesForm(kind, **{name: text for name, text in spec.layout[kind].items() if name in known})
    return LinesForm()


def pairs_form(spec: DatasetSpec) -> PairsForm:
    """The form of a data set of the study."""
    if spec.role != "biopsies":
        return PairsForm()
    stated = spec.layout.get(PAIRS)
    if not stated or "from" in stated:
        return PairsForm(by_names=bool(stated))
    return PairsForm(stated.get("patient", ""), stated.get("time_point", ""), stated.get("before", ""),
                     stated.get("after", ""))
