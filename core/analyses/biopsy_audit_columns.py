"""Which clinical columns say plate, response, purity, subtype, date and HER2: found by name, or stated.

A column may hold one value per sample (“ihc”), or two columns one value per patient (“ihc_pre”, “ihc_post”).
Not for: judging what the values mean; each light does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.nearest_name import column_remedy, nearest
from core.data.patients.pairs import PairedSamples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ClinicalColumn, ClinicalTable
from core.problems import Location, user_error

_BEFORE = frozenset(("pre", "before", "baseline", "initial", "diagnosis", "diagnostic", "pretreatment"))
_AFTER = frozenset(("post", "after", "surgery", "surgical", "residual", "progression", "relapse", "posttreatment"))
_HER2, _ISH = "her2 erbb2 neu her2neu", "fish ish sish dish cish"


@dataclass(frozen=True)
class _Concept:
    """A column is one where it has a word of every group of ``needs`` and none of ``never``."""

    words: str
    needs: tuple[frozenset[str], ...]
    never: frozenset[str] = frozenset()


def _concept(words: str, *needs: str, never: str = "") -> _Concept:
    return _Concept(words, tuple(frozenset(group.split()) for group in needs), frozenset(never.split()))


CONCEPTS: Mapping[str, tuple[_Concept, ...]] = {
    "plate": (_concept("plate or batch", "plate batch", never="well position row column date"),
              _concept("plate or batch", "slide chip beadchip lane flowcell cartridge run",
                       never="well position date")),
    "response": (_concept("response", "pcr", never="plate batch ct date primer"),
                 _concept("response", "responder responders response", never="time duration days months immune date"),
                 _concept("response", "rcb", never="date")),
    "purity": (_concept("purity", "purity cellularity tumorpurity tumourpurity"),
               _concept("purity", "tumor tumour", "content cells percent percentage fraction nuclei")),
    "ki67": (_concept("Ki-67", "ki67 mki67"), _concept("Ki-67", "ki", "67")),
    "subtype": (_concept("subtype", "pam50 intrinsic"), _concept("subtype", "subtype subtypes")),
    "date": (_concept("date of the biopsy", "date datum", "biopsy sample sampling collection collected bx surgery"),
             _concept("date of the biopsy", "date datum",
                      never="birth death follow followup contact diagnosis relapse")),
    "between": (_concept("time between the biopsies", "days weeks interval", "between interval"),),
    "day": (_concept("day of the biopsy", "day days",
                     never="survival os dfs rfs follow followup death relapse event"),),
    "ihc": (_concept("HER2 by IHC", _HER2, "ihc immunohistochemistry score herceptest", never="h"),),
    "ish_ratio": (_concept("HER2 ISH ratio", f"{_HER2} {_ISH}", "ratio"),),
    "ish_copies": (_concept("HER2 copy number", f"{_HER2} {_ISH}", "copy copies copynumber cn signals"),),
    "ish": (_concept("HER2 by ISH", _ISH, never="ratio copy copies copynumber cn signals"),),
    "her2": (_concept("HER2 status", _HER2, "status positive"),),
}
"""In the order of search; of several rules for one concept the first that fits a column wins."""


@dataclass(frozen=True, eq=False)
class TwoTimes:
    """What the clinical table says of each pair before and after: texts ("" where missing) and numbers (NaN)."""

    names: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    numbers_before: NDArray[np.float64]
    numbers_after: NDArray[np.float64]
    place: Location

    @property
    def words(self) -> str:
        """“ihc_pre” and “ihc_post”, for a sentence."""
        return " and ".join(f"“{name}”" for name in self.names)

    @property
    def either(self) -> tuple[str, ...]:
        """One text per patient: that of the sample before, else that of the sample after."""
        return tuple(first or second for first, second in zip(self.before, self.after))


def find_columns(samples: SampleSet, pairs: PairedSamples, stated: Sequence[str] = ()) -> Mapping[str, TwoTimes]:
    """The columns of each concept that the clinical table has.

    ``stated`` are lines such as ``"plate: batch_id"``, ``"ihc: her2_pre, her2_post"`` or ``"response: none"``; they
    win over names.

    Raises
    ------
    UserError
        "audit_columns_unclear", "no_column".
    """
    named = _stated(samples, stated)
    if samples.clinical is None:
        return {}
    layout = samples.spec.layout.get("pairs", {})
    genes = {gene.lower() for matrix in samples.expression for gene in matrix.genes}
    free = [name for name in samples.clinical.columns
            if name not in (layout.get("patient"), layout.get("time_point")) and name.lower() not in genes]
    found: dict[str, TwoTimes] = {}
    for key, rules in CONCEPTS.items():
        names = named[key] if key in named else _by_name(rules, free, pairs)
        if names:
            found[key] = _two_times(samples, pairs, names)
            free = [name for name in free if name not in names]
    return found


def _stated(samples: SampleSet, lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for line in lines:
        key, colon, rest = (part.strip() for part in line.partition(":"))
        if not colon or key not in CONCEPTS:
            close = nearest(key, CONCEPTS)
            raise user_error("audit_columns_unclear", f"“{line}” does not say which column the audit should read",
                             samples.place, answer_key="audit_columns",
                             remedy=f"write it as “plate: batch_id”; before the colon stands one of "
                             f"{', '.join(CONCEPTS)}" + (f" (did you mean {close}?)" if close and colon else ""))
        clinical = samples.clinical
        known: Mapping[str, ClinicalColumn] = {} if clinical is None else clinical.columns
        names = (rest,) if rest in known else tuple(part.strip() for part in rest.split(","))
        if rest.lower() == "none":
            named[key] = ()
            continue
        for name in names:
            if name not in known:
                raise user_error("no_column", f"there is no column “{name}” (audit_columns, {key})", samples.place,
                                 remedy=column_remedy(name, tuple(known)), answer_key="audit_columns")
        named[key] = names[:2]
    return named


def _tokens(name: str) -> tuple[str, ...]:
    """The words of a column's name, in lower case; HER2, Ki67 and pCR stay whole, camel case comes apart."""
    spaced = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", name)
    return tuple(part.lower() for part in re.findall(r"[A-Za-z]+\d*|\d+", spaced))


