"""The reference tables that come with the program: the 58 receptors, their drugs, the marker gene sets.

Not for: finding out which gene a name in a user's file means (gene_symbols.py).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from core.resources import resource_path

Row = Mapping[str, str]


@cache
def _table(name: str) -> tuple[Row, ...]:
    with resource_path("reference", name).open(encoding="utf-8", newline="") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


def rtk_table() -> tuple[Row, ...]:
    """The 58 human RTKs, one row each, in the order of the table (by family)."""
    return _table("rtk.csv")


@cache
def rtk_symbols() -> tuple[str, ...]:
    """The approved symbols of the 58 human RTKs, in the order of the table."""
    return tuple(row["symbol"] for row in rtk_table())


@cache
def _rtk_by_symbol() -> Mapping[str, Row]:
    return {row["symbol"]: row for row in rtk_table()}


def rtk_family(symbol: str) -> str:
    """The family of an RTK, for instance "ErbB/EGFR"; empty for any other gene."""
    row = _rtk_by_symbol().get(symbol)
    return row["family"] if row else ""


def is_pseudokinase(symbol: str) -> bool:
    """True for an RTK without kinase activity of its own (ProKinO), which no kinase inhibitor can switch off."""
    row = _rtk_by_symbol().get(symbol)
    return row is not None and row["pseudokinase_prokino"] == "yes"


def drug_table() -> tuple[Row, ...]:
    """Drug by RTK, one row each; ``potency_verified`` and ``status_verified`` say what was read in a source."""
    return _table("rtk_drugs.csv")


@cache
def gene_set(name: str) -> tuple[str, ...]:
    """The marker genes of a set: "proliferation" or "stroma". No set holds an RTK.

    Raises
    ------
    KeyError
        When there is no such set.
    """
    genes = tuple(row["symbol"] for row in _table("gene_sets.csv") if row["gene_set"] == name)
    if not genes:
        raise KeyError(name)
    return genes


@cache
def gene_set_names() -> tuple[str, ...]:
    """The names of the marker gene sets, in the order of the table."""
    return tuple(dict.fromkeys(row["gene_set"] for row in _table("gene_sets.csv")))
