"""Which two samples are one patient before and after: from the columns that state it, else read from sample names.

Not for: asking anybody. What is not certain is left out with its reason, and what looks alike is only pointed at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.answer_lines import cell_line
from core.data.patients.biopsy_dates import time_points
from core.data.patients.biopsy_names import parse_pair_name, patient_key
from core.data.patients.pair_columns import pair_columns, pairs_key
from core.data.values import value_key
from core.problems import Location, Problem, user_error, warning

if TYPE_CHECKING:
    from core.data.patients.sample_set import SampleSet

COLUMNS, NAMES = "columns", "names"
_SHOWN = 5


@dataclass(frozen=True)
class BiopsyPair:
    """One patient with the names of the two samples."""

    patient: str
    before: str
    after: str


@dataclass(frozen=True)
class LeftOutSample:
    """A sample that is in no pair: why, and the cell that says so (empty where no cell does)."""

    sample: str
    patient: str
    reason: str
    cell: str = ""


@dataclass(frozen=True)
class PairedSamples:
    """The pairs in the order of their samples, and every other sample with its reason.

    ``source`` is "columns" or "names"; ``before`` and ``after`` are the words for the two time points.
    """

    pairs: tuple[BiopsyPair, ...]
    left_out: tuple[LeftOutSample, ...]
    source: str
    before: str
    after: str
    warnings: tuple[Problem, ...] = ()

    @property
    def patients(self) -> tuple[str, ...]:
        return tuple(pair.patient for pair in self.pairs)


@dataclass(frozen=True)
class _Biopsy:
    """A sample with its patient (as written, and as compared) and its side: "before", "after", or empty."""

    sample: str
    patient: str
    key: str
    side: str
    cell: str
    time: str = ""


def pair_samples(samples: SampleSet) -> PairedSamples:
    """The pairs of a data set.

    The columns that ``pairs`` of the data set names win over names; ``{ from = "names" }`` agrees to the names. A
    patient has exactly one sample of each of the two time points; samples of other time points are listed, and where
    one time point stands twice no sample of that time point is picked. Spellings that look alike (``P01``, ``pt-1``)
    in a column are different patients.

    Raises
    ------
    UserError
        "no_pairs" where nothing states pairs or no patient has both; "no_clinical", "no_column".
    """
    stated = samples.spec.layout.get("pairs", {})
    layout = stated if "from" not in stated else {}
    if layout:
        biopsies, out = _from_columns(samples, layout["patient"], layout["time_point"], layout["before"],
                                      layout["after"])
        words, source = (layout["before"], layout["after"]), COLUMNS
    else:
        biopsies, out = _from_names(samples)
        words, source = ("before", "after"), NAMES
    pairs, alone = _joined(biopsies, words, _elsewhere(samples) if layout else {})
    if not pairs:
        raise _no_pairs(samples, [*out, *alone], source, words)
    order = {sample: place for place, sample in enumerate(samples.samples)}
    left_out = tuple(sorted([*out, *alone], key=lambda each: order[each.sample]))
    warnings = (*(() if stated else _read_from_names(samples, pairs, source)),
                *_about_left_out(samples, left_out, words), *_alike(samples, biopsies, pairs, source))
    return PairedSamples(tuple(pairs), left_out, source, *words, warnings)


def _from_columns(samples: SampleSet, patient_name: str, time_name: str, before: str,
                  after: str) -> tuple[list[_Biopsy], list[LeftOutSample]]:
    patient = samples.column(patient_name)
    time = time_points(patient, samples.column(time_name), before, after)
    sides = {value_key(before): "before", value_key(after): "after"}
    biopsies: list[_Biopsy] = []
    out: list[LeftOutSample] = []
    for sample, row in zip(samples.samples, samples.rows().tolist()):
        if row < 0:
            out.append(LeftOutSample(sample, "", "it is not in the clinical table"))
            continue
        who, when = patient.texts[row].strip(), time.texts[row].strip()
        if row in patient.missing or not who:
            out.append(LeftOutSample(sample, "", f"no patient ({patient_name})", patient.cells[row]))
        elif row in time.missing or not when:
            out.append(LeftOutSample(sample, who, f"no time point ({time_name})", time.cells[row]))
        elif value_key(when) not in sides:
            out.append(LeftOutSample(sample, who, f"{time_name} is {when}, neither {before} nor {after}"
                                     + _other_case(when, before, after), time.cells[row]))
        else:
            biopsies.append(_Biopsy(sample, who, value_key(who), sides[value_key(when)], time.cells[row], when))
    return biopsies, out


def _other_case(when: str, before: str, after: str) -> str:
    """Said where a time point differs from a stated one only in capitals."""
    same = next((word for word in (before, after) if word.strip().casefold() == when.casefold()), "")
    return f" (it differs from {same} only in capitals; write it the same way if it is the same)" if same else ""


def _from_names(samples: SampleSet) -> tuple[list[_Biopsy], list[LeftOutSample]]:
    biopsies: list[_Biopsy] = []
    out: list[LeftOutSample] = []
    for sample in samples.samples:
        read = parse_pair_name(sample)
        if read.question or not read.time_point:
            out.append(LeftOutSample(sample, read.patient, f"its name {read.question or 'says no time point'}"))
        else:
            biopsies.append(_Biopsy(sample, read.patient, read.patient, read.time_point, "", read.words))
    return biopsies, out


def _elsewhere(samples: SampleSet) -> dict[tuple[str, str], str]:
    """(patient, time point) -> a sample of the clinical table that is not among those analysed."""
    layout = samples.spec.layout["pairs"]
    patient = samples.column(layout["patient"])
    time = time_points(patient, samples.column(layout["time_point"]), layout["before"], layout["after"])
    there = set(samples.samples)
    named = () if samples.clinical is None else samples.clinical.samples
    return {(value_key(patient.texts[row]), value_key(time.texts[row])): sample for row, sample in enumerate(named)
            if sample not in there}


def _joined(biopsies: Sequence[_Biopsy], words: tuple[str, str], elsewhere: Mapping[tuple[str, str], str]
            ) -> tuple[list[BiopsyPair], list[LeftOutSample]]:
    """Pairs of the patients who have one sample of each time point, and everybody else's samples with the reason."""
    pairs: list[BiopsyPair] = []
    alone: list[LeftOutSample] = []
    of_patient: dict[str, list[_Biopsy]] = {}
    for biopsy in biopsies:
        of_patient.setdefault(biopsy.key, []).append(biopsy)
    said = dict(zip(("before", "after"), words))
    for own in of_patient.values():
        sides = {side: [each for each in own if each.side == side] for side in said}
        if all(len(members) == 1 for members in sides.values()):
            before, after = sides["before"][0], sides["after"][0]
            pairs.append(BiopsyPair(before.patient, before.sample, after.sample))
            continue
        repeated = [side for side, members in sides.items() if len(members) > 1]
        for each in own:
            if each.side in repeated:
                others = ", ".join(_named(other) for other in sides[each.side] if other is not each)
                reason = f"the sample {said[each.side]} of patient {each.patient} stands more than once (also {others})"
            elif repeated:
                twins = ", ".join(_named(other) for other in sides[repeated[0]])
                reason = f"its partner {said[repeated[0]]} stands more than once ({twins})"
            else:
                other = "after" if each.side == "before" else "before"
                absent = elsewhere.get((each.key, value_key(said[other])), "")
                reason = f"patient {each.patient} has no sample {said[other]}" + (
                    f" here ({absent} is left out or has no values)" if absent else "")
            alone.append(LeftOutSample(each.sample, each.patient, reason, each.cell))
    return pairs, alone


