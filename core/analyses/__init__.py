"""One module per question of the biologist. Not for reading files or writing them.

``KINDS`` is the list of analyses, written out; a study file may also name the kinds of ``LATER_KINDS``, which this
version knows by name and refuses one by one.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

KINDS = ("rtk_prognosis", "rtk_subset", "validation", "expression_views", "cell_lines", "paired_biopsies",
         "rtk_response", "activation")
LATER_KINDS = ("senescence", "evidence", "combination_targets", "drug_synergy")


def analysis_module(kind: str) -> ModuleType:
    """The module of an analysis: INFO, Parameters, check(), run(). Imported when needed: it brings the statistics."""
    if kind not in KINDS:
        raise KeyError(kind)
    return import_module(f"core.analyses.{kind}")
