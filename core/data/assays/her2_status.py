"""HER2 of each sample from its IHC grade and its in-situ hybridisation, as clinical columns: 2+ alone is equivocal.

Not for: HER2 from mRNA, or what is concluded from a status that changed between biopsies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.data.assays.assay_import import text_column
from core.data.assays.assay_table import AssayTable
from core.data.assays.slide_rows import Her2Grade
from core.data.sheets.missing_values import OFF_WORDS, ON_WORDS
from core.data.tables import ClinicalColumn
from core.problems import note, warning

GRADE_COLUMN, ISH_COLUMN, STATUS_COLUMN = "HER2 IHC", "HER2 ISH", "HER2 status"
AMPLIFIED_FROM = 2.0
"""HER2 to CEP17, ASCO/CAP. Counts of copies are not looked at."""
_AMPLIFIED = (*ON_WORDS, "amplified", "pos", "+", "ampl.", "amp")
_NOT_AMPLIFIED = (*OFF_WORDS, "not amplified", "non-amplified", "nonamplified", "unamplified", "neg", "-")


def her2_columns(at: AssayTable, found: Sequence[Her2Grade], ish: Mapping[str, str]) -> tuple[ClinicalColumn, ...]:
    """Grade, hybridisation and status of every sample; none where HER2 was not graded.

    Parameters
    ----------
    ish : mapping of sample -> text of the cell
    """
    graded: dict[str, list[Her2Grade]] = {}
    for one in found:
        graded.setdefault(one.sample, []).append(one)
    if not graded:
        return ()
    grades, hybridised, states, cells = [], [], [], []
    equivocal: list[str] = []
    differing: list[str] = []
    for sample in at.samples:
        own = graded.get(sample, [])
        given = {one.grade for one in own}
        differing += [sample] if len(given) > 1 else []
        grade = given.pop() if len(given) == 1 else None
        amplified = _amplified(ish[sample]) if sample in ish else None
        state = ""
        if grade is not None:
            state = "positive" if grade == 3 or (grade == 2 and amplified) else "negative" if grade < 2 or (
                grade == 2 and amplified is False) else ""
            equivocal += [sample] if not state else []
        grades.append("" if grade is None else f"{grade}+" if grade else "0")
        hybridised.append("" if amplified is None else "amplified" if amplified else "not amplified")
        states.append(state)
        cells.append(own[0].cell if own else "")
    place = at.table.place()
    if equivocal:
        at.findings.append(warning(
            "her2_equivocal", f"HER2 is 2+ without in-situ hybridisation in {', '.join(equivocal[:6])}"
            f"{', …' if len(equivocal) > 6 else ''}; its status is missing there", place,
            why="2+ is equivocal and never counts as positive by itself.",
            remedy="name the column of the hybridisation with the key ish", answer_key="ish"))
    if differing:
        at.findings.append(note("her2_grades_differ", "HER2 grades of one sample differ between scorers, cores or "
                                f"slides ({', '.join(differing[:6])}); its status is missing there", place))
    columns = [text_column(GRADE_COLUMN, grades, at, cells), text_column(STATUS_COLUMN, states, at, cells)]
    if any(hybridised):
        columns.insert(1, text_column(ISH_COLUMN, hybridised, at, cells))
    return tuple(columns)


def _amplified(text: str) -> bool | None:
    """Whether the gene is amplified: a word, or the ratio to CEP17 from 2.0; None for any other text."""
    word = text.strip().lower()
    if word in _AMPLIFIED and word not in ("1",):
        return True
    if word in _NOT_AMPLIFIED and word not in ("0",):
        return False
    try:
        return float(word.replace(",", ".")) >= AMPLIFIED_FROM
    except ValueError:
        return None
