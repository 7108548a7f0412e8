"""What each spot of an array is: a receptor by its label or coordinate, a reference spot or a negative one.

Not for: which gene a label means (assay_genes.py).
"""

from __future__ import annotations

import re

from core.data.assays.assay_table import AssayTable, letters_only
from core.data.assays.membranes import NEGATIVE, RECEPTOR, REFERENCE
from core.data.files.workbook import ReadResult
from core.data.sheets.collapse_genes import Change
from core.data.sheets.layout import find_region
from core.data.sheets.sheet_words import squeezed
from core.problems import note, user_error

REFERENCE_NAMES = ("reference", "reference spot", "reference spots", "ref", "ref spot", "positive control",
                   "positive controls", "pos", "control (+)", "positive")
NEGATIVE_NAMES = ("pbs", "negative", "negative control", "negative controls", "control (-)", "neg", "neg control",
                  "blank", "pbs (negative control)", "negative control (pbs)", "igg")
_COORDINATE = re.compile(r"([A-Za-z]{1,2})[ -]?(\d{1,2})")
_HEADS = {"coordinate": re.compile(r"coord(inate)?s?|position|spot", re.IGNORECASE),
          "label": re.compile(r"(receptor|kinase|rtk|target|analyte|protein|name|label).*", re.IGNORECASE)}


def coordinates_in(text: str) -> tuple[str, ...]:
    """``A1, A2`` and ``A1-A2`` are A1 and A2; none in a text that holds anything else."""
    parts = [part for part in re.split(r"\s*[,;/&+]\s*|\s+-\s*|\s*-\s+|(?<=\d)-(?=[A-Za-z])|\s+", text.strip()) if part]
    found = [match for match in map(_COORDINATE.fullmatch, parts) if match]
    if not parts or len(found) < len(parts):
        return ()
    return tuple(f"{match[1].upper()}{int(match[2])}" for match in found)


class SpotLabels:
    """The label of every row, from its own column, from the layout, or from the duplicate before it."""

    def __init__(self, at: AssayTable, layout: ReadResult | None) -> None:
        self.at = at
        self.by_coordinate = self._layout(layout) if layout is not None else {}
        choices = at.spec.choices
        self.reference = {letters_only(word) for word in choices.get("reference") or REFERENCE_NAMES}
        self.negative = {letters_only(word) for word in choices.get("negative") or NEGATIVE_NAMES}
        if not at.has("label") and not (at.has("coordinate") and self.by_coordinate):
            raise user_error(
                "no_label", "no column says which receptor a spot is" + (
                    ", only its coordinate" if at.has("coordinate") else ""), at.table.place(),
                remedy="name the column with the key label, or the sheet with the layout with the key layout",
                answer_key="label")
        self._before: tuple[str, str] = ("", "")

    def of(self, row: int) -> tuple[str, str]:
        """(kind of spot, label) of a row; an empty label where nothing says it."""
        at = self.at
        coordinates = coordinates_in(at.text(row, "coordinate"))
        label = at.text(row, "label")
        if not label and coordinates:
            label = self.by_coordinate.get(coordinates[0], "")
            if not label and self._is_duplicate_of_before(coordinates[0]):
                label = self._before[1]
                at.changes.append(_change(at, row, label))
        if coordinates:
            self._before = (coordinates[-1], label)
        told = letters_only(at.text(row, "spot_type"))
        for kind, names in ((REFERENCE, self.reference), (NEGATIVE, self.negative)):
            if told in names or letters_only(label) in names:
                return kind, label or kind
        return RECEPTOR, label

    def _is_duplicate_of_before(self, coordinate: str) -> bool:
        """A2 behind A1, B4 behind B3: kits spot each receptor twice, side by side."""
        own, before = _COORDINATE.fullmatch(coordinate), _COORDINATE.fullmatch(self._before[0])
        if own is None or before is None or not self._before[1]:
            return False
        return own[1] == before[1] and int(own[2]) == int(before[2]) + 1 and int(before[2]) % 2 == 1

    def _layout(self, layout: ReadResult) -> dict[str, str]:
        """Coordinate -> label, from a sheet with a column of each."""
        at = self.at
        region = find_region(layout.table, at.tokens)
        columns = {}
        for key, pattern in _HEADS.items():
            stated = at.spec.column(key)
            columns[key] = next((column for column in region.columns if squeezed(region.names[column]) == stated
                                 or (column not in region.unnamed and pattern.fullmatch(region.names[column]))), None)
        if columns["coordinate"] is None or columns["label"] is None or columns["coordinate"] == columns["label"]:
            raise user_error("no_layout", "this sheet is named as the layout, but has no columns of coordinates and "
                             "of receptors", layout.table.place(), remedy="give them the headers Coordinate and "
                             "Receptor", answer_key="layout")
        found = {}
        for row in region.rows:
            label = layout.table.text(row, columns["label"])
            for coordinate in coordinates_in(layout.table.text(row, columns["coordinate"])):
                if label:
                    found[coordinate] = label
        at.findings.append(note("layout_read", f"{len(found)} coordinates were given their receptors by the sheet "
                                f"“{layout.table.sheet}”", layout.table.place()))
        return found


def _change(at: AssayTable, row: int, label: str) -> Change:
    column = at.columns.get("label", at.columns["coordinate"])[0]
    return Change(at.table.cell(row, column), "", label, "the duplicate beside it")
