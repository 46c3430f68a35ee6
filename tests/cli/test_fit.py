"""`noisewise fit`: the file it writes is a problem like any other, and says where it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Run
from theory.problems.document import to_document
from theory.problems.problem_file import load_problem

DIGITS = ("fit", "digits", "--classes", "3", "8", "--components", "2")
# What is printed has twelve digits.
PRINTED = 1e-11


def test_a_written_file_is_answered_exactly(records: Callable[..., Any], tmp_path: Path) -> None:
    record = records(*DIGITS, "--out", "mine.toml")
    assert to_document(load_problem(tmp_path / "mine.toml")) == record["problem"]
    (risk,) = records("risk", "mine.toml", "--alpha", "0", "--beta", "0")
    assert risk["clean"]["value"] == pytest.approx(record["bayes_risk"]["value"], abs=PRINTED)
    assert record["bayes_risk"]["route"] == "plane"
    held = record["held_out_error"]
    assert 0 <= held["low"] <= held["estimate"] <= held["high"] <= 1
    assert (record["samples"], held["samples"], record["variance_kept"] < 1) == (286, 71, True)
    assert record["next"] == "noisewise phase mine.toml --x beta=0:0.5:33 --y alpha=0:0.5:33"


def test_a_file_says_where_it_came_from_and_is_written_alike(call: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    y = np.arange(60) % 3
    np.savez(tmp_path / "mine.npz", x=rng.normal(size=(60, 3)) + y[:, None], y=y)
    source = str(tmp_path / "mine.npz")
    for name in ("one.toml", "two.toml"):
        assert call("fit", source, "--classes", "2", "0", "--out", name, "--seed", "4").returncode == 0
    text = (tmp_path / "one.toml").read_text("utf-8")
    lines = text.splitlines()
    assert lines[0] == "# A Gaussian mixture fitted to mine: class0 is 2, class1 is 0."
    assert lines[1] == "# 32 points, seed 4; components a class: 1, full."
    assert "of the variance of the data kept; x, alpha and beta in units of x." in lines[2]
    assert str(tmp_path) not in text
    assert text == (tmp_path / "two.toml").read_text("utf-8")


def test_a_table_tells_what_to_do_next(call: Run) -> None:
    result = call(*DIGITS)
    assert "nothing is written; keep the problem with --out FILE.toml" in result.stderr
    rows = dict(line.split("  ", 1) for line in result.stdout.splitlines())
    assert rows["digits"].strip() == "3 and 8"
    assert rows["exact"].strip() == "yes, route plane"
    assert rows["next"].strip().startswith("noisewise phase FILE.toml --x beta=0:")


def test_without_an_exact_route_the_next_command_simulates(call: Run) -> None:
    result = call("fit", "digits", "--classes", "3", "8", "--project", "3")
    rows = dict(line.split("  ", 1) for line in result.stdout.splitlines())
    assert rows["exact"].strip().startswith("no: the components differ along 3 directions")
    assert rows["next"].strip().startswith("noisewise mc FILE.toml --alpha 0:")
    assert rows["Bayes risk of the mixture"].strip() == "-"


BAD = [
    (("digits",), "digits: classes: found 10 of them, expected two"),
    (("digits", "--classes", "3"), "classes: found 3, expected two or more"),
    (("digits", "--classes", "3", "8", "--out", "mine.txt"), "--out: found 'mine.txt', expected a name that ends"),
    (("digits", "--classes", "3", "8", "--out", "nowhere/mine.toml"), "expected a file in a folder that exists"),
    (("digits", "--classes", "3", "8", "--covariance", "round"), "invalid choice 'round'"),
    (("digits", "--classes", "3", "8", "--project", "65"), "project: found 65, expected at most the 64"),
    (("digts",), "neither a file, data nor a regime called 'digts'"),
    (("stripes",), "an infinite background"),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_gets_one_line(call: Run, words: tuple[str, ...], said: str) -> None:
    result = call("fit", *words)
    assert result.returncode == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not result.stdout
