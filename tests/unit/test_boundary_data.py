"""The marginal on the Bayes boundary, its slope and the width q/|grad s|: as defined, by every route, in any unit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory import Component, Gaussian, MixtureProblem, regimes, small_noise
from theory.geometry.curvature import SmallNoise
from theory.problems.components import weighted
from theory.reduction.planar import covariance

LINE = MixtureProblem(
    0.3, 1, (Component(Gaussian(-1.0, 0.7), 2.0), Component(Gaussian(2.0, 0.4))), (Component(Gaussian(0.4, 1.1)),)
)
PLANE = MixtureProblem(
    0.45,
    2,
    (Component(Gaussian((0.2, -0.1), cov=((4.0, 0.5), (0.5, 3.0)))),),
    (Component(Gaussian((0.0, 0.3), cov=((1.0, 0.2), (0.2, 0.5)))), Component(Gaussian((2.0, 0.0), 0.6))),
)
TWO = regimes.two_scales(dim=2, separation=1.3, scale0=0.7, scale1=1.6, prior=0.4)


def _densities(problem: MixtureProblem, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q and s (N,) at points (N, d), from the definition."""
    q = s = np.zeros(len(at))
    for label, weight, law in weighted(problem):
        full = covariance(law, problem.dim)
        mean = np.broadcast_to(np.asarray(law.mean, float), problem.dim)
        apart = at - mean
        square = np.einsum("ni,ij,nj->n", apart, np.linalg.inv(full), apart)
        density = weight * np.exp(-square / 2) / math.sqrt(np.linalg.det(2 * math.pi * full))
        q, s = q + density, s + (density if label else -density)
    return q, s


def _checked(problem: MixtureProblem, data: SmallNoise, at: np.ndarray) -> None:
    """Slopes by central differences."""
    step = 1e-5
    slopes = []
    for axis in np.eye(problem.dim):
        (q1, s1), (q0, s0) = _densities(problem, at + step * axis), _densities(problem, at - step * axis)
        slopes.append((q1 - q0, s1 - s0) / np.array(2 * step))
    rise, slope = np.moveaxis(np.array(slopes), 0, 2)
    q, s = _densities(problem, at)
    steep = np.linalg.norm(slope, axis=1)
    assert np.abs(s).max() < 1e-8 * q.max()
    assert data.marginal == pytest.approx(q, rel=1e-9)
    assert data.slope == pytest.approx(steep, rel=1e-7)
    assert data.width == pytest.approx(q / steep, rel=1e-7)
    assert data.marginal_slope == pytest.approx(-(rise * slope).sum(axis=1) / steep, rel=1e-6, abs=1e-9 * q.max())


def test_the_data_are_those_of_the_definition_on_the_line_and_in_the_plane() -> None:
    for problem, route in ((LINE, None), (PLANE, None), (TWO, "plane")):
        data = small_noise(problem, route=route)
        assert data.bounded
        assert len(data.weights) > 1
        _checked(problem, data, data.points)


def test_spheres_have_the_same_integrals_as_curves_and_points() -> None:
    """About a centre the values carry the area of the sphere, so that integrals are compared."""
    pairs = ((TWO, "plane"), (regimes.concentric(dim=2), "plane"), (regimes.concentric(dim=1), "line"))
    for problem, route in pairs:
        here, there = small_noise(problem, route="radial"), small_noise(problem, route=route)
        assert here.steepness == pytest.approx(there.steepness, rel=1e-7)
        assert here.log_width == pytest.approx(there.log_width, abs=1e-7)
        for value in ("marginal", "marginal_slope"):
            found = [math.exp(d.log_factor) * float(d.weights @ getattr(d, value)) for d in (here, there)]
            assert found[0] == pytest.approx(found[1], rel=1e-7)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_data_do_not_depend_on_the_unit(unit: float) -> None:
    for dim in (1, 2, 5, 400):
        one = small_noise(regimes.concentric(dim=dim))
        other = small_noise(regimes.concentric(dim=dim, inner=unit, outer=1.5 * unit))
        assert other.log_width == pytest.approx(one.log_width + dim * math.log(unit), abs=1e-9)
        assert other.steepness == pytest.approx(one.steepness / unit**2, rel=1e-9)
        found, scaled = (d.weights @ d.marginal_slope * math.exp(d.log_factor) for d in (one, other))
        assert scaled == pytest.approx(found / unit**2, rel=1e-9)


def test_a_boundary_that_goes_on_for_ever_has_no_finite_width() -> None:
    crossed = MixtureProblem(
        0.5, 2, (Component(Gaussian((0.0, 0.0), (1.0, 2.0))),), (Component(Gaussian((0.0, 0.0), (2.0, 1.0))),)
    )
    apart = tuple(Component(Gaussian(at, 1.0)) for at in ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0)))
    three = MixtureProblem(0.5, 3, (Component(Gaussian(0.0, 1.0)),), apart)
    for problem in (crossed, three, regimes.two_gaussians(dim=2), regimes.bumps(count=3, spacing=2.0)):
        data = small_noise(problem)
        unbounded = problem.dim > 1
        assert data.bounded != unbounded
        assert math.isinf(data.log_width) == unbounded


def test_far_out_where_densities_underflow_the_width_stays_known() -> None:
    far = small_noise(regimes.two_gaussians(dim=1, separation=100.0, scale=1.0))
    assert far.slope.max() < 1e-300
    assert math.exp(far.log_width) == pytest.approx(2 / 100.0, rel=1e-12)
