"""What small noise sees of a plane problem: slope, curvature and Laplacian of s on the Bayes boundary."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.curvature import SmallNoise
from theory.geometry.plane.outline import Outline


def on_outline(outline: Outline, means: Array, covariances: Array, weights: Array, labels: Array) -> SmallNoise:
    """The data at the nodes of the boundary {s = 0}, for s = sum of +-w_k N(m_k, S_k)."""
    at = outline.points.reshape(-1, 2)
    length = np.hypot(*outline.steps.reshape(-1, 2).T)
    slope, bend = _derivatives(at, means, covariances, np.where(labels > 0, weights, -weights))
    steepness = np.hypot(slope[:, 0], slope[:, 1])
    normal = slope / np.maximum(steepness, 1e-300)[:, None]
    laplacian = np.einsum("nii->n", bend)
    along = np.einsum("ni,nij,nj->n", normal, bend, normal)
    curvature = (along - laplacian) / np.maximum(steepness, 1e-300)
    return SmallNoise(at, length, steepness, curvature, laplacian)


def _derivatives(at: Array, means: Array, covariances: Array, signed: Array) -> tuple[Array, Array]:
    """Gradient (N, 2) and second derivatives (N, 2, 2) of the signed density."""
    gradient, bend = np.zeros((len(at), 2)), np.zeros((len(at), 2, 2))
    for mean, covariance, weight in zip(means, covariances, signed, strict=True):
        precision = np.linalg.inv(covariance)
        pull = (at - mean) @ precision
        height = weight * np.exp(-0.5 * ((at - mean) * pull).sum(axis=1))
        height /= 2 * np.pi * np.sqrt(np.linalg.det(covariance))
        gradient -= height[:, None] * pull
        bend += height[:, None, None] * (pull[:, :, None] * pull[:, None, :] - precision)
    return gradient, bend
