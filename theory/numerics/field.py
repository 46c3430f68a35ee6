"""A function of two variables over a rectangle as continuation sees it: values, corrections onto a zero, gradients.

Coordinates here are those of the unit square.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags

# Radius of the finite-difference triangle, relative to the rectangle.
STENCIL = 1e-5
# Largest share of the linear part that the fitted plane may miss F = 0 by; kinks, jumps and borders of zeros exceed it.
CROOKED = 0.2
SECANTS = 8
_SPOKES = np.stack([np.cos(np.pi * np.array([3, 7, 11]) / 6), np.sin(np.pi * np.array([3, 7, 11]) / 6)], axis=1)


@dataclass
class Field:
    """F over the unit square, with its tolerances; `scale` is the size of a value that is not small.

    slopes: the exact derivatives of F and their errors, (n, 2) each, in the units of the rectangle; None if not known.
    """

    function: Callable[[Array, Array], tuple[Array, Array]]
    origin: Array
    size: Array
    tolerance: float
    scale: float = 1.0
    slopes: Callable[[Array, Array], tuple[Array, Array]] | None = None

    def __call__(self, places: Array) -> tuple[Array, Array]:
        """Values and errors at places (n, 2), which are moved into the square."""
        if len(places) == 0:
            return np.empty(0), np.empty(0)
        x, y = self.outward(places).T
        value, error = self.function(np.ascontiguousarray(x), np.ascontiguousarray(y))
        return np.asarray(value, float), np.broadcast_to(np.asarray(error, float), np.shape(value))

    def outward(self, places: Array) -> Array:
        """Places in the units of the rectangle, never outside it."""
        return np.clip(self.origin + self.size * places, self.origin, self.origin + self.size)

    def small(self, value: Array, error: Array) -> Flags:
        """Whether a value counts as 0 on a curve."""
        return np.abs(value) <= np.maximum(self.tolerance * self.scale, 2 * error)

    def correct(self, places: Array, line: Array, slope: Array, reach: Array) -> tuple[Array, Flags, Array]:
        """Secant steps from places along unit directions, F growing by about `slope`, no farther than `reach`.

        Returns the shifts (n,), whether F vanishes there to tolerance, and the slope seen in the first step (0 if none
        was needed).
        """
        before, shift, seen = np.zeros(len(places)), np.zeros(len(places)), np.zeros(len(places))
        last, error = (np.array(part) for part in self(places))
        ok = np.abs(last) <= error
        with np.errstate(divide="ignore", invalid="ignore"):
            step = -last / slope
        active = np.flatnonzero(~ok & (np.abs(step) <= reach))
        for turn in range(SECANTS):
            if len(active) == 0:
                break
            before[active], shift[active] = shift[active], shift[active] + step[active]
            value, error = self((places + shift[:, None] * line)[active])
            with np.errstate(divide="ignore", invalid="ignore"):
                rate = (value - last[active]) / (shift[active] - before[active])
                step[active] = -value / rate
            if turn == 0:
                seen[active] = rate
            last[active] = value
            close = np.abs(step[active]) <= self.tolerance
            done = (np.abs(value) <= error) | (close & self.small(value, error))
            ok[active] = done
            active = active[~done & (np.abs(shift + step)[active] <= reach[active])]
        return shift, ok, seen

    def gradient(self, places: Array) -> tuple[Array, Flags]:
        """grad F at zeros of F, and whether F passes through 0 there with a slope.

        The exact one where it is known, else from a small triangle.
        """
        if self.slopes is None or len(places) == 0:
            return self._triangle(places)
        x, y = self.outward(places).T
        slope, error = self.slopes(np.ascontiguousarray(x), np.ascontiguousarray(y))
        gradient, noise = slope * self.size, np.linalg.norm(error * self.size, axis=1)
        known = np.isfinite(gradient).all(axis=1)
        good = known & (np.linalg.norm(gradient, axis=1) > 4 * noise)
        if not known.all():
            gradient[~known], good[~known] = self._triangle(places[~known])
        return gradient, good

    def _triangle(self, places: Array) -> tuple[Array, Flags]:
        middle = np.clip(places, STENCIL, 1 - STENCIL)
        corners = middle[:, None, :] + STENCIL * _SPOKES
        value, error = (part.reshape(-1, 3) for part in self(corners.reshape(-1, 2)))
        gradient = 2 / (3 * STENCIL) * value @ _SPOKES
        missed = np.abs(value.mean(axis=1) + ((places - middle) * gradient).sum(axis=1))
        rise, noise = np.linalg.norm(gradient, axis=1) * STENCIL, error.max(axis=1, initial=0.0)
        return gradient, (missed <= CROOKED * rise + 3 * noise) & (rise > 4 * noise)
