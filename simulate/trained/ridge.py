"""The rules lda and least-squares, trained exactly: linear algebra.

Labels y in {0, 1} with share p of class 1, sample means m1 and m0, D = m1 - m0, middle = (m1 + m0)/2, c = p (1 - p).
Least squares of y with a free intercept on points of total covariance S (divided by their number), to whose diagonal
infinitely many noisy copies add lam = alpha^2, is

    v = (S + lam I)^-1 c D,   class 1 where v.(x - middle) >= (1/2 - p) (1 - D.v).

With the covariance within the classes, W = S - c D D', that is (W + lam I)^-1 D = v/(c (1 - D.v)) by the formula of
Sherman and Morrison, so that the plug-in discriminant of the same direction, w.(x - middle) >= ln((1 - p)/p), is
v.(x - middle) >= c ln((1 - p)/p) (1 - D.v). Written with S nothing is singular where noise is 0 and the points can be
interpolated: there v is the least norm interpolant, D.v = 1, and both rules are their limits lam -> 0.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.linalg import cho_factor, cho_solve


class HalfSpace(NamedTuple):
    """Class 1 where direction.x >= level."""

    direction: Array  # (dim,)
    level: Array


def trained_ridge(rule: str, points: Array, labels: Array, variance: Array) -> HalfSpace:
    """The rule on points (copies, samples, dim) with labels (samples,), `variance` added to the diagonal of S."""
    copies, samples, dim = points.shape
    count, share = copies * samples, labels.mean()
    mean, product = points.mean(axis=(0, 1)), share * (1 - share)
    moment = jnp.einsum("cnd,n->d", points, labels - share) / count
    solve = _by_points if count - 1 < dim else _by_axes
    direction = solve(points, labels - share, moment, variance)
    difference = moment / product
    middle = mean + (0.5 - share) * difference
    threshold = 0.5 - share if rule == "least-squares" else product * (jnp.log1p(-share) - jnp.log(share))
    return HalfSpace(direction, direction @ middle + threshold * (1 - direction @ difference))


def weighted_gram(points: Array, weights: Array) -> Array:
    """The sum of weight * x x' over points (copies, samples, dim) with weights (copies, samples), copy by copy."""

    def add(total: Array, part: tuple[Array, Array]) -> tuple[Array, None]:
        x, weight = part
        return total + x.T @ (weight[:, None] * x), None

    dim = points.shape[-1]
    return lax.scan(add, jnp.zeros((dim, dim), points.dtype), (points, weights))[0]


def _by_axes(points: Array, _target: Array, moment: Array, variance: Array) -> Array:
    """At least as many points as axes and one more."""
    count, mean = points.shape[0] * points.shape[1], points.mean(axis=(0, 1))
    gram = weighted_gram(points, jnp.ones(points.shape[:2])) / count - jnp.outer(mean, mean)
    return cho_solve(cho_factor(gram + variance * jnp.eye(len(mean))), moment)


def _by_points(points: Array, target: Array, _moment: Array, variance: Array) -> Array:
    """Fewer points: v = Z'a with (Z Z'/N + lam I) a = target/N, Z the centred points. Z'1 = 0 and 1.target = 0, so a
    one in the direction of 1 changes nothing but that the matrix is not singular."""
    z = (points - points.mean(axis=(0, 1))).reshape(-1, points.shape[-1])
    count = len(z)
    gram = (z @ z.T + 1) / count + variance * jnp.eye(count)
    return z.T @ cho_solve(cho_factor(gram), jnp.tile(target, points.shape[0]) / count)
