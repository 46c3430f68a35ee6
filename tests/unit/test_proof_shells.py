"""Level sets and masses of shells in balls: where a ball vanishes, and regions with unknown parts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb

from theory import regimes
from theory.proof.balls import exact
from theory.proof.radial import radial_proof
from theory.proof.region import Gap, Signs
from theory.proof.shells import level_set


@pytest.mark.parametrize(
    ("dim", "limit"), [(1, 1.482602), (2, 0.849322), (3, 0.650122), (10, 0.327178), (784, 0.0357295), (3072, 0.0180442)]
)
def test_a_ball_vanishes_beyond_its_limit(dim: int, limit: float) -> None:
    """beta_van/r = 1/sqrt(median of chi-square), proved on both sides of its rounded value."""
    ball = Signs(True, (Gap(arb(1), arb(1), True, False, True),))
    half = 0.5 * 10.0 ** (math.floor(math.log10(limit)) - 5)
    before, after = (level_set(dim, ball, exact(limit + side * 2 * half), arb(0.5)) for side in (-1, 1))
    assert before.changes == (1, 1)
    assert after.constant
    assert not after.first


def spheres(*radii: float) -> tuple[Gap, ...]:
    """Exact boundaries, the innermost part of class 1."""
    return tuple(Gap(arb(r), arb(r), k % 2 == 0, k % 2 == 1, True) for k, r in enumerate(radii))


@pytest.mark.parametrize(
    ("low", "high", "sides", "fillings"),
    [
        (0.9, 1.1, (True, False), [(0.9,), (1.0,), (1.1,), (0.95, 1.0, 1.05)]),
        (0.9, 1.1, (True, True), [(), (0.9, 1.1), (1.0, 1.1), (0.95, 0.97)]),
        (1.9, 2.1, (False, False), [(1.0,), (1.0, 1.9, 2.1), (1.0, 2.0, 2.05)]),
        (1.9, 2.1, (False, True), [(1.0, 1.9), (1.0, 2.1), (1.0, 1.95, 2.0, 2.05)]),
    ],
)
def test_unknown_parts_widen_and_never_spoil(
    low: float, high: float, sides: tuple[bool, bool], fillings: list[tuple[float, ...]]
) -> None:
    """A gap of finite width: level sets and masses contain those of every way to fill it."""
    inner = () if low < 1 else spheres(1.0)
    wide = Signs(True, (*inner, Gap(arb(low), arb(high), *sides, False)))
    proof = radial_proof(regimes.two_scales(3))
    for beta in (0.0, 0.2, 0.7):
        outer = proof.smooth(wide, exact(beta))
        assert beta == 0 or len(outer.gaps) < 4
        for filling in fillings:
            smooth = proof.smooth(Signs(True, spheres(*filling)), exact(beta))
            for label in (0, 1):
                assert proof.mass(outer, label).overlaps(proof.mass(smooth, label))
            for x in np.linspace(0.05, 3, 40):
                known = outer.contains(arb(x))
                assert known is None or smooth.contains(arb(x)) in (known, None)
