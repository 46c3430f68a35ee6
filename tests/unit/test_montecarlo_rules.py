"""The base classifiers at random points against dumb references: loops, scipy densities, distances by hand."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from simulate.montecarlo.laws.domains import boxes_of, disjoint, frame_of, signed_domain
from simulate.montecarlo.laws.fields import contains
from simulate.montecarlo.laws.laws import merged, signed_density
from tests.unit.montecarlo_labels import base_label
from theory.problems.normal import normal_form
from theory.problems.problem import (
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    MixtureProblem,
    Point,
    Training,
    Uniform,
)

# Points where the two sides agree to this share are left out: there the label is a question of rounding.
UNDECIDED = 1e-6

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def labels(problem: MixtureProblem | DomainProblem, alpha: float, x: np.ndarray) -> np.ndarray:
    """f_alpha at x (d, points)."""
    training = problem.training
    if isinstance(problem, MixtureProblem):
        rule = signed_density(merged(problem), problem, np.array([alpha] if alpha > 0 else []))
    else:
        boxes, frame = boxes_of(problem), frame_of(problem)
        whole = frame is None or training.rule == "regression"
        rule = (
            disjoint(boxes)
            if whole
            else signed_domain(boxes, frame, training.noise, np.array([alpha] if alpha > 0 else []))
        )
    with jax.enable_x64(True):
        noise = jnp.asarray(alpha) if alpha > 0 else None
        return np.asarray(base_label(rule, training.noise, training.off_support, noise, jnp.asarray(x)))


def components(*laws: object) -> tuple[Component, ...]:
    return tuple(Component(law, 1.0 + i) for i, law in enumerate(laws))


def law_pdf(law: object, y: np.ndarray) -> np.ndarray:
    if isinstance(law, Uniform):
        return (np.abs(2 * y - law.low - law.high) <= law.high - law.low) / (law.high - law.low)
    return pdf("gaussian" if isinstance(law, Gaussian) else "laplace", y - law.mean, law.scale)


def pdf(noise: str, y: np.ndarray, alpha: float) -> np.ndarray:
    if noise == "uniform":
        return (np.abs(y) <= alpha) / (2 * alpha)
    if noise == "laplace":
        return np.exp(-np.abs(y) / alpha) / (2 * alpha)
    return np.exp(-((y / alpha) ** 2) / 2) / (alpha * math.sqrt(2 * math.pi))


def noised(law: object, noise: str, alpha: float, x: float) -> float:
    """Density of law + noise at x, by a quadrature whose panels end at every kink."""
    if isinstance(law, Point):
        return float(pdf(noise, np.array(x - law.mean), alpha))
    if alpha == 0:
        return float(law_pdf(law, np.array(x)))
    kinks = [law.low, law.high] if isinstance(law, Uniform) else [law.mean]
    ends = np.unique([*kinks, x, x - alpha, x + alpha, *np.arange(-12, 12.1, 0.25)])
    y = ((ends[1:] + ends[:-1]) / 2)[:, None] + (np.diff(ends) / 2)[:, None] * NODES
    return float((law_pdf(law, y) * pdf(noise, x - y, alpha) * WEIGHTS * np.diff(ends)[:, None] / 2).sum())


CLASS0 = components(Gaussian(-0.5, 0.8), Uniform(-2.0, 1.5), Point(0.7), Laplace(2.0, 0.3))
CLASS1 = components(Laplace(0.4, 0.6), Gaussian(1.0, 0.4), Uniform(-1.0, -0.5), Point(-1.5))


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.9])
def test_posterior_rule_on_the_line(noise: str, alpha: float) -> None:
    problem = MixtureProblem(prior=0.45, dim=1, class0=CLASS0, class1=CLASS1, training=Training(noise=noise))
    x = np.random.default_rng(5).uniform(-3.5, 3.5, 200)
    got = labels(problem, alpha, x[None])
    for point, label in zip(x, got, strict=True):
        sides = [
            mass
            * sum(c.weight * noised(c.law, noise, alpha, point) for c in group if alpha or c.law.__class__ != Point)
            for mass, group in ((0.55, CLASS0), (0.45, CLASS1))
        ]
        if abs(sides[0] - sides[1]) > UNDECIDED * sum(sides):
            assert label == (sides[1] > sides[0]), (point, sides)


@pytest.mark.parametrize("off_support", ["nearest", "class0", "class1"])
@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_off_the_support(off_support: str, alpha: float) -> None:
    rng = np.random.default_rng(8)
    low = rng.uniform(-3, 3, (6, 2))
    high = low + rng.uniform(0.1, 1.0, (6, 2))
    laws = [Uniform(tuple(a), tuple(b)) for a, b in zip(low, high, strict=True)]
    laws += [Point((-4.0, 4.0)), Point((4.0, -4.0))]
    problem = MixtureProblem(
        prior=0.5,
        dim=2,
        class0=components(*laws[::2]),
        class1=components(*laws[1::2]),
        training=Training(noise="uniform", off_support=off_support),
    )
    x = rng.uniform(-6, 6, (2, 400))
    got = labels(problem, alpha, x)
    low, high = np.vstack([low, [[-4, 4], [4, -4]]]) - alpha, np.vstack([high, [[-4, 4], [4, -4]]]) + alpha
    seen = 0
    for point, label in zip(x.T, got, strict=True):
        gaps = [math.hypot(*np.maximum(np.maximum(a - point, point - b), 0)) for a, b in zip(low, high, strict=True)]
        if min(gaps) > 0:
            seen += 1
            want = min(gaps[1::2]) <= min(gaps[::2]) if off_support == "nearest" else off_support == "class1"
            assert label == want
    assert seen > 100


@pytest.mark.parametrize("off_support", ["nearest", "class0"])
def test_ties_on_the_support_go_to_class_one(off_support: str) -> None:
    """Equal weighted densities, written with different boxes, scalars and relative weights."""
    training = Training(noise="uniform", off_support=off_support)
    parts = Component(Uniform(0.0, 0.4), 0.2), Component(Uniform(0.4, 1.0), 0.3)
    whole = (Component(Uniform((0.0,), (1.0,))),)
    x = np.linspace(0.001, 0.999, 97)[None]
    for class0, class1 in [(parts, whole), (whole, parts), (whole, whole)]:
        normal = normal_form(MixtureProblem(prior=0.5, dim=1, class0=class0, class1=class1, training=training))
        at, alpha = (x - normal.center) / normal.length, float(normal.lengths(np.array(0.1)))
        assert labels(normal.problem, 0.0, at).all()
        assert labels(normal.problem, alpha, at[:, 10:-10]).all()


def test_common_background_cancels_exactly() -> None:
    """Far out the common background drowns the bumps by e^-1000; the sign is still that of the nearer bump."""
    background = Component(Gaussian(0.0, 5.0), 0.9)
    problem = MixtureProblem(
        prior=0.5,
        dim=1,
        class0=(background, Component(Gaussian(-1.0, 0.2), 0.1)),
        class1=(Component(Gaussian(1.0, 0.2), 0.3), Component(Gaussian((0.0,), (5.0,)), 2.7)),
    )
    x = np.array([[-9.0, -2.0, -0.01, 0.01, 2.0, 9.0]])
    for alpha in (0.0, 0.1):
        np.testing.assert_array_equal(labels(problem, alpha, x), [0, 0, 0, 1, 1, 1])


def test_atoms_decide_without_noise() -> None:
    problem = MixtureProblem(
        prior=0.5,
        dim=2,
        class0=components(Point((0.0, 0.0)), Point((3.0, 0.0)), Gaussian(0.0, 1.0)),
        class1=components(Point((-0.0, 0.0)), Point((0.0, 3.0)), Gaussian((0.0, 0.0), 0.5)),
    )
    x = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [0.0, 0.1], [2.9, 0.0]]).T
    np.testing.assert_array_equal(labels(problem, 0.0, x), [1, 0, 1, 1, 0])


def test_a_million_axes() -> None:
    """Two isotropic Gaussians whose means differ by 2 in a million axes: the rule is linear and keeps its margin."""
    dim = 10**6
    shift = 1 / math.sqrt(dim)
    problem = MixtureProblem(
        prior=0.3, dim=dim, class0=components(Gaussian(-shift, 1.0)), class1=components(Gaussian(shift, 1.0))
    )
    x = np.random.default_rng(2).normal(size=(dim, 4))
    x -= x.mean(axis=0)
    variance = 1.25
    threshold = math.log(0.7 / 0.3) * variance / (2 * shift) / dim
    x += threshold * (1 + np.array([-1e-8, -1e-3, 1e-8, 1e-3]))
    np.testing.assert_array_equal(labels(problem, 0.5, x), [0, 0, 1, 1])


BOXES = (Box((0.0, 0.0), (2.0, 1.0)), Box((1.0, 0.5), (3.0, 2.0)), Box((4.0, 0.0), (5.0, 3.0)))


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
@pytest.mark.parametrize("rule", ["regression", "posterior"])
@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_rules_on_overlapping_boxes_in_a_domain(noise: str, rule: str, alpha: float) -> None:
    """The union counted on a fine grid of the domain, noise integrated by the midpoint rule."""
    problem = DomainProblem(
        dim=2, inside=BOXES, low=(0.0, 0.0), high=(6.0, 3.0), training=Training(rule=rule, noise=noise)
    )
    step = 0.02
    axes = [np.arange(0, end, step) + step / 2 for end in (6, 3)]
    union = np.any([np.outer(*((b.low[i] < axes[i]) & (axes[i] < b.high[i]) for i in (0, 1))) for b in BOXES], axis=0)
    x = np.random.default_rng(4).uniform([-0.3, -0.3], [6.3, 3.3], (120, 2))
    got = labels(problem, alpha, x.T)
    decided = 0
    for point, label in zip(x, got, strict=True):
        if alpha == 0:
            inside = any(all(np.array(b.low) <= point) and all(point <= np.array(b.high)) for b in BOXES)
            if rule == "regression" or (0 <= point[0] <= 6 and 0 <= point[1] <= 3):
                decided += 1
                assert label == inside
            continue
        kernel = np.outer(*(pdf(noise, point[i] - axes[i], alpha) for i in (0, 1))) * step**2
        mass, total = kernel[union].sum(), kernel.sum() if rule == "posterior" else 1.0
        if abs(mass / total - 0.5) > 0.02:
            decided += 1
            assert label == (mass / total > 0.5), (point, mass, total)
    assert decided > 80


def test_disjoint_keeps_the_union_and_the_volume() -> None:
    rng = np.random.default_rng(12)
    for dim in (1, 2, 3):
        low = rng.integers(0, 6, (5, dim)).astype(float)
        sets = tuple(Box(tuple(a), tuple(a + rng.integers(1, 4, dim))) for a in low)
        boxes = boxes_of(DomainProblem(dim=dim, inside=sets))
        cells = disjoint(boxes)
        centres = (np.stack(np.meshgrid(*[np.arange(10)] * dim)) + 0.5).reshape(dim, -1)
        with jax.enable_x64(True):
            want, got = (np.asarray(contains(union, jnp.asarray(centres))) for union in (boxes, cells))
        np.testing.assert_array_equal(got, want)
        assert (cells.high - cells.low).prod(axis=1).sum() == want.sum()


def test_half_covered_window_is_a_tie() -> None:
    """A uniform window over exactly half of a row of stripes: the blurred label is 1/2, which is class 1."""
    stripes = tuple(Box(0.2 * i, 0.2 * i + 0.1) for i in range(40))
    problem = DomainProblem(dim=1, inside=stripes, training=Training(rule="regression", noise="uniform"))
    assert labels(problem, 0.4, np.linspace(1, 7, 501)[None]).all()
