"""lda and least squares on n samples in d dimensions: the limit against mpmath, formulas against each other, laws."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from scipy.special import ndtr

from tests.oracle import reference_samples as reference
from theory import (
    Component,
    Estimate,
    Gaussian,
    MixtureProblem,
    NoExactRoute,
    Training,
    adversarial_risk,
    best_alpha,
    certified_gain,
    certified_risk,
    certified_vote_risk,
    clean_risk,
    compare,
    gain,
    regimes,
    vote_risk,
    with_overrides,
)
from theory.errors import NotDefinedError, ProblemError
from theory.samples.isotropic import isotropic
from theory.samples.overlaps import Overlaps
from theory.samples.ridge import Spectrum, ridge

RULES = ("lda", "least-squares")
# Between two routes in floats, as a share of the sum of their errors.
AGREE = 1.0


def pair(m: float, prior: float, rule: str = "lda", copies: int | None = None, scale: float = 1.0) -> MixtureProblem:
    """N(-+m, scale^2) in one dimension: the ratio is what counts."""
    training = Training(rule, copies=copies)
    parts = (Component(Gaussian(side * m * scale, scale)) for side in (-1, 1))
    zero, one = parts
    return MixtureProblem(prior, 1, (zero,), (one,), training)


def oval(rule: str = "lda", copies: int | None = None, prior: float = 0.3) -> MixtureProblem:
    """Two Gaussians in four dimensions whose covariance has the eigenvalues .3 and 2."""
    scale = [math.sqrt(0.3)] * 2 + [math.sqrt(2.0)] * 2
    zero, one = (Component(Gaussian([side, 0.0, side * math.sqrt(1.25), 0.0], scale)) for side in (-1.0, 1.0))
    return MixtureProblem(prior, 4, (zero,), (one,), Training(rule, copies=copies))


@pytest.mark.parametrize(
    ("m", "prior", "delta", "alpha", "rule", "eps", "expected"),
    [
        (1.5, 0.2, 2, 0.3, "least-squares", 0, 0.11128),
        (1.5, 0.2, 2, 0.3, "lda", 0, 0.11411),
        (2, 0.1, 0.75, 0.6, "lda", 0.3, 0.07936),
        (1, 0.4, 1.5, 1, "least-squares", 0.2, 0.28763),
    ],
)
def test_known_numbers(
    m: float, prior: float, delta: float, alpha: float, rule: str, eps: float, expected: float
) -> None:
    found = certified_risk(pair(m, prior, rule), alpha, 0.5, eps, ratio=delta)
    assert found.value == pytest.approx(expected, abs=5e-6)
    assert (found.route, found.status) == ("limit", "limit")
    assert found.error < 1e-14


@pytest.mark.parametrize(
    ("delta", "best", "risk"),
    [(0.5, 0.785800, 0.138518), (2, 0.686481, 0.091015), (10, 0.291867, 0.062279), (20, 0.0, None)],
)
def test_the_best_noise_of_least_squares(delta: float, best: float, risk: float | None) -> None:
    found = best_alpha(pair(1.5, 0.2, "least-squares"), 0.5, ratio=delta)
    assert found.alpha == pytest.approx(best, abs=5e-7)
    assert risk is None or found.risk.value == pytest.approx(risk, abs=5e-7)
    if delta == 0.5:
        assert clean_risk(pair(1.5, 0.2, "least-squares"), 0.0, 0.5, ratio=delta).value == pytest.approx(
            0.174234, abs=5e-7
        )


def test_certified_risk_far_from_the_population_has_its_best_noise() -> None:
    found = best_alpha(pair(1.5, 0.2), 0.5, 0.3, ratio=100)
    assert found.alpha == pytest.approx(0.538566, abs=5e-7)


def random_cases(count: int, seed: int) -> list[tuple[reference.Setting, float, float, float]]:
    """Settings with noises, ratios and radii, generic ones and such as are typed."""
    rng = np.random.default_rng(seed)
    cases = []
    for k in range(count):
        prior = float(rng.choice([0.01, 0.2, 0.5, 0.7, 0.99]))
        kinds = int(rng.integers(1, 4))
        values, shares = 10.0 ** rng.uniform(-2, 2, kinds), rng.dirichlet(np.ones(kinds))
        signal = rng.dirichlet(np.ones(kinds)) * 10.0 ** rng.uniform(-2, 2) * (shares @ values)
        cut = reference.threshold(RULES[k % 2], prior)
        held = reference.Setting(values.tolist(), shares.tolist(), signal.tolist(), prior, cut)
        alpha = float(rng.choice([0.0, 1e-3, 0.3, 1.0, 10.0 ** rng.uniform(-3, 3), 1e3]))
        delta = float(rng.choice([1.0, 0.5, 2.0, 1e-3, 1e6, 10.0 ** rng.uniform(-3, 6)]))
        cases.append((held, alpha, delta, float(rng.choice([0.0, 0.1, 1.0]))))
    return cases


def test_errors_never_understate_against_mpmath() -> None:
    """Places in standard deviations, and the risks that come of them, down to the least."""
    for held, alpha, delta, eps in random_cases(40, 1):
        spectrum = Spectrum(*(np.array(part) for part in held[:3]))
        cut = float(held.threshold)
        found = ridge(spectrum, held.prior, cut, np.array([alpha]), np.array([delta]))
        one, zero, stretch = expected = reference.one_equation(held, alpha, delta)
        # What the reference is off where it takes a tiny noise for none.
        slack = 1e-17 if alpha else 1e-17 + 1e-15 * float(abs(one) + abs(zero))
        assert abs(mp.mpf(found.one[0]) - one) <= found.error[0] + slack, (held, alpha, delta)
        assert abs(mp.mpf(found.zero[0]) - zero) <= found.error[0] + slack, (held, alpha, delta)
        assert abs(mp.mpf(found.stretch[0]) - stretch) <= (found.error[0] + 1e-15) * stretch
        assert found.error[0] <= 1e-11 * (1 + float(abs(one) + abs(zero)))
        risk = held.prior * ndtr(found.one[0] + eps * found.stretch[0])
        assert risk <= float(reference.risk(expected, held.prior, eps)) * (1 + 1e-9)


def test_the_explicit_formula_is_the_general_one() -> None:
    rng = np.random.default_rng(2)
    for prior in (0.01, 0.2, 0.5, 0.99):
        for scale in (1.0, 1e-6, 1e6):
            m = 10.0 ** rng.uniform(-1, 1)
            alpha = rng.choice([0.0, 1.0, 0.3, *10.0 ** rng.uniform(-3, 3, 3)], 100)
            delta = rng.choice([1.0, 0.5, 2.0, 1e-3, 1e6, *10.0 ** rng.uniform(-3, 6, 3)], 100)
            shares = rng.dirichlet(np.ones(3))
            spectrum = Spectrum(np.full(3, scale**2), shares, shares * (m * scale) ** 2)
            general = ridge(spectrum, prior, 1.3, alpha * scale, delta)
            explicit = isotropic(m, prior, 1.3, alpha, delta)
            for name in ("one", "zero"):
                apart = np.abs(getattr(general, name) - getattr(explicit, name))
                assert (apart <= AGREE * (general.error + explicit.error)).all()
            np.testing.assert_allclose(general.stretch * scale, 1.0, rtol=1e-13)


def test_copies_against_two_wishart_matrices() -> None:
    rng = np.random.default_rng(3)
    for _ in range(25):
        copies, m, prior = (
            int(rng.choice([1, 2, 3, 10, 1000])),
            10.0 ** rng.uniform(-1, 1),
            float(rng.choice([0.1, 0.5])),
        )
        delta = float(rng.choice([2.0, 1.2, 10.0 ** rng.uniform(0.1, 3)] if copies == 1 else [0.6, 1.0, 5.0]))
        alpha = float(rng.choice([0.1, 1.0, 10.0 ** rng.uniform(-3, 3)]))
        cut = reference.threshold("lda", prior)
        one, zero, _ = reference.two_wisharts(m, prior, cut, alpha, delta, copies)
        spectrum = Spectrum(np.ones(1), np.ones(1), np.array([m**2]))
        found = ridge(spectrum, prior, float(cut), np.array([alpha]), np.array([delta]), copies)
        assert abs(mp.mpf(found.one[0]) - one) <= found.error[0] + 1e-16
        assert abs(mp.mpf(found.zero[0]) - zero) <= found.error[0] + 1e-16


@pytest.mark.parametrize(("copies", "expected"), [(1, -0.00536), (2, 0.02492), (5, 0.03906)])
def test_gains_of_copies(copies: int, expected: float) -> None:
    found = gain(pair(1.5, 0.5, copies=copies), 0.5, 0.3, ratio=2.0)
    assert found.value == pytest.approx(expected, abs=5e-6)


def test_many_copies_are_infinitely_many() -> None:
    few, many, all_ = (oval(copies=copies) for copies in (10**6, 10**12, None))
    exact = clean_risk(all_, 0.7, 0.5, ratio=0.8).value
    assert abs(clean_risk(few, 0.7, 0.5, ratio=0.8).value - exact) < 1e-6
    assert abs(clean_risk(many, 0.7, 0.5, ratio=0.8).value - exact) < 1e-11


def test_where_copies_do_not_span_there_is_no_classifier() -> None:
    found = compare(pair(1.5, 0.2, copies=2), [0.0, 0.3], 0.5, ratio=[[0.4], [0.5], [0.6]])
    assert np.isnan(found.risk.value).tolist() == [[False, True], [False, True], [False, False]]
    assert found.risk.status.tolist() == [["limit", "undefined"], ["limit", "undefined"], ["limit", "limit"]]
    votes = vote_risk(pair(1.5, 0.2, copies=2), 0.3, 0.5, 11, ratio=[0.5, 0.6])
    assert np.isnan(votes.value).tolist() == [True, False]


@pytest.mark.parametrize("rule", RULES)
def test_without_noise_few_samples_have_the_classifier_of_least_norm(rule: str) -> None:
    """At n <= d it is the limit of small noises, whatever the copies; the peak at n = d is pure chance."""
    at = np.array([0.3, 0.9, 1.1, 4.0])
    still = clean_risk(oval(rule), 0.0, 0.5, ratio=at).value
    np.testing.assert_allclose(clean_risk(oval(rule), 1e-7, 0.5, ratio=at).value, still, rtol=0, atol=1e-6)
    assert clean_risk(oval(rule, copies=3), 0.0, 0.5, ratio=at).value.tolist() == still.tolist()
    peak = clean_risk(oval(rule), 0.0, 0.5, ratio=1.0)
    assert peak.value == pytest.approx(0.5, abs=1e-15)


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 50.0])
def test_population_limits(rule: str, alpha: float) -> None:
    """lda and logistic have the posterior rule's half-space, least squares another threshold, c = omega/2."""
    problem = pair(1.5, 0.2, rule)
    found = clean_risk(problem, alpha, 0.5)
    if rule == "least-squares":
        cut = 0.3 * (1 + alpha**2) / (0.2 * 0.8) / 3
        assert found.value == pytest.approx(0.2 * ndtr(cut - 1.5) + 0.8 * ndtr(-cut - 1.5), rel=1e-13)
    else:
        same = clean_risk(pair(1.5, 0.2, "posterior"), alpha, 0.5)
        assert (found.value, found.error) == (same.value, same.error)
    if rule != "logistic":
        limit = clean_risk(problem, alpha, 0.5, ratio=1e45)
        assert abs(limit.value - found.value) <= limit.error + found.error + 1e-16


