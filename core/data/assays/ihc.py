"""A table of scored slides (immunohistochemistry): one row per antibody and sample, or one column per receptor.

Not for: the arithmetic of a score (ihc_scores.py) or scorers, cores and clones (slide_scores.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.assays.assay_columns import UNSPECIFIC_SCORE
from core.data.assays.assay_genes import PHOSPHO, TOTAL, matrix_of, measured_names
from core.data.assays.assay_import import AssayImport, finished, spec_as_used
from core.data.assays.assay_spec import ALLRED, CATEGORY, H_SCORE, IRS, POSITIVE, AssayRecord, AssaySpec
from core.data.assays.assay_table import AssayTable, name_rows, open_table
from core.data.assays.her2_status import her2_columns
from core.data.assays.slide_rows import KEYS_OF, PERCENTAGES, SlideRows, names_of_columns
from core.data.assays.slide_scores import put_together
from core.data.files.raw_table import RawTable
from core.data.files.workbook import ReadResult
from core.data.reference import rtk_symbols
from core.data.sheets.recipe import Answers
from core.data.sheets.sheet_words import squeezed
from core.data.tables import Scale
from core.problems import note, user_error

_PARTS_OF = {H_SCORE: PERCENTAGES, ALLRED: ("proportion", "intensity")}


def read_ihc(spec: AssaySpec, table: RawTable, read: ReadResult, answers: Answers) -> AssayImport:
    """Read a table of slides into samples by receptors (scale "score").

    Raises
    ------
    UserError
        "no_scores", "no_antibody", "which_score" and those of ``open_table``.
    """
    at = open_table(spec, table, answers)
    name_rows(at)
    wide = _wide_columns(at)
    kind = _kind(at, wide)
    slides = SlideRows(at, kind, wide)
    scores = slides.scores()
    slides.say_blanks()
    together = put_together(at, scores, kind)
    names = list(at.samples)
    matrices = [matrix_of(together.values[measure], names, Scale.SCORE, measure, table.place(), together.cells)
                for measure in (TOTAL, PHOSPHO) if measure in together.values]
    if not any(np.isfinite(matrix.values).any() for matrix in matrices):
        raise user_error("no_scores", "no score of this table can be used", table.place(),
                         why="Every row is named in the import report with the reason.",
                         remedy="state the columns of the scores in the study file", answer_key="score")
    columns = her2_columns(at, slides.grades, slides.ish)
    replicates = {matrix.measure: dict.fromkeys(matrix.samples, 1) for matrix in matrices}
    record = AssayRecord(spec_as_used(at, {"score": (kind,)}), table.place(), "biopsies", replicates, together.cores,
                         None, together.intervals, together.agreement, {"score": kind})
    return finished(at, read, matrices, record, columns, wide)


def _wide_columns(at: AssayTable) -> tuple[int, ...]:
    """Columns that are receptors themselves: stated, or all that are called like a gene where nothing else is known."""
    if at.has("receptors"):
        return at.columns["receptors"]
    if at.has("antibody") or at.spec.choice("receptor"):
        return ()
    taken = {column for columns in at.columns.values() for column in columns}
    free = [column for column in at.region.columns if column not in taken and column not in at.region.unnamed]
    shown = names_of_columns(at, free)
    meaning = measured_names(shown, [at.table.place(None, column) for column in free], at.answers)
    found = tuple(column for column, name in zip(free, shown, strict=True)
                  if meaning.of_name[name].gene in rtk_symbols())
    if not found:
        raise user_error("no_antibody", "no column names the antibody or receptor, and no column is called like one",
                         at.table.place(), why="A score has to belong to a receptor.",
                         remedy='name the column with the key antibody, or state receptor = "ERBB2" for the whole '
                                'table', answer_key="antibody")
    at.columns["receptors"] = found
    at.findings.append(note("receptor_columns", "each of these columns was read as the scores of one receptor: "
                            + ", ".join(at.region.names[column] for column in found), at.table.place(None, found[0]),
                            remedy="name them with the key receptors if others are meant"))
    return found


def _kind(at: AssayTable, wide: Sequence[int]) -> str:
    """Which score is used: as stated, else the one that says most among those that the table holds."""
    stated = at.spec.choice("score")
    there = [kind for kind, keys in KEYS_OF.items() if any(map(at.has, keys))]
    if all(map(at.has, PERCENTAGES[1:])):
        there = list(dict.fromkeys([H_SCORE, *there]))
    if at.has("proportion") and at.has("intensity"):
        there = list(dict.fromkeys([*there, ALLRED]))
    named = [kind for kind in there if {*KEYS_OF[kind], *_PARTS_OF.get(kind, ())} & set(at.spec.columns)]
    there = named or there
    if stated:
        if wide or stated in there:
            return stated
        if not there and (plain := _plain_scores(at)):
            at.columns[KEYS_OF[stated][0]] = plain
            return stated
        raise user_error("no_scores", f"the study asks for the score “{stated}”, but no column of this table is one",
                         at.table.place(), remedy=f"state {KEYS_OF[stated][0]} = the name of its column",
                         answer_key="score")
    if wide:
        return _kind_of_columns(at, wide)
    plain = () if there else _plain_scores(at)
    if plain:
        kind = _kind_of_columns(at, plain)
        at.columns[KEYS_OF[kind][0]] = plain
        return kind
    if not there:
        names = ", ".join(f"“{at.region.names[column]}”" for column in at.region.columns[:8])
        raise user_error("no_scores", f"no column of scores was found; there are {names}", at.table.place(),
                         remedy="name them with percent_0 to percent_3, h_score, allred, positive_percent, irs or "
                                "category", answer_key="h_score")
    kind = next(kind for kind in (H_SCORE, ALLRED, CATEGORY, POSITIVE, IRS) if kind in there)
    if len(there) > 1:
        others = ", ".join(each for each in there if each != kind)
        at.findings.append(note("score_chosen", f"the score used is {kind}; the table also holds {others}",
                                at.table.place(), remedy=f'state score = "{there[-1]}" to use another'))
    return kind


def _plain_scores(at: AssayTable) -> tuple[int, ...]:
    """The column that is called "Score" and no more, where it is the only one."""
    taken = {column for columns in at.columns.values() for column in columns}
    found = tuple(column for column in at.region.columns if column not in taken
                  and UNSPECIFIC_SCORE.fullmatch(squeezed(at.region.names[column])))
    return found if len(found) == 1 else ()


def _kind_of_columns(at: AssayTable, wide: Sequence[int]) -> str:
    """The score of a table with one column per receptor, from its headers or from grades such as 2+."""
    headers = " ".join(at.region.names[column] for column in wide).lower()
    texts = {at.table.text(row, column) for row in at.region.rows for column in wide}
    for words, kind in ((("h-score", "hscore", "h score", "histoscore"), H_SCORE), (("allred",), ALLRED),
                        (("% pos", "%pos", "percent pos"), POSITIVE), (("0-3",), CATEGORY)):
        if any(word in headers for word in words):
            return kind
    if any(text.endswith("+") for text in texts):
        return CATEGORY
    numbers = [at.table.numbers[row, column] for row in at.region.rows for column in wide]
    top = max((number for number in numbers if np.isfinite(number)), default=0.0)
    if top > 100:
        return H_SCORE
    raise user_error("which_score", f"the numbers (up to {top:g}) may be H-scores, Allred, IRS, 0-3+ or % positive",
                     at.table.place(None, wide[0]), why="The largest number does not tell.",
                     remedy='state score = "H-score", "Allred", "0-3+", "% positive" or "IRS"', answer_key="score")
