"""The mean risk of the Parzen rule: published numbers, the definition, the exact law of the sum, and refusals."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from theory import Component, Gaussian, MixtureProblem, NoExactRoute, ProblemError, bayes_risk, regimes
from theory.problems.problem import Training
from theory.risks.budget import error_budget
from theory.risks.parzen import best_parzen_alpha, parzen_excess, parzen_risk

PAIR = regimes.two_gaussians(dim=1, separation=2.0, prior=0.3)


def test_published_best_noise_and_risk() -> None:
    found = best_parzen_alpha(PAIR, 500)
    assert found.alpha == pytest.approx(0.363261, abs=1e-6)
    assert found.alpha_error < 1e-6
    assert found.risk.value == pytest.approx(0.140288, abs=5e-7)
    assert found.excess.value == pytest.approx(found.risk.value - bayes_risk(PAIR).value, abs=1e-13)
    around = parzen_excess(PAIR, found.alpha * np.linspace(0.2, 5, 60), 500)
    assert np.min(around.value) >= found.excess.value


def _defined(components: list[tuple[int, float, float, float]], dim: int, alpha: float, count: float) -> list[Any]:
    """(risk, excess) by mpmath from the definition; components (label, weight, mean, scale)."""

    def density(x: Any, mean: float, variance: Any) -> Any:
        return mpmath.exp(-((x - mean) ** 2) / (2 * variance)) / (2 * mpmath.pi * variance) ** (mpmath.mpf(dim) / 2)

    def parts(x: Any) -> tuple[Any, Any, Any]:
        one, zero = (sum(w * density(x, m, s**2) for k, w, m, s in components if k == label) for label in (1, 0))
        mean = sum((2 * k - 1) * w * density(x, m, s**2 + alpha**2) for k, w, m, s in components)
        moment = sum(w * density(x, m, s**2 + alpha**2 / 2) for _k, w, m, s in components)
        moment /= (4 * mpmath.pi * alpha**2) ** (mpmath.mpf(dim) / 2)
        return one, zero, mpmath.sqrt(count) * mean / mpmath.sqrt(moment - mean**2)

    def area(x: Any) -> Any:
        return 1 if dim == 1 else 2 * mpmath.pi ** (dim / 2) / mpmath.gamma(dim / 2) * x ** (dim - 1)

    def risk(x: Any) -> Any:
        one, zero, z = parts(x)
        return area(x) * (one * mpmath.ncdf(-z) + zero * mpmath.ncdf(z))

    def excess(x: Any) -> Any:
        one, zero, z = parts(x)
        return area(x) * abs(one - zero) * mpmath.ncdf(-z * mpmath.sign(one - zero))

    reach = 12 * max(s for _k, _w, _m, s in components)
    low = 0 if dim > 1 else min(m for _k, _w, m, _s in components) - reach
    high = max(m for _k, _w, m, _s in components) + reach
    grid = mpmath.linspace(low, high, 81)
    signs = [mpmath.sign(parts(x)[0] - parts(x)[1]) for x in grid]
    cuts = [
        mpmath.findroot(lambda x: parts(x)[0] - parts(x)[1], (a, b), solver="anderson")
        for a, b, one, two in zip(grid, grid[1:], signs, signs[1:], strict=False)
        if one * two < 0
    ]
    return [mpmath.quad(f, sorted([*grid[::8], *cuts]), maxdegree=5) for f in (risk, excess)]


@pytest.mark.parametrize(
    ("components", "dim", "alpha", "count"),
    [
        ([(1, 0.3, 1.0, 1.0), (0, 0.7, -1.0, 1.0)], 1, 0.363261, 500),
        ([(1, 0.01, 0.5, 0.6), (0, 0.99, 0.0, 1.0)], 1, 0.5, 40),
        ([(1, 0.5, 0.0, 1.5), (0, 0.5, 0.0, 1.0)], 3, 0.7, 300),
    ],
)
def test_the_risk_is_that_of_the_definition(components: list[Any], dim: int, alpha: float, count: int) -> None:
    sides = [tuple(Component(Gaussian(m, s), w) for k, w, m, s in components if k == label) for label in (0, 1)]
    problem = MixtureProblem(sum(w for k, w, _m, _s in components if k), dim, *sides)
    for found, exact in zip(
        (parzen_risk(problem, alpha, count), parzen_excess(problem, alpha, count)),
        _defined(components, dim, alpha, count),
        strict=True,
    ):
        assert abs(float(found.value - exact)) <= float(found.error) + 1e-14
        assert found.error < 1e-11 * found.value + 1e-15


@settings(max_examples=10, deadline=None)
@given(
    means=st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    scales=st.lists(st.floats(0.05, 3), min_size=3, max_size=3),
    prior=st.sampled_from([0.01, 0.3, 0.5, 0.99]),
    noise=st.sampled_from([1e-3, 0.1, 1.0, 50.0]),
    samples=st.sampled_from([1, 30, 10**4, 10**9]),
)
def test_no_narrow_transition_is_missed(
    means: list[float], scales: list[float], prior: float, noise: float, samples: int
) -> None:
    """Against the trapezoid rule on a grid that is dense about every change of sign."""
    one, *zero = (Component(Gaussian(m, s)) for m, s in zip(means, scales, strict=True))
    problem = MixtureProblem(prior, 1, tuple(zero), (one,))
    shares = np.array([prior, (1 - prior) / 2, (1 - prior) / 2])
    risk, excess = parzen_risk(problem, noise, samples), parzen_excess(problem, noise, samples)

    def densities(x: np.ndarray, more: float) -> np.ndarray:
        v = np.square(scales) + more
        return shares * np.exp(-((x[:, None] - means) ** 2) / (2 * v)) / np.sqrt(2 * np.pi * v)

    def parts(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        signed, mean = (densities(x, more) @ (1, -1, -1) for more in (0.0, noise**2))
        return signed, mean, densities(x, noise**2 / 2).sum(axis=1) / math.sqrt(4 * math.pi * noise**2)

    x = np.linspace(-40, 40, 8001)
    near = [0.0]
    for values in parts(x)[:2]:
        k = np.flatnonzero(np.sign(values[1:]) * np.sign(values[:-1]) < 0)
        near += (x[k] - values[k] * (x[k + 1] - x[k]) / (values[k + 1] - values[k])).tolist()
    away = np.geomspace(1e-9, 1, 4000)
    x = np.unique(np.concatenate([x, *(c + side * away for c in near for side in (-1, 1)), near]))
    signed, mean, moment = parts(x)
    z = math.sqrt(samples) * mean / np.sqrt(np.maximum(moment - mean**2, 1e-300))
    dumb = float(np.trapezoid(np.abs(signed) * ndtr(-z * np.sign(signed)), x))
    assert excess.value == pytest.approx(dumb, rel=1e-3, abs=1e-12)
    assert risk.value - bayes_risk(problem).value == pytest.approx(excess.value, abs=1e-12)


def _chance(x: float, alpha: float, samples: int) -> float:
    """P(sum of kernels > 0) at x for PAIR, by inversion of the characteristic function (Gil-Pelaez 1951)."""
    y = np.linspace(x - 8 * alpha, x + 8 * alpha, 801)
    one, zero = (w * np.exp(-((y - m) ** 2) / 2) / math.sqrt(2 * math.pi) for w, m in ((0.3, 1.0), (0.7, -1.0)))
    kernel = np.exp(-(((x - y) / alpha) ** 2) / 2)
    t = (np.arange(600) + 0.5) * 0.02
    wave = np.exp(1j * np.multiply.outer(t, kernel)) - 1
    log = np.log1p((wave @ one + wave.conj() @ zero) * (y[1] - y[0]))
    return 0.5 + float((np.exp(samples * log).imag / t).sum()) * 0.02 / math.pi


def test_the_chance_at_a_place_approaches_that_of_the_exact_law_of_the_sum() -> None:
    """The normal approximation errs by O(1/sqrt(n alpha)) at a place: a quarter of it at 16 times the samples."""
    alpha, away = 0.4, []
    for samples in (100, 1600):
        x = 0.42 + 0.4 / math.sqrt(samples) * np.arange(-2, 3)
        variances = [w * np.exp(-((x - m) ** 2) / (2 * v)) / math.sqrt(2 * math.pi * v)
                     for v in (1 + alpha**2, 1 + alpha**2 / 2) for w, m in ((0.3, 1.0), (0.7, -1.0))]  # fmt: skip
        mean, moment = variances[0] - variances[1], (variances[2] + variances[3]) / math.sqrt(4 * math.pi * alpha**2)
        normal = ndtr(math.sqrt(samples) * mean / np.sqrt(moment - mean**2))
        away.append(max(abs(_chance(float(at), alpha, samples) - p) for at, p in zip(x, normal, strict=True)))
    assert 1e-4 < away[0] < 0.05
    assert away[1] < 0.35 * away[0]


def test_on_the_line_the_leading_order_is_approached() -> None:
    """Slowly: the normal approximation is blind in the tails, whose share falls like 1/log n."""
    away = []
    for samples in (10**3, 10**6, 10**9):
        alpha = error_budget(PAIR).best_alpha(0.0, samples)
        away.append(parzen_excess(PAIR, alpha, samples).value / error_budget(PAIR).total(alpha, 0.0, samples) - 1)
    assert 0 < away[2] < away[1] < away[0] < 0.5


def test_no_question_has_no_answers() -> None:
    for problem in (regimes.bumps(), regimes.concentric(dim=3)):
        assert parzen_risk(problem, [], 100).value.shape == (0,)


def test_what_is_none_of_its_problems_is_refused() -> None:
    for problem in (regimes.two_gaussians(dim=2), regimes.stripes(), regimes.anisotropic()):
        with pytest.raises(NoExactRoute):
            parzen_risk(problem, 0.3, 100)
    with pytest.raises(NoExactRoute, match="posterior"):
        parzen_risk(MixtureProblem(0.3, 1, PAIR.class0, PAIR.class1, Training("regression")), 0.3, 100)
    for alpha, samples in ((0.0, 10), (-1.0, 10), (0.3, 0), (0.3, math.inf), (0.3, 0.5)):
        with pytest.raises(ProblemError, match=r"alpha|samples"):
            parzen_risk(PAIR, alpha, samples)
