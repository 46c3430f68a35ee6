"""One-dimensional root finding for many brackets at once; only the brackets that still need it are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Index

MAX_ROUNDS = 120


@dataclass(frozen=True)
class Roots:
    """N sign changes.

    at: (N,) the end of the final bracket with the smaller value; value, error: of the function there.
    width: (N,) of the final bracket, 0 where the value is within its error of 0. At a jump it shrinks all the same
    while `value` stays large, which is how a caller tells a jump from a root.
    """

    at: Array
    value: Array
    error: Array
    width: Array


@dataclass
class _Bracket:
    """Chandrupatla's three points: a the latest, b the other end of the bracket, c the one before."""

    a: Array
    fa: Array
    ea: Array
    b: Array
    fb: Array
    eb: Array
    c: Array
    fc: Array

    def replace(self, rows: Index, x: Array, value: Array, error: Array) -> None:
        """Take in new values, keeping a sign change between a and b."""
        same = np.sign(value) == np.sign(self.fa[rows])
        self.c[rows] = np.where(same, self.a[rows], self.b[rows])
        self.fc[rows] = np.where(same, self.fa[rows], self.fb[rows])
        for other, own in (("b", "a"), ("fb", "fa"), ("eb", "ea")):
            getattr(self, other)[rows] = np.where(same, getattr(self, other)[rows], getattr(self, own)[rows])
        self.a[rows], self.fa[rows], self.ea[rows] = x, value, error

    def share(self, rows: Index) -> Array:
        """The next point as a share of the way from a to b: inverse quadratic where that is safe, else the middle."""
        a, b, c, fa, fb, fc = (getattr(self, k)[rows] for k in ("a", "b", "c", "fa", "fb", "fc"))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            guess = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        return np.where(safe & np.isfinite(guess), guess, 0.5)


def find_roots(
    function: Callable[[Index, Array], tuple[Array, Array]],
    low: Array,
    high: Array,
    at_low: Array,
    at_high: Array,
    tolerance: Array | float,
) -> Roots:
    """The sign change in each of N brackets, by Chandrupatla's method (1997).

    Args:
        function: (indices of brackets, x) -> (values, errors); a value within its error of 0 ends the search.
        low, high, at_low, at_high: (N,) the brackets and the function there, of opposite signs.
        tolerance: absolute width at which a bracket is narrow enough, (N,) or a number.
    """
    low, high = np.array(low, float), np.array(high, float)
    values = np.array(at_low, float), np.array(at_high, float)
    zero = np.zeros_like(low)
    s = _Bracket(low, values[0], zero, high.copy(), values[1], zero.copy(), low.copy(), values[0].copy())
    tolerance = np.broadcast_to(np.asarray(tolerance, float), low.shape)
    share = np.full_like(low, 0.5)
    active = np.flatnonzero((s.fa != 0) & (s.fb != 0))
    for _ in range(MAX_ROUNDS):
        if len(active) == 0:
            break
        x = s.a[active] + share[active] * (s.b[active] - s.a[active])
        s.replace(active, x, *function(active, x))
        width = np.abs(s.b[active] - s.a[active])
        limit = np.maximum(tolerance[active], 4 * np.spacing(np.abs(s.a[active])))
        met = (np.abs(s.fa[active]) <= s.ea[active]) | (width <= limit) | ~np.isfinite(s.fa[active])
        with np.errstate(divide="ignore"):
            least = np.minimum(0.5 * limit / width, 0.5)
        share[active] = np.clip(s.share(active), least, 1 - least)
        active = active[~met]
    near = np.abs(s.fa) <= np.abs(s.fb)
    value, error = np.where(near, s.fa, s.fb), np.where(near, s.ea, s.eb)
    width = np.where(np.abs(value) <= error, 0.0, np.abs(s.b - s.a))
    return Roots(np.where(near, s.a, s.b), value, error, width)
