"""Named regimes: the descriptions they build, the registry, and what they refuse."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import theory
from theory import regimes
from theory.errors import ProblemError
from theory.problems.problem import Ball, Box, Gaussian
from theory.problems.problem_file import dumps_problem, loads_problem

PARAMETERS = {
    "two-gaussians": "dim separation scale prior",
    "concentric": "dim inner outer prior",
    "two-scales": "dim separation scale0 scale1 prior",
    "stripes": "count width gap",
    "intervals": "count width gap background",
    "discs": "side radius gap tries seed metric",
    "bumps": "count spacing scale background",
    "bumps-in": "dim count spacing scale background",
    "anisotropic": "separation ratio angle prior",
    "ball": "dim radius",
}


def laws(parts: tuple[theory.Component, ...]) -> list[theory.Gaussian]:
    assert {part.weight for part in parts} == {1.0}
    return [part.law for part in parts]


def test_the_registry_has_the_promised_names_and_parameters() -> None:
    assert {name: " ".join(regimes.parameters(name)) for name in regimes.REGIMES} == PARAMETERS


@pytest.mark.parametrize("name", PARAMETERS)
def test_defaults_build_a_problem_that_a_file_can_hold(name: str) -> None:
    problem = regimes.build(name)
    assert problem == regimes.build(name, **regimes.parameters(name))
    assert problem.name == name
    assert loads_problem(dumps_problem(problem)) == problem


def test_two_gaussians() -> None:
    problem = regimes.two_gaussians(dim=3, separation=4, scale=0.5, prior=0.2)
    assert laws(problem.class0) == [Gaussian((-2.0, 0.0, 0.0), 0.5)]
    assert laws(problem.class1) == [Gaussian((2.0, 0.0, 0.0), 0.5)]
    assert (problem.prior, problem.dim) == (0.2, 3)
    assert laws(regimes.two_gaussians(dim=1).class1) == [Gaussian(1.0, 1.0)]


def test_two_scales() -> None:
    problem = regimes.two_scales(dim=2, separation=1, scale0=2, scale1=3)
    assert laws(problem.class0 + problem.class1) == [Gaussian((-0.5, 0.0), 2.0), Gaussian((0.5, 0.0), 3.0)]


def test_concentric_is_small_in_any_dimension() -> None:
    problem = regimes.concentric(dim=10**6, inner=1, outer=1.5)
    assert laws(problem.class0 + problem.class1) == [Gaussian(0.0, 1.0), Gaussian(0.0, 1.5)]
    assert problem.dim == 10**6


def test_stripes_are_centred() -> None:
    problem = regimes.stripes(count=2, width=1, gap=0.5)
    assert problem.inside == (Box(-1.25, -0.25), Box(0.25, 1.25))
    assert problem.infinite
    assert problem.training.rule == "regression"


def test_intervals_are_stripes_in_a_finite_domain() -> None:
    problem = regimes.intervals(count=2, width=1, gap=0.5, background=3)
    assert problem.inside == regimes.stripes(count=2, width=1, gap=0.5).inside
    assert (problem.low, problem.high) == (-4.25, 4.25)


def test_discs_keep_their_distance_and_their_seed() -> None:
    problem = regimes.discs(side=50, radius=3, gap=1, tries=2000, seed=7)
    centers = np.array([region.center for region in problem.inside])
    distances = np.linalg.norm(centers[:, None] - centers, axis=-1)
    assert distances[~np.eye(len(centers), dtype=bool)].min() >= 7
    assert len(centers) > 20
    assert ((centers >= 0) & (centers <= 50)).all()
    assert {region.radius for region in problem.inside} == {3.0}
    assert problem == regimes.discs(side=50, radius=3, gap=1, tries=2000, seed=7)
    assert problem != regimes.discs(side=50, radius=3, gap=1, tries=2000, seed=8)
    assert (problem.dim, problem.low, problem.high) == (2, 0.0, 50.0)


def test_discs_keep_the_gap_in_either_metric() -> None:
    """What is apart in the maximum norm is apart by distance, so that fewer find a place."""
    counts = {}
    for metric, order in (("euclidean", 2), ("max", np.inf)):
        held = [regimes.discs(gap=0.5, tries=3000, seed=seed, metric=metric).inside for seed in range(4)]
        for inside in held:
            centers = np.array([part.center for part in inside])
            apart = np.linalg.norm(centers[:, None] - centers, order, axis=2)
            assert apart[np.triu_indices(len(centers), 1)].min() >= 20.5
        counts[metric] = sum(map(len, held))
    assert counts["max"] < 0.9 * counts["euclidean"]
    assert regimes.discs(metric="euclidean") == regimes.discs()


def test_discs_keep_every_centre_that_fits() -> None:
    few = regimes.discs(side=50, radius=3, tries=500).inside
    assert regimes.discs(side=50, radius=3, tries=2000).inside[: len(few)] == few


def test_bumps_in_any_dimension() -> None:
    assert replace(regimes.bumps_in(1, count=2, scale=0.4), name="bumps") == regimes.bumps(count=2, scale=0.4)
    plane, many = regimes.bumps_in(2, spacing=3.0), regimes.bumps_in(5, spacing=3.0, scale=0.5, background=2.0)
    assert laws(plane.class0) == [Gaussian(0.0, 2.0)]
    assert laws(plane.class1) == [Gaussian((at, 0.0), 0.3) for at in (-3.0, 0.0, 3.0)]
    assert laws(many.class0) == [Gaussian(0.0, (2.0, 1.0, 1.0, 1.0, 1.0))]
    assert laws(many.class1) == [Gaussian((at, 0.0, 0.0, 0.0, 0.0), 0.5) for at in (-3.0, 0.0, 3.0)]


def test_bumps() -> None:
    problem = regimes.bumps(count=3, spacing=2, scale=0.3, background=4)
    assert laws(problem.class0) == [Gaussian(0.0, 4.0)]
    assert laws(problem.class1) == [Gaussian(-2.0, 0.3), Gaussian(0.0, 0.3), Gaussian(2.0, 0.3)]
    assert (problem.prior, problem.dim) == (0.5, 1)


def test_anisotropic_has_its_long_axis_at_the_angle() -> None:
    problem = regimes.anisotropic(separation=2, ratio=3, angle=30)
    (law,) = laws(problem.class1)
    axis = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    np.testing.assert_allclose(np.array(law.cov) @ axis, 9 * axis, rtol=1e-14)
    np.testing.assert_allclose(np.linalg.det(law.cov), 9, rtol=1e-13)
    assert laws(problem.class0) == [Gaussian((-1.0, 0.0), 1.0)]
    assert law.mean == (1.0, 0.0)


def test_ball() -> None:
    problem = regimes.ball(dim=5, radius=2)
    assert problem.inside == (Ball(0.0, 2.0),)
    assert problem.infinite
    assert problem.dim == 5


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        (
            "concentrik",
            {},
            "found no regime called 'concentrik', expected one of two-gaussians, concentric, two-scales",
        ),
        ("concentrik", {}, "(did you mean concentric?)"),
        ("two_gaussians", {}, "(did you mean two-gaussians?)"),
        (
            "ball",
            {"raduis": 1},
            "ball: raduis: found an unknown parameter, expected one of dim, radius (did you mean rad",
        ),
        ("ball", {"dim": 2.0}, "ball: dim: found 2.0, expected a whole number of at least 1"),
        ("ball", {"radius": "big"}, "ball: radius: found 'big', expected a number"),
        ("concentric", {"outer": -1}, "concentric: outer: found -1.0, expected a positive number"),
        ("concentric", {"prior": 1}, "concentric: prior: found 1.0, expected a number strictly between 0 and 1"),
        ("two-gaussians", {"separation": -1}, "two-gaussians: separation: found -1.0, expected a number of at least 0"),
        ("two-scales", {"scale1": 0}, "two-scales: scale1: found 0.0, expected a positive number"),
        ("stripes", {"count": 0}, "stripes: count: found 0, expected a whole number of at least 1"),
        ("stripes", {"gap": -0.1}, "stripes: gap: found -0.1, expected a number of at least 0"),
        ("intervals", {"background": 0}, "intervals: background: found 0.0, expected a positive number"),
        ("discs", {"seed": -1}, "discs: seed: found -1, expected a whole number of at least 0"),
        ("discs", {"metric": "l1"}, "discs: metric: found 'l1', expected one of euclidean, max"),
        ("discs", {"tries": 0}, "discs: tries: found 0, expected a whole number of at least 1"),
        ("bumps", {"scale": float("nan")}, "bumps: scale: found nan, expected a finite number"),
        ("anisotropic", {"angle": float("inf")}, "anisotropic: angle: found inf, expected a finite number"),
        ("anisotropic", {"ratio": True}, "anisotropic: ratio: found True, expected a number"),
    ],
)
def test_bad_names_and_parameters_are_refused_in_one_line(name: str, params: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        regimes.build(name, **params)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_listing_regimes_imports_no_numerics() -> None:
    script = "import sys; from theory import regimes; regimes.parameters('discs'); print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "theory.problems.regimes" in listed
    assert not {"numpy", "scipy", "sympy", "jax", "matplotlib"} & set(listed)


def test_every_public_name_is_found_and_no_submodule_can_hide_it() -> None:
    for name in theory._HOME:
        assert getattr(theory, name) is not None
    submodules = {module.name for module in pkgutil.iter_modules(theory.__path__)}
    assert not submodules & set(theory._HOME)
    assert set(theory._HOME) <= set(dir(theory))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = theory.nothing
