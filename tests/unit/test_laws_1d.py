"""The three laws of the line against 50-digit arithmetic: deep tails, narrow intervals, extreme arguments."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest

from theory.laws import NOISE

FAMILIES = ("gaussian", "laplace", "uniform")
DIGITS = 50
# A handful of roundings of elementary functions, relative to the result (logarithms: to the larger of it and 1).
LOG_TOL = 2e-15
# Relative, per unit of |log p|: rounding the argument alone changes a Gaussian tail by eps * z^2.
REL_TOL = 4e-15
TINIEST = mp.mpf(10) ** -300


def exact_tail(family: str, t: mp.mpf) -> mp.mpf:
    """P(Z > t)."""
    if family == "gaussian":
        return mp.erfc(t / mp.sqrt(2)) / 2
    if family == "laplace":
        return mp.exp(-t) / 2 if t >= 0 else 1 - mp.exp(t) / 2
    return (1 - min(max(t, mp.mpf(-1)), mp.mpf(1))) / 2


def exact_log_cdf(family: str, z: mp.mpf) -> mp.mpf:
    if z <= 0:
        return mp.log(exact_tail(family, -z))
    return mp.log1p(-exact_tail(family, z))


def exact_interval(family: str, low: float, high: float) -> mp.mpf:
    a, b = mp.mpf(low), mp.mpf(high)
    if b <= a:
        return mp.mpf(0)
    if a + b < 0:
        a, b = -b, -a
    return exact_tail(family, a) - exact_tail(family, b)


def arguments(family: str, seed: int, count: int = 150) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if family == "uniform":
        return np.concatenate([rng.uniform(-1, 1, count), [-1.0, 0.0, 1.0]])
    size = np.concatenate(
        [10 ** rng.uniform(-12, 0, count // 3), rng.uniform(0, 40, count // 3), 10 ** rng.uniform(1, 6, 30)]
    )
    return np.concatenate([size, -size, [0.0]])


def close_logs(found: np.ndarray, exact: list[mp.mpf], tol: float = LOG_TOL) -> None:
    for value, reference in zip(found.tolist(), exact, strict=True):
        assert abs(mp.mpf(value) - reference) <= tol * max(mp.mpf(1), abs(reference)), (value, reference)


@pytest.mark.parametrize("family", FAMILIES)
def test_densities_and_scores(family: str) -> None:
    z = arguments(family, 1)
    log_density: dict[str, Callable[[mp.mpf], mp.mpf]] = {
        "gaussian": lambda t: -t * t / 2 - mp.log(2 * mp.pi) / 2,
        "laplace": lambda t: -abs(t) - mp.log(2),
        "uniform": lambda t: -mp.log(2),
    }
    score = {"gaussian": lambda t: -t, "laplace": lambda t: -mp.sign(t), "uniform": lambda t: mp.mpf(0)}
    with mp.workdps(DIGITS):
        close_logs(NOISE[family].log_pdf(z), [log_density[family](mp.mpf(v)) for v in z.tolist()])
        close_logs(NOISE[family].score(z), [score[family](mp.mpf(v)) for v in z.tolist()])
    np.testing.assert_allclose(NOISE[family].pdf(z), np.exp(NOISE[family].log_pdf(z)), rtol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_cdf_keeps_relative_precision_in_the_lower_tail(family: str) -> None:
    z = arguments(family, 2)
    with mp.workdps(DIGITS):
        for value, at in zip(NOISE[family].cdf(z).tolist(), z.tolist(), strict=True):
            exact = exact_tail(family, -mp.mpf(at))
            if exact > 1e-300:
                assert abs(mp.mpf(value) - exact) <= REL_TOL * exact * (1 + abs(mp.log(exact))), at


@pytest.mark.parametrize("family", FAMILIES)
def test_log_cdf_in_both_tails(family: str) -> None:
    z = arguments(family, 3)
    z = z[z > -1] if family == "uniform" else z
    with mp.workdps(DIGITS):
        exact = [exact_log_cdf(family, mp.mpf(v)) for v in z.tolist()]
        found = NOISE[family].log_cdf(z)
        for value, reference in zip(found.tolist(), exact, strict=True):
            assert abs(mp.mpf(value) - reference) <= REL_TOL * max(
                TINIEST, abs(reference) * (1 + abs(mp.log(-reference) if reference else 0))
            )


def test_log_cdf_at_the_edge_of_the_support() -> None:
    assert NOISE["uniform"].log_cdf(np.array([-1.0, -2.0])).tolist() == [-np.inf, -np.inf]


@pytest.mark.parametrize("family", FAMILIES)
def test_log_isf_inverts_the_tail(family: str) -> None:
    rng = np.random.default_rng(4)
    logs = -np.concatenate([rng.uniform(0.01, 5, 60), 10 ** rng.uniform(0, 3.3, 40), [np.log(2)]])
    z = NOISE[family].log_isf(logs)
    with mp.workdps(DIGITS):
        for at, log_tail in zip(z.tolist(), logs.tolist(), strict=True):
            if family == "uniform" and log_tail < -30:
                continue  # 1 - 2 q rounds to 1
            back = mp.log(exact_tail(family, mp.mpf(at)))
            slope = abs(mp.diff(lambda t: mp.log(exact_tail(family, t)), mp.mpf(at))) if abs(at) > 1e-9 else mp.mpf(1)
            assert abs(back - log_tail) <= 1e-14 * (abs(log_tail) + slope * max(abs(at), 1)), (at, log_tail)


def intervals(family: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of every width, from one unit in the last place to the whole line, anywhere."""
    rng = np.random.default_rng(seed)
    low = arguments(family, seed)
    width = 10 ** rng.uniform(-14, 2, len(low))
    high = low + width
    extra = np.array([[-np.inf, 1.5], [0.5, np.inf], [-np.inf, np.inf], [-np.inf, -30.0], [33.0, np.inf], [-1.0, 1.0]])
    return np.concatenate([low, -high, extra[:, 0]]), np.concatenate([high, -low, extra[:, 1]])


