"""Maps over samples per dimension and training noise: what a cell costs, and what obvious code takes for it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from tests.benchmarks.timing import best, sized
from theory import Component, Gaussian, MixtureProblem, Training, compare, regimes, with_overrides

SIDE = sized(256, 16)
ALPHAS, RATIOS = np.linspace(0.0, 3.0, SIDE)[:, None], np.linspace(0.1, 10.0, SIDE)
ROUND = with_overrides(regimes.two_gaussians(separation=3.0, prior=0.2), {"training.rule": "lda"})
OVAL = MixtureProblem(
    0.2,
    2,
    (Component(Gaussian([-1.0, 0.0], [1.0, 2.0])),),
    (Component(Gaussian([1.0, 0.5], [1.0, 2.0])),),
    Training("lda"),
)
# Cells of the obvious code, which is timed and scaled up.
FEW = sized(200, 10)


def obvious(problem: MixtureProblem, alpha: float, delta: float) -> float:
    """One cell of lda by the textbook: the scalar equation by bisection, sums in a loop."""
    zero, one = (side[0].law for side in (problem.class0, problem.class1))
    scales = np.broadcast_to(np.asarray(one.scale, float), (problem.dim,))
    means = [np.broadcast_to(np.asarray(law.mean, float), (problem.dim,)) for law in (zero, one)]
    t, m, h, gamma, lam = scales**2, 0.25 * (means[1] - means[0]) ** 2, 1 / problem.dim, 1 / delta, alpha**2
    prior, v = problem.prior, 1 / (problem.prior * (1 - problem.prior))
    kappa = brentq(lambda k: k * (1 + gamma * sum(h * t / (lam + k * t))) - 1, 1e-300, 1.0, xtol=1e-15)
    q = 1 / (lam + kappa * t)
    t1, t2 = gamma * sum(h * t * q), gamma * sum(h * t**2 * q**2)
    sd = np.sqrt((4 * sum(m * t * q**2) + v * t2) / (1 - kappa**2 * t2))
    cut, tilt, signal = np.log((1 - prior) / prior), (1 / prior - 1 / (1 - prior)) * t1 / 2, 2 * sum(m * q)
    return prior * ndtr((cut + tilt - signal) / sd) + (1 - prior) * ndtr((-cut - tilt - signal) / sd)


@pytest.mark.parametrize(("name", "problem"), [("isotropic", ROUND), ("two scales", OVAL)])
def test_map_of_lda(name: str, problem: MixtureProblem, capsys: pytest.CaptureFixture[str]) -> None:
    ours = best(lambda: compare(problem, ALPHAS, 0.5, ratio=RATIOS))
    rng = np.random.default_rng(0)
    cells = list(zip(rng.uniform(0.1, 3, FEW).tolist(), rng.uniform(0.1, 10, FEW).tolist(), strict=True))
    each = best(lambda: [obvious(problem, *cell) for cell in cells]) / FEW
    found = compare(problem, *np.array(cells).T[:1], 0.5, ratio=np.array(cells).T[1]).risk.value
    apart = np.max(np.abs(found - [obvious(problem, *cell) for cell in cells]))
    with capsys.disabled():
        share = each * SIDE**2 / ours
        print(f"\n  lda, {name}, {SIDE} x {SIDE}: {ours:.3f} s, obvious code {share:.0f} times, apart by {apart:.1g}")
