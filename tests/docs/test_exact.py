"""The tables of what is exact say what the reduction does: they are its own, and every row has examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from theory import NoExactRoute, adversarial_risk, certified_risk, clean_risk, gain, loads_problem, vote_risk
from theory.reduction.table import ROWS, SAMPLES, Row, long_table, short_table

ROOT = Path(__file__).parents[2]
ASKS = {
    "clean": lambda problem: clean_risk(problem, 0.3, 0.5),
    "gain": lambda problem: gain(problem, 0.3, 0.5),
    "certified": lambda problem: certified_risk(problem, 0.3, 0.5, 0.1),
    "adversarial": lambda problem: adversarial_risk(problem, 0.3, 0.5, 0.1),
    "N votes": lambda problem: vote_risk(problem, 0.3, 0.5, 5),
}


def test_readme_and_page_have_the_tables_of_the_reduction() -> None:
    assert short_table() in (ROOT / "README.md").read_text()
    assert long_table() in (ROOT / "docs" / "exact.md").read_text()


@pytest.mark.parametrize(("row", "number"), [(row, k) for row in ROWS for k in range(len(row.examples))])
def test_what_a_row_says_is_so(row: Row, number: int) -> None:
    problem = loads_problem(row.examples[number])
    for word, ask in ASKS.items():
        if word in row.missing:
            with pytest.raises(NoExactRoute, match="adversarial"):
                ask(problem)
        else:
            found = ask(problem)
            assert found.route == row.route
            assert float(found.error) <= 1e-7


def test_samples_have_a_limit() -> None:
    found = clean_risk(loads_problem(SAMPLES.examples[0]), 0.3, 0.5, ratio=2.0)
    assert found.route == SAMPLES.route
