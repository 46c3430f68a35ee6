"""What regions of the half-plane measure inside of labelled balls and outside, as shares of the measure of these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index
from theory.geometry.halfplane.sets import Balls, Covered, cover, density
from theory.geometry.halfplane.signed import Extent
from theory.geometry.plane.chains import forward
from theory.geometry.plane.common import along, cut
from theory.geometry.plane.curve import series
from theory.geometry.plane.outline import Outline, rule

# Over a panel the measure grows by at most this in a logarithm, and is small in this share of the largest radius; so
# many parts of a panel at most.
GROWTH, NEAR, MOST = 6.0, 0.3, 4000
# The last Legendre coefficients of a panel tell how well its ends are known.
TAIL, ROUNDING = 2, 1e-14


@dataclass(frozen=True)
class Share:
    """A class of an infinite background, in units of the measure of the labelled set."""

    label: int
    weight: float
    law: str = "measure"

    def at(self, _rows: Index) -> Share:
        """The same for all rows."""
        return self


@dataclass(frozen=True)
class Measures:
    """The inside and the outside of labelled balls. What is counted of the outside lies within reach of the noise."""

    held: Balls

    @property
    def pieces(self) -> tuple[Share, ...]:
        """Both classes."""
        whole = float(np.exp(self.held.log_unit)) * self.held.whole
        return Share(1, whole), Share(0, whole)

    @property
    def extent(self) -> Extent:
        """The rectangle that holds the balls."""
        return self.held.extent

    def cover(self, label: int, margin: float) -> Covered:
        """Where a class lies."""
        return cover(self.held, label, margin)

    def shares(self, outline: Outline) -> tuple[Array, Array]:
        """Measures (2,) of a bounded region inside and outside of the balls, and the errors of the rule."""
        far = np.maximum(outline.points[..., 1].max(axis=1, initial=0.0), NEAR * max(self.held.radii))
        parts = np.clip(np.ceil(outline.lengths * self.held.dim / (GROWTH * far)), 1, MOST).astype(int)
        (one, _ends), (two, ends) = (self._inside_and_out(outline.divided(n * parts)) for n in (1, 2))
        return two, np.abs(two - one) + ends + ROUNDING

    def _inside_and_out(self, outline: Outline) -> tuple[Array, float]:
        """Panels are cut where they meet the balls; what is beyond of these has the measure up to them, which is known
        in closed form. And what ends of panels that are not known exactly can do to it."""
        if not len(outline.points):
            return np.zeros(2), 0.0
        held, count = self.held, outline.points.shape[1]
        points, steps = forward(outline)
        outline = Outline(points, steps)
        row, low, high = cut(outline, *self._crossings(outline))
        at, weights = rule(count)
        half = 0.5 * (high - low)[:, None]
        place = 0.5 * (low + high)[:, None] + half * np.concatenate([at, [-1.0, 1.0, 0.0]])
        points = along(outline.points[row], place)
        paces = along(outline.steps[row, :, :1] / weights[:, None], place[:, :count])[..., 0]
        first, last, middle = (points[:, count + k] for k in range(3))
        beyond = middle[:, 1] > held.radius(middle[:, 0])
        with np.errstate(over="ignore"):
            power = (np.maximum(points[:, :count, 1], 0.0) / max(held.radii)) ** held.dim
        flux = -(power * paces * half * weights).sum(axis=1)
        reached = held.before(first[:, 0]) - held.before(last[:, 0])
        inside = np.where(beyond, reached, flux).sum()
        outside = np.where(beyond, flux - reached, 0.0).sum()
        unsure = np.abs(series(count)[-TAIL:] @ outline.points).sum(axis=1).max(axis=1)[row]
        ends = held.radius(np.concatenate([first[:, 0], last[:, 0]])).reshape(2, -1) / max(held.radii)
        doubt = float((beyond * unsure * (ends**held.dim).sum(axis=0)).sum())
        return np.array([inside, outside]) / held.whole, doubt / held.whole

    def _crossings(self, outline: Outline) -> tuple[Index, Array]:
        """For every panel and every sphere, or place where another begins, near it a polynomial that vanishes there."""
        t, r = outline.points[..., 0], outline.points[..., 1]
        length = outline.lengths
        rows, values = [np.empty(0, np.intp)], [np.empty((0, t.shape[1]))]
        for c, radius in zip(self.held.centers, self.held.radii, strict=True):
            value = (t - c) ** 2 + (r - radius) * (r + radius)
            near = np.flatnonzero(np.abs(value).min(axis=1) <= 4 * length * (radius + length))
            rows.append(near)
            values.append(value[near])
        for place in self.held.breaks:
            near = np.flatnonzero(np.abs(t - place).min(axis=1) <= length)
            rows.append(near)
            values.append(t[near] - place)
        row, value = np.concatenate(rows), np.concatenate(values)
        apart = np.abs(value).max(axis=1, initial=0) > ROUNDING * max(self.held.radii) ** 2
        return row[apart], value[apart]

    def moved(self, outline: Outline, distance: Array) -> Array:
        """(2,) measures within distances (P,) of the panels of an outline."""
        length = np.hypot(outline.steps[..., 0], outline.steps[..., 1])
        with np.errstate(invalid="ignore"):
            swept = np.where(length > 0, density(self.held, outline.points[..., 1]) * length * distance[:, None], 0.0)
        return np.full(2, float(swept.sum()) / self.held.whole)

    def loose(self, outline: Outline) -> Array:
        """(2,) measures of squares of which the inside is not resolved, at most."""
        half = outline.stuck[:, 2]
        most = density(self.held, outline.stuck[:, 1] + half)
        return np.full(2, float((4 * half**2 * most).sum()) / self.held.whole)
