"""The law of |c + s Z|, Z standard Gaussian in d dimensions: Gaussian masses of Euclidean balls, in both tails.

Here live the public functions, their domain and their edge cases; `steepest` has the mathematics. Everything is
measured in units of s: `ell` = |c|/s is the distance of the ball's centre, `delta` = (radius - |c|)/s says how far
the sphere lies beyond the origin of the noise. Radius and distance of a sphere that is almost a half-space are huge
and nearly equal; only their difference matters, so it is an input and is never formed here.

For the noncentral chi-square law itself: dim degrees of freedom, noncentrality ell^2, argument (ell + delta)^2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc, log_ndtr

from theory.arrays import Array, Flags, Index
from theory.numerics.special.logs import log1mexp, stirling_rest
from theory.numerics.special.steepest import Saddle, classes, contour, log_density, log_tail, saddle

# Beyond these the ball is a half-space to far more than double precision (d/ell and log(delta)/delta^2 do not count).
_HALF_SPACE_ELL = 1e100
_HALF_SPACE_DELTA = 1e70
# Elements in flight: many, where each is a few numbers, and few, where each has up to 115 nodes.
_BATCH = 1 << 16
_CHUNK = 512
# log_error, in ulp: a constant part and one that grows with the logarithm. The test table's worst is .55 of it.
_ULP_CONSTANT = 16.0
_ULP_PER_LOG = 12.0
# Around the ball's own centre the law is that of a gamma variable, whose tails cost a hundredth of a contour: in these
# dimensions, down to where they underflow, to so many ulp more for each dimension and four (the worst is half of that).
_GAMMA_DIMS, _GAMMA_ULPS, _GAMMA_LOG = (2.0, 200.0), 4.0, -600.0


class BallLaw(NamedTuple):
    """Logarithms of both masses and both densities as below, and the absolute error of each of the four."""

    log_cdf: Array
    log_sf: Array
    log_pdf: Array
    log_rate: Array
    error: Array


class BallTails(NamedTuple):
    """Logarithms of both masses, the absolute error of both, and a bound of the log density dP/d(delta)."""

    log_cdf: Array
    log_sf: Array
    error: Array
    log_most: Array


def ball_law(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> BallLaw:
    """`ball_log_mass`, `ball_mass_derivatives` and `log_error` from one contour; arguments and the rest as there."""
    return BallLaw(*_evaluate(dim, ell, delta, _MASSES, _DENSITIES, _ERROR))


def ball_tails(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> BallTails:
    """`ball_log_mass` with its error, which exceeds `log_error` by 4 (d + 4) ulp where the masses are those of a gamma
    law (ell = 0, 2 to 200 dimensions), and `log_density_bound`; arguments and the rest as there."""
    return BallTails(*_evaluate(dim, ell, delta, _MASSES, _ERROR, _MOST, own=_of_gamma_law))


def log_density_bound(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> Array:
    """At least the logarithm of dP/d(delta), to `log_error`, and at most .18 above it, without a contour: for errors.

    The saddle-point approximation (Daniels 1954). The first term that it leaves out, of relative size
    -(d^2/6 + d b + 3 b^2)/(d + 2 b)^3 with b = lambda/w0^2, is negative; of the others the tests make sure.
    """
    return _evaluate(dim, ell, delta, _MOST)[0]


def ball_log_mass(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> tuple[Array, Array]:
    """Logarithms of P(|c + s Z| <= r) and P(|c + s Z| > r).

    Equation: (1/2 pi i) int exp(K(t) - t x)/t dt over a parabola through the saddle point of K(t) - t x, where K is
    the cumulant function of the noncentral chi-square law and x = (r/s)^2; see `steepest` for form and sources. The
    tail on the far side of the mean is integrated, the other is its complement: both are accurate, and stay so where
    the mass itself underflows.

    Parameters
    ----------
    dim : d >= 1, finite (need not be an integer; meant for up to 1e9).
    ell : |c|/s >= 0, infinity allowed (half-space).
    delta : (r - |c|)/s; delta <= -ell is an empty ball. All three broadcast.

    Returns
    -------
    (log_cdf, log_sf), both of the broadcast shape. Empty ball: (-inf, 0); delta = inf: (0, -inf); nan propagates.

    The relative error of both masses, that is the absolute error of both logs, is below `log_error`.

    Raises
    ------
    ValueError : dim is below 1 or infinite, or ell is negative.
    """
    log_cdf, log_sf = _evaluate(dim, ell, delta, _MASSES)
    return log_cdf, log_sf


def ball_mass_derivatives(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> tuple[Array, Array]:
    """Logarithms of dP/d(delta) at fixed ell, and of -dP/d(ell) at fixed radius ell + delta, for P = P(|c + s Z| <= r).

    Equations: with f(x; d, lambda) the noncentral chi-square density, x = (ell + delta)^2 and lambda = ell^2,
    dP/d(delta) = 2 (ell + delta) f(x; d, lambda) is the density of |c + s Z|/s, and -dP/d(ell) = 2 ell f(x; d + 2,
    lambda), because dF/d(lambda) = -f(x; d + 2, lambda) (Johnson, Kotz and Balakrishnan 1995, chapter 29).

    Arguments, shapes, errors raised: as for `ball_log_mass`. Outside the ball's existence (delta <= -ell), and at
    infinite delta, both are -inf; at ell = 0 the second is. The absolute error of both logs is below `log_error`.
    """
    log_pdf, log_rate = _evaluate(dim, ell, delta, _DENSITIES, own=_centred)
    return log_pdf, log_rate


def log_error(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> Array:
    """Bound on the absolute error of the logs above, which is the relative error of masses and densities.

    The method's own error is below 1e-17; what remains is rounding: ulp * (16 + 12 |psi|), where psi <= 0 is the
    exponent at the saddle point, to within O(log) the logarithm of the smaller mass. That part is unavoidable: the
    spacing of floating-point numbers around a logarithm of -1e5 is 1e-11. `dim`, `ell` and `delta` are taken to be
    exact. Not covered are results that are subnormal numbers after exponentiation. Masses known exactly have error 0.
    """
    return _evaluate(dim, ell, delta, _ERROR)[0]


class _Part(NamedTuple):
    """A kind of result: of the saddle points and, where it needs one, their contour; of half-spaces; of empty balls; of
    the saddle points of balls about the centre of the noise, where these need no contour."""

    kernel: Callable[..., tuple[Array, ...]]
    contour: bool
    half_space: Callable[[Array, Array], tuple[Array, ...]]
    empty: tuple[float, ...]
    centred: Callable[[Saddle], tuple[Array, ...]]


def _tails(point: Saddle, tail: Array) -> tuple[Array, ...]:
    """Below and above, from the tail on the far side of the mean."""
    rest = log1mexp(tail)
    above = point.tilt >= 0.0
    return np.where(above, rest, tail), np.where(above, tail, rest)


def _error(point: Saddle, ulps: Array | float = 0.0) -> tuple[Array, ...]:
    return (np.finfo(np.float64).eps * (_ULP_CONSTANT - _ULP_PER_LOG * point.exponent + ulps),)


def _half_space_error(_ell: Array, delta: Array) -> tuple[Array, ...]:
    bound = np.finfo(np.float64).eps * (_ULP_CONSTANT + _ULP_PER_LOG * 0.5 * delta * delta)
    return (np.where(delta == np.inf, 0.0, bound),)


def _most(point: Saddle) -> tuple[Array, ...]:
    """The integrand of the density as the Gaussian that it is near the saddle point."""
    root = np.sqrt(point.dim + point.root) / np.sqrt(point.rho)
    return (point.exponent + 2 * np.log(root) - np.log(2.0 * np.sqrt(np.pi * point.root)),)


def _half_space_densities(ell: Array, delta: Array) -> tuple[Array, ...]:
    density = -0.5 * delta * delta - 0.5 * np.log(2.0 * np.pi)
    return density, np.where(ell == 0.0, -np.inf, density)


def _gamma_masses(point: Saddle) -> tuple[Array, ...]:
    half, square = 0.5 * point.dim, 0.5 * point.rho**2
    above = point.tilt >= 0.0
    tail = np.empty_like(half)
    for side, chance in ((above, gammaincc), (~above, gammainc)):
        tail[side] = chance(half[side], square[side])
    return _tails(point, np.log(tail))


def _chi_densities(point: Saddle) -> tuple[Array, ...]:
    """Of gamma laws the saddle-point approximation is exact but for Stirling's formula in place of Gamma(d/2)."""
    return _most(point)[0] - stirling_rest(0.5 * point.dim), np.full_like(point.dim, -np.inf)


