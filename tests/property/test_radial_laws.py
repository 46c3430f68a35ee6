"""Laws that radial and half-space problems obey whatever the numbers: law 12, orderings of risks, shrinking balls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import (
    Estimate,
    adversarial_risk,
    bayes_risk,
    certified_risk,
    certified_vote_risk,
    clean_risk,
    gain,
    smooth,
    train,
    vote_risk,
)
from theory.problems.problem import Ball, Component, DomainProblem, Gaussian, MixtureProblem

settings.register_profile("laws", deadline=None, derandomize=True, max_examples=24)
settings.load_profile("laws")

# Two roundings of one problem differ by what their descriptions differ by, magnified; reported errors do not cover it.
SAME = 1e-12

numbers = st.floats(0.05, 3.0).map(lambda x: round(x, 4))
noises = st.one_of(st.just(0.0), st.floats(1e-3, 3.0).map(lambda x: round(x, 5)))
priors = st.floats(0.02, 0.98).map(lambda x: round(x, 4))
seeds = st.integers(0, 2**32 - 1)


def close(one: Estimate, other: Estimate, slack: float = SAME) -> None:
    gap = np.abs(np.asarray(one.value) - other.value)
    assert (gap <= np.asarray(one.error) + other.error + slack).all(), (one, other)


def two(prior: float, means: np.ndarray, scales: tuple[float, float], cov: np.ndarray | None = None) -> MixtureProblem:
    """Isotropic with two scales, or one full covariance; class 0 first."""
    if cov is None:
        laws = [Gaussian(tuple(m.tolist()), s) for m, s in zip(means, scales, strict=True)]
    else:
        laws = [Gaussian(tuple(m.tolist()), cov=tuple(map(tuple, cov.tolist()))) for m in means]
    return MixtureProblem(prior, means.shape[1], (Component(laws[0]),), (Component(laws[1]),))


def rotation(rng: np.random.Generator, dim: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(dim, dim)))[0]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[float, np.ndarray, tuple[float, float], int]:
    dim, seed = draw(st.sampled_from([2, 3, 7, 30])), draw(seeds)
    rng = np.random.default_rng(seed)
    means = rng.normal(0, draw(numbers), (2, dim)).round(3)
    scale = draw(numbers)
    ratio = draw(st.sampled_from([0.5, 0.9, 1.001, 1.0 + 1e-7, 1.3, 2.0]))
    return draw(priors), means, (scale, scale * ratio), seed


@given(pairs(), noises, noises)
def test_rigid_motions_of_two_scales(pair: tuple, alpha: float, beta: float) -> None:
    prior, means, scales, seed = pair
    rng = np.random.default_rng(seed + 1)
    dim = means.shape[1]
    moved = means @ rotation(rng, dim).T + rng.normal(0, 1, dim)
    one, other = two(prior, means, scales), two(prior, moved, scales)
    close(clean_risk(one, alpha, beta), clean_risk(other, alpha, beta))
    if beta > 0:
        close(certified_risk(one, alpha, beta, beta / 2), certified_risk(other, alpha, beta, beta / 2))


@given(pairs(), noises, noises)
def test_rigid_motions_of_a_common_covariance(pair: tuple, alpha: float, beta: float) -> None:
    prior, means, scales, seed = pair
    rng = np.random.default_rng(seed + 2)
    dim = means.shape[1]
    root = rng.normal(0, 1, (dim, dim)) / dim**0.5 + np.eye(dim) * scales[0]
    cov = root @ root.T
    turn = rotation(rng, dim)
    turned = turn @ cov @ turn.T
    one = two(prior, means, scales, 0.5 * (cov + cov.T))
    other = two(prior, means @ turn.T + 1.5, scales, 0.5 * (turned + turned.T))
    least = np.linalg.eigvalsh(cov)[0]
    slack = 1e-12 + 1e-14 / least
    close(clean_risk(one, alpha, beta), clean_risk(other, alpha, beta), slack)
    close(gain(one, alpha, beta), gain(other, alpha, beta), slack)
    close(adversarial_risk(one, alpha, beta, 0.2), adversarial_risk(other, alpha, beta, 0.2), slack)


@given(pairs(), noises, noises, noises, st.integers(-8, 8))
def test_scaling_by_powers_of_two_changes_nothing(
    pair: tuple, alpha: float, beta: float, eps: float, power: int
) -> None:
    prior, means, scales, _seed = pair
    c = 2.0**power
    one, other = two(prior, means, scales), two(prior, means * c, (scales[0] * c, scales[1] * c))
    for risk in (clean_risk(one, alpha, beta), adversarial_risk(one, alpha, beta, eps)):
        again = (
            clean_risk(other, c * alpha, c * beta)
            if risk.value == clean_risk(one, alpha, beta).value
            else adversarial_risk(other, c * alpha, c * beta, c * eps)
        )
        assert again.value == pytest.approx(risk.value, rel=1e-11, abs=1e-14)


@given(pairs(), noises, noises, noises)
def test_swapping_labels(pair: tuple, alpha: float, beta: float, eps: float) -> None:
    prior, means, scales, _seed = pair
    one = two(prior, means, scales)
    other = two(1 - prior, means[::-1].copy(), scales[::-1])
    close(clean_risk(one, alpha, beta), clean_risk(other, alpha, beta))
    close(adversarial_risk(one, alpha, beta, eps), adversarial_risk(other, alpha, beta, eps))
    if beta > 0:
        close(certified_risk(one, alpha, beta, eps), certified_risk(other, alpha, beta, eps))
        close(vote_risk(one, alpha, beta, 11), vote_risk(other, alpha, beta, 11))


@st.composite
def centred(draw: st.DrawFn) -> MixtureProblem:
    """Concentric mixtures of Gaussians and balls."""
    dim = draw(st.sampled_from([2, 3, 10, 100]))
    step = st.floats(1.1, 2.5).map(lambda x: round(x ** (3 / dim**0.5), 5))
    size, sides = draw(numbers), ([], [])
    for i in range(draw(st.integers(2, 4))):
        size = round(size * draw(step), 6)
        ball = draw(st.booleans()) and i > 0
        law = Ball(0.0, size * dim**0.5) if ball else Gaussian(0.0, size)
        sides[i % 2].append(Component(law, draw(numbers)))
    if draw(st.booleans()):
        sides = sides[::-1]
    return MixtureProblem(draw(priors), dim, tuple(sides[0]), tuple(sides[1]))


@settings(max_examples=20)
@given(centred(), noises, noises, numbers)
def test_orderings_of_risks(problem: MixtureProblem, alpha: float, beta: float, step: float) -> None:
    least, clean = bayes_risk(problem), clean_risk(problem, alpha, beta)
    assert least.value <= clean.value + least.error + clean.error
    assert clean.value <= 1 + 1e-14
    radii = step * np.array([0.0, 0.01, 0.1, 0.5, 1.0, 3.0, 13.0]) * (beta if beta > 0 else 1.0)
    attacked = adversarial_risk(problem, alpha, beta, radii)
    slack = np.asarray(attacked.error).max()
    assert (np.diff(attacked.value) >= -2 * slack - 1e-15).all()
    assert attacked.value[0] == clean.value
    if beta == 0:
        return
    certified = certified_risk(problem, alpha, beta, radii)
    bound = np.asarray(certified.error) + attacked.error + 1e-15
    assert (np.asarray(attacked.value) <= certified.value + bound).all()
    assert (np.diff(certified.value) >= -2 * bound.max()).all()


@settings(max_examples=12)
@given(centred(), numbers)
def test_gains_are_differences_of_risks(problem: MixtureProblem, beta: float) -> None:
    alpha = np.array([0.0, 0.01, 0.3, 1.0])
    values, risks = gain(problem, alpha, beta), clean_risk(problem, alpha, beta)
    plain = risks.value[0] - np.asarray(risks.value)
    bound = np.asarray(values.error) + risks.error + risks.error[0] + 1e-15
    assert (np.abs(plain - values.value) <= bound).all()


@given(st.sampled_from([2, 3, 10, 100, 784, 10**5]), numbers, st.floats(0.01, 0.99))
def test_smoothing_shrinks_balls(dim: int, size: float, share: float) -> None:
    """r' < r, falling with the noise, and below sqrt(r^2 - beta^2 (d - 1)), the distance at which the mean fits."""
    base = train(DomainProblem(dim, (Ball(0.0, size),)), 0.0)
    last = size
    for beta in share * size / math.sqrt(dim) * np.array([0.01, 0.1, 0.5, 1.0]):
        found = smooth(base, float(beta)).intervals
        assert len(found) == 1
        assert found[0][0] == 0.0
        assert found[0][1] < last
        assert found[0][1] ** 2 < size**2 - beta**2 * (dim - 1) * (1 - 1 / dim) + 1e-12 * size**2
        last = found[0][1]
    assert smooth(base, 1.6 * size / math.sqrt(dim)).intervals == []


