"""Laws that problems on the line, and those that reduce to it, obey whatever the numbers (THEORY.md, section 3)."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from theory import (
    Estimate,
    adversarial_risk,
    bayes_risk,
    certified_risk,
    clean_risk,
    compare,
    gain,
    smooth,
    train,
    vote_risk,
)
from theory.geometry.difference import minus
from theory.geometry.line.level import level_set
from theory.geometry.region import Region
from theory.laws.certificate import radius
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Smoothing,
    Training,
    Uniform,
)

settings.register_profile("line", deadline=None, derandomize=True, max_examples=8)
settings.load_profile("line")

FAMILIES = ("gaussian", "laplace", "uniform")
# Sums of a few floats near 1.
ROUNDING = 1e-15
# Two descriptions of one problem that differ by rounding; reported errors do not cover that.
SAME = 1e-12

seeds = st.integers(0, 2**32 - 1)
noises = st.one_of(st.just(0.0), st.floats(1e-3, 5.0))
positive = st.floats(1e-2, 5.0)
families = st.sampled_from(FAMILIES)
priors = st.integers(2, 126).map(lambda k: k / 128)


def dyadic(x: float) -> float:
    """A number that survives translations and label swaps without rounding."""
    return round(x * 256) / 256


def draw_law(rng: np.random.Generator, family: str) -> Law:
    center, scale = dyadic(rng.normal(0, 2)), max(dyadic(float(np.exp(rng.uniform(-4, 1)))), 2.0**-8)
    if family == "uniform":
        return Uniform(center - scale, center + scale)
    return Gaussian(center, scale) if family == "gaussian" else Laplace(center, scale)


@st.composite
def mixtures(draw: st.DrawFn, laws: tuple[str, ...] = FAMILIES, training: str | None = None) -> MixtureProblem:
    """One to four components a class of mixed laws; any noises; nothing special about the weights."""
    rng = np.random.default_rng(draw(seeds))
    sides = []
    for _ in range(2):
        kinds = rng.choice(laws, rng.integers(1, 5))
        sides.append(tuple(Component(draw_law(rng, k), float(rng.uniform(0.05, 1))) for k in kinds))
    rule = Training(noise=training or draw(families))
    return MixtureProblem(draw(priors), 1, sides[0], sides[1], rule, Smoothing(draw(families)))


def mapped(law: Law, factor: float, shift: float) -> Law:
    """The law of factor X + shift."""
    if isinstance(law, Uniform):
        ends = sorted((factor * law.low + shift, factor * law.high + shift))
        return Uniform(*ends)
    assert isinstance(law, Gaussian | Laplace)
    return type(law)(factor * law.mean + shift, abs(factor) * law.scale)


def transformed(problem: MixtureProblem, factor: float, shift: float) -> MixtureProblem:
    sides = (tuple(replace(c, law=mapped(c.law, factor, shift)) for c in s) for s in (problem.class0, problem.class1))
    zero, one = sides
    return replace(problem, class0=zero, class1=one)


def close(one: Estimate, other: Estimate, slack: float = ROUNDING) -> None:
    gap = np.abs(np.asarray(one.value) - other.value)
    assert (gap <= np.asarray(one.error) + other.error + slack).all(), (one, other)


def all_close(one: MixtureProblem, other: MixtureProblem, noise: tuple[float, float, float], factor: float = 1) -> None:
    alpha, beta, eps = noise
    again = (factor * alpha, factor * beta, factor * eps)
    close(clean_risk(one, alpha, beta), clean_risk(other, *again[:2]))
    close(gain(one, alpha, beta), gain(other, *again[:2]))
    close(adversarial_risk(one, alpha, beta, eps), adversarial_risk(other, *again))
    if beta > 0:
        close(certified_risk(one, alpha, beta, eps), certified_risk(other, *again))


requests = st.tuples(noises, noises, st.floats(1e-3, 2.0))


@given(mixtures(), requests, st.integers(-5000, 5000))
def test_law_12_translations_and_reflections(problem: MixtureProblem, noise: tuple, steps: int) -> None:
    all_close(problem, transformed(problem, 1.0, steps / 256), noise)
    all_close(problem, transformed(problem, -1.0, 0.0), noise)


@given(mixtures(), requests, st.integers(-20, 20))
def test_law_12_scaling(problem: MixtureProblem, noise: tuple, power: int) -> None:
    all_close(problem, transformed(problem, 2.0**power, 0.0), noise, 2.0**power)


def bounds(side: tuple[Component, ...]) -> set[float]:
    return {float(v) for c in side if isinstance(c.law, Uniform) for v in (c.law.low, c.law.high)}


@given(mixtures(), requests)
def test_law_12_swapping_labels(problem: MixtureProblem, noise: tuple) -> None:
    """Equal densities give class 1 in both problems, so supports share no ends; ties of the vote change sides."""
    assume(not bounds(problem.class0) & bounds(problem.class1))
    swapped = replace(problem, prior=1 - problem.prior, class0=problem.class1, class1=problem.class0)
    family, (alpha, beta, _eps) = problem.smoothing.noise, noise
    for one, other in (("class1", "class0"), ("coin", "coin")):
        pair = [replace(p, smoothing=Smoothing(family, word)) for p, word in ((problem, one), (swapped, other))]
        all_close(*pair, noise)
        close(*(vote_risk(p, alpha, beta, 2) for p in pair))


@given(st.sampled_from(["gaussian", "laplace"]), families, seeds, priors, st.floats(0.0, 3.0))
def test_law_1_half_lines_do_not_feel_smoothing(law: str, votes: str, seed: int, prior: float, alpha: float) -> None:
    """Laws of one scale have a likelihood ratio of one direction, so that every base classifier is a half-line."""
    rng = np.random.default_rng(seed)
    scale, kind = float(rng.uniform(0.1, 2)), Gaussian if law == "gaussian" else Laplace
    zero, one = (tuple(Component(kind(v, scale)) for v in rng.normal(m, 0.2, 2)) for m in (-2, 2))
    problem = MixtureProblem(prior, 1, zero, one, Training(noise=law), Smoothing(votes))
    assume(train(problem, alpha).region.counts[0] <= 1)
    risks = clean_risk(problem, alpha, [0.0, 1e-3, 0.7, 40.0])
    close(risks, clean_risk(problem, alpha, 0.0), 0.0)
    if votes == "gaussian":
        eps = np.array([0.1, 1.0])
        close(certified_risk(problem, alpha, 0.8, eps), adversarial_risk(problem, alpha, 0.8, eps))


def pair(prior: float, mean: np.ndarray, cov: np.ndarray | float, rule: str = "posterior") -> MixtureProblem:
    """N(+-mean, cov), class 1 at +mean."""
    laws = [
        Gaussian(tuple(v.tolist()), scale=cov)
        if isinstance(cov, float)
        else Gaussian(tuple(v.tolist()), cov=tuple(map(tuple, cov.tolist())))
        for v in (-mean, mean)
    ]
    return MixtureProblem(prior, len(mean), (Component(laws[0]),), (Component(laws[1]),), Training(rule))


def drawn_pair(seed: int, dim: int, full: bool) -> tuple[np.ndarray, np.ndarray | float]:
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 1, dim)
    mean *= rng.uniform(0.3, 2) / np.linalg.norm(mean)
    if not full:
        return mean, float(rng.uniform(0.4, 1.5))
    root = rng.normal(0, 1, (dim, dim)) / dim**0.5 + 0.5 * np.eye(dim)
    return mean, (root @ root.T + (root @ root.T).T) / 2


dims = st.sampled_from([1, 2, 3, 20])


@given(seeds, dims, st.booleans(), priors, st.floats(1e-2, 5.0), noises)
def test_law_2_training_noise_hurts(seed: int, dim: int, full: bool, prior: float, alpha: float, beta: float) -> None:
    assume(prior != 0.5)
    mean, cov = drawn_pair(seed, dim, full)
    found = gain(pair(prior, mean, cov), alpha, beta)
    assert found.value <= found.error if full else found.value < 0
    if full:
        return
    risks = np.asarray(clean_risk(pair(prior, mean, cov), [0.0, alpha, 2 * alpha, 1e3], beta).value)
    assert (np.diff(risks) >= 0).all()
    assert risks[-1] == pytest.approx(min(prior, 1 - prior), abs=1e-9)


@given(seeds, dims, st.booleans(), priors, st.floats(1e-2, 5.0), noises)
def test_law_2_does_not_hold_for_the_regression_rule(
    seed: int, dim: int, full: bool, prior: float, alpha: float, beta: float
) -> None:
    """Exactly 0 where the half-space is known; by quadrature on the line."""
    mean, cov = drawn_pair(seed, dim, full and dim > 1)
    found = gain(pair(prior, mean, cov, "regression"), alpha, beta)
    if full and dim > 1:
        assert found.value == 0
    assert abs(found.value) <= min(found.error + ROUNDING, 1e-10)


@given(seeds, dims, st.booleans(), priors, st.floats(0.05, 3.0), positive)
def test_law_3_bridge(seed: int, dim: int, full: bool, prior: float, alpha: float, beta: float) -> None:
    mean, cov = drawn_pair(seed, dim, full)
    matrix = cov if isinstance(cov, np.ndarray) else cov**2 * np.eye(dim)
    eps = float(np.linalg.norm(alpha**2 * np.linalg.solve(matrix + alpha**2 * np.eye(dim), mean)))
    ladder = alpha * np.array([1.0, 0.0, 0.3, 0.8, 0.95, 1.05, 1.3, 4.0])
    found = certified_risk(pair(prior, mean, cov), ladder, beta, eps)
    values = np.asarray(found.value)
    assert (values[0] <= values + np.asarray(found.error) + found.error[0]).all()


@given(families, families, st.floats(0.01, 20.0), noises, noises)
def test_law_6_isolated_interval(noise: str, votes: str, width: float, alpha: float, beta: float) -> None:
    problem = DomainProblem(1, (Box(0.0, width),), training=Training("regression", noise), smoothing=Smoothing(votes))
    found = gain(problem, alpha, beta)
    assert found.value <= 0
    empty = not smooth(train(problem, 0.0), beta).intervals
    assert not empty or found.value == 0


@given(seeds, positive, positive, st.integers(1, 8))
def test_law_6_intervals_out_of_reach(seed: int, alpha: float, beta: float, count: int) -> None:
    rng = np.random.default_rng(seed)
    gaps = 2 * max(alpha, beta) * (1 + rng.exponential(0.2, count) + 1e-9)
    starts = np.cumsum(gaps + (widths := rng.uniform(0.02, 4, count) * beta)) - widths
    boxes = tuple(Box(float(a), float(a + w)) for a, w in zip(starts, widths, strict=True))
    problem = DomainProblem(1, boxes, training=Training("regression", "uniform"), smoothing=Smoothing("uniform"))
    found = gain(problem, alpha, beta)
    assert found.value <= found.error


@given(families, seeds, positive, st.floats(0.0, 0.49))
def test_law_8_smoothing_is_monotone(noise: str, seed: int, beta: float, miss: float) -> None:
    """f <= f' implies g <= g', at every vote level."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.uniform(-4, 4, 2 * int(rng.integers(1, 6))))
    wide = ends + np.where(np.arange(len(ends)) % 2 == 0, -1, 1) * rng.uniform(0, 1.5, len(ends))
    merged: list[float] = []
    for low, high in zip(wide[::2].tolist(), wide[1::2].tolist(), strict=True):
        if merged and low <= merged[-1]:
            merged[-1] = max(merged[-1], high)
        else:
            merged += [low, high]
    small, large = (Region(np.array([e]), np.zeros(1, bool), np.zeros((1, len(e)))) for e in (ends.tolist(), merged))
    eps = None if miss < 0.01 else np.full((1, 1), radius(noise, beta, 1 - miss))
    one, other = (level_set(r, noise, np.full((1, 1), beta), eps) for r in (small, large))
    outside = minus(one, other)
    slack = 2 * (one.error.max(initial=0.0) + other.error.max(initial=0.0)) + 1e-15
    assert all(high - low <= slack for low, high in outside.intervals())


