"""Every light of the confounder audit: what is planted turns it, clean data leave it green, no data leave it grey.

Not for: the tests of change themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from core.analyses.biopsy_audit import BiopsyAudit, audit_pairs
from core.analyses.biopsy_audit_columns import find_columns
from core.analyses.biopsy_audit_design import treatment_left
from core.analyses.biopsy_audit_her2 import ihc_status, ish_status
from core.analyses.biopsy_audit_responders import responded
from core.data.tables import Scale
from core.problems import UserError
from core.statistics.fisher_exact import fisher_exact
from tests.biopsy_desk import GENES, RTKS, biopsies

SHARED = Path(__file__).parents[2] / "shared" / "data"


def _audit(patients: int = 16, *, stated: Sequence[str] = (), **planted: object) -> BiopsyAudit:
    samples, pairs = biopsies(patients, **planted)  # type: ignore[arg-type]
    return audit_pairs(samples, pairs, audit_columns=stated)


def _clean_columns(patients: int = 16) -> Mapping[str, list[object]]:
    both = list(range(patients))
    return {
        "her2_ihc": ["3+"] * 2 * patients,
        "purity": [60 + number % 7 for number in both] + [60 + (3 * number) % 7 for number in both],
        "pam50": ["HER2-E"] * 2 * patients,
        "biopsy_date": [f"2020-01-{1 + number % 28:02d}" for number in both]
        + [f"2020-0{3 + number % 2}-{1 + number % 28:02d}" for number in both],
        "plate": [1 + number % 2 for number in both] * 2,
        "pCR": ["yes" if number % 3 == 0 else "no" for number in both] * 2,
    }


def test_that_clean_data_leave_every_light_green() -> None:
    audit = _audit(clinical=_clean_columns())
    assert {light.key: light.state for light in audit.lights} == dict.fromkeys(
        ("her2", "purity", "stroma", "proliferation", "subtype", "interval", "plate", "responders", "identity",
         "level"), "green")
    assert set(audit.her2_after.values()) == {"kept"}
    assert all(light.problem is None for light in audit.lights)


def test_that_without_genes_and_columns_the_lights_are_grey_and_say_why() -> None:
    audit = _audit(genes=RTKS)
    said = {light.key: (light.state, light.sentence) for light in audit.lights}
    for key in ("her2", "purity", "proliferation", "subtype", "interval", "plate", "responders", "identity"):
        state, sentence = said[key]
        assert state == "grey", key
        assert "cannot be judged" in sentence
    assert "the table has no such genes" in said["purity"][1]
    assert "the table has no such genes" in said["proliferation"][1]
    assert "no column says plate or batch" in said["plate"][1]
    assert all(light.table.n_rows for light in audit.lights)


def test_that_every_light_has_its_row_in_the_overview_and_its_table() -> None:
    audit = _audit(clinical=_clean_columns())
    overview = audit.tables[0]
    assert overview.name == "audit"
    assert list(overview.columns["check"]) == [light.key for light in audit.lights]
    names = [table.name for table in audit.tables]
    assert len(set(names)) == len(names)
    assert list(overview.columns["table"]) == names[2:]
    for table in audit.tables:
        assert set(table.describe) == set(table.columns), table.name


# HER2

def test_that_a_planted_loss_of_her2_mrna_turns_its_light_red_and_names_the_patients() -> None:
    fall = [-2.5 if number in (2, 9) else 0.0 for number in range(16)]
    audit = _audit(changes={"ERBB2": fall})
    light = audit.light("her2")
    assert light.state == "red"
    assert light.words == "HER2 lost in 2"
    assert "P03 and P10" in light.sentence
    assert "1.0 log2 or more" in light.sentence
    assert [patient for patient, state in audit.her2_after.items() if state == "lost"] == ["P03", "P10"]


def test_that_a_fall_of_mrna_just_inside_the_limit_is_no_loss() -> None:
    samples, pairs = biopsies(8, genes=("ERBB2", *RTKS))
    table = samples.expression[0].values.copy()
    table[8:, 0] = table[:8, 0] - 0.99
    table[8, 0] = table[0, 0] - 1.0
    object.__setattr__(samples.expression[0], "values", table)
    states = audit_pairs(samples, pairs).her2_after
    assert states["P01"] == "lost"
    assert set(states.values()) == {"lost", "kept"}


def test_that_ihc_with_ish_decides_over_mrna_and_names_what_it_rests_on() -> None:
    ihc = ["3+", "3+", "2+", "2+", "1+", "3+", "2+", "3+", "1+", "2+", "2+", "0", "3+", "3+", "2+", ""]
    ish = ["", "", "amplified", "amplified", "", "", "", "", "", "not amplified", "amplified", "", "", "", "", ""]
    fall = [0, 0, 0, 0, 0, -3.0, -3.0, -3.0]
    audit = _audit(8, changes={"ERBB2": fall}, clinical={"HER2 IHC": ihc, "FISH": ish})
    assert list(audit.her2_after.values()) == ["lost", "lost", "kept", "lost", "gained", "kept", "lost", "lost"]
    table = audit.light("her2").table
    assert list(table.columns["basis"]) == ["IHC or ISH"] * 6 + ["ERBB2 mRNA"] * 2
    assert "2+ needs ISH" in audit.light("her2").sentence


def test_that_two_columns_with_a_value_per_patient_are_read_as_before_and_after() -> None:
    clinical = {"her2_ihc_pre": ["3+"] * 12, "her2_ihc_post": ["3+", "0", "3+", "3+", "3+", "3+"] * 2}
    audit = _audit(6, clinical=clinical, genes=RTKS)
    assert audit.her2_after["P02"] == "lost"
    assert "“her2_ihc_pre” and “her2_ihc_post”" in audit.light("her2").sentence


@pytest.mark.parametrize(("ratio", "copies", "text", "status"), [
    (2.3, 5.1, "", "positive"), (2.3, 3.1, "", "negative"), (1.6, 6.2, "", "positive"), (1.6, 4.5, "", "negative"),
    (float("nan"), 5.0, "", ""), (float("nan"), float("nan"), "amplified", "positive"),
    (float("nan"), float("nan"), "not amplified", "negative"), (float("nan"), float("nan"), "failed", "")])
def test_that_ish_is_read_as_the_guideline_does(ratio: float, copies: float, text: str, status: str) -> None:
    assert ish_status(ratio, copies, text) == status


@pytest.mark.parametrize(("ihc", "ish", "status"), [
    ("3+", "", "positive"), ("3", "", "positive"), ("2+", "", ""), ("2+", "negative", "negative"), ("1+", "", "negative"),
    ("0", "", "negative"), ("2-3+", "", ""), ("2-3+", "positive", "positive"), ("positive", "", "positive")])
def test_that_ihc_two_plus_is_never_positive_without_ish(ihc: str, ish: str, status: str) -> None:
    assert ihc_status(ihc, ish) == status


def test_that_her2_negative_at_both_times_is_neither_kept_nor_lost() -> None:
    audit = _audit(8, clinical={"HER2.Status": ["Neg"] * 16})
    assert set(audit.her2_after.values()) == {"unknown"}
    assert audit.light("her2").state == "grey"
    assert "8 of 8 were HER2-negative at both times" in audit.light("her2").sentence


def test_that_the_main_result_without_the_losses_stands_beside_it_and_is_said() -> None:
    lost = [1.0 if number < 5 else 0.0 for number in range(18)]
    up = np.array([1.0 if number % 6 else 0.6 for number in range(18)])
    audit = _audit(18, changes={"ERBB2": [-3.0 * each for each in lost], RTKS[0]: up, RTKS[1]: [4.0 * x for x in lost]})
    table = audit.tables[-1]
    assert table.name == "audit_without_her2_loss"
    row = {name: place for place, name in enumerate(table.columns["receptor"])}
    held = [name for name in row if table.columns["p_maxt_without"][row[name]] < 0.05]
    assert held == [RTKS[0]]
    assert table.columns["mean_change"][row[RTKS[1]]] > 1.0
    assert abs(table.columns["mean_change_without"][row[RTKS[1]]]) < 0.3
    assert set(table.columns["n_without"]) == {13}
    assert "Without them (13 pairs left)" in audit.light("her2").sentence


def test_that_where_plates_take_the_p_no_sentence_gives_it_back() -> None:
    planted = {"changes": {"ERBB2": [-3.0] * 3 + [0.0] * 13, RTKS[0]: 1.0},
               "clinical": {"plate": [1] * 16 + [2] * 16}}
    audit = _audit(**planted)
    assert "Without them" not in audit.light("her2").sentence
    assert np.isnan(audit.tables[-1].columns["p_maxt"]).all()
    samples, pairs = biopsies(16, **planted)  # type: ignore[arg-type]
    known = audit_pairs(samples, pairs, acknowledged=("plate",))
    assert "Without them (13 pairs left) the same 1 receptor holds." in known.light("her2").sentence


def test_that_without_a_loss_nothing_is_recomputed() -> None:
    assert "audit_without_her2_loss" not in [table.name for table in _audit(8).tables]


# Tissue

def test_that_a_receptor_driven_by_stroma_is_named_and_has_no_change_left_at_constant_stroma() -> None:
    more = np.random.default_rng(1).normal(0.9, 0.9, 20)
    stroma = {gene: more for gene in GENES if gene.startswith("COL") or gene in ("FAP", "FN1", "LUM", "DCN", "SPARC")}
    audit = _audit(20, changes={**stroma, RTKS[3]: more})
    light = audit.light("stroma")
    assert light.state == "amber"
    assert RTKS[3] in light.sentence
    table = light.table
    row = list(table.columns["receptor"]).index(RTKS[3])
    assert table.columns["p_holm"][row] < 0.001
    assert table.columns["mean_change"][row] > 0.5
    assert table.columns["change_at_none_low"][row] < 0 < table.columns["change_at_none_high"][row]


def test_that_a_fall_of_proliferation_is_said_with_its_size() -> None:
    audit = _audit(changes={gene: -1.0 for gene in GENES if gene in ("MKI67", "AURKA", "TOP2A", "CCNB1", "BUB1")})
    light = audit.light("proliferation")
    assert (light.state, light.words) == ("amber", "Proliferation falls")
    assert "SD" in light.sentence
    assert "P < 0.001" in light.sentence


def test_that_few_pairs_do_not_make_a_green_light_of_tissue() -> None:
    assert _audit(4).light("stroma").state == "grey"


def test_that_a_column_of_ki67_stands_in_where_the_genes_lack() -> None:
    audit = _audit(8, genes=RTKS, clinical={"Ki-67 (%)": [60 + n for n in range(8)] + [20 + 3 * n for n in range(8)]})
    light = audit.light("proliferation")
    assert light.state == "amber"
    assert "Ki-67 (column “Ki-67 (%)”)" in light.sentence


# Design

def test_that_all_samples_after_on_one_plate_is_red_with_a_problem() -> None:
    audit = _audit(clinical={"plate": [1] * 16 + [2] * 16})
    light = audit.light("plate")
    assert light.state == "red"
    assert light.sentence.startswith("All “post” samples were run on plate 2. Treatment and plate cannot be told apart")
    assert light.problem is not None
    assert light.problem.code == "plate_confounded"
    assert 'acknowledged = ["plate"]' in light.problem.remedy
    assert list(light.table.columns["before"]) == [16, 0]
    assert list(light.table.columns["after"]) == [0, 16]


def test_that_plates_without_both_times_are_red_also_where_there_are_four() -> None:
    audit = _audit(clinical={"Batch": ["A", "B"] * 8 + ["C", "D"] * 8})
    assert audit.light("plate").state == "red"
    assert "No batch holds samples of both times" in audit.light("plate").sentence


def test_that_a_half_mixed_plate_is_amber_and_says_how_much_is_left() -> None:
    audit = _audit(clinical={"plate": [1] * 14 + [2, 2] + [2] * 14 + [2, 2]})
    light = audit.light("plate")
    assert light.state == "amber"
    assert "12 % of what the pairs say about treatment is left; 2 of 16 pairs" in light.sentence


def test_that_what_is_left_of_treatment_has_its_hand_values() -> None:
    assert treatment_left(["1"] * 4, ["2"] * 4) == pytest.approx(0.0, abs=1e-12)
    assert treatment_left(["1"] * 4, ["1"] * 4) == 1.0
    # Shifts (1, 1, 0, 0): what of four ones a multiple of them cannot imitate is half.
    assert treatment_left(["1", "1", "1", "1"], ["2", "2", "1", "1"]) == pytest.approx(0.5)
    assert treatment_left(["1", "2", "1", "2"], ["2", "1", "2", "1"]) == pytest.approx(1.0)
    # Plates one after the other: plate 2 holds both times, and still nothing is left.
    assert treatment_left(["1", "2"], ["2", "3"]) == pytest.approx(0.0, abs=1e-12)


def test_that_a_gene_or_a_well_is_not_taken_for_a_plate() -> None:
    audit = _audit(clinical={"plate_well": ["A1"] * 32, "ERBB2": [1] * 32})
    assert audit.light("plate").state == "grey"


def test_that_stated_columns_win_and_none_switches_one_off() -> None:
    columns = {"plate": [1] * 16 + [2] * 16, "run_id": [1, 2] * 16}
    assert _audit(clinical=columns, stated=("plate: run_id",)).light("plate").state == "green"
    assert _audit(clinical=columns, stated=("plate: none",)).light("plate").state == "grey"
    with pytest.raises(UserError, match="no column “rnu_id”") as refused:
        _audit(clinical=columns, stated=("plate: rnu_id",))
    assert refused.value.problems[0].remedy == "did you mean “run_id”?"
    with pytest.raises(UserError, match="does not say which column"):
        _audit(clinical=columns, stated=("run_id",))


def test_that_the_time_between_is_given_with_median_and_range_and_uneven_times_are_amber() -> None:
    days = [0] * 16 + [30, 150] * 8
    light = _audit(clinical={"day": days}).light("interval")
    assert light.state == "amber"
    assert "90 days apart (median; 30 to 150, 16 of 16 pairs known" in light.sentence
    assert "5.0 times the shortest" in light.sentence


def test_that_a_second_biopsy_before_the_first_is_red() -> None:
    clinical = dict(_clean_columns())
    clinical["biopsy_date"] = [*clinical["biopsy_date"][:16], "2019-12-01", *clinical["biopsy_date"][17:]]
    light = _audit(clinical=clinical).light("interval")
    assert light.state == "red"
    assert "In P01 the sample “post” is not later than the one “pre”" in light.sentence


def test_that_tumours_that_changed_subtype_are_counted_with_where_they_went() -> None:
    light = _audit(8, clinical={"PAM50": ["HER2-E"] * 8 + ["HER2-E"] * 3 + ["LumA"] * 4 + ["Normal"]}).light("subtype")
    assert light.state == "amber"
    assert "5 tumours of 8 changed subtype, most often from HER2-E to LumA (4" in light.sentence


def test_that_samples_after_treatment_only_from_non_responders_are_amber_and_red_where_responders_exist() -> None:
    only = _audit(8, clinical={"pCR": ["no"] * 16}).light("responders")
    assert only.state == "amber"
    assert "After a complete response no tumour is left" in only.sentence
    samples, _ = biopsies(8, clinical={"pCR": ["yes", "yes", *["no"] * 6] * 2})
    matrix = samples.expression[0]
    kept = tuple(sample for sample in samples.samples if sample not in ("P01_post", "P02_post"))
    object.__setattr__(samples, "samples", kept)
    from core.data.patients.pairs import pair_samples

    light = audit_pairs(samples, pair_samples(samples)).light("responders")
    assert matrix.samples[-1] == "P08_post"
    assert light.state == "red"
    assert "while 2 responders of the table have none" in light.sentence


@pytest.mark.parametrize(("text", "column", "answer"), [
    ("pCR", "response", True), ("RD", "response", False), ("0", "RCB", True), ("RCB-0", "rcb", True),
    ("II", "RCB class", False), ("2.7", "RCB.score", False), ("1", "pCR", True), ("non-pCR", "pcr", False),
    ("SD", "best response", False), ("who knows", "response", None), ("RCB-III", "response", False)])
def test_that_responses_are_read_as_the_clinic_writes_them(text: str, column: str, answer: bool | None) -> None:
    assert responded(text, column) is answer


@pytest.mark.parametrize("table", [(3, 1, 2, 9), (0, 5, 4, 4), (10, 2, 3, 15), (2, 2, 2, 2)])
def test_that_fishers_test_equals_scipy(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    assert fisher_exact(a, b, c, d) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-12)


# Identity and level

def _with_rows(order: Mapping[int, int]) -> BiopsyAudit:
    samples, pairs = biopsies(12)
    values = samples.expression[0].values.copy()
    for to, source in order.items():
        values[to] = samples.expression[0].values[source]
    object.__setattr__(samples.expression[0], "values", values)
    return audit_pairs(samples, pairs)


def test_that_two_swapped_samples_are_found_and_named() -> None:
    light = _with_rows({12 + 2: 12 + 7, 12 + 7: 12 + 2}).light("identity")
    assert light.state == "red"
    assert "P03 and P08 look swapped" in light.sentence


def test_that_one_sample_under_two_names_is_found() -> None:
    light = _with_rows({12 + 5: 12 + 4}).light("identity")
    assert light.state == "red"
    assert "P05_post and P06_post hold the same numbers" in light.sentence


def test_that_a_sample_of_the_other_sex_is_found_with_its_patient() -> None:
    change = [0.0] * 12
    change[4] = -7.0
    male = [0.0] * 12
    male[4] = 7.0
    audit = _audit(12, changes={"XIST": change, "RPS4Y1": male})
    light = audit.light("identity")
    assert light.state == "red"
    assert "P05: female before, male after" in light.sentence


def test_that_pairs_no_more_alike_than_strangers_are_amber() -> None:
    rows = np.random.default_rng(2).permutation(12)
    rows = np.roll(rows, 1) if (rows == np.arange(12)).any() else rows
    light = _with_rows({12 + place: 12 + int(row) for place, row in enumerate(rows)}).light("identity")
    assert light.state == "amber"
    assert "hardly more alike than strangers" in light.sentence


def test_that_a_change_that_grows_with_the_level_is_amber_and_plain_noise_is_not() -> None:
    samples, pairs = biopsies(16)
    values = samples.expression[0].values.copy()
    values[16:, 0] += 0.8 * (values[:16, 0] - 8.0)
    object.__setattr__(samples.expression[0], "values", values)
    light = audit_pairs(samples, pairs).light("level")
    assert light.state == "amber"
    assert RTKS[0] in light.sentence
    clean = _audit(16).light("level")
    assert clean.state == "green"
    # Regression to the mean: against the level before, changes fall on average though nothing is planted.
    assert np.mean(clean.table.columns["with_before"]) < -0.05
    assert abs(np.mean(clean.table.columns["with_average"])) < 0.1


def test_that_scores_and_z_are_not_compared_as_levels() -> None:
    change = [0.0] * 12
    change[4] = -7.0
    audit = _audit(12, changes={"XIST": change}, scale=Scale.Z)
    assert audit.light("identity").state == "green"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside this checkout")
def test_that_real_bone_metastases_show_what_the_literature_says() -> None:
    """Metastases of bone: most pairs HER2-negative, and the samples of a patient are more alike than strangers'."""
    from core.data.dataset import DatasetSpec
    from core.data.load_dataset import FileShelf, load_dataset
    from core.data.patients.cohort_rules import CohortRule
    from core.data.patients.evaluate_samples import evaluate_samples
    from core.data.patients.pairs import pair_samples
    from core.data.sheets.recipe import TableSpec
    from core.jobs import JobContext

    folder = SHARED / "paired" / "bone_met_pairs"
    spec = DatasetSpec(
        "bone", "biopsies", (TableSpec(folder / "gene_counts.csv.gz", scale="counts"),),
        (TableSpec(folder / "samples.csv", id="Sample"),),
        layout={"pairs": {"patient": "Patient", "time_point": "Tumor", "before": "primary", "after": "metastasis"}})
    dataset = load_dataset(spec, FileShelf(), JobContext())
    samples = evaluate_samples(CohortRule("all", "bone", ()), dataset)
    audit = audit_pairs(samples, pair_samples(samples))
    assert audit.light("identity").state == "green"
    assert audit.light("her2").words == "HER2 known in 1"
    assert "10 HER2-negative before" in audit.light("her2").sentence
    assert {audit.light(key).state for key in ("subtype", "interval", "plate", "responders")} == {"grey"}
    assert "(mean z of 32 genes" in audit.light("stroma").sentence


