"""Half-plane geometry: spheroidal Gaussian components about one axis with any scales across it, Gaussian noises."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.axial.places import about_axis
from theory.geometry.axial.training import Spheroid
from theory.geometry.base import VoteRequest
from theory.geometry.curvature import SmallNoise
from theory.geometry.halfplane.chances import fail
from theory.geometry.halfplane.measures import Measures, Share
from theory.geometry.halfplane.region import HalfPlaneRegion
from theory.geometry.halfplane.sets import Balls, Blurred, SetBase
from theory.geometry.halfplane.shapes import BETTER, Base, Shape, Still, Trained, Voted, window_of
from theory.geometry.halfplane.signed import Extent, net
from theory.geometry.halfplane.weights import Weights
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import on_edge
from theory.laws.certificate import level_tail
from theory.problems.normal import Normal

# Of so many nodes of a panel one is looked at for its error, and the largest counts so many times.
LOOKS, CAREFUL = 3, 2.0
# Level sets of labelled balls are looked for a share of these beyond where they can be.
AROUND = 1e-3
# Base classifiers that are kept.
KEPT = 64

Pieces = tuple[Spheroid, ...] | tuple[Share, ...]

# What is lost of a vote to rounding, as it comes to in sums of many nodes.
VOTE_ROUNDING = 1e-15


@dataclass(frozen=True)
class HalfPlaneBase:
    """Base classifiers for R training noises; axis: (1, d) the direction of the axis."""

    pieces: Pieces
    region: HalfPlaneRegion
    axis: Array

    def outward(self, normal: Normal) -> HalfPlaneBase:
        """The same in the problem's units; the pieces stay as they are."""
        return replace(self, region=replace(self.region, unit=normal.length))


