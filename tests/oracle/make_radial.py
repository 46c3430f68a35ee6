"""Writes radial.json: random and chosen radial problems with reference risks. Takes some minutes.

    python -m tests.oracle.make_radial [first last]        (a part is merged into the table)

Every row is drawn from its own seed, its number. Numbers are rounded to six digits so that the file stays readable.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from flint import arb

from tests.oracle.reference_radial import answer
from theory import dumps_problem
from theory.problems.problem import Ball, Component, DomainProblem, Gaussian, Law, MixtureProblem, Point, Problem

DIMS = (2, 3, 10, 100, 784, 3072, 10**5, 10**6)
TARGET = Path(__file__).with_name("radial.json")
DIGITS = 25
Noises = tuple[float, float, float]
Drawn = tuple[Problem, Noises]
Rng = np.random.Generator


def short(x: float) -> float:
    return float(f"{x:.6g}")


def log_uniform(rng: Rng, low: float, high: float) -> float:
    return short(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def noise(rng: Rng, scale: float = 1.0) -> float:
    """0, anything from 1e-3 to 50, or of the order of a scale."""
    draw = rng.random()
    if draw < 0.12:
        return 0.0
    return log_uniform(rng, 1e-3, 50) if draw < 0.4 else log_uniform(rng, 0.02 * scale, 1.5 * scale)


def radius(rng: Rng, beta: float) -> float:
    return 0.0 if rng.random() < 0.1 else log_uniform(rng, 0.02, 3) * (beta if beta > 0 else 0.3)


def mixture(prior: float, dim: int, zero: list[Law], one: list[Law], weights: Rng | None = None) -> MixtureProblem:
    sides = (
        tuple(Component(law, log_uniform(weights, 0.05, 1) if weights else 1.0) for law in side) for side in (zero, one)
    )
    return MixtureProblem(prior, dim, *sides)


def ratio(rng: Rng, dim: int) -> float:
    """Ratios of scales for which two concentric Gaussians in d dimensions overlap to various degrees."""
    return float(np.exp(rng.uniform(0.05, 6) / np.sqrt(dim)))


def prior(rng: Rng) -> float:
    return short(float(rng.uniform(0.01, 0.99)))


def pair(rng: Rng, index: int) -> Drawn:
    """Two concentric Gaussians; class 1 the wide or the narrow one."""
    dim = DIMS[index % 8]
    scale = log_uniform(rng, 0.1, 3)
    laws: list[Law] = [Gaussian(0.0, scale), Gaussian(0.0, short(scale * ratio(rng, dim)))]
    if index % 3 == 0:
        laws.reverse()
    beta = noise(rng, scale)
    alpha = noise(rng, scale)
    return mixture(prior(rng), dim, laws[:1], laws[1:]), (alpha, beta, short(radius(rng, beta)))


def layers(rng: Rng, index: int) -> Drawn:
    """Three to five concentric Gaussians whose classes alternate with their scale: several shells."""
    dim = DIMS[index % 8]
    scales = 0.5 * np.cumprod([1.0, *(np.exp(rng.uniform(1, 8) / np.sqrt(dim)) for _ in range(2 + index % 3))])
    laws = [Gaussian(0.3, short(float(s))) for s in scales]
    sides: list[list[Law]] = [list(laws[index % 2 :: 2]), list(laws[1 - index % 2 :: 2])]
    width = float(scales[0])
    alpha = 0.0 if index % 5 == 0 else log_uniform(rng, 0.02 * width, width)
    beta = 0.0 if index % 7 == 0 else log_uniform(rng, 0.02 * width, width)
    share = short(float(rng.uniform(0.2, 0.8)))
    return mixture(share, dim, sides[0], sides[1], rng), (alpha, beta, short(radius(rng, beta)))


def balls(rng: Rng, index: int) -> Drawn:
    """Balls concentric with Gaussians and balls."""
    dim = DIMS[index % 6]
    size = log_uniform(rng, 0.5, 2) * np.sqrt(dim)
    one: list[Law] = [Ball(0.0, short(float(size)))]
    wide = short(float(size / np.sqrt(dim) * ratio(rng, dim)))
    zero: list[Law] = [Gaussian(0.0, wide)] if index % 2 else [Ball(0.0, short(float(size) * ratio(rng, dim) ** 0.3))]
    if index % 5 == 4:
        zero.append(Gaussian(0.0, short(0.7 * wide)))
    unit = float(size / np.sqrt(dim))
    alpha = 0.0 if index % 3 == 0 else log_uniform(rng, 0.02 * unit, unit)
    beta = 0.0 if index % 8 == 5 else log_uniform(rng, 0.02 * unit, unit)
    if index % 4 > 1:
        one, zero = zero, one
    return mixture(prior(rng), dim, zero, one), (alpha, beta, short(radius(rng, beta)))


def points(rng: Rng, index: int) -> Drawn:
    """A point at the centre of a Gaussian, or two of them apart."""
    dim = DIMS[index % 8]
    spike, cloud = Point(0.0), Gaussian(0.0 if index % 2 else short(0.2 / dim**0.5), 0.5)
    beta = 0.0 if index % 6 == 0 else log_uniform(rng, 1e-2, 1)
    sides: list[list[Law]] = [[spike], [cloud]]
    if index % 3 == 0:
        sides.reverse()
    alpha = 0.0 if index % 5 == 0 else log_uniform(rng, 1e-2, 2)
    eps = 0.0 if beta == 0 else short(radius(rng, beta))
    return mixture(prior(rng), dim, sides[0], sides[1]), (alpha, beta, eps)


def background(rng: Rng, index: int) -> Drawn:
    """A ball in an infinite background; radii keep its volume representable."""
    dim = DIMS[index % 6]
    size = short(float(np.exp(rng.uniform(-1, 1) / dim) * np.sqrt(dim / 17.0)) * (10 if dim < 4 else 1))
    limit = size / np.sqrt(dim)
    alpha = 0.0 if index % 4 == 0 else log_uniform(rng, 1e-3 * limit, 1.1 * limit)
    beta = 0.0 if index % 9 == 8 else log_uniform(rng, 1e-3 * limit, 1.1 * limit)
    eps = short(radius(rng, beta) / (dim if index % 2 else 1))
    return DomainProblem(dim, (Ball(0.5, size),)), (alpha, beta, eps)


def apart(rng: Rng, index: int) -> Drawn:
    """Two Gaussians of different scales and means."""
    dim = DIMS[index % 8]
    scale = log_uniform(rng, 0.2, 3)
    gap = short(float(rng.uniform(0.01, 8) * scale / np.sqrt(dim)))
    mean = tuple(short(float(v)) for v in rng.normal(0, gap, dim)) if dim <= 10 else gap
    other = tuple(short(float(v)) for v in rng.normal(0, gap, dim)) if dim <= 10 else 0.0
    laws: list[Law] = [Gaussian(other, scale), Gaussian(mean, short(scale * ratio(rng, dim)))]
    if index % 3 == 0:
        laws.reverse()
    alpha, beta = noise(rng, scale), noise(rng, scale)
    return mixture(prior(rng), dim, laws[:1], laws[1:]), (alpha, beta, short(radius(rng, beta)))


def nearly_equal(rng: Rng, index: int) -> Drawn:
    """Ratios of scales of 1 + 1e-3 to 1 + 1e-13: spheres that are almost half-spaces, or almost empty comparisons."""
    dim = DIMS[index % 8]
    factor = 1 + 10.0 ** -(3 + index % 11)
    together = index % 5 == 4
    mean = 0.0 if together else short(float(rng.uniform(0.5, 6) / np.sqrt(dim)))
    laws: list[Law] = [Gaussian(0.0, 1.0), Gaussian(mean, factor)]
    if index % 3 == 0:
        laws.reverse()
    share = 0.5 if together else prior(rng)
    alpha, beta = noise(rng), noise(rng)
    if dim >= 10**5:
        alpha = min(alpha, 2.0)
    return mixture(share, dim, laws[:1], laws[1:]), (alpha, beta, short(radius(rng, beta)))


def rare(rng: Rng, index: int) -> Drawn:
    """Risks of 1e-10 to 1e-45."""
    dim = DIMS[index % 8]
    gap = float(rng.uniform(7, 13))
    factor = float(np.exp(rng.uniform(0.01, 0.5) / np.sqrt(dim)))
    if index % 2:
        laws: list[Law] = [Gaussian(0.0, 1.0), Gaussian(short(2 * gap / np.sqrt(dim)), short(factor))]
    else:
        laws = [Gaussian(0.0, 1.0), Gaussian(0.0, short(float(np.exp(2 * gap / np.sqrt(2 * dim)))))]
    beta = log_uniform(rng, 0.02, 0.5)
    alpha = log_uniform(rng, 0.02, 0.5)
    return mixture(prior(rng), dim, laws[:1], laws[1:]), (alpha, beta, short(beta / 2))


MEDIAN = {2: 0.849322, 3: 0.650122, 10: 0.327178, 100: 0.100335, 784: 0.0357295, 3072: 0.0180442}


def vanishing(rng: Rng, index: int) -> Drawn:
    """A smoothing noise close to where the ball is gone."""
    dim = DIMS[index % 6]
    off = (-1) ** index * 10.0 ** -(1 + index // 2 % 5)
    size = short(float(np.sqrt(dim / 17.0)))
    beta = float(f"{MEDIAN[dim] * size * (1 + off):.9g}")
    alpha = 0.0 if index % 3 else log_uniform(rng, 1e-3, 1e-2) * beta
    if index % 4 < 2:
        return DomainProblem(dim, (Ball(0.0, size),)), (short(alpha), beta, 0.0)
    zero, one = Ball(0.0, size), Gaussian(0.0, short(1.5 * size / np.sqrt(dim)))
    return mixture(0.3, dim, [zero], [one]), (short(alpha), beta, 0.0)


KINDS = (
    *((pair, i) for i in range(72)),
    *((layers, i) for i in range(48)),
    *((balls, i) for i in range(36)),
    *((points, i) for i in range(20)),
    *((background, i) for i in range(36)),
    *((apart, i) for i in range(56)),
    *((nearly_equal, i) for i in range(40)),
    *((rare, i) for i in range(16)),
    *((vanishing, i) for i in range(24)),
)


def shown(value: arb | None) -> str | None:
    if value is None:
        return None
    return "0" if abs(value) < arb(10) ** -48 else value.mid().str(DIGITS, radius=False)


def row(number: int) -> dict[str, object]:
    """One problem and its reference values; gains are against alpha = 0."""
    kind, index = KINDS[number]
    problem, (alpha, beta, eps) = kind(np.random.default_rng(number), index)
    noisy, plain = answer(problem, alpha, beta, eps), answer(problem, 0.0, beta, eps)
    certified, base = noisy["certified"], plain["certified"]
    return {
        "row": number,
        "kind": kind.__name__,
        "problem": dumps_problem(problem),
        "alpha": alpha,
        "beta": beta,
        "eps": eps,
        **{name: shown(value) for name, value in noisy.items()},
        "gain": shown(plain["clean"] - noisy["clean"]),
        "certified_gain": None if certified is None else shown(base - certified),
    }


def held(number: int) -> dict[str, object] | None:
    try:
        return row(number)
    except Exception as fault:
        print(f"row {number}, {KINDS[number]}: {fault!r}", file=sys.stderr, flush=True)
        return None


def main() -> None:
    first, last = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (0, len(KINDS))
    with ProcessPoolExecutor(2) as pool:
        rows = []
        for entry in pool.map(held, range(first, last)):
            if entry is not None:
                rows.append(entry)
                print(entry["row"], entry["kind"], file=sys.stderr, flush=True)
    if len(sys.argv) > 2:
        held_rows = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else []
        rows = sorted([r for r in held_rows if not first <= r["row"] < last] + rows, key=lambda r: r["row"])
    TARGET.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
