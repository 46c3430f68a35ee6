"""The table law * noise: the density of a component after training noise, in one dimension.

Every law and every noise is symmetric, unimodal and log-concave, and so is their convolution; a `Profile` is such a
density centred at 0, in logarithms, with its score. A pair that is not in the table fails loudly.

Sources: the Gaussian-Laplace sum is the "normal-Laplace" law (Reed 2006); the others are elementary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erfcx, log_ndtr

from theory.arrays import Array
from theory.laws import NOISE
from theory.laws.gaussian import SERIES_FROM, mills_excess

Function = Callable[[Array], Array]

SQRT_HALF = 0.5**0.5


@dataclass(frozen=True)
class Profile:
    """A symmetric log-concave density on the line: `log_pdf(z)`, `score(z) = d/dz log_pdf`, and its width."""

    log_density: Function
    log_slope: Function
    width: Array

    def log_pdf(self, z: Array) -> Array:
        """The logarithm of the density."""
        with np.errstate(over="ignore"):  # what is beyond the range of floats is infinitely far, whatever the scale
            return self.log_density(z)

    def score(self, z: Array) -> Array:
        """Its derivative."""
        with np.errstate(over="ignore"):
            return self.log_slope(z)


def _scaled(family: str, scale: Array) -> Profile:
    law = NOISE[family]
    return Profile(lambda z: law.log_pdf(z / scale) - np.log(scale), lambda z: law.score(z / scale) / scale, scale)


def _gaussian_gaussian(first: Array, second: Array) -> Profile:
    return _scaled("gaussian", np.hypot(first, second))


def _gaussian_laplace(scale: Array, diversity: Array) -> Profile:
    """p(z) = (A + B)/(2b), A = exp(s^2/2b^2 - z/b) Phi(z/s - s/b), B the same at -z; score = (B - A)/(b (A + B)).

    Where s/b - |z|/s is large A and B are nearly equal Mills ratios; with g = `mills_excess` at (s/b -+ |z|/s)/sqrt(2),
    t = |z| b/s^2 and P, M = g_-(1 + t) +- g_+(1 - t) the score is -(2t + M)/(b (2 + P)).
    """
    ratio = scale / diversity

    def log_half(z: Array) -> Array:
        depth = ratio - z / scale
        near = -0.5 * (z / scale) ** 2 + np.log(0.5 * erfcx(np.maximum(depth, 0) * SQRT_HALF))
        far = 0.5 * ratio**2 - z / diversity + log_ndtr(-np.minimum(depth, 0))
        return np.where(depth > 0, near, far)

    def score(z: Array) -> Array:
        slope = -np.tanh(0.5 * (log_half(z) - log_half(-z)))
        size = np.abs(z) / scale
        deep = (ratio - size) * SQRT_HALF > SERIES_FROM
        if deep.any():
            slope = np.where(deep, near(z, size), slope)
        return slope / diversity

    def near(z: Array, size: Array) -> Array:
        """The score times the diversity where A and B are nearly equal."""
        t = size / ratio
        first = mills_excess(np.maximum((ratio - size) * SQRT_HALF, SERIES_FROM)) * (1 + t)
        second = mills_excess((ratio + size) * SQRT_HALF) * (1 - t)
        return -np.sign(z) * (2 * t + (first - second)) / (2 + (first + second))

    return Profile(
        lambda z: np.logaddexp(log_half(np.abs(z)), log_half(-np.abs(z))) - np.log(2 * diversity),
        score,
        np.hypot(scale, diversity),
    )


def _laplace_laplace(first: Array, second: Array) -> Profile:
    """p(z) = exp(-|z|/a) (1 + f(c|z|)|z|/a) / (2(a+b)), a >= b, c = 1/b - 1/a, f(t) = (1 - exp(-t))/t."""
    large, small = np.maximum(first, second), np.minimum(first, second)
    gap = (large - small) / (large * small)

    def excess(z: Array) -> Array:
        t = gap * z
        safe = np.where(t > 0, t, 1.0)
        return np.where(t > 0, -np.expm1(-safe) / safe, 1.0) * z / large

    def score(z: Array) -> Array:
        size = np.abs(z)
        return np.sign(z) * (np.exp(-gap * size) / (1 + excess(size)) - 1) / large

    return Profile(
        lambda z: -np.abs(z) / large - np.log(2 * (large + small)) + np.log1p(excess(np.abs(z))),
        score,
        large,
    )


def _with_uniform(family: str, scale: Array, half: Array) -> Profile:
    """p(z) = P(|z + noise| <= half)/(2 half): an interval mass of the noise."""
    law = NOISE[family]

    def log_mass(z: Array) -> Array:
        return law.log_interval((-half - z) / scale, (half - z) / scale)

    def score(z: Array) -> Array:
        return law.interval_slope((-half - z) / scale, (half - z) / scale) / scale

    return Profile(lambda z: log_mass(z) - np.log(2 * half), score, np.maximum(scale, half))


_PAIRS: dict[tuple[str, str], Callable[[Array, Array], Profile]] = {
    ("gaussian", "gaussian"): _gaussian_gaussian,
    ("gaussian", "laplace"): _gaussian_laplace,
    ("gaussian", "uniform"): lambda law, noise: _with_uniform("gaussian", law, noise),
    ("laplace", "gaussian"): lambda law, noise: _gaussian_laplace(noise, law),
    ("laplace", "laplace"): _laplace_laplace,
    ("laplace", "uniform"): lambda law, noise: _with_uniform("laplace", law, noise),
    ("uniform", "gaussian"): lambda law, noise: _with_uniform("gaussian", noise, law),
    ("uniform", "laplace"): lambda law, noise: _with_uniform("laplace", noise, law),
    ("uniform", "uniform"): lambda law, noise: _with_uniform("uniform", law, noise),
}


def convolve(law: str, law_scale: Array, noise: str, noise_scale: Array) -> Profile:
    """The centred density of `law` (scale `law_scale`; half-width for uniform) plus independent `noise`.

    Scales broadcast; either may be 0 as a whole, which leaves the other law alone. A point mass is a law of scale 0.

    Raises:
        KeyError: the pair has no entry in the table.
        ValueError: both scales are 0, so that there is no density.
    """
    law_scale, noise_scale = np.asarray(law_scale, float), np.asarray(noise_scale, float)
    point, still = not law_scale.any(), not noise_scale.any()
    if point and still:
        raise ValueError("a point mass without noise has no density")
    if still:
        return _scaled(law, np.broadcast_to(law_scale, np.broadcast(law_scale, noise_scale).shape))
    if point:
        return _scaled(noise, np.broadcast_to(noise_scale, np.broadcast(law_scale, noise_scale).shape))
    return _PAIRS[law, noise](law_scale, noise_scale)
