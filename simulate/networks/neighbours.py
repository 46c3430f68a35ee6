"""Classifiers that know their training points: the nearest neighbour, the Parzen rule, and networks behind a gate.

What each says far from the data is known by definition, which makes them the yardstick for what networks say there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.montecarlo.arrays import Numbers
from simulate.networks.voting import Classifiers

# What they are called.
NEAREST, PARZEN = "nearest", "parzen"
# Points whose distances to all others are computed at once.
BLOCK = 500


def nearest_neighbour(x: Numbers, y: Numbers) -> Classifiers:
    """The class of the nearest training point, as one classifier; of points at one distance, the first."""
    points, labels, squares = _flat(x), jnp.asarray(y), _squares(x)

    def ask(inputs: Array) -> Array:
        return labels[_nearest()(_flat(inputs), points, squares)[0]][None]

    return ask


def parzen(x: Numbers, y: Numbers, alphas: Sequence[float]) -> Classifiers:
    """The Parzen rule with Gaussian kernels of each scale: the class with the greatest sum of kernels,

        argmax_c sum_{i: y_i = c} exp(-|x - x_i|^2/(2 alpha^2)),

    which is trained with infinitely many noisy copies of its points; at alpha = 0 the nearest neighbour, its limit.
    """
    order = np.argsort(y, kind="stable")
    points, squares = _flat(x[order]), _squares(x[order])
    ends = tuple(np.cumsum(np.bincount(y)).tolist())
    nearest, noisy = nearest_neighbour(x, y), jnp.asarray([alpha for alpha in alphas if alpha > 0], jnp.float32)
    places = np.array([alpha > 0 for alpha in alphas])

    def ask(inputs: Array) -> Array:
        found = np.empty((len(alphas), len(inputs)), np.int32)
        if not places.all():
            found[~places] = np.asarray(nearest(inputs))
        if places.any():
            found[places] = np.asarray(_parzen(ends)(_flat(inputs), points, squares, noisy))
        return jnp.asarray(found)

    return ask


def gated(inside: Classifiers, x: Numbers, y: Numbers, reach: float) -> Classifiers:
    """The nearest neighbour, and after it classifiers that are asked within `reach` of a training point only: farther
    off their answer is the class of the nearest one."""
    points, labels, squares = _flat(x), jnp.asarray(y), _squares(x)

    def ask(inputs: Array) -> Array:
        place, distance = _nearest()(_flat(inputs), points, squares)
        nearest = labels[place]
        return jnp.concatenate([nearest[None], jnp.where(distance <= reach, inside(inputs), nearest)])

    return ask


def typical_reach(x: Numbers, share: float) -> float:
    """The distance within which that share of the points have another one: how near is near the data."""
    points, squares = _flat(x), _squares(x)
    found = []
    for first in range(0, len(points), BLOCK):
        numbers = jnp.arange(first, min(first + BLOCK, len(points)))
        found.append(np.asarray(_others()(points, squares, numbers)))
    return float(np.quantile(np.concatenate(found), share))


def _flat(x: Numbers | Array) -> Array:
    return jnp.asarray(x).reshape(len(x), -1)


def _squares(x: Numbers) -> Array:
    """Squared lengths, in double precision before they are rounded."""
    return jnp.asarray(np.square(x.reshape(len(x), -1), dtype=np.float64).sum(axis=1), jnp.float32)


def _distances(x: Array, points: Array, squares: Array) -> Array:
    """Squared distances (rows, points), up to |x|^2 of the row."""
    return squares - 2 * x @ points.T


@cache
def _nearest() -> Callable[[Array, Array, Array], tuple[Array, Array]]:
    """The number of the nearest point and the distance to it, compiled."""

    def find(x: Array, points: Array, squares: Array) -> tuple[Array, Array]:
        apart = _distances(x, points, squares)
        place = jnp.argmin(apart, axis=1)
        return place, jnp.linalg.norm(x - points[place], axis=1)

    return jax.jit(find)


@cache
def _others() -> Callable[[Array, Array, Array], Array]:
    """Distances from the points with some numbers to the nearest other one, compiled."""

    def find(points: Array, squares: Array, numbers: Array) -> Array:
        x = points[numbers]
        apart = _distances(x, points, squares).at[jnp.arange(len(numbers)), numbers].set(jnp.inf)
        return jnp.linalg.norm(x - points[jnp.argmin(apart, axis=1)], axis=1)

    return jax.jit(find)


@cache
def _parzen(ends: tuple[int, ...]) -> Callable[[Array, Array, Array, Array], Array]:
    """Classes (scales, rows) from points sorted by class, those of each class up to an end, compiled."""
    starts = (0, *ends[:-1])

    def find(x: Array, points: Array, squares: Array, scales: Array) -> Array:
        apart = _distances(x, points, squares)

        def one(scale: Array) -> Array:
            logs = [
                jax.nn.logsumexp(apart[:, start:end] / (-2 * scale * scale), axis=1)
                for start, end in zip(starts, ends, strict=True)
            ]
            return jnp.argmax(jnp.stack(logs), axis=0)

        return jax.lax.map(one, scales)

    return jax.jit(find)
