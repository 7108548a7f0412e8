"""The words by which people mark what a row or column of a sheet is: units, totals, statistics, ids, values.

Not for: gene names (gene_symbols.py) or the words for a missing value (missing_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_UNITS = frozenset((
    "months", "month", "mo", "years", "year", "yrs", "yr", "days", "day", "d", "weeks", "week", "hours", "h", "hr",
    "min", "mm", "cm", "um", "µm", "nm", "µm2", "mg", "ug", "µg", "ng", "pg", "kg", "g", "ml", "µl", "ul", "l", "mg/ml",
    "ug/ml", "µg/ml", "ng/ml", "pg/ml", "ug/ul", "nm", "m", "mol/l",
    "%", "percent", "log2", "log10", "ln", "log", "raw",
    "linear", "a.u.", "au", "a.u", "rfu", "rlu", "od", "tpm", "fpkm", "rpkm", "cpm", "log2 tpm", "log2(tpm+1)",
    "log2 intensity", "log2 ratio", "counts", "intensity", "signal", "z", "z-score", "z score", "score", "h-score",
    "0-300", "0/1", "1/0", "y/n", "yes/no", "text", "number", "date", "ratio", "fold", "ct", "cq", "cm2", "nmol/l",
    "cells", "kda", "0=no, 1=yes", "1=yes, 0=no"))
_TOTALS = re.compile(
    r"(grand |sub-?|col(umn)? |row )?(total|sum)s?|mean|average|avg\.?|median|s\.?d\.?|std(\.|ev|"
    r"\.? ?dev(iation)?\.?)?|"
    r"standard (deviation|error)|s\.?e\.?m?\.?|min(imum)?|max(imum)?|count|n ?= ?\d*|cv ?%?|% ?cv|variance|"
    r"mittelwert|mw|summe|gesamt|durchschnitt|stabw|standardabweichung|moyenne|somme|media|promedio|"
    r"geometric mean|geomean|iqr|range|mean ?(±|\+/-|\+-) ?sd", re.IGNORECASE)
_STATISTICS = re.compile(
    r"p[ ._-]?val(ue)?s?|p|adj[ ._]*p[ ._-]?(val(ue)?)?|padj|q[ ._-]?val(ue)?|q|fdr|log[ _.]?(2)?[ _.]?"
    r"(fc|fold[ ._-]?change|ratio)|fold[ ._-]?change|fc|t|b|stat|lfcse|ave[ ._]?expr|base[ ._]?mean|correlation|corr|"
    r"rank|"
    r"(spearman|pearson).*|odds ratio|hazard ratio|hr|z[ ._-]?stat(istic)?|significan(t|ce)", re.IGNORECASE)
_GENE_ATTRIBUTES = re.compile(
    r"(entrez|ncbi|ensembl|hgnc|uni ?prot|unigene|refseq)[ ._-]?(gene)?[ ._-]?(id)?s?|gene[ ._-]?ids?|chr(om(osome)?)?|"
    r"start|end|stop|(gene|transcript|exon)?[ ._-]?length|strand|position|band|cytoband|locus|width|tx[ ._-]?length|"
    r"gc[ ._-]?content|(probe|spot|clone)[ ._-]?(id)?|description|row|no\.?|nr\.?|#|index|gweight|"
    r"weight", re.IGNORECASE)
_ID_STRONG = re.compile(
    r"(bcr[ ._-]?)?(patient|sample|case|donor|subject|specimen|tumou?r|cell[ ._-]?line|model|participant|biopsy|"
    r"line|individual|mouse|animal|aliquot)[ ._-]*(id|identifier|name|no\.?|nr\.?|number|code|barcode|#)?s?|"
    r"(tcga|bcr)[ ._-]?barcode|geo[ ._-]?accession|gsm", re.IGNORECASE)
_ID_MEDIUM = re.compile(r"ids?|name|barcode|array|code|identifier|key|nr\.?|no\.?|number|"
                        r"record[ ._-]?id", re.IGNORECASE)
_GENE_COLUMN = re.compile(
    r".*(gene|symbol|hugo|hgnc|receptor|protein|target|analyte|antibody|kinase|rtk|marker).*|name", re.IGNORECASE)
_VALUE_COLUMN = re.compile(
    r".*(value|expression|h[ ._-]?score|score|intensity|signal|level|density|counts?|tpm|fpkm|rpkm|log2?|abundance|"
    r"ratio|call|status|state).*", re.IGNORECASE)
_PROBE = re.compile(
    r"(NM|NR|XM|XR|NP)_\d+(\.\d+|_RC)?|Contig\d+(_RC)?|[A-Z]{1,2}\d{5,6}(\.\d+|_RC)?|\S+_at|ILMN_\d+|A_\d+_P\d+|"
    r"ENS[A-Z]*\d{6,}"
    r"(\.\d+)?|cg\d{8}|AFFX\S+|IMAGE:\d+|PROBE\S*\d+|TC\d{6,}\S*", re.IGNORECASE)
_NOTE = re.compile(r"(\*|†|‡|§|#|\^|note|source|legend|abbrev|footnote|data |see |p ?<|values |\(|"
                   r"©).*", re.IGNORECASE | re.DOTALL)
_COUNTER = re.compile(r"__(no_feature|ambiguous|too_low_aqual|not_aligned|alignment_not_unique)|"
                      r"N_(unmapped|multimapping|noFeature|ambiguous)", re.IGNORECASE)


def squeezed(text: str) -> str:
    """The text with line breaks and runs of blanks as one blank."""
    return " ".join(text.split())


def is_unit(text: str) -> bool:
    """True for a unit such as ``months``, ``(mm)``, ``log2``."""
    word = squeezed(text).lower().strip("()[]{} ")
    return word in _UNITS


def is_total(text: str) -> bool:
    """True for the label of a summary row or column: ``Mean``, ``Total``, ``SD``, ``n = 20``."""
    return _TOTALS.fullmatch(squeezed(text).strip(" :")) is not None


def is_statistic(text: str) -> bool:
    """True for the name of a column of results, which is no sample: ``log2FC``, ``adj. P value``."""
    return _STATISTICS.fullmatch(squeezed(text).strip(" :")) is not None


def is_gene_attribute(text: str) -> bool:
    """True for the name of a column that describes a gene: ``Entrez ID``, ``Chromosome``, ``length``."""
    return _GENE_ATTRIBUTES.fullmatch(squeezed(text)) is not None


def is_counter(text: str) -> bool:
    """True for the bookkeeping rows of read counters (HTSeq, STAR), which are no genes."""
    return _COUNTER.fullmatch(text.strip()) is not None


def id_strength(text: str) -> int:
    """How much a column name says "this is the sample": 3 ``Patient ID``, 2 ``ID``, 0 anything else."""
    name = squeezed(text)
    return 3 if _ID_STRONG.fullmatch(name) else 2 if _ID_MEDIUM.fullmatch(name) else 0


def is_gene_column_name(text: str) -> bool:
    """True for the usual names of a column of genes: ``Gene Symbol``, ``Receptor``, ``Antibody``."""
    return _GENE_COLUMN.fullmatch(squeezed(text)) is not None


def is_value_column_name(text: str) -> bool:
    """True for the usual names of the value column of a list: ``H-score``, ``log2 expression``."""
    return _VALUE_COLUMN.fullmatch(squeezed(text)) is not None


def is_probe(text: str) -> bool:
    """True for accession numbers and array probes, which stand for a gene but do not name it."""
    return _PROBE.fullmatch(text.strip()) is not None


def is_remark(text: str) -> bool:
    """True for the text of a footnote: it starts like one, or is a sentence."""
    return _NOTE.fullmatch(text.strip()) is not None or len(text.split()) >= 5


def counted(number: int, noun: str) -> str:
    """``1 column``, ``2,310 columns``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def all_whole(numbers: NDArray[np.float64]) -> bool:
    """True where every number that is there is whole; False when there is none."""
    there = numbers[~np.isnan(numbers)]
    return bool(there.size) and bool(np.all(there == np.floor(there)))


def row_list(rows: Sequence[int]) -> str:
    """0-based rows as the user sees them: ``row 3`` or ``rows 3, 7-9``."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    words = [str(a + 1) if a == b else f"{a + 1}-{b + 1}" for a, b in spans]
    shown = ", ".join(words[:8]) + (f" and {len(words) - 8} more" if len(words) > 8 else "")
    return ("row " if len(rows) == 1 else "rows ") + shown
