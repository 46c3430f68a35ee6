"""Radial geometry: regions are unions of shells about a centre, in any dimension up to millions, Gaussian noises."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array, Index
from theory.geometry import along
from theory.geometry.base import Base, Drift, Trainer, VoteRequest
from theory.geometry.cells import Cells, cut
from theory.geometry.crossings import crossing_rates
from theory.geometry.curvature import SmallNoise
from theory.geometry.difference import erode
from theory.geometry.kernels import Kernel, radial_kernel, shell_kernel
from theory.geometry.line.line import atoms
from theory.geometry.motion import VoteSetting, motions
from theory.geometry.piece import Piece, net_weights, piece
from theory.geometry.positive import Supports, positive_set
from theory.geometry.radial import shells
from theory.geometry.radial.curvature import sphere_data
from theory.geometry.radial.level import level_set
from theory.geometry.radial.terms import ConcentricTerms
from theory.geometry.region import Region, join
from theory.laws.certificate import level_tail

EPS = np.finfo(float).eps


@dataclass(frozen=True)
class Radial:
    """Three operations along the distance from a centre.

    trainer: gives the base classifiers of training noises (R,). fixed: whether the centre stays when they change.
    frame: a point (D,) and the directions (dim, D) of the subspace in which a problem of more dimensions lives.
    """

    dim: int
    trainer: Trainer
    fixed: bool = True
    route: str = "radial"
    smooth_motion: bool = True
    frame: tuple[Array, Array] | None = None

    def train(self, alpha: Array) -> Base:
        """The base classifiers."""
        base = self.trainer(alpha)
        if self.frame is None:
            return base
        origin, axis, _ = _frame(base)
        return replace(base, origin=self.frame[0] + origin @ self.frame[1], axis=axis @ self.frame[1])

    def drift(self, alpha: Array, base: Base) -> Drift:
        """How the base classifiers move with alpha (R,)."""
        return self.trainer.drift(alpha, base)

    def kernel(self, law: str, end: Array, center: Array, scale: Array, frame: Array | None) -> Kernel:
        """Density of the distance from the middle less the frame, and what moves it."""
        assert frame is not None
        if law == "gaussian":
            return radial_kernel(self.dim, frame, end, center, scale)
        return shell_kernel(self.dim, frame + end, center, scale, share=law == "shell")

    def smooth(self, region: Region, beta: Array, eps: Array | None = None) -> Region:
        """Level sets of the vote probability."""
        return level_set(self.dim, region, beta, level_tail("gaussian", beta, eps))

    def vote(self, region: Region, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u: masses of shells under noise around a point at coordinate x."""
        part = region.take(row)
        assert part.reference is not None
        below, above = shells.tails(piece(1, "gaussian", x, beta, 1.0), self.dim, part.reference, part.ends)
        none, whole = np.zeros((len(x), 1)), np.ones((len(x), 1))
        below, above = np.hstack([none, below, whole]), np.hstack([whole, above, none])
        between = shells.between((below[:, :-1], above[:, :-1]), (below[:, 1:], above[:, 1:]))
        first, second = between[:, ::2].sum(axis=1), between[:, 1::2].sum(axis=1)
        return np.where(part.first, first, second), np.where(part.first, second, first)

    def mass(self, pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
        """A class's share of the risk."""
        return shells.mass(pieces, self.dim, region, label)

    def log_masses(self, pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
        """Its summands, as logarithms."""
        return shells.log_masses(pieces, self.dim, region, label)

    def density(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Density of the distance at the boundaries of a region."""
        assert region.reference is not None
        return shells.density(pieces, self.dim, region.reference, region.ends)

    def uncertainty(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Density at the boundaries times how far each may be off."""
        assert region.reference is not None
        most = shells.density(pieces, self.dim, region.reference, region.ends, most=True)
        return np.asarray((np.where(region.error > 0, most, 0.0) * region.error).sum(axis=1))

    def erode(self, region: Region, eps: Array) -> Region:
        """Every interval loses eps at each end."""
        return erode(region, eps)

    def marks(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Where the components' distances begin, bend and end."""
        assert region.reference is not None
        return shells.marks(pieces, self.dim, region.reference)

    def expected(self, base: Base, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes, by quadrature along the coordinate."""
        return along.expected(self, base, label, request, (along.PEAK_DISTANCE, self.dim))

    def curvature(self) -> SmallNoise:
        """Slope, curvature and Laplacian of s on the spheres that bound the Bayes region."""
        base = self.train(np.zeros(1))
        return sphere_data(self.dim, base.pieces, base.region)

    def coordinate(self, base: Base, points: Array) -> Array:
        """Distance from the centre less the reference, without cancellation: see `TwoCentres`."""
        origin, axis, reference = _frame(base)
        offset = points[None, :, :] - origin[:, None, :]
        if self.frame is not None:
            offset, axis = offset @ self.frame[1].T, axis @ self.frame[1].T
        along = np.einsum("rmd,rd->rm", offset, axis)
        far = reference[:, None]
        square = (offset**2).sum(axis=2) + 2 * far * along
        return square / np.maximum(np.sqrt(np.maximum(square + far**2, 0.0)) + far, np.finfo(float).tiny)

    def center(self, base: Base) -> Array:
        """The centre of the first row's shells."""
        origin, axis, reference = _frame(base)
        return origin[0] - axis[0] * reference[0]


def _frame(base: Base) -> tuple[Array, Array, Array]:
    """Origin, axis and reference distance of shells, which radial trainers always give."""
    if base.origin is None or base.axis is None or base.region.reference is None:
        raise TypeError("these base classifiers are not radial")
    return base.origin, base.axis, base.region.reference


def _at(center: Array, region: Region, pieces: tuple[Piece, ...]) -> Base:
    """Shells about a fixed centre: the reference is the centre itself."""
    dim = len(center)
    still = replace(region, reference=np.zeros(len(region.first)))
    return Base(pieces, still, np.broadcast_to(0.0, (1, dim)), center[None, :])


def ball_in_background(dim: int, center: Array, radius: float, window: float) -> Radial:
    """Y = 1 on a ball, infinite background: f_alpha is the level set of the ball, risks are Lebesgue measures.

    Class 0 is counted up to `window` around the ball: beyond eps from it nothing counts (u <= 1 - tau(eps) there).
    """
    pieces = [piece(1, "measure", 0.0, radius, shells.volume(dim, 0.0, radius))]
    if window > 0:
        pieces.append(piece(0, "measure", radius, radius + window, shells.volume(dim, radius, radius + window)))
    return Radial(dim, BallTrainer(dim, center, radius, tuple(pieces)))


@dataclass(frozen=True)
class BallTrainer:
    """A ball under the regression rule: the level sets of its votes."""

    dim: int
    middle: Array
    radius: float
    pieces: tuple[Piece, ...]

    def __call__(self, alpha: Array) -> Base:
        """Balls for training noises alpha (R,)."""
        return _at(self.middle, level_set(self.dim, self._ball(len(alpha)), alpha[:, None], None), self.pieces)

    def drift(self, alpha: Array, base: Base) -> Drift:
        """How they shrink: as smoothed regions do with the smoothing noise."""
        zero = np.zeros((len(alpha), 1))
        setting = VoteSetting(self._ball(len(alpha)), Drift(zero, zero), "gaussian", alpha, zero[:, 0])
        moved = motions(Radial(self.dim, self).kernel, setting, base.region)[1]
        return Drift(moved.rate, moved.error)

    def _ball(self, rows: int) -> Region:
        return Region(np.full((rows, 1), self.radius), np.ones(rows, bool), np.zeros((rows, 1)), None, np.zeros(rows))


def concentric(dim: int, center: Array, pieces: tuple[Piece, ...], choice: str) -> Radial:
    """Concentric isotropic Gaussians, balls ("shell" with inner radius 0) and a point at the centre."""
    return Radial(dim, ConcentricTrainer(dim, center, pieces, choice))


@dataclass(frozen=True)
class ConcentricTrainer:
    """Unions of shells {s_alpha >= 0}; `choice` gives the class off the support."""

    dim: int
    middle: Array
    pieces: tuple[Piece, ...]
    choice: str

    def __call__(self, alpha: Array) -> Base:
        """Shells for training noises alpha (R,)."""
        groups = [np.flatnonzero(alpha == 0), np.flatnonzero(alpha > 0)]
        parts = [
            (rows, concentric_region(self.dim, self.pieces, alpha[rows], self.choice)) for rows in groups if len(rows)
        ]
        return _at(self.middle, join(len(alpha), parts), self.pieces)

    def drift(self, alpha: Array, base: Base) -> Drift:
        """By implicit differentiation; without noise 0 where every component is Gaussian, else NaN."""
        region = base.region
        rate, error = np.full(region.ends.shape, np.nan), np.full(region.ends.shape, np.nan)
        still, noisy = np.flatnonzero(alpha == 0), np.flatnonzero(alpha > 0)
        if all(p.law == "gaussian" for p in self.pieces):
            rate[still], error[still] = 0.0, 0.0
        net = net_weights(self.pieces)
        if len(noisy) and {p.label for p in net} == {0, 1}:
            terms = ConcentricTerms(self.dim, net, alpha[noisy])
            size = max(float(p.scale) for p in self.pieces)
            rate[noisy], error[noisy] = crossing_rates(terms, terms.spread, region.take(noisy), size)
        return Drift(rate, error)


def concentric_region(dim: int, pieces: tuple[Piece, ...], alpha: Array, choice: str) -> Region:
    """{s_alpha >= 0} in the distance from the centre, for alpha (R,) all positive or all 0."""
    noisy = bool(alpha.any())
    net = net_weights(tuple(p for p in pieces if noisy or p.law != "point"))
    low, high = _supports(pieces, alpha)
    one, zero = (_supports(tuple(p for p in net if p.label == label), alpha) for label in (1, 0))
    widths = np.array([float(p.scale) for p in pieces]) + alpha[:, None]
    typical = np.where([p.law != "shell" for p in pieces], widths * np.sqrt(dim), widths)
    radii = np.broadcast_to([float(p.scale) for p in pieces], widths.shape)
    points = np.concatenate([np.zeros((len(alpha), 1)), typical, radii], axis=1)
    cells = cut(points, widths.max(axis=1))
    positive = cells.high > 0
    cells = Cells(cells.row[positive], np.maximum(cells.low[positive], 0.0), cells.high[positive])
    held = Supports(low, high, np.array([p.label for p in pieces]), one, zero)
    region = positive_set(cells, held, lambda: ConcentricTerms(dim, net, alpha), choice)
    return replace(region, atoms=atoms(pieces, alpha))


def _supports(pieces: tuple[Piece, ...], alpha: Array) -> tuple[Array, Array]:
    """Supports along the distance, reflected at the centre so that a gap around 0 cannot arise."""
    reach = [np.where(alpha > 0, np.inf, np.inf if p.law == "gaussian" else float(p.scale)) for p in pieces]
    table = np.stack(reach, axis=1) if pieces else np.empty((len(alpha), 0))
    return -table, table