def _named(biopsy: _Biopsy) -> str:
    return f"{biopsy.sample} in {biopsy.cell}" if biopsy.cell else biopsy.sample


def _no_pairs(samples: SampleSet, out: Sequence[LeftOutSample], source: str, words: tuple[str, str]) -> Exception:
    """The refusal, with the columns that look as if they stated pairs."""
    count = len(samples.samples)
    if source == COLUMNS:
        reasons = _counted_reasons(out)
        return user_error("no_pairs", f"no patient has both a sample {words[0]} and a sample {words[1]} ({count} "
                          f"{'sample' if count == 1 else 'samples'}: {reasons})", samples.place,
                          why="A change is counted within a patient, so the same patient is needed twice.",
                          remedy="check the columns and the two values that the key pairs names", answer_key="pairs")
    without = sum("no time point" in each.reason for each in out)
    key, looks = _stated_as(samples)
    what = f"no pair can be read from the sample names ({', '.join(samples.samples[:3])}{', …' if count > 3 else ''})"
    return user_error("no_pairs", f"{what}: {without} of {count} say no time point" if without else what,
                      samples.place, why="Pairs are needed: the same patient before and after.",
                      remedy=f"name the columns that state patient and time point in the data set: {key}{looks}",
                      answer_key="pairs")


def _stated_as(samples: SampleSet) -> tuple[str, str]:
    """The key that states pairs, with the columns that look like them where there are some, and what to say of it."""
    proposal = None if samples.clinical is None else pair_columns(samples.clinical)
    if proposal is None:
        return 'pairs = { patient = "…", time_point = "…", before = "…", after = "…" }', ""
    check = "" if proposal.certain else "; check which value is before"
    return pairs_key(proposal), f" (these columns look as if they did{check})"


def _counted_reasons(out: Sequence[LeftOutSample]) -> str:
    counts: dict[str, int] = {}
    for each in out:
        words = each.reason.replace(f"patient {each.patient}", "the patient") if each.patient else each.reason
        counts[words.partition(" (")[0]] = counts.get(words.partition(" (")[0], 0) + 1
    shown = sorted(counts.items(), key=lambda item: -item[1])[:3]
    return "; ".join(f"{reason} ({number})" for reason, number in shown)


