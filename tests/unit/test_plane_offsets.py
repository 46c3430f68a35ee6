"""Regions grown and shrunk by a radius: against polygons, closed forms, other geometries and a direct simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.unit.test_plane_pieces import NONE, polygon, random_sets, shapely
from theory import adversarial_risk, certified_risk, clean_risk, regimes
from theory.geometry.plane.offsets import shrunk
from theory.geometry.plane.outline import Outline, gaussian_mass, rule
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.reach import reversed_outline
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.winding import Chords
from theory.problems.normal import normal_form
from theory.problems.problem import Ball, Box, Component, DomainProblem, Gaussian, MixtureProblem, Problem, Training
from theory.reduction.reduce import reduce

# Sides of a polygon for every quarter of a circle.
QUARTER = 1000
DIRECTIONS = 64


def grown(outline: Outline, margin: float) -> Outline:
    return reversed_outline(shrunk(reversed_outline(outline), margin))


def ellipse(panels: int) -> Outline:
    """Semi-axes 2 and 1."""
    at, weights = rule(16)
    half = np.pi / panels
    angle = half * (2 * np.arange(panels)[:, None] + 1 + at)
    points = np.stack([2 * np.cos(angle), np.sin(angle)], axis=-1)
    slopes = np.stack([-2 * np.sin(angle), np.cos(angle)], axis=-1)
    return Outline(points, half * weights[:, None] * slopes)


@pytest.mark.parametrize(
    ("eps", "collar"), [(0.3, 0.167244977649), (0.45, 0.252625367141), (0.7, 0.387712359304)], ids=str
)
@pytest.mark.parametrize("panels", [12, 48])
def test_the_inner_collar_of_an_ellipse(eps: float, collar: float, panels: int) -> None:
    outline, mean, factor = ellipse(panels), np.array([0.4, 0.3]), 1.1 * np.eye(2)
    rest = gaussian_mass(shrunk(outline, eps), mean, factor)
    assert gaussian_mass(outline, mean, factor) - rest == pytest.approx(collar, abs=2e-12)


def test_two_discs_with_corners_that_point_inwards() -> None:
    outline = SetUnion(np.array([[-0.5, 0.0, 1.0], [0.5, 0.0, 1.0]]), np.empty((0, 4))).outline(16)
    assert outline.area() - shrunk(outline, 0.2).area() == pytest.approx(1.54985, abs=5e-6)


@pytest.mark.parametrize("eps", [0.2, 0.499, 0.5, 0.501, 0.6, 1.0, 2.0])
def test_two_boxes_at_twice_a_radius(eps: float) -> None:
    outline = SetUnion(NONE, np.array([[0.0, 0.0, 1.0, 2.0], [2.0, 0.0, 3.0, 2.0]])).outline(16)
    inner = 2 * max(1 - 2 * eps, 0) * max(2 - 2 * eps, 0)
    assert shrunk(outline, eps).area() == pytest.approx(inner, abs=1e-11)
    # Apart, or without the lens of width 2 eps - 1 by which they overlap: a strip and two segments of discs.
    each = 2 + 6 * eps + np.pi * eps**2
    angle = np.arccos(min(0.5 / eps, 1.0))
    overlap = max(2 * eps - 1, 0) * 2 + 2 * (angle * eps**2 - 0.5 * np.sqrt(max(eps**2 - 0.25, 0)))
    assert grown(outline, eps).area() == pytest.approx(2 * each - overlap, abs=1e-8)


@pytest.mark.parametrize("eps", [0.05, 0.25, 0.6])
@pytest.mark.parametrize("seed", range(5))
def test_sets_point_by_point(seed: int, eps: float) -> None:
    """Polygons tell how far points are from the edge (their own offsets are not to be relied on)."""
    held, points = random_sets(seed), np.random.default_rng(seed).uniform(-4, 4, (1000, 2))
    outline, inside = held.outline(20), held.contains(points)
    distance = shapely.distance(shapely.points(points), polygon(held).boundary)
    clear = np.abs(distance - eps) > 1e-3
    for found, known in (
        (shrunk(outline, eps), inside & (distance > eps)),
        (grown(outline, eps), inside | (distance <= eps)),
    ):
        fine = found.divided(np.full(len(found.points), 16))
        assert (Chords(fine).winding(points)[clear] == known[clear]).all()


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_what_is_grown_joins_what_its_parts_grow_to(seed: int) -> None:
    held, eps = random_sets(seed), 0.3
    boxes = [shapely.box(*b).buffer(eps, quad_segs=QUARTER) for b in held.boxes]
    discs = [polygon(SetUnion(np.array([[x, y, r + eps]]), np.empty((0, 4)))) for x, y, r in held.discs]
    area = shapely.union_all([*boxes, *discs]).area
    assert grown(held.outline(20), eps).area() == pytest.approx(area, abs=1e-5)


@pytest.mark.parametrize(("alpha", "beta", "eps"), [(0.3, 0.5, 0.2), (0.0, 0.0, 0.5), (0.3, 1.5, 1.0)], ids=str)
def test_about_a_centre(alpha: float, beta: float, eps: float) -> None:
    problem = regimes.concentric(dim=2)
    found, known = (adversarial_risk(problem, alpha, beta, eps, route=r) for r in ("plane", "radial"))
    assert abs(found.value - known.value) <= found.error + known.error < 1e-8


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_the_edges_of_two_discs(unit: float) -> None:
    """Without noise: an annulus on both sides of each."""
    problem = DomainProblem(2, (Ball((3.0 * unit, -unit), unit), Ball((0.0, 0.0), 0.5 * unit)))
    found = adversarial_risk(problem, 0.0, 0.0, 0.25 * unit)
    known = sum((r + 0.25) ** 2 - (r - 0.25) ** 2 for r in (1.0, 0.5))
    assert abs(found.value - np.pi * unit**2 * known) <= found.error <= 1e-8 * unit**2


def mixture(seed: int) -> MixtureProblem:
    """Round numbers, as people type them."""
    rng = np.random.default_rng(seed)
    classes: list[list[Component]] = [[], []]
    for k in range(int(rng.integers(2, 5))):
        tilt, (first, second) = float(rng.choice([0.0, 0.3, -0.4])), rng.choice([0.5, 1.0, 2.0], 2).tolist()
        mean = tuple(rng.normal(0, 2, 2).round(1).tolist())
        classes[k % 2].append(Component(Gaussian(mean, cov=((first, tilt), (tilt, second)))))
    return MixtureProblem(0.5, 2, tuple(classes[0]), tuple(classes[1]))


def sets(seed: int) -> DomainProblem:
    """A disc and a box in a finite domain."""
    rng = np.random.default_rng(seed)
    low, center = rng.uniform(-2, 0, 2).round(1), tuple(rng.uniform(-1, 1, 2).round(1).tolist())
    inside = (Ball(center, 0.5), Box(tuple(low.tolist()), tuple((low + 1.5).tolist())))
    return DomainProblem(2, inside, (-3.0, -3.0), (3.0, 3.0), training=Training(rule="regression"))


def draw(problem: Problem, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points and their classes; every component of a class is as likely."""
    if isinstance(problem, DomainProblem):
        x = rng.uniform(-3, 3, (count, 2))
        held = SetUnion(*(np.array([v]) for v in disc_and_box(problem)))
        return x, held.contains(x)
    labels, x = rng.random(count) < problem.prior, np.empty((count, 2))
    for k in range(count):
        law = rng.choice(np.array(problem.class1 if labels[k] else problem.class0, dtype=object)).law
        x[k] = rng.multivariate_normal(law.mean, law.cov)
    return x, labels


