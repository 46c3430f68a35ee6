"""The geometry of the plane: train, smooth and weigh regions bounded by closed curves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import log_ndtr, ndtri, ndtri_exp

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.geometry.base import VoteRequest
from theory.geometry.curvature import SmallNoise
from theory.geometry.plane.chances import mean_chance
from theory.geometry.plane.conic_shapes import fail, weigh
from theory.geometry.plane.covers import Cover
from theory.geometry.plane.drawn_levels import mean_mass
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.offsets import Offset
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.product.chances import mean_along
from theory.geometry.plane.product.swept import Swept, swept
from theory.geometry.plane.region import PlaneRegion
from theory.geometry.plane.shapes import MOST_LEVEL, BaseRegion, Shape, Still, Voted, tail_of
from theory.geometry.plane.window import Window
from theory.laws.binomial import fewer, steepest
from theory.laws.certificate import level_tail
from theory.problems.normal import Normal

# The first level of refinement that is tried, for tolerances up to these.
FIRST = ((1e-6, 0), (0.0, 1))
# Votes for the wrong class that are rarer than this do not count.
RARE = 1e-15
# An error of the votes below this share of the tolerance is not looked at.
UNSEEN = 1e-4
# From so many votes on few levels are faster than many rectangles.
MANY = 30_000
# So are they for noise below this share of the scale of a smooth base classifier, and less with very few votes, which
# ask for level sets far from each other.
FINE, FEW = 0.12, 0.04

# Of every component: the share inside a region, its error, and what boundaries that are not resolved can do to it.
Shares = tuple[Array, Array, Array]


@dataclass(frozen=True)
class PlaneBase:
    """Base classifiers for R training noises."""

    pieces: tuple[PlanePiece, ...]
    region: PlaneRegion
    framed: bool = False

    def take(self, rows: Index) -> PlaneBase:
        """The given rows."""
        return replace(self, region=self.region.take(rows))

    def outward(self, normal: Normal) -> PlaneBase:
        """The same in the problem's place and units; the pieces weigh as they did."""
        # A plane in more dimensions has coordinates of its own, from an origin that moves with the points.
        first, second = (0.0, 0.0) if self.framed else np.broadcast_to(normal.center, 2).tolist()
        return replace(self, region=self.region.moved(normal.length, (first, second)))


