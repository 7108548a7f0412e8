"""Tables of assays in a draft, as pure edits: a sheet is IHC or an array, and which column is what.

Not for: whether a sheet looks like one (assay_signs.py) or reading it.
"""

from __future__ import annotations

from dataclasses import replace

from core.data.assays.assay_spec import ARRAY, COLUMN_KEYS, IHC, AssaySpec
from gui.pages.importing.draft import Draft, SheetKey

ASSAY_FIELDS = {
    IHC: (("sample", "Sample"), ("patient", "Patient"), ("time_point", "Time point"), ("antibody", "Antibody or RTK"),
          ("percent_0", "% without staining"), ("percent_1", "% 1+"), ("percent_2", "% 2+"), ("percent_3", "% 3+"),
          ("h_score", "H-score"), ("scorer", "Scorer"), ("core", "TMA core")),
    ARRAY: (("sample", "Sample"), ("patient", "Patient"), ("time_point", "Time point"), ("label", "Receptor"),
            ("coordinate", "Coordinate"), ("signal", "Signal"), ("background", "Background"),
            ("exposure", "Exposure")),
}
"""(key of the study file, words) of the columns that the window asks for."""


def with_assay_column(draft: Draft, sheet: SheetKey, key: str, column: str) -> Draft:
    """One column of an assay is said; an empty text leaves it to its heading."""
    def changed(assay: AssaySpec) -> AssaySpec:
        if (assay.table.path, assay.table.sheet) != sheet or key not in COLUMN_KEYS[assay.kind]:
            return assay
        columns = {name: each for name, each in assay.columns.items() if name != key}
        return replace(assay, columns={**columns, key: (column,)} if column else columns)

    return replace(draft, spec=replace(draft.spec, assays=tuple(changed(assay) for assay in draft.spec.assays)))