def signs(problem: MixtureProblem) -> int:
    """Sign changes of the signed density, zeros left out, on a grid that knows the components."""
    laws = [(c.law, c.weight) for c in problem.class0 + problem.class1]
    grid = np.unique(np.concatenate([np.atleast_1d(_grid(law)) for law, _ in laws]))
    sides = []
    for side, share in ((problem.class0, 1 - problem.prior), (problem.class1, problem.prior)):
        total = sum(c.weight for c in side)
        sides.append(sum(share * c.weight / total * _density(c.law, grid) for c in side))
    sign = np.sign(sides[1] - sides[0])
    sign = sign[sign != 0]
    return int((sign[1:] != sign[:-1]).sum())


def _grid(law: Law) -> np.ndarray:
    if isinstance(law, Uniform):
        ends = np.array([float(law.low), float(law.high)])
        return np.concatenate([np.nextafter(ends, np.inf), np.nextafter(ends, -np.inf), np.linspace(*ends, 50)])
    assert isinstance(law, Gaussian | Laplace)
    return law.mean + law.scale * np.linspace(-6, 6, 241)


def _density(law: Law, x: np.ndarray) -> np.ndarray:
    if isinstance(law, Uniform):
        return ((x >= law.low) & (x <= law.high)) / (law.high - law.low)
    assert isinstance(law, Gaussian | Laplace)
    z = (x - law.mean) / law.scale
    return (
        np.exp(-z * z / 2) / math.sqrt(2 * math.pi) / law.scale
        if isinstance(law, Gaussian)
        else np.exp(-np.abs(z)) / (2 * law.scale)
    )


