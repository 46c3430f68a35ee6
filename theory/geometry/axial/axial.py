"""Axial geometry: spheroidal Gaussian components about one axis in any dimension, Gaussian noises."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.axial.bodies import Body, Eroded, Smoothed
from theory.geometry.axial.chances import Chance
from theory.geometry.axial.neighbours import nearest
from theory.geometry.axial.places import about_axis
from theory.geometry.axial.region import AxialRegion
from theory.geometry.axial.sections import Noise
from theory.geometry.axial.training import Spheroid, Trained
from theory.geometry.axial.votes import votes
from theory.geometry.axial.weights import Weights
from theory.geometry.base import VoteRequest
from theory.geometry.curvature import SmallNoise
from theory.laws.certificate import level_tail
from theory.problems.normal import Normal

# Standard deviations of noise beyond which votes underflow.
FARTHEST = 38.0
HALF = float(np.log(0.5))
# The most noises one after the other of which each begins with those before.
LONGEST = 64

Kind = TypeVar("Kind", bound=Body)
Ladder = dict[tuple[Body, float, bool], list[Smoothed]]


@dataclass(frozen=True)
class AxialBase:
    """Base classifiers for R training noises; axis: (1, d) the direction of the axis."""

    pieces: tuple[Spheroid, ...]
    region: AxialRegion
    axis: Array

    def outward(self, normal: Normal) -> AxialBase:
        """The same in the problem's units; the pieces stay as they are."""
        return replace(self, region=replace(self.region, unit=normal.length))


