"""What drawing and classifying takes: for `plan`, which cuts requests up."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np
from jax import Array

from simulate.montecarlo.draws.sources import Drawn
from simulate.montecarlo.laws.axes import asked, by_axis
from simulate.montecarlo.laws.laws import Boxes, LabelledRegion, LawGroup, MixtureSource, Signed
from simulate.montecarlo.rules.posterior_mean import MixtureRegression
from simulate.montecarlo.rules.rules import Rule, bounded, label_range, stored
from simulate.montecarlo.rules.settle import GROUP
from simulate.montecarlo.rules.slices import Slices
from simulate.montecarlo.voting import Request


def number_of(region: LabelledRegion) -> int:
    """How many sets a union has."""
    return len(region.low) if isinstance(region, Boxes) else len(region.boxes.low) + len(region.balls.radius)


def _laws(parts: list[LawGroup]) -> tuple[int, int]:
    """The most laws compared at once, and the most with full covariances."""
    most = max((len(part.center) for part in parts), default=0)
    return most, max((len(part.center) for part in parts if part.rotation is not None), default=0)


def compared(rule: Rule, dim: int, points: int) -> int:
    """Doubles per point that comparing stored points with all laws or sets takes at once."""
    rotated, slices = 0, None
    if isinstance(rule, Boxes):
        laws = number_of(rule)
    elif isinstance(rule, Signed | MixtureRegression):
        signed = rule if isinstance(rule, Signed) else rule.signed
        parts = [*signed.positive.values(), *signed.negative.values()]
        parts += list(rule.total.values()) if isinstance(rule, MixtureRegression) else []
        supports = [number_of(region) for region in (signed.support0, signed.support1) if region is not None]
        laws, rotated = _laws(parts)
        laws = max([laws, *supports, len(signed.atoms0), len(signed.atoms1)])
    else:
        laws, slices = number_of(rule.rule.sets), rule.rule.slices
    held = 4 * laws if by_axis(laws, points) else 2 * laws * dim
    return 3 * dim + held + 3 * rotated * dim + _integrals(rule, slices)


def _integrals(rule: Rule, slices: Slices | None) -> int:
    """Doubles per point of panels and nodes."""
    if slices is not None:
        return int(2 * slices.low.shape[2])
    if isinstance(rule, MixtureRegression):
        laws = sum(len(part.center) for part in rule.total.values())
        return 32 * (2 + laws) + (0 if rule.ends is None else 2 * len(rule.ends))
    return 0


def work_bytes(rule: Rule, noise: str) -> int:
    """Bytes that the inner draws of `settle` take for each block, whatever its number of points and votes."""
    return 32 * GROUP if bounded(rule, noise) else 0


def kept(request: Request, noise: str, dim: int, group: int, written_out: bool) -> int:
    """Bytes per pair of votes of a sample that one step keeps: unit noise, and the points or what is folded over their
    axes, and what the rule compares at the end. Where all is written out, only folds that await more axes, and labels.
    """
    rule, whole = request.rule, stored(request.rule, noise)
    held = 2 * (dim if whole else min(dim, group))
    if whole:
        return 8 * (held + dim + compared(rule, dim, 1 << 10))
    folded = 16 * folds(request, noise, dim) if dim > group else 0
    if written_out:
        return folded + 2 * classifiers(request)
    return folded + 8 * (held + 3 * _sums_of(rule, noise, dim, len(request.alphas) > 0) + 2)


def classifiers(request: Request) -> int:
    """How many classifiers vote."""
    return len(request.betas) * (1 + len(request.alphas))


def folds(request: Request, noise: str, dim: int) -> int:
    """How many sums over the axes of a point all classifiers fold."""
    return classifiers(request) * _sums_of(request.rule, noise, dim, len(request.alphas) > 0)


def _sums_of(rule: Rule, noise: str, dim: int, noised: bool) -> int:
    leaves, structure = jax.tree.flatten(rule)
    shapes = tuple(jax.ShapeDtypeStruct(np.shape(leaf), np.asarray(leaf).dtype) for leaf in leaves)
    return _sums(structure, shapes, noise, dim, noised)


@lru_cache(64)
def _sums(structure: Any, shapes: tuple[jax.ShapeDtypeStruct, ...], noise: str, dim: int, noised: bool) -> int:
    """How many sums over the axes a rule of these shapes folds for a point; told by tracing it, which takes long."""

    def starts(leaves: Any, alpha: Array | None) -> list[Array]:
        rule = jax.tree.unflatten(structure, leaves)
        return [fold.start(1) for fold in asked(partial(label_range, rule, noise, "nearest", alpha), dim, 1)]

    with jax.enable_x64(True):
        alpha = jax.ShapeDtypeStruct((), np.float64) if noised else None
        return sum(part.shape[0] for part in jax.eval_shape(starts, list(shapes), alpha))


def drawn_for_one(source: Drawn) -> tuple[int, int]:
    """The dimension, and the numbers gathered to draw one sample."""
    if not isinstance(source, MixtureSource):
        dim = source.low.shape[1]
        return dim, dim * number_of(source.inside)
    parts = source.laws.values()
    dim = next(iter(parts)).center.shape[1]
    return dim, sum(2 * dim if part.rotation is None else dim * (dim + 2) for part in parts)
