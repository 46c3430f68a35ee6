"""Gains at scattered places, in pieces that keep the tables of requests small."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory.estimate import Estimate
from theory.problem import Problem
from theory.risks import compare
from theory.terms import Array

# Scattered requests share the row of alpha = 0, whose width is the number of distinct beta: a table of n requests has
# of the order of n^2 places. Up to about this many at once the fixed cost of a call matters more than empty places.
AT_ONCE = 128


def gain_at(problem: Problem, alpha: ArrayLike, beta: ArrayLike, eps: ArrayLike = 0.0) -> tuple[Array, Array]:
    """Gains (certified where eps > 0) and their errors at N places; scalars broadcast. Errors as `theory.compare`."""
    places = np.broadcast_arrays(*(np.atleast_1d(np.asarray(part, float)) for part in (alpha, beta, eps)))
    order = np.lexsort((places[0], places[1]))
    value, error = np.empty(len(order)), np.empty(len(order))
    for start in range(0, len(order), AT_ONCE):
        rows = order[start : start + AT_ONCE]
        part: Estimate = compare(problem, *(place[rows] for place in places)).gain
        value[rows], error[rows] = part.value, part.error
    return value, error
