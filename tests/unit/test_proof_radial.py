"""Enclosures of risks in radial geometry, against floats and against the line."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb, ctx, fmpq

from theory import certified_risk, clean_risk, regimes
from theory.errors import NoProof
from theory.problems.problem import (
    Ball,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Training,
)
from theory.proof import clouds
from theory.proof.balls import exact, precision
from theory.proof.line import line_proof
from theory.proof.noise import upper
from theory.proof.radial import radial_proof

BITS = 128
# What an enclosure may be wide, relative to the risk: far tails in thousands of dimensions magnify what goes in.
NARROW = 1e-25
# Below it floats are subnormal, or 0.
UNDERFLOW = arb(10) ** -300


def enclosed(problem: Problem, alpha: float, beta: float, eps: float = 0.0) -> arb:
    """R(alpha, beta), or the certified risk, at the working precision."""
    a, b, e = exact(alpha), exact(beta), exact(eps)
    proof = radial_proof(problem, e)
    base = proof.train(a)
    if eps == 0:
        one = zero = proof.smooth(base, b)
    else:
        miss = upper("gaussian", arb(e / b))
        one = proof.smooth(base.complement(), b, miss).complement()
        zero = proof.smooth(base, b, miss)
    return proof.mass(one, 1, a) + proof.mass(zero, 0, a)


def mixture(
    dim: int, one: list[Law], zero: list[Law], prior: float = 0.5, weights: tuple[float, ...] = ()
) -> MixtureProblem:
    shares = iter(weights or [1.0] * (len(one) + len(zero)))
    first, second = (tuple(Component(law, next(shares)) for law in side) for side in (one, zero))
    return MixtureProblem(prior, dim, second, first)


class Draw:
    """Random problems of every kind that radial geometry knows."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def size(self, low: float, high: float) -> float:
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def noise(self) -> float:
        return 0.0 if self.rng.random() < 0.2 else self.size(0.02, 5)

    def mean(self, dim: int) -> tuple[float, ...]:
        return tuple(self.rng.normal(size=dim) * self.size(0.1, 3))

    def problem(self) -> Problem:
        dim, prior = int(self.rng.choice([2, 3, 5, 10, 50, 300, 3072])), float(self.rng.uniform(0.02, 0.98))
        scale, kind = self.size(0.1, 5), self.rng.integers(5)
        if kind == 0:
            return mixture(dim, [Gaussian(0.0, scale * self.size(0.3, 3))], [Gaussian(0.0, scale)], prior)
        if kind == 1:
            other = scale * (self.size(0.3, 3) if self.rng.random() < 0.7 else 1 + self.size(1e-12, 0.1))
            return mixture(dim, [Gaussian(self.mean(dim), other)], [Gaussian(0.0, scale)], prior)
        if kind == 2:
            return regimes.ball(min(dim, 50), self.size(0.1, 10))
        if kind == 3:
            scales = scale * np.cumprod([self.size(1.1, 3) for _ in range(self.rng.integers(3, 6))])
            weights = tuple(self.size(0.05, 1) for _ in scales)
            one, zero = ([Gaussian(0.0, float(s)) for s in scales[k::2]] for k in (0, 1))
            return mixture(min(dim, 20), one, zero, prior, weights)
        gaussian = Gaussian(0.0 if self.rng.random() < 0.5 else self.mean(dim), scale)
        laws: list[list[Law]] = [[Point(0.0)], [gaussian]]
        return mixture(dim, *(laws if self.rng.random() < 0.5 else laws[::-1]), prior)


def disagrees(problem: Problem, alpha: float, beta: float, eps: float = 0.0, bits: int = BITS) -> bool:
    """Whether the float's range misses the enclosure, which must be narrow itself."""
    found = clean_risk(problem, alpha, beta) if eps == 0 else certified_risk(problem, alpha, beta, eps)
    with precision(bits):
        ball = enclosed(problem, alpha, beta, eps)
        assert ball.rad() <= NARROW * abs(ball.mid()) + UNDERFLOW
        return bool(abs(arb(float(found.value)) - ball) > arb(float(found.error)) + UNDERFLOW)


@pytest.mark.parametrize("seed", range(3))
def test_float_errors_never_understate(seed: int) -> None:
    draw = Draw(seed)
    cases = [(draw.problem(), draw.noise(), draw.noise()) for _ in range(80)]
    assert [case for case in cases if disagrees(*case)] == []


def test_float_errors_of_certified_risks_never_understate() -> None:
    draw = Draw(10)
    cases = []
    for _ in range(60):
        beta = draw.size(0.02, 5)
        cases.append((draw.problem(), draw.noise(), beta, beta * draw.size(0.01, 10)))
    assert [case for case in cases if disagrees(*case)] == []


