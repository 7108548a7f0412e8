"""The views that a user asks for by name: against R on METABRIC, by counting, and where they must refuse.

Not for: the rank tests and clusterings themselves (test_rank_tests.py).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.analyses import expression_views, rtk_prognosis
from core.analyses.base import Inputs, Result
from core.analyses.chosen_cuts import chosen_cut, cut_words
from core.analyses.expression_views import Parameters, check, run
from core.analyses.parameters import build_parameters
from core.batch import check_study, run_study
from core.data.patients.cohort import Cohort
from core.data.tables import ClinicalColumn, ClinicalTable, EndpointRule, ExpressionMatrix, Missing, Scale
from core.figures.spec import Boxes, FigureSpec, Matrix, Points, Strips
from core.figures.writer import figure_bytes
from core.jobs import Cancelled, JobContext
from core.problems import Location, UserError
from core.statistics.logrank import logrank_test
from tests.survival_data import DATA

PLACE = Location("metabric.csv")
FAST = Parameters(permutations=0)


@cache
def metabric(her2: bool = False) -> Inputs:
    table = pd.read_csv(DATA / "cohorts/metabric/metabric_rtk.csv.gz")
    table = table[table["her2_status"] == "Positive"] if her2 else table
    patients = tuple(f"MB-{name}" for name in table["patient_id"])
    genes = list(table.columns[9:])
    clinical = {name: clinical_column(name, table[name].tolist()) for name in (
        "her2_status", "er_status", "neoplasm_histologic_grade", "age_at_diagnosis", "overall_survival")}
    return inputs(patients, table["overall_survival_months"].to_numpy(), table["overall_survival"].to_numpy() == 0,
                  [gene.upper() for gene in genes], table[genes].to_numpy(), clinical)


def clinical_column(name: str, values: list[object]) -> ClinicalColumn:
    gone = [value is None or value != value or value == "" for value in values]
    numbers = np.array([np.nan if lost or isinstance(value, str) else float(value)  # type: ignore[arg-type]
                        for value, lost in zip(values, gone)])
    texts = tuple("" if lost else f"{value:g}" if isinstance(value, float) else str(value)
                  for value, lost in zip(values, gone))
    return ClinicalColumn(name, texts, numbers, {row: Missing.BLANK for row, lost in enumerate(gone) if lost},
                          tuple(f"B{row + 2}" for row in range(len(values))), PLACE)


def inputs(patients: tuple[str, ...], time: np.ndarray, event: np.ndarray, genes: list[str],  # type: ignore[type-arg]
           values: np.ndarray, clinical: dict[str, ClinicalColumn], simulated: bool = False) -> Inputs:  # type: ignore[type-arg]
    matrix = ExpressionMatrix(patients, tuple(genes), values, Scale.Z, "mRNA", PLACE)
    cohort = Cohort("all", "lab", patients, EndpointRule("overall survival", "t", "months", "overall_survival", (0,)),
                    time, event, (matrix,), ClinicalTable(patients, clinical, PLACE), (), ())
    return Inputs(cohort, "study", "views", simulated)


def small(n: int = 80, seed: int = 1) -> Inputs:
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, 5)).round(3)
    time = random.exponential(30 * np.exp(-0.5 * values[:, 3])).round(1)
    arms = [["a", "b", "c"][k] for k in random.integers(0, 3, n)]
    return inputs(tuple(f"P{k:03d}" for k in range(n)), time, random.random(n) < 0.6,
                  ["EGFR", "ERBB2", "IGF1R", "MET", "AXL"], values,
                  {"arm": clinical_column("arm", arms)}, simulated=True)  # type: ignore[arg-type]


def rows(result: Result, table: str) -> list[dict[str, object]]:
    columns = result.table(table).columns
    return [dict(zip(columns, line)) for line in zip(*columns.values())]


def marks(figure: FigureSpec, kind: type) -> list:  # type: ignore[type-arg]
    return [mark for row in figure.rows for panel in row for mark in panel.marks if isinstance(mark, kind)]


def refused(given: Inputs, parameters: Parameters) -> list[str]:
    """Codes of the problems; check and run must find the same."""
    with pytest.raises(UserError) as caught:
        run(given, parameters)
    assert [p.code for p in check(given, parameters)] == [p.code for p in caught.value.problems]
    return [problem.code for problem in caught.value.problems]


def test_that_asking_for_nothing_is_refused_with_what_could_be_asked() -> None:
    assert refused(small(), Parameters()) == ["nothing_asked"]
    assert "heat_map" in check(small(), Parameters())[0].remedy


def test_that_every_entry_that_cannot_be_read_is_named_at_once() -> None:
    wrong = Parameters(cuts=("IGF1R", "IGF1R=0,41", "NOGENE=1", "IGF1R=nan"), two_genes=("ERBB2", "MET+met"),
                       by_group=("IGF1R arm", "IGF1R by nowhere", "IGF1R by overall_survival"), annotations=("x",))
    group = small()
    columns = {**group.cohort.clinical.columns, "overall_survival": clinical_column("overall_survival", [1.0] * 80)}
    group = replace(group, cohort=replace(group.cohort, clinical=replace(group.cohort.clinical, columns=columns)))
    assert refused(group, wrong) == [
        "wrong_entry", "wrong_entry", "receptor_not_in_table", "wrong_entry", "wrong_entry", "one_gene_twice",
        "wrong_entry", "no_column", "outcome_as_group", "no_column"]
    assert "decimal comma" in check(group, wrong)[1].why


def test_that_names_of_the_lab_and_a_minus_sign_are_read() -> None:
    result = run(small(), replace(FAST, cuts=("her2=−0.1",), two_genes=(" HER2 + axl",)))
    assert rows(result, "chosen_cuts")[0]["receptor"] == "ERBB2"
    assert rows(result, "chosen_cuts")[0]["cut"] == -0.1
    assert rows(result, "two_genes")[0]["receptor_b"] == "AXL"


def test_that_a_chosen_cut_gives_rs_log_rank_and_hazard_ratio() -> None:
    row = rows(run(metabric(), replace(FAST, cuts=("IGF1R=0.3",))), "chosen_cuts")[0]
    assert (row["n_low"], row["n_high"]) == (1125, 779)
    assert row["logrank_chi2"] == pytest.approx(5.78293785616013, rel=1e-10)
    assert row["hr"] == pytest.approx(0.863340190234908, rel=1e-9)
    assert row["hr_low"] == pytest.approx(0.765819205382339, rel=1e-9)
    assert np.isnan(row["p_maxt"])  # type: ignore[call-overload]


def test_that_the_best_cut_chosen_by_hand_pays_what_the_search_pays() -> None:
    group = small()
    prognosis = run_prognosis(group, permutations=300)
    best = {row["receptor"]: row for row in rows(prognosis, "receptors")}
    for receptor, row in best.items():
        entry = f"{receptor}={row['best_cut']}"
        chosen = rows(run(group, Parameters(permutations=300, cuts=(entry,))), "chosen_cuts")[0]
        assert chosen["statistic"] == pytest.approx(row["best_cut_statistic"])
        for name in ("p_raw", "p_corrected", "p_maxt", "hr_cv"):
            assert chosen[name] == pytest.approx(row[f"best_cut_{name}"]), name


def run_prognosis(group: Inputs, permutations: int) -> Result:
    return rtk_prognosis.run(group, rtk_prognosis.Parameters(permutations=permutations))


def test_that_a_cut_moved_on_the_page_gives_the_numbers_of_a_run() -> None:
    group = small()
    numbers = run_prognosis(group, permutations=200).numbers
    assert isinstance(numbers, rtk_prognosis.PrognosisNumbers)
    found, figure = chosen_cut(numbers, "MET", 0.2, simulated=True)
    result = run(group, Parameters(permutations=200, cuts=("MET=0.2",)))
    assert rows(result, "chosen_cuts")[0] == {**{name: getattr(found, name) for name in found.__dataclass_fields__}}
    assert figure.texts() == result.figures[0].texts()


def test_that_no_other_cut_pays_less_than_the_best() -> None:
    group = small()
    values = np.sort(group.cohort.expression[0].column("MET"))
    entries = tuple(f"MET={value:.3f}" for value in values[10:70:10])
    found = rows(run(group, Parameters(permutations=200, cuts=entries)), "chosen_cuts")
    order = np.argsort([row["statistic"] for row in found])
    paid = np.array([row["p_maxt"] for row in found], dtype=float)[order]
    assert (np.diff(paid) <= 0).all()
    assert len(set(paid)) > 1


def test_that_a_cut_outside_the_inner_80_percent_is_refused_with_the_cuts_that_are_allowed() -> None:
    group = small()
    values = np.sort(group.cohort.expression[0].column("MET"))
    for cut in (values[6], values[-8] + 0.0005, -99.0, 99.0):
        assert refused(group, Parameters(permutations=0, cuts=(f"MET={cut}",))) == ["cut_out_of_range"]
    problem = check(group, Parameters(cuts=("MET=99",)))[0]
    assert "80 of 80" in problem.what
    assert "choose a cut from" in problem.remedy
    assert rows(run(group, replace(FAST, cuts=(f"MET={values[7]}",))), "chosen_cuts")[0]["n_low"] == 8


def test_that_the_corrected_p_stands_first_and_a_hazard_ratio_never_alone() -> None:
    result = run(small(), Parameters(permutations=50, cuts=("MET=0.2",)))
    found, _ = chosen_cut(run_prognosis(small(), 50).numbers, "MET", 0.2)  # type: ignore[arg-type]
    words = cut_words(found, 5)
    assert words[0].startswith("corrected P")
    assert "for all cuts of 5 receptors (maxT)" in words[0]
    assert ["left-out" in words[1], "at this cut" in words[2]] == [True, True]
    assert words[-1].endswith("uncorrected")
    lacking = cut_words(replace(found, hr=float("nan"), hr_cv=float("nan")), 5)
    assert not any("at this cut" in line for line in lacking)
    assert "Corrected P" in result.figures[0].caption
    assert result.findings[0].index("orrected P") < result.findings[0].index("Log-rank P")


def test_that_four_groups_and_the_interaction_are_rs() -> None:
    row = rows(run(metabric(), replace(FAST, two_genes=("ERBB2+IGF1R",))), "two_genes")[0]
    assert (row["n"], row["events"], row["logrank_df"]) == (1904, 1103, 3)
    assert row["logrank_chi2"] == pytest.approx(19.5857632923039, rel=1e-10)
    assert row["coef"] == pytest.approx(-0.0253149133839136, rel=1e-9)
    assert row["se"] == pytest.approx(0.0327752282668252, rel=1e-9)
    assert row["p"] == pytest.approx(0.43988971060532833, rel=1e-9)


def test_that_patients_who_lack_one_of_two_genes_are_in_neither_group() -> None:
    group = small()
    values = group.cohort.expression[0].values.copy()
    values[:30, 3] = np.nan
    matrix = replace(group.cohort.expression[0], values=values)
    result = run(replace(group, cohort=replace(group.cohort, expression=(matrix,))),
                 replace(FAST, two_genes=("MET+AXL",)))
    assert rows(result, "two_genes")[0]["n"] == 50
    assert sum(row["n"] for row in rows(result, "two_gene_groups")) == 50  # type: ignore[misc]
    known = np.isfinite(values[:, 3])
    high = [column > np.median(column) for column in (values[known, 3], values[known, 4])]
    tested = logrank_test(group.cohort.time[known], group.cohort.event[known], 2 * high[0] + high[1])
    assert rows(result, "two_genes")[0]["logrank_p"] == pytest.approx(tested.p)
    assert result.tests_not_paid_for == 2
    assert result.tests_paid_for == 0


def test_that_a_comparison_by_group_gives_rs_p_corrected_over_all_receptors() -> None:
    result = run(metabric(), replace(FAST, by_group=("ROS1 by er_status", "FGFR1 by er_status")))
    ros1, fgfr1 = rows(result, "group_tests")
    assert ros1["statistic"] == 366218.5
    assert ros1["p"] == pytest.approx(4.19158552043364e-05, rel=1e-9)
    assert ros1["p_corrected"] == pytest.approx(0.000167663420817346, rel=1e-9)
    assert fgfr1["p_corrected"] == pytest.approx(2.38702114080386e-05, rel=1e-9)
    assert (ros1["groups"], ros1["n"], ros1["tested"]) == ("Negative v Positive", 1904, 15)
    igf1r = rows(run(metabric(), replace(FAST, by_group=("IGF1R by er_status",))), "by_group")[0]
    assert [igf1r["q1"], igf1r["median"], igf1r["q3"]] == pytest.approx([-1.5521, -1.1809, -0.6809])
    assert result.tests_paid_for == 15


def test_that_three_groups_are_compared_by_kruskal_wallis_without_those_whose_group_is_missing() -> None:
    result = run(metabric(True), replace(FAST, by_group=("ERBB3 by neoplasm_histologic_grade",)))
    row = rows(result, "group_tests")[0]
    assert row["statistic"] == pytest.approx(1.387713053328, rel=1e-10)
    assert row["p"] == pytest.approx(0.499645452711, rel=1e-9)
    assert row["p_corrected"] == 1.0
    assert (row["groups"], row["n"]) == ("1 v 2 v 3", 229)
    assert "7 patients without a value" in result.figures[0].caption


def test_that_every_patient_is_a_dot_with_an_id_at_the_same_place_every_time() -> None:
    figures = [run(small(), replace(FAST, by_group=("MET by arm",))).figures[0] for _ in range(2)]
    dots = [marks(figure, Points) for figure in figures]
    assert sorted(who for group in dots[0] for who in group.samples) == sorted(small().cohort.patients)
    for before, after in zip(*dots):
        np.testing.assert_array_equal(before.x, after.x)
    other = marks(run(small(), replace(FAST, seed=2, by_group=("MET by arm",))).figures[0], Points)
    assert (other[0].x != dots[0][0].x).any()
    box = marks(figures[0], Boxes)[0]
    assert box.median[0] == pytest.approx(np.median(dots[0][0].y))
    assert (box.high <= [group.y.max() for group in dots[0]]).all()


def test_that_whiskers_end_at_the_last_patient_within_one_and_a_half_boxes() -> None:
    values = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [20.0], [5.0], [6.0]])
    group = inputs(tuple("ABCDEFGH"), np.arange(1.0, 9), np.ones(8, dtype=bool), ["MET"], values,
                   {"arm": clinical_column("arm", ["x"] * 6 + ["y"] * 2)})
    box = marks(run(group, replace(FAST, by_group=("MET by arm",))).figures[0], Boxes)[0]
    assert (box.q1[0], box.median[0], box.q3[0]) == (1.25, 2.5, 3.75)
    assert (box.low[0], box.high[0]) == (0.0, 4.0)


def test_that_groups_of_one_value_or_of_too_many_are_refused() -> None:
    group = small()
    columns = {"one": clinical_column("one", ["x"] * 80), "many": clinical_column("many", [f"v{k}" for k in range(80)])}
    group = replace(group, cohort=replace(group.cohort, clinical=replace(group.cohort.clinical, columns=columns)))
    assert refused(group, Parameters(by_group=("MET by one", "AXL by many"))) == ["one_group", "too_many_levels"]


def test_that_the_heat_map_shows_everyone_once_in_the_order_of_its_tables() -> None:
    given = metabric(True)
    result = run(given, replace(FAST, heat_map=True, annotations=("er_status", "age_at_diagnosis",
                                                                  "neoplasm_histologic_grade")))
    figure = result.figures[0]
    matrix, strips = marks(figure, Matrix)[0], marks(figure, Strips)[0]
    patients = result.table("heat_map_order").columns["patient"]
    receptors = result.table("heat_map_rows").columns["receptor"]
    assert sorted(patients) == sorted(given.cohort.patients)
    assert (list(matrix.samples), list(matrix.row_names)) == (list(patients), list(receptors))
    at = given.cohort.patients.index(patients[3])
    raw = given.cohort.expression[0].column(receptors[2])
    assert matrix.values[2, 3] == pytest.approx((raw[at] - raw.mean()) / raw.std(ddof=1))
    assert strips.row_names == ("Overall survival", "er_status", "age_at_diagnosis", "neoplasm_histologic_grade")
    assert [text == "death" for text in strips.texts[0]] == [
        bool(given.cohort.event[given.cohort.patients.index(patient)]) for patient in patients]
    assert [role == "" for role in strips.roles[3]] == [text == "missing" for text in strips.texts[3]]
    assert strips.roles[3].count("") == 7
    assert strips.shades[2].min() == 0
    assert strips.shades[2].max() == 1
    assert result.tests_paid_for == result.tests_not_paid_for == 0
    assert any("±2.5" in text for text in figure.texts())


def test_that_neighbours_in_the_heat_map_are_more_alike_than_strangers() -> None:
    values = marks(run(metabric(), replace(FAST, heat_map=True)).figures[0], Matrix)[0].values
    beside = np.linalg.norm(np.diff(values, axis=1), axis=0).mean()
    random = np.random.default_rng(1).permutation(values.shape[1])
    assert beside < 0.8 * np.linalg.norm(np.diff(values[:, random], axis=1), axis=0).mean()


def test_that_a_constant_receptor_and_a_patient_without_values_are_left_out_of_the_map_and_named() -> None:
    group = small()
    values = group.cohort.expression[0].values.copy()
    values[:, 1], values[7] = 3.0, np.nan
    group = replace(group, cohort=replace(group.cohort, expression=(replace(group.cohort.expression[0],
                                                                            values=values),)))
    result = run(group, replace(FAST, heat_map=True))
    assert "P007" not in result.table("heat_map_order").columns["patient"]
    assert "1 patient without any value is left out" in result.findings[0]
    assert [problem.code for problem in result.warnings] == ["constant_receptor"]
    assert "ERBB2" in result.warnings[0].what


def test_that_the_pdf_of_a_large_heat_map_stays_small_and_two_drawings_are_equal() -> None:
    result = run(metabric(), replace(FAST, heat_map=True, annotations=("her2_status",)))
    pdf = figure_bytes(result.figures[0], "pdf")
    assert len(pdf) < 300_000
    assert pdf == figure_bytes(result.figures[0], "pdf")
    assert result.figures[0].width_mm == 180.0


def test_that_correlations_are_rs_and_corrected_for_all_pairs() -> None:
    result = run(metabric(), replace(FAST, correlation=True))
    found = {frozenset((row["receptor_a"], row["receptor_b"])): row for row in rows(result, "correlation")}
    assert len(found) == 105
    assert found[frozenset(("PDGFRA", "PDGFRB"))]["rho"] == pytest.approx(0.540567564201585)
    pair = found[frozenset(("EGFR", "KDR"))]
    assert pair["rho"] == pytest.approx(0.090481082699973)
    assert pair["p"] == pytest.approx(7.69688522482314e-05, rel=1e-8)
    assert 7.7e-05 * 20 < pair["p_holm"] < 7.7e-05 * 105  # type: ignore[operator]
    matrix = marks(result.figures[0], Matrix)[0]
    assert sorted(matrix.row_names) == sorted(metabric().cohort.expression[0].genes)
    a, b = matrix.row_names.index("PDGFRA"), matrix.column_names.index("PDGFRB")
    assert (matrix.values[a, b], matrix.texts[a][b]) == (pytest.approx(0.5405675642), "0.54")


def test_that_every_figure_says_its_cohort_and_carries_numbers_words_and_the_badge() -> None:
    asked = Parameters(permutations=20, cuts=("MET=0.1",), two_genes=("MET+AXL",), by_group=("EGFR by arm",),
                       heat_map=True, annotations=("arm",), correlation=True)
    result = run(small(), asked)
    assert [figure.name for figure in result.figures] == [
        "kaplan_meier_MET_at_0.1", "kaplan_meier_MET_AXL", "groups_EGFR_by_arm", "heat_map", "correlation"]
    for figure in result.figures:
        assert figure.badge == "Simulated data"
        assert "Cohort “all”" in figure.caption
        assert "80" in figure.caption + figure.alt_text or "patients" in figure.caption
        assert figure.alt_text
        assert figure.data
        assert figure_bytes(figure, "svg")
    assert "mRNA" in result.figures[3].caption
    assert result.tests_paid_for == 1 + 5 + 10
    assert result.tests_not_paid_for == 2
    for table in result.tables:
        assert set(table.describe) <= set(table.columns)


def test_that_a_view_that_was_not_asked_for_leaves_nothing() -> None:
    result = run(small(), replace(FAST, correlation=True))
    assert [table.name for table in result.tables] == ["correlation"]
    assert len(result.figures) == 1


def test_that_no_events_stop_curves_and_nothing_else() -> None:
    group = small()
    group = replace(group, cohort=replace(group.cohort, event=np.zeros(80, dtype=bool)))
    assert refused(group, replace(FAST, cuts=("MET=0.1",))) == ["no_events"]
    assert run(group, replace(FAST, heat_map=True, by_group=("MET by arm",))).figures


def test_that_the_study_file_builds_the_parameters() -> None:
    built = build_parameters(expression_views.Parameters, {"cuts": ["MET=0.1"], "heat_map": True, "seed": 3}, PLACE)
    assert (built.cuts, built.heat_map, built.seed, built.permutations) == (("MET=0.1",), True, 3, 10_000)
    with pytest.raises(UserError, match="true or false"):
        build_parameters(expression_views.Parameters, {"heat_map": "yes"}, PLACE)


def test_that_a_stopped_job_stops() -> None:
    job = JobContext()
    job.cancel()
    with pytest.raises(Cancelled):
        run(small(), Parameters(heat_map=True), job)


STUDY = """
format = 1
name = "lab"
[[dataset]]
name = "lab"
role = "cohort"
expression = { file = "lab.csv", samples = "rows", id = "id", scale = "log2" }
clinical = { file = "lab.csv", id = "id" }
[[dataset.endpoint]]
name = "relapse"
time = "months"
unit = "months"
event = "relapsed"
event_values = [1]
[[analysis]]
name = "views"
kind = "expression_views"
parameters = { permutations = 50, cuts = ["MET=CUT"], two_genes = ["MET+AXL"], by_group = ["MET by arm"], heat_map = true, annotations = ["arm"], correlation = true }
"""


def write_study(folder: Path, cut: str) -> Path:
    group = small()
    matrix = group.cohort.expression[0]
    table = pd.DataFrame(matrix.values + 6, columns=list(matrix.genes), index=pd.Index(matrix.samples, name="id"))
    table["months"], table["relapsed"] = group.cohort.time, group.cohort.event.astype(int)
    table["arm"] = group.cohort.clinical.columns["arm"].texts
    table.to_csv(folder / "lab.csv")
    path = folder / "study.toml"
    path.write_text(STUDY.replace("CUT", cut), encoding="utf-8")
    return path


def test_that_a_run_writes_every_view_and_the_saved_study_gives_the_same_bytes(tmp_path: Path) -> None:
    run_study(write_study(tmp_path, "6.1"), tmp_path / "once", JobContext())
    run_study(tmp_path / "once" / "study.toml", tmp_path / "again", JobContext())
    names = sorted(path.name for path in (tmp_path / "once" / "views").iterdir())
    assert [name for name in names if name.endswith(".csv")] == [
        "by_group.csv", "chosen_cuts.csv", "correlation.csv", "group_tests.csv", "heat_map_order.csv",
        "heat_map_rows.csv", "two_gene_groups.csv", "two_genes.csv"]
    assert {"heat_map.pdf", "correlation.svg", "groups_MET_by_arm.png", "kaplan_meier_MET_at_6.1.pdf"} < set(names)
    for name in names:
        assert (tmp_path / "once" / "views" / name).read_bytes() == (tmp_path / "again" / "views" / name).read_bytes()


def test_that_check_warns_of_a_request_that_run_would_refuse(tmp_path: Path) -> None:
    found = check_study(write_study(tmp_path, "99"), JobContext())
    assert [(p.code, str(p.severity)) for p in found.problems if p.code == "cut_out_of_range"] == [
        ("cut_out_of_range", "warning")]
    assert not found.failed


def test_that_a_name_as_long_as_a_sentence_is_shortened_in_the_picture_and_whole_in_the_table() -> None:
    group = small()
    long = "x" * 90
    arm = clinical_column("arm", [long if k % 2 else "b" for k in range(80)])
    group = replace(group, cohort=replace(group.cohort, clinical=replace(group.cohort.clinical, columns={"arm": arm})))
    result = run(group, replace(FAST, by_group=("MET by arm",), heat_map=True, annotations=("arm",)))
    assert rows(result, "by_group")[1]["group"] == long
    assert all(max(map(len, figure.texts())) < 90 for figure in result.figures)
