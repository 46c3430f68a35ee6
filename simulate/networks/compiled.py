"""The compiled part: networks of one model side by side, one step of training, losses, labels. No loop lives here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array

from simulate.networks.models import BATCH, build
from simulate.networks.noise import unit_noise


class Networks(NamedTuple):
    """Networks of one model, stacked along a leading axis of every array.

    params: what is learned. state: running means of normalisation. adam: what the optimiser remembers.
    """

    params: Any
    state: Any
    adam: Any


class Batch(NamedTuple):
    """Samples x (n, *shape) and y (n,), the numbers of those that are asked for, and the key of their noise."""

    x: Array
    y: Array
    numbers: Array
    key: Array


class Compiled:
    """What is compiled for a model on inputs of one shape.

    noise: the kind of training noise. rate, steps: the first step size of Adam, which falls to 0 along a cosine over so
    many steps. Raises as `build`.
    """

    def __init__(self, model: str, shape: tuple[int, ...], classes: int, noise: str, rate: float, steps: int) -> None:
        self._build = lambda key: build(model, shape, classes, key)
        self._noise, self._shape = noise, shape
        self._adam = optax.adam(optax.cosine_decay_schedule(rate, steps))
        self._static = eqx.partition(self._build(jax.random.key(0))[0], eqx.is_inexact_array)[1]

    def start(self, key: Array, count: int) -> Networks:
        """So many equal networks with random weights."""
        model, state = self._build(key)
        params = eqx.filter(model, eqx.is_inexact_array)
        one = Networks(params, state, jax.jit(self._adam.init)(params))
        return _repeated(one, count)

    @cached_property
    def step(self) -> Callable[[Networks, Array, Batch], tuple[Networks, Array]]:
        """One step of all networks, each with its noise (networks,), on a batch; and their losses."""
        return jax.jit(jax.vmap(self._step, in_axes=(0, 0, None)), donate_argnums=0)

    @cached_property
    def losses(self) -> Callable[[Networks, Array, Batch], Array]:
        """The losses (networks,) of trained networks on a batch."""
        return jax.jit(jax.vmap(self._tested, in_axes=(0, 0, None)))

    @cached_property
    def labels(self) -> Callable[[Networks, Array], Array]:
        """The classes (networks, rows) of inputs (rows, *shape)."""
        return jax.jit(jax.vmap(self._labels, in_axes=(0, None)))

    def _scores(self, model: Any, state: Any, x: Array) -> tuple[Array, Any]:
        found: tuple[Array, Any] = jax.vmap(model, axis_name=BATCH, in_axes=(0, None), out_axes=(0, None))(x, state)
        return found

    def _noisy(self, alpha: Array, batch: Batch) -> Array:
        return batch.x[batch.numbers] + alpha * unit_noise(self._noise, batch.key, batch.numbers, self._shape)

    def _loss(self, params: Any, state: Any, alpha: Array, batch: Batch) -> tuple[Array, Any]:
        scores, state = self._scores(eqx.combine(params, self._static), state, self._noisy(alpha, batch))
        return _mean_loss(scores, batch), state

    def _step(self, held: Networks, alpha: Array, batch: Batch) -> tuple[Networks, Array]:
        learned = jax.value_and_grad(self._loss, has_aux=True)
        (loss, state), slope = learned(held.params, held.state, alpha, batch)
        change, memory = self._adam.update(slope, held.adam, held.params)
        return Networks(optax.apply_updates(held.params, change), state, memory), loss

    def _ready(self, held: Networks) -> Any:
        return eqx.nn.inference_mode(eqx.combine(held.params, self._static))

    def _tested(self, held: Networks, alpha: Array, batch: Batch) -> Array:
        return _mean_loss(self._scores(self._ready(held), held.state, self._noisy(alpha, batch))[0], batch)

    def _labels(self, held: Networks, x: Array) -> Array:
        return jnp.argmax(self._scores(self._ready(held), held.state, x)[0], axis=-1)


@partial(jax.jit, static_argnums=1)
def _repeated(one: Networks, count: int) -> Networks:
    return jax.tree.map(lambda leaf: jnp.repeat(leaf[None], count, axis=0), one)


def _mean_loss(scores: Array, batch: Batch) -> Array:
    return optax.softmax_cross_entropy_with_integer_labels(scores, batch.y[batch.numbers]).mean()


compiled = cache(Compiled)
