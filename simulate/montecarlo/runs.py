"""Running a request: blocks of samples through the kernel into tallies, look by look or replicate by replicate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from simulate.montecarlo.assemble import assemble
from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.draws.coins import coins
from simulate.montecarlo.draws.given import Given, given
from simulate.montecarlo.draws.noise import seeded
from simulate.montecarlo.draws.sampling import REPLICATES
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import Job
from simulate.montecarlo.kernel import KernelSetting, Request, compiled_counter
from simulate.montecarlo.plan import plan
from simulate.montecarlo.statistics.limit import Limit, limit_of
from simulate.montecarlo.statistics.tally import Tally
from simulate.progress import Progress, silent


@dataclass(frozen=True)
class Run:
    """A request ready to be simulated for some betas with one number of votes.

    volumes (betas,): of the boxes that X fills in the problem's own units, 1 where risks are probabilities.
    """

    job: Job
    betas: tuple[float, ...]
    request: Request
    volumes: np.ndarray
    limit: Limit

    @classmethod
    def of(cls, job: Job, betas: tuple[float, ...], votes: int) -> Run:
        """Assemble arrays. Raises what `monte_carlo` raises."""
        claim_process()
        claim_devices()
        request, volumes = assemble(job, betas, votes)
        sampling = job.sampling
        return cls(
            job,
            betas,
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
        setting, _blocks = self._plan(self.request, self.job.sampling.samples)
        request, tally = self.request._replace(key=seeded(self.job.sampling.seed)), self.empty()
        for look in self.job.sampling.looks:
            self._advance(tally, request, setting, look, progress)
            yield tally

    def replicates(self, progress: Progress) -> list[Tally]:
        """Tallies of independent replicates of stratified or Sobol points, of equal size."""
        size, done = -(-self.job.sampling.samples // REPLICATES), []
        for number, seed in enumerate(np.random.SeedSequence(self.job.sampling.seed).spawn(REPLICATES)):
            setting, blocks = self._plan(self.request, size)
            assert not isinstance(self.request.source, Given)  # what is assembled is a source yet
            source = given(self.request.source, size, blocks * setting.block, self.job.sampling.scheme, seed)
            request = self.request._replace(source=source, key=seed.generate_state(2, np.uint64))
            tally = self.empty()
            self._advance(tally, request, setting, size, silent)
            progress((number + 1) / REPLICATES)
            done.append(tally)
        return done

    def _plan(self, request: Request, samples: int) -> tuple[KernelSetting, int]:
        problem = self.job.problem
        setting, blocks = plan(problem.training, problem.smoothing, request, samples, self.job.sampling.chunk_bytes)
        return setting._replace(antithetic=self.job.sampling.antithetic), blocks

    def _advance(self, tally: Tally, request: Request, setting: KernelSetting, upto: int, progress: Progress) -> None:
        """Add samples in whole blocks until there are `upto`, the last block cut; blocks begun before are redone."""
        with jax.enable_x64(True):
            arrays: Any = jax.tree.map(jnp.asarray, request)
            key, count_votes = jax.random.key(self.job.sampling.seed), compiled_counter(jax.default_backend())
            while tally.samples < upto:
                block, skip = divmod(tally.samples, setting.block)
                counts, labels = (np.asarray(v) for v in count_votes(setting, arrays, key, jnp.asarray(block)))
                taken = slice(skip, skip + upto - tally.samples)
                self._add(tally, counts, labels, taken, np.asarray(request.key))
                progress(tally.samples / self.job.sampling.samples)

    def _add(self, tally: Tally, counts: np.ndarray, labels: np.ndarray, taken: slice, key: np.ndarray) -> None:
        tie: Any = 1 in self.job.problem.smoothing.winners
        if len(self.job.problem.smoothing.winners) > 1 and self.limit.votes % 2 == 0:
            tie = coins(key, tally.samples, len(labels[:, 0].reshape(-1)[taken]))
        for b, beta in enumerate(self.betas):
            kinds = np.moveaxis(counts[:, b], (2, 0), (0, 2))
            count = kinds.reshape(len(kinds), len(self.job.alphas), -1)[..., taken]
            label = labels[:, b].reshape(-1)[taken]
            tally.add(b, count, label, self.job.needed(beta), self.limit, tie)
        tally.samples += count.shape[-1]
