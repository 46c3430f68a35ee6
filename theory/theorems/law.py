"""What a law is, and how it is checked: attacked over a family, derived by SymPy, or shown on proved examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from theory.claims.falsify import Attack, CaseFamily, Claim, falsify, proving
from theory.claims.sides import FLOATS, Side
from theory.claims.together import SKIPPED
from theory.estimate import PROVED, Estimate
from theory.symbolic.derivation import Derivation


@dataclass(frozen=True)
class Theorem:
    """A statement about problems and noises that can be checked.

    claim: the conclusion as a signed margin (see `theory.claims.falsify`): >= 0 in every case of a universal law, > 0
        in the examples of an existence law.
    family: the hypotheses: problems and noises that satisfy them.
    examples: of an existence law, parameters of the family; empty for a universal law.
    derivation: a closed form that implies a universal law; it raises `ArithmeticError` where it does not come out.
    """

    name: str
    statement: str
    latex: str
    source: str
    claim: Claim
    family: CaseFamily
    examples: tuple[Mapping[str, Any], ...] = ()
    derivation: Callable[[], Derivation] | None = None

    def check(self, cases: int = 1000, seed: int = 0, *, proved: Side | None = None) -> Finding:
        """Check the law: `cases` random and optimised cases of a universal law, every example of an existence law.

        Args:
            proved: the side that proves; `theory.proof.PROVED` if not given.

        Raises:
            ProblemError: cases is not a whole number >= 1.
        """
        if self.examples:
            return self._shown(proved)
        attack = falsify(self.claim, self.family, cases, seed, proved=proved)
        verdict, how = attack.verdict, "attack"
        if self.derivation is not None:
            try:
                self.derivation()
            except ArithmeticError:
                verdict, how = "undecided", "attack; the derivation failed"
            else:
                verdict, how = "proved" if verdict == "verified" else verdict, "attack, derivation"
        return Finding(self, verdict, attack.cases, attack.worst_margin, attack.witness, how, attack)

    def _shown(self, proved: Side | None) -> Finding:
        """The verdict of the least convincing example: proved, verified in floating point, or undecided."""
        side = proving() if proved is None else proved
        answers = [self._example(parameters, side) for parameters in self.examples]
        ranks = ["proved", "verified", "undecided"]
        verdict = max((answer[0] for answer in answers), key=ranks.index)
        least = min(range(len(answers)), key=lambda k: answers[k][1])
        margin = {"margin": answers[least][2]}
        how = "examples, enclosed" if verdict == "proved" else "examples"
        return Finding(self, verdict, len(answers), answers[least][1], dict(self.examples[least]) | margin, how)

    def _example(self, parameters: Mapping[str, Any], side: Side) -> tuple[str, float, Estimate | None]:
        """Verdict, margin - error and margin of one example."""
        for verdict, asked in (("proved", side), ("verified", FLOATS)):
            try:
                found = self.claim(*self.family.case(parameters), asked)
            except SKIPPED:
                continue
            if not isinstance(found, Estimate) or (verdict == "proved" and found.route != PROVED):
                continue
            low = float(found.value - found.error)
            if low > 0:
                return verdict, low, found
        return "undecided", float("-inf"), None


@dataclass(frozen=True)
class Finding:
    """What a check found.

    verdict: "proved": derived, or examples enclosed by ball arithmetic; "verified": attacked in vain; "refuted": a
        counterexample is proved; "undecided": neither.
    cases: cases answered, or examples.
    worst_margin: of a universal law margin + error in the case nearest to a violation, negative where it is violated
        beyond the error; of an existence law the least of margin - error, positive where the example is established.
    witness: parameters of a counterexample, or of the least clear example, with the claim's Estimate as "margin".
    how: the means: attack, derivation, examples.
    attack: of a universal law, with its worst case and the counts of its stages.
    """

    law: Theorem
    verdict: str
    cases: int
    worst_margin: float
    witness: Mapping[str, Any] | None
    how: str
    attack: Attack | None = None
