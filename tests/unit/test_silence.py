"""Scales and noises near the ends of what floats hold give numbers, or say why not, without a warning of NumPy's."""

from __future__ import annotations

import math

import pytest

from theory import compare
from theory.problems.problem import Component, Gaussian, Law, MixtureProblem, Uniform

PAIRS = ((Gaussian(0.0, 1.0), Gaussian(1.5, 2.0)), (Uniform(0.0, 1.0), Uniform(0.5, 2.0)))


@pytest.mark.parametrize("noises", [(1e99, 0.7), (0.4, 1e99), (1e90, 1e90), (1e-300, 0.7), (0.4, 5e-324)])
@pytest.mark.parametrize(("pair", "prior"), [(PAIRS[0], 5e-324), (PAIRS[0], 0.4), (PAIRS[1], 0.4)])
def test_noises_near_the_ends(pair: tuple[Law, Law], prior: float, noises: tuple[float, float]) -> None:
    zero, one = ((Component(law),) for law in pair)
    found = compare(MixtureProblem(class0=zero, class1=one, prior=prior), *noises)
    assert 0 <= found.risk.value <= 1
    assert not math.isnan(found.risk.error)


@pytest.mark.parametrize("scale", [1e-60, 1e60])
def test_scales_far_apart(scale: float) -> None:
    zero, one = ((Component(law),) for law in (Gaussian(0.0, scale), Gaussian(1.0, 1.0)))
    found = compare(MixtureProblem(class0=zero, class1=one, prior=0.5), 0.4, 0.7)
    assert 0 <= found.risk.value <= 0.5 + found.risk.error