@pytest.mark.parametrize("family", FAMILIES)
def test_interval_masses_have_full_relative_precision(family: str) -> None:
    low, high = intervals(family, 5)
    found = NOISE[family].interval(low, high)
    with mp.workdps(DIGITS + 30):
        for value, a, b in zip(found.tolist(), low.tolist(), high.tolist(), strict=True):
            exact = exact_interval(family, a, b)
            if exact > 1e-290:
                assert abs(mp.mpf(value) - exact) <= REL_TOL * exact * (4 + abs(mp.log(exact))), (a, b, value)
            else:
                assert value <= 1e-280


@pytest.mark.parametrize("family", FAMILIES)
def test_log_interval_masses(family: str) -> None:
    low, high = intervals(family, 6)
    found = NOISE[family].log_interval(low, high)
    with mp.workdps(DIGITS + 30):
        for value, a, b in zip(found.tolist(), low.tolist(), high.tolist(), strict=True):
            with mp.workdps(DIGITS + 30 if max(abs(a), abs(b)) < 60 or np.isinf(a + b) else 60):
                exact = exact_interval(family, a, b)
            if exact == 0:
                assert value == -np.inf
                continue
            reference = mp.log(exact)
            assert abs(mp.mpf(value) - reference) <= REL_TOL * max(mp.mpf(4), abs(reference)), (a, b, value)


@pytest.mark.parametrize("family", FAMILIES)
def test_empty_intervals_have_no_mass(family: str) -> None:
    low, high = np.array([1.0, 0.3, np.inf, -np.inf]), np.array([1.0, 0.2, np.inf, -np.inf])
    assert NOISE[family].interval(low, high).tolist() == [0.0] * 4
    assert NOISE[family].log_interval(low, high).tolist() == [-np.inf] * 4
