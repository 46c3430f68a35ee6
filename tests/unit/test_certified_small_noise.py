"""The best training noise of certified risks for small noises, and pairs for which it exceeds the smoothing noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory import Problem, best_alpha, certified_gain, regimes, small_noise
from theory.symbolic import DERIVATIONS

RNG = np.random.default_rng(31)
ABOVE = regimes.concentric(dim=2, prior=0.57)


def bayes_square(dim: int, inner: float, outer: float, prior: float) -> float:
    """The squared Bayes radius."""
    v0, v1 = inner**2, outer**2
    return v0 * v1 * (dim * math.log(v1 / v0) + 2 * math.log((1 - prior) / prior)) / (v1 - v0)


def test_the_best_ratio_can_exceed_one() -> None:
    assert small_noise(ABOVE).ratio == pytest.approx(1.153769, abs=5e-7)
    assert best_alpha(ABOVE, 0.02).alpha / 0.02 == pytest.approx(1.154034, abs=5e-7)
    assert small_noise(regimes.concentric(dim=2)).ratio < 1


def test_the_ratio_of_one_sphere_is_that_of_its_curvature() -> None:
    """H/(s_nn/|s_n| - H), for the concentric pair (d - 1)/(r^2 K - d): above 1 iff d < r^2 K < 2 d - 1."""
    sides = []
    for share, ratio, prior in RNG.uniform((0.0, 1.1, 0.3), (1.0, 3.0, 0.9), (300, 3)):
        dim = round(2 * 20**share)
        square, total = bayes_square(dim, 1.0, ratio, prior), 1 + ratio**-2
        if square * total < 1.02 * dim:
            continue
        data = small_noise(regimes.concentric(dim, 1.0, float(ratio), float(prior)))
        bend = float(data.curvature[0])
        along = (data.laplacian + data.curvature * data.slope)[0] / data.slope[0]
        assert data.ratio**2 == pytest.approx(float(bend / (along - bend)), rel=1e-9)
        assert data.ratio**2 == pytest.approx((dim - 1) / (square * total - dim), rel=1e-9)
        sides.append(data.ratio > 1)
        assert sides[-1] == (square * total < 2 * dim - 1)
    assert 10 < sum(sides) < len(sides) - 10


@pytest.mark.parametrize(("eps", "exact", "law"), [(0.0004, 2.560167, 2.558069), (0.0016, 8.909345, 8.878996)])
def test_known_best_noises_of_certified_risk(eps: float, exact: float, law: float) -> None:
    problem = regimes.concentric(dim=2)
    assert (best_alpha(problem, 0.02, eps).alpha / 0.02) ** 2 == pytest.approx(exact, abs=1e-6)
    assert (small_noise(problem).best_alpha(0.02, eps) / 0.02) ** 2 == pytest.approx(law, abs=5e-7)


def test_the_law_of_the_concentric_pair_is_that_of_the_boundary_data() -> None:
    derived = DERIVATIONS["certified-small-noise"]()
    for dim in (1, 2, 5, 60):
        inner, ratio, prior = RNG.uniform(0.5, 2), RNG.uniform(1.2, 3), RNG.uniform(0.3, 0.5)
        data = small_noise(regimes.concentric(dim, float(inner), float(inner * ratio), float(prior)))
        numbers = {"v0": inner**2, "v1": (inner * ratio) ** 2, "r": float(data.points[-1, 0]), "dim": dim}
        square = derived.at(beta=0.02, eps=3e-4, **numbers)
        assert data.best_alpha(0.02, 3e-4) ** 2 == pytest.approx(square, rel=1e-9)


@pytest.mark.parametrize(
    "problem",
    [
        regimes.concentric(dim=20, prior=0.6),
        regimes.two_scales(dim=3, separation=1.0, prior=0.4),
        regimes.bumps(spacing=1.5),
    ],
    ids=lambda problem: problem.name,
)
def test_exact_gains_tend_to_the_law(problem: Problem) -> None:
    """Halving the noises quarters the distance."""
    data, scale = small_noise(problem), 0.3 if problem.name == "bumps" else 1.0
    away = []
    for beta in (0.2 * scale, 0.1 * scale):
        eps = beta**2 / scale
        alpha = 0.8 * max(data.best_alpha(beta, eps), beta)
        away.append(float(certified_gain(problem, alpha, beta, eps).value) / data.gain(alpha, beta, eps) - 1)
    assert abs(away[0]) < 0.5
    assert away[1] == pytest.approx(away[0] / 4, rel=0.35)


def test_without_a_radius_it_is_the_law_of_clean_risks() -> None:
    data = small_noise(regimes.concentric(dim=5))
    assert data.best_alpha(0.03) == pytest.approx(0.03 * data.ratio, rel=1e-14)
    assert data.gain(0.02, 0.03) == pytest.approx(data.excess(0.0, 0.03) - data.excess(0.02, 0.03), rel=1e-12)


def test_on_the_line_it_is_proportional_to_the_radius() -> None:
    """For two Gaussians alpha*^2 = s^2 eps/|mu|, to which the bridge s^2 eps/(|mu| - eps) tends."""
    data = small_noise(regimes.two_gaussians(dim=1, separation=4.0, scale=0.7, prior=0.2))
    for eps in (1e-2, 1e-3):
        assert [data.best_alpha(beta, eps) ** 2 for beta in (0.0, 0.1, 0.9)] == pytest.approx([0.49 * eps / 2] * 3)
    assert data.best_alpha(0.5) == 0.0
