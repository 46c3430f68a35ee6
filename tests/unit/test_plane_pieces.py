"""The parts of the plane, one by one: areas, masses, winding numbers, vote fields, coarser panels, roots."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import ncx2

from theory.arrays import Array
from theory.geometry.plane import chebyshev
from theory.geometry.plane.common import common_area
from theory.geometry.plane.covers import SetCover
from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline, gaussian_mass, rule
from theory.geometry.plane.redrawn import redrawn
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.votes import VoteField
from theory.geometry.plane.winding import Chords
from theory.numerics.cubature import apply

shapely = pytest.importorskip("shapely")

NONE = np.empty((0, 3))
FINE = 4000
SINGLE_BOX = SetUnion(NONE, np.array([[0.0, 0.0, 1.0, 2.0]]))


def polygon(held: SetUnion) -> shapely.Geometry:
    """The union by polygons of FINE sides of the same area as the discs."""
    angle = 2 * np.pi * np.arange(FINE) / FINE
    fit = np.sqrt(2 * np.pi / FINE / np.sin(2 * np.pi / FINE))
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * fit
    parts = [shapely.Polygon(circle * r + (x, y)) for x, y, r in held.discs]
    parts += [shapely.box(*b) for b in held.boxes]
    whole = shapely.union_all(parts)
    return whole if held.clip is None else whole.intersection(shapely.box(*held.clip))


def random_sets(seed: int) -> SetUnion:
    rng = np.random.default_rng(seed)
    discs = np.column_stack([rng.uniform(-2, 2, (4, 2)), rng.uniform(0.2, 1.2, 4)])
    low = rng.uniform(-2, 2, (3, 2))
    boxes = np.column_stack([low, low + rng.uniform(0.2, 2, (3, 2))])
    clip = np.array([-1.8, -1.5, 2.0, 1.7]) if seed % 2 else None
    if seed % 3 == 0:
        discs, boxes = np.concatenate([discs, discs[:1]]), np.concatenate([boxes, boxes[:1]])
    if seed % 4 == 0:
        right = boxes[0, 2]
        boxes = np.concatenate([boxes, [[right, boxes[0, 1], right + 0.5, boxes[0, 3]]]])
    return SetUnion(discs, boxes, clip)


@pytest.mark.parametrize("seed", range(12))
def test_areas_of_unions(seed: int) -> None:
    held = random_sets(seed)
    assert held.area == pytest.approx(polygon(held).area, abs=2e-5)
    far = np.column_stack([np.full(1, 9.0), np.full(1, 0.0)])
    assert held.left_of(far).shape == (1,)


@pytest.mark.parametrize("seed", range(12))
def test_areas_in_common(seed: int) -> None:
    held, other = random_sets(seed), random_sets(seed + 100)
    inner = common_area(other.outline(16), held)
    assert inner == pytest.approx(polygon(held).intersection(polygon(other)).area, abs=4e-5)
    assert common_area(held.outline(16), other) == pytest.approx(inner, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_a_union_has_itself_in_common(seed: int) -> None:
    """Outlines that coincide: nothing may depend on which side rounding puts them."""
    held = random_sets(seed)
    outline = held.outline(16)
    assert common_area(outline, held) == pytest.approx(held.area, abs=1e-8)
    for shift in (1e-15, 1e-12, -1e-10, 1e-6):
        moved = Outline(outline.points + shift, outline.steps)
        assert common_area(moved, held) == pytest.approx(held.area, abs=1e-8 + 40 * abs(shift))


def test_masses_on_boxes() -> None:
    mean, scale = np.array([0.3, 0.7]), np.array([0.8, 0.5])
    want = np.prod(
        [ndtr((b - m) / s) - ndtr((a - m) / s) for a, b, m, s in zip((0, 0), (1, 2), mean, scale, strict=True)]
    )
    for count in (12, 16):
        got = gaussian_mass(SINGLE_BOX.outline(count), mean, np.diag(scale))
        assert got == pytest.approx(want, abs=1e-11)
    outer = Outline(SINGLE_BOX.outline(16).points, -SINGLE_BOX.outline(16).steps, True)
    assert gaussian_mass(outer, mean, np.diag(scale)) == pytest.approx(1 - want, abs=1e-12)


@pytest.mark.parametrize(
    ("radius", "away", "scale"), [(1.0, 0.0, 0.5), (1.0, 1.0, 0.3), (2.0, 3.0, 1.0), (1.0, 5.0, 4.0)]
)
def test_masses_on_discs(radius: float, away: float, scale: float) -> None:
    outline = SetUnion(np.array([[away, 0.0, radius]]), np.empty((0, 4))).outline(16)
    want = ncx2.cdf((radius / scale) ** 2, 2, (away / scale) ** 2) if away else -np.expm1(-0.5 * (radius / scale) ** 2)
    assert gaussian_mass(outline, np.zeros(2), scale * np.eye(2)) == pytest.approx(want, abs=1e-12)


def test_masses_under_reflection() -> None:
    factor = np.array([[0.7, 0.0], [0.2, 0.4]])
    outline = SINGLE_BOX.outline(16)
    other = factor @ np.diag([1.0, -1.0])
    args = np.array([0.2, 0.4])
    assert gaussian_mass(outline, args, factor) == pytest.approx(gaussian_mass(outline, args, other), abs=1e-14)


TOUCHING = SetUnion(np.array([[0.0, 0.0, 1.0], [2.1, 0.3, 1.0]]), np.array([[0.0, 1.0, 1.0, 3.0]]))
GRID = np.stack(np.meshgrid(np.linspace(-2, 4, 25), np.linspace(-2, 4, 25)), axis=-1).reshape(-1, 2)


def test_winding_numbers() -> None:
    at = GRID[np.abs(np.hypot(*GRID.T) - 1) > 0.05]
    chords = Chords(TOUCHING.outline(12).divided(np.full(len(TOUCHING.outline(12).points), 8)))
    off = at + np.array([1e-3, 2e-3])
    np.testing.assert_array_equal(chords.winding(off), TOUCHING.contains(off).astype(float))
    everything = np.arange(len(chords._from))
    np.testing.assert_allclose(chords.winding(at), chords.angles(everything, at), atol=1e-12)
    np.testing.assert_allclose(chords.winding(chords._from), chords.angles(everything, chords._from), atol=1e-12)


def direct(held: SetUnion, at: Array, beta: float) -> Array:
    """u by rows: the noise's mass on the intervals of every row."""
    edges = np.unique(np.concatenate([held.rows, np.linspace(held.rows.min(), held.rows.max(), 40)]))
    nodes, weights = rule(24)
    s = 0.5 * np.pi * nodes
    y = 0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * np.sin(s)
    w = 0.5 * np.diff(edges)[:, None] * np.cos(s) * 0.5 * np.pi * weights
    total = np.zeros(len(at))
    for row, weight in zip(y.ravel(), w.ravel(), strict=True):
        gap = held.discs[:, 2] ** 2 - (row - held.discs[:, 1]) ** 2
        spans = [(x - np.sqrt(g), x + np.sqrt(g)) for x, g in zip(held.discs[:, 0], gap, strict=True) if g > 0]
        spans += [(b[0], b[2]) for b in held.boxes if b[1] <= row <= b[3]]
        reached = -np.inf
        share = np.exp(-0.5 * ((row - at[:, 1]) / beta) ** 2) / (beta * np.sqrt(2 * np.pi)) * weight
        for low, high in sorted(spans):
            if high > reached:
                a, b = ((v - at[:, 0]) / beta for v in (max(low, reached), high))
                total += share * (ndtr(b) - ndtr(a))
                reached = high
    return total


