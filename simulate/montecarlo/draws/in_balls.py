"""Uniform draws from balls, in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from simulate.montecarlo.laws.laws import LawGroup


def draw_ball(part: LawGroup, chosen: Array, key: Array) -> Array:
    """One point (d, points) of each chosen ball: a normal direction, and U^(1/d) of the radius."""
    center, radius = jnp.asarray(part.center)[chosen].T, jnp.asarray(part.scale)[chosen, 0]
    direction_key, size_key = jax.random.split(key)
    step = jax.random.normal(direction_key, center.shape, jnp.float64)
    size = jax.random.uniform(size_key, radius.shape, jnp.float64) ** (1 / len(center))
    return center + step * (radius * size / jnp.sqrt((step * step).sum(axis=0)))
