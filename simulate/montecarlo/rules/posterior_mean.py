"""The regression rule on mixtures in JAX: f_alpha(x) = 1[(eta * p_alpha)(x) >= 1/2].

eta(y) = P(Y = 1 | X = y) where the data have density and 0 elsewhere. Point masses say nothing about any other point
and count nothing under training noise; without it each decides where it lies. On the line the convolution is an
integral over panels that end at the edges, around the centres and around the sign changes of eta - 1/2
(`kronrod`, to an estimated error). In two and three dimensions, where all laws are smooth, tensor products of Gauss
rules of three sizes decide where they agree well enough; this is the one place where an error is judged by the
difference of resolutions alone, ten times the largest difference plus 1e-6. All else is drawn (`settle`).
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import itemgetter
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.laws.densities import BARE
from simulate.montecarlo.laws.fields import log_weighted
from simulate.montecarlo.laws.laws import LawGroup, Signed
from simulate.montecarlo.rules.inner_noise import unit_from
from simulate.montecarlo.rules.kronrod import integral
from simulate.montecarlo.rules.settle import TIE, Data, Labels, settle

# Panels of the noise, in its scale; what is beyond weighs less than 1e-17.
_FAR = np.array([0.0, 1, 2, 4, 6, 9, 13, 18, 25, 40])
GRID = {
    "gaussian": np.arange(-9.0, 9.1, 1.5),
    "laplace": np.concatenate([-_FAR[:0:-1], _FAR]),
    "uniform": np.array([-1.0, 0.0, 1.0]),
}
AROUND = np.array([-9.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0])
# Where sign changes of eta - 1/2 are looked for: so many places across each law.
SEARCH = np.concatenate([-np.geomspace(40, 1e-3, 400), [0.0], np.geomspace(1e-3, 40, 400)])
SMOOTH = ("gaussian", "rotated", "point")
SIZES = {2: (12, 17, 24), 3: (8, 11, 14)}
SAFETY, FLOOR = 10.0, 1e-6
# Of so many laws each is written out: a compiler makes one loop of them, four times as fast as sums over an axis.
FEW_LAWS = 8


class MixtureRegression(NamedTuple):
    """The signed density and the density of X, `share` what of each law's mass class 1 has more than class 0; `ends` on
    the line."""

    signed: Signed
    total: dict[str, LawGroup]
    share: dict[str, Numbers]
    ends: Numbers | None


def panel_ends(total: dict[str, LawGroup], signed: Signed) -> np.ndarray:
    """On the line: edges, places around the centres of all laws, and around the sign changes of eta - 1/2."""
    spread = [(c, s) for part in total.values() for c, s in zip(part.center[:, 0], part.scale[:, 0], strict=True)]
    ends = [center + scale * AROUND for center, scale in spread]
    places = np.unique(np.concatenate([center + scale * SEARCH for center, scale in spread] or [np.zeros(1)]))
    with np.errstate(invalid="ignore"):
        ratio = _log_host(signed.positive, places) - _log_host(signed.negative, places)
        change = np.flatnonzero((ratio[:-1] >= 0) != (ratio[1:] >= 0))
        for i in change:
            step, rise = places[i + 1] - places[i], abs(ratio[i + 1] - ratio[i])
            at = (places[i] + places[i + 1]) / 2
            if np.isfinite(rise) and rise > 0:
                at = places[i] + step * abs(ratio[i]) / rise
                ends.append(at + step / rise * np.array([-32.0, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32]))
            else:
                ends.append(np.array([at]))
    return np.unique(np.concatenate(ends or [np.zeros(1)]))


def _log_host(parts: dict[str, LawGroup], y: np.ndarray) -> np.ndarray:
    """Log of a signed side at places on the line, on the host."""
    logs = [np.full(len(y), -np.inf)]
    for kind, part in parts.items():
        for center, scale, mass in zip(part.center[:, 0], part.scale[:, 0], part.log_mass, strict=True):
            z = np.abs(y - center) / scale
            if kind == "uniform":
                logs.append(np.where(z <= 1, mass - np.log(2 * scale), -np.inf))
            elif kind != "point":
                shape = -z * z / 2 - np.log(np.sqrt(2 * np.pi)) if kind == "gaussian" else -z - np.log(2)
                logs.append(shape - np.log(scale) + mass)
    with np.errstate(invalid="ignore"):
        return np.logaddexp.reduce(logs)


def posterior_mean(rule: MixtureRegression, y: Array) -> Array:
    """eta at y (d, points): the mean of the shares, weighted by the densities of all laws."""
    logs, shares = [], []
    for kind, part in rule.total.items():
        for some, share in _pieces(part, rule.share[kind]):
            logs.append(log_weighted(kind, some, "gaussian", None, y))
            shares.append(share[:, None])
    top = reduce(jnp.maximum, [log.max(axis=0) for log in logs])
    held = jnp.isfinite(top)
    weights = [jnp.exp(log - jnp.where(held, top, 0.0)) for log in logs]
    excess = reduce(jnp.add, [(share * w).sum(axis=0) for share, w in zip(shares, weights, strict=True)])
    whole = jnp.where(held, reduce(jnp.add, [w.sum(axis=0) for w in weights]), 1.0)
    return jnp.where(held, jnp.clip(0.5 + excess / (2 * whole), 0.0, 1.0), 0.0)


def _pieces(part: LawGroup, share: Numbers) -> list[tuple[LawGroup, Array]]:
    """Laws and their shares one by one where they are few, else all at once."""
    step = 1 if len(share) <= FEW_LAWS else len(share)
    cuts = [slice(first, first + step) for first in range(0, len(share), step)]
    return [(jax.tree.map(itemgetter(cut), part), jnp.asarray(share)[cut]) for cut in cuts]


def _on_the_line(rule: MixtureRegression, noise: str, alpha: Array, x: Array) -> tuple[Array, Array]:
    """(eta * p_alpha)(x) and a bound of its error."""
    grid = GRID[noise]
    low, high = x + alpha * grid[0], x + alpha * grid[-1]
    fixed = jnp.clip(jnp.asarray(rule.ends)[:, None], low, high)
    ends = jnp.sort(jnp.concatenate([x + alpha * grid[:, None], fixed]), axis=0)

    def value(y: Array) -> Array:
        eta = posterior_mean(rule, y.reshape(1, -1)).reshape(y.shape)
        return eta * jnp.exp(BARE[noise](jnp.minimum(jnp.abs(x - y), alpha * grid[-1]), alpha))

    mean, error = integral(value, ends)
    return mean, error + TIE


def _rule_1d(noise: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the Gauss rule of a noise of scale 1, weights adding to 1."""
    if noise == "gaussian":
        nodes, weights = np.polynomial.hermite_e.hermegauss(size)
    elif noise == "uniform":
        nodes, weights = np.polynomial.legendre.leggauss(size)
    else:
        half, mass = np.polynomial.laguerre.laggauss(size // 2 + 1)
        nodes, weights = np.concatenate([-half, half]), np.concatenate([mass, mass])
    return nodes, weights / weights.sum()


def _tensor(rule: MixtureRegression, noise: str, alpha: Array, x: Array) -> tuple[Array, Array]:
    """(eta * p_alpha)(x) by the largest of three tensor products, and what it may be off by."""
    results = []
    for size in SIZES[len(x)]:
        nodes, weights = _rule_1d(noise, size)
        total = jnp.zeros(x.shape[1])
        grid = np.array(list(product(range(len(nodes)), repeat=len(x) - 1)))
        lines = jnp.asarray(nodes[grid]), jnp.asarray(np.prod(weights[grid], axis=1))
        last = jnp.asarray(nodes)[None, :]

        def add(index: Array, total: Array, held: tuple[Array, ...] = (*lines, last, jnp.asarray(weights))) -> Array:
            first = jnp.broadcast_to(held[0][index][:, None], (len(x) - 1, held[2].shape[1]))
            steps = jnp.concatenate([first, held[2]])
            places = (x[:, :, None] - alpha * steps[:, None, :]).reshape(len(x), -1)
            return total + held[1][index] * (posterior_mean(rule, places).reshape(x.shape[1], -1) @ held[3])

        results.append(lax.fori_loop(0, len(grid), add, total))
    spread = jnp.stack(results).max(axis=0) - jnp.stack(results).min(axis=0)
    return results[-1], SAFETY * spread + FLOOR


def mean_labels(rule: MixtureRegression, noise: str, alpha: Array, x: Array) -> Labels:
    """Labels of the regression rule on a mixture with training noise, at x (d, points)."""
    kinds = set(rule.total)
    half = jnp.full(x.shape[1], 0.5)
    known, guess = jnp.zeros(x.shape[1], bool), jnp.zeros(x.shape[1], bool)
    if not kinds:
        return Labels(guess, guess, guess)
    if len(x) == 1 or (len(x) in SIZES and kinds <= set(SMOOTH)):
        mean, error = (_on_the_line if len(x) == 1 else _tensor)(rule, noise, alpha, x)
        known, guess = jnp.abs(mean - 0.5) > error, mean >= 0.5

    def values(data: Data, unit: Array) -> Array:
        places = data[0][:, :, None] - (alpha * unit_from(noise, unit))[:, None, :]
        return posterior_mean(rule, places.reshape(len(x), -1)).reshape(places.shape[1:])

    return settle(values, (x,), half, known, guess)
