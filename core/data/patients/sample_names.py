"""Which sample of one table is which sample of another: equal ids, and near matches that are only proposed.

Not for: reading patient and time point out of a name (biopsy_names.py) or repeated samples within a table.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.data.values import value_key
from core.problems import Location, Problem, Severity, note

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_TCGA = re.compile(r"(TCGA)[-._ ]?(\w{2})[-._ ]?(\w{4})(?:[-._ ]?(\d{2}))?(?:[A-Z]?(?:[-._ ]\w+)*)?", re.IGNORECASE)
_PATIENT_WORDS = frozenset((
    "p", "pt", "pat", "patient", "patientid", "subject", "subj", "case", "s", "sample", "smp", "id", "no", "nr"))
_SHOWN = 5


class SampleProposal(NamedTuple):
    """Two names that are probably one sample, and what differs between them."""

    left: str
    right: str
    reason: str


@dataclass(frozen=True)
class SampleMatch:
    """How the samples of two tables match.

    ``exact`` pairs have the same id. ``proposals`` are near matches, never used before the user agrees; their names are
    among ``unmatched_left`` and ``unmatched_right`` too.
    """

    exact: tuple[tuple[str, str], ...]
    proposals: tuple[SampleProposal, ...]
    unmatched_left: tuple[str, ...]
    unmatched_right: tuple[str, ...]


def sample_key(text: str) -> str:
    """The form in which sample ids are compared: trimmed text, and numbers as numbers (``007``, ``7`` and ``7.0``)."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).replace("\u00a0", " ")
    return value_key(text.strip())


def match_samples(left: Sequence[str], right: Sequence[str]) -> SampleMatch:
    """Match the samples of two tables by id, and propose near matches for the rest.

    A near match is proposed by the first rule under which the two names, and no other name of either table, become
    equal. Where a rule makes two names of one table equal (two samples of one TCGA patient), it proposes nothing for
    them.

    Parameters
    ----------
    left, right : sequence of str
        The ids of each table as they stand in it. An id that stands twice in a table is matched once.
    """
    lefts, rights = list(dict.fromkeys(left)), list(dict.fromkeys(right))
    by_key = _once(rights, sample_key)
    left_keys = _once(lefts, sample_key)
    pairs = [(name, by_key[key]) for key, name in left_keys.items() if key in by_key]
    taken_left, taken_right = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    exact = set(rights)
    for name in lefts:  # two spellings of one key in a table: only the identical one is certain
        if name not in taken_left and name in exact and name not in taken_right:
            pairs.append((name, name))
            taken_left.add(name)
            taken_right.add(name)
    order = {name: position for position, name in enumerate(lefts)}
    pairs.sort(key=lambda pair: order[pair[0]])
    proposals = _proposals(lefts, rights, taken_left, taken_right)
    return SampleMatch(tuple(pairs), tuple(sorted(proposals, key=lambda each: order[each.left])),
                       tuple(name for name in lefts if name not in taken_left),
                       tuple(name for name in rights if name not in taken_right))


def _once(names: Sequence[str], key: Callable[[str], str]) -> dict[str, str]:
    """key -> name, for the keys that exactly one name has; blank keys are left out."""
    keys = [key(name) for name in names]
    counts = Counter(keys)
    return {each: name for each, name in zip(keys, names, strict=True) if each and counts[each] == 1}


def _proposals(lefts: Sequence[str], rights: Sequence[str], taken_left: set[str],
               taken_right: set[str]) -> list[SampleProposal]:
    done_left, done_right = set(taken_left), set(taken_right)
    if len(done_left) == len(lefts) or len(done_right) == len(rights):
        return []
    found: list[SampleProposal] = []
    for reason, left_key, right_key in _rules(lefts, rights):
        of_right = _once(rights, right_key)
        for key, name in _once(lefts, left_key).items():
            other = of_right.get(key)
            if other is not None and name not in done_left and other not in done_right:
                found.append(SampleProposal(name, other, reason))
                done_left.add(name)
                done_right.add(other)
    return found


Key = Callable[[str], str]


