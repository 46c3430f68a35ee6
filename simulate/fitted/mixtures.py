"""Gaussian mixtures fitted to the points of a class by scikit-learn, as the components of a problem."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.special import logsumexp

from simulate.extras import missing
from theory.arrays import Array
from theory.errors import ProblemError
from theory.problems.problem import Component, Gaussian, as_vector
from theory.problems.validation import choice, whole

Covariance = Literal["full", "diagonal", "isotropic", "shared"]
KINDS = {"full": "full", "diagonal": "diag", "isotropic": "spherical", "shared": "tied"}
# Steps of the EM algorithm, the gain of log likelihood a point at which they end, and starts of which the best counts.
MOST_STEPS, GAIN, STARTS = 1000, 1e-5, 5
# Added to variances, relative to the mean variance of the data: no component shrinks to a point.
LEAST_VARIANCE = 1e-6
# Of the numbers of a problem file.
DIGITS = 9
# What a dimension takes from the logarithm of a density.
LOG_UNIT = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Setting:
    """How a class is fitted.

    components: Gaussians of each class. covariance: of each Gaussian full, diagonal or isotropic; or shared, one
    matrix for all of both classes, the mean over the classes of what each would share (for one component a class that
    is maximum likelihood). seed: of the starts.
    """

    components: int = 1
    covariance: Covariance = "full"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "components", whole(self.components, "components"))
        object.__setattr__(self, "seed", whole(self.seed, "seed", 0))
        choice(self.covariance, "covariance", get_args(Covariance))


@dataclass(frozen=True, eq=False)
class Mixture:
    """Weights (K,), means (K, d), covariances (K, d, d), and whether the last step of the fit gained less than GAIN."""

    weights: Array
    means: Array
    covariances: Array
    converged: bool


def fitted(sides: tuple[Array, Array], setting: Setting, source: str, names: tuple[str, ...]) -> list[Mixture]:
    """One mixture for each class of points (n, d).

    Raises:
        ProblemError: too few points of a class, or points that do not vary.
        MissingExtraError: scikit-learn is not installed.
    """
    spread = float(np.concatenate([side - side.mean(axis=0) for side in sides]).var(axis=0).mean())
    for side, name in zip(sides, names, strict=True):
        least = setting.components * (side.shape[1] + 1)
        distinct = len(np.unique(side, axis=0))
        if distinct < least or spread == 0:
            expected = f"at least {least}, K (d + 1) for K = {setting.components} and d = {side.shape[1]}"
            raise ProblemError(f"class {name}", f"{distinct} different points", expected, source)
    found = [_fitted(side, setting, LEAST_VARIANCE * spread) for side in sides]
    if setting.covariance != "shared":
        return found
    shares = np.array([len(side) for side in sides]) / sum(map(len, sides))
    common = shares @ np.stack([mixture.covariances[0] for mixture in found]).swapaxes(0, 1)
    return [replace(m, covariances=np.broadcast_to(common, m.covariances.shape)) for m in found]


def _fitted(side: Array, setting: Setting, floor: float) -> Mixture:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture
    except ImportError:
        raise missing("scikit-learn", "train") from None
    count = setting.components
    model = GaussianMixture(
        count,
        covariance_type=KINDS[setting.covariance],
        tol=GAIN,
        reg_covar=floor,
        max_iter=MOST_STEPS,
        n_init=STARTS if count > 1 else 1,
        random_state=np.random.RandomState(np.random.MT19937(np.random.SeedSequence(setting.seed))),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is said by `converged`
        model.fit(side)
    return Mixture(model.weights_, model.means_, _matrices(model, side.shape[1]), bool(model.converged_))


def _matrices(model: Any, dim: int) -> Array:
    """The covariances (K, d, d), however the model holds them."""
    held = np.asarray(model.covariances_)
    if model.covariance_type == "tied":
        return np.broadcast_to(held, (model.n_components, dim, dim))
    return held if held.ndim == 3 else held.reshape(len(held), -1, 1) * np.eye(dim)


def as_components(mixture: Mixture) -> tuple[Component, ...]:
    """The components of a problem, numbers rounded to DIGITS digits as a problem file should show them."""
    weights = (rounded(float(w)) for w in mixture.weights)
    laws = (_law(mean, cov) for mean, cov in zip(mixture.means, mixture.covariances, strict=True))
    return tuple(Component(law, weight) for law, weight in zip(laws, weights, strict=True))


def _law(mean: Array, cov: Array) -> Gaussian:
    place = tuple(rounded(v) for v in mean.tolist())
    if (cov == np.diag(cov.diagonal())).all():
        scales = tuple(rounded(v) for v in np.sqrt(cov.diagonal()).tolist())
        return Gaussian(place, scales[0] if len(set(scales)) == 1 else scales)
    matrix = tuple(tuple(rounded(v) for v in row) for row in (0.5 * (cov + cov.T)).tolist())
    return Gaussian(place, cov=matrix)


def rounded(value: float) -> float:
    """To DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")


def log_density(components: tuple[Component, ...], x: Array) -> Array:
    """The logarithm (n,) of the density of Gaussian components at points (n, d)."""
    dim, parts = x.shape[1], []
    total = sum(part.weight for part in components)
    for part in components:
        law = part.law
        assert isinstance(law, Gaussian)
        cov = np.array(law.cov) if law.scale is None else np.diag(as_vector(law.scale, dim) ** 2)
        root = cholesky(cov, lower=True)
        steps = solve_triangular(root, (x - as_vector(law.mean, dim)).T, lower=True)
        height = np.log(part.weight / total) - np.log(root.diagonal()).sum() - dim * LOG_UNIT
        parts.append(height - 0.5 * (steps**2).sum(axis=0))
    return np.asarray(logsumexp(np.stack(parts), axis=0))
