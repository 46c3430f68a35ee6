"""One-dimensional root finding for many brackets at once; only the brackets that still need it are evaluated.

Where a call costs far more than the places it is asked for, few brackets are cut at several places a round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index

MAX_ROUNDS = 120
# A bracket is cut at LEAST to MOST places a round. NODES of them about the change of sign make the next guess, which
# SPREAD of them do not trust; they are not followed where a round left more than this SHARE of the bracket.
LEAST, MOST, NODES, SPREAD, SHARE = 7, 17, 6, 4, 0.125


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

    def cuts(self, rows: Index, share: Array, limit: Array, count: int) -> Array:
        """(rows, count) places from a to b: about the guesses, a share of the way, in steps that grow from the limit to
        the whole bracket; where there is no guess, evenly."""
        a, way = self.a[rows][:, None], (self.b - self.a)[rows][:, None]
        even = np.broadcast_to((np.arange(count) + 0.5) / count, (len(rows), count))
        sides = (count - 1 - SPREAD) // 2
        least = np.clip(0.5 * limit[:, None] / np.abs(way), np.finfo(float).eps, 0.1)
        size = least ** (1 - np.arange(sides) / sides)
        guess = share[:, None]
        near = np.concatenate([guess, guess - size, guess + size, even[:, :: max(count // SPREAD, 1)]], axis=1)[
            :, :count
        ]
        near = np.where((near > 0) & (near < 1), near, even[:, : near.shape[1]])
        near = np.concatenate([near, even[:, near.shape[1] :]], axis=1)
        return np.asarray(a + way * np.sort(np.where(guess == 0.5, even, near), axis=1))

    def enclose(self, rows: Index, x: Array, value: Array, error: Array) -> Array:
        """Take in values at several places (rows, count) from a to b, and guess where between a and b the root is."""
        known = zip((self.a, self.fa, self.ea), (x, value, error), (self.b, self.fb, self.eb), strict=True)
        x, value, error = (np.concatenate([a[rows, None], part, b[rows, None]], axis=1) for a, part, b in known)
        every, unknown, size = np.arange(len(rows)), np.isnan(value), np.abs(value)
        # First what is within its error of 0, then a change of sign; without either there is a place without a value.
        zero: Flags = np.pad((size <= error)[:, 1:-1], ((0, 0), (1, 1)))
        changed = np.pad(value[:, 1:] * np.sign(value[:, :-1]) < 0, ((0, 0), (1, 0)))
        lost = unknown.any(axis=1) & ~(zero | changed).any(axis=1)
        last = np.argmax(np.where(np.any(changed, axis=1, keepdims=True), changed, unknown), axis=1)
        last = np.where(zero.any(axis=1), np.argmin(np.where(zero, size, np.inf), axis=1), last)
        nearer = zero[every, last] | lost | (size[every, last] <= size[every, last - 1])
        first, second = np.where(nearer, last, last - 1), np.where(nearer, last - 1, last)
        second = np.where(lost, 0, second)
        third = np.where(nearer, last + 1, last - 2)
        third = np.where((third < 0) | (third == x.shape[1]), np.where(nearer, last - 2, last + 1), third)
        for name, at in (("a", first), ("b", second), ("c", third)):
            getattr(self, name)[rows], getattr(self, "f" + name)[rows] = x[every, at], value[every, at]
            if name != "c":
                getattr(self, "e" + name)[rows] = error[every, at]
        start = np.clip(last - NODES // 2, 0, x.shape[1] - NODES)[:, None] + np.arange(NODES)
        guess = inverse(np.take_along_axis(value, start, axis=1), np.take_along_axis(x, start, axis=1))
        with np.errstate(invalid="ignore"):
            share = (guess - self.a[rows]) / (self.b - self.a)[rows]
            return np.where((share > 0) & (share < 1), share, 0.5)


def inverse(value: Array, x: Array) -> Array:
    """(n,) where polynomials in the values (n, k) that give the places x are at the value 0, by Neville's scheme; NaN
    where values are not monotone."""
    step = np.diff(value, axis=1)
    found = x.copy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for k in range(1, value.shape[1]):
            low, high = value[:, :-k], value[:, k:]
            found = (low * found[:, 1:] - high * found[:, :-1]) / (low - high)
        return np.where((step > 0).all(axis=1) | (step < 0).all(axis=1), found[:, 0], np.nan)


def find_roots(
    function: Callable[[Index, Array], tuple[Array, Array]],
    low: Array,
    high: Array,
    at_low: Array,
    at_high: Array,
    tolerance: Array | float,
    places: int = 1,
) -> Roots:
    """The sign change in each of N brackets, by Chandrupatla's method (1997); with few brackets by that of inverse
    interpolation between several places at once.

    Args:
        function: (indices of brackets, x) -> (values, errors); a value within its error of 0 ends the search.
        low, high, at_low, at_high: (N,) the brackets and the function there, of opposite signs.
        tolerance: absolute width at which a bracket is narrow enough, (N,) or a number.
        places: for how many the function takes about as long as for one.
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
        before, limit = np.abs(s.b - s.a)[active], np.maximum(tolerance[active], 4 * np.spacing(np.abs(s.a[active])))
        count = min(places // len(active), MOST)
        if count < LEAST:
            x = s.a[active] + share[active] * (s.b[active] - s.a[active])
            s.replace(active, x, *function(active, x))
            share[active] = s.share(active)
        else:
            x = s.cuts(active, share[active], limit, count)
            found = function(np.repeat(active, count), x.ravel())
            share[active] = s.enclose(active, x, *(part.reshape(x.shape) for part in found))
        width = np.abs(s.b[active] - s.a[active])
        limit = np.maximum(tolerance[active], 4 * np.spacing(np.abs(s.a[active])))
        met = (np.abs(s.fa[active]) <= s.ea[active]) | (width <= limit) | ~np.isfinite(s.fa[active])
        with np.errstate(divide="ignore"):
            least = np.minimum(0.5 * limit / width, 0.5)
        stalled = (count >= LEAST) & (share[active] != 0.5) & (width > SHARE * before)
        share[active] = np.where(stalled, 0.5, np.clip(share[active], least, 1 - least))
        active = active[~met]
    near = np.abs(s.fa) <= np.abs(s.fb)
    value, error = np.where(near, s.fa, s.fb), np.where(near, s.ea, s.eb)
    width = np.where(np.abs(value) <= error, 0.0, np.abs(s.b - s.a))
    return Roots(np.where(near, s.a, s.b), value, error, width)
