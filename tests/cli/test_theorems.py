"""`noisewise theorems`: records, the table, and an exit status that tells of a refuted law."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from theory import Estimate
from theory.theorems import LAWS, Theorem, prior_shift

Records = Callable[..., list[dict[str, Any]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
NAMES = ("prior-shift-harm", "close-stripes", "separated-sets")


def test_records(records: Records) -> None:
    found = records("theorems", *NAMES, "--cases", "16", "--seed", "3")
    assert [record["name"] for record in found] == list(NAMES)
    assert [record["verdict"] for record in found] == ["proved", "proved", "verified"]
    for record in found:
        assert list(record)[:6] == ["name", "statement", "verdict", "cases", "worst_margin", "witness"]
        assert record["statement"] == LAWS[record["name"]].statement
        assert record["cases"] == len(LAWS[record["name"]].examples or range(16))
    assert found[1]["witness"]["margin"]["route"] == "proved"
    assert found[0]["witness"] is None
    again = records("theorems", *NAMES, "--cases", "16", "--seed", "3")
    assert [record["worst_margin"] for record in again] == [record["worst_margin"] for record in found]


def test_the_table_and_the_list(call: Run) -> None:
    table = call("theorems", *NAMES, "--cases", "8").stdout.splitlines()
    assert table[0].split()[:3] == ["law", "verdict", "cases"]
    assert [line.split()[0] for line in table[1:]] == list(NAMES)
    listed = call("theorems", "--list").stdout.splitlines()
    assert [line.partition(":")[0] for line in listed] == list(LAWS)


def test_a_refuted_law_is_told_by_the_exit_status(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def never_hurts(problem: Any, at: Any, exact: Any) -> Estimate:
        return exact.gain(problem, at.alpha, at.beta)

    (right,) = (law for law in prior_shift.LAWS if law.name == "prior-shift-harm")
    wrong = Theorem("wrong", "Training noise never hurts.", "", "", never_hurts, right.family)
    monkeypatch.setitem(LAWS, "wrong", wrong)
    found = call("theorems", "wrong", "--cases", "16")
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1] == "noisewise: refuted: wrong"
    assert "refuted" in found.stdout
    assert "alpha=" in found.stdout
