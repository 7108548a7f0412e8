"""Builds the reference tables of this folder from their sources; see PROVENANCE.md for what they are.

Not for: running with the program. Usage:
    python make_reference.py --hgnc hgnc_complete_set.txt.gz --rtk rtk.csv --drugs rtk_drugs.csv --out .
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta"}
NAME_COLUMNS = {
    "hgnc_id": "HGNC id", "uniprot": "UniProt", "uniprot_name": "UniProt", "uniprot_synonyms": "UniProt synonym",
    "symbol": "approved", "hgnc_aliases": "alias", "hgnc_previous": "previous",
    "common_names": "common name", "phospho_array_label": "kit label",
}
# Names seen on arrays and in papers that neither HGNC nor rtk.csv lists (general knowledge of the authors).
FURTHER_NAMES = {
    "ROS1": ["ROS", "c-ROS1"], "INSR": ["Insulin R beta", "IR beta", "INSR beta"], "MET": ["HGFR/MET"],
    "IGF1R": ["IGF-1R beta", "IGF1R beta", "IGF-I R beta"], "DDR1": ["DDR 1"], "TEK": ["Tie 2"], "EGFR": ["c-ErbB1"],
    "ERBB4": ["c-erbB-4"], "KIT": ["SCF receptor"], "MST1R": ["c-RON"], "AXL": ["c-AXL"], "ALK": ["c-ALK"],
    "CSF1R": ["M-CSF receptor", "CSF1 receptor"], "KDR": ["VEGF receptor 2"], "FLT1": ["VEGF receptor 1"],
    "FLT4": ["VEGF receptor 3"],
}
DRUG_COLUMNS_LEFT_OUT = ("pair_pubmed",)
GUIDE_TO_PHARMACOLOGY = "GtoPdb"

PROLIFERATION = ("MKI67", "PCNA", "TOP2A", "CCNB1", "CCNB2", "CDK1", "AURKA", "AURKB", "BIRC5", "BUB1", "BUB1B", "MCM2",
                 "MCM4", "MCM6", "RRM2", "UBE2C", "TYMS", "KIF2C", "CDC20", "CENPF", "MYBL2", "NDC80", "NUF2", "PTTG1",
                 "CEP55", "MELK", "FOXM1", "TPX2", "PLK1", "TTK")
STROMA = ("COL1A1", "COL1A2", "COL3A1", "COL5A1", "COL5A2", "COL6A1", "COL6A2", "COL6A3", "COL10A1", "COL11A1", "FN1",
          "FAP", "ACTA2", "TAGLN", "PDPN", "DCN", "LUM", "FBN1", "SPARC", "POSTN", "THY1", "VCAN", "CTSK", "MMP2",
          "S100A4", "THBS2", "ASPN", "CDH11", "SFRP2", "LOXL2")


def squashed(name: str) -> str:
    """The name without regard to case, spaces and punctuation; Greek letters spelled out."""
    for letter, word in GREEK.items():
        name = name.replace(letter, word)
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def parts(text: str) -> list[str]:
    """The entries of a ``|`` separated cell."""
    return [part.strip() for part in text.split("|") if part.strip()]


def read_rows(path: Path, delimiter: str) -> list[dict[str, str]]:
    """The rows of a table, gzipped or not."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    csv.field_size_limit(10**7)
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline=""), delimiter=delimiter))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A csv with LF line ends, so that every machine writes the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make_hgnc(hgnc: list[dict[str, str]], out: Path) -> None:
    """Symbols, previous symbols, aliases, Entrez and Ensembl ids of every approved gene, tab separated."""
    lines = ["symbol\tprev_symbol\talias_symbol\tentrez_id\tensembl_gene_id"]
    for row in sorted((row for row in hgnc if row["status"] == "Approved"), key=lambda row: row["symbol"]):
        former, others = parts(row["prev_symbol"]), parts(row["alias_symbol"])
        ids = row["entrez_id"].strip(), row["ensembl_gene_id"].strip()
        lines.append("\t".join((row["symbol"], "|".join(former), "|".join(others), *ids)))
    content = ("\n".join(lines) + "\n").encode("utf-8")
    with (out / "hgnc.tsv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(content)


def stated_collisions(text: str) -> dict[str, list[str]]:
    """``ambiguous_names`` of rtk.csv: ``FLG->FLG(symbol); H4->CCDC6(alias)+H4C6(alias)``."""
    found = {}
    for entry in filter(None, (entry.strip() for entry in text.split(";"))):
        name, _, others = entry.partition("->")
        found[squashed(name)] = [re.sub(r"\(.*\)", "", other).strip() for other in others.split("+")]
    return found


def make_rtk_names(rtk: list[dict[str, str]], hgnc: list[dict[str, str]], out: Path) -> None:
    """Every name of an RTK, squashed, with all the genes that claim it."""
    claims: dict[str, set[str]] = defaultdict(set)
    kinds: dict[str, str] = {}
    for row in rtk:
        named = [(name, kind) for column, kind in NAME_COLUMNS.items() for name in parts(row[column])]
        named += [(name, "common name") for name in FURTHER_NAMES.get(row["symbol"], [])]
        for name, kind in named:
            claims[squashed(name)].add(row["symbol"])
            kinds.setdefault(squashed(name), kind)
        for name, others in stated_collisions(row["ambiguous_names"]).items():
            claims[name].update([row["symbol"], *others])
            kinds.setdefault(name, "alias")
    approved = {squashed(row["symbol"]): row["symbol"] for row in rtk}
    for row in hgnc:
        for name in (row["symbol"], *parts(row["prev_symbol"]), *parts(row["alias_symbol"])):
            key = squashed(name)
            if key in claims and key not in approved:
                claims[key].add(row["symbol"])
    for key, symbol in approved.items():
        claims[key] = {symbol}
        kinds[key] = "approved"
    rows = [(key, "|".join(sorted(claims[key])), kinds[key]) for key in sorted(claims)]
    write_rows(out / "rtk_names.csv", ("name", "symbols", "kind"), rows)


def make_drugs(drugs: list[dict[str, str]], out: Path) -> None:
    """The drug table without the columns and statements that rest on the Guide to PHARMACOLOGY."""
    header = [column for column in drugs[0] if column not in DRUG_COLUMNS_LEFT_OUT]
    rows = []
    for row in drugs:
        kept = dict(row)
        if GUIDE_TO_PHARMACOLOGY in kept["status_source"]:
            kept["status_source"], kept["status_verified"] = "general knowledge", "no"
        rows.append([kept[column] for column in header])
    write_rows(out / "rtk_drugs.csv", header, rows)


def make_gene_sets(hgnc: list[dict[str, str]], rtk: list[dict[str, str]], out: Path) -> None:
    """Marker lists; refuses a symbol that HGNC does not approve and any RTK."""
    approved = {row["symbol"] for row in hgnc}
    receptors = {row["symbol"] for row in rtk}
    sets: Mapping[str, Sequence[str]] = {"proliferation": PROLIFERATION, "stroma": STROMA}
    rows = []
    for name, symbols in sets.items():
        for symbol in symbols:
            if symbol not in approved or symbol in receptors:
                raise SystemExit(f"{symbol} cannot stand in the gene set {name}")
            rows.append((name, symbol, "general knowledge"))
    write_rows(out / "gene_sets.csv", ("gene_set", "symbol", "source"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--hgnc", "--rtk", "--drugs", "--out"):
        parser.add_argument(option, type=Path, required=True)
    arguments = parser.parse_args()
    hgnc = read_rows(arguments.hgnc, "\t")
    rtk = read_rows(arguments.rtk, ",")
    make_hgnc(hgnc, arguments.out)
    write_rows(arguments.out / "rtk.csv", list(rtk[0]), [list(row.values()) for row in rtk])
    make_rtk_names(rtk, hgnc, arguments.out)
    make_drugs(read_rows(arguments.drugs, ","), arguments.out)
    make_gene_sets(hgnc, rtk, arguments.out)


if __name__ == "__main__":
    main()
