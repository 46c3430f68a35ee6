"""The examples in docstrings, which the reference shows, give the results that they show."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("theory", "simulate", "figures") for path in (ROOT / package).rglob("*.py"))
WITH_EXAMPLES = [path for path in SOURCES if re.search(r"^ *>>> ", path.read_text(), re.MULTILINE)]
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in WITH_EXAMPLES]

# What a reader of the reference would look for an example of.
EXPECTED = {
    "simulate.montecarlo.estimate": {"monte_carlo"},
    "simulate.sweep.sweep": {"sweep", "sweep_grid"},
    "theory.risks.curvature": {"small_noise"},
    "theory.claims.falsify": {"falsify"},
    "theory.risks.optimum": {"best_alpha"},
    "theory.risks.pipeline": {"train", "smooth", "risk"},
    "theory.problems.problem_file": {"load_problem", "loads_problem", "with_overrides"},
    "theory.problems.regimes": {"build"},
    "theory.risks.gains": {"compare", "gain"},
    "theory.risks.risks": {"clean_risk", "certified_risk"},
    "theory.risks.votes": {"vote_risk"},
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_show_what_happens(name: str) -> None:
    runner = doctest.DocTestRunner()
    found = [test for test in doctest.DocTestFinder().find(import_module(name)) if test.examples]
    failed = [test.name for test in found if runner.run(test).failed]
    assert not failed
    assert EXPECTED.get(name, set()) <= {test.name.removeprefix(f"{name}.") for test in found}


def test_principal_functions_have_examples() -> None:
    assert set(EXPECTED) <= set(MODULES)
