"""Stratified and Sobol points instead of independent X: drawn on the host, one replicate at a time."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from simulate.montecarlo.arrays import Numbers
from simulate.montecarlo.draws.sampling import Scheme
from simulate.montecarlo.laws.domains import BoxSource
from simulate.montecarlo.laws.laws import LawGroup, MixtureSource
from theory.errors import UnsupportedError


class Given(NamedTuple):
    """X (d, samples) and Y (samples,) of a mixture, or X in units of the box of each beta for a labelled domain."""

    x: Numbers
    label: Numbers
    box: BoxSource | None


def given(
    source: MixtureSource | BoxSource, size: int, padded: int, scheme: Scheme, seed: np.random.SeedSequence
) -> Given:
    """Points of one replicate, repeated up to a padded number.

    stratified: the share that chooses class and component is spread evenly, one in each of `size` strata, in random
    order; all else is independent. A domain is stratified along its first axis. sobol: scrambled Sobol points in all
    numbers that X and Y are made of.

    Raises:
        UnsupportedError: Sobol points of more dimensions than are tabulated.
    """
    rng = np.random.default_rng(seed)
    dim = _numbers(source)
    if scheme == "sobol":
        from scipy.stats import qmc  # slow to import

        if dim > qmc.Sobol.MAXDIM:
            raise UnsupportedError(f"Sobol points need {dim} dimensions, more than the {qmc.Sobol.MAXDIM} known")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # balance needs a power of 2, unbiasedness does not
            share = qmc.Sobol(dim, rng=rng).random(size)
    else:
        share = rng.random((size, dim))
        share[:, 0] = (rng.permutation(size) + share[:, 0]) / size
    share = np.clip(share, 2.0**-53, 1 - 2.0**-53)
    share = share[np.arange(padded) % size]
    if isinstance(source, BoxSource):
        return Given(share.T, np.zeros(padded, bool), source)
    return Given(*_mixed(source, share), None)


def _numbers(source: MixtureSource | BoxSource) -> int:
    """Uniform numbers for one sample: a share for class and component, one for each axis, one for the radius of a
    ball."""
    if isinstance(source, BoxSource):
        return int(source.low.shape[1])
    return 1 + int(next(iter(source.laws.values())).center.shape[1]) + ("ball" in source.laws)


def _mixed(source: MixtureSource, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    laws = len(source.cumulative) // 2
    drawn = np.minimum(np.searchsorted(source.cumulative, share[:, 0], side="right"), 2 * laws - 1)
    dim = next(iter(source.laws.values())).center.shape[1]
    x, first = np.empty((len(share), dim)), 0
    for kind, part in source.laws.items():
        here = (drawn % laws >= first) & (drawn % laws < first + len(part.center))
        x[here] = _placed(kind, part, drawn[here] % laws - first, share[here, 1:])
        first += len(part.center)
    return x.T, drawn >= laws


def _placed(kind: str, part: LawGroup, chosen: np.ndarray, share: np.ndarray) -> np.ndarray:
    """X (points, d) of chosen laws of one kind from uniform numbers."""
    center, scale = part.center[chosen], part.scale[chosen]
    dim = center.shape[1]
    if kind == "point":
        return center
    if kind == "ball":
        step = ndtri(share[:, :dim])
        return center + scale * step * (share[:, dim] ** (1 / dim) / np.linalg.norm(step, axis=1))[:, None]
    step = scale * _unit(kind, share[:, :dim])
    if part.rotation is not None:
        step = np.einsum("pij,pj->pi", part.rotation[chosen], step)
    return center + step


def _unit(kind: str, share: np.ndarray) -> np.ndarray:
    if kind == "laplace":
        return np.where(share < 0.5, np.log(2 * share), -np.log(2 * (1 - share)))
    return 2 * share - 1 if kind == "uniform" else ndtri(share)
