"""What ``main.py run`` writes equals R (tests/data/golden), from the files of five cohorts to the csv.

Tolerances are those the project promises: coef and se 1e-7, chi-square and maxstat's M 1e-9, the proportional hazards
P 1e-5, concordance and P 1e-7; curves, medians, at-risk counts and restricted means likewise.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "data" / "golden" / "survival"
COHORTS = ROOT / "tests" / "data" / "cohorts"
METABRIC = ROOT / "resources" / "examples" / "metabric" / "metabric.csv.gz"


def dataset(name: str, expression: str, clinical: str, time: str, unit: str, event: str, happened: str, more: str = "") -> str:
    return f"""
[[dataset]]
name = "{name}"
role = "cohort"
expression = {{ {expression} }}
clinical = {{ {clinical} }}
{more}
[[dataset.endpoint]]
name = "outcome of {name}"
time = "{time}"
unit = "{unit}"
event = "{event}"
event_values = [{happened}]
"""


def cohort(name: str, dataset: str, keep: str = "") -> str:
    rules = f"keep = [{{ {keep} }}]" if keep else ""
    return f'[[cohort]]\nname = "{name}"\ndataset = "{dataset}"\n{rules}\n'


def analysis(name: str, cohort: str, more: str = "") -> str:
    return (f'[[analysis]]\nname = "{name}"\nkind = "rtk_prognosis"\ncohort = "{cohort}"\n'
            f"parameters = {{ permutations = 0{more} }}\n")


TCGA_FOLLOW_UP = """
[[dataset.combined]]
name = "os_days"
largest = ["days_to_death", "follow_ups.follow_up.days_to_death", "follow_ups.follow_up-2.days_to_death",
           "days_to_last_followup", "follow_ups.follow_up.days_to_last_followup",
           "follow_ups.follow_up-2.days_to_last_followup"]
