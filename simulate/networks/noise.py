"""Unit noise by keys: that of a sample depends on the key and on the sample's number only."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array

DRAWS: dict[str, Callable[..., Array]] = {
    "gaussian": jax.random.normal,
    "laplace": jax.random.laplace,
    "uniform": lambda key, shape: jax.random.uniform(key, shape, minval=-1.0, maxval=1.0),
}


def unit_noise(noise: str, key: Array, numbers: Array, shape: tuple[int, ...]) -> Array:
    """Noise of scale 1 (len(numbers), *shape): standard normal, Laplace of scale 1, or uniform on [-1, 1]."""
    draw = DRAWS[noise]
    return jax.vmap(lambda number: draw(jax.random.fold_in(key, number), shape))(jnp.asarray(numbers))
