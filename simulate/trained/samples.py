"""Risks of rules trained on n samples, averaged over draws of the samples: `train_on_samples`. Host side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtr
from scipy.stats import t as student

from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import QUANTITIES, Scales
from simulate.montecarlo.statistics.level import USUAL, Level
from simulate.montecarlo.statistics.records import Interval
from simulate.progress import Progress, silent, within
from simulate.trained.draws import keys_of, too_many
from simulate.trained.populations import Population, population_of
from simulate.trained.training import Distances, Learner, compiled_draws
from theory.errors import ProblemError, shown
from theory.problems.noises import NOISES, listed_noises, numbers
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.problems.validation import instance, whole

# Numbers of the training sets of one compiled call, which is what progress is counted in.
BLOCK_NUMBERS = 1 << 22


@dataclass(frozen=True)
class SampleRecord:
    """The results at one (ratio, alpha, beta, eps), for a rule trained on n = round(ratio * dim) samples.

    Attributes:
        alpha, beta, eps: training noise, smoothing noise, certified radius.
        ratio: samples for each dimension, n/d, as asked for.
        copies: noisy copies of each sample, None for infinitely many.
        dim, training_samples, draws: d, n, and how many training sets were drawn.
        clean: the mean over training sets of P(g(X) != Y).
        certified: the mean of the probability that eps is not certified for the true class; None at beta = 0 < eps.
        gain: clean risk at alpha = 0 minus clean risk at this alpha, on the same training sets.
        certified_gain: the same for `certified`.
    """

    alpha: float
    beta: float
    eps: float
    ratio: float
    copies: int | None
    dim: int
    training_samples: int
    draws: int
    clean: Interval
    certified: Interval | None
    gain: Interval
    certified_gain: Interval | None


@dataclass(frozen=True)
class _Risks:
    """Risks (draws, alphas, radii) of one ratio, the first alpha and the first radius 0."""

    values: np.ndarray
    level: Level
    error: float

    def risk(self, a: int, e: int) -> Interval:
        return self._mean(self.values[:, a, e], 0.0)

    def gain(self, a: int, e: int) -> Interval:
        return self._mean(self.values[:, 0, e] - self.values[:, a, e], -1.0)

    def _mean(self, values: np.ndarray, least: float) -> Interval:
        """Student's interval, cut off at the least and the greatest value that there can be."""
        count, middle = len(values), float(values.mean())
        reach = float(student.isf(self.error / 2, count - 1)) * float(values.std(ddof=1)) / math.sqrt(count)
        low, high = max(middle - reach, least), min(middle + reach, 1.0)
        return Interval(middle, low, high, self.level.confidence, count)


def train_on_samples(
    problem: Problem,
    *,
    alpha: Scales,
    beta: Scales,
    eps: Scales = 0.0,
    ratio: Scales,
    draws: int,
    seed: int,
    level: Level = USUAL,
    progress: Progress | None = None,
) -> list[SampleRecord]:
    """Risks of a linear rule trained on n samples in d dimensions, and the paired gain of training noise.

    `draws` times n = round(ratio * d) samples (x, y) of the problem are drawn, and for each alpha the rule of the
    problem is trained on them exactly, on `training.copies` noisy copies x + alpha xi of each (infinitely many where
    that is None). In terms of the shares, means and within-class covariance of the sample:

        lda            (W + alpha^2 I)^-1 (m1 - m0), class 1 where w.(x - (m1 + m0)/2) >= ln((1 - share)/share)
        least-squares  least squares of the labels +-1 with a free intercept, class 1 where the fit is >= 0
        logistic       the least mean of log(1 + exp(-y (w.(x + alpha xi) + b)))

    (with M copies W is that of the noisy points, without alpha^2 I). Every rule makes a half-space {w.x >= c}, which
    symmetric smoothing noise leaves as it is, and its risk is known exactly:

        certified = prior Phi((c - w.m1 + eps |w|)/sd) + (1 - prior) Phi((w.m0 - c + eps |w|)/sd),  sd^2 = w' Sigma w,

    clean at eps = 0. Results are means over the draws, so the only randomness is that of the training sets.

    Three cases need a word. At alpha = 0 the limit alpha -> 0 of infinitely many copies is meant: where points can be
    interpolated the interpolant of least norm (lda and least squares), and for logistic loss where points can be
    separated the half-space of the widest margin. The same is meant where M copies can be interpolated or separated. A
    training set of one class makes the constant classifier of that class.

    Args:
        problem: two Gaussians of one covariance with one of the rules above, and gaussian noises.
        alpha, beta, eps: scales >= 0, each a number or a sequence of numbers.
        ratio: samples for each dimension, a positive number or a sequence of them. Smaller sets are parts of larger.
        draws: training sets, at least 2.
        seed: of everything random, at least 0. Draw k depends on the seed and on k only.
        level: confidence of the intervals. They are Student's, of the mean over draws: approximate, and right as far
            as that mean is normal. Risks of half-spaces are smooth functions of many numbers, and coverage measured
            from 10 draws up is that which is promised but for training sets of a handful of samples.
        progress: called with the share done, ending at 1.

    Returns:
        One record for each (ratio, alpha, beta, eps), row-major in that order.

    Raises:
        UnsupportedError: another rule or problem; one line names those that are covered.
        ProblemError: an argument out of range; its name, value and range in one line.
        DeviceError, MemoryError, RuntimeError: as `monte_carlo`.

    Examples:
        >>> from dataclasses import replace
        >>> from theory import Training, regimes
        >>> problem = replace(regimes.two_gaussians(dim=50, separation=3.0), training=Training("lda"))
        >>> weak, strong = train_on_samples(problem, alpha=[0.2, 1.0], beta=0.5, ratio=2, draws=40, seed=1)
        >>> 0 < weak.gain.low < weak.gain.high < strong.gain.low
        True
    """
    instance(level, "level", Level)
    grid = [listed_noises(value, key) for key, value in zip(NOISES, (alpha, beta, eps), strict=True)]
    ratios, draws, seed = _ratios(ratio), whole(draws, "draws", 2), whole(seed, "seed", 0)
    normal = normal_form(described(problem))
    population, unit = population_of(normal.problem)
    scaled = [(normal.lengths(np.array(grid[i]), NOISES[i]) / unit).tolist() for i in (0, 2)]
    alphas, radii = (list(dict.fromkeys([0.0, *values])) for values in scaled)
    learners = [_learner(problem, value) for value in ratios]
    claim_process()
    claim_devices()
    results, told = [], progress or silent
    points = len(ratios) * len(grid[1]) * (len(alphas) - 1 or 1) * len(radii)
    error = level.error(points * (QUANTITIES - 1), 1)
    for k, (value, learner) in enumerate(zip(ratios, learners, strict=True)):
        part = within(told, k / len(ratios), 1 / len(ratios))
        risks = _Risks(_risks(learner, population, (alphas, radii), (draws, seed), part), level, error)
        fixed = {"ratio": value, "copies": learner.copies, "dim": problem.dim, "draws": draws}
        for (a, held), b, (e, radius) in product(zip(grid[0], scaled[0], strict=True), grid[1], zip(grid[2], scaled[1])):
            results.append(_record((a, b, e), (alphas.index(held), radii.index(radius)), risks, learner, fixed))
    told(1.0)
    return results