@pytest.mark.parametrize("beta", [0.15, 0.6, 3.0])
def test_votes(beta: float) -> None:
    outline = TOUCHING.outline(16)
    outline = outline.resolved(beta, np.zeros(len(outline.points)))
    field = VoteField(outline, beta, 0.5, LEVELS[3])
    corners = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 3.0], [-0.13, 1.0], [0.5, 1.0], [1.0, 0.0]])
    at = np.concatenate([GRID, corners])
    want = direct(TOUCHING, at, beta) - 0.5
    np.testing.assert_allclose(field.value(at), want, atol=2e-10)
    single = np.concatenate([field.value(p[None]) for p in at[::31]])
    np.testing.assert_allclose(single, want[::31], atol=2e-10)
    half = np.full(len(at), 0.5 * beta)
    held, doubt = field.expand(at, half)
    move = np.array([0.7, -0.9])
    value = np.einsum("i,nij,j->n", chebyshev.basis(move[0], 20).ravel(), held, chebyshev.basis(move[1], 20).ravel())
    assert (np.abs(value - direct(TOUCHING, at + half[:, None] * move, beta) + 0.5) <= doubt + 2e-10).all()


class Rings:
    """(r^2 - 1) (4 - r^2): positive between two circles."""

    def rise(self, points: Array) -> tuple[Array, Array]:
        square = (points**2).sum(axis=1)
        return (square - 1) * (4 - square), 2 * points * (5 - 2 * square)[:, None]


