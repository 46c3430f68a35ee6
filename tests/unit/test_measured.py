"""Phase diagrams of measured risks: their intervals, labels and sets of best alphas, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, ttest_rel

import noisewise as nw
from simulate.sweep.measured import not_worse
from simulate.sweep.plane import measured_map, open_dataset
from theory.errors import ProblemError

ALPHA, BETA = (0.0, 0.1, 0.3, 0.7), (0.0, 0.5)
# The share of runs of these tests that a right program may fail, were seeds not fixed.
FAILURE = 1e-6


def table(seeds: int, seed: int = 0) -> np.ndarray:
    """Risks whose expected best is alpha = 0.3, with what the alphas of a seed share and what they do not."""
    random = np.random.default_rng(seed)
    mean = np.array([0.4, 0.35, 0.3, 0.5])[None, :, None] * np.array([1.0, 1.2])
    return mean + random.normal(0, 0.05, (seeds, 1, 1)) + random.normal(0, 0.03, (seeds, 4, 2))


@pytest.mark.parametrize("seeds", [2, 5])
def test_intervals_are_those_of_the_paired_t_test(seeds: int) -> None:
    risk = table(seeds)
    dataset = measured_map(risk, ALPHA, BETA, confidence=0.9)
    for k in (1, 2, 3):
        other = ttest_rel(risk[:, 0], risk[:, k]).confidence_interval(0.9)
        np.testing.assert_allclose(dataset["gain_low"][k], np.maximum(other.low, -1), rtol=1e-12)
        np.testing.assert_allclose(dataset["gain_high"][k], np.minimum(other.high, 1), rtol=1e-12)
    np.testing.assert_allclose(dataset["risk"], risk.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(dataset["baseline"] - dataset["risk"], dataset["gain"], atol=1e-15)


def test_labels_say_what_the_intervals_say() -> None:
    dataset = measured_map(table(4), ALPHA, BETA)
    low, high, label = (dataset[name].to_numpy() for name in ("gain_low", "gain_high", "label"))
    assert (label[0] == "neutral").all()
    assert {"significant-help", "significant-hurt", "undecided"} <= set(label[1:].ravel().tolist())
    assert np.array_equal(label == "significant-help", low > 0)
    assert np.array_equal(label == "significant-hurt", high < 0)


def test_the_best_alpha_is_in_its_set_as_often_as_promised() -> None:
    runs = [not_worse(table(3, seed), error=0.1) for seed in range(400)]
    held = int(sum(best[2, 0] for best in runs))
    assert held >= binom.ppf(FAILURE, len(runs), 0.9)
    assert np.mean([best[3, 0] for best in runs]) < 0.7  # the worst is left out where it can be


def test_the_least_measured_is_always_in_the_set() -> None:
    for seed in range(20):
        dataset = measured_map(table(3, seed), ALPHA, BETA)
        assert dataset["best"].sel(alpha=dataset["best_alpha"]).all()


@pytest.mark.parametrize("shape", [(4, 2), (1, 4, 2)])
def test_one_table_has_signs_and_no_interval(shape: tuple[int, ...]) -> None:
    risk = np.array([[0.3, 0.3], [0.3, 0.4], [0.2, 0.1], [0.5, 0.5]])
    dataset = measured_map(risk.reshape(shape), ALPHA, BETA)
    assert dataset["label"].to_numpy().tolist() == [
        ["neutral", "neutral"],
        ["neutral", "measured-hurt"],
        ["measured-help", "measured-help"],
        ["measured-hurt", "measured-hurt"],
    ]
    assert not {"gain_low", "gain_high", "best"} & set(dataset)
    assert dataset["best_alpha"].to_numpy().tolist() == [0.3, 0.3]


def test_seeds_that_all_tell_the_same_decide_nothing() -> None:
    risk = np.array([[[0.3], [0.2], [0.3]], [[0.4], [0.3], [0.4]], [[0.6], [0.5], [0.6]]])  # but for rounding
    dataset = measured_map(risk, [0, 1, 2], [0.5])
    assert dataset["label"].to_numpy().ravel().tolist() == ["neutral", "undecided", "undecided"]
    assert dataset["gain_low"].to_numpy().ravel().tolist() == [0.0, -1.0, -1.0]
    assert dataset["gain_high"].to_numpy().ravel().tolist() == [0.0, 1.0, 1.0]
    assert dataset["best"].all()


def test_a_single_noise_is_a_diagram_too() -> None:
    dataset = measured_map(table(3)[:, :1, :1], [0], [0.5])
    assert dataset["best"].to_numpy().tolist() == [[True]]
    assert dataset["label"].item() == "neutral"


def test_it_comes_back_from_a_file_and_is_drawn(tmp_path: Any) -> None:
    dataset = measured_map(table(3), ALPHA, BETA, name="mine")
    dataset.noisewise.save(tmp_path / "a.nc")
    assert nw.open_dataset(tmp_path / "a.nc").identical(dataset)
    assert list(dataset.noisewise.table())[:3] == ["alpha", "beta", "risk"]
    assert set(dataset.noisewise.plot().curves) == {"least", "alike"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"risk": np.full((4, 2), np.nan)}, "risk: found nan"),
        ({"risk": np.full((4, 2), 1.5)}, "risk: found 1.5, expected risks in [0, 1]"),
        ({"risk": np.full((4, 2), -1e-9)}, "risk: found -1e-09"),
        ({"risk": np.full((4, 2), 0.5 + 0j)}, "risk: found (0.5+0j), expected a number"),
        ({"risk": np.full((4, 2), "0.5")}, "risk: found '0.5', expected a number"),
        ({"risk": np.full((4, 2), True)}, "risk: found True, expected a number"),
        ({"risk": np.full((2, 4), 0.5)}, "risk: found an array of shape (2, 4), expected (4, 2), (alpha, beta)"),
        ({"risk": np.full((0, 4, 2), 0.5)}, "risk: found an array of shape (0, 4, 2)"),
        ({"risk": 0.5}, "risk: found an array of shape ()"),
        ({"alpha": (0.1, 0.2, 0.3, 0.4)}, "alpha: found 0.1 in the first row, expected alpha = 0 there"),
        ({"alpha": (0, 0.3, 0.2, 0.4)}, "alpha: found 0.3 before 0.2, expected noises in increasing order"),
        ({"beta": (0.5, 0.5)}, "beta: found 0.5 before 0.5"),
        ({"beta": (-0.5, 0.5)}, "beta: found -0.5"),
        ({"beta": [[0.1, 0.2]]}, "beta: found an array of shape (1, 2)"),
        ({"confidence": 1.0}, "confidence: found 1.0"),
    ],
)
def test_what_makes_no_sense_gets_one_line(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        measured_map(**({"risk": np.full((4, 2), 0.5), "alpha": ALPHA, "beta": BETA} | changes))
    assert words in str(caught.value)


def test_datasets_that_are_no_diagram_get_one_line(tmp_path: Any) -> None:
    dataset = measured_map(table(3), ALPHA, BETA)
    wrong = {
        "gain: found dimensions beta, y_key 'alpha' and x_key 'beta'": dataset.assign(gain=dataset["gain"][0]),
        "gain: found dimensions alpha, beta, y_key 'alpha' and x_key 'gap'": dataset.assign_attrs(x_key="gap"),
        "y_key 'alpha' and x_key ''": dataset.drop_attrs().assign_attrs(y_key="alpha"),
        "gain: found infinite values": dataset.assign(gain=dataset["gain"] * np.inf),
        "beta: found infinite values, or no numbers": dataset.assign_coords(beta=["a", "b"]),
        "no variable 'label'": dataset.drop_vars("label"),
    }
    for words, held in wrong.items():
        held.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
        with pytest.raises(ProblemError) as caught:
            open_dataset(tmp_path / "a.nc")
        assert str(caught.value).startswith(str(tmp_path / "a.nc"))
        assert words in str(caught.value)
