"""Networks and the Parzen rule on samples of a problem: their votes, and their labels beside those of exact rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from simulate.cache import cache_folder
from simulate.data import load_data
from simulate.data.dataset import Data
from simulate.montecarlo.arrays import Numbers
from simulate.networks.cohort import Cohort, Design
from simulate.networks.convergence import converged
from simulate.networks.neighbours import NEAREST, PARZEN, nearest_neighbour, parzen
from simulate.networks.noise import unit_noise
from simulate.networks.statistics import Means, mean_risk, predicted
from simulate.networks.statistics.design import Moments
from simulate.networks.store import NETWORKS, NetworkStore, fingerprint, key_of
from simulate.networks.training import Regimen
from simulate.networks.voting import Ballot, Classifiers
from simulate.progress import silent
from theory import train
from theory.problems.problem import Problem

CONFIDENCE = 0.95
NOISE, CLASSES = "gaussian", 2
# Every sample is shown so often at least.
FEWEST = 3
# Of points where labels are compared: as many for each that is voted on, drawn with a seed of their own.
PROBES, PROBED = 4, 1000
# What the Parzen rule takes grows with n: most samples on which it votes, and on which it labels the probes once.
VOTED_KERNELS, MOST_KERNELS = 1000, 10_000
# Inputs that are labelled at once.
BLOCK = 500
# Of a loss curve, in which it is seen whether it still falls.
STRETCHES = 10
# Of a file with the votes of the Parzen rule.
KIND = "parzen"

Variables = dict[str, tuple[tuple[str, ...], Any]]


@dataclass(frozen=True)
class Study:
    """What is asked of one problem: noises, numbers of samples, models, how many networks, test points and votes there
    are, and how many noisy samples a network is shown, whatever their number is."""

    beta: float
    alphas: Sequence[float]
    sizes: Sequence[int]
    models: Sequence[str]
    seeds: int
    points: int
    votes: int
    shown: int


class Measured:
    """Votes and labels of all classifiers on all numbers of samples."""

    def __init__(self, problem: Problem, rules: Mapping[str, Problem], study: Study) -> None:
        self._problem, self._rules, self._study = problem, rules, study
        self.classifiers = [*study.models, PARZEN]
        self.references = [*rules, PARZEN, NEAREST]
        self._store = NetworkStore(cache_folder(NETWORKS))
        self._tested = load_data(problem, test=study.points, seed=0)
        self._drawn: dict[tuple[int, int], Data] = {}

    def risks(self) -> Variables:
        """Over networks and test points."""
        cell = ("classifier", "samples", "alpha")
        found = self._empty("risk", "low", "high", cell=(len(self.classifiers),))
        for c, classifier in enumerate(self.classifiers):
            for k, samples in enumerate(self._study.sizes):
                if classifier != PARZEN or samples <= VOTED_KERNELS:
                    _fill(found, (c, k), mean_risk(self._wrong(classifier, samples), CONFIDENCE))
        return {name: (cell, values) for name, values in found.items()}

    def differences(self) -> Variables:
        """Shares of noisy inputs at which labels differ, over networks and inputs; and their means over the noises."""
        cell = ("classifier", "reference", "samples")
        shape = len(self.classifiers), len(self.references)
        found = self._empty("differs", "differs_low", "differs_high", cell=shape)
        overall = {f"{name}_mean": values[..., 0].copy() for name, values in found.items()}
        inputs = self._probes()
        exact = {name: labels_of(rule, self._study.alphas, inputs) for name, rule in self._rules.items()}
        for k, samples in enumerate(self._study.sizes):
            own = self._labels(samples, inputs)
            for c, classifier in enumerate(self.classifiers):
                for r, reference in enumerate(self.references):
                    if classifier in own and reference in own | exact:
                        labels = own[classifier], (own | exact)[reference]
                        _fill(found, (c, r, k), differing(*labels))
                        _fill(overall, (c, r, k), differing_overall(*labels))
        each: Variables = {name: ((*cell, "alpha"), values) for name, values in found.items()}
        return each | {name: (cell, values) for name, values in overall.items()}

    def converged(self) -> Numbers:
        """The share of networks whose loss has ceased to fall (models, samples)."""
        study = self._study
        found = np.empty((len(study.models), len(study.sizes)))
        for m, model in enumerate(study.models):
            for k, samples in enumerate(study.sizes):
                losses = [self._cohort(model, samples, seed).outcome().losses for seed in range(study.seeds)]
                found[m, k] = converged(_smoother(np.stack(losses)), CLASSES).mean()
        return found

    def _empty(self, *names: str, cell: tuple[int, ...]) -> dict[str, Numbers]:
        shape = *cell, len(self._study.sizes), len(self._study.alphas)
        return {name: np.full(shape, np.nan) for name in names}

    def _data(self, samples: int, seed: int) -> Data:
        """Samples of a seed's own with the test points of all."""
        if (samples, seed) not in self._drawn:
            held = load_data(self._problem, samples=samples, test=1, seed=seed)
            self._drawn[samples, seed] = replace(held, x_test=self._tested.x_test, y_test=self._tested.y_test)
        return self._drawn[samples, seed]

    def _cohort(self, model: str, samples: int, seed: int) -> Cohort:
        study = self._study
        regimen = Regimen(model, NOISE, max(FEWEST, study.shown // samples))
        design = Design(regimen, tuple(study.alphas), (study.beta,), study.votes, NOISE)
        return Cohort(design, self._data(samples, seed), seed, self._store)

    def _wrong(self, classifier: str, samples: int) -> Numbers:
        """Whether N votes are wrong (seeds, alphas, points)."""
        counts = [
            self._kernel_votes(samples, seed)
            if classifier == PARZEN
            else self._cohort(classifier, samples, seed).outcome().count
            for seed in range(self._study.seeds)
        ]
        return predicted(np.stack(counts)[:, :, 0], self._problem.smoothing.ties) != self._tested.y_test

    def _kernel_votes(self, samples: int, seed: int) -> Numbers:
        """Votes of the Parzen rule (alphas, 1, points, classes)."""
        data, study = self._data(samples, seed), self._study
        points = fingerprint(data.x, data.y, data.x_test)
        key = key_of(alphas=study.alphas, beta=study.beta, votes=study.votes, seed=seed, points=points)

        def taken() -> dict[str, Numbers]:
            ask, ballot = parzen(data.x, data.y, study.alphas), Ballot(NOISE, study.votes, CLASSES, seed)
            return {"count": ballot.counts(ask, data.x_test, (study.beta,), silent)[1]}

        return self._store.once(KIND, key, taken)["count"]

    def _probes(self) -> Numbers:
        """Noisy test inputs (probes, d), the same for all classifiers."""
        x = load_data(self._problem, samples=PROBED, test=PROBES * self._study.points, seed=PROBED).x_test
        unit = unit_noise(NOISE, jax.random.key(PROBED), jnp.arange(len(x)), x.shape[1:])
        return np.asarray(x + np.float32(self._study.beta) * unit)

    def _labels(self, samples: int, inputs: Numbers) -> dict[str, Numbers]:
        """Labels (seeds, alphas, probes) of all classifiers there are."""
        study, seeds = self._study, range(self._study.seeds)
        data = [self._data(samples, seed) for seed in seeds]
        held = {NEAREST: np.stack([_asked(nearest_neighbour(one.x, one.y), inputs) for one in data])}
        if samples <= MOST_KERNELS:
            held[PARZEN] = np.stack([_asked(parzen(one.x, one.y, study.alphas), inputs) for one in data])
        for model in study.models:
            cohorts = [self._cohort(model, samples, seed) for seed in seeds]
            labels = [[_asked(one.labels(alpha), inputs)[0] for alpha in study.alphas] for one in cohorts]
            held[model] = np.array(labels)
        return held


def labels_of(problem: Problem, alphas: Sequence[float], inputs: Numbers) -> Numbers:
    """Labels (alphas, inputs) of the base classifiers of a rule on infinitely many samples."""
    return np.stack([train(problem, alpha)(inputs.astype(float)) for alpha in alphas]).astype(np.int64)


def differing(labels: Numbers, reference: Numbers) -> Means:
    """The share of inputs with another label than a reference's: labels (seeds, alphas, inputs), and the reference's,
    which broadcast against them; answers (alphas,), for networks with new seeds on new inputs."""
    return mean_risk(labels != reference, CONFIDENCE)


def differing_overall(labels: Numbers, reference: Numbers) -> Means:
    """The mean of these shares over the noises, which are fixed, with an approximate interval."""
    shares = Moments.of((labels != reference).mean(axis=1))
    half = np.sqrt(shares.squared_half_width(1 - CONFIDENCE))
    return Means(shares.mean, np.maximum(shares.mean - half, 0), np.minimum(shares.mean + half, 1))


def _smoother(losses: Numbers) -> Numbers:
    """Mean losses of stretches of epochs: on few samples that of one epoch is mostly chance."""
    stretches = np.array_split(losses, min(STRETCHES, losses.shape[-1]), axis=-1)
    return np.stack([held.mean(axis=-1) for held in stretches], axis=-1)


def _asked(classifier: Classifiers, inputs: Numbers) -> Numbers:
    """Labels (classifiers, inputs), a block at a time."""
    parts = np.split(inputs, range(BLOCK, len(inputs), BLOCK))
    return np.concatenate([np.asarray(classifier(jnp.asarray(part))) for part in parts], axis=1)


def _fill(found: Mapping[str, Numbers], place: tuple[int, ...], means: Means) -> None:
    for values, own in zip(found.values(), (means.estimate, means.low, means.high), strict=True):
        values[place] = own
