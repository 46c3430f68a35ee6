"""The frames of a film of the pipeline as a dataset of curves: both noises move, and everything else follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from figures.densities import blurred, compares_labels, grid, line_of, noised, of_data
from theory.arrays import Array
from theory.problems.problem import Problem
from theory.risks.pipeline import BaseClassifier, SmoothedClassifier, risk, smooth, train

VARIABLES = (
    "alpha_at",
    "beta_at",
    "hold",
    "seen",
    "signed",
    "base",
    "vote",
    "smoothed",
    "data",
    "risk_at",
    "risk_over",
)
# How many points a curve has before edges are added: about one for each pixel.
POINTS = 401


class Stop(NamedTuple):
    """A corner of the path through the plane of noises: where, for how many frames it is held, and how many lead on."""

    alpha: float
    beta: float
    held: int
    onward: int


def walk(stops: Sequence[Stop]) -> tuple[Array, Array, Array]:
    """alpha, beta and how often each frame is shown, along straight legs from stop to stop and back to the first.

    The frames of a leg begin and end slowly. The last frame is one step from the first, so that the film has no seam.

    Raises:
        ValueError: fewer than two stops, a leg without a frame, or a stop that is not shown.
    """
    if len(stops) < 2:
        raise ValueError(f"stops: found {len(stops)}, expected two or more")
    alphas, betas, holds = [], [], []
    for stop, target in zip(stops, [*stops[1:], stops[0]], strict=True):
        if min(stop.held, stop.onward) < 1:
            raise ValueError(f"stops: found {stop.held} and {stop.onward} frames, expected at least 1 of each")
        share = 0.5 - 0.5 * np.cos(np.pi * np.arange(stop.onward) / stop.onward)
        alphas.append(stop.alpha + share * (target.alpha - stop.alpha))
        betas.append(stop.beta + share * (target.beta - stop.beta))
        holds.append(np.where(np.arange(stop.onward) == 0, stop.held, 1))
    return np.concatenate(alphas), np.concatenate(betas), np.concatenate(holds)


def frames(problem: Problem, stops: Sequence[Stop], alphas: Array) -> xr.Dataset:
    """All that moves, as a dataset that a file can hold; noise 0 is without training noise, 1 with that of the frame.

    `alpha_at`, `beta_at`, `hold` (frame): the noises, and how often the frame is shown. `seen` (frame, class_label, x):
    what training sees of each class. `signed` (frame, x): the signed density, or the blurred label function, compared
    with the attribute `level`. `vote` (frame, noise, x): the vote probability. `base`, `smoothed` (frame, noise,
    interval, end): the intervals of class 1, nan where there are fewer. `data` (class_label, x): the data's density.
    `risk_at`, `risk_at_error` (frame, noise); `risk_over` (frame, alpha): risks at the frame's smoothing noise.

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ValueError: the problem is radial or has point masses, or a stop or a noise makes no sense.
    """
    alpha_at, beta_at, hold = walk(stops)
    pieces = line_of(train(problem, 0.0))
    x, family, labels = grid(pieces, np.array([]), POINTS), problem.training.noise, compares_labels(problem)
    voted = [
        [smooth(train(problem, noise), beta) for noise in (0.0, alpha)]
        for alpha, beta in zip(alpha_at, beta_at, strict=True)
    ]
    data = np.stack([of_data(voted[0][0].classifier, x, label) for label in (0, 1)])
    if labels:
        seen = np.broadcast_to(data, (len(hold), *data.shape))
        signed = np.stack([blurred(pieces, family, alpha, x) for alpha in alpha_at])
    else:
        seen = np.stack([[noised(pieces, family, alpha, x, label) for label in (0, 1)] for alpha in alpha_at])
        signed = seen[:, 1] - seen[:, 0]
    found = risk(problem, alpha=np.stack([np.zeros_like(alpha_at), alpha_at], axis=1), beta=beta_at[:, None])
    variables = {
        "alpha_at": ("frame", alpha_at),
        "beta_at": ("frame", beta_at),
        "hold": ("frame", hold),
        "seen": (("frame", "class_label", "x"), seen),
        "signed": (("frame", "x"), signed),
        "base": (("frame", "noise", "interval", "end"), _ends([[v.classifier for v in pair] for pair in voted])),
        "vote": (("frame", "noise", "x"), np.stack([[v.vote_along(x) for v in pair] for pair in voted])),
        "smoothed": (("frame", "noise", "interval", "end"), _ends(voted)),
        "data": (("class_label", "x"), data),
        "risk_at": (("frame", "noise"), found.value),
        "risk_at_error": (("frame", "noise"), found.error),
        "risk_over": (("frame", "alpha"), risk(problem, alpha=alphas[None, :], beta=beta_at[:, None]).value),
    }
    return xr.Dataset(variables, {"class_label": [0, 1], "x": x, "alpha": alphas}, {"level": 0.5 if labels else 0.0})


def _ends(voted: Sequence[Sequence[BaseClassifier | SmoothedClassifier]]) -> Array:
    """The intervals of class 1 of each classifier (frame, noise), as many as any has, nan beyond its own."""
    most = max(1, *(len(held.intervals) for pair in voted for held in pair))
    ends = np.full((len(voted), 2, most, 2), np.nan)
    for k, pair in enumerate(voted):
        for j, held in enumerate(pair):
            if held.intervals:
                ends[k, j, : len(held.intervals)] = held.intervals
    return ends
