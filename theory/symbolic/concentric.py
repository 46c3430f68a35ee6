"""The concentric pair N(0, s0^2 I), N(0, s1^2 I): the radius of the ball of class 0, and that it grows with alpha."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation
from theory.symbolic.small_noise import radial_small_noise

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


def radius_rises() -> Derivation:
    """The same at every prior <= 1/2: what q = log((1 - prior)/prior) >= 0 adds to r^2 grows with v0 as well.

    Raises:
        ArithmeticError: a slope has not the sign that it should have.
    """
    shift = sp.Symbol("q", nonnegative=True)
    square = concentric_radius().result.subs(PRIOR, 1 / (1 + sp.exp(shift)))
    half = DIM * V0 * (V0 + WIDER) * sp.log((V0 + WIDER) / V0) / WIDER
    more = 2 * shift * V0 * (V0 + WIDER) / WIDER
    slope, gap = sp.factor(sp.diff(more, V0)), radius_grows().result
    rest = sp.simplify(sp.expand_log(sp.simplify(square - half - more), force=True))
    if rest != 0 or not slope.is_nonnegative or not gap.is_positive:
        raise ArithmeticError("the radius does not grow")
    steps = (
        ("squared radius", half + more),
        ("slope in v0 of what the prior adds", slope),
        ("the rest grows because this is positive", gap),
    )
    return Derivation("the radius grows at every prior up to 1/2", steps, {"u": sp.Symbol("u", positive=True)})


def ratio_below_one() -> Derivation:
    """The squared best ratio of small noises is (1 - 1/d)/B with B = (2 + u) log(1 + u)/u - 1, lambda = 1 + u: below 1.

    B exceeds 1: it is the bracket of `radius_grows`.

    Raises:
        ArithmeticError: the ratio has another form, or the bracket is not above 1.
    """
    spread, u = sp.symbols("lambda u", positive=True)
    ratio = radial_small_noise().result.subs(spread, 1 + u)
    bracket = (2 + u) * sp.log(1 + u) / u - 1
    expected = (1 - 1 / DIM) / bracket
    gap = radius_grows().result
    limit = sp.limit(expected, DIM, sp.oo)
    if sp.simplify(ratio - expected) != 0 or not gap.is_positive or sp.simplify(limit * bracket - 1) != 0:
        raise ArithmeticError("the ratio is not known to be below 1")
    steps = (
        ("the squared best ratio", expected),
        ("its bracket is above 1 because this is positive", gap),
        ("in many dimensions", limit),
    )
    return Derivation("the best training noise is below the smoothing noise", steps, {"u": u})
