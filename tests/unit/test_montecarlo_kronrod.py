"""The Kronrod rule of the Monte Carlo side, computed from its definition, against the table of the exact side."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.montecarlo.rules.kronrod import GAUSS, NODES, WEIGHTS, kronrod_rule
from theory.numerics import quadrature

# Weights come from linear equations, whose solution is good to some units in the last place of the largest.
ROUNDING = 2e-15


def test_the_rule_is_that_of_the_table() -> None:
    np.testing.assert_allclose(NODES, quadrature.NODES, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(WEIGHTS, quadrature.KRONROD, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(GAUSS, quadrature.GAUSS, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("count", [3, 7, 10])
def test_integrals_of_powers(count: int) -> None:
    """Gauss rules of n nodes are exact up to degree 2n - 1, Kronrod's extension up to 3n + 1; Gauss no further."""
    nodes, weights, gauss = kronrod_rule(count)
    last = 3 * count + 1 + count % 2  # odd powers vanish by symmetry
    for degree in range(last + 1):
        truth = (1 + (-1) ** degree) / (degree + 1)
        assert weights @ nodes**degree == pytest.approx(truth, abs=1e-13)
        if degree < 2 * count:
            assert gauss @ nodes**degree == pytest.approx(truth, abs=1e-13)
    beyond = 2 * count
    assert abs(gauss @ nodes**beyond - 2 / (beyond + 1)) > 1e-8
