"""Speed of the limit of logistic training: one setting, and a map over ratio and noise. Nothing here asserts a time."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.timing import best, sized
from theory.samples.logistic import logistic


def test_points() -> None:
    """Single settings: far from and close to the threshold of separability, and with a hard wall."""
    for alpha, delta in ((0.7, 3.0), (0.0, 20.0), (0.05, 2.0), (0.01, 9.9), (2.0, 1e4)):
        setting = np.array([alpha]), np.array([delta])
        seconds = best(lambda setting=setting: logistic(1.5, 0.2, *setting))
        print(f"\nlogistic at alpha {alpha}, n/d {delta}: {seconds * 1e3:.0f} ms")


def test_map() -> None:
    """A square map, noise from 0 and ratios over two decades around the peak."""
    side = sized(32, 3)
    alpha, delta = np.meshgrid(np.linspace(0.0, 3.0, side), np.geomspace(0.25, 20.0, side))
    seconds = best(lambda: logistic(1.5, 0.2, alpha.ravel(), delta.ravel()), 1)
    print(f"\n{side} x {side} map of the logistic rule: {seconds:.2f} s")
