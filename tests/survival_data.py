"""Real cohorts and R's numbers for them, for the tests of core.statistics.

Not for: the program; nothing under core reads these files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DATA = Path(__file__).parent / "data"
COHORTS = ("metabric/all_os", "metabric/her2pos_os", "gse3143/all", "gse4335/all")


@dataclass(frozen=True, eq=False)
class RealCohort:
    """Months, events, one column per receptor, and the covariates of the multivariable reference fits."""

    name: str
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    receptors: tuple[str, ...]
    x: NDArray[np.float64]
    covariates: pd.DataFrame

    @property
    def z(self) -> NDArray[np.float64]:
        """z scores, n - 1."""
        return z_scores(self.x)


def z_scores(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0, ddof=1))


@cache
def cohort(name: str) -> RealCohort:
    """One of COHORTS, receptors in the order of R's table."""
    source, subset = name.split("/")
    genes = tuple(golden("cox_univariate", name)["gene"])
    if source == "metabric":
        table = pd.read_csv(DATA / "cohorts/metabric/metabric_rtk.csv.gz")
        if subset == "her2pos_os":
            table = table[table["her2_status"] == "Positive"]
        covariates = pd.DataFrame({
            "age": table["age_at_diagnosis"], "er_positive": (table["er_status"] == "Positive").astype(float),
            "grade": table["neoplasm_histologic_grade"], "nodes_positive": table["lymph_nodes_examined_positive"]})
        return RealCohort(name, table["overall_survival_months"].to_numpy(), table["overall_survival"].to_numpy() == 0,
                          genes, table[[gene.lower() for gene in genes]].to_numpy(), covariates)
    folder = DATA / "cohorts" / {"gse3143": "gse3143_bild", "gse4335": "gse4335_sorlie"}[source]
    clinical = pd.read_csv(folder / "clinical.csv")
    expression = pd.read_csv(folder / "rtk_expression.csv.gz", index_col=0)
    covariates = pd.DataFrame({"er_level": clinical["er_level"]}) if source == "gse3143" else _sorlie(clinical)
    return RealCohort(name, clinical["time"].to_numpy(dtype=float), clinical["event"].to_numpy() == 1, genes,
                      expression.loc[list(genes), clinical["sample_id"]].to_numpy().T, covariates)


def _sorlie(clinical: pd.DataFrame) -> pd.DataFrame:
    """age, ER, grade and node status as the reference fits coded them."""
    def coded(column: str, codes: dict[str, float]) -> pd.Series:  # type: ignore[type-arg]
        return clinical[column].astype(str).map(codes)

    return pd.DataFrame({
        "age": clinical["age"], "er_positive": coded("er_status", {"1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}),
        "grade": clinical["grade_num"],
        "node_positive": coded("node_status", {"1": 1.0, "2": 1.0, "0": 0.0})})


def golden(table: str, name: str) -> pd.DataFrame:
    """R's rows of one cohort."""
    source, subset = name.split("/")
    rows = pd.read_csv(DATA / "golden/survival" / f"{table}.csv")
    return rows[(rows["cohort"] == source) & (rows["subset"] == subset)].reset_index(drop=True)


def classic(table: str) -> pd.DataFrame:
    """R's rows for the textbook sets."""
    return pd.read_csv(DATA / "golden/classic_survival" / f"{table}.csv")


@cache
def textbook(name: str) -> pd.DataFrame:
    """A textbook set with columns time, event and the recoded variables of the reference fits."""
    table = pd.read_csv(DATA / "golden/classic_survival/data" / f"{name.removesuffix('_death')}.csv")
    if name == "colon_death":
        table = table[table["etype"] == 2].reset_index(drop=True)
        table = table.assign(lev=(table["rx"] == "Lev") * 1.0, lev5fu=(table["rx"] == "Lev+5FU") * 1.0)
    if name == "lung":
        return table.assign(event=table["status"] - 1, female=table["sex"] - 1)
    if name == "ovarian":
        return table.assign(time=table["futime"], event=table["fustat"])
    if name == "gbsg":
        return table.assign(time=table["rfstime"], event=table["status"])
    if name == "aml":
        table = table.assign(maintained=(table["x"] == "Maintained") * 1.0)
    if name == "veteran":
        table = table.assign(trt2=table["trt"] - 1.0, **{
            f"celltype{cell}": (table["celltype"] == cell) * 1.0 for cell in ("smallcell", "adeno", "large")})
    return table.assign(event=table["status"])


def close(actual: object, expected: object, tolerance: float) -> None:
    """Relative agreement to ``tolerance`` (absolute below 1e-3), with NaN in the same places."""
    np.testing.assert_allclose(np.asarray(actual, dtype=float), np.asarray(expected, dtype=float), rtol=tolerance,
                               atol=tolerance * 1e-3)
