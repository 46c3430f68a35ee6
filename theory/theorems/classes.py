"""More classes than two: symmetric arrangements of equally likely isotropic Gaussians feel neither noise.

Proof. Equal priors and one scale: f_alpha is the nearest mean for every alpha. Let x be nearest to mean i. For a
simplex, a cross-polytope and a regular polygon the reflection that swaps means i and j maps all means to themselves,
hence the cell of i to the cell of j; x lies on the side of i, and so each point of the cell of i is nearer to x than
its image: it gets at least the votes of j. For the vertices of a cube the cells are products of half-lines, and the
votes factorise: each coordinate votes for its own side. Whatever beta, the most votes are for the nearest mean.

How it is checked: votes of a random point are drawn, and the margin is the least probability, over the other classes,
of so many votes against the nearest mean among those of both if each were as likely, less FAILURE. Where the law holds
a case falls below 0 with at most that probability (an exact binomial test).
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from scipy.stats import binom

from theory.arrays import Array, Index
from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import Component, Gaussian, MixtureProblem, as_vector
from theory.theorems.law import Theorem

VOTES, FAILURE = 20_000, 1e-9
SHAPES = ("simplex", "cross-polytope", "polygon", "cube")


def means(shape: str, size: int) -> Array:
    """(K, d): a simplex of `size` vertices, a cross-polytope or a cube of that dimension, a polygon of 3 sides more."""
    if shape == "simplex":
        return np.eye(size)
    if shape == "cross-polytope":
        return np.concatenate([np.eye(size), -np.eye(size)])
    if shape == "cube":
        return np.array(list(product((-1.0, 1.0), repeat=size)))
    angle = 2 * math.pi * np.arange(size + 3) / (size + 3)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def arrangement(shape: str = "simplex", size: int = 3, spread: float = 1.0) -> MixtureProblem:
    """Gaussians of scale 1 at `spread` times the means: the first is class 1, and class 0 is all the others."""
    return among(spread * means(shape, size))


def among(places: Array) -> MixtureProblem:
    """Equally likely Gaussians of scale 1 at places (K, d), the first against the rest."""
    first, *rest = (Component(Gaussian(place.tolist(), 1.0)) for place in places)
    return MixtureProblem(1 / len(places), places.shape[1], tuple(rest), (first,))


def _most_votes(problem: MixtureProblem, at: CaseNoises, _exact: Side) -> float:
    """Of a point of the mixture; see above."""
    laws = [part.law for part in (*problem.class1, *problem.class0)]
    places = np.stack([as_vector(law.mean, problem.dim) for law in laws if isinstance(law, Gaussian)])
    rng = np.random.default_rng(at.draw)
    point = places[rng.integers(len(places))] + rng.standard_normal(problem.dim)
    noisy = point + at.beta * rng.standard_normal((VOTES, problem.dim))
    counts = np.bincount(_nearest(places, noisy), minlength=len(places))
    winner = int(_nearest(places, point[None, :])[0])
    both = counts[winner] + counts
    chances = binom.sf(counts - 1, both, 0.5)
    return float(np.delete(chances, winner).min()) - FAILURE


def _nearest(places: Array, points: Array) -> Index:
    """Which of the places (K, d) is the nearest one to each of the points (n, d)."""
    return np.argmin((places**2).sum(axis=1) - 2 * points @ places.T, axis=1)


LAWS = (
    Theorem(
        "k-classes-no-effect",
        "K classes, isotropic Gaussians of one scale, equal priors, means that are a simplex, a cross-polytope, a "
        "regular polygon or a cube: training noise changes nothing, and the most votes are for the nearest mean at "
        "every smoothing noise. By Monte Carlo.",
        r"\arg\max_k P(x + \beta V \in C_k) = \arg\min_k |x - \mu_k|",
        "derived here, by reflections",
        _most_votes,
        CaseFamily(
            arrangement,
            {
                "shape": Choice(SHAPES),
                "size": Range(2, 5, whole=True),
                "spread": Range(0.05, 5.0, log=True),
                "beta": Range(1e-2, 20.0, log=True),
                "draw": Range(0, 1_000_000, whole=True),
            },
            ("draw",),
        ),
    ),
)
