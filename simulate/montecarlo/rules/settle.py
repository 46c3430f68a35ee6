"""Is a mean above a threshold? Decided at many points at once by rounds of shared draws, with an error rate.

At a point x the values v_j(x) in [0, 1] of independent draws W_j have mean m(x), and the question is m >= tau. After
n = 256, 512, ..., MOST draws with mean v and (n - 1)-variance s^2 the point is decided as soon as one of these holds:

    n KL(v, tau) >= log(1/delta')                                          (Hoeffding 1963, theorem 1)
    |v - tau| >= sqrt(2 s^2 log(2/delta')/n) + 7 log(2/delta')/(3 (n - 1))   (Maurer and Pontil 2009, theorem 4)

KL(v, tau) is the divergence of Bernoulli laws; the first is the better one for indicators, the second for values that
vary little. delta' = DELTA/(4 rounds) spreads the error over two tests, two sides and all rounds, so that any point
(independent of the draws) is decided wrongly with probability at most DELTA. The draws are the same for all points
and runs: a label is a function of the point alone. The errors of different points are therefore not independent; the
share of wrong labels has mean at most DELTA under any law of points, and exceeds t with probability at most DELTA/t.

Only undecided points take part in a round, in groups, so easy points cost little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

DELTA = 1e-6
FIRST, ROUNDS = 256, 9
MOST = FIRST << (ROUNDS - 1)
SEED = 0x5E771E
# Equal on paper: rounding must not break a tie, which class 1 wins.
TIE = 1e-12
# Doubles that one group of points and draws may take.
GROUP = 1 << 18
# Points of one group at most: the few that stay open to the last round, which costs most, should not have company.
OPEN_GROUP = 64

Data = tuple[Array, ...]  # arrays with the points along the last axis; the first is x (d, points)
Evaluate = Callable[[Data, Array], Array]  # (data of C points, unit (d, B)) -> (C, B) in [0, 1]


class Labels(NamedTuple):
    """low <= best <= high, equal where the label is certain (at the stated error rate)."""

    low: Array
    best: Array
    high: Array


class _LabelSums(NamedTuple):
    first: Array
    second: Array


_State = tuple[Array, Array, _LabelSums, Array]


def sizes(dim: int, points: int) -> tuple[int, int, int]:
    """Points of one group, draws of one step, which its number fixes, and steps at a time."""
    draws = max(8, min(64, GROUP // (64 * dim)))
    draws = 1 << (draws.bit_length() - 1)
    group = min(points, OPEN_GROUP, max(8, GROUP // (dim * draws)))
    return group, draws, min(FIRST // draws, 1 << (max(1, GROUP // (dim * draws * group)).bit_length() - 1))


def certain(label: Array) -> Labels:
    """Labels of a closed form."""
    return Labels(label, label, label)


def between(known: Array, label: Array, others: Labels) -> Labels:
    """The given label where it is known, else the others."""
    return Labels(*(jnp.where(known, label, other) for other in others))


def divergence(v: Array, tau: Array) -> Array:
    """v log(v/tau) + (1 - v) log((1 - v)/(1 - tau)), infinite where tau is 0 or 1 and v is not."""

    def part(share: Array, other: Array) -> Array:
        safe = jnp.where(share > 0, share, 1.0)
        return jnp.where(share > 0, safe * (jnp.log(safe) - jnp.log(jnp.maximum(other, 0.0))), 0.0)

    return part(v, tau) + part(1 - v, 1 - tau)


def settled(sums: _LabelSums, count: Array, tau: Array) -> Array:
    """Whether `count` draws decide, see the top."""
    mean = jnp.clip(sums.first / count, 0.0, 1.0)
    spread = jnp.maximum(sums.second - count * mean * mean, 0.0) / (count - 1)
    log = jnp.log(4 * ROUNDS / DELTA)
    bernstein = jnp.sqrt(2 * spread * (log + jnp.log(2.0)) / count) + 7 * (log + jnp.log(2.0)) / (3 * (count - 1))
    return (count * divergence(mean, tau) >= log) | (jnp.abs(mean - tau) >= bernstein)


def _unit(steps: Array, dim: int, draws: int) -> Array:
    """Uniform numbers strictly between 0 and 1, (d, steps * draws), of some steps."""

    def one(step: Array) -> Array:
        key = jax.random.fold_in(jax.random.key(SEED), step)
        return jax.random.uniform(key, (dim, draws), jnp.float64, 2.0**-54, 1.0)

    return jax.vmap(one, out_axes=1)(steps).reshape(dim, -1)


def _listed(open_: Array, group: int) -> Array:
    """The numbers of the open points, and then the number of points, a group's length beyond them all."""
    return jnp.nonzero(open_, size=len(open_) + group, fill_value=len(open_))[0]


