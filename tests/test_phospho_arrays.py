"""Phospho-RTK arrays: labels, duplicates, background, reference spots, exposures, calls, and that spots are not n.

Not for: cell lines compared with them (the analyses).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.assays.array_labels import coordinates_in
from core.data.assays.membranes import NEGATIVE, RECEPTOR, REFERENCE, Spot, choose_exposure, membrane_values
from core.data.dataset import Dataset
from core.data.reference import rtk_table
from tests.assay_files import Row, codes, fates, load, said, value, workbook

HEAD = ["Coordinate", "Receptor", "Parental", "Resistant"]
ROWS: list[Row] = [
    ("A1", "Reference Spots", 20200, 10100), ("A2", "Reference Spots", 20200, 10100),
    ("B1", "EGF R", 2200, 8100), ("B2", "EGF R", 2200, 8100), ("B3", "HGF R", 5200, 2600), ("B4", "HGF R", 5200, 2600),
    ("B5", "Dtk", 202, 101), ("B6", "Dtk", 204, 102), ("C1", "Mer", 1200, 600), ("C2", "Mer", 3200, 1700),
    ("D1", "PBS", 199, 99), ("D2", "PBS", 200, 100), ("D3", "PBS", 201, 101)]


def array(folder: Path, rows: list[Row], keys: str = "", head: list[str] | None = None) -> Dataset:
    workbook(folder / "array.xlsx", {"Array": [head or HEAD, *rows]})
    return load(folder, f'array = {{ file = "array.xlsx"{keys} }}', role="cell_lines")


def spot(kind: str, label: str, number: float, exposure: float = 1.0, sample: str = "a") -> Spot:
    return Spot(sample, "1", exposure, kind, label, number, number, 0, 0)


def test_that_the_signal_is_the_mean_duplicate_less_the_negative_over_the_reference(tmp_path: Path) -> None:
    """EGFR: (2200 - 200)/(20200 - 200) = 0.1 parental; (8100 - 100)/(10100 - 100) = 0.8 resistant."""
    dataset = array(tmp_path, ROWS)
    matrix, = dataset.expression
    assert (matrix.measure, str(matrix.scale), matrix.samples) == ("phospho", "log2", ("Parental", "Resistant"))
    assert value(dataset, "Parental", "EGFR") == pytest.approx(np.log2(0.1))
    assert value(dataset, "Resistant", "EGFR") == pytest.approx(np.log2(0.8))
    assert value(dataset, "Resistant", "MET") == pytest.approx(np.log2(0.25))


def test_that_a_control_gives_log2_fold_changes(tmp_path: Path) -> None:
    dataset = array(tmp_path, ROWS, ', control = "Parental"')
    assert str(dataset.expression[0].scale) == "log ratio"
    assert value(dataset, "Resistant", "EGFR") == pytest.approx(3)
    assert value(dataset, "Parental", "EGFR") == 0
    refused = array(tmp_path, ROWS, ', control = "parentl"')
    assert said(refused, "no_control").line() == ("array.xlsx › Array: no sample is called “parentl”; did you mean "
                                                  "“Parental”?")


def test_that_a_call_needs_both_the_height_and_the_agreement_of_the_duplicates(tmp_path: Path) -> None:
    dataset = array(tmp_path, ROWS)
    calls = dataset.assays[0].calls
    assert calls is not None
    of = dict(zip(calls.genes, calls.values[0], strict=True))
    assert of == {"EGFR": 1.0, "MET": 1.0, "TYRO3": 0.0, "MERTK": 0.0}
    differ = [problem.what for problem in dataset.findings if problem.code == "duplicates_differ"]
    assert differ[0] == ("the duplicate spots of Mer on the membrane of Parental differ (CV 64 %); it is not called present "
                         "there")


@pytest.mark.parametrize(("signal", "present"), [(3.0, False), (3.01, True)])
def test_that_present_begins_above_the_negative_mean_plus_3_sd(signal: float, present: bool) -> None:
    spots = [spot(NEGATIVE, "PBS", number) for number in (9.0, 10.0, 11.0)]
    found = membrane_values([*spots, spot(RECEPTOR, "x", 10 + signal), spot(RECEPTOR, "x", 10 + signal)], np.inf)
    assert found.call["x"] is present


def test_that_a_signal_below_the_negative_spots_stands_at_their_limit(tmp_path: Path) -> None:
    dataset = array(tmp_path, ROWS)
    floor = np.log2(3 * 1.0 / 20000)
    assert value(dataset, "Parental", "TYRO3") == pytest.approx(np.log2(3 / 20000))
    assert dataset.assays[0].intervals["phospho", "Parental", "TYRO3"] == (-np.inf, pytest.approx(floor))
    assert said(dataset, "below_negative").what == "2 signals below the negative spots + 3 SD stand at that limit"


def test_that_duplicate_spots_never_count_as_n(tmp_path: Path) -> None:
    dataset = array(tmp_path, ROWS)
    record, = dataset.assays
    assert dict(record.replicates["phospho"]) == {"Parental": 1, "Resistant": 1}
    assert record.unit == "membranes"
    problem = said(dataset, "one_membrane")
    assert problem.what == "every sample has one membrane: values are shown, and no P is computed between two samples"
    assert problem.why == "Duplicate spots are one measurement; a membrane is one experiment."


def test_that_two_membranes_of_one_sample_are_two_replicates(tmp_path: Path) -> None:
    rows = [(row[0], row[1], row[2], row[2] if row[1] == "Reference Spots" else float(row[2]) * 1.0, row[3], row[3])
            for row in ROWS]
    dataset = array(tmp_path, rows, ', signal = ["m1", "m2", "m3", "m4"], samples = ["P", "P", "R", "R"]',
                    head=["Coordinate", "Receptor", "m1", "m2", "m3", "m4"])
    assert dict(dataset.assays[0].replicates["phospho"]) == {"P": 2, "R": 2}
    assert "one_membrane" not in codes(dataset)
    assert value(dataset, "R", "EGFR") - value(dataset, "P", "EGFR") == pytest.approx(3)


def test_that_the_longest_exposure_without_saturation_is_used_for_all(tmp_path: Path) -> None:
    rows: list[Row] = []
    for receptor, one, five in (("Reference Spots", (10000, 10000), (30000, 30000)), ("EGF R", (1000, 2000), (5000, 9000)),
                                ("ErbB2", (9000, 20000), (40000, 65535)), ("PBS", (100, 100), (100, 100)),
                                ("PBS", (101, 101), (101, 101))):
        for _ in range(2):
            rows.append((receptor, one[0], five[0], one[1], five[1]))
    dataset = array(tmp_path, rows, head=["Receptor", "P 1 min", "P 5 min", "R 1 min", "R 5 min"])
    assert dataset.assays[0].facts["exposure"] == 1
    assert said(dataset, "exposure_chosen").what == (
        "the exposure of 1 min is used, the longest that all membranes have without a saturated spot; the series: 1 min (0 "
        "saturated), 5 min (2 saturated)")
    assert dict(dataset.assays[0].replicates["phospho"]) == {"P": 1, "R": 1}
    assert fates(dataset)["C2"] == "another exposure is used"


def test_that_exposures_may_stand_in_a_column(tmp_path: Path) -> None:
    rows = [(receptor, sample, minutes, signal * scale)
            for sample, scale in (("P", 1.0), ("R", 1.0)) for minutes in ("30 s", "2 min")
            for receptor, signal in (("Reference Spots", 1000), ("EGF R", 500), ("PBS", 10), ("PBS", 12)) for _ in range(2)]
    dataset = array(tmp_path, rows, head=["Receptor", "Sample", "Exposure", "Mean density"])
    assert dataset.assays[0].facts["exposure"] == 2


def test_that_saturated_spots_are_missing_where_no_exposure_is_free_of_them(tmp_path: Path) -> None:
    rows = [(*row[:2], 65535 if row[1] == "EGF R" else row[2], row[3]) for row in ROWS]
    dataset = array(tmp_path, rows)
    assert np.isnan(value(dataset, "Parental", "EGFR"))
    problem = next(each for each in dataset.findings if each.code == "saturated_spot")
    assert problem.line() == ("array.xlsx › Array › C4: EGF R is saturated (65535); its value counts as missing; add a "
                              "shorter exposure")


def test_that_saturated_receptors_weigh_more_than_saturated_references() -> None:
    spots = [spot(RECEPTOR, "x", 90, 5), spot(REFERENCE, "r", 100, 5), spot(RECEPTOR, "x", 100, 9),
             spot(REFERENCE, "r", 50, 9), spot(RECEPTOR, "x", 20, 1), spot(REFERENCE, "r", 100, 1)]
    assert choose_exposure(spots, 100).of_membrane == {("a", "1"): 5}
    assert choose_exposure([each for each in spots if each.exposure == 9], 100).receptors_saturated == 1


def test_that_the_label_stands_once_for_its_duplicate(tmp_path: Path) -> None:
    rows = [(row[0], "" if int(str(row[0])[1:]) % 2 == 0 and row[1] != "PBS" else row[1], *row[2:]) for row in ROWS]
    dataset = array(tmp_path, rows)
    assert value(dataset, "Resistant", "EGFR") == pytest.approx(np.log2(0.8))
    assert fates(dataset)["B5"] == "the duplicate beside it"


def test_that_coordinates_get_their_receptors_from_a_layout_sheet(tmp_path: Path) -> None:
    layout = [("A1, A2", "Reference Spots"), ("B1, B2", "EGF R"), ("B3-B4", "HGF R"), ("B5,B6", "Dtk"), ("C1 C2", "Mer"),
              ("D1, D2, D3", "PBS")]
    workbook(tmp_path / "array.xlsx", {"Densities": [["Coordinate", "P", "R"], *[(row[0], *row[2:]) for row in ROWS]],
                                       "Layout": [["Coordinate", "Receptor"], *layout]})
    dataset = load(tmp_path, 'array = { file = "array.xlsx", sheet = "Densities", layout = "Layout" }', role="cell_lines")
    assert dataset.unusable == ()
    assert value(dataset, "R", "EGFR") == pytest.approx(np.log2(0.8))
    without = load(tmp_path, 'array = { file = "array.xlsx", sheet = "Densities" }', role="cell_lines")
    assert said(without, "no_label").what == "no column says which receptor a spot is, only its coordinate"


@pytest.mark.parametrize(("text", "found"), [("A1, A2", ("A1", "A2")), ("a01", ("A1",)), ("B3-B4", ("B3", "B4")),
                                             ("EGFR", ()), ("", ())])
def test_that_coordinates_are_read_in_every_spelling(text: str, found: tuple[str, ...]) -> None:
    assert coordinates_in(text) == found


def test_that_a_spot_without_label_is_left_out_by_name(tmp_path: Path) -> None:
    dataset = array(tmp_path, [*ROWS, ("H9", None, 3000, 3000)])
    assert said(dataset, "spot_without_label").line() == (
        "array.xlsx › Array › B15: nothing says which receptor this spot is; it is left out; fill in the label, or name the "
        "sheet with the layout with the key layout")


def test_that_missing_controls_are_said_with_their_keys(tmp_path: Path) -> None:
    dataset = array(tmp_path, [row for row in ROWS if row[1] not in ("PBS", "Reference Spots")])
    assert said(dataset, "no_reference_spots").what == ("no reference spot was found on the membranes of Parental, "
                                                        "Resistant; they are not normalised")
    assert said(dataset, "no_negative_spots").answer_key == "negative"
    calls = dataset.assays[0].calls
    assert calls is not None
    assert np.isnan(calls.values).all()


def test_that_own_names_of_control_spots_are_used(tmp_path: Path) -> None:
    rows = [(row[0], {"PBS": "buffer", "Reference Spots": "corner"}.get(str(row[1]), row[1]), *row[2:]) for row in ROWS]
    dataset = array(tmp_path, rows, ', reference = ["corner"], negative = ["buffer"]')
    assert value(dataset, "Resistant", "EGFR") == pytest.approx(np.log2(0.8))


def test_that_a_local_background_is_subtracted_spot_by_spot(tmp_path: Path) -> None:
    rows = [(row[1], float(row[2]) + 50, 50) for row in ROWS]
    dataset = array(tmp_path, rows, ', samples = ["P"], signal = ["Density"]', head=["Receptor", "Density", "Background"])
    assert value(dataset, "P", "EGFR") == pytest.approx(np.log2(0.1))


def test_that_a_spot_without_a_number_is_named(tmp_path: Path) -> None:
    rows = [(*row[:3], "scratched" if row[0] == "B2" else row[3]) for row in ROWS]
    dataset = array(tmp_path, rows)
    assert said(dataset, "spot_without_signal").line() == (
        "array.xlsx › Array › D5: “scratched” is no signal of EGF R; the spot is left out; fill in the cell if the spot was "
        "measured")


def test_that_every_label_of_the_kit_finds_its_receptor(tmp_path: Path) -> None:
    labels = {row["phospho_array_label"]: row["symbol"] for row in rtk_table() if row["phospho_array_label"]}
    rows = [(label, 100 + number, 200) for number, label in enumerate(labels)]
    dataset = array(tmp_path, rows, head=["Receptor", "P", "R"])
    assert set(labels.values()) == set(dataset.expression[0].genes)


def test_that_a_replicate_column_counts_membranes(tmp_path: Path) -> None:
    rows = [(row[1], sample, membrane, row[column]) for sample, column in (("P", 2), ("R", 3)) for membrane in (1, 2)
            for row in ROWS]
    dataset = array(tmp_path, rows, head=["Receptor", "Sample", "Membrane", "Mean density"])
    assert dict(dataset.assays[0].replicates["phospho"]) == {"P": 2, "R": 2}
    assert dict(dataset.assays[0].parts) == {"P": 16, "R": 16}


def test_that_membranes_without_a_shared_exposure_are_said(tmp_path: Path) -> None:
    rows = [(label, sample, minutes, signal) for sample, minutes in (("P", "1 min"), ("R", "5 min"))
            for label, signal in (("Reference Spots", 1010), ("EGF R", 510), ("PBS", 9), ("PBS", 11)) for _ in range(2)]
    dataset = array(tmp_path, [*rows, ("EGF R", "P", "long", 3)], head=["Receptor", "Sample", "Exposure", "Mean density"])
    assert said(dataset, "exposures_differ").what == "the membranes share no exposure; used are P 1 min, R 5 min"
    assert said(dataset, "exposure_unreadable").line() == (
        "array.xlsx › Array › C18 › P: “long” is no exposure; this spot is left out; write minutes, or a number with min or s, "
        "into the cell")
    assert value(dataset, "P", "EGFR") == value(dataset, "R", "EGFR") == pytest.approx(-1)


def test_that_background_in_another_sheet_is_subtracted_cell_by_cell(tmp_path: Path) -> None:
    head = ["Receptor", "P", "R"]
    signals = [(row[1], float(row[2]) + 50, float(row[3]) + 20) for row in ROWS]
    sheets = {"Signal": [head, *signals], "Background": [head, *[(row[1], 50, 20) for row in ROWS]]}
    workbook(tmp_path / "array.xlsx", sheets)
    keys = 'array = { file = "array.xlsx", sheet = "Signal", background_sheet = "Background" }'
    dataset = load(tmp_path, keys, role="cell_lines")
    assert value(dataset, "P", "EGFR") == pytest.approx(np.log2(0.1))
    workbook(tmp_path / "array.xlsx", {**sheets, "Background": [head, *[(row[1], 50, 20) for row in ROWS[1:]]]})
    assert said(load(tmp_path, keys, role="cell_lines"), "background_elsewhere").line() == (
        "array.xlsx › Background › A3: this sheet is named as the background, but its row 3 is “EGF R” where the signals have "
        "“Reference Spots”; give both sheets the same rows and columns")


def test_that_calls_may_take_the_place_of_signals(tmp_path: Path) -> None:
    workbook(tmp_path / "array.xlsx", {"Array": [HEAD, *ROWS]})
    dataset = load(tmp_path, 'array = { file = "array.xlsx", values = "calls" }', role="activation")
    assert str(dataset.expression[0].scale) == "calls"
    assert (value(dataset, "Parental", "EGFR"), value(dataset, "Parental", "TYRO3")) == (1, 0)


def test_that_control_spots_inside_the_list_are_named_as_controls_and_are_no_receptors(tmp_path: Path) -> None:
    dataset = array(tmp_path, ROWS)
    assert said(dataset, "control_spots").line() == (
        "array.xlsx › Array › column B: “Reference Spots” as reference spots (rows 2-3) and “PBS” as negative spots (rows "
        "12-14) were taken for controls, not for receptors")
    assert set(dataset.expression[0].genes) == {"EGFR", "MET", "TYRO3", "MERTK"}


def test_that_a_label_of_no_kit_stays_as_written_and_is_named(tmp_path: Path) -> None:
    dataset = array(tmp_path, [*ROWS, ("C3", "FooBar R", 900, 900), ("C4", "FooBar R", 900, 900)])
    assert said(dataset, "gene_names_unknown").line() == (
        "array.xlsx › Array › B15: 1 name is no human gene in HGNC and stays as written: FooBar R")
