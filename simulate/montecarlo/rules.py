"""The base classifiers f_alpha in JAX: the posterior rule on a signed density, the regression rule on boxes.

Points are columns, x of shape (d, points), so that sums over the axes run over long rows. `alpha` is None for
training without noise, otherwise a positive array scalar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import Array, lax
from jax.scipy.special import ndtr

from simulate.montecarlo.densities import BARE, NOISED
from simulate.montecarlo.laws import Boxes, Part, Signed

# Flat densities (boxes with no noise or with uniform noise) and blurred labels can tie on sets of positive measure,
# where class 1 wins; rounding must not break such a tie.
TIE = 1e-12


# Below this row length a loop over the axes costs more than its rows; then all axes are taken at once.
LONG_ROW = 256


def by_axis(laws: int, points: int) -> bool:
    """Whether terms of `laws` laws at `points` points are folded axis by axis, never holding laws x axes x points."""
    return laws * points >= LONG_ROW


def _over_axes(fold: Any, term: Callable[..., Array], x: Array, *tables: Array) -> Array:
    """Fold term(x, *tables) over the axes by a `jnp` ufunc: x (d, points) and tables (K, d) give (K, points).

    Compiled reductions over a middle axis of moderate length are slow; a loop over the axes with rows of K x points
    is at the speed of memory.
    """
    if not by_axis(len(tables[0]), x.shape[1]):
        return fold.reduce(term(x.T[:, None, :], *tables), axis=-1).T

    def row(axis: Array | int) -> Array:
        return term(x[axis], *(table[:, axis, None] for table in tables))

    return lax.fori_loop(1, len(x), lambda axis, folded: fold(folded, row(axis)), row(0))


def log_densities(kind: str, part: Part, noise: str, alpha: Array | None, x: Array) -> Array:
    """Log densities (K, points) of K noised laws of one kind at x (d, points)."""
    family = "gaussian" if kind == "rotated" else kind

    def profile(offset: Array, scale: Array) -> Array:
        distance = jnp.abs(offset)
        return BARE[family](distance, scale) if alpha is None else NOISED[family, noise](distance, scale, alpha)

    center, scale = jnp.asarray(part.center), jnp.asarray(part.scale)
    if part.rotation is None:
        return _over_axes(jnp.add, lambda value, at, width: profile(value - at, width), x, center, scale)
    offset = jnp.einsum("kij,kip->kjp", jnp.asarray(part.rotation), x - center[:, :, None])
    return profile(offset, scale[:, :, None]).sum(axis=1)


def _log_sum(parts: dict[str, Part], noise: str, alpha: Array | None, x: Array) -> Array:
    """Log of a sum of weighted densities, (points,). Point masses have none without noise and are left out there."""
    terms = [
        log_densities(kind, part, noise, alpha, x) + part.log_mass[:, None]
        for kind, part in parts.items()
        if kind != "point" or alpha is not None
    ]
    if not terms:
        return jnp.full(x.shape[1], -jnp.inf)
    stacked = jnp.concatenate(terms)
    if len(stacked) == 1:
        return stacked[0]
    top = stacked.max(axis=0)
    safe = jnp.where(jnp.isfinite(top), top, 0.0)
    return safe + jnp.log(jnp.exp(stacked - safe).sum(axis=0))


def _distance(boxes: Boxes, widening: Array | float, x: Array) -> Array:
    """Euclidean distance (points,) to the nearest of the widened boxes; infinite where there is none."""
    if not len(boxes.low):
        return jnp.full(x.shape[1], jnp.inf)

    def squared_gap(value: Array, low: Array, high: Array) -> Array:
        gap = jnp.maximum(jnp.maximum(low - widening - value, value - high - widening), 0.0)
        return gap * gap

    squares = _over_axes(jnp.add, squared_gap, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high))
    return jnp.sqrt(squares.min(axis=0))


def _off_support(signed: Signed, choice: str, widening: Array | float, x: Array) -> Array:
    """The label where the two log densities are both -inf: a tie on the support, the chosen rule off it."""
    assert signed.support0 is not None  # the caller asks only where both supports are bounded
    assert signed.support1 is not None
    to0, to1 = _distance(signed.support0, widening, x), _distance(signed.support1, widening, x)
    if choice == "nearest":
        return to1 <= to0 * (1 + TIE)
    return (jnp.minimum(to0, to1) == 0) | (choice == "class1")


def _hits(atoms: Array, x: Array) -> Array:
    return _over_axes(jnp.logical_and, jnp.equal, x, jnp.asarray(atoms)).any(axis=0)


def posterior_rule(signed: Signed, noise: str, off_support: str, alpha: Array | None, x: Array) -> Array:
    """f_alpha(x) = 1[(s * p_alpha)(x) >= 0], shape (points,).

    The two sides of the signed density are compared as logarithms, so tails far beyond the range of a double keep
    their order; the decision is right up to a relative rounding of about 1e-12 in the ratio of the two sides (times
    the size of the log densities, which is about d). Where both are zero `off_support` decides.
    """
    above, below = (_log_sum(side, noise, alpha, x) for side in (signed.positive, signed.negative))
    if signed.support0 is not None and (alpha is None or noise == "uniform"):
        tied = above >= below - TIE * (1 + jnp.abs(below))
        nowhere = jnp.isneginf(above) & jnp.isneginf(below)
        label = jnp.where(nowhere, _off_support(signed, off_support, 0.0 if alpha is None else alpha, x), tied)
    else:
        label = above >= below
    if alpha is not None:
        return label
    label = label & ~_hits(signed.atoms0, x) if len(signed.atoms0) else label
    return label | _hits(signed.atoms1, x) if len(signed.atoms1) else label


def _cdf(noise: str, z: Array) -> Array:
    if noise == "gaussian":
        return ndtr(z)
    if noise == "laplace":
        tail = jnp.exp(-jnp.abs(z)) / 2
        return jnp.where(z < 0, tail, 1 - tail)
    return jnp.clip((z + 1) / 2, 0.0, 1.0)


def contains(boxes: Boxes, x: Array) -> Array:
    """Whether the union of the boxes contains each point, (points,)."""

    def between(value: Array, low: Array, high: Array) -> Array:
        return (low <= value) & (value <= high)

    return _over_axes(jnp.logical_and, between, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high)).any(axis=0)


def regression_rule(boxes: Boxes, noise: str, alpha: Array | None, x: Array) -> Array:
    """f_alpha(x) = 1[(h * p_alpha)(x) >= 1/2], h the indicator of disjoint boxes and 0 elsewhere, shape (points,).

    h * p_alpha is a sum over the boxes of products over the axes of differences of noise cdfs.
    """
    if alpha is None:
        return contains(boxes, x)

    def mass(value: Array, low: Array, high: Array) -> Array:
        return _cdf(noise, (value - low) / alpha) - _cdf(noise, (value - high) / alpha)

    masses = _over_axes(jnp.multiply, mass, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high))
    return masses.sum(axis=0) >= 0.5 - TIE


def base_label(rule: Signed | Boxes, noise: str, off_support: str, alpha: Array | None, x: Array) -> Array:
    """f_alpha at x (d, points): the posterior rule of a signed density or the regression rule of disjoint boxes."""
    if isinstance(rule, Signed):
        return posterior_rule(rule, noise, off_support, alpha, x)
    return regression_rule(rule, noise, alpha, x)
