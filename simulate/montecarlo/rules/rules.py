"""The base classifiers f_alpha in JAX: the posterior rule on a signed density, the regression rule on boxes.

Everything without a closed form is in `set_rules`, `posterior_mean` and `rough`; `label_range` is the door to all.
Points are columns, x of shape (d, points), so that sums over the axes run over long rows. `alpha` is None for
training without noise, otherwise a positive array scalar.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array
from jax.scipy.special import ndtr

from simulate.montecarlo.laws.axes import Points, over_axes
from simulate.montecarlo.laws.fields import contains, distance_to, log_sum
from simulate.montecarlo.laws.laws import Boxes, Signed
from simulate.montecarlo.rules.plateaus import labels_of_plateaus
from simulate.montecarlo.rules.posterior_mean import MixtureRegression, mean_labels
from simulate.montecarlo.rules.rough import is_rough, rough_labels
from simulate.montecarlo.rules.set_rules import (
    SetPosterior,
    SetRegression,
    is_closed,
    posterior_labels,
    regression_labels,
)
from simulate.montecarlo.rules.settle import Labels, certain

Rule = Signed | Boxes | SetRegression | SetPosterior | MixtureRegression

# Flat densities (boxes with no noise or with uniform noise) and blurred labels can tie on sets of positive measure,
# where class 1 wins; rounding must not break such a tie.
TIE = 1e-12


def _off_support(signed: Signed, choice: str, widening: Array | float, x: Points) -> Array:
    """The label where the two log densities are both -inf: a tie on the support, the chosen rule off it."""
    assert signed.support0 is not None  # the caller asks only where both supports are bounded
    assert signed.support1 is not None
    to0, to1 = distance_to(signed.support0, widening, x), distance_to(signed.support1, widening, x)
    if choice == "nearest":
        return to1 <= to0 * (1 + TIE)
    return (jnp.minimum(to0, to1) == 0) | (choice == "class1")


def _hits(atoms: Array, x: Points) -> Array:
    return over_axes(jnp.logical_and, jnp.equal, x, jnp.asarray(atoms)).any(axis=0)


def posterior_rule(signed: Signed, noise: str, off_support: str, alpha: Array | None, x: Points) -> Array:
    """f_alpha(x) = 1[(s * p_alpha)(x) >= 0], shape (points,).

    The two sides of the signed density are compared as logarithms, so tails far beyond the range of a double keep
    their order; the decision is right up to a relative rounding of about 1e-12 in the ratio of the two sides (times
    the size of the log densities, which is about d). Where both are zero `off_support` decides; where plateaus of equal
    height cancel, `plateaus`.
    """
    above, below = (log_sum(side, noise, alpha, x) for side in (signed.positive, signed.negative))
    if signed.support0 is not None and (alpha is None or noise == "uniform"):
        tied = above >= below - TIE * (1 + jnp.abs(below))
        nowhere = jnp.isneginf(above) & jnp.isneginf(below)
        label = jnp.where(nowhere, _off_support(signed, off_support, 0.0 if alpha is None else alpha, x), tied)
    else:
        label = above >= below
    if signed.level is not None:
        balanced, kept = labels_of_plateaus(signed.level, noise, alpha, x)
        label = jnp.where(balanced, kept, label)
    if alpha is not None:
        return label
    label = label & ~_hits(signed.atoms0, x) if len(signed.atoms0) else label
    return label | _hits(signed.atoms1, x) if len(signed.atoms1) else label


def _cdf(noise: str, z: Array) -> Array:
    if noise == "gaussian":
        return ndtr(z)
    if noise == "laplace":
        tail = jnp.exp(-jnp.abs(z)) / 2
        return jnp.where(z < 0, tail, 1 - tail)
    return jnp.clip((z + 1) / 2, 0.0, 1.0)


def regression_rule(boxes: Boxes, noise: str, alpha: Array | None, x: Points) -> Array:
    """f_alpha(x) = 1[(h * p_alpha)(x) >= 1/2], h the indicator of disjoint boxes and 0 elsewhere, shape (points,).

    h * p_alpha is a sum over the boxes of products over the axes of differences of noise cdfs.
    """
    if alpha is None:
        return contains(boxes, x)

    def mass(value: Array, low: Array, high: Array) -> Array:
        return _cdf(noise, (value - low) / alpha) - _cdf(noise, (value - high) / alpha)

    masses = over_axes(jnp.multiply, mass, x, jnp.asarray(boxes.low), jnp.asarray(boxes.high))
    return masses.sum(axis=0) >= 0.5 - TIE


def bounded(rule: Rule, noise: str) -> bool:
    """Whether the labels of `label_range` may differ: the rule is evaluated by draws or by estimated integrals."""
    if isinstance(rule, Signed):
        return is_rough(rule, noise)
    if isinstance(rule, SetRegression | SetPosterior):
        return not is_closed(rule)
    return isinstance(rule, MixtureRegression)


def stored(rule: Rule, noise: str) -> bool:
    """Whether the rule looks at its points more than once, so that they must be stored."""
    return bounded(rule, noise) or not isinstance(rule, Signed | Boxes)


def continuous(rule: Rule, noise: str) -> bool:
    """Whether the rule without training noise is what `label_range` says of noise 0: variances add up."""
    if not isinstance(rule, Signed) or noise != "gaussian" or len(rule.atoms0) or len(rule.atoms1):
        return False
    return {*rule.positive, *rule.negative} <= {"gaussian", "rotated"} and rule.support0 is None


def label_range(rule: Rule, noise: str, off_support: str, alpha: Array | None, x: Array) -> Labels:
    """f_alpha at x (d, points): the least and the greatest label that are not ruled out, and the likelier one."""
    if isinstance(rule, SetRegression):
        return regression_labels(rule, noise, alpha, x)
    if isinstance(rule, SetPosterior):
        return posterior_labels(rule, noise, off_support, alpha, x)
    if isinstance(rule, MixtureRegression):
        if alpha is None:
            return certain(posterior_rule(rule.signed, noise, "class0", None, x))
        return mean_labels(rule, noise, alpha, x)
    if isinstance(rule, Boxes):
        return certain(regression_rule(rule, noise, alpha, x))
    if alpha is not None and is_rough(rule, noise):
        return rough_labels(rule, noise, off_support, alpha, x)
    return certain(posterior_rule(rule, noise, off_support, alpha, x))
