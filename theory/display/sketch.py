"""Sketches of the plane: components of two classes, a labelled domain, a region; and strips of intervals of a line."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from theory.arrays import Array
from theory.display.axes import BLUE, COLOURS, LINES, TOP, Axes, key, line_sample
from theory.problems.components import marginal
from theory.problems.low_rank import LowRank
from theory.problems.problem import Ball, Box, Gaussian, Laplace, Law, MixtureProblem, Point, Set, Uniform, as_vector

# Of more outlines there is no sketch. Corners of a round one, fewer where there are many, and of all together.
MOST_OUTLINES, CORNERS, MOST_CORNERS = 2500, 72, 20_000
# The longer side of a sketch in pixels, and the shorter one where the plane is much longer than wide.
LONGEST, SHORTEST = 300, 60
# Height of a strip and of the space below it.
STRIP, APART = 16, 6
# Fills of the two classes, opaque, for sets may overlap; and what the legend says of them.
FILLS = ("#F6CDAE", "#6CB0DC")
SAMPLES = [f'<path d="M2 0H22V10H2Z" fill="{fill}"/>' for fill in FILLS]
CLASSES = ((SAMPLES[0], "class 0"), (SAMPLES[1], "class 1"))
LABELS = ((SAMPLES[0], "Y = 0"), (SAMPLES[1], "Y = 1"))


def plane_axes(low: Array, high: Array, margin: float = 0.08) -> Axes:
    """A window around [low, high] with one scale on both axes."""
    size = high - low
    least = float(size.max()) * SHORTEST / LONGEST or max(float(np.abs(low).max()), 1.0)
    wide = np.maximum(size, least) * (1 + 2 * margin)
    middle = low + size / 2
    start, stop = middle - wide / 2, middle + wide / 2
    width, height = wide / wide.max() * LONGEST if np.isfinite(wide).all() else np.full(2, float(LONGEST))
    corners = [(float(v[0]), float(v[1])) for v in (start, stop)]
    return Axes(corners[0], corners[1], max(round(float(width)), SHORTEST), max(round(float(height)), SHORTEST))


def outline(law: Law | Set, corners: int = CORNERS) -> Array:
    """What of a law or a set is drawn, as a closed polygon (m, 2): a Gaussian's ellipse at one standard deviation, a
    Laplace law's diamond at one diversity, the edge of a uniform law or a set; of a point the point."""
    turn = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    match law:
        case Gaussian(cov=tuple() | LowRank() as cov):
            root = np.sqrt(np.diag(np.array(cov)))
            correlation = np.array(cov) / root[:, None] / root
            return as_vector(law.mean, 2) + circle @ np.linalg.cholesky(correlation).T * root
        case Gaussian(scale=float() | tuple() as scale):
            return as_vector(law.mean, 2) + circle * as_vector(scale, 2)
        case Laplace():
            diamond = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
            return as_vector(law.mean, 2) + diamond * as_vector(law.scale, 2)
        case Uniform() | Box():
            (a, c), (b, d) = as_vector(law.low, 2).tolist(), as_vector(law.high, 2).tolist()
            return np.array([[a, c], [b, c], [b, d], [a, d]])
        case Ball():
            return as_vector(law.center, 2) + circle * law.radius
        case Point():
            return as_vector(law.mean, 2)[None, :]
    raise TypeError(f"no outline for {type(law).__name__}")


