"""Named families of problems, each a function of a few parameters. No numerics: only descriptions are built.

`REGIMES` maps command-line names to the functions; `build` and `parameters` serve those who have a name and text.
Every function raises `ProblemError`, one line, on a parameter that makes no sense.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from theory.errors import ProblemError, one_of
from theory.problems import validation as check
from theory.problems.problem import (
    Ball,
    Box,
    Component,
    DomainProblem,
    Gaussian,
    MixtureProblem,
    Problem,
    Training,
    Vector,
)

REGRESSION = Training(rule="regression")
# What distances of discs may be measured in, with the order of the norm.
METRICS = {"euclidean": 2.0, "max": math.inf}


def two_gaussians(dim: int = 2, separation: float = 2.0, scale: float = 1.0, prior: float = 0.5) -> MixtureProblem:
    """Two Gaussians of one scale: `q_c = N(+-(separation/2) e1, scale^2 I)`, class 1 on the + side.

    `dim` counts axes, `separation` >= 0 is the distance of the means and `scale` > 0 the standard deviation per axis,
    both in the units of x; `prior` = P(Y = 1) in (0, 1).
    """
    scale = check.positive(scale, "scale")
    return _facing("two-gaussians", dim, separation, (scale, scale), prior)


def concentric(dim: int = 2, inner: float = 1.0, outer: float = 1.5, prior: float = 0.5) -> MixtureProblem:
    """Two Gaussians about one centre: `q0 = N(0, inner^2 I)`, `q1 = N(0, outer^2 I)`.

    `dim` counts axes, `inner` and `outer` > 0 are standard deviations per axis, `prior` = P(Y = 1) in (0, 1).
    """
    return _mixture(
        "concentric",
        [Gaussian(0.0, check.positive(inner, "inner"))],
        [Gaussian(0.0, check.positive(outer, "outer"))],
        check.probability(prior, "prior"),
        check.whole(dim, "dim"),
    )


def two_scales(
    dim: int = 2, separation: float = 2.0, scale0: float = 1.0, scale1: float = 1.5, prior: float = 0.5
) -> MixtureProblem:
    """Two Gaussians of different scales: `q_c = N(+-(separation/2) e1, scale_c^2 I)`, class 1 on the + side.

    `dim` counts axes, `separation` >= 0 is the distance of the means, `scale0` and `scale1` > 0 are standard
    deviations per axis, all in the units of x; `prior` = P(Y = 1) in (0, 1).
    """
    scales = (check.positive(scale0, "scale0"), check.positive(scale1, "scale1"))
    return _facing("two-scales", dim, separation, scales, prior)


def stripes(count: int = 3, width: float = 1.0, gap: float = 0.3) -> DomainProblem:
    """Intervals in an infinite background, d = 1: `h(x) = 1` on `[k (width + gap), k (width + gap) + width] - c`.

    k = 0, ..., count - 1; c centres the whole on 0. `width` > 0 and `gap` >= 0 are lengths in the units of x, risks
    are Lebesgue measures. Rule: regression.
    """
    return DomainProblem(1, _row_of_intervals(count, width, gap), training=REGRESSION, name="stripes")


def intervals(count: int = 3, width: float = 1.0, gap: float = 0.3, background: float = 2.0) -> DomainProblem:
    """The intervals of `stripes` in a finite domain, d = 1: X uniform on `[-L, L]`, `h(x) = 1` on the intervals.

    `L = (count width + (count - 1) gap)/2 + background`: the domain reaches `background` > 0 beyond the outermost
    intervals on either side. Lengths in the units of x. Rule: regression.
    """
    inside = _row_of_intervals(count, width, gap)
    reach = 0.5 * (count * width + (count - 1) * gap) + check.positive(background, "background")
    return DomainProblem(1, inside, -reach, reach, training=REGRESSION, name="intervals")


def discs(
    side: float = 100.0,
    radius: float = 10.0,
    gap: float = 0.0,
    tries: int = 10000,
    seed: int = 0,
    metric: str = "euclidean",
) -> DomainProblem:
    """Discs at random places, d = 2: X uniform on `[0, side]^2`, `h(x) = 1` on the union of discs.

    Random sequential insertion: of `tries` centres drawn uniformly in the square, each is kept whose distance to all
    kept before it is at least `2 radius + gap`, in the metric "euclidean" or "max"; in the latter two discs may touch
    across or above each other, but not at a slant, so that fewer find a place. Discs may reach over the edge, where
    they are cut off. `side` and `radius` > 0 and `gap` >= 0 are lengths in the units of x; `seed` fixes the draw. Rule:
    regression.
    """
    side, radius = check.positive(side, "side"), check.positive(radius, "radius")
    apart = 2 * radius + check.nonnegative(gap, "gap")
    tries, seed = check.whole(tries, "tries"), check.whole(seed, "seed", 0)
    centers = _sequential_insertion(side, apart, tries, seed, check.choice(metric, "metric", METRICS))
    inside = tuple(Ball(center, radius) for center in centers)
    return DomainProblem(2, inside, 0.0, side, training=REGRESSION, name="discs")


def bumps(count: int = 3, spacing: float = 2.0, scale: float = 0.3, background: float = 2.0) -> MixtureProblem:
    """Narrow bumps in a wide one, d = 1: `q1 = (1/count) sum_k N(m_k, scale^2)`, `q0 = N(0, background^2)`.

    `m_k = (k - (count - 1)/2) spacing`, k = 0, ..., count - 1. `spacing` > 0 is a length, `scale` and `background` > 0
    are standard deviations, in the units of x; the prior is 1/2.
    """
    count = check.whole(count, "count")
    spacing, scale = check.positive(spacing, "spacing"), check.positive(scale, "scale")
    wide = Gaussian(0.0, check.positive(background, "background"))
    narrow = [Gaussian((k - (count - 1) / 2) * spacing, scale) for k in range(count)]
    return _mixture("bumps", [wide], narrow, 0.5, 1)


def bumps_in(
    dim: int = 2, count: int = 3, spacing: float = 2.0, scale: float = 0.3, background: float = 2.0
) -> MixtureProblem:
    """The bumps of `bumps` along e1 in any dimension: `q1 = (1/count) sum_k N(m_k e1, scale^2 I)`, `q0 = N(0, C)`.

    `m_k = (k - (count - 1)/2) spacing`. C is diagonal, with the standard deviation `background` along e1 and
    `scale (background/scale)^(1/sqrt(dim - 1))` across: all axes across tell the classes apart about as well as the one
    does in the plane, where the wide one is round; were it so everywhere, they alone would decide in many dimensions.
    `dim` counts axes and 1 gives `bumps`; `spacing` > 0 is a length, `scale` and `background` > 0 are standard
    deviations, in the units of x; the prior is 1/2.
    """
    dim, line = check.whole(dim, "dim"), bumps(count, spacing, scale, background)
    if dim == 1:
        return replace(line, name="bumps-in")
    across = scale * (background / scale) ** (1 / math.sqrt(dim - 1))
    wide = Gaussian(0.0, background if dim == 2 else (background, *[across] * (dim - 1)))
    places = (float((k - (count - 1) / 2) * spacing) for k in range(count))
    narrow = [Gaussian(_on_first_axis(place, dim), scale) for place in places]
    return _mixture("bumps-in", [wide], narrow, 0.5, dim)


def anisotropic(separation: float = 2.0, ratio: float = 3.0, angle: float = 45.0, prior: float = 0.5) -> MixtureProblem:
    """A round and a long Gaussian, d = 2: `q0 = N(-(separation/2) e1, I)`, `q1 = N(+(separation/2) e1, C)`.

    `C = R(angle) diag(ratio^2, 1) R(angle)^T`: class 1 has standard deviation `ratio` > 0 along the direction at
    `angle` degrees to the first axis and 1 across. `separation` >= 0 is the distance of the means in the units of x;
    `prior` = P(Y = 1) in (0, 1).
    """
    half = check.nonnegative(separation, "separation") / 2
    stretch = check.positive(ratio, "ratio") ** 2
    turn = math.radians(check.number(angle, "angle"))
    cos, sin = math.cos(turn), math.sin(turn)
    shear = (stretch - 1) * cos * sin
    cov = ((stretch * cos**2 + sin**2, shear), (shear, stretch * sin**2 + cos**2))
    laws = Gaussian((-half, 0.0), scale=1.0), Gaussian((half, 0.0), cov=cov)
    return _mixture("anisotropic", [laws[0]], [laws[1]], check.probability(prior, "prior"), 2)


def ball(dim: int = 2, radius: float = 1.0) -> DomainProblem:
    """One ball in an infinite background: `h(x) = 1[|x| <= radius]`; risks are Lebesgue measures.

    `dim` counts axes, `radius` > 0 is in the units of x. Rule: regression.
    """
    inside = (Ball(0.0, check.positive(radius, "radius")),)
    return DomainProblem(check.whole(dim, "dim"), inside, training=REGRESSION, name="ball")


REGIMES: dict[str, Callable[..., Problem]] = {
    "two-gaussians": two_gaussians,
    "concentric": concentric,
    "two-scales": two_scales,
    "stripes": stripes,
    "intervals": intervals,
    "discs": discs,
    "bumps": bumps,
    "bumps-in": bumps_in,
    "anisotropic": anisotropic,
    "ball": ball,
}


def parameters(name: str) -> dict[str, Any]:
    """The parameters of a regime with their defaults, in order."""
    if name not in REGIMES:
        raise ProblemError("", f"no regime called {name!r}", one_of(REGIMES, name))
    return {key: part.default for key, part in inspect.signature(REGIMES[name]).parameters.items()}


def build(name: str, /, **params: Any) -> Problem:
    """The problem of the regime called `name`.

    Examples:
        >>> build("two-gaussians", dim=3) == two_gaussians(dim=3)
        True
        >>> parameters("stripes")
        {'count': 3, 'width': 1.0, 'gap': 0.3}
    """
    known = parameters(name)
    for key in params:
        if key not in known:
            raise ProblemError(key, "an unknown parameter", one_of(known, key), name)
    try:
        return REGIMES[name](**params)
    except ProblemError as error:
        raise error.located(name) from None


def _mixture(name: str, laws0: list[Gaussian], laws1: list[Gaussian], prior: float, dim: int) -> MixtureProblem:
    class0, class1 = (tuple(Component(law) for law in laws) for laws in (laws0, laws1))
    return MixtureProblem(prior, dim, class0, class1, name=name)


def _facing(name: str, dim: int, separation: float, scales: tuple[float, float], prior: float) -> MixtureProblem:
    """Gaussians at -separation/2 and separation/2 on the first axis."""
    dim, half = check.whole(dim, "dim"), check.nonnegative(separation, "separation") / 2
    laws = [Gaussian(_on_first_axis(at, dim), scale) for at, scale in zip((-half, half), scales, strict=True)]
    return _mixture(name, laws[:1], laws[1:], check.probability(prior, "prior"), dim)


def _on_first_axis(at: float, dim: int) -> Vector:
    return at if dim == 1 else (at, *[0.0] * (dim - 1))


def _row_of_intervals(count: int, width: float, gap: float) -> tuple[Box, ...]:
    count, width = check.whole(count, "count"), check.positive(width, "width")
    step = width + check.nonnegative(gap, "gap")
    middles = ((k - (count - 1) / 2) * step for k in range(count))
    return tuple(Box(middle - width / 2, middle + width / 2) for middle in middles)


def _sequential_insertion(side: float, apart: float, tries: int, seed: int, metric: str) -> list[tuple[float, ...]]:
    """Centres in [0, side]^2, no two nearer than `apart`, in the order in which they were kept."""
    import numpy as np

    candidates = np.random.default_rng(seed).uniform(0.0, side, size=(tries, 2))
    kept = np.empty_like(candidates)
    count = 0
    for candidate in candidates:
        if (np.linalg.norm(kept[:count] - candidate, METRICS[metric], axis=1) >= apart).all():
            kept[count] = candidate
            count += 1
    return [tuple(center) for center in kept[:count].tolist()]
