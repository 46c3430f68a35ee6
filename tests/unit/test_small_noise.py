"""Small-noise data on spheres and on the line: published ratios, and exact risks as the noise vanishes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import NoExactRoute, bayes_risk, clean_risk, regimes, small_noise
from theory.problems.normal import normal_form
from theory.problems.problem import Ball, Component, Gaussian, MixtureProblem, Uniform
from theory.reduction.reduce import reduce

COVARIANCE = ((1.0, 0.4), (0.4, 2.0))
HALF_SPACE = MixtureProblem(
    0.3, 2, (Component(Gaussian((0.0, 0.0), cov=COVARIANCE)),), (Component(Gaussian((1.0, 1.0), cov=COVARIANCE)),)
)

# Scales 1 and 1.5: alpha*/beta as beta -> 0, to the digits in which it was published.
RATIOS = {2: 0.671635, 3: 0.775537, 10: 0.901092, 100: 0.945074}


@pytest.mark.parametrize("dim", RATIOS)
def test_known_ratios(dim: int) -> None:
    assert small_noise(regimes.concentric(dim=dim)).ratio == pytest.approx(RATIOS[dim], abs=5e-7)


def test_the_ratio_in_many_dimensions_has_the_known_limit() -> None:
    square = 2.25
    limit = ((square + 1) * math.log(square) / (square - 1) - 1) ** -0.5
    assert small_noise(regimes.concentric(dim=10**6)).ratio == pytest.approx(limit, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    dim=st.sampled_from([2, 3, 7, 30]),
    inner=st.floats(0.3, 2),
    ratio=st.floats(1.15, 3),
    prior=st.floats(0.3, 0.6),
    separation=st.floats(0, 2),
)
def test_the_excess_is_that_of_exact_risks(
    dim: int, inner: float, ratio: float, prior: float, separation: float
) -> None:
    """(R - Bayes) over the law tends to 1 like beta^2: halving the noise at least halves the distance, or nearly."""
    scales: dict[str, Any] = {"scale0": inner, "scale1": inner * ratio, "prior": prior}
    problem = regimes.two_scales(dim=dim, separation=separation, **scales)
    data, best = small_noise(problem), bayes_risk(problem).value
    if not len(data.weights) or data.points[:, 0].min() < inner / 2:
        return  # the curvature of a small sphere asks for less noise than rounding allows
    beta = 0.08 * inner / math.sqrt(dim)
    away = []
    for noise in (beta, beta / 2):
        exact = clean_risk(problem, [0.0, noise], noise).value - best
        predicted = np.array([data.excess(alpha, noise) for alpha in (0.0, noise)])
        away.append(np.abs(exact - predicted) / (data.excess(0.0, noise) + data.excess(noise, 0.0)))
    assert (away[0] < 0.05).all()
    assert (away[1] < 0.5 * away[0] + 2e-4).all()


def test_what_has_no_smooth_density_is_refused() -> None:
    with pytest.raises(NoExactRoute, match="Gaussian components only"):
        small_noise(MixtureProblem(0.5, 3, (Component(Ball(0.0, 1.0)),), (Component(Ball(0.0, 2.0)),)))
    with pytest.raises(NoExactRoute, match="Gaussian components only"):
        small_noise(MixtureProblem(0.5, 1, (Component(Uniform(0.0, 1.0)),), (Component(Gaussian(0.0, 2.0)),)))
    with pytest.raises(NoExactRoute, match="posterior rule"):
        small_noise(regimes.stripes())
    with pytest.raises(NoExactRoute, match="not isotropic"):
        small_noise(HALF_SPACE)
    with pytest.raises(NoExactRoute, match="edge of a labelled set"):
        reduce(normal_form(regimes.discs())).curvature()


@settings(max_examples=60, deadline=None)
@given(
    means=st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    scales=st.lists(st.floats(0.4, 1.5), min_size=3, max_size=3),
)
def test_on_the_line_smoothing_is_free_and_training_noise_costs_what_is_predicted(
    means: list[float], scales: list[float]
) -> None:
    one, *zero = (Component(Gaussian(m, s)) for m, s in zip(means, scales, strict=True))
    problem = MixtureProblem(0.5, 1, tuple(zero), (one,))
    data, best = small_noise(problem), float(bayes_risk(problem).value)
    ends = np.sort(data.points[:, 0])
    assert data.ratio == 0
    noise = 0.02 * min(scales)
    if (len(ends) > 1 and np.diff(ends).min() < 10 * noise) or (data.slope < 0.02).any():
        return  # boundaries about to meet ask for less noise than rounding allows
    assert abs(clean_risk(problem, 0.0, noise).value - best) < 1e-12
    predicted = data.excess(noise, 0.0)
    assert clean_risk(problem, noise, 0.0).value - best == pytest.approx(predicted, rel=0.05, abs=1e-13)
