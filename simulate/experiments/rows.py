"""How much training noise can win on a row of intervals of width 1, by the distance between them.

The best gain lies where it has an edge: in the smoothing noise where untrained intervals go out, in the training noise
often where a gap closes. The first are found from the votes, the second by looking ever closer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
import xarray as xr
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr

from simulate.experiments.series import Series
from theory import compare
from theory.arrays import Array
from theory.theorems.interference import close

ALPHAS = np.geomspace(0.1, 3.0, 49)
BETAS = np.geomspace(0.1, 30.0, 200)
# How many of the highest places are looked at more closely, with how many points between their neighbours, how often.
PEAKS, POINTS, ROUNDS = 2, 7, 5
# An interval has gone out for certain behind the root that was found.
BEHIND = 1 + 1e-9


def share(count: int, gap: float, x: float, scale: float) -> float:
    """The share of Gaussian noise about x that lands in the row."""
    low = (np.arange(count) - (count - 1) / 2) * (1 + gap) - 0.5 - x
    return float((ndtr((low + 1) / scale) - ndtr(low / scale)).sum())


def bridged(count: int) -> float:
    """The gap up to which some training noise labels the midpoint of an inner gap, one nearest the middle, 1."""

    def most(gap: float) -> float:
        middle = 0.0 if count % 2 == 0 else (1 + gap) / 2
        return _highest(partial(share, count, gap, middle), ALPHAS) - 0.5

    return float(brentq(most, 0.5, 1 - 1e-9, xtol=1e-13))


def ends(count: int, gap: float) -> Array:
    """The smoothing noises at which intervals, untrained, lose the last of their points."""

    def most(left: float, beta: float) -> float:
        return _highest(lambda x: share(count, gap, x, beta), left + np.linspace(0, 1, 9)) - 0.5

    found = []
    for k in range((count + 1) // 2):
        left = (k - (count - 1) / 2) * (1 + gap) - 0.5
        place = next(k for k, beta in enumerate(BETAS) if most(left, beta) < 0)
        found.append(brentq(partial(most, left), BETAS[place - 1], BETAS[place], xtol=1e-13))
    return np.unique(found) * BEHIND


def _highest(values: Callable[[float], float], places: Array) -> float:
    """The largest value of a function: that of a scan, refined."""
    scanned = [values(place) for place in places]
    at = int(np.argmax(scanned))
    bounds = places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)]
    refined = minimize_scalar(lambda x: -values(x), bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return max(scanned[at], -float(refined.fun))


@cache
def best_gain(count: int, gap: float) -> float:
    """The largest gain over both noises, in widths; kept, since two panels show the same rows."""
    problem = close(count, gap)
    alpha, beta = np.broadcast_arrays(ALPHAS[:, None], ends(count, gap))
    step = ALPHAS[1] / ALPHAS[0]
    best = 0.0
    for _ in range(ROUNDS):
        gain = compare(problem, alpha, beta).gain.value
        best = max(best, float(gain.max()))
        beside = np.pad(gain, ((1, 1), (0, 0)), constant_values=-np.inf)
        peaks = np.where((gain >= beside[:-2]) & (gain >= beside[2:]), gain, -np.inf)
        chosen = np.argsort(peaks, axis=None)[-PEAKS:]
        alpha = alpha.ravel()[chosen] * np.geomspace(1 / step, step, POINTS)[:, None]
        beta = np.broadcast_to(beta.ravel()[chosen], alpha.shape)
        step **= 2 / (POINTS - 1)
    return best


def against_gap(counts: Sequence[int], low: float, high: float, number: int) -> xr.Dataset:
    """The best gain against the gap for rows of several numbers of intervals, and the gap from which on there is none.

    low, high: the least and most that gaps lack of the width; number: how many up to a tenth and how many beyond it.
    """
    gaps = np.sort([*_gaps(counts, low, high, number), 1.0, 1.0, 1.1])
    made = _rows("gap", gaps, counts, gaps, {"x_label": r"gap / width $\zeta/w$"})
    upright = np.full(gaps.shape, np.nan)
    upright[np.flatnonzero(gaps == 1.0)] = 0.0, made.attrs["y_high"]
    made.curve("gap = width", upright, "guide")
    return made.dataset()


def near_width(counts: Sequence[int], low: float, high: float, number: int) -> xr.Dataset:
    """The same against what gaps lack of the width, with marks where the last midpoint of a gap is bridged."""
    gaps = _gaps(counts, low, high, number)
    made = _rows("lack", 1 - gaps, counts, gaps, {"x_label": r"$1 - \zeta/w$", "x_scale": "log"})
    last = [bridged(count) for count in counts]
    gains = [best_gain(count, gap) for count, gap in zip(counts, last, strict=True)]
    made.measured("last bridged midpoint", [1 - gap for gap in last], gains)
    return made.dataset()


def _gaps(counts: Sequence[int], low: float, high: float, number: int) -> Array:
    """Evenly in the logarithm of what they lack near the width, evenly beyond, and those that are marked."""
    near, far = 1 - np.geomspace(low, 0.1, number), np.linspace(1 - high, 0.9, number, endpoint=False)
    return np.unique([*near, *far, *map(bridged, counts)])


def _rows(key: str, x: Array, counts: Sequence[int], gaps: Array, labels: dict[str, str]) -> Series:
    """Curves of the best gain."""
    best = {count: [best_gain(count, float(gap)) for gap in gaps] for count in counts}
    sides = {
        "y_label": "largest gain / width $w$",
        "y_low": 0.0,
        "y_high": 1.1 * max(map(max, best.values())),
    }
    made = Series(key, x, labels | sides)
    for count in counts:
        made.curve(f"{count} intervals", best[count])
    return made
