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
from jax import Array
from jax.scipy.linalg import cho_factor, cho_solve

from simulate.trained.points import Points


class HalfSpace(NamedTuple):
    """Class 1 where direction.x >= level."""

    direction: Array  # (dim,)
    level: Array


def trained_ridge(rule: str, points: Points, variance: Array) -> HalfSpace:
    """The rule on points of both classes, with `variance` added to the diagonal of S."""
    labels, share = points.labels, points.labels.mean()
    product = share * (1 - share)
    solve = _by_points if points.count - 1 < points.dim else _by_axes
    direction, mean, moment = solve(points, labels - share, variance)
    difference = moment / product
    middle = mean + (0.5 - share) * difference
    threshold = 0.5 - share if rule == "least-squares" else product * (jnp.log1p(-share) - jnp.log(share))
    return HalfSpace(direction, direction @ middle + threshold * (1 - direction @ difference))


def _by_axes(points: Points, target: Array, variance: Array) -> tuple[Array, Array, Array]:
    """v, the mean of the points, and c D, where there are more points than axes. target: y - p."""
    square, total, moment = points.total(
        lambda x, _: (x.T @ x, x.sum(axis=0), target @ x),
        (jnp.zeros((points.dim, points.dim)), jnp.zeros(points.dim), jnp.zeros(points.dim)),
    )
    mean, moment = total / points.count, moment / points.count
    covariance = square / points.count - jnp.outer(mean, mean)
    return cho_solve(cho_factor(covariance + variance * jnp.eye(points.dim)), moment), mean, moment


def _by_points(points: Points, target: Array, variance: Array) -> tuple[Array, Array, Array]:
    """The same where there are fewer: v = Z'a with (Z Z'/N + lam I) a = target/N, Z the centred points. Z'1 = 0 and
    1.target = 0, so a one in the direction of 1 changes nothing but that the matrix is not singular."""
    x = points.each(lambda x: x).reshape(-1, points.dim)
    mean, each = x.mean(axis=0), jnp.tile(target, points.copies) / points.count
    z = x - mean
    gram = (z @ z.T + 1) / points.count + variance * jnp.eye(points.count)
    return z.T @ cho_solve(cho_factor(gram), each), mean, z.T @ each
