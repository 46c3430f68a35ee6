"""A derivation: named expressions in the order in which each follows from those before, and the last one as result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp


@dataclass(frozen=True)
class Derivation:
    """Steps (what is done, the expression), of which the last is the result.

    symbols: the free symbols of the result by name, for putting numbers in.
    """

    title: str
    steps: tuple[tuple[str, sp.Expr | sp.Equality], ...]
    symbols: Mapping[str, sp.Symbol] = field(default_factory=dict)

    @property
    def result(self) -> sp.Expr:
        """The right-hand side of the last step."""
        last = self.steps[-1][1]
        return last.rhs if isinstance(last, sp.Equality) else last

    def at(self, **numbers: float) -> float:
        """The result with numbers for its symbols, evaluated to 30 digits before it is rounded.

        Raises:
            ValueError: a symbol is missing, or one is not in the result.
        """
        if set(numbers) != set(self.symbols):
            raise ValueError(f"{self.title}: found {sorted(numbers)}, expected {sorted(self.symbols)}")
        exact = {self.symbols[name]: sp.Rational(*float(value).as_integer_ratio()) for name, value in numbers.items()}
        return float(sp.N(self.result.subs(exact), 30))

    def latex(self) -> str:
        """All steps, one below the other."""
        lines = [rf"&\text{{{words}}} & {sp.latex(expression)}" for words, expression in self.steps]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"