# Nasty data

@pytest.mark.parametrize("patients", [1, 2, 3, 5])
def test_that_any_number_of_pairs_gets_every_light_and_none_is_green_without_ground(patients: int) -> None:
    audit = _audit(patients, clinical={
        "her2_ihc": ["3+"] * 2 * patients, "purity": list(range(2 * patients)), "pam50": ["HER2-E"] * 2 * patients})
    states = {light.key: light.state for light in audit.lights}
    assert states["her2"] == "green"
    for key in ("purity", "stroma", "proliferation", "level"):
        assert states.get(key, "grey") != "green"
    assert audit.tables[1].n_rows == patients


def test_that_missing_values_columns_of_nothing_and_constant_genes_break_no_light() -> None:
    samples, pairs = biopsies(9, clinical={
        "her2_ihc": [""] * 18, "plate": [""] * 18, "pCR": ["NA"] * 18, "purity": ["x"] * 18, "pam50": [""] * 18,
        "biopsy_date": ["14.3.2020"] * 18, "fish": ["failed"] * 18})
    values = samples.expression[0].values.copy()
    values[:, 0] = 3.0
    values[:, 1] = np.nan
    values[4, :] = np.nan
    values[12, 5:20] = np.nan
    object.__setattr__(samples.expression[0], "values", values)
    audit = audit_pairs(samples, pairs)
    said = {light.key: (light.state, light.sentence) for light in audit.lights}
    assert said["plate"][0] == said["responders"][0] == said["interval"][0] == said["subtype"][0] == "grey"
    assert "has no date (year-month-day)" in said["interval"][1]
    assert "no pair has it for both samples" in said["plate"][1]
    assert audit.her2_after["P05"] == "unknown"


