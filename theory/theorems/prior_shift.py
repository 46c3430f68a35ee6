"""Training noise under unequal priors: it hurts two Gaussians of one scale.

Proof. N(+-m, s^2), q = log((1 - prior)/prior) > 0. The trained threshold is t(alpha) = q (s^2 + alpha^2)/(2 m), which
smoothing does not move. The risk of a threshold has the slope prior q1(t) - (1 - prior) q0(t), with the sign of
2 m t/s^2 - q, which is q alpha^2/s^2 at t(alpha). So the risk rises with alpha, to that of the constant class 0, which
is the prior of class 1. Under the regression rule the posterior is logistic, symmetric about t(0), and blurring it
leaves 1/2 where it is.
"""

from __future__ import annotations

from functools import partial

from theory.claims.falsify import CaseFamily, CaseNoises, Range
from theory.claims.sides import Side
from theory.problems.problem import MixtureProblem
from theory.symbolic.prior_shift import prior_shift, prior_shift_limit, regression_threshold
from theory.theorems.cases import PRIORS, SMOOTHING_NOISE, TRAINING_NOISE, Number, facing, rarer, same, worst
from theory.theorems.law import Theorem

SOURCE = "derived here"
PAIRS = {
    "dim": Range(1, 1000, log=True, whole=True),
    "separation": Range(0.01, 20.0, log=True),
    "scale": Range(0.05, 20.0, log=True),
    "prior": PRIORS,
    "alpha": TRAINING_NOISE,
    "beta": SMOOTHING_NOISE,
}


def _hurts(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    return -exact.gain(problem, at.alpha, at.beta)


def _rises(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    """It rises, and not above the prior of the rarer class."""
    before, after = (exact.risk(problem, alpha, at.beta) for alpha in (at.alpha, at.alpha * at.factor))
    return worst(after - before, rarer(problem) - after)


def _neutral(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Number:
    return same(exact.gain(problem, at.alpha, at.beta), 0.0)


LAWS = (
    Theorem(
        "prior-shift-harm",
        "Two Gaussians of one isotropic scale with unequal priors, posterior rule: training noise hurts the clean "
        "risk, whatever alpha > 0 and beta.",
        r"\pi \ne \tfrac12,\ \alpha > 0 \;\Rightarrow\; R(0,\beta) - R(\alpha,\beta) < 0",
        SOURCE,
        _hurts,
        CaseFamily(facing, PAIRS),
        derivation=prior_shift,
    ),
    Theorem(
        "prior-shift-limit",
        "For the same problems the risk rises with alpha, to min(prior, 1 - prior).",
        r"R(\alpha,\beta) \uparrow \min(\pi, 1-\pi) \quad (\alpha \to \infty)",
        SOURCE,
        _rises,
        CaseFamily(facing, PAIRS | {"factor": Range(1.0, 10.0)}, ("factor",)),
        derivation=prior_shift_limit,
    ),
    Theorem(
        "regression-neutral",
        "Under the regression rule training noise changes nothing for two Gaussians of one isotropic scale, whatever "
        "the prior.",
        r"f = 1[h * p_\alpha \ge \tfrac12] \;\Rightarrow\; R(\alpha,\beta) = R(0,\beta)",
        SOURCE,
        _neutral,
        CaseFamily(partial(facing, rule="regression"), PAIRS),
        derivation=regression_threshold,
    ),
)