@pytest.mark.parametrize("rule", RULES)
def test_invariances(rule: str) -> None:
    """Units, swapped labels, turned axes, another place: the same risks."""
    alpha, ratio = np.array([0.0, 0.4, 2.0]), np.array([[0.7], [3.0]])
    problem = oval(rule)
    (zero,), (one,) = ([part.law for part in side] for side in (problem.class0, problem.class1))
    plain = compare(problem, alpha, 0.5, 0.1, ratio=ratio)

    def same(other: MixtureProblem, unit: float = 1.0) -> None:
        found = compare(other, unit * alpha, unit * 0.5, unit * 0.1, ratio=ratio)
        for name in ("risk", "gain"):
            mine, its = getattr(plain, name), getattr(found, name)
            assert (np.abs(mine.value - its.value) <= mine.error + its.error + 1e-15).all()

    def moved(unit: float, shift: float) -> tuple[Component, ...]:
        scale = tuple(unit * s for s in zero.scale)
        return tuple(Component(Gaussian([shift + unit * v for v in law.mean], scale)) for law in (zero, one))

    for unit, shift in ((1e-6, 0.0), (1e6, 3e6), (1.0, 64.0)):
        first, second = moved(unit, shift)
        same(MixtureProblem(0.3, 4, (first,), (second,), problem.training), unit)
        same(MixtureProblem(0.7, 4, (second,), (first,), problem.training), unit)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]
    cov = turn @ np.diag(np.square(zero.scale)) @ turn.T
    cov = 0.5 * (cov + cov.T)
    first, second = (Component(Gaussian((turn @ law.mean).tolist(), cov=cov.tolist())) for law in (zero, one))
    same(MixtureProblem(0.3, 4, (first,), (second,), problem.training))


