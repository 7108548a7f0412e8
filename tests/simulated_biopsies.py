"""Makes the simulated biopsies of the example study, with everything that is planted in them. All numbers are drawn.

Run it as a module to write the files again: ``python -m tests.simulated_biopsies``; equal seeds give equal bytes.

Planted (the tests read the names from here):
- RISING: four RTKs rise by 1.0 to 1.2 log2 from before to after; the other RTKs do not.
- LOST_HER2: four patients lose HER2, in IHC, ISH and mRNA; WITH_LOSS rises in these four only.
- WITH_STROMA: one RTK follows the change of stroma, and has no change of its own.
- BEFORE_RESPONSE: one RTK is higher before treatment in those without a complete response.
- ON: receptors that are on (a second, higher level) in about a third of the patients, in mRNA and in IHC.
- Proliferation falls. Plates are mixed. Second samples come nearly all from patients without a complete response.
- A third time point in three patients, two patients with one biopsy only because the other failed, and patients with a
  complete response who have no second biopsy.

Not for: a test of whether the program is right about real tumours. Nothing here was measured.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.reference import gene_set, rtk_symbols

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "examples" / "simulated_biopsies"
SEED = 20_261
PAIRS, RESPONDED_IN_PAIRS, BEFORE_ONLY = 24, 3, 12
RISING = {"AXL": 1.1, "EPHA2": 1.1, "FGFR1": 1.2, "MET": 1.0}
LOST_HER2 = ("S05", "S11", "S16", "S22")
WITH_LOSS, WITH_STROMA, BEFORE_RESPONSE = "EGFR", "PDGFRB", "IGF1R"
ON = ("ERBB3", "EPHB4", "INSR", "KIT")
SHARE_ON = 0.35
STROMA = ("COL1A1", "COL1A2", "COL3A1", "FAP", "FN1", "SPARC", "LUM", "DCN", "VIM", "PTPRC")
PROLIFERATION = gene_set("proliferation")[:12]
OTHERS = ("XIST", "RPS4Y1", "ESR1", "PGR", "GATA3", "KRT5", "KRT8", "KRT18", "CDH1", "ACTB", "GAPDH", "TBP")
GENES = (*rtk_symbols(), *STROMA, *PROLIFERATION, *OTHERS)
STAINED = ("AXL", "EGFR", "ERBB2", "ERBB3", "IGF1R", "MET")
"""Receptors of the IHC table."""
LEVEL = {"XIST": 10.0, "RPS4Y1": 2.0, "ERBB2": 12.5, "ACTB": 13.5, "GAPDH": 13.0, "COL1A1": 11.5, "COL1A2": 11.0}

Floats = NDArray[np.float64]


def patients() -> tuple[str, ...]:
    """S01 to S38: first those with both biopsies, then those with one."""
    return tuple(f"S{number + 1:02d}" for number in range(PAIRS + BEFORE_ONLY + 2))


def planted_on() -> dict[str, frozenset[str]]:
    """Receptor -> the patients in whom it was drawn from the higher level: the same draws as in ``simulate``."""
    rng = np.random.default_rng(SEED)
    number = len(patients())
    _responders(rng, number)
    rng.normal(0.0, 0.75, (number, len(GENES)))
    return {gene: frozenset(name for name, chosen in zip(patients(), rng.random(number) < SHARE_ON) if chosen)
            for gene in ON}


def _responders(rng: np.random.Generator, number: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who lost HER2, and who responded: a few of those with a second biopsy, nearly all of those without one."""
    lost = np.array([name in LOST_HER2 for name in patients()])
    responded = np.zeros(number, dtype=bool)
    free = np.flatnonzero((np.arange(number) < PAIRS) & ~lost)
    responded[rng.choice(free, RESPONDED_IN_PAIRS, replace=False)] = True
    responded[PAIRS:PAIRS + BEFORE_ONLY - 1] = True
    return lost, responded


