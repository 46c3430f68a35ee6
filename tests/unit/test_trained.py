"""Rules trained on samples: that they are trained exactly, on draws of the problem, and weighed exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import nnls
from scipy.stats import binom

from simulate.montecarlo import Level
from simulate.trained import TrainingSets, train_on_samples
from simulate.trained.draws import inputs_of, keys_of
from simulate.trained.logistic import trained_logistic
from simulate.trained.loss import averaged_loss
from simulate.trained.margin import widest_margin
from simulate.trained.points import Points
from simulate.trained.populations import Population
from simulate.trained.ridge import HalfSpace, trained_ridge
from simulate.trained.samples import _finished
from simulate.trained.training import Distances, Learner, compiled_draws, fitted, seen
from simulate.trained.weighing import Means, weighed
from tests.unit.sample_study import SETTINGS, remainder
from tests.unit.trained_references import averaged, half_space, nearest_mean_risk, risk_on_a_line
from theory import MixtureProblem, regimes
from theory.errors import UnsupportedError
from theory.problems.problem import Component, Gaussian, Training

# Standard errors by which a mean may miss, of which one in a million does.
FAR = 5.0
ROUNDING = 1e-12
# Error times dimension of the settings that are looked at; `sample_study` finds at most .3.
REMAINDER = 0.4
# Draws at a time where any number does: code is compiled for each.
DRAWS = 20


loss_and_slopes = jax.jit(averaged_loss)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    """Double precision, which `train_on_samples` switches on for itself."""
    with jax.enable_x64(True):
        yield


def sample(dim: int, count: int, copies: int, seed: int, m: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Points (copies, count, dim) of both classes and their labels."""
    rng = np.random.default_rng(seed)
    y = (np.arange(count) % 3 == 0).astype(float)
    x = rng.standard_normal((copies, count, dim))
    x[..., 0] += m * (2 * y - 1)
    return x, y


def points(x: Any, y: Any) -> Points:
    held = jnp.asarray(x)
    return Points(lambda c: held[c], jnp.asarray(y), len(x), x.shape[2])


@jax.jit
def logistic(x: Any, y: Any, alpha: Any) -> HalfSpace:
    """`trained_logistic` on points that are inputs, so that code is compiled once for each shape."""
    return trained_logistic(points(x, y), alpha)


@partial(jax.jit, static_argnums=0)
def ridge(rule: str, x: Any, y: Any, variance: Any) -> HalfSpace:
    """`trained_ridge`, likewise."""
    return trained_ridge(rule, points(x, y), variance)


def problem_of(rule: str, dim: int, m: float, prior: float = 0.5, copies: int | None = None) -> MixtureProblem:
    return replace(regimes.two_gaussians(dim, 2 * m, prior=prior), training=Training(rule, copies=copies))


@pytest.mark.parametrize(
    ("t", "spread"), [(0.0, 0.0), (1.3, 1e-3), (-2.0, 0.7), (3.0, 1.25), (-40.0, 3.0), (30.0, 6.0), (0.5, 20.0)]
)
def test_the_averaged_loss_and_its_derivatives(t: float, spread: float) -> None:
    """The loss is that of its definition, and every further derivative the slope of the one before."""
    step = 1e-5
    *found, shift = loss_and_slopes(jnp.array([t]), jnp.asarray(spread))
    assert float(jnp.log(found[0][0]) + shift) == pytest.approx(averaged(t, spread), rel=ROUNDING, abs=ROUNDING)
    *beside, shifts = loss_and_slopes(jnp.array([t - step, t + step]), jnp.asarray(spread))
    for value, (low, high) in zip(found[1:], beside, strict=False):
        slope = (high - low) / (2 * step) * jnp.exp(shifts - shift)
        assert abs(float(value[0] - slope)) < 1e-9 * float(found[0][0])


def test_losses_that_no_float_holds_keep_their_ratio() -> None:
    """Far out the loss is exp(s^2/2 - t), here exp(-2000)."""
    found = loss_and_slopes(jnp.array([4000.0]), jnp.asarray(np.sqrt(4000.0)))
    assert float(found.shift + jnp.log(found.loss[0])) == pytest.approx(-2000.0 - np.log(2), abs=0.1)
    assert float(found.first[0] / found.loss[0]) == pytest.approx(-1.0, abs=0.1)


