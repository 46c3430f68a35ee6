"""Very many votes in the plane: level sets of the vote probability at random levels.

P(Bin(n, u) >= k) = P(T <= u) with T distributed as Beta(k, n - k + 1). So the chance that a class fails to get k votes,
averaged over its law, is the mean over T of its mass on {u < T}: a one-dimensional integral of masses of level sets.
With very many votes T hardly varies, and few levels do, unless one of them is that of a saddle or an extremum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from theory.arrays import Array
from theory.geometry.plane.outline import rule

# Levels nearer to 0 or 1 than this are left out; so is the probability of T beyond them.
LEAST_LEVEL = 1e-9
# Numbers of vote levels, and the level of refinement at which their masses are taken: two entries are compared, then
# the next is tried, so that the difference tells the errors of both.
RULES = ((4, 1), (6, 2), (9, 3), (13, 3))
# Entries are tried as long as the error falls to this share from one to the next.
FALLING = 0.1
# Nodes for the law of T itself.
DENSE = 200

Masses = Callable[[float, int], tuple[float, float]]


def mean_mass(mass: Masses, votes: int, need: int, tolerance: float) -> tuple[float, float]:
    """E mass(T), T ~ Beta(need, votes - need + 1), and its error.

    The mass is interpolated in v, T = Phi(v), between the levels that T leaves with probability 1e-10 at most; two
    numbers of nodes are compared until they agree to the tolerance, or there are no more.
    mass: (vote level, refinement) -> (mass, what is unresolved).
    """
    from scipy.stats import beta as beta_law  # slow to import, and seldom needed

    law = beta_law(need, votes - need + 1)
    low, high = (float(np.clip(law.ppf(q), LEAST_LEVEL, 1 - LEAST_LEVEL)) for q in (5e-11, 1 - 5e-11))
    missed = float(law.cdf(low) + law.sf(high))
    before, last = np.inf, np.inf
    value = error = np.nan
    for count, refinement in RULES:
        value, error = _rule(mass, law, low, high, count, refinement)
        error += abs(value - before) + missed
        if error <= tolerance or error > FALLING * last:
            break
        before, last = value, error
    return value, error


def _rule(mass: Masses, law: Any, low: float, high: float, count: int, refinement: int) -> tuple[float, float]:
    at, weights = rule(DENSE)
    start, stop = float(ndtri(low)), float(ndtri(high))
    middle, half = 0.5 * (start + stop), 0.5 * (stop - start)
    v: Array = middle + half * at
    share = half * weights * law.pdf(ndtr(v)) * np.exp(-0.5 * v * v) / np.sqrt(2 * np.pi)
    nodes = rule(count)[0]
    inverse = np.linalg.inv(np.polynomial.legendre.legvander(nodes, count - 1))
    share = share @ np.polynomial.legendre.legvander(at, count - 1) @ inverse
    masses, errors = np.array([mass(float(t), refinement) for t in ndtr(middle + half * nodes)]).T
    return float(share @ masses), float(np.abs(share) @ errors)