def test_a_wrong_law_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: masses whose noncentrality is too large by a ten-thousandth disagree with the floats."""
    right = clouds.tails
    monkeypatch.setattr(clouds, "tails", lambda dim, lam, x: right(dim, lam * 1.0001, x))
    assert any(disagrees(regimes.two_scales(dim, prior=0.4), 0.3, 0.5) for dim in (2, 10))


@pytest.mark.parametrize("alpha", [0.0, 0.3])
@pytest.mark.parametrize("beta", [0.0, 0.2])
def test_one_dimension_agrees_with_the_line(alpha: float, beta: float) -> None:
    """The same numbers by the proofs on the line, where a ball is an interval."""
    laws: list[list[Law]] = [[Gaussian(0.0, 0.3), Gaussian(0.0, 3.0)], [Gaussian(0.0, 1.0), Gaussian(0.0, 0.1)]]
    problem = mixture(1, *laws, 0.45, (1.0, 0.5, 1.0, 0.1))
    other = line_proof(problem)
    with precision(BITS):
        a, b = exact(alpha), exact(beta)
        line = other.smooth(other.train(a, b), b)
        ball = enclosed(problem, alpha, beta)
        assert ball.overlaps(other.mass(line, 1, a) + other.mass(line, 0, a))
        assert ball.rel_accuracy_bits() > 80


def test_every_shell_is_proved() -> None:
    """Five Gaussians make three shells; smoothing closes one, and what is left is proved to be all."""
    scales = [0.1, 0.3, 1.0, 3.0, 9.0]
    problem = mixture(2, [Gaussian(0.0, s) for s in scales[::2]], [Gaussian(0.0, s) for s in scales[1::2]])
    proof = radial_proof(problem)
    with precision(BITS):
        base = proof.train(fmpq(0))
        counts = [proof.smooth(base, exact(beta)).changes for beta in (0.01, 0.3, 3.0)]
    assert base.changes == (4, 4)
    assert all(least == most for least, most in counts)
    assert counts[0] == (4, 4)
    assert counts[-1][0] < counts[1][0] < 4


def test_nearly_equal_scales() -> None:
    """Spheres of radius 1e12 about a centre as far away: as accurate as any other."""
    problem = mixture(10, [Gaussian((0.0, *[1.0] * 9), 1 + 1e-12)], [Gaussian(0.0, 1.0)], 0.4)
    assert not disagrees(problem, 0.5, 0.7, bits=256)


def test_a_million_dimensions() -> None:
    with precision(BITS):
        ball = enclosed(regimes.concentric(dim=10**6), 0.4, 0.5)
        assert ball > 0
        assert ball < arb(10) ** -12000
        assert ball.rel_accuracy_bits() > 90


def test_points_without_noise_are_atoms() -> None:
    """Of mass .4 at the centre of class 0's Gaussian: right without smoothing, lost or kept with it."""
    problem = mixture(3, [Point(0.0)], [Gaussian(0.0, 1.0)], 0.4)
    assert enclosed(problem, 0.0, 0.0) == 0
    assert enclosed(problem, 0.0, 0.5).overlaps(arb(exact(0.4)))
    assert not disagrees(problem, 0.2, 0.0)
    with pytest.raises(NoProof, match="no density"):
        enclosed(mixture(3, [Point(0.0)], [Point(0.0)], 0.4), 0.0, 0.5)


def test_equal_laws_cancel_exactly() -> None:
    """A law that both classes share counts with the difference of its weights; where none is left class 1 has all."""
    shared = mixture(3, [Gaussian(0.0, 1.0), Gaussian(0.0, 2.0)], [Gaussian(0.0, 1.0)], 0.5)
    assert not disagrees(shared, 0.3, 0.2)
    tie = radial_proof(mixture(3, [Gaussian(0.0, 1.0)], [Gaussian(0.0, 1.0)], 0.5)).train(exact(0.5))
    assert (tie.first, tie.gaps) == (True, ())


def test_covariances_are_exact_variances() -> None:
    wide = ((2.0, 0.0), (0.0, 2.0))
    problem = MixtureProblem(0.5, 2, (Component(Gaussian(0.0, 1.0)),), (Component(Gaussian(0.0, cov=wide)),))
    with precision(256):
        radius = radial_proof(problem).train(fmpq(0)).gaps[0].hull
        assert (radius**2).overlaps(4 * arb(2).log())
        assert radius.rel_accuracy_bits() > 240


def test_a_sphere_that_may_not_exist_is_a_gap_at_the_centre() -> None:
    """A prior at which the ball is about to vanish: 53 bits cannot tell, and say so."""
    prior = 1 / (1 + math.exp(-math.log(1.5**2)))
    problem = regimes.concentric(2, prior=prior)
    with precision(53):
        region = radial_proof(problem).train(fmpq(0))
        risk = enclosed(problem, 0.0, 0.0)
    assert region.changes == (0, None)
    assert region.gaps[0].low == 0
    with precision(256):
        assert radial_proof(problem).train(fmpq(0)).changes[1] is not None
        assert risk.overlaps(enclosed(problem, 0.0, 0.0))


def test_the_working_precision_is_left_alone() -> None:
    before = ctx.prec
    with precision(90):
        narrow = enclosed(regimes.two_scales(), 0.3, 0.4)
        assert ctx.prec == 90
    assert ctx.prec == before
    assert 70 < narrow.rel_accuracy_bits() < 110


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (mixture(2, [Gaussian(0.0, 1.0)], [Gaussian((1.0, 0.0), 1.0)]), "parted by a plane"),
        (mixture(2, [Gaussian(0.0, 1.0)], [Gaussian((1.0, 0.0), 2.0), Gaussian((2.0, 0.0), 2.0)]), "no more than two"),
        (mixture(2, [Gaussian(0.0, (1.0, 2.0))], [Gaussian(0.0, 3.0)]), "isotropic"),
        (mixture(2, [Laplace(0.0, 1.0)], [Gaussian(0.0, 3.0)]), "isotropic"),
        (mixture(2, [Ball(0.0, 1.0)], [Gaussian(0.0, 3.0)]), "isotropic"),
        (DomainProblem(2, (Ball((0.0, 0.0), 1.0), Ball((3.0, 0.0), 1.0))), "one centre"),
        (DomainProblem(2, (Ball(0.0, 1.0),), -2.0, 2.0), "infinite background"),
        (replace(regimes.two_scales(), training=Training("regression")), "posterior rule"),
        (replace(regimes.two_scales(), training=Training("posterior", "uniform")), "gaussian"),
    ],
)
def test_what_has_no_proof_says_why(problem: Problem, reason: str) -> None:
    with pytest.raises(NoProof, match=reason):
        radial_proof(problem)
