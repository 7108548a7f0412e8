"""What was measured under each name: the gene, and whether it is the phosphorylated protein.

Not for: which gene a plain name means (gene_symbols.py) or rows that share a gene (collapse_genes.py).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.data.genes.gene_symbols import GeneCall, looks_like_genes, resolve_genes
from core.data.reference import rtk_symbols
from core.problems import Location, Problem, note

_SITE = r"(?:[YST]|Tyr|Ser|Thr)-?\d+"
_SITE_BEHIND = re.compile(rf"(.+?)(?:[ _.-]*\(|[ _.-]+)(?:p[-_ ]?{_SITE}.*|(?<=\(){_SITE}.*)")
_PHOSPHO_BEFORE = re.compile(
    rf"(?:(?i:phospho(?:rylated)?)[-_ ]*|p[-_ ]+)(.+?)(?:[ _.-]*\(?p?{_SITE}.*)?")
_PHOSPHO_BEHIND = re.compile(r"(.+?)[ _-]+\(?(?i:phospho(?:rylated)?)\)?")
_P_JOINED = re.compile(r"p([A-Zc][A-Za-z0-9-]+?)(?:[YST]\d{3,4})?'?")
_VENDOR = re.compile(r"(.+?)[ _.-]*\(?(?i:RnD|R&D|CST|SCBT|abcam)\)?")
_PARTS = re.compile(r"[ _:.|-]+")


@dataclass(frozen=True)
class Naming:
    """The genes of a list of names.

    ``calls`` has one entry per name; ``phospho`` and ``total`` are the positions of names of phosphorylated protein
    and, in a table of phosphorylated protein, of the total protein beside it.
    """

    calls: tuple[GeneCall, ...]
    measure: str
    phospho: frozenset[int] = frozenset()
    total: frozenset[int] = frozenset()
    findings: tuple[Problem, ...] = ()


def phospho_base(name: str) -> str:
    """The protein in a name of its phosphorylated form (``HER2_pY1248``, ``p-EGFR``); "" for any other name."""
    text = name.strip()
    for pattern in (_SITE_BEHIND, _PHOSPHO_BEFORE, _PHOSPHO_BEHIND):
        if match := pattern.fullmatch(text):
            base = match[1].strip(" _-.(")
            return phospho_base(base) or base
    return ""


def name_genes(names: Sequence[str], measure: str | None, *, answers: Mapping[str, str] | None = None,
               dates: Collection[int] = (), entrez: bool | None = None, place: Location | None = None) -> Naming:
    """Say which gene each name stands for in a table of ``measure``.

    In a table of mRNA or total protein a phospho-site keeps its own name; in a table of phosphorylated protein it is
    the receptor, and names of total protein beside it are listed in ``total``.

    Parameters
    ----------
    measure : str or None
        "mRNA", "total", "phospho"; None: judged from the names.
    """
    shown, stripped = without_shared_part(names)
    decided = {answer.strip().lower() for answer in answers or {}}
    mapped = {**(answers or {}), **{short: (answers or {})[name] for name, short in zip(names, shown)
                                    if name in (answers or {})}}
    own = resolve_genes(shown, dates=dates, answers=mapped, entrez=entrez)
    own = _without_vendor(shown, own, decided)
    shown = [call.name for call in own]
    bases = [phospho_base(name) if name.strip().lower() not in decided else "" for name in shown]
    for at, (name, call) in enumerate(zip(shown, own)):
        if not bases[at] and not call.symbol and (match := _P_JOINED.fullmatch(name)):
            bases[at] = match[1]
    where = [at for at, base in enumerate(bases) if base]
    of_base = dict(zip(where, resolve_genes([bases[at] for at in where])))
    phospho = {at for at, call in of_base.items() if call.symbol or call.how == "ambiguous"}
    if len(phospho) >= 2:
        joined = _joined_beside_others(shown, own, phospho, decided)
        of_base |= joined
        phospho |= set(joined)
    total: set[int] = set()
    known = sum(bool(call.symbol) for call in own)
    judged = measure or ("mRNA" if not phospho else "phospho" if len(phospho) > 4 * known else "total")
    calls = [call if call.name == name else replace(call, name=name) for call, name in zip(own, names)]
    if phospho and judged == "phospho":
        total = {at for at in range(len(names)) if at not in phospho and calls[at].how not in ("unknown", "answered")}
        for at in phospho:
            calls[at] = replace(of_base[at], name=names[at])
    else:
        for at in phospho:
            calls[at] = GeneCall(names[at], "", "unknown")
    return Naming(tuple(calls), judged, frozenset(phospho), frozenset(total),
                  _findings(names, calls, judged, measure, phospho, total, stripped, place or Location()))


def _joined_beside_others(names: Sequence[str], own: Sequence[GeneCall], phospho: set[int],
                          decided: Collection[str]) -> dict[int, GeneCall]:
    """Names such as ``pErk`` beside pEGFR and pAkt: phosphorylated Erk there, although PERK is an alias of a gene."""
    found = [(at, match[1]) for at, name in enumerate(names)
             if at not in phospho and own[at].how in ("alias", "kit label", "previous", "ambiguous")
             and name.strip().lower() not in decided and (match := _P_JOINED.fullmatch(name))]
    calls = resolve_genes([base for _, base in found])
    return {at: call for (at, _), call in zip(found, calls) if call.how != "unknown"}


def _without_vendor(names: Sequence[str], calls: Sequence[GeneCall],
                    decided: Collection[str]) -> tuple[GeneCall, ...]:
    """The maker of an antibody taken off (``PDGFRaRnD``) where the name is no gene as it is, but a receptor then."""
    receptors = set(rtk_symbols())
    found = {at: match[1] for at, (name, call) in enumerate(zip(names, calls))
             if call.how in ("unknown", "ambiguous") and name.strip().lower() not in decided
             and (match := _VENDOR.fullmatch(name))}
    read = dict(zip(found, resolve_genes(list(found.values())) if found else ()))
    return tuple(read[at] if at in read and read[at].symbol in receptors else call for at, call in enumerate(calls))


def without_shared_part(names: Sequence[str]) -> tuple[list[str], str]:
    """The names without a first or last word that (nearly) all share (``PP EGFR``, ``HER2 H-score``), and that word."""
    plain = list(names)
    if len(names) < 3:
        return plain, ""
    for at_end in (False, True):
        words = [_end_word(name, at_end) for name in names]
        counts = {word: words.count(word) for word in set(words[:50]) if word}
        shared = max(counts, key=lambda word: counts[word], default="")
        if not shared or counts[shared] < 0.9 * len(names):
            continue
        shorter = [_cut(name, shared, at_end) for name in names]
        if len(set(shorter)) == len(set(names)) and looks_like_genes(shorter) > looks_like_genes(plain) + 0.3:
            return shorter, shared
    return plain, ""


def _end_word(name: str, at_end: bool) -> str:
    parts = _PARTS.split(name.strip())
    if len(parts) < 2:
        return ""
    if at_end:  # "HER2 H-score": the last blank parts better than the last dash
        return name.strip().split(" ", 1)[1] if " " in name.strip() else parts[-1]
    return parts[0]


def _cut(name: str, word: str, at_end: bool) -> str:
    text = name.strip()
    if at_end and text.endswith(word):
        return text[:-len(word)].strip(" _:.|-")
    if not at_end and text.startswith(word):
        return text[len(word):].strip(" _:.|-")
    return text


def _findings(names: Sequence[str], calls: Sequence[GeneCall], judged: str, stated: str | None,
              phospho: set[int], total: set[int], stripped: str, place: Location) -> tuple[Problem, ...]:
    findings = []
    if stripped:
        findings.append(note("shared_word", f"the word “{stripped}”, which all names share, was taken off to find the "
                             "genes", place))
    if phospho and judged != "phospho":
        first = ", ".join(names[at] for at in sorted(phospho)[:4])
        findings.append(note(
            "phospho_kept_apart", f"{len(phospho)} names are phosphorylated proteins ({first}) and keep their own name",
            place, remedy='state measure = "phospho" to use them as the receptors'))
    if phospho and judged == "phospho":
        pairs = [(names[at], calls[at].symbol) for at in sorted(phospho) if calls[at].symbol]
        receptors = set(rtk_symbols())
        pairs.sort(key=lambda pair: pair[1] not in receptors)
        shown = ", ".join(f"{name} as {symbol}" for name, symbol in pairs[:6]) + (", …" if len(pairs) > 6 else "")
        findings.append(note("phospho_names", f"{len(pairs)} names of phosphorylated protein were read as the protein: "
                             f"{shown}", place))
    if total:
        first = ", ".join(names[at] for at in sorted(total)[:4])
        findings.append(note("total_left_out", f"{len(total)} names of total protein ({first}) were left out: this "
                                               "table "
                             "is used as phosphorylated protein", place))
    if phospho and stated is None:
        findings.append(note("measure_detected", f"the table was taken as {_MEASURE_WORDS[judged]}", place,
                             remedy='state measure = "mRNA", "total" or "phospho" if not'))
    return tuple(findings)


_MEASURE_WORDS = {"mRNA": "mRNA", "total": "total protein", "phospho": "phosphorylated protein"}
