"""Logarithms of risks: what tells risks apart by their relative size, however small they are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array, Flags, Index
from theory.geometry.piece import UNDERFLOW, Piece
from theory.geometry.region import Region
from theory.problems.problem import Problem
from theory.reduction.stack import Stack
from theory.risks.requests import lay_out
from theory.risks.risks import solve
from theory.risks.solution import Solution

# What stands for the logarithm of a risk that is exactly 0: below any other.
NOTHING = -1e100
# From this relative error on a risk may be next to nothing; then its logarithm is that of the most it can be, +-1.
VAGUE = 0.5


class Logs(NamedTuple):
    """Logarithms and their errors."""

    value: Array
    error: Array


def logs_of(risk: Array, error: Array) -> Logs:
    """Logarithms of risks and their errors; hardly known ones as said above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(error == 0, 0.0, error / risk)
        known = share < VAGUE
        log = np.where(known, np.log(risk), np.log(risk + error) - 1)
        log = np.where((risk == 0) & (error == 0), NOTHING, log)
        doubt = np.where(known, -np.log1p(-np.where(known, share, 0.0)), 1.0)
    return Logs(log, np.where(np.isnan(risk), np.nan, doubt))


def log_risk(solution: Solution) -> Logs:
    """Of every distinct request (R,), in units of the normal form: from the risks, or from logarithmic masses where
    those lose digits to underflow."""
    value, error = logs_of(solution.risk, solution.rounding + solution.moved)
    # A point mass on the wrong side does not underflow, nor what may be on either side.
    small = np.flatnonzero((solution.risk < UNDERFLOW) & (solution.doubt == 0))
    if len(small) and isinstance(solution.one, Region):
        value[small], error[small] = _tiny(solution, small)
    return Logs(value, error)


def log_risks(
    problem: Problem | Stack,
    alpha: Array,
    beta: Array,
    eps: ArrayLike,
    ratio: ArrayLike | None = None,
    own: Index | None = None,
) -> Logs:
    """Of the clean or certified risk at (n,) noises, in the problem's units; own: of which of several problems."""
    layout = lay_out(alpha, beta, eps, ratio, own)
    solution = solve(problem, layout, "certified" if np.any(eps) else "clean")
    found = log_risk(solution)
    return Logs(layout.spread(found.value + np.log(solution.volume)), layout.spread(found.error))


def _tiny(solution: Solution, rows: Index) -> tuple[Array, Array]:
    """By adding up logarithmic masses; the uncertainty of a boundary counts with the density there."""
    geometry: Any = solution.geometry
    pieces = tuple(p.at(rows) for p in solution.pieces)
    sides = ((1, solution.one.take(rows)), (0, solution.zero.take(rows).complement()))
    logs, errors = (
        np.concatenate(part, axis=1)
        for part in zip(*(geometry.log_masses(pieces, region, label) for label, region in sides), strict=True)
    )
    total = np.logaddexp.reduce(logs, axis=1)
    held = np.where(np.isfinite(total), total, 0.0)
    error = (np.exp(logs - held[:, None]) * errors).sum(axis=1)
    for label, region in sides:
        for item in pieces:
            if item.label == label and item.law != "point":
                error = error + _moved(geometry, item, region, held)
    return np.where(np.isfinite(total), total, NOTHING), np.where(np.isfinite(total), error, 0.0)


def _moved(geometry: Any, item: Piece, region: Region, log: Array) -> Array:
    """What the errors of its boundaries do to the mass of a region, relative to a risk of logarithm `log`."""
    real: Flags = np.isfinite(region.ends)
    center, scale, weight = (np.atleast_1d(v)[:, None] for v in (item.center, item.scale, item.weight))
    frame = None if region.reference is None else region.reference[:, None]
    held = geometry.kernel(item.law, np.where(real, region.ends, 0.0), center, scale, frame)
    factor = (1.0 if item.law == "measure" else weight) / scale
    with np.errstate(over="ignore"):
        density = np.where(real, factor * np.exp(held.log - log[:, None]), 0.0)
    return np.asarray((density * region.error).sum(axis=1))
