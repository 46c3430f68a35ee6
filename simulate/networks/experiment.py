"""Networks on data over training noises, smoothing noises and seeds: `train_networks`. Host side; checks and a loop."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr

from simulate.cache import cache_folder
from simulate.data.dataset import Data
from simulate.montecarlo.devices import claim_devices
from simulate.montecarlo.forks import claim_process
from simulate.montecarlo.job import Scales
from simulate.montecarlo.statistics.level import Level
from simulate.networks.assembly import Question, assembled
from simulate.networks.cohort import Cohort, Design
from simulate.networks.convergence import ConvergenceWarning, unfinished
from simulate.networks.plan import NetworkPlan
from simulate.networks.store import NETWORKS, NetworkStore
from simulate.networks.training import Regimen
from simulate.progress import Progress, silent, within
from theory.errors import ProblemError
from theory.problems.noises import listed_noises, noises
from theory.problems.validation import instance

# Confidence of intervals, and failure probability of certificates.
USUAL_LEVEL = Level(confidence=0.95)
USUAL_PLAN = NetworkPlan()


def train_networks(
    data: Data | Sequence[Data],
    *,
    alpha: Scales,
    beta: Scales,
    eps: Scales = (),
    plan: NetworkPlan = USUAL_PLAN,
    level: Level = USUAL_LEVEL,
    store: NetworkStore | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Train networks on noisy inputs, smooth them by votes, and measure for which noises training noise helped.

    For each seed and each training noise alpha (0 always among them) a network is trained on x + alpha xi by Adam on
    the cross-entropy; all of one seed start alike, see the same samples and unit noises in the same order, and have the
    same budget. It is then smoothed: at each test point N noisy copies x + beta zeta are classified, and the class with
    most votes is the answer,

        g(x) = argmax_c #{j <= N : f(x + beta zeta_j) = c}.

    A finished network and its votes are kept under the hash of all they follow from and are never made again; a killed
    process loses a few seconds of training, or the votes that one network takes. The same inputs give the same dataset;
    networks that were trained in another company than now agree up to rounding.

    Args:
        data: what `load_data` gives; or one for each seed, with the same test points, where training points are drawn.
        alpha, beta: scales of training and smoothing noise, in units of x; numbers or sequences of numbers.
        eps: radii to certify, l2 under Gaussian smoothing noise, l1 under Laplace and uniform noise.
        plan: the model, how many networks, how they are trained and how they vote.
        level: confidence of intervals, and failure probability of certificates.
        store: where networks are kept; the user's cache where nothing is said.
        progress: called with the share done, ending at 1.

    Returns:
        A dataset over seed, alpha, beta, eps, class and epoch; see `simulate.networks.assembly`. Every share is one of
        test points, and intervals over test points are those of Clopper and Pearson; `mean_risk` and `gain` have
        intervals over networks and test points.

    Warns:
        ConvergenceWarning: of each network that has not converged, as soon as it is known.

    Raises:
        ProblemError: an argument out of range; its name, value and range in one line.
        UnsupportedError: a CNN on what are no images.
        OSError: the store cannot be written.
        DeviceError, MemoryError, RuntimeError: as `monte_carlo`.

    Examples:
        >>> from simulate.data import load_data
        >>> plan = NetworkPlan(model="linear", seeds=1, epochs=2, votes=10)
        >>> data = load_data("two-gaussians", samples=200, test=100)
        >>> dataset = train_networks(data, alpha=0.5, beta=[0.0, 0.5], plan=plan)
        >>> dict(dataset["gain"].sizes), bool((dataset["gain"].sel(alpha=0.0) == 0).all())
        ({'alpha': 2, 'beta': 2}, True)
    """
    instance(plan, "plan", NetworkPlan)
    instance(level, "level", Level)
    kept = NetworkStore(cache_folder(NETWORKS)) if store is None else instance(store, "store", NetworkStore)
    held = per_seed(data, plan.seeds)
    design = design_of(plan, alpha, beta, len(held[0].y))
    radii = tuple(sorted(set(noises(eps, "eps").ravel().tolist())))
    claim_process()
    claim_devices()
    found = []
    for seed, own in enumerate(held):
        part = within(progress or silent, seed / len(held), 1 / len(held))
        found.append(Cohort(design, own, seed, kept).outcome(part))
        for line in unfinished(design.alphas, found[-1].losses, len(own.classes)):
            warnings.warn(f"seed {seed}: {line}", ConvergenceWarning, stacklevel=2)
    return assembled(design, held[0], found, Question(radii, plan.ties, level))


def design_of(plan: NetworkPlan, alpha: Scales, beta: Scales, samples: int) -> Design:
    """What is trained and voted on so many samples; arguments as `train_networks` has them."""
    alphas, betas = listed_noises(alpha, "alpha"), listed_noises(beta, "beta")
    regimen = Regimen(plan.model, plan.noise, plan.passes(samples), plan.copies)
    return Design(regimen, tuple(sorted({0.0, *alphas})), tuple(sorted({*betas})), plan.votes, plan.smoothing)


def per_seed(data: Data | Sequence[Data], seeds: int) -> list[Data]:
    """The data of each seed."""
    if isinstance(data, Data):
        return [data] * seeds
    held = [instance(one, f"data[{k}]", Data) for k, one in enumerate(instance(data, "data", Data | list | tuple))]
    if len(held) != seeds:
        raise ProblemError("data", f"{len(held)} data sets", f"one, or one for each of {seeds} seeds")
    if any(not np.array_equal(one.x_test, held[0].x_test) for one in held):
        raise ProblemError("data", "other test points for other seeds", "the same ones")
    return held
