"""Pictures in HTML: what is drawn lies where the numbers of the object say, in the units of the axes."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from tests.unit.pages import curve, mixture, picture, read, scale
from theory import regimes, train
from theory.display import html
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Point,
    Uniform,
)

ON_THE_LINE = {
    "gaussians": regimes.two_gaussians(dim=1),
    "bumps": regimes.bumps(),
    "laplace": mixture([Component(Laplace(0.0, 0.5))], [Component(Laplace(1.0, 0.2)), Component(Gaussian(-1, 0.4))]),
    "uniform": mixture([Component(Uniform(0.0, 2.0))], [Component(Ball(1.0, 0.5)), Component(Uniform(2, 3), 3.0)]),
    "shells": regimes.concentric(dim=50, inner=1.0, outer=1.3),
    "balls": mixture([Component(Ball(0.0, 1.0))], [Component(Ball(0.0, 2.0))], dim=5),
    "half-space": regimes.two_gaussians(dim=1000),
    "moving spheres": regimes.two_scales(dim=7),
}


@pytest.mark.parametrize("name", ON_THE_LINE)
def test_drawn_densities_have_mass_one(name: str) -> None:
    """The integral of each polyline, in the units of the tick labels."""
    drawn = picture(html(ON_THE_LINE[name]))
    for label in (0, 1):
        x, height = curve(drawn, label).T
        assert np.trapezoid(height, x) == pytest.approx(1.0, abs=0.02)


def test_drawn_densities_are_those_of_the_classes() -> None:
    """Means of the curves, blue and solid for class 1, dashed vermilion for class 0."""
    drawn = picture(html(mixture([Component(Gaussian(-1.0, 0.5))], [Component(Gaussian(2.0, 1.0))])))
    for label, mean, colour, dashed in ((0, -1.0, "#D55E00", True), (1, 2.0, "#0072B2", False)):
        x, height = curve(drawn, label).T
        assert np.trapezoid(x * height, x) == pytest.approx(mean, abs=0.03)
        line = next(item for item in drawn.iter("polyline") if item.get("class") == f"class{label}")
        assert line.get("stroke") == colour
        assert (line.get("stroke-dasharray") is not None) == dashed


def test_point_masses_are_spikes_as_high_as_their_share() -> None:
    problem = mixture([Component(Uniform(0.0, 1.0))], [Component(Point(0.25), 1.0), Component(Point(2.0), 3.0)])
    drawn = picture(html(problem))
    spots = [c for c in drawn.iter("circle") if c.get("fill") == "#0072B2"]
    (x0, per_x), (y0, per_y) = scale(drawn, "middle"), scale(drawn, "end")
    at = [((float(c.get("cx", "")) - x0) / per_x, (float(c.get("cy", "")) - y0) / per_y) for c in spots]
    # The uniform density is 1, the full height.
    assert at == [pytest.approx((0.25, 0.25), abs=0.01), pytest.approx((2.0, 0.75), abs=0.01)]


def test_ticks_far_from_zero_keep_their_digits() -> None:
    page = html(mixture([Component(Gaussian(1e9, 1e-3))], [Component(Gaussian(1e9 + 0.002, 1e-3))]))
    assert "x - 1000000000" in read(page).words
    drawn = picture(page)
    x, height = curve(drawn, 1).T
    assert np.trapezoid(height, x) == pytest.approx(1.0, abs=0.02)
    assert x[height.argmax()] == pytest.approx(0.002, abs=1e-4)


def test_ellipse_at_one_standard_deviation() -> None:
    problem = mixture(
        [Component(Gaussian((4.0, 0.0), 1.0))], [Component(Gaussian((0, 1), cov=((4.0, 1.0), (1, 1))))], 2
    )
    drawn = picture(html(problem))
    path = next(p for p in drawn.iter("path") if p.get("stroke") == "#0072B2" and p.get("fill-rule"))
    pixels = np.array([[float(c) for c in p.split(",")] for p in path.get("d", "")[1:-1].split()])
    origin = np.array([scale(drawn, "middle"), scale(drawn, "end")])
    z = np.linalg.solve(
        np.linalg.cholesky([[4.0, 1.0], [1.0, 1.0]]), ((pixels - origin[:, 0]) / origin[:, 1] - [0, 1]).T
    )
    assert np.hypot(*z) == pytest.approx(1.0, abs=0.03)


def test_intervals_of_a_domain_are_drawn_where_they_are() -> None:
    drawn = picture(html(DomainProblem(1, (Box(-1.0, 0.5), Ball(2.0, 0.25)), -2.0, 4.0)))
    origin, per_unit = scale(drawn, "middle")
    bars = [(float(r.get("x", "")), float(r.get("width", ""))) for r in drawn.iter("rect")]
    ends = [((x - origin) / per_unit, (x + width - origin) / per_unit) for x, width in bars]
    expected = [(-2.0, 4.0), (-1.0, 0.5), (1.75, 2.25)]
    assert ends == [pytest.approx(pair, abs=0.01) for pair in expected]


def test_regions_of_the_plane_show_their_curves() -> None:
    classifier = train(regimes.anisotropic(), 0.2)
    assert f"{len(classifier.curves)} closed curve, class 1 inside" in str(classifier)
    drawn = picture(html(classifier))
    assert any(p.get("fill-rule") == "evenodd" and p.get("stroke") for p in drawn.iter("path"))
    assert "class 1 outside" in str(classifier.region.complement())


def test_ticks_do_not_run_into_each_other() -> None:
    """Labels along the lower edge keep apart, at about 6 pixels a character."""
    for law in (Gaussian(0.0, 3e-9), Gaussian(123456.789, 1e-3), Gaussian(-4e7, 2.5e6), Uniform(-0.1, 1e12)):
        drawn = picture(html(mixture([Component(law)], [Component(law)])))
        places = [
            (float(w.get("x", "")), len(w.text or ""))
            for w in drawn.iter("text")
            if w.get("text-anchor") == "middle" and re.fullmatch(r"-?[\d.]+", w.text or "")
        ]
        assert len(places) > 2
        for (x, count), (y, other) in pairwise(sorted(places)):
            assert y - x > 3.3 * (count + other)
