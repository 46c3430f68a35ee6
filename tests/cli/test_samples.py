"""`--ratio`: training on n/d samples per dimension, as a user asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulate.storage import open_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.cells import pieces
from simulate.sweep.curves import _regime
from tests.cli.conftest import Run
from tests.cli.test_risk import Records
from theory import best_alpha, clean_risk, compare, regimes, with_overrides

PAIR = ("two-gaussians", "--set", "separation=3", "--set", "prior=0.2", "--set", "training.rule=lda")
PROBLEM = with_overrides(regimes.two_gaussians(separation=3.0, prior=0.2), {"training.rule": "lda"})
COVERED = "lda, least-squares, logistic and two Gaussians of one covariance"


def test_records_say_what_was_trained_on(records: Records) -> None:
    found = records("risk", *PAIR, "--alpha", "0", "0.3", "--beta", "0.5", "--ratio", "0.5", "2:3:2")
    assert [(r["alpha"], r["ratio"]) for r in found] == [(a, r) for a in (0.0, 0.3) for r in (0.5, 2.0, 3.0)]
    for record in found:
        assert (record["copies"], record["finite_dim"]) == (None, False)
        expected = clean_risk(PROBLEM, record["alpha"], 0.5, ratio=record["ratio"])
        assert record["clean"] == {
            "value": expected.value,
            "error": expected.error,
            "route": "limit",
            "status": "limit",
        }
    (few,) = records("risk", *PAIR, "--set", "training.copies=3", "--alpha", "0.3", "--beta", "0.5", "--ratio", "2")
    assert few["copies"] == 3
    (all_,) = records("risk", *PAIR, "--alpha", "0.3", "--beta", "0.5")
    assert (all_["ratio"], all_["finite_dim"], all_["clean"]["route"]) == (None, None, "line")


def test_votes_of_classifiers_of_samples(records: Records) -> None:
    found = records("risk", *PAIR, "--alpha", "0.3", "--beta", "0.5", "--eps", "0.1", "--votes", "101", "--ratio", "2")
    assert found[0]["votes"] == 101
    assert found[0]["clean"]["status"] == "limit"
    assert found[0]["adversarial"] is None


def test_optimum_of_samples(records: Records, call: Run) -> None:
    found = records("optimum", *PAIR, "--beta", "0.5", "--ratio", "2", "10")
    assert [record["ratio"] for record in found] == [2.0, 10.0]
    assert found[0]["alpha"] == best_alpha(PROBLEM, 0.5, ratio=2.0).alpha
    assert "ratio" in call("optimum", *PAIR, "--beta", "0.5", "--ratio", "2").stdout.splitlines()[0]


def test_maps_of_samples_and_copies(call: Run, tmp_path: Path) -> None:
    done = call("phase", *PAIR, "--x", "ratio=0.5:2:4", "--y", "alpha=0:1:5", "--out", "map.nc")
    assert done.returncode == 0
    found = open_dataset(tmp_path / "map.nc")
    expected = compare(PROBLEM, found["alpha"].to_numpy()[:, None], 0.5, ratio=found["ratio"].to_numpy())
    assert (found["gain"].transpose("alpha", "ratio").to_numpy() == expected.gain.value).all()
    assert set(found["status"].to_numpy().ravel()) <= {"ok", "limit"}
    done = call("phase", *PAIR, "--x", "copies=1:3:3", "--y", "alpha=0:1:5", "--ratio", "0.8", "--out", "copies.nc")
    assert done.returncode == 0
    copies = open_dataset(tmp_path / "copies.nc")
    assert copies.attrs["ratio"] == 0.8
    alone = copies.sel(copies=1)
    assert alone["risk"].isnull().to_numpy().tolist() == [False, True, True, True, True]
    three = compare(with_overrides(PROBLEM, {"training.copies": 3}), 1.0, 0.5, ratio=0.8)
    assert float(copies["gain"].sel(copies=3, alpha=1.0)) == three.gain.value


def test_a_regime_may_have_a_parameter_called_ratio() -> None:
    """That of the regime comes first, in cells and along curves."""
    family = Family("anisotropic")
    assert not family.asks("ratio")
    assert Family("two-gaussians").asks("ratio")
    assert family.at({"ratio": 3.0}) == _regime(family)(ratio=3.0) == regimes.anisotropic(ratio=3.0)
    (batch,) = next(pieces(family, (Axis("alpha", 0.0, 1.0, 2), Axis("ratio", 1.0, 3.0, 2)), {"beta": 0.5})).batches[:1]
    assert (batch.values, list(batch.noises)) == ({"ratio": 1.0}, ["beta", "alpha"])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("risk", "bumps", "--alpha", "0.1", "--beta", "0.2", "--ratio", "2"), 3, COVERED),
        (("optimum", "concentric", "--beta", "0.2", "--ratio", "2"), 3, COVERED),
        (("phase", "bumps", "--x", "ratio=1:2:3", "--y", "alpha=0:1:3"), 3, COVERED),
        (
            ("risk", "concentric", "--set", "training.rule=lda", "--alpha", "0", "--beta", "1"),
            3,
            "found two covariances",
        ),
        (("risk", *PAIR, "--alpha", "0.1", "--beta", "0.2", "--ratio", "0"), 2, "ratio: found 0.0, expected"),
        (("risk", *PAIR, "--alpha", "0.1", "--beta", "0.2", "--ratio", "-1"), 2, "ratio: found -1.0, expected"),
        (("phase", *PAIR, "--x", "ratio=0:2:3", "--y", "alpha=0:1:3"), 2, "ratio: found 0.0, expected"),
        (
            ("risk", *PAIR, "--set", "training.copies=0", "--alpha", "0.1", "--beta", "0.2"),
            2,
            "training.copies: found 0",
        ),
        (("phase", *PAIR, "--x", "copies=0:3:4", "--y", "alpha=0:1:3"), 2, "training.copies: found 0"),
        (("check", *PAIR, "--x", "ratio=1:3:4", "--y", "alpha=0:1:3"), 3, "noisewise mc --ratio"),
    ],
)
def test_what_cannot_be_asked(call: Run, words: tuple[str, ...], status: int, said: str) -> None:
    done = call(*words)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
