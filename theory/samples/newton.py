"""Newton's method for many settings of the fixed-point equations at once, and paths from one setting to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags
from theory.samples.fixed_point import State, Training, system
from theory.samples.margin_nodes import at_wall, ranges

# Steps are cut to one unit of the logarithms, to the size of b/r, and in log G to HEIGHT and what a wall's motion by a
# part of its place does.
HEIGHT, MOVE = 5.0, 0.2
# Relative steps with which a solution on the way, and one for good, is reached.
ROUGH, CLOSE = 1e-3, 1e-10
# Steps along logarithms of delta and alpha, and the relative difference of alpha that gives a slope.
FIRST, GROWTH, LONGEST, SHRINK, SHORTEST = 1.5, 1.7, 4.0, 0.3, 1e-7
DIFFERENCE = 1e-6
MOST_STEPS, CORRECTIONS, LAST_CORRECTIONS = 150, 6, 8
# Nodes of one class that are evaluated at once.
NODES = 1 << 15
# Roundings in a residual, relative to its derivatives.
ROUNDING = 32 * np.finfo(float).eps
# Errors that are not worth more nodes, and the refinements of nodes and of the steps of the inner sums that are tried.
FINE = 1e-11
REFINEMENTS = (2, 4, 8)
INNER = 1.5


def evaluate(training: Training, state: State, rate: Array, more: int = 1, fine: float = 1.0) -> tuple[Array, Array]:
    """Residuals (n, 4) and derivatives (n, 4, 4) of states told from their walls. more, fine: multiply the nodes."""
    span = ranges(training, state, rate)
    residual, slope = np.full((len(rate), 4), np.nan), np.full((len(rate), 4, 4), np.nan)
    for count in np.unique(span.count):
        rows = np.flatnonzero(span.count == count)
        height = max(1, NODES // (int(count) * more))
        for low in range(0, len(rows), height):
            part = rows[low : low + height]
            nodes = span.nodes(part, int(count) * more)
            residual[part], slope[part] = system(training.take(part), state.take(part), nodes, fine)
    return residual, slope


def solved(slope: Array, side: Array) -> tuple[Array, Flags]:
    """Solutions (n, 4) of linear systems, and which there are; the others are 0."""
    size = np.abs(slope).max(axis=2)
    sound = np.isfinite(slope).all(axis=(1, 2)) & np.isfinite(side).all(axis=1) & (size > 0).all(axis=1)
    found = np.zeros_like(side)
    matrix = slope[sound] / size[sound][:, :, None]
    regular = np.abs(np.linalg.det(matrix)) > 0
    sound[sound] = regular
    found[sound] = np.linalg.solve(matrix[regular], (side[sound] / size[sound])[:, :, None])[:, :, 0]
    return found, sound


def refine(training: Training, state: State, steps: int, close: float) -> tuple[State, Flags]:
    """Newton's method from some states, and which of them have come to steps below `close`."""
    unknowns, place = state.unknowns.copy(), state.place.copy()
    reached, rows = np.zeros(len(place), bool), np.arange(len(place))
    for _ in range(steps):
        part = training.take(rows)
        at, rate = at_wall(part, State(unknowns[rows], place[rows]))
        residual, slope = evaluate(part, at, rate)
        step, sound = solved(slope, -residual)
        size = (np.abs(step) / _units(at, rate)).max(axis=1)
        unknowns[rows] = at.unknowns + step * np.minimum(1, 1 / np.maximum(size, 1.0))[:, None]
        place[rows] = at.place
        reached[rows] = sound & (size < close)
        rows = rows[sound & (size >= close)]
        if not len(rows):
            break
    return State(unknowns, place), reached


def _units(state: State, rate: Array) -> Array:
    """By how much unknowns (n, 4) may change in one step."""
    one = np.ones(len(rate))
    return np.stack([one, one + np.abs(state.unknowns[:, 1]), one, HEIGHT + MOVE * rate * state.place], axis=1)