LADDER = np.array([0.0, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0, 20.0])


def counted(problem: MixtureProblem) -> list[int]:
    return [int(train(problem, a).region.counts[0]) for a in LADDER.tolist()]


@given(mixtures(training="gaussian"))
def test_law_9_gaussian_training_never_adds_boundaries(problem: MixtureProblem) -> None:
    found = counted(problem)
    assert signs(problem) <= found[0]
    assert all(a >= b for a, b in pairwise(found)), found


@given(mixtures(training="laplace"))
def test_law_9_laplace_training_has_at_most_as_many_boundaries(problem: MixtureProblem) -> None:
    found = counted(problem)
    assert max(found) == found[0], found


@given(mixtures(), noises)
def test_law_9_smoothing_never_adds_boundaries(problem: MixtureProblem, alpha: float) -> None:
    base = train(problem, alpha)
    most = int(base.region.counts[0])
    assert all(int(smooth(base, b).region.counts[0]) <= most for b in LADDER.tolist())


def mean_of(law: Law) -> float:
    return 0.5 * (law.low + law.high) if isinstance(law, Uniform) else float(law.mean)


def variance_of(law: Law) -> float:
    if isinstance(law, Uniform):
        return (law.high - law.low) ** 2 / 12
    assert isinstance(law, Gaussian | Laplace)
    return float(law.scale) ** 2 * (2 if isinstance(law, Laplace) else 1)


