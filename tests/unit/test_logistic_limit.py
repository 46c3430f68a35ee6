"""The limit of logistic training on samples: against 38 digits, another quadrature, and what is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from tests.oracle import reference_logistic as reference
from theory.samples.hard_margin import margin_path, tail_moments
from theory.samples.isotropic import isotropic
from theory.samples.logistic import logistic
from theory.samples.noised_slope import WIDEST, noised_slope
from theory.samples.overlaps import Overlaps

CASES = json.loads((Path(__file__).parents[1] / "oracle" / "logistic.json").read_text())
# Of numbers that are printed with six decimals.
PRINTED = 5.01e-7
# What the arguments of Phi are off by at most, away from the threshold of separability and extreme noise.
SMALL = 1e-9


def found(m: float, prior: float, alpha: object, delta: object) -> Overlaps:
    """The overlaps at noises and ratios that broadcast."""
    noise, ratio = np.broadcast_arrays(np.asarray(alpha, float), np.asarray(delta, float))
    return logistic(m, prior, noise.ravel(), ratio.ravel())


def risk(prior: float, overlaps: Overlaps, eps: float = 0.0) -> np.ndarray:
    """The risk at a perturbation."""
    return np.asarray(prior * ndtr(overlaps.one + eps) + (1 - prior) * ndtr(overlaps.zero + eps))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['m']}-{case['prior']}-{case['delta']}-{case['alpha']}")
def test_equations_solved_with_many_digits(case: dict[str, float]) -> None:
    """Errors do not understate, and are small."""
    overlaps = found(case["m"], case["prior"], case["alpha"], case["delta"])
    assert abs(overlaps.one[0] - case["one"]) <= overlaps.error[0] < SMALL
    assert abs(overlaps.zero[0] - case["zero"]) <= overlaps.error[0]
    assert overlaps.stretch[0] == 1


@pytest.mark.parametrize(
    ("setting", "start", "wall"),
    [
        pytest.param((1.5, 0.2, 0.5, 0.2), (51.45, 75.68, -80.2, 3.123e-22), 1.92, marks=pytest.mark.slow),
        ((4.0, 0.3, 50.0, 0.5), (11.91, 3.831, -2.009, 4.274e-4), 1.64),
    ],
)
def test_another_quadrature_where_walls_are_hard(setting: tuple, start: tuple, wall: float) -> None:
    """Gauss-Legendre panels, proximal points and the equations as they are written down."""
    m, prior, delta, alpha = setting
    one, zero = reference.solve(setting, start, wall)
    overlaps = found(m, prior, alpha, delta)
    # The reference has ten digits or more.
    assert abs(overlaps.one[0] - one) <= overlaps.error[0] + 1e-11
    assert abs(overlaps.zero[0] - zero) <= overlaps.error[0] + 1e-11


@pytest.mark.parametrize(
    ("prior", "delta", "alpha", "clean", "certified"),
    [
        (0.5, 1, 0.3, 0.154587, 0.236701),
        (0.5, 1, 0.7, 0.135212, 0.211251),
        (0.5, 1, 1.5, 0.113433, 0.181815),
        (0.2, 3, 0.3, 0.097120, 0.151945),
        (0.2, 3, 0.7, 0.079612, 0.121440),
        (0.2, 3, 1.5, 0.113778, 0.139447),
    ],
)
def test_numbers(prior: float, delta: float, alpha: float, clean: float, certified: float) -> None:
    """Clean risks and those at .3, found by another solver when the equations were derived."""
    overlaps = found(1.5, prior, alpha, delta)
    assert risk(prior, overlaps)[0] == pytest.approx(clean, abs=PRINTED)
    assert risk(prior, overlaps, 0.3)[0] == pytest.approx(certified, abs=PRINTED)


@pytest.mark.parametrize(("m", "prior", "margin"), [(1.5, 0.2, 0.5), (10, 0.01, 5.0), (0.1, 0.5, 0.0), (1.5, 0.2, 0.0)])
def test_largest_margin(m: float, prior: float, margin: float) -> None:
    """As the solution of a minimisation; at margin 0 that is the threshold."""
    delta, (one, zero) = reference.margin_ratio(m, prior, margin)
    if margin == 0:
        assert np.exp(margin_path(m, prior).threshold) == pytest.approx(delta, rel=1e-12)
    overlaps = found(m, prior, 0, delta * (1 - 1e-12))
    # The place of a minimum that is known to 1e-15 is known to the root of that.
    assert overlaps.one[0] == pytest.approx(one, abs=2e-7)
    assert overlaps.zero[0] == pytest.approx(zero, abs=2e-7)


def test_threshold_of_labels_that_are_noise() -> None:
    """Cover's 2 for even labels; for others the least E (-(y b + g))_+^2."""
    assert np.exp(margin_path(1e-4, 0.5).threshold) == pytest.approx(2, abs=1e-7)

    def loss(b: float) -> float:
        return 0.1 * float(np.exp(tail_moments(np.array(-b)))[2]) + 0.9 * float(np.exp(tail_moments(np.array(b)))[2])

    least = minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9}).fun
    assert np.exp(margin_path(1e-4, 0.1).threshold) == pytest.approx(1 / least, rel=1e-6)


