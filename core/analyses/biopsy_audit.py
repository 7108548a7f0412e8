"""The confounder audit of paired biopsies: what else than treatment could make a receptor rise, light by light.

Not for: stopping an analysis. Only the light of plates carries a problem, and the analysis decides what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.analyses.base import ResultTable
from core.analyses.biopsy_audit_columns import TwoTimes, find_columns
from core.analyses.biopsy_audit_design import days_between, interval_light, plate_light, subtype_light
from core.analyses.biopsy_audit_her2 import UNKNOWN, her2_light
from core.analyses.biopsy_audit_identity import identity_light, level_light
from core.analyses.biopsy_audit_lights import GREY, AuditedPairs, AuditLight, FloatArray
from core.analyses.biopsy_audit_markers import proliferation_light, purity_lights
from core.analyses.biopsy_audit_responders import responders_light
from core.analyses.biopsy_audit_without import without_her2_loss
from core.analyses.receptors import choose_receptors
from core.data.patients.pairs import PairedSamples
from core.data.patients.sample_set import SampleSet
from core.data.tables import ExpressionMatrix, Scale
from core.jobs import JobContext

__all__ = ["AuditLight", "BiopsyAudit", "audit_pairs"]


@dataclass(frozen=True, eq=False)
class BiopsyAudit:
    """All lights, what became of HER2 in each patient, and the tables: ``audit``, ``audit_patients``, one per light."""

    lights: tuple[AuditLight, ...]
    her2_after: Mapping[str, str]
    tables: tuple[ResultTable, ...]

    def light(self, key: str) -> AuditLight:
        """The light of that key. Raises KeyError."""
        return {light.key: light for light in self.lights}[key]


def audit_pairs(samples: SampleSet, pairs: PairedSamples, job: JobContext | None = None, *, measure: str = "",
                receptors: Sequence[str] | str = "all", audit_columns: Sequence[str] = (),
                permutations: int = 10_000, seed: int = 1, acknowledged: Sequence[str] = ()) -> BiopsyAudit:
    """Every light of the pairs.

    Parameters
    ----------
    measure : str
        The table that the analysis tests; marker genes come from the table of mRNA where there is one.
    audit_columns : sequence of str
        Columns stated instead of found by name: ``("plate: batch_id", "response: none")``.
    permutations, seed
        Of the flips with and without the patients who lost HER2: those of the main result.
    acknowledged : sequence of str
        Keys of lights with a problem that are known and accepted; without it they take the P here too.

    Raises
    ------
    UserError
        "which_measure", "no_receptors", "audit_columns_unclear", "no_column".
    """
    job = job or JobContext()
    matrix = samples.matrix(measure)
    audited = _audited(samples, pairs, matrix, receptors)
    columns = find_columns(samples, pairs, audit_columns)
    job.progress(0.1, "Audit: HER2 before and after")
    her2, her2_after = her2_light(audited, columns)
    plate = plate_light(audited, columns)
    flips = permutations if plate.problem is None or plate.key in acknowledged else 0
    her2, without = without_her2_loss(audited, her2, her2_after, flips, seed, job.part(0.1, 0.4))
    job.progress(0.4, "Audit: purity, stroma and proliferation")
    purity, tissue = purity_lights(audited, columns)
    proliferation, cycling = proliferation_light(audited, columns)
    job.progress(0.5, "Audit: plates, times and subtypes")
    design = (subtype_light(audited, columns), interval_light(audited, columns), plate,
              responders_light(audited, columns))
    job.progress(0.7, "Audit: do the samples of a patient belong together")
    lights = (her2, *purity, proliferation, *design, identity_light(audited), level_light(audited))
    patients = _patients(audited, columns, her2_after, {**tissue, **({} if cycling is None else
                                                                    {"proliferation": cycling})})
    job.progress(1.0, "Audit done")
    tables = (_overview(lights), patients, *(light.table for light in lights))
    return BiopsyAudit(lights, her2_after, tables if without is None else (*tables, without))


def _audited(samples: SampleSet, pairs: PairedSamples, matrix: ExpressionMatrix,
             wanted: Sequence[str] | str) -> AuditedPairs:
    mrna = [each for each in samples.expression if each.measure == "mRNA" and each.scale != Scale.CALLS]
    markers = matrix if matrix in mrna else mrna[0] if mrna else None
    receptors, _ = choose_receptors(matrix, wanted)
    bare = AuditedPairs(samples, pairs, matrix, markers, receptors, np.empty((0, 0)), np.empty((0, 0)))
    before, after = bare.both(matrix, receptors)
    return AuditedPairs(samples, pairs, matrix, markers, receptors, before, after)


def _overview(lights: Sequence[AuditLight]) -> ResultTable:
    return ResultTable("audit", {
        "check": [light.key for light in lights],
        "light": ["cannot be judged" if light.state == GREY else light.state for light in lights],
        "words": [light.words for light in lights], "sentence": [light.sentence for light in lights],
        "table": [light.table.name for light in lights]}, "What else than treatment could be behind a change", {
            "check": "What was looked at", "light": "green, amber, red, or cannot be judged", "words": "In short",
            "sentence": "What was found", "table": "The table behind it"})


def _patients(audited: AuditedPairs, columns: Mapping[str, TwoTimes], her2_after: Mapping[str, str],
              changes: Mapping[str, FloatArray]) -> ResultTable:
    """What the audit knows of each patient, one row each."""
    blank = [""] * audited.n_pairs
    days, _ = days_between(audited, columns)
    parts: dict[str, Sequence[object]] = {
        "patient": list(audited.pairs.patients),
        "her2_after": [her2_after.get(patient, UNKNOWN) for patient in audited.pairs.patients],
        "days_between": days.tolist()}
    about = {"patient": "Patient", "her2_after": "kept, lost, gained or unknown",
             "days_between": "Days from the first biopsy to the second"}
    for key, words in (("purity", "purity"), ("stroma", "stroma, in SD"), ("proliferation", "proliferation")):
        found = changes.get(key)
        parts[f"{key}_change"] = [None] * audited.n_pairs if found is None else found.tolist()
        about[f"{key}_change"] = f"Change of {words}"
    for key, words in (("plate", "Plate or batch"), ("subtype", "Subtype")):
        column = columns.get(key)
        for side, texts in (("before", blank if column is None else list(column.before)),
                            ("after", blank if column is None else list(column.after))):
            parts[f"{key}_{side}"], about[f"{key}_{side}"] = texts, f"{words} {side}"
    response = columns.get("response")
    parts["response"] = blank if response is None else list(response.either)
    about["response"] = "Response as in the file"
    return ResultTable("audit_patients", parts, "What the audit knows of each patient", about)