def moments(side: tuple[Component, ...]) -> tuple[float, float]:
    total = sum(c.weight for c in side)
    first = sum(c.weight * mean_of(c.law) for c in side) / total
    return first, sum(c.weight * (mean_of(c.law) ** 2 + variance_of(c.law)) for c in side) / total


@given(mixtures(laws=("gaussian",), training="gaussian"), noises)
def test_law_11_large_noise_with_equal_classes(problem: MixtureProblem, beta: float) -> None:
    (m0, e0), (m1, e1) = moments(problem.class0), moments(problem.class1)
    assume(abs(m1 - m0) > 0.1)
    balanced = replace(problem, prior=0.5)
    threshold = (e1 - e0) / (2 * (m1 - m0))
    base = train(balanced, 1e4)
    near = base.region.ends[0][np.abs(base.region.ends[0] - threshold) < 1e-4 * (1 + abs(threshold))]
    assert len(near) == 1
    assert bool(base(np.array([threshold + 1]))[0]) == (m1 > m0)
    near_limit, limit = (clean_risk(balanced, a, beta) for a in (1e4, 1e5))
    close(near_limit, limit, 1e-6)


@given(mixtures(laws=("gaussian",), training="gaussian"), noises)
def test_law_11_large_noise_with_unequal_classes(problem: MixtureProblem, beta: float) -> None:
    assume(problem.prior != 0.5)
    assert clean_risk(problem, 1e5, beta).value == pytest.approx(min(problem.prior, 1 - problem.prior), abs=1e-12)


