"""Each term of the error estimates and each threshold is needed: here is a problem that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from theory import clean_risk, compare, regimes, risk_slopes, small_noise
from theory.geometry.difference import erode
from theory.geometry.line.linear import HalfSpaceTrainer
from theory.geometry.piece import piece
from theory.geometry.region import Region
from theory.geometry.ties import antisymmetric, snapped
from theory.problems.normal import normal_form
from theory.problems.problem import Box, Component, DomainProblem, Gaussian, MixtureProblem, Smoothing, Training
from theory.proof import NoProof, Prover
from theory.reduction.reduce import reduce


@pytest.mark.parametrize(("share", "constant"), [(0.9999e-3, True), (1.0001e-3, False)])
def test_a_classifier_is_constant_below_a_thousandth(share: float, constant: bool) -> None:
    problem = DomainProblem(1, (Box(0.0, share),), -0.5, 0.5, training=Training(rule="regression"))
    assert compare(problem, 0.0, 0.0).constant == constant


@pytest.mark.parametrize("dim", [2, 3, 10, 100])
def test_one_sphere_costs_nothing_at_its_best_noise(dim: int) -> None:
    """alpha^2 Lap(s) = beta^2 |grad s| H on the whole sphere: what is left of the three terms is rounding."""
    data = small_noise(regimes.concentric(dim=dim))
    noises = np.linspace(0.01, 0.5, 50)
    assert [data.excess(data.ratio * beta, beta) for beta in noises] == [0.0] * len(noises)


def beside_a_line(off: float) -> MixtureProblem:
    parts = [Component(Gaussian(mean, 0.5)) for mean in [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0 + off)]]
    return MixtureProblem(0.5, 2, (parts[0], parts[2]), (parts[1],))


def nearly_common(off: float) -> MixtureProblem:
    first, second = (((1.0, 0.3), (0.3, 2.0 + more)) for more in (0.0, off))
    laws = Gaussian((0.0, 0.0), cov=first), Gaussian((1.0, 0.0), cov=second)
    return MixtureProblem(0.5, 2, (Component(laws[0]),), (Component(laws[1]),))


@pytest.mark.parametrize("made", [beside_a_line, nearly_common])
@pytest.mark.parametrize("off", [1e-8, 1e-10, 3e-12])
def test_what_differs_along_two_directions_is_in_the_plane(made: Callable[[float], MixtureProblem], off: float) -> None:
    assert reduce(normal_form(made(off))).route == "plane"


@pytest.mark.parametrize("made", [beside_a_line, nearly_common])
def test_the_error_knows_a_direction_too_small_to_tell(made: Callable[[float], MixtureProblem]) -> None:
    nearly, never = clean_risk(made(1e-12), 0.3, 0.4), clean_risk(made(0.0), 0.3, 0.4)
    assert nearly.route == "line"
    assert 10 * never.error < nearly.error < 1e-12
    assert abs(nearly.value - never.value) <= nearly.error


def test_an_eroded_region_is_as_uncertain_as_the_region() -> None:
    region = Region(np.array([[0.1, 0.7]]), np.array([False]), np.array([[1e-3, 2e-3]]))
    assert (erode(region, np.array([0.1])).error >= 2e-3).all()


def test_the_rounding_of_an_erosion_is_admitted() -> None:
    rng = np.random.default_rng(0)
    low, high, eps = rng.uniform(0, 1, 200), rng.uniform(5, 6, 200), rng.uniform(0, 1, 200)
    region = Region(np.stack([low, high], axis=1), np.zeros(200, bool), np.zeros((200, 2)))
    found, rounded = erode(region, eps), 0
    for row in range(200):
        true = Fraction(low[row]) + Fraction(eps[row]), Fraction(high[row]) - Fraction(eps[row])
        for end, error, exact in zip(found.ends[row], found.error[row], true, strict=True):
            assert abs(Fraction(end) - exact) <= Fraction(error)
            rounded += Fraction(end) != exact
    assert rounded


def test_the_rounding_of_the_rate_of_a_half_space_is_admitted() -> None:
    """t = L/|w|, |w|^2 = sum d^2/V^2, V = variance + alpha^2, hence t' = 2 alpha L (sum d^2/V^3)/|w|^3; 50 digits."""
    rng, rounded = np.random.default_rng(1), 0
    for _ in range(50):
        variances, difference = rng.uniform(0.1, 4, 3), rng.normal(0, 2, 3)
        prior, alpha = float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.05, 3))
        trainer = HalfSpaceTrainer(variances, difference, np.zeros(3), None, prior, "posterior")
        found = trainer.drift(np.array([alpha]), trainer(np.array([alpha])))
        with mpmath.workdps(50):
            level = mpmath.log((1 - mpmath.mpf(prior)) / mpmath.mpf(prior))
            second, third = (
                sum(
                    mpmath.mpf(d) ** 2 / (mpmath.mpf(v) + mpmath.mpf(alpha) ** 2) ** k
                    for d, v in zip(difference, variances, strict=True)
                )
                for k in (2, 3)
            )
            gap = abs(mpmath.mpf(float(found.ends[0, 0])) - 2 * alpha * level * third / second ** mpmath.mpf(1.5))
        assert gap <= found.error[0, 0]
        rounded += gap > 0
    assert rounded


