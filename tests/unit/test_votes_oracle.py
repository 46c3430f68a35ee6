"""Finite votes against votes.json, which tests/oracle/make_votes.py wrote from binomial tails and densities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flint import arb

from theory import certified_vote_risk, loads_problem, vote_risk

ROWS: list[dict[str, Any]] = json.loads(Path(__file__).parents[1].joinpath("oracle/votes.json").read_text("utf-8"))

# Quadrature asks for 1e-12 of the integral; a risk of 1e-70 is as good as one of 1/2.
RELATIVE, USEFUL = 1e-10, 1e-8


def label(row: dict[str, Any]) -> str:
    return f"{row['case']}-{row['votes']}-{row['eps']}"


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_vote_risks_against_the_reference(row: dict[str, Any]) -> None:
    problem, votes = loads_problem(row["problem"]), row["votes"]
    if row["eps"] is None:
        result = vote_risk(problem, row["alpha"], row["beta"], votes)
    else:
        result = certified_vote_risk(problem, row["alpha"], row["beta"], row["eps"], votes)
    truth = float(row["value"])
    off = abs(float(arb(row["value"]) - arb(float(result.value))))
    about = f"{result!r} against {truth!r}, off by {off:.3g}"
    assert off <= result.error + 1e-300, f"error understated, {about}"
    assert off <= RELATIVE * truth, about
    assert result.error <= USEFUL * max(truth, 1e-300) or result.error <= USEFUL * 1e-3, about
