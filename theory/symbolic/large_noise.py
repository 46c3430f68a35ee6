"""Large Gaussian training noise at equal priors: the trained classifier tends to a half-space of the first moments."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

X = sp.Symbol("x", real=True)
ONE, ZERO, SQUARE1, SQUARE0 = sp.symbols("m_1 m_0 M_1 M_0", real=True)


def large_noise_half_space() -> Derivation:
    """The threshold along the line that large alpha leads to, from moments m_i = E_i X and M_i = E_i X^2.

    q_i * p_alpha(x) is E_i exp(-(x - X)^2/(2 alpha^2)) up to a common factor; with h = 1/alpha^2 its expansion in h is
    1 - h E_i (x - X)^2/2 + ..., so that the sign of the difference is that of E_0 (x - X)^2 - E_1 (x - X)^2.
    """
    h = sp.Symbol("h", positive=True)
    sample = sp.Symbol("X", real=True)
    density = sp.exp(-h * (X - sample) ** 2 / 2)
    first = sp.expand(sp.series(density, h, 0, 2).removeO())

    def mean(moment: sp.Symbol, square: sp.Symbol) -> sp.Expr:
        coefficients = sp.Poly(first, sample).all_coeffs()[::-1]
        return sum(c * power for c, power in zip(coefficients, (1, moment, square), strict=True))

    difference = sp.factor(sp.expand(mean(ONE, SQUARE1) - mean(ZERO, SQUARE0)))
    (root,) = sp.solve(sp.Eq(difference, 0), X)
    if sp.simplify(2 * root * (ONE - ZERO) - (SQUARE1 - SQUARE0)) != 0:
        raise ArithmeticError("the half-space is another one")
    steps = (
        ("noised density of a point, to first order in h", first),
        ("difference of the classes", difference),
        ("it vanishes at", sp.Eq(X, sp.factor(root))),
    )
    return Derivation(
        "large training noise", steps, {"mean1": ONE, "mean0": ZERO, "square1": SQUARE1, "square0": SQUARE0}
    )
