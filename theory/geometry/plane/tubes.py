"""Level sets of the votes along smooth stretches of boundary, as offsets of these.

Where no other boundary is within the reach of noise and the curve turns little on its scale, the votes fall along every
normal as Phi does, and meet the level once, at a distance that varies as slowly as the curve: its panels carry over,
and what they cost does not grow as noise gets small. What is left over (corners, narrow passages, the edge of the
window) is handed to squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from theory.arrays import Array, Flags, Index
from theory.geometry.plane.curve import Curve, Stretches, differences, series
from theory.geometry.plane.outline import rule
from theory.geometry.plane.window import Window

# Noise beyond this many scales does not count; along bent curves this many times farther.
FAR, WIDER = 8.5, 1.2
# Sums along the curve go by this step of the noise.
STEP = 0.6
# Within the reach of noise a stretch turns by at most this many radians, at quantiles up to DEEP; by less beyond.
BEND, DEEP = 0.6, 4.0
# Stretches no longer than this many scales are left to squares.
SHORT = 4.0
ROUNDS = 60
# A step of this share of the noise is the last of Newton's.
LAST = 1e-6
NEWTON = 20
# Nodes that are worked on at once.
NODES = 2000


@dataclass(frozen=True)
class Tubes:
    """points, steps (Q, n, 2): the level set along stretches of a curve. left, beyond: the others in and out of the
    window.
    """

    points: Array
    steps: Array
    along: Stretches
    left: Stretches
    beyond: Stretches

    @property
    def all(self) -> Stretches:
        """The whole curve."""
        return Stretches.joint([self.along, self.left, self.beyond])


def tubes(curve: Curve, window: Window, beta: float, level: float, reach: float, accuracy: float) -> Tubes:
    """Where Phi^-1(u) = level along the stretches of a curve that lie in the window, for noise beta.

    reach: how far the level set may be from the boundary. accuracy: of panels, relative to their lengths.
    """
    count = curve.points.shape[1]
    apart = reach + beta * math.hypot(FAR, level)
    points, steps = [np.empty((0, count, 2))], [np.empty((0, count, 2))]
    left: list[Stretches] = []
    beyond: list[Stretches] = []
    some, free = curve.all, Stretches.joint([])
    for _ in range(ROUNDS):
        side = _inside(curve, some, window, reach + beta)
        beyond.append(some.take(side < 0))
        some, inner = some.take(side >= 0), side[side >= 0] > 0
        others = Stretches.joint([some, free, *left, *beyond])
        good = inner & curve.alone(some, others, apart)
        clear = some.take(good)
        offset, moves, fine = _offsets(curve, clear, beta, level, accuracy)
        points.append(offset[fine])
        steps.append(moves[fine])
        free = Stretches.joint([free, clear.take(fine)])
        rest = Stretches.joint([some.take(~good), clear.take(~fine)])
        short = curve.lengths(rest) <= SHORT * beta
        left.append(rest.take(short))
        some = rest.take(~short).halved()
        if len(some.panel) == 0:
            break
    return Tubes(
        np.concatenate(points), np.concatenate(steps), free, Stretches.joint([*left, some]), Stretches.joint(beyond)
    )


def _inside(curve: Curve, some: Stretches, window: Window, margin: float) -> Array:
    """1 where stretches lie in a window by a margin, -1 outside, 0 between."""
    center, radius = curve.discs(some)
    beyond = np.maximum(np.abs(center.real - window.x), np.abs(center.imag - window.y)) - window.half
    return np.where(beyond + radius < -margin, 1, np.where(beyond - radius > margin, -1, 0))


def _offsets(curve: Curve, some: Stretches, beta: float, level: float, accuracy: float) -> tuple[Array, Array, Flags]:
    """Nodes and steps (Q, n, 2) of the level set along stretches, and whether they are good."""
    count = curve.points.shape[1]
    at, weights = rule(count)
    place = some.places(at)
    points, paces = curve.on(some.panel, place)
    base = points[..., 0] + 1j * points[..., 1]
    tangent = paces[..., 0] + 1j * paces[..., 1]
    tangent /= np.abs(tangent)
    shift, bent = np.empty(base.size), np.empty(base.size, bool)
    row = np.repeat(some.panel, count)
    place, base, tangent = place.ravel(), base.ravel(), tangent.ravel()
    for start in range(0, base.size, NODES):
        part = slice(start, start + NODES)
        shift[part], bent[part] = _depth(curve, row[part], place[part], base[part], tangent[part], beta, level)
    found = (base + 1j * tangent * shift).reshape(-1, count)
    last = found @ series(count)[-2:].T
    rough = np.abs(last).sum(axis=1) > accuracy * curve.lengths(some)
    moves = weights * (found @ differences(count).T)
    split = (np.stack([v.real, v.imag], axis=-1) for v in (found, moves))
    return *split, ~(rough | bent.reshape(-1, count).any(axis=1))


def _depth(
    curve: Curve, panel: Index, place: Array, base: Array, tangent: Array, beta: float, level: float
) -> tuple[Array, Flags]:
    """How deep along the normals of nodes (N,) the votes meet the level, and where the curve bends too much."""
    number = math.ceil(FAR * WIDER / STEP)
    near, heading = curve.ahead(panel, place, np.asarray(beta * STEP * np.arange(-number, number + 1), float))
    heading /= tangent[:, None]
    bent = heading.real.min(axis=1) < math.cos(BEND * min(1.0, DEEP / max(abs(level), 1.0)))
    near = ((near[~bent] - base[~bent, None]) / beta) / tangent[~bent, None]
    weight = STEP / math.sqrt(2 * math.pi) * np.exp(-0.5 * near.real**2) * heading[~bent].real
    sign = 1.0 if level <= 0 else -1.0
    depth = np.full(len(near), level)
    for _ in range(NEWTON):
        z = depth[:, None] - near.imag
        quantile = ndtri((weight * ndtr(sign * z)).sum(axis=1))
        slope = (weight * np.exp(-0.5 * z * z)).sum(axis=1)
        step = np.clip((sign * level - quantile) * np.exp(-0.5 * quantile * quantile) / slope, -1.0, 1.0)
        depth += sign * step
        if not (np.abs(step) > LAST).any():
            break
    result = np.zeros(len(bent))
    result[~bent] = beta * depth
    return result, bent