@pytest.mark.parametrize(("prior", "delta"), [(0.2, 0.5), (0.5, 5.0), (0.2, 8.0)])
def test_largest_margin_is_the_limit_of_little_noise(prior: float, delta: float) -> None:
    """What is left of the risk is quadratic in alpha."""
    noise = np.array([0.0, 1e-5, 1e-4, 4e-4])
    risks = risk(prior, found(1.5, prior, noise, delta))
    share = (risks[1:] - risks[0]) / noise[1:] ** 2
    assert np.all(np.abs(share / share[0] - 1) < 0.1)
    assert np.all(np.abs(risks[1:] - risks[0]) < 1e-4)


def test_logistic_without_noise_above_the_threshold() -> None:
    """The maximum-likelihood estimator, which little noise changes little."""
    overlaps = found(1.5, 0.2, [0.0, 1e-7, 1e-3], 15)
    assert np.abs(np.diff(overlaps.one[:2])) < 1e-12
    assert 0 < np.abs(overlaps.one[2] - overlaps.one[0]) < 1e-5


def test_many_samples() -> None:
    """w = 2 mu/(1 + alpha^2), b = -log((1 - prior)/prior), and what is left falls with 1/delta."""
    noise = np.array([0.0, 0.3, 1.0, 4.0])
    level = np.log(9) * (1 + noise**2) / 3
    gaps = [np.abs(found(1.5, 0.1, noise, delta).one - (level - 1.5)) for delta in (1e4, 1e6)]
    np.testing.assert_allclose(gaps[0] / gaps[1], 100, rtol=0.02)


@pytest.mark.parametrize("delta", [1e-3, 0.5, 1.0, 30.0])
def test_infinite_noise_is_the_nearest_mean(delta: float) -> None:
    """At equal priors, and so it agrees with least squares there."""
    noise = np.array([1e3])
    overlaps, squares = found(1.5, 0.5, noise, delta), isotropic(1.5, 0.5, 0.0, noise, np.array([delta]))
    np.testing.assert_allclose(overlaps.one, squares.one, atol=2e-6)
    np.testing.assert_allclose(overlaps.one, -(1.5**2) / np.sqrt(1.5**2 + 1 / delta), atol=2e-6)


def test_classes_are_swapped_with_their_shares() -> None:
    """prior -> 1 - prior swaps the arguments, and the order of settings means nothing."""
    noise, ratio = np.array([0.0, 0.02, 0.3, 1.0, 0.0, 2.0]), np.array([3.0, 1.0, 0.1, 10.0, 30.0, 1e3])
    here, there = found(1.2, 0.15, noise, ratio), found(1.2, 0.85, noise[::-1], ratio[::-1])
    np.testing.assert_allclose(here.one, there.zero[::-1], atol=1e-11)
    np.testing.assert_allclose(here.zero, there.one[::-1], atol=1e-11)


def test_continuous() -> None:
    """Across the threshold, across both ways to average the slope, along noise and along the ratio."""
    threshold = np.exp(margin_path(1.5, 0.2).threshold)
    ratio = threshold * np.linspace(0.98, 1.02, 9)
    along = found(1.5, 0.2, 0.01, ratio)
    assert np.all(np.abs(np.diff(along.one, 2)) < 1e-2)
    noise = np.linspace(0.1, 0.6, 21)
    across = found(1.5, 0.5, noise, 1.0)
    assert np.all(np.abs(np.diff(across.one, 3)) < 3e-3)
    assert np.all(np.concatenate([along.error, across.error]) < SMALL)


def test_both_averages_of_the_slope() -> None:
    """Nodes of xi and nodes of v where one hands over to the other."""
    margins, alpha = np.linspace(-1.0, 3.0, 9)[None, :], np.array([0.5])
    near, far = (
        noised_slope(np.array([size]), alpha, np.zeros(1), margins) for size in np.nextafter(WIDEST / 0.5, [0, 99])
    )
    np.testing.assert_allclose(near.log - near.log[:, :1], far.log - far.log[:, :1], atol=1e-11)
    for name in ("fall", "pull", "mean", "bend", "lean"):
        np.testing.assert_allclose(getattr(near, name), getattr(far, name), rtol=1e-9, atol=1e-9)


def test_wide_ranges() -> None:
    """Every setting has a number, and every number its error."""
    noise, ratio = np.meshgrid([0, 1e-4, 0.05, 1.0, 30.0, 1e3], [1e-3, 0.1, 2.2, 1e2, 1e6])
    for m, prior in ((0.1, 0.01), (1.5, 0.5), (10.0, 0.99)):
        overlaps = found(m, prior, noise, ratio)
        error = prior * np.exp(-0.5 * overlaps.one**2) + (1 - prior) * np.exp(-0.5 * overlaps.zero**2)
        assert np.all(np.isfinite(overlaps.one + overlaps.zero + overlaps.error))
        assert np.all(error * overlaps.error < 1e-7)


@pytest.mark.slow
def test_at_the_threshold_the_error_says_so() -> None:
    """Where no solution is found the error is not small."""
    threshold = np.exp(margin_path(1.5, 0.2).threshold)
    overlaps = found(1.5, 0.2, 0.0, threshold * (1 + 1e-9))
    assert overlaps.error[0] > 1e-3
    assert np.isfinite(overlaps.one[0])
