"""Sums of kernels at a point as normal variables, for Gaussian mixtures: the integrands of `theory.parzen_risk`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtr

from theory.arrays import Array, Index

EPS = float(np.finfo(float).eps)
# Standard deviations beyond which a Gaussian density is 0 in floats, and where panels are cut before.
FAR = 39.0
CUTS = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.5, 9.0, 14.0, 24.0, FAR])
# Where chance decides, in units of the distance over which z changes by 1, which is found from a step of this share of
# the least scale.
CHANCE = np.array([-40.0, -12.0, -5.0, -2.0, 2.0, 5.0, 12.0, 40.0])
NEARBY = 1e-6
# Roundings in an exponential and in a sum of some of them, in units of EPS.
ULPS = 16


@dataclass(frozen=True)
class KernelSums:
    """Gaussians along a line, or about one centre in `dim` dimensions; in units of `unit`.

    labels: +1 and -1. weights: with the prior. boundaries: of training noises (R,) the boundaries (R, B) of the base
    classifiers.
    """

    dim: int
    centers: Array
    variances: Array
    weights: Array
    labels: Array
    unit: float
    boundaries: Callable[[Array], Array]

    def logs(self, x: Array, more: Array) -> Array:
        """Log densities of the components with `more` variance, weighted: (..., K)."""
        total = self.variances + more[..., None]
        squares = (x[..., None] - self.centers) ** 2 / total
        return np.log(self.weights) - 0.5 * (squares + self.dim * np.log(2 * np.pi * total))

    def log_volume(self, x: Array) -> Array:
        """The logarithm of the area of the sphere of radius x; 0 on the line."""
        if self.dim == 1:
            return np.zeros_like(x)
        area = math.log(2) + 0.5 * self.dim * math.log(math.pi) - float(gammaln(0.5 * self.dim))
        return area + (self.dim - 1) * np.log(x)

    def places(self) -> Array:
        """Where the densities change: about every component, at so many of its scales."""
        scales = np.sqrt(self.variances)
        away = np.concatenate([-CUTS, CUTS])[:, None] * scales
        middle = self.centers if self.dim == 1 else scales * math.sqrt(self.dim)
        return np.ravel(middle + away if self.dim == 1 else np.maximum(middle + away, 0.0))

    def panels(self, alpha: Array, count: Array) -> tuple[Index, Array, Array]:
        """Panels of every row, cut where densities change, at both boundaries, and about the noised one.

        There chance decides: z rises from -1 to 1 over a distance that shrinks as the samples grow.
        """
        places = self.places()
        true, ends = np.split(self.boundaries(np.append(0.0, alpha)), [1])
        ends = np.where(np.isfinite(ends), ends, places.max())
        step = NEARBY * float(np.sqrt(self.variances.min()))
        square = np.broadcast_to(alpha[:, None] ** 2, ends.shape)
        there, here = (self.score(x, square, count[:, None])[0] for x in (ends + step, ends))
        width = step / np.maximum(np.abs(there - here), step / np.ptp(places))
        steps = (ends[..., None] + np.multiply.outer(width, CHANCE)).reshape(len(alpha), ends.shape[1] * len(CHANCE))
        same = np.broadcast_to(np.append(places, true), (len(alpha), places.size + true.size))
        table = np.concatenate([same, ends, steps], axis=1)
        table = np.sort(np.clip(np.where(np.isfinite(table), table, places.max()), places.min(), places.max()), axis=1)
        row, column = np.nonzero(table[:, 1:] > table[:, :-1])
        return row, table[row, column], table[row, column + 1]

    def integrands(self, x: Array, alpha: Array, count: Array, excess: bool) -> tuple[Array, Array]:
        """The integrand (N, 15) and how far rounding can have moved it."""
        square, count = alpha[:, None] ** 2, count[:, None]
        volume = self.log_volume(x)
        with np.errstate(divide="ignore"):
            z, slack = self.score(x, np.broadcast_to(square, x.shape), count)
            logs = self.logs(x, np.zeros_like(x)) + volume[..., None]
        shares = np.exp(logs)
        one, zero = (shares[..., self.labels == label].sum(axis=-1) for label in (1, -1))
        apart = np.abs(one - zero)
        value = apart * ndtr(-z * np.sign(one - zero)) if excess else one * ndtr(-z) + zero * ndtr(z)
        # Of densities, and of the difference of two, which decides about the excess.
        ulps = ULPS + np.abs(np.maximum(logs, -(FAR**2)))
        rounding = EPS * (shares * ulps).sum(axis=-1) * (ndtr(-z * np.sign(one - zero)) if excess else 1.0)
        density = np.exp(-0.5 * np.minimum(z * z, FAR**2)) / math.sqrt(2 * math.pi)
        return value, rounding + apart * density * slack

    def score(self, x: Array, square: Array, count: Array) -> tuple[Array, Array]:
        """z and how far rounding can have moved it."""
        logs = self.logs(x, square)
        top = logs.max(axis=-1)
        shares = np.exp(logs - top[..., None])
        mean = shares @ self.labels
        wide = self.logs(x, square / 2)
        peak = wide.max(axis=-1)
        factor = 0.5 * self.dim * np.log(4 * np.pi * square)
        moment = np.log(np.exp(wide - peak[..., None]).sum(axis=-1)) + peak - factor
        size = np.exp(top - 0.5 * moment)
        rest = np.maximum(1 - (mean * size) ** 2, EPS)
        z = np.sqrt(count) * mean * size / np.sqrt(rest)
        ulps = EPS * (ULPS + np.abs(top) + np.abs(moment))
        return z, np.sqrt(count) * size * shares.sum(axis=-1) * ulps / rest**1.5
