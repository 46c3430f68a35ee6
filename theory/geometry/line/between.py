"""Base classifiers at many training noises, from a few that are searched.

Gaussian noise composes and makes no sign changes, so that their number falls with alpha: where two noises have equally
many, every noise between them has as many, and that many places found by Newton's method are all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.line.votes import numbers
from theory.geometry.region import Region, join, place_error
from theory.numerics.terms import Terms, log_ratio, slope

# Every so manieth noise is searched; fewer noises all are.
EVERY = 8
NEWTON_STEPS = 12
ULPS = 2


def filled(search: Callable[[Array], Region], terms: Callable[[Array], Terms], alpha: Array) -> Region:
    """{s_alpha >= 0} for Gaussian noises alpha (R,) > 0 and Gaussian components: search(alphas) finds it by exclusion,
    terms(alphas) compares the densities."""
    if len(alpha) <= EVERY:
        return search(alpha)
    order = np.argsort(alpha, kind="stable")
    chosen = np.unique(np.append(np.arange(0, len(alpha), EVERY), len(alpha) - 1))
    few = search(alpha[order[chosen]])
    rest = np.setdiff1d(np.arange(len(alpha)), chosen)
    left = np.searchsorted(chosen, rest) - 1
    sure = (few.counts[left] == few.counts[left + 1]) & (few.first[left] == few.first[left + 1])
    rest, left, unsure = rest[sure], left[sure], rest[~sure]
    low, high = alpha[order[chosen[left]]], alpha[order[chosen[left + 1]]]
    share = ((alpha[order[rest]] - low) / np.where(high > low, high - low, 1.0))[:, None]
    with np.errstate(invalid="ignore"):
        guess = few.ends[left] + share * (few.ends[left + 1] - few.ends[left])
    found, good = _newton(terms(alpha[order[rest]]), Region(guess, few.first[left], np.zeros_like(guess)))
    unsure = np.concatenate([unsure, rest[~good]])
    parts = [(order[chosen], few), (order[rest[good]], found.take(np.flatnonzero(good)))]
    if len(unsure):
        parts.append((order[unsure], search(alpha[order[unsure]])))
    return join(len(alpha), parts)


def _newton(terms: Terms, guess: Region) -> tuple[Region, Flags]:
    """Boundaries with their errors, and the rows in which all converged, in order, to crossings of the right sense."""
    rows, count = len(guess.first), guess.counts
    row, order = np.repeat(np.arange(rows), count), numbers(count)
    x = guess.ends[row, order]
    rising = guess.first[row] == (order % 2 == 1)
    good, active = np.zeros(len(x), bool), np.arange(len(x))
    for _ in range(NEWTON_STEPS):
        if len(active) == 0:
            break
        at = row[active]
        value, tie = log_ratio(terms, at, x[active])
        rate = slope(terms, at, x[active])
        with np.errstate(divide="ignore", invalid="ignore"):
            step = value / rate
        real = np.isfinite(step) & ((rate > 0) == rising[active])
        x[active] -= np.where(real, step, 0.0)
        done = real & ((np.abs(step) <= ULPS * np.spacing(np.abs(x[active]))) | (np.abs(value) <= tie))
        good[active[done]] = True
        active = active[real & ~done]
    good[1:] &= (x[1:] > x[:-1]) | (row[1:] != row[:-1])
    ends, error = np.full(guess.ends.shape, np.inf), np.zeros(guess.ends.shape)
    ends[row, order], error[row, order] = x, place_error(terms, row, x)
    return Region(ends, guess.first, error), np.bincount(row, ~good, rows) == 0
