"""What networks on one data set tell: best training noises, votes far from the data, and what a gate takes away.

The dataset behind the figures of networks. It is hours of work on two cores; what is in the store is not done again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import Array

from simulate.cache import cache_folder
from simulate.data import load_data
from simulate.data.dataset import Data
from simulate.montecarlo.arrays import Numbers
from simulate.networks.cohort import Cohort, Design
from simulate.networks.neighbours import NEAREST, PARZEN, gated, parzen, typical_reach
from simulate.networks.plan import NetworkPlan
from simulate.networks.statistics import cannot_be_told, cross_fitted_benefit, mean_risk, predicted, ratio_of_means
from simulate.networks.store import NETWORKS, NetworkStore, fingerprint, key_of
from simulate.networks.training import Regimen
from simulate.networks.voting import Ballot, Classifiers
from simulate.progress import Progress, silent, within
from theory import regimes, small_noise

CONFIDENCE = 0.95
# What counts as near the data: where this share of the training points has another one.
NEAR = 0.99
# The Parzen rule is asked where there are so many samples at most: its cost grows with them.
MOST_KERNELS = 5000
# The share of the time that networks are expected to take.
NETWORK_TIME = 0.8
# Of a file with the votes of classifiers that are no networks.
KIND = "others"

# Of a `Ratio`.
RATIO = ("estimate", "low", "high", "determined")

Variables = dict[str, tuple[str | tuple[str, ...], Any]]


def networks_on(
    source: str,
    models: Mapping[str, int],
    size: tuple[int | None, int | None],
    votes: int,
    scales: Mapping[str, Sequence[float]],
    progress: Progress = silent,
) -> xr.Dataset:
    """Networks of some models on one data set, beside the nearest neighbour and, on few samples, the Parzen rule.

    Over (classifier, alpha, beta), models first: `risk`, `low`, `high`, and `best`, which cannot be told from the best.
    Over (classifier, beta): `best_alpha`, and `best_alpha_one_vote` of the classifier that takes one vote; and at
    alpha = 0 `largest` with `largest_low` and `largest_high`, the share of votes of the class with most, and the ends
    over seeds. Over (model, beta): the `benefit` of the best training noise; the `gated` risk, at alpha = 0, of
    networks whose answer off the data is the nearest point's class; and `share` with `share_low`, `share_high` and
    `determined`, how much of the benefit this alone brings; over model, with `_all` in their names, the same of the
    benefits at all smoothing noises above 0 together, and `seeds`, how many networks there are of each noise.

    Attributes: `ray`, the slope alpha/beta of the small-noise law for two concentric Gaussians in as many dimensions;
    `reach`, the distance that counts as near the data.

    Args:
        source: of `load_data`. models: how many networks of each model are trained at each noise.
        size: samples and test points, None where all are taken.
        votes: of a smoothed classifier.
        scales: `alpha`, which begins with 0, and `beta`.
        progress: called with the share done.
    """
    data, store = load_data(source, samples=size[0], test=size[1]), NetworkStore(cache_folder(NETWORKS))
    alphas, betas = (tuple(scales[key]) for key in ("alpha", "beta"))
    others = _Others(data, betas, votes, store)
    cohorts = {
        model: [Cohort(_design(model, data, alphas, betas, votes), data, seed, store) for seed in range(seeds)]
        for model, seeds in models.items()
    }
    counts = _voted(cohorts, within(progress, 0.0, NETWORK_TIME))
    nearest, gates = others.gates(cohorts, within(progress, NETWORK_TIME, (1 - NETWORK_TIME) / 2))
    everything = counts | {NEAREST: nearest.repeat(len(alphas), axis=1)}
    if len(data.y) <= MOST_KERNELS:
        rest = within(progress, (1 + NETWORK_TIME) / 2, (1 - NETWORK_TIME) / 2)
        everything |= {PARZEN: others.parzen(alphas, rest)[None]}
    wrong = {name: predicted(count) != data.y_test for name, count in everything.items()}
    held = _risks(wrong, np.array(alphas)) | _largest([count[:, 0] for count in everything.values()])
    held |= _single_votes(list(everything.values()), data.y_test, np.array(alphas))
    gated_wrong = [predicted(gates[model]) != data.y_test for model in models]
    held |= _benefits([wrong[model] for model in models], gated_wrong, np.array(betas))
    held["seeds"] = ("model", list(models.values()))
    coords = {"classifier": list(everything), "model": list(models), "alpha": list(alphas), "beta": list(betas)}
    attrs = {"data": source, "samples": len(data.y), "test": len(data.y_test), "votes": votes, "confidence": CONFIDENCE}
    attrs |= {"classes": len(data.classes), "epochs": NetworkPlan().passes(len(data.y))}
    return xr.Dataset(held, coords, attrs | {"reach": typical_reach(data.x, NEAR), "ray": _ray(data.x[0].size)})


def _voted(cohorts: Mapping[str, Sequence[Cohort]], progress: Progress) -> dict[str, Numbers]:
    """By model the votes (seeds, alphas, betas, points, classes) that are counted."""
    every, found = sum(map(len, cohorts.values())), []
    for k, cohort in enumerate(chain.from_iterable(cohorts.values())):
        found.append(cohort.outcome(within(progress, k / every, 1 / every)).count)
    places = iter(found)
    return {model: np.stack([next(places) for _cohort in own]) for model, own in cohorts.items()}


def _design(model: str, data: Data, alphas: tuple[float, ...], betas: tuple[float, ...], votes: int) -> Design:
    plan = NetworkPlan()
    return Design(Regimen(model, plan.noise, plan.passes(len(data.y))), alphas, betas, votes, plan.smoothing)


def _ray(dim: int) -> float:
    """alpha/beta of the small-noise law for two Gaussians about one centre, one half as wide again as the other."""
    return float(small_noise(regimes.concentric(dim=dim, inner=1.0, outer=1.5)).ratio)


class _Others:
    """Votes of classifiers that are no networks of one noise, each taken once."""

    def __init__(self, data: Data, betas: tuple[float, ...], votes: int, store: NetworkStore) -> None:
        self._data, self._betas, self._votes, self._store = data, betas, votes, store

    def gates(self, cohorts: Mapping[str, Sequence[Cohort]], progress: Progress) -> tuple[Numbers, dict[str, Numbers]]:
        """Of the nearest neighbour (seeds, 1, betas, points, classes), and by model those of the gated networks without
        training noise (seeds, betas, points, classes)."""
        nearest: list[Numbers] = []
        found: dict[str, list[Numbers]] = {model: [] for model in cohorts}
        seeds = max(map(len, cohorts.values()))
        for seed in range(seeds):
            there = {model: own[seed] for model, own in cohorts.items() if seed < len(own)}
            votes = self._gated(list(there.values()), seed, within(progress, seed / seeds, 1 / seeds))
            nearest.append(votes[:1])
            for model, own in zip(there, votes[1:], strict=True):
                found[model].append(own)
        return np.stack(nearest), {model: np.stack(own) for model, own in found.items()}

    def _gated(self, cohorts: Sequence[Cohort], seed: int, progress: Progress) -> Numbers:
        """Of the nearest neighbour, and of the gated networks of one seed."""
        networks = [cohort.labels(0.0) for cohort in cohorts]
        inside = [cohort.key(0.0) for cohort in cohorts]
        reach = typical_reach(self._data.x, NEAR)

        def together(x: Array) -> Array:
            return jnp.concatenate([labels(x) for labels in networks])

        ask = gated(together, self._data.x, self._data.y, reach)
        return self._counts(ask, seed, progress, inside=inside, near=NEAR)

    def parzen(self, alphas: tuple[float, ...], progress: Progress) -> Numbers:
        """Of the Parzen rule at each scale. It has no weights to draw: one seed."""
        return self._counts(parzen(self._data.x, self._data.y, alphas), 0, progress, parzen=alphas)

    def _counts(self, ask: Classifiers, seed: int, progress: Progress, **inputs: Any) -> Numbers:
        """Votes (classifiers, betas, points, classes) that are counted."""
        points = fingerprint(self._data.x, self._data.y, self._data.x_test)
        key = key_of(**inputs, seed=seed, points=points, betas=self._betas, votes=self._votes)
        ballot = Ballot("gaussian", self._votes, len(self._data.classes), seed)

        def taken() -> dict[str, Numbers]:
            return {"count": ballot.counts(ask, self._data.x_test, self._betas, progress)[1]}

        return self._store.once(KIND, key, taken)["count"]


def _risks(wrong: Mapping[str, Numbers], alphas: Numbers) -> Variables:
    """From errors (seeds, alphas, betas, points) by classifier to risks over networks and points, and best noises."""
    means = [mean_risk(own, CONFIDENCE) for own in wrong.values()]
    risk, low, high = (np.stack([getattr(mean, name) for mean in means]) for name in ("estimate", "low", "high"))
    best = [
        np.stack([cannot_be_told(own[:, :, b], CONFIDENCE) for b in range(own.shape[2])], axis=1)
        for own in wrong.values()
    ]
    cell = ("classifier", "alpha", "beta")
    held: Variables = {"risk": (cell, risk), "low": (cell, low), "high": (cell, high), "best": (cell, np.stack(best))}
    return held | {"best_alpha": (("classifier", "beta"), alphas[risk.argmin(axis=1)])}


def _largest(counts: Sequence[Numbers]) -> Variables:
    """The share of the class with most of the votes (seeds, betas, points, classes): mean and ends over seeds."""
    shares = [own.sum(axis=2).max(axis=-1) / own.sum(axis=(2, 3)) for own in counts]
    found = {
        "largest": [share.mean(axis=0) for share in shares],
        "largest_low": [share.min(axis=0) for share in shares],
        "largest_high": [share.max(axis=0) for share in shares],
    }
    return {name: (("classifier", "beta"), np.stack(values)) for name, values in found.items()}


def _single_votes(counts: Sequence[Numbers], labels: Numbers, alphas: Numbers) -> Variables:
    """The best noise for the classifier of one vote, whose risk is the share of wrong votes."""
    right = [own[..., np.arange(len(labels)), labels].sum(axis=(0, 3)) for own in counts]
    return {"best_alpha_one_vote": (("classifier", "beta"), alphas[np.stack(right).argmax(axis=1)])}


def _benefits(wrong: Sequence[Numbers], gated: Sequence[Numbers], betas: Numbers) -> Variables:
    """What the best noise gains, and which share of it the gate alone brings, at each beta and over all above 0.

    wrong: the errors (seeds, alphas, betas, points) of each model. gated: those of its gated networks without training
    noise (seeds, betas, points).
    """
    single: list[list[Numbers]] = []
    whole: list[list[float]] = []
    for own, other in zip(wrong, gated, strict=True):
        gained = np.stack([cross_fitted_benefit(own[:, :, b])[0] for b in range(len(betas))], axis=1)
        moved = own[:, 0].astype(float) - other
        each = [ratio_of_means(moved[:, b], gained[:, b], CONFIDENCE) for b in range(len(betas))]
        ratios = [np.array([getattr(ratio, name) for ratio in each]) for name in RATIO]
        single.append([gained.mean(axis=(0, 2)), other.mean(axis=(0, 2)), *ratios])
        ratio = ratio_of_means(moved[:, betas > 0].mean(axis=1), gained[:, betas > 0].mean(axis=1), CONFIDENCE)
        whole.append([getattr(ratio, name) for name in RATIO])
    names = ("share", "share_low", "share_high", "determined")
    held: Variables = {
        name: (("model", "beta"), np.stack(values))
        for name, values in zip(("benefit", "gated", *names), zip(*single, strict=True), strict=True)
    }
    return held | {
        f"{name}_all": ("model", list(values)) for name, values in zip(names, zip(*whole, strict=True), strict=True)
    }
