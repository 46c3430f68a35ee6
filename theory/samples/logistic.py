r"""Logistic regression on n noisy samples in d dimensions, infinitely many copies, in the limit n, d -> inf.

The classes are N(+-mu, I), |mu| = m, class 1 at +mu with probability prior; class 1 is where w.x + b >= 0, with w and b
the minimisers of the mean of E log(1 + exp(-y (w.(x + alpha xi) + b))) over the samples. `fixed_point` has the
equations, docs/mathematics/logistic.md derives them. Derived here; the classical ingredient is the convex Gaussian
min-max theorem (Thrampoulidis, Oymak and Hassibi 2015), and what is known without noise is in `hard_margin`.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags
from theory.samples.fixed_point import State, Training
from theory.samples.hard_margin import ANGLE, MARGIN, SHIFT, Path, margin_path
from theory.samples.newton import settle
from theory.samples.overlaps import Overlaps, gathered
from theory.samples.starts import from_less_noise, from_many, from_wall

# Noise that changes nothing more where a half-space separates the samples with a margin that is so much wider.
VANISHING = 1e-6
# Logarithm of more samples per dimension than are asked about.
FAR = 700.0
# Roundings in the last additions.
ROUNDINGS = 4 * np.finfo(float).eps


def logistic(m: float, prior: float, alpha: Array, delta: Array) -> Overlaps:
    """The overlaps at noises alpha >= 0 and samples per dimension delta = n/d, 0 < delta < inf (n,).

    At alpha = 0 the minimiser exists where delta exceeds the threshold of `hard_margin`. Below, a half-space separates
    the samples, and the limit alpha -> 0 is meant: the loss is dominated by the smallest margins, and the limit is the
    classifier of largest margin.

    error: what doubling the nodes of the integrals changed, and rounding; inf where no solution was found, which is
    for hard walls just at the threshold; the overlaps are those of the largest margin then.
    """
    training, path = Training(m, prior, alpha, delta), margin_path(m, prior)
    # Far from each other the classes are separated by any number of samples.
    held = np.minimum(delta, np.exp(min(path.threshold, FAR)))
    apart = np.log(delta) < path.threshold
    point, step = path.at(held)
    still = apart & (alpha <= VANISHING * point[:, MARGIN])
    vanished = 10 * (alpha / np.where(still, point[:, MARGIN], 1.0)) ** 2
    rest = np.flatnonzero(~still)
    with np.errstate(all="ignore"):  # what overflows far from a solution is not one
        state, found = _solved(training.take(rest), apart[rest], point[rest], path)
        done, failed = np.flatnonzero(found), rest[~found]
        state, error = settle(training.take(rest[done]), state.take(done))
    shift, cosine = state.unknowns[:, 1], state.cosine
    doubt = error[:, 1] + m * cosine * (1 - cosine**2) * error[:, 0]
    parts = [(rest[done], _overlaps(m, shift, cosine, doubt))]
    for rows, error in ((np.flatnonzero(still), step + vanished), (failed, np.full(len(alpha), np.inf))):
        hard = point[rows]
        parts.append((rows, _overlaps(m, hard[:, SHIFT], 1 / np.hypot(1, np.exp(hard[:, ANGLE])), error[rows])))
    return gathered(len(alpha), parts)


def _solved(training: Training, apart: Flags, point: Array, path: Path) -> tuple[State, Flags]:
    """Solutions as far as they are found, and which are."""
    count = len(apart)
    unknowns, place, found = np.zeros((count, 4)), np.zeros(count), np.zeros(count, bool)
    noisy = training.alpha > 0
    hard = apart & noisy & (training.alpha < point[:, MARGIN])
    for start, where in ((from_wall, hard), (from_many, np.ones(count, bool)), (from_less_noise, apart & noisy)):
        rows = np.flatnonzero(where & ~found)
        if len(rows):
            state, good = start(training.take(rows), path)
            unknowns[rows], place[rows], found[rows] = state.unknowns, state.place, good
    return State(unknowns, place), found


def _overlaps(m: float, shift: Array, cosine: Array, error: Array) -> Overlaps:
    away = m * cosine
    rounding = ROUNDINGS * (np.abs(shift) + away)
    return Overlaps(-shift - away, shift - away, np.ones_like(shift), error + rounding)
