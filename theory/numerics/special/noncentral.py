"""The law of |c + s Z|, Z standard Gaussian in d dimensions: Gaussian masses of Euclidean balls, in both tails.

Here live the public functions, their domain and their edge cases; `steepest` has the mathematics. Everything is
measured in units of s: `ell` = |c|/s is the distance of the ball's centre, `delta` = (radius - |c|)/s says how far
the sphere lies beyond the origin of the noise. Radius and distance of a sphere that is almost a half-space are huge
and nearly equal; only their difference matters, so it is an input and is never formed here.

For the noncentral chi-square law itself: dim degrees of freedom, noncentrality ell^2, argument (ell + delta)^2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammainc, gammaincc, gammaln, log_ndtr

from theory.arrays import Array, Flags
from theory.numerics.special.logs import log1mexp, power_series
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
# Stirling's series for log Gamma in powers of the inverse square of its argument: good to 1e-17 from here on.
_STIRLING = np.array([1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400])
_STIRLING_FROM = 10.0

_Results = tuple[Array, ...]


class BallLaw(NamedTuple):
    """Logarithms of both masses and both densities as below, and the absolute error of each of the four."""

    log_cdf: Array
    log_sf: Array
    log_pdf: Array
    log_rate: Array
    error: Array


def ball_law(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> BallLaw:
    """`ball_log_mass`, `ball_mass_derivatives` and their error from one contour, or from a gamma law where ell = 0.

    There the error exceeds `log_error` by 4 (d + 4) ulp, in 2 to 200 dimensions. Arguments, shapes, errors raised: as
    below.
    """
    empty = (-np.inf, 0.0, -np.inf, -np.inf, 0.0)
    return BallLaw(*_evaluate(dim, ell, delta, _law, _half_space_law, empty, _gamma_law))


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
    log_cdf, log_sf = _evaluate(dim, ell, delta, _masses, _half_space_masses, (-np.inf, 0.0))
    return log_cdf, log_sf


def ball_mass_derivatives(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> tuple[Array, Array]:
    """Logarithms of dP/d(delta) at fixed ell, and of -dP/d(ell) at fixed radius ell + delta, for P = P(|c + s Z| <= r).

    Equations: with f(x; d, lambda) the noncentral chi-square density, x = (ell + delta)^2 and lambda = ell^2,
    dP/d(delta) = 2 (ell + delta) f(x; d, lambda) is the density of |c + s Z|/s, and -dP/d(ell) = 2 ell f(x; d + 2,
    lambda), because dF/d(lambda) = -f(x; d + 2, lambda) (Johnson, Kotz and Balakrishnan 1995, chapter 29).

    Arguments, shapes, errors raised: as for `ball_log_mass`. Outside the ball's existence (delta <= -ell), and at
    infinite delta, both are -inf; at ell = 0 the second is. The absolute error of both logs is below `log_error`.
    """
    log_pdf, log_rate = _evaluate(
        dim, ell, delta, _densities, _half_space_densities, (-np.inf, -np.inf), _gamma_densities
    )
    return log_pdf, log_rate


def log_error(dim: ArrayLike, ell: ArrayLike, delta: ArrayLike) -> Array:
    """Bound on the absolute error of the logs above, which is the relative error of masses and densities.

    The method's own error is below 1e-17; what remains is rounding: ulp * (16 + 12 |psi|), where psi <= 0 is the
    exponent at the saddle point, to within O(log) the logarithm of the smaller mass. That part is unavoidable: the
    spacing of floating-point numbers around a logarithm of -1e5 is 1e-11. `dim`, `ell` and `delta` are taken to be
    exact. Not covered are results that are subnormal numbers after exponentiation. Masses known exactly have error 0.
    """
    return _evaluate(dim, ell, delta, _bounds, _half_space_bounds, (0.0,))[0]


def _masses(point: Saddle, rule: int) -> _Results:
    return _tails(point, log_tail(point, contour(point, rule)))


def _densities(point: Saddle, rule: int) -> _Results:
    return log_density(point, contour(point, rule))


def _law(point: Saddle, rule: int) -> _Results:
    path = contour(point, rule)
    return *_tails(point, log_tail(point, path)), *log_density(point, path), *_bounds(point, rule)


def _tails(point: Saddle, tail: Array) -> _Results:
    """Below and above, from the tail on the far side of the mean."""
    rest = log1mexp(tail)
    above = point.tilt >= 0.0
    return np.where(above, rest, tail), np.where(above, tail, rest)


def _bounds(point: Saddle, _rule: int) -> _Results:
    return (np.finfo(np.float64).eps * (_ULP_CONSTANT - _ULP_PER_LOG * point.exponent),)


def _gamma_law(point: Saddle) -> _Results:
    half, square = 0.5 * point.dim, 0.5 * point.rho**2
    above = point.tilt >= 0.0
    tail = np.empty_like(half)
    for side, chance in ((above, gammaincc), (~above, gammainc)):
        tail[side] = chance(half[side], square[side])
    error = _bounds(point, 0)[0] + np.finfo(np.float64).eps * _GAMMA_ULPS * (point.dim + 4.0)
    return *_tails(point, np.log(tail)), *_gamma_densities(point), error


def _gamma_densities(point: Saddle) -> _Results:
    """2 rho f(rho^2; d, 0) = 2 (d/2)^(d/2) e^(psi - d/2)/(rho Gamma(d/2)); in many dimensions by Stirling's series."""
    half = 0.5 * point.dim
    large = np.maximum(half, _STIRLING_FROM)
    series = power_series(1.0 / large**2, _STIRLING) * large
    few = half * np.log(half) - half - gammaln(half)
    many = 0.5 * np.log(large / (2 * np.pi)) - series
    log = point.exponent + np.where(half < _STIRLING_FROM, few, many) - np.log(0.5 * point.rho)
    return log, np.full_like(log, -np.inf)