@pytest.mark.parametrize(
    ("count", "alpha", "m"),
    [(60, 0.3, 0.8), (60, 2.0, 0.8), (60, 0.5, 4.0), (60, 0.0, 0.8), (60, 1e-2, 0.8), (9, 0.5, 0.8), (9, 50.0, 0.8)],
)
def test_the_gradient_of_the_averaged_logistic_loss_is_zero(count: int, alpha: float, m: float) -> None:
    """From the definition: the mean of l'(t + s xi) (y x + alpha y xi w/|w|) over a grid of noises xi."""
    x, y = sample(8, count, 1, 3, m=m)
    found = logistic(x, y, alpha)
    w, b, signs = np.asarray(found.direction), -float(found.level), 2 * y - 1
    norm = float(np.linalg.norm(w))
    step = min(0.1, 0.1 / max(alpha * norm, 1e-300))
    xi = np.arange(-int(9 / step) - int(2 * alpha * norm / step), int(9 / step) + 1) * step
    margin = (signs * (x[0] @ w + b))[:, None] + alpha * norm * xi
    logs = -np.logaddexp(0.0, margin) - xi**2 / 2
    slope = np.exp(logs - logs.max())
    along = (slope * alpha * xi).sum() * w / norm
    parts = np.vstack([(slope.sum(axis=1) * signs)[:, None] * np.hstack([x[0], np.ones((count, 1))]), [*along, 0.0]])
    assert np.abs(parts.sum(axis=0)).max() < 1e-9 * np.abs(parts).sum(axis=0).max()


def test_logistic_on_copies_is_that_on_as_many_points() -> None:
    x, y = sample(8, 20, 3, 5, m=0.3)
    one, other = logistic(x, y, 0.0), logistic(x.reshape(1, -1, 8), np.tile(y, 3), 0.0)
    np.testing.assert_allclose(one.direction, other.direction, rtol=1e-9)


@pytest.mark.parametrize(("dim", "count"), [(2, 9), (20, 15), (30, 60), (1, 4)])
def test_the_widest_margin_meets_its_conditions(dim: int, count: int) -> None:
    """All samples are outside the margin, and w and 0 are sums of y x and of y over those on it, with weights >= 0."""
    x, y = sample(dim, count, 1, 7, m=4.0)
    theta = np.asarray(jax.jit(lambda x: widest_margin(points(x, y)))(x))
    signed = (2 * y - 1)[:, None] * np.hstack([x[0], np.ones((count, 1))])
    margin = signed @ theta
    assert margin.min() > 1 - 1e-9
    on_it = signed[margin < 1 + 1e-6]
    _, missed = nnls(on_it.T, np.append(theta[:-1], 0.0))
    assert missed < 1e-7 * np.linalg.norm(theta[:-1])


def test_little_noise_finds_the_widest_margin() -> None:
    x, y = sample(20, 15, 1, 7)
    little, none = (logistic(x, y, a) for a in (0.01, 0.0))
    cosine = little.direction @ none.direction / jnp.linalg.norm(little.direction) / jnp.linalg.norm(none.direction)
    assert 1 - float(cosine) < 1e-4


def test_training_that_does_not_come_to_its_end_is_refused() -> None:
    """Noise that is small against a wide margin: no classifier rather than a wrong one, and one line that says so."""
    found = logistic(*sample(20, 15, 1, 7, m=10.0), 0.01)
    assert np.isnan(np.asarray(found.direction)).all()
    nothing = np.array([[0.5, np.nan], [0.5, 0.5]])
    with pytest.raises(UnsupportedError, match=r"not trained to the end at alpha = 0.002, .*; take a larger one, or 0"):
        _finished(Distances(nothing, nothing, nothing), {0.0: 0.0, 0.001: 0.002}, [0.0, 0.001])


@pytest.mark.parametrize("rule", ["lda", "least-squares"])
@pytest.mark.parametrize(
    ("dim", "count", "copies", "alpha"), [(4, 30, 1, 0.0), (4, 30, 1, 0.7), (9, 6, 1, 0.2), (9, 6, 3, 0)]
)
def test_ridge_is_what_its_definition_says(rule: str, dim: int, count: int, copies: int, alpha: float) -> None:
    x, y = sample(dim, count, copies, 11)
    found = ridge(rule, x, y, float(alpha) ** 2)
    w, level = half_space(rule, x.reshape(-1, dim), np.tile(y, copies), alpha**2)
    scale = float(found.direction @ w / (w @ w))
    np.testing.assert_allclose(found.direction, scale * w, rtol=1e-9)
    assert float(found.level) == pytest.approx(scale * level, rel=1e-9)