def _read_from_names(samples: SampleSet, pairs: Sequence[BiopsyPair], source: str) -> list[Problem]:
    if source == COLUMNS:
        return []
    shown = ", ".join(f"{pair.before} and {pair.after}" for pair in pairs[:3]) + (", …" if len(pairs) > 3 else "")
    number = "1 pair was" if len(pairs) == 1 else f"{len(pairs)} pairs were"
    return [warning("pairs_from_names", f"{number} read from the sample names ({shown})", samples.place,
                    why="Names can be misread; a column that states patient and time point cannot.",
                    remedy=f"check the table pairs, or state them in the data set: {_stated_as(samples)[0]}",
                    answer_key="pairs")]


def _about_left_out(samples: SampleSet, left_out: Sequence[LeftOutSample], words: tuple[str, str]) -> list[Problem]:
    """One finding per kind of reason, each naming its samples and cells."""
    kinds = (
        ("repeated_biopsies", "more than once",
         "{} of a patient with two samples of one time point left out",
         "Which of them is meant cannot be told, and none is picked in silence.",
         "say which one to leave out with drop in the answers of the data set, or give the time points other words"),
        ("unpaired_biopsies", "has no sample", "{} without a partner left out",
         "A change needs both samples of a patient.", "add the missing sample, or go on without"),
        ("other_time_points", ", neither ",
         f"{{}} of a time point other than {words[0]} and {words[1]} left out", "A pair has two time points.",
         "run the analysis again with other values of before and after to compare these"),
        ("biopsies_not_placed", "", "{} without a patient or a time point left out",
         "Nobody knows which pair they belong to.", "fill in the patient and the time point"),
    )
    findings: list[Problem] = []
    rest = list(left_out)
    for code, mark, what, why, remedy in kinds:
        group = [each for each in rest if mark in each.reason]
        rest = [each for each in rest if mark not in each.reason]
        if group:
            number = "1 sample" if len(group) == 1 else f"{len(group)} samples"
            shown = "; ".join(f"{each.sample}{f' ({each.cell})' if each.cell else ''}: {each.reason}"
                              for each in group[:_SHOWN])
            more = f"; and {len(group) - _SHOWN} more" if len(group) > _SHOWN else ""
            place = Location(samples.place.file, samples.place.sheet, group[0].cell, group[0].sample)
            findings.append(warning(code, f"{what.format(number)}: {shown}{more}", place, why=why, remedy=remedy,
                                    answer_key="drop" if code == "repeated_biopsies" else ""))
    return findings


def _alike(samples: SampleSet, biopsies: Sequence[_Biopsy], pairs: Sequence[BiopsyPair],
           source: str) -> list[Problem]:
    """Patients of a column whose names differ only in spelling: pointed at, never joined."""
    if source == NAMES:
        return _spellings(samples, pairs)
    spelled: dict[str, dict[str, _Biopsy]] = {}
    for biopsy in biopsies:
        if clean := patient_key(biopsy.patient):
            spelled.setdefault(clean, {}).setdefault(biopsy.key, biopsy)
    groups = [list(group.values()) for group in spelled.values() if len(group) > 1]
    if not groups:
        return []
    shown = "; ".join(", ".join(f"“{each.patient}” ({each.sample})" for each in group) for group in groups[:_SHOWN])
    last = groups[0][-1]
    column = samples.column(samples.spec.layout["pairs"]["patient"])
    cell = column.cells[int(samples.rows()[samples.samples.index(last.sample)])]
    place = Location(column.place.file, column.place.sheet, cell, last.sample)
    return [warning("patients_spelled_alike", f"patients whose names differ only in spelling: {shown}; they count as "
                    "different patients", place,
                    why="Two names that look alike can be two patients, so they are joined only when you say so.",
                    remedy=f"if they are one, under [dataset.answers]: {cell_line(place, groups[0][0].patient)}",
                    answer_key="cells")]


def _spellings(samples: SampleSet, pairs: Sequence[BiopsyPair]) -> list[Problem]:
    """Pairs read from two names that spell the patient in different ways: used, and said."""
    different = [pair for pair in pairs if not _same_stem(pair)]
    if not different:
        return []
    shown = ", ".join(f"“{pair.before}” and “{pair.after}”" for pair in different[:_SHOWN])
    more = f", and {len(different) - _SHOWN} more" if len(different) > _SHOWN else ""
    return [warning("pairs_spelled_differently", f"taken as one patient although the names are spelled in different "
                    f"ways: {shown}{more}", samples.place, remedy="state the pairs with the key pairs if that is wrong",
                    answer_key="pairs")]


def _same_stem(pair: BiopsyPair) -> bool:
    """Whether the two names are the same but for the words of time."""
    stems = []
    for name in (pair.before, pair.after):
        words = parse_pair_name(name).words
        stems.append("".join(name.casefold().replace(words.casefold(), "", 1).split()).strip("_-.()[]"))
    return stems[0] == stems[1]
