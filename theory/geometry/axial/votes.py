"""Gaussian masses of a body of revolution and of what is outside it, in logarithms: votes, and shares of components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chndtr, gammainc, gammaincc

from theory.arrays import Array, Index
from theory.geometry.axial.graph import Graph
from theory.geometry.axial.sections import Noise, nodes, sections
from theory.numerics.special.noncentral import ball_law, ball_log_mass

# Rules whose difference tells the error of the second: factors of the number of nodes, and shifts of radii.
RULES = ((1.0, -1.0), (1.35, 1.0))
# Without distance from the axis, tails above this come from incomplete gamma functions.
LEAST_LOG = -600.0
# Distances from the axis, in scales across it, up to which a mass is a short sum, good to a few units in the last place
# of one (SciPy's `chndtr`): where tails need not be accurate relative to themselves that is faster.
SHORT = 25.0


@dataclass(frozen=True)
class Votes:
    """Logarithms (N,) of the masses inside and outside, and of minus the derivative of the mass inside by the distance
    from the axis, in units of the scale across; -inf on the axis."""

    inside: Array
    outside: Array
    rate: Array


def votes(
    graph: Graph, noise: Noise, finer: float = 1.0, shift: float = 0.0, *, plain: bool = False, slope: bool = True
) -> Votes:
    """By the rule `finer`, with radii moved by `shift` of their errors.

    plain: whether masses are wanted to some 1e-15 absolutely, and not relative to themselves. slope: whether the rate
    is wanted at all.
    """
    found = sections(graph, noise)
    rows: list[Index] = []
    logs: list[list[Array]] = [[], [], []]
    for row, radii, weights in nodes(graph, noise, found.parts, finer, shift):
        rows.append(row)
        for held, part in zip(logs, _balls(noise, row, radii, plain, slope), strict=True):
            held.append(weights + part)
    row = np.concatenate([*rows, np.empty(0, np.intp)])
    log_in, log_out, log_rate = (np.concatenate([*part, np.empty(0)]) for part in logs)
    count = len(noise.place)
    return Votes(
        log_sums(count, np.concatenate([row, found.inside[0]]), np.concatenate([log_in, found.inside[1]])),
        log_sums(count, np.concatenate([row, found.outside[0]]), np.concatenate([log_out, found.outside[1]])),
        log_sums(count, row, log_rate) if slope else np.full(count, -np.inf),
    )


def log_sums(count: int, row: Index, values: Array) -> Array:
    """Logarithms of the sums of exponentials of values, row by row."""
    top = np.full(count, -np.inf)
    np.maximum.at(top, row, values)
    base = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore", under="ignore"):
        return np.asarray(base + np.log(np.bincount(row, np.exp(values - base[row]), count)))


def _balls(noise: Noise, row: Index, radii: Array, plain: bool, slope: bool) -> tuple[Array, Array, Array]:
    """Logarithms of the mass of noise in a ball about the axis, of the rest, and of its decrease with the distance."""
    across, height = noise.across[row], noise.height[row]
    if not height.any():
        return (*central(noise.dim, radii / across), np.full(radii.shape, -np.inf))
    result = np.full((3, len(radii)), -np.inf)
    ell = height / across
    short = ell <= SHORT if plain else np.zeros(len(row), bool)
    result[:, short] = _short(noise.dim, ell[short], (radii / across)[short], slope)
    if not short.all():
        rest = ~short
        place = noise.dim, ell[rest], ((radii - height) / across)[rest]
        if slope:
            law = ball_law(*place)
            result[:, rest] = law.log_cdf, law.log_sf, law.log_rate
        else:
            result[:2, rest] = ball_log_mass(*place)
    return result[0], result[1], result[2]


def _short(dim: int, ell: Array, radii: Array, slope: bool) -> Array:
    """The same from the noncentral chi-square law: with d more degrees of freedom, dP/d(ell) = ell (P_{d+2} - P_d)."""
    mass = chndtr(radii**2, dim, ell**2)
    with np.errstate(divide="ignore"):
        rate = np.log(np.maximum(ell * (mass - chndtr(radii**2, dim + 2, ell**2)), 0.0)) if slope else np.log(0 * mass)
        return np.stack([np.log(mass), np.log1p(-mass), rate])


def central(dim: int, radii: Array) -> tuple[Array, Array]:
    """Logarithms of P(|Z| <= r) and P(|Z| > r)."""
    with np.errstate(divide="ignore", under="ignore"):
        square = 0.5 * radii * radii
        inside, outside = np.log(gammainc(0.5 * dim, square)), np.log(gammaincc(0.5 * dim, square))
    far = np.flatnonzero((np.minimum(inside, outside) < LEAST_LOG).ravel() & (radii.ravel() > 0))
    if len(far):
        inner, outer = ball_log_mass(dim, 0.0, radii.ravel()[far])
        inside.ravel()[far], outside.ravel()[far] = inner, outer
    return inside, outside
