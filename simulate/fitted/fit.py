"""Fitting both classes of a data set, and how well that went on the points that were held out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulate.data import Data
from simulate.data.raw import Labels
from simulate.fitted.mixtures import Covariance, Setting, as_components, fitted, log_density, rounded
from simulate.fitted.projection import projected
from theory.arrays import Array
from theory.errors import NoExactRoute, ProblemError, one_line
from theory.estimate import Estimate
from theory.problems.problem import MixtureProblem
from theory.problems.validation import instance, whole
from theory.risks.risks import bayes_risk


@dataclass(frozen=True)
class Fit:
    """A fitted problem, and what speaks for and against it.

    Attributes:
        problem: the two mixtures; class 1 is the second class, its prior the share of its points.
        kept: the share of the variance of the data that was projected to, None where nothing was projected.
        points, held: how many were fitted, and how many held out.
        likelihood, held_likelihood: mean log density of a point under the mixture of its own class, of the points that
            were fitted and of those held out. In many dimensions fewer points than numbers make them differ.
        bayes: the Bayes risk of the fitted problem, None where it has no exact route; `reason` then says why.
        wrong: of the held-out points those that lie in the Bayes region of the other class.
        scale: a typical deviation of a class from its mean, over axes: noises below and above are worth a look.
        converged: whether both fits came to their end.
    """

    problem: MixtureProblem
    kept: float | None
    points: int
    held: int
    likelihood: float
    held_likelihood: float
    bayes: Estimate | None
    reason: str
    wrong: int
    scale: float
    converged: bool


def fit_problem(
    data: Data, *, components: int = 1, covariance: Covariance = "full", project: int | None = None, seed: int = 0
) -> Fit:
    """Fit a Gaussian mixture to each of two classes, after an orthogonal projection.

    Args:
        data: two classes. Images are taken as vectors.
        components: Gaussians a class. covariance: full, diagonal, isotropic, or shared by all Gaussians.
        project: dimensions that are projected to (`projection`); where nothing is said 2, or all where there are fewer.
        seed: of the starts of the fit.

    Raises:
        ProblemError: more or fewer than two classes, too few points, an argument out of range.
        MissingExtraError: scikit-learn is not installed.
    """
    instance(data, "data", Data)
    setting = Setting(components, covariance, seed)
    dim = None if project is None else whole(project, "project")
    if len(data.classes) != 2:
        raise ProblemError("classes", f"{len(data.classes)} of them", "two: which ones?", data.name)
    points = projected(data, dim)
    sides = (points.x[data.y == 0], points.x[data.y == 1])
    mixtures = fitted(sides, setting, data.name, data.classes)
    zero, one = map(as_components, mixtures)
    name = one_line(f"{data.name}: {' and '.join(data.classes)}")
    problem = MixtureProblem(rounded(float(np.mean(data.y))), points.x.shape[1], zero, one, name=name)
    bayes, reason = _bayes(problem)
    own, held = (_densities(problem, x) for x in (points.x, points.held))
    shift = math.log(problem.prior) - math.log1p(-problem.prior)
    guess = held[1] - held[0] + shift >= 0
    return Fit(
        problem=problem,
        kept=points.kept,
        points=len(data.y),
        held=len(data.y_test),
        likelihood=_mean_of_own(own, data.y),
        held_likelihood=_mean_of_own(held, data.y_test),
        bayes=bayes,
        reason=reason,
        wrong=int((guess != data.y_test).sum()),
        scale=float(np.sqrt(np.mean([side.var(axis=0) for side in sides]))),
        converged=all(mixture.converged for mixture in mixtures),
    )


def _bayes(problem: MixtureProblem) -> tuple[Estimate | None, str]:
    try:
        return bayes_risk(problem), ""
    except NoExactRoute as error:
        return None, str(error)


def _densities(problem: MixtureProblem, x: Array) -> Array:
    """The log densities (2, n) of both classes."""
    return np.stack([log_density(side, x) for side in (problem.class0, problem.class1)])


def _mean_of_own(densities: Array, y: Labels) -> float:
    return float(densities[y, np.arange(len(y))].mean())
