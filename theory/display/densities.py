"""The densities of the two classes along a line, as a picture: the coordinate of problems that have one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from theory.arrays import Array
from theory.display.axes import COLOURS, LINES, Axes, key, line_sample
from theory.display.digits import number
from theory.geometry.line import masses
from theory.geometry.piece import Piece, piece
from theory.geometry.radial import shells
from theory.geometry.radial.radial import Radial
from theory.problems.components import marginal, weighted
from theory.problems.problem import MixtureProblem
from theory.risks.pipeline import train

# Of the marks of unbounded laws, those between which they are drawn: 4 standard deviations, 10 diversities.
CENTRAL = slice(3, 8)
# Places at which densities are evaluated: over the whole window, and in all between the marks of components.
EVENLY, AROUND = 400, 4000
# Of more components, or of covariance matrices of more rows, there is no picture: it would take seconds.
MOST_COMPONENTS, MOST_ROWS, MOST_NUMBERS = 200, 100, 4_000_000


@dataclass(frozen=True)
class Abscissa:
    """Components along one coordinate; radially a distance less `reference`. name: of the coordinate."""

    pieces: tuple[Piece, ...]
    name: str
    reference: Array | None = None
    dim: int = 1

    def marks(self, part: Piece) -> Array:
        """Places between which the density of a component is smooth, without its far tails."""
        if self.reference is None:
            found = masses.marks((part,), 1)[0]
        else:
            found = shells.marks((part,), self.dim, self.reference)[0]
        return np.sort(found[CENTRAL] if part.law in ("gaussian", "laplace") else found)

    def density(self, label: int, x: Array) -> Array:
        """Density of a class, whose mass is 1, at x (m,)."""
        parts = tuple(p for p in self.pieces if p.label == label)
        total = sum(p.weight for p in parts)
        if self.reference is None:
            return masses.density(parts, x[None, :])[0] / total
        return shells.density(parts, self.dim, self.reference, x[None, :])[0] / total


def coordinate(problem: MixtureProblem) -> Abscissa | None:
    """The coordinate along which a problem varies: the line itself, or that of its exact reduction, if there is one."""
    parts = problem.class0 + problem.class1
    laws = [part.law for part in parts]
    rows = max((len(cov) for law in laws if (cov := getattr(law, "cov", None)) is not None), default=0)
    if len(parts) > MOST_COMPONENTS or rows > MOST_ROWS or len(parts) * problem.dim > MOST_NUMBERS:
        return None
    if problem.dim == 1:
        shapes = [(label, weight, *marginal(law, 1)) for label, weight, law in weighted(problem)]
        return Abscissa(tuple(piece(k, kind, c[0], s[0], w) for k, w, kind, c, s in shapes), "x")
    try:
        classifier = train(problem, 0.0)
        geometry, base = classifier.geometry, classifier.base
    except (ValueError, ArithmeticError):
        return None
    if geometry.route in ("plane", "axial"):
        return None
    pieces = tuple(p.at(np.zeros(1, np.intp)) for p in base.pieces)
    pieces = tuple(piece(p.label, p.law, np.ravel(p.center)[0], np.ravel(p.scale)[0], p.weight) for p in pieces)
    if not isinstance(geometry, Radial):
        return Abscissa(pieces, "position along the direction in which the classes differ")
    reference = float(base.region.reference[0])
    less = f" - {number(reference)}" if reference else ""
    return Abscissa(pieces, f"distance from the centre{less}", np.array([reference]), problem.dim)


def density_picture(held: Abscissa) -> str:
    """Both densities over the window that holds them, with point masses as spikes; "" where floats do not suffice."""
    spread = [held.marks(p) for p in held.pieces if p.law != "point"]
    points = [p for p in held.pieces if p.law == "point"]
    window = _window(spread, np.array([float(p.center) for p in points]))
    if window is None:
        return ""
    x = _places(spread, *window)
    heights = {label: held.density(label, x) for label in (0, 1)}
    top = max(float(height.max(initial=0.0)) for height in heights.values()) if spread else 1.0
    axes = Axes((window[0], 0.0), (window[1], 1.06 * top))
    if not (axes.usable and all(np.isfinite(height).all() for height in heights.values())):
        return ""
    drawn = [_curve(axes, x, heights[label], label) for label in (0, 1) if heights[label].any()]
    drawn += [_spike(axes, held, p, top) for p in points]
    words = [(line_sample(label), f"class {label}") for label in (0, 1)]
    if points:
        words.insert(0, ('<circle cx="18" cy="5" r="3"/>', "point: height is its share"))
    upwards = "density" if spread else "mass"
    return axes.svg(axes.inside("".join(drawn)), held.name, upwards, key(axes.right, words))


def _window(spread: list[Array], points: Array) -> tuple[float, float] | None:
    everything = np.concatenate([*spread, points])
    if not np.isfinite(everything).all():
        return None
    low, high = float(everything.min()), float(everything.max())
    margin = 0.04 * (high - low) or max(abs(low), 1.0)
    return low - margin, high + margin


def _places(spread: list[Array], low: float, high: float) -> Array:
    """Places dense enough for every component, and both sides of every mark, where uniform densities jump."""
    count = max(AROUND // max(sum(map(len, spread)), 1), 3)
    grids = [np.linspace(a, b, count) for marks in spread for a, b in pairwise(marks)]
    edges = [np.nextafter(marks, side * np.inf) for marks in spread for side in (-1, 1)]
    return np.unique(np.clip(np.concatenate([np.linspace(low, high, EVENLY), *grids, *edges]), low, high))


def _curve(axes: Axes, x: Array, height: Array, label: int) -> str:
    points = np.stack([x, height], axis=1)
    return axes.polyline(points[_telling(axes.pixels(points))], label, f' class="class{label}"')


def _telling(pixels: Array) -> Array:
    """Of points in the order of x those that show: the first, last, lowest and highest of every two pixels."""
    column = np.floor(pixels[:, 0] / 2)
    starts = np.flatnonzero(np.diff(column, prepend=-np.inf))
    kept = []
    for first, after in zip(starts.tolist(), [*starts[1:].tolist(), len(column)], strict=True):
        y = pixels[first:after, 1]
        kept += [first, first + int(y.argmin()), first + int(y.argmax()), after - 1]
    return np.unique(kept)


def _spike(axes: Axes, held: Abscissa, part: Piece, top: float) -> str:
    total = sum(p.weight for p in held.pieces if p.label == part.label)
    at = float(part.center)
    ends = axes.pixels(np.array([[at, 0.0], [at, top * part.weight / total]]))
    (x, foot), (_x, tip) = ends.tolist()
    colour = LINES[part.label]
    return (
        f'<path d="M{x:.2f} {foot:.2f}V{tip:.2f}" fill="none" {colour} stroke-width="1.6"/>'
        f'<circle cx="{x:.2f}" cy="{tip:.2f}" r="3" fill="{COLOURS[part.label]}"/>'
    )
