"""Verdicts on gains: proved signs, arguments for equality, raised precision, and honest indecision."""

from __future__ import annotations

import numpy as np
import pytest

from theory import gain, regimes, with_overrides
from theory.problems.problem import Component, Gaussian, MixtureProblem, Training
from theory.proof import PROVED, NoProof, Prover
from theory.proof.prover import Proof


@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 0.5), (0.3, 0.65), (0.05, 0.65), (1.4, 0.3)])
def test_sign_and_enclosure_of_a_gain(alpha: float, beta: float) -> None:
    problem = regimes.bumps(spacing=1.5)
    proof, usual = Prover(problem).gain(alpha, beta), gain(problem, alpha, beta)
    assert proof.verdict == ("help" if usual.value > 0 else "hurt")
    assert proof.gain.route == "proved"
    assert abs(proof.gain.value - usual.value) <= proof.gain.error + usual.error


def neutral(proof: Proof) -> str:
    assert (proof.verdict, proof.gain.value, proof.gain.error) == ("neutral", 0.0, 0.0)
    return proof.why


def test_arguments_for_neutral() -> None:
    bumps = regimes.bumps(spacing=1.5)
    assert "no training noise" in neutral(Prover(bumps).gain(0.0, 0.5))
    assert "mirrored" in neutral(Prover(regimes.two_gaussians(dim=5)).gain(0.7, 0.5))
    assert "constant" in neutral(Prover(bumps).gain(0.1, 1.6))
    cov = ((2.0, 0.5), (0.5, 1.0))
    sides = [(Component(Gaussian(mean, cov=cov)),) for mean in ((-1.0, 0.0), (1.0, 0.5))]
    tilted = MixtureProblem(0.3, 2, sides[0], sides[1], Training("regression"))
    assert "regression" in neutral(Prover(tilted).gain(0.4, 0.5))


def test_half_spaces_that_turn() -> None:
    """One full covariance: the normal turns with the training noise, which hurts; the float route agrees."""
    cov = ((2.0, 0.5), (0.5, 1.0))
    sides = [(Component(Gaussian(mean, cov=cov)),) for mean in ((-1.0, 0.0), (1.0, 0.5))]
    problem = MixtureProblem(0.3, 2, sides[0], sides[1])
    proof, usual = Prover(problem).gain(0.8, 0.5), gain(problem, 0.8, 0.5)
    assert proof.verdict == "hurt"
    assert abs(proof.gain.value - usual.value) <= proof.gain.error + usual.error
    certified = PROVED.certified_gain(problem, 0.8, 0.5, 0.6)
    assert certified.error < 1e-15


def test_precision_is_raised_until_the_sign_shows() -> None:
    """Prior-shift harm of a noise of 1e-7 is of order alpha^4 = 1e-28: 64 bits do not see it."""
    problem = regimes.two_gaussians(dim=1, prior=0.2)
    proof = Prover(problem).gain(1e-7, 0.5)
    assert (proof.verdict, proof.bits) == ("hurt", 128)
    assert -1e-27 < proof.gain.value < -1e-30
    assert proof.gain.error < 1e-3 * abs(proof.gain.value)
    capped = Prover(problem).gain(1e-7, 0.5, most_bits=64)
    assert capped.verdict == "undecided"
    assert "64 bits" in capped.why


def test_certified_gain_of_the_bridge() -> None:
    """Training noise that hurts the clean risk helps the certified one."""
    prover = Prover(regimes.two_gaussians(dim=2, separation=4.0, prior=0.2), 0.5)
    assert prover.gain(0.57735, 0.7).verdict == "hurt"
    assert prover.gain(0.57735, 0.7, 0.5).verdict == "help"


def test_no_geometry() -> None:
    with pytest.raises(NoProof):
        Prover(regimes.anisotropic())
    with pytest.raises(NoProof, match="not defined"):
        Prover(regimes.bumps(), 0.3).gain(0.1, 0.0, 0.3)


def test_gain_near_its_zero() -> None:
    """Along a line across the curve gain = 0 the proved sign changes once, where the float side has its zero."""
    prover, betas = Prover(regimes.bumps(spacing=1.5)), np.linspace(0.55, 0.7, 16)
    verdicts = [prover.gain(0.5, float(beta)).verdict for beta in betas]
    values = gain(prover.problem, 0.5, betas).value
    assert verdicts == ["help" if value > 0 else "hurt" for value in values]
    assert set(verdicts) == {"help", "hurt"}


def test_enclosures_do_not_depend_on_what_was_asked_before() -> None:
    """So that a sweep is the same to the last bit whichever process proves which cell, and in which order."""
    for problem in (regimes.bumps(), regimes.two_gaussians(dim=2), regimes.concentric(dim=3)):
        fresh, used = Prover(problem), Prover(problem)
        for beta in (1.7, 0.05):
            used.gain(0.3, beta)
        assert used.gain(0.3, 0.6) == fresh.gain(0.3, 0.6)


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
def test_linear_rules_on_infinite_data(rule: str) -> None:
    """Least squares cuts where its own threshold is; it has a best noise, so that both signs occur."""
    zero, one = (Component(Gaussian((side, 0.5 * side), (1.0, 2.0))) for side in (-1.0, 1.0))
    problem = MixtureProblem(0.2, 2, (zero,), (one,), Training(rule))
    for alpha in (0.4, 3.0):
        proof, usual = Prover(problem).gain(alpha, 0.5), gain(problem, alpha, 0.5)
        assert proof.verdict == ("help" if usual.value > 0 else "hurt")
        assert abs(proof.gain.value - usual.value) <= proof.gain.error + usual.error
    with pytest.raises(NoProof, match="found two covariances"):
        Prover(with_overrides(regimes.concentric(dim=2), {"training.rule": rule}))
