"""Logistic regression, trained exactly: Newton's method on the loss averaged over noise.

The loss of w and intercept b is f = mean of l_s(t), t = y (w.x + b), y = +-1, s = alpha |w| (`loss`). Since
dl_s/ds = s l_s'' (integration by parts), with a = y (x, 1), o = (w, 0) and means over the samples

    grad f = mean(l' a) + alpha^2 mean(l'') o,
    Hess f = mean(l'' a a') + alpha^2 [mean(l'') I_w + o mean(l''' a)' + mean(l''' a) o'] + alpha^4 mean(l'''') o o'.

f is convex. Steps are those of log f where its Hessian is positive definite: where the samples are separated f falls
exponentially, and Newton's method on f itself would gain a factor e a step.

Without noise separated samples have no minimiser. What is meant then is the limit alpha -> 0 of infinitely many copies:
f is about exp(-margin^2/(2 alpha^2)) with the least margin of all samples, so the limit is the half-space of the widest
margin (`margin`), which is where the norm of w is bounded and the bound lifted, too.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.linalg import cho_solve

from simulate.trained.loss import Moments, averaged_loss
from simulate.trained.margin import widest_margin
from simulate.trained.points import Points
from simulate.trained.ridge import HalfSpace

MOST_STEPS, MOST_HALVINGS = 500, 40
# The squared length of a step in the metric of the Hessian, below which one more full step is exact to rounding, and
# below which steps are taken in full.
CONVERGED, CLOSE = 1e-18, 1e-6
# Beyond this the iteration has not come to its end, and there is no classifier.
ACCEPTED = 1e-14
# The share of the predicted decrease that is asked of a step.
ENOUGH = 1e-4
# Added to the diagonal of a Hessian, relative to its largest entry, where it is singular to rounding.
JITTER = 1e-13


class State(NamedTuple):
    """Where the iteration stands: parameters (dim + 1,), the intercept last; the squared length of the last step."""

    theta: Array
    length: Array
    steps: Array


def trained_logistic(points: Points, alpha: Array) -> HalfSpace:
    """The rule on points of both classes, each averaged over noise of scale alpha."""
    if points.count <= points.dim + 1:
        theta = lax.cond(alpha > 0, lambda: _minimiser(points, alpha), lambda: widest_margin(points))
    else:
        theta = _minimiser(points, alpha)
        separated = (alpha == 0) & (points.margins(theta) > 0).all()
        theta = lax.cond(separated, lambda: widest_margin(points), lambda: theta)
    return HalfSpace(theta[:-1], -theta[-1])


def _minimiser(points: Points, alpha: Array) -> Array:
    """Where f is least; without noise any parameters that separate the samples, if some do. NaN where the steps do not
    suffice: separated samples under a noise that is small against their margin."""

    def separated(state: State) -> Array:
        return (alpha == 0) & (points.margins(state.theta) > 0).all()

    def unfinished(state: State) -> Array:
        return (state.length > CONVERGED) & ~separated(state) & (state.steps < MOST_STEPS)

    def advance(state: State) -> State:
        step, length = _newton(points, alpha, state.theta)
        full = jnp.ones(())
        scale = lax.cond(length > CLOSE, lambda: _damped(points, alpha, state.theta, step, length), lambda: full)
        return State(state.theta + scale * step, length, state.steps + 1)

    start = State(jnp.zeros(points.dim + 1), jnp.asarray(jnp.inf), jnp.asarray(0))
    found = lax.while_loop(unfinished, advance, start)
    return jnp.where((found.length <= ACCEPTED) | separated(found), found.theta, jnp.nan)


def _moments(points: Points, alpha: Array, theta: Array) -> Moments:
    return averaged_loss(points.margins(theta), alpha * jnp.linalg.norm(theta[:-1]))


def _newton(points: Points, alpha: Array, theta: Array) -> tuple[Array, Array]:
    """Newton's step for log f, or for f where log f is not convex, and its squared length in that metric."""
    found, variance = _moments(points, alpha, theta), alpha**2
    axes, outward = jnp.ones_like(theta).at[-1].set(0.0), theta.at[-1].set(0.0)
    mean, whole = found.loss.mean(), points.count * found.loss.mean()
    second, fourth = found.second.mean() / mean, found.fourth.mean() / mean
    slope = points.pull(found.first / whole) + variance * second * outward
    turn = variance * jnp.outer(outward, points.pull(found.third / whole))
    curved = points.gram(found.second / whole) + turn + turn.T
    curved += variance * (second * jnp.diag(axes) + variance * fourth * jnp.outer(outward, outward))
    root = jnp.linalg.cholesky(curved - jnp.outer(slope, slope))
    jitter = JITTER * jnp.diag(curved).max() * jnp.eye(len(theta))
    root = lax.cond(jnp.isfinite(root).all(), lambda: root, lambda: jnp.linalg.cholesky(curved + jitter))
    step = -cho_solve((root, True), slope)
    return step, -(slope @ step)


def _damped(points: Points, alpha: Array, theta: Array, step: Array, length: Array) -> Array:
    """The first of 1, 1/2, 1/4, ... that decreases log f as it should."""

    def height(scale: Array) -> Array:
        found = _moments(points, alpha, theta + scale * step)
        return jnp.log(found.loss.mean()) + found.shift

    start = height(jnp.zeros(()))

    def too_long(held: tuple[Array, Array]) -> Array:
        scale, tries = held
        return ~(height(scale) <= start - ENOUGH * scale * length) & (tries < MOST_HALVINGS)

    return lax.while_loop(too_long, lambda held: (held[0] / 2, held[1] + 1), (jnp.ones(()), jnp.asarray(0)))[0]
