"""Several problems asked together: those that differ in numbers alone in one call, the others one after the other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array, Flags, Index
from theory.errors import NoExactRoute
from theory.estimate import NO_EXACT_ROUTE, Estimate
from theory.numerics.stationary import AT_ONCE
from theory.problems.normal import normal_form
from theory.problems.problem import Problem
from theory.reduction.reduce import reduce
from theory.reduction.stack import Stack, likeness
from theory.risks.derivatives import scaled_slopes
from theory.risks.gains import compare_stack
from theory.risks.knife_edges import may_jump
from theory.risks.logs import Logs, log_risks
from theory.risks.solution import Comparison
from theory.risks.votes import Finite

Pair = tuple[Array, Array]
T = TypeVar("T")


@dataclass(frozen=True)
class Noises:
    """N requests: which problem each is about, smoothing noises, radii, samples per dimension where data are finite."""

    own: Index
    beta: Array
    eps: Array
    ratio: Array | None = None

    def take(self, rows: Index) -> Noises:
        """Some of them, in any shape."""
        ratio = None if self.ratio is None else self.ratio[rows]
        return Noises(self.own[rows], self.beta[rows], self.eps[rows], ratio)


class Panel:
    """Problems, and how many votes are taken: infinitely many if None. Every method answers training noises (N,) at N
    `Noises`.

    Raises:
        NoExactRoute: no geometry answers for one of the problems.
    """

    def __init__(self, problems: Sequence[Problem], votes: int | None = None) -> None:
        self.problems, self.votes = tuple(problems), votes
        alike: dict[Hashable, list[int]] = {}
        for k, problem in enumerate(problems):
            alone = votes is not None or len(problems) == 1 or may_jump(normal_form(problem).problem)
            kind = None if alone else likeness(problem)
            alike.setdefault(k if kind is None else kind, []).append(k)
        self._groups: list[tuple[Problem | Stack, list[int]]] = [
            (Stack([problems[k] for k in members]) if len(members) > 1 else problems[members[0]], members)
            for members in alike.values()
        ]

    @property
    def smooth(self) -> Flags:
        """(P,) where derivatives are known."""
        sure = self.votes is None
        return np.array([sure and reduce(normal_form(problem)).smooth_motion for problem in self.problems], bool)

    @property
    def at_once(self) -> int:
        """How many places it answers at about the cost of one."""
        return AT_ONCE if self.smooth.all() else 1

    def compare(self, alpha: Array, at: Noises) -> Comparison:
        """As `theory.compare`, with so many votes."""
        return _merged(*self._asked(alpha, at, partial(_compared, self.votes)))

    def shares(self, alpha: Array, at: Noises) -> Array:
        """P(g = 1) with infinitely many votes."""
        order, parts = self._asked(alpha, at, partial(_compared, None))
        return _ordered(order, [part.share for part in parts])

    def slopes(self, alpha: Array, at: Noises) -> Pair:
        """As `scaled_slopes`, of infinite data and votes."""
        order, parts = self._asked(alpha, at, lambda held, a, n, own: scaled_slopes(held, a, n.beta, n.eps, own))
        return _ordered(order, [part[0] for part in parts]), _ordered(order, [part[1] for part in parts])

    def log_risks(self, alpha: Array, at: Noises) -> Logs:
        """As `log_risks`, of infinitely many votes."""
        order, parts = self._asked(alpha, at, lambda held, a, n, own: log_risks(held, a, n.beta, n.eps, n.ratio, own))
        return Logs(*(_ordered(order, [part[k] for part in parts]) for k in (0, 1)))

    def _asked(
        self, alpha: Array, at: Noises, ask: Callable[[Problem | Stack, Array, Noises, Index | None], T]
    ) -> tuple[Index, list[T]]:
        """The requests in the order in which they are answered, and the answers."""
        order, answers = [], []
        for held, members in self._groups:
            place = np.full(len(self.problems), -1)
            place[members] = np.arange(len(members))
            own = place[at.own]
            rows = np.flatnonzero(own >= 0)
            if len(rows):
                order.append(rows)
                answers.append(ask(held, alpha[rows], at.take(rows), own[rows] if isinstance(held, Stack) else None))
        return np.concatenate(order), answers


def _compared(votes: int | None, held: Problem | Stack, alpha: Array, at: Noises, own: Index | None) -> Comparison:
    if isinstance(held, Stack):
        return compare_stack(held, np.asarray(own), alpha, at.beta, at.eps)
    return Finite(at.ratio, votes).compare(held, alpha, at.beta, at.eps)


def _ordered(order: Index, parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    joined = np.concatenate(parts)
    result = np.empty_like(joined)
    result[order] = joined
    return result


def _merged(order: Index, parts: Sequence[Comparison]) -> Comparison:
    if len(parts) == 1:
        return parts[0]
    risk, baseline, gain = (_estimates(order, [getattr(p, k) for p in parts]) for k in ("risk", "baseline", "gain"))
    constant, share = (_ordered(order, [getattr(part, key) for part in parts]) for key in ("constant", "share"))
    return Comparison(risk, baseline, gain, constant, share)


def _estimates(order: Index, parts: Sequence[Estimate]) -> Estimate:
    value, error = (_ordered(order, side) for side in zip(*(part.arrays() for part in parts), strict=True))
    status = _ordered(order, [np.broadcast_to(part.status, np.shape(part.value)) for part in parts])
    return Estimate(value, error, " and ".join(dict.fromkeys(part.route for part in parts)), status)


def compare_each(problems: Sequence[Problem], alpha: Array, at: Noises, reasons: list[NoExactRoute]) -> Comparison:
    """As `Panel.compare`; NaN where there is no exact route, which costs no other its own, for the reasons added."""
    used, own = np.unique(at.own, return_inverse=True)
    try:
        return Panel([problems[k] for k in used.tolist()]).compare(alpha, replace(at, own=own))
    except NoExactRoute as reason:
        if len(used) == 1:
            reasons.append(reason)
            unknown = np.full(len(alpha), np.nan)
            nothing = Estimate(unknown, unknown, "", NO_EXACT_ROUTE)
            return Comparison(nothing, nothing, nothing, np.zeros(len(alpha), bool), unknown)
    first = own < len(used) // 2
    rows = [np.flatnonzero(part) for part in (first, ~first)]
    parts = [compare_each(problems, alpha[part], at.take(part), reasons) for part in rows]
    return _merged(np.concatenate(rows), parts)
