"""What measured risks tell: gains, how sure they are, and which training noises may be the best.

What varies from seed to seed is all that is known of the error of such numbers; a single table says nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from theory.arrays import Array, Flags
from theory.errors import ProblemError
from theory.problems.noises import noises, numbers

# Risks within this of each other are equal but for rounding.
EQUAL = 1e-12


def gains(table: Array, error: float) -> dict[str, Array]:
    """Mean risk, baseline and mean gain over (alpha, beta) of risks (seed, alpha, beta); from two seeds on the ends of
    the interval of the gain, at two-sided `error`."""
    mean, differences = table.mean(axis=0), table[:, :1] - table
    found = {"risk": mean, "baseline": np.repeat(mean[:1], len(mean), axis=0), "gain": differences.mean(axis=0)}
    if len(table) > 1:
        ends = paired_interval(differences, error)
        for end, name in zip(ends, ("gain_low", "gain_high"), strict=True):
            end[0] = 0.0  # without training noise it is the same classifier: known, not estimated
            found[name] = end
    return found


def paired_interval(differences: Array, error: float) -> tuple[Array, Array]:
    """Student's interval of the mean of paired differences in [-1, 1] along the first axis, at two-sided `error`.

    Where all are equal but for rounding there is no spread to judge by, and the interval is [-1, 1].
    """
    count = len(differences)
    mean, spread = differences.mean(axis=0), differences.std(axis=0, ddof=1)
    reach = -float(stdtrit(count - 1, error / 2)) / np.sqrt(count) * spread
    reach = np.where(spread <= EQUAL, np.inf, reach)
    return np.clip(mean - reach, -1, 1), np.clip(mean + reach, -1, 1)


def not_worse(table: Array, error: float) -> Flags:
    """Which alphas (alpha, beta) no other one is significantly better than, of risks (seed, alpha, beta).

    The truly best alpha is left out only if one of the others seems better than it: the error is shared among them.
    """
    count = table.shape[1]
    share = 2 * error / max(count - 1, 1)  # of intervals of which one end is looked at
    return ~np.array([(paired_interval(table[:, [k]] - table, share)[0] > 0).any(axis=0) for k in range(count)])


def least(alpha: Array, mean: Array) -> Array:
    """The least alpha of least risk for each beta, of risks (alpha, beta)."""
    return alpha[np.argmax(mean <= mean.min(axis=0) + EQUAL, axis=0)]


def measured_labels(found: Mapping[str, Array]) -> np.ndarray:
    """The label of each cell from its `gains`: by the interval where there is one, and else by the sign alone."""
    grade = "significant" if "gain_low" in found else "measured"
    low, high = found.get("gain_low", found["gain"]), found.get("gain_high", found["gain"])
    cases = {"neutral": (low == 0) & (high == 0), f"{grade}-help": low > 0, f"{grade}-hurt": high < 0}
    return np.select(list(cases.values()), list(cases), "undecided")


def ordered(values: ArrayLike, key: str) -> Array:
    """Noises in strictly increasing order; raises `ProblemError`."""
    array = np.atleast_1d(noises(values, key))
    if array.ndim != 1 or not array.size:
        raise ProblemError(key, f"an array of shape {array.shape}", "a list of noises")
    if (falls := np.flatnonzero(np.diff(array) <= 0)).size:
        pair = array[falls[0] : falls[0] + 2]
        raise ProblemError(key, f"{pair[0]:g} before {pair[1]:g}", "noises in increasing order, each once")
    return array


def risks(risk: ArrayLike, cells: tuple[int, int]) -> Array:
    """Risks as (seed, alpha, beta), one seed where there is no such axis; raises `ProblemError`."""
    table = numbers(risk, "risk")
    if table.ndim not in (2, 3) or table.shape[-2:] != cells or not len(table):
        expected = f"{cells}, (alpha, beta), or (seeds, {cells[0]}, {cells[1]})"
        raise ProblemError("risk", f"an array of shape {table.shape}", expected)
    outside = (table < 0) | (table > 1)
    if outside.any():
        raise ProblemError("risk", repr(float(table[outside][0])), "risks in [0, 1]")
    return table.reshape(-1, *cells)
