"""From votes and losses of networks to the dataset of `train_networks`, and what every variable in it means.

Over networks and test points: `mean_risk`, `mean_low`, `mean_high` (alpha, beta), the N-vote risk of a network with a
new seed on a new point; `baseline`, that at alpha = 0; `gain`, `gain_low`, `gain_high`, paired, and their `label`
(significant-help, significant-hurt, undecided; neutral at alpha = 0); `best_alpha` (beta), of least mean risk;
`best` (alpha, beta), which cannot be told from the best.

Of each network: `risk`, `risk_low`, `risk_high` (seed, alpha, beta), Clopper and Pearson's interval over test points;
`abstained`, the share of points on which PREDICT abstains; `certified` (seed, alpha, beta, eps), the share for whose
class two-stage CERTIFY does not certify eps, and `radius`, the average certified radius; `largest`, the share of votes
of the class with most; `loss` (seed, alpha, epoch) in training, `train_loss` and `test_loss` at its end, `converged`.

`share` (alpha, beta, class): of all votes, those for each class. For a problem `exact_posterior` and
`exact_regression`: the exact N-vote risks of the rules trained on infinitely many samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from simulate.data.dataset import Data
from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.statistics.level import Level
from simulate.networks.cohort import Design, Outcome
from simulate.networks.convergence import converged
from simulate.networks.exact import population_risks
from simulate.networks.statistics import (
    TwoStage,
    average_radius,
    cannot_be_told,
    mean_difference,
    mean_risk,
    predict,
    predicted,
    seed_risk,
)
from simulate.sweep.plane import MEASURED
from simulate.version import software_version

Variables = dict[str, tuple[tuple[str, ...], Any]]
CELL = ("alpha", "beta")
EACH = ("seed", *CELL)
# What is a length, in the units of x.
NOISY = ("alpha", "beta", "eps", "best_alpha", "radius")
# What the files of a dataset say of its variables.
MEANT = MEASURED | {
    "risk": "risk of each network",
    "risk_low": "lower end of its interval over test points",
    "risk_high": "upper end of its interval over test points",
    "mean_risk": "risk of a network with a new seed",
    "mean_low": "lower end of its interval over networks and test points",
    "mean_high": "upper end of its interval over networks and test points",
    "label": "what training noise does",
    "best_alpha": "training noise of least risk",
    "best": "may be the best",
    "share": "votes for each class, as a share",
    "largest": "share of the votes of the class with most",
    "abstained": "share of points on which PREDICT abstains",
    "certified": "certified risk",
    "radius": "average certified radius",
    "loss": "loss in training, on noisy inputs",
    "train_loss": "loss at the end of training, on noisy inputs",
    "test_loss": "loss on noisy test points",
    "converged": "whether the loss had ceased to fall",
    "exact_posterior": "exact risk of the posterior rule",
    "exact_regression": "exact risk of the regression rule",
}


@dataclass(frozen=True)
class Question:
    """What is asked of the votes: radii to certify, which class wins a tie, confidence and failure probability."""

    radii: tuple[float, ...]
    ties: str
    level: Level


def assembled(design: Design, data: Data, outcomes: Sequence[Outcome], question: Question) -> xr.Dataset:
    """The dataset of the networks of all seeds; of each seed the outcome with the same test points."""
    choice, count = (np.stack([getattr(held, name) for held in outcomes]) for name in ("choice", "count"))
    wrong = predicted(count, question.ties) != data.y_test
    held = _risks(wrong, np.array(design.alphas), question.level.confidence) | _shares(
        count, len(data.y_test) * design.votes
    )
    held |= _certificates(choice, count, data.y_test, design, question)
    held |= _losses(outcomes, len(data.classes))
    if data.problem is not None:
        exact = population_risks(data.problem, design.alphas, design.betas, design.votes)
        held |= {f"exact_{rule}": (CELL, risk) for rule, risk in exact.items()}
    coords = {
        "seed": np.arange(len(outcomes)),
        "alpha": np.array(design.alphas),
        "beta": np.array(design.betas),
        "eps": np.array(question.radii),
        "class": list(data.classes),
        "epoch": np.arange(1, design.regimen.epochs + 1),
    }
    dataset = xr.Dataset(held, coords, _attributes(design, data, len(outcomes), question))
    for key in dataset.variables:
        dataset[key].attrs["units"] = data.unit if key in NOISY else "1"
    for key, words in MEANT.items():
        if key in dataset:
            dataset[key].attrs["long_name"] = words
    return dataset


def _risks(wrong: Numbers, alphas: Numbers, confidence: float) -> Variables:
    """Risks, gains and best noises from errors (seeds, alphas, betas, points)."""
    each, mean = seed_risk(wrong, confidence), mean_risk(wrong, confidence)
    gain = mean_difference(wrong[:, :1], wrong, confidence)
    label = np.select([gain.low > 0, gain.high < 0], ["significant-help", "significant-hurt"], "undecided")
    low, high = gain.low.copy(), gain.high.copy()
    label[0], low[0], high[0] = "neutral", 0.0, 0.0  # the same classifier: known, not estimated
    best = [cannot_be_told(wrong[:, :, b], confidence) for b in range(wrong.shape[2])]
    return {
        "risk": (EACH, each.estimate),
        "risk_low": (EACH, each.low),
        "risk_high": (EACH, each.high),
        "mean_risk": (CELL, mean.estimate),
        "mean_low": (CELL, mean.low),
        "mean_high": (CELL, mean.high),
        "baseline": (CELL, np.broadcast_to(mean.estimate[:1], mean.estimate.shape)),
        "gain": (CELL, gain.estimate),
        "gain_low": (CELL, low),
        "gain_high": (CELL, high),
        "label": (CELL, label),
        "best_alpha": (("beta",), alphas[np.argmin(mean.estimate, axis=0)]),
        "best": (CELL, np.stack(best, axis=1)),
    }


def _shares(count: Numbers, votes: int) -> Variables:
    """Shares of the votes (seeds, alphas, betas, points, classes), of which there are so many in each cell."""
    share = count.sum(axis=3) / votes
    return {"share": ((*CELL, "class"), share.mean(axis=0)), "largest": (EACH, share.max(axis=-1))}


def _certificates(choice: Numbers, count: Numbers, labels: Numbers, design: Design, question: Question) -> Variables:
    failure, betas = question.level.failure, np.array(design.betas)
    stages = TwoStage.of(choice, count, question.ties)
    classes, radius = stages.certify(betas, design.smoothing, failure)
    certified = [stages.uncertified(labels, eps, betas, design.smoothing, failure) for eps in question.radii]
    risks = [held.mean(axis=-1) for held in certified] or [np.empty((*classes.shape[:-1], 0))]
    return {
        "abstained": (EACH, (predict(count, failure) < 0).mean(axis=-1)),
        "certified": ((*EACH, "eps"), np.stack(risks, axis=-1) if certified else risks[0]),
        "radius": (EACH, average_radius(classes, radius, labels)),
    }


def _losses(outcomes: Sequence[Outcome], classes: int) -> Variables:
    losses = np.stack([held.losses for held in outcomes])
    return {
        "loss": (("seed", "alpha", "epoch"), losses),
        "train_loss": (("seed", "alpha"), losses[..., -1]),
        "test_loss": (("seed", "alpha"), np.stack([held.test_loss for held in outcomes])),
        "converged": (("seed", "alpha"), converged(losses, classes)),
    }


def _attributes(design: Design, data: Data, seeds: int, question: Question) -> dict[str, Any]:
    """All that the run follows from, as netCDF can hold it."""
    regimen = {key: value for key, value in asdict(design.regimen).items() if value is not None}
    return {
        "data": data.name,
        "seeds": seeds,
        "samples": len(data.y),
        "test": len(data.y_test),
        "classes": len(data.classes),
        "votes": design.votes,
        "smoothing": design.smoothing,
        "ties": question.ties,
        "confidence": question.level.confidence,
        "failure": question.level.failure,
        **regimen,
        "version": software_version(),
        "x_key": "beta",
        "y_key": "alpha",
    }