def _ratios(ratio: Scales) -> list[float]:
    """Positive numbers."""
    found: list[float] = numbers(ratio, "ratio", "a positive number").ravel().tolist()
    if not found:
        raise ProblemError("ratio", "no value", "at least one positive number")
    for value in found:
        if value <= 0:
            raise ProblemError("ratio", shown(value), "a positive number")
    return found


def _learner(problem: Problem, ratio: float) -> Learner:
    samples, training = round(ratio * problem.dim), problem.training
    if samples < 1:
        raise ProblemError("ratio", shown(ratio), f"at least one sample: more than 0.5/{problem.dim}")
    if too_many(problem.dim, samples, training.copies):
        raise ProblemError("ratio", shown(ratio), "fewer numbers in one training set")
    return Learner(training.rule, samples, training.copies)


def _risks(
    learner: Learner,
    population: Population,
    scales: tuple[list[float], list[float]],
    drawn: tuple[int, int],
    progress: Progress,
) -> np.ndarray:
    """Risks (draws, alphas, radii); double precision is switched on for this computation only."""
    (alphas, radii), (draws, seed), dim = scales, drawn, len(population.half)
    block = max(1, min(draws, BLOCK_NUMBERS // (dim * learner.samples * (learner.copies or 1))))
    found = []
    with jax.enable_x64(True):
        keys, held, noises = jax.tree.map(jnp.asarray, (keys_of(seed), population, np.array(alphas)))
        for start in range(0, draws, block):
            places = jnp.arange(start, start + block)
            found.append(jax.tree.map(np.asarray, compiled_draws()(learner, keys, held, noises, places)))
            progress(min(start + block, draws) / draws)
    whole_run: Any = Distances(*(np.concatenate(parts)[:draws] for parts in zip(*found, strict=True)))
    return _weighed(whole_run, np.array(radii), float(population.prior))


def _weighed(found: Distances, radii: np.ndarray, prior: float) -> np.ndarray:
    """Risks (draws, alphas, radii) of half-spaces at distances (draws, alphas)."""
    away = found.stretch[..., None] * radii
    one, zero = (ndtr(part[..., None] + away) for part in (found.one, found.zero))
    return np.asarray(prior * one + (1 - prior) * zero)


def _record(
    point: tuple[float, float, float], place: tuple[int, int], risks: _Risks, learner: Learner, fixed: dict[str, Any]
) -> SampleRecord:
    (a, e), known = place, point[1] > 0 or point[2] == 0
    return SampleRecord(
        *point,
        **fixed,
        training_samples=learner.samples,
        clean=risks.risk(a, 0),
        certified=risks.risk(a, e) if known else None,
        gain=risks.gain(a, 0),
        certified_gain=risks.gain(a, e) if known else None,
    )