def test_nothing_moves_where_uniform_noise_certifies_its_own_width() -> None:
    """At eps = beta the certified risk of a constant classifier jumps to that of certifying nothing: no derivative."""
    laws = Component(Gaussian(0.0, 1.5)), Component(Gaussian(0.0, 1.0))
    problem = MixtureProblem(0.1, 1, laws[:1], laws[1:], smoothing=Smoothing("uniform"))
    below, at = (risk_slopes(problem, 0.2, 0.5, eps) for eps in (0.4, 0.5))
    assert (below.by_alpha.value, below.by_beta.value) == (0.0, 0.0)
    assert np.isnan([at.by_alpha.value, at.by_beta.value]).all()


def test_uniform_noise_proves_no_certificate_of_its_own_width() -> None:
    prover = Prover(replace(regimes.bumps(), smoothing=Smoothing("uniform")), eps=0.5)
    assert np.isfinite(prover.risk(0.25, 0.5, 0.375).value)
    with pytest.raises(NoProof, match="no radius of beta or more"):
        prover.risk(0.25, 0.5, 0.5)


@pytest.mark.parametrize("beta", [0.01, 0.5, 3.0])
def test_certifying_nothing_is_certain(beta: float) -> None:
    """Beyond the width of uniform noise every risk is P(Y = 0) + P(Y = 1), whatever the boundaries are."""
    problem = replace(regimes.bumps(), smoothing=Smoothing("uniform"))
    found = compare(problem, 0.3, beta, 1.5 * beta)
    assert found.risk.value == pytest.approx(1, rel=found.risk.error)
    assert found.risk.error <= 2 * np.finfo(float).eps
    assert (found.gain.value, found.gain.error) == (0.0, 0.0)


@pytest.mark.parametrize("law", ["gaussian", "laplace", "uniform"])
def test_only_between_mirror_images_is_the_density_known_to_be_0(law: str) -> None:
    one, zero = piece(1, law, 3.0, 0.5, 0.5), piece(0, law, 1.0, 0.5, 0.5)
    assert antisymmetric((one, zero)) == 2.0
    for other in (
        piece(0, law, 1.0, 0.5, 0.4),
        piece(0, law, 1.0, 0.6, 0.5),
        piece(1, law, 1.0, 0.5, 0.5),
        piece(0, "point", 1.0, 0.5, 0.5),
    ):
        assert antisymmetric((one, other)) is None
    assert antisymmetric((one, zero, piece(1, law, 7.0, 0.5, 0.1))) is None
    assert antisymmetric(()) is None


def test_one_boundary_within_its_error_of_a_known_place_is_put_there() -> None:
    ends = np.array([[1.0, 2.0], [1.0, 1.0 + 1.5e-9], [1.0, np.inf]])
    error = np.array([[1e-9, 1e-9], [1e-9, 1e-9], [1e-11, 0.0]])
    region = Region(ends, np.zeros(3, bool), error)
    at = 1.0 + 1e-9 * (1 - 1e-6)
    assert snapped(region, at).ends.tolist() == [[at, 2.0], [1.0, 1.0 + 1.5e-9], [1.0, np.inf]]
    assert snapped(region, None) is region
