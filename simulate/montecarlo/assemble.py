"""From a problem to the arrays of the kernel: which sampler, which classifier, what is not supported. Host side."""

from __future__ import annotations

import numpy as np

from simulate.montecarlo.domains import box_source, boxes_of, disjoint, frame_of, reach, signed_domain
from simulate.montecarlo.job import Job
from simulate.montecarlo.kernel import Request
from simulate.montecarlo.laws import mixture
from simulate.montecarlo.records import UnsupportedError
from theory.problem import DomainProblem, MixtureProblem


def assemble(job: Job, betas: tuple[float, ...], votes: int) -> tuple[Request, np.ndarray]:
    """The arrays of a request, and for each beta the volume that X fills (1 where risks are probabilities).

    Raises:
        UnsupportedError: no closed form for the base classifier of this problem.
    """
    alphas, scales = np.array(job.alphas[1:]), np.array(betas)
    if isinstance(job.problem, MixtureProblem):
        if job.problem.training.rule != "posterior":
            raise UnsupportedError("the regression rule on a mixture has no closed form; it needs a labelled domain")
        source, signed = mixture(job.problem)
        return Request(source, signed, alphas, scales, np.int64(votes)), np.ones(len(betas))
    return _domain_request(job, job.problem, alphas, scales, votes)


def _domain_request(
    job: Job, problem: DomainProblem, alphas: np.ndarray, betas: np.ndarray, votes: int
) -> tuple[Request, np.ndarray]:
    boxes, frame = boxes_of(problem), frame_of(problem)
    if frame is not None and problem.training.rule == "posterior":
        rule = signed_domain(boxes, frame)
        return Request(box_source(boxes, frame, betas), rule, alphas, betas, np.int64(votes)), np.ones(len(betas))
    margins = np.array([beta * _reach(job, beta) for beta in betas])
    source = box_source(boxes, frame, margins)
    volumes = np.ones(len(betas)) if frame is not None else (source.high - source.low).prod(axis=1)
    return Request(source, disjoint(boxes), alphas, betas, np.int64(votes)), volumes


def _reach(job: Job, beta: float) -> float:
    if beta == 0:
        return 0.0
    needed = [count for count in job.needed(beta) if 0 < count <= job.votes]
    return reach(job.problem.smoothing.noise, job.votes, needed)
