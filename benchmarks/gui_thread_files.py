"""The files that the session of gui_thread opens: tables and a study as large as we promise to take.

Not for: driving the window over them (gui_thread.py).
"""

from __future__ import annotations

from pathlib import Path

PATIENTS = 20_000


def write_files(folder: Path) -> None:
    """The tables and the study that the session opens: as large as we promise to take."""
    import numpy as np

    from benchmarks.reading import GENES, expression, write_csv, write_xlsx
    from core.data.genes.hgnc import gene_names
    from core.data.reference import rtk_symbols

    known = sorted(set(gene_names().approved.values()) - set(rtk_symbols()))
    names = (*sorted(rtk_symbols()), *known)[:GENES]
    write_xlsx(folder / "large.xlsx", expression(200), names)
    write_csv(folder / "large.csv", expression(1000), names)
    rng = np.random.default_rng(PATIENTS)
    genes = sorted(rtk_symbols())[:20]
    values = rng.normal(8, 2, (PATIENTS, len(genes))).round(3).tolist()
    months, event = rng.exponential(60, PATIENTS).round(2).tolist(), rng.integers(0, 2, PATIENTS).tolist()
    her2 = rng.choice(["Positive", "Negative"], PATIENTS).tolist()
    with (folder / "many.csv").open("w", encoding="utf-8") as written:
        written.write(",".join(["patient", "months", "died", "her2", *genes]) + "\n")
        for number, row in enumerate(values):
            cells = [f"PAT-{number:05d}", months[number], event[number], her2[number], *row]
            written.write(",".join(map(str, cells)) + "\n")
    (folder / "many.toml").write_text(
        'format = 1\nname = "many patients"\n\n[[dataset]]\nname = "many"\nrole = "cohort"\n'
        'expression = { file = "many.csv", samples = "rows", id = "patient", scale = "log2" }\n'
        'clinical = { file = "many.csv", id = "patient" }\n\n[[dataset.endpoint]]\nname = "overall survival"\n'
        'time = "months"\nunit = "months"\nevent = "died"\nevent_values = [1]\n\n'
        '[[cohort]]\nname = "all"\ndataset = "many"\n', encoding="utf-8")