def _centred(point: Saddle) -> Flags:
    """Which balls lie about the centre of the noise."""
    return np.asarray(point.ell == 0.0)


def _of_gamma_law(point: Saddle) -> Flags:
    """Of which of them the masses are taken from incomplete gamma functions."""
    least, most = _GAMMA_DIMS
    return _centred(point) & (point.dim >= least) & (point.dim <= most) & (point.exponent > _GAMMA_LOG)


_MASSES = _Part(
    lambda point, path: _tails(point, log_tail(point, path)),
    True,
    lambda _, delta: (log_ndtr(delta), log_ndtr(-delta)),
    (-np.inf, 0.0),
    _gamma_masses,
)
_DENSITIES = _Part(log_density, True, _half_space_densities, (-np.inf, -np.inf), _chi_densities)
_ERROR = _Part(_error, False, _half_space_error, (0.0,), lambda point: _error(point, _GAMMA_ULPS * (point.dim + 4.0)))
_MOST = _Part(_most, False, lambda *place: _half_space_densities(*place)[:1], (-np.inf,), _most)

Chosen = Callable[[Saddle], Flags]


def _evaluate(
    dim: ArrayLike, ell: ArrayLike, delta: ArrayLike, *parts: _Part, own: Chosen | None = None
) -> list[Array]:
    """Check and broadcast the arguments, sort the elements into cases, and fill the results; `own` says which of the
    balls about the centre of the noise are done without a contour."""
    dim, ell, delta = (np.asarray(a, dtype=np.float64) for a in (dim, ell, delta))
    _check(dim, ell)
    grid = np.empty((3, *np.broadcast(dim, ell, delta).shape))
    empty = [value for part in parts for value in part.empty]
    result = np.empty((len(empty), *grid.shape[1:]))
    grid[0], grid[1], grid[2] = dim, ell, delta
    flat_grid, flat_result = grid.reshape(3, -1), result.reshape(len(empty), -1)
    dim, ell, delta = flat_grid
    with np.errstate(all="ignore"):
        regular = (delta > -ell) & (delta <= _HALF_SPACE_DELTA) & (ell <= _HALF_SPACE_ELL) & (dim >= 1.0)
        if not regular.all():
            limits = [values for part in parts for values in part.half_space(ell, delta)]
            flat_result[:] = np.where(delta > -ell, limits, np.array(empty)[:, None])
            flat_result[:, np.isnan(flat_grid).any(axis=0)] = np.nan
        rest, paths = np.flatnonzero(regular), any(part.contour for part in parts)
        for start in range(0, rest.size, _BATCH):
            batch = rest[start : start + _BATCH]
            for members, point, rule in _cases(saddle(*flat_grid[:, batch]), own, paths):
                flat_result[:, batch[members]] = _results(point, rule, parts)
    return [values[()] for values in result]


