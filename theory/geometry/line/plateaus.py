"""Cells of the line where plateaus of equal height cancel between the classes, so that their tails decide.

A uniform law plus a narrower one is flat but for tails: within its window its density is h (1 - t), h the plateau's
height and t the chance that the narrower law reaches beyond one end or the other. Let C be components whose windows
hold a cell. There, exactly,

    s = sum_C sign_k h_k - sum_C sign_k h_k t_k + sum_{not C} sign_k w_k p_k.

Where the first sum is small it is formed from the rational numbers that were typed; each end's tail, like
each density, is log-concave, and counts for the other class. So nothing cancels: a tail of 1e-200000 decides a sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.special import erfcx

from theory.arrays import Array, Flags, Index
from theory.geometry.cells import Cells
from theory.geometry.line.terms import DensityTerms
from theory.geometry.piece import Piece
from theory.laws import NOISE
from theory.laws.convolve import Function
from theory.laws.gaussian import MILLS, SQRT_HALF
from theory.numerics.terms import magnitude

# Plateaus that cancel to this share of their heights: beyond it the densities themselves lose too few digits to matter.
NEAR = 1e-3


@dataclass(frozen=True)
class Plateaus:
    """The windows of K components for R noises: half-widths (R, K), -inf where there is none that is worth the name,
    the scales (R, K) of the laws that soften their ends, 0 where none does, and the heights (R, K).
    """

    pieces: tuple[Piece, ...]
    noise: str
    alpha: Array
    half: Array
    soft: Array
    height: Array

    @property
    def knots(self) -> Array:
        """(R, 2K) the ends of the windows, infinite where there is none."""
        centers = np.array([float(p.center) for p in self.pieces])
        reach = np.where(self.half > 0, self.half, np.inf)
        return np.concatenate([centers - reach, centers + reach], axis=1)

    def covers(self, cells: Cells) -> Flags:
        """(N, K) whether the component's window holds the cell."""
        middle = cells.low + 0.5 * (cells.high - cells.low)
        away = np.abs(middle[:, None] - np.array([float(p.center) for p in self.pieces]))
        return np.asarray(away < self.half[cells.row])

    def balanced(self, cells: Cells) -> tuple[Flags, PlateauTerms | None]:
        """Which cells (N,) have plateaus of both classes that nearly cancel, and the signed density on these cells.

        The terms have one row for each such cell.
        """
        chosen, cover = self._near(cells)
        if not chosen.any():
            return chosen, None
        row, cover = cells.row[chosen], cover[chosen]
        excess = self._excesses(row, cover)
        held = replace(self, alpha=self.alpha[row], half=self.half[row], soft=self.soft[row], height=self.height[row])
        return chosen, PlateauTerms(held, cover, excess)

    def _near(self, cells: Cells) -> tuple[Flags, Flags]:
        """Which cells have plateaus of both classes that nearly cancel, and `covers`."""
        cover = self.covers(cells)
        sign = np.array([1.0 if p.label else -1.0 for p in self.pieces])
        heights = np.where(cover, self.height[cells.row], 0.0)
        both = (heights[:, sign > 0] > 0).any(axis=1) & (heights[:, sign < 0] > 0).any(axis=1)
        return both & (np.abs(heights @ sign) <= NEAR * heights.sum(axis=1)), cover

    def _excesses(self, row: Index, cover: Flags) -> list[Fraction]:
        """Signed sums of heights as the rational numbers that they are."""
        known: dict[tuple[float, bytes], Fraction] = {}
        keys = [(float(a), held.tobytes()) for a, held in zip(self.alpha[row], cover, strict=True)]
        for key, held in zip(keys, cover, strict=True):
            if key not in known:
                known[key] = sum(self._heights(Fraction(key[0]), held), Fraction(0))
        return [known[key] for key in keys]

    def _heights(self, alpha: Fraction, held: Flags) -> list[Fraction]:
        """Signed heights of some plateaus."""
        found = []
        for k in np.flatnonzero(held):
            item = self.pieces[k]
            weight, scale = item.rational
            width = scale if item.law == "uniform" else alpha
            if self.noise == "uniform":
                width = max(width, alpha)
            found.append((1 if item.label else -1) * weight / (2 * width))
        return found


def plateaus(pieces: tuple[Piece, ...], noise: str, alpha: Array) -> Plateaus | None:
    """The windows of components after noise alpha (R,), class 1 first; None where no law involved is uniform.

    A window narrower than what softens it has tails as large as itself, and is not counted.
    """
    ordered = tuple(sorted(pieces, key=lambda p: -p.label))
    noisy = noise == "uniform" and bool(alpha.any())
    if not ordered or not (noisy or any(p.law == "uniform" for p in ordered)):
        return None
    half, soft, height = (np.zeros((len(alpha), len(ordered))) for _ in range(3))
    for k, item in enumerate(ordered):
        scale = float(item.scale)
        if item.law == "uniform":
            half[:, k] = np.abs(scale - alpha) if noisy else scale
            soft[:, k] = 0.0 if noisy else alpha
            height[:, k] = item.weight / (2 * (np.maximum(scale, alpha) if noisy else scale))
        elif noisy:
            half[:, k], soft[:, k], height[:, k] = alpha, scale, item.weight / (2 * alpha)
    window = np.where((half > 0) & (half >= soft), half, -np.inf)
    return Plateaus(ordered, noise, alpha, window, soft, height)


