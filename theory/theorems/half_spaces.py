"""Half-spaces under symmetric noise.

Proof. At signed distance t inside the boundary of a half-space with unit normal n the vote is
u(t) = P(beta n.V >= -t), which by symmetry is P(beta n.V <= t). A symmetric law gives its half-lines to either side of
0 the same mass, so u(0) = 1/2, and if 0 is the only median, u >= 1/2 exactly for t >= 0: g = f. For Gaussian noise
u(t) = Phi(t/beta), which reaches Phi(eps/beta) exactly at t = eps: the certificate finds the true distance to the
boundary, and certified and adversarial risk are equal.
"""

from __future__ import annotations

from theory.claims.falsify import CaseFamily, CaseNoises, Choice, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.symbolic.half_spaces import half_space_certificate, half_space_vote
from theory.theorems.cases import FAMILIES, PRIORS, SMOOTHING_NOISE, TRAINING_NOISE, Number, facing, same, worst
from theory.theorems.law import Theorem

SOURCE = "symmetry; the certificate: Cohen, Rosenfeld and Kolter 2019"
PAIRS = {
    "dim": Range(1, 1000, log=True, whole=True),
    "separation": Range(0.01, 20.0, log=True),
    "scale": Range(0.02, 20.0, log=True),
    "prior": PRIORS,
    "alpha": TRAINING_NOISE,
}


def _unmoved(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number | None:
    """The boundary stays where it is without smoothing."""
    base, voted = exact.cuts(problem, at.alpha), exact.cuts(problem, at.alpha, at.beta)
    if len(base) > 1:
        return None
    if len(base) != len(voted):
        return -1.0
    return worst(*(same(one, other) for one, other in zip(base, voted, strict=True))) if base else 0.0


def _tight(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """Certified and adversarial risk agree."""
    noises = at.alpha, at.beta, at.eps
    return same(exact.certified_risk(problem, *noises), exact.adversarial_risk(problem, *noises))


LAWS = (
    Theorem(
        "half-space-smoothing",
        "A half-space does not feel smoothing: under symmetric noise with unique median 0 along its normal, g = f for "
        "every beta.",
        r"f = \{n\cdot x \ge c\} \;\Rightarrow\; g_\beta = f \quad \forall \beta \ge 0",
        SOURCE,
        _unmoved,
        CaseFamily(
            facing, PAIRS | {"law": Choice(("gaussian", "laplace")), "votes": Choice(FAMILIES), "beta": SMOOTHING_NOISE}
        ),
        derivation=half_space_vote,
    ),
    Theorem(
        "half-space-certificate",
        "For a half-space under Gaussian smoothing noise the certificate is tight: certified and adversarial risk are "
        "equal at every radius.",
        r"R_{\mathrm{cert}}(\alpha,\beta,\varepsilon) = R_{\mathrm{adv}}(\alpha,\beta,\varepsilon)",
        SOURCE,
        _tight,
        CaseFamily(facing, PAIRS | {"beta": TRAINING_NOISE, "eps": Range(1e-3, 20.0, log=True)}),
        derivation=half_space_certificate,
    ),
)