def test_panels_that_are_drawn_again_are_few_and_exact() -> None:
    """From circles in short panels that are off by 1e-4 at most, each by another length."""
    rng = np.random.default_rng(1)
    rings = SetUnion(np.array([[0.0, 0.0, 1.0]]), np.empty((0, 4))).outline(8).divided(np.full(12, 5))
    sides = ((1.0, -1), (2.0, 1))
    points = np.concatenate([r * rings.points * (1 + 1e-4 * rng.uniform(-1, 1, (60, 1, 1))) for r, _ in sides])
    rough = Outline(points, np.concatenate([r * s * rings.steps for r, s in sides]))
    found = redrawn(rough, Rings(), 12, 1e-10, 1.0)
    assert found is not None
    assert len(found.points) <= 40
    radius = np.hypot(found.points[..., 0], found.points[..., 1])
    np.testing.assert_allclose(radius, np.where(radius > 1.5, 2.0, 1.0), atol=1e-12)
    assert found.area() == pytest.approx(3 * np.pi, abs=1e-9)
    assert found.lengths.sum() == pytest.approx(6 * np.pi, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_roots_of_polynomials(seed: int) -> None:
    rng = np.random.default_rng(seed)
    held = rng.normal(size=(30, 2 + seed)) * 0.7 ** np.arange(2 + seed)
    row, at = chebyshev.roots(held)
    for k in range(len(held)):
        want = np.polynomial.chebyshev.chebroots(held[k])
        want = np.sort(want[(np.abs(want.imag) < 1e-12) & (np.abs(want.real) <= 1)].real)
        np.testing.assert_allclose(np.sort(at[row == k]), want, atol=1e-9)


def test_polynomials_of_rounding_have_few_roots() -> None:
    """Flat parts at the level of rounding are not searched to the end."""
    t = chebyshev.nodes(12)
    flat = np.stack([(1 + t) ** 11, 1e-17 * np.sin(50 * t), np.zeros(12)]) @ chebyshev.to_coefficients(12).T
    flat[0, 0] += 1e-17
    row, _ = chebyshev.roots(flat)
    assert len(row) < 1000


@pytest.mark.parametrize("seed", range(20))
def test_typed_sets_that_touch_have_the_area_of_their_rows(seed: int) -> None:
    """Round numbers: edges that touch discs, circles that touch each other, shared edges and corners."""
    rng = np.random.default_rng(seed)
    place = rng.integers(-6, 7, (16, 2)) / 2
    discs = np.column_stack([place[:8], rng.choice([0.5, 1.0], 8)])
    half = rng.choice([0.5, 1.0], (8, 2))
    union = SetUnion(discs, np.concatenate([place[8:] - half, place[8:] + half], axis=1))
    cover = SetCover(union, np.array([-5.0, -5.0, 5.0, 5.0]), True, 1.0)
    rows = apply(lambda patch, at: cover.place(patch, at)[1], cover.cells)[0].sum()
    assert union.outline(12).area() == pytest.approx(rows, abs=1e-7)
    assert union.area == pytest.approx(rows, abs=1e-7)
