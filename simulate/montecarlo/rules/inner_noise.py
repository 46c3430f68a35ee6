"""Noise of scale 1 from uniform numbers, free or confined to an interval, in JAX."""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array
from jax.scipy.special import log_ndtr, ndtr, ndtri

# Beyond this many standard deviations normal tails are phi(w)/w; what is left out is a share of 1e-5 of them.
FAR = 30.0


def unit_from(noise: str, share: Array) -> Array:
    """The quantile of the noise: normal, Laplace of diversity 1, or uniform on [-1, 1]."""
    if noise == "gaussian":
        return ndtri(share)
    if noise == "uniform":
        return 2 * share - 1
    return jnp.where(share < 0.5, jnp.log(2 * share), -jnp.log(2 * (1 - share)))


def confined(noise: str, share: Array, low: Array, high: Array) -> Array:
    """The quantile of the noise given that it lies in [low, high], which must meet the support.

    The interval is turned so that its middle is not negative; then only upper tails matter, and with
    Q the upper tail the answer w solves Q(w) = Q(low) [1 - share (1 - Q(high)/Q(low))].
    """
    turned = low + high < 0
    a, b = jnp.where(turned, -high, low), jnp.where(turned, -low, high)
    if noise == "uniform":
        a, b = jnp.maximum(a, -1.0), jnp.minimum(b, 1.0)
        found = a + share * jnp.maximum(b - a, 0.0)
    else:
        found = (_normal if noise == "gaussian" else _laplace)(share, a, b)
    found = jnp.clip(found, a, b)
    return jnp.where(turned, -found, found)


def _laplace(share: Array, a: Array, b: Array) -> Array:
    far = a - jnp.log1p(share * jnp.expm1(-(b - a)))
    lower = jnp.where(a < 0, jnp.exp(jnp.minimum(a, 0.0)) / 2, 0.5)
    upper = jnp.exp(-jnp.maximum(b, 0.0)) / 2
    cdf = lower + share * (1 - upper - lower)
    tail = (1 - share) * (1 - lower) + share * upper
    near = jnp.where(cdf < 0.5, jnp.log(2 * cdf), -jnp.log(2 * tail))
    return jnp.where(a >= 0, far, near)


def _normal(share: Array, a: Array, b: Array) -> Array:
    start, end = jnp.minimum(a, FAR), jnp.minimum(b, FAR + 8)
    near = -ndtri((1 - share) * ndtr(-start) + share * ndtr(-end))
    far = jnp.maximum(a, FAR)
    base = log_ndtr(-far)
    target = base + jnp.log1p(share * jnp.expm1(log_ndtr(-jnp.maximum(b, far)) - base))
    square = far * far - 2 * (target - base)
    return jnp.where(a < FAR, near, jnp.sqrt(square - jnp.log(square / (far * far))))
