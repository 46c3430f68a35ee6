"""The exact risks of the population rules, to stand beside networks trained on samples of a problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from simulate.montecarlo.arrays import Numbers
from theory import vote_risk
from theory.errors import NoExactRoute
from theory.problems.problem import Problem

RULES: tuple[Literal["posterior", "regression"], ...] = ("posterior", "regression")


def population_risks(
    problem: Problem, alphas: tuple[float, ...], betas: tuple[float, ...], votes: int
) -> dict[str, Numbers]:
    """Exact N-vote risks (alphas, betas) by rule, of the rules that have an exact route."""
    found: dict[str, Numbers] = {}
    for rule in RULES:
        asked = replace(problem, training=replace(problem.training, rule=rule, copies=None))
        try:
            found[rule] = np.asarray(vote_risk(asked, np.array(alphas)[:, None], np.array(betas)[None], votes).value)
        except NoExactRoute:
            continue
    return found
