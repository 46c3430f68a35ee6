"""The regression rule on mixtures, {h * p_alpha >= 1/2}, against the definition by mpmath's quadrature."""

from __future__ import annotations

import time
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from scipy.signal import fftconvolve

from theory import clean_risk, train
from theory.problems.problem import Component, Gaussian, Laplace, MixtureProblem, NoiseFamily, Training, Uniform

# Absolute error of a risk; the quadrature of the package aims at 1e-13 over the slope of h * p_alpha.
ABSOLUTE = 1e-10
# Of the reference.
DIGITS = 22
# Generous on a busy machine: each takes a tenth of it.
SECONDS = 2.0


def law(text: str) -> Gaussian | Laplace | Uniform:
    kind, first, second = text.split()
    return {"N": Gaussian, "L": Laplace, "U": Uniform}[kind](float(first), float(second))


def mixture(prior: float, zero: str, one: str, noise: NoiseFamily) -> MixtureProblem:
    sides = (tuple(Component(law(t.strip()), 1.0 + i) for i, t in enumerate(s.split(","))) for s in (zero, one))
    class0, class1 = sides
    return MixtureProblem(prior, 1, class0, class1, Training("regression", noise))


CASES = (
    (0.4, "N -1 1", "N 1 .7", "gaussian", 0.5),
    (0.5, "N 0 2", "N -1.5 .3, N 1.2 .4", "gaussian", 0.3),
    (0.5, "N 0 2", "N -1.5 .3, N 1.2 .4", "laplace", 0.2),
    (0.5, "N 0 2", "N -1.5 .3, N 1.2 .4", "uniform", 0.6),
    (0.3, "L -1 1", "L 1 .5", "gaussian", 0.8),
    (0.45, "L 0 1.5, L 3 .5", "L .5 .4", "laplace", 0.7),
    (0.6, "L -1 1", "L 1 .5, L -2 .2", "uniform", 0.4),
    (0.5, "U -1 .5", "U 0 2", "gaussian", 0.4),
    (0.6, "U -1 .5, U 3 4", "U 0 2", "laplace", 0.3),
    (0.45, "U -1 .5", "U 0 2, U -2 -1.5", "uniform", 0.35),
    (0.5, "N 0 1, U 1 2", "L 1.5 .6", "gaussian", 0.05),
    (0.5, "N 0 1, U 1 2", "L 1.5 .6", "laplace", 0.1),
    (0.55, "U -3 3", "N 1 .5, U 2 3.5", "uniform", 1e-3),
    (0.5, "N -2 1, N 2 1", "N 0 .8", "gaussian", 1.0),
    (0.7, "U -5 5", "U -4 6", "gaussian", 5.0),
    (0.5, "N 0 3", "N 1 .2, N -1 .3", "gaussian", 0.1),
)

PDF = {
    "N": lambda z: mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi),
    "L": lambda z: mp.exp(-abs(z)) / 2,
}
CDF = {
    "N": lambda z: mp.erfc(-z / mp.sqrt(2)) / 2,
    "L": lambda z: mp.exp(z) / 2 if z < 0 else 1 - mp.exp(-z) / 2,
    "U": lambda z: min(max((z + 1) / 2, mp.mpf(0)), mp.mpf(1)),
}


class Reference:
    """Components as (label, kind, centre, scale, weight), and the blurred posterior by quadrature."""

    def __init__(self, problem: MixtureProblem, alpha: float) -> None:
        self.noise, self.alpha = problem.training.noise, mp.mpf(alpha)
        self.rows = []
        for label, side, share in ((0, problem.class0, 1 - mp.mpf(problem.prior)), (1, problem.class1, problem.prior)):
            total = mp.fsum(c.weight for c in side)
            for c in side:
                kind = type(c.law).__name__[0].replace("G", "N")
                held = (
                    ((mp.mpf(c.law.low) + c.law.high) / 2, (mp.mpf(c.law.high) - c.law.low) / 2)
                    if isinstance(c.law, Uniform)
                    else (mp.mpf(c.law.mean), mp.mpf(c.law.scale))
                )
                self.rows.append((label, kind, *held, share * c.weight / total))
        self.bends = sorted({c + s * w for _l, kind, c, w, _ in self.rows for s in ((-1, 1) if kind == "U" else (0,))})
        self.widest = min(w for *_, w, _weight in self.rows)

    def posterior(self, t: mp.mpf) -> mp.mpf:
        sides = [mp.mpf(0), mp.mpf(0)]
        for label, kind, center, scale, weight in self.rows:
            z = (t - center) / scale
            sides[label] += weight / scale * ((0.5 if abs(z) < 1 else 0) if kind == "U" else PDF[kind](z))
        return sides[1] / (sides[0] + sides[1]) if sides[1] else mp.mpf(0)

    def blurred(self, x: mp.mpf) -> mp.mpf:
        """(h * p_alpha)(x) - 1/2, cut where h or the kernel bends and into lengths that each resolves."""
        reach = self.alpha * {"gaussian": 10, "laplace": 50, "uniform": 1}[self.noise]
        kernel = PDF.get({"gaussian": "N", "laplace": "L"}.get(self.noise, ""), lambda z: mp.mpf(0.5))
        marks = [x - reach, x, x + reach, *(b for b in self.bends if abs(b - x) < reach)]
        step = min(2 * self.alpha, 2 * self.widest) if self.noise != "laplace" else min(6 * self.alpha, 2 * self.widest)
        cuts = []
        for low, high in pairwise(sorted(set(marks))):
            n = int(mp.ceil((high - low) / step))
            cuts += [low + (high - low) * i / n for i in range(n)]
        cuts.append(x + reach)
        value = mp.quad(
            lambda t: self.posterior(t) * kernel((t - x) / self.alpha) / self.alpha,
            cuts,
            method="gauss-legendre",
            maxdegree=4,
        )
        return value - mp.mpf(0.5)

    def root(self, guess: float) -> mp.mpf:
        """One secant step; its error is that of the guess times the step, 1e-20 where the guess is good."""
        step = mp.mpf(10) ** -7 * self.alpha
        here, there = self.blurred(mp.mpf(guess)), self.blurred(guess + step)
        return guess - here * step / (there - here)

    def risk(self, ends: list[mp.mpf], first: bool) -> mp.mpf:
        edges, total = [-mp.inf, *ends, mp.inf], mp.mpf(0)
        for i, (low, high) in enumerate(pairwise(edges)):
            answer = first ^ (i % 2 == 1)
            total += mp.fsum(
                w * (CDF[k]((high - c) / s) - CDF[k]((low - c) / s))
                for label, k, c, s, w in self.rows
                if bool(label) != answer
            )
        return total