def _rules(lefts: Sequence[str], rights: Sequence[str]) -> list[tuple[str, Key, Key]]:
    """The rules in order of trust: what differs, and the key of either side under which names are compared."""
    rules: list[tuple[str, Key, Key]] = [
        ("capitals", _folded, _folded),
        ("spaces or punctuation", _bare, _bare),
        ("zeros before the number", _unpadded, _unpadded),
        ("the signs of the TCGA barcode", _tcga_whole, _tcga_whole),
        ("the end of the TCGA barcode", _tcga_sample, _tcga_sample),
        ("the end of the TCGA barcode", _tcga_patient, _tcga_patient),
    ]
    left_words, right_words = _constant_words(lefts), _constant_words(rights)
    if any(left_words):
        rules.append((_said(left_words), _stripped(left_words), _unpadded))
    if any(right_words):
        rules.append((_said(right_words), _unpadded, _stripped(right_words)))
    for words, own in ((_usual_beginning(lefts), 0), (_usual_beginning(rights), 1)):
        other = rights if own == 0 else lefts
        if words and all(name.strip().isdigit() for name in other):
            stripped = _after(words)
            keys = (stripped, _unpadded) if own == 0 else (_unpadded, stripped)
            rules.append((f"“{words}” before the number", *keys))
    if left_words[0] and right_words[0] and _same_word(left_words[0], right_words[0]):
        rules.append((_two_said(left_words, right_words), _stripped(left_words), _stripped(right_words)))
    return rules


def _folded(name: str) -> str:
    return sample_key(name).casefold()


def _bare(name: str) -> str:
    """Letters and digits only; R's X before a leading digit is dropped.

    A sign between two digits stays, as one hyphen: P1-2 is not P12, and A1G1-01 is not A1G-101. A TCGA barcode has
    rules of its own and no key here.
    """
    if _TCGA.fullmatch(name.strip()):
        return ""
    joined = re.sub(r"(?<=\d)[\W_]+(?=\d)", "-", re.sub(r"^X(?=\d)", "", _folded(name).upper()))
    return re.sub(r"[^\w-]|_|(?<!\d)-|-(?!\d)", "", joined)


