"""The dataset behind the picture of the error budget: its terms against the training noise, and simulated risks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from theory.problems.components import marginal, weighted
from theory.problems.problem import MixtureProblem, Problem
from theory.risks.budget import ErrorBudget, error_budget

TERMS = ("training", "smoothing", "bias", "sampling", "voting")
# How far the axis of alpha goes, in units of the largest of the best noises, and in how many steps.
REACH, COUNT = 1.8, 181


def budget_against_alpha(
    problem: Problem,
    beta: float,
    votes: float,
    samples: Sequence[int],
    simulated: dict[str, Any] | None = None,
) -> xr.Dataset:
    """The terms (samples, alpha), the best alpha (samples,), and simulated excess risks (samples, place).

    simulated: `alphas`, and the numbers of a `ParzenTrial` but for those of samples and votes; None for no simulation.
    """
    budget = error_budget(problem)
    best = [budget.best_alpha(beta, count) for count in samples]
    alpha = np.linspace(0, 1, COUNT + 1)[1:] * _reach(problem, best)
    table = [[budget.spending(beta, count, votes, a) for a in alpha.tolist()] for count in samples]
    values = {
        name: (("samples", "alpha"), np.array([[getattr(spent, name) for spent in row] for row in table]))
        for name in TERMS
    }
    found: dict[str, Any] = values | {
        "best": ("samples", best),
        "least": ("samples", _least(budget, best, beta, votes, samples)),
    }
    if simulated is not None:
        found |= _simulated(problem, beta, int(votes), samples, dict(simulated))
    attrs = {
        "problem": problem.name or "",
        "dim": problem.dim,
        "beta": beta,
        "votes": votes,
        "x_label": r"training noise $\alpha$",
    }
    return xr.Dataset(found, {"samples": list(samples), "alpha": alpha}, attrs)


def _least(budget: ErrorBudget, best: list[float], beta: float, votes: float, samples: Sequence[int]) -> list[float]:
    return [budget.spending(beta, count, votes, alpha).total for alpha, count in zip(best, samples, strict=True)]


def _reach(problem: Problem, best: list[float]) -> float:
    """The end of the axis; where no training noise is the best one, the least scale of the problem."""
    known = [alpha for alpha in best if math.isfinite(alpha)]
    if known:
        return REACH * max(known)
    assert isinstance(problem, MixtureProblem)  # others have no budget
    return min(float(marginal(law, problem.dim)[2].min()) for _label, _weight, law in weighted(problem))


def _simulated(
    problem: Problem, beta: float, votes: int, samples: Sequence[int], asked: dict[str, Any]
) -> dict[str, Any]:
    from simulate.parzen import ParzenTrial, simulate_parzen

    alphas = asked.pop("alphas")
    rows = [
        simulate_parzen(problem, ParzenTrial(samples=count, votes=votes, **asked), alpha=alphas, beta=beta)
        for count in samples
    ]
    names = {"simulated": "estimate", "low": "low", "high": "high"}
    found: dict[str, Any] = {
        name: (("samples", "place"), np.array([[getattr(r.excess, key) for r in row] for row in rows]))
        for name, key in names.items()
    }
    return found | {"place_alpha": ("place", list(alphas))}
