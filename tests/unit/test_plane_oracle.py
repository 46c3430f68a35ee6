"""The plane against tests/oracle/plane.json: random mixtures, discs and boxes, by rows of crossings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from theory import certified_risk, clean_risk, loads_problem

ROWS = json.loads((Path(__file__).parents[1] / "oracle" / "plane.json").read_text(encoding="utf-8"))
MOST = {"mixture": 1e-8, "domain": 1e-7}
# Two frames of the reference may err alike.
DOUBT, ROUNDING = 3.0, 2e-12


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[f"{r['kind']}-{r['row']}" for r in ROWS])
def test_references(row: dict[str, Any]) -> None:
    problem = loads_problem(row["problem"])
    clean = clean_risk(problem, row["alpha"], row["beta"])
    certified = certified_risk(problem, row["alpha"], row["beta"], row["eps"])
    for found, want in ((clean, row["clean"]), (certified, row["certified"])):
        apart = abs(found.value - want)
        assert apart <= found.error + DOUBT * row["accuracy"] + ROUNDING
        assert apart <= MOST[row["kind"]]
        assert found.error <= MOST[row["kind"]]
