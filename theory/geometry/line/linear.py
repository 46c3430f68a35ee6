"""The geometry whose coordinate is a position on a line, and the two ways a base classifier arises there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array, Index
from theory.errors import REMEDY, NoExactRoute
from theory.geometry import along
from theory.geometry.base import Base, Drift, Trainer, VoteRequest
from theory.geometry.curvature import SmallNoise
from theory.geometry.difference import erode
from theory.geometry.kernels import Kernel, line_kernel
from theory.geometry.line import line, masses
from theory.geometry.line.curvature import on_line
from theory.geometry.line.drift import posterior_rates, regression_rates, still_rates
from theory.geometry.line.level import level_set
from theory.geometry.line.regression import regression_region
from theory.geometry.motion import VoteSetting, motions
from theory.geometry.piece import Piece, piece
from theory.geometry.region import Region, half_lines, join
from theory.laws import NOISE
from theory.problems.limits import MOST_ON_LINE
from theory.problems.problem import Training

# Rounding of the rates of a half-space, relative to the sizes of what is added up.
DRIFT_ULPS = 32


@dataclass(frozen=True)
class Linear:
    """d = 1, and every problem that varies along one direction only (which may turn with the training noise).

    trainer: gives the base classifiers of training noises (R,). noise: the smoothing family along the direction.
    """

    trainer: Trainer
    noise: str
    route: str = "line"
    fixed: bool = True
    smooth_motion: bool = True

    def train(self, alpha: Array) -> Base:
        """The base classifiers."""
        return self.trainer(alpha)

    def drift(self, alpha: Array, base: Base) -> Drift:
        """How the base classifiers move with alpha (R,)."""
        return self.trainer.drift(alpha, base)

    def kernel(self, law: str, end: Array, center: Array, scale: Array, _frame: Array | None) -> Kernel:
        """Density of a law around a centre, and what moves it."""
        return line_kernel(law, end, center, scale)

    def smooth(self, region: Region, beta: Array, eps: Array | None = None) -> Region:
        """Level sets of the vote probability."""
        return level_set(region, self.noise, beta, eps)

    @np.errstate(over="ignore")  # what is beyond the range of floats is infinitely far
    def vote(self, region: Region, row: Index, beta: Array, x: Array) -> tuple[Array, Array]:
        """u and 1 - u: sums of interval masses of the noise over the region and over its complement."""
        part = region.take(row)
        scale, at = beta[:, None], x[:, None]
        sums = []
        for label in (True, False):
            low, high = part.pieces(label)
            sums.append(NOISE[self.noise].interval((low - at) / scale, (high - at) / scale).sum(axis=1))
        return sums[0], sums[1]

    def mass(self, pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
        """A class's share of the risk."""
        return masses.mass(pieces, region, label)

    def log_masses(self, pieces: tuple[Piece, ...], region: Region, label: int) -> tuple[Array, Array]:
        """Its summands, as logarithms."""
        return masses.log_masses(pieces, region, label)

    def density(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Density along the line at the boundaries of a region."""
        return masses.density(pieces, region.ends)

    def uncertainty(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Density at the boundaries times how far each may be off."""
        return np.asarray((self.density(pieces, region) * region.error).sum(axis=1))

    def erode(self, region: Region, eps: Array) -> Region:
        """Every interval loses eps at each end."""
        return erode(region, eps)

    def marks(self, pieces: tuple[Piece, ...], region: Region) -> Array:
        """Where the components' densities begin, bend and end."""
        return masses.marks(pieces, len(region.first))

    def expected(self, base: Base, label: int, request: VoteRequest) -> tuple[Array, Array]:
        """Chances to fail with finitely many votes, by quadrature along the coordinate."""
        return along.expected(self, base, label, request, (along.PEAK[self.noise], 1))

    def curvature(self) -> SmallNoise:
        """Slope and Laplacian of s at the boundary points of the Bayes region of a fixed direction."""
        if not self.fixed:
            raise NoExactRoute("small-noise data are not known for a common covariance that is not isotropic")
        base = self.train(np.zeros(1))
        return on_line(base.pieces, base.region.ends[0])

    def coordinate(self, base: Base, points: Array) -> Array:
        """Position along the direction: (points - origin) . axis."""
        if base.axis is None or base.origin is None:
            return points[:, 0][None, :]
        return np.einsum("rmd,rd->rm", points[None, :, :] - base.origin[:, None, :], base.axis)

    def center(self, base: Base) -> Array | None:
        """The origin of positions along the direction."""
        return None if base.origin is None else base.origin[0]


@dataclass(frozen=True)
class LineTrainer:
    """The base classifiers of components along a fixed direction.

    indicator: the labelled set of a domain problem, or one for each noise that will be asked for; else None.
    axis, origin: (1, d), the direction; None for d = 1.
    doubt: how far point masses may lie from where they are said to be.
    """

    pieces: tuple[Piece, ...]
    training: Training
    indicator: Region | None = None
    axis: Array | None = None
    origin: Array | None = None
    doubt: float = 0.0

    def __post_init__(self) -> None:
        if len(self.pieces) > MOST_ON_LINE:
            many = f"found {len(self.pieces)} components or intervals along a line"
            raise NoExactRoute(f"{many}, expected at most {MOST_ON_LINE} for an exact answer; {REMEDY}")

    @property
    def voting(self) -> bool:
        """Whether base classifiers are votes over a labelled set."""
        return self.indicator is not None and self.training.rule == "regression"

    def __call__(self, alpha: Array) -> Base:
        """Rows without noise are solved apart where point masses have no density there, or a support ends."""
        region = self._region(alpha)
        if self.doubt:
            region = replace(region, error=region.error + self.doubt)
        return Base(self.pieces, region, self.axis, self.origin)

    def drift(self, alpha: Array, base: Base) -> Drift:
        """By implicit differentiation of the signed density, of the blurred posterior, or of the labelled set's votes.

        0 or NaN without noise; see `drift.still_rates`.
        """
        region = base.region
        if (spread := self._sets(len(alpha))) is not None:
            still = np.zeros((len(alpha), spread.ends.shape[1]))
            setting = VoteSetting(spread, Drift(still, still), self.training.noise, alpha, np.zeros_like(alpha))
            moved = motions(lambda *args: line_kernel(*args[:4]), setting, region)[1]
            return Drift(moved.rate, moved.error)
        rate, error = np.full(region.ends.shape, np.nan), np.full(region.ends.shape, np.nan)
        posterior = self.training.rule == "posterior"
        for rows in (np.flatnonzero(alpha == 0), np.flatnonzero(alpha > 0)):
            part = region.take(rows)
            if len(rows) and not alpha[rows[0]]:
                rate[rows], error[rows] = still_rates(self.pieces, part, tails=posterior)
            elif len(rows):
                solve = posterior_rates if posterior else regression_rates
                rate[rows], error[rows] = solve(self.pieces, self.training.noise, alpha[rows], part)
        return Drift(rate, error)

    def _sets(self, rows: int) -> Region | None:
        """The labelled sets over which noises (rows,) vote."""
        if self.indicator is None or not self.voting:
            return None
        each = len(self.indicator.first) == rows
        return self.indicator if each else self.indicator.take(np.zeros(rows, np.intp))

    def _region(self, alpha: Array) -> Region:
        if (sets := self._sets(len(alpha))) is not None:
            return level_set(sets, self.training.noise, alpha[:, None])
        gaussian = self.training.noise == "gaussian" and all(p.law == "gaussian" for p in self.pieces)
        if gaussian and self.training.rule == "posterior":
            return self._solve(alpha)
        groups = [np.flatnonzero(alpha == 0), np.flatnonzero(alpha > 0)]
        parts = [(rows, self._solve(alpha[rows])) for rows in groups if len(rows)]
        return join(len(alpha), parts)

    def _solve(self, alpha: Array) -> Region:
        if self.training.rule == "regression":
            return regression_region(self.pieces, self.training.noise, alpha)
        return line.positive_region(self.pieces, self.training.noise, alpha, self.training.off_support)


@dataclass(frozen=True)
class HalfSpaceTrainer:
    """Two Gaussians N(m_c, Sigma) with one common covariance in any d, Gaussian noises.

    f_alpha = {w.x >= t}, w = (Sigma + alpha^2 I)^-1 (m1 - m0), t = w.(m0 + m1)/2 + log((1-prior)/prior): the direction
    turns with alpha, and along it the classes are two normal laws. `variances` and `difference` = m1 - m0 are given in
    the eigenbasis of Sigma (columns of `basis`, or None for the standard one). Under the regression rule the logistic
    posterior keeps its own half-space for every alpha, by symmetry. Least squares has the threshold
    (1 - 2 prior)/(2 prior (1 - prior)) in place of the logarithm.
    """

    variances: Array
    difference: Array
    middle: Array
    basis: Array | None
    prior: float
    rule: str

    def __call__(self, alpha: Array) -> Base:
        """Half-lines along the unit normals; the origin is the midpoint of the means."""
        spread = np.zeros_like(alpha) if self.rule == "regression" else alpha
        weights = self.difference / (self.variances + spread[:, None] ** 2)
        norm = np.linalg.norm(weights, axis=1)
        unit = weights / norm[:, None]
        half = 0.5 * (unit * self.difference).sum(axis=1)
        scale = np.sqrt((unit**2 * self.variances).sum(axis=1))
        threshold = self._level() / norm
        pieces = (piece(1, "gaussian", half, scale, self.prior), piece(0, "gaussian", -half, scale, 1 - self.prior))
        error = 16 * np.finfo(float).eps * (np.abs(threshold) + scale + half)
        if self.basis is not None:
            # Eigenvalues are accurate relative to the largest one only.
            error = error * (1 + self.variances.max() / scale**2)
        axis = unit if self.basis is None else unit @ self.basis.T
        return Base(pieces, half_lines(threshold, True, error), axis, self.middle[None, :])

    def _level(self) -> float:
        """Where w.(x - middle of the means) is cut."""
        if self.rule == "least-squares":
            return (1 - 2 * self.prior) / (2 * self.prior * (1 - self.prior))
        return float(np.log1p(-self.prior) - np.log(self.prior))

    def drift(self, alpha: Array, base: Base) -> Drift:
        """Closed forms, differentiated along the normal as it turns: those of t/|w|, of the means and of the scale.

        With w_i = d_i/V_i, V_i = variance_i + alpha^2, n = w/|w|: n_i' = -2 alpha n_i (1/V_i - sum n_j^2/V_j).
        """
        spread = np.zeros_like(alpha) if self.rule == "regression" else alpha
        inverse = 1 / (self.variances + spread[:, None] ** 2)
        weights = self.difference * inverse
        norm = np.linalg.norm(weights, axis=1)
        unit = weights / norm[:, None]
        mean = (unit**2 * inverse).sum(axis=1)
        turn = -2 * spread[:, None] * unit * (inverse - mean[:, None])
        half = 0.5 * (turn * self.difference).sum(axis=1)
        scale = (unit * turn * self.variances).sum(axis=1) / np.sqrt((unit**2 * self.variances).sum(axis=1))
        # |w|'/|w| = -2 alpha sum n_j^2/V_j.
        rate = base.region.ends * (2 * spread * mean)[:, None]
        slack = DRIFT_ULPS * np.finfo(float).eps * spread * inverse.max(axis=1)
        size = np.abs(base.region.ends[:, 0]) + np.sqrt(self.variances.max())
        size = size + np.abs(unit * self.difference).sum(axis=1)
        if self.basis is not None:
            slack = slack * (1 + self.variances.max() / np.min(self.variances))
        return Drift(rate, (slack * size)[:, None], (half, -half), (scale, scale))
