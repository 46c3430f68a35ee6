"""Rules that train a linear classifier on two Gaussians of one covariance: infinite data, and n samples, n/d fixed.

On infinite data `lda` and `logistic` find the half-space of the posterior rule: the noised classes are Gaussians of one
covariance, whose log odds are linear. Least squares has the same direction and the threshold omega/2,
omega = (1 - 2 prior)/(prior (1 - prior)), in place of log((1 - prior)/prior).

On n samples the half-space is random. As n, d -> inf at fixed n/d its distance from the classes is not
(`theory.samples`), and that is all that risks ask for: along its normal, from its boundary, the classes are two normal
laws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from theory.arrays import Array
from theory.errors import REMEDY, NoExactRoute, NotDefinedError
from theory.geometry.base import Base, Drift, Geometry
from theory.geometry.line.linear import Linear
from theory.geometry.piece import piece
from theory.geometry.region import half_lines
from theory.problems.normal import Normal
from theory.problems.problem import LINEAR_RULES, Gaussian, MixtureProblem, Problem
from theory.reduction.gaussians import SharedCovariance, half_spaces, shared_covariance
from theory.samples.isotropic import isotropic
from theory.samples.overlaps import Overlaps
from theory.samples.ridge import Spectrum, ridge

COVERED = f"the rules {', '.join(LINEAR_RULES)} and two Gaussians of one covariance, gaussian noises"
# Standard deviations that are as good as inf.
UNKNOWN = 1e6
# Requests whose training is kept: risks ask for the same more than once.
MOST_HELD = 16


def population(problem: Problem) -> MixtureProblem | Geometry:
    """On infinite data: the problem of the posterior rule with the same half-spaces, or least squares' own.

    Raises:
        NotDefinedError: the problem is another one than two Gaussians of one covariance under Gaussian noises.
    """
    held, shared = _covered(problem)
    if problem.training.rule == "least-squares":
        return half_spaces(held, shared)
    return replace(held, training=replace(held.training, rule="posterior", copies=None))


def on_samples(normal: Normal, ratio: Array) -> Geometry:
    """n/d = ratio (A,) samples a dimension, one for each training noise (A,) that will be asked for.

    Raises:
        NotDefinedError: another rule or problem than the above.
        NoExactRoute: logistic with finitely many copies, or on Gaussians that are not isotropic.
    """
    rule = normal.problem.training.rule
    if rule not in LINEAR_RULES:
        raise NotDefinedError(f"a ratio of samples is defined for {COVERED}; found the {rule} rule")
    held, shared = _covered(normal.problem)
    return Linear(SampleTrainer(_limit(held, shared), held.prior, ratio), "gaussian", "limit", False, False)


@dataclass(frozen=True)
class SampleTrainer:
    """Half-lines that begin at 0 and the classes as they lie about them, for training noises and ratios (A,)."""

    limit: Callable[[Array, Array], Overlaps]
    prior: float
    ratio: Array

    def __call__(self, alpha: Array) -> Base:
        """Where no classifier is defined (`theory.samples.ridge.spans`) one stands that knows nothing."""
        held = self.limit(alpha, self.ratio)
        known = np.isfinite(held.one)
        one, zero, error = (np.where(known, v, 0.0) for v in (held.one, held.zero, held.error))
        # An error of inf stands for a classifier that is not known.
        error = np.minimum(error, UNKNOWN)
        scale = 1 / np.where(known, held.stretch, 1.0)
        pieces = (
            piece(1, "gaussian", -one * scale, scale, self.prior),
            piece(0, "gaussian", zero * scale, scale, 1 - self.prior),
        )
        return Base(pieces, half_lines(np.zeros_like(scale), True, error * scale))

    def drift(self, alpha: Array, base: Base) -> Drift:
        """Not known."""
        raise NoExactRoute("how classifiers of finitely many samples move with the noise is not known")


def _covered(problem: Problem) -> tuple[MixtureProblem, SharedCovariance]:
    training, smoothing = problem.training, problem.smoothing
    refused = f"the {training.rule} rule is answered for two Gaussians of one covariance, gaussian noises; found"
    if not isinstance(problem, MixtureProblem):
        raise NotDefinedError(f"{refused} a labelled domain")
    if (training.noise, smoothing.noise) != ("gaussian", "gaussian"):
        raise NotDefinedError(f"{refused} {training.noise} training and {smoothing.noise} smoothing noise")
    zero, one = problem.class0[0].law, problem.class1[0].law
    if not (
        len(problem.class0) == len(problem.class1) == 1 and isinstance(zero, Gaussian) and isinstance(one, Gaussian)
    ):
        raise NotDefinedError(f"{refused} other components")
    shared = shared_covariance(zero, one, problem.dim)
    if shared is None:
        raise NotDefinedError(f"{refused} two covariances")
    return problem, shared


def _limit(problem: MixtureProblem, shared: SharedCovariance) -> Callable[[Array, Array], Overlaps]:
    """The limit of the problem's rule, as a function of noises and ratios."""
    prior, training = problem.prior, problem.training
    length, odds = 0.5 * float(np.linalg.norm(shared.difference)), 1 - 2 * prior
    values, which, counts = np.unique(shared.variances, return_inverse=True, return_counts=True)
    one_scale = float(np.sqrt(values[0])) if len(values) == 1 else None
    if training.rule == "logistic":
        if training.copies is not None or one_scale is None:
            known = "infinitely many noisy copies and isotropic Gaussians"
            found = "another covariance" if training.copies is None else f"{training.copies} copies"
            raise NoExactRoute(f"samples of the logistic rule are answered for {known}; found {found}; {REMEDY}")
        return partial(_logistic, length, prior, one_scale)
    threshold = 2 * np.arctanh(odds) if training.rule == "lda" else odds / (2 * prior * (1 - prior))
    if one_scale is not None and training.copies is None:
        return partial(_isotropic, length, prior, threshold, one_scale)
    signal = np.asarray(np.bincount(which.ravel(), weights=0.25 * shared.difference**2), float)
    return partial(
        _ridge, Spectrum(values, np.asarray(counts / problem.dim, float), signal), prior, threshold, training.copies
    )


def _ridge(
    spectrum: Spectrum, prior: float, threshold: float, copies: int | None, alpha: Array, delta: Array
) -> Overlaps:
    return ridge(spectrum, prior, threshold, alpha, delta, copies)


def _isotropic(length: float, prior: float, threshold: float, scale: float, alpha: Array, delta: Array) -> Overlaps:
    return isotropic(length / scale, prior, threshold, alpha / scale, delta).in_units(1 / scale)


def _logistic(length: float, prior: float, scale: float, alpha: Array, delta: Array) -> Overlaps:
    held = _solved(length / scale, prior, (alpha / scale).tobytes(), np.ascontiguousarray(delta).tobytes())
    return held.in_units(1 / scale)


@lru_cache(MOST_HELD)
def _solved(m: float, prior: float, alpha: bytes, delta: bytes) -> Overlaps:
    from theory.samples.logistic import logistic  # slow to import, and seldom needed

    return logistic(m, prior, np.frombuffer(alpha), np.frombuffer(delta))
