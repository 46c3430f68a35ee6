"""Training noise 16 to 1e6 times as wide as every component: limit rules, and signs in 60-digit arithmetic."""

from __future__ import annotations

import time

import mpmath as mp
import numpy as np
import pytest

from theory import clean_risk, train
from theory.problems.problem import (
    Component,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    NoiseFamily,
    Training,
    Uniform,
    Vector,
    as_vector,
)

DIGITS = 60
# Of a few rows at once, on one busy core; a scan that cannot settle takes minutes or raises.
SECONDS = 2.0
NOISES: tuple[NoiseFamily, ...] = ("gaussian", "laplace")


def upper(t: mp.mpf) -> mp.mpf:
    return mp.erfc(t / mp.sqrt(2)) / 2


def decay(t: mp.mpf) -> mp.mpf:
    return mp.exp(-t) / 2 if t >= 0 else 1 - mp.exp(t) / 2


def blurred(law: Law, noise: str, a: mp.mpf, x: mp.mpf) -> mp.mpf:
    """Density at x of the component after noise: the elementary integrals, written down as they come."""
    if isinstance(law, Uniform):
        low, high = mp.mpf(law.low), mp.mpf(law.high)
        half, z = (high - low) / 2, abs(x - (low + high) / 2)
        tail = upper if noise == "gaussian" else decay
        return (tail((z - half) / a) - tail((z + half) / a)) / (2 * half)
    assert isinstance(law, Gaussian | Laplace)
    z, b = abs(x - mp.mpf(law.mean)), mp.mpf(law.scale)
    gaussian = isinstance(law, Gaussian)
    if gaussian and noise == "gaussian":
        return mp.exp(-z * z / (2 * (a * a + b * b))) / mp.sqrt(2 * mp.pi * (a * a + b * b))
    if not gaussian and noise == "laplace":
        return (a * mp.exp(-z / a) - b * mp.exp(-z / b)) / (2 * (a * a - b * b))
    s, d = (b, a) if gaussian else (a, b)
    halves = mp.fsum(mp.exp(sign * z / d) * upper(s / d + sign * z / s) for sign in (-1, 1))
    return mp.exp(s * s / (2 * d * d)) * halves / (2 * d)


def positive(problem: MixtureProblem, alpha: float, x: float) -> bool:
    """The sign of the signed density."""
    sides = []
    for side in (problem.class1, problem.class0):
        weights = [mp.mpf(c.weight) for c in side]
        parts = (
            w * blurred(c.law, problem.training.noise, mp.mpf(alpha), mp.mpf(x))
            for w, c in zip(weights, side, strict=True)
        )
        sides.append(mp.fsum(parts) / mp.fsum(weights))
    prior = mp.mpf(problem.prior)
    return bool(prior * sides[0] >= (1 - prior) * sides[1])


def places(rng: np.random.Generator, alpha: float) -> list[float]:
    """Where the data are, at the scale of the noise, and in its far tail, on both sides."""
    size = [*rng.uniform(0, 4, 12), *np.geomspace(4, 3e5 * alpha, 14)]
    return [float(s * v) for s in (-1, 1) for v in size]


def draw(rng: np.random.Generator, count: int, kinds: str) -> tuple[Component, ...]:
    result = []
    for _ in range(count):
        center, scale = float(rng.normal()), float(np.exp(rng.uniform(-4, 0)))
        kind = kinds[int(rng.integers(len(kinds)))]
        law: Law = Uniform(center - scale, center + scale) if kind == "U" else Laplace(center, scale)
        result.append(Component(Gaussian(center, scale) if kind == "N" else law, float(rng.uniform(0.2, 1))))
    return tuple(result)


def check(problem: MixtureProblem, alpha: float, rng: np.random.Generator) -> int:
    """The signs at many places are those of the region, and change across each boundary within its error."""
    start = time.perf_counter()
    region = train(problem, alpha).region
    assert time.perf_counter() - start < SECONDS
    ends, error = region.ends[0], region.error[0]
    with mp.workdps(DIGITS):
        for x in places(rng, alpha):
            if (np.abs(x - ends) > error).all():
                assert region.contains([[x]])[0, 0] == positive(problem, alpha, x), (x, ends, alpha)
        for at, width in zip(ends.tolist(), error.tolist(), strict=True):
            sides = [positive(problem, alpha, at + s * width) for s in (-1, 1)]
            assert sides[0] != sides[1], (at, width, alpha)
    return len(ends)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("seed", range(6))
def test_signs_of_random_mixtures(noise: NoiseFamily, seed: int) -> None:
    rng = np.random.default_rng([seed, len(noise)])
    found = 0
    for ratio in (16.0, 100.0, 1e3, 1e4, 1e6):
        for prior in (0.5, 0.5 + 1e-4, 0.3):
            kinds = ("L", "U", "LU", "NLU")[int(rng.integers(4))]
            sides = [draw(rng, int(rng.integers(1, 4)), kinds) for _ in range(2)]
            problem = MixtureProblem(prior, 1, *sides, Training(noise=noise))
            found += check(problem, ratio * float(rng.uniform(1, 3)), rng)
    assert found > 5


