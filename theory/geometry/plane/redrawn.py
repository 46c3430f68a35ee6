"""Zero sets drawn again, from what was found in squares: few long panels by arc length, with nodes that are exact.

Panels that follow each other are joined as long as the curve turns little. Where they meet, and above nodes on the
chords between, Newton's steps lead to the zero set; then nodes move along the panels, to even arc length. Where the
last Legendre coefficients of heights above a chord, or of points by arc length, do not vanish it is halved.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from scipy.spatial import cKDTree

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.chains import chains, forward
from theory.geometry.plane.curve import differences, series
from theory.geometry.plane.outline import Outline, rule
from theory.geometry.plane.winding import panel_ends

# A panel turns by at most this angle; panels whose ends are farther apart, relative to their lengths, do not meet.
TURN, MEET = 0.5, 1e-2
INVERSIONS, EVEN, HALVINGS = 3, 4, 24
# Where so many panels at once are not good enough rounding keeps them from it, as beside a crossing.
MOST = 200
# Panels meet up to so many times their accuracy.
SLACK = 100.0
# Steps of Newton's, none longer than this share of a panel.
STEPS, LONGEST = 2, 0.1
# Coordinates are not known better than by this share of themselves.
ROUNDING = 1e-14


class Smooth(Protocol):
    """A function of the plane with its slopes."""

    def rise(self, points: Array) -> tuple[Array, Array]:
        """Values (N,) and slopes (N, 2) at points (N, 2)."""
        ...


def redrawn(outline: Outline, field: Smooth, count: int, accuracy: float, scale: float) -> Outline | None:
    """The zero set of a field near an outline, with `count` nodes on every panel.

    accuracy: of panels, relative to their lengths or to `scale`. None where it is not reached.
    """
    if not len(outline.points):
        return Outline(np.empty((0, count, 2)), np.empty((0, count, 2)), outline.outside, outline.stuck, outline.near)
    path = _Path.of(outline)
    start, stop, after = path.runs()
    ends = _ends(field, path.at(start), scale)
    last = np.where(after >= 0, ends[after], _ends(field, path.at(stop, "left"), scale))
    rows, points = np.stack([start, stop]), []
    sides = np.stack([ends, last])
    for _halving in range(HALVINGS):
        held = sides[0] != sides[1]
        rows, sides = rows[:, held], sides[:, held]
        nodes, height = _met(field, path, rows, sides, count)
        even = _even(nodes)
        rough = np.maximum(*(np.abs(v @ series(count)[-2:].T).sum(axis=1) for v in (height, even)))
        known = np.maximum(accuracy * np.maximum(np.abs(sides[1] - sides[0]), scale), ROUNDING * np.abs(sides[0]))
        good = rough <= known
        points.append(even[good])
        (start, stop), (one, two) = rows[:, ~good], sides[:, ~good]
        if len(start) == 0:
            break
        if len(start) > MOST:
            return None
        middle = 0.5 * (start + stop)
        place = _ends(field, path.at(middle), scale)
        rows = np.concatenate([[start, middle], [middle, stop]], axis=1)
        sides = np.concatenate([[one, place], [place, two]], axis=1)
    else:
        return None
    found = np.concatenate(points)
    split = np.stack([found.real, found.imag], axis=-1)
    if _open(split, SLACK * accuracy, scale) > np.count_nonzero(after < 0):
        return None
    steps = rule(count)[1][:, None] * (differences(count) @ split)
    return Outline(split, steps, outline.outside, outline.stuck, outline.near)


def _open(points: Array, accuracy: float, scale: float) -> int:
    """How many panels (P, n, 2) lead to no other: beside a crossing one may have been drawn to the wrong branch."""
    ends = panel_ends(points)
    gap = cKDTree(ends[:, 0]).query(ends[:, 1])[0]
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    return int(np.count_nonzero(gap > accuracy * np.maximum(length, scale)))


def _ends(field: Smooth, place: Array, scale: float) -> Array:
    """Places on the zero set, as complex numbers, near some."""
    for _ in range(STEPS):
        value, slope = _rise(field, place)
        size = np.maximum(np.abs(slope), np.finfo(float).tiny)
        place = place - np.clip(value / size, -LONGEST * scale, LONGEST * scale) * slope / size
    return place


def _met(field: Smooth, path: _Path, rows: Array, sides: Array, count: int) -> tuple[Array, Array]:
    """Nodes (R, count) on the zero set between two sides (2, R) each, and their heights above the chord."""
    chord = sides[1] - sides[0]
    long = np.abs(chord)[:, None]
    unit, share = chord[:, None] / long, 0.5 * (1 + rule(count)[0])
    run = rows[1] - rows[0]
    at = rows[0][:, None] + run[:, None] * share
    for _ in range(INVERSIONS):
        seen = (path.at(at) - sides[0][:, None]) / unit
        at = np.clip(
            at + run[:, None] * (share - seen.real / long), rows[0][:, None], np.nextafter(rows[1], 0)[:, None]
        )
    height = ((path.at(at) - sides[0][:, None]) / unit).imag
    for _ in range(STEPS):
        nodes = sides[0][:, None] + unit * (long * share + 1j * height)
        value, slope = _rise(field, nodes)
        across = (slope / unit).imag
        step = np.divide(value, across, out=np.zeros_like(value), where=across != 0)
        height = height - np.clip(step, -LONGEST * long, LONGEST * long)
    return sides[0][:, None] + unit * (long * share + 1j * height), height


def _rise(field: Smooth, place: Array) -> tuple[Array, Array]:
    """Values and slopes at places, as complex numbers."""
    value, slope = field.rise(np.stack([place.real.ravel(), place.imag.ravel()], axis=1))
    return value.reshape(place.shape), (slope[:, 0] + 1j * slope[:, 1]).reshape(place.shape)


def _even(nodes: Array) -> Array:
    """The same panels with nodes by arc length."""
    count = nodes.shape[1]
    at, weights = rule(count)
    pace = np.abs(nodes @ differences(count).T)
    half = 0.5 * (pace @ weights)
    way, speed = np.polynomial.legendre.legint((pace @ series(count).T).T, lbnd=-1).T, pace @ series(count).T
    place = np.broadcast_to(at, nodes.shape)
    for _ in range(EVEN):
        table = np.polynomial.legendre.legvander(place, count)
        excess = np.einsum("pai,pi->pa", table, way) - half[:, None] * (1 + at)
        place = np.clip(place - excess / np.einsum("pai,pi->pa", table[..., :-1], speed), -1, 1)
    table = np.polynomial.legendre.legvander(place, count - 1) @ series(count)
    return np.asarray(np.einsum("pai,pi->pa", table, nodes))


class _Path:
    """Panels one after the other, by arc length, with points as complex numbers.

    breaks: whether a panel does not go on where the one before it ends. follower: which goes on at its end, -1 if none.
    """

    def __init__(self, points: Array, steps: Array, breaks: Flags, follower: list[int]) -> None:
        self._points, self._steps = points[..., 0] + 1j * points[..., 1], steps
        self._breaks, self._follower = breaks, follower
        length = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
        self._total = np.concatenate([[0.0], np.cumsum(length)])

    @staticmethod
    def of(outline: Outline) -> _Path:
        """Of an outline, whose ends at the edge of a window meet nothing."""
        points, steps = forward(outline)
        order, chain = chains(points)
        points, steps = points[order], steps[order]
        first = np.flatnonzero(np.diff(chain, prepend=-1))
        ends = panel_ends(points)
        # A chain that begins in the middle of a curve is what another one leads to.
        last = np.append(first[1:], len(points)) - 1
        follower = np.arange(1, len(points) + 1)
        follower[last] = cKDTree(ends[:, 0]).query(ends[last, 1])[1]
        gap = np.linalg.norm(ends[follower, 0] - ends[:, 1], axis=1)
        length = np.hypot(steps[..., 0], steps[..., 1]).sum(axis=1)
        apart = gap > MEET * np.minimum(length, length[follower])
        breaks = np.ones(len(points), bool)
        breaks[1:] = apart[:-1]
        breaks[first] = True
        return _Path(points, steps, breaks, np.where(apart, -1, follower).tolist())

    def runs(self) -> tuple[Array, Array, Index]:
        """Arc lengths where runs that turn little start and stop, and the run that goes on there, -1 for none."""
        heading = np.arctan2(self._steps[..., 1], self._steps[..., 0])
        turning = np.abs(np.diff(np.unwrap(heading.ravel()), prepend=heading[0, 0])).reshape(heading.shape)
        joint, inner = turning[:, 0], turning[:, 1:].sum(axis=1)
        starts, so_far = [], np.inf
        for k, fresh in enumerate(self._breaks.tolist()):
            so_far += joint[k] + inner[k]
            if fresh or so_far > TURN:
                starts.append(k)
                so_far = inner[k]
        ends = [*starts[1:], len(heading)]
        begun = {k: run for run, k in enumerate(starts)}
        after = [begun.get(self._follower[k - 1], -1) for k in ends]
        return self._total[starts], self._total[ends], np.array(after)

    def at(self, length: Array, side: Literal["left", "right"] = "right") -> Array:
        """Points, as complex numbers, at arc lengths, about; those of panels that end, or that begin there."""
        count = self._points.shape[1]
        flat = length.ravel()
        panel: Index = np.clip(np.searchsorted(self._total, flat, side=side) - 1, 0, len(self._points) - 1)
        span = np.maximum(self._total[panel + 1] - self._total[panel], np.finfo(float).tiny)
        place = 2 * (flat - self._total[panel]) / span - 1
        table = np.polynomial.legendre.legvander(place, count - 1) @ series(count)
        return np.asarray((table * self._points[panel]).sum(axis=1).reshape(length.shape))