def distance(side: tuple[Component, ...], x: np.ndarray) -> np.ndarray:
    """E|x - X| of a mixture of Gaussians."""
    total = sum(c.weight for c in side)
    result = np.zeros_like(x)
    for c in side:
        assert isinstance(c.law, Gaussian)
        z = (x - c.law.mean) / c.law.scale
        part = math.sqrt(2 / math.pi) * np.exp(-z * z / 2) + z * (2 * ndtr(z) - 1)
        result = result + c.weight / total * c.law.scale * part
    return result


@given(mixtures(laws=("gaussian",), training="laplace"))
def test_law_11_large_laplace_noise_tends_to_another_rule(problem: MixtureProblem) -> None:
    balanced = replace(problem, prior=0.5)
    x = np.linspace(-6, 6, 501)
    margin = distance(balanced.class0, x) - distance(balanced.class1, x)
    clear = np.abs(margin) > 1e-4
    assert (train(balanced, 1e6)(x)[clear] == (margin >= 0)[clear]).all()


@given(mixtures(), noises, noises)
def test_orderings_of_risks(problem: MixtureProblem, alpha: float, beta: float) -> None:
    least, clean = bayes_risk(problem), clean_risk(problem, alpha, beta)
    assert least.value <= clean.value + least.error + clean.error
    assert 0 <= least.value <= min(problem.prior, 1 - problem.prior) + least.error
    assert clean.value <= 1 + ROUNDING
    radii = (beta if beta > 0 else 1.0) * np.array([0.0, 1e-3, 0.1, 0.5, 0.99, 1.5, 4.0])
    attacked = adversarial_risk(problem, alpha, beta, radii)
    close(adversarial_risk(problem, alpha, beta, 0.0), clean, 0.0)
    rising(attacked)
    if beta > 0:
        certified = certified_risk(problem, alpha, beta, radii)
        rising(certified)
        bound = np.asarray(certified.error) + attacked.error + ROUNDING
        assert (np.asarray(attacked.value) <= np.asarray(certified.value) + bound).all()


def rising(found: Estimate) -> None:
    values, errors = np.asarray(found.value), np.asarray(found.error)
    assert (np.diff(values) >= -errors[1:] - errors[:-1] - ROUNDING).all()
    assert (values >= 0).all()
    assert (values <= 1 + errors + ROUNDING).all()


@given(mixtures(), st.lists(noises, min_size=1, max_size=3), noises, noises)
def test_gains_are_differences_of_risks(problem: MixtureProblem, alpha: list[float], beta: float, eps: float) -> None:
    for kind in ("clean", "certified") if eps > 0 and beta > 0 else ("clean",):
        found = compare(problem, alpha, beta, eps if kind == "certified" else 0.0)
        plain = np.asarray(found.baseline.value) - found.risk.value
        bound = np.asarray(found.gain.error) + found.risk.error + found.baseline.error + ROUNDING
        assert (np.abs(plain - found.gain.value) <= bound).all()
        again = clean_risk(problem, alpha, beta) if kind == "clean" else certified_risk(problem, alpha, beta, eps)
        close(found.risk, again)


