"""The curves on which training noise stops helping: zeros of the gain over two noises, or a noise and a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from theory.arrays import Array
from theory.errors import ProblemError, one_of, shown
from theory.numerics.continuation import SEEDS, PlaneFunction, zero_curve
from theory.problems.noises import NOISES, noise
from theory.problems.normal import normal_form
from theory.problems.problem import DomainProblem, MixtureProblem, Problem
from theory.problems.validation import number, positive, whole
from theory.reduction.reduce import reduce
from theory.risks.derivatives import gain_slopes
from theory.risks.gains import compare

KeyRange = tuple[str, float, float]
Regime = Callable[..., Problem]


def zero_gain_curve(
    problem: Problem | Regime,
    x: KeyRange,
    y: KeyRange,
    fixed: Mapping[str, float] | None = None,
    *,
    seeds: int = SEEDS,
    tolerance: float = 1e-10,
    max_step: float = 0.05,
) -> list[Array]:
    """The branches of {gain = 0} over the rectangle of two keys; the certified gain wherever eps > 0.

    Args:
        problem: a problem, or a function that makes one from the keys that are no noises (a regime).
        x, y: (key, low, high). A key is "alpha", "beta" or "eps", or a parameter of the family.
        fixed: values of the other keys; noises left out are 0.
        seeds, tolerance, max_step: as for `theory.zero_curve`. Where both classifiers coincide the gain is 0
            throughout, which is no curve; nor is the line alpha = 0.

    A family costs one evaluation, tens of milliseconds, per distinct parameter value: take few seeds.

    Returns:
        Arrays (n, 2) of (x, y), gain > 0 on the left. Guarantees and limits as `theory.zero_curve`.

    Raises:
        ProblemError: a key is unknown, given twice, or low >= high.
        NoExactRoute: no geometry answers for the problem.
    """
    fixed, seeds = dict(fixed or {}), whole(seeds, "seeds", 2)
    tolerance, max_step = positive(tolerance, "tolerance"), positive(max_step, "max_step")
    _check(problem, x, y, fixed)

    def gains(xs: Array, ys: Array) -> tuple[Array, Array]:
        keys: dict[str, float | Array] = {**fixed, x[0]: xs, y[0]: ys}
        noise = {name: np.broadcast_to(np.asarray(keys.pop(name, 0.0), float), xs.shape) for name in NOISES}
        if isinstance(problem, MixtureProblem | DomainProblem):
            return compare(problem, *(noise[name] for name in NOISES)).gain.arrays()
        return _family_gains(problem, keys, noise, len(xs))

    bounds = x[1:], y[1:]
    lines = [np.linspace(low, high, seeds) for low, high in bounds]
    if isinstance(problem, MixtureProblem | DomainProblem):
        grid = {**fixed, x[0]: lines[0][None, :], y[0]: lines[1][:, None]}
        alpha, beta, eps = (np.asarray(grid.get(name, 0.0), float) for name in NOISES)
        found = compare(problem, alpha, beta, eps).gain
        value, error = found.arrays()
    else:
        places = np.meshgrid(*lines)
        value, error = (part.reshape(seeds, seeds) for part in gains(places[0].ravel(), places[1].ravel()))
    value = np.where(np.abs(value) <= error, 0.0, value)
    slopes = None
    if isinstance(problem, MixtureProblem | DomainProblem) and {x[0], y[0]} == {"alpha", "beta"}:
        slopes = _slopes(problem, x[0] == "alpha", fixed.get("eps", 0.0))
    return zero_curve(
        gains, *bounds, (lines[0], lines[1], value), tolerance=tolerance, max_step=max_step, slopes=slopes
    )


def _slopes(problem: Problem, alpha_first: bool, eps: float) -> PlaneFunction | None:
    """Exact derivatives of the gain in both noises, in the order of the axes; None where there are none."""
    if not reduce(normal_form(problem)).smooth_motion:
        return None

    def slopes(xs: Array, ys: Array) -> tuple[Array, Array]:
        found = gain_slopes(problem, *((xs, ys) if alpha_first else (ys, xs)), eps)
        parts = (found.by_alpha, found.by_beta) if alpha_first else (found.by_beta, found.by_alpha)
        return np.stack([p.value for p in parts], axis=1), np.stack([p.error for p in parts], axis=1)

    return slopes


def _family_gains(
    family: Regime, keys: Mapping[str, float | Array], noise: Mapping[str, Array], count: int
) -> tuple[Array, Array]:
    """Gains at `count` places, problem by problem."""
    names = list(keys)
    table = np.stack([np.broadcast_to(np.asarray(keys[name], float), (count,)) for name in names], axis=1)
    distinct, which = np.unique(table, axis=0, return_inverse=True)
    value, error = np.empty(count), np.empty(count)
    for k, row in enumerate(distinct.tolist()):
        rows = np.flatnonzero(which.ravel() == k)
        values = {name: int(v) if name in WHOLE else v for name, v in zip(names, row, strict=True)}
        value[rows], error[rows] = compare(family(**values), *(noise[name][rows] for name in NOISES)).gain.arrays()
    return value, error


# Parameters of the regimes that count something.
WHOLE = ("dim", "count", "tries", "seed")


def _check(problem: Problem | Regime, x: KeyRange, y: KeyRange, fixed: Mapping[str, float]) -> None:
    for name, part in (("x", x), ("y", y)):
        if not isinstance(part, tuple | list) or len(part) != 3:
            raise ProblemError(name, shown(part), "(key, low, high)")
    keys = [x[0], y[0], *fixed]
    for key in keys:
        if keys.count(key) > 1:
            raise ProblemError(key, "it given twice", "each key once")
        if isinstance(problem, MixtureProblem | DomainProblem) and key not in NOISES:
            raise ProblemError(key, "a key that is no noise", f"{one_of(NOISES, key)}, or a family of problems")
    for key, value in fixed.items():
        noise(value, key) if key in NOISES else number(value, key)
    for key, low, high in (x, y):
        if not number(low, key) < number(high, key):
            raise ProblemError(key, f"the range {low!r} to {high!r}", "low < high")
