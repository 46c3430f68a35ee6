"""Some votes of some samples, in JAX: unit noise, base classifiers, counts.

Arrays are (samples, pairs of votes). Each axis is drawn, used and forgotten; of many axes only what the rule folds over
them is kept (`laws.axes`). Rules that look at a point more than once have the points stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.draws.noise import unit_noise
from simulate.montecarlo.laws.axes import MORE_AXES, Fold, Rows, answered, asked
from simulate.montecarlo.rules.rules import Rule, bounded, continuous, label_range, stored
from simulate.montecarlo.rules.settle import Labels

# The noise of so many axes is written out.
FEW_AXES = 4
# Digits of a number of 64 bits, and bits of one: more than twice the pairs of a step.
DIGITS, DIGIT_BITS = 4, 15


class KernelSetting(NamedTuple):
    """What a compiled kernel is specific to, besides the shapes of its arrays.

    An accelerator keeps in its registers what one operation hands to the next, if all is written out; a CPU keeps it in
    its caches, and one classifier is compiled once for all.
    """

    training: str
    smoothing: str
    off_support: str
    dim: int
    tile: int  # samples at a time
    pairs: int  # pairs of votes at a time
    group: int  # axes at a time
    written_out: bool  # classifiers one after the other in the program, not in a loop
    antithetic: bool  # the noise of every second vote is minus that of the one before


class Request(NamedTuple):
    """The arrays of one request: how to classify, the noise scales, and the boxes that X fills where it is uniform."""

    rule: Rule
    alphas: Numbers  # positive ones
    betas: Numbers
    votes: Numbers
    boxes: tuple[Numbers, Numbers] | None  # low and high of each beta, (betas, d)
    key: Numbers  # of the smoothing noise, see `noise.seeded`


class _Classifier(NamedTuple):
    """A smoothing noise, its number, and the training noise, None without."""

    number: Array | int
    beta: Array
    alpha: Array | None


_Classifiers = Callable[[Any], _Classifier]


class Step(NamedTuple):
    """X (d, samples), the numbers of these samples and those of pairs of votes."""

    setting: KernelSetting
    request: Request
    x: Array
    sample: Array
    pair: Array

    def votes(self) -> Array:
        """Votes for class 1, (betas, 1 + alphas, kinds, samples), alpha = 0 first.

        kinds: 1, or 3 where a rule may leave points undecided: the likelier votes, the fewest and the most possible.
        """
        request, count = self.request, self._counter()
        if continuous(request.rule, self.setting.training):
            return self._noised(count, jnp.concatenate([jnp.zeros(1), jnp.asarray(request.alphas)]))
        bare = count(lambda k: _Classifier(k, request.betas[k], None), len(request.betas))[:, None]
        if not len(request.alphas):
            return bare
        return jnp.concatenate([bare, self._noised(count, request.alphas)], axis=1)

    def _noised(self, count: Callable[[_Classifiers, int], Array], alphas: Array) -> Array:
        """Votes (betas, alphas, kinds, samples). The scales are tables of all classifiers, so that no compiler takes
        what two of them share out of the loop over them, and with it the noise."""
        shape = len(self.request.betas), len(alphas)
        places = [jnp.asarray(v.ravel()) for v in np.indices(shape)]
        scales = jnp.asarray(self.request.betas)[places[0]], alphas[places[1]]
        found = count(lambda k: _Classifier(places[0][k], scales[0][k], scales[1][k]), math.prod(shape))
        return found.reshape(*shape, *found.shape[1:])

    def _counter(self) -> Callable[[_Classifiers, int], Array]:
        axes = jnp.arange(self.setting.dim)
        if len(axes) <= self.setting.group or stored(self.request.rule, self.setting.training):
            return partial(self._seen, self._noises(axes))
        return self._folded

    def _noise(self, axis: Array | int) -> Array:
        """Unit noise (samples, pairs) along an axis: of the first vote of each pair and, imaginary, of the second, so
        that the two are made together."""
        make = partial(unit_noise, self.setting.smoothing, self.request.key, antithetic=self.setting.antithetic)
        return lax.complex(*make(self.sample[:, None], self.pair[None], (self.setting.dim, axis)))

    def _noises(self, axes: Array) -> Any:
        """Unit noise along some axes, one array for each of a few, else stacked."""
        if len(axes) <= (self.setting.group if self.setting.written_out else FEW_AXES):
            return [self._noise(axes[k]) for k in range(len(axes))]
        return self._noise(axes[:, None, None])

    def _value(self, classifier: _Classifier, axis: Any, noise: Array) -> Array:
        """Coordinates (samples, pairs) of the points that vote, or of a slice of axes (axes, samples, pairs)."""
        at = self.x[axis]
        if self.request.boxes is not None:
            low, high = (jnp.asarray(part)[classifier.number, axis][..., None] for part in self.request.boxes)
            at = low + (high - low) * at
        return at[..., None] + classifier.beta * noise

    def _rule(self, classifier: _Classifier) -> Callable[[Any], Labels]:
        setting = self.setting
        return partial(label_range, self.request.rule, setting.training, setting.off_support, classifier.alpha)

    def _counted(self, labels: Callable[[Any, Any], list[Array]], number: int, states: Any = None) -> Array:
        """Votes (classifiers, kinds, samples) by labels (samples, pairs) of each kind, those of first and of second
        votes in turn."""

        def valid(k: Any, state: Any) -> list[Array]:
            return [label & (2 * self.pair + k % 2 < self.request.votes) for label in labels(k, state)]

        def sums(k: Any, state: Any) -> Array:
            return jnp.stack([label.sum(axis=1, dtype=jnp.int32) for label in valid(k, state)])

        if self.setting.written_out:
            found = [label for (label,) in _each(True, valid, 2 * number, states)]
            return _digit_sums(
                [first + second.astype(jnp.int64) for first, second in zip(found[::2], found[1::2], strict=True)]
            )
        halves = _each(False, sums, 2 * number, states)
        return halves.reshape(-1, 2, *halves.shape[1:]).sum(axis=1, dtype=jnp.int32)

    def _seen(self, noises: Any, classifiers: _Classifiers, number: int) -> Array:
        """Votes (classifiers, kinds, samples) where the noises of all axes are at hand."""
        rule, training, shape = self.request.rule, self.setting.training, (len(self.sample), len(self.pair))
        kinds = 3 if bounded(rule, training) else 1

        def labels(k: Any, _nothing: None) -> list[Array]:
            classifier, odd = classifiers(k // 2), k % 2
            decide = self._rule(classifier)
            dim = self.setting.dim
            if not stored(rule, training) and dim <= MORE_AXES:
                rows = [self._value(classifier, axis, _half(noises[axis], odd)) for axis in range(dim)]
                return [jax.vmap(lambda *row: decide(Rows(row)).best)(*rows)]
            noise = jnp.stack(noises) if isinstance(noises, list) else noises
            found = decide(self._value(classifier, slice(None), _half(noise, odd)).reshape(dim, -1))
            return [v.reshape(shape) for v in (found.best, found.low, found.high)[:kinds]]

        return self._counted(labels, number)

    def _folded(self, classifiers: _Classifiers, number: int) -> Array:
        """Votes (classifiers, 1, samples) from folds over the axes, a group of them at a time."""
        dim, group, out = self.setting.dim, self.setting.group, self.setting.written_out
        samples, points = len(self.sample), len(self.pair)

        def folds(k: Any) -> list[Fold]:
            return asked(self._rule(classifiers(k // 2)), dim, points)

        def start(k: Any, _nothing: None) -> Any:
            begun = (fold.start(points) for fold in folds(k))
            return _by_law(out, [jnp.broadcast_to(part, (samples, *part.shape)) for part in begun])

        def group_added(first: Array, states: Any) -> Any:
            axes = first * group + jnp.arange(group)
            noises = self._noises(axes)

            def added(k: Any, state: Any) -> Any:
                rows = [self._value(classifiers(k // 2), axes[g], _half(noises[g], k % 2)) for g in range(group)]
                both = zip(folds(k), _joined(out, state), strict=True)
                return _by_law(out, [jax.vmap(partial(fold.added, axes, dim))(held, rows) for fold, held in both])

            return _each(out, added, 2 * number, states)

        def labels(k: Any, state: Any) -> list[Array]:
            decide = partial(answered, self._rule(classifiers(k // 2)), dim)
            return [jax.vmap(lambda *held: decide(held).best)(*_joined(out, state))]

        states = lax.fori_loop(0, -(-dim // group), group_added, _each(out, start, 2 * number))
        return self._counted(labels, number, states)


def _half(noise: Array, odd: Any) -> Array:
    """The noise of the first or the second vote of pairs."""
    if isinstance(odd, int):
        return jnp.imag(noise) if odd else jnp.real(noise)
    return jnp.where(odd == 0, jnp.real(noise), jnp.imag(noise))


def _by_law(written_out: bool, folds: list[Array]) -> Any:
    """Folds (samples, K, pairs) as one array for each of the K where all is written out: of arrays of one shape an
    accelerator's compiler makes one operation, and the noise that goes into all of them is never stored."""
    return [[fold[:, k] for k in range(fold.shape[1])] for fold in folds] if written_out else folds


def _joined(written_out: bool, folds: Any) -> Any:
    """What `_by_law` took apart."""
    return [jnp.stack(rows, axis=1) for rows in folds] if written_out else folds


def _each(written_out: bool, function: Callable[[Any, Any], Any], number: int, states: Any = None) -> Any:
    """function(k, state) of the classifiers k = 0, 1, ...: a list where it is written out, else stacked."""
    if written_out:
        return [function(k, None if states is None else states[k]) for k in range(number)]
    return lax.map(lambda held: function(*held), (jnp.arange(number), states))


def _digit_sums(votes: list[Array]) -> Array:
    """Sums (classifiers, 1, samples) over the rows of small numbers (samples, pairs). Some are summed as the digits of
    one number: of one sum an accelerator's compiler makes one operation, and nothing that leads to it is stored."""
    found = []
    for first in range(0, len(votes), DIGITS):
        some = votes[first : first + DIGITS]
        total = sum((vote << (DIGIT_BITS * k) for k, vote in enumerate(some)), jnp.int64(0)).sum(axis=1)
        found += [(total >> (DIGIT_BITS * k)) & ((1 << DIGIT_BITS) - 1) for k in range(len(some))]
    return jnp.stack(found)[:, None].astype(jnp.int32)