def test_that_without_a_clinical_table_pairs_from_names_are_audited_by_their_genes() -> None:
    samples, pairs = biopsies(10, layout=False)
    object.__setattr__(samples, "clinical", None)
    audit = audit_pairs(samples, pairs)
    states = {light.key: light.state for light in audit.lights}
    assert states["her2"] == states["identity"] == "green"
    assert "(mean z of 30 genes" in audit.light("stroma").sentence
    assert states["plate"] == states["interval"] == states["responders"] == "grey"


@pytest.mark.parametrize("scale", [Scale.SCORE, Scale.CALLS, Scale.LOG10, Scale.LOG_RATIO, Scale.COUNTS])
def test_that_every_scale_is_audited_and_scores_say_nothing_of_her2_mrna(scale: Scale) -> None:
    audit = _audit(8, scale=scale)
    assert (audit.light("her2").state == "grey") == (scale in (Scale.SCORE, Scale.CALLS))
    assert audit.light("identity").state == ("grey" if scale is Scale.CALLS else "green")


@pytest.mark.parametrize(("name", "key"), [
    ("Plate", "plate"), ("array_batch", "plate"), ("beadchip", "plate"), ("pCR", "response"), ("RCB.class", "response"),
    ("Responder", "response"), ("Tumor.Cellularity", "purity"), ("tumour content (%)", "purity"), ("PAM50", "subtype"),
    ("IntrinsicSubtype", "subtype"), ("Biopsy date", "date"), ("days between", "between"), ("HER2_IHC", "ihc"),
    ("HER2 FISH ratio", "ish_ratio"), ("HER2 copy number", "ish_copies"), ("FISH", "ish"), ("HER2 ISH", "ish"), ("HER2.Status", "her2"),
    ("Ki-67", "ki67"), ("KI67 %", "ki67")])
def test_that_columns_are_known_by_the_names_that_laboratories_give(name: str, key: str) -> None:
    samples, pairs = biopsies(4, clinical={name: ["1"] * 8})
    assert list(find_columns(samples, pairs)) == [key]


@pytest.mark.parametrize("name", ["date_of_birth", "overall_survival_days", "relapse date", "plate_row", "PCR plate Ct",
                                  "time_to_response", "ER_status", "grade", "last follow-up date"])
def test_that_other_columns_are_not_taken_for_them(name: str) -> None:
    samples, pairs = biopsies(4, clinical={name: ["1"] * 8})
    assert not set(find_columns(samples, pairs)) - ({"plate"} if name == "PCR plate Ct" else set())
