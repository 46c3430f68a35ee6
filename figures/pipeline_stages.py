"""The stages from the data to the smoothed risk as a dataset of curves, without training noise and with it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from figures.densities import blurred, compares_labels, grid, line_of, noised, of_data
from theory.arrays import Array
from theory.problems.problem import Problem
from theory.problems.problem_file import dumps_problem
from theory.risks.pipeline import BaseClassifier, SmoothedClassifier, risk, smooth, train

VARIABLES = ("seen", "signed", "base", "vote", "smoothed", "data", "risk")


def stages(problem: Problem, alpha: float, beta: float) -> xr.Dataset:
    """All that is drawn, as a dataset that a file can hold.

    `seen` (noise, label, x): what training sees of each class. `signed` (noise, x): the signed density, or the blurred
    label function, compared with the attribute `level`; `base` whether the base region contains x. `vote` (noise, x):
    the vote probability; `smoothed` the smoothed region. `data` (label, x): the data's density. `risk` (noise).

    Raises:
        NoExactRoute: no geometry answers for the problem.
        ValueError: the problem is radial or has point masses, or a noise makes no sense.
    """
    voted = [smooth(train(problem, noise), beta) for noise in (0.0, alpha)]
    pieces = line_of(voted[0].classifier)
    breaks = [part.ends[0] for v in voted for part in (v.region, v.classifier.region)]
    x = grid(pieces, np.concatenate(breaks))
    labels, data = compares_labels(problem), np.stack([of_data(voted[0].classifier, x, label) for label in (0, 1)])
    family = problem.training.noise
    seen = [
        data if labels else np.stack([noised(pieces, family, noise, x, label) for label in (0, 1)])
        for noise in (0.0, alpha)
    ]
    if labels:
        signed = [blurred(pieces, family, noise, x) for noise in (0.0, alpha)]
    else:
        signed = [shares[1] - shares[0] for shares in seen]
    variables = {
        "seen": (("noise", "label", "x"), np.stack(seen)),
        "signed": (("noise", "x"), np.stack(signed)),
        "base": (("noise", "x"), np.stack([_inside(v.classifier, x) for v in voted])),
        "vote": (("noise", "x"), np.stack([v.vote_along(x) for v in voted])),
        "smoothed": (("noise", "x"), np.stack([_inside(v, x) for v in voted])),
        "data": (("label", "x"), data),
        "risk": ("noise", np.array([risk(problem, v).value for v in voted], float)),
    }
    attributes = {"problem": dumps_problem(problem), "name": problem.name or "", "alpha": float(alpha)}
    attributes |= {"beta": float(beta), "labels": int(labels), "level": 0.5 if labels else 0.0}
    return xr.Dataset(variables, {"noise": [0.0, float(alpha)], "label": [0, 1], "x": x}, attributes)


def _inside(classifier: SmoothedClassifier | BaseClassifier, x: Array) -> NDArray[np.int8]:
    return classifier.region.contains(x[None, :])[0].astype(np.int8)
