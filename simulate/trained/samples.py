"""Risks of rules trained on n samples, averaged over draws of the samples: `train_on_samples`. Host side."""

from __future__ import annotations

from itertools import product

import jax
import numpy as np

from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import Scales
from simulate.montecarlo.statistics.level import USUAL, Level
from simulate.progress import Progress, silent, within
from simulate.trained.draws import keys_of, too_many
from simulate.trained.populations import Population, population_of
from simulate.trained.records import SampleRecord, TrainingSets
from simulate.trained.training import Distances, Learner, compiled_draws
from simulate.trained.weighing import Means, weighed
from theory.errors import ProblemError, UnsupportedError, shown
from theory.problems.noises import NOISES, RATIO, listed_noises, ratios
from theory.problems.normal import normal_form
from theory.problems.problem import Problem, described
from theory.problems.validation import instance

# Numbers of the training sets of one compiled call, after each of which progress is told.
BLOCK_NUMBERS = 1 << 22
# Intervals of a record: both risks and both gains.
INTERVALS = 4


def train_on_samples(
    problem: Problem,
    *,
    alpha: Scales,
    beta: Scales,
    eps: Scales = 0.0,
    ratio: Scales,
    sets: TrainingSets,
    level: Level = USUAL,
    progress: Progress | None = None,
) -> list[SampleRecord]:
    """Risks of a linear rule trained on n samples in d dimensions, and the paired gain of training noise.

    Many times n = round(ratio * d) samples (x, y) of the problem are drawn, and for each alpha the rule of the
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
        ratio: samples per dimension n/d, a number > 0 or a sequence of them. Smaller training sets are parts of larger.
        sets: how many training sets are drawn, and from which seed; the same ones give the same records.
        level: confidence of the intervals. They are Student's, of the mean over draws: approximate, and right as far
            as that mean is normal. Risks of half-spaces are smooth functions of many numbers, and coverage measured
            from 10 draws up is that which is promised but for training sets of a handful of samples.
        progress: called with the share done, ending at 1.

    Returns:
        One record for each (alpha, beta, eps, ratio), row-major in that order.

    Raises:
        NotDefinedError: another rule or problem; one line names those that are covered.
        UnsupportedError: Newton's steps did not suffice for the logistic rule, at a noise small against the margin of
            separated samples.
        ProblemError: an argument out of range; its name, value and range in one line.
        DeviceError, MemoryError, RuntimeError: as `monte_carlo`.

    Examples:
        >>> from dataclasses import replace
        >>> from theory import Training, regimes
        >>> problem = replace(regimes.two_gaussians(dim=50, separation=3.0), training=Training("lda"))
        >>> sets = TrainingSets(draws=40, seed=1)
        >>> weak, strong = train_on_samples(problem, alpha=[0.2, 1.0], beta=0.5, ratio=2, sets=sets)
        >>> 0 < weak.gain.low < weak.gain.high < strong.gain.low
        True
    """
    instance(sets, "sets", TrainingSets)
    instance(level, "level", Level)
    grid = [listed_noises(value, key) for key, value in zip(NOISES, (alpha, beta, eps), strict=True)]
    shares: list[float] = ratios(ratio).ravel().tolist()
    if not shares:
        raise ProblemError(RATIO, "no value", "at least one number > 0")
    normal = normal_form(described(problem))
    population, unit = population_of(normal.problem)
    noisy, radii = ((normal.lengths(np.array(grid[i]), NOISES[i]) / unit).tolist() for i in (0, 2))
    alphas, distinct = list(dict.fromkeys([0.0, *noisy])), list(dict.fromkeys([0.0, *radii]))
    learners = {share: _learner(problem, share) for share in shares}
    claim_process()
    claim_devices()
    error = level.error(len(learners) * len(alphas) * len(distinct) * INTERVALS, 1)
    means = {}
    for k, (share, learner) in enumerate(learners.items()):
        part = within(progress or silent, k / len(learners), 1 / len(learners))
        found = _distances(learner, population, alphas, sets, part)
        _finished(found, dict(zip(noisy, grid[0], strict=True)), alphas)
        means[share] = Means(weighed(found, np.array(distinct), float(population.prior)), level.confidence, error)
    places = zip(product(*grid), product(noisy, grid[1], radii), strict=True)
    return [
        _record(point, (alphas.index(a), distinct.index(e)), means[share], share, (problem.dim, learners[share]))
        for (point, (a, _, e)), share in product(places, shares)
    ]


def _finished(found: Distances, typed: dict[float, float], alphas: list[float]) -> None:
    """Refuse noises under which the training of some draw did not come to its end."""
    lost = np.isnan(np.stack([np.asarray(part) for part in found])).any(axis=(0, 1))
    for alpha in np.array(alphas)[lost]:
        raise UnsupportedError(
            f"the logistic rule was not trained to the end at alpha = {typed.get(float(alpha), 0.0):g}, a noise that "
            "is small against the margin of samples that can be separated; take a larger one, or 0 for its limit"
        )


def _learner(problem: Problem, ratio: float) -> Learner:
    count, training = ratio * problem.dim, problem.training
    if count <= 0.5:
        raise ProblemError(RATIO, shown(ratio), f"more than 0.5/{problem.dim}: at least one sample")
    if too_many(problem.dim, count, training.copies):
        raise ProblemError(RATIO, shown(ratio), "fewer samples: a training set of less than 1e11 numbers")
    return Learner(training.rule, round(count), training.copies)


def _distances(
    learner: Learner, population: Population, alphas: list[float], sets: TrainingSets, progress: Progress
) -> Distances:
    """Distances (draws, alphas); double precision is switched on for this computation only."""
    block = max(1, min(sets.draws, BLOCK_NUMBERS // (len(population.half) * learner.samples * (learner.copies or 1))))
    found = []
    with jax.enable_x64(True):
        keys, held, noises = jax.device_put((keys_of(sets.seed), population, np.array(alphas)))
        for start in range(0, sets.draws, block):
            numbers = np.arange(start, start + block)
            found.append(jax.tree.map(np.asarray, compiled_draws()(learner, keys, held, noises, numbers)))
            progress(min(start + block, sets.draws) / sets.draws)
    return Distances(*(np.concatenate(parts)[: sets.draws] for parts in zip(*found, strict=True)))


def _record(
    point: tuple[float, ...], place: tuple[int, int], means: Means, ratio: float, size: tuple[int, Learner]
) -> SampleRecord:
    (alpha, beta, eps), (a, e), (dim, learner) = point, place, size
    known = beta > 0 or eps == 0
    return SampleRecord(
        alpha=alpha,
        beta=beta,
        eps=eps,
        ratio=ratio,
        copies=learner.copies,
        dim=dim,
        training_samples=learner.samples,
        draws=len(means.risks),
        clean=means.risk(a, 0),
        certified=means.risk(a, e) if known else None,
        gain=means.gain(a, 0),
        certified_gain=means.gain(a, e) if known else None,
    )
