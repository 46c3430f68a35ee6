"""Labelled domains: their sets, boxes cut into disjoint ones, the region that X is drawn from. Host side (NumPy)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.laws import Balls, Boxes, LabelledRegion, LawGroup, Sets, Signed
from simulate.montecarlo.laws.levels import Flat, level_of
from simulate.montecarlo.statistics.intervals import rare_tail
from theory.problems.problem import Ball, Box, DomainProblem, Set, as_vector

# The most cells a union of boxes is cut into; overlapping boxes that need more have no closed form here.
MAX_CELLS = 1 << 14
# Chance, at any one point outside the sampled region, that the votes there disagree with the background.
NEGLIGIBLE = 1e-15


class BoxSource(NamedTuple):
    """X is uniform on the box [low, high] that belongs to each beta, Y = 1 on the union of `inside`."""

    low: Numbers  # (number of betas, d)
    high: Numbers
    inside: LabelledRegion


class TooManyCellsError(Exception):
    """Overlapping boxes that are not cut apart. Never leaves this package."""


def _is_box(region: Set, dim: int) -> bool:
    return isinstance(region, Box) or dim == 1


def _box(region: Set, dim: int) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(region, Ball):
        return as_vector(region.center, dim) - region.radius, as_vector(region.center, dim) + region.radius
    return as_vector(region.low, dim), as_vector(region.high, dim)


def boxes_of(problem: DomainProblem) -> Boxes:
    """The labelled boxes, cut off at the edge of a finite domain; on the line balls are boxes."""
    pairs = [_box(region, problem.dim) for region in problem.inside if _is_box(region, problem.dim)]
    low, high = (np.reshape([pair[side] for pair in pairs], (-1, problem.dim)) for side in (0, 1))
    if problem.low is not None and problem.high is not None:
        low = np.maximum(low, as_vector(problem.low, problem.dim))
        high = np.minimum(high, as_vector(problem.high, problem.dim))
    kept = (low < high).all(axis=1)
    return Boxes(low[kept], high[kept])


def sets_of(problem: DomainProblem) -> Sets:
    """All labelled sets, equal balls once."""
    balls = {
        (as_vector(region.center, problem.dim).tobytes(), region.radius): region
        for region in problem.inside
        if isinstance(region, Ball) and problem.dim > 1
    }
    center = np.reshape([as_vector(ball.center, problem.dim) for ball in balls.values()], (-1, problem.dim))
    radius = np.array([ball.radius for ball in balls.values()])
    return Sets(boxes_of(problem), Balls(center, radius), frame_of(problem))


def _grid(boxes: Boxes, frame: Boxes | None) -> tuple[list[np.ndarray], np.ndarray]:
    """Cut points of each axis and, for each cell of their grid, whether the union covers it."""
    corners = [boxes.low, boxes.high] + ([frame.low, frame.high] if frame else [])
    cuts = [np.unique(np.concatenate(corners)[:, axis]) for axis in range(boxes.low.shape[1])]
    cells = math.prod(len(cut) - 1 for cut in cuts)
    if cells > MAX_CELLS and len(cuts) > 1:
        raise TooManyCellsError(f"the union of boxes needs {cells} grid cells, more than {MAX_CELLS}")
    covered = np.zeros([len(cut) - 1 for cut in cuts], dtype=bool)
    for low, high in zip(boxes.low, boxes.high, strict=True):
        ends = zip(cuts, low, high, strict=True)
        covered[tuple(slice(np.searchsorted(c, a), np.searchsorted(c, b)) for c, a, b in ends)] = True
    return cuts, covered


def _runs(cuts: list[np.ndarray], chosen: np.ndarray) -> Boxes:
    """The chosen cells as disjoint boxes, neighbours along the last axis joined."""
    edges = np.diff(chosen.astype(int), axis=-1, prepend=0, append=0)
    first, last = np.argwhere(edges == 1), np.argwhere(edges == -1)
    low = [cut[first[:, axis]] for axis, cut in enumerate(cuts)]
    high = [cut[first[:, axis] + 1] for axis, cut in enumerate(cuts[:-1])] + [cuts[-1][last[:, -1]]]
    return Boxes(np.stack(low, axis=1), np.stack(high, axis=1))


def overlapping(boxes: Boxes) -> bool:
    """Whether any two of the boxes share volume."""
    for i, (low, high) in enumerate(zip(boxes.low, boxes.high, strict=True)):
        if np.any(np.all((boxes.low[:i] < high) & (low < boxes.high[:i]), axis=1)):
            return True
    return False


def disjoint(boxes: Boxes) -> Boxes:
    """Disjoint boxes with the same union.

    Raises:
        TooManyCellsError: overlapping boxes that would need more than MAX_CELLS grid cells.
    """
    if boxes.low.shape[1] > 1 and not overlapping(boxes):
        return boxes
    return _runs(*_grid(boxes, None))


def frame_of(problem: DomainProblem) -> Boxes | None:
    """The finite domain as a box, None for an infinite background."""
    if problem.low is None or problem.high is None:
        return None
    return Boxes(as_vector(problem.low, problem.dim)[None], as_vector(problem.high, problem.dim)[None])


def signed_domain(boxes: Boxes, frame: Boxes, noise: str, alphas: np.ndarray) -> Signed:
    """The signed density of a finite domain: uniform laws on its inside and on its outside, weighted by volume."""
    cuts, covered = _grid(boxes, frame)
    inside, outside = _runs(cuts, covered), _runs(cuts, ~covered)
    whole = np.log(frame.high - frame.low).sum()

    def part(cells: Boxes) -> dict[str, LawGroup]:
        if not len(cells.low):
            return {}
        half = (cells.high - cells.low) / 2
        return {"uniform": LawGroup(cells.low + half, half, np.log(2 * half).sum(axis=1) - whole)}

    none = np.empty((0, boxes.low.shape[1]))
    flats = [*_flats(inside, 1), *_flats(outside, -1)] if boxes.low.shape[1] == 1 else []
    level = level_of(0, flats, noise, alphas)
    return Signed(part(inside), part(outside), none, none, outside, inside, level)


def _flats(cells: Boxes, sign: int) -> list[Flat]:
    """Intervals as uniform laws, their masses lengths: the length of the domain is common to all."""
    half = (cells.high - cells.low)[:, 0] / 2
    places = zip((cells.low[:, 0] + half).tolist(), half.tolist(), strict=True)
    return [Flat("uniform", center, scale, sign * 2 * Fraction(scale)) for center, scale in places]


def reach(noise: str, votes: int, needed: list[int]) -> float:
    """How far, in units of beta, votes against the background can still matter beyond the bounding box.

    In an infinite background X is drawn from the bounding box of the sets, widened by this. That leaves nothing out:
    each face of the bounding box is the edge of a half-space that holds all sets, convolution with noise keeps order
    and a half-space keeps its boundary under symmetric noise, so f_alpha lies inside the half-space for every alpha.
    At distance t beyond it the vote probability is at most P(V > t), and `count` such votes out of n come together
    with probability at most P(Bin(n, P(V > t)) >= count). The answer is the t at which that is NEGLIGIBLE for the
    smallest count that could change any of the answers. With many votes it is little more than the radius that is
    certified; with one vote it is 8 standard deviations of Gaussian noise or 34 diversities of Laplace noise.
    """
    count = min([(votes + 1) // 2] + [votes - k + 1 for k in needed])
    tail = rare_tail(votes, count, NEGLIGIBLE)
    if tail >= 0.5:
        return 0.0
    if noise == "gaussian":
        return float(-ndtri(tail))
    return -math.log(2 * tail) if noise == "laplace" else 1 - 2 * tail


def box_source(sets: Sets, margins: np.ndarray) -> BoxSource:
    """The sampler of a labelled domain; `margins`, one for each beta, widen the box of an infinite background."""
    boxes, balls, frame = sets
    inside = sets if len(balls.radius) else boxes
    if frame is not None:
        shape = (len(margins), boxes.low.shape[1])
        return BoxSource(np.broadcast_to(frame.low, shape), np.broadcast_to(frame.high, shape), inside)
    radius = balls.radius[:, None]
    low = np.concatenate([boxes.low, balls.center - radius]).min(axis=0) - margins[:, None]
    high = np.concatenate([boxes.high, balls.center + radius]).max(axis=0) + margins[:, None]
    return BoxSource(low, high, inside)
