"""The regression rule on two concentric Gaussians, against mpmath, the line, and the law of its first step."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from theory import (
    Component,
    Gaussian,
    MixtureProblem,
    NoExactRoute,
    Training,
    best_alpha,
    clean_risk,
    compare,
    regimes,
    train,
    with_overrides,
)
from theory.claims.families import CaseNoises
from theory.claims.sides import FLOATS
from theory.theorems import classes


def rings(dim: int, inner: float = 1.0, outer: float = 1.5, prior: float = 0.5) -> MixtureProblem:
    problem = regimes.concentric(dim=dim, inner=inner, outer=outer, prior=prior)
    return with_overrides(problem, {"training.rule": "regression"})


def blurred(problem: MixtureProblem, alpha: float, radius: float) -> mp.mpf:
    """E eta(x + alpha Z) - 1/2 at |x| = radius by the density of the noncentral chi-square law."""
    with mp.workdps(30):
        zero, one = (mp.mpf(side[0].law.scale) for side in (problem.class0, problem.class1))
        dim, prior, a, r = problem.dim, mp.mpf(problem.prior), mp.mpf(alpha), mp.mpf(radius)
        k = (1 / zero**2 - 1 / one**2) / 2
        odds = mp.log(prior / (1 - prior)) + dim * mp.log(zero / one)
        order, far = mp.mpf(dim) / 2 - 1, (r / a) ** 2

        def density(w: mp.mpf) -> mp.mpf:
            bessel = mp.besseli(order, mp.sqrt(far * w))
            return mp.exp(-(w + far) / 2) * (w / far) ** (order / 2) * bessel / 2

        middle, spread = dim + far, mp.sqrt(2 * (dim + 2 * far))
        cuts = [max(mp.mpf(0), middle + j * spread) for j in (-14, -6, -3, -1, 0, 1, 3, 6, 14, 24)]
        cuts = sorted(set(cuts))
        return mp.quad(lambda w: density(w) * (1 / (1 + mp.exp(-(odds + k * a**2 * w))) - mp.mpf(1) / 2), cuts)


def test_known_numbers() -> None:
    problem = rings(10)
    assert train(problem, 0.5).intervals[0][0] == pytest.approx(3.488696027006, abs=1e-12)
    assert train(problem, 0.0).intervals[0][0] == pytest.approx(3.820568529930, abs=1e-12)
    found = clean_risk(problem, [0.5, 0.0], 0.5)
    np.testing.assert_allclose(found.value, [0.260503652252, 0.203196605151], atol=1e-12)
    assert found.error.max() < 1e-12
    assert found.route == "radial"


@pytest.mark.parametrize(
    ("dim", "inner", "outer", "prior", "alpha"),
    [(2, 1.0, 1.5, 0.5, 0.4), (3, 0.2, 1.0, 0.7, 0.05), (7, 2.0, 2.2, 0.45, 1.0)],
)
def test_errors_never_understate(dim: int, inner: float, outer: float, prior: float, alpha: float) -> None:
    """The blurred posterior is on either side of 1/2 at the ends of the error."""
    problem = rings(dim, inner, outer, prior)
    region = train(problem, alpha).region
    radius, error = float(region.ends[0, 0]), float(region.error[0, 0])
    assert error < 1e-12 * radius
    assert blurred(problem, alpha, radius - error) < 0 < blurred(problem, alpha, radius + error)


def test_in_one_dimension_it_is_the_line() -> None:
    alpha = np.array([0.0, 1e-6, 0.01, 0.3, 1.0, 5.0, 50.0])
    for inner, outer, prior in ((1.0, 1.5, 0.5), (1.0, 1.2, 0.5), (0.1, 2.0, 0.3), (1.0, 3.0, 0.7)):
        problem = rings(1, inner, outer, prior)
        line = clean_risk(problem, alpha, 0.2)
        radial = clean_risk(problem, alpha, 0.2, route="radial")
        assert (np.abs(line.value - radial.value) <= line.error + radial.error + 1e-15).all()


def test_units_labels_and_many_dimensions() -> None:
    alpha = np.array([1e-3, 0.2, 1.0])
    plain = compare(rings(5, prior=0.4), alpha, 0.3)
    for unit in (1e-6, 1e6):
        other = compare(rings(5, unit, 1.5 * unit, 0.4), unit * alpha, unit * 0.3)
        assert (np.abs(other.gain.value - plain.gain.value) <= other.gain.error + plain.gain.error).all()
    narrow, wide = (Component(Gaussian(0.0, scale)) for scale in (1.0, 1.5))
    swapped = MixtureProblem(0.6, 5, (wide,), (narrow,), Training("regression"))
    other = compare(swapped, alpha, 0.3)
    assert (np.abs(other.risk.value - plain.risk.value) <= other.risk.error + plain.risk.error).all()
    most = compare(rings(10**6), [1e-4, 1.0], 0.1)
    assert most.gain.value.tolist()[1] == pytest.approx(-0.5)
    assert best_alpha(rings(20), 0.5).alpha == 0.0


def test_the_rules_differ_by_the_slope_of_the_data_density() -> None:
    """Twice the first step of either boundary over alpha^2 is L; the normal of {s > 0} points inward here."""
    for dim in (2, 10):
        alpha, problem = 1e-3, rings(dim)
        other = with_overrides(problem, {"training.rule": "posterior"})
        start = train(problem, 0.0).intervals[0][0]
        steps = [2 * (train(kind, alpha).intervals[0][0] - start) / alpha**2 for kind in (other, problem)]
        densities = [
            p * s**-dim * np.exp(-(start**2) / (2 * s**2)) * np.array([1.0, -start / s**2])
            for p, s in ((0.5, 1.0), (0.5, 1.5))
        ]
        total, slope = sum(densities)
        assert steps[0] - steps[1] == pytest.approx(-2 * slope / total, rel=1e-4)


def test_other_mixtures_have_no_radial_route() -> None:
    problem = with_overrides(regimes.concentric(dim=3), {"training.rule": "regression"})
    more = MixtureProblem(
        0.5, 3, (*problem.class0, Component(Gaussian(0.0, 3.0))), problem.class1, Training("regression")
    )
    with pytest.raises(NoExactRoute, match="under the regression rule, or are two about one centre"):
        clean_risk(more, 0.1, 0.2)


def test_five_random_means_feel_the_smoothing() -> None:
    """The law of symmetric arrangements is one of these: its margin finds what others do."""
    rng = np.random.default_rng(3)
    places = rng.standard_normal((5, 3))
    places /= np.linalg.norm(places, axis=1)[:, None]
    law = classes.LAWS[0]
    found = [law.claim(classes.among(places), CaseNoises(0.0, 2.0, 0.0, {"draw": k}), FLOATS) for k in range(40)]
    assert min(found) < 0
    kept = [
        law.claim(classes.arrangement("cube", 3), CaseNoises(0.0, 2.0, 0.0, {"draw": k}), FLOATS) for k in range(40)
    ]
    assert min(kept) > 0
