"""What is known in closed form about the sets of a labelled domain: host side (NumPy) of `set_rules`."""

from __future__ import annotations

import numpy as np

from simulate.montecarlo.laws.balls import ball_tables, log_volume
from simulate.montecarlo.laws.domains import TooManyCellsError, disjoint, overlapping
from simulate.montecarlo.laws.laws import Boxes, LawGroup, Sets
from simulate.montecarlo.rules.set_rules import SetPosterior, SetRegression, SetRule
from simulate.montecarlo.rules.slices import Slices, slices_of


def _flat(boxes: Boxes) -> LawGroup:
    half = boxes.high / 2 - boxes.low / 2
    return LawGroup(boxes.low / 2 + boxes.high / 2, half, np.log(2 * half).sum(axis=1))


def parts_of(sets: Sets, noise: str, alphas: np.ndarray) -> dict[str, LawGroup]:
    """The sets as uniform laws weighted by volume; none where a ball meets noise that leaves no closed form."""
    balls, parts = sets.balls, {}
    if len(balls.radius):
        if noise != "gaussian":
            return {}
        dim = balls.center.shape[1]
        tables = ball_tables(dim, balls.radius, alphas)
        parts["ball"] = LawGroup(balls.center, balls.radius[:, None], log_volume(dim, balls.radius), tables=tables)
    if len(sets.boxes.low):
        parts["uniform"] = _flat(sets.boxes)
    return parts


def within(sets: Sets) -> np.ndarray:
    """Which balls lie within the frame."""
    center, radius = sets.balls.center, sets.balls.radius[:, None]
    if sets.frame is None:
        return np.ones(len(center), bool)
    return ((center - radius >= sets.frame.low) & (center + radius <= sets.frame.high)).all(axis=1)


def apart(sets: Sets) -> bool:
    """Whether no two of the sets share volume. The gap is looked for axis by axis, never holding all pairs x axes."""
    if overlapping(sets.boxes):
        return False
    center, radius = sets.balls.center, sets.balls.radius
    for k in range(len(radius)):
        distance = np.linalg.norm(center[:k] - center[k], axis=1)
        if (distance < (radius[:k] + radius[k]) * (1 - 1e-15)).any():
            return False
        gap = np.maximum(np.maximum(sets.boxes.low - center[k], center[k] - sets.boxes.high), 0)
        if (np.linalg.norm(gap, axis=1) < radius[k]).any():
            return False
    return True


def _cut_apart(sets: Sets) -> Sets:
    """The sets with their boxes cut into disjoint ones where that is possible."""
    try:
        return sets._replace(boxes=disjoint(sets.boxes)) if len(sets.boxes.low) else sets
    except TooManyCellsError:
        return sets


def set_rule(sets: Sets, noise: str, alphas: np.ndarray) -> SetRule:
    """All that is known about the sets for these training noises."""
    sets = _cut_apart(sets)
    parts, inner = parts_of(sets, noise, alphas), within(sets)
    free = apart(sets)
    exact = bool(parts) and inner.all() and free
    whole = None if exact else {"ball": inner, "uniform": np.ones(len(sets.boxes.low), bool)}
    plane = sets.boxes.low.shape[1] == 2 and noise == "gaussian"
    slices: Slices | None = slices_of(sets, alphas) if plane and not exact else None
    frame = None if sets.frame is None else _flat(sets.frame)
    return SetRule(sets, parts, whole, slices, np.bool_(free), frame)


def set_regression(sets: Sets, noise: str, alphas: np.ndarray) -> SetRegression:
    """The regression rule."""
    return SetRegression(set_rule(sets, noise, alphas))


def set_posterior(sets: Sets, noise: str, alphas: np.ndarray) -> SetPosterior:
    """The posterior rule on the finite frame of the sets."""
    assert sets.frame is not None
    return SetPosterior(set_rule(sets, noise, alphas))
