"""Level sets along smooth boundaries as offsets of these: the votes at their nodes, areas, and few panels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from theory.geometry.plane.level import LEVELS
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import closed
from theory.geometry.plane.sets import SetUnion
from theory.geometry.plane.shapes import vote_field
from theory.geometry.plane.squares import fitting, settle
from theory.geometry.plane.stitched import stitched
from theory.geometry.plane.tracing import LEAST, drawn
from theory.geometry.plane.window import Window

LEVEL = LEVELS[2]
WINDOW = Window(0.03, 0.02, 4.0)
# Two discs that overlap, one apart from them by little, and a box that touches.
DISCS = np.array([[0.0, 0.0, 1.0], [1.5, 0.2, 0.8], [-1.06, 1.06, 0.45]])
SETS = SetUnion(DISCS, np.array([[-1.0, -2.0, 1.0, -1.0]]))


def by_squares(base: Outline, beta: float, tail: float) -> Outline:
    """The level set with squares along all of the boundary."""
    field = vote_field(base, WINDOW, beta, tail, LEVEL)
    leaves = settle(field, fitting(field, *field.squares(WINDOW)), LEAST * beta, LEVEL.accuracy)
    return closed(drawn(leaves, LEVEL), WINDOW, lambda at: field.value(at) >= 0)


@pytest.mark.parametrize("quantile", [-2.0, 0.0, 1.0])
@pytest.mark.parametrize("beta", [0.003, 0.01])
def test_areas_are_those_of_squares_all_along(beta: float, quantile: float) -> None:
    """Corners, a narrow passage and a place of contact are left to squares; both routes meet them alike."""
    base, tail = SETS.outline(LEVEL.nodes), float(ndtr(-quantile))
    found = stitched(base, True, WINDOW, beta, tail, quantile, LEVEL)
    assert found is not None
    want = by_squares(base, beta, tail)
    assert found.area() == pytest.approx(want.area(), abs=1e-8)
    assert found.lengths.sum() == pytest.approx(want.lengths.sum(), abs=1e-6)


@pytest.mark.parametrize("quantile", [-3.0, 0.0, 1.5])
def test_the_edge_of_a_disc_moves_by_its_curvature(quantile: float) -> None:
    """At depth e in a circle of radius 1 the share is Phi(e / beta) - beta phi(e / beta) / 2."""
    disc = SetUnion(np.array([[0.0, 0.0, 1.0]]), np.empty((0, 4)))
    beta = 1e-4
    found = stitched(disc.outline(LEVEL.nodes), True, WINDOW, beta, float(ndtr(-quantile)), quantile, LEVEL)
    assert found is not None
    radius = np.hypot(found.points[..., 0], found.points[..., 1])
    np.testing.assert_allclose(radius, 1 - beta * quantile - 0.5 * beta**2, atol=20 * beta**3)


def test_panels_grow_in_number_like_the_logarithm_of_the_noise() -> None:
    """Of corners and of a passage; where boundaries touch they grow like the root of 1 / beta."""
    base, counts = SetUnion(DISCS, np.empty((0, 4))).outline(LEVEL.nodes), []
    for beta in (1e-2, 1e-3, 1e-4):
        found = stitched(base, True, WINDOW, beta, 0.5, 0.0, LEVEL)
        assert found is not None
        counts.append(len(found.points))
    assert max(counts) < 1.5 * counts[0]
