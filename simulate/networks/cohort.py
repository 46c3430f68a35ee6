"""The networks of one seed, trained and voted, each once: what is in the store is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from simulate.data.dataset import Data
from simulate.montecarlo.arrays import Numbers
from simulate.networks.compiled import Networks
from simulate.networks.models import batched
from simulate.networks.store import Arrays, Place, Store, fingerprint, key_of
from simulate.networks.training import Lesson, Regimen
from simulate.networks.voting import Ballot
from simulate.progress import Progress, silent, within

# Seconds of training that a killed process may lose.
LOST = 5.0
# What a file holds: a finished network, networks in training, votes of a network at one smoothing noise.
NETWORK, TRAINING, VOTES = "network", "training", "votes"
# What is kept of a network besides its weights, and of its votes.
LOSSES, BALLOTS = ("losses", "test_loss"), ("choice", "count")
# The share of the time for a network that is expected to go into training.
TRAINED = 0.5


@dataclass(frozen=True)
class Design:
    """What is trained and voted.

    regimen: as in training. alphas, betas: training and smoothing noises. votes: of a smoothed classifier. smoothing:
    the kind of noise that it is smoothed with.
    """

    regimen: Regimen
    alphas: tuple[float, ...]
    betas: tuple[float, ...]
    votes: int
    smoothing: str


class Outcome(NamedTuple):
    """What is known of the networks of one seed.

    choice, count (alphas, betas, points, classes): the votes that choose a class for a certificate, and those that are
    counted. losses (alphas, epochs): in training. test_loss (alphas,): on test points with the training noise.
    """

    choice: Numbers
    count: Numbers
    losses: Numbers
    test_loss: Numbers


class Cohort:
    """The networks of one seed, one for each training noise of a design."""

    def __init__(self, design: Design, data: Data, seed: int, store: Store) -> None:
        self._design, self._data, self._store = design, data, store
        self._lesson = Lesson(design.regimen, jnp.asarray(data.x), jnp.asarray(data.y), len(data.classes), seed)
        sources = {"samples": fingerprint(data.x, data.y), "points": fingerprint(data.x_test, data.y_test)}
        self._inputs = {**asdict(design.regimen), **sources, "seed": seed}
        together = batched(design.regimen.model)
        self.groups = [design.alphas] if together else [(alpha,) for alpha in design.alphas]

    def outcome(self, progress: Progress = silent) -> Outcome:
        """Train and vote what is not in the store. Raises `OSError` where the store cannot be written."""
        found = []
        for k, group in enumerate(self.groups):
            part = within(progress, k / len(self.groups), 1 / len(self.groups))
            networks, losses = self._trained(group, within(part, 0.0, TRAINED))
            votes = self._voted(group, networks, within(part, TRAINED, 1 - TRAINED))
            found.append((*votes, *losses))
        return Outcome(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def labels(self, alpha: float) -> Callable[[Array], Array]:
        """The classes (1, rows) that the network of one training noise gives inputs (rows, *shape)."""
        networks = self._trained((alpha,), silent)[0]
        return lambda x: self._lesson.compiled.labels(networks, x)

    def key(self, alpha: float) -> str:
        """The hash of all that the network of one training noise follows from."""
        return key_of(**self._inputs, alpha=alpha)

    def held(self, alphas: Sequence[float]) -> tuple[dict[Place, Arrays], bool]:
        """What the store holds of the networks of some noises, and whether it lacks nothing."""
        places = [(NETWORK, self.key(alpha)) for alpha in alphas]
        places += [(VOTES, self._ballot_key(alpha, beta)) for alpha in alphas for beta in self._design.betas]
        found = {place: arrays for place in places if (arrays := self._store.get(*place)) is not None}
        missing = [alpha for alpha in alphas if (NETWORK, self.key(alpha)) not in found]
        begun = self._store.get(TRAINING, self._company_key(missing))
        whole = len(found) == len(places)
        return found | ({} if begun is None else {(TRAINING, self._company_key(missing)): begun}), whole

    def _company_key(self, alphas: Sequence[float]) -> str:
        """The hash of all that networks in training follow from."""
        return key_of(networks=[self.key(alpha) for alpha in alphas])

    def _ballot_key(self, alpha: float, beta: float) -> str:
        """The hash of all that votes follow from."""
        return key_of(network=self.key(alpha), beta=beta, votes=self._design.votes, smoothing=self._design.smoothing)

    def _trained(self, alphas: Sequence[float], progress: Progress) -> tuple[Networks, list[Numbers]]:
        """The networks of some noises, and their losses in the order of LOSSES."""
        like = jax.eval_shape(lambda: self._lesson.start(1)._replace(adam=None))
        held = {alpha: self._store.get(NETWORK, self.key(alpha)) for alpha in alphas}
        missing = [alpha for alpha, arrays in held.items() if arrays is None]
        if missing:
            held |= self._train(missing, progress)
        kept = [arrays for arrays in held.values() if arrays is not None]
        networks = jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *(_filled(like, arrays) for arrays in kept))
        progress(1.0)
        return networks, [np.concatenate([arrays[name] for arrays in kept]) for name in LOSSES]

    def _train(self, alphas: Sequence[float], progress: Progress) -> dict[float, dict[str, Numbers] | None]:
        """Train some networks together and keep each."""
        scales = jnp.asarray(alphas, jnp.float32)
        group = self._company_key(alphas)
        networks, losses = self._taught(scales, group, progress)
        test = self._lesson.test_loss(networks, scales, jnp.asarray(self._data.x_test), jnp.asarray(self._data.y_test))
        made: dict[float, dict[str, Numbers] | None] = {}
        for k, alpha in enumerate(alphas):
            one = jax.tree.map(lambda leaf, k=k: leaf[k : k + 1], networks._replace(adam=None))
            arrays = _named(one) | dict(zip(LOSSES, (losses[k : k + 1], test[k : k + 1]), strict=True))
            self._store.put(NETWORK, self.key(alpha), arrays)
            made[alpha] = arrays
        self._store.drop(TRAINING, group)
        return made

    def _taught(self, scales: Array, group: str, progress: Progress) -> tuple[Networks, Numbers]:
        """Networks after all epochs, going on where a killed process was a few seconds before its end."""
        epochs = self._design.regimen.epochs
        networks, losses = self._lesson.start(len(scales)), np.zeros((len(scales), 0))
        begun = self._store.get(TRAINING, group)
        if begun is not None:
            networks, losses = _filled(networks, begun), begun["losses"]
        saved = time.monotonic()
        for epoch in range(losses.shape[1], epochs):
            networks, loss = self._lesson.epoch(networks, scales, epoch)
            losses = np.column_stack([losses, loss])
            if time.monotonic() - saved > LOST and epoch + 1 < epochs:
                self._store.put(TRAINING, group, _named(networks) | {"losses": losses})
                saved = time.monotonic()
            progress((epoch + 1) / epochs)
        return networks, losses

    def _voted(self, alphas: Sequence[float], networks: Networks, progress: Progress) -> tuple[Numbers, Numbers]:
        """Votes of the networks of some noises, in the order of BALLOTS; those that are not kept are taken together."""
        design = self._design
        keys = {
            (a, b): self._ballot_key(alpha, beta)
            for a, alpha in enumerate(alphas)
            for b, beta in enumerate(design.betas)
        }
        held = {place: self._store.get(VOTES, key) for place, key in keys.items()}
        # As much work at once as all noises are for one network: so much may be lost.
        block = max(1, len(design.betas) // len(alphas))
        parts = range(0, len(design.betas), block)
        for k, first in enumerate(parts):
            part = range(first, min(first + block, len(design.betas)))
            missing = [(a, b) for (a, b), arrays in held.items() if b in part and arrays is None]
            if missing:
                held |= self._vote(missing, networks, within(progress, k / len(parts), 1 / len(parts)))
                for place in missing:
                    self._store.put(VOTES, keys[place], held[place] or {})
        progress(1.0)
        tables = (np.stack([arrays[name] for arrays in held.values() if arrays is not None]) for name in BALLOTS)
        choice, count = (table.reshape(len(alphas), len(design.betas), *table.shape[1:]) for table in tables)
        return choice, count

    def _vote(
        self, places: Sequence[tuple[int, int]], networks: Networks, progress: Progress
    ) -> dict[tuple[int, int], dict[str, Numbers] | None]:
        """Take the votes at some places (network, beta), and at those that complete the table."""
        design = self._design
        rows, columns = (sorted(set(numbers)) for numbers in zip(*places, strict=True))
        asked = jax.tree.map(lambda leaf: leaf[jnp.asarray(rows)], networks)
        ballot = Ballot(design.smoothing, design.votes, len(self._data.classes), self._lesson.seed)
        labels, betas = self._lesson.compiled.labels, [design.betas[b] for b in columns]
        counts = ballot.counts(lambda x: labels(asked, x), self._data.x_test, betas, progress)
        return {
            (a, b): {name: held[rows.index(a), columns.index(b)] for name, held in zip(BALLOTS, counts, strict=True)}
            for a, b in places
        }


def _named(tree: Any) -> dict[str, Numbers]:
    """The arrays of a tree under the numbers of their places."""
    return {str(place): np.asarray(leaf) for place, leaf in enumerate(jax.tree.leaves(tree))}


def _filled(like: Any, arrays: dict[str, Numbers]) -> Any:
    """A tree like another one, with arrays that were named."""
    leaves, structure = jax.tree.flatten(like)
    return jax.tree.unflatten(structure, [jnp.asarray(arrays[str(place)]) for place in range(len(leaves))])
