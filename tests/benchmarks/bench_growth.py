"""How cost grows: CPU seconds against cells, components, boundaries, dimension, votes, samples and draws.

Each quantity grows by a factor of 16 or more in at least four steps, and the slope of log time over log size is its
exponent. With SIZE=full an exponent above MOST fails, the one benchmark that asserts anything: slopes are ratios within
one run, and what grows faster than linearly is not for long maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from simulate.montecarlo import Sampling, monte_carlo
from simulate.trained import TrainingSets, train_on_samples
from tests.benchmarks.timing import SMOKE, best, sized
from theory import Component, Gaussian, MixtureProblem, Problem, Training, clean_risk, gain, regimes, vote_risk

MOST = 1.1
REPEATS = 3

Work = Callable[[], object]


def noises(side: int) -> tuple[np.ndarray, np.ndarray]:
    """A square map of (alpha, beta)."""
    return np.linspace(0.1, 1.5, side)[:, None], np.linspace(0.1, 1.5, side)


def mapped(problem: Problem, side: int) -> Work:
    return lambda: gain(problem, *noises(side))


def crowd(count: int) -> MixtureProblem:
    """Very many components of one class between the two ends of its region: only their number grows."""
    places = np.linspace(-1.0, 1.0, count).round(4).tolist()
    ones = tuple(Component(Gaussian(place, 1.0)) for place in places)
    return MixtureProblem(0.5, 1, (Component(Gaussian(0.0, 3.0)),), ones)


def crowd_in_plane(count: int) -> Work:
    """One risk of as crowded a square; the outline stays what it is. A new problem each time, as `in_dimensions`."""
    places = np.random.default_rng(0).uniform(-1.0, 1.0, (count, 2)).round(4).tolist()
    ones = tuple(Component(Gaussian(tuple(place), 1.0)) for place in places)
    zeros = (Component(Gaussian((0.0, 0.0), 3.0)),)
    made = iter(np.linspace(0.45, 0.55, 1000).tolist())
    return lambda: clean_risk(MixtureProblem(next(made), 2, zeros, ones), 0.4, 0.5)


def striped(count: int) -> Work:
    """A map large enough to show what is summed over pairs of boundaries, which small ones hide."""
    return mapped(regimes.stripes(count=count), sized(64, 2))


def in_dimensions(dim: int) -> Work:
    """A new problem each time: what is kept from the last one would hide its cost."""
    made = iter(np.linspace(1.4, 1.6, 1000).tolist())
    return lambda: clean_risk(regimes.concentric(dim=dim, outer=next(made)), 0.4, 0.5)


def voting(votes: int) -> Work:
    alpha, beta = noises(sized(8, 2))
    return lambda: vote_risk(regimes.bumps(), alpha, beta, votes)


def drawn(dim: int = 2, votes: int = 100, samples: int = 10_000) -> Work:
    sampling = Sampling(samples, 1)
    return lambda: monte_carlo(regimes.two_gaussians(dim=dim), alpha=0.5, beta=0.5, votes=votes, sampling=sampling)


def trained(draws: int) -> Work:
    problem = replace(regimes.two_gaussians(sized(100, 10), 3.0), training=Training("lda"))
    return lambda: train_on_samples(problem, alpha=0.6, beta=0.5, ratio=2.0, sets=TrainingSets(draws, 0))


def grown(first: int, factor: int = 2, steps: int = 5) -> tuple[int, ...]:
    """Sizes in equal ratios; of the smoke version the least two."""
    return tuple(first * factor**k for k in range(sized(steps, 2)))


SIDES = sized((32, 64, 128, 256), (4, 8))
CASES: dict[str, tuple[tuple[int, ...], Callable[[int], Work]]] = {
    "cells, line": (tuple(side**2 for side in SIDES), lambda n: mapped(regimes.bumps(), round(n**0.5))),
    "cells, radial": (tuple(side**2 for side in SIDES), lambda n: mapped(regimes.concentric(dim=10), round(n**0.5))),
    "components": (grown(sized(16, 2)), lambda n: mapped(crowd(n), sized(12, 2))),
    "components, plane": (grown(sized(16, 3)), crowd_in_plane),
    "boundaries": (grown(sized(16, 2)), striped),
    "dimension": (grown(sized(100, 10), 10), in_dimensions),
    "votes": (grown(11, 10), voting),
    "simulated votes": (grown(sized(200, 10), 3), lambda n: drawn(votes=n)),
    "simulated samples": (grown(sized(10_000, 100), 3), lambda n: drawn(samples=n)),
    "simulated dimension": (grown(sized(8, 2)), lambda n: drawn(dim=n)),
    "simulated draws": (grown(sized(20, 2)), trained),
}


def exponent(sizes: tuple[int, ...], times: list[float]) -> float:
    """The slope of log time over log size."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


@pytest.mark.parametrize("name", CASES)
def test_growth(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    sizes, make = CASES[name]
    times = [best(make(size), REPEATS, process_time) for size in sizes]
    found = exponent(sizes, times)
    spent = ", ".join(f"{size}: {1e3 * time:.3g}" for size, time in zip(sizes, times, strict=True))
    with capsys.disabled():
        print(f"\n  {name}: exponent {found:.2f}; ms of CPU by size {spent}", end="")
    assert SMOKE or found <= MOST
