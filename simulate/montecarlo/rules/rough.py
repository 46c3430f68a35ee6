"""The posterior rule where law + noise has no closed form: full covariances and balls with Laplace or uniform noise.

In the plane the density of N(m, C) + alpha W at x is one integral over the second coordinate of the Gaussian,

    integral of phi(t; C_22) p_alpha(x_2 - m_2 - t) k(x_1 - m_1 - t C_12/C_22) dt,

k the closed density of N(0, det C/C_22) plus noise, in logarithms with an error estimate (`kronrod`): tails are no
problem. Otherwise the rough densities are means of V(x - alpha W), V the bare densities, each at most its height at
the point nearest to the centre that the noise reaches. In units of the greatest height V_+ - V_- lies between
-1 and 1 and is compared with what the closed densities leave (`settle`). Far in the tails, or in many dimensions
where the noise is wide, heights are rarely met and points remain undecided.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.montecarlo.laws.densities import BARE, NOISED
from simulate.montecarlo.laws.fields import distance_to, from_centers, log_sum, log_total, log_volume_of
from simulate.montecarlo.laws.laws import LawGroup, Signed
from simulate.montecarlo.rules.inner_noise import unit_from
from simulate.montecarlo.rules.kronrod import log_integral
from simulate.montecarlo.rules.posterior_mean import GRID
from simulate.montecarlo.rules.settle import TIE, Data, Labels, settle

ROUGH = ("ball", "rotated")
Parts = dict[str, LawGroup]

_STEPS = np.array([0.0, 1, 2, 4, 7, 11, 16, 24, 36])
SPREAD = np.concatenate([-_STEPS[:0:-1], _STEPS])
LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


def is_rough(signed: Signed, noise: str) -> bool:
    """Whether some law has no closed form with this noise."""
    return noise != "gaussian" and any(kind in ROUGH for side in (signed.positive, signed.negative) for kind in side)


def _split(parts: Parts) -> tuple[Parts, Parts]:
    rough = {kind: part for kind, part in parts.items() if kind in ROUGH}
    return rough, {kind: part for kind, part in parts.items() if kind not in ROUGH}


def _log_plane(part: LawGroup, noise: str, alpha: Array, x: Array) -> tuple[Array, Array]:
    """Log densities (K, points) of noised Gaussians with full covariances in the plane, and logs of their errors."""
    found = []
    for k in range(len(part.center)):
        axes, deviation = jnp.asarray(part.rotation)[k], jnp.asarray(part.scale)[k]
        cov = (axes * deviation**2) @ axes.T
        width, lean = jnp.sqrt(cov[1, 1]), cov[0, 1] / cov[1, 1]
        rest = deviation[0] * deviation[1] / width
        first, second = x - jnp.asarray(part.center)[k][:, None]
        grid = second + alpha * GRID[noise][:, None]
        low, high = grid[0], grid[-1]
        if noise != "uniform":
            low, high = jnp.minimum(low, width * SPREAD[0]), jnp.maximum(high, width * SPREAD[-1])
        steps = rest * SPREAD[:, None]
        inner = [(first + sign * alpha + steps) / jnp.where(lean == 0, 1.0, lean) for sign in (-1, 0, 1)]
        outer = jnp.broadcast_to(width * SPREAD[:, None], (len(SPREAD), x.shape[1]))
        between = second * np.linspace(0, 1, 9)[:, None]
        ends = jnp.sort(jnp.clip(jnp.concatenate([grid, outer, between, *inner]), low, high), axis=0)

        def log_value(t: Array, held: tuple[Array, ...] = (first, second, width, lean, rest)) -> Array:
            first, second, width, lean, rest = held
            gap = jnp.abs(second - t)
            outer = BARE[noise](jnp.minimum(gap, alpha) if noise == "uniform" else gap, alpha)
            body = -((t / width) ** 2) / 2 - jnp.log(width) - LOG_SQRT_2PI
            return body + outer + NOISED["gaussian", noise](jnp.abs(first - lean * t), rest, alpha)

        found.append(log_integral(log_value, ends))
    value, error = (jnp.stack(rows) for rows in zip(*found, strict=True))
    return value, error


def _plane_labels(signed: Signed, noise: str, alpha: Array, x: Array) -> tuple[Array, Array]:
    """Where the integrals in the plane decide, and the label."""
    sides = []
    for parts in (signed.positive, signed.negative):
        rough, closed = _split(parts)
        terms, errors = [log_sum(closed, noise, alpha, x)[None]], [jnp.full((1, x.shape[1]), -jnp.inf)]
        if "rotated" in rough:
            value, error = _log_plane(rough["rotated"], noise, alpha, x)
            mass = jnp.asarray(rough["rotated"].log_mass)[:, None]
            terms, errors = [*terms, value + mass], [*errors, error + mass]
        sides.append((log_total(terms), log_total(errors)))
    (above, over), (below, under) = sides
    top = jnp.maximum(above, below)
    safe = jnp.where(jnp.isfinite(top), top, 0.0)
    gap = jnp.exp(above - safe) - jnp.exp(below - safe)
    doubt = jnp.exp(over - safe) + jnp.exp(under - safe) + 1e-9
    return jnp.isfinite(top) & (jnp.abs(gap) > doubt), gap >= 0


def _log_heights(parts: Parts, noise: str, alpha: Array, x: Array) -> Array:
    """Log of the sum of the greatest values, (points,), that the weighted bare densities take at x - alpha W."""
    terms = [jnp.full((1, x.shape[1]), -jnp.inf)]
    for kind, part in parts.items():
        center, scale = jnp.asarray(part.center), jnp.asarray(part.scale)
        if kind == "ball":
            top = -log_volume_of(len(x), scale[:, 0])[:, None]
        else:
            gap = jnp.zeros((len(center), x.shape[1]))
            if noise == "uniform":
                gap = jnp.maximum(from_centers(center, x) - alpha * jnp.sqrt(float(len(x))), 0.0)
            widest = scale.max(axis=1)[:, None]
            top = -((gap / widest) ** 2) / 2 - (jnp.log(scale) + LOG_SQRT_2PI).sum(axis=1)[:, None]
        terms.append(jnp.broadcast_to(jnp.asarray(part.log_mass)[:, None] + top, (len(center), x.shape[1])))
    return log_total(terms)


def _by_support(signed: Signed, off_support: str, alpha: Array, x: Array) -> tuple[Array, Array]:
    """Where the supports, widened by uniform noise, decide alone, and the label."""
    assert signed.support0 is not None
    assert signed.support1 is not None
    to0, to1 = distance_to(signed.support0, alpha, x), distance_to(signed.support1, alpha, x)
    off = to1 <= to0 * (1 + TIE) if off_support == "nearest" else jnp.full(to0.shape, off_support == "class1")
    return (to0 > 0) | (to1 > 0), jnp.where((to0 > 0) & (to1 > 0), off, to1 == 0)


def _difference(above: Array, below: Array, unit: Array) -> Array:
    """exp(above - unit) - exp(below - unit), cut off where it would overflow."""
    top = jnp.maximum(above, below)
    apart = jnp.where(jnp.isfinite(top), jnp.abs(above - below), 0.0)
    size = jnp.exp(jnp.minimum(top - unit, 300.0)) * -jnp.expm1(-apart)
    return jnp.where(above >= below, size, -size)


def rough_labels(signed: Signed, noise: str, off_support: str, alpha: Array, x: Array) -> Labels:
    """Labels of the posterior rule with noise at x (d, points)."""
    (rough1, closed1), (rough0, closed0) = _split(signed.positive), _split(signed.negative)
    known, guess = jnp.zeros(x.shape[1], bool), jnp.zeros(x.shape[1], bool)
    if len(x) == 2 and "ball" not in rough1 | rough0:
        known, guess = _plane_labels(signed, noise, alpha, x)
    top1, top0 = _log_heights(rough1, noise, alpha, x), _log_heights(rough0, noise, alpha, x)
    unit = jnp.maximum(top1, top0)
    high, low = jnp.exp(top1 - unit), -jnp.exp(top0 - unit)
    left = _difference(log_sum(closed1, noise, alpha, x), log_sum(closed0, noise, alpha, x), unit)
    tau = (-left - low) / (high - low)
    settled = ((tau <= 0) | (tau > 1)) & ~known
    guess, known = jnp.where(settled, tau <= 0, guess), known | settled
    if noise == "uniform" and signed.support0 is not None:
        decided, label = _by_support(signed, off_support, alpha, x)
        guess, known = jnp.where(decided, label, guess), known | decided

    def values(data: Data, share: Array) -> Array:
        at, scale, least, most = data
        places = (at[:, :, None] - (alpha * unit_from(noise, share))[:, None, :]).reshape(len(x), -1)
        sides = (log_sum(side, noise, None, places).reshape(len(scale), -1) for side in (rough1, rough0))
        above, below = (jnp.exp(side - scale[:, None]) for side in sides)
        return jnp.clip((above - below - least[:, None]) / (most - least)[:, None], 0.0, 1.0)

    return settle(values, (x, unit, low, high), jnp.clip(tau, 0.0, 1.0), known, guess)
