"""Networks trained by workers that share no disk: what is in the store goes there, what is made comes back into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from simulate.data.dataset import Data
from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import Scales
from simulate.networks.cohort import TRAINING, Cohort, Design
from simulate.networks.experiment import design_of, per_seed
from simulate.networks.plan import NetworkPlan
from simulate.networks.store import Arrays, HeldStore, NetworkStore, Place
from simulate.progress import Progress, silent
from simulate.work.pieces import Crew, Lost, finished
from theory.errors import LostError

# Calls under way for each worker: each carries the data, and takes minutes.
UNDER_WAY = 2


@dataclass(frozen=True)
class Company:
    """Networks of one seed that are trained together, and what the store holds of them. It can be pickled.

    design: with their training noises only.
    """

    design: Design
    data: Data
    seed: int
    held: dict[Place, Arrays]


def trained(company: Company) -> list[tuple[Place, Arrays]]:
    """What the store lacks of a company."""
    claim_process()
    claim_devices()
    store = HeldStore(company.held)
    Cohort(company.design, company.data, company.seed, store).outcome()
    return store.made()


def train_elsewhere(
    executor: Executor,
    data: Data | Sequence[Data],
    *,
    alpha: Scales,
    beta: Scales,
    plan: NetworkPlan,
    store: NetworkStore,
    progress: Progress = silent,
) -> None:
    """Have workers train and vote what the store lacks, and put it there for `train_networks`; arguments as that has.

    Networks that are trained together, all of a seed or one CNN, are one piece of work, so that they are the same to
    the last bit where processors are. What a worker that dies was doing begins again.

    Raises:
        ProblemError, OSError: as `train_networks`.
        LostError: the worker of some networks died each time that they were tried.
    """
    claim_process()
    claim_devices()
    held = per_seed(data, plan.seeds)
    design = design_of(plan, alpha, beta, len(held[0].y))
    work = [company for seed, own in enumerate(held) for company in _companies(design, own, seed, store)]
    for number, (company, made) in enumerate(finished("networks", work, trained, Crew(executor), UNDER_WAY), 1):
        if isinstance(made, Lost):
            raise LostError(f"networks of seed {company.seed}: {made.reason}")
        for place, arrays in made:
            store.put(*place, arrays)
        for kind, key in company.held:
            if kind == TRAINING:
                store.drop(kind, key)
        progress(number / len(work))


def _companies(design: Design, data: Data, seed: int, store: NetworkStore) -> Iterator[Company]:
    """Those of a seed of which the store lacks anything."""
    cohort = Cohort(design, data, seed, store)
    for alphas in cohort.groups:
        held, whole = cohort.held(alphas)
        if not whole:
            yield Company(replace(design, alphas=tuple(alphas)), data, seed, held)
