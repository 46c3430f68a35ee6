"""Polynomials on [-1, 1] and on squares in Chebyshev form, many at once.

A square's polynomial is sum_ij C[n, i, j] T_i(x) T_j(y); because |T_i| <= 1 the sum of |C| without C[n, 0, 0] bounds
how far it can be from its mean, which is what exclusion and monotony tests use.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev

from theory.arrays import Array, Flags, Index

# Intervals of this width (of [-1, 1]) that are still undecided are judged by the signs at their ends.
LEAST_WIDTH = 2.0**-40
NEWTON_STEPS = 60
# Rounding of a polynomial, relative to the sum of its coefficients.
ROUNDING = 1e-14


@lru_cache
def nodes(count: int) -> Array:
    """The Chebyshev points of the first kind, increasing."""
    return -np.cos(np.pi * (np.arange(count) + 0.5) / count)


@lru_cache
def to_coefficients(count: int) -> Array:
    """The matrix from values at `nodes` to coefficients."""
    return np.asarray(np.linalg.inv(chebyshev.chebvander(nodes(count), count - 1)), float)


@lru_cache
def from_monomials(count: int) -> Array:
    """The matrix from coefficients of 1, x, x^2, ... to Chebyshev coefficients."""
    columns = [chebyshev.poly2cheb(row) for row in np.eye(count)]
    return np.stack([np.pad(c, (0, count - len(c))) for c in columns], axis=1)


@lru_cache
def derivative(count: int) -> Array:
    """The matrix that differentiates."""
    columns = [chebyshev.chebder(row) for row in np.eye(count)]
    return np.stack([np.pad(c, (0, count - len(c))) for c in columns], axis=1)


@lru_cache
def halving(count: int) -> Array:
    """(2, count, count): coefficients on the left and on the right half, seen as [-1, 1] again."""
    at = nodes(count)
    left, right = (chebyshev.chebvander(0.5 * at + shift, count - 1) for shift in (-0.5, 0.5))
    return np.stack([to_coefficients(count) @ left, to_coefficients(count) @ right])


def basis(x: Array, count: int) -> Array:
    """T_0(x), ..., T_{count-1}(x) along a new last axis."""
    return np.asarray(chebyshev.chebvander(x, count - 1))


def spread(coefficients: Array) -> Array:
    """(N,) how far the polynomials (N, p) can be from their first coefficient."""
    size = np.abs(coefficients)
    return np.asarray(size.sum(axis=1) - size[:, 0])


def roots(coefficients: Array, noise: Array | None = None) -> tuple[Index, Array]:
    """Every sign change in [-1, 1] of the polynomials (N, p): their rows and places.

    Intervals are excluded where the spread is less than the mean, settled where that holds for the derivative, and
    halved otherwise; a value of 0 counts as positive. Intervals on which nothing but rounding is left, or no more than
    `noise` (N,), are settled too.
    """
    count = coefficients.shape[1]
    row: Index = np.arange(len(coefficients))
    low: Array = np.full(len(coefficients), -1.0)
    width, held = 2.0, coefficients
    floor = np.maximum(ROUNDING * np.abs(coefficients).sum(axis=1), 0.0 if noise is None else noise)
    found: list[tuple[Index, Array, Array]] = [(row[:0], low[:0], low[:0])]
    while len(row):
        alive = np.abs(held[:, 0]) <= spread(held)
        row, low, held = row[alive], low[alive], held[alive]
        steepness = held @ derivative(count).T
        settled = (np.abs(steepness[:, 0]) > spread(steepness)) | (width < LEAST_WIDTH)
        settled |= np.abs(held).sum(axis=1) <= floor[row]
        found.append((row[settled], low[settled], np.full(settled.sum(), width)))
        row, low, held = row[~settled], low[~settled], held[~settled]
        width *= 0.5
        row = np.concatenate([row, row])
        low = np.concatenate([low, low + width])
        held = np.concatenate([held @ half.T for half in halving(count)])
    rows, start, size = (np.concatenate(part) for part in zip(*found, strict=True))
    return _crossings(coefficients, rows, start, start + size)


def _crossings(coefficients: Array, row: Index, low: Array, high: Array) -> tuple[Index, Array]:
    held = coefficients[row]
    ends = [np.einsum("np,np->n", held, basis(at, held.shape[1])) >= 0 for at in (low, high)]
    change = ends[0] != ends[1]
    row, low, high, held, rising = row[change], low[change], high[change], held[change], ends[1][change]
    return row, monotone_root(held, low, high, rising)


def monotone_root(coefficients: Array, low: Array, high: Array, rising: Flags) -> Array:
    """The sign change in [low, high] of polynomials (N, p) monotone there: Newton steps kept in the bracket."""
    count = coefficients.shape[1]
    slopes = coefficients @ derivative(count).T
    x = 0.5 * (low + high)
    low, high = low.copy(), high.copy()
    for _ in range(NEWTON_STEPS):
        table = basis(x, count)
        value, slope = (np.einsum("np,np->n", c, table) for c in (coefficients, slopes))
        below = (value < 0) == rising
        low, high = np.where(below, x, low), np.where(below, high, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = x - value / slope
        inside = (step >= low) & (step <= high)
        new = np.where(inside, step, 0.5 * (low + high))
        moved = np.abs(new - x).max(initial=0.0)
        x = new
        if moved < 1e-15:
            break
    return x
