"""The points that a rule is trained on: samples with labels, each in some copies, handed out copy by copy.

One copy of all samples is held at a time, so that memory does not grow with the number of copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jax import Array, lax


@dataclass(frozen=True)
class Points:
    """copy(c) (samples, dim): copy number c < copies of all samples. labels (samples,): 0.0 or 1.0."""

    copy: Callable[[Array], Array]
    labels: Array
    copies: int
    dim: int

    @property
    def count(self) -> int:
        """How many points there are."""
        return self.copies * len(self.labels)

    def total(self, part: Callable[[Array, Any], Any], zero: Any, weights: Any = None) -> Any:
        """The sum over copies of part(points, weights of that copy); zero has its structure and shapes."""

        def add(held: Any, at: tuple[Array, Any]) -> tuple[Any, None]:
            c, weight = at
            found = part(self.copy(c), weight)
            return tuple(a + b for a, b in zip(held, found, strict=True)), None

        return lax.scan(add, zero, (jnp.arange(self.copies), weights))[0]

    def each(self, part: Callable[[Array], Array]) -> Array:
        """part(points) of every copy, stacked."""
        return lax.map(lambda c: part(self.copy(c)), jnp.arange(self.copies))

    def margins(self, theta: Array) -> Array:
        """y (w.x + b) (copies, samples), y = +-1, for parameters theta = (w, b)."""
        signs = 2 * self.labels - 1
        return self.each(lambda x: signs * (x @ theta[:-1] + theta[-1]))

    def pull(self, weights: Array) -> Array:
        """The sum of weight * y (x, 1) (dim + 1,), weights (copies, samples)."""
        signs = 2 * self.labels - 1
        moment, rest = self.total(
            lambda x, weight: ((signs * weight) @ x, (signs * weight).sum()), (jnp.zeros(self.dim), 0.0), weights
        )
        return jnp.append(moment, rest)

    def gram(self, weights: Array) -> Array:
        """The sum of weight * (x, 1)(x, 1)' (dim + 1, dim + 1), weights (copies, samples)."""
        square, moment, rest = self.total(
            lambda x, weight: (x.T @ (weight[:, None] * x), weight @ x, weight.sum()),
            (jnp.zeros((self.dim, self.dim)), jnp.zeros(self.dim), 0.0),
            weights,
        )
        return jnp.block([[square, moment[:, None]], [moment[None], rest[None, None]]])
