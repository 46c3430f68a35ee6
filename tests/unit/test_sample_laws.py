"""Laws of training on n samples: the numbers of the laws, each against the exact risks and against mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import mpmath as mp
import numpy as np
import pytest

from theory import (
    Component,
    Estimate,
    Gaussian,
    MixtureProblem,
    ProblemError,
    Training,
    best_alpha,
    clean_risk,
    gain,
)
from theory.claims.falsify import CaseNoises, falsify
from theory.claims.sides import Side
from theory.errors import NoProof
from theory.problems.problem import TrainingRule
from theory.proof import PROVED
from theory.samples.window import least_squares_window, turning_noise
from theory.symbolic import DERIVATIONS, Derivation
from theory.theorems import LAWS
from theory.theorems.samples import pair

RNG = np.random.default_rng(13)
# Digits that a quoted number has.
QUOTED = 5.1e-7
NAMES = [
    "least-squares-window",
    "lda-large-samples",
    "equal-priors-infinite-noise",
    "equal-priors-many-samples",
    "noisy-copies",
]


def shift(prior: float) -> float:
    return math.log((1 - prior) / prior)


@cache
def derived(name: str) -> Derivation:
    return DERIVATIONS[name]()


def constant(m: float, prior: float) -> float:
    """C of the law of lda, from its derivation."""
    return derived("lda-large-samples").at(m=m, shift=shift(prior))


def bisected(function: Callable[[mp.mpf], mp.mpf], high: mp.mpf) -> mp.mpf:
    """Where it becomes negative, below high."""
    low = high * mp.mpf(10) ** -50
    for _ in range(150):
        middle = mp.sqrt(low * high)
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return low


def window(m: float, prior: float) -> tuple[mp.mpf, mp.mpf]:
    """The ends by bisection of the equations as they are stated."""
    square, rare = 4 * mp.mpf(m) ** 2, mp.mpf(prior)
    inverse = 1 / (rare * (1 - rare))
    omega, odds = (1 - 2 * rare) * inverse, mp.log((1 - rare) / rare)

    def many(gamma: mp.mpf) -> mp.mpf:
        first = square * omega * (1 - gamma) / (2 * (square + inverse * gamma))
        return first - odds - 2 * mp.re(mp.atanh(square * gamma / omega))

    def few(delta: mp.mpf) -> mp.mpf:
        first = square * omega * (1 - delta) / (2 * (square * delta + inverse))
        return first - odds - 2 * mp.re(mp.atanh(square * delta**2 / omega))

    upper = bisected(many, min(mp.mpf(1), omega / square))
    if square * (1 - 2 * rare) <= 2 * odds:
        return mp.mpf(0), 1 / upper
    return bisected(few, min(mp.mpf(1), mp.sqrt(omega / square))), 1 / upper


def settings(count: int) -> list[tuple[float, float]]:
    """m and prior < 1/2: generic ones, extreme ones, typed ones."""
    generic = [(10 ** RNG.uniform(-1, 1), RNG.uniform(0.01, 0.49)) for _ in range(count)]
    extreme = [(10 ** RNG.uniform(-3, 3), 10 ** RNG.uniform(-10, -1)) for _ in range(count)]
    close = [(10 ** RNG.uniform(-1, 1), 0.5 - 10 ** RNG.uniform(-8, -2)) for _ in range(count)]
    return [*generic, *extreme, *close, (1.0, 0.01), (1.0, 0.25), (2.0, 0.1), (0.5, 0.3), (1e-3, 0.4), (1e3, 0.01)]


def test_ends_of_the_window_against_mpmath() -> None:
    with mp.workdps(40):
        for m, prior in settings(12):
            for found, exact in zip(least_squares_window(m, prior), window(m, prior), strict=True):
                assert abs(mp.mpf(found.value) - exact) <= found.error, (m, prior)
                assert found.error <= 1e-9 * exact, (m, prior)


def test_known_windows() -> None:
    low, high = least_squares_window(1.5, 0.2)
    assert (low.value, high.value) == pytest.approx((0.21657469, 16.1279903734), rel=1e-8)
    assert least_squares_window(2.0, 0.1)[1].value == pytest.approx(4.60398057608, rel=1e-11)
    assert abs(derived("least-squares-window").at(m=1.5, shift=shift(0.2), gamma=1 / high.value)) < 1e-13


def test_the_window_is_that_of_exchanged_classes_and_whole_for_equal_priors() -> None:
    assert least_squares_window(1.5, 0.75) == least_squares_window(1.5, 0.25)
    assert [end.value for end in least_squares_window(0.7, 0.5)] == [0.0, math.inf]
    # Without a lower end: noise helps however few the samples are.
    assert least_squares_window(1.0, 0.2)[0].value == 0.0


@pytest.mark.parametrize(("m", "prior"), [(0.0, 0.2), (math.inf, 0.2), (math.nan, 0.2), (1.0, 0.0), (1.0, 1.0)])
def test_windows_of_nothing(m: float, prior: float) -> None:
    with pytest.raises(ProblemError):
        least_squares_window(m, prior)


@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_the_window_is_where_small_noise_helps(scale: float) -> None:
    problem = pair("least-squares", 1.5, scale, 0.2)
    low, high = (end.value for end in least_squares_window(1.5, 0.2))
    small = gain(problem, 1e-2 * scale, 0.0, ratio=[0.995 * low, 1.005 * low, 1.0, 0.995 * high, 1.005 * high])
    assert (np.sign(small.value) == [-1, 1, 1, 1, -1]).all()
    assert (np.abs(small.value) > small.error).all()


@pytest.mark.parametrize(
    ("delta", "best", "least"), [(0.5, 0.785800, 0.138518), (2, 0.686481, 0.091015), (10, 0.291867, 0.062279)]
)
def test_best_noises_of_least_squares(delta: float, best: float, least: float) -> None:
    problem, threshold = pair("least-squares", 1.5, 1.0, 0.2), 0.6 / (2 * 0.16)
    turn = turning_noise(1.5, 0.2, threshold, delta)
    assert turn == pytest.approx(best, abs=QUOTED)
    assert clean_risk(problem, turn, 0.0, ratio=delta).value == pytest.approx(least, rel=1e-5)


def test_beyond_the_window_no_noise_is_best() -> None:
    assert best_alpha(pair("least-squares", 1.5, 1.0, 0.2), 0.0, ratio=20.0).alpha == 0.0
    assert turning_noise(1.5, 0.2, 0.6 / (2 * 0.16), 20.0) == 0.0
    assert clean_risk(pair("least-squares", 1.5, 1.0, 0.2), 0.0, 0.0, ratio=0.5).value == pytest.approx(
        0.174234, rel=1e-5
    )


@pytest.mark.parametrize("rule", ["lda", "least-squares"])
def test_turning_noises_are_the_best_ones(rule: TrainingRule) -> None:
    """Against a search that knows nothing but risks."""
    for m, prior, power in RNG.uniform((0.5, 0.05, -1), (3, 0.45, 2), (12, 3)).tolist():
        delta = 10**power
        threshold = shift(prior) if rule == "lda" else (1 - 2 * prior) / (2 * prior * (1 - prior))
        turn, problem = turning_noise(m, prior, threshold, delta), pair(rule, m, 1.0, prior)
        alphas = np.concatenate([[0.0], np.geomspace(1e-3, 100, 400)])
        risks = clean_risk(problem, alphas, 0.0, ratio=delta)
        least = clean_risk(problem, turn, 0.0, ratio=delta)
        assert (np.asarray(risks.value) - risks.error >= least.value - least.error - 1e-15).all()
        steps = np.diff(risks.value) * np.where(alphas[1:] <= turn, -1, 1)
        assert (steps[(alphas[1:] <= turn) | (alphas[:-1] >= turn)] >= -1e-15).all()


def test_the_constant_of_lda() -> None:
    assert constant(1.5, 0.2) == pytest.approx(6.024998, abs=QUOTED)
    assert constant(3.0, 0.01) == pytest.approx(-4.260424, abs=QUOTED)
    found = best_alpha(pair("lda", 1.5, 1.0, 0.2), 0.0, ratio=1e4)
    assert 1e4 * found.alpha**2 == pytest.approx(6.015646, rel=2e-5)
    assert 1e4 * turning_noise(1.5, 0.2, shift(0.2), 1e4) ** 2 == pytest.approx(6.015713, abs=QUOTED)


def test_above_a_distance_a_rare_class_makes_every_noise_hurt() -> None:
    def least(m: float) -> float:
        odds = np.linspace(0.01, 20, 20_000)
        half = np.sinh(odds)
        return float((2 + (1 + np.cosh(odds)) / (2 * m**2) - half / odds + 4 * m**2 / odds**2).min())

    assert least(1.744461) > 0 > least(1.744463)
    lost = gain(pair("lda", 3.0, 1.0, 0.01), 0.2, 0.0, ratio=20.0)
    assert -lost.value == pytest.approx(1.411e-5, rel=3e-4)
    assert turning_noise(3.0, 0.01, shift(0.01), 20.0) == 0.0


def test_certified_noises_tend_to_those_of_the_bridge() -> None:
    problem, bridge = pair("lda", 1.5, 1.0, 0.2), math.sqrt(0.3 / 1.2)
    found = [best_alpha(problem, 1.0, 0.3, ratio=ratio).alpha for ratio in (100.0, 1000.0)]
    assert found[0] == pytest.approx(0.538566, abs=QUOTED)
    away = [alpha**2 - bridge**2 for alpha in found]
    assert away[1] == pytest.approx(away[0] / 10, rel=0.1)  # of the order of d/n


@pytest.mark.parametrize("rule", ["lda", "least-squares"])
@pytest.mark.parametrize("eps", [0.0, 0.4])
def test_infinite_noise_is_the_nearest_mean(rule: TrainingRule, eps: float) -> None:
    for ratio in (0.2, 1.0, 7.0):
        limit = math.erfc(-(eps - 1.44 / math.sqrt(1.44 + 1 / ratio)) / math.sqrt(2)) / 2
        found = best_alpha(pair(rule, 1.2), 1.0, eps, ratio=ratio)
        assert found.risk.value == pytest.approx(limit, rel=1e-6)
        assert found.gain.value > 0


def test_any_covariance_at_equal_priors() -> None:
    scale, place = (math.sqrt(0.3), math.sqrt(2)), (1.0, math.sqrt(1.25))
    zero, one = (Component(Gaussian(tuple(side * part for part in place), scale)) for side in (-1, 1))
    problem = MixtureProblem(0.5, 2, (zero,), (one,), Training("lda"))
    first, second, third = (1 / 0.3**k + 1.25 / 2**k for k in (1, 2, 3))
    numbers = {"S1": first, "x": second / first, "y": third / first, "tau": 0.5 * (1 / 0.3 + 1 / 2)}
    assert derived("equal-priors-many-samples").at(**numbers) == pytest.approx(1.566220, abs=QUOTED)
    assert 1000 * best_alpha(problem, 0.0, ratio=1000.0).alpha ** 2 == pytest.approx(1.548782, rel=2e-5)


def test_how_many_copies() -> None:
    assert derived("noisy-copies").at(m=0.5, gamma=0.5) == pytest.approx(1.166667, abs=QUOTED)
    gains = [gain(pair("lda", 1.5, copies=copies), 0.5, 0.0, ratio=2.0).value for copies in (1, 2, 5)]
    assert gains == pytest.approx([-0.00536, 0.02492, 0.03906], abs=5e-6)
    # The bound itself, above 2 for a weak signal and many samples: three copies hurt, four help.
    bound = derived("noisy-copies").at(m=0.4, gamma=0.05)
    assert 3 < bound < 4
    few, more = (gain(pair("lda", 0.4, copies=copies), 0.02, 0.0, ratio=20.0).value for copies in (3, 4))
    assert few < 0 < more
    # At other priors one copy may help.
    assert gain(pair("lda", 1.5, prior=0.05, copies=1), 0.3, 0.0, ratio=2.0).value > 0.002


def test_the_proving_side_does_not_enclose_limits() -> None:
    problem = pair()
    for asked in (PROVED.risk, PROVED.gain):
        with pytest.raises(NoProof, match="n/d samples"):
            asked(problem, 0.3, 0.5, ratio=2.0)
    with pytest.raises(NoProof, match="n/d samples"):
        PROVED.certified_risk(problem, 0.3, 0.5, 0.1, ratio=2.0)


@pytest.mark.parametrize("name", NAMES)
def test_no_law_holds_the_other_way_round(name: str) -> None:
    """Its margin, negated, fails at once: what is claimed is not empty."""
    law = LAWS[name]

    def opposite(problem: MixtureProblem, at: CaseNoises, exact: Side) -> Estimate | float | None:
        found = law.claim(problem, at, exact)
        return None if found is None else -1 * found

    found = falsify(opposite, law.family, 12, proved=PROVED)
    assert found.verdict == "undecided"  # found in floating point, and not to be proved
    assert found.worst_margin < 0
