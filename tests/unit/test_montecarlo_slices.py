"""Slices of sets in the plane against a fine grid and against the tables of discs."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from simulate.montecarlo.laws.balls import ball_tables
from simulate.montecarlo.laws.domains import sets_of
from simulate.montecarlo.laws.fields import log_ball_mass
from simulate.montecarlo.rules.slices import slice_mass, slices_of
from theory.problems.problem import Ball, Box, DomainProblem, Training

SLICE_ERROR = 1e-9


def covered_share(problem: DomainProblem, alpha: float, x: np.ndarray) -> float:
    """P(x - alpha W in A) in the plane, by a fine grid of one axis and root-free counting of the other."""
    sets = sets_of(problem)
    low, high = np.asarray(sets.frame.low)[0], np.asarray(sets.frame.high)[0]
    edges = np.linspace(low[0], high[0], 4001)
    y = (edges[1:] + edges[:-1]) / 2
    total = np.zeros(len(y))
    for k, place in enumerate(y):
        discs = zip(sets.balls.center, sets.balls.radius, strict=True)
        chords = [(c[1], math.sqrt(r * r - (place - c[0]) ** 2)) for c, r in discs if abs(place - c[0]) < r]
        spans = [(at - half, at + half) for at, half in chords]
        spans += [(b[1], t[1]) for b, t in zip(sets.boxes.low, sets.boxes.high, strict=True) if b[0] <= place <= t[0]]
        end = low[1]
        for first, last in sorted(spans):
            start, stop = max(first, end), min(last, high[1])
            if start < stop:
                total[k] += ndtr((stop - x[1]) / alpha) - ndtr((start - x[1]) / alpha)
                end = stop
    return float((total * stats.norm.pdf((x[0] - y) / alpha) / alpha).sum() * (y[1] - y[0]))


OVERLAPPING = DomainProblem(
    2,
    (Ball((1.0, 1.0), 1.5), Ball((2.0, 1.2), 1.0), Box((0.5, 2.0), (3.0, 2.6)), Ball((3.9, 3.0), 0.8)),
    low=(0.0, 0.0),
    high=(4.0, 3.5),
    training=Training("regression"),
)


@pytest.mark.slow
def test_slices_of_overlapping_sets() -> None:
    sets = sets_of(OVERLAPPING)
    rng = np.random.default_rng(3)
    for alpha in (0.15, 0.6, 3.0):
        slices = slices_of(sets, np.array([alpha, 1.0]))
        x = rng.uniform(-0.5, 4.5, (2, 4))
        with jax.enable_x64(True):
            got = np.asarray(jax.jit(slice_mass)(slices, jnp.asarray(alpha), jnp.asarray(x)))
        want = [covered_share(OVERLAPPING, alpha, point) for point in x.T]
        np.testing.assert_allclose(got, want, atol=3e-5)  # the reference: kinks at the ends of discs


def test_slices_of_one_disc_are_its_mass() -> None:
    """Discs near each other without touching, so that panels crowd; the sum of their tables is exact."""
    centers, radii = np.array([[0.0, 0.0], [2.0 + 1e-7, 0.3], [0.3, -3.0], [-1.0, 5.0]]), [1.0, 0.9, 1.5, 2.0]
    inside = tuple(Ball(tuple(c), r) for c, r in zip(centers, radii, strict=True))
    sets = sets_of(DomainProblem(2, inside))
    x = np.random.default_rng(2).uniform(-3, 6, (2, 300))
    distance = np.linalg.norm(x[None] - centers[:, :, None], axis=1)
    alphas = np.array([0.05, 0.4, 2.0])
    tables, slices = ball_tables(2, np.array(radii), alphas), slices_of(sets, alphas)
    with jax.enable_x64(True):
        for alpha in jnp.asarray(alphas):
            mass = jnp.exp(jax.jit(log_ball_mass)(tables, alpha, jnp.asarray(distance), jnp.asarray(radii))).sum(axis=0)
            np.testing.assert_allclose(jax.jit(slice_mass)(slices, alpha, jnp.asarray(x)), mass, atol=SLICE_ERROR)
