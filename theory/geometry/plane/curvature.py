"""What small noise sees of a plane problem: derivatives of s and q on the Bayes boundary."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.curvature import SmallNoise
from theory.geometry.plane.outline import Outline

# A panel with a node where |s| exceeds this share of q does not lie on {s = 0}: it runs along the edge of the window.
OFF = 0.5


def on_outline(outline: Outline, means: Array, covariances: Array, weights: Array, labels: Array) -> SmallNoise:
    """The data at the nodes of the boundary {s = 0}, for s = sum of +-w_k N(m_k, S_k).

    A boundary that reaches the window of the data goes on beyond it: it counts as unbounded.
    """
    sign = np.where(labels > 0, 1.0, -1.0)
    shares, _height = _densities(outline.points.reshape(-1, 2), means, covariances, weights)
    off = (np.abs(shares @ sign) > OFF * shares.sum(axis=1)).reshape(outline.points.shape[:2]).any(axis=1)
    at = outline.points[~off].reshape(-1, 2)
    length = np.hypot(*outline.steps[~off].reshape(-1, 2).T)
    shares, height = _densities(at, means, covariances, weights)
    slopes, bend = _derivatives(at, means, covariances, shares, sign)
    slope, rise = np.einsum("nki,k->ni", slopes, sign), slopes.sum(axis=1)
    steepness = np.hypot(slope[:, 0], slope[:, 1])
    least = np.maximum(steepness, np.finfo(float).tiny)
    normal = slope / least[:, None]
    laplacian = np.einsum("nii->n", bend)
    along = np.einsum("ni,nij,nj->n", normal, bend, normal)
    marginal = shares.sum(axis=1)
    return SmallNoise(
        at,
        length,
        height * steepness,
        (along - laplacian) / least,
        height * laplacian,
        height * marginal,
        -height * (normal * rise).sum(axis=1),
        marginal / least,
        np.zeros(len(at)),
        bounded=not off.any(),
    )


def _densities(at: Array, means: Array, covariances: Array, weights: Array) -> tuple[Array, Array]:
    """Weighted densities of the components (N, K), divided by the largest at each point, and that (N,)."""
    apart = at[:, None] - means
    pull = np.einsum("nki,kij->nkj", apart, np.linalg.inv(covariances))
    logs = np.log(weights / (2 * np.pi * np.sqrt(np.linalg.det(covariances)))) - 0.5 * (apart * pull).sum(axis=2)
    top = logs.max(axis=1, keepdims=True, initial=-np.inf)
    return np.exp(logs - top), np.exp(top[:, 0])


def _derivatives(at: Array, means: Array, covariances: Array, shares: Array, sign: Array) -> tuple[Array, Array]:
    """Gradients (N, K, 2) of the components, and second derivatives (N, 2, 2) of their signed sum."""
    precision = np.linalg.inv(covariances)
    pull = np.einsum("nki,kij->nkj", at[:, None] - means, precision)
    bends = pull[..., :, None] * pull[..., None, :] - precision
    return -shares[..., None] * pull, np.einsum("nk,nkij->nij", shares * sign, bends)
