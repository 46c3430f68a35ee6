"""Objects as large and as strange as floats allow display at once, without an error, as well-formed HTML."""

from __future__ import annotations

import math
import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests.unit.pages import mixture, read
from theory import Estimate, ProblemError, regimes
from theory.display import html
from theory.display.digits import SLIGHT, with_error
from theory.geometry.region import Region
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    Laplace,
    Law,
    MixtureProblem,
    Point,
    Problem,
    Set,
    Smoothing,
    Training,
    Uniform,
)

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
INF = math.inf


@pytest.mark.parametrize(
    "problem",
    [
        regimes.two_gaussians(dim=10**6),
        regimes.two_scales(dim=10**6),
        regimes.ball(dim=10**6),
        mixture([Component(Gaussian(float(k), 0.3)) for k in range(5000)], [Component(Gaussian(0.0, 1.0))]),
        mixture([Component(Gaussian((k, k * k % 17), 0.3)) for k in range(3000)], [Component(Point((0.0, 1.0)))], 2),
        DomainProblem(2, tuple(Ball((k % 50, k // 50), 0.3) for k in range(2500)), 0.0, 50.0),
        DomainProblem(1, tuple(Box(k, k + 0.5) for k in range(5000))),
    ],
    ids=["million", "million spheres", "million ball", "components", "plane", "discs", "intervals"],
)
def test_large_problems_are_summarised_at_once(problem: Problem) -> None:
    start = time.perf_counter()
    page, shown = html(problem), str(problem)
    assert time.perf_counter() - start < 10
    read(page)
    assert len(page) < 500_000
    assert len(shown.splitlines()) <= 24
    assert max(map(len, shown.splitlines())) < 200


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0.0, 1e300))
@QUICK
def test_shown_value_and_error_cover_what_is_known(value: float, error: float) -> None:
    """|value - shown| + error <= shown error, and not much less; without an error the very float."""
    shown, doubt = with_error(value, error)
    if error == 0:
        assert (float(shown), doubt) == (value, "0")
        return
    known, moved = Decimal(error), abs(Decimal(value) - Decimal(shown))
    assert (moved + known) * (1 - SLIGHT) <= Decimal(doubt)
    # Twice the error for rounding up and half a digit for the value; floats end after 17 digits.
    assert Decimal(doubt) <= 4 * known + abs(Decimal(value)) * Decimal(10) ** -15


numbers = st.one_of(
    st.floats(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1e9, 1e308, -1e308, 5e-324]),
)
sizes = st.one_of(st.floats(0.01, 5), st.floats(5e-324, 1.7e308), st.sampled_from([5e-324, 1e-9, 1e308]))
families = st.sampled_from(["gaussian", "laplace", "uniform"])


def vectors(draw: st.DrawFn, dim: int, kind: st.SearchStrategy[float]) -> float | tuple[float, ...]:
    return draw(kind) if draw(st.booleans()) else tuple(draw(kind) for _ in range(dim))


def draw_box(draw: st.DrawFn, dim: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = [sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True))) for _ in range(dim)]
    return tuple(low for low, _ in pairs), tuple(high for _, high in pairs)


@st.composite
def laws(draw: st.DrawFn, dim: int) -> Law:
    kind = draw(st.sampled_from([Gaussian, Laplace, Uniform, Ball, Point]))
    if kind is Uniform:
        return Uniform(*draw_box(draw, dim))
    center = vectors(draw, dim, numbers)
    if kind is Point:
        return Point(center)
    return Ball(center, draw(sizes)) if kind is Ball else kind(center, vectors(draw, dim, sizes))


# Names have no control characters.
PRINTABLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")


@st.composite
def mixtures(draw: st.DrawFn) -> MixtureProblem:
    dim = draw(st.sampled_from([1, 1, 2, 3, 40]))
    sides = [
        tuple(Component(draw(laws(dim)), draw(sizes)) for _ in range(draw(st.integers(1, 4)))) for _label in range(2)
    ]
    noises = Training(noise=draw(families)), Smoothing(draw(families))
    return MixtureProblem(
        draw(st.floats(1e-300, 0.999)), dim, *sides, *noises, draw(st.none() | st.text(PRINTABLE, max_size=8))
    )


@st.composite
def domains(draw: st.DrawFn) -> DomainProblem:
    dim = draw(st.sampled_from([1, 2, 3]))
    sets: list[Set] = []
    for _ in range(draw(st.integers(1, 5))):
        box = draw_box(draw, dim)
        sets.append(Box(*box) if draw(st.booleans()) else Ball(vectors(draw, dim, numbers), draw(sizes)))
    low, high = (-1.7e308, 1.7e308) if draw(st.booleans()) else (None, None)
    try:
        return DomainProblem(dim, tuple(sets), low, high)
    except ProblemError:  # a set at the very edge of the floats misses the domain
        reject()


@given(mixtures() | domains())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_problem_is_too_strange_to_display(problem: Problem) -> None:
    """Any numbers that floats hold: overflowing windows, scales without a float between, unprintable names."""
    read(html(problem))
    lines = str(problem).splitlines()
    assert len(lines) >= 5
    assert all(line.isprintable() for line in lines)


@st.composite
def regions(draw: st.DrawFn) -> Region:
    rows, width = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    ends = np.full((rows, width), INF)
    error = np.zeros((rows, width))
    for row in ends:
        found = sorted(draw(st.lists(numbers, max_size=width, unique=True)))
        row[: len(found)] = found
    error[np.isfinite(ends)] = draw(st.floats(0, 1e300))
    reference = None
    if draw(st.booleans()):
        least = np.where(np.isfinite(ends), ends, 0.0).min(axis=1, initial=0.0)
        reference = np.maximum(-least, draw(st.floats(0, 1e300)))
    first = np.array([draw(st.booleans()) for _ in range(rows)])
    return Region(ends, first, error, None, reference)


@given(regions())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_region_is_too_strange_to_display(region: Region) -> None:
    read(html(region))
    assert str(region)


@given(st.lists(st.floats(), max_size=30), st.lists(st.floats(0), min_size=30, max_size=30), st.booleans())
@QUICK
def test_no_estimate_is_too_strange_to_display(values: list[float], errors: list[float], column: bool) -> None:
    value, error = np.array(values, float), np.array(errors[: len(values)], float)
    read(html(Estimate(value[:, None], error[:, None], "line") if column else Estimate(value, error, "line")))
