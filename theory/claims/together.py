"""Cases of one problem answered together: what a claim asks is noted, answered in one call, and the claim run again.

Nearly all of what one small request costs is spent whatever its size. So a claim is first run on every case with
answers of NaN, which show what it goes on to ask; all of it is then asked at once, for each problem, and the claim is
run again. It asks more only if it takes another way with the answers, and is done once a run needed none of NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from theory.claims.families import CaseNoises
from theory.claims.sides import counted, places
from theory.errors import NoExactRoute, ProblemError
from theory.estimate import Estimate
from theory.problems.problem import Problem
from theory.risks.gains import certified_gain, gain
from theory.risks.risks import adversarial_risk, certified_risk, clean_risk
from theory.risks.votes import vote_risk

Margin = Estimate | float | None
Case = tuple[Problem, CaseNoises]
# What has no answer, rather than a bug: no exact route, or hypotheses that do not hold.
SKIPPED = (NoExactRoute, ProblemError)
UNKNOWN = Estimate(float("nan"), float("nan"), "unknown")


def _numbers(ask: Callable[..., Estimate]) -> Callable[..., list[Any]]:
    """The same as a list of single Estimates."""

    def answer(problem: Problem, *noises: np.ndarray) -> list[Any]:
        found = ask(problem, *noises)
        return [found.at(k) for k in range(len(noises[0]))]

    return answer


def _voted(problem: Problem, alpha: np.ndarray, beta: np.ndarray, votes: np.ndarray) -> list[Any]:
    """Risks of the deployed classifier, in one call for each number of votes."""
    found: list[Any] = [None] * len(votes)
    for count in np.unique(votes):
        rows = np.flatnonzero(votes == count)
        risks = vote_risk(problem, alpha[rows], beta[rows], int(count))
        for place, row in enumerate(rows):
            found[row] = risks.at(place)
    return found


ASKED: dict[str, Callable[..., list[Any]]] = {
    "risk": _numbers(clean_risk),
    "gain": _numbers(gain),
    "certified_risk": _numbers(certified_risk),
    "certified_gain": _numbers(certified_gain),
    "adversarial_risk": _numbers(adversarial_risk),
    "vote_risk": _voted,
    "cuts": places,
}
ON_SAMPLES = " on samples"


def _on_samples(ask: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """The same with the ratio n/d after the noises."""

    def answer(problem: Problem, *noises: np.ndarray) -> Estimate:
        return ask(problem, *noises[:-1], ratio=noises[-1])

    return answer


ASKED |= {
    name + ON_SAMPLES: _numbers(_on_samples(ask))
    for name, ask in (("risk", clean_risk), ("gain", gain), ("certified_risk", certified_risk))
}


@dataclass
class Together:
    """A `Side` whose answers are NaN, or one boundary at NaN, until they are known.

    known: answers, or the errors that were raised in their place. wanted: what was asked and is not known, by question
        and problem. blank: whether an answer was missing since this was last set to False.
    """

    known: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    wanted: dict[tuple[str, Problem], dict[tuple[float, ...], None]] = field(default_factory=dict)
    blank: bool = False

    def risk(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        return self._ask_for("risk", problem, (alpha, beta), ratio)

    def gain(self, problem: Problem, alpha: float, beta: float, *, ratio: float | None = None) -> Estimate:
        return self._ask_for("gain", problem, (alpha, beta), ratio)

    def certified_risk(
        self, problem: Problem, alpha: float, beta: float, eps: float, *, ratio: float | None = None
    ) -> Estimate:
        return self._ask_for("certified_risk", problem, (alpha, beta, eps), ratio)

    def certified_gain(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return self._ask("certified_gain", problem, UNKNOWN, alpha, beta, eps)

    def adversarial_risk(self, problem: Problem, alpha: float, beta: float, eps: float) -> Estimate:
        return self._ask("adversarial_risk", problem, UNKNOWN, alpha, beta, eps)

    def vote_risk(self, problem: Problem, alpha: float, beta: float, votes: int) -> Estimate:
        found = self._ask("vote_risk", problem, UNKNOWN, alpha, beta, float(votes))
        assert isinstance(found, Estimate)
        return found

    def boundaries(self, problem: Problem, alpha: float, beta: float = 0.0) -> Estimate:
        return counted(self.cuts(problem, alpha, beta))

    def cuts(self, problem: Problem, alpha: float, beta: float = 0.0) -> list[Estimate]:
        return list(self._ask("cuts", problem, [UNKNOWN], alpha, beta))

    def _ask_for(self, question: str, problem: Problem, noises: tuple[float, ...], ratio: float | None) -> Estimate:
        if ratio is None:
            found = self._ask(question, problem, UNKNOWN, *noises)
        else:
            found = self._ask(question + ON_SAMPLES, problem, UNKNOWN, *noises, ratio)
        assert isinstance(found, Estimate)
        return found

    def _ask(self, question: str, problem: Problem, unknown: Any, *noises: float) -> Any:
        key = (question, problem, noises)
        if key not in self.known:
            # A noise that is made of answers of NaN is none yet.
            if not (self.blank and np.isnan(noises).any()):
                self.wanted.setdefault((question, problem), {})[noises] = None
            self.blank = True
            return unknown
        found = self.known[key]
        if isinstance(found, Exception):
            raise found
        return found

    def answer(self) -> None:
        """Ask for all that is wanted, in one call for each question and problem."""
        for (question, problem), requests in self.wanted.items():
            rows = list(requests)
            for row, found in zip(rows, _answers(question, problem, rows), strict=True):
                self.known[question, problem, row] = found
        self.wanted = {}


def _answers(question: str, problem: Problem, rows: Sequence[tuple[float, ...]]) -> list[Any]:
    """The answers; where there is none together, each for itself or the error in its place."""
    try:
        return ASKED[question](problem, *np.array(rows, float).T)
    except SKIPPED as error:
        if len(rows) == 1:
            return [error]
    return [found for row in rows for found in _answers(question, problem, [row])]


def margins(claim: Callable[..., Margin], cases: Sequence[Case]) -> list[Margin]:
    """The claim's margin in each case, None where there is no answer."""
    side = Together()
    found: list[Margin] = [None] * len(cases)
    left = list(range(len(cases)))
    while left:
        later = []
        for k in left:
            margin = _run(claim, cases[k], side)
            if side.blank:
                later.append(k)
            else:
                found[k] = margin
        side.answer()
        left = later
    return found


def _run(claim: Callable[..., Margin], case: Case, side: Together) -> Margin:
    """One run of the claim; what goes wrong with answers of NaN means nothing."""
    side.blank = False
    try:
        return claim(*case, side)
    except SKIPPED:
        return None
    except Exception:
        if not side.blank:
            raise
        return None