@dataclass(frozen=True)
class Plane:
    """d = 2, and what reduces to it.

    trainer: gives the base classifier of one training noise. window: holds the data up to `missing`, the share outside.
    cover: where a class lies, as far as a margin around the labelled set in an infinite background.
    boundary: small-noise data of an outline, where the law holds.
    bounded: whether base classifiers lie in the window, so that only noise can lead out of it.
    lost: what directions that were left out may do to a risk. noise: the law of the smoothing noise, a product but
        where it is gaussian.
    """

    trainer: Callable[[float], BaseRegion]
    pieces: tuple[PlanePiece, ...]
    window: Window
    missing: float
    tolerance: float
    cover: Callable[[int, float], Cover]
    frame: tuple[Array, Array] | None = None
    bounded: bool = False
    boundary: Callable[[Outline], SmallNoise] | None = None
    route: str = "plane"
    fixed: bool = False
    smooth_motion: bool = False
    lost: float = 0.0
    noise: str = "gaussian"
    _held: dict[Shape, Shares] = field(default_factory=dict, compare=False)

    def train(self, alpha: Array) -> PlaneBase:
        """The base classifiers."""
        shapes = tuple(Still(self.trainer(float(a)), self.window) for a in alpha)
        return PlaneBase(self.pieces, PlaneRegion(shapes, np.zeros(len(alpha), bool)), self.frame is not None)

    def smooth(self, region: PlaneRegion, beta: Array, eps: Array | None = None) -> PlaneRegion:
        """{u >= tau} for noises beta (R, M)."""
        log_tail = level_tail(self.noise, beta, eps)
        shapes: list[Shape | None] = []
        flipped = []
        for row, shape in enumerate(region.shapes):
            assert isinstance(shape, Still)
            for column, b in enumerate(beta[row]):
                tail = tail_of(None if log_tail is None else float(log_tail[row, column]))
                if self.noise != "gaussian":
                    shapes.append(self._swept(shape, float(b), tail, bool(region.flipped[row])))
                    flipped.append(region.flipped[row])
                    continue
                level = 0.0 if log_tail is None else -float(ndtri_exp(log_tail[row, column]))
                if level > MOST_LEVEL and shape.base.conic is None:
                    raise NoExactRoute(f"certificates in the plane have a radius of at most {MOST_LEVEL:g} beta")
                part = (1 - tail, -level) if region.flipped[row] else (tail, level)
                shapes.append(self._voted(shape, float(b), *part))
                flipped.append(region.flipped[row])
        return PlaneRegion(tuple(shapes), np.array(flipped, bool))

    def _voted(self, shape: Still, beta: float, tail: float, level: float) -> Still | Voted | None:
        if np.isnan(beta):
            return None
        if beta == 0:
            return shape
        window = shape.window
        if self.bounded:
            window = window.wider(beta * math.sqrt(-2 * float(log_ndtr(-abs(level)))) + 0.01 * window.half).askew()
        return Voted(shape.base, window, beta, tail, level)

    def _swept(self, shape: Still, beta: float, tail: float, flipped: bool = False) -> Still | Swept | None:
        """The same under noise that is a product."""
        if np.isnan(beta) or beta == 0:
            return None if np.isnan(beta) else shape
        area = min(self.tolerance, 1e-4) / max(p.weight * p.peak for p in self.pieces)
        return swept(shape, self.noise, beta, tail, flipped, self.bounded, area)

    def mass(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion, label: int) -> tuple[Array, Array]:
        """Mass of the class-`label` components where the region says the other class, and its error."""
        own = [k for k, p in enumerate(self.pieces) if p.label == label]
        weights = np.array([self.pieces[k].weight for k in own])
        self._weigh_conics(region.shapes)
        total, error = np.zeros(len(region.shapes)), np.zeros(len(region.shapes))
        for row, shape in enumerate(region.shapes):
            if shape is None:
                continue
            share, doubt, _loose = self._weigh(shape)
            wrong = share[own] if region.flipped[row] == bool(label) else 1 - share[own]
            total[row], error[row] = weights @ wrong, weights @ doubt[own]
        return total, error

    def _weigh(self, shape: Shape) -> Shares:
        """Refined until two levels agree to the tolerance; what boundaries about to merge hide does not become less."""
        if shape not in self._held:
            level = next(level for least, level in FIRST if self.tolerance >= least)
            whole = max(1.0, sum(p.weight for p in self.pieces))
            value, doubt, loose = self._shares(shape, level)
            if self.tolerance == np.inf:
                doubt = np.full_like(value, np.nan)
            for finer in range(level + 1, len(LEVELS) if self.tolerance < np.inf else 0):
                before, (value, doubt, loose) = value, self._shares(shape, finer)
                doubt = doubt + np.abs(value - before)
                if whole * (doubt + loose).max() <= self.tolerance or whole * loose.max() > self.tolerance:
                    break
            self._held[shape] = value, doubt, loose
        return self._held[shape]

    def _weigh_conics(self, shapes: tuple[Shape | None, ...]) -> None:
        """Regions of two Gaussians, all at once."""
        todo = [s for s in shapes if isinstance(s, Still | Voted) and s.base.conic is not None and s not in self._held]
        if todo and all(p.moments is not None for p in self.pieces):
            todo = list(dict.fromkeys(todo))
            self._held.update(zip(todo, weigh(todo, self.pieces, self.tolerance), strict=True))

    def _shares(self, shape: Shape, level: int) -> Shares:
        """The shares at one level, what is known of their errors, and what unresolved boundaries can do to them."""
        outline = shape.outline(level)
        value = np.array([p.mass(shape, outline, level) for p in self.pieces])
        loose = np.minimum(np.array([p.peak for p in self.pieces]) * (outline.loose + outline.slack), 1.0)
        if (doubt := shape.doubt(level)) > UNSEEN * min(self.tolerance, 1.0):
            loose = np.minimum(loose + self._between(shape, doubt, level), 1.0)
        blur = shape.blur(outline) if isinstance(shape, Voted) else 0.0
        rounded = np.minimum(np.array([p.peak for p in self.pieces]) * blur, 1.0)
        return value, rounded + self.missing + 1e-15, loose

    def _between(self, shape: Shape, doubt: float, level: int) -> Array:
        """Share of every component where the votes are within `doubt` of the level: u is known no better."""
        more, less = (
            None if s is None else np.array([p.mass(s, s.outline(level), level) for p in self.pieces])
            for s in (shape.beside(-doubt), shape.beside(doubt))
        )
        return np.ones(len(self.pieces)) if more is None or less is None else np.asarray(np.abs(more - less))

    def uncertainty(self, pieces: tuple[PlanePiece, ...], region: PlaneRegion) -> Array:
        """What boundaries that are about to be born or to merge can do to the masses; these carry all other errors."""
        weights = np.array([p.weight for p in self.pieces])
        loose = [0.0 if shape is None else weights @ self._weigh(shape)[2] for shape in region.shapes]
        return np.array(loose) + self.lost

    def vote(self, region: PlaneRegion, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u at points x (N, 2)."""
        share = np.empty(len(x))
        for k in np.unique(row):
            shape = region.shapes[k]
            assert isinstance(shape, Still)
            for b in np.unique(beta[row == k]):
                here = (row == k) & (beta == b)
                plain = self.noise == "gaussian"
                voted = Voted(shape.base, shape.window, float(b), 0.5) if plain else self._swept(shape, float(b), 0.5)
                assert isinstance(voted, Voted | Swept)
                share[here] = voted.votes(x[here])
        share = np.where(region.flipped[row], 1 - share, share)
        return share, 1 - share

    def expected(self, base: PlaneBase, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes: integrals of a binomial tail of the vote probability."""
        total = sum(p.weight for p in self.pieces if p.label == label)
        value, error = np.zeros(len(request.beta)), np.zeros(len(request.beta))
        for i, (row, beta, need) in enumerate(zip(request.trained, request.beta, request.need, strict=True)):
            if need < 1 or need > request.votes:
                value[i] = total if need > request.votes else 0.0
                continue
            shape = base.region.shapes[row]
            assert isinstance(shape, Still)
            args = shape, float(beta), label, request.votes, int(need)
            if self.noise != "gaussian":
                value[i], error[i] = self._by_lines(*args)
                continue
            if shape.base.conic is not None and all(p.moments is not None for p in self.pieces):
                value[i], error[i] = fail(shape.base.conic, self.pieces, *args[1:], self.tolerance)
                continue
            many = request.votes > MANY or self._fine(shape.base, beta, request.votes)
            value[i], error[i] = self._by_levels(*args) if many else (np.nan, np.inf)
            if not error[i] <= 0.5 * self.tolerance:
                value[i], error[i] = min((value[i], error[i]), self._by_area(*args), key=lambda found: found[1])
        return value, error + self.lost

    def _by_lines(self, shape: Still, beta: float, label: int, votes: int, need: int) -> tuple[float, float]:
        """The chance to fail under noise that is a product."""
        margin = beta * (1.0 if self.noise == "uniform" else math.log(votes / RARE))
        wide = replace(shape, window=shape.window.wider(margin)) if self.bounded else shape
        voted = self._swept(wide, beta, 0.5)
        assert isinstance(voted, Swept)
        value, error = mean_along(voted, self.cover(label, margin), label, votes, need, self.tolerance)
        return value, error + sum(p.weight for p in self.pieces if p.label == label) * self.missing

    @staticmethod
    def _fine(base: BaseRegion, beta: float, votes: int) -> bool:
        """Whether level sets of the votes are near to each other, on the scale of a boundary without corners."""
        return not base.exact and beta < min(FINE, FEW * math.sqrt(votes)) * base.scale

    def _by_area(self, shape: Still, beta: float, label: int, votes: int, need: int) -> tuple[float, float]:
        """The chance to fail, integrated over the class."""
        voted = Voted(shape.base, shape.window, beta, 0.5)
        levels = (voted.field(level) for level in range(1, len(LEVELS)))
        cover = self.cover(label, beta * math.sqrt(2 * math.log(votes / RARE)))

        def chance(share: Array) -> Array:
            own, other = (share, 1 - share) if label else (1 - share, share)
            return fewer(np.array(need), votes, own, other)

        value, error = mean_chance(levels, shape.base.value, cover, beta, chance, self.tolerance)
        whole = sum(p.weight for p in self.pieces if p.label == label)
        slope = float(steepest(need, votes))
        return value, error + whole * min(self.missing + slope * voted.doubt(len(LEVELS) - 1), 1.0)

    def _by_levels(self, shape: Still, beta: float, label: int, votes: int, need: int) -> tuple[float, float]:
        """The same, as the mean mass beyond a random level of the votes."""
        own = [(k, p.weight) for k, p in enumerate(self.pieces) if p.label == label]

        def mass(level: float, fine: int) -> tuple[float, float]:
            voted = self._voted(shape, beta, 1 - level if label else level, float(ndtri(level if label else 1 - level)))
            assert voted is not None
            share, doubt, loose = self._shares(voted, fine)
            inside, spread = (sum(w * v[k] for k, w in own) for v in (share, doubt + loose))
            return (sum(w for _k, w in own) - inside if label else inside), spread

        return mean_mass(mass, votes, need, 0.5 * self.tolerance)

    def erode(self, region: PlaneRegion, eps: Array) -> PlaneRegion:
        """The points of the regions farther than eps (R,) from their complements."""
        if self.noise != "gaussian":
            raise NoExactRoute(
                f"in the plane adversarial risk has no exact route under {self.noise} smoothing noise; {REMEDY}"
            )
        rows = zip(region.shapes, eps.tolist(), region.flipped.tolist(), strict=True)
        shapes = tuple(Offset(s, e, f) if isinstance(s, Still | Voted) and e > 0 else s for s, e, f in rows)
        return replace(region, shapes=shapes)

    def curvature(self) -> SmallNoise:
        """Slope, curvature and Laplacian of the signed density along the boundary of the Bayes region."""
        if self.boundary is None:
            raise NoExactRoute("small-noise data need a smooth density: the edge of a labelled set has none")
        shape = self.train(np.zeros(1)).region.shapes[0]
        assert shape is not None
        return self.boundary(shape.outline(len(LEVELS) - 1))

    def coordinate(self, base: PlaneBase, points: Array) -> Array:
        """(1, m, 2) points of the plane as they are, points of R^d projected on it."""
        if self.frame is None:
            return points[None]
        origin, basis = self.frame
        return ((points - origin) @ basis.T)[None]

    def center(self, base: PlaneBase) -> Array | None:
        """The origin of coordinates in the plane, None where it is that of the points."""
        return None if self.frame is None else self.frame[0]
