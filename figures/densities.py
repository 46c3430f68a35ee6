"""Densities along a problem's line, as curves to draw. Nothing here enters a number that is reported."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.geometry.line.posterior import posterior
from theory.geometry.piece import Piece
from theory.laws import NOISE
from theory.laws.convolve import convolve
from theory.problems.problem import DomainProblem, Problem
from theory.risks.pipeline import BaseClassifier

# How far a component is shown, in its scales, and how many points a curve has before edges are added.
REACH = {"gaussian": 3.2, "laplace": 5.0, "uniform": 2.0}
POINTS = 1001
# The label function is blurred as a staircase of this many steps across twice the visible window.
STEPS = 4000


def line_of(classifier: BaseClassifier) -> tuple[Piece, ...]:
    """The components along the line on which a classifier lives.

    Raises:
        ValueError: its coordinate is a distance from a centre, or a component is a point and has no density.
    """
    if np.isfinite(classifier.region.floor).any():
        raise ValueError("problem: found a radial one, expected one that varies along a line")
    pieces = classifier.base.pieces
    if any(item.law == "point" for item in pieces):
        raise ValueError("problem: found a point mass, expected components with a density")
    return pieces


def compares_labels(problem: Problem) -> bool:
    """Whether training blurs the label function; so does the posterior rule in an infinite background."""
    infinite = isinstance(problem, DomainProblem) and problem.infinite
    return infinite or problem.training.rule == "regression"


def grid(pieces: tuple[Piece, ...], breaks: Array, points: int = POINTS) -> Array:
    """Increasing positions that show every component, with both sides of every edge and of every finite break."""
    low = min(float(np.ravel(p.center)[0] - REACH[p.law] * np.ravel(p.scale)[0]) for p in pieces)
    high = max(float(np.ravel(p.center)[0] + REACH[p.law] * np.ravel(p.scale)[0]) for p in pieces)
    edges = [np.ravel(p.center)[0] + s * np.ravel(p.scale)[0] for p in pieces if p.law == "uniform" for s in (-1, 1)]
    jumps = np.concatenate([np.asarray(edges, float), breaks[(breaks > low) & (breaks < high)]])
    sides = [np.linspace(low, high, points), np.nextafter(jumps, -np.inf), jumps, np.nextafter(jumps, np.inf)]
    return np.unique(np.concatenate(sides))


def noised(pieces: tuple[Piece, ...], noise: str, alpha: float, x: Array, label: int) -> Array:
    """prior q1 * p_alpha (label 1) or (1 - prior) q0 * p_alpha (label 0) at x: the class's share included."""
    total = np.zeros_like(x)
    for item in pieces:
        if item.label == label:
            scale = np.full(len(x), float(np.ravel(item.scale)[0]))
            shape = convolve(item.law, scale, noise, np.full(len(x), alpha))
            total += item.weight * np.exp(shape.log_pdf(x - float(np.ravel(item.center)[0])))
    return total


def of_data(classifier: BaseClassifier, x: Array, label: int) -> Array:
    """The density of the data of one class, its share included; that of an infinite background is 1."""
    pieces, problem = line_of(classifier), classifier.problem
    background = label == 0 and isinstance(problem, DomainProblem) and problem.infinite
    raw = noised(pieces, problem.training.noise, 0.0, x, 1 if background else label)
    return 1.0 - raw if background else raw


def blurred(pieces: tuple[Piece, ...], noise: str, alpha: float, x: Array) -> Array:
    """h * p_alpha at x, h = P(Y = 1 | X) on the support and 0 off it: what the regression rule compares with 1/2."""
    if alpha == 0:
        return posterior(pieces, x)
    width = x[-1] - x[0]
    edges = np.linspace(x[0] - width / 2, x[-1] + width / 2, STEPS + 1)
    height = posterior(pieces, 0.5 * (edges[1:] + edges[:-1]))
    law = NOISE[noise]
    shares = np.diff(law.cdf((edges[None, :] - x[:, None]) / alpha), axis=1)
    return np.asarray(shares @ height)