class PlateauTerms:
    """Densities of the components off C, both tails of those in C, and the excess of the plateaus; one row per cell."""

    def __init__(self, held: Plateaus, cover: Flags, excess: list[Fraction]) -> None:
        self._held, self._cover = held, cover
        self._density = DensityTerms(held.pieces, held.noise, held.alpha)
        self._ones = ones = self._density.positive
        count = len(held.pieces)
        self.positive = ones + 2 * (count - ones) + 1
        self._families = [held.noise if p.law == "uniform" else p.law for p in held.pieces]
        self._centers = np.array([float(p.center) for p in held.pieces])
        self._tailed = cover & (held.soft > 0)
        with np.errstate(divide="ignore"):
            self._log_height = np.log(held.height)
        logs = np.array([_log(abs(v)) for v in excess])
        above = np.array([v > 0 for v in excess])
        self._excess = tuple(np.where(side, logs, -np.inf)[:, None] for side in (above, ~above))
        endless = np.full(cover.shape, np.inf)
        self.modes = self._arranged(self._density.modes, endless, -endless, (endless[:, :1], endless[:, :1]))
        soft = np.where(self._tailed, held.soft, np.inf).min(axis=1, keepdims=True)
        self.widths = np.minimum(self._density.widths.min(axis=1, keepdims=True), soft)

    def _arranged(self, density: Array, upper: Array, lower: Array, excess: tuple[Array, Array]) -> Array:
        """Columns in order: class 1, what class 0 lacks, excess of class 1; then the other side alike."""
        k = self._ones
        one = [density[:, :k], upper[:, k:], lower[:, k:], excess[0]]
        return np.concatenate([*one, density[:, k:], upper[:, :k], lower[:, :k], excess[1]], axis=1)

    def _depths(self, row: Index, x: Array) -> tuple[Array, Array, Array, Array]:
        """Distances to the upper and to the lower end of each window in units of what softens it, that unit, and the
        size of what was added up for them."""
        soft = np.where(self._tailed, self._held.soft, 1.0)[row]
        half, away = np.where(self._tailed, self._held.half, 1.0)[row], x[:, None] - self._centers
        return (half - away) / soft, (half + away) / soft, soft, (half + np.abs(away)) / soft

    def _by_family(self, function: dict[str, Function], depth: Array) -> Array:
        return np.stack([function[name](depth[:, k]) for k, name in enumerate(self._families)], axis=1)

    def values(self, row: Index, x: Array) -> Array:
        """Logarithms, (N, columns)."""
        there, height = self._tailed[row], self._log_height[row]
        upper, lower = (
            np.where(there, height + self._by_family(LOG_TAIL, depth), -np.inf) for depth in self._depths(row, x)[:2]
        )
        density = np.where(self._cover[row], -np.inf, self._density.values(row, x))
        return self._arranged(density, upper, lower, (self._excess[0][row], self._excess[1][row]))

    def scores(self, row: Index, x: Array) -> Array:
        """Their derivatives in x."""
        above, below, soft, _size = self._depths(row, x)
        there, none = self._tailed[row], np.zeros((len(x), 1))
        upper, lower = (np.where(there, self._by_family(HAZARD, depth) / soft, 0.0) for depth in (above, below))
        density = np.where(self._cover[row], 0.0, self._density.scores(row, x))
        return self._arranged(density, upper, -lower, (none, none))

    def sizes(self, row: Index, x: Array, values: Array) -> Array:
        """Logarithms are accurate relative to themselves, but for the rounding of the distance to a window's end."""
        above, below, _soft, size = self._depths(row, x)
        there, none = self._tailed[row], np.zeros((len(x), 1))
        upper, lower = (np.where(there, self._by_family(HAZARD, depth) * size, 0.0) for depth in (above, below))
        plain = self._density.values(row, x)
        density = np.where(self._cover[row], 0.0, self._density.sizes(row, x, plain))
        return magnitude(values) + self._arranged(density, upper, lower, (none, none))


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator) if value else -math.inf


def _log_tail(law: str) -> Callable[[Array], Array]:
    return lambda depth: np.asarray(NOISE[law].log_cdf(-depth))


LOG_TAIL: dict[str, Function] = {law: _log_tail(law) for law in ("gaussian", "laplace")} | {
    "point": np.zeros_like,
    "uniform": np.zeros_like,
}
# Density over tail, at depths >= 0.
HAZARD: dict[str, Function] = {
    "gaussian": lambda depth: 1 / (MILLS * erfcx(depth * SQRT_HALF)),
    "laplace": np.ones_like,
    "point": np.zeros_like,
    "uniform": np.zeros_like,
}
