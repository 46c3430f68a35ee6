"""Chances to fail with finitely many votes: a binomial tail of the vote probability, integrated over a class.

At a place along the axis the votes fall with the distance r from it, and their probit is nearly linear in the root of
r^2 + (d - 1) beta^2/2: it is interpolated between the distances beyond which the chance is 0 or 1 to all digits. What
is left is an integral along the axis.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri_exp

from theory.arrays import Array, Flags
from theory.geometry.axial.bodies import Smoothed
from theory.geometry.axial.graph import LENGTHS, TAIL, Graph, panels, resolved
from theory.geometry.axial.level import Level
from theory.geometry.axial.sections import Noise
from theory.geometry.axial.training import REACH, Trained
from theory.geometry.axial.votes import central, votes
from theory.geometry.axial.weights import MISSING, Weights, log_density
from theory.laws.binomial import fewer, steepest

# Chances below this do not count; the vote probability is known to so much.
RARE, DOUBT = 1e-13, 1e-11
# Factor of the number of nodes that this takes.
COARSER = 0.85
# The largest probit.
FARTHEST = 40.0
# Nodes of the probit, those of the chance, panels along the axis, and what polynomials may leave out of each.
PROBIT, CHANCE, PANELS, GOAL = 28, 56, 8, 2e-11
_AT = np.polynomial.legendre.leggauss(PROBIT)[0]
INVERSE = np.linalg.inv(np.polynomial.legendre.legvander(_AT, PROBIT - 1))
COARSE = np.polynomial.legendre.legvander(_AT, PROBIT - 1 - TAIL)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(CHANCE)


@dataclass(frozen=True)
class Chance:
    """A class of data under `votes` votes of which it needs `need`.

    known: what was found at places along the axis for the same levels; it serves both classes where one of them wins.
    """

    trained: Trained
    weights: Weights
    beta: float
    label: int
    votes: int
    need: int
    known: dict[bytes, tuple[Array, Array, Array]]

    @property
    def own(self) -> bool:
        """Whether votes for the class are those for the inside of the body."""
        return self.label == self.trained.inner

    @cached_property
    def levels(self) -> tuple[Level, Level]:
        """Where the votes for the inside are so many, and so few, that the chance is 0 or 1."""
        least = math.log(RARE / self.votes)
        fails, wins = (
            betaincinv(self.need, self.votes - self.need + 1, RARE),
            betaincinv(self.votes - self.need + 1, self.need, RARE),
        )
        near, far = (wins, fails) if self.own else (fails, wins)
        with np.errstate(divide="ignore"):
            logs = [max(float(np.log(part)), least) for part in (near, far)]
        low = Smoothed(self.trained, self.weights, self.beta, min(logs), True).level(0.0)
        return replace(low, log_tail=logs[0], held=True), replace(low, log_tail=logs[1], held=False)

    def fail(self) -> tuple[float, float]:
        """The chance, with the weights of the class, and its error."""
        whole = sum(s.weight for s in self.weights.spheroids if s.label == self.label)
        if self.need < 1 or self.need > self.votes:
            return (whole if self.need > self.votes else 0.0), 0.0
        first, last = self.weights.extent
        grid = np.linspace(first, last, PANELS + 1)
        # Beside these the density changes within noise scales, between nodes of a panel that begins there.
        ends = np.array([end for level in self.levels for pair in level.islands(first, last) for end in pair])
        edges = np.unique(np.concatenate([grid, ends[(ends > first) & (ends < last)]]))

        def density(t: Array, _guess: Array) -> tuple[Array, Array]:
            return self.density(t)

        def fine(held: Graph, rounding: Array) -> Flags:
            return (held.error - rounding) * (held.high - held.low) <= GOAL

        held = resolved([panels(edges, False, False)], density, fine)
        width = held.high - held.low
        slope = float(steepest(self.need, self.votes))
        error = float(width @ held.error) + whole * (MISSING + min(slope * DOUBT, 1.0) + RARE)
        return float(width @ (held.radii @ LENGTHS)), error

    def density(self, t: Array) -> tuple[Array, Array]:
        """Density along the axis of data of the class that fail, at t (M,), and its error."""
        key = t.tobytes()
        if key not in self.known:
            self.known[key] = self._table(t)
        near, far, probit = self.known[key]
        rough: Array = probit @ INVERSE[:-TAIL].T @ COARSE.T
        total, error = np.zeros(len(t)), np.zeros(len(t))
        for s in self.weights.spheroids:
            if s.label == self.label:
                along = np.exp(-0.5 * ((t - s.place) / s.along) ** 2) / (s.along * math.sqrt(2 * math.pi))
                share, other = (self._across(s.across, near, far, part) for part in (probit, rough))
                total += s.weight * along * share
                error += s.weight * along * np.abs(share - other)
        return total, error

    def _table(self, t: Array) -> tuple[Array, Array, Array]:
        """Distances between which the chance is neither 0 nor 1, and the probit (M, PROBIT) of the votes there."""
        near, far = (level.roughly(t, self.weights.radius) for level in self.levels)
        far = np.maximum(far, near)
        start, stop = self._bent(near)[:, None], self._bent(far)[:, None]
        bent = start + (stop - start) * (0.5 + 0.5 * _AT)
        r = np.sqrt(np.maximum(bent**2 - 0.5 * self.weights.dim * self.beta**2, 0.0))
        return near, far, self._probit(np.repeat(t, PROBIT), r.ravel()).reshape(r.shape)

    def _bent(self, r: Array) -> Array:
        """What the probit is nearly linear in."""
        return np.sqrt(r**2 + 0.5 * self.weights.dim * self.beta**2)

    def _probit(self, t: Array, r: Array) -> Array:
        level = self.levels[0]
        scale = np.full(len(t), level.beta)
        reach = np.full(len(t), max(part.reach for part in self.levels))
        noise = Noise(t, np.maximum(r, 1e-9 * level.beta), scale, scale, reach, level.dim)
        found = votes(level.graph, noise, COARSER, plain=True, slope=False)
        inside, outside = ndtri_exp(np.minimum(found.inside, 0.0)), ndtri_exp(np.minimum(found.outside, 0.0))
        return np.clip(np.where(found.inside < found.outside, inside, -outside), -FARTHEST, FARTHEST)

    def _across(self, scale: float, near: Array, far: Array, probit: Array) -> Array:
        """Chance to fail (M,) over distances from the axis of one component."""
        dim = self.weights.dim
        middle = scale * math.sqrt(dim)
        low, high = max(middle - (REACH + 1) * scale, 0.0), middle + (REACH + 1) * scale
        start, stop = np.clip(near, low, high), np.clip(far, low, high)
        half = 0.5 * (stop - start)[:, None]
        r = 0.5 * (start + stop)[:, None] + half * _NODES
        first, width = self._bent(near)[:, None], (self._bent(far) - self._bent(near))[:, None]
        v = _between(probit, 2 * (self._bent(r) - first) / np.where(width > 0, width, 1.0) - 1)
        own, rest = (ndtr(v), ndtr(-v)) if self.own else (ndtr(-v), ndtr(v))
        chance = fewer(np.array(self.need), self.votes, own, rest)
        inner = (half * chance * np.exp(log_density(dim, r / scale)) / scale) @ _WEIGHTS
        sure = central(dim, far / scale)[1] if self.own else central(dim, near / scale)[0]
        return np.asarray(inner + np.exp(sure))


def _between(values: Array, x: Array) -> Array:
    """Polynomials (M, PROBIT), given at Legendre's nodes, at x (M, n)."""
    return np.asarray(np.polynomial.legendre.legval(x, (values @ INVERSE.T).T[:, :, None], tensor=False))
