"""Nodes for the margins of training samples: where the wall of the weights G is, and maps that are fine around it.

The weight G(T) falls with the margin T. Where its slope H exceeds 1 there is a wall: margins T = c + g + G(T) are
pushed up to it, and neither nodes even in T nor nodes even in g would resolve it. Nodes are even in u, with
T - wall = width (u + exp(u) - 1) at a hard wall (log G is even in front of it, distances behind grow geometrically),
and T - centre = width sinh(u) elsewhere. In a strip of width pi/4 about the real u the integrands are analytic and do
not grow, but for what the distance of the centre from c_y makes of the normal density.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import wrightomega

from theory.arrays import Array, Flags, Index
from theory.samples.fixed_point import LARGEST, Nodes, State, Training

# Standard deviations that count; steps of u; bisections for the ends of the nodes.
REACH, WAVES, MORE, BISECTIONS = 9.0, 32.0, 6.0, 14
FEWEST, MOST, ROUND = 48, 4096, 16
# Up to so many widths in front of a wall are taken evenly.
EVEN, NARROW = 30.0, 0.3
SEARCHES = 4


def at_wall(training: Training, state: State) -> tuple[State, Array]:
    """The same state told from where H = 1, or from T = 0 where H < 1 everywhere; and -d log G/dT there.

    H is even in T and falls with |T|. Steps of log H over -d log G/dT never overshoot, as log H falls more slowly than
    log G; all that depends on the place is how well nodes lie, so a few suffice.
    """
    place = np.maximum(state.place, 0.0)
    for _ in range(SEARCHES):
        log, rate = state.weights(training.alpha, (place - state.place)[:, None])
        place = np.maximum(place + ((log + np.log(rate)) / rate)[:, 0], 0.0)
    log, rate = state.weights(training.alpha, (place - state.place)[:, None])
    unknowns = state.unknowns.copy()
    unknowns[:, 3] = log[:, 0]
    return State(unknowns, place), rate[:, 0]


@dataclass(frozen=True)
class Range:
    """Where the nodes of each class lie (n, 2): u from low to high about a centre, in the map that `even` says.

    offset, above: of the centre, from place and from c_y. count (n,): how many nodes a row needs.
    """

    low: Array
    high: Array
    offset: Array
    above: Array
    width: Array
    even: Flags
    count: Index

    def nodes(self, rows: Index, count: int) -> Nodes:
        """That many nodes in some rows."""
        low, high, offset, above, width = (
            part[rows][:, :, None] for part in (self.low, self.high, self.offset, self.above, self.width)
        )
        even = self.even[rows][:, :, None]
        u = low + (high - low) * np.linspace(0, 1, count)
        rising, other = np.exp(np.where(even, u, 0.0)), np.where(even, 0.0, u)
        away = width * np.where(even, u + rising - 1, np.sinh(other))
        weight = width * np.where(even, 1 + rising, np.cosh(other)) * (high - low) / (count - 1)
        return Nodes(offset + away, above + away, weight)


def ranges(training: Training, state: State, rate: Array) -> Range:
    """The nodes of a state told from its wall.

    Behind the wall G grows slowly, in front of it by up to exp(rate g): what counts most lies at up to 2 rate standard
    deviations from c_y, if not behind the wall.
    """
    centers, place = state.centers(training.m), state.place[:, None]
    weight = np.exp(np.minimum(state.unknowns[:, 3:4], LARGEST))
    growth = state.weights(training.alpha, centers - place)[1]
    low = -REACH - np.clip(centers - (place - weight), 0, 2 * growth)
    pushed = np.exp(np.minimum(state.weights(training.alpha, centers + REACH - place)[0], LARGEST))
    # T at the upper end is between these, as G falls.
    least = centers + REACH
    most = np.where(least > place - weight, least + np.minimum(pushed, weight), np.minimum(least + pushed, place))
    inside = (centers + low < place) & (place < least + pushed)
    above = np.where(inside, place - centers, np.clip(place - centers, low, most - centers))
    width = np.where(inside, np.minimum(1 / rate, 1.0)[:, None], 1.0)
    offset = np.where(inside, 0.0, above + (centers - place))
    least = np.concatenate([centers + low, least], axis=1) - place
    goal = np.concatenate([low, np.full_like(low, REACH)], axis=1)
    low_end, high_end = _ends(training, state, (least, np.tile(most, 2) - place), goal, (offset, above, width))
    even = inside & (rate[:, None] * weight > 0.5) & (offset - low_end < EVEN * width)
    first, last = ((end - offset) / width for end in (low_end, high_end))
    low, high = (np.where(even, part + 1 - wrightomega(part + 1), np.arcsinh(part)) for part in (first, last))
    waves = (WAVES + MORE * np.abs(above)) * np.where(inside & ~even & (width < NARROW), 2.0, 1.0)
    count = np.clip(((high - low) * waves).max(axis=1) / (2 * np.pi), FEWEST, MOST)
    count = ROUND * np.ceil(np.nan_to_num(count, nan=FEWEST) / ROUND)
    return Range(low, high, offset, above, width, even, count.astype(np.intp))


def _ends(
    training: Training, state: State, bounds: tuple[Array, Array], goal: Array, centre: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    """Offsets T - place (n, 2) at or below the lower and at or above the upper ends.

    The ends, where T - G(T) - c_y is `goal` (n, 4), lie between bounds (n, 4), and are found by bisection in u,
    T - centre = width sinh(u); centre: its offsets from place and from c_y, and the width.
    """
    offset, above, width = (np.tile(part, 2) for part in centre)
    low, high = (np.arcsinh((part - offset) / width) for part in bounds)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        away = width * np.sinh(middle)
        log, _rate = state.weights(training.alpha, offset + away)
        below = above + away - np.exp(np.minimum(log, LARGEST)) < goal
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    low, high = (offset + width * np.sinh(part) for part in (low, high))
    return low[:, :2], high[:, 2:]
