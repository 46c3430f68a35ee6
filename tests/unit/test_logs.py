"""Stable logarithms against 50-digit arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest

from theory.arrays import Array
from theory.numerics.special.logs import log1mexp, log1pmx, log_diff_exp

# A few roundings: the functions compose two or three correctly rounded steps.
RELATIVE = 8 * np.finfo(float).eps

MAGNITUDES = 10.0 ** np.random.default_rng(0).uniform(-300, 2.8, 300)
NEAR = np.concatenate([10.0 ** np.linspace(-12, 2, 200), -(10.0 ** np.linspace(-12, -1e-6, 200)), [0.5, -0.5]])


@pytest.mark.parametrize(
    ("ours", "exact", "inputs"),
    [
        (log1mexp, lambda x: mp.log(-mp.expm1(x)), -MAGNITUDES),
        (log1mexp, lambda x: mp.log(-mp.expm1(x)), -np.log(2) * (1 + np.linspace(-1e-3, 1e-3, 50))),
        (log1pmx, lambda z: mp.log1p(z) - z, NEAR),
    ],
)
def test_against_many_digits(ours: Callable[[Array], Array], exact: Callable[[mp.mpf], mp.mpf], inputs: Array) -> None:
    with mp.workdps(400):
        truth = np.array([float(exact(mp.mpf(x))) for x in inputs])
    np.testing.assert_allclose(ours(inputs), truth, rtol=RELATIVE)


def test_log_diff_exp_against_many_digits() -> None:
    rng = np.random.default_rng(2)
    a = rng.uniform(-800, 800, 300)
    b = a - 10.0 ** rng.uniform(-8, 3, 300)
    with mp.workdps(60):
        truth = np.array([float(mp.log(mp.exp(mp.mpf(x)) - mp.exp(mp.mpf(y)))) for x, y in zip(a, b, strict=True)])
    np.testing.assert_allclose(log_diff_exp(a, b), truth, rtol=RELATIVE, atol=RELATIVE)


def test_edges() -> None:
    inf, nan = np.inf, np.nan
    np.testing.assert_array_equal(log1mexp([0.0, -inf, 1.0, nan]), [-inf, 0.0, nan, nan])
    np.testing.assert_array_equal(log_diff_exp([1, -inf, 2, 1, nan], [1, -inf, -inf, 2, 0]), [-inf, -inf, 2, nan, nan])
    np.testing.assert_array_equal(log1pmx([0.0, -1.0, -2.0, nan]), [0.0, -inf, nan, nan])