def _half_space_masses(ell: Array, delta: Array) -> _Results:
    return log_ndtr(delta), log_ndtr(-delta)


def _half_space_densities(ell: Array, delta: Array) -> _Results:
    density = -0.5 * delta * delta - 0.5 * np.log(2.0 * np.pi)
    return density, np.where(ell == 0.0, -np.inf, density)


def _half_space_bounds(ell: Array, delta: Array) -> _Results:
    bound = np.finfo(np.float64).eps * (_ULP_CONSTANT + _ULP_PER_LOG * 0.5 * delta * delta)
    return (np.where(delta == np.inf, 0.0, bound),)


def _half_space_law(ell: Array, delta: Array) -> _Results:
    return *_half_space_masses(ell, delta), *_half_space_densities(ell, delta), *_half_space_bounds(ell, delta)


def _evaluate(
    dim: ArrayLike,
    ell: ArrayLike,
    delta: ArrayLike,
    kernel: Callable[[Saddle, int], _Results],
    half_space: Callable[[Array, Array], _Results],
    empty: tuple[float, ...],
    gamma: Callable[[Saddle], _Results] | None = None,
) -> _Results:
    """Check and broadcast the arguments, sort the elements into cases, and fill the results."""
    dim, ell, delta = (np.asarray(a, dtype=np.float64) for a in (dim, ell, delta))
    _check(dim, ell)
    grid = np.empty((3, *np.broadcast(dim, ell, delta).shape))
    result = np.empty((len(empty), *grid.shape[1:]))
    grid[0], grid[1], grid[2] = dim, ell, delta
    flat_grid, flat_result = grid.reshape(3, -1), result.reshape(len(empty), -1)
    dim, ell, delta = flat_grid
    with np.errstate(all="ignore"):
        regular = (delta > -ell) & (delta <= _HALF_SPACE_DELTA) & (ell <= _HALF_SPACE_ELL) & (dim >= 1.0)
        if not regular.all():
            ball = delta > -ell
            flat_result[:] = np.where(ball, half_space(ell, delta), np.array(empty)[:, None])
            flat_result[:, np.isnan(flat_grid).any(axis=0)] = np.nan
        rest = np.flatnonzero(regular)
        for start in range(0, rest.size, _BATCH):
            batch = rest[start : start + _BATCH]
            point = saddle(*flat_grid[:, batch])
            if gamma is not None:
                central = _central(point)
                if central.any():
                    flat_result[:, batch[central]] = gamma(_taken(point, central))
                    batch, point = batch[~central], _taken(point, ~central)
            for members, part, rule in classes(point, _CHUNK):
                flat_result[:, batch[members]] = kernel(part, rule)
    return tuple(values[()] for values in result)


def _central(point: Saddle) -> Flags:
    """Where the noise is around the ball's own centre, and the gamma law's tails are good."""
    least, most = _GAMMA_DIMS
    return (point.ell == 0.0) & (point.dim >= least) & (point.dim <= most) & (point.exponent > _GAMMA_LOG)


def _taken(point: Saddle, chosen: Flags) -> Saddle:
    return Saddle(*(field[chosen] for field in point))


def _check(dim: Array, ell: Array) -> None:
    """Refuse what is outside the domain."""
    for name, bad, values, wanted in (
        ("dim", (dim < 1.0) | (dim == np.inf), dim, "finite dimensions >= 1"),
        ("ell", ell < 0.0, ell, "distances >= 0"),
    ):
        if bad.any():
            raise ValueError(f"{name}: found {float(values[bad].flat[0])!r}, expected {wanted}")
