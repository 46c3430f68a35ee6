"""Problems about an axis, generic and as people type them, and nested simulation of them with nothing but NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory import Component, Gaussian, MixtureProblem


def on_axis(place: float, dim: int) -> tuple[float, ...]:
    return (place, *[0.0] * (dim - 1))


def bumps_of(dim: int, spacing: float, prior: float = 0.5) -> MixtureProblem:
    """N(0, I) and two bumps of scale 1 + .8/sqrt(dim) in front of it."""
    scale = 1 + 0.8 / np.sqrt(dim)
    bumps = tuple(Component(Gaussian(on_axis(side * spacing, dim), scale)) for side in (-1, 1))
    return MixtureProblem(prior, dim, (Component(Gaussian(0.0, 1.0)),), bumps)


@dataclass(frozen=True)
class Drawn:
    """A problem with the length that its numbers are measured in."""

    problem: MixtureProblem
    unit: float


def drawn(rng: np.random.Generator, dim: int) -> Drawn:
    """One scale across the axis for each class, up to three components, spheroids among them; along the first axis in
    round numbers, or along any."""
    typed = rng.random() < 0.6
    unit, shift = float(rng.choice([1.0, 1.0, 1e-6, 1e6])), float(rng.choice([0.0, 0.0, 3.0]))
    axis = np.eye(dim)[0] if typed else rng.normal(size=dim)
    axis /= np.linalg.norm(axis)
    across = [_number(rng.uniform(0.3, 1.5), typed) + 0.05 for _ in (0, 1)]
    across[1] += 0.3 * (across[0] == across[1])
    sides = []
    for wide in across:
        count = int(rng.integers(1, 4))
        places = [_number(2 * rng.normal(), typed) for _ in range(count)]
        if rng.random() < 0.4:
            step = _number(rng.uniform(0.5, 3), typed)
            places = [(k - (count - 1) / 2) * step for k in range(count)]
        laws = [_spheroid(rng, unit * (shift + place * axis), axis, unit * wide, unit, typed) for place in places]
        sides.append(tuple(Component(law, _number(rng.uniform(0.5, 2), typed)) for law in laws))
    return Drawn(MixtureProblem(float(rng.choice([0.5, 0.5, 0.01, 0.99, 0.3])), dim, *sides), unit)


def _number(value: float, typed: bool) -> float:
    return float(np.round(value, 1)) if typed else float(value)


def _spheroid(
    rng: np.random.Generator, mean: np.ndarray, axis: np.ndarray, across: float, unit: float, typed: bool
) -> Gaussian:
    place = tuple(mean.tolist())
    if rng.random() < 0.6:
        return Gaussian(place, across)
    along = unit * (_number(rng.uniform(0.3, 2), typed) + 0.05)
    if typed:
        return Gaussian(place, (along, *[across] * (len(axis) - 1)))
    cov = across**2 * np.eye(len(axis)) + (along**2 - across**2) * np.outer(axis, axis)
    return Gaussian(place, cov=tuple(map(tuple, (0.5 * (cov + cov.T)).tolist())))


def log_odds(problem: MixtureProblem, alpha: float, t: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Logarithm of the odds for class 1 after noise, of isotropic components on the first axis."""
    sides = []
    for share, side in ((1 - problem.prior, problem.class0), (problem.prior, problem.class1)):
        whole, logs = sum(part.weight for part in side), []
        for part in side:
            variance = part.law.scale**2 + alpha**2
            square = (t - np.ravel(part.law.mean)[0]) ** 2 + r**2
            share_of = np.log(share * part.weight / whole) - 0.5 * problem.dim * np.log(variance)
            logs.append(share_of - square / (2 * variance))
        sides.append(np.logaddexp.reduce(logs))
    return np.asarray(sides[1] - sides[0])


def failures(
    problem: MixtureProblem, alpha: float, beta: float, votes: int, samples: int, rng: np.random.Generator
) -> int:
    """Of `samples` points how many are misjudged by `votes` votes: only places along the axis and distances from it
    are drawn."""
    label = rng.random(samples) < problem.prior
    t, r = np.empty(samples), np.empty(samples)
    for side, chosen in ((problem.class1, label), (problem.class0, ~label)):
        rows = np.flatnonzero(chosen)
        weights = np.array([part.weight for part in side])
        which = rng.choice(len(side), size=len(rows), p=weights / weights.sum())
        scale = np.array([part.law.scale for part in side])[which]
        place = np.array([np.ravel(part.law.mean)[0] for part in side])[which]
        t[rows] = place + scale * rng.normal(size=len(rows))
        r[rows] = scale * np.sqrt(rng.chisquare(problem.dim - 1, size=len(rows)))
    shape = samples, votes
    moved = t[:, None] + beta * rng.normal(size=shape)
    near = r[:, None] + beta * rng.normal(size=shape)
    far = np.hypot(near, beta * np.sqrt(rng.chisquare(problem.dim - 2, size=shape)))
    ones = (log_odds(problem, alpha, moved, far) >= 0).sum(axis=1)
    return int(((2 * ones > votes) != label).sum())