# What stands for a rule where none is needed: for balls about the centre, and for what the saddle point gives.
_OWN, _NONE = -1, -2


def _cases(point: Saddle, own: Chosen | None, paths: bool) -> Iterator[tuple[Index | slice, Saddle, int]]:
    """Positions, saddles and the rule of a contour, or what stands for it."""
    if not paths:
        yield slice(None), point, _NONE
        return
    chosen = np.zeros(point.ell.shape, bool) if own is None else own(point)
    if not chosen.any():
        yield from classes(point, _CHUNK)
        return
    held, others = np.flatnonzero(chosen), np.flatnonzero(~chosen)
    yield held, Saddle(*(field[held] for field in point)), _OWN
    for members, part, rule in classes(Saddle(*(field[others] for field in point)), _CHUNK):
        yield others[members], part, rule


def _results(point: Saddle, rule: int, parts: tuple[_Part, ...]) -> list[Array]:
    if rule == _OWN:
        return [values for part in parts for values in part.centred(point)]
    path = () if rule == _NONE else (contour(point, rule),)
    return [values for part in parts for values in part.kernel(point, *(path if part.contour else ()))]


def _check(dim: Array, ell: Array) -> None:
    """Refuse what is outside the domain."""
    for name, bad, values, wanted in (
        ("dim", (dim < 1.0) | (dim == np.inf), dim, "finite dimensions >= 1"),
        ("ell", ell < 0.0, ell, "distances >= 0"),
    ):
        if bad.any():
            raise ValueError(f"{name}: found {float(values[bad].flat[0])!r}, expected {wanted}")
