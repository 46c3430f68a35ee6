"""The signed density of Gaussians about an axis, in the half-plane of places along it and distances from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.geometry.axial.training import Spheroid
from theory.geometry.plane.signed import SignedField


class Signed(SignedField):
    """D(t, r), positive where class 1 has the greater noised density: with v = scale across^2 + alpha^2 and A along,

        sum_k w_k A_k^-1/2 v_k^-(d-1)/2 exp(-(t - c_k)^2/(2 A_k) - r^2/(2 v_k))

    is that of the plane but for the factor v_k^-(d-2)/2. dim: d - 1 dimensions across the axis.
    """

    def __init__(self, dim: int, spheroids: tuple[Spheroid, ...], alpha: float, order: int) -> None:
        along, across = (np.array([getattr(s, name) for s in spheroids]) ** 2 + alpha**2 for name in _SCALES)
        means = np.array([(s.place, 0.0) for s in spheroids])
        weights = np.array([s.weight for s in spheroids])
        positive = np.array([s.label == 1 for s in spheroids])
        covariances = np.zeros((len(along), 2, 2))
        covariances[:, 0, 0], covariances[:, 1, 1] = along, across
        super().__init__(means, covariances, weights, positive, order)
        # Distances from the axis count relative to the widest component, so that large numbers cancel beforehand.
        widest = across.max()
        self._logs = self._logs - 0.5 * (dim - 1) * np.log1p((across - widest) / widest)
        self._precisions[:, 1, 1] = (widest - across) / (widest * across)
        self._bend = 0.5 * self._precisions.max(axis=(1, 2))


_SCALES = ("along", "across")


def net(spheroids: tuple[Spheroid, ...]) -> tuple[Spheroid, ...]:
    """Components with equal laws joined, those that both classes hold cancelled."""
    table: dict[tuple[float, float, float], float] = {}
    for s in spheroids:
        key = s.place, s.along, s.across
        table[key] = table.get(key, 0.0) + (s.weight if s.label else -s.weight)
    tie = 4 * np.finfo(float).eps * max(s.weight for s in spheroids)
    return tuple(Spheroid(int(w > 0), abs(w), *key) for key, w in table.items() if abs(w) > tie)


@dataclass(frozen=True)
class Extent:
    """A rectangle of the half-plane: places from first to last, distances from near to far."""

    first: float
    last: float
    near: float
    far: float