@dataclass(frozen=True)
class HalfPlane:
    """Regions bounded by curves in the half-plane of places along an axis and distances from it.

    trainer: gives the base classifier of one training noise. weights: what regions are weighed by.
    frame: a point on the axis (D,), its direction (D,), and the directions (d, D) of the subspace in which a problem of
    more dimensions lives, None where that is all of it. lost: what directions that were left out may do.
    own: the labelled balls that classifiers were trained on, if they were.
    """

    trainer: Callable[[float], Base]
    weights: Weights | Measures
    frame: tuple[Array, Array, Array | None]
    tolerance: float
    lost: float = 0.0
    own: Balls | None = None
    route: str = "axial"
    fixed: bool = False
    smooth_motion: bool = False
    _shares: dict[Shape, tuple[Array, Array]] = field(default_factory=dict, compare=False)

    def train(self, alpha: Array) -> HalfPlaneBase:
        """The base classifiers."""
        shapes = tuple(Still(self.trainer(float(a)), self._extent) for a in alpha)
        return HalfPlaneBase(
            self.weights.pieces, HalfPlaneRegion(shapes, np.zeros(len(alpha), bool)), self.frame[1][None]
        )

    @property
    def _extent(self) -> Extent:
        """The rectangle of what is weighed, in an infinite background with the labelled set."""
        held = self.weights.extent
        if self.own is None or isinstance(self.weights, Weights):
            return held
        other = self.own.extent
        return Extent(min(held.first, other.first), max(held.last, other.last), 0.0, max(held.far, other.far))

    def weighing(self, other: tuple[Spheroid, ...] | Balls) -> HalfPlane:
        """The same classifiers for other data."""
        weights = Measures(other) if isinstance(other, Balls) else Weights(self.trainer(0.0).dim, other)
        return replace(self, weights=weights, _shares={})

    def smooth(self, region: HalfPlaneRegion, beta: Array, eps: Array | None = None) -> HalfPlaneRegion:
        """{u >= tau} for noises beta (R, M)."""
        log_tail = level_tail("gaussian", beta, eps)
        shapes: list[Shape | None] = []
        for row, shape in enumerate(region.shapes):
            assert isinstance(shape, Still)
            for column, scale in enumerate(beta[row].tolist()):
                tail = 0.5 if log_tail is None else float(np.exp(log_tail[row, column]))
                shapes.append(self._voted(shape, scale, 1 - tail if region.flipped[row] else tail))
        return HalfPlaneRegion(tuple(shapes), np.repeat(region.flipped, beta.shape[1]))

    def _voted(self, shape: Still, beta: float, tail: float) -> Shape | None:
        if np.isnan(beta):
            return None
        if beta == 0:
            return shape
        extent = shape.extent
        if isinstance(self.weights, Measures):
            # Votes fall beside a half-space that holds the set, which noise leads out of no farther than this.
            wide = max(beta * float(ndtri(tail)), 0.0) + AROUND * (extent.last - extent.first)
            extent = Extent(extent.first - wide, extent.last + wide, 0.0, extent.far + wide)
        return Voted(shape.base, extent, beta, tail)

    def vote(self, region: HalfPlaneRegion, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at points x (N, 2): places along the axis, and distances from it."""
        one = np.empty(len(x))
        for k in np.unique(row):
            shape = region.shapes[k]
            assert isinstance(shape, Still)
            for scale in np.unique(beta[row == k]):
                here = (row == k) & (beta == scale)
                one[here] = _reaching(shape, x[here], float(scale)).field(BETTER).direct(x[here]) + 0.5
        one = np.where(region.flipped[row], 1 - one, one)
        return one, 1 - one

    def mass(self, pieces: Pieces, region: HalfPlaneRegion, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its error."""
        own = np.array([s.label == label for s in self.weights.pieces])
        weights = np.array([s.weight for s in self.weights.pieces])[own]
        value, error = np.zeros(len(region.shapes)), np.zeros(len(region.shapes))
        for row, shape in enumerate(region.shapes):
            if isinstance(shape, Still | Voted):
                share, doubt = self._weighed(shape)
                wrong = share if region.flipped[row] == bool(label) else 1 - share
                value[row], error[row] = weights @ wrong[own], weights @ doubt[own]
        return value, error

    def _weighed(self, shape: Shape) -> tuple[Array, Array]:
        if shape not in self._shares:
            if (
                isinstance(shape, Still)
                and isinstance(shape.base, SetBase)
                and self.weights == Measures(shape.base.held)
            ):
                return np.array([1.0, 0.0]), np.zeros(2)
            outline = shape.outline()
            share, error = self.weights.shares(outline)
            error = (
                error + self.weights.moved(outline, _amiss(shape, outline) + _blur(shape)) + self.weights.loose(outline)
            )
            self._shares[shape] = np.maximum(share, 0.0), error
        return self._shares[shape]

    def uncertainty(self, pieces: Pieces, region: HalfPlaneRegion) -> Array:
        """What was left out; masses carry all other errors."""
        return np.full(len(region.shapes), self.lost)

    def expected(self, base: HalfPlaneBase, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes."""
        value, error = np.zeros(len(request.beta)), np.zeros(len(request.beta))
        for i, (row, beta, need) in enumerate(zip(request.trained, request.beta, request.need, strict=True)):
            shape = base.region.shapes[row]
            assert isinstance(shape, Still)
            value[i], error[i] = fail(shape, self.weights, float(beta), label, request.votes, int(need), self.tolerance)
        return value, error + self.lost

    def erode(self, region: HalfPlaneRegion, eps: Array) -> HalfPlaneRegion:
        """Not known."""
        if not eps.any():
            return region
        raise NoExactRoute(
            "adversarial risk has an exact route about an axis only for gaussians with one scale across it in each "
            f"class; {REMEDY}"
        )

    def curvature(self) -> SmallNoise:
        """Not known."""
        raise NoExactRoute(f"small-noise data are not known on surfaces of revolution; {REMEDY}")

    def coordinate(self, base: HalfPlaneBase, points: Array) -> Array:
        """(1, m, 2) places along the axis and distances from it of points of R^d."""
        return about_axis(self.frame, points)

    def center(self, base: HalfPlaneBase) -> Array | None:
        """The point from which places along the axis are measured."""
        return self.frame[0]


def gaussians(
    dim: int,
    spheroids: tuple[Spheroid, ...],
    frame: tuple[Array, Array, Array | None],
    tolerance: float,
    lost: float = 0.0,
) -> HalfPlane:
    """Spheroids in `dim` dimensions across an axis, of any scales."""
    held = net(spheroids)

    def trainer(alpha: float) -> Base:
        return Trained(dim, held, alpha)

    return HalfPlane(lru_cache(KEPT)(trainer), Weights(dim, spheroids), frame, tolerance, lost)


def balls(held: Balls, frame: tuple[Array, Array, Array | None], tolerance: float) -> HalfPlane:
    """Labelled balls in an infinite background."""

    def trainer(alpha: float) -> Base:
        alone = held.shrunk(alpha) if alpha > 0 else held
        return Blurred(held, alpha) if alone is None else SetBase(alone)

    return HalfPlane(lru_cache(KEPT)(trainer), Measures(held), frame, tolerance, own=held)


def _reaching(shape: Still, points: Array, beta: float) -> Voted:
    """The votes in a rectangle that holds points (N, 2)."""
    (first, _low), (last, far) = points.min(axis=0), points.max(axis=0)
    held = shape.extent
    wide = Extent(min(held.first, float(first)), max(held.last, float(last)), 0.0, max(held.far, float(far)))
    return Voted(shape.base, wide, beta, 0.5)


def _blur(shape: Shape) -> float:
    """How far rounding of votes moves a boundary: they are as steep there as the normal density at the level."""
    if not isinstance(shape, Voted):
        return 0.0
    steep = math.exp(-0.5 * float(ndtri(shape.tail)) ** 2) / math.sqrt(2 * math.pi)
    return shape.beta * VOTE_ROUNDING / max(steep, VOTE_ROUNDING)


def _amiss(shape: Shape, outline: Outline) -> Array:
    """(P,) how far panels are from the boundary, looked at where they lie among the data, and not on the edge."""
    held, count = shape.extent, outline.points.shape[1]
    t, r = outline.points[..., 0], outline.points[..., 1]
    inner = (t >= held.first) & (t <= held.last) & (r >= held.near) & (r <= held.far)
    inner &= ~on_edge(outline, window_of(held))[:, None]
    inner[:, np.arange(count) % LOOKS != 1] = False
    found = np.zeros(inner.shape)
    found[inner] = shape.amiss(outline.points[inner], outline.steps[inner])
    return np.asarray(CAREFUL * found.max(axis=1, initial=0.0))
