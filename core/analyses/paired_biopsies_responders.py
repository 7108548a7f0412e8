"""Who of the pairs responded: read from a column, "pcr" or "rcb=0", one answer per patient.

Not for: judging whether the pairs represent the responders; that is a light of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.analyses.biopsy_audit_responders import responded
from core.data.patients.pairs import PairedSamples
from core.data.patients.sample_set import SampleSet
from core.data.values import value_key
from core.figures.number_words import counted, list_words
from core.problems import Problem, user_error, warning

_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Responders:
    """``of_pair`` is True, False or None (not known) for each pair; ``column`` and ``responding`` say how."""

    column: str
    responding: str
    of_pair: tuple[bool | None, ...]
    warnings: tuple[Problem, ...] = ()


def read_responders(samples: SampleSet, pairs: PairedSamples, asked: str) -> Responders:
    """Who responded, by ``asked``: a column of yes and no ("pcr"), or a column and the value of a responder ("rcb=0").

    The answer may stand with either sample of a patient; where the two contradict each other it is not known.

    Raises
    ------
    UserError
        "no_clinical", "no_column", "responders_unclear".
    """
    name, equals, value = (part.strip() for part in asked.partition("="))
    column = samples.column(name)
    row_of = {} if samples.clinical is None else {sample: row for row, sample in enumerate(samples.clinical.samples)}
    answers: list[bool | None] = []
    differing: list[str] = []
    unread: set[str] = set()
    for pair in pairs.pairs:
        found: set[bool] = set()
        for sample in (pair.before, pair.after):
            row = row_of.get(sample)
            text = "" if row is None or row in column.missing else column.texts[row].strip()
            if not text:
                continue
            answer = value_key(text) == value_key(value) if equals else responded(text, name)
            if answer is None:
                unread.add(text)
            else:
                found.add(answer)
        if len(found) > 1:
            differing.append(pair.patient)
        answers.append(found.pop() if len(found) == 1 else None)
    there = list(dict.fromkeys(text.strip() for row, text in enumerate(column.texts)
                               if row not in column.missing and text.strip()))
    shown = ", ".join(there[:_SHOWN]) + (", …" if len(there) > _SHOWN else "")
    if len(set(answers) - {None}) < 2:
        seen = ", ".join(f"“{text}”" for text in sorted(unread)[:_SHOWN])
        only = "nobody of the pairs has an answer" if not set(answers) - {None} else \
            "all pairs are responders" if True in answers else "no pair is a responder"
        what = f"who responded cannot be told from {name}: " + (f"{seen} is neither yes nor no" if unread else only)
        raise user_error("responders_unclear", what, column.place,
                         why="Responders and the others are compared, so both are needed.",
                         remedy=f'write responders = "{name}=…" with the value of a responder (values there: '
                         f"{shown or 'none'})", answer_key="responders")
    warnings = []
    if differing:
        warnings.append(warning("response_differs", f"the two samples of {list_words(differing[:5])} say different "
                                f"things in {name}; the response counts as not known", column.place,
                                remedy="write one answer per patient"))
    lacking = answers.count(None) - len(differing)
    if lacking:
        patients = [pair.patient for pair, answer in zip(pairs.pairs, answers)
                    if answer is None and pair.patient not in differing]
        warnings.append(warning("response_missing", f"{counted(lacking, 'pair')} without a response in {name}: "
                                f"{', '.join(patients[:5])}{', …' if lacking > 5 else ''}", column.place,
                                why="They are left out of the comparison of responders with the others only.",
                                remedy="fill in the response where it is known"))
    return Responders(name, value if equals else "yes", tuple(answers), tuple(warnings))
