"""Gaussian components that differ along one direction, where that direction turns with the training noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.base import Base, Drift
from theory.geometry.line import line
from theory.geometry.piece import Piece
from theory.geometry.region import Region, join


@dataclass(frozen=True)
class Along:
    """What training noises (R,) see: unit vectors (R, d), components along them, and by what share of their scales
    places and scales may be off (R,)."""

    axes: Array
    pieces: tuple[Piece, ...]
    doubt: Array


@dataclass(frozen=True)
class TurningTrainer:
    """The posterior rule, one direction for each noise: E_alpha of `theory.reduction.essential`.

    along: the components as each noise sees them. origin: (d,) where places are measured from.
    """

    along: Callable[[Array], Along]
    origin: Array

    def __call__(self, alpha: Array) -> Base:
        """Every noise is a problem of its own; the errors of places and scales are carried to the boundaries."""
        seen = self.along(alpha)
        rows = []
        for k, noise in enumerate(alpha):
            pieces = tuple(replace(p, center=p.center[k], scale=p.scale[k]) for p in seen.pieces)
            region = line.positive_region(pieces, "gaussian", alpha[k : k + 1], "nearest")
            moved = region.error + _moved(pieces, region, float(noise), float(seen.doubt[k]))
            rows.append((np.array([k]), replace(region, error=moved)))
        return Base(seen.pieces, join(len(alpha), rows), seen.axes, self.origin[None, :])

    def drift(self, alpha: Array, base: Base) -> Drift:
        """Not known."""
        raise NoExactRoute("how boundaries move while their direction turns is not known")


def _moved(pieces: tuple[Piece, ...], region: Region, noise: float, doubt: float) -> Array:
    """How far boundaries (1, n) move if places and scales are off by a share of the scales: the sum of what each can do
    to the signed density, over its slope."""
    ends = np.where(np.isfinite(region.ends), region.ends, 0.0)
    change, slope = np.zeros_like(ends), np.zeros_like(ends)
    logs, scores, widths = [], [], []
    for p in pieces:
        width = float(np.hypot(p.scale, noise))
        z = (ends - p.center) / width
        logs.append(np.log(p.weight / width) - 0.5 * z**2)
        scores.append(z)
        widths.append(width)
    top = np.max(logs, axis=0)
    for p, log, z, width in zip(pieces, logs, scores, widths, strict=True):
        density = np.exp(log - top)
        share = doubt * float(p.scale) / width
        change += density * share * (np.abs(z) + np.abs(z**2 - 1))
        slope += (1 if p.label else -1) * density * z / width
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(change > 0, change / np.abs(slope), 0.0)
    return np.where(np.isfinite(region.ends), np.minimum(found, np.abs(ends) + max(widths)), 0.0)
