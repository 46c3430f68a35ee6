"""Small datasets of every kind that the program makes, and a few that only users make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

import noisewise as nw
from simulate.sweep.plane import sliced
from tests.figures.examples import full, measured

UP, ACROSS = "alpha=0:1.6:7", "beta=0.1:1.2:8"
LDA = {"prior": 0.2, "training.rule": "lda"}


def phase() -> xr.Dataset:
    return nw.phase("bumps", ACROSS, UP)


def adaptive() -> xr.Dataset:
    return nw.phase("bumps", "beta=0.1:1.2:17", "alpha=0:1.6:17", adaptive=True, curves=False)


def certified() -> xr.Dataset:
    return nw.phase("stripes", ACROSS, UP, eps=0.1, curves=False)


def ratio() -> xr.Dataset:
    return nw.phase("two-gaussians", "ratio=1.5:10:6", "alpha=0:2:7", settings=LDA, curves=False)


def grid() -> xr.Dataset:
    axes = nw.Axis("spacing", 1.0, 2.5, 4), nw.Axis("alpha", 0.0, 1.6, 9), nw.Axis("beta", 0.1, 1.2, 12)
    return nw.sweep_grid(nw.Family("bumps"), axes)


def cut() -> xr.Dataset:
    return sliced(grid(), {"spacing": 1.6})


def seeds(count: int = 5) -> xr.Dataset:
    """Measured risks of some seeds, of which one may be alone."""
    alpha, beta = np.linspace(0, 1, 9), np.linspace(0.1, 1, 7)
    noise = np.random.default_rng(0).normal(0, 0.01, (count, 9, 7))
    risk = 0.3 + 0.1 * (alpha[:, None] - 0.5 * beta) ** 2 + noise
    return nw.measured_map(risk if count > 1 else risk[0], alpha, beta, name="mine")


def one_seed() -> xr.Dataset:
    return seeds(1)


def networks() -> xr.Dataset:
    """As `train_networks` writes them: risks of each seed beside their mean and its interval."""
    found = measured()
    risk = 0.4 - found["gain"]
    found["risk"] = risk.expand_dims(seed=3)
    found = found.assign(mean_risk=risk, mean_low=risk - 0.02, mean_high=risk + 0.03)
    return found.assign_attrs(seeds=3, samples=100, votes=11)


def logarithmic() -> xr.Dataset:
    found = measured().assign_coords(beta=np.logspace(-2, 1, 10))
    found["beta"].attrs["scale"] = "log"
    return found


KINDS: dict[str, Callable[[], xr.Dataset]] = {
    "phase": phase,
    "adaptive": adaptive,
    "certified": certified,
    "ratio": ratio,
    "cut": cut,
    "seeds": seeds,
    "one seed": one_seed,
    "networks": networks,
    "logarithmic": logarithmic,
    "with checks and proofs": full,
}
