"""Finite votes for the regions of conics: over the plane, or as the mean mass beyond a random level of the votes.

P(Bin(n, u) >= k) = P(T <= u), T ~ Beta(k, n - k + 1). So the chance to fail is an integral of masses of level sets
over z = Phi^-1(T), whose density falls off on both sides. Masses are analytic in z but at one level, that of the centre
of the conic: u has no other place without a slope. It is an end of two rules where it matters.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaincinv, betaln, expit, log_ndtr, ndtri

from theory.arrays import Array
from theory.geometry.plane.conics import Quadratic
from theory.geometry.plane.sections import Smoothed
from theory.geometry.plane.strips import REACH, STEP
from theory.geometry.plane.weighing import ROUNDING, Seen, shares
from theory.laws.binomial import fewer, steepest

# Up to so many points the plane itself is summed over; up to more where the critical level matters.
FEW, MORE = 40_000, 1_000_000
# T lies beyond the levels with a probability of this at most, to either side.
BEYOND = 1e-12
# Nodes of a rule; those of every second are another. They are doubled at most so many times.
NODES, DOUBLINGS = 40, 4
# From the critical level rules run like log(1 + exp(v - exp(-v))), from 0, for floats, on; the levels are so many
# scales of their law.
START, SCALES = -3.3, 14.0


def chances(
    held: Quadratic, beta: float, votes: int, need: int, label: int, means: Array, covariances: Array, goal: float
) -> tuple[Array, Array]:
    """(K,) the chances of components of a class that it gets fewer than `need` of the votes, and their errors.

    Over the plane itself where few votes make a smooth chance, else over levels.
    """
    request = held, beta, votes, need, label
    value, error = np.empty((2, len(means)))
    width = beta / max(float(steepest(need, votes)), 1.0)
    low, high = _levels(votes, need)
    few = MORE if low < _critical(held, beta, label) < high else FEW
    for k in range(len(means)):
        seen = Seen.along(held, means[k : k + 1], covariances[k : k + 1])
        counts = [REACH / STEP * max(1.0, float(scale[0]) / width) for scale in (seen.scale, seen.rest)]
        if np.prod(counts) < few:
            value[k], error[k] = _by_area(*request, seen, counts, goal)
        else:
            found = _by_levels(*request, means[k : k + 1], covariances[k : k + 1], goal)
            value[k], error[k] = (float(part[0]) for part in found)
    return value, error


def _by_area(
    held: Quadratic, beta: float, votes: int, need: int, label: int, seen: Seen, counts: list[float], goal: float
) -> tuple[float, float]:
    """The mean of the chance over a component, by equal steps along both axes."""
    for doubling in range(DOUBLINGS):
        across, up = (np.linspace(-REACH, REACH, 4 * 2**doubling * math.ceil(n / 2) + 1) for n in counts)
        s = seen.mean + seen.scale * across
        middle = seen.middle(np.zeros(1, np.intp), s[None])[0]
        of = Smoothed.of(held, np.array([beta]), np.zeros(1), 2**doubling)
        sections = of.along(np.zeros(len(s), np.intp), s)
        lines, doubt = np.empty((2, len(up)))
        law, weights = (np.exp(-0.5 * z * z) * (z[1] - z[0]) / np.sqrt(2 * np.pi) for z in (up, across))
        coarse = np.empty(len(up))
        for k, place in enumerate(middle + seen.rest * up[:, None]):
            value, _slope, unsure = sections.share(place)
            own, other = (value, 1 - value) if label == (held.sign[0] < 0) else (1 - value, value)
            chance = fewer(np.array(need), votes, own, other)
            lines[k], coarse[k] = weights @ chance, 2 * weights[::2] @ chance[::2]
            doubt[k] = weights @ unsure
        found = float(law @ lines)
        error = abs(found - float(law @ coarse)) + abs(found - float(2 * law[::2] @ lines[::2]))
        error += float(steepest(need, votes)) * float(law @ doubt) + ROUNDING
        if error <= goal:
            break
    return found, error


def _by_levels(
    held: Quadratic, beta: float, votes: int, need: int, label: int, means: Array, covariances: Array, goal: float
) -> tuple[Array, Array]:
    """(K,) the same as the mean mass beyond a random level of the votes."""
    one, other = float(need), float(votes - need + 1)
    low, high = _levels(votes, need)
    center = _critical(held, beta, label)
    for doubling in range(DOUBLINGS):
        count = NODES * 2**doubling
        z, weight = _rule(low, high, center, count)
        log_density = (one - 1) * log_ndtr(z) + (other - 1) * log_ndtr(-z) - 0.5 * z * z
        share = weight * np.exp(log_density - betaln(one, other)) / np.sqrt(2 * np.pi)
        inside, doubt = _masses(held, beta, z if label else -z, means, covariances, goal / (count * share + goal))
        lost = 1 - inside if label else inside
        value = share @ lost
        coarse = np.where(np.arange(z.size) % 2 == 0, 2 * share, 0.0) @ lost
        error = np.abs(value - coarse) + share @ doubt + abs(1 - share.sum()) + 4 * BEYOND
        if error.max() <= goal:
            break
    return value, error


def _rule(low: float, high: float, center: float, count: int) -> tuple[Array, Array]:
    """Nodes and weights for what falls off at both ends, from either side of the centre where that is between."""
    if not low < center < high:
        return np.linspace(low, high, count + 1), np.full(count + 1, (high - low) / count)
    nodes, weights = [], []
    scale = (high - low) / SCALES
    for side, reach in ((-1, center - low), (1, high - center)):
        v, step = np.linspace(START, START + 4 + reach / scale, count + 1, retstep=True)
        run = v - np.exp(-v)
        nodes.append(np.clip(center + side * scale * np.logaddexp(0, run), low, high))
        weights.append(step * scale * expit(run) * (1 + np.exp(-v)))
    return np.concatenate(nodes), np.concatenate(weights)


def _levels(votes: int, need: int) -> tuple[float, float]:
    """Between which quantiles T lies."""
    one, other = float(need), float(votes - need + 1)
    return float(ndtri(betaincinv(one, other, BEYOND))), -float(ndtri(betaincinv(other, one, BEYOND)))


def _critical(held: Quadratic, beta: float, label: int) -> float:
    """The quantile of the vote for a class at the centre; infinite where there is none."""
    place = held.extent().table[:, 3]
    if not (np.isfinite(place).all() and np.isfinite(held.middle).all()):
        return np.inf
    of = Smoothed.of(held, np.array([beta]), np.zeros(1), 1)
    found = of.along(np.zeros(1, np.intp), place).share(held.middle)[0]
    return float(-held.sign[0] * ndtri(found[0])) * (1 if label else -1)


def _masses(
    held: Quadratic, beta: float, level: Array, means: Array, covariances: Array, goal: Array
) -> tuple[Array, Array]:
    """(N, K) shares of components at levels (N,), and their errors."""
    count = len(means)
    rows = np.repeat(level, count)
    many = held.take(np.zeros(len(rows), np.intp)), np.full(len(rows), beta), rows
    found = shares(
        *many, np.tile(means, (len(level), 1)), np.tile(covariances, (len(level), 1, 1)), np.repeat(goal, count)
    )
    value, error = (part.reshape(-1, count) for part in found)
    return value, error
