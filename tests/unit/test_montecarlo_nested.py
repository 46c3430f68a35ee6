"""Base classifiers without a closed form: decided labels against closed forms and brute force, and how many are."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from simulate.montecarlo.assemble import domain_rule, mixture_rule
from simulate.montecarlo.laws.domains import sets_of
from simulate.montecarlo.laws.laws import LawGroup, merged, signed_density
from simulate.montecarlo.rules.inner_noise import confined, unit_from
from simulate.montecarlo.rules.rules import bounded
from simulate.montecarlo.rules.set_parts import set_posterior, set_regression
from simulate.montecarlo.rules.settle import Labels, settle
from tests.unit.montecarlo_labels import check, components, ranges
from theory.problems.problem import Ball, Box, DomainProblem, Gaussian, Laplace, MixtureProblem, Training

FAMILIES = ["gaussian", "laplace", "uniform"]
# What MOST draws can tell from one half: sqrt(log(4 * 9 / 1e-6)/(2 * 65536)), and a little more.
RESOLVED = 0.013

confine = jax.jit(confined, static_argnums=0)


def test_rounds_decide_rightly_and_only_what_can_be() -> None:
    """Indicators and flat values of known means about thresholds of all sizes, 4000 points."""
    rng = np.random.default_rng(0)
    tau = rng.choice([0.5, 0.3, 0.02, 0.9], 4000)
    mean = np.clip(tau + rng.choice([-1, 1], 4000) * 10 ** rng.uniform(-4, -0.5, 4000), 0, 1)
    flat = rng.random(4000) < 0.5

    def values(data: tuple[Any, ...], unit: Any) -> Any:
        _, at, is_flat = data
        u = unit[0][None, :]
        return jnp.where(is_flat[:, None] > 0, at[:, None] * (0.9 + 0.1 * 2 * u), u < at[:, None]).astype(float)

    mean = np.where(flat, np.minimum(mean, 0.9), mean)
    with jax.enable_x64(True):
        data = (jnp.zeros((1, 4000)), jnp.asarray(mean), jnp.asarray(flat, float))
        nobody = jnp.zeros(4000, bool)
        labels = jax.jit(lambda *args: settle(values, *args))(data, jnp.asarray(tau), nobody, nobody)
    low, high = np.asarray(labels.low), np.asarray(labels.high)
    decided = low == high
    assert (low[decided] == (mean >= tau)[decided]).all()
    assert decided[np.abs(mean - tau) > 2 * RESOLVED].all()
    assert not decided[~flat & (np.abs(mean - tau) < 1e-3) & (tau == 0.5)].any()
    assert np.mean(decided[flat]) > np.mean(decided[~flat])  # the empirical variance is used


@pytest.mark.parametrize("noise", FAMILIES)
def test_confined_noise_has_the_conditional_law(noise: str) -> None:
    law = {"gaussian": stats.norm, "laplace": stats.laplace, "uniform": stats.uniform(-1, 2)}[noise]
    share = (np.arange(400) + 0.5) / 400
    with jax.enable_x64(True):
        np.testing.assert_allclose(
            jax.jit(unit_from, static_argnums=0)(noise, jnp.asarray(share)), law.ppf(share), rtol=1e-11, atol=1e-12
        )
        for low, high in [(-1.0, 2.0), (-0.2, 0.1), (0.4, 6.0), (-9.0, -0.5), (3.0, 3.001), (-2.0, 50.0), (8.0, 9.0)]:
            if noise == "uniform" and low >= 1:
                continue
            w = np.asarray(confine(noise, jnp.asarray(share), jnp.asarray(low), jnp.asarray(high)))
            below, above = law.cdf(low), law.sf(high)
            got = (law.cdf(w) - below) / (law.cdf(high) - below)
            if low > 0:
                got = (law.sf(low) - law.sf(w)) / (law.sf(low) - above)
            got = got if got[-1] > got[0] else got[::-1]
            np.testing.assert_allclose(got, share, atol=1e-7)


def test_confined_normal_far_in_the_tail() -> None:
    share = (np.arange(50) + 0.5) / 50
    with jax.enable_x64(True):
        for low in (29.0, 31.0, 200.0, 1e4):
            w = np.asarray(confine("gaussian", jnp.asarray(share), jnp.asarray(low), jnp.asarray(low + 5)))
            ratio = -np.expm1(stats.norm.logsf(w) - stats.norm.logsf(low))
            np.testing.assert_allclose(ratio, share, atol=3e-5)


BOXES = (
    Box((0.0, 0.0, 0.0), (2.0, 1.0, 1.0)),
    Box((1.0, 0.5, 0.2), (3.0, 2.0, 1.5)),
    Box((3.5, 0.0, 0.0), (4.0, 3.0, 2.0)),
)


@pytest.mark.slow
@pytest.mark.parametrize("noise", FAMILIES)
@pytest.mark.parametrize("rule", ["regression", "posterior"])
def test_drawn_sets_agree_with_boxes_cut_apart(noise: Any, rule: Any) -> None:
    """Overlapping boxes by draws alone, against their closed form: inside, outside and beyond the frame."""
    problem = DomainProblem(3, BOXES, low=(0.0, 0.0, 0.0), high=(4.0, 3.0, 2.0), training=Training(rule, noise))
    closed, sets = domain_rule(problem, np.array([0.5])), sets_of(problem)
    drawn = (set_posterior if rule == "posterior" else set_regression)(sets, noise, np.array([0.5]))
    bare = drawn._replace(rule=drawn.rule._replace(parts={}, whole={}))
    assert bounded(bare, noise)
    x = np.random.default_rng(2).uniform([-1] * 3, [5, 4, 3], (600, 3)).T
    for alpha in (None, 0.3 if rule == "regression" else 0.5):
        truth = ranges(closed, noise, alpha, x).best
        check(ranges(bare, noise, alpha, x), truth, 0.0 if alpha is None else 0.1)
        assert 15 < truth.sum() < 585


@pytest.mark.parametrize("off_support", ["nearest", "class0", "class1"])
def test_beyond_the_frame_with_uniform_noise(off_support: Any) -> None:
    """The nearest of inside and outside, each plus a cube, against the closed form of boxes."""
    training = Training("posterior", "uniform", off_support)
    problem = DomainProblem(3, BOXES, low=(0.0, 0.0, 0.0), high=(4.0, 3.0, 2.0), training=training)
    drawn, x = set_posterior(sets_of(problem), "uniform", np.array([0.4])), np.random.default_rng(5)
    x = x.uniform([-4] * 3, [8, 7, 6], (400, 3)).T
    x = x[:, ((x < -0.4) | (x > np.array([[4.4], [3.4], [2.4]]))).any(axis=0)]
    for alpha in (None, 0.4):
        truth = ranges(domain_rule(problem, np.array([0.4])), "uniform", alpha, x, off_support).best
        got = ranges(drawn, "uniform", alpha, x, off_support)
        check(got, truth, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_posterior_rule_with_balls(noise: Any) -> None:
    """Discs in a frame by both ways of the posterior rule, against counts on a fine grid."""
    inside = (Ball((1.0, 1.0), 0.8), Ball((1.9, 1.4), 0.7), Ball((3.9, 0.2), 1.0))
    problem = DomainProblem(2, inside, low=(0.0, 0.0), high=(4.0, 2.5), training=Training("posterior", noise))
    rule = domain_rule(problem, np.array([0.4]))
    x = np.random.default_rng(7).uniform(-0.5, 4.5, (2, 150))
    step = 0.01
    axes = [np.arange(0, end, step) + step / 2 for end in (4, 2.5)]
    union = np.any([np.hypot(*np.ix_(*(axes[i] - b.center[i] for i in (0, 1)))) <= b.radius for b in inside], axis=0)
    law = stats.norm if noise == "gaussian" else stats.laplace
    kernels = [np.outer(*(law.pdf((p[i] - axes[i]) / 0.4) for i in (0, 1))) for p in x.T]
    share = np.array([kernel[union].sum() / kernel.sum() for kernel in kernels])
    clear = np.abs(share - 0.5) > 2e-3
    labels = ranges(rule, noise, 0.4, x[:, clear])
    check(labels, (share >= 0.5)[clear], 0.0 if noise == "gaussian" else 0.08)


def full_and_plain(dim: int, noise: Any) -> tuple[Any, Any]:
    """The same rule with an axis-parallel Gaussian held as a full covariance, and as what it is."""
    scales = tuple(0.5 + 0.4 * i for i in range(dim))
    laws = Gaussian(0.0, 1.0), Gaussian(0.4, scales), Laplace(-0.5, 0.7)
    training = Training(noise=noise)
    problem = MixtureProblem(0.5, dim, components(laws[0], laws[2]), components(laws[1]), training)
    plain = signed_density(merged(problem), problem, np.empty(0))
    part = plain.positive["gaussian"]
    axes = np.eye(dim)[:, ::-1]
    full = LawGroup(part.center, part.scale[:, ::-1], part.log_mass, axes[None])
    return plain._replace(positive={"rotated": full}), plain


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["laplace", "uniform"])
@pytest.mark.parametrize(("dim", "wide", "most_open"), [(2, 3.0, 0.0), (2, 8.0, 0.0), (3, 2.0, 0.3)])
def test_full_covariances_agree_with_plain_ones(noise: Any, dim: int, wide: float, most_open: float) -> None:
    full, plain = full_and_plain(dim, noise)
    assert bounded(full, noise)
    assert not bounded(full, "gaussian")
    x = np.random.default_rng(dim).normal(size=(dim, 500)) * wide
    truth = ranges(plain, noise, 0.6, x).best
    assert 5 < truth.sum() < 480
    check(ranges(full, noise, 0.6, x), truth, most_open)


def test_a_lean_covariance_in_the_plane() -> None:
    cov = ((2.0, 1.2), (1.2, 1.0))
    class1 = components(Gaussian((0.3, -0.2), cov=cov))
    problem = MixtureProblem(0.5, 2, components(Gaussian((0.0, 0.0), 1.0)), class1, Training(noise="laplace"))
    x = np.random.default_rng(1).normal(size=(2, 40)) * 2
    nodes, weights = np.polynomial.laguerre.laggauss(40)
    w, mass = 0.5 * np.concatenate([-nodes, nodes]), np.concatenate([weights, weights]) / 2
    steps = np.stack(np.meshgrid(w, w, indexing="ij"), axis=-1).reshape(-1, 2)
    both = np.outer(mass, mass).ravel()
    first, second = stats.multivariate_normal((0.3, -0.2), cov), stats.multivariate_normal((0, 0))
    gap = [(first.pdf(p - steps) - second.pdf(p - steps)) @ both for p in x.T]
    labels = ranges(mixture_rule(problem, np.array([0.5])), "laplace", 0.5, x)
    clear = np.abs(gap) > 1e-5
    assert clear.sum() > 30
    check(Labels(*(part[clear] for part in labels)), (np.array(gap) >= 0)[clear], 0.0)


def test_balls_with_uniform_noise() -> None:
    """Two ball laws: only where both noised supports reach are draws needed; the off-support rule beyond."""
    class0, class1 = components(Ball((0.0, 0.0, 0.0), 1.0)), components(Ball((1.5, 0.0, 0.0), 0.8))
    problem = MixtureProblem(0.5, 3, class0, class1, Training(noise="uniform"))
    x = np.random.default_rng(3).uniform(-3, 4, (3, 500))
    labels = ranges(mixture_rule(problem, np.array([0.3])), "uniform", 0.3, x)
    w = np.random.default_rng(4).uniform(-0.3, 0.3, (3, 20_000))
    truth, clear = np.zeros(500, bool), np.zeros(500, bool)
    for k, p in enumerate(x.T):
        places, other = p[:, None] + w, p[:, None] + w - np.array([[1.5], [0], [0]])
        in0 = (np.linalg.norm(places, axis=0) <= 1).mean()
        in1 = (np.linalg.norm(other, axis=0) <= 0.8).mean() / 0.8**3
        gaps = np.maximum(np.abs(p) - 0.3, 0), np.maximum(np.abs(p - [1.5, 0, 0]) - 0.3, 0)
        to0, to1 = np.linalg.norm(gaps[0]) - 1, np.linalg.norm(gaps[1]) - 0.8
        beyond = to0 > 0 and to1 > 0
        truth[k] = to1 <= to0 if beyond else in1 >= in0
        clear[k] = beyond or abs(in1 - in0) > 0.03
    assert clear.sum() > 400
    check(Labels(*(part[clear] for part in labels)), truth[clear], 0.02)


def test_many_overlapping_boxes_need_no_cells() -> None:
    boxes = tuple(Box(float(i), 1.5 + float(i)) for i in range(30))
    problem = DomainProblem(3, boxes)
    rule = domain_rule(problem, np.array([0.2]))
    assert bounded(rule, "gaussian")
    x = np.array([[0.75, 15.2, 40.0, 5.0], [0.75, 15.3, 3.0, 9.0], [0.75, 15.1, 0.0, 5.0]])
    labels = ranges(rule, "gaussian", 0.2, x)
    check(labels, np.array([1, 1, 0, 0], bool), 0.0)


@pytest.mark.slow
def test_labels_do_not_depend_on_their_company() -> None:
    """The label of a point is the same alone and among others, as the chunks of a run demand."""
    problem = DomainProblem(3, BOXES, low=(0.0, 0.0, 0.0), high=(4.0, 3.0, 2.0), training=Training("regression"))
    drawn = set_regression(sets_of(problem), "gaussian", np.array([0.5]))
    drawn = drawn._replace(rule=drawn.rule._replace(parts={}, whole={}))
    x = np.random.default_rng(2).uniform(0, 3, (3, 64))
    together = ranges(drawn, "gaussian", 0.5, x)
    for part in (slice(0, 7), slice(7, 64)):
        alone = ranges(drawn, "gaussian", 0.5, x[:, part])
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, other[part])
