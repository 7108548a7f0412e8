"""Builds ``cell_lines.csv``, the names of cell lines, from the list of HMS LINCS; see PROVENANCE.md.

Not for: running with the program. Usage:
    python make_cell_lines.py --names cell_line_display_name.tsv --out .
"""

from __future__ import annotations

import argparse
import csv
import re
from pathlib import Path

# Short forms in use for breast lines (general knowledge of the authors).
SHORT_FORMS = {
    "MDAMB134VI": ["MDAMB134"], "MDAMB175VII": ["MDAMB175"], "SUM149PT": ["SUM149"], "SUM159PT": ["SUM159"],
    "SUM102PT": ["SUM102"], "SUM190PT": ["SUM190"], "SUM185PE": ["SUM185"], "SUM229PE": ["SUM229"],
    "SUM44PE": ["SUM44"], "SUM52PE": ["SUM52"], "SUM225CWN": ["SUM225"], "SUM1315MO2": ["SUM1315"],
    "600MPE": ["MPE600"],
}
FURTHER_LINES = {"SUM149PT": "SUM149PT", "SUM159PT": "SUM159PT", "SUM102PT": "SUM102PT", "SUM190PT": "SUM190PT",
                 "SUM185PE": "SUM185PE", "SUM229PE": "SUM229PE", "SUM44PE": "SUM44PE", "SUM52PE": "SUM52PE",
                 "SUM225CWN": "SUM225CWN", "SUM1315MO2": "SUM1315MO2", "600MPE": "600MPE", "HCC3153": "HCC3153",
                 "MCF12A": "MCF-12A", "JIMT1": "JIMT-1", "MDAMB330": "MDA-MB-330", "MDAMB435": "MDA-MB-435",
                 "MDAMB435S": "MDA-MB-435S", "EFM192A": "EFM-192A", "EFM192B": "EFM-192B", "EFM192C": "EFM-192C",
                 "ZR75B": "ZR-75-B", "MB157": "MB157", "CAL85": "CAL-85", "KPL1": "KPL-1", "KPL4": "KPL-4",
                 "HBL100": "HBL-100", "184A1": "184A1", "21NT": "21NT", "21PT": "21PT",
                 "21MT1": "21MT-1", "21MT2": "21MT-2"}
# Lines made from one person: they are not independent (general knowledge of the authors).
SAME_DONOR = {"AU565": "SK-BR-3", "SKBR3": "SK-BR-3", "MCF10A": "MCF 10", "MCF10F": "MCF 10", "184A1": "184",
              "184B5": "184", "EFM192A": "EFM-192", "EFM192B": "EFM-192", "EFM192C": "EFM-192", "21NT": "21T",
              "21PT": "21T", "21MT1": "21T", "21MT2": "21T", "MCF7": "MCF7", "KPL1": "MCF7"}


def squashed(name: str) -> str:
    """Letters and digits only, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    lines: dict[str, tuple[str, list[str], str]] = {}
    for row in csv.reader(options.names.open(encoding="utf-8"), delimiter="\t"):
        also = [name for name in row[3].split(";") if name] if len(row) > 3 else []
        lines[squashed(row[0])] = (row[1], also, "HMS LINCS")
    for key, name in FURTHER_LINES.items():
        lines.setdefault(key, (name, [], "general knowledge"))
    with (options.out / "cell_lines.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["key", "name", "also", "donor", "source"])
        for key, (name, also, source) in sorted(lines.items()):
            short = [form for form in SHORT_FORMS.get(key, []) if form not in lines]
            words = source + ("; short form from general knowledge" if short and source == "HMS LINCS" else "")
            table.writerow([key, name, "|".join([*map(squashed, also), *short]), SAME_DONOR.get(key, ""), words])


if __name__ == "__main__":
    main()
