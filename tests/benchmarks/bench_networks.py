"""Networks: all training noises together against one after the other, and votes against a plain loop in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

from simulate.networks.compiled import Networks
from simulate.networks.training import Lesson, Regimen
from simulate.networks.voting import Ballot, choosing
from simulate.progress import silent
from tests.benchmarks.timing import best, sized

SAMPLES, SHAPE, CLASSES = sized(4000, 100), (1, 28, 28), 10
ALPHAS = np.linspace(0, 1, sized(11, 2))
POINTS, VOTES, BETAS = sized(500, 10), sized(50, 3), sized([0.1, 0.3, 0.5, 0.7, 0.9], [0.5])


def images(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random images, and random labels of them."""
    rng = np.random.default_rng(0)
    return rng.random((count, *SHAPE), dtype=np.float32), rng.integers(CLASSES, size=count)


def lesson() -> Lesson:
    """An MLP on them, in batches of 100."""
    x, y = images(SAMPLES)
    return Lesson(Regimen("mlp", "gaussian", epochs=2), jnp.asarray(x), jnp.asarray(y), CLASSES, seed=0)


def labels_of(networks: Networks) -> Callable[[np.ndarray], np.ndarray]:
    """The classes that the first network gives inputs (rows, numbers), by NumPy alone."""
    layers = [(np.asarray(layer.weight[0]), np.asarray(layer.bias[0])) for layer in networks.params.layers.layers]

    def labels(x: np.ndarray) -> np.ndarray:
        for weight, bias in layers[:-1]:
            x = np.maximum(x @ weight.T + bias, 0)
        return np.argmax(x @ layers[-1][0].T + layers[-1][1], axis=1)

    return labels


def looped(labels: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Votes (smoothing noises, points, classes); all smoothing noises see the same unit noise here, too."""
    rng, rows = np.random.default_rng(0), np.arange(len(x))
    counted = np.zeros((len(BETAS), len(x), CLASSES), int)
    for _ in range(VOTES):
        unit = rng.standard_normal(x.shape, np.float32)
        for table, beta in zip(counted, BETAS, strict=True):
            table[rows, labels(x + np.float32(beta) * unit)] += 1
    return counted


def test_training_together(capsys: pytest.CaptureFixture[str]) -> None:
    taught = lesson()
    alone = [jnp.asarray([alpha], jnp.float32) for alpha in ALPHAS]
    together = jnp.asarray(ALPHAS, jnp.float32)
    joint = best(lambda: taught.epoch(taught.start(len(ALPHAS)), together, 0))
    single = best(lambda: [taught.epoch(taught.start(1), alpha, 0) for alpha in alone])
    with capsys.disabled():
        print(f"\n  {len(ALPHAS)} MLPs, {SAMPLES} images of 28 x 28, one epoch:")
        print(f"    together {joint:.2f} s, one after the other {single:.2f} s, ratio {single / joint:.2f}")


def test_votes(capsys: pytest.CaptureFixture[str]) -> None:
    taught, x = lesson(), images(POINTS)[0]
    networks, flat = taught.start(1), x.reshape(POINTS, -1)
    labels, ballot = labels_of(networks), Ballot("gaussian", VOTES, CLASSES, seed=0)
    same = labels(flat) == np.asarray(taught.compiled.labels(networks, jnp.asarray(x)))[0]
    assert same.mean() > 0.99  # rounding may decide between equal scores
    compiled = best(lambda: ballot.counts(lambda rows: taught.compiled.labels(networks, rows), x, BETAS, silent))
    plain = best(lambda: looped(labels, flat))
    asked = POINTS * len(BETAS)
    rates = (asked * (VOTES + choosing(VOTES)) / compiled, asked * VOTES / plain)
    with capsys.disabled():
        print(
            f"\n  votes of an MLP, {POINTS} images of 28 x 28, {VOTES} votes at each of {len(BETAS)} smoothing noises:"
        )
        print(f"    {rates[0]:.3g} a second, a loop in NumPy {rates[1]:.3g}, ratio {rates[0] / rates[1]:.2f}")
