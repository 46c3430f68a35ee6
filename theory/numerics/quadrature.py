"""Adaptive Gauss-Kronrod quadrature of many non-negative integrands at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array, Index

# The 15-point Kronrod extension of the 7-point Gauss rule (Piessens et al., QUADPACK, 1983).
_HALF_NODES = np.array([
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
    0.741531185599394439863864773280788, 0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0.0,
])  # fmt: skip
_HALF_KRONROD = np.array([
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
    0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
])  # fmt: skip
_HALF_GAUSS = np.array([
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975,
    0.417959183673469387755102040816327,
])  # fmt: skip
NODES = np.concatenate([-_HALF_NODES, _HALF_NODES[-2::-1]])
KRONROD = np.concatenate([_HALF_KRONROD, _HALF_KRONROD[-2::-1]])
GAUSS = np.zeros(15)
GAUSS[1::2] = np.concatenate([_HALF_GAUSS, _HALF_GAUSS[-2::-1]])

RELATIVE = 1e-12
MAX_ROUNDS = 60
BLOCK = 1 << 16


def integrate(
    function: Callable[[Index, Array], Array],
    row: Index,
    low: Array,
    high: Array,
    rows: int,
    relative: float = RELATIVE,
) -> tuple[Array, Array]:
    """Integrals of `function(row, x)` >= 0 over the union of each row's panels.

    Panels whose Gauss and Kronrod values differ by more than their share of `relative` times the row's integral are
    halved, unless the rounding of abscissae explains the difference. The integrand is not negative, so nothing cancels
    and the tolerance is relative for the smallest integral. A row whose integral is not finite is left at that.

    Args:
        function: values (N, 15) at abscissae x (N, 15) of rows (N,).
        row, low, high: the initial panels.
        relative: the tolerance; not less than a hundred times the relative rounding of the integrand.

    Returns:
        Integrals (rows,) and error estimates: the sum of |Gauss - Kronrod| over the final panels (an overestimate, as
        the Kronrod value is used), plus rounding.
    """
    done, doubt = np.zeros(rows), np.zeros(rows)
    for _ in range(MAX_ROUNDS):
        values, errors, noise = _apply(function, row, low, high)
        whole = done + np.bincount(row, values, rows)
        pending = np.bincount(row, errors, rows)
        enough = (pending + doubt <= relative * whole) | ~np.isfinite(whole)
        fine = enough[row] | (errors <= np.maximum(0.01 * relative * whole[row], noise))
        fine |= high - low <= 4 * np.spacing(np.abs(low))
        done += np.bincount(row[fine], values[fine], rows)
        doubt += np.bincount(row[fine], errors[fine], rows)
        rest = ~fine
        if not rest.any():
            break
        middle = 0.5 * (low[rest] + high[rest])
        row = np.concatenate([row[rest], row[rest]])
        low, high = np.concatenate([low[rest], middle]), np.concatenate([middle, high[rest]])
    else:
        values, errors, _noise = _apply(function, row, low, high)
        done, doubt = done + np.bincount(row, values, rows), doubt + np.bincount(row, values, rows)
    return done, doubt + 16 * np.finfo(float).eps * done


def _apply(
    function: Callable[[Index, Array], Array], row: Index, low: Array, high: Array
) -> tuple[Array, Array, Array]:
    """Kronrod values of panels, |Gauss - Kronrod|, and what a shift by the spacing of abscissae does to an integral."""
    values, errors, noise = np.empty(len(row)), np.empty(len(row)), np.empty(len(row))
    for start in range(0, len(row), BLOCK // 15):
        part = slice(start, start + BLOCK // 15)
        half = 0.5 * (high[part] - low[part])
        x = low[part][:, None] + half[:, None] * (1 + NODES)
        inner = function(row[part], x)
        with np.errstate(invalid="ignore"):
            spread = inner.max(axis=1) - inner.min(axis=1)
            noise[part] = 2 * spread * np.spacing(np.maximum(np.abs(low[part]), np.abs(high[part])))
            inner = inner * half[:, None]
            values[part] = inner @ KRONROD
            errors[part] = np.abs(inner @ (KRONROD - GAUSS))
    return values, errors, noise
