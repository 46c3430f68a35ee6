"""The curves on which training noise stops helping: zeros of the gain over two noises, or a noise and a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature

import numpy as np

from theory.arrays import Array
from theory.errors import NoExactRoute, ProblemError, one_of, shown
from theory.numerics.zero_lines import SEEDS, Seeds, ZeroLine, zero_curve
from theory.problems.noises import NOISES, RATIO, noise
from theory.problems.problem import DomainProblem, MixtureProblem, Problem
from theory.problems.validation import number, positive, whole
from theory.risks.gains import compare
from theory.risks.panel import Noises, Panel, compare_each

KeyRange = tuple[str, float, float]
Regime = Callable[..., Problem]


def zero_gain_curve(
    problem: Problem | Regime,
    x: KeyRange,
    y: KeyRange,
    fixed: Mapping[str, float] | None = None,
    *,
    seeds: Seeds | int = SEEDS,
    tolerance: float = 1e-10,
    max_step: float = 0.05,
) -> list[ZeroLine]:
    """The lines over the rectangle of two keys on which the gain changes sign; the certified gain wherever eps > 0.

    Args:
        problem: a problem, or a function that makes one from the keys that are no noises (a regime).
        x, y: (key, low, high). A key is "alpha", "beta" or "eps", or a parameter of the family; or "ratio", samples per
            dimension, unless that is a parameter of the family.
        fixed: values of the other keys; noises left out are 0, and without a ratio data are infinite.
        seeds, tolerance, max_step: as for `theory.zero_curve`, whose seed values are gains here. Neither the line
            alpha = 0, where the gain is 0, nor gains of classifiers one of which is (all but) constant count.

    Problems of a family that differ in numbers alone are answered together; mixtures are still trained one by one, some
    milliseconds each.

    Returns:
        Lines with their `points` (n, 2) of (x, y), gain > 0 on the left, and their `kind`: "zero", or "jump" where the
        gain changes sign without passing through 0. Guarantees and limits as `theory.zero_curve`.

    Raises:
        ProblemError: a key is unknown, given twice, or low >= high.
        NoExactRoute: no geometry answers for the problem; for a family, for any of the problems of the seeds.
    """
    asked = _asked(problem)
    fixed, seeds = dict(fixed or {}), seeds if isinstance(seeds, tuple) else whole(seeds, "seeds", 2)
    tolerance, max_step = positive(tolerance, "tolerance"), positive(max_step, "max_step")
    _check(problem, asked, x, y, fixed)
    reasons: list[NoExactRoute] = []
    held: dict[tuple[float, ...], Problem] = {}

    def gains(xs: Array, ys: Array) -> tuple[Array, Array]:
        keys: dict[str, float | Array] = {**fixed, x[0]: xs, y[0]: ys}
        noise = {
            name: np.broadcast_to(np.asarray(keys.pop(name, 0.0), float), xs.shape)
            for name in asked
            if name in keys or name in NOISES
        }
        if isinstance(problem, MixtureProblem | DomainProblem):
            return _gains(problem, noise)
        return _family_gains(problem, keys, noise, held, reasons)

    if isinstance(seeds, int):
        across, up = (np.linspace(low, high, seeds) for low, high in (x[1:], y[1:]))
        xs, ys = np.meshgrid(across, up)
        value, error = gains(xs.ravel(), ys.ravel())
        if np.isnan(value).all() and reasons:
            raise reasons[0]
        seeds = across, up, np.where(np.abs(value) <= error, 0.0, value).reshape(xs.shape)
    places = _at_once(problem, {**fixed, x[0]: 0.5 * (x[1] + x[2]), y[0]: 0.5 * (y[1] + y[2])}, asked)
    return zero_curve(gains, x[1:], y[1:], seeds, tolerance=tolerance, max_step=max_step, places=places)


def _gains(problem: Problem, noise: Mapping[str, Array]) -> tuple[Array, Array]:
    """Gains (n,) and their errors; NaN where a classifier is constant."""
    found = compare(problem, *(noise[name] for name in NOISES), ratio=noise.get(RATIO))
    value, error = found.gain.arrays()
    return np.where(found.constant, np.nan, value), error


def _family_gains(
    family: Regime,
    keys: Mapping[str, float | Array],
    noise: Mapping[str, Array],
    held: dict[tuple[float, ...], Problem],
    reasons: list[NoExactRoute],
) -> tuple[Array, Array]:
    """Gains at places of a family; NaN where there is no exact route, for the reasons added. held: its problems."""
    count, names = len(noise["alpha"]), list(keys)
    table = np.stack([np.broadcast_to(np.asarray(keys[name], float), (count,)) for name in names], axis=1)
    distinct, which = np.unique(table, axis=0, return_inverse=True)
    problems = []
    for row in map(tuple, distinct.tolist()):
        if row not in held:
            held[row] = _member(family, dict(zip(names, row, strict=True)))
        problems.append(held[row])
    rows = Noises(which.ravel(), noise["beta"], noise["eps"], noise.get(RATIO))
    found = compare_each(problems, noise["alpha"], rows, reasons)
    value, error = found.gain.arrays()
    return np.where(found.constant, np.nan, value), error


def _at_once(problem: Problem | Regime, keys: Mapping[str, float], asked: tuple[str, ...]) -> int:
    """For how many places gains take about as long as for one: where each has a problem of its own, only labelled sets
    are trained together."""
    if isinstance(problem, MixtureProblem | DomainProblem):
        return Panel([problem]).at_once
    try:
        member = _member(problem, {name: value for name, value in keys.items() if name not in asked})
        return min(Panel([member]).at_once, OWN_AT_ONCE if isinstance(member, DomainProblem) else 1)
    except NoExactRoute:
        return 1


def _member(family: Regime, keys: Mapping[str, float]) -> Problem:
    return family(**{name: int(value) if name in WHOLE else value for name, value in keys.items()})


OWN_AT_ONCE = 24
# Parameters of the regimes that count something.
WHOLE = ("dim", "count", "tries", "seed", "copies")


def _asked(problem: Problem | Regime) -> tuple[str, ...]:
    """The keys that are no parameters of the problem."""
    own = () if isinstance(problem, MixtureProblem | DomainProblem) else signature(problem).parameters
    return NOISES if RATIO in own else (*NOISES, RATIO)


def _check(
    problem: Problem | Regime, asked: tuple[str, ...], x: KeyRange, y: KeyRange, fixed: Mapping[str, float]
) -> None:
    for name, part in (("x", x), ("y", y)):
        if not isinstance(part, tuple | list) or len(part) != 3:
            raise ProblemError(name, shown(part), "(key, low, high)")
    keys = [x[0], y[0], *fixed]
    for key in keys:
        if keys.count(key) > 1:
            raise ProblemError(key, "it given twice", "each key once")
        if isinstance(problem, MixtureProblem | DomainProblem) and key not in asked:
            raise ProblemError(key, "a key that is no noise", f"{one_of(asked, key)}, or a family of problems")
    for key, value in fixed.items():
        noise(value, key) if key in NOISES else number(value, key)
    for key, low, high in (x, y):
        if not number(low, key) < number(high, key):
            raise ProblemError(key, f"the range {low!r} to {high!r}", "low < high")