def number(value: Vector) -> float:
    """A parameter of a law on the line."""
    return float(as_vector(value, 1)[0])


def moments(side: tuple[Component, ...]) -> tuple[float, float]:
    """E X and E X^2."""
    total, first, second = sum(c.weight for c in side), 0.0, 0.0
    for c in side:
        if isinstance(c.law, Uniform):
            low, high = number(c.law.low), number(c.law.high)
            center, spread = (low + high) / 2, ((high - low) / 2) ** 2 / 3
        else:
            assert isinstance(c.law, Gaussian | Laplace)
            assert c.law.scale is not None
            center, spread = number(c.law.mean), number(c.law.scale) ** 2 * (2 if isinstance(c.law, Laplace) else 1)
        first, second = first + c.weight / total * center, second + c.weight / total * (spread + center**2)
    return first, second


@pytest.mark.parametrize("seed", range(8))
def test_gaussian_noise_tends_to_a_half_space(seed: int) -> None:
    """prior 1/2: f = {x >= (E1 X^2 - E0 X^2)/(2 (m1 - m0))} near the data, up to terms of order 1/alpha^2."""
    rng = np.random.default_rng(seed)
    zero, one = (draw(rng, 2, "LU") for _ in range(2))
    (m1, s1), (m0, s0) = moments(one), moments(zero)
    limit = (s1 - s0) / (2 * (m1 - m0))
    for alpha in (1e3, 1e4, 1e5, 1e6):
        region = train(MixtureProblem(0.5, 1, zero, one), alpha).region
        near = region.ends[0][np.abs(region.ends[0]) < 0.1 * alpha]
        assert len(near) == 1
        assert abs(near[0] - limit) < 30 * (1 + limit**2) ** 2 / (alpha**2 * abs(m1 - m0)) + 1e-13
        assert region.contains([[limit + 1.0, limit - 1.0]])[0].tolist() == [m1 > m0, m1 < m0]


@pytest.mark.parametrize("seed", range(8))
def test_laplace_noise_tends_to_the_nearer_class(seed: int) -> None:
    """prior 1/2: f = {E|x - X0| >= E|x - X1|} where that is not almost a tie."""
    rng = np.random.default_rng(seed)
    zero, one = (draw(rng, 2, "LU") for _ in range(2))
    region = train(MixtureProblem(0.5, 1, zero, one, Training(noise="laplace")), 1e6).region

    def distance(side: tuple[Component, ...], x: float) -> float:
        total = 0.0
        for c in side:
            if isinstance(c.law, Uniform):
                low, high = number(c.law.low), number(c.law.high)
                value = abs(x - (low + high) / 2)
                if low < x < high:
                    value = ((x - low) ** 2 + (high - x) ** 2) / (2 * (high - low))
            else:
                assert isinstance(c.law, Laplace)
                z, scale = abs(x - number(c.law.mean)), number(c.law.scale)
                value = z + scale * np.exp(-z / scale)
            total += c.weight * value
        return total / sum(c.weight for c in side)

    for x in rng.uniform(-5, 5, 200):
        gap = distance(zero, x) - distance(one, x)
        if abs(gap) > 1e-4:
            assert region.contains([[x]])[0, 0] == (gap > 0)


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
@pytest.mark.parametrize("prior", [0.3, 0.6])
def test_unequal_priors_tend_to_the_majority(noise: NoiseFamily, prior: float) -> None:
    """Without boundaries where the data are."""
    rng = np.random.default_rng(int(10 * prior))
    zero, one = (draw(rng, 3, "NLU") for _ in range(2))
    problem = MixtureProblem(prior, 1, zero, one, Training(noise=noise))
    for alpha in (1e3, 1e4, 1e5, 1e6):
        region = train(problem, alpha).region
        assert (region.contains([[-10.0, 0.0, 10.0]]) == (prior > 0.5)).all()
        assert (np.abs(region.ends) > 500).all()


@pytest.mark.parametrize("noise", NOISES)
def test_rows_of_narrow_and_wide_noise_together(noise: NoiseFamily) -> None:
    """Risks on both sides of the change of formula, and across it, are those of single rows."""
    rng = np.random.default_rng(3)
    zero, one = (draw(rng, 3, "NLU") for _ in range(2))
    problem = MixtureProblem(0.5, 1, zero, one, Training(noise=noise))
    alpha = np.array([0.0, 0.1, 1.0, 10.0, 15.0, 17.0, 40.0, 1e3, 1e6])
    together = clean_risk(problem, alpha, 0.5)
    for k, a in enumerate(alpha):
        alone = clean_risk(problem, a, 0.5)
        assert abs(together.value[k] - alone.value) <= together.error[k] + alone.error
    assert (np.abs(np.diff(together.value[5:])) < 0.05).all()
