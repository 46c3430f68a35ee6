"""The line: positive regions of signed densities, level sets of vote probabilities, masses of intervals.

Regions are unions of intervals, so vote probabilities are signed sums of noise distribution functions and risks are
signed sums of component masses; the only numerics are sign changes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.cells import FAR_TAIL_STEPS, TAIL_STEPS, Cells, cut, supports
from theory.geometry.line import ramps
from theory.geometry.line.between import filled
from theory.geometry.line.plateaus import Plateaus, plateaus
from theory.geometry.line.ramps import piecewise_linear, settled
from theory.geometry.line.relative import RelativeTerms, wide_noise
from theory.geometry.line.tails import limit
from theory.geometry.line.terms import DensityTerms, GaussianTerms
from theory.geometry.piece import UNDERFLOW, Piece, net_weights
from theory.geometry.positive import Supports, positive_set
from theory.geometry.region import Region, join
from theory.geometry.ties import antisymmetric, snapped
from theory.laws import NOISE

# Rounding of a mass and of the sums it takes part in.
MASS_ULPS = 8
# No density at all.
EMPTY = Region(np.empty((1, 0)), np.zeros(1, bool), np.empty((1, 0)))


def positive_region(pieces: tuple[Piece, ...], noise: str, alpha: Array, choice: str) -> Region:
    """{s_alpha >= 0}: the base classifier of the posterior rule for each training noise.

    s_alpha is the signed density of the components after noise of scale alpha (R,), all positive or all 0 unless the
    components and the noise are Gaussian. Where both noised class densities vanish the class follows `choice`
    ("nearest", "class0", "class1").
    """
    net = _net(pieces, alpha)
    if net and noise == "gaussian" and alpha.any() and all_gaussian(net, noise, alpha):
        region = filled(partial(_searched, pieces, net, noise, choice), partial(GaussianTerms, net), alpha)
    else:
        region = _searched(pieces, net, noise, choice, alpha)
    return replace(snapped(region, antisymmetric(net)), atoms=atoms(pieces, alpha))


def _searched(pieces: tuple[Piece, ...], net: tuple[Piece, ...], noise: str, choice: str, alpha: Array) -> Region:
    """The same by exclusion at every noise."""
    wide = np.zeros(len(alpha), bool) if all_gaussian(net, noise, alpha) else wide_noise(net, noise, alpha)
    groups = [(rows, flag) for flag in (False, True) if len(rows := np.flatnonzero(wide == flag))]
    parts = []
    for rows, flag in groups:
        cells, held, flat = _cells(pieces, net, noise, alpha[rows])
        terms = partial(_density_terms, net, noise, alpha[rows], flag)
        exactly = partial(settled, net, alpha[rows]) if piecewise_linear(net, noise, alpha) else None
        parts.append((rows, positive_set(cells, held, terms, choice, flat, exactly)))
    return parts[0][1] if len(parts) == 1 else join(len(alpha), parts)


def _net(pieces: tuple[Piece, ...], alpha: Array) -> tuple[Piece, ...]:
    return net_weights(tuple(p for p in pieces if alpha.any() or p.law != "point"))


def _cells(
    pieces: tuple[Piece, ...], net: tuple[Piece, ...], noise: str, alpha: Array
) -> tuple[Cells, Supports, Plateaus | None]:
    """The line cut at centres, at ends of supports and at ends of plateaus."""
    low, high = supports(pieces, noise, alpha)
    one, zero = (supports(tuple(p for p in net if p.label == label), noise, alpha) for label in (1, 0))
    centers = np.broadcast_to([float(p.center) for p in pieces], low.shape)
    far = FAR_TAIL_STEPS if all_gaussian(net, noise, alpha) else TAIL_STEPS
    flat = plateaus(net, noise, alpha)
    knots = [] if flat is None else [flat.knots]
    if piecewise_linear(net, noise, alpha):
        knots.append(ramps.knots(net, alpha))
    if noise == "gaussian" and alpha.any() and not all_gaussian(net, noise, alpha):
        spread = tuple(p for p in net if p.law != "point")
        plain = positive_region(spread, noise, np.zeros(1), "class0") if spread else EMPTY
        one, zero = limit(net, alpha, plain, (one, zero))
        knots += [part for side in (one, zero) for part in side]
    cells = cut(np.concatenate([centers, low, high, *knots], axis=1), _tail_scale(pieces, alpha), far)
    return cells, Supports(low, high, np.array([p.label for p in pieces]), one, zero), flat


def _density_terms(
    net: tuple[Piece, ...], noise: str, alpha: Array, wide: bool
) -> DensityTerms | GaussianTerms | RelativeTerms:
    """The signed density: quadratics where every component is Gaussian after noise, relative to much wider noise."""
    if wide:
        return RelativeTerms(net, noise, alpha)
    return GaussianTerms(net, alpha) if all_gaussian(net, noise, alpha) else DensityTerms(net, noise, alpha)


def all_gaussian(net: tuple[Piece, ...], noise: str, alpha: Array) -> bool:
    """Whether every component is Gaussian after the noise."""
    return all(p.law in ("gaussian", "point") for p in net) and (noise == "gaussian" or not alpha.any())


def _tail_scale(pieces: tuple[Piece, ...], alpha: Array) -> Array:
    """The length (R,) over which the components spread: their largest width plus the distance of their centres."""
    centers = [float(p.center) for p in pieces]
    width = max(float(p.scale) for p in pieces) + alpha
    span = width + (max(centers) - min(centers))
    return np.where(span > 0, span, 1.0)


def atoms(pieces: tuple[Piece, ...], alpha: Array) -> tuple[Array, Flags] | None:
    """Without noise the class at a point mass is decided by the point masses there."""
    totals: dict[float, float] = {}
    for p in pieces:
        if p.law == "point":
            totals[float(p.center)] = totals.get(float(p.center), 0.0) + float(p.weight if p.label else -p.weight)
    if alpha.any() or not totals:
        return None
    labels = np.array([total >= 0 for total in totals.values()])
    return np.array(list(totals)), np.broadcast_to(labels, (len(alpha), len(labels))).copy()


def mass(pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
    """Mass of the class-`label` components where the region says the other class: a class's share of the risk.

    Returns the masses (R,) and their rounding error; every summand is positive and has full relative precision.
    """
    low, high = region.pieces(not label)
    row, column = np.nonzero(low < high)
    low, high, rows = low[row, column], high[row, column], len(region.first)
    total, error, lost = np.zeros(len(row)), np.zeros(len(row)), np.zeros(len(row))
    atoms, unsure = np.zeros(rows), np.zeros(rows)
    for item in pieces:
        if item.label != label:
            continue
        if item.law == "point":
            wrong = region.contains(np.atleast_1d(item.center)[:, None])[:, 0] != bool(label)
            atoms += item.weight * wrong
            unsure += MASS_ULPS * item.weight * wrong
            continue
        part = item.at(row)
        center, scale, weight = part.center, part.scale, part.weight
        below, above = (low - center) / scale, (high - center) / scale
        masses = weight * NOISE[item.law].interval(below, above)
        total += masses
        if item.law != "uniform":
            lost += masses < UNDERFLOW
        error += weight * sum(_end_ulps(item, center / scale, z) for z in (below, above))
    held, rounding, small = (np.bincount(row, part, rows) for part in (total, error + MASS_ULPS * total, lost))
    return held + atoms, np.finfo(float).eps * (rounding + unsure) + np.finfo(float).tiny * small


def log_masses(pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
    """Logarithms of the summands of `mass` and their errors, (R, k): what is left of masses that underflow."""
    low, high = region.pieces(not label)
    logs, errors = [np.full((len(region.first), 1), -np.inf)], [np.zeros((len(region.first), 1))]
    for item in pieces:
        if item.label != label or item.law == "point":
            continue
        center, scale, weight = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale, item.weight))
        below, above = (low - center) / scale, (high - center) / scale
        with np.errstate(invalid="ignore"):
            log = np.where(low < high, NOISE[item.law].log_interval(below, above), -np.inf)
        used = np.isfinite(log)
        size = np.where(used, log, 0.0)
        ends = sum(_end_ulps(item, center / scale, z, size) for z in (below, above))
        logs.append(np.log(weight) + log)
        errors.append(np.finfo(float).eps * np.where(used, MASS_ULPS * (1 + np.abs(size)) + ends, 0.0))
    return np.concatenate(logs, axis=1), np.concatenate(errors, axis=1)


def _end_ulps(item: Piece, center: Array, z: Array, log_mass: Array | float = 0.0) -> Array:
    """Density at an end z of an interval times how far z may be off: its own rounding, and where a box was written as
    centre and half-width (`center` in units of the latter) that of both; relative to a mass of that logarithm."""
    finite = np.where(np.isfinite(z), np.abs(z), 0.0)
    off = 2 * finite + (2 * np.abs(center) + 2 if item.law == "uniform" else 0.0)
    # Inside by a hair or outside by a hair is the same end.
    at = np.minimum(finite, 1.0) if item.law == "uniform" else finite
    near = finite <= 1 + 1e-12 if item.law == "uniform" else True
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.isfinite(z) & near, np.exp(NOISE[item.law].log_pdf(at) - log_mass) * off, 0.0)


def density(pieces: tuple[Piece, ...], x: Array) -> Array:
    """|s(x)| up to sign: the sum of the raw component densities at x (R, n), for the propagation of errors."""
    total = np.zeros_like(x)
    finite = np.isfinite(x)
    at = np.where(finite, x, 0.0)
    for item in pieces:
        if item.law != "point":
            center, scale, weight = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale, item.weight))
            total += weight / scale * NOISE[item.law].pdf((at - center) / scale)
    return np.where(finite, total, 0.0)


# In scales of each law: its centre, bulk and tails, beyond which less than 1e-300 of it lies.
SPREAD = {
    "gaussian": np.array([-38.0, -16.0, -8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0, 16.0, 38.0]),
    "laplace": np.array([-700.0, -150.0, -40.0, -10.0, -2.0, 0.0, 2.0, 10.0, 40.0, 150.0, 700.0]),
    "uniform": np.array([-1.0, 1.0]),
}


def marks(pieces: tuple[Piece, ...], rows: int) -> Array:
    """Coordinates (R, m) that cut the densities of the components (points apart) into smooth parts."""
    columns = [
        np.broadcast_to(np.atleast_1d(p.center)[:, None] + np.atleast_1d(p.scale)[:, None] * SPREAD[p.law], shape)
        for p in pieces
        if p.law != "point"
        for shape in [(rows, len(SPREAD[p.law]))]
    ]
    return np.concatenate(columns, axis=1) if columns else np.empty((rows, 0))