[[dataset.combined]]
name = "status"
first = ["follow_ups.follow_up-2.vital_status", "follow_ups.follow_up.vital_status", "vital_status"]
[dataset.answers]
near_matches = true
drop = ["TCGA-E9-A245"]
"""
DAYS_1826 = f", rmst_at = {1826 * 12 / 365.25}"
FOUR_COVARIATES = (', adjust = ["age_at_diagnosis", "er_status", "neoplasm_histologic_grade", '
                   '"lymph_nodes_examined_positive"]')
STUDY = "format = 1\n" + "".join((
    dataset("metabric", f"file = '{METABRIC}', samples = 'rows', id = 'patient_id', scale = 'z'",
            f"file = '{METABRIC}', id = 'patient_id'", "overall_survival_months", "months", "overall_survival", "0"),
    dataset("gse3143", f"file = '{COHORTS}/gse3143_bild/rtk_expression.csv.gz', samples = 'columns', scale = 'log2'",
            f"file = '{COHORTS}/gse3143_bild/clinical.csv', id = 'sample_id'", "time", "months", "event", "1"),
    dataset("gse4335", f"file = '{COHORTS}/gse4335_sorlie/rtk_expression.csv.gz', samples = 'columns', scale = 'log ratio'",
            f"file = '{COHORTS}/gse4335_sorlie/clinical.csv', id = 'sample_id'", "time", "months", "event", "1"),
    dataset("tcga", f"file = '{COHORTS}/tcga_brca/rppa_rtk.csv.gz', scale = 'z', measure = 'total'",
            f"file = '{COHORTS}/tcga_brca/clinical.tsv'", "os_days", "days", "status", "'dead'", TCGA_FOLLOW_UP),
    cohort("all_os", "metabric"),
    cohort("her2pos_os", "metabric", "column = 'her2_status', in = ['Positive']"),
    cohort("bild", "gse3143"),
    cohort("sorlie", "gse4335"),
    cohort("tcga all", "tcga"),
    cohort("tcga her2", "tcga",
           "column = 'lab_proc_her2_neu_immunohistochemistry_receptor_status', in = ['positive']"),
    analysis("metabric all_os", "all_os"),
    analysis("metabric her2pos_os", "her2pos_os"),
    analysis("gse3143 all", "bild"),
    analysis("gse4335 all", "sorlie"),
    analysis("tcga_rppa873 all_os_days", "tcga all", DAYS_1826),
    analysis("tcga_rppa873 her2pos_os_days", "tcga her2", DAYS_1826),
    analysis("metabric all_os adjusted", "all_os", FOUR_COVARIATES),
    analysis("metabric all_os thirds", "all_os", ", split = 'tertiles', rmst_at = 120"),
))
CASES = ["metabric all_os", "metabric her2pos_os", "gse3143 all", "gse4335 all", "tcga_rppa873 all_os_days",
         "tcga_rppa873 her2pos_os_days"]
Rows = list[dict[str, str]]


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def golden(file: str, case: str, **where: str) -> Rows:
    cohort, subset = case.split(" ")[:2]
    return [row for row in read(GOLDEN / file) if row["cohort"] == cohort and row["subset"] == subset
            and all(row[key] == value for key, value in where.items())]


def number(text: str) -> float | None:
    return float(text) if text not in ("", "NA") else None


def same(ours: str, theirs: str, *, rel: float = 0.0, abs: float = 0.0) -> bool:
    left, right = number(ours), number(theirs)
    if left is None or right is None:
        return left is right
    return left == pytest.approx(right, rel=rel, abs=abs)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("r")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    done = subprocess.run([sys.executable, str(ROOT / "main.py"), "run", str(folder / "study.toml"), "--out",
                           str(folder / "out")], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.mark.parametrize("case", CASES)
def test_that_the_cox_rows_equal_r(results: Path, case: str) -> None:
    ours = {row["receptor"]: row for row in read(results / case / "receptors.csv")}
    theirs = golden("cox_univariate.csv", case, ties="efron")
    ph = {row["gene"]: row for row in golden("ph_test.csv", case, transform="km")}
    assert set(ours) == {row["gene"] for row in theirs}
    for row in theirs:
        mine = ours[row["gene"]]
        assert (mine["n"], mine["events"]) == (row["n"], row["events"])
        for column, name in (("coef", "coef_per_sd"), ("se", "se_per_sd")):
            assert same(mine[column], row[name], abs=1e-7), (row["gene"], column)
        for column, name in (("hr", "hr_per_sd"), ("hr_low", "hr_lo95"), ("hr_high", "hr_hi95"), ("p", "p_wald"),
                             ("concordance", "concordance"), ("q_bh", "q_bh_p_wald")):
            assert same(mine[column], row[name], rel=2e-7, abs=1e-7), (row["gene"], column)
        assert same(mine["ph_p"], ph[row["gene"]]["p"], rel=1e-5, abs=1e-12), row["gene"]


@pytest.mark.parametrize("case", CASES)
def test_that_the_median_split_equals_r(results: Path, case: str) -> None:
    ours = {row["receptor"]: row for row in read(results / case / "receptors.csv")}
    for row in golden("split_median.csv", case):
        mine = ours[row["gene"]]
        assert same(mine["median"], row["cut_value"], abs=1e-12)
        assert same(mine["logrank_chi2"], row["logrank_chi2"], abs=1e-9), row["gene"]
        assert same(mine["logrank_p"], row["logrank_p"], abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_that_the_best_cut_equals_maxstat(results: Path, case: str) -> None:
    ours = {row["receptor"]: row for row in read(results / case / "receptors.csv")}
    for row in golden("maxstat.csv", case, minprop="0.1"):
        mine = ours[row["gene"]]
        assert same(mine["best_cut_statistic"], row["M"], abs=1e-9), row["gene"]
        assert same(mine["best_cut"], row["cutpoint"], abs=1e-12), row["gene"]
        assert same(mine["best_cut_p_raw"], row["logrank_p_at_cut_naive"], abs=1e-9)
        assert same(mine["best_cut_p_corrected"], str(min(1.0, float(row["p_lausen92"]))), abs=1e-9), row["gene"]


@pytest.mark.parametrize("case", CASES)
def test_that_restricted_means_equal_r(results: Path, case: str) -> None:
    ours = {row["receptor"]: row for row in read(results / case / "receptors.csv")}
    tau = "1826" if "tcga" in case else "60"
    theirs = golden("rmst.csv", case, tau=tau)
    assert len(theirs) == len(ours)
    for row in theirs:
        mine = ours[row["gene"]]
        assert same(mine["rmst_at"], tau, rel=1e-12)
        for column, name in (("rmst_difference", "diff_high_minus_low"), ("rmst_low", "diff_lo95"),
                             ("rmst_high", "diff_hi95")):
            assert same(mine[column], row[name], abs=1e-7), (row["gene"], column)


@pytest.mark.parametrize("case", CASES)
def test_that_the_curve_of_all_patients_equals_r_point_by_point(results: Path, case: str) -> None:
    ours = [row for row in read(results / case / "curves.csv") if row["group"] == "all"]
    theirs = read(GOLDEN / "km_curves" / f"{case.replace(' ', '__')}.csv")
    assert len(ours) == len(theirs)
    for mine, row in zip(ours, theirs):
        assert (mine["at_risk"], mine["events"], mine["censored"]) == (row["n_risk"], row["n_event"], row["n_censor"])
        assert same(mine["time"], row["time"], rel=1e-9)
        assert same(mine["survival"], row["surv"], abs=1e-12)
        assert same(mine["ci_low"], row["lo95_loglog"], abs=1e-9)
        assert same(mine["ci_high"], row["hi95_loglog"], abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_that_medians_points_and_at_risk_counts_of_every_group_equal_r(results: Path, case: str) -> None:
    groups = {(row["receptor"], row["group"]): row for row in read(results / case / "groups.csv")}
    for row in golden("km_medians.csv", case):
        mine = groups[row["gene"], row["group"]]
        assert (mine["n"], mine["events"]) == (row["n"], row["events"])
        for column, name in (("median_time", "median"), ("median_low", "lo95_loglog"), ("median_high", "hi95_loglog")):
            assert same(mine[column], row[name], rel=1e-9), (row["gene"], row["group"], column)
    curves: dict[tuple[str, str], Rows] = {}
    for row in read(results / case / "curves.csv"):
        curves.setdefault((row["receptor"], row["group"]), []).append(row)
    for row in golden("km_points.csv", case):
        before = [point for point in curves[row["gene"], row["group"]] if float(point["time"]) <= float(row["time"])]
        if row["surv"] and before:
            assert same(before[-1]["survival"], row["surv"], abs=1e-12), (row["gene"], row["group"], row["time"])
    at_risk = {(row["receptor"], row["group"], float(row["time"])): row
               for row in read(results / case / "at_risk.csv")}
    compared = 0
    for row in golden("at_risk.csv", case):
        mine = at_risk.get((row["gene"], row["group"], float(row["time"])))
        if mine is not None:
            assert (mine["at_risk"], mine["events_so_far"]) == (row["n_at_risk"], row["cum_events"])
            compared += 1
    assert compared >= len(groups)


def test_that_adjusted_models_equal_r(results: Path) -> None:
    ours = {row["receptor"]: row for row in read(results / "metabric all_os adjusted" / "receptors.csv")}
    theirs = golden("cox_multivariable.csv", "metabric all_os", term="rtk_z")
    assert len(theirs) == len(ours) == 15
    for row in theirs:
        mine = ours[row["gene"]]
        assert (mine["n"], mine["events"]) == (row["n"], row["events"]) == ("1832", "1053")
        assert same(mine["coef"], row["coef"], abs=1e-7)
        assert same(mine["se"], row["se"], abs=1e-7)
        assert same(mine["p"], row["p"], abs=1e-7)
        assert same(mine["concordance"], row["concordance"], abs=1e-7)
        assert same(mine["ph_p"], row["zph_km_term_p"], rel=1e-5, abs=1e-12)


def test_that_thirds_equal_r(results: Path) -> None:
    ours = {row["receptor"]: row for row in read(results / "metabric all_os thirds" / "receptors.csv")}
    for row in golden("split_tertile.csv", "metabric all_os"):
        assert same(ours[row["gene"]]["logrank_chi2"], row["logrank_chi2_df2"], abs=1e-9)
        assert same(ours[row["gene"]]["logrank_p"], row["logrank_p"], abs=1e-9)
