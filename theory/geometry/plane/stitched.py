"""Level sets of the votes from tubes along smooth boundaries and from squares about the rest of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import log_ndtr

from theory.arrays import Array
from theory.geometry.plane.curve import Curve
from theory.geometry.plane.level import Refinement
from theory.geometry.plane.outline import Outline
from theory.geometry.plane.rims import closed
from theory.geometry.plane.seams import Seams
from theory.geometry.plane.tracing import trace
from theory.geometry.plane.tubes import Tubes, tubes
from theory.geometry.plane.votes import VoteField
from theory.geometry.plane.window import Window

# Stretches without a tube are looked at in so many places.
SEEN = 16


def stitched(
    base: Outline, exact: bool, window: Window, beta: float, tail: float, quantile: float, level: Refinement
) -> Outline | None:
    """The outline of {u >= 1 - tail} in a window, None where most of the boundary is not smooth on the scale of beta.

    base: the boundary of the base classifier; exact, or smooth and drawn to the accuracy of the level. quantile: of
    1 - tail.
    """
    if not len(base.points):
        return None
    curve = Curve.of(base, exact)
    if not curve.even:
        return None
    reach = beta * math.sqrt(-2 * float(log_ndtr(-abs(quantile))))
    found = tubes(curve, window, beta, quantile, reach, level.accuracy)
    if curve.lengths(found.left).sum() > curve.lengths(found.along).sum():
        return None
    rest = curve.on(found.left.panel, found.left.places(np.linspace(-1, 1, SEEN)))[0].reshape(-1, 2)
    near = _resolved(curve, found, window, rest, reach + beta, beta)
    field = VoteField(replace(near, outside=base.outside), beta, tail, level)
    points, steps, stuck = found.points, found.steps, np.empty((0, 3))
    if len(rest):
        traced = trace(field, field.squares(window, rest), beta, level)
        traced = Seams.of(curve, found, beta).clipped(traced, reach, beta)
        points, steps = np.concatenate([points, traced.points]), np.concatenate([steps, traced.steps])
        stuck = traced.stuck
    return closed(Outline(points, steps, stuck=stuck), window, lambda at: field.value(at) >= 0)


def _resolved(curve: Curve, found: Tubes, window: Window, rest: Array, margin: float, beta: float) -> Outline:
    """The curve, in panels that are short where votes are asked for: about `rest` (N, 2) and the edge of the window."""
    whole = found.all
    center, radius = curve.discs(whole)
    middle = np.stack([center.real, center.imag], axis=1)
    away = np.abs(window.half - np.abs(middle - window.center).max(axis=1)) - radius
    if len(rest):
        away = np.minimum(away, cKDTree(rest).query(middle)[0] - radius - margin)
    return curve.outline(whole).resolved(beta, away)