def components_picture(problem: MixtureProblem) -> str:
    """Outlines of the components of a problem in the plane, with a dot at each mean."""
    parts = [(label, part.law) for label, side in ((0, problem.class0), (1, problem.class1)) for part in side]
    if len(parts) > MOST_OUTLINES:
        return ""
    corners = min(CORNERS, MOST_CORNERS // len(parts))
    shapes = [(label, outline(law, corners), marginal(law, 2)[1]) for label, law in parts]
    everything = np.concatenate([points for _label, points, _mean in shapes])
    axes = plane_axes(everything.min(axis=0), everything.max(axis=0))
    if not axes.usable:
        return ""
    drawn = []
    for label, points, mean in shapes:
        drawn.append(axes.polygons([points], f'fill="none" {LINES[label]} stroke-width="1.6"'))
        ((x, y),) = axes.pixels(mean[None, :]).tolist()
        drawn.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.5" fill="{COLOURS[label]}"/>')
    legend = key(axes.right, [(line_sample(label), f"class {label}") for label in (0, 1)])
    return axes.svg(axes.inside("".join(drawn)), "x1", "x2", legend)


def sets_picture(sets: Sequence[Set], low: Array | None, high: Array | None) -> str:
    """Labelled sets in the plane over the domain, or over the surroundings of the sets in an infinite background."""
    if len(sets) > MOST_OUTLINES:
        return ""
    curves = [outline(part, min(CORNERS, MOST_CORNERS // len(sets))) for part in sets]
    everything = np.concatenate(curves)
    axes = plane_axes(everything.min(axis=0), everything.max(axis=0), 0.25)
    if low is not None and high is not None:
        axes = plane_axes(low, high, 0.0)
    if not axes.usable:
        return ""
    # Each set in a path of its own, without strokes: where sets overlap, or meet, they are one.
    drawn = _all(axes) + "".join(axes.polygons([curve], f'fill="{FILLS[1]}"') for curve in curves)
    legend = key(axes.right, LABELS)
    return axes.svg(axes.inside(drawn), "x1", "x2", legend)


def region_picture(curves: Sequence[Array], complement: bool, window: tuple[Array, Array]) -> str:
    """A region of the plane inside (or outside) closed curves."""
    axes = plane_axes(*window, 0.0)
    if not axes.usable:
        return ""
    corners = np.array([[-9.0, -9.0], [9.0, -9.0], [9.0, 9.0], [-9.0, 9.0]])
    beyond = window[0] + (corners + 1) / 2 * (window[1] - window[0])
    inside = axes.polygons([*curves, beyond] if complement else curves, f'fill="{FILLS[1]}" stroke="{BLUE}"')
    return axes.svg(axes.inside(_all(axes) + inside), "x1", "x2", key(axes.right, CLASSES))


def _all(axes: Axes) -> str:
    (a, c), (b, d) = axes.low, axes.high
    return axes.polygons([np.array([[a, c], [b, c], [b, d], [a, d]])], f'fill="{FILLS[0]}"')


def strips_picture(
    rows: Sequence[Sequence[tuple[float, float]]],
    window: tuple[float, float],
    name: str,
    legend: Sequence[tuple[str, str]] = CLASSES,
) -> str:
    """One strip for each row: intervals of class 1 on class 0, over a window of the coordinate."""
    axes = Axes((window[0], 0.0), (window[1], 1.0), height=len(rows) * (STRIP + APART), tall=False)
    if not axes.usable:
        return ""
    drawn = []
    for row, intervals in enumerate(rows):
        held = np.array([window, *intervals])
        ends = axes.pixels(np.stack([held.ravel(), np.zeros(held.size)], axis=1))[:, 0].reshape(-1, 2)
        # Of thousands of intervals those that fall on the same pixels are drawn once.
        distinct = dict.fromkeys(map(tuple, ends.round(1).tolist()))
        y = TOP + row * (STRIP + APART)
        for k, (start, stop) in enumerate(distinct):
            # A thin interval still shows as a line.
            width = max(stop - start, 0.8)
            place = f'x="{start:.1f}" y="{y:g}" width="{width:.1f}" height="{STRIP}"'
            drawn.append(f'<rect {place} fill="{FILLS[min(k, 1)]}"/>')
    return axes.svg(axes.inside("".join(drawn)), name, "", key(axes.right, legend))


def around(places: Array) -> tuple[float, float]:
    """A window around places of a line, wider than they are."""
    low, high = float(places.min()), float(places.max())
    margin = 0.35 * (high - low) or max(abs(low), 1.0)
    return low - margin, high + margin
