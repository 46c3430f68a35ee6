"""Integrals over panels that are halved until they agree, for the reference of the plane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from theory.arrays import Array

ORDER = 16
AT, WEIGHTS = np.polynomial.legendre.leggauss(ORDER)
TO_LEGENDRE = np.linalg.inv(np.polynomial.legendre.legvander(AT, ORDER - 1))
DEPTH = 34


def pairs(edges: Array) -> list[tuple[float, float]]:
    return [(a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True) if b > a]


def integral(f: Callable[[Array], Array], edges: Array, longest: float, tol: float) -> Array:
    """Integrals of f: y (R,) -> (R, m), by panels that are halved until halves agree with the whole."""
    low = np.concatenate([np.linspace(a, b, int(np.ceil((b - a) / longest)) + 1)[:-1] for a, b in pairs(edges)])
    high = np.append(low[1:], edges[-1])
    total: Array = np.zeros(1)
    whole = _panels(f, low, high)
    for depth in range(DEPTH):
        middle = 0.5 * (low + high)
        halves = _panels(f, np.concatenate([low, middle]), np.concatenate([middle, high]))
        n = len(low)
        good = (np.abs(whole[0] - halves[0][:n] - halves[0][n:]).max(axis=1) < tol) & (halves[1][:n] & halves[1][n:])
        good |= depth == DEPTH - 1
        total = total + (halves[0][:n] + halves[0][n:])[good].sum(axis=0)
        rest = np.tile(~good, 2)
        low, high = np.concatenate([low, middle])[rest], np.concatenate([middle, high])[rest]
        whole = halves[0][rest], halves[1][rest]
        if len(low) == 0:
            break
    return total


def _panels(f: Callable[[Array], Array], low: Array, high: Array) -> tuple[Array, np.ndarray]:
    """Integrals over panels, and whether the ends of each look as its nodes say: what lies between the last node and an
    end is seen there, if it has the edge of a curve."""
    if len(low) == 0:
        return np.zeros((0, 1)), np.zeros(0, bool)
    half = 0.5 * (high - low)
    y = (0.5 * (low + high)[:, None] + half[:, None] * AT).ravel()
    inner = f(y).reshape(len(low), ORDER, -1)
    inward = 1e-9 * half
    ends = f(np.concatenate([low + inward, high - inward])).reshape(2, len(low), -1)
    onward = np.polynomial.legendre.legvander(np.array([-1.0, 1.0]), ORDER - 1) @ TO_LEGENDRE
    apart = np.abs(np.einsum("en,pnm->epm", onward, inner) - ends).max(axis=(0, 2))
    return np.einsum("pn,pnm->pm", half[:, None] * WEIGHTS, inner), apart < 1e-5 * np.maximum(1, 1e-3 / half)
