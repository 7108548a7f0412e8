"""Patient and time point read out of sample names: ``P01_pre``, ``Patient 1 Post``, ``pt-1 (after Tx)``.

Not for: deciding; what is read here is proposed, and columns that state the pairs always win.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.patients.sample_names import sample_key

_BEFORE = (
    r"pre[- ]?(treatment|tx|therapy|op|dose|trastuzumab|nact)?|before|baseline|base|bl|diagnos(is|tic)|dx|screening|"
    r"untreated|naive|initial|t0|tp0|d0|day ?0|wk ?0|w0|week ?0|c1d1|biopsy ?1|bx ?1|vorher|prae|prä")
_AFTER = (
    r"post[- ]?(treatment|tx|therapy|op|dose|trastuzumab|nact)?|after|on[- ]?(treatment|tx|therapy)|treated|surgery|"
    r"surgical|resection|residual|eot|progression|relapse|recurrence|t1|tp1|d1[45]|d21|day ?(14|15|21)|"
    r"wk ?[1-9]\d?|w[1-9]\d?|week ?[1-9]\d?|biopsy ?2|bx ?2|nachher")
_FILLER = r"(treatment|tx|therapy|biopsy|bx|sample|tumou?r|tissue|tum|(?:rep(?:licate|eat)?|dup(?:licate)?)[-_. ]?\d*)"
_EDGE_LEFT, _EDGE_RIGHT = r"(?:(?<=[\W_])|(?<=\d)(?=[A-Za-z])|^)", r"(?=[\W_]|$)"
_TIME = {"before": re.compile(rf"{_EDGE_LEFT}({_BEFORE}){_EDGE_RIGHT}", re.IGNORECASE),
         "after": re.compile(rf"{_EDGE_LEFT}({_AFTER}){_EDGE_RIGHT}", re.IGNORECASE)}
_PATIENT_WORD = re.compile(r"^(patient|pat|pt|p|subject|subj|case|id)[\W_]*(?:id|no|nr)?[\W_]*(?=\d)", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"[A-Za-z]*[\W_]*\d+[-_. /]\d{1,2}")


@dataclass(frozen=True)
class BiopsyName:
    """What a sample's name says.

    ``patient`` is the same text for all spellings of one patient; ``time_point`` is "before", "after" or empty;
    ``words`` are the words that say the time; ``question`` is what is not clear, empty where all is.
    """

    name: str
    patient: str
    time_point: str
    words: str = ""
    question: str = ""


def parse_pair_name(name: str) -> BiopsyName:
    """Read patient and time point out of one name; ``question`` says why it could not be read for certain."""
    text = sample_key(name)
    found = [(time_point, match) for time_point, pattern in _TIME.items() for match in pattern.finditer(text)]
    if len({time_point for time_point, _ in found}) > 1:
        words = ", ".join(match[1] for _, match in found)
        return BiopsyName(name, "", "", words, f"says both before and after ({words})")
    if not found:
        if _TWO_NUMBERS.fullmatch(text):
            return BiopsyName(name, "", "", "", "has a second number, which may be a time point or part of the patient")
        return BiopsyName(name, patient_key(text), "", "", "says no time point")
    time_point, match = found[-1]
    rest = text[:match.start()] + " " + text[match.end():]
    patient = patient_key(re.sub(rf"(?<![A-Za-z]){_FILLER}(?![A-Za-z])", " ", rest, flags=re.IGNORECASE))
    question = "" if patient else "says no patient"
    return BiopsyName(name, patient, time_point, match[1], question)


def propose_pairs(names: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """(patient, name before, name after) for the patients who have exactly one of each, in the order of the names."""
    read = [parse_pair_name(name) for name in names]
    patients = dict.fromkeys(each.patient for each in read if each.patient and not each.question)
    pairs = []
    for patient in patients:
        own = [each for each in read if each.patient == patient]
        before = [each.name for each in own if each.time_point == "before"]
        after = [each.name for each in own if each.time_point == "after"]
        if len(before) == len(after) == 1 and len(own) == 2:
            pairs.append((patient, before[0], after[0]))
    return tuple(pairs)


def patient_key(text: str) -> str:
    """One text for all spellings of a patient: P01, Patient 1 and pt-1 are "1"; BT-07 is "BT7"."""
    bare = _PATIENT_WORD.sub("", text.strip(" _-.()[]{}#,;:/"))
    bare = re.sub(r"(?<!\d)0+(?=\d)", "", bare)
    return re.sub(r"[\W_]", "", bare).upper()
