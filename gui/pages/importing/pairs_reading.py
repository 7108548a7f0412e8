"""The pairs of a draft as they would be used: patient, before, after, and everybody who is in none with the reason.

Not for: making pairs, which core does, or the widgets that show them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from core.data.dataset import Dataset
from core.data.patients.biopsy_dates import EARLIER, LATER, holds_dates, time_points
from core.data.patients.cohort_rules import CohortRule
from core.data.patients.evaluate_samples import evaluate_samples
from core.data.patients.pairs import PairedSamples, pair_samples
from core.data.tables import ClinicalTable
from core.data.values import value_key
from core.figures.number_words import counted
from core.jobs import JobContext
from core.problems import Problem, UserError
from gui.pages.importing.pair_proposals import propose_pairs_form, propose_time_points, values_of
from gui.pages.importing.role_forms import PairsForm

_MOST_CHOICES = 24
PairRow = tuple[str, str, str, str]


@dataclass(frozen=True)
class PairsReading:
    """What there is to choose from, what the chosen form gives, and why it gives nothing where it does not."""

    form: PairsForm
    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    why: str = ""
    pairs: tuple[PairRow, ...] = ()
    left_out: tuple[PairRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    summary: str = ""
    before: str = "before"
    after: str = "after"


def read_pairs(form: PairsForm, dataset: Dataset, job: JobContext) -> PairsReading:
    """Look at the data set with what is said in ``form``; an empty form takes columns that say it, else the names."""
    job.progress(0.2, "Looking for pairs")
    clinical = dataset.clinical
    why = ""
    if form.empty:
        proposal = propose_pairs_form(clinical) if clinical is not None else None
        form = proposal.form if proposal is not None else PairsForm(by_names=True)
        why = f"Proposed: {proposal.words}." if proposal is not None else \
            "No column says it, so patient and time point are read from the sample names."
    columns = tuple(clinical.columns) if clinical is not None else ()
    values = _values(form, clinical)
    if form.open:
        return PairsReading(form, columns, values, why)
    try:
        samples = evaluate_samples(CohortRule("all", dataset.name),
                                   replace(dataset, spec=replace(dataset.spec, layout=form.layout())))
        found = pair_samples(samples)
    except UserError as error:
        return PairsReading(form, columns, values, why, problems=error.problems)
    said = tuple(problem for problem in found.warnings if problem.code != "pairs_from_names")
    return PairsReading(form, columns, values, why, tuple((each.patient, each.before, each.after, "")
                                                          for each in found.pairs),
                        tuple((each.patient, each.sample, "", each.reason + (f" ({each.cell})" if each.cell else ""))
                              for each in found.left_out), said, _summary(found), found.before, found.after)


def with_column(form: PairsForm, field: str, name: str, clinical: ClinicalTable) -> PairsForm:
    """Another column of the patient or the time point; the values of another time point are proposed anew."""
    if field == "patient":
        return replace(form, patient=name, by_names=False)
    before, after = propose_time_points(clinical.columns[name])
    return replace(form, time_point=name, before=before, after=after, by_names=False)


def _values(form: PairsForm, clinical: ClinicalTable | None) -> tuple[tuple[str, int], ...]:
    column = clinical.columns.get(form.time_point) if clinical is not None else None
    if column is None:
        return ()
    if clinical is not None and form.patient in clinical.columns and holds_dates(column):
        column = time_points(clinical.columns[form.patient], column, EARLIER, LATER)
        return tuple((word, column.texts.count(word)) for word in (EARLIER, LATER))
    counts = Counter(value_key(text) for row, text in enumerate(column.texts) if row not in column.missing)
    return tuple((value, counts[value_key(value)]) for value in values_of(column)[:_MOST_CHOICES])


def _summary(found: PairedSamples) -> str:
    out = len(found.left_out)
    rest = f"; {counted(out, 'sample')} in no pair" if out else "; every sample is in one"
    return f"{counted(len(found.pairs), 'pair')}{rest}"
