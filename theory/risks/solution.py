"""What `theory.risks` works with: every distinct request answered, and what comes of comparing two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from theory.arrays import Array, Flags
from theory.estimate import KNIFE_EDGE, LIMIT, OK, TANGENCY, TOLERANCE_MISSED, Estimate
from theory.geometry.base import Geometry
from theory.geometry.piece import Piece
from theory.geometry.region import Region
from theory.problems.problem import DomainProblem, Problem
from theory.risks.requests import Layout
from theory.samples.ridge import spans

Kind = Literal["clean", "certified", "adversarial"]

# A smoothed classifier that gives one class to all but this share of the data (of the labelled set, in an infinite
# background) is called constant: beating it, or being beaten by it, says nothing about training noise.
TRIVIAL = 1e-3
# Boundaries whose errors put more than this share of the data in doubt are about to be born or to merge.
TANGENT = 1e-9


@dataclass(frozen=True)
class Comparison:
    """Training with noise against training without, at the same smoothing: the content of a phase diagram.

    risk, baseline, gain = baseline - risk: estimates of the common shape. constant: where either smoothed classifier
    gives one class to all but a share TRIVIAL of the data. share: P(g = 1) with training noise.
    """

    risk: Estimate
    baseline: Estimate
    gain: Estimate
    constant: Flags
    share: Array


@dataclass(frozen=True)
class Solution:
    """Every distinct request answered: regions that count as right for class 1 and class 0, and the masses outside.

    uniform: whether the smoothing noise is uniform. pieces: components by row. moved: what the uncertainty of the
    boundaries can do to the risk. doubt: the mass of point masses within the error of a boundary, a part of `moved`.
    whole: what risks are shares of. share: P(g = 1). base: the base classifiers, one row for each training noise.
    All lengths and masses are those of the problem's normal form; `volume` is what its masses are multiplied by. Of
    several problems both have an entry for each request.
    """

    geometry: Geometry
    layout: Layout
    kind: Kind
    uniform: bool
    pieces: tuple[Piece, ...]
    one: Region
    zero: Region
    risk: Array
    rounding: Array
    moved: Array
    doubt: Array
    share: Array
    whole: Array
    base: Any
    volume: Array

    def first(self, layout: Layout) -> Solution:
        """The answers to a layout that begins this one's rows."""
        rows = np.arange(layout.beta.size)
        return replace(
            self,
            layout=layout,
            pieces=tuple(p.at(rows) for p in self.pieces),
            one=self.one.take(rows),
            zero=self.zero.take(rows),
            base=self.base.take(np.searchsorted(self.layout.alpha, layout.alpha)),
            **{key: getattr(self, key)[rows] for key in ("risk", "rounding", "moved", "doubt", "share")},
        )

    @property
    def void(self) -> Flags:
        """Where nothing can be certified, so that every risk is the same."""
        beta, eps = self.layout.beta.ravel(), self.layout.eps.ravel()
        limited = self.kind == "certified" and self.uniform
        return (beta > 0) & (eps > beta) & limited

    def status(self, error: Array, tolerance: float) -> np.ndarray:
        """Why the errors of risks (R,) are above the tolerance, a share of the whole, and "ok" where they are not."""
        missed = (error > tolerance * self.whole) & np.isfinite(self.risk)
        moved = self.moved > TANGENT * self.whole
        words = {KNIFE_EDGE: self.doubt > 0, TANGENCY: missed & moved, TOLERANCE_MISSED: missed}
        return np.select(list(words.values()), list(words), OK if self.layout.ratio is None else LIMIT)


def undefined(problem: Problem, layout: Layout, kind: Kind, risk: Array, total: tuple[float, ...]) -> Array:
    """NaN for certified risk at beta = 0 < eps, and without a classifier; everything fails where nothing can be
    certified."""
    risk = np.where(untrained(problem, layout), np.nan, risk)
    if kind != "certified":
        return risk
    beta, eps = layout.beta.ravel(), layout.eps.ravel()
    risk = np.where((beta == 0) & (eps > 0), np.nan, risk)
    if problem.smoothing.noise == "uniform":
        infinite = isinstance(problem, DomainProblem) and problem.infinite
        risk = np.where((beta > 0) & (eps > beta), np.inf if infinite else sum(total), risk)
    return risk


def untrained(problem: Problem, layout: Layout) -> Flags:
    """(R * M,) where the samples that are asked for train no classifier."""
    if layout.ratio is None:
        return np.zeros(layout.beta.size, bool)
    return ~spans(layout.alpha, layout.ratio, problem.training.copies)[layout.flat]