def _unpadded(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", _bare(name))


def _tcga_whole(name: str) -> str:
    return re.sub(r"[\W_]", "-", name.strip()).upper() if _TCGA.fullmatch(name.strip()) else ""


def _tcga_sample(name: str) -> str:
    match = _TCGA.fullmatch(name.strip())
    return "-".join(match.groups()).upper() if match and match[4] else ""


def _tcga_patient(name: str) -> str:
    match = _TCGA.fullmatch(name.strip())
    return "-".join(match.groups()[:3]).upper() if match else ""


def _constant_words(names: Sequence[str]) -> tuple[str, str]:
    """What all names of a table begin and end with, digits not counted: ``MB-0002`` gives ``MB-``.

    Only for three names or more; a name that consists of nothing else leaves none.
    """
    trimmed = [name.strip() for name in names if name.strip()]
    if len(trimmed) < 3:
        return "", ""
    start = re.sub(r"\d+$", "", _common_start(trimmed))
    end = re.sub(r"^\d+", "", _common_start([name[::-1] for name in trimmed])[::-1])
    if end and not re.match(r"[\W_]", end):  # a suffix begins with a sign: _T, .CEL, -RNA
        sign = re.search(r"[\W_]", end)
        end = end[sign.start():] if sign else ""
    if any(len(name) <= len(start) + len(end) for name in trimmed):
        return "", ""
    return start, end


def _usual_beginning(names: Sequence[str]) -> str:
    """What more than half of the names begin with before their number: ``MB-`` where a few are called ``MTS-T0058``."""
    beginnings = Counter(match[1] for name in names if (match := re.fullmatch(r"(\D+)\d+", name.strip())))
    (usual, count), = beginnings.most_common(1) or [("", 0)]
    return usual if len(names) >= 3 and len(names) / 2 < count < len(names) else ""


def _after(beginning: str) -> Key:
    """The number after that beginning; no key for a name that begins otherwise."""
    def key(name: str) -> str:
        trimmed = name.strip()
        return _unpadded(trimmed[len(beginning):]) if trimmed.startswith(beginning) else ""

    return key


def _common_start(names: Sequence[str]) -> str:
    """The letters with which all names begin; those of the first and the last in order decide."""
    first, last = min(names), max(names)
    same = 0
    while same < len(first) and same < len(last) and first[same] == last[same]:
        same += 1
    return first[:same]


def _stripped(words: tuple[str, str]) -> Key:
    start, end = words

    def key(name: str) -> str:
        trimmed = name.strip()
        return _unpadded(trimmed[len(start):len(trimmed) - len(end)])

    return key


def _said(words: tuple[str, str]) -> str:
    start, end = (word.strip() for word in words)
    if start and end:
        return f"“{start}” before and “{end}” after the name"
    return f"“{start}” before the name" if start else f"“{end}” after the name"


def _two_said(lefts: tuple[str, str], rights: tuple[str, str]) -> str:
    """What differs where both tables put words around the number: their beginnings, their ends or both."""
    said = []
    if lefts[0].strip() != rights[0].strip():
        said.append(f"“{lefts[0].strip()}” and “{rights[0].strip()}” before the number")
    ends = [end.strip() for end in (lefts[1], rights[1])]
    if ends[0] != ends[1]:
        said.append(" and ".join(f"“{end}”" for end in ends if end) + " after the name")
    return " and ".join(said) or "what stands around the number"


def _same_word(one: str, other: str) -> bool:
    words = {re.sub(r"[\W_]", "", word).lower() for word in (one, other)}
    return len(words) == 1 or words <= _PATIENT_WORDS


def problems_of_match(match: SampleMatch, left: Location, right: Location, *,
                      accepted: bool = False) -> tuple[Problem, ...]:
    """What to tell about the match of two tables; problems only where no sample matches at all.

    Parameters
    ----------
    left, right : Location
        The tables (file, sheet, and the column of the ids where one is known).
    accepted : bool
        True where the user agreed to the near matches, which then are a note.
    """
    return (*_respelled(match, left, right), *_near(match, left, right, accepted),
            *_nothing_in_common(match, left, right), *_alone(match, left, right))


def _respelled(match: SampleMatch, left: Location, right: Location) -> list[Problem]:
    respelled = [f"“{one}” ~ “{other}”" for one, other in match.exact if one != other]
    return [note("sample_ids_respelled", f"{_samples(len(respelled))} matched {_table(right)} although the ids are "
                 f"written with other spaces or as another form of the same number: {_first(respelled)}",
                 left)] if respelled else []


def _near(match: SampleMatch, left: Location, right: Location, accepted: bool) -> list[Problem]:
    """One finding per kind of difference."""
    findings = []
    for reason in dict.fromkeys(proposal.reason for proposal in match.proposals):
        group = [proposal for proposal in match.proposals if proposal.reason == reason]
        shown = _first([f"“{each.left}” ~ “{each.right}”" for each in group])
        what = (f"{_samples(len(group))} {'differs' if len(group) == 1 else 'differ'} from {_table(right)} only in "
                f"{reason}: {shown}")
        where = Location(left.file, left.sheet, left.cell, group[0].left)
        if accepted:
            findings.append(note("near_matches_accepted", f"{what}; taken as the same, as the study says", where))
            continue
        findings.append(Problem(
            "near_sample_names", f"{what}; they were not taken as the same", where,
            "Two ids that look alike can be two patients, so a near match is used only when you agree.",
            "if they are the same, say near_matches = true under [dataset.answers], or name them: "
            f'samples = {{ "{group[0].left}" = "{group[0].right}" }}',
            Severity.WARNING if match.exact else Severity.PROBLEM, "near_matches"))
    return findings


def _nothing_in_common(match: SampleMatch, left: Location, right: Location) -> list[Problem]:
    if match.exact or match.proposals:
        return []
    return [Problem(
        "samples_do_not_match", f"no sample of this table has the same id as one of {_table(right)}: "
        f"{_first(match.unmatched_left, 3)} here, {_first(match.unmatched_right, 3)} there", left,
        "Expression and clinical data are joined by the sample id.",
        "name the column with the same ids with the key id of each table, or give the pairs under "
        "[dataset.answers.samples]", answer_key="samples")]


def _alone(match: SampleMatch, left: Location, right: Location) -> list[Problem]:
    without = match.unmatched_right
    if (left.file, left.sheet) == (right.file, right.sheet) and without and not match.unmatched_left:
        return [note("sample_without_value", f"{_samples(len(without))} of this table {_have(len(without))} no value "
                     f"that can be used: {_first(without)}", right,
                     why="The rows that were left out are named with their cells.")]
    near_left = {proposal.left for proposal in match.proposals}
    near_right = {proposal.right for proposal in match.proposals}
    lonely = (([name for name in match.unmatched_left if name not in near_left], left, right),
              ([name for name in match.unmatched_right if name not in near_right], right, left))
    return [note("sample_without_partner", f"{_samples(len(names))} of this table {'is' if len(names) == 1 else 'are'} "
                 f"not in {_table(there)}: {_first(names)}", here,
                 why="Only samples that both tables know can be analysed.") for names, here, there in lonely if names]


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"


def _table(place: Location) -> str:
    return " › ".join(part for part in (place.file, place.sheet) if part) or "the other table"


def _first(names: Sequence[str], shown: int = _SHOWN) -> str:
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")
