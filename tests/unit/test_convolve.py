"""The table law * noise against closed forms in long arithmetic: extreme ratios, nearly equal scales, tails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import mpmath as mp
import numpy as np
import pytest

from theory.laws.convolve import convolve

FAMILIES = ("gaussian", "laplace", "uniform")
PAIRS = list(product(FAMILIES, FAMILIES))
# Enough that 30 digits are left after the cancellations of the closed forms below.
DIGITS = 80
# Relative to the size of the logarithm, or 1: a few roundings of the argument and of elementary functions.
LOG_TOL = 2e-15
# Scores are quotients of parts of the density; relative to one over the wider scale,
# or over the narrower one beside a uniform law.
SCORE_TOL = 2e-15
# Rounding of the ends of an interval, z -+ half, relative to its width (and to what is left of it at a support's end).
EDGE = 5e-16


def tail(family: str, t: mp.mpf) -> mp.mpf:
    """P(Z > t) of the standard gaussian or laplace law."""
    if family == "gaussian":
        return mp.erfc(t / mp.sqrt(2)) / 2
    return mp.exp(-t) / 2 if t >= 0 else 1 - mp.exp(t) / 2


def density(law: str, scale: mp.mpf, noise: str, width: mp.mpf, z: mp.mpf) -> mp.mpf:
    """Density at z of the sum: the elementary integrals, written down as they come."""
    pair, z = {law, noise}, abs(z)
    if pair == {"gaussian"}:
        variance = scale**2 + width**2
        return mp.exp(-z * z / (2 * variance)) / mp.sqrt(2 * mp.pi * variance)
    if pair == {"laplace"}:
        if scale == width:
            return (1 + z / scale) * mp.exp(-z / scale) / (4 * scale)
        return (scale * mp.exp(-z / scale) - width * mp.exp(-z / width)) / (2 * (scale**2 - width**2))
    if pair == {"uniform"}:
        return max(min(scale, z + width) - max(-scale, z - width), mp.mpf(0)) / (4 * scale * width)
    if pair == {"gaussian", "laplace"}:
        s, b = (scale, width) if law == "gaussian" else (width, scale)
        halves = (mp.exp(sign * z / b) * tail("gaussian", s / b + sign * z / s) for sign in (-1, 1))
        return mp.exp(s**2 / (2 * b**2)) * mp.fsum(halves) / (2 * b)
    half, other, spread = (scale, noise, width) if law == "uniform" else (width, law, scale)
    return (tail(other, (z - half) / spread) - tail(other, (z + half) / spread)) / (2 * half)


def scales(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Scales in 1e-3..50 of any ratio; ratios of 1e5 either way; nearly equal and equal ones."""
    for _ in range(25):
        first, second = np.exp(rng.uniform(np.log(1e-3), np.log(50), 2))
        yield float(first), float(second)
    for ratio in (1e-5, 1e5, 3e4):
        first = float(rng.uniform(0.5, 2))
        yield first, first * ratio
    for gap in (0.0, 2.0**-52, 1e-13, 1e-9, -1e-7, 1e-4, -0.01):
        first = float(np.exp(rng.uniform(np.log(1e-3), np.log(50))))
        yield first, first * (1 + gap)


def positions(law: str, noise: str, first: float, second: float, rng: np.random.Generator) -> list[float]:
    """Bulk and tails of the sum, both scales of it, and where it bends."""
    if law == noise == "uniform":
        reach = first + second
        return [0.0, *(float(v) for v in rng.uniform(-reach, reach, 6)), 0.999 * abs(first - second)]
    bends = [0.0, first, -second, first + second, abs(first - second)]
    near = [float(v * s) for s in (first, second) for v in (rng.normal(0, 2), rng.normal(0, 1e-3), 12.0, -37.0, 1e-9)]
    far = [1e3 * max(first, second), -30 * (first + second)]
    return bends + near + far


def cases(law: str, noise: str) -> Iterator[tuple[float, float, float]]:
    rng = np.random.default_rng([FAMILIES.index(law), FAMILIES.index(noise)])
    for first, second in scales(rng):
        for z in positions(law, noise, first, second, rng):
            yield first, second, z


@pytest.mark.parametrize(("law", "noise"), PAIRS)
def test_log_densities(law: str, noise: str) -> None:
    first, second, z = (np.array(v) for v in zip(*cases(law, noise), strict=True))
    found = convolve(law, first, noise, second).log_pdf(z)
    with mp.workdps(DIGITS):
        for a, b, at, value in zip(first.tolist(), second.tolist(), z.tolist(), found.tolist(), strict=True):
            exact = mp.log(density(law, mp.mpf(a), noise, mp.mpf(b), mp.mpf(at)))
            slack = LOG_TOL * max(mp.mpf(1), abs(exact)) + edge(law, noise, a, b, at)
            assert abs(value - exact) <= slack, (a, b, at, value, mp.nstr(exact, 20))


def edge(law: str, noise: str, a: float, b: float, at: float) -> float:
    """What rounding the ends of an interval can do to the logarithm of its mass; 0 where no law is uniform."""
    if "uniform" not in (law, noise):
        return 0.0
    if law == noise:
        left = min(2 * min(a, b), a + b - abs(at))
        return EDGE * (a + b) / left
    half, width = (a, b) if law == "uniform" else (b, a)
    return EDGE * (abs(at) + half) / half + EDGE * (abs(at) + half) / width


@pytest.mark.parametrize(("law", "noise"), PAIRS)
def test_scores(law: str, noise: str) -> None:
    first, second, z = (np.array(v) for v in zip(*cases(law, noise), strict=True))
    found = convolve(law, first, noise, second).score(z)
    smooth = "gaussian" in (law, noise)
    with mp.workdps(DIGITS):
        for a, b, at, value in zip(first.tolist(), second.tolist(), z.tolist(), found.tolist(), strict=True):
            reach = abs(a - b) if law == noise == "uniform" else (b if noise == "uniform" else a)
            bend = abs(at) in ((a + b, abs(a - b), a, b) if "uniform" in (law, noise) else ())
            if not smooth and (bend or abs(abs(at) - reach) < 1e-9 * (a + b)):
                continue
            size = density(law, mp.mpf(a), noise, mp.mpf(b), mp.mpf(at))
            exact = mp.diff(
                lambda t, a=a, b=b: mp.log(density(law, mp.mpf(a), noise, mp.mpf(b), t)),
                mp.mpf(at),
                h=mp.mpf(10) ** -35,
            )
            unit = 1 / (min(a, b) if "uniform" in (law, noise) and law != noise else max(a, b))
            slack = (SCORE_TOL * max(mp.mpf(1), abs(mp.log(size))) + edge(law, noise, a, b, at)) * max(unit, abs(exact))
            assert abs(value - exact) <= slack, (a, b, at, value, mp.nstr(exact, 20))


def test_a_missing_pair_fails_loudly() -> None:
    for law, noise in (("gaussian", "cauchy"), ("cauchy", "gaussian"), ("point", "gaussian")):
        with pytest.raises(KeyError, match=r"cauchy|point"):
            convolve(law, np.ones(1), noise, np.ones(1))
    with pytest.raises(KeyError):
        convolve("gaussian", np.zeros(1), "cauchy", np.ones(1))
    with pytest.raises(ValueError, match="no density"):
        convolve("gaussian", np.zeros(1), "gaussian", np.zeros(1))
