"""Write logistic.json: the limit of logistic training, by the four equations as they are written down, at 38 digits.

Run by hand, `python tests/oracle/make_logistic.py`; takes two minutes. Nothing is shared with the code under test. The
unknowns are those of the text, a = w along mu, r_perp, b and kappa; proximal points are found by bisection and Newton's
method one by one, expectations over the noise and over g are trapezoid sums on ranges that hold all digits, and the
steps of g are halved until the residuals agree to SETTLED. Newton's method on the four residuals uses one Jacobian of
differences throughout. The starts are rough, four digits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from flint import arb, ctx

BITS = 128
SOLVED, SETTLED = 1e-24, 1e-19
REACH = 11
# m, prior, delta, alpha, and rough values of a, r_perp, b and kappa.
CASES = (
    ((1.5, 0.5, 1.0, 1.5), (1.005, 0.7388, 0.0, 0.3163)),
    ((1.5, 0.2, 3.0, 0.7), (2.691, 1.83, -2.243, 0.119)),
    ((1.0, 0.01, 5.0, 1.0), (1.302, 3.067, -11.88, 0.02015)),
    ((0.3, 0.7, 20.0, 0.2), (0.6071, 0.524, 0.8966, 3.666)),
    ((1.5, 0.2, 20.0, 0.0), (3.951, 1.713, -1.829, 0.4413)),
    ((2.0, 0.4, 1000.0, 3.0), (0.4, 0.006579, -0.4055, 1701.0)),
    ((1.0, 0.05, 12.0, 0.0), (4.654, 4.837, -7.051, 0.0935)),
    ((1.0, 0.4, 0.7, 50.0), (0.0007997, 0.0009755, -0.4057, 419.8)),
)
Node = tuple[arb, arb]


class Setting(NamedTuple):
    """What a case is about."""

    m: float
    prior: float
    delta: float
    alpha: float


def normal_nodes(step: float) -> list[Node]:
    """Nodes and weights of the trapezoid rule for an expectation over N(0, 1)."""
    count = int(REACH / step)
    scale = arb(step) / (2 * arb.pi()).sqrt()
    at = [arb(step) * j for j in range(-count, count + 1)]
    return [(x, scale * (-x * x / 2).exp()) for x in at]


def slopes(t: arb, shifts: list[Node]) -> tuple[arb, arb]:
    """l_s'(t) and l_s''(t); shifts: exp(s xi) and weights."""
    rise, first, second = t.exp(), arb(0), arb(0)
    for shift, weight in shifts:
        q = 1 / (1 + rise * shift)
        first -= weight * q
        second += weight * q * (1 - q)
    return first.mid(), second.mid()


def proximal(p: arb, kappa: arb, shifts: list[Node], t: arb) -> tuple[arb, arb]:
    """l_s' and l_s'' at the root t of kappa (t - p) + l_s'(t), between p and p + 1/kappa."""
    low, high = p, (p + 1 / kappa).mid()
    for _ in range(300):
        if not low < t < high:
            t = ((low + high) / 2).mid()
        first, second = slopes(t, shifts)
        value = (kappa * (t - p) + first).mid()
        low, high = (t, high) if value < 0 else (low, t)
        step = (value / (kappa + second)).mid()
        t = (t - step).mid()
        if abs(float(step)) < 1e-30 * (1 + abs(float(t))):
            return slopes(t, shifts)
    raise ArithmeticError("no proximal point")


def residuals(setting: Setting, unknowns: Sequence[arb], step: float) -> list[arb]:
    """Both sides of the four equations, divided by their sizes, less 1; the fourth by E |l|."""
    a, perp, b, kappa = unknowns
    r = ((a * a + perp * perp).sqrt()).mid()
    s = (setting.alpha * r).mid()
    fine = min(0.25, 0.36 / float(s)) if float(s) else 1.0
    noise = normal_nodes(fine) if float(s) else [(arb(0), arb(1))]
    shifts = [((s * xi).exp(), weight) for xi, weight in noise]
    sums = [arb(0) for _ in range(5)]
    for y, share in ((1, arb(setting.prior)), (-1, 1 - arb(setting.prior))):
        t = arb(0)
        for g, weight in normal_nodes(step):
            p = (a * setting.m + y * b + r * g).mid()
            first, second = proximal(p, kappa, shifts, t)
            t = (p - first / kappa).mid()
            terms = first**2, kappa * second / (kappa + second), second, first, y * first
            sums = [(old + share * weight * term).mid() for old, term in zip(sums, terms, strict=True)]
    square, falls, curvature, mean, signed = sums
    delta, alpha, m = (arb(x) for x in (setting.delta, setting.alpha, setting.m))
    return [
        square * delta / (kappa * perp) ** 2 - 1,
        (falls + alpha**2 * curvature) * delta / kappa - 1,
        -m * mean * delta / (a * kappa) - 1,
        signed / mean,
    ]


def solve(case: tuple[tuple[float, ...], tuple[float, ...]]) -> dict[str, float]:
    """One case: the solution, as the arguments of Phi in the risk."""
    ctx.prec = BITS
    setting = Setting(*case[0])
    unknowns, step = [arb(x) for x in case[1]], 0.25
    while True:
        unknowns = newton(setting, unknowns, step)
        step /= 2
        if max(abs(float(x)) for x in residuals(setting, unknowns, step)) < SETTLED:
            break
    a, perp, b, _kappa = unknowns
    r = (a * a + perp * perp).sqrt()
    found = {"one": float(-(b + a * setting.m) / r), "zero": float((b - a * setting.m) / r)}
    print(setting, step, found, flush=True)
    return {**setting._asdict(), **found}


def newton(setting: Setting, unknowns: list[arb], step: float) -> list[arb]:
    """The root, with one Jacobian of differences in units of 1 + |unknown| of b and relative ones of the others."""
    units = [1 + abs(x) if i == 2 else abs(x) for i, x in enumerate(unknowns)]
    here, small = residuals(setting, unknowns, step), arb(2) ** -40
    columns = []
    for i in range(4):
        moved = [x + small * unit if j == i else x for j, (x, unit) in enumerate(zip(unknowns, units, strict=True))]
        there = residuals(setting, moved, step)
        columns.append([float((x - y) / small) for x, y in zip(there, here, strict=True)])
    inverse = np.linalg.inv(np.array(columns).T)
    for _ in range(60):
        size = max(abs(float(x)) for x in here)
        if size < SOLVED:
            return unknowns
        scale = arb(size)
        change = inverse @ np.array([float(x / scale) for x in here])
        unknowns = [(x - scale * d * u).mid() for x, d, u in zip(unknowns, change.tolist(), units, strict=True)]
        here = residuals(setting, unknowns, step)
    raise ArithmeticError("no solution")


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(solve, CASES))
    Path(__file__).with_suffix("").with_name("logistic.json").write_text(json.dumps(found, indent=1) + "\n")
