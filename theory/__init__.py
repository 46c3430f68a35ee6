"""Exact risks and laws of randomized smoothing with noise-augmented training.

The public names are listed in one table and imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from theory.displayed import displayed_by

# No public name may also be the name of a submodule it lives in: importing that would put the module in its place.
_HOME = {
    "ProblemError": "theory.errors",
    "Ball": "theory.problems.problem",
    "Box": "theory.problems.problem",
    "Component": "theory.problems.problem",
    "DomainProblem": "theory.problems.problem",
    "Gaussian": "theory.problems.problem",
    "Laplace": "theory.problems.problem",
    "MixtureProblem": "theory.problems.problem",
    "Point": "theory.problems.problem",
    "Problem": "theory.problems.problem",
    "Smoothing": "theory.problems.problem",
    "Training": "theory.problems.problem",
    "Uniform": "theory.problems.problem",
    "as_vector": "theory.problems.problem",
    "dumps_problem": "theory.problems.problem_file",
    "load_problem": "theory.problems.problem_file",
    "loads_problem": "theory.problems.problem_file",
    "parse_setting": "theory.problems.problem_file",
    "save_problem": "theory.problems.problem_file",
    "with_overrides": "theory.problems.problem_file",
    "Estimate": "theory.estimate",
    "NoExactRoute": "theory.errors",
    "adversarial_risk": "theory.risks.risks",
    "bayes_risk": "theory.risks.risks",
    "certified_gain": "theory.risks.gains",
    "certified_risk": "theory.risks.risks",
    "clean_risk": "theory.risks.risks",
    "compare": "theory.risks.gains",
    "gain": "theory.risks.gains",
    "risk": "theory.risks.pipeline",
    "smooth": "theory.risks.pipeline",
    "train": "theory.risks.pipeline",
    "regimes": "theory.problems.regimes",
    "vote_risk": "theory.risks.votes",
    "certified_vote_risk": "theory.risks.votes",
    "Optimum": "theory.risks.optimum",
    "best_alpha": "theory.risks.optimum",
    "best_alphas": "theory.risks.optimum",
    "Slopes": "theory.risks.derivatives",
    "gain_slopes": "theory.risks.derivatives",
    "risk_slopes": "theory.risks.derivatives",
    "HighDimension": "theory.risks.dimensions",
    "high_dimension": "theory.risks.dimensions",
    "small_noise": "theory.risks.curvature",
    "ErrorBudget": "theory.risks.budget",
    "Spending": "theory.risks.budget",
    "error_budget": "theory.risks.budget",
    "ParzenOptimum": "theory.risks.parzen",
    "best_parzen_alpha": "theory.risks.parzen",
    "parzen_excess": "theory.risks.parzen",
    "parzen_risk": "theory.risks.parzen",
    "least_squares_window": "theory.samples.window",
    "zero_curve": "theory.numerics.zero_lines",
    "zero_gain_curve": "theory.risks.zero_gain",
}


displayed_by("theory.display")


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_HOME[name])
    value = module if _HOME[name].endswith(f".{name}") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
