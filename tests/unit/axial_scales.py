"""Problems about an axis with several scales across it, generic and as people type them, and dumb sums over a grid."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi, ncx2, norm

from tests.unit.axial_problems import log_odds, on_axis
from theory import Component, Gaussian, MixtureProblem


def several(rng: np.random.Generator, dim: int, unit: float = 1.0) -> MixtureProblem:
    """One to three components in each class, isotropic or spheroids, of scales that need not be those of their class;
    further dimensions take scales nearer to each other, so that classes overlap."""
    typed, near = rng.random() < 0.5, 1 / np.sqrt(max(dim - 1, 1))

    def number(value: float) -> float:
        return float(np.round(value, 1)) if typed else float(value)

    step, shift = number(rng.uniform(0.5, 2)) + 0.1, float(rng.choice([0.0, 3.0]))
    sides = []
    for _ in range(2):
        laws = []
        for k in range(int(rng.integers(1, 4))):
            place = unit * (shift + (k - 1) * step if rng.random() < 0.4 else shift + number(2 * rng.normal()))
            wide = unit * (1 + near * (number(rng.uniform(-0.5, 1)) + 0.05))
            along = wide if rng.random() < 0.5 else unit * (number(rng.uniform(0.3, 1.5)) + 0.1)
            scale = wide if along == wide else (along, *[wide] * (dim - 1))
            laws.append(Component(Gaussian(on_axis(place, dim), scale), number(rng.uniform(0.5, 2))))
        sides.append(tuple(laws))
    return MixtureProblem(float(rng.choice([0.5, 0.3, 0.01])), dim, *sides)


def by_grid(problem: MixtureProblem, alpha: float, beta: float, count: int) -> float:
    """The risk by sums over a grid of the half-plane, of isotropic components: about 1/count off."""
    laws = [(y, part) for y, side in enumerate((problem.class0, problem.class1)) for part in side]
    places = np.array([np.ravel(part.law.mean)[0] for _y, part in laws])
    scales = np.array([part.law.scale for _y, part in laws])
    dim = problem.dim - 1
    t = np.linspace((places - 5 * scales).min() - 5 * beta, (places + 5 * scales).max() + 5 * beta, count)
    far = np.sqrt((scales.max() * (np.sqrt(dim) + 5)) ** 2 + dim * beta**2) + 5 * beta
    r = (np.arange(count) + 0.5) * far / count
    step, half = t[1] - t[0], 0.5 * far / count
    base = log_odds(problem, alpha, *np.meshgrid(t, r, indexing="ij")) >= 0
    ends = np.append(r - half, far) / beta
    across = np.diff(ncx2.cdf(ends**2, dim, (r[:, None] / beta) ** 2), axis=1)
    along = norm.pdf(t[:, None], t, beta) * step
    chosen = along @ base @ across.T >= 0.5
    risk = 0.0
    for y, side in enumerate((problem.class0, problem.class1)):
        share = (1 - problem.prior, problem.prior)[y] / sum(part.weight for part in side)
        for part in side:
            place, scale = np.ravel(part.law.mean)[0], part.law.scale
            mass = norm.pdf(t, place, scale)[:, None] * step * np.diff(chi.cdf(np.append(r - half, far) / scale, dim))
            risk += share * part.weight * mass[chosen != y].sum()
    return float(risk)
