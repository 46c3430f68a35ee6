"""What happens at one pair of noises, as curves along a line or a distance, or as fields over a plane, to be drawn.

Votes and regions are exact; densities are drawn and enter no number. `profile` picks the form by the geometry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import ncx2

from figures import densities
from figures.densities import compares_labels
from theory.arrays import Array
from theory.errors import NoExactRoute
from theory.geometry.piece import Piece
from theory.problems.problem import Ball, DomainProblem, Problem, as_vector
from theory.risks.pipeline import BaseClassifier, SmoothedClassifier, smooth, train

LINE, DISTANCE, PLANE, HALF_PLANE = "line", "distance", "plane", "half-plane"
# Points of a curve, and along either side of a field; in the half-plane of an axis a vote takes a millisecond.
POINTS, FIELD_POINTS, AXIAL_POINTS = 400, 101, 41
# How far components are shown, in their scales.
REACH = 3.2
# Radii of a ball over which its noisy density is averaged.
SHELLS = 60


def profile(problem: Problem, alpha: float, beta: float) -> xr.Dataset:
    """The pipeline at (alpha, beta), and without training noise, by the attribute `kind`.

    line, distance: over `x`, the coordinate or the distance from the centre: `seen` (noise, label), what training sees
    of each class; `base` and `smoothed` (noise), the regions; `vote` (noise); `data` (label), the density of the data,
    its share included. Where there are point masses the densities are without them.
    plane, half-plane: over `y` and `x`, points of the plane, or distances from an axis over places along it: `base`,
    `smoothed` and `vote` (noise); and the boundaries as points, "base 0", "base 1", "smoothed 0" and "smoothed 1".

    Raises:
        NoExactRoute: no geometry answers for the problem.
    """
    voted = [smooth(train(problem, noise), beta) for noise in (0.0, alpha)]
    route = voted[0].classifier.geometry.route
    if route in ("plane", "axial"):
        return _fields(voted, alpha, beta)
    radial = bool(np.isfinite(voted[0].classifier.region.floor).any())
    kind = DISTANCE if radial else LINE
    both = [_placed(problem, v.classifier, radial) for v in voted]
    pieces = both[1]
    origins = [_origin(v.classifier) for v in voted]
    regions = [
        part.ends[0] + o for v, o in zip(voted, origins, strict=True) for part in (v.region, v.classifier.region)
    ]
    breaks = np.concatenate(regions)
    x = _grid(pieces, breaks, kind, problem.dim)
    data = np.stack([_of_data(problem, pieces, x, label, kind) for label in (0, 1)])
    if compares_labels(problem):
        seen = [np.stack([_of_data(problem, held, x, label, kind) for label in (0, 1)]) for held in both]
    else:
        noisy = zip(both, (0.0, alpha), strict=True)
        seen = [np.stack([_density(problem, p, noise, x, label, kind) for label in (0, 1)]) for p, noise in noisy]
    dims = ("noise", "x")
    variables = {
        "seen": (("noise", "label", "x"), np.stack(seen)),
        "base": (dims, np.stack([_inside(v.classifier, x - o) for v, o in zip(voted, origins, strict=True)])),
        "vote": (dims, np.stack([v.vote_along(x - o) for v, o in zip(voted, origins, strict=True)])),
        "smoothed": (dims, np.stack([_inside(v, x - o) for v, o in zip(voted, origins, strict=True)])),
        "data": (("label", "x"), data),
    }
    return xr.Dataset(variables, {"noise": [0.0, alpha], "label": [0, 1], "x": x}, {"kind": kind})


def _origin(classifier: BaseClassifier) -> float:
    """Where the coordinate of a region begins: distances may be told from a sphere, lest rounding lose them."""
    reference = classifier.region.reference
    return 0.0 if reference is None else float(reference[0])


def _inside(classifier: SmoothedClassifier | BaseClassifier, x: Array) -> Array:
    return np.asarray(classifier.region.contains(x[None, :])[0], float)


def _placed(problem: Problem, classifier: BaseClassifier, radial: bool) -> tuple[Piece, ...]:
    """The components along the coordinate of a classifier. Of two scales the centre moves with the training noise; all
    components of a class are equally far from it."""
    pieces = tuple(classifier.base.pieces)
    if not radial or isinstance(problem, DomainProblem) or classifier.center is None:
        return pieces
    laws = problem.class0[0].law, problem.class1[0].law
    means = [as_vector(getattr(law, "center" if isinstance(law, Ball) else "mean"), problem.dim) for law in laws]
    away = [float(np.linalg.norm(mean - classifier.center)) for mean in means]
    return tuple(replace(item, center=away[item.label]) for item in pieces)


def _grid(pieces: tuple[Piece, ...], breaks: Array, kind: str, dim: int) -> Array:
    """Increasing positions that show every component, with both sides of every edge and break."""
    ends = []
    for item in pieces:
        center, scale = float(np.ravel(item.center)[0]), float(np.ravel(item.scale)[0])
        if kind == LINE:
            reach = densities.REACH.get(item.law, 1.0) * scale
            ends += [center - reach, center + reach]
        elif item.law == "gaussian":
            middle, spread = np.sqrt(center**2 + dim * scale**2), scale * REACH
            ends += [max(middle - spread, 0.0), middle + spread]
        else:
            ends += [0.0, center + 1.5 * scale]
    finite = breaks[np.isfinite(breaks)]
    low, high = min(ends), max(ends)
    if kind == DISTANCE and low < 0.2 * high:
        low = 0.0
    margin = 0.1 * (high - low) or 1.0
    near = finite[(finite > low - 5 * margin) & (finite < high + 5 * margin)]
    low, high = min([low, *near - margin]), max([high, *near + margin])
    low = max(low, 0.0) if kind == DISTANCE else low
    edges = [
        c + s * w
        for p in pieces
        if p.law != "gaussian"
        for c, w in [(np.ravel(p.center)[0], np.ravel(p.scale)[0])]
        for s in (-1, 1)
    ]
    jumps = np.concatenate([np.asarray(edges, float), near])
    jumps = jumps[(jumps > low) & (jumps < high)]
    return np.unique(np.concatenate([np.linspace(low, high, POINTS), np.nextafter(jumps, -np.inf), jumps]))


def _of_data(problem: Problem, pieces: tuple[Piece, ...], x: Array, label: int, kind: str) -> Array:
    """The density of the data of one class; in an infinite background where the class is."""
    background = isinstance(problem, DomainProblem) and problem.infinite
    raw = _density(problem, pieces, 0.0, x, 1 if background else label, kind)
    return 1.0 - np.minimum(raw, 1.0) if background and label == 0 else raw


def _density(problem: Problem, pieces: tuple[Piece, ...], alpha: float, x: Array, label: int, kind: str) -> Array:
    """The share of a class times its density after training noise; labelled balls in space count as 1 inside."""
    dense = tuple(item for item in pieces if item.law not in ("point", "measure"))
    if kind == LINE:
        return densities.noised(dense, problem.training.noise, alpha, x, label)
    total = np.zeros_like(x)
    for item in pieces:
        if item.label != label or item.law == "point":
            continue
        center, scale = float(np.ravel(item.center)[0]), float(np.ravel(item.scale)[0])
        if item.law == "measure":
            total += x <= scale
        elif item.law == "gaussian":
            total += float(item.weight) * _chi(x, center, float(np.hypot(scale, alpha)), problem.dim)
        else:
            total += float(item.weight) * _ball(x, scale, alpha, problem.dim)
    return total


def _chi(x: Array, center: float, scale: float, dim: int) -> Array:
    """The density of |c + scale Z| at distances x, averaged between neighbours: exact masses by their distances."""
    middles = np.concatenate([x[:1], 0.5 * (x[1:] + x[:-1]), x[-1:]])
    masses = np.diff(ncx2.cdf((middles / scale) ** 2, dim, (center / scale) ** 2))
    width = np.diff(middles)
    spaced = width > 1e-9 * (x[-1] - x[0])
    return np.interp(x, x[spaced], masses[spaced] / width[spaced])


def _ball(x: Array, radius: float, alpha: float, dim: int) -> Array:
    """The density of the distance of a uniform point of a ball, after noise."""
    if alpha == 0:
        return np.where(x <= radius, dim * (x / radius) ** (dim - 1) / radius, 0.0)
    shells = radius * ((np.arange(SHELLS) + 0.5) / SHELLS) ** (1 / dim)
    return np.mean([_chi(x, shell, alpha, dim) for shell in shells], axis=0)


def _fields(voted: list[SmoothedClassifier], alpha: float, beta: float) -> xr.Dataset:
    """Regions and votes over the plane, or over the half-plane of an axis."""
    axial = voted[0].classifier.geometry.route == "axial"
    outlines = {
        f"{name} {noise}": _joined(part.region.curves())
        for noise, v in enumerate(voted)
        for name, part in (("base", v.classifier), ("smoothed", v))
    }
    low, high = _window(voted[0].classifier, np.concatenate(list(outlines.values())), beta, axial)
    count = AXIAL_POINTS if axial else FIELD_POINTS
    x, y = (np.linspace(a, b, count) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    shape = (count, count)

    def over(values: list[Array]) -> Array:
        return np.stack([np.asarray(part, float).reshape(shape) for part in values]).astype(np.float32)

    variables: dict[str, Any] = {
        "base": (("noise", "y", "x"), over([v.classifier.region.contains(points)[0] for v in voted])),
        "smoothed": (("noise", "y", "x"), over([v.region.contains(points)[0] for v in voted])),
        "vote": (("noise", "y", "x"), over([np.clip(v.vote_along(points), 0, 1) for v in voted])),
    }
    variables |= {name: ((f"{name} point", "xy"), curve) for name, curve in outlines.items()}
    kind = HALF_PLANE if axial else PLANE
    return xr.Dataset(variables, {"noise": [0.0, alpha], "x": x, "y": y}, {"kind": kind})


def _joined(curves: Iterable[Array]) -> Array:
    """Closed curves as one array (n, 2), with a row of NaN behind each."""
    gap = np.full((1, 2), np.nan)
    return np.concatenate([np.empty((0, 2)), *(np.concatenate([c, c[:1], gap]) for c in map(np.asarray, curves))])


def _window(classifier: BaseClassifier, outlines: Array, beta: float, axial: bool) -> tuple[Array, Array]:
    """Two corners of a square that holds the components; or, where their moments are not known, the boundaries."""
    found = [getattr(item, "moments", None) for item in getattr(classifier.base, "pieces", ())]
    known = [part for part in found if part is not None]
    if known and len(known) == len(found):
        ends = [mean + side * REACH * np.sqrt(np.diag(cov)) for mean, cov in known for side in (-1, 1)]
        points = np.array(ends) * classifier.normal.length
        points += np.broadcast_to(classifier.normal.center, 2) if classifier.placed else 0.0
        margin = 0.0
    else:
        points, margin = outlines[np.isfinite(outlines).all(axis=1)], 1.5 * beta
    if not len(points):
        raise NoExactRoute("every classifier is constant here: there are no boundaries to draw")
    low, high = points.min(axis=0), points.max(axis=0)
    half, middle = 0.5 * float((high - low).max()) + margin, 0.5 * (low + high)
    low, high = middle - half, middle + half
    return (np.array([low[0], 0.0]), np.array([high[0], 2 * half])) if axial else (low, high)
