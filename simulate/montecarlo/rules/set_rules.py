"""Base classifiers of labelled domains with balls, or with more overlapping boxes than can be cut apart, in JAX.

Regression rule: f_alpha(x) = 1[P(x - alpha W in A) >= 1/2], W the noise, A the union of the sets within the frame.
Posterior rule on a finite frame D: f_alpha(x) = 1[P(x - alpha W in A) >= P(x - alpha W in D)/2], in other words
1[P(Y in A) >= 1/2] where Y is x - alpha W given that it lies in D, which is drawn axis by axis.

Disjoint sets that lie within the frame have closed forms (Gaussian noise: tables of balls; boxes: any noise), which
add up. In the plane slices are exact too (`slices`). Otherwise closed forms are bounds, and what they leave open is
drawn (`settle`); so are points far from the frame in the tails of the posterior rule.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.fields import contains, log_densities, log_total
from simulate.montecarlo.laws.laws import LawGroup, Sets
from simulate.montecarlo.rules.inner_noise import confined, unit_from
from simulate.montecarlo.rules.settle import TIE, Data, Labels, between, certain, settle, where_open
from simulate.montecarlo.rules.slices import Slices, slice_mass

LOG_HALF = -0.6931471805599453
# Far above the error of slices: what lies nearer to a tie is drawn.
SLICE_ERROR = 1e-7


class SetRule(NamedTuple):
    """A union of sets with its closed forms: log_mass of each part is the log volume of its sets.

    `parts` is empty where a ball has no closed form. `whole` is None where the parts are disjoint and lie within the
    frame; otherwise it says for each part which of its sets lie within the frame, and `apart` whether no two sets
    share volume. `slices` are those of the plane, `frame` is the uniform law of D with log_mass the log volume.
    """

    sets: Sets
    parts: dict[str, LawGroup]
    whole: dict[str, Numbers] | None = None
    slices: Slices | None = None
    apart: Numbers = False
    frame: LawGroup | None = None


class SetRegression(NamedTuple):
    """The regression rule."""

    rule: SetRule


class SetPosterior(NamedTuple):
    """The posterior rule on a finite frame."""

    rule: SetRule


def is_closed(rule: SetRegression | SetPosterior) -> bool:
    """Whether every label is certain for every noise."""
    if isinstance(rule, SetRegression) and rule.rule.slices is not None:
        return True
    return bool(rule.rule.parts) and rule.rule.whole is None


def _log_masses(rule: SetRule, noise: str, alpha: Array, x: Array) -> dict[str, Array]:
    return {
        kind: jnp.minimum(log_densities(kind, part, noise, alpha, x) + jnp.asarray(part.log_mass)[:, None], 0.0)
        for kind, part in rule.parts.items()
    }


def _log_frame(rule: SetRule, noise: str, alpha: Array, x: Array) -> Array:
    """log P(x - alpha W in D), 0 where there is no frame."""
    if rule.frame is None:
        return jnp.zeros(x.shape[1])
    return log_densities("uniform", rule.frame, noise, alpha, x)[0] + jnp.asarray(rule.frame.log_mass)[0]


def _outlook(rule: SetRule, noise: str, alpha: Array, x: Array, floor: Array) -> tuple[Array, Array]:
    """Lower and upper bounds of log P(x - alpha W in A); `floor` is log P(x - alpha W in D), 0 without a frame.

    From above the sum of all sets and the floor. From below the sum of the sets within D, where they lie apart, else
    the largest of them; and the same of all sets less what lies beyond D.
    """
    masses = _log_masses(rule, noise, alpha, x)
    if not masses:
        return jnp.full(x.shape[1], -jnp.inf), jnp.minimum(floor, 0.0)
    upper = jnp.minimum(log_total(list(masses.values())), floor)
    if rule.whole is None:
        return upper, upper
    inner = [jnp.where(jnp.asarray(rule.whole[kind])[:, None], mass, -jnp.inf) for kind, mass in masses.items()]
    every = list(masses.values())
    within, all_ = (
        jnp.where(rule.apart, log_total(part), jnp.concatenate(part).max(axis=0)) for part in (inner, every)
    )
    less = jnp.exp(jnp.minimum(all_, 0.0)) + jnp.expm1(floor) - TIE
    lower = jnp.maximum(within, jnp.log(jnp.maximum(less, 0.0)))
    return jnp.minimum(lower, upper), upper


def regression_labels(regression: SetRegression, noise: str, alpha: Array | None, x: Array) -> Labels:
    """Labels of the regression rule at x (d, points)."""
    rule = regression.rule
    if alpha is None:
        return certain(contains(rule.sets, x))
    lower, upper = _outlook(rule, noise, alpha, x, _log_frame(rule, noise, alpha, x))
    yes = lower >= LOG_HALF - TIE
    if rule.slices is not None:
        sliced = where_open(partial(slice_mass, rule.slices, alpha), x, ~yes & (upper >= LOG_HALF - TIE))
        return certain(yes | (sliced >= 0.5 - TIE))
    if rule.parts and rule.whole is None:
        return certain(yes)

    def values(data: Data, unit: Array) -> Array:
        steps = alpha * unit_from(noise, unit)
        places = data[0][:, :, None] - steps[:, None, :]
        return contains(rule.sets, places.reshape(len(x), -1)).reshape(places.shape[1:]).astype(jnp.float64)

    known = yes | (upper < LOG_HALF - TIE)
    return settle(values, (x,), jnp.full(x.shape[1], 0.5), known, yes)


def _beyond(sets: Sets, off_support: str, widening: Array | float, x: Array) -> tuple[Array, Array]:
    """Where x is farther from the frame than the noise reaches, and the label there.

    Nearest: the nearest point of D plus the cube of the noise is the projection of x; class 1 is as near where some
    set reaches the face of the frame that lies within the cube about it.
    """
    frame = sets.frame
    assert frame is not None
    low, high = jnp.asarray(frame.low)[0][:, None], jnp.asarray(frame.high)[0][:, None]
    outside = ((x < low - widening) | (x > high + widening)).any(axis=0)
    if off_support != "nearest":
        return outside, jnp.full(x.shape[1], off_support == "class1")
    place = jnp.clip(x, low - widening, high + widening)
    window_low, window_high = jnp.maximum(place - widening, low), jnp.minimum(place + widening, high)
    return outside, _meets(sets, window_low, jnp.maximum(window_low, window_high))


def _meets(sets: Sets, low: Array, high: Array) -> Array:
    """Whether some set meets the box [low, high] (d, points) of each point."""
    middle, half = (low + high) / 2, (high - low) / 2
    found = jnp.zeros(low.shape[1], bool)
    if len(sets.boxes.low):
        gap_low = jnp.asarray(sets.boxes.low).T[:, :, None] <= (middle + half)[:, None, :]
        gap_high = jnp.asarray(sets.boxes.high).T[:, :, None] >= (middle - half)[:, None, :]
        found = found | (gap_low & gap_high).all(axis=0).any(axis=0)
    if len(sets.balls.radius):
        center = jnp.asarray(sets.balls.center).T[:, :, None]
        gap = jnp.maximum(jnp.abs(center - middle[:, None, :]) - half[:, None, :], 0.0)
        found = found | ((gap * gap).sum(axis=0) <= (jnp.asarray(sets.balls.radius) ** 2)[:, None]).any(axis=0)
    return found


def posterior_labels(posterior: SetPosterior, noise: str, off_support: str, alpha: Array | None, x: Array) -> Labels:
    """Labels of the posterior rule on a finite frame at x (d, points)."""
    rule = posterior.rule
    sets, frame = rule.sets, rule.sets.frame
    assert frame is not None
    if alpha is None:
        outside, off = _beyond(sets, off_support, 0.0, x)
        return certain(jnp.where(outside, off, contains(sets, x)))
    whole = _log_frame(rule, noise, alpha, x)
    lower, upper = _outlook(rule, noise, alpha, x, whole)
    yes, no = lower >= whole + LOG_HALF - TIE * (1 + jnp.abs(whole)), upper < whole + LOG_HALF
    low, high = jnp.asarray(frame.low)[0][:, None], jnp.asarray(frame.high)[0][:, None]

    def values(data: Data, unit: Array) -> Array:
        at = data[0][:, :, None]
        bounds = ((at - edge[:, :, None]) / alpha for edge in (high, low))
        places = jnp.clip(at - alpha * confined(noise, unit[:, None, :], *bounds), low[:, :, None], high[:, :, None])
        return contains(sets, places.reshape(len(x), -1)).reshape(places.shape[1:]).astype(jnp.float64)

    if rule.slices is not None:
        open_ = ~(yes | no)
        gap = where_open(partial(slice_mass, rule.slices, alpha), x, open_) - jnp.exp(whole) / 2
        yes, no = yes | (open_ & (gap > SLICE_ERROR)), no | (open_ & (gap < -SLICE_ERROR))
    outside, off = jnp.zeros(x.shape[1], bool), yes
    if noise == "uniform":
        outside, off = _beyond(sets, off_support, alpha, x)
    if rule.parts and rule.whole is None:
        return certain(jnp.where(outside, off, yes))
    labels = settle(values, (x,), jnp.full(x.shape[1], 0.5), yes | no | outside, yes)
    return between(outside, off, labels)
