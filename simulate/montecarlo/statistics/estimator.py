"""From sums of a tally to intervals at one chance of error. Nothing is counted here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from simulate.montecarlo.statistics.intervals import clopper_pearson, paired_difference
from simulate.montecarlo.statistics.limit import UNIT
from simulate.montecarlo.statistics.records import Interval

Counts = tuple[int, int, int]


@dataclass(frozen=True)
class IntervalEstimator:
    """Makes intervals of which each errs with a given chance.

    error: chance of error of one interval. confidence: what is promised, of each interval or of all together.
    """

    error: float
    confidence: float

    def risk(self, failed: Counts, samples: int, volume: float) -> Interval:
        """Clopper-Pearson, times the volume that the samples fill (1 for a probability); from sure failures below,
        from possible ones above."""
        likely, fewest, most = failed
        low, high = (clopper_pearson(count, samples, 1 - self.error) for count in (fewest, most))
        interval = self.uncounted(likely / samples, low[0], high[1], samples, volume)
        return replace(interval, fewest=fewest, most=most)

    def gain(self, only: np.ndarray, samples: int, volume: float) -> Interval:
        """The paired difference of two risks, times the volume that the samples fill; only (3, 2) as in `Tally`."""
        (first, second), *bounds = ((int(a), int(b)) for a, b in only)
        low, high = (paired_difference(*pair, samples, 1 - self.error) for pair in bounds)
        return self.uncounted((first - second) / samples, low[0], high[1], samples, volume)

    def limit(self, counted: Counts, samples: int, volume: float, delta: float) -> Interval:
        """What certain and possible failures leave open, and the corrected guess within it."""
        certain, possible, corrected = counted
        low = max(0.0, clopper_pearson(certain, samples, 1 - self.error)[0] - delta)
        high = min(1.0, clopper_pearson(possible, samples, 1 - self.error)[1] + delta)
        return self.uncounted(min(max(corrected / UNIT / samples, low), high), low, high, samples, volume)

    def infinite(self, samples: int, volume: float) -> Interval:
        """The certified risk where nothing in an infinite background can be certified."""
        return self.uncounted(math.inf, math.inf, math.inf, samples, volume)

    def zero(self, samples: int, volume: float) -> Interval:
        """The gain of a classifier over itself: known, not estimated."""
        return self.uncounted(0.0, 0.0, 0.0, samples, volume)

    def uncounted(self, estimate: float, low: float, high: float, samples: int, volume: float) -> Interval:
        """An interval of shares that is not that of one count of failures, times the volume."""
        ends = volume * estimate, volume * low, volume * high
        return Interval(*ends, self.confidence, samples, volume=volume)
