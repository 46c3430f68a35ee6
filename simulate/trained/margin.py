"""The half-space of the widest margin around samples that can be separated: a quadratic programme.

min |w|^2/2 with t = y (w.x + b) >= 1 for all samples, by the primal-dual interior point method of Mehrotra (1992).
With slacks z = t - 1 >= 0 and multipliers u >= 0 the conditions are o = sum u a, t = 1 + z and u z = 0, where
a = y (x, 1) and o = (w, 0); steps are Newton's for u z = mu, mu -> 0, and their matrix is I_w + sum (u/z) a a'.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.linalg import cho_solve

from simulate.trained.points import Points

MOST_STEPS = 100
# The sum of u z relative to |w|^2, which bounds the relative excess of |w|^2, at which the programme is solved.
GAP = 1e-13
# The share of the way to the nearest bound that a step may go.
SHORT = 0.995
# Added to the diagonal of a matrix, relative to its largest entry, against rounding.
JITTER = 1e-15


class Iterate(NamedTuple):
    """Parameters (dim + 1,), slacks and multipliers (copies, samples)."""

    theta: Array
    slack: Array
    multiplier: Array


def widest_margin(points: Points) -> Array:
    """The parameters (dim + 1,) of the widest margin, the intercept last, of points that can be separated."""
    size = jnp.sqrt(points.each(lambda x: (x**2).sum(axis=1)).mean())
    scaled = replace(points, copy=lambda c: points.copy(c) / size)
    ones = jnp.ones((points.copies, len(points.labels)))

    def unsolved(held: tuple[Iterate, Array]) -> Array:
        at, steps = held
        missed = jnp.abs(scaled.margins(at.theta) - at.slack - 1).max()
        gap = (at.slack * at.multiplier).sum() / (at.theta[:-1] ** 2).sum()
        return ~((gap <= GAP) & (missed <= GAP)) & (steps < MOST_STEPS)

    def advance(held: tuple[Iterate, Array]) -> tuple[Iterate, Array]:
        return _step(scaled, held[0]), held[1] + 1

    start = Iterate(jnp.zeros(points.dim + 1), ones, ones)
    theta = lax.while_loop(unsolved, advance, (start, jnp.asarray(0)))[0].theta
    return theta.at[:-1].divide(size)


def _step(points: Points, at: Iterate) -> Iterate:
    """One step: the direction for mu = 0 tells how small mu may be, and what the second order does."""
    theta, slack, multiplier = at
    axes = jnp.ones_like(theta).at[-1].set(0.0)
    matrix = points.gram(multiplier / slack) + jnp.diag(axes)
    root = jnp.linalg.cholesky(matrix + JITTER * jnp.diag(matrix).max() * jnp.eye(len(theta)))
    unbalanced = axes * theta - points.pull(multiplier)
    missed = points.margins(theta) - slack - 1

    def direction(product: Array) -> Iterate:
        """Newton's direction to where u z has fallen by `product`."""
        pull = points.pull((product + multiplier * missed) / slack)
        turn = cho_solve((root, True), -unbalanced - pull)
        widened = points.margins(turn) + missed
        return Iterate(turn, widened, -(product + multiplier * widened) / slack)

    mean = (slack * multiplier).mean()
    plain = direction(slack * multiplier)
    reached = _moved(at, plain, _reach(at, plain, 1.0))
    centre = ((reached.slack * reached.multiplier).mean() / mean) ** 3
    final = direction(slack * multiplier + plain.slack * plain.multiplier - centre * mean)
    return _moved(at, final, _reach(at, final, SHORT))


def _reach(at: Iterate, by: Iterate, share: float) -> Array:
    """How far a step may go, 1 at most, before a slack or a multiplier turns negative."""
    pairs = ((at.slack, by.slack), (at.multiplier, by.multiplier))
    ends = [jnp.where(step < 0, -held / jnp.where(step < 0, step, 1.0), jnp.inf).min() for held, step in pairs]
    return jnp.minimum(1.0, share * jnp.minimum(*ends))


def _moved(at: Iterate, by: Iterate, scale: Array) -> Iterate:
    return Iterate(*(held + scale * step for held, step in zip(at, by, strict=True)))
