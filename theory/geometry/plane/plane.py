"""The geometry of the plane: train, smooth and weigh regions bounded by closed curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from theory.geometry.base import NoExactRoute, Request
from theory.geometry.plane.chances import mean_mass
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline, gaussian_mass
from theory.geometry.plane.shapes import Base, FieldBase, PlaneRegion, Shape, Still, Voted, tail_of
from theory.geometry.plane.signed import SignedField
from theory.geometry.plane.window import Window
from theory.terms import Array, Index

# Base classifiers that are kept.
TRAINED = 256
# Mass that may lie outside the window of the data, as a share of the tolerance.
OUTSIDE = 0.02
# The first level of refinement that is tried, for tolerances up to these.
FIRST = ((1e-6, 0), (0.0, 1))


@dataclass(frozen=True)
class PlanePiece:
    """A component: its label, its weight (with the prior), and how to weigh a region by it.

    mass: (shape, its outline, level) -> share of the component inside. peak: its largest density.
    """

    label: int
    weight: float
    mass: Callable[[Shape, Outline, int], float]
    peak: float
    law: str = "plane"

    def at(self, rows: Index) -> PlanePiece:
        """The same for all rows."""
        return self


@dataclass(frozen=True)
class PlaneBase:
    """Base classifiers for R training noises."""

    pieces: tuple[PlanePiece, ...]
    region: PlaneRegion


@dataclass(frozen=True)
class Plane:
    """d = 2, and what reduces to it.

    trainer: gives the base classifier of one training noise. window: holds the data up to `missing`, the share outside.
    bounded: whether base classifiers lie in the window, so that only noise can lead out of it.
    """

    trainer: Callable[[float], Base]
    pieces: tuple[PlanePiece, ...]
    window: Window
    missing: float
    tolerance: float
    frame: tuple[Array, Array] | None = None
    bounded: bool = False
    route: str = "plane"
    fixed: bool = False
    _held: dict[Shape, tuple[Array, Array]] = field(default_factory=dict, compare=False)

    def train(self, alpha: Array) -> PlaneBase:
        """The base classifiers."""
        shapes = tuple(Still(self.trainer(float(a)), self.window) for a in alpha)
        return PlaneBase(self.pieces, PlaneRegion(shapes, np.zeros(len(alpha), bool)))

    def smooth(self, region: PlaneRegion, beta: Array, log_tail: Array | None = None) -> PlaneRegion:
        """{u >= tau} for noises beta (R, M)."""
        shapes: list[Shape | None] = []
        flipped = []
        for row, shape in enumerate(region.shapes):
            assert isinstance(shape, Still)
            for column, b in enumerate(beta[row]):
                tail = tail_of(None if log_tail is None else float(log_tail[row, column]))
                shapes.append(self._voted(shape, float(b), 1 - tail if region.flipped[row] else tail))
                flipped.append(region.flipped[row])
        return PlaneRegion(tuple(shapes), np.array(flipped, bool))

    def _voted(self, shape: Still, beta: float, tail: float) -> Shape | None:
        if np.isnan(beta):
            return None
        if beta == 0:
            return shape
        window = shape.window
        if self.bounded:
            window = window.wider(beta * math.sqrt(-2 * math.log(min(tail, 1 - tail))) + 0.01 * window.half)
        return Voted(shape.base, window, beta, tail)

    def mass(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its error."""
        own = [k for k, p in enumerate(self.pieces) if p.label == label]
        weights = np.array([self.pieces[k].weight for k in own])
        total, error = np.zeros(len(region.shapes)), np.zeros(len(region.shapes))
        for row, shape in enumerate(region.shapes):
            if shape is None:
                continue
            share, doubt = self._weigh(shape)
            wrong = share[own] if region.flipped[row] == bool(label) else 1 - share[own]
            total[row], error[row] = weights @ wrong, weights @ doubt[own]
        return total, error

    def _weigh(self, shape: Shape) -> tuple[Array, Array]:
        """Share of every component inside a shape, refined until two levels agree to the tolerance."""
        if shape not in self._held:
            level = next(level for least, level in FIRST if self.tolerance >= least)
            value, doubt = self._shares(shape, level)
            if self.tolerance == np.inf:
                doubt = np.full_like(value, np.nan)
            for finer in range(level + 1, len(LEVELS) if self.tolerance < np.inf else 0):
                before, (value, doubt) = value, self._shares(shape, finer)
                doubt = doubt + np.abs(value - before)
                if doubt.max() <= self.tolerance:
                    break
            self._held[shape] = value, doubt
        return self._held[shape]

    def _shares(self, shape: Shape, level: int) -> tuple[Array, Array]:
        outline = shape.outline(level)
        value = np.array([p.mass(shape, outline, level) for p in self.pieces])
        loose = 0.0 if outline.loose is None else float(outline.loose)
        return value, np.array([p.peak * loose for p in self.pieces]) + self.missing + 1e-15

    def uncertainty(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion) -> Array:
        """Nothing: masses carry their whole error."""
        return np.zeros(len(region.shapes))

    def vote(self, region: PlaneRegion, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at points x (N, 2)."""
        share = np.empty(len(x))
        for k in np.unique(row):
            shape = region.shapes[k]
            assert isinstance(shape, Still)
            for b in np.unique(beta[row == k]):
                here = (row == k) & (beta == b)
                share[here] = Voted(shape.base, shape.window, float(b), 0.5).votes(x[here])
        share = np.where(region.flipped[row], 1 - share, share)
        return share, 1 - share

    def expected(self, base: PlaneBase, label: int, request: Request) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes: masses of level sets, averaged over a random level."""
        own = [(k, p.weight) for k, p in enumerate(self.pieces) if p.label == label]
        total = sum(weight for _k, weight in own)
        value, error = np.zeros(len(request.beta)), np.zeros(len(request.beta))
        for i, (row, beta, need) in enumerate(zip(request.trained, request.beta, request.need, strict=True)):
            if need < 1 or need > request.votes:
                value[i] = total if need > request.votes else 0.0
                continue
            shape = base.region.shapes[row]
            assert isinstance(shape, Still)

            def mass(level: float, held: Still = shape, noise: float = float(beta)) -> tuple[float, float]:
                voted = self._voted(held, noise, 1 - level if label else level)
                assert voted is not None
                share, doubt = self._weigh(voted)
                inside, spread = (sum(w * v[k] for k, w in own) for v in (share, doubt))
                return (total - inside if label else inside), spread

            value[i], error[i] = mean_mass(mass, request.votes, int(need), self.tolerance)
        return value, error

    def erode(self, region: PlaneRegion, eps: Array) -> PlaneRegion:
        """Not known exactly: offsets of curves are not level sets of anything at hand."""
        raise NoExactRoute("adversarial risk has no exact route in the plane; simulate it instead: noisewise mc")

    def coordinate(self, base: PlaneBase, points: Array) -> Array:
        """(1, m, 2) points of the plane as they are, points of R^d projected on it."""
        if self.frame is None:
            return points[None]
        origin, basis = self.frame
        return ((points - origin) @ basis.T)[None]

    def center(self, base: PlaneBase) -> Array | None:
        """The origin of coordinates in the plane, None where it is that of the points."""
        return None if self.frame is None else self.frame[0]


def gaussians(
    means: Array,
    covariances: Array,
    weights: Array,
    labels: Array,
    tolerance: float,
    frame: tuple[Array, Array] | None = None,
) -> Plane:
    """Gaussian mixtures: means (K, 2), covariances (K, 2, 2), weights (K,) with the prior, labels (K,).

    frame: a point (d,) and two directions (2, d) of the plane in which a problem of more dimensions lives.
    """
    missing = OUTSIDE * min(tolerance, 1e-4)
    reach = -float(ndtri(missing / 4))
    spreads = reach * np.sqrt(np.einsum("kii->ki", covariances))
    low, high = (means - spreads).min(axis=0), (means + spreads).max(axis=0)
    middle = 0.5 * (low + high)
    window = Window(float(middle[0]), float(middle[1]), 0.5 * float((high - low).max()))
    pieces = tuple(_gaussian_piece(*part) for part in zip(labels, weights, means, covariances, strict=True))
    net = _net(means, covariances, weights, labels)

    def trainer(alpha: float) -> Base:
        held = [np.array(v) for v in zip(*net, strict=True)] if net else [np.empty(0)] * 4
        positive = held[3] > 0 if net else np.empty(0, bool)
        if positive.all() or not positive.any():
            return FieldBase(_none, 1.0, bool(positive.all()))
        noisy = held[1] + alpha**2 * np.eye(2)
        scale = float(np.sqrt(np.linalg.eigvalsh(noisy)[:, 0].min()))
        return FieldBase(lambda order: SignedField(held[0], noisy, held[2], positive, order), scale)

    return Plane(lru_cache(TRAINED)(trainer), pieces, window, missing, tolerance, frame)


def _none(order: int) -> SignedField:
    raise AssertionError("a constant classifier has no field")


def _gaussian_piece(label: int, weight: float, mean: Array, covariance: Array) -> PlanePiece:
    factor = np.asarray(np.linalg.cholesky(covariance), float)
    peak = 1 / (2 * np.pi * float(np.linalg.det(factor)))
    return PlanePiece(
        int(label), float(weight), lambda _shape, outline, _level: gaussian_mass(outline, mean, factor), peak
    )


def _net(means: Array, covariances: Array, weights: Array, labels: Array) -> list[tuple[Array, Array, float, int]]:
    """Components with equal laws joined, those that both classes hold cancelled."""
    table: dict[bytes, list] = {}
    for mean, covariance, weight, label in zip(means, covariances, weights, labels, strict=True):
        entry = table.setdefault(mean.tobytes() + covariance.tobytes(), [mean, covariance, 0.0])
        entry[2] += weight if label else -weight
    tie = 4 * np.finfo(float).eps * weights.max()
    return [(m, c, abs(w), int(w > 0)) for m, c, w in table.values() if abs(w) > tie]
