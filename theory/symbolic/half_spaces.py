"""The vote of a half-space: one half on its boundary, and Phi(t/beta) at distance t under Gaussian noise."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

T = sp.Symbol("t", real=True)
BETA, EPS = sp.symbols("beta epsilon", positive=True)
NOISE = sp.Symbol("v", real=True)

# Standard densities along the normal; of the uniform law near the centre, which decides.
DENSITIES: dict[str, sp.Expr] = {
    "gaussian": sp.exp(-(NOISE**2) / 2) / sp.sqrt(2 * sp.pi),
    "laplace": sp.exp(-sp.Abs(NOISE)) / 2,
    "uniform": sp.Piecewise((sp.Rational(1, 2), sp.Abs(NOISE) <= 1), (0, True)),
}


def half_space_vote() -> Derivation:
    """u = 1/2 on the boundary, and it rises there: the density is even, has mass 1, and is positive at 0.

    Raises:
        ArithmeticError: one of the three families has not these properties.
    """
    steps = []
    for name, density in DENSITIES.items():
        even = sp.simplify(density - density.subs(NOISE, -NOISE)) == 0
        below = sp.integrate(density, (NOISE, -sp.oo, 0))
        above = sp.integrate(density, (NOISE, 0, sp.oo))
        rises = density.subs(NOISE, 0)
        if not even or below != above or below + above != 1 or not rises > 0:
            raise ArithmeticError(f"{name} noise is not symmetric with a unique median")
        steps.append((f"{name} noise: the vote on the boundary", below))
        steps.append((f"{name} noise: its slope there, times beta", rises))
    return Derivation("a half-space does not feel smoothing", (*steps, ("the vote on the boundary", sp.Rational(1, 2))))


def half_space_certificate() -> Derivation:
    """u reaches Phi(eps/beta), the vote that certifies eps, at distance t = eps and nowhere else, under Gaussian noise.

    Raises:
        ArithmeticError: it does not.
    """
    vote = sp.integrate(DENSITIES["gaussian"], (NOISE, -sp.oo, T / BETA))
    level = (1 + sp.erf(EPS / (BETA * sp.sqrt(2)))) / 2
    slope = sp.simplify(sp.diff(vote, T))
    if not slope.is_positive or sp.simplify((vote.subs(T, EPS) - level).rewrite(sp.erf)) != 0:
        raise ArithmeticError("the vote does not rise through the level of the certificate")
    steps = (
        ("the vote at distance t", vote),
        ("its slope, which is positive", slope),
        ("the vote level that certifies eps", level),
        ("it is reached at", sp.Eq(T, EPS)),
    )
    return Derivation("the certificate of a half-space is tight", steps, {"eps": EPS})
