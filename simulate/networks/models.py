"""The architectures: linear, MLP and CNN, the latter also with batch normalisation. How they are trained is elsewhere.

Every model maps one input and its state to the scores of the classes and the new state, which only normalisation has:
`scores, state = model(x, state)`, x (features,) or (channels, height, width).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import equinox as eqx
import jax
from jax import Array

from theory.errors import UnsupportedError

MODELS = ("mlp", "cnn", "cnn-norm", "linear")
# Units of the two hidden layers of an MLP, and channels of the first of the two convolutions.
WIDTH, CHANNELS = 256, 16
# The least height and width that two strides of 2 leave something of.
LEAST = 4
# The name of the axis that batch normalisation averages over.
BATCH = "batch"

State = eqx.nn.State


class Dense(eqx.Module):
    """A perceptron on all numbers of an input; without hidden layers it is linear."""

    layers: eqx.nn.MLP

    def __init__(self, shape: tuple[int, ...], classes: int, hidden: int, key: Array) -> None:
        self.layers = eqx.nn.MLP(math.prod(shape), classes, WIDTH, hidden, key=key)

    def __call__(self, x: Array, state: State) -> tuple[Array, State]:
        return self.layers(x.ravel()), state


class Convolutional(eqx.Module):
    """Two convolutions 3 x 3 of stride 2 with rectifiers, normalised before them if asked, and a linear layer."""

    convolutions: list[eqx.nn.Conv2d]
    norms: list[eqx.nn.BatchNorm] | None
    last: eqx.nn.Linear

    def __init__(self, shape: tuple[int, ...], classes: int, normalised: bool, key: Array) -> None:
        channels, height, width = shape
        sizes = (channels, CHANNELS, 2 * CHANNELS)
        keys = jax.random.split(key, 3)
        self.convolutions = [
            eqx.nn.Conv2d(sizes[i], sizes[i + 1], 3, stride=2, padding=1, key=keys[i]) for i in range(2)
        ]
        self.norms = (
            [eqx.nn.BatchNorm(size, BATCH, mode="batch", momentum=0.9) for size in sizes[1:]] if normalised else None
        )
        self.last = eqx.nn.Linear(sizes[-1] * -(-height // 4) * -(-width // 4), classes, key=keys[2])

    def __call__(self, x: Array, state: State) -> tuple[Array, State]:
        for i, convolution in enumerate(self.convolutions):
            x = convolution(x)
            if self.norms is not None:
                x, state = self.norms[i](x, state)
            x = jax.nn.relu(x)
        return self.last(x.ravel()), state


def build(kind: str, shape: tuple[int, ...], classes: int, key: Array) -> tuple[eqx.Module, State]:
    """A model of MODELS with random weights, and its state.

    Raises:
        UnsupportedError: a CNN on inputs that are no images of at least LEAST x LEAST.
    """
    if kind.startswith("cnn") and (len(shape) != 3 or min(shape[1:]) < LEAST):
        found = " x ".join(map(str, shape))
        raise UnsupportedError(f"a CNN takes images of at least {LEAST} x {LEAST}; found inputs of size {found}")
    made: dict[str, Callable[[], eqx.Module]] = {
        "linear": lambda: Dense(shape, classes, 0, key),
        "mlp": lambda: Dense(shape, classes, 2, key),
        "cnn": lambda: Convolutional(shape, classes, False, key),
        "cnn-norm": lambda: Convolutional(shape, classes, True, key),
    }
    return eqx.nn.make_with_state(made[kind])()


def batched(kind: str) -> bool:
    """Whether several networks are trained faster together, by vmap, than one after the other on this device.

    Products of matrices are. Convolutions by different weights become grouped ones, which on two cores take twice as
    long as one after the other (three CNNs on 4000 images: 1.19 s an epoch, .59 s); on accelerators, where one small
    network leaves most idle, it is assumed.
    """
    return not kind.startswith("cnn") or jax.default_backend() != "cpu"