def follow(training: Training, state: State, begin: Training) -> tuple[State, Flags]:
    """Paths from solutions of the settings `begin` to other settings: where they end, and which have come there.

    log alpha and log delta go from one to the other evenly.
    """
    unknowns, place, come = state.unknowns.copy(), state.place.copy(), np.zeros(len(state.place))
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.nan_to_num(np.log(training.alpha / begin.alpha))
    ratio = np.log(training.delta / begin.delta)
    length = np.abs(noise) + np.abs(ratio)
    stride = np.full(len(length), FIRST)
    for _ in range(MOST_STEPS):
        rows = np.flatnonzero((come < length) & (stride > SHORTEST))
        if not len(rows):
            break
        way = Way(begin.take(rows), noise[rows] / length[rows], ratio[rows] / length[rows])
        at, along = way.tangent(State(unknowns[rows], place[rows]), come[rows])
        new = np.minimum(come[rows] + stride[rows], length[rows])
        guess = State(at.unknowns + along * (new - come[rows])[:, None], at.place)
        then = way.at(new)
        found, reached = refine(then, guess, CORRECTIONS, ROUGH)
        good = rows[reached]
        unknowns[good], place[good], come[good] = found.unknowns[reached], found.place[reached], new[reached]
        stride[rows] = np.where(reached, np.minimum(stride[rows] * GROWTH, LONGEST), stride[rows] * SHRINK)
    return State(unknowns, place), come >= length


@dataclass(frozen=True)
class Way:
    """Settings on a straight way of log alpha and log delta: where it begins, and its slopes (n,)."""

    begin: Training
    noise: Array
    ratio: Array

    def at(self, come: Array) -> Training:
        """The settings after so much of the way."""
        alpha, delta = np.exp(self.noise * come), np.exp(self.ratio * come)
        return Training(self.begin.m, self.begin.prior, self.begin.alpha * alpha, self.begin.delta * delta)

    def tangent(self, state: State, come: Array) -> tuple[State, Array]:
        """A solution on the way, told from its wall, and the slopes of its unknowns (n, 4).

        Along log delta the first, third and fourth residual have slope 1, and the second none; along log alpha
        differences will do.
        """
        now = self.at(come)
        at, rate = at_wall(now, state)
        residual, slope = evaluate(now, at, rate)
        change = self.ratio[:, None] * [1.0, 0.0, 1.0, 1.0]
        rows = np.flatnonzero(self.noise)
        if len(rows):
            more = Training(now.m, now.prior, now.alpha * (1 + DIFFERENCE), now.delta).take(rows)
            moved = evaluate(more, at.take(rows), rate[rows])[0] - residual[rows]
            change[rows] += self.noise[rows, None] * moved / DIFFERENCE
        return at, solved(slope, -change)[0]


def settle(training: Training, state: State) -> tuple[State, Array]:
    """Solutions on more nodes than they were found with, and how far each unknown may be off (n, 4).

    The step to them is the error of the fewer nodes, far larger than what is left, as errors are about squared where
    nodes are doubled; to it comes what rounding of the residuals can do. Where it is large more nodes are tried.
    """
    state, _reached = refine(training, state, LAST_CORRECTIONS, CLOSE)
    unknowns, place = state.unknowns.copy(), state.place.copy()
    error, rows = np.full(unknowns.shape, np.inf), np.arange(len(place))
    for more in REFINEMENTS:
        part = training.take(rows)
        at, rate = at_wall(part, State(unknowns[rows], place[rows]))
        residual, slope = evaluate(part, at, rate, more, INNER)
        step, sound = solved(slope, -residual)
        doubt = np.abs(step) + _rounding(slope)
        doubt[~sound] = np.inf
        unknowns[rows], place[rows], error[rows] = at.unknowns + step, at.place, doubt
        rows = rows[(np.abs(step[:, :2]) > FINE).any(axis=1) & sound]
        if not len(rows):
            break
    return State(unknowns, place), error


def _rounding(slope: Array) -> Array:
    """What roundings of each of the residuals do to the unknowns (n, 4), added up."""
    size = ROUNDING * (np.abs(slope).sum(axis=2) + np.array([1.0, 0.0, 1.0, 1.0]))
    return np.sum([np.abs(solved(slope, size * one)[0]) for one in np.eye(4)], axis=0)
