"""Labels of base classifiers on the Monte Carlo side, as the tests of rules look at them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from simulate.montecarlo.rules.rules import label_range
from simulate.montecarlo.rules.settle import Labels
from theory.problems.problem import Component

decided = jax.jit(label_range, static_argnums=(1, 2))  # rules of one structure share what is compiled


def base_label(*request: Any) -> jax.Array:
    """The likelier label."""
    return decided(*request).best


def label_bounds(*request: Any) -> tuple[jax.Array, jax.Array]:
    """The least and the greatest label that are not ruled out."""
    labels = decided(*request)
    return labels.low, labels.high


def components(*laws: Any) -> tuple[Component, ...]:
    return tuple(Component(law, 1.0 + i) for i, law in enumerate(laws))


def ranges(rule: Any, noise: str, alpha: float | None, x: np.ndarray, off_support: str = "nearest") -> Labels:
    with jax.enable_x64(True):
        scale = None if alpha is None else jnp.asarray(alpha)
        labels = decided(rule, noise, off_support, scale, jnp.asarray(x))
        return Labels(*(np.asarray(part) for part in labels))


def check(labels: Labels, truth: np.ndarray, most_open: float) -> None:
    """No decided label is wrong, undecided ones are rare, and the best one lies between the bounds."""
    assert (labels.low <= labels.best).all()
    assert (labels.best <= labels.high).all()
    decided = labels.low == labels.high
    np.testing.assert_array_equal(labels.low[decided], truth[decided])
    assert np.mean(~decided) <= most_open
