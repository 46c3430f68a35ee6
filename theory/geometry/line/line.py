"""The line: positive regions of signed densities, which are unions of intervals; the only numerics are sign changes."""

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
from theory.geometry.piece import Piece, net_weights
from theory.geometry.positive import Supports, positive_set
from theory.geometry.region import Region, join
from theory.geometry.ties import antisymmetric, snapped

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
