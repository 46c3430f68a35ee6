"""The plane against plain simulation: points, noise and votes drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.plane_laws import moments
from theory import clean_risk
from theory.arrays import Array, Flags
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Training

SAMPLES, VOTES = 3000, 801
# Votes are few: near the boundary of g they decide at random, at both sides alike.
BIAS = 0.004

MIXTURE = MixtureProblem(
    0.4,
    2,
    (
        Component(Gaussian((0.0, 0.0), cov=((1.0, 0.3), (0.3, 2.0)))),
        Component(Gaussian((2.0, 0.0), cov=((0.1, 0.0), (0.0, 0.2)))),
    ),
    (Component(Gaussian((1.0, 1.0), cov=((0.5, 0.3), (0.3, 0.6)))), Component(Gaussian((-1.5, 0.0), 0.3), 0.5)),
)
SETS = DomainProblem(
    2,
    (Ball((0.0, 0.0), 1.0), Ball((2.1, 0.3), 1.0), Box((0.0, 1.0), (1.0, 3.0))),
    -2.0,
    3.5,
    training=Training("regression"),
)


def density(side: tuple[Component, ...], x: Array, alpha: float) -> Array:
    total = np.zeros(x.shape[:-1])
    for part in side:
        mean, cov = moments(part.law)
        cov = cov + alpha**2 * np.eye(2)
        off = x - mean
        power = np.einsum("...i,ij,...j->...", off, np.linalg.inv(cov), off)
        total += part.weight * np.exp(-0.5 * power) / np.sqrt(np.linalg.det(cov))
    return total / sum(part.weight for part in side)


def draw(side: tuple[Component, ...], count: int, rng: np.random.Generator) -> Array:
    weights = np.array([part.weight for part in side])
    which = rng.choice(len(side), count, p=weights / weights.sum())
    points = np.empty((count, 2))
    for k, part in enumerate(side):
        points[which == k] = rng.multivariate_normal(*moments(part.law), (which == k).sum())
    return points


def labelled(x: Array) -> Flags:
    inside = np.zeros(x.shape[:-1], bool)
    for held in SETS.inside:
        if isinstance(held, Ball):
            inside |= ((x - np.array(held.center)) ** 2).sum(axis=-1) <= held.radius**2
        else:
            inside |= ((x >= np.array(held.low)) & (x <= np.array(held.high))).all(axis=-1)
    return inside & ((x >= -2.0) & (x <= 3.5)).all(axis=-1)


@pytest.mark.parametrize(("alpha", "beta"), [(0.0, 0.5), (0.6, 0.4), (0.2, 2.0)])
def test_mixtures(alpha: float, beta: float) -> None:
    rng = np.random.default_rng(7)
    label = rng.random(SAMPLES) < MIXTURE.prior
    x = np.where(label[:, None], draw(MIXTURE.class1, SAMPLES, rng), draw(MIXTURE.class0, SAMPLES, rng))
    wins = np.zeros(SAMPLES)
    for _ in range(VOTES):
        y = x + beta * rng.normal(size=x.shape)
        one, zero = density(MIXTURE.class1, y, alpha), density(MIXTURE.class0, y, alpha)
        wins += MIXTURE.prior * one >= (1 - MIXTURE.prior) * zero
    wrong = ((wins > VOTES / 2) != label).mean()
    assert abs(clean_risk(MIXTURE, alpha, beta).value - wrong) <= 4 * np.sqrt(0.25 / SAMPLES) + BIAS


@pytest.mark.parametrize("beta", [0.2, 0.6])
def test_sets_without_training_noise(beta: float) -> None:
    rng = np.random.default_rng(8)
    x = rng.uniform(-2.0, 3.5, (SAMPLES, 2))
    wins = np.zeros(SAMPLES)
    for _ in range(VOTES):
        wins += labelled(x + beta * rng.normal(size=x.shape))
    risk = clean_risk(SETS, 0.0, beta).value
    wrong = ((wins > VOTES / 2) != labelled(x)).mean()
    assert abs(risk - wrong) <= 4 * np.sqrt(max(risk, 0.01) / SAMPLES) + BIAS
