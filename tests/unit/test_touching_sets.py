"""Sets that touch: what rounding makes of a contact must not show, whatever its direction, place and unit."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import ncx2

from theory import Ball, DomainProblem, clean_risk
from theory.arrays import Array
from theory.geometry.halfplane.halfplane import balls
from theory.geometry.halfplane.sets import Balls
from theory.geometry.plane.domain import NoisedSet
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.shapes import vote_field

NO_DISCS, NO_BOXES = np.empty((0, 3)), np.empty((0, 4))
# Rounding of areas in a window of size one, and of votes; theirs grows with the noises to which a window is long.
ROUNDED, SHIFTED = 2e-13, 1e-14
# Radii as people type them, directions as they draw them, and any.
RADII = st.lists(st.integers(2, 15).map(lambda k: k / 10), min_size=2, max_size=5)
ANGLES = st.sampled_from([0.0, math.pi / 2, math.pi / 3, math.pi / 4, math.atan2(4, 3)]) | st.floats(-3, 3)
UNITS = st.sampled_from([1e-6, 1.0, 1e6])
NOISE = st.sampled_from([0.05, 0.3, 1.0, 5.0])


def way(angle: float) -> Array:
    return np.array([math.cos(angle), math.sin(angle)])


def row(radii: list[float], angle: float, unit: float = 1.0) -> Array:
    """Discs (N, 3) that touch one after the other."""
    first, last = np.array(radii[:-1]), np.array(radii[1:])
    places = np.concatenate([[0.0], np.cumsum(first + last)])
    return unit * np.column_stack([places[:, None] * way(angle), radii])


def alone(disc: Array, scale: float, points: Array) -> Array:
    """P(x + scale Z in a disc)."""
    far = ((points - disc[:2]) ** 2).sum(axis=1)
    return np.asarray(ncx2.cdf((disc[2] / scale) ** 2, 2, far / scale**2))


def apart(discs: Array, scale: float, points: Array) -> Array:
    """P(x + scale Z in one of discs that do not overlap)."""
    return np.sum([alone(disc, scale, points) for disc in discs], axis=0)


def in_box(box: Array, scale: float, points: Array) -> Array:
    """P(x + scale Z in a box)."""
    high, low = (ndtr((side - points) / scale) for side in (box[2:], box[:2]))
    return np.asarray((high - low).prod(axis=1))


def agrees(held: SetUnion, scale: float, area: float, votes: Callable[[Array], Array]) -> None:
    """Area, and votes about nodes of the outline, and on them."""
    size = held.window.half
    outline = held.outline(LEVELS[3].nodes)
    rng = np.random.default_rng(0)
    near = outline.points.reshape(-1, 2)[rng.integers(outline.points[..., 0].size, size=20)]
    near[::2] += scale * rng.normal(size=(10, 2))
    found = vote_field(outline, held.window, scale, 0.5, LEVELS[3]).value(near) + 0.5
    assert abs(held.area - area) <= ROUNDED * size**2
    assert np.abs(found - votes(near)).max() <= ROUNDED + SHIFTED * size / scale


@settings(max_examples=60, deadline=None)
@given(radii=RADII, angle=ANGLES, unit=UNITS, noise=NOISE)
def test_discs_in_a_row_count_each_for_itself(radii: list[float], angle: float, unit: float, noise: float) -> None:
    discs, scale = row(radii, angle, unit), noise * unit
    area = math.pi * float((discs[:, 2] ** 2).sum())
    agrees(SetUnion(discs, NO_BOXES), scale, area, partial(apart, discs, scale))


@settings(max_examples=60, deadline=None)
@given(radii=RADII, angle=ANGLES, unit=UNITS, noise=NOISE)
def test_discs_that_touch_a_larger_one_from_inside_do_not_count(
    radii: list[float], angle: float, unit: float, noise: float
) -> None:
    large, scale = unit * 1.6, noise * unit
    inner = [[*((large - unit * r) * way(angle + k)), unit * r] for k, r in enumerate(radii)]
    held = SetUnion(np.array([*inner, [0.0, 0.0, large]]), NO_BOXES)
    agrees(held, scale, math.pi * large**2, lambda at: alone(held.discs[-1], scale, at))


@settings(max_examples=60, deadline=None)
@given(radius=st.integers(2, 15), at=st.tuples(st.integers(-9, 9), st.integers(-9, 9)), unit=UNITS, noise=NOISE)
def test_a_disc_in_a_box_that_it_touches(radius: int, at: tuple[int, int], unit: float, noise: float) -> None:
    """The disc counts where it is clipped, the box where both do; and a box that it touches from outside with it."""
    (x, y), r, scale = np.array(at) / 10 * unit, radius / 10 * unit, noise * unit
    disc, box = np.array([[x, y, r]]), np.array([[x - r, y - r, x + r, y + r]])
    agrees(SetUnion(disc, box), scale, 4 * r * r, lambda p: in_box(box[0], scale, p))
    agrees(SetUnion(disc, NO_BOXES, box[0]), scale, math.pi * r * r, lambda p: alone(disc[0], scale, p))
    aside = box + np.array([2 * r, 0, r, 0])
    both = SetUnion(disc, aside)
    agrees(both, scale, (math.pi + 2) * r * r, lambda p: alone(disc[0], scale, p) + in_box(aside[0], scale, p))


@settings(max_examples=40, deadline=None)
@given(radius=st.floats(0.2, 2), ulps=st.tuples(*[st.integers(-2, 2)] * 3), noise=NOISE)
def test_a_set_typed_twice_counts_once(radius: float, ulps: tuple[int, int, int], noise: float) -> None:
    first = np.array([0.3, -0.7, radius])
    second = first + np.spacing(first) * ulps
    agrees(
        SetUnion(np.stack([first, second]), NO_BOXES), noise, math.pi * radius**2, lambda at: alone(first, noise, at)
    )
    box = np.array([0.3, -0.7, 0.3 + radius, 0.5])
    boxes = np.stack([box, box + np.spacing(box) * [*ulps, 1], [box[2], -0.7, box[2] + 1, 0.5]])
    whole = np.array([0.3, -0.7, 1.3 + radius, 0.5])
    agrees(SetUnion(NO_DISCS, boxes), noise, 1.2 * (1 + radius), lambda at: in_box(whole, noise, at))


@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_base_boundaries_of_touching_discs_lie_on_their_level(angle: float) -> None:
    """At the nodes of what is drawn, and between them."""
    discs = row([1.3, 0.4, 1.0, 1.2], angle)
    for level, off in ((1, 1e-9), (2, 1e-11), (3, 1e-13)):
        drawn = NoisedSet(SetUnion(discs, NO_BOXES), 0.8).within(SetUnion(discs, NO_BOXES).window, level)
        at = drawn.divided(np.full(len(drawn.points), 3)).points.reshape(-1, 2)
        assert np.abs(apart(discs, 0.8, at) - 0.5).max() < off


@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_risks_of_touching_discs_are_those_about_an_axis(angle: float) -> None:
    """Placed by floats: in any direction they touch but for rounding."""
    discs, alpha, beta = row([1.3, 0.4, 1.0, 1.2], angle), 0.8, 1.0
    found = clean_risk(DomainProblem(2, tuple(Ball((x, y), r) for x, y, r in discs.tolist())), alpha, beta)
    geometry = balls(Balls(1, (0.0, 1.7, 3.1, 5.3), (1.3, 0.4, 1.0, 1.2)), (np.zeros(2), way(angle), None), 1e-8)
    region, wanted, doubt = geometry.smooth(geometry.train(np.array([alpha])).region, np.array([[beta]])), 0.0, 0.0
    for label in (0, 1):
        value, error = geometry.mass(geometry.weights.pieces, region, label)
        wanted, doubt = wanted + float(value[0]), doubt + float(error[0])
    assert found.route == "plane"
    assert abs(found.value - wanted) <= found.error + doubt
    assert found.error < 2e-9


def test_votes_in_the_tail_of_a_large_box() -> None:
    """Six noises inside of an edge, of a box that is long: absolutely to rounding, which no level adds to."""
    box = np.array([-40.0, -40.0, 40.0, 40.0])
    held = SetUnion(NO_DISCS, box[None])
    at = np.column_stack([np.full(50, 34.0), np.linspace(-33, 33, 50)])
    beyond = ndtr(np.abs(at) - 40) + ndtr(-np.abs(at) - 40)
    wanted = beyond.sum(axis=1) - beyond.prod(axis=1)
    for level in LEVELS[2:]:
        field = vote_field(held.outline(level.nodes), held.window, 1.0, 1e-9, level)
        assert np.abs(1 - field.share(at) - wanted).max() < 3e-15
        assert np.abs(1e-9 - field.value(at) - wanted).max() < 3e-15
