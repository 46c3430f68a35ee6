"""The logistic loss averaged over Gaussian noise, l_s(t) = E log(1 + exp(-(t + s xi))), and its derivatives by t.

By the trapezoid rule in xi. The integrands are analytic but for poles at a distance of pi/s from the real axis, and
their logarithms fall at least as -xi^2/2 from their peaks; with a step of min(.4, .5/s) over ten deviations to either
side the error is below rounding. Everything is multiplied by exp(-shift), the same for all samples: separated samples
have losses like exp(-margin^2/(2 alpha^2)), which may be less than any float, and only their ratios matter.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

WIDEST, NARROW, REACH = 0.4, 0.5, 10.0


class Moments(NamedTuple):
    """exp(-shift) times the loss and its first four derivatives, each of the shape of t."""

    loss: Array
    first: Array
    second: Array
    third: Array
    fourth: Array
    shift: Array


def averaged_loss(t: Array, spread: Array) -> Moments:
    """l_s and its derivatives at t, s = spread >= 0."""
    step = jnp.minimum(WIDEST, NARROW / jnp.maximum(spread, NARROW))
    reach = jnp.where(spread > 0, jnp.ceil(REACH / step), 0.0)
    # Near the peak of exp(-max(v, 0) - xi^2/2), v = t + s xi.
    centre = -jnp.clip(jnp.where(spread > 0, t / jnp.where(spread > 0, spread, 1.0), 0.0), 0.0, spread)
    shift = (-jnp.maximum(t + spread * centre, 0.0) - centre**2 / 2).max()
    weight = jnp.where(spread > 0, step / math.sqrt(2 * math.pi), 1.0)

    def add(k: Array, sums: tuple[Array, ...]) -> tuple[Array, ...]:
        xi = centre + step * (k - reach)
        return tuple(held + new for held, new in zip(sums, _terms(t + spread * xi, xi, shift), strict=True))

    sums = lax.fori_loop(0, (2 * reach + 1).astype(int), add, (jnp.zeros_like(t),) * 5)
    loss, first, second, third, fourth = (weight * held for held in sums)
    return Moments(loss, first, second, third, fourth, shift)


def _terms(v: Array, xi: Array, shift: Array) -> tuple[Array, ...]:
    """log(1 + exp(-v)) and four derivatives, times exp(-xi^2/2 - shift)."""
    small = jnp.exp(-jnp.abs(v))
    scaled = jnp.exp(-jnp.maximum(v, 0.0) - xi**2 / 2 - shift)
    grown = jnp.log1p(small)
    loss = scaled * jnp.where(v > 0, jnp.where(small > 0, grown / jnp.where(small > 0, small, 1.0), 1.0), grown - v)
    wrong = jnp.where(v > 0, small, 1.0) / (1 + small)
    right = jnp.where(v > 0, 1.0, small) / (1 + small)
    first = scaled / (1 + small)
    second = first * right
    return loss, -first, second, (wrong - right) * second, second * (1 - 6 * wrong * right)
