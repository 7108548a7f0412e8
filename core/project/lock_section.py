"""A ``[[lock]]`` of a study file into a Lock: every key checked, and its seal.

Not for: making a lock (core/analyses) or adding one to a project (project.py).
"""

from __future__ import annotations

from datetime import date, datetime

from core.analyses.locked_score import SCORES, Lock, changed_lock
from core.problems import Location
from core.project.toml_section import Section

KEYS = ("name", "receptors", "signs", "score", "cut_sd", "source", "found_in", "made_at", "sha256")


def lock_in(section: Section) -> Lock:
    """The lock of that section. One without a seal is taken as it stands and sealed when the study is written."""
    section.allow(KEYS)
    before = len(section.problems)
    receptors = section.texts("receptors") or ()
    if not receptors:
        section.problem("missing_key", "the lock names no receptor", remedy='add receptors = ["EGFR", "IGF1R"]',
                        key="receptors")
    elif len(set(receptors)) < len(receptors):
        section.problem("repeated_name", "the lock names a receptor twice", remedy="name it once", key="receptors")
    signs = section.scalars("signs")
    if signs is not None and (len(signs) != len(receptors) or any(type(sign) is not int or sign not in (1, -1)
                                                                   for sign in signs)):
        section.problem("unknown_value", "“signs” must be 1 or -1, one per receptor", key="signs",
                        remedy=f"write signs = {[1] * len(receptors)}")
        signs = None
    score = section.text("score", choices=SCORES, default="mean z")
    cut = section.number("cut_sd", low=-100.0, high=100.0, example="0.0")
    made_at = section.values.get("made_at")
    if isinstance(made_at, (datetime, date)):
        section.values["made_at"] = made_at.isoformat()
    lock = Lock(section.text("name", required=True), receptors, tuple(int(sign) for sign in signs or ()), score,
                0.0 if cut is None else cut, section.text("source"), section.text("made_at"), section.text("found_in"),
                section.text("sha256"))
    refused = changed_lock(lock, Location(section.file, cell=section.place))
    if refused is not None and len(section.problems) == before:
        section.problems += refused.problems
    return lock