@dataclass(frozen=True)
class Axial:
    """Three operations in the half-plane of places along an axis and distances from it.

    dim: dimensions across the axis. spheroids: what is weighed; `own`, where not None, what classifiers are trained on.
    frame: a point on the axis (D,), its direction (D,), and the directions (dim + 1,
    D) of the subspace in which a problem of more dimensions lives, None where that is all of it. lost: what directions
    that were left out may do to a risk.
    """

    dim: int
    spheroids: tuple[Spheroid, ...]
    frame: tuple[Array, Array, Array | None]
    lost: float = 0.0
    own: tuple[Spheroid, ...] | None = None
    route: str = "axial"
    fixed: bool = False
    smooth_motion: bool = False
    _held: dict[tuple, Any] = field(default_factory=dict, compare=False)
    _masses: dict[Body, tuple[Array, Array, Array]] = field(default_factory=dict, compare=False)
    _known: dict[tuple, dict[bytes, tuple[Array, Array, Array]]] = field(default_factory=dict, compare=False)

    @cached_property
    def weights(self) -> Weights:
        """What regions are weighed by."""
        return Weights(self.dim, self.spheroids)

    def train(self, alpha: Array) -> AxialBase:
        """The base classifiers."""
        own = self.spheroids if self.own is None else self.own
        bodies = tuple(self._kept(("trained", float(a)), Trained(self.dim, own, float(a))) for a in alpha)
        inside = np.array([isinstance(b, Trained) and b.inner == 1 for b in bodies], bool)
        return AxialBase(self.spheroids, AxialRegion(bodies, inside), self.frame[1][None])

    def weighing(self, spheroids: tuple[Spheroid, ...]) -> Axial:
        """The same classifiers for other data."""
        own = self.spheroids if self.own is None else self.own
        return Axial(self.dim, spheroids, self.frame, self.lost, own)

    def _kept(self, key: tuple, body: Kind) -> Kind:
        """The same object where the same is asked for again."""
        return self._held.setdefault(key, body)

    def smooth(self, region: AxialRegion, beta: Array, eps: Array | None = None) -> AxialRegion:
        """{u >= tau} for noises beta (R, M)."""
        log_tail = level_tail("gaussian", beta, eps)
        bodies: list[Body | None] = []
        ladder: Ladder = {}
        for row, body in enumerate(region.bodies):
            for column, scale in enumerate(beta[row].tolist()):
                tail = HALF if log_tail is None else float(log_tail[row, column])
                inside = bool(region.inside[row])
                bodies.append(None if np.isnan(scale) else self._smoothed(body, scale, tail, inside, ladder))
        return AxialRegion(tuple(bodies), np.repeat(region.inside, beta.shape[1]))

    def _smoothed(self, body: Body | None, beta: float, log_tail: float, held: bool, ladder: Ladder) -> Body:
        assert isinstance(body, Trained)
        if beta == 0:
            return body
        level = body, log_tail, held or log_tail == HALF
        earlier = ladder.setdefault(level, [])
        same = [other for other in earlier if other.beta == beta]
        if same:
            return same[0]
        if len(earlier) == LONGEST:
            earlier.clear()
        near = tuple(earlier[k] for k in nearest([other.beta for other in earlier], beta))
        made = Smoothed(body, self.weights, beta, *level[1:], near)
        earlier.append(self._kept((*level, beta, near), made))
        return earlier[-1]

    def vote(self, region: AxialRegion, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at points x (N, 2): places along the axis, and distances from it."""
        one, zero = np.empty(len(x)), np.empty(len(x))
        for k in np.unique(row):
            body, here = region.bodies[k], row == k
            assert body is not None
            t, r = x[here].T
            reach = np.full(len(t), FARTHEST)
            far = float((np.abs(t) + FARTHEST * beta[here]).max())
            noise = Noise(t, np.maximum(r, 1e-12 * beta[here]), beta[here], beta[here], reach, self.dim)
            found = votes(body.graph(far), noise)
            pair = np.exp(found.inside), np.exp(found.outside)
            one[here], zero[here] = pair if region.inside[k] else pair[::-1]
        return one, zero

    def mass(self, pieces: tuple[Spheroid, ...], region: AxialRegion, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its error."""
        weights = np.array([s.weight * (s.label == label) for s in self.spheroids])
        value, error = np.zeros(len(region.bodies)), np.zeros(len(region.bodies))
        for row, body in enumerate(region.bodies):
            if body is not None:
                within, without, doubt = self._weighed(body)
                value[row] = weights @ (without if region.inside[row] == bool(label) else within)
                error[row] = weights @ doubt
        return value, error

    def _weighed(self, body: Body) -> tuple[Array, Array, Array]:
        if body not in self._masses:
            margin = self._beyond(body) if isinstance(body, Trained) else 0.0
            self._masses[body] = self.weights.masses(body.graph(margin))
        return self._masses[body]

    def _beyond(self, body: Trained) -> float:
        """How far the data reach beyond those that a body was trained on."""
        return max(body.extent[0] - self.weights.extent[0], self.weights.extent[1] - body.extent[1], 0.0)

    def uncertainty(self, pieces: tuple[Spheroid, ...], region: AxialRegion) -> Array:
        """What was left out; masses carry all other errors."""
        return np.full(len(region.bodies), self.lost)

    def expected(self, base: AxialBase, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes."""
        value, error = np.zeros(len(request.beta)), np.zeros(len(request.beta))
        for i, (row, beta, need) in enumerate(zip(request.trained, request.beta, request.need, strict=True)):
            body = base.region.bodies[row]
            assert isinstance(body, Trained)
            other = need if label == body.inner else request.votes - need + 1
            known = self._known.setdefault((body, float(beta), request.votes, int(other)), {})
            chance = Chance(body, self.weights, float(beta), label, request.votes, int(need), known)
            value[i], error[i] = chance.fail()
        return value, error + self.lost

    def erode(self, region: AxialRegion, eps: Array) -> AxialRegion:
        """Bodies that are regions lose eps all around, those that are holes gain it."""
        bodies: list[Body | None] = []
        for body, distance, inside in zip(region.bodies, eps.tolist(), region.inside.tolist(), strict=True):
            if not isinstance(body, Trained | Smoothed) or distance == 0:
                bodies.append(body)
                continue
            side = -1 if inside else 1
            bodies.append(self._kept((body, distance, side), Eroded(body, self.weights, distance, side)))
        return AxialRegion(tuple(bodies), region.inside)

    def curvature(self) -> SmallNoise:
        """Not known."""
        raise NoExactRoute(f"small-noise data are not known on surfaces of revolution; {REMEDY}")

    def coordinate(self, base: AxialBase, points: Array) -> Array:
        """(1, m, 2) places along the axis and distances from it of points of R^d."""
        return about_axis(self.frame, points)

    def center(self, base: AxialBase) -> Array | None:
        """The point from which places along the axis are measured."""
        return self.frame[0]