def simulate() -> tuple[tuple[str, ...], Floats, list[dict[str, str]], list[dict[str, str]]]:
    """Sample names, log2 expression (samples by GENES), one row per sample, and one row of IHC per sample and RTK."""
    rng = np.random.default_rng(SEED)
    names = patients()
    number = len(names)
    lost, responded = _responders(rng, number)

    level = np.array([LEVEL.get(gene, 6.0 + 2.5 * (place % 5) / 4.0) for place, gene in enumerate(GENES)])
    own = rng.normal(0.0, 0.75, (number, len(GENES)))
    own[:, _at("RPS4Y1")] *= 0.2
    own[:, _at("XIST")] *= 0.3
    on = {gene: rng.random(number) < SHARE_ON for gene in ON}
    for gene, members in on.items():
        own[:, _at(gene)] = np.where(members, 2.6, 0.0) + rng.normal(0.0, 0.4, number)
    own[:, _at(BEFORE_RESPONSE)] = np.where(responded, -0.7, 0.7) + rng.normal(0.0, 0.7, number)
    cellularity = rng.normal(0.0, 1.0, number)  # of the stroma, shared by its genes
    own[:, [_at(gene) for gene in STROMA]] += 0.6 * cellularity[:, None]

    change = rng.normal(0.0, 0.45, (number, len(GENES)))
    for gene, rise in RISING.items():
        change[:, _at(gene)] = rng.normal(rise, 0.6, number)
    stroma = rng.normal(0.15, 0.9, number)
    stroma -= stroma[:PAIRS].mean() - 0.15
    change[:, [_at(gene) for gene in STROMA]] += stroma[:, None]
    change[:, _at(WITH_STROMA)] = 0.9 * stroma + rng.normal(0.0, 0.25, number)
    change[:, [_at(gene) for gene in PROLIFERATION]] -= 0.7
    change[:, _at("ERBB2")] = np.where(lost, rng.normal(-4.0, 0.3, number), rng.normal(0.0, 0.25, number))
    change[:, _at(WITH_LOSS)] += np.where(lost, 1.8, -0.1)
    change[:, [_at("XIST"), _at("RPS4Y1")]] *= 0.2

    samples: list[str] = []
    values: list[Floats] = []
    rows: list[dict[str, str]] = []
    stains: list[dict[str, str]] = []
    plates = rng.integers(1, 4, number)
    for place, name in enumerate(names):
        for when in _times(place):
            share = {"before": 0.0, "week 2": 0.5, "after": 1.0}[when]
            sample = f"{name}_{'mid' if when == 'week 2' else when}"
            reading = level + own[place] + share * change[place] + rng.normal(0.0, 0.15, len(GENES))
            samples.append(sample)
            values.append(reading)
            rows.append(_row(rng, sample, name, when, bool(responded[place]), bool(lost[place]), int(plates[place])))
            for gene in STAINED:
                stains.append(_stain(rng, sample, gene, float(reading[_at(gene)] - level[_at(gene)])))
    return tuple(samples), np.array(values), rows, stains


def _times(place: int) -> Sequence[str]:
    """Which biopsies a patient has: both, three of them in three patients, one in those at the end of the list."""
    if place < PAIRS:
        return ("before", "week 2", "after") if place in (1, 8, 14) else ("before", "after")
    return ("after",) if place == PAIRS + BEFORE_ONLY + 1 else ("before",)


def _at(gene: str) -> int:
    return GENES.index(gene)


def _row(rng: np.random.Generator, sample: str, patient: str, when: str, responded: bool, lost: bool,
         plate: int) -> dict[str, str]:
    """What the clinic and the laboratory wrote down about one sample."""
    gone = lost and when == "after"
    days = {"before": 0, "week 2": 14, "after": int(rng.integers(70, 99))}[when]
    start = np.datetime64("2021-01-11") + 9 * int(patient[1:])
    ihc = rng.choice(["1+", "0", "2+"]) if gone else rng.choice(["3+", "2+"], p=[0.8, 0.2])
    ratio = rng.uniform(1.0, 1.5) if gone else rng.uniform(3.0, 7.5)
    moved = rng.random() < 0.12
    return {
        "sample": sample, "patient": patient, "time": when, "biopsy_date": str(start + days),
        # Nearly all patients have both samples on one plate; a few second samples were run later on another.
        "plate": str(1 + (plate + (when != "before" and rng.random() < 0.15)) % 3),
        "pcr": "yes" if responded else "no",
        "her2_ihc": str(ihc), "her2_ish_ratio": f"{ratio:.1f}" if ihc == "2+" else "",
        "pam50": "LumB" if gone else "LumA" if when == "after" and moved else "HER2-E"}


def _stain(rng: np.random.Generator, sample: str, gene: str, above: float) -> dict[str, str]:
    """Percentages of cells with no, weak, moderate and strong stain; they sum to 100."""
    stained = 1.0 / (1.0 + np.exp(-(above + rng.normal(0.0, 0.3))))
    weights = np.array([1.0 - stained, stained * (1.0 - stained) * 1.5, stained * 0.7, stained**2 * 1.3])
    shares = np.floor(100.0 * weights / weights.sum()).astype(int)
    shares[int(np.argmax(shares))] += 100 - int(shares.sum())
    return {"sample": sample, "receptor": gene, **{f"percent_{grade}": str(share) for grade, share in enumerate(shares)}}


def expression_csv(samples: Sequence[str], values: Floats) -> str:
    """Genes in rows, samples in columns, as most laboratories keep it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["gene", *samples])
    for place, gene in enumerate(GENES):
        writer.writerow([gene, *(f"{value:.3f}" for value in values[:, place])])
    return text.getvalue()


def rows_csv(rows: Sequence[dict[str, str]]) -> str:
    """One row per sample (or per sample and receptor)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def files() -> dict[str, str]:
    """Name -> text of every file."""
    samples, values, rows, stains = simulate()
    return {"expression.csv": expression_csv(samples, values), "samples.csv": rows_csv(rows), "ihc.csv": rows_csv(stains)}


def main() -> None:
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"Simulated biopsies written to {FOLDER.name}")


if __name__ == "__main__":
    main()
