"""The bridge from networks to exact rules: problems whose truth is known, and which rule networks on n samples follow.

Two things are compared: N-vote risks, and labels at noisy test inputs x + beta zeta, where two rules of one risk may
still differ. It is a quarter of an hour of work on two cores; what is in the store is not done again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import xarray as xr

from simulate.experiments.bridge_measured import CONFIDENCE, PROBES, Measured, Study
from simulate.experiments.curves import between_stripes
from simulate.montecarlo.arrays import Numbers
from simulate.networks.neighbours import NEAREST
from theory import clean_risk, vote_risk, with_overrides
from theory.problems.problem import OffSupport, Problem

# Noises between 0 and the greatest at which exact risks are known besides those that networks are trained with.
FINE = 41


def rules_followed(problem: Problem, **study: Any) -> xr.Dataset:
    """Networks and the Parzen rule on samples of a problem, beside the exact posterior and regression rules.

    Over (rule, noise): `exact`, the N-vote risk on infinitely many samples. Over (classifier, samples, alpha): `risk`
    with `low` and `high`, over networks and points; NaN where there is none. Over (classifier, reference, samples,
    alpha): `differs` with `differs_low` and `differs_high`, the share of noisy test inputs that the classifier labels
    otherwise than a rule, or than the Parzen rule or the nearest neighbour of its own samples; without alpha
    `differs_mean`, `differs_low_mean` and `differs_high_mean`, the same on average over alpha. Over (classifier, rule,
    samples): `distance`, the mean over alpha of |risk - exact|. Over (classifier, samples): `follows`, the reference
    of least mean difference. Over (model, samples): `converged`, the share of networks that have. For two Gaussians
    of one covariance `limit` (linear, samples, noise), the risk of linear rules at n/d, and over (classifier, linear,
    samples) `distance_limit`, from these.

    Args:
        problem: where the truth is known. study: see `Study`.
    """
    return _followed(problem, _rules(problem), Study(**study))


def stripes_followed(**study: Any) -> xr.Dataset:
    """The same for a stripe between two others with empty gaps; rules are those of each label off the data, too."""
    problem = between_stripes("nearest")
    choices = {f"posterior, {choice}": between_stripes(choice) for choice in get_args(OffSupport) if choice != NEAREST}
    return _followed(problem, _rules(problem) | choices, Study(**study))


def _rules(problem: Problem) -> dict[str, Problem]:
    return {rule: with_overrides(problem, {"training.rule": rule}) for rule in ("posterior", "regression")}


def _followed(problem: Problem, rules: Mapping[str, Problem], study: Study) -> xr.Dataset:
    alphas = np.array(study.alphas, float)
    noise = np.union1d(alphas, np.linspace(0.0, alphas.max(), FINE))
    asked = np.isin(noise, alphas)
    exact = np.stack([np.asarray(vote_risk(rule, noise, study.beta, study.votes).value) for rule in rules.values()])
    measured = Measured(problem, rules, study)
    held = measured.risks() | measured.differences()
    risk = held["risk"][1]
    held |= {
        "exact": (("rule", "noise"), exact),
        "distance": (("classifier", "rule", "samples"), _distance(risk, exact[:, None, asked])),
        "follows": (("classifier", "samples"), _follows(held["differs_mean"][1], measured.references)),
        "converged": (("model", "samples"), measured.converged()),
    }
    coords: dict[str, Any] = {"rule": list(rules), "noise": noise, "alpha": alphas, "samples": list(study.sizes)}
    coords |= {"classifier": measured.classifiers, "reference": measured.references, "model": list(study.models)}
    if limits := _limits(problem, noise, study):
        limit = np.stack(list(limits.values()))
        held["limit"] = (("linear", "samples", "noise"), limit)
        held["distance_limit"] = (("classifier", "linear", "samples"), _distance(risk, limit[..., asked]))
        coords["linear"] = list(limits)
    attrs = {"problem": problem.name or "stripes", "beta": study.beta, "seeds": study.seeds, "points": study.points}
    attrs |= {"votes": study.votes, "probes": PROBES * study.points, "confidence": CONFIDENCE}
    return xr.Dataset(held, coords, attrs)


def _limits(problem: Problem, noise: Numbers, study: Study) -> dict[str, Numbers]:
    """Risks (samples, noises) of linear rules at n/d by name; none but for two Gaussians of one covariance."""
    if problem.name != "two-gaussians":
        return {}
    ratio = np.array(study.sizes)[:, None] / problem.dim
    asked = {rule: with_overrides(problem, {"training.rule": rule}) for rule in ("lda", "logistic")}
    return {rule: np.asarray(clean_risk(held, noise, study.beta, ratio=ratio).value) for rule, held in asked.items()}


def _distance(risk: Numbers, exact: Numbers) -> Numbers:
    """Mean |difference| over the last axis, of risks (classifiers, samples, alphas) from each of several curves."""
    return np.asarray(np.abs(risk[:, None] - exact).mean(axis=-1))


def _follows(differs: Numbers, references: Sequence[str]) -> Numbers:
    """The reference with the least mean difference (classifiers, references, samples); "" where nothing is known."""
    known = np.isfinite(differs)
    least = np.where(known, differs, np.inf).argmin(axis=1)
    return np.where(known.any(axis=1), np.array(references)[least], "")
