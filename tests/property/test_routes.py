"""Where two exact routes cover one problem they agree within their errors; one that does not cover it says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import (
    Estimate,
    NoExactRoute,
    ProblemError,
    adversarial_risk,
    certified_risk,
    clean_risk,
    compare,
    gain,
    regimes,
    small_noise,
    vote_risk,
)
from theory.problems.problem import Component, Gaussian, MixtureProblem

settings.register_profile("routes", deadline=None, derandomize=True, max_examples=6)
settings.load_profile("routes")

# Two routes sum the same problem up in different orders.
ROUNDING = 1e-15

numbers = st.floats(0.2, 3.0).map(lambda x: round(x, 4))
noises = st.floats(0.01, 2.0).map(lambda x: round(x, 4))
priors = st.floats(0.1, 0.9).map(lambda x: round(x, 4))
angles = st.floats(0.0, 3.1)


def close(one: Estimate, other: Estimate) -> None:
    gap = np.abs(np.asarray(one.value) - other.value)
    assert (gap <= np.asarray(one.error) + other.error + ROUNDING).all(), (one, other)


def two(prior: float, dim: int, means: tuple[Any, Any], scales: tuple[Any, Any]) -> MixtureProblem:
    """Class 0 first; a scale that is a table is a covariance."""
    laws = [Gaussian(m, cov=s) if isinstance(s, tuple) else Gaussian(m, s) for m, s in zip(means, scales, strict=True)]
    return MixtureProblem(prior, dim, (Component(laws[0]),), (Component(laws[1]),))


def agree(problem: MixtureProblem, routes: tuple[Any, Any], alpha: float, beta: float, flat: bool = False) -> None:
    """All quantities by both routes; in the plane erosion is not known, and finite votes take long."""
    eps, alphas = beta / 2, [0.0, alpha]
    asks = [
        lambda route: clean_risk(problem, alphas, [[0.0], [beta]], route=route),
        lambda route: certified_risk(problem, alphas, beta, eps, route=route),
        lambda route: compare(problem, alphas, beta, route=route).gain,
    ]
    if not flat:
        asks.append(lambda route: adversarial_risk(problem, alphas, beta, eps, route=route))
        asks.append(lambda route: vote_risk(problem, alpha, beta, 11, route=route))
    for ask in asks:
        one, other = (ask(route) for route in routes)
        assert (one.route, other.route) == routes
        close(one, other)


@given(priors, numbers, st.tuples(numbers, numbers).filter(lambda s: s[0] != s[1]), noises, noises)
def test_the_line_and_spheres(prior: float, gap: float, scales: tuple, alpha: float, beta: float) -> None:
    agree(two(prior, 1, (0.0, gap), scales), ("line", "radial"), alpha, beta)
    agree(two(prior, 1, (0.0, 0.0), scales), ("line", "radial"), alpha, beta)


@given(priors, numbers, numbers, st.sampled_from([1, 2, 5]), noises, noises)
def test_the_line_and_half_spaces(prior: float, gap: float, scale: float, dim: int, alpha: float, beta: float) -> None:
    agree(two(prior, dim, (0.0, gap), (scale, scale)), ("line", "half-space"), alpha, beta)


@settings(max_examples=2)
@given(priors, numbers, st.tuples(numbers, numbers), angles, noises, noises)
def test_half_spaces_and_the_plane(
    prior: float, gap: float, scales: tuple, angle: float, alpha: float, beta: float
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    cov = turn @ np.diag(np.square(scales)) @ turn.T
    table = tuple(map(tuple, (0.5 * (cov + cov.T)).tolist()))
    agree(two(prior, 2, ((0.0, 0.0), (gap, 0.0)), (table, table)), ("half-space", "plane"), alpha, beta, True)


@settings(max_examples=2)
@given(priors, numbers, st.tuples(numbers, numbers).filter(lambda s: s[0] != s[1]), noises, noises)
def test_spheres_and_the_plane(prior: float, gap: float, scales: tuple, alpha: float, beta: float) -> None:
    agree(two(prior, 2, ((0.0, 0.0), (gap, 0.3)), scales), ("radial", "plane"), alpha, beta, True)
    agree(two(prior, 2, ((0.0, 0.0), (0.0, 0.0)), scales), ("radial", "plane"), alpha, beta, True)


def test_small_noise_by_spheres_and_by_the_plane() -> None:
    problem = regimes.concentric(dim=2)
    assert small_noise(problem, route="plane").ratio == pytest.approx(small_noise(problem).ratio, rel=1e-8)


def test_a_route_that_does_not_cover_the_problem() -> None:
    for problem, route in (
        (regimes.bumps(), "radial"),
        (regimes.bumps(), "plane"),
        (regimes.anisotropic(), "line"),
        (regimes.concentric(dim=3), "half-space"),
        (regimes.stripes(), "plane"),
        (regimes.two_gaussians(), "radial"),
    ):
        with pytest.raises(NoExactRoute, match=f"^the {route} route does not cover this problem") as raised:
            gain(problem, 0.1, 0.2, route=route)
        assert "\n" not in str(raised.value)


def test_a_route_that_there_is_not() -> None:
    route: Any = "planar"
    with pytest.raises(ProblemError, match=r"^route: found 'planar', expected one of .*did you mean plane"):
        clean_risk(regimes.bumps(), 0.1, 0.2, route=route)
