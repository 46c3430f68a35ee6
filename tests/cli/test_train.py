"""`noisewise train`: networks on data and on samples of a problem."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from simulate.networks.training import Lesson
from simulate.networks.voting import Ballot
from simulate.storage import open_dataset
from tests.cli.conftest import strict, without_progress
from theory import vote_risk
from theory.problems.regimes import two_gaussians

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PROBLEM = ("train", "two-gaussians", "--set", "dim=2", "--samples", "200", "--test", "80", "--networks", "kept")
SMALL = ("--epochs", "4", "--alpha", "0.5", "--beta", "0", "0.6", "--votes", "21", "--seeds", "2")
SHAPES = {
    **dict.fromkeys(("risk", "risk_low", "risk_high", "abstained", "radius", "largest"), ("seed", "alpha", "beta")),
    **dict.fromkeys(("mean_risk", "mean_low", "mean_high", "baseline", "gain", "gain_low"), ("alpha", "beta")),
    **dict.fromkeys(("gain_high", "label", "best", "exact_posterior", "exact_regression"), ("alpha", "beta")),
    **dict.fromkeys(("train_loss", "test_loss", "converged"), ("seed", "alpha")),
    "certified": ("seed", "alpha", "beta", "eps"),
    "share": ("alpha", "beta", "class"),
    "loss": ("seed", "alpha", "epoch"),
    "best_alpha": ("beta",),
}


def test_a_dataset_a_figure_and_records_of_a_problem(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (*PROBLEM, *SMALL, "--model", "mlp", "--eps", "0.2", "--out", "t.nc", "--figure", "t.png", "--json")
    result = call(*words)
    assert result.returncode == 0, result.stderr
    notes = without_progress(result.stderr)
    assert [note for note in notes if "has not converged" in note]
    document = strict(result.stdout)
    dataset = open_dataset("t.nc", ("risk",))
    assert {name: dataset[name].dims for name in dataset.data_vars} == SHAPES
    assert all(dataset[name].attrs["long_name"] for name in dataset.data_vars)
    assert {dataset[name].attrs["units"] for name in ("alpha", "beta", "radius")} == {"units of x"}
    _check_shares(dataset)
    exact = vote_risk(two_gaussians(2), np.array([[0.0], [0.5]]), np.array([0.0, 0.6]), 21)
    assert np.array_equal(dataset["exact_posterior"], exact.value)
    assert (document["data"], document["samples"], document["test"], document["seeds"]) == ("two-gaussians", 200, 80, 2)
    assert Path("t.png").stat().st_size > 1000
    for record in document["records"]:
        cell = dataset.sel(alpha=record["alpha"], beta=record["beta"])
        assert record["risk"] == cell["mean_risk"].item() == cell["risk"].mean("seed").item()
        assert record["gain"] == pytest.approx(cell["baseline"].item() - record["risk"], abs=1e-15)
        assert [one["eps"] for one in record["certified"]] == [0.2]
    assert [record["beta"] for record in document["optimum"]] == [0.0, 0.6]

    def refuse(*_arguments: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(Lesson, "epoch", refuse)
    monkeypatch.setattr(Ballot, "counts", refuse)
    again = call(*words)
    assert again.returncode == 0, again.stderr
    assert strict(again.stdout) == document
    table = call(*words[:-1]).stdout
    assert table.splitlines()[2].split()[:4] == ["beta", "without", "noise", "best"]
    assert "2 mlp networks at each noise, 200 samples, 4 epochs; 80 test points, 21 votes" in table
    assert call("phase", "t.nc", "--figure", "again.png").returncode == 0
    with pytest.raises(AssertionError, match="again"):
        call(*words, "--no-resume")


def _check_shares(dataset: xr.Dataset) -> None:
    """What holds for all votes: shares of points, certificates that grow with the radius, no radius without noise."""
    for name in ("risk", "abstained", "largest", "share"):
        assert ((dataset[name] >= 0) & (dataset[name] <= 1)).all()
    assert np.allclose(dataset["share"].sum("class"), 1)
    assert (dataset["certified"].sel(beta=0.0) == 1).all()
    assert (dataset["certified"].sel(beta=0.6, eps=0.2) >= dataset["risk"].sel(beta=0.6) - 1e-12).all()
    assert np.isnan(dataset["radius"].sel(beta=0.0)).all()
    assert (dataset["abstained"].sel(beta=0.0) == 0).all()
    assert (dataset["gain"].sel(alpha=0.0) == 0).all()
    assert dataset["best"].any("alpha").all()


def test_classes_of_data_as_a_table_of_cells(call: Run) -> None:
    pytest.importorskip("sklearn")
    result = call(
        *(
            "train",
            "digits",
            "--classes",
            "1",
            "7",
            "--samples",
            "60",
            "--test",
            "40",
            "--networks",
            "kept",
            "--model",
            "linear",
            *SMALL,
        ),
        *("--noise", "laplace", "--smoothing", "uniform", "--copies", "2", "--out", "t.csv"),
    )
    assert result.returncode == 0, result.stderr
    table = pd.read_csv("t.csv")
    assert table[["alpha", "beta"]].to_numpy().tolist() == [[0.0, 0.0], [0.0, 0.6], [0.5, 0.0], [0.5, 0.6]]
    assert {"mean_risk", "mean_low", "mean_high", "gain", "label", "best"} <= set(table.columns)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("two-gaussians", "--model", "cnn"), 3, "a CNN takes images of at least 4 x 4; found inputs of size 2"),
        (("two-gaussians", "--seeds", "0"), 2, "seeds: found 0, expected a whole number of at least 1"),
        (("two-gaussians", "--epochs", "-3"), 2, "epochs: found -3, expected a whole number of at least 1"),
        (("two-gaussians", "--copies", "0"), 2, "copies: found 0, expected a whole number of at least 1"),
        (("two-gaussians", "--alpha", "-1"), 2, "alpha: found -1.0, expected a finite number >= 0"),
        (("two-gaussians", "--eps", "nan"), 2, "eps: found nan, expected a finite number >= 0"),
        (
            ("two-gaussians", "--confidence", "1"),
            2,
            "confidence: found 1.0, expected a number strictly between 0 and 1",
        ),
        (("two-gaussians", "--beta", "1", "--figure", "a.png"), 2, "one alpha or one beta, expected at least two"),
        (
            ("two-gaussians", "--out", "a.txt"),
            2,
            "--out: found 'a.txt', expected a name that ends in .nc or .zarr or ",
        ),
        (("two-gaussians", "--networks", "file/kept"), 1, "file/kept: Not a directory"),
        (("digits", "--set", "prior=0.2"), 2, "digits: settings: found prior=0.2, expected none"),
        (("nosuch",), 2, "neither a file, data nor a regime called 'nosuch'"),
    ],
)
def test_bad_input_is_one_line(call: Run, words: tuple[str, ...], status: int, said: str) -> None:
    Path("file").write_text("")
    result = call("train", *words)
    lines = without_progress(result.stderr)
    assert (result.returncode, len(lines)) == (status, 1), result.stderr
    assert said in lines[0]
    assert not result.stdout
