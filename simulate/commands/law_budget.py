"""`noisewise law --samples --votes`: the error budget at the best training noise, for numbers of samples and votes."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import product
from typing import TYPE_CHECKING, Any

from simulate.commands.output import print_table
from theory.errors import NoExactRoute
from theory.problems import validation
from theory.problems.problem import Problem

if TYPE_CHECKING:
    from theory.risks.budget import ErrorBudget

TERMS = ("training", "smoothing", "bias", "sampling", "voting", "total")


def budget_rows(
    problem: Problem, budget: ErrorBudget, bayes: float, beta: float, asked: tuple[list[float], list[float]]
) -> list[dict[str, Any]]:
    """A row for each number of samples and of votes: the best training noise and where the excess risk goes.

    `exact`: of infinitely many samples and that many votes, the exact excess beside bias + voting; `normal`: on the
    line the best noise and its excess by the central limit theorem, without smoothing. Null where they are not known.
    """
    rows = []
    for samples, votes in product(*asked):
        spent = budget.spending(beta, samples, votes)
        row = asdict(spent) | {"total": spent.total, "exact": _exact(problem, spent.alpha, beta, votes, bayes)}
        rows.append(row | {"normal": _normal(problem, samples)})
    return rows


def counts(values: tuple[int, ...], key: str) -> list[float]:
    """Whole numbers >= 1; infinitely many where there are none."""
    return [validation.whole(value, key) for value in values] or [math.inf]


def _exact(problem: Problem, alpha: float, beta: float, votes: float, bayes: float) -> float | None:
    from theory import clean_risk, vote_risk

    if math.isinf(alpha):
        return None
    many = math.isinf(votes)
    found = clean_risk(problem, alpha, beta) if many else vote_risk(problem, alpha, beta, int(votes))
    return float(found.value) - bayes


def _normal(problem: Problem, samples: float) -> dict[str, float] | None:
    from theory.risks.parzen import best_parzen_alpha

    if math.isinf(samples) or problem.dim > 1:
        return None
    try:
        best = best_parzen_alpha(problem, samples)
    except NoExactRoute:
        return None
    return {"alpha": best.alpha, "excess": float(best.excess.value)}


def print_budget(rows: list[dict[str, Any]]) -> None:
    """One line for each number of samples and of votes."""
    known = any(row["normal"] is not None for row in rows)
    header = ["samples", "votes", "beta", "best alpha", *TERMS, "exact at n = inf"]
    header += ["normal: best alpha", "excess"] if known else []
    shown = []
    for row in rows:
        line = [f"{row[key]:g}" for key in ("samples", "votes", "beta")]
        line += [f"{row[key]:.6g}" for key in ("alpha", *TERMS)]
        line.append("-" if row["exact"] is None else f"{row['exact']:.6g}")
        if known:
            normal = row["normal"]
            line += ["-", "-"] if normal is None else [f"{normal[key]:.6g}" for key in ("alpha", "excess")]
        shown.append(line)
    print()
    print_table(header, shown)
