"""The posterior probability h(x) = P(Y = 1 | X = x) of a mixture on the line, resolved by panels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array
from theory.geometry.piece import Piece
from theory.laws import NOISE
from theory.numerics.terms import TIE_ULPS

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
TRANSFORM = np.linalg.inv(np.polynomial.legendre.legvander(NODES, len(NODES) - 1))
RESOLVED = 1e-13
MAX_DEPTH = 60


@dataclass(frozen=True)
class Posterior:
    """h on the line, with panels on each of which it is a polynomial of degree 11 to RESOLVED.

    least, most: bounds of h' on each panel, from the coefficients of the polynomial.
    jumps: jumps of h at the inner ends of panels, RESOLVED where there is none.
    rounding: what h may be off by on each panel, RESOLVED or, far out, the rounding of large logarithms.
    """

    pieces: tuple[Piece, ...]
    panels: Array
    least: Array
    most: Array
    jumps: Array
    rounding: Array

    def at(self, x: Array) -> Array:
        """h(x), 0 off the support."""
        return posterior(self.pieces, x)


def posterior(pieces: tuple[Piece, ...], x: Array) -> Array:
    """h(x) = sum of class-1 densities over the sum of all, from logarithms; 0 where there is no density."""
    return _posterior(pieces, x)[0]


def _posterior(pieces: tuple[Piece, ...], x: Array) -> tuple[Array, Array]:
    """h(x), and its rounding: h (1 - h) times that of the logarithms."""
    logs = [
        np.log(p.weight / float(p.scale)) + NOISE[p.law].log_pdf((x - float(p.center)) / float(p.scale)) for p in pieces
    ]
    stack = np.stack(logs, axis=-1)
    top = stack.max(axis=-1)
    empty = np.isneginf(top)
    top = np.where(empty, 0.0, top)
    shares = np.exp(stack - top[..., None])
    total = np.where(empty, 1.0, shares.sum(axis=-1))
    h = shares[..., [p.label == 1 for p in pieces]].sum(axis=-1) / total
    other = shares[..., [p.label == 0 for p in pieces]].sum(axis=-1) / total
    return h, TIE_ULPS * h * other * np.abs(top)


def resolved(pieces: tuple[Piece, ...]) -> Posterior:
    """h with its panels, slopes and jumps. On a panel of width w, |P_n'| <= n (n + 1)/w for Legendre's P_n."""
    panels = _panels(pieces)
    width = np.diff(panels)
    x = panels[:-1, None] + 0.5 * width[:, None] * (NODES + 1)
    values, rounding = _posterior(pieces, x)
    coefficients, rounding = values @ TRANSFORM.T, RESOLVED + rounding.max(axis=1)
    n = np.arange(len(NODES))
    curved = (np.abs(coefficients[:, 2:]) + rounding[:, None]) @ (n * (n + 1))[2:]
    jumps = (coefficients[1:] * (-1.0) ** n).sum(axis=1) - coefficients[:-1].sum(axis=1)
    level = 2 * coefficients[:, 1]
    return Posterior(pieces, panels, (level - curved) / width, (level + curved) / width, jumps, rounding)


def _panels(pieces: tuple[Piece, ...]) -> Array:
    """Split the line until h is resolved on every panel."""
    centers = np.array([float(p.center) for p in pieces])
    scales = np.array([float(p.scale) for p in pieces])
    edges = [centers[i] + s * scales[i] for i, p in enumerate(pieces) if p.law == "uniform" for s in (-1.0, 1.0)]
    span = np.ptp(centers) + scales.max()
    tails = span * 2.0 ** np.arange(0, 40)
    grid = np.unique(np.concatenate([centers, edges, centers.min() - tails, centers.max() + tails]))
    low, high = grid[:-1], grid[1:]
    done = []
    for _ in range(MAX_DEPTH):
        x = low[:, None] + 0.5 * (high - low)[:, None] * (NODES + 1)
        values, rounding = _posterior(pieces, x)
        tail = np.abs(values @ TRANSFORM.T)[:, -3:].max(axis=1)
        fine = (tail < RESOLVED + 4 * rounding.max(axis=1)) | (high - low < 1e-12 * scales.min())
        done.append(low[fine])
        low, high = low[~fine], high[~fine]
        if len(low) == 0:
            break
        middle = 0.5 * (low + high)
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return np.unique(np.concatenate([*done, low, grid[-1:]]))
