"""Three ways to a solution of the fixed-point equations: from a hard wall, from many samples, from less noise."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags
from theory.samples.fixed_point import State, Training
from theory.samples.hard_margin import ANGLE, MARGIN, SHIFT, Path
from theory.samples.newton import ROUGH, follow, refine

# Newton's steps from a guess. Many samples per dimension, the factor by which they become more where the guess for
# infinitely many is not good enough, and how often.
STEPS, MANY, FACTOR, TIMES = 20, 100.0, 10.0, 8
# Noise that is small, in units of the margin.
SMALL = 0.05


def from_wall(training: Training, path: Path) -> tuple[State, Flags]:
    """Newton's method from the classifier of largest margin M, for settings that have one.

    Behind a wall at M the slope is proportional to exp(theta v)/(1 + exp(v)), theta = M/(r alpha^2), whose mean v is 0,
    as the second equation demands, for theta = 1/2: so r = 2 M/alpha^2 to leading order.
    """
    return refine(training, _wall(training.alpha, path.at(training.delta)[0]), STEPS, ROUGH)


def from_many(training: Training, path: Path) -> tuple[State, Flags]:
    """A path down from many samples, where w = 2 mu/(1 + alpha^2) and b = -log((1 - prior)/prior) nearly."""
    count = len(training.alpha)
    start, known = np.maximum(training.delta, MANY), np.zeros(count, bool)
    unknowns, place = np.zeros((count, 4)), np.zeros(count)
    odds, rows = np.log1p(-training.prior) - np.log(training.prior), np.arange(count)
    for _ in range(TIMES):
        variance = 1 + training.alpha[rows] ** 2
        size = 2 * training.m / variance
        angle = 0.5 * np.log((1 + training.m**-2) / start[rows])
        height = -np.log(0.4 * start[rows] * size * variance)
        guess = State(np.stack([angle, -odds / size, np.log(size), height], axis=1), np.zeros(len(rows)))
        now = Training(training.m, training.prior, training.alpha[rows], start[rows])
        found, good = refine(now, guess, STEPS, ROUGH)
        done = rows[good]
        unknowns[done], place[done], known[done] = found.unknowns[good], found.place[good], True
        rows = rows[~good]
        start[rows] *= FACTOR
        if not len(rows):
            break
    begin = Training(training.m, training.prior, training.alpha, start)
    return _followed(training, State(unknowns, place), begin, known)


def from_less_noise(training: Training, path: Path) -> tuple[State, Flags]:
    """A path up from noise that is small against the margin, for settings that have one."""
    point = path.at(training.delta)[0]
    begin = Training(training.m, training.prior, np.minimum(training.alpha, SMALL * point[:, MARGIN]), training.delta)
    state, known = refine(begin, _wall(begin.alpha, point), STEPS, ROUGH)
    return _followed(training, state, begin, known)


def _wall(alpha: Array, point: Array) -> State:
    """The state of noises alpha whose wall is that of points of the hard margin's path, or near it."""
    margin = point[:, MARGIN]
    size = np.log(2 * margin) - 2 * np.log(alpha)
    return State(np.stack([point[:, ANGLE], point[:, SHIFT], size, np.zeros(len(alpha))], axis=1), margin.copy())


def _followed(training: Training, state: State, begin: Training, known: Flags) -> tuple[State, Flags]:
    """The ends of paths from the states that are known."""
    unknowns, place, reached = state.unknowns.copy(), state.place.copy(), known.copy()
    rows = np.flatnonzero(known)
    found, reached[rows] = follow(training.take(rows), state.take(rows), begin.take(rows))
    unknowns[rows], place[rows] = found.unknowns, found.place
    return State(unknowns, place), reached
