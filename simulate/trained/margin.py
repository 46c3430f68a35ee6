"""The half-space of the widest margin around samples that can be separated: a quadratic programme.

min |w|^2/2 with t = y (w.x + b) >= 1 for all samples, by the primal-dual interior point method of Mehrotra (1992).
With slacks z = t - 1 >= 0 and multipliers u >= 0 the conditions are o = sum u a, t = 1 + z and u z = 0, a = y (x, 1) and
o = (w, 0); steps are Newton's for u z = mu, mu -> 0, and their matrix is I_w + sum (u/z) a a'.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.linalg import cho_solve

from simulate.trained.ridge import weighted_gram

MOST_STEPS = 100
# The sum of u z relative to |w|^2, which bounds the relative excess of |w|^2, at which the programme is solved.
GAP = 1e-13
# The share of the way to the nearest bound that a step may go.
SHORT = 0.995
# Added to the diagonal of a matrix, relative to its largest entry, against rounding.
JITTER = 1e-15


class Point(NamedTuple):
    """Parameters (dim + 1,), slacks and multipliers (copies, samples)."""

    theta: Array
    slack: Array
    multiplier: Array


def widest_margin(signed: Array) -> Array:
    """The parameters (dim + 1,) of the widest margin, the intercept last, of signed samples y (x, 1)
    (copies, samples, dim + 1), which have to be separable."""
    size = jnp.sqrt((signed**2).sum(axis=-1).mean())
    scaled, ones = signed / size, jnp.ones(signed.shape[:2])

    def unsolved(held: tuple[Point, Array]) -> Array:
        point, steps = held
        norm = (point.theta[:-1] ** 2).sum()
        missed = jnp.abs(scaled @ point.theta - point.slack - 1).max()
        return (((point.slack * point.multiplier).sum() > GAP * norm) | (missed > GAP)) & (steps < MOST_STEPS)

    def advance(held: tuple[Point, Array]) -> tuple[Point, Array]:
        return _step(scaled, held[0]), held[1] + 1

    start = Point(jnp.zeros(signed.shape[-1]), ones, ones)
    return lax.while_loop(unsolved, advance, (start, jnp.asarray(0)))[0].theta / size


def _step(signed: Array, point: Point) -> Point:
    """One step: the direction for mu = 0 tells how small mu may be, and what the second order does."""
    theta, slack, multiplier = point
    outward = theta.at[-1].set(0.0)
    stiffness = multiplier / slack
    matrix = weighted_gram(signed, stiffness) + jnp.diag(jnp.ones_like(theta).at[-1].set(0.0))
    root = jnp.linalg.cholesky(matrix + JITTER * jnp.diag(matrix).max() * jnp.eye(len(theta)))
    unbalanced = outward - jnp.einsum("cnd,cn->d", signed, multiplier)
    missed = signed @ theta - slack - 1

    def direction(product: Array) -> Point:
        """Newton's direction to where u z has fallen by `product`."""
        pull = (product + multiplier * missed) / slack
        turn = cho_solve((root, True), -unbalanced - jnp.einsum("cnd,cn->d", signed, pull))
        widened = signed @ turn + missed
        return Point(turn, widened, -(product + multiplier * widened) / slack)

    mean = (slack * multiplier).mean()
    plain = direction(slack * multiplier)
    reached = _moved(point, plain, _reach(point, plain, 1.0))
    centre = ((reached.slack * reached.multiplier).mean() / mean) ** 3
    final = direction(slack * multiplier + plain.slack * plain.multiplier - centre * mean)
    return _moved(point, final, _reach(point, final, SHORT))


def _reach(point: Point, by: Point, share: float) -> Array:
    """How far a step may go, 1 at most, before a slack or a multiplier turns negative."""
    pairs = ((point.slack, by.slack), (point.multiplier, by.multiplier))
    ends = [jnp.where(step < 0, -held / jnp.where(step < 0, step, 1.0), jnp.inf).min() for held, step in pairs]
    return jnp.minimum(1.0, share * jnp.minimum(*ends))


def _moved(point: Point, by: Point, scale: Array) -> Point:
    return Point(*(held + scale * step for held, step in zip(point, by, strict=True)))
