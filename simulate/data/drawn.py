"""Samples of a problem, by the samplers of Monte Carlo."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from simulate.data.raw import PLAIN, Part, Raw, part
from simulate.montecarlo.draws.sources import Latent, draw_mixture
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.laws.domains import BoxSource, box_source, sets_of
from simulate.montecarlo.laws.fields import contains
from simulate.montecarlo.laws.laws import merged, source_of
from theory.errors import ProblemError
from theory.problems.problem import MixtureProblem, Problem

TRAIN, TEST = 1000, 2000
CLASSES = ("0", "1")


def drawn(problem: Problem, samples: int, test: int, seed: int) -> Raw:
    """Independent points (n, d) with labels 0 and 1; those of the test come from a stream of their own.

    A mixture draws class and component, a finite domain is filled uniformly and each point has the label of its set.

    Raises:
        ProblemError: the background is infinite, so that there is no law to draw from; or all points came out alike.
    """
    name = problem.name or "problem"
    if not isinstance(problem, MixtureProblem) and problem.infinite:
        raise ProblemError("domain", "an infinite background", "a domain with an end: no law is uniform on it", name)
    claim_process()
    streams = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    with jax.enable_x64(True):
        counts = zip(streams, (samples, test), strict=True)
        train, tested = (_part(problem, jax.random.key(stream), count, name) for stream, count in counts)
    if len(np.unique(train.y)) < 2:
        found = f"{samples} draws, all of class {train.y[0]}"
        raise ProblemError("samples", found, "draws of both classes: ask for more", name)
    return Raw(name, train, tested, CLASSES, PLAIN)


def _part(problem: Problem, key: jax.Array, count: int, name: str) -> Part:
    if isinstance(problem, MixtureProblem):
        draw = partial(draw_mixture, source_of(merged(problem)))
    else:
        draw = partial(_draw_domain, box_source(sets_of(problem), np.zeros(1)))
    x, label = draw(key, count)
    return part(np.asarray(x).T, np.asarray(label).astype(np.int64), name)


def _draw_domain(source: BoxSource, key: jax.Array, points: int) -> Latent:
    low, high = jnp.asarray(source.low).T, jnp.asarray(source.high).T
    x = low + (high - low) * jax.random.uniform(key, (len(low), points), jnp.float64)
    return x, contains(source.inside, x)
