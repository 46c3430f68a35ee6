"""No term of an error goes, comes or changes its size unnoticed: the ledger has them all, for many requests.

That errors do not understate is tested against references elsewhere; a change of one that is meant is written into the
ledger by `python -m tests.oracle.make_errors`, and shows in the difference.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.oracle.make_errors import LEDGER, about_a_centre, answers, on_the_line
from theory.problems.problem import Problem

ROWS = json.loads(LEDGER.read_text())
LINE, RADIAL = ({name: (problem, unit) for name, problem, unit in held()} for held in (on_the_line, about_a_centre))
# Errors are made of slopes and densities at boundaries, which other processors and libraries round otherwise.
SHARE = 0.1
LEAST = np.finfo(float).tiny


def compare(name: str, problem: Problem, unit: float) -> None:
    found, held = answers(problem, unit), ROWS[name]
    assert list(found) == list(held)
    for quantity, (value, error) in found.items():
        known, doubt = (np.array(part, float) for part in held[quantity])
        assert np.allclose(value, known, rtol=0, atol=np.nanmax([*np.ravel(doubt), LEAST]), equal_nan=True), quantity
        assert np.allclose(error, doubt, rtol=SHARE, atol=LEAST, equal_nan=True), quantity


@pytest.mark.parametrize("name", LINE)
def test_on_the_line(name: str) -> None:
    compare(name, *LINE[name])


@pytest.mark.parametrize("name", RADIAL)
def test_about_a_centre(name: str) -> None:
    compare(name, *RADIAL[name])


def test_the_ledger_has_nothing_else() -> None:
    assert list(ROWS) == [*LINE, *RADIAL]
