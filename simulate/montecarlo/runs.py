"""Running a request: blocks of samples through the kernel into tallies, look by look or replicate by replicate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from simulate.montecarlo.assemble import assemble
from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.draws.coins import coins
from simulate.montecarlo.draws.given import given
from simulate.montecarlo.draws.sampling import REPLICATES
from simulate.montecarlo.draws.sources import Drawn, Source
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import Job
from simulate.montecarlo.kernel import compiled_counter, compiled_draws
from simulate.montecarlo.plan import Plan, plan
from simulate.montecarlo.statistics.limit import Limit, limit_of
from simulate.montecarlo.statistics.tally import Tally
from simulate.montecarlo.voting import Request
from simulate.progress import Progress, silent


class _Counted(NamedTuple):
    """What the device was told to count: votes and labels of samples from number `first` on."""

    first: int
    counts: jax.Array
    labels: jax.Array


@dataclass(frozen=True)
class Run:
    """A request ready to be simulated for some betas with one number of votes.

    volumes (betas,): of the boxes that X fills in the problem's own units, 1 where risks are probabilities.
    """

    job: Job
    betas: tuple[float, ...]
    source: Drawn
    request: Request
    volumes: np.ndarray
    limit: Limit

    @classmethod
    def of(cls, job: Job, betas: tuple[float, ...], votes: int) -> Run:
        """Assemble arrays. Raises what `monte_carlo` raises."""
        claim_process()
        claim_devices()
        source, request, volumes = assemble(job, betas, votes)
        sampling = job.sampling
        return cls(
            job,
            betas,
            source,
            request,
            job.volume * volumes,
            limit_of(votes, sampling.delta, sampling.antithetic and votes > 1),
        )

    def empty(self) -> Tally:
        """No sample yet."""
        return Tally.empty(len(self.betas), 1 + len(self.job.radii), len(self.job.alphas))

    def looks(self, progress: Progress) -> Iterator[Tally]:
        """One growing tally, after each look at independent samples.

        Double precision is switched on for this computation only; drawing dominates the cost, so it costs little, and
        it spares every comparison of densities in this package a case of its own.
        """
        cut, tally = self._plan(self.job.sampling.samples), self.empty()
        for look in self.job.sampling.looks:
            self._advance(tally, (self.source, self.request), cut, look, progress)
            yield tally

    def replicates(self, progress: Progress) -> list[Tally]:
        """Tallies of independent replicates of stratified or Sobol points, of equal size."""
        size, done = -(-self.job.sampling.samples // REPLICATES), []
        cut = self._plan(size)
        for number, seed in enumerate(np.random.SeedSequence(self.job.sampling.seed).spawn(REPLICATES)):
            source = given(self.source, size, cut.blocks * cut.block, self.job.sampling.scheme, seed)
            request, tally = self.request._replace(key=seed.generate_state(2, np.uint64)), self.empty()
            self._advance(tally, (source, request), cut, size, silent)
            progress((number + 1) / REPLICATES)
            done.append(tally)
        return done

    def _plan(self, samples: int) -> Plan:
        problem, sampling = self.job.problem, self.job.sampling
        asked = samples, sampling.chunk_bytes, sampling.antithetic
        return plan((problem.training, problem.smoothing), self.source, self.request, asked)

    def _advance(self, tally: Tally, drawn: tuple[Source, Request], cut: Plan, upto: int, progress: Progress) -> None:
        """Add samples in whole blocks until there are `upto`, the last block cut; blocks begun before are redone. The
        host adds up what was counted while the device counts more."""
        key = np.asarray(drawn[1].key)
        with jax.enable_x64(True):
            pending = None
            for counted in self._counted(drawn, cut, tally.samples // cut.block, upto):
                self._taken(tally, pending, upto, key, progress)
                pending = counted
            self._taken(tally, pending, upto, key, progress)

    def _counted(self, drawn: tuple[Source, Request], cut: Plan, block: int, upto: int) -> Iterator[_Counted]:
        """Everything from a block on, as the device is told to count it."""
        source, request = jax.device_put(drawn)  # `jnp.asarray` would compile a program for each shape
        key, count_votes = jax.random.key(self.job.sampling.seed), compiled_counter(jax.default_backend())
        while (first := block * cut.block) < upto:
            x, labels = compiled_draws(source, key, np.asarray(block), blocks=cut.together, block=cut.block)
            numbers = first + np.arange(cut.samples)
            numbers[min(cut.together * cut.block, upto - first) :] = -1
            if cut.samples > x.shape[1]:
                x = jnp.pad(x, ((0, 0), (0, cut.samples - x.shape[1])))
            yield _Counted(first, count_votes(cut.setting, request, x, jax.device_put(numbers)), labels)
            block += cut.together

    def _taken(self, tally: Tally, counted: _Counted | None, upto: int, key: np.ndarray, progress: Progress) -> None:
        if counted is None:
            return
        skip = tally.samples - counted.first
        taken = slice(skip, min(counted.labels.shape[1], upto - counted.first))
        self._add(tally, np.asarray(counted.counts)[..., taken], np.asarray(counted.labels)[:, taken], key)
        progress(tally.samples / self.job.sampling.samples)

    def _add(self, tally: Tally, counts: np.ndarray, labels: np.ndarray, key: np.ndarray) -> None:
        """Add votes (betas, 1 + alphas, kinds, samples) and labels (betas or 1, samples)."""
        samples, tie = counts.shape[-1], 1 in self.job.problem.smoothing.winners
        held: Any = tie
        if len(self.job.problem.smoothing.winners) > 1 and self.limit.votes % 2 == 0:
            held = coins(key, tally.samples, samples)
        for b, beta in enumerate(self.betas):
            label = labels[min(b, len(labels) - 1)]
            tally.add(b, np.moveaxis(counts[b], 1, 0), label, self.job.needed(beta), self.limit, held)
        tally.samples += samples
