"""What people see of problems, regions, classifiers and estimates: the numbers are those of the objects, always."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.unit.test_problem_file import problems
from theory import Ball, Component, DomainProblem, Gaussian, MixtureProblem, Point, clean_risk, regimes, smooth, train
from theory.display.axes import LEFT, TOP, Axes
from theory.display.digits import with_error
from theory.estimate import Estimate
from theory.problems.problem import Problem

SHOWN: list[Any] = [
    regimes.bumps(count=3),
    regimes.stripes(),
    regimes.anisotropic(),
    regimes.discs(side=40, radius=8, seed=1),
    regimes.concentric(dim=10**6),
    train(regimes.bumps(count=3), 0.3),
    smooth(train(regimes.concentric(dim=10), 0.3), 0.2),
    smooth(train(regimes.anisotropic(), 0.3), 0.2),
    train(regimes.two_scales(), 0.0).region,
    clean_risk(regimes.bumps(), 0.3, 0.5),
    clean_risk(regimes.bumps(), [0.0, 0.3], [[0.5], [0.7]]),
    clean_risk(regimes.bumps(), np.linspace(0, 1, 50), 0.5),
]


class Balanced(HTMLParser):
    """Every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> list[str]:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser.tags


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: type(shown).__name__)
def test_html_is_whole_and_needs_nothing_from_elsewhere(shown: Any) -> None:
    html = shown._repr_html_()
    assert "script" not in tags(html)
    assert "http" not in html
    assert "nan" not in html.lower().replace("not defined", "")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(problem=problems())
def test_every_problem_displays(problem: Problem) -> None:
    assert re.search(r" dimensions?$", str(problem).splitlines()[0])
    assert len(str(problem).splitlines()) >= 4
    html = problem._repr_html_()
    tags(html)
    for svg in re.findall(r"<svg.*</svg>", html, re.DOTALL):
        ElementTree.fromstring(svg)


def test_names_cannot_break_the_page() -> None:
    problem = MixtureProblem(0.5, 1, (Component(Gaussian(0, 1)),), (Component(Gaussian(1, 1)),), name="<b>&\n'\"")
    html = problem._repr_html_()
    tags(html)
    assert "<b>" not in html
    assert "\n" not in str(problem).splitlines()[0]


def test_densities_are_drawn_to_scale() -> None:
    """The areas under the two lines of three bumps in a wide Gaussian, in units of the axes, are 1 each."""
    html = regimes.bumps(count=3)._repr_html_()
    lines = re.findall(r'<polyline points="([^"]*)"[^>]*class="class(\d)"', html)
    assert [label for _points, label in lines] == ["0", "1"]
    ticks = {axis: _ticks(html, axis) for axis in ("x", "y")}
    for points, _label in lines:
        x, y = np.array([pair.split(",") for pair in points.split()], float).T
        across, up = (np.polyval(ticks[axis], at) for axis, at in (("x", x), ("y", y)))
        assert np.trapezoid(up, across) == pytest.approx(1, abs=0.02)


def _ticks(html: str, axis: str) -> np.ndarray:
    """The line through the numbers at one axis: pixels to values."""
    anchor = "middle" if axis == "x" else "end"
    shift = 0.0 if axis == "x" else 4.0
    found = re.findall(rf'<text x="([\d.]+)" y="([\d.]+)" text-anchor="{anchor}">(-?[\d.]+)</text>', html)
    at = [(float(x) if axis == "x" else float(y) - shift, float(value)) for x, y, value in found]
    return np.polyfit(*np.array(at).T, 1)


def test_regions_say_where_class_1_is() -> None:
    region = train(regimes.bumps(count=3), 0.3).region
    shown = [float(v) for v in re.findall(r"^  (-?\d+\.\d{6,})  ", str(region), re.MULTILINE)]
    np.testing.assert_allclose(shown, region.ends[0], atol=1e-13)
    assert str(region).count("[") == 3
    ball = train(regimes.concentric(dim=10), 0.0)
    assert "distance in [3.82057, inf)" in str(ball)
    assert "nowhere" in str(smooth(train(regimes.ball(dim=10), 0.0), 1.0))


def test_what_is_long_is_cut_and_says_so() -> None:
    many = tuple(Component(Gaussian(float(k), 1.0)) for k in range(500))
    problem = MixtureProblem(0.5, 1, many, (Component(Point(0.0)),))
    assert "and 489 more" in str(problem)
    assert len(problem._repr_html_()) < 100_000
    huge = MixtureProblem(0.5, 10**6, (Component(Gaussian((0.0,) * 10**6, 1.0)),), (Component(Gaussian(1.0, 1.0)),))
    assert "1000000 axes" in str(huge)
    balls = DomainProblem(3, tuple(Ball((float(k), 0.0, 0.0), 1.0) for k in range(100)))
    assert "and 88 more" in str(balls)


def test_an_estimate_shows_no_digit_that_it_does_not_know() -> None:
    rng = np.random.default_rng(0)
    for value, error in zip(10 ** rng.uniform(-40, 3, 500), 10 ** rng.uniform(-16, 0, 500), strict=True):
        shown, doubt = with_error(value, value * error)
        assert abs(Decimal(shown) - Decimal(value)) + Decimal(value * error) <= Decimal(doubt)
        assert float(doubt) <= 30 * value * error + 1e-300 or float(shown) == 0
    assert with_error(float("nan"), 0.0) == ("not defined", "")
    assert "0.2679177111378" in clean_risk(regimes.bumps(count=3), 0.3, 0.5)._repr_html_()
    assert "infinite" not in Estimate(1.0, 0.0, "line")._repr_html_()


def test_pixels_are_linear() -> None:
    axes = Axes((0.0, 0.0), (2.0, 4.0))
    found = axes.pixels(np.array([[0.0, 0.0], [2.0, 4.0]]))
    np.testing.assert_allclose(found, [[LEFT, TOP + axes.height], [LEFT + axes.width, TOP]])
