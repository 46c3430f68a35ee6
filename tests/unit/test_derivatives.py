"""Derivatives in the noises: against differences in high precision, and where there are none."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

from tests.oracle.reference_slopes import DIGITS, Line, noised, slope
from theory import (
    Component,
    Estimate,
    Gaussian,
    Laplace,
    MixtureProblem,
    NoExactRoute,
    Point,
    Problem,
    Smoothing,
    Training,
    Uniform,
    certified_risk,
    gain_slopes,
    regimes,
    risk_slopes,
)
from theory.arrays import Array
from theory.geometry.region import Region
from theory.laws.spread import SPREAD_RATES
from theory.numerics.special.bessel_ratio import RATIO_ULPS, bessel_ratio
from theory.problems.normal import normal_form
from theory.risks.optimum import best_alpha
from theory.risks.requests import lay_out
from theory.risks.risks import solve

NOISES = ("gaussian", "laplace", "uniform")
ULP = np.finfo(float).eps
# The reference has 60 digits, of which a slope beside a risk of order 1 loses 18.
SMALLEST = 1e-26
# Eighth-order differences of exact risks over such steps, relative to a noise, are off by this much of the risk over
# the noise, and by twice the risks' own errors over the step.
STEP, DIFFERENCES = 1e-3, 2e-10
# Rounding of the answers to more noise, in units of the sizes that come with them (`crossings` allows 64).
SPREAD = 40
STENCIL = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])


def ends(region: Region) -> tuple[list[float], bool]:
    row = region.ends[0]
    return row[np.isfinite(row)].tolist(), bool(region.first[0])


def component(rng: np.random.Generator) -> Component:
    center, scale = float(2 * rng.normal()), float(10 ** rng.uniform(-0.7, 0.6))
    law = (Gaussian(center, scale), Laplace(center, scale), Uniform(center - scale, center + scale), Point(center))
    return Component(law[rng.integers(4)], float(rng.uniform(0.2, 1)))


def random_problem(rng: np.random.Generator, training: str, smoothing: str) -> MixtureProblem:
    classes = [tuple(component(rng) for _ in range(rng.integers(1, 4))) for _ in range(2)]
    prior = float(rng.choice([0.01, 0.3, 0.5, 0.7, 0.99]))
    return MixtureProblem(prior, 1, *classes, Training(noise=training), Smoothing(smoothing))


def judge(found: Estimate, reference: mp.mpf) -> None:
    off = abs(float(mp.mpf(float(found.value)) - reference))
    assert off <= found.error + SMALLEST


@pytest.mark.parametrize("training", NOISES)
@pytest.mark.parametrize("smoothing", NOISES)
def test_errors_never_understate_on_the_line(training: str, smoothing: str) -> None:
    """All laws, one to three components a class, noises from 1e-3 to 50, clean and certified."""
    rng = np.random.default_rng(NOISES.index(training) * 3 + NOISES.index(smoothing))
    answered = 0
    with mp.workdps(DIGITS):
        for _ in range(16):
            problem = random_problem(rng, training, smoothing)
            alpha, beta = (float(rng.choice([1e-3, 50.0, *10 ** rng.uniform(-1, 0.7, 4)])) for _ in range(2))
            eps = float(rng.choice([0.0, 0.3, 0.9])) * beta
            found = risk_slopes(problem, alpha, beta, eps)
            solution = solve(problem, lay_out(alpha, beta, eps), "certified" if eps else "clean")
            normal = normal_form(problem)
            starts = (solution.one, solution.zero, solution.base.region)
            one, zero, base = (ends(region.outward(normal, float(normal.center))) for region in starts)
            line, views = Line(problem, eps), [one, zero]
            try:
                by_alpha = slope(lambda a: line.risk(a, mp.mpf(beta), base, views), alpha)  # noqa: B023
                by_beta = slope(lambda b: line.risk(mp.mpf(alpha), b, base, views), beta)  # noqa: B023
            except ArithmeticError:  # a boundary is no crossing: see the tests of edges
                continue
            for estimate, reference in ((found.by_alpha, by_alpha), (found.by_beta, by_beta)):
                if np.isfinite(estimate.value):
                    judge(estimate, reference)
                    answered += 1
    assert answered >= 10


@pytest.mark.parametrize(("law", "noise"), SPREAD_RATES)
def test_the_answer_of_a_density_to_more_noise(law: str, noise: str) -> None:
    rng = np.random.default_rng(0)
    with mp.workdps(150):
        for _ in range(15):
            scale, alpha = float(10 ** rng.uniform(-1, 1)), float(10 ** rng.uniform(-2, 1.7))
            z = float(rng.uniform(-1, 1) * (alpha + scale if noise == "uniform" else 5 * math.hypot(alpha, scale)))
            if law == "point":
                scale, z = 0.0, min(abs(z), 0.9 * alpha)
            value, size = (float(v[0]) for v in SPREAD_RATES[law, noise](*(np.array([v]) for v in (z, scale, alpha))))
            logs = [
                mp.log(noised(law, mp.mpf(scale), noise, alpha * (1 + s * mp.mpf(10) ** -40), mp.mpf(z)))
                for s in (-1, 1)
            ]
            reference = (logs[1] - logs[0]) / (2 * alpha * mp.mpf(10) ** -40)
            assert abs(value - float(reference)) <= SPREAD * ULP * size + 1e-60


@pytest.mark.parametrize("dim", [1, 2, 3, 10, 80, 1000])
def test_bessel_ratio(dim: int) -> None:
    rng = np.random.default_rng(dim)
    y = 10 ** rng.uniform(-6, 2.5, 30)
    ratio, rest = bessel_ratio(dim, y)
    with mp.workdps(400):
        for k, place in enumerate(y):
            upper, lower = (mp.besseli(mp.mpf(dim) / 2 - s, place, maxterms=10**5) for s in (0, 1))
            assert abs(float(ratio[k] * lower / upper - 1)) <= RATIO_ULPS * ULP
            # For d = 1 the complement is exp(-2 y), whose argument rounds.
            assert abs(float(rest[k] * lower / (lower - upper) - 1)) <= (RATIO_ULPS + 4 * place * (dim == 1)) * ULP


def differences(problem: Problem, alpha: float, beta: float, eps: float) -> tuple[float, float]:
    steps = 1 + STEP * np.arange(-4, 5)
    values = [
        certified_risk(problem, alpha * steps, beta, eps).value,
        certified_risk(problem, alpha, beta * steps, eps),
    ]
    along, across = np.asarray(values[0]), np.asarray(values[1].value)
    return float(STENCIL @ along / (STEP * alpha)), float(STENCIL @ across / (STEP * beta))


def mixture(rule: str, training: str, smoothing: str) -> MixtureProblem:
    one = (Component(Gaussian(0.0, 0.7)), Component(Laplace(2.5, 0.4)))
    return MixtureProblem(0.4, 1, (Component(Gaussian(1.0, 1.5)),), one, Training(rule, training), Smoothing(smoothing))


SKEW = MixtureProblem(
    0.3,
    3,
    (Component(Gaussian((0.0, 0.0, 0.0), cov=((2.0, 0.5, 0.0), (0.5, 1.0, 0.2), (0.0, 0.2, 0.5)))),),
    (Component(Gaussian((1.0, 0.5, -1.0), cov=((2.0, 0.5, 0.0), (0.5, 1.0, 0.2), (0.0, 0.2, 0.5)))),),
)
CASES: list[tuple[Problem, float, float, float]] = [
    *((regimes.concentric(dim=d, prior=p), 0.5, 0.4, e) for d in (2, 3, 30) for p in (0.01, 0.5) for e in (0.0, 0.2)),
    *((regimes.concentric(dim=d, outer=1 + d**-0.5), 0.4, 0.4, 0.0) for d in (1, 1000, 10**4)),
    *((regimes.two_scales(dim=d, scale1=s), 0.5, 0.4, 0.1) for d, s in ((2, 1.5), (2, 0.6), (5, 1.01), (3, 1.000001))),
    (SKEW, 0.5, 0.4, 0.2),
    (regimes.two_gaussians(separation=4.0, prior=0.2), 0.5, 0.4, 0.5),
    (regimes.ball(dim=3), 0.3, 0.3, 0.1),
    (regimes.stripes(), 0.13, 0.3, 0.05),
    (regimes.build("intervals"), 0.4, 0.5, 0.0),
    (regimes.bumps(), 0.3, 0.5, 0.1),
    *(
        (mixture("regression", a, b), 0.4, 0.5, 0.02)
        for a, b in zip(NOISES, ("laplace", "gaussian", "laplace"), strict=True)
    ),
]


@pytest.mark.parametrize(("problem", "alpha", "beta", "eps"), CASES, ids=range(len(CASES)))
def test_every_geometry_and_rule(problem: Problem, alpha: float, beta: float, eps: float) -> None:
    found = risk_slopes(problem, alpha, beta, eps)
    along, across = differences(problem, alpha, beta, eps)
    risk = certified_risk(problem, alpha, beta, eps)
    size = max(float(risk.value), 1e-3) / min(alpha, beta)
    slack = DIFFERENCES * size + 2 * risk.error / (STEP * min(alpha, beta))
    assert found.by_alpha.value == pytest.approx(along, abs=slack + found.by_alpha.error)
    assert found.by_beta.value == pytest.approx(across, abs=slack + found.by_beta.error)
    # Nearly equal scales put the centre 1e6 away, and a quadrature knows the regression rule to 1e-13.
    assert max(found.by_alpha.error, found.by_beta.error) < 1e-8 * size


def test_the_derivative_falls_through_0_at_the_best_noise() -> None:
    """Law 4, where the best risk is that of Bayes: signs within 1e-9 of the best noise, and 0 at it."""
    problem = regimes.concentric(dim=20)
    found = best_alpha(problem, 0.5)
    slopes = risk_slopes(problem, found.alpha * np.array([1 - 1e-9, 1.0, 1 + 1e-9]), 0.5).by_alpha
    value, error = np.asarray(slopes.value), np.asarray(slopes.error)
    assert value[0] < -error[0]
    assert value[2] > error[2]
    assert abs(value[1]) <= 4 * error[1]


def test_tails_of_1e_30_keep_their_digits() -> None:
    """Far classes: slopes of tiny risks are known relative to themselves."""
    problem = regimes.two_gaussians(separation=22.0, prior=0.3)
    assert certified_risk(problem, 0.5, 0.4, 0.0).value < 1e-27
    found, along = risk_slopes(problem, 0.5, 0.4).by_alpha, differences(problem, 0.5, 0.4, 0.0)[0]
    assert found.error < 1e-10 * abs(found.value)
    assert found.value == pytest.approx(along, rel=1e-8)


@pytest.mark.parametrize("eps", [0.1, 0.5, 1.7])
def test_bridge_optimum_to_the_last_places(eps: float) -> None:
    """alpha*^2 = eps/(2 - eps) exactly; values alone would give ten digits."""
    found = best_alpha(regimes.two_gaussians(separation=4.0, prior=0.2), 0.3, eps)
    assert abs(found.alpha - math.sqrt(eps / (2 - eps))) <= found.alpha_error < 4e-12 * found.alpha


def test_gains_are_differences_of_risks() -> None:
    problem, beta = regimes.bumps(), np.array([0.3, 0.6])
    gain, noisy, still = (
        gain_slopes(problem, 0.3, beta),
        risk_slopes(problem, 0.3, beta),
        risk_slopes(problem, 0.0, beta),
    )
    assert gain.by_alpha.value.tolist() == (-np.asarray(noisy.by_alpha.value)).tolist()
    assert gain.by_beta.value == pytest.approx(np.asarray(still.by_beta.value) - noisy.by_beta.value)
    assert gain_slopes(problem, 0.0, beta).by_beta.value.tolist() == [0.0, 0.0]


def both(found: object) -> Array:
    return np.array([found.by_alpha.value, found.by_beta.value])


def test_without_training_noise_the_derivative_is_0_where_densities_are_smooth() -> None:
    for problem in (regimes.bumps(), regimes.concentric(dim=5), regimes.two_gaussians(prior=0.2), regimes.two_scales()):
        assert risk_slopes(problem, 0.0, 0.5).by_alpha.value == 0.0
    jump = MixtureProblem(0.5, 1, (Component(Uniform(-1, 1)),), (Component(Uniform(0, 3)),))
    points = MixtureProblem(
        0.5, 1, (Component(Gaussian(0.0, 1.0)),), (Component(Point(1.0)), Component(Gaussian(2.0, 1.0)))
    )
    assert np.isnan(risk_slopes(jump, 0.0, 0.5).by_alpha.value)
    assert np.isnan(risk_slopes(points, 0.0, 0.5).by_alpha.value)


def test_edges_of_supports_move_with_bounded_noise() -> None:
    """Class 1 on [0, 1] and 0 on [3, 5], uniform noise: where both overlap not yet the middle of the gap stays."""
    classes = (Component(Uniform(3.0, 5.0)),), (Component(Uniform(0.0, 1.0)),)
    apart = MixtureProblem(0.5, 1, *classes, Training(noise="uniform"), Smoothing())
    assert risk_slopes(apart, 0.5, 0.4).by_alpha.value == 0.0
    outside = MixtureProblem(0.5, 1, *classes, Training(noise="uniform", off_support="class0"), Smoothing())
    # Two ends retreat by eps = .6, and at each the class has density 1.
    assert risk_slopes(outside, 0.4, 0.05, 0.6).by_alpha.value == pytest.approx(-1.0, abs=1e-12)


def test_where_there_is_no_derivative() -> None:
    assert np.isnan(both(risk_slopes(regimes.bumps(), 0.3, 0.0, 0.1))).all()
    limited = mixture("posterior", "gaussian", "uniform")
    assert both(risk_slopes(limited, 0.3, 0.2, 0.3)).tolist() == [0.0, 0.0]
    assert np.isnan(both(risk_slopes(limited, 0.3, 0.2, 0.2))).all()
    assert both(risk_slopes(regimes.ball(dim=2), 5.0, 5.0)).tolist() == [0.0, 0.0]
    with pytest.raises(NoExactRoute, match="line and radially"):
        risk_slopes(regimes.anisotropic(), 0.3, 0.3)
