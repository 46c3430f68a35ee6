"""From distances of half-spaces to risks, and from risks of many draws to means with intervals. Host side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtrit

from simulate.montecarlo.statistics.records import Interval
from simulate.trained.training import Distances


def weighed(found: Distances, radii: np.ndarray, prior: float) -> np.ndarray:
    """Risks (draws, alphas, radii) of half-spaces at distances (draws, alphas)."""
    away = found.stretch[..., None] * radii
    one, zero = (ndtr(part[..., None] + away) for part in (found.one, found.zero))
    return np.asarray(prior * one + (1 - prior) * zero)


@dataclass(frozen=True)
class Means:
    """Means over draws of risks (draws, alphas, radii), of which the first alpha is 0.

    confidence: what is promised of the intervals. error: the chance of error of one of them.
    """

    risks: np.ndarray
    confidence: float
    error: float

    def risk(self, a: int, e: int) -> Interval:
        """The risk at an alpha and a radius."""
        return self._mean(self.risks[:, a, e], 0.0)

    def gain(self, a: int, e: int) -> Interval:
        """The gain over the first alpha, on the same draws."""
        return self._mean(self.risks[:, 0, e] - self.risks[:, a, e], -1.0)

    def _mean(self, values: np.ndarray, least: float) -> Interval:
        """Student's interval, cut off at the least and the greatest value that there can be."""
        count, middle = len(values), float(values.mean())
        reach = -float(stdtrit(count - 1, self.error / 2)) * float(values.std(ddof=1)) / math.sqrt(count)
        return Interval(middle, max(middle - reach, least), min(middle + reach, 1.0), self.confidence, count)
