"""Integrals along the coordinate of a line or of shells: chances of a vote with finitely many voters."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.base import Base, VoteRequest
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.laws.binomial import fewer, steepest
from theory.numerics.quadrature import integrate

# A chance of failing that may have underflowed, and an area for which that would matter.
LEAST_CHANCE, MOST_AREA = 1e-300, 1e270
# Where the integrand bends: this many noise scales around each boundary of the base region.
KINKS = np.array([-6.0, -1.0, 0.0, 1.0, 6.0])
# Bounds of |du/db| times the noise scale for one boundary b: the largest density along a line, and for Gaussian noise
# in two or more dimensions that of the distance from a centre (Rayleigh, e^-1/2, attained in the plane).
PEAK = {"gaussian": (2 * np.pi) ** -0.5, "laplace": 0.5, "uniform": 0.5}
PEAK_DISTANCE = np.exp(-0.5)
# Rounding of u, per boundary: tails p < 1/2 are known to p (16 + 12 |log p|) ulp (`special.noncentral.log_error`).
VOTE_ULPS = 16
# The same relative to tails, down to e^-700; and the hazard, density over tail, of Gaussian tails down to there.
TAIL_ULPS, HAZARD = 16 + 12 * 700, 40.0


class Coordinate(Protocol):
    """A geometry with one coordinate."""

    def vote(self, region: Region, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at coordinates x (N,)."""
        ...

    def density(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Sum over the components of weight times density of the coordinate at the boundaries (R, n) of a region."""
        ...

    def marks(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Coordinates (R, m) between which each component's density is smooth; the outermost hold all but 1e-300."""
        ...


def expected(
    geometry: Coordinate, base: Base, label: int, request: VoteRequest, noise: tuple[float, int]
) -> tuple[Array, Array]:
    """int q(x) P(fewer than `need` votes for the class) dx along the coordinate, for the components of one class.

    noise: the largest density of the coordinate after noise of scale 1 (PEAK), and the dimension of the space.

    Raises:
        NoExactRoute: chances underflow where areas overflow (an infinite background in hundreds of dimensions).
    """
    trained, beta, votes, need = request.trained, request.beta, request.votes, request.need
    peak, dim = noise
    pieces = tuple(p.at(trained) for p in base.pieces if p.label == label)
    if not pieces:
        return np.zeros_like(beta), np.zeros_like(beta)
    region = base.region.take(trained)

    def fails(row: Index, x: Array) -> Array:
        flat, rows = x.ravel(), np.repeat(row, x.shape[1])
        votes_for = geometry.vote(base.region, trained[rows], beta[rows], flat)
        share, rest = votes_for if label else votes_for[::-1]
        return fewer(need[rows], votes, share, rest).reshape(x.shape)

    def integrand(row: Index, x: Array) -> Array:
        reference = None if region.reference is None else region.reference[row]
        places = Region(x, np.zeros(len(row), bool), np.zeros_like(x), None, reference)
        failing, density = fails(row, x), geometry.density(tuple(p.at(row) for p in pieces), places)
        if ((failing < LEAST_CHANCE) & (density > MOST_AREA)).any():
            raise NoExactRoute(
                "with finite votes the measure of an infinite background in so many dimensions is a product of "
                f"numbers beyond floating point; {REMEDY}"
            )
        return density * failing

    value, error = integrate(integrand, *_panels(geometry, pieces, region, beta), len(beta))
    every = np.arange(len(beta))
    for item in pieces:
        if item.law == "point":
            at = np.broadcast_to(item.center, beta.shape)[:, None]
            value = value + item.weight * fails(every, at)[:, 0]
    error = error + _inherited(pieces, region, beta, (peak, dim, votes, need), value)
    return value, np.where(np.isfinite(value), error, np.nan)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def _inherited(
    pieces: tuple[Piece, ...], region: Region, beta: Array, chance: tuple[float, int, int, Array], value: Array
) -> Array:
    """The most that uncertain boundaries of the base region, and the rounding of u, can do to the integral.

    Moving a boundary by db changes u by at most `peak` db/beta, and the chance to fail by at most the steepest slope
    times that. And its logarithm moves by at most n times that of 1 - u, so that a small integral moves by little.
    """
    peak, dim, votes, need = chance
    doubt, eps = region.error.sum(axis=1), np.finfo(float).eps
    moved = peak * doubt / beta + VOTE_ULPS * eps * np.maximum(region.counts, 1)
    rate, gap = _relative(dim, region, beta)
    with np.errstate(over="ignore", invalid="ignore"):
        relative = value * votes * (doubt * rate + TAIL_ULPS * eps * gap)
    return np.fmin(np.minimum(steepest(need, votes) * moved, 1.0) * sum(p.weight for p in pieces), relative)


@np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
def _relative(dim: int, region: Region, beta: Array) -> tuple[Array, Array]:
    """Bounds of |d log u/d b| per boundary, and by how much narrow intervals magnify the rounding of tails.

    The mass of an interval of width w has a relative slope of at most 1/w beyond that of tails, a ball's of radius r at
    most d/r (its surface over its volume).
    """
    ends = np.where(np.isfinite(region.ends), region.ends, np.nan)
    gaps = np.diff(ends, axis=1, append=np.nan)
    gaps = np.where(gaps > 0, gaps, np.nan)  # a single point holds no mass
    least = np.fmin.reduce(gaps, axis=1, initial=np.inf)
    least = np.maximum(least, np.finfo(float).tiny)
    rate = HAZARD / beta + 1 / least
    if region.reference is not None and ends.shape[1]:
        inner = region.reference + ends[:, 0]
        rate = rate + dim / np.where(np.isnan(inner), np.inf, np.maximum(inner, np.finfo(float).tiny))
    return rate, np.maximum(1.0, beta / least)


def _panels(geometry: Coordinate, pieces: tuple[Piece, ...], region: Region, beta: Array) -> tuple[Index, Array, Array]:
    """Panels that cover the mass of the components, cut where the integrand bends."""
    marks = geometry.marks(pieces, region)
    ends = np.where(np.isfinite(region.ends), region.ends, np.nan)
    bends = (ends[:, :, None] + beta[:, None, None] * KINKS).reshape(len(beta), -1)
    if len(marks) == 0 or marks.shape[1] == 0:
        return np.zeros(0, np.intp), np.zeros(0), np.zeros(0)
    least, most = marks.min(axis=1, keepdims=True), marks.max(axis=1, keepdims=True)
    bends = np.where(np.isnan(bends), least, bends)
    grid = np.sort(np.clip(np.concatenate([marks, bends], axis=1), least, most), axis=1)
    row, column = np.nonzero(np.diff(grid, axis=1) > 0)
    return row, grid[row, column], grid[row, column + 1]
