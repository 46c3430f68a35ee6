"""Certificates in the plane at radii of many smoothing noises: errors grow with what rounding leaves of the votes."""

from __future__ import annotations

import pytest

from theory import NoExactRoute, certified_risk, regimes
from theory.problems.problem_file import loads_problem

# A disc in a wide square, where the plane answers; without the square it is a ball, where the distance does.
AREA = 100.0
DISC = loads_problem("""
dim = 2
[domain]
low = -5.0
high = 5.0
[[inside]]
set = "ball"
center = [0.1, 0.2]
radius = 1.0
[training]
rule = "regression"
""")


@pytest.mark.parametrize(("alpha", "ratio"), [(0.3, 5.5), (0.0, 6.0), (0.3, 6.5), (0.0, 7.5)])
def test_errors_of_far_certificates_do_not_understate(alpha: float, ratio: float) -> None:
    beta = 0.4
    exact = certified_risk(regimes.ball(dim=2), alpha, beta, eps=ratio * beta)
    found = certified_risk(DISC, alpha, beta, eps=ratio * beta)
    assert found.route == "plane"
    assert abs(AREA * found.value - exact.value) <= AREA * found.error + exact.error
    assert found.error <= (1e-8 if ratio < 6 else 1e-2)


@pytest.mark.parametrize("beta", [0.1, 0.05, 0.01])
def test_farther_ones_are_refused(beta: float) -> None:
    with pytest.raises(NoExactRoute, match="at most 8 beta"):
        certified_risk(DISC, 0.3, beta, eps=1.0)


@pytest.mark.parametrize("ratio", [5.5, 6.5, 7.5])
def test_balls_far_apart_are_each_as_alone(ratio: float) -> None:
    """In the half-plane of an axis rounding counts as well."""
    places = "".join(f'[[inside]]\nset = "ball"\ncenter = [{x}, 0, 0]\nradius = 1.0\n' for x in (-9, 9))
    pair = loads_problem(f'dim = 3\n{places}[training]\nrule = "regression"\n')
    one, two = (certified_risk(p, 0.3, 0.4, eps=0.4 * ratio) for p in (regimes.ball(dim=3), pair))
    assert two.route == "axial"
    assert abs(2 * one.value - two.value) <= two.error + 2 * one.error