def test_votes_of_a_random_half_space() -> None:
    """One vote is a normal law more, many votes are the smoothed classifier, and ratios broadcast."""
    problem, ratio = oval(), np.array([0.7, 3.0])
    one = vote_risk(problem, 0.4, 0.6, 1, ratio=ratio)
    places = [reference_places(problem, 0.4, r) for r in ratio]
    expected = [
        sum(p * ndtr(at[0] / math.sqrt(1 + (0.6 * s[0]) ** 2)) for p, at in ((0.3, a), (0.7, b))) for a, b, s in places
    ]
    np.testing.assert_allclose(one.value, expected, atol=1e-12)
    many = vote_risk(problem, 0.4, 0.6, 10**9 + 1, ratio=ratio)
    np.testing.assert_allclose(many.value, clean_risk(problem, 0.4, 0.6, ratio=ratio).value, atol=1e-8)
    certified = certified_vote_risk(problem, 0.4, 0.6, 0.2, 10**7, ratio=ratio)
    assert (certified.value > certified_risk(problem, 0.4, 0.6, 0.2, ratio=ratio).value).all()
    assert set(certified.status.tolist()) == {"limit"}


def reference_places(problem: MixtureProblem, alpha: float, ratio: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    spectrum = Spectrum(np.array([0.3, 2.0]), np.array([0.5, 0.5]), np.array([1.0, 1.25]))
    cut = math.log((1 - problem.prior) / problem.prior)
    held: Overlaps = ridge(spectrum, problem.prior, cut, np.array([alpha]), np.array([ratio]))
    return held.one, held.zero, held.stretch


def test_certificates_of_half_spaces_are_tight() -> None:
    asked = {"alpha": [0.0, 0.5], "beta": 0.4, "eps": [[0.1], [0.5]], "ratio": 1.5}
    one, other = certified_risk(oval(), **asked), adversarial_risk(oval(), **asked)
    assert (np.abs(one.value - other.value) <= one.error + other.error).all()
    gains = certified_gain(oval(), **asked)
    assert gains.value.shape == (2, 2)
    assert gains.value[:, 0].tolist() == [0.0, 0.0]


def test_large_samples_approach_the_population() -> None:
    """At rate d/n: ten times the samples leave a tenth of the excess."""
    for problem in (oval(), oval("least-squares"), pair(1.5, 0.2)):
        excess = clean_risk(problem, 0.3, 0.5, ratio=[1e3, 1e4, 1e5]).value - clean_risk(problem, 0.3, 0.5).value
        np.testing.assert_allclose(excess[:-1] / excess[1:], 10, rtol=0.02)


def test_what_has_no_answer_says_which_rules_and_problems_have() -> None:
    for problem in (regimes.bumps(), regimes.two_gaussians()):
        with pytest.raises(NotDefinedError, match=r"lda, least-squares, logistic and two Gaussians of one covariance"):
            clean_risk(problem, 0.1, 0.2, ratio=2.0)
    for problem in (
        with_overrides(regimes.concentric(), {"training.rule": "lda"}),
        with_overrides(regimes.bumps(), {"training.rule": "logistic"}),
        with_overrides(regimes.stripes(), {"training.rule": "lda"}),
        with_overrides(pair(1.0, 0.5), {"smoothing.noise": "laplace"}),
    ):
        for ratio in (None, 2.0):
            with pytest.raises(NotDefinedError, match="two Gaussians of one covariance, gaussian noises; found"):
                clean_risk(problem, 0.1, 0.2, ratio=ratio)
    with pytest.raises(NoExactRoute, match="the line route knows infinite data only"):
        clean_risk(pair(1.0, 0.5), 0.1, 0.2, ratio=2.0, route="line")
    for bad in (0.0, -1.0, math.inf, math.nan, 1e60, "2"):
        with pytest.raises(ProblemError, match=r"^ratio: found"):
            clean_risk(pair(1.0, 0.5), 0.1, 0.2, ratio=bad)
    with pytest.raises(ProblemError, match="shapes that broadcast"):
        clean_risk(pair(1.0, 0.5), [0.1, 0.2], 0.2, ratio=[1.0, 2.0, 3.0])


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
@pytest.mark.parametrize(("alpha", "ratio"), [([], 2.0), ([], []), (0.3, [])])
def test_no_question_has_no_answers(rule: str, alpha: object, ratio: object) -> None:
    problem = pair(1.5, 0.2, rule)
    assert compare(problem, alpha, 0.5, ratio=ratio).gain.value.shape == (0,)
    assert vote_risk(problem, alpha, 0.5, 11, ratio=ratio).value.shape == (0,)


def test_a_ratio_alone_does_not_change_the_questions_of_infinite_data() -> None:
    found = gain(pair(1.5, 0.2), 0.0, 0.5, ratio=[0.5, 1.0, 2.0])
    assert isinstance(found, Estimate)
    assert found.value.tolist() == [0.0, 0.0, 0.0]
    assert found.error.tolist() == [0.0, 0.0, 0.0]