def _add(values: Evaluate, data: Data, open_: Array, sums: _LabelSums, upto: tuple[Array, Array]) -> _LabelSums:
    """The sums with the draws from one number up to another added at the open points."""
    dim, points = data[0].shape
    group, draws, steps = sizes(dim, points)
    order, number = _listed(open_, group), open_.sum()

    def one_group(state: tuple[Array, _LabelSums]) -> tuple[Array, _LabelSums]:
        start, total = state
        chosen = lax.dynamic_slice_in_dim(order, start, group)
        held = tuple(part[..., jnp.minimum(chosen, points - 1)] for part in data)

        def some(place: Array, part: _LabelSums) -> _LabelSums:
            found = values(held, _unit(place * steps + jnp.arange(steps), dim, draws))
            return _LabelSums(part.first + found.sum(axis=1), part.second + (found * found).sum(axis=1))

        empty = jnp.zeros(group)
        first, last = (count // (draws * steps) for count in upto)
        added = lax.fori_loop(first, last, some, _LabelSums(empty, empty))
        return start + group, _LabelSums(*(a.at[chosen].add(b, mode="drop") for a, b in zip(total, added, strict=True)))

    state = (jnp.zeros((), number.dtype), sums)
    return lax.while_loop(lambda state: state[0] < number, one_group, state)[1]


def where_open(function: Callable[[Array], Array], x: Array, open_: Array) -> Array:
    """function(x) at the open points of x (d, points), 0 elsewhere; only groups of open points are evaluated."""
    points = x.shape[1]
    group = min(points, OPEN_GROUP)
    order, number = _listed(open_, group), open_.sum()

    def one_group(state: tuple[Array, Array]) -> tuple[Array, Array]:
        start, result = state
        chosen = lax.dynamic_slice_in_dim(order, start, group)
        return start + group, result.at[chosen].set(function(x[:, jnp.minimum(chosen, points - 1)]), mode="drop")

    state = (jnp.zeros((), number.dtype), jnp.zeros(points))
    return jnp.where(open_, lax.while_loop(lambda state: state[0] < number, one_group, state)[1], 0.0)


def settle(values: Evaluate, data: Data, tau: Array, known: Array, guess: Array) -> Labels:
    """Labels 1[m >= tau] at all points; `guess` where they are `known` beforehand."""
    points = data[0].shape[1]

    def one_round(state: _State) -> _State:
        number, open_, sums, mean = state
        done = jnp.where(number == 0, 0, FIRST << jnp.maximum(number - 1, 0))
        count = FIRST << number
        sums = _add(values, data, open_, sums, (done, count))
        mean = jnp.where(open_, sums.first / count, mean)
        return number + 1, open_ & ~settled(sums, count.astype(jnp.float64), tau), sums, mean

    zero = jnp.zeros(points)
    state = (jnp.zeros((), jnp.int64), ~known, _LabelSums(zero, zero), zero)

    def going(state: _State) -> Array:
        return (state[0] < ROUNDS) & state[1].any()

    _, open_, _, mean = lax.while_loop(going, one_round, state)
    best = jnp.where(known, guess, mean >= tau - TIE)
    return Labels(best & ~open_, best, best | open_)
