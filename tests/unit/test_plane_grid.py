"""The plane against a fine grid: 60 random mixtures by blurring a raster, with second-order edges and extrapolation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import fourier_gaussian

from tests.oracle.make_plane import mixture
from tests.unit.plane_laws import moments
from theory import clean_risk
from theory.arrays import Array
from theory.problems.problem import Component, MixtureProblem

PROBLEMS = 60
REACH = 6.0
COARSE, FINE = 400, 800


def laws(side: tuple[Component, ...]) -> list[tuple[float, Array, Array]]:
    """Weight, mean and covariance of each component."""
    return [(part.weight, *moments(part.law)) for part in side]


def density(side: tuple[Component, ...], at: Array, alpha: float) -> Array:
    """q * p_alpha at the points of a grid with these places on both axes."""
    total, whole = np.zeros((len(at), len(at))), sum(weight for weight, _, _ in laws(side))
    for weight, mean, cov in laws(side):
        (a, b), (_, c) = cov + alpha**2 * np.eye(2)
        u, v, size = at - mean[0], at - mean[1], a * c - b * b
        power = np.multiply.outer(b / size * u, v)
        power -= np.add.outer(c / (2 * size) * u * u, a / (2 * size) * v * v)
        total += np.exp(power, out=power) * (weight / whole / np.sqrt(size) / (2 * np.pi))
    return total


def share(field: Array) -> Array:
    """The share of each cell where a field is positive, from its value and slope at the centre: second order."""
    down, across = np.gradient(field)
    slope = np.abs(down) + np.abs(across)
    return np.clip(0.5 + field / np.maximum(slope, 1e-300), 0.0, 1.0)


def grid_risk(problem: MixtureProblem, alpha: float, beta: float, size: int) -> float:
    """Threshold, blur, threshold on size x size cells."""
    held = laws((*problem.class0, *problem.class1))
    spread = REACH * max(float(np.sqrt(cov.max())) for _, _, cov in held)
    means = np.array([mean for _, mean, _ in held])
    low, high = means.min() - spread - REACH * beta, means.max() + spread + REACH * beta
    step = (high - low) / size
    at = low + step * (np.arange(size) + 0.5)
    one, zero = (
        problem.prior * density(problem.class1, at, alpha),
        (1 - problem.prior) * density(problem.class0, at, alpha),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        base = share(np.nan_to_num(np.log(one) - np.log(zero), nan=0.0, posinf=1e3, neginf=-1e3))
    pad = next_fast_len(size + int(np.ceil(REACH * beta / step)), real=True)
    wave = fourier_gaussian(rfft2(base, (pad, pad)), beta / step, n=pad)
    inside = share(irfft2(wave, (pad, pad))[:size, :size] - 0.5)
    wrong = problem.prior * density(problem.class1, at, 0.0) * (1 - inside)
    wrong += (1 - problem.prior) * density(problem.class0, at, 0.0) * inside
    return float(wrong.sum() * step**2)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(PROBLEMS))
def test_random_mixtures(number: int) -> None:
    problem, (alpha, beta, _eps) = mixture(np.random.default_rng(5000 + number), number)
    assert isinstance(problem, MixtureProblem)
    exact = clean_risk(problem, alpha, beta)
    coarse, fine = (grid_risk(problem, alpha, beta, size) for size in (COARSE, FINE))
    best = fine + (fine - coarse) / 3
    assert abs(best - exact.value) < 1e-5 + abs(fine - coarse)