@given(mixtures(laws=("gaussian",), training="gaussian"), seeds, st.sampled_from([2, 5, 40]), requests)
def test_collinear_means_reduce_to_the_line(problem: MixtureProblem, seed: int, dim: int, noise: tuple) -> None:
    rng = np.random.default_rng(seed)
    unit = rng.normal(size=dim)
    unit, origin, scale = unit / np.linalg.norm(unit), rng.normal(0, 1, dim), float(rng.uniform(0.2, 2))
    sides: list[tuple[Component, ...]] = []
    flat: list[tuple[Component, ...]] = []
    for side in (problem.class0, problem.class1):
        places = [(mean_of(c.law), c.weight) for c in side]
        sides.append(tuple(Component(Gaussian(tuple((origin + m * unit).tolist()), scale), w) for m, w in places))
        flat.append(tuple(Component(Gaussian(m, scale), w) for m, w in places))
    assume(len({c.law.mean for s in flat for c in s}) > 1)
    gaussian = Smoothing("gaussian")
    line = replace(problem, class0=flat[0], class1=flat[1], smoothing=gaussian)
    space = MixtureProblem(problem.prior, dim, sides[0], sides[1], problem.training, gaussian)
    same(space, line, noise)


def same(space: MixtureProblem, line: MixtureProblem, noise: tuple[float, float, float]) -> None:
    alpha, beta, eps = noise
    close(clean_risk(space, alpha, beta), clean_risk(line, alpha, beta), SAME)
    close(gain(space, alpha, beta), gain(line, alpha, beta), SAME)
    close(adversarial_risk(space, alpha, beta, eps), adversarial_risk(line, alpha, beta, eps), SAME)
    if beta > 0:
        close(certified_risk(space, alpha, beta, eps), certified_risk(line, alpha, beta, eps), SAME)


@given(mixtures(laws=("laplace",)), st.integers(0, 3), requests)
def test_product_laws_that_differ_on_one_axis_reduce_to_it(problem: MixtureProblem, axis: int, noise: tuple) -> None:
    def lifted(side: tuple[Component, ...]) -> tuple[Component, ...]:
        result = []
        for c in side:
            assert isinstance(c.law, Laplace)
            means, scales = [0.3, -1.0, 2.0, 0.0], [0.5, 1.0, 2.0, 0.1]
            means[axis], scales[axis] = c.law.mean, c.law.scale
            result.append(Component(Laplace(tuple(means), tuple(scales)), c.weight))
        return tuple(result)

    space = replace(problem, dim=4, class0=lifted(problem.class0), class1=lifted(problem.class1))
    same(space, problem, noise)


@settings(max_examples=5)
@given(mixtures(), seeds)
def test_answers_do_not_depend_on_how_they_are_asked_for(problem: MixtureProblem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    choices = np.array([0.0, 0.01, 0.3, 0.31, 2.0])
    alpha, beta = rng.choice(choices, 12), rng.choice(choices, 12)
    eps = 0.4 * beta
    order = rng.permutation(12)
    for ask in (
        lambda i: clean_risk(problem, alpha[i], beta[i]),
        lambda i: certified_risk(problem, alpha[i], beta[i], eps[i]),
        lambda i: adversarial_risk(problem, alpha[i], beta[i], 0.2 + eps[i]),
        lambda i: gain(problem, alpha[i], beta[i]),
    ):
        whole, shuffled = ask(slice(None)), ask(order)
        values, errors = np.asarray(whole.value), np.asarray(whole.error)
        close(Estimate(values[order], errors[order], whole.route), shuffled)
        for i in range(0, 12, 4):
            close(Estimate(values[i], errors[i], whole.route), ask(i))
