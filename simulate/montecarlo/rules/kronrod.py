"""Integrals with an error estimate: Gauss-Kronrod (7, 15) in JAX, of functions or of their logarithms."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.polynomial import legendre


def kronrod_rule(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (2 count + 1,) of Kronrod's extension of the Gauss rule of `count` nodes, its weights, and those of the
    Gauss rule, 0 where that has no node.

    The added nodes are the zeros of the polynomial E = P_(count + 1) + ... for which P_count E is orthogonal to all
    polynomials of degree up to `count` (Stieltjes 1894, Kronrod 1964); the weights integrate orthonormal polynomials.
    Computed from that definition, so that no digits are shared with the exact side.
    """
    own, own_weights = legendre.leggauss(count)
    places, masses = legendre.leggauss(2 * count + 2)
    table = legendre.legvander(places, count + 1)
    products = table.T @ ((masses * table[:, count])[:, None] * table)
    stieltjes = np.append(np.linalg.solve(products[:-1, :-1], -products[:-1, -1]), 1.0)
    added = legendre.legroots(stieltjes)
    added -= legendre.legval(added, stieltjes) / legendre.legval(added, legendre.legder(stieltjes))
    nodes = np.sort(np.concatenate([own, added]))
    moments = np.zeros(2 * count + 1)
    moments[0] = 2.0
    gauss = np.zeros(2 * count + 1)
    gauss[1::2] = own_weights
    basis = np.sqrt(2.0 * np.arange(2 * count + 1) + 1) * legendre.legvander(nodes, 2 * count)
    return nodes, np.linalg.solve(basis.T, moments), gauss


NODES, WEIGHTS, GAUSS = kronrod_rule(7)
# Sums with both weights are a product of matrices: so the compiler does not work out the terms of each anew.
RULES = np.array([WEIGHTS, GAUSS])


def integral(value: Callable[[Array], Array], ends: Array) -> tuple[Array, Array]:
    """The integral and its error: value takes places (nodes, points), ends (E, points) ascend.

    The error is the sum over the panels of |K15 - G7|, far more than the error of K15 where panels resolve the
    function.
    """
    nodes = NODES[:, None]

    def panel(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        low, half = ends[index], (ends[index + 1] - ends[index]) / 2
        fine, coarse = half * (RULES @ value(low + half * (1 + nodes)))
        return state[0] + fine, state[1] + jnp.abs(fine - coarse)

    nothing = jnp.zeros(ends.shape[1])
    return lax.fori_loop(0, len(ends) - 1, panel, (nothing, nothing))


def log_integral(log_value: Callable[[Array], Array], ends: Array) -> tuple[Array, Array]:
    """Logarithms of what `integral` says, of a function that is given by its logarithm."""
    nodes = NODES[:, None]

    def panel(index: Array, state: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends[index], ends[index + 1]
        half = (high - low) / 2
        logs = log_value(low + half * (1 + nodes))
        top = logs.max(axis=0)
        safe = jnp.where(jnp.isfinite(top), top, 0.0)
        fine, coarse = half * (RULES @ jnp.exp(logs - safe))
        return (
            jnp.logaddexp(state[0], safe + jnp.log(fine)),
            jnp.logaddexp(state[1], safe + jnp.log(jnp.abs(fine - coarse))),
        )

    nothing = jnp.full(ends.shape[1], -jnp.inf)
    return lax.fori_loop(0, len(ends) - 1, panel, (nothing, nothing))
