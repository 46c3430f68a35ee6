"""The datasets behind the gallery's curves: each function computes one, from exact risks.

Every function takes plain numbers, names and problems, so that its inputs can be declared, compared and printed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

import numpy as np
import xarray as xr
from scipy.stats import chi2

from simulate.experiments.series import Series
from simulate.sweep.jumps import with_gaps
from theory import (
    adversarial_risk,
    bayes_risk,
    best_alphas,
    certified_risk,
    clean_risk,
    gain,
    regimes,
    small_noise,
    train,
    vote_risk,
    with_overrides,
)
from theory.arrays import Array
from theory.problems.problem import Component, MixtureProblem, OffSupport, Problem, Training, Uniform

# Both panels of best noises have the same axes.
BEST = {"y_low": 0.0, "y_high": 1.0}
Named = Sequence[tuple[str, str, dict[str, Any]]]
BETA = r"smoothing noise $\beta$"
ALPHA = r"training noise $\alpha$"

# Best training noise of the published experiments, from the tables beside their code: arg-min of the filtered risk.
PUBLISHED = {
    "MNIST, published": (
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        [0.28, 0.25, 0.29, 0.30, 0.34, 0.41, 0.46, 0.51, 0.60, 0.65],
    ),
    "CIFAR-10, published": ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.0, 0.08, 0.16, 0.29, 0.30, 0.37, 0.39]),
}
# Between which training noises none can be told from the best at 95 % with the number of images in those tables.
ALIKE = {
    "MNIST, published": {0.0: (0.0, 0.47), 0.5: (0.32, 0.63)},
    "CIFAR-10, published": {0.3: (0.24, 0.40), 0.6: (0.36, 0.59)},
}


def certified_adversarial(
    problem: Problem, title: str, beta: float, alphas: Sequence[float], reach: float, count: int
) -> xr.Dataset:
    """Certified and adversarial risk against the radius, for several training noises."""
    eps = np.linspace(0.0, reach, count)
    attrs = {"x_label": r"radius $\epsilon$", "y_label": "risk", "beta": beta}
    made = Series("eps", eps, attrs | {"title": rf"{title}, $\beta={beta:g}$"})
    for alpha in alphas:
        made.curve(rf"certified, $\alpha={alpha:g}$", certified_risk(problem, alpha, beta, eps).value)
        made.curve(rf"adversarial, $\alpha={alpha:g}$", adversarial_risk(problem, alpha, beta, eps).value)
    return made.dataset()


def best_noise(families: Named, reach: float, count: int) -> xr.Dataset:
    """The best training noise against the smoothing noise, with gaps where it jumps, and the small-noise ray."""
    betas = np.linspace(0.0, reach, count + 1)[1:]
    problems = {name: regimes.build(regime, **settings) for name, regime, settings in families}
    found = {name: with_gaps(partial(_best, held), betas, _best(held, betas), reach) for name, held in problems.items()}
    # Each curve is known at the ends of the jumps of all, and is nothing within its own.
    x = np.unique(np.concatenate([[0.0], *(_filled(points[:, 0]) for points in found.values())]))
    made = Series("beta", x, {"x_label": BETA, "y_label": r"best $\alpha$", "title": "exact"} | BEST)
    for name, held in problems.items():
        middles = _filled(found[name][:, 0])[np.isnan(found[name][:, 0])]
        made.curve(name, np.concatenate([[np.nan], np.where(np.isin(x[1:], middles), np.nan, _best(held, x[1:]))]))
    name, held = next(iter(problems.items()))
    made.curve(f"small-noise ray, {name}", small_noise(held).ratio * made.x, "guide")
    return made.dataset()


def _best(problem: Problem, betas: Array) -> Array:
    """Best training noises, NaN where there is none."""
    found = np.array([optimum.alpha for optimum in best_alphas(problem, betas)])
    return np.where(np.isfinite(found), found, np.nan)


def _filled(places: Array) -> Array:
    """Places with the middle of its neighbours for each that is NaN."""
    gaps = np.flatnonzero(np.isnan(places))
    filled = places.copy()
    filled[gaps] = 0.5 * (places[gaps - 1] + places[gaps + 1])
    return filled


def published_noise() -> xr.Dataset:
    """The published points, in the units of pixels, with bars where it is known how far the best may be."""
    ray = np.array([0.0, 1.0])
    made = Series("beta", ray, {"x_label": BETA, "title": "published, in units of pixels"} | BEST)
    made.curve(r"$\alpha=\beta$", ray, "guide")
    for name, (x, y) in PUBLISHED.items():
        bars = [ALIKE[name].get(beta, (alpha, alpha)) for beta, alpha in zip(x, y, strict=True)]
        made.measured(name, x, y, np.transpose(bars))
    return made.dataset()


def small_noise_law(families: Named, least: float, reach: float, count: int) -> xr.Dataset:
    """Exact over predicted excess risk without training noise and at the best ratio, as the noise vanishes."""
    betas = np.geomspace(least, reach, count)
    labels = {"x_label": BETA, "y_label": "exact / predicted excess risk", "x_scale": "log"}
    labels |= {"title": r"no training noise, $\alpha=0$"}
    made = Series("beta", betas, labels)
    made.curve("the law", 1.0, "guide")
    for name, regime, settings in families:
        problem = regimes.build(regime, **settings)
        data, bayes = small_noise(problem), float(bayes_risk(problem).value)
        excess = np.asarray(clean_risk(problem, 0.0, betas).value) - bayes
        made.curve(name, excess / np.array([data.excess(0.0, beta) for beta in betas]))
    return made.dataset()


def vanishing(shares: Sequence[float], most: int, count: int) -> xr.Dataset:
    """The smoothing noise at which a ball of radius 1 vanishes, against the dimension, after training noise.

    shares: training noises as shares of alpha_0, the one at which the base region itself vanishes.
    """
    dims = np.unique(np.geomspace(1, most, count).round().astype(int))
    labels = {"x_label": "dimension $d$", "y_label": r"vanishing $\beta$ / radius", "x_scale": "log", "y_scale": "log"}
    labels |= {"title": "one ball, regression rule"}
    made = Series("dim", dims.astype(float), labels)
    alone = 1 / np.sqrt(chi2.median(dims))
    for share in shares:
        name = "no training noise" if share == 0 else rf"$\alpha={share:g}\,\alpha_0$"
        radii = [_radius(int(d), share * a) for d, a in zip(dims, alone, strict=True)]
        made.curve(name, np.array(radii) * alone)
    made.curve(r"$1/\sqrt{d}$", 1 / np.sqrt(dims), "guide")
    return made.dataset()


def _radius(dim: int, alpha: float) -> float:
    """Of the base region of a ball of radius 1; 0 where it is empty."""
    region = train(regimes.ball(dim=dim), alpha).region
    ends = region.ends[0][np.isfinite(region.ends[0])]
    return float(ends.max(initial=0.0))


def rules(problem: Problem, title: str, beta: float, reach: float, count: int) -> xr.Dataset:
    """The gain against training noise under the posterior and the regression rule."""
    alphas = np.linspace(0.0, reach, count)
    attrs = {"x_label": ALPHA, "y_label": r"gain $R(0,\beta)-R(\alpha,\beta)$", "beta": beta}
    made = Series("alpha", alphas, attrs | {"title": rf"{title}, $\beta={beta:g}$"})
    made.curve("no gain", 0.0, "guide")
    for rule in ("posterior", "regression"):
        made.curve(f"{rule} rule", gain(with_overrides(problem, {"training.rule": rule}), alphas, beta).value)
    return made.dataset()


def between_stripes(choice: OffSupport) -> MixtureProblem:
    """A stripe of class 1 between two of class 0 with empty gaps, and the label that is chosen there."""
    sides, middle = (Component(Uniform(-3, -1)), Component(Uniform(1, 3))), (Component(Uniform(-0.5, 0.5)),)
    return MixtureProblem(0.5, 1, sides, middle, training=Training(off_support=choice))


def off_support(alpha: float, reach: float, count: int) -> xr.Dataset:
    """Separated uniform classes: three labels where there is no data, and training noise, which asks for none."""
    betas = np.linspace(0.0, reach, count)
    made = Series(
        "beta", betas, {"x_label": BETA, "y_label": "clean risk", "title": "class 1 between two parts of class 0"}
    )
    for choice in get_args(OffSupport):
        name = "nearest class" if choice == "nearest" else f"always class {choice[-1]}"
        problem = between_stripes(choice)
        made.curve(rf"{name}, $\alpha=0$", clean_risk(problem, 0.0, betas).value)
    made.curve(rf"any choice, $\alpha={alpha:g}$", clean_risk(problem, alpha, betas).value)
    return made.dataset()


def finite_votes(
    problem: Problem, title: str, beta: float, alphas: Sequence[float], most: int, count: int
) -> xr.Dataset:
    """The risk of the deployed classifier against its number of votes, and its limit."""
    votes = np.unique(2 * (np.geomspace(1, most, count) / 2).astype(int) + 1)
    labels = {"x_label": "votes (odd numbers)", "y_label": "clean risk", "x_scale": "log", "dots": 1}
    made = Series("votes", votes.astype(float), labels | {"title": rf"{title}, $\beta={beta:g}$"})
    for alpha in alphas:
        made.curve(rf"$\alpha={alpha:g}$", [vote_risk(problem, alpha, beta, int(n)).value for n in votes])
    for alpha in alphas:
        limit = float(clean_risk(problem, alpha, beta).value)
        made.curve(rf"infinitely many, $\alpha={alpha:g}$", limit, "guide")
    return made.dataset()


def votes_ratio(families: Named, beta: float, most: int, count: int) -> xr.Dataset:
    """The best training noise over the smoothing noise against the number of votes, and without end of votes."""
    votes = np.unique(2 * (np.geomspace(1, most, count) / 2).astype(int) + 1)
    labels = {"x_label": "votes (odd numbers)", "y_label": r"best $\alpha$ / $\beta$", "x_scale": "log", "dots": 1}
    # What is beyond the last number of votes is room for the limits.
    made = Series("votes", np.append(votes, 4.0 * votes[-1]), labels | {"title": rf"$\beta={beta:g}$"})
    made.curve(r"$\alpha=\beta$", 1.0, "guide")
    limits = []
    for name, regime, settings in families:
        problem = regimes.build(regime, **settings)
        found = [best_alphas(problem, [beta], votes=n)[0].alpha for n in [*votes.tolist(), None]]
        made.curve(name, np.append(found[:-1], np.nan) / beta)
        limits.append(found[-1] / beta)
    made.measured("infinitely many votes", [2.0 * votes[-1]] * len(limits), limits)
    return made.dataset()


def bridge_curve(separation: float, scale: float, radii: np.ndarray) -> np.ndarray:
    """alpha* of the bridge identity: alpha*^2 = s^2 eps/(|mu| - eps), |mu| half the separation, whatever the prior."""
    half = separation / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(radii < half, scale * np.sqrt(radii / (half - radii)), math.nan))
