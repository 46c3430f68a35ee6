"""Classifiers that know their training points, against the definitions written out in double precision."""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import logsumexp

from simulate.experiments.networks import networks_on
from simulate.networks.neighbours import NEAREST, PARZEN, gated, nearest_neighbour, parzen, typical_reach

ALPHAS = (0.0, 0.05, 0.3, 2.0)


def points(seed: int, shape: tuple[int, ...] = (1, 3, 4)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training points with labels of three classes, and noisy inputs."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(90, *shape)).astype(np.float32)
    y = rng.permutation(np.arange(90) % 3)
    return x, y, (x[:60] + rng.normal(size=(60, *shape))).astype(np.float32)


def distances(inputs: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Distances (inputs, points)."""
    flat, others = inputs.reshape(len(inputs), -1).astype(float), x.reshape(len(x), -1).astype(float)
    return np.linalg.norm(flat[:, None] - others[None], axis=-1)


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_neighbour_and_the_parzen_rule_are_those_of_the_definition(seed: int) -> None:
    x, y, inputs = points(seed)
    apart = distances(inputs, x)
    nearest = y[apart.argmin(axis=1)]
    assert np.array_equal(np.asarray(nearest_neighbour(x, y)(jnp.asarray(inputs)))[0], nearest)
    found = np.asarray(parzen(x, y, ALPHAS)(jnp.asarray(inputs)))
    assert np.array_equal(found[0], nearest)
    for k, alpha in enumerate(ALPHAS[1:], 1):
        logs = [logsumexp(-(apart[:, y == c] ** 2) / (2 * alpha**2), axis=1) for c in range(3)]
        gap = np.sort(logs, axis=0)[-1] - np.sort(logs, axis=0)[-2]
        # In single precision squared distances of about 20 are known to 1e-5.
        clear = gap > 1e-4 / alpha**2
        assert clear.mean() > 0.9
        assert np.array_equal(found[k][clear], np.argmax(logs, axis=0)[clear])


def test_far_from_the_origin_points_are_told_apart_as_near_it() -> None:
    x, y, inputs = points(5, (2,))
    moved = np.asarray(nearest_neighbour(x + 100, y)(jnp.asarray(inputs + 100)))[0]
    apart = np.sort(distances(inputs, x), axis=1)
    clear = apart[:, 1] - apart[:, 0] > 0.01  # what single precision leaves of 1e4 in a square
    assert np.array_equal(moved[clear], y[distances(inputs, x).argmin(axis=1)][clear])


def test_a_gate_asks_inside_and_takes_the_nearest_class_outside() -> None:
    x, y, inputs = points(1)
    apart = distances(inputs, x).min(axis=1)
    reach = float(np.median(apart)) + 1e-4
    found = np.asarray(gated(lambda held: jnp.full((2, len(held)), 7), x, y, reach)(jnp.asarray(inputs)))
    nearest = y[distances(inputs, x).argmin(axis=1)]
    assert np.array_equal(found[0], nearest)
    for row in found[1:]:
        assert np.array_equal(row, np.where(apart <= reach, 7, nearest))


def test_reach_is_a_quantile_of_the_distance_to_another_point() -> None:
    x = np.random.default_rng(2).normal(size=(700, 5)).astype(np.float32)
    apart = distances(x, x) + np.diag(np.full(700, np.inf))
    for share in (0.5, 0.99):
        assert typical_reach(x, share) == pytest.approx(np.quantile(apart.min(axis=1), share), rel=1e-5)


def test_a_study_of_one_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two separated clouds: everybody is right, so that there is no benefit and no share of it."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    x = (6.0 * y[:, None] + rng.normal(size=(60, 2))).astype(np.float32)
    np.savez(tmp_path / "clouds.npz", x=x[:40], y=y[:40], x_test=x[40:], y_test=y[40:])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source, scales = str(tmp_path / "clouds.npz"), {"alpha": [0.0, 0.5], "beta": [0.0, 0.5]}
    held = networks_on(source, {"linear": 2}, (None, None), 11, scales)
    assert held["classifier"].to_numpy().tolist() == ["linear", NEAREST, PARZEN]
    assert (held["risk"].sel(classifier=[NEAREST, PARZEN]) < 0.1).all()
    assert np.allclose(held["largest"], 0.5, atol=0.1)
    assert not held["determined"].any()
    assert (held["gated"] < 0.1).all()
    assert held["best"].any("alpha").all()
    assert (held["best_alpha_one_vote"].dims, held.attrs["ray"]) == (("classifier", "beta"), pytest.approx(0.671635))