def test_noise_is_ridge() -> None:
    """1e5 noisy copies in 20 batches find the ridge solution, up to their own error."""
    x, y = sample(3, 8, 1, 13)
    rng, exact = np.random.default_rng(1), np.append(*half_space("least-squares", x[0], y, 0.25))
    copies = x[0] + 0.5 * rng.standard_normal((20, 5000, 8, 3))
    found = np.array([np.append(*half_space("least-squares", v.reshape(-1, 3), np.tile(y, 5000), 0.0)) for v in copies])
    error = found.std(axis=0, ddof=1) / np.sqrt(20)
    assert (np.abs(found.mean(axis=0) - exact) < FAR * error).all()
    assert (error < 0.01 * np.linalg.norm(exact)).all()


def test_interpolation_is_the_limit_of_little_noise() -> None:
    x, y = sample(30, 12, 1, 17)
    for rule in ("lda", "least-squares"):
        little, none = (ridge(rule, x, y, a) for a in (1e-10, 0.0))
        np.testing.assert_allclose(little.direction, none.direction, rtol=1e-6)
        assert float(none.level) == pytest.approx(float(little.level), rel=1e-6)


def mean_of(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


@pytest.mark.parametrize("rule", ["lda", "least-squares"])
@pytest.mark.parametrize(("samples", "prior"), [(4, 0.2), (9, 0.4)])
def test_risks_on_the_line_are_those_of_an_integral(rule: str, samples: int, prior: float) -> None:
    """Shares are random, a set of one class makes a constant classifier, and nothing is large."""
    alphas, radii, sets = [0.0, 0.5], [0.0, 0.3], TrainingSets(20_000, 3)
    found = train_on_samples(
        problem_of(rule, 1, 0.8, prior), alpha=alphas, beta=1.0, eps=radii, ratio=samples, sets=sets
    )
    for record in found:
        exact = risk_on_a_line(rule, samples, 0.8, prior, record.alpha, record.eps)
        assert record.certified is not None
        assert record.certified.low < exact < record.certified.high
        assert record.certified.high - record.certified.low < 0.02


def test_infinite_noise_is_the_nearest_mean() -> None:
    """Equal priors and equal numbers of samples: the exact risk in 8 dimensions is an integral over an angle."""
    dim, samples, m = 8, 6, 1.2
    labels, keys = jnp.arange(samples) % 2.0, keys_of(5)
    population = Population(np.float64(0.5), m * np.eye(dim)[0], np.ones(dim))
    learner = Learner("lda", samples, None)

    def draw(k: jax.Array) -> Distances:
        inputs = inputs_of(keys, population, k, labels)
        return seen(population, fitted(learner, inputs, labels, jnp.asarray(1e6), None))

    found = jax.jit(lambda: jax.lax.map(draw, jnp.arange(20_000)))()
    for e, eps in enumerate((0.0, 0.4)):
        middle, error = mean_of(
            weighed(Distances(*(np.asarray(v)[:, None] for v in found)), np.array([0.0, 0.4]), 0.5)[:, 0, e]
        )
        assert abs(middle - nearest_mean_risk(dim, samples, m, eps)) < FAR * error


def test_intervals_hold_as_often_as_they_say() -> None:
    """400 times 10 draws at 90 %: misses of the mean of 40 000 others, within the binomial range on both sides."""
    learner, population = Learner("lda", 20, None), Population(np.float64(0.3), np.eye(10)[0], np.ones(10))
    found = compiled_draws()(learner, keys_of(1), population, jnp.array([0.0, 0.5]), jnp.arange(24_000))
    risks = weighed(jax.tree.map(np.asarray, found), np.zeros(1), 0.3)
    truth, groups = risks[4000:].mean(axis=0), risks[:4000].reshape(400, 10, 2, 1)
    for read, exact in ((Means.risk, truth[1, 0]), (Means.gain, truth[0, 0] - truth[1, 0])):
        intervals = [read(Means(group, 0.9, 0.1), 1, 0) for group in groups]
        missed = sum(not v.low <= exact <= v.high for v in intervals)
        assert binom.ppf(1e-3, 400, 0.1) <= missed <= binom.isf(1e-3, 400, 0.1)


def test_draws_do_not_depend_on_their_neighbours() -> None:
    population = Population(np.float64(0.4), np.eye(4)[0], np.ones(4))
    for learner, size in ((Learner("lda", 7, 2), 5), (Learner("logistic", 4, None), DRAWS)):
        asked = learner, keys_of(2), population, jnp.array([0.0, 0.3, 1.0])
        whole = compiled_draws()(*asked, jnp.arange(DRAWS))
        part = compiled_draws()(*asked, jnp.arange(3, 3 + size))
        for held, piece in zip(whole, part, strict=True):
            np.testing.assert_array_equal(held[3 : 3 + size], piece[: DRAWS - 3])


def test_smaller_training_sets_are_parts_of_larger() -> None:
    population, keys = Population(np.float64(0.4), np.eye(7)[0], np.ones(7)), keys_of(2)
    drawn = jax.jit(partial(inputs_of, keys, population))
    few, many = (drawn(jnp.asarray(3), jnp.ones(count)) for count in (5, 9))
    np.testing.assert_array_equal(few, many[:5])


def records(problem: MixtureProblem, **change: Any) -> list[Any]:
    asked = {"alpha": [0.0, 0.4, 2.0], "beta": 0.5, "eps": 0.2, "ratio": 1.0, "sets": TrainingSets(DRAWS, 4)}
    return train_on_samples(problem, **(asked | change))


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_and_places_change_nothing(rule: str, unit: float) -> None:
    one, zero = (Component(Gaussian((7.0 + s, 3.0, 0.0, 0.0), (1.0, 0.5, 1.0, 2.0))) for s in (1, -1))
    far_one, far_zero = (
        Component(Gaussian(tuple(unit * v for v in c.law.mean), tuple(unit * v for v in c.law.scale)))
        for c in (one, zero)
    )
    plain = MixtureProblem(0.3, 4, (zero,), (one,), Training(rule))
    scaled = replace(plain, class0=(far_zero,), class1=(far_one,))
    for a, b in zip(records(plain), records(scaled, alpha=[0.0, 0.4 * unit, 2.0 * unit], eps=0.2 * unit), strict=True):
        for key in ("clean", "certified", "gain"):
            assert getattr(a, key).estimate == pytest.approx(getattr(b, key).estimate, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
@pytest.mark.parametrize("prior", [0.01, 0.99])
def test_extremes_have_risks(rule: str, prior: float) -> None:
    """Rare classes, noise from none to 1e6, few and many samples; infinite noise leaves the larger class."""
    found = records(problem_of(rule, 4, 1.5, prior), alpha=[0.0, 0.1, 1e6], ratio=[1.0, 20.0])
    for record in found:
        assert 0 <= record.clean.low <= record.clean.estimate <= record.certified.estimate <= record.certified.high <= 1
    blind = [record.clean.estimate for record in found if record.alpha == 1e6]
    assert blind == pytest.approx([0.01] * 2, abs=1e-6)


@pytest.mark.slow
def test_the_limit_is_approached_as_one_over_the_dimension() -> None:
    """Error times dimension stays below a bound, at every dimension; at a fixed error it would grow by 8."""
    for dim, draws in ((50, 300), (150, 100), (400, 50)):
        error, deviation = remainder(SETTINGS[0], dim, draws)
        assert dim * abs(error) < REMAINDER + FAR * dim * deviation
        assert deviation < 0.002


def test_one_noisy_copy_hurts_and_two_help() -> None:
    """Prior 1/2, m = 1.5, two samples per dimension: paired gains of the limit are -.00536, .02492 and .03906."""
    for copies, limit in ((1, -0.00536), (2, 0.02492), (5, 0.03906)):
        sets, dim = TrainingSets(150, 2), 40
        problem = problem_of("lda", dim, 1.5, copies=copies)
        (found,) = train_on_samples(problem, alpha=0.5, beta=0.5, ratio=2.0, sets=sets, level=Level(1 - 1e-6))
        half = found.gain.high - found.gain.estimate
        assert abs(found.gain.estimate - limit) < half + REMAINDER / dim
        assert half < 0.025
