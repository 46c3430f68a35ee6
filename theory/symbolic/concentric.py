"""The concentric pair N(0, s0^2 I), N(0, s1^2 I): the radius of the ball of class 0, and that it grows with alpha."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

DIM, V0, WIDER, PRIOR = sp.symbols("d v_0 w pi", positive=True)
R = sp.Symbol("r", positive=True)


def concentric_radius() -> Derivation:
    """The squared radius of the decision sphere for variances v0 and v1 = v0 + w, noise included."""
    v1 = V0 + WIDER
    one = sp.log(PRIOR) - DIM * sp.log(v1) / 2 - R**2 / (2 * v1)
    zero = sp.log(1 - PRIOR) - DIM * sp.log(V0) / 2 - R**2 / (2 * V0)
    square = sp.Symbol("rho", positive=True)
    (root,) = sp.solve(sp.Eq((one - zero).subs(R**2, square), 0), square)
    half = sp.simplify(root.subs(PRIOR, sp.Rational(1, 2)))
    wanted = DIM * V0 * v1 * sp.log(v1 / V0) / WIDER
    if sp.simplify(sp.expand_log(half - wanted, force=True)) != 0:
        raise ArithmeticError("the radius at equal priors has not its known form")
    shown = wanted + sp.factor(sp.simplify(root - half))
    steps = (
        ("log odds at distance r", one - zero),
        ("they vanish at", sp.Eq(R**2, shown)),
    )
    return Derivation("radius of the concentric pair", steps, {"dim": DIM, "v0": V0, "wider": WIDER, "prior": PRIOR})


def radius_grows() -> Derivation:
    """d r^2/d v0 > 0 at equal priors, where training noise raises v0 and leaves w: a sum of positive terms.

    With u = w/v0 it is d [(2 + u) log(1 + u)/u - 1]. The bracket exceeds 1, as log(1 + u) - 2u/(2 + u) vanishes at 0
    and has the derivative u^2/((1 + u)(2 + u)^2) >= 0.
    """
    square = DIM * V0 * (V0 + WIDER) * sp.log((V0 + WIDER) / V0) / WIDER
    u = sp.Symbol("u", positive=True)
    slope = sp.simplify(sp.diff(square, V0).subs(WIDER, u * V0))
    bracket = (2 + u) * sp.log(1 + u) / u - 1
    if sp.simplify(slope - DIM * bracket) != 0:
        raise ArithmeticError("the slope has not its expected form")
    gap = sp.factor(sp.simplify(sp.diff(sp.log(1 + u) - 2 * u / (2 + u), u)))
    steps = (
        ("squared radius at equal priors", square),
        ("its slope in v0, u = w/v0", DIM * bracket),
        ("slope of log(1 + u) - 2u/(2 + u), which vanishes at 0", gap),
    )
    return Derivation("the radius grows with training noise", steps, {"u": u})