@given(st.sampled_from([2, 3, 10, 100]), numbers, noises, numbers)
def test_training_noise_hurts_an_isolated_ball(dim: int, size: float, alpha: float, beta: float) -> None:
    """Law 6: the gain is never positive, and 0 only without training noise or where g_{0,beta} is empty."""
    unit = size / math.sqrt(dim)
    result = gain(DomainProblem(dim, (Ball(0.0, size),)), alpha * unit, beta * unit)
    assert result.value <= 0
    empty = not smooth(train(DomainProblem(dim, (Ball(0.0, size),)), 0.0), beta * unit).intervals
    assert (result.value == 0) == (alpha == 0 or empty) or alpha * unit < 1e-4 * size


@settings(max_examples=15)
@given(centred(), noises, numbers, st.sampled_from([1, 2, 3, 10, 101, 1000]))
def test_votes_lie_between_what_bounds_them(problem: MixtureProblem, alpha: float, beta: float, votes: int) -> None:
    """A vote certifies less often than it is right, and the Bayes risk bounds every classifier."""
    voted = vote_risk(problem, alpha, beta, votes)
    assert bayes_risk(problem).value <= voted.value + voted.error + 1e-12
    certified = certified_vote_risk(problem, alpha, beta, 0.1 * beta, votes)
    assert voted.value <= certified.value + certified.error + voted.error
    assert certified.value <= 1 + 1e-12
