"""Monte Carlo of the Parzen rule: K training sets of n samples, its N-vote risk, and intervals over the sets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import jax
import numpy as np
from scipy.special import stdtrit

from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.laws.laws import Entry, LawGroup, merged, parts_of, source_of
from simulate.parzen.kernel import POINTS, TRAINED, ParzenSetting, Population, Question, compiled_costs
from simulate.progress import Progress, silent
from theory.errors import ProblemError, UnsupportedError
from theory.problems.noises import listed_noises
from theory.problems.normal import normal_form
from theory.problems.problem import MixtureProblem, Problem, described
from theory.problems.validation import probability, whole

Scales = float | Sequence[float]


@dataclass(frozen=True)
class ParzenTrial:
    """How much is drawn, and from which seed; the same numbers give the same records.

    samples: n >= 1 of each training set. draws: training sets, at least 2. votes: N >= 1. points: where the smoothed
    rule of each training set is asked, rounded up to a multiple of POINTS.

    Raises:
        ProblemError: one of them is no whole number, or too small.
    """

    samples: int
    draws: int
    votes: int
    seed: int = 0
    points: int = POINTS

    def __post_init__(self) -> None:
        for name, least in (("samples", 1), ("draws", 2), ("votes", 1), ("seed", 0), ("points", 1)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least))


@dataclass(frozen=True)
class Share:
    """A mean over training sets with its t interval, which is approximate: that of `draws` independent means."""

    estimate: float
    low: float
    high: float
    confidence: float
    draws: int


@dataclass(frozen=True)
class ParzenRecord:
    """The results at one (alpha, beta).

    clean: the N-vote risk E P(g(X) != Y), over training sets too. excess: that less the Bayes risk, from the same
    points, as the mean of |2 eta - 1| 1[g != f*], which has a much smaller variance.
    """

    alpha: float
    beta: float
    samples: int
    votes: int
    clean: Share
    excess: Share


def simulate_parzen(
    problem: Problem,
    trial: ParzenTrial,
    *,
    alpha: Scales,
    beta: Scales,
    confidence: float = 0.99,
    progress: Progress | None = None,
) -> list[ParzenRecord]:
    """The mean risk of the Parzen rule on n samples with Gaussian kernels, smoothed by N votes of Gaussian noise.

    Training sets are drawn, and f = 1[sum_i +-exp(-|x - X_i|^2/(2 alpha^2)) >= 0], + for samples of class 1. At fresh
    points X the smoothed classifier takes N votes f(X + beta V), and what it costs there is computed from the known
    posterior in place of a drawn label. So the mean over points estimates the N-vote risk of that training set without
    bias, and the mean over training sets its expectation. Training sets, points and noises are the same for all alpha
    and beta. At beta = 0 one vote is taken. Ties of an even number of votes are decided as the problem says.

    Args:
        problem: a mixture of laws with densities; Gaussian training noise (the kernel), Gaussian smoothing noise.
        alpha: kernel scales > 0. beta: smoothing noises >= 0.
        confidence: of each interval on its own; a t interval over training sets, which is approximate.

    Returns:
        One record for each (alpha, beta), row-major.

    Raises:
        UnsupportedError: the problem is no such mixture.
        ProblemError: an argument out of range.
    """
    held = normal_form(_supported(described(problem)))
    level = probability(confidence, "confidence")
    noises = [listed_noises(value, key) for value, key in ((alpha, "alpha"), (beta, "beta"))]
    if min(noises[0]) <= 0:
        raise ProblemError("alpha", "0.0", "a positive scale of the kernel")
    scaled = [held.lengths(np.array(values), key) for values, key in zip(noises, ("alpha", "beta"), strict=True)]
    assert isinstance(held.problem, MixtureProblem)
    means = _means(held.problem, trial, list(product(*scaled)), progress or silent)
    reach = float(stdtrit(trial.draws - 1, 0.5 + level / 2)) / math.sqrt(trial.draws)
    records = []
    for (a, b), values in zip(product(*noises), np.moveaxis(means, 0, 2), strict=True):
        risk, excess = (_share(row, reach, level) for row in values)
        records.append(ParzenRecord(a, b, trial.samples, trial.votes, risk, excess))
    return records


def _supported(problem: Problem) -> MixtureProblem:
    if not isinstance(problem, MixtureProblem):
        raise UnsupportedError("the Parzen rule is simulated for mixtures of two classes; found a labelled domain")
    if problem.training.rule != "posterior" or {problem.training.noise, problem.smoothing.noise} != {"gaussian"}:
        raise UnsupportedError("the Parzen rule is simulated for the posterior rule with Gaussian noises only")
    if any(entry.kind in ("point", "ball") for entry in merged(problem)):
        raise UnsupportedError("the Parzen rule is simulated for Gaussian, Laplace and uniform components only")
    return problem


def _population(problem: MixtureProblem) -> Population:
    entries = merged(problem)

    def side(label: int) -> dict[str, LawGroup]:
        inside: list[Entry] = [entry for entry in entries if entry.mass[label] > 0]
        return parts_of(inside, [entry.mass[label] for entry in inside])

    return Population(source_of(entries), side(0), side(1))


def _means(
    problem: MixtureProblem, trial: ParzenTrial, noises: list[tuple[float, float]], progress: Progress
) -> np.ndarray:
    """Mean risk and excess (draws, noises, 2) of every training set."""
    claim_process()
    claim_devices()
    population, winners = _population(problem), problem.smoothing.winners
    setting = ParzenSetting(-(-trial.samples // TRAINED), -(-trial.points // POINTS))
    found = np.empty((trial.draws, len(noises), 2))
    with jax.enable_x64(True):
        run, key = compiled_costs(), jax.random.key(trial.seed)
        for draw in range(trial.draws):
            draw_key = jax.random.fold_in(key, draw)
            for place, (alpha, beta) in enumerate(noises):
                votes = trial.votes if beta > 0 else 1
                question = Question(trial.samples, votes, sum(winners) / len(winners), alpha, beta)
                found[draw, place] = [np.mean(v) for v in run(setting, population, draw_key, question)]
            progress((draw + 1) / trial.draws)
    return found


def _share(values: np.ndarray, reach: float, confidence: float) -> Share:
    middle, half = float(values.mean()), reach * float(values.std(ddof=1))
    return Share(middle, middle - half, middle + half, confidence, len(values))
