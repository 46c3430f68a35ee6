"""What is compared to find the best training noise: gains where they tell risks apart, else the risks' logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array, Flags, Index
from theory.estimate import Estimate
from theory.geometry.piece import UNDERFLOW
from theory.numerics.bracketing import find_roots
from theory.problems.problem import MixtureProblem
from theory.risks.logs import NOTHING, logs_of
from theory.risks.panel import Noises, Panel

# A best risk that is at most this part of the baseline is told from others by its own size: gains then lose digits that
# the risks have.
DEEP = 0.5
# Logarithms say something where the risk is known better than to this part of itself.
KNOWN = 0.25
# Noises that are added to a scan for each row. A share that changes by more than SHARP over a step is followed to
# within NEAR of the rarer class, or to a jump of relative width WIDTH.
STEPS, SHARP, NEAR, WIDTH = 2, 0.125, 0.25, 1e-7

Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Objective:
    """Rows (n,) of problems with smoothing noises, each with the function of the training noise whose highest value is
    looked for.

    deep: rows in which that is -log R, in place of the gain R(0) - R. tiny: rows in which R(0) itself underflows, so
    that the advantage over no training noise is log R(0) - log R; reference: log R(0) and its error.
    """

    panel: Panel
    rows: Noises
    deep: Flags
    tiny: Flags
    reference: Pair

    def values(self, index: Index, alpha: Array) -> Pair:
        """The function at training noises (m,) of rows (m,), and its errors."""
        return self._at(index, alpha)[0]

    def advantage(self, index: Index, alpha: Array) -> Pair:
        """What is positive where training noise helps, and its errors."""
        return self._at(index, alpha)[1]

    def slope(self, index: Index, alpha: Array) -> Pair:
        """A positive multiple of the derivative of either, and its errors."""
        value, error = self.panel.slopes(alpha, self.rows.take(index))
        return -value, error

    def _at(self, index: Index, alpha: Array) -> tuple[Pair, Pair]:
        found = self.panel.compare(alpha, self.rows.take(index))
        return self.picked(index, alpha, found.risk.arrays(), found.gain.arrays())

    def picked(self, index: Index, alpha: Array, risk: Pair, found: Pair) -> tuple[Pair, Pair]:
        """Both of these, from the risks and gains there."""
        gain, error = found
        deep, tiny = self.deep[index], self.tiny[index]
        if not (deep | tiny).any():
            return (gain, error), (gain, error)
        log, doubt = _logs(self.panel, alpha, self.rows.take(index), risk)
        start, more = (part[index] for part in self.reference)
        return (
            (np.where(deep, -log, gain), np.where(deep, doubt, error)),
            (np.where(tiny, start - log, gain), np.where(tiny, doubt + more, error)),
        )


@dataclass(frozen=True)
class Scan:
    """Training noises (n, m), increasing along each row, the first 0; the objective that the risks there call for; its
    values and those of the advantage, with their errors."""

    objective: Objective
    alphas: Array
    values: Pair
    advantages: Pair


def scanned(panel: Panel, rows: Noises, alphas: Array) -> Scan:
    """The objective at training noises (n, m), and at a few in between where the classifier changes most."""
    count = len(alphas)
    parts = [panel.compare(alphas.ravel(), _repeated(rows, alphas))]
    table = alphas
    if alphas.shape[1] > STEPS:
        added = _turnovers(panel, rows, alphas, parts[0].share.reshape(alphas.shape))
        parts.append(panel.compare(added.ravel(), _repeated(rows, added)))
        table = np.concatenate([alphas, added], axis=1)
    order, shape = np.argsort(table, axis=1, kind="stable"), table.shape
    table = np.take_along_axis(table, order, axis=1)
    risk, gain = _sorted([part.risk for part in parts], order), _sorted([part.gain for part in parts], order)
    index, alpha = np.repeat(np.arange(count), shape[1]), table.ravel()
    least = risk[0].reshape(shape)
    with np.errstate(invalid="ignore"):
        deep = np.fmin.reduce(least, axis=1) <= DEEP * least[:, 0]
    tiny, reference = np.zeros(count, bool), (np.zeros(count), np.zeros(count))
    if deep.any():
        log, doubt = _shaped(_logs(panel, alpha, rows.take(index), risk), shape)
        best = np.arange(count), np.argmin(np.where(np.isnan(log), np.inf, log), axis=1)
        deep &= doubt[best] < KNOWN
        reference = log[:, 0], doubt[:, 0]
        tiny = deep & (least[:, 0] < UNDERFLOW) & (reference[0] > NOTHING) & (reference[1] < KNOWN)
    objective = Objective(panel, rows, deep, tiny, reference)
    value, advantage = objective.picked(index, alpha, risk, gain)
    return Scan(objective, table, _shaped(value, shape), _shaped(advantage, shape))


def _repeated(rows: Noises, table: Array) -> Noises:
    return rows.take(np.repeat(np.arange(len(table)), table.shape[1]))


def _turnovers(panel: Panel, rows: Noises, table: Array, share: Array) -> Array:
    """(n, STEPS) training noises inside the steps over which P(g = 1) changes most: the one at which it is P(Y = 1) if
    that is passed, else the middle. In many dimensions a classifier turns over within a small part of a step, from one
    constant to the other, and is good only on the way."""
    change = np.abs(np.diff(share, axis=1))
    change = np.where(np.isfinite(change), change, 0.0)
    priors = [problem.prior if isinstance(problem, MixtureProblem) else np.nan for problem in panel.problems]
    level = np.array(priors)[rows.own]
    off = share - level[:, None]
    sharp = (off[:, :-1] * off[:, 1:] < 0) & (change > SHARP)
    column = np.argsort(-change - sharp, axis=1, kind="stable")[:, :STEPS]
    low, high = (np.take_along_axis(table, column + k, axis=1) for k in (0, 1))
    at = 0.5 * (low + high)
    row, step = np.nonzero(np.take_along_axis(sharp, column, axis=1))
    if len(row) == 0:
        return at

    def function(index: Index, alpha: Array) -> Pair:
        passed = level[row[index]]
        return panel.shares(alpha, rows.take(row[index])) - passed, NEAR * np.minimum(passed, 1 - passed)

    ends = low[row, step], high[row, step]
    left = column[row, step]
    roots = find_roots(function, *ends, off[row, left], off[row, left + 1], WIDTH * ends[1], panel.at_once)
    inside = (roots.at > ends[0]) & (roots.at < ends[1])
    at[row[inside], step[inside]] = roots.at[inside]
    return at


def _sorted(parts: list[Estimate], order: Index) -> Pair:
    """Values and errors of parts side by side, in order along each row; flat."""
    pairs = zip(*(part.arrays() for part in parts), strict=True)
    tables = [np.concatenate([column.reshape(len(order), -1) for column in side], axis=1) for side in pairs]
    value, error = (np.take_along_axis(table, order, axis=1).ravel() for table in tables)
    return value, error


def _logs(panel: Panel, alpha: Array, at: Noises, risk: Pair) -> Pair:
    """Logarithms of risks and their errors; without end of votes those that underflow from logarithmic masses."""
    log, doubt = logs_of(*risk)
    small = np.flatnonzero(risk[0] < UNDERFLOW) if panel.votes is None else np.zeros(0, np.intp)
    if len(small):
        log[small], doubt[small] = panel.log_risks(alpha[small], at.take(small))
    return log, doubt


def _shaped(pair: Pair, shape: tuple[int, int]) -> Pair:
    return pair[0].reshape(shape), pair[1].reshape(shape)
