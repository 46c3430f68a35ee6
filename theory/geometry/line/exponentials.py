"""The boundaries of smoothed regions under Laplace noise, in closed form and at a cost linear in their number.

Between neighbouring boundaries of the base region, w noise scales apart, the vote for the class that holds there is
1 - h/2 with h = a e^-t + c e^-(w - t), t scales from the left one. Here a = 1 - a' e^-w' with the a' and w' of the
interval before, 1 at the first boundary, and c alike from the right. So the class keeps what lies between the roots of
a quadratic in e^-t, or nothing. At a boundary the two classes' votes differ by a - c, both of that boundary: it moves
to the right if a is the larger one, by at most log 2. With a lost interval go its two boundaries; two neighbours are
lost together only where a = c, and the boundary between them stays.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array, Flags
from theory.geometry.line.votes import VOTE_ULPS, numbers, uncertainty
from theory.geometry.region import Region

EPS = np.finfo(float).eps
TIE = VOTE_ULPS * EPS


def laplace_level_set(region: Region, beta: Array) -> Region:
    """{u >= 1/2} for regions (R,) with boundaries and noises beta (R,) > 0; ties go to class 1."""
    ends, scale = region.ends, beta[:, None]
    with np.errstate(invalid="ignore"):
        width = np.diff(ends, axis=1, append=np.inf) / scale
    width = np.where(np.isnan(width), np.inf, width)
    (before, past), (after, future) = _sums(width[:, :-1], region.error), _sums(width[:, -2::-1], region.error[:, ::-1])
    after, future = after[:, ::-1], future[:, ::-1]
    following = np.concatenate([after[:, 1:], np.ones_like(scale)], axis=1)
    least = 1 - 4 * before * following * np.exp(-width)
    root = np.sqrt(np.maximum(least, 0.0))
    sides = before > after, _after(root, 1.0)
    with np.errstate(divide="ignore"):
        right, left = np.log(2 * before / (1 + root)), np.log(2 * after / (1 + sides[1]))
    moved = np.where(sides[0], np.maximum(right, 0.0), -np.maximum(left, 0.0))
    one = region.first[:, None] == (np.arange(ends.shape[1]) % 2 == 1)
    inset = np.maximum(moved, 0.0) + np.maximum(-np.concatenate([moved[:, 1:], 0 * scale], axis=1), 0.0)
    alive = (least > np.where(one, -TIE, TIE)) & (inset + 2 * TIE * (1 + inset) < width)
    lost = ~alive & ~_after(alive, True)
    moved = np.where(lost, 0.0, moved)
    slope = 0.5 * np.where(lost, np.abs(before + after - 1), np.where(sides[0], root, sides[1]))
    off = 0.5 * np.exp(np.abs(moved)) * (past + future - region.error) / scale + TIE
    row, column = np.nonzero(np.isfinite(ends) & (alive == _after(alive, True)))
    count = np.bincount(row, minlength=len(beta))
    at = row, numbers(count)
    found, error = np.full((len(beta), count.max(initial=0)), np.inf), np.zeros((len(beta), count.max(initial=0)))
    found[at] = ends[row, column] + beta[row] * moved[row, column]
    error[at] = uncertainty(off[row, column], slope[row, column], np.full(len(row), 0.5), beta[row], found[at])
    return Region(found, region.first.copy(), error)


def _after(values: Array | Flags, start: float | bool) -> np.ndarray:
    """Every column one to the right."""
    return np.concatenate([np.full_like(values[:, :1], start), values[:, :-1]], axis=1)


def _sums(width: Array, error: Array) -> tuple[Array, Array]:
    """a of each boundary (R, n), and sum |db| exp(-distance) over it and those before; widths of intervals (R, n - 1).

    With a goes its complement, so that no step cancels."""
    decay, rise = np.exp(-width), -np.expm1(-width)
    parts, rests, errors = [np.ones(len(error))], np.zeros(len(error)), [error[:, 0]]
    for k in range(width.shape[1]):
        parts.append(rests + parts[-1] * rise[:, k])
        rests = parts[-2] * decay[:, k]
        errors.append(error[:, k + 1] + errors[-1] * decay[:, k])
    return np.stack(parts, axis=1), np.stack(errors, axis=1)
