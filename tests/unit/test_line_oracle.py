"""The exact side on the line against tests/oracle/line.json, and against the numbers of the theory page."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from flint import arb

from tests.oracle.reference_line import noised, prepare
from theory import (
    Component,
    Estimate,
    Gaussian,
    MixtureProblem,
    Training,
    adversarial_risk,
    bayes_risk,
    certified_risk,
    clean_risk,
    compare,
    loads_problem,
    regimes,
)
from theory.laws.certificate import radius

ROWS = json.loads((Path(__file__).parents[1] / "oracle" / "line.json").read_text(encoding="utf-8"))
ABSOLUTE = Decimal("1e-12")
# The regression rule on mixtures is a quadrature to 1e-13 over slopes of the blurred posterior.
BY_QUADRATURE = Decimal("1e-10")
RELATIVE = Decimal("1e-8")
# Below this nothing is asked of relative errors; the floats' own range ends at 1e-308.
SMALLEST = 1e-42
# The error of a risk next to a tangency may be as large as the square root of the rounding allows.
USEFUL = 1e-10
TANGENT = 1e-6
TINIEST = Decimal("1e-300")


def name(row: dict) -> str:
    return f"{row['row']}-{row['kind']}"


def off(found: float, reference: str) -> Decimal:
    return abs(Decimal(found) - Decimal(reference))


def judge(row: dict, key: str, found: Estimate) -> None:
    """Value and error of one quantity against its reference."""
    reference = row[key]
    if reference is None:
        assert math.isnan(found.value), key
        return
    if reference == "inf":
        assert found.value == math.inf, key
        return
    miss = off(found.value, reference)
    tangent = min(row["margin"], row["base_margin"]) < TANGENT
    limit = BY_QUADRATURE if row["kind"] == "regression" else ABSOLUTE
    assert miss <= Decimal(found.error) + TINIEST, f"{key}: {found!r} understates its error {miss:.2g}, {reference}"
    if not tangent:
        assert miss <= limit, f"{key}: {found!r} is off by {miss:.2g}, {reference}"
        assert found.error <= USEFUL, f"{key}: {found!r} is not a useful error"
    held = row["kind"] in ("mixed", "separated", "vanishing") and not tangent
    if "gain" not in key and held and float(reference) > SMALLEST:
        assert miss <= RELATIVE * Decimal(reference), f"{key}: {found!r} is off by {miss:.2g} of {reference}"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_risks(row: dict) -> None:
    problem, alpha, beta, eps = loads_problem(row["problem"]), row["alpha"], row["beta"], row["eps"]
    judge(row, "clean", clean_risk(problem, alpha, beta))
    judge(row, "certified", certified_risk(problem, alpha, beta, eps))
    judge(row, "adversarial", adversarial_risk(problem, alpha, beta, eps))


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_gains(row: dict) -> None:
    problem, alpha, beta, eps = loads_problem(row["problem"]), row["alpha"], row["beta"], row["eps"]
    judge(row, "gain", compare(problem, alpha, beta).gain)
    if row["certified_gain"] is not None:
        judge(row, "certified_gain", compare(problem, alpha, beta, eps).gain)


def test_the_rows_are_what_they_should_be() -> None:
    assert len(ROWS) >= 300
    assert sum(r["clean"] != "0" and 1e-40 < float(r["clean"]) < 1e-20 for r in ROWS) >= 10
    assert sum(min(r["margin"], r["base_margin"]) < TANGENT for r in ROWS) >= 5


@pytest.mark.parametrize("law", ["gaussian", "laplace", "uniform"])
@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
def test_closed_forms_of_the_reference_by_quadrature(law: str, noise: str) -> None:
    densities = {
        "gaussian": lambda z: mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi),
        "laplace": lambda z: mp.exp(-abs(z)) / 2,
        "uniform": lambda z: mp.mpf(0.5) if abs(z) < 1 else mp.mpf(0),
    }
    prepare()
    scale, alpha = mp.mpf(0.75), mp.mpf(0.5)
    with mp.workdps(30):
        for z in (0.0, 0.375, 0.875, 1.5):
            cuts = {mp.mpf(0), mp.mpf(z), *(s * scale for s in (-1, 1)), *(z + s * alpha for s in (-1, 1)), -30, 30}
            exact = mp.quad(
                lambda t, z=z: densities[law](t / scale) / scale * densities[noise]((z - t) / alpha) / alpha,
                sorted(cuts),
            )
            found = noised(law, arb(0.75), noise, arb(0.5), arb(z))
            assert abs(mp.mpf(found.mid().str(40, radius=False)) - exact) < mp.mpf(10) ** -22


def test_law_1_half_spaces_do_not_feel_smoothing() -> None:
    problem = regimes.two_gaussians(dim=1, separation=2.0, prior=0.3)
    beta = np.array([0.0, 0.01, 0.5, 3.0, 100.0])
    risks = clean_risk(problem, 0.4, beta).value
    np.testing.assert_array_equal(risks, risks[0])


def test_law_2_limits_of_prior_shift_harm() -> None:
    problem = regimes.two_gaussians(dim=1, separation=4.0, prior=0.2)
    alpha = np.geomspace(0.05, 50, 60)
    risks = np.asarray(clean_risk(problem, alpha, 0.3).value)
    assert risks[0] > bayes_risk(problem).value
    assert (np.diff(risks) >= 0).all()
    assert risks[-1] == pytest.approx(0.2, abs=1e-12)
    regression = MixtureProblem(0.2, 1, problem.class0, problem.class1, Training("regression"))
    assert abs(clean_risk(regression, 0.5, 0.3).value - bayes_risk(problem).value) < 1e-12


def test_law_3_numbers() -> None:
    problem = MixtureProblem(0.2, 1, (Component(Gaussian(-2.0, 1.0)),), (Component(Gaussian(2.0, 1.0)),))
    risks = certified_risk(problem, [0.0, (1 / 3) ** 0.5, 1.0], 0.7, 0.5).value
    np.testing.assert_allclose(risks, [0.0507971, 0.0498320, 0.0532938], atol=5e-8)
    best = (0.5 / 1.5) ** 0.5
    near = np.asarray(certified_risk(problem, best * np.array([0.98, 1.0, 1.02]), 0.7, 0.5).value)
    assert near[1] < min(near[0], near[2])


def test_law_7_stripes() -> None:
    problem = regimes.stripes(count=3, width=1.0, gap=0.3)
    risks = clean_risk(problem, [[0.0], [0.3]], [1.0, 0.4]).value
    np.testing.assert_allclose(risks, [[1.0470, 0.6118], [0.6014, 0.6006]], atol=5e-5)


def test_certificate_radii() -> None:
    assert radius("gaussian", 1.0, 0.98) == pytest.approx(2.053749, abs=5e-7)
    assert radius("laplace", 2.0, 0.9) == pytest.approx(2 * 1.609438, abs=1e-6)
