"""Networks: training, votes and what is kept, against the definition written out and against a killed process."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from simulate.data import Data
from simulate.networks import ConvergenceWarning, NetworkPlan, train_networks
from simulate.networks.cohort import Cohort, Design, Outcome
from simulate.networks.convergence import converged, unfinished
from simulate.networks.models import build
from simulate.networks.noise import unit_noise
from simulate.networks.store import NetworkStore
from simulate.networks.training import Lesson, Regimen
from simulate.networks.voting import COUNT, Ballot, choosing
from simulate.progress import silent
from theory.errors import UnsupportedError

ROOT = Path(__file__).parents[2]
ALPHAS, BETAS = (0.0, 0.5), (0.0, 0.4, 0.8)
# Of the networks whose training is killed.
EPOCHS = 200


def stripes(count: int = 120, tested: int = 17, images: bool = False) -> Data:
    """Four classes of noisy images, or of points in the plane."""
    rng = np.random.default_rng(7)
    shape = (2, 4, 5) if images else (2,)
    centres = rng.normal(size=(4, *shape))
    y = np.arange(count + tested) % 4
    x = (centres[y] + 0.3 * rng.normal(size=(count + tested, *shape))).astype(np.float32)
    names = tuple("abcd")
    return Data("stripes", x[:count], y[:count], x[count:], y[count:], names, "units of x", None)


def design(model: str = "linear", epochs: int = 3, **changes: object) -> Design:
    return Design(Regimen(model, "gaussian", epochs, **changes), ALPHAS, BETAS, 20, "gaussian")


@pytest.mark.parametrize("noise", ["gaussian", "laplace", "uniform"])
def test_unit_noise_has_its_law_and_depends_on_the_number_of_the_sample_only(noise: str) -> None:
    key = jax.random.key(3)
    drawn = np.asarray(unit_noise(noise, key, jnp.arange(4000), (5,)))
    # E|z| and E z^2: sqrt(2/pi), 1; 1, 2; 1/2, 1/3. Means of 20 000 numbers, six standard errors.
    size, square = {"gaussian": (math.sqrt(2 / math.pi), 1), "laplace": (1, 2), "uniform": (0.5, 1 / 3)}[noise]
    assert abs(np.abs(drawn).mean() - size) < 6 * math.sqrt((square - size**2) / 20_000)
    assert abs((drawn**2).mean() - square) < 6 * (drawn**2).std() / math.sqrt(20_000)
    assert abs(drawn.mean()) < 6 * math.sqrt(square / 20_000)
    assert np.array_equal(np.asarray(unit_noise(noise, key, jnp.asarray([9, 4]), (5,))), drawn[[9, 4]])


@pytest.mark.parametrize("model", ["linear", "cnn-norm"])
def test_votes_are_those_of_the_definition(model: str) -> None:
    data = stripes(images=True)
    lesson = Lesson(design(model).regimen, jnp.asarray(data.x), jnp.asarray(data.y), 4, 0)
    networks = lesson.epoch(lesson.start(1), jnp.asarray([0.5]), 0)[0]
    ballot = Ballot("gaussian", 6, 4, 5)
    choice, count = ballot.counts(lambda x: lesson.compiled.labels(networks, x), data.x_test, BETAS, silent)
    assert choice.shape == count.shape == (1, 3, 17, 4)
    assert (choice.sum(axis=-1) == choosing(6)).all()
    assert (count.sum(axis=-1) == 6).all()
    key = jax.random.fold_in(jax.random.key(5), COUNT)
    drawn = jax.jit(lambda key: unit_noise("gaussian", key, jnp.arange(17), data.x.shape[1:]))
    expected = np.zeros(count.shape, int)
    for vote in range(6):
        unit = np.asarray(drawn(jax.random.fold_in(key, vote)))
        for b, beta in enumerate(BETAS):
            labels = np.asarray(lesson.compiled.labels(networks, jnp.asarray(data.x_test + np.float32(beta) * unit)))
            np.add.at(expected, (np.arange(1)[:, None], b, np.arange(17)[None], labels), 1)
    # A score on the edge may round to the other side in a batch of another size.
    assert np.abs(expected - count).sum() <= 4


def test_networks_of_a_seed_differ_in_the_noise_only_and_more_noise_is_harder() -> None:
    data = stripes()
    lesson = Lesson(Regimen("mlp", "gaussian", 30, batch=20), jnp.asarray(data.x), jnp.asarray(data.y), 4, 0)
    networks, scales = lesson.start(3), jnp.asarray([0.0, 0.0, 2.0])
    for epoch in range(30):
        networks, losses = lesson.epoch(networks, scales, epoch)
    assert losses[0] == losses[1] < losses[2]
    assert losses[0] < losses[2] / 2
    for leaf in jax.tree.leaves(networks.params):
        assert np.array_equal(leaf[0], leaf[1])
        assert not np.array_equal(leaf[0], leaf[2])


def test_fixed_copies_come_back_and_fresh_noise_does_not() -> None:
    """With a step size of 0 the loss of a pass only depends on its noise."""
    data = stripes()
    scales = jnp.asarray([1.0])
    for copies, period in ((1, 1), (3, 3), (None, None)):
        regimen = Regimen("linear", "gaussian", 7, copies, batch=120, rate=0.0)
        lesson = Lesson(regimen, jnp.asarray(data.x), jnp.asarray(data.y), 4, 0)
        networks, losses = lesson.start(1), []
        for epoch in range(7):
            networks, loss = lesson.epoch(networks, scales, epoch)
            losses.append(float(loss[0]))
        distinct = len({round(loss, 4) for loss in losses})
        assert distinct == (period or 7)
        if period:
            assert losses[period:] == pytest.approx(losses[:-period], rel=1e-5)


@pytest.mark.parametrize("model", ["linear", "cnn-norm"])
def test_the_same_seed_gives_the_same_and_what_is_kept_is_not_made_again(
    tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = stripes(images=True)
    first = Cohort(design(model), data, 0, NetworkStore(tmp_path / "a")).outcome()
    again = Cohort(design(model), data, 0, NetworkStore(tmp_path / "b")).outcome()
    other = Cohort(design(model), data, 1, NetworkStore(tmp_path / "b")).outcome()
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first.losses, other.losses)

    def refuse(*_arguments: object) -> None:
        raise AssertionError("trained or voted again")

    monkeypatch.setattr(Lesson, "epoch", refuse)
    monkeypatch.setattr(Ballot, "counts", refuse)
    kept = Cohort(design(model), data, 0, NetworkStore(tmp_path / "a")).outcome()
    assert all(np.array_equal(one, two) for one, two in zip(first, kept, strict=True))
    with pytest.raises(AssertionError, match="again"):
        Cohort(design(model), data, 0, NetworkStore(tmp_path / "a", fresh=True)).outcome()


def test_damaged_files_are_made_again(tmp_path: Path) -> None:
    data, store = stripes(), NetworkStore(tmp_path)
    first = Cohort(design(), data, 0, store).outcome()
    rng = np.random.default_rng(3)
    for k, path in enumerate(sorted(tmp_path.iterdir())):
        content = bytearray(path.read_bytes())
        content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))  # one bit, anywhere
        path.write_bytes([content, content[: len(content) // 2], b""][k % 3])
        kind, key = path.stem.split("-")
        assert store.get(kind, key) is None
    again = Cohort(design(), data, 0, store).outcome()
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))


def test_what_has_not_converged_is_told() -> None:
    """At 4 classes guessing loses ln 4 = 1.386, a twentieth of which is .069."""
    losses = np.array([[2.0, 1.0, 0.9, 0.8], [2.0, 1.0, 0.99, 0.95], [2.0, 1.0, np.nan, 0.9], [2.0, 0.4, 0.5, 0.6]])
    assert converged(losses, 4).tolist() == [False, True, False, True]
    slow, lost = unfinished([0.0, 0.1, 0.25, 0.5], losses, 4)
    assert slow == (
        "the network at alpha = 0 has not converged: its loss fell by 0.2 to 0.8 over the second half of 4 epochs; "
        "take more --epochs"
    )
    assert lost == "the loss of the network at alpha = 0.25 is no number"


@pytest.mark.parametrize("votes", [1, 300])
def test_one_feature_one_test_point_one_vote(tmp_path: Path, votes: int) -> None:
    found = four_points(0.0, votes, tmp_path)
    assert np.allclose(found["share"].sum("class"), 1)
    assert set(np.unique(found["risk"])) <= {0.0, 1.0}
    assert (found["mean_high"] - found["mean_low"] > 0.9).all()  # one point says next to nothing
    assert dict(found.sizes) == {"seed": 1, "alpha": 2, "beta": 2, "eps": 1, "class": 2, "epoch": 2}


def test_data_far_from_the_origin_are_told_to_be_hard(tmp_path: Path) -> None:
    with pytest.warns(ConvergenceWarning, match="has not converged"):
        four_points(1000.0, 1, tmp_path)


def four_points(centre: float, votes: int, folder: Path) -> xr.Dataset:
    x = np.array([[0.0], [1.0], [0.5], [1.5]], np.float32) + np.float32(centre)
    data = Data("four", x, np.array([0, 1, 0, 1]), x[:1], np.array([0]), ("a", "b"), "units of x", None)
    plan = NetworkPlan("linear", seeds=1, epochs=2, votes=votes)
    return train_networks(data, alpha=0.5, beta=[0.0, 0.5], eps=0.1, plan=plan, store=NetworkStore(folder))


def test_a_cnn_wants_images() -> None:
    with pytest.raises(UnsupportedError, match=r"^a CNN takes images of at least 4 x 4; found inputs of size 7$"):
        build("cnn", (7,), 2, jax.random.key(0))


KILLED = """
import sys
from pathlib import Path
from simulate.networks import cohort
from simulate.networks.store import NetworkStore
from tests.unit.test_networks import EPOCHS, design, stripes
cohort.LOST = 0.0
print("ready", flush=True)
cohort.Cohort(design("linear", EPOCHS), stripes(images=True), 0, NetworkStore(Path(sys.argv[1]))).outcome(
    lambda done: print(done, flush=True)
)
"""


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_to_the_same_end(tmp_path: Path) -> None:
    whole = Cohort(design("linear", EPOCHS), stripes(images=True), 0, NetworkStore(tmp_path / "whole")).outcome()
    rng, kills = np.random.default_rng(1), 0
    for _attempt in range(2):
        run = [sys.executable, "-c", KILLED, str(tmp_path / "killed")]
        with subprocess.Popen(
            run, stdout=subprocess.PIPE, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.readline()  # something has been done
            time.sleep(float(rng.uniform(0.0, 0.1)))
            process.send_signal(signal.SIGKILL)
            assert process.wait() in (0, -signal.SIGKILL)
        kills += process.returncode == -signal.SIGKILL
    assert kills > 0
    killed = NetworkStore(tmp_path / "killed")
    found: Outcome = Cohort(design("linear", EPOCHS), stripes(images=True), 0, killed).outcome()
    assert all(np.array_equal(one, two) for one, two in zip(whole, found, strict=True))
