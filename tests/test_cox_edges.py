"""Cox models where Newton goes astray: one far patient, a covariate without a maximum, copies. Values: R survival."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.statistics.concordance import concordance, linear_predictor
from core.statistics.cox import cox_univariate
from core.statistics.cox_model import CoxModel, cox_fit
from core.statistics.proportional_hazards import ph_test_model
from core.statistics.survival import cox_multivariable

OUTLIER = [(40, 2, 0.5772064150011478, 0.223611512557063), (40, 8, 0.3092615441119674, 0.1732652279846428),
           (90, 2, 0.4725482783682855, 0.1490717932942257), (90, 8, 0.2991899826327870, 0.1154769193353173),
           (300, 2, 0.3290185544814872, 0.08164968672904989), (3000, 2, 0.1461664727699335, 0.02581988906445822),
           (3000, 8, 0.1167640051635393, 0.02000000093656592)]
"""Patients, which one to die is alone in having the gene amplified, then coxph's coef and se per SD (eps 1e-12)."""


def one_far_patient(n: int, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deaths at 1, 2, censored at 3, deaths at 4, 5, …; one patient far from all the others, who are alike."""
    time = np.arange(1.0, n + 1)
    event = np.arange(n) % 3 != 2
    x = np.full(n, 5.0)
    x[number - 1] = 9.0
    return time, event, (x - x.mean()) / x.std(ddof=1)


@pytest.mark.parametrize(("n", "number", "coef", "se"), OUTLIER)
def test_that_one_patient_many_sd_from_the_others_has_the_coefficient_of_coxph(n: int, number: int, coef: float,
                                                                               se: float) -> None:
    time, event, z = one_far_patient(n, number)
    fit = cox_univariate(time, event, z)
    assert fit.converged[0]
    assert (fit.coef[0], fit.se[0]) == (pytest.approx(coef, abs=1e-9), pytest.approx(se, abs=1e-9))
    model = cox_fit(time, event, z)
    assert model.converged
    assert (model.coef[0], model.se[0]) == (pytest.approx(coef, abs=1e-9), pytest.approx(se, abs=1e-9))


@pytest.mark.parametrize("number", [1, 3])
def test_that_the_same_patient_dying_first_or_never_has_no_coefficient(number: int) -> None:
    time, event, z = one_far_patient(90, number)
    assert not cox_univariate(time, event, z).converged[0]
    assert not cox_fit(time, event, z).converged


def rare_covariate() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """60 patients; 5 have a rare value, and none of them had the event. Columns: receptor, rare, age."""
    i = np.arange(60)
    time, event, rare = ((i * 37) % 61) + 1.0, (i * 17) % 5 < 3, i % 12 == 5
    x = ((i * 29) % 53) / 10 + np.where((i * 7) % 11 == 0, 3.0, 0.0)
    return time, event & ~rare, np.column_stack([(x - x.mean()) / x.std(ddof=1), rare, ((i * 41) % 47) + 30.0])


@pytest.mark.parametrize("fit", [cox_fit, cox_multivariable])
def test_that_a_covariate_that_goes_to_infinity_leaves_the_others_their_coefficients(
        fit: Callable[..., CoxModel]) -> None:
    """coxph (eps 1e-15) warns "coefficient may be infinite" and gives these for the receptor and age."""
    time, event, design = rare_covariate()
    model = fit(time, event, design)
    assert not model.converged
    assert "no_maximum" in [finding.code for finding in model.findings]
    assert np.isnan([model.coef[1], model.se[1], model.p[1]]).all()
    np.testing.assert_allclose(model.coef[[0, 2]], [0.049295560387868587, 0.006566265419835508], atol=1e-10)
    np.testing.assert_allclose(model.se[[0, 2]], [0.1853284506898525, 0.01330040378372020], atol=1e-10)
    risk = linear_predictor(design, model.reached)
    assert concordance(time, event, risk)[0] == pytest.approx(0.5566037735849056, abs=1e-12)
    tested = ph_test_model(time, event, design, model.coef, reached=model.reached)
    np.testing.assert_allclose(tested.p[[0, 2]], [0.9081505978209140, 0.9606919317297504], atol=1e-7)
    assert np.isnan(tested.p[1])
