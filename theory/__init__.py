"""Exact risks and laws of randomized smoothing with noise-augmented training.

The public names are listed in one table and imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# No public name may also be the name of a submodule it lives in: importing that would put the module in its place.
_HOME = {
    "ProblemError": "theory.errors",
    "Ball": "theory.problem",
    "Box": "theory.problem",
    "Component": "theory.problem",
    "DomainProblem": "theory.problem",
    "Gaussian": "theory.problem",
    "Laplace": "theory.problem",
    "MixtureProblem": "theory.problem",
    "Point": "theory.problem",
    "Problem": "theory.problem",
    "Smoothing": "theory.problem",
    "Training": "theory.problem",
    "Uniform": "theory.problem",
    "as_vector": "theory.problem",
    "dumps_problem": "theory.problem_file",
    "load_problem": "theory.problem_file",
    "loads_problem": "theory.problem_file",
    "parse_setting": "theory.problem_file",
    "save_problem": "theory.problem_file",
    "with_overrides": "theory.problem_file",
    "Estimate": "theory.estimate",
    "NoExactRoute": "theory.geometry.base",
    "adversarial_risk": "theory.risks",
    "bayes_risk": "theory.risks",
    "certified_gain": "theory.risks",
    "certified_risk": "theory.risks",
    "clean_risk": "theory.risks",
    "compare": "theory.risks",
    "gain": "theory.risks",
    "risk": "theory.pipeline",
    "smooth": "theory.pipeline",
    "train": "theory.pipeline",
    "regimes": "theory.regimes",
    "vote_risk": "theory.votes",
    "certified_vote_risk": "theory.votes",
    "Optimum": "theory.optimum",
    "best_alpha": "theory.optimum",
    "best_alphas": "theory.optimum",
    "Slopes": "theory.derivatives",
    "gain_slopes": "theory.derivatives",
    "risk_slopes": "theory.derivatives",
    "small_noise": "theory.curvature",
    "zero_curve": "theory.continuation",
    "zero_gain_curve": "theory.gain_curves",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_HOME[name])
    value = module if module.__name__ == f"{__name__}.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
