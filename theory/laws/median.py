r"""The median of N standard normals: what N votes do to a boundary.

Where votes are u = Phi(t/beta), t the distance from a flat boundary, P(Bin(N, u) >= k) = P(U_(k) <= u) for the k-th of
N uniform numbers: N votes decide as if the boundary lay at beta times the k-th of N normals, k = (N + 1)/2 for odd N.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.special import erf, log_ndtr

# Nodes of the trapezoidal rule, and how many standard deviations it reaches: it is right to rounding.
NODES, REACH = 801, 14.0
# Up to here 1 - erf^2 keeps its digits; for many votes only what is near 0 counts, and there log(4 Phi(z) Phi(-z)) has
# to be right relative to itself.
NEAR = 3.0


@cache
def median_square(votes: int) -> float:
    r"""E M^2 of the median M of N standard normals, N odd: pi/(2 N) (1 - (4 - pi)/(2 N) + ...).

    Its density is proportional to (4 Phi(z) Phi(-z))^((N - 1)/2) phi(z). Of an even number it is the N/2-th, whose
    density has one more factor Phi(-z), 1/2 on the mean of z and -z: so one vote more than an odd number changes
    nothing. The median of many: Laplace (1818).
    """
    half = (votes + 1) // 2 - 1
    z = REACH * math.sqrt(math.pi / (4 * half + 2)) * np.linspace(-1, 1, NODES)
    close = np.log1p(-(erf(np.clip(z, -NEAR, NEAR) / math.sqrt(2)) ** 2))
    logs = half * np.where(np.abs(z) <= NEAR, close, math.log(4) + log_ndtr(z) + log_ndtr(-z)) - z * z / 2
    weights = np.exp(logs - logs.max())
    return float(weights @ z**2 / weights.sum())
