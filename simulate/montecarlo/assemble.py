"""From a problem to the arrays of the kernel: which sampler and which classifier. Host side."""

from __future__ import annotations

import numpy as np

from simulate.montecarlo.draws.noise import seeded
from simulate.montecarlo.draws.sources import Drawn
from simulate.montecarlo.job import Job
from simulate.montecarlo.laws.balls import ball_tables
from simulate.montecarlo.laws.domains import (
    BoxSource,
    TooManyCellsError,
    box_source,
    disjoint,
    reach,
    sets_of,
    signed_domain,
)
from simulate.montecarlo.laws.half_spaces import half_space
from simulate.montecarlo.laws.laws import LawGroup, Sets, Signed, merged, signed_density, source_of, total_density
from simulate.montecarlo.rules.posterior_mean import MixtureRegression, panel_ends
from simulate.montecarlo.rules.rules import Rule
from simulate.montecarlo.rules.set_parts import set_posterior, set_regression
from simulate.montecarlo.voting import Request
from theory.problems.problem import LINEAR_RULES, DomainProblem, MixtureProblem, Training


def assemble(job: Job, betas: tuple[float, ...], votes: int) -> tuple[Drawn, Request, np.ndarray]:
    """Where X and Y come from, the arrays of a request, and for each beta the volume that X fills (1 where risks are
    probabilities)."""
    alphas, scales, problem = np.array(job.alphas[1:]), np.array(betas), job.problem
    key = seeded(job.sampling.seed)
    if isinstance(problem, MixtureProblem):
        source, rule = source_of(merged(problem)), mixture_rule(problem, alphas)
        return source, Request(rule, alphas, scales, np.int64(votes), None, key), np.ones(len(betas))
    boxes, rule = _domain_source(job, problem, scales), domain_rule(problem, alphas)
    volumes = (boxes.high - boxes.low).prod(axis=1) if problem.infinite else np.ones(len(betas))
    return boxes, Request(rule, alphas, scales, np.int64(votes), (boxes.low, boxes.high), key), volumes


def mixture_rule(problem: MixtureProblem, alphas: np.ndarray) -> Rule:
    """The base classifier of a mixture for training noises alphas > 0."""
    if problem.training.rule in LINEAR_RULES:
        return half_space(problem, alphas)
    entries = merged(problem)
    signed = signed_density(entries, problem, alphas)
    if problem.training.rule == "posterior":
        return tabled(signed, problem.dim, alphas) if problem.training.noise == "gaussian" else signed
    total, share = total_density(entries)
    return MixtureRegression(signed, total, share, panel_ends(total, signed) if problem.dim == 1 else None)


def tabled(signed: Signed, dim: int, alphas: np.ndarray) -> Signed:
    """With the tables that balls need under Gaussian training noise."""

    def held(parts: dict[str, LawGroup]) -> dict[str, LawGroup]:
        if "ball" not in parts:
            return parts
        ball = parts["ball"]
        return {**parts, "ball": ball._replace(tables=ball_tables(dim, ball.scale[:, 0], alphas))}

    return signed._replace(positive=held(signed.positive), negative=held(signed.negative))


def domain_rule(problem: DomainProblem, alphas: np.ndarray) -> Rule:
    """The base classifier of a labelled domain for training noises alphas > 0."""
    if problem.training.rule in LINEAR_RULES:
        return half_space(problem, alphas)
    sets = sets_of(problem)
    posterior = problem.training.rule == "posterior" and sets.frame is not None
    rule = None if len(sets.balls.radius) else _box_rule(sets, posterior, problem.training.noise, alphas)
    return rule or _set_rule(sets, problem.training, posterior, alphas)


def _box_rule(sets: Sets, posterior: bool, noise: str, alphas: np.ndarray) -> Rule | None:
    """The closed form of boxes that can be cut apart."""
    try:
        if posterior and sets.frame is not None:
            return signed_domain(sets.boxes, sets.frame, noise, alphas)
        return disjoint(sets.boxes)
    except TooManyCellsError:
        return None


def _set_rule(sets: Sets, training: Training, posterior: bool, alphas: np.ndarray) -> Rule:
    return (set_posterior if posterior else set_regression)(sets, training.noise, alphas)


def _domain_source(job: Job, problem: DomainProblem, betas: np.ndarray) -> BoxSource:
    margins = np.array([beta * _reach(job, beta) for beta in betas]) if problem.infinite else betas
    return box_source(sets_of(problem), margins)


def _reach(job: Job, beta: float) -> float:
    if beta == 0:
        return 0.0
    needed = [count for count in job.needed(beta) if 0 < count <= job.votes]
    return reach(job.problem.smoothing.noise, job.votes, needed)
