"""Two Gaussians with one full covariance: half-spaces, whose risks are closed forms, in balls.

f_alpha = {w.x >= t}, w = (Sigma + alpha^2 I)^-1 (m1 - m0), t = w.(m0 + m1)/2 + log((1 - prior)/prior), or with
(1 - 2 prior)/(2 prior (1 - prior)) in place of the logarithm for least squares; smoothing with Gaussian noise leaves a
half-space as it is and certifies the distance to it (Cohen, Rosenfeld, Kolter 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, arb_mat, fmpq

from theory.errors import NoProof
from theory.problems.low_rank import LowRank
from theory.problems.problem import Gaussian, MixtureProblem, Problem, as_vector
from theory.proof.balls import Arb, Rational, exact
from theory.proof.noise import upper

# Linear systems in balls beyond this size take minutes.
MOST_AXES = 128


@dataclass(frozen=True)
class HalfSpaceProof:
    """The common covariance (exact), the difference of the means and the prior P(Y = 1)."""

    covariance: list[list[Rational]]
    difference: list[Rational]
    prior: Rational
    rule: str
    route: str = "half-space"

    def risk(self, alpha: Rational, beta: Rational, eps: Rational) -> Arb:
        """Clean risk at eps = 0, else certified risk; the same for every beta > 0."""
        if eps > 0 and beta == 0:
            raise NoProof("certified risk is not defined at beta = 0 < eps")
        spread = fmpq(0) if self.rule == "regression" else alpha
        dim = len(self.difference)
        sigma = arb_mat(dim, dim, [arb(v) for row in self.covariance for v in row])
        noisy = arb_mat(
            dim, dim, [arb(v + (spread**2 if i == j else 0)) for i, row in enumerate(self.covariance)
                       for j, v in enumerate(row)]
        )  # fmt: skip
        gap = arb_mat(dim, 1, [arb(v) for v in self.difference])
        normal = noisy.solve(gap)
        along = (normal.transpose() * gap)[0, 0] / 2
        deviation = (normal.transpose() * sigma * normal)[0, 0].sqrt()
        away = arb(eps) * (normal.transpose() * normal)[0, 0].sqrt()
        level = self._level()
        missed = upper("gaussian", (along - level - away) / deviation)
        false = upper("gaussian", (along + level - away) / deviation)
        return arb(self.prior) * missed + arb(1 - self.prior) * false

    def _level(self) -> Arb:
        """Where w.(x - middle of the means) is cut."""
        if self.rule == "least-squares":
            return arb((1 - 2 * self.prior) / (2 * self.prior * (1 - self.prior)))
        return arb((1 - self.prior) / self.prior).log()


def half_space_proof(problem: Problem) -> HalfSpaceProof:
    """The proofs of two Gaussians of one covariance under Gaussian noises; `NoProof` for anything else."""
    if not isinstance(problem, MixtureProblem) or len(problem.class0) + len(problem.class1) > 2:
        raise NoProof("half-spaces need two components")
    one, zero = problem.class1[0].law, problem.class0[0].law
    if not isinstance(one, Gaussian) or not isinstance(zero, Gaussian) or problem.dim > MOST_AXES:
        raise NoProof(f"half-spaces need two Gaussians in at most {MOST_AXES} dimensions")
    if {problem.training.noise, problem.smoothing.noise} != {"gaussian"} and problem.dim > 1:
        raise NoProof("half-spaces in several dimensions need gaussian noises")
    tables = [covariance(law, problem.dim) for law in (one, zero)]
    if tables[0] != tables[1] or any(row[k] != tables[0][k][j] for j, row in enumerate(tables[0]) for k in range(j)):
        raise NoProof("the covariances are not exactly equal and symmetric")
    means = [[exact(v) for v in as_vector(law.mean, problem.dim)] for law in (one, zero)]
    difference = [a - b for a, b in zip(*means, strict=True)]
    if not any(difference):
        raise NoProof("two Gaussians of the same law leave no direction")
    return HalfSpaceProof(tables[0], difference, exact(problem.prior), problem.training.rule)


def covariance(law: Gaussian, dim: int) -> list[list[Rational]]:
    """The covariance of a Gaussian, exactly."""
    if isinstance(law.cov, LowRank):
        rows = [[exact(v) for v in row] for row in law.cov.factor]
        diagonal = [exact(v) for v in as_vector(law.cov.diagonal, dim)]
        product = [[sum((f[i] * f[j] for f in rows), fmpq(0)) for j in range(dim)] for i in range(dim)]
        return [[v + (diagonal[i] if i == j else 0) for j, v in enumerate(row)] for i, row in enumerate(product)]
    if law.cov is not None:
        return [[exact(v) for v in row] for row in law.cov]
    assert law.scale is not None
    scales = [exact(v) for v in as_vector(law.scale, dim)]
    return [[scales[i] ** 2 if i == j else fmpq(0) for j in range(dim)] for i in range(dim)]
