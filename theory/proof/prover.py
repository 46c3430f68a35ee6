"""Risks and gains enclosed, and the sign of a gain decided: precision is raised until it is, or a cap is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from flint import arb, ctx, fmpq

from theory.errors import NoExactRoute, NoProof
from theory.estimate import Estimate
from theory.problems.noises import NOISES, noise
from theory.problems.problem import LINEAR_RULES, MixtureProblem, Problem, described
from theory.proof.balls import Arb, Rational, exact, floats, precision
from theory.proof.half_space import HalfSpaceProof, half_space_proof
from theory.proof.line import line_proof
from theory.proof.noise import upper
from theory.proof.radial import radial_proof
from theory.proof.region import Signs
from theory.proof.turning import turning_proof
from theory.reduction.linear_rules import population

Verdict = Literal["help", "hurt", "neutral", "undecided"]

# Working precisions that are tried, up to the cap that a call states.
BITS = (64, 128, 256, 512, 1024)
MOST_BITS = 512


class Regions(Protocol):
    """A geometry whose classifiers are sign patterns along one coordinate."""

    @property
    def route(self) -> str: ...

    def train(self, alpha: Rational, beta: Rational = 0) -> Signs: ...

    def smooth(self, base: Signs, beta: Rational, level: Arb | None = None, alpha: Rational = 0) -> Signs: ...

    def mass(self, region: Signs, label: int, alpha: Rational = 0) -> Arb: ...

    def mirrored(self) -> bool: ...


@dataclass(frozen=True)
class Proof:
    """What is proved of a gain: its sign, or that it is 0, or nothing.

    gain: an enclosure, value -+ error. bits: the working precision that settled it (0: no arithmetic was needed).
    why: the argument for neutral, or what stands in the way.
    """

    verdict: Verdict
    gain: Estimate
    bits: int
    why: str = ""


class Prover:
    """Proofs for one problem; trained regions and risks are kept between calls.

    Args:
        eps: the largest radius that will be asked for.

    Raises:
        NoProof: no geometry of the problem has proofs.
    """

    def __init__(self, problem: Problem, eps: float = 0.0) -> None:
        self.problem = described(problem)
        self.geometry = geometry(problem, exact(noise(eps, "eps")))
        self._bases: dict[tuple[Rational, Rational | None, int], Signs] = {}
        self._smoothed: dict[tuple[Rational, Rational, int], Signs] = {}
        self._risks: dict[tuple[Rational, Rational, Rational, int], Arb] = {}

    def base(self, alpha: Rational, beta: Rational) -> Signs:
        """{f_alpha = 1} at the working precision, for smoothing with beta."""
        assert not isinstance(self.geometry, HalfSpaceProof)
        for key in ((alpha, None, ctx.prec), (alpha, beta, ctx.prec)):
            if key in self._bases:
                return self._bases[key]
        region = self.geometry.train(alpha, beta)
        open_ended = any(not (gap.high - gap.low).is_finite() for gap in region.gaps)
        self._bases[alpha, beta if open_ended else None, ctx.prec] = region
        return region

    def smoothed(self, alpha: Rational, beta: Rational) -> Signs:
        """{g = 1}."""
        assert not isinstance(self.geometry, HalfSpaceProof)
        key = (alpha, beta, ctx.prec)
        if key not in self._smoothed:
            self._smoothed[key] = self.geometry.smooth(self.base(alpha, beta), beta, alpha=alpha)
        return self._smoothed[key]

    def ball(self, alpha: Rational, beta: Rational, eps: Rational) -> Arb:
        """The clean or certified risk at the working precision."""
        key = (alpha, beta, eps, ctx.prec)
        if key not in self._risks:
            self._risks[key] = self._risk(alpha, beta, eps)
        return self._risks[key]

    def _risk(self, alpha: Rational, beta: Rational, eps: Rational) -> Arb:
        if isinstance(self.geometry, HalfSpaceProof):
            return self.geometry.risk(alpha, beta, eps)
        if eps == 0:
            region = self.smoothed(alpha, beta)
            return self.geometry.mass(region, 1, alpha) + self.geometry.mass(region, 0, alpha)
        base = self.base(alpha, beta)
        miss = _miss(self.problem.smoothing.noise, beta, eps)
        one = self.geometry.smooth(base.complement(), beta, miss, alpha).complement()
        zero = self.geometry.smooth(base, beta, miss, alpha)
        return self.geometry.mass(one, 1, alpha) + self.geometry.mass(zero, 0, alpha)

    def risk(self, alpha: float, beta: float, eps: float = 0.0, *, most_bits: int = MOST_BITS) -> Estimate:
        """An enclosure of R(alpha, beta), or of the certified risk, as narrow as floats unless gaps stay open."""
        a, b, e = _exactly(alpha, beta, eps)
        return self._narrow(lambda: self.ball(a, b, e), most_bits)

    def _narrow(self, ball: Callable[[], Arb], most_bits: int) -> Estimate:
        value = error = float("nan")
        for bits in (b for b in BITS if b <= most_bits):
            with precision(bits):
                value, error = floats(ball())
            if error <= 2.0**-50 * abs(value):
                break
        return Estimate(value, error, "proved")

    def gain(self, alpha: float, beta: float, eps: float = 0.0, *, most_bits: int = MOST_BITS) -> Proof:
        """The sign of R(0, beta) - R(alpha, beta), proved at the least precision that shows it."""
        a, b, e = _exactly(alpha, beta, eps)
        value, error = 0.0, float("inf")
        for bits in (b for b in BITS if b <= most_bits):
            with precision(bits):
                if same := self._same(a, b):
                    return Proof("neutral", Estimate(0.0, 0.0, "proved"), bits, same)
                ball = self.ball(fmpq(0), b, e) - self.ball(a, b, e)
                value, error = floats(ball)
                if ball > 0 or ball < 0:
                    return Proof("help" if ball > 0 else "hurt", Estimate(value, error, "proved"), bits)
        why = f"the gain is enclosed by {value:.3g} -+ {error:.1g} at {bits} bits"
        return Proof("undecided", Estimate(value, error, "proved"), bits, why)

    def _same(self, alpha: Rational, beta: Rational) -> str:
        """Why the two smoothed classifiers are the same, or an empty string."""
        if alpha == 0:
            return "no training noise"
        if isinstance(self.geometry, HalfSpaceProof):
            return "the regression rule keeps its half-space" if self.geometry.rule == "regression" else ""
        bases = self.base(fmpq(0), beta), self.base(alpha, beta)
        if all(len(f.gaps) == 1 and f.gaps[0].simple for f in bases) and self.geometry.mirrored():
            return "both base classifiers are the half-space between mirrored classes"
        for regions in (bases, (self.smoothed(fmpq(0), beta), self.smoothed(alpha, beta))):
            if all(r.constant and not r.atoms for r in regions) and regions[0].first == regions[1].first:
                return "both classifiers are the same constant"
        return ""


def _exactly(*values: float) -> tuple[Rational, ...]:
    """alpha, beta and eps as they were typed; raises `ProblemError`."""
    return tuple(exact(noise(value, key)) for value, key in zip(values, NOISES, strict=True))


def _miss(family: str, beta: Rational, eps: Rational) -> Arb:
    """1 - tau(eps) of `theory.laws.certificate`."""
    if beta == 0:
        raise NoProof("certified risk is not defined at beta = 0 < eps")
    if family == "uniform" and eps >= beta:
        raise NoProof("uniform noise certifies no radius of beta or more")
    return upper(family, arb(eps / beta))


def geometry(problem: Problem, window: Rational = 0) -> Regions | HalfSpaceProof:
    """The geometry that proves for a problem.

    Raises:
        NoProof: there is none; the message gives each one's reason.
    """
    if problem.training.rule in LINEAR_RULES:
        try:
            held = population(problem)
        except NoExactRoute as error:
            raise NoProof(str(error)) from None
        if not isinstance(held, MixtureProblem):
            return half_space_proof(problem)
        problem = held
    reasons = []
    makers: tuple[Callable[[], Regions | HalfSpaceProof], ...] = (
        lambda: line_proof(problem, window),
        lambda: half_space_proof(problem),
        lambda: turning_proof(problem),
        lambda: radial_proof(problem, window),
    )
    for make in makers:
        try:
            return make()
        except NoProof as error:
            reasons.append(str(error))
    raise NoProof("; ".join(dict.fromkeys(reasons)))
