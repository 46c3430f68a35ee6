"""Gaussian mixtures in the plane."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from theory.arrays import Array
from theory.geometry.curvature import SmallNoise
from theory.geometry.plane.conics import quadratic
from theory.geometry.plane.covers import Cover, GaussianCover
from theory.geometry.plane.curvature import on_outline
from theory.geometry.plane.outline import Outline, gaussian_mass
from theory.geometry.plane.pieces import PlanePiece
from theory.geometry.plane.plane import Plane
from theory.geometry.plane.regression import RegressionField
from theory.geometry.plane.shapes import BaseRegion, FieldBase, Shape
from theory.geometry.plane.signed import SignedField
from theory.geometry.plane.window import Window

# Base classifiers that are kept.
TRAINED = 256
# Mass that may lie outside the window of the data, as a share of the tolerance.
OUTSIDE = 0.02


def gaussians(
    means: Array,
    covariances: Array,
    weights: Array,
    labels: Array,
    tolerance: float,
    frame: tuple[Array, Array] | None = None,
    lost: float = 0.0,
    regression: bool = False,
) -> Plane:
    """Gaussian mixtures: means (K, 2), covariances (K, 2, 2), weights (K,) with the prior, labels (K,).

    frame: a point (d,) and two directions (2, d) of the plane in which a problem of more dimensions lives.
    lost: a share of the scales by which components may be off. regression: the rule that blurs the posterior.
    """
    missing = OUTSIDE * min(tolerance, 1e-4)
    reach = -float(ndtri(missing / 4))
    spreads = reach * np.sqrt(np.einsum("kii->ki", covariances))
    low, high = (means - spreads).min(axis=0), (means + spreads).max(axis=0)
    middle = 0.5 * (low + high)
    window = Window(float(middle[0]), float(middle[1]), 0.5 * float((high - low).max())).askew()
    pieces = tuple(_gaussian_piece(*part) for part in zip(labels, weights, means, covariances, strict=True))
    net = _net(means, covariances, weights, labels)

    def trainer(alpha: float) -> BaseRegion:
        held = [np.array(v) for v in zip(*net, strict=True)] if net else [np.empty(0)] * 4
        positive = held[3] > 0 if net else np.empty(0, bool)
        if positive.all() or not positive.any():
            return FieldBase(_none, 1.0, bool(positive.all()))
        noisy = held[1] + alpha**2 * np.eye(2)
        scale = float(np.sqrt(np.linalg.eigvalsh(noisy)[:, 0].min()))
        if regression and alpha > 0:
            return FieldBase(
                lambda order: RegressionField(SignedField(held[0], held[1], held[2], positive, order), alpha, order),
                scale,
            )
        conic = None
        if len(noisy) == 2:
            order = np.argsort(positive)
            conic = quadratic(held[0][order], held[1][order], held[2][order], alpha)
        return FieldBase(lambda order: SignedField(held[0], noisy, held[2], positive, order), scale, conic=conic)

    def boundary(outline: Outline) -> SmallNoise:
        fine = outline.divided(np.ceil(outline.lengths / least).astype(int))
        return on_outline(fine, means, covariances, weights, labels)

    def cover(label: int, margin: float) -> Cover:
        own = labels == label
        return GaussianCover(means[own], covariances[own], weights[own], window)

    least = float(np.sqrt(np.linalg.eigvalsh(covariances)[:, 0].min()))
    kept = lru_cache(TRAINED)(trainer)
    return Plane(kept, pieces, window, missing, tolerance, cover, frame, boundary=boundary, lost=lost)


def _none(order: int) -> SignedField:
    raise AssertionError("a constant classifier has no field")


def _gaussian_piece(label: int, weight: float, mean: Array, covariance: Array) -> PlanePiece:
    factor = np.asarray(np.linalg.cholesky(covariance), float)
    peak = 1 / (2 * np.pi * float(np.linalg.det(factor)))

    def mass(_shape: Shape, outline: Outline, _level: int) -> float:
        return gaussian_mass(outline, mean, factor)

    return PlanePiece(int(label), float(weight), mass, peak, moments=(mean, covariance))


def _net(means: Array, covariances: Array, weights: Array, labels: Array) -> list[tuple[Array, Array, float, int]]:
    """Components with equal laws joined, those that both classes hold cancelled."""
    table: dict[bytes, list] = {}
    for mean, covariance, weight, label in zip(means, covariances, weights, labels, strict=True):
        entry = table.setdefault(mean.tobytes() + covariance.tobytes(), [mean, covariance, 0.0])
        entry[2] += weight if label else -weight
    tie = 4 * np.finfo(float).eps * weights.max()
    return [(m, c, abs(w), int(w > 0)) for m, c, w in table.values() if abs(w) > tie]