def disc_and_box(problem: DomainProblem) -> tuple[list[float], list[float]]:
    disc, box = problem.inside
    assert isinstance(disc, Ball)
    assert isinstance(box, Box)
    return [*disc.center, disc.radius], [*box.low, *box.high]


def attacked(problem: Problem, alpha: float, beta: float, eps: float, count: int, seed: int) -> float:
    """The share of draws that some attack within eps moves to where the vote is wrong: radii and directions tried."""
    x, labels = draw(problem, count, np.random.default_rng(seed))
    normal = normal_form(problem)
    plane = reduce(normal)
    assert isinstance(plane, Plane)
    region = plane.train(np.array([alpha / normal.length])).region
    angle = np.linspace(0, 2 * np.pi, DIRECTIONS + 1)[:-1]
    moves = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    at = np.concatenate([x] + [x + share * eps * move for share in (0.5, 1.0) for move in moves])
    at = (at - normal.center) / normal.length
    if beta == 0:
        votes = region.contains(at[None])[0]
    else:
        votes = plane.vote(region, np.zeros(len(at), int), np.full(len(at), beta / normal.length), at)[0] >= 0.5
    return float((votes.reshape(-1, count) != labels).any(axis=0).mean())


CASES = [(mixture, 0.3, 0.5, 0.25), (mixture, 0.0, 1.0, 0.5), (mixture, 0.5, 0.0, 1.0), (sets, 0.3, 0.5, 0.25)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("made", "alpha", "beta", "eps"), [*CASES, (sets, 0.0, 0.5, 0.5)])
def test_attacks_tried_one_by_one(
    made: Callable[[int], Problem], alpha: float, beta: float, eps: float, seed: int
) -> None:
    problem, count = made(seed), 1500
    found = adversarial_risk(problem, alpha, beta, eps)
    clean = clean_risk(problem, alpha, beta)
    assert found.error < 1e-7
    assert found.value >= clean.value - clean.error - found.error
    if beta:
        certified = certified_risk(problem, alpha, beta, eps)
        assert found.value <= certified.value + certified.error + found.error
    spread = np.sqrt(max(found.value * (1 - found.value), 1e-3) / count)
    assert abs(attacked(problem, alpha, beta, eps, count, seed) - found.value) < 4 * spread


def test_units_and_places() -> None:
    def typed(unit: float, place: float) -> MixtureProblem:
        laws = [Gaussian((place + unit * x, place), unit * s) for x, s in ((0.0, 1.0), (2.0, 0.5), (1.0, 2.0))]
        return MixtureProblem(0.4, 2, (Component(laws[0]),), (Component(laws[1]), Component(laws[2])))

    one = adversarial_risk(typed(1.0, 0.0), 0.3, 0.5, 0.25)
    for unit, place in ((1e-6, 0.0), (1e6, 0.0), (1.0, 1000.0)):
        other = adversarial_risk(typed(unit, place), 0.3 * unit, 0.5 * unit, 0.25 * unit)
        assert abs(one.value - other.value) <= one.error + other.error