def _by_name(rules: Sequence[_Concept], names: Sequence[str], pairs: PairedSamples) -> tuple[str, ...]:
    """One column, or the one before and the one after; empty where none fits."""
    before, after = _BEFORE | set(_tokens(pairs.before)), _AFTER | set(_tokens(pairs.after))
    for rule in rules:
        fitting = []
        for name in names:
            words = set(_tokens(name))
            if all(words & group for group in rule.needs) and not words & rule.never:
                fitting.append(name)
        sides = [[name for name in fitting if set(_tokens(name)) & side] for side in (before, after)]
        if len(sides[0]) == len(sides[1]) == 1 and sides[0] != sides[1]:
            return sides[0][0], sides[1][0]
        alone = [name for name in fitting if name not in sides[0] and name not in sides[1]]
        if alone or fitting:
            return ((alone or fitting)[0],)
    return ()


def _two_times(samples: SampleSet, pairs: PairedSamples, names: Sequence[str]) -> TwoTimes:
    columns = [samples.column(name) for name in names]
    row_of = dict(zip(samples.samples, samples.rows().tolist()))
    texts: list[list[str]] = [[], []]
    numbers: list[list[float]] = [[], []]
    for pair in pairs.pairs:
        rows = (row_of[pair.before], row_of[pair.after])
        for side in (0, 1):
            column = columns[side] if len(columns) == 2 else columns[0]
            # Two columns hold a value per patient, which may stand in the row of either sample.
            order = (rows[side], rows[1 - side]) if len(columns) == 2 else (rows[side],)
            row = next((row for row in order if row >= 0 and row not in column.missing), -1)
            texts[side].append(column.texts[row].strip() if row >= 0 else "")
            numbers[side].append(float(column.numbers[row]) if row >= 0 else float("nan"))
    return TwoTimes(tuple(names), tuple(texts[0]), tuple(texts[1]), np.array(numbers[0]), np.array(numbers[1]),
                    columns[0].place)


def values_of_sample(table: ClinicalTable | None, name: str, sample: str) -> str:
    """The text of one column for one sample of the clinical table, empty where there is none."""
    if table is None or name not in table.columns or sample not in table.samples:
        return ""
    column, row = table.columns[name], table.samples.index(sample)
    return "" if row in column.missing else column.texts[row].strip()