def sign_changes(problem: MixtureProblem, alpha: float) -> int:
    """Of h * p_alpha - 1/2, h sampled on a grid and summed."""
    held = Reference(problem, alpha)
    rows = [(label, k, float(c), float(s), float(w)) for label, k, c, s, w in held.rows]
    span = 12.0 + 3 * alpha
    step = min(alpha / 12, 0.004)
    x = np.arange(-span, span, step)
    sides = np.zeros((2, len(x)))
    for label, kind, center, scale, weight in rows:
        z = (x - center) / scale
        density = {
            "N": np.exp(-z * z / 2) / 2.5066282746310002,
            "L": np.exp(-np.abs(z)) / 2,
            "U": (np.abs(z) < 1) / 2.0,
        }
        sides[label] += weight / scale * density[kind]
    h = np.divide(sides[1], sides.sum(axis=0), out=np.zeros(len(x)), where=sides[1] > 0)
    reach = {"gaussian": 8.0, "laplace": 30.0, "uniform": 1.0}[held.noise]
    z = np.arange(-reach, reach + step / alpha / 2, step / alpha)
    kernel = {"gaussian": np.exp(-z * z / 2), "laplace": np.exp(-np.abs(z)), "uniform": np.ones_like(z)}[held.noise]
    value = fftconvolve(h, kernel / kernel.sum(), mode="same") - 0.5
    label = value >= 0
    return int((label[1:] != label[:-1]).sum())


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[3]}-{c[4]}-{c[1]}-{c[2]}".replace(" ", ""))
def test_against_the_definition(case: tuple) -> None:
    prior, zero, one, noise, alpha = case
    problem = mixture(prior, zero, one, noise)
    base = train(problem, alpha).region
    assert int(base.counts[0]) == sign_changes(problem, alpha)
    with mp.workdps(DIGITS):
        held = Reference(problem, alpha)
        ends = [held.root(e) for e in base.ends[0].tolist()]
        assert all(
            abs(found - exact) <= error for found, exact, error in zip(base.ends[0], ends, base.error[0], strict=True)
        )
        exact = held.risk(ends, bool(base.first[0]))
        found = clean_risk(problem, alpha, 0.0)
        assert abs(found.value - exact) <= min(found.error, ABSOLUTE), (found, mp.nstr(exact, 20))


def test_a_blurred_edge_by_hand() -> None:
    """Edges far apart stay where they are; an interval narrower than the uniform noise vanishes."""
    problem = mixture(0.5, "U -4 0, U 4 8", "U 0 4", "uniform")
    np.testing.assert_allclose(train(problem, 1.0).region.ends[0], [0.0, 4.0], atol=1e-13)
    lone = mixture(0.5, "U 2 3", "U 0 1", "uniform")
    assert train(lone, 0.4).intervals[0] == pytest.approx((0.0, 1.0), abs=1e-12)
    assert train(lone, 1.1).intervals == []


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
def test_vanishing_noise_gives_the_bayes_rule(noise: NoiseFamily) -> None:
    problem = mixture(0.45, "N -1 1, U 1 2", "L 1 .5, U -3 -2", noise)
    risks = np.asarray(clean_risk(problem, [0.0, 0.01, 0.03, 0.1], 0.0).value)
    assert (risks[1:] >= risks[0] - 1e-12).all()
    np.testing.assert_allclose(risks, risks[0], atol=0.02)


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
def test_small_noise_is_quick_and_exact(noise: NoiseFamily) -> None:
    """A thousandth of the scale: boundaries against quadrature, in a time that does not grow as 1/alpha."""
    problem = mixture(0.4, "N 0 1, L 2 .5", "N 1 .5, U -2 -1", noise)
    start = time.perf_counter()
    region = train(problem, 1e-3).region
    assert time.perf_counter() - start < SECONDS
    assert int(region.counts[0]) == 4
    with mp.workdps(DIGITS):
        held = Reference(problem, 1e-3)
        for end, error in zip(region.ends[0].tolist(), region.error[0].tolist(), strict=True):
            assert abs(held.root(end) - end) <= error < 1e-11


def test_a_crossing_in_the_far_tail() -> None:
    """h goes from 1 to 0 at x = +-225, where the logarithms of the densities are 1e4 and round accordingly."""
    problem = mixture(0.5, "L 0 .02, U 1 1.3", "N 0 1.5", "laplace")
    start = time.perf_counter()
    region = train(problem, 5.0).region
    assert time.perf_counter() - start < SECONDS
    plain = train(problem, 0.0).region.ends[0]
    for side in (-1, 1):
        (found,), (edge,) = (e[side * e > 100] for e in (region.ends[0], plain))
        assert abs(edge) == pytest.approx(225, abs=3)
        assert found == pytest.approx(edge, abs=1e-3)
    assert (region.error[0] < 1e-9).all()
