"""Following boundaries: what the search by exclusion finds, however the noises of a request are arranged."""

from __future__ import annotations

import numpy as np
import pytest

from theory import regimes
from theory.geometry.line.level import level_set, search
from theory.problems.normal import normal_form
from theory.problems.problem import Smoothing
from theory.reduction.reduce import reduce
from theory.risks.gains import compare
from theory.risks.risks import adversarial_risk, clean_risk

# Two routes to one root agree to the errors that both report; this much more is allowed for their own rounding.
SLACK = 1e-15


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_following_finds_what_the_search_finds(noise: str) -> None:
    rng = np.random.default_rng(3)
    for count in (2, 3, 5):
        geometry = reduce(normal_form(regimes.bumps(count=count, spacing=1.1)))
        base = geometry.train(np.sort(rng.uniform(0, 1.5, 12)))
        beta = np.sort(rng.uniform(0.01, 2, (12, 40)), axis=1)
        followed = level_set(base.region, noise, beta)
        flat = base.region.take(np.repeat(np.arange(12), 40))
        rows = np.flatnonzero(flat.counts > 1)
        searched = search(flat.take(rows), noise, beta.ravel()[rows], None)
        assert (searched.counts == followed.counts[rows]).all()
        width = searched.ends.shape[1]
        found = followed.take(rows)
        real = np.isfinite(searched.ends)
        miss = np.abs(searched.ends[real] - found.ends[:, :width][real])
        assert (miss <= searched.error[real] + found.error[:, :width][real] + SLACK).all()


def test_a_noise_asked_for_at_several_radii_is_followed_as_one() -> None:
    problem = regimes.bumps()
    alpha, beta, eps = np.meshgrid([0.0, 0.4], [0.3, 0.8], [0.0, 0.25], indexing="ij")
    together = compare(problem, alpha, beta, eps).risk
    attacked = adversarial_risk(problem, alpha, beta, eps)
    for place in np.ndindex(alpha.shape):
        one = compare(problem, alpha[place], beta[place], eps[place]).risk
        alone = adversarial_risk(problem, alpha[place], beta[place], eps[place])
        assert abs(one.value - together.value[place]) <= one.error + together.error[place]
        assert abs(alone.value - attacked.value[place]) <= alone.error + attacked.error[place]


def test_requests_in_any_order_give_the_same_risks() -> None:
    rng = np.random.default_rng(5)
    problem = regimes.bumps(count=3, spacing=1.3)
    alpha, beta = rng.uniform(0, 1.5, 200), rng.choice(np.linspace(0, 2, 37), 200)
    whole, order = clean_risk(problem, alpha, beta), rng.permutation(200)
    shuffled = clean_risk(problem, alpha[order], beta[order])
    assert (np.abs(whole.value[order] - shuffled.value) <= whole.error[order] + shuffled.error).all()


def test_a_grid_equals_its_cells() -> None:
    problem = regimes.stripes(count=3, gap=0.3)
    for smoothing in ("gaussian", "laplace", "uniform"):
        changed = type(problem)(problem.dim, problem.inside, training=problem.training, smoothing=Smoothing(smoothing))
        alpha, beta = np.linspace(0, 1, 9)[:, None], np.linspace(0, 1.5, 10)
        grid = clean_risk(changed, alpha, beta)
        cells = [[clean_risk(changed, a, b).value for b in beta] for a in alpha[:, 0]]
        assert np.abs(grid.value - np.array(cells)).max() <= 2 * grid.error.max()
