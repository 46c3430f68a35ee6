"""`noisewise mc --ratio`: rules trained on drawn samples, beside their limit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from theory import clean_risk
from theory.problems.problem import Training
from theory.problems.regimes import two_gaussians

Records = Callable[..., list[dict[str, Any]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]

LDA = ("mc", "two-gaussians", "--set", "training.rule=lda", "--alpha", "0.5", "--beta", "0.5")


def test_records_hold_the_mean_over_draws_and_the_limit(records: Records, call: Run) -> None:
    words = (*LDA, "--set", "dim=40", "--eps", "0.2", "--ratio", "2", "0.5", "--draws", "80", "--seed", "1")
    found = records(*words)
    assert [(record["ratio"], record["training_samples"]) for record in found] == [(2.0, 80), (0.5, 20)]
    for record in found:
        assert list(record) == [
            *("alpha", "beta", "eps", "ratio", "copies", "finite_dim", "dim", "training_samples", "draws"),
            *("clean", "certified", "gain", "certified_gain"),
        ]
        assert (record["copies"], record["finite_dim"], record["dim"], record["draws"]) == (None, True, 40, 80)
        for key in ("clean", "certified", "gain", "certified_gain"):
            entry = record[key]
            assert list(entry) == ["estimate", "low", "high", "confidence", "samples", "exact", "limit_theory"]
            assert entry["low"] < entry["estimate"] < entry["high"]
            assert entry["exact"] is None
            assert abs(entry["estimate"] - entry["limit_theory"]["value"]) < 0.03
    limit = clean_risk(_lda(40), 0.5, 0.5, ratio=2.0)
    assert found[0]["clean"]["limit_theory"]["value"] == limit.value
    table = call(*words).stdout
    assert table.splitlines()[0].split()[:5] == ["alpha", "beta", "eps", "ratio", "clean"]
    assert "80 training sets of 80, 20 samples in 40 dimensions" in table


def _lda(dim: int) -> Any:
    plain = two_gaussians(dim)
    return type(plain)(plain.prior, plain.dim, plain.class0, plain.class1, Training("lda"))


def test_copies_and_no_smoothing(records: Records) -> None:
    words = (*LDA[:-1], "0", "--set", "training.copies=2", "--eps", "0.2", "--ratio", "2", "--draws", "2")
    (record,) = records(*words)
    assert (record["copies"], record["certified"]) == (2, None)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("bumps", "--ratio", "2"), 3, "the rules lda, least-squares, logistic on two Gaussians of one covariance"),
        (("two-scales", "--set", "training.rule=lda", "--ratio", "2"), 3, "found other components"),
        (("stripes", "--set", "training.rule=lda", "--ratio", "2"), 3, "found a labelled domain"),
        ((*LDA[1:4], "--set", "training.noise=laplace", "--ratio", "2"), 3, "found laplace training"),
        ((*LDA[1:4], "--ratio", "0"), 2, "ratio: found 0.0, expected samples per dimension"),
        ((*LDA[1:4], "--ratio", "0.2"), 2, "ratio: found 0.2, expected more than 0.5/2"),
        ((*LDA[1:4], "--ratio", "2", "--draws", "1"), 2, "draws: found 1, expected a whole number of at least 2"),
        ((*LDA[1:4], "--ratio", "2", "--votes", "11"), 2, "--votes: found 11, expected none with --ratio"),
        ((*LDA[1:4], "--draws", "10"), 2, "--draws: found 10, expected none without --ratio"),
    ],
)
def test_refusals(words: tuple[str, ...], status: int, said: str, call: Run) -> None:
    refused = call("mc", *words, "--alpha", "0.5", "--beta", "0.5")
    assert (refused.returncode, refused.stdout) == (status, "")
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("rule", ["lda", "least-squares", "logistic"])
def test_without_a_ratio_the_rules_have_their_half_space_of_infinite_data(rule: str, records: Records) -> None:
    words = ("--set", "prior=0.2", "--votes", "11", "--samples", "20000", "--confidence", "0.9999")
    (record,) = records("mc", "two-gaussians", "--set", f"training.rule={rule}", *words, *LDA[4:])
    for key in ("clean", "gain"):
        assert record[key]["low"] < record[key]["exact"] < record[key]["high"]
