"""Two isotropic Gaussians in many dimensions: mean and variance of the log odds, and where their sign changes."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.concentric import V0, WIDER
from theory.symbolic.derivation import Derivation

# Distance of the means and log odds of the prior, both per axis; squared noises.
D, LEAN = sp.Symbol("D", nonnegative=True), sp.Symbol("q", real=True)
TRAINING, SMOOTHING = sp.symbols("A B", nonnegative=True)
Z, C = sp.Symbol("z", real=True), sp.Symbol("c", positive=True)


def high_dimension_margins() -> Derivation:
    """M_1, what twice the log odds are per axis for a noisy input of class 1, in the form that shows its sign.

    An axis adds (D + c z)^2/v0 - (c z)^2/v1 + log(v0/v1) + 2 q, z standard normal and c^2 = s1^2 + beta^2. At D = q = 0
    its mean vanishes where c^2 = v0 v1 log(v1/v0)/(v1 - v0); at alpha = beta it is D^2/v0 + h(w/v0) + 2 q with
    h(x) = x - log(1 + x), which vanishes at 0 and has the derivative x/(1 + x).

    Raises:
        ArithmeticError: a mean, a variance or a sign is another one.
    """
    v1 = V0 + WIDER
    axis = (D + C * Z) ** 2 / V0 - (C * Z) ** 2 / v1 + sp.log(V0 / v1) + 2 * LEAN
    mean = _expected(axis)
    spread = sp.factor(sp.simplify(_expected((axis - mean) ** 2)))
    known = 2 * (C**2 * WIDER / (V0 * v1)) ** 2 + 4 * C**2 * D**2 / V0**2
    u, x = sp.symbols("u x", positive=True)
    form = D**2 / V0 + WIDER / V0 - sp.log(1 + WIDER / V0) + WIDER * (SMOOTHING - TRAINING) / (V0 * v1) + 2 * LEAN
    rest = (mean.subs(C, sp.sqrt(v1 - TRAINING + SMOOTHING)) - form).subs(WIDER, u * V0)
    (edge,) = sp.solve(mean.subs({D: 0, LEAN: 0}).subs(C**2, x), x)
    radius = V0 * v1 * sp.log(v1 / V0) / WIDER
    wrong = [spread - known, sp.expand_log(sp.simplify(rest), force=True), sp.expand_log(edge - radius, force=True)]
    slope = sp.factor(sp.diff(x - sp.log(1 + x), x))
    if any(sp.simplify(part) != 0 for part in wrong) or not slope.is_positive:
        raise ArithmeticError("the log odds have not their known mean and variance")
    steps = (
        ("what an axis adds", axis),
        ("its variance", sp.Eq(sp.Symbol("S_1"), known)),
        ("without distance and prior its mean vanishes at", sp.Eq(C**2, radius)),
        ("slope of x - log(1 + x), which vanishes at 0", slope),
        ("its mean, A and B the squared noises", sp.Eq(sp.Symbol("M_1"), form)),
    )
    names = {"D": D, "v0": V0, "wider": WIDER, "training": TRAINING, "smoothing": SMOOTHING, "lean": LEAN}
    return Derivation("log odds in many dimensions", steps, names)


def _expected(polynomial: sp.Expr) -> sp.Expr:
    """Its mean over a standard normal z: even moments are 1, 1, 3."""
    terms = sp.Poly(sp.expand(polynomial), Z).all_terms()
    return sp.expand(sum(part * sp.factorial2(power - 1) for (power,), part in terms if power % 2 == 0))


def radius_concave() -> Derivation:
    """r^2 is concave in v0, and so in alpha^2, for a prior of at least 1/2: both its second derivatives are negative.

    With x = v0/w that of Lam/w = x (1 + x) log(1 + 1/x) is 2 log(1 + 1/x) - 1/x - 1/(1 + x): twice the integral of 1/t
    from x to 1 + x less what the trapezoid makes of it, which is more. It tends to 0, and its derivative is positive.

    Raises:
        ArithmeticError: a sign is another one.
    """
    x, more = sp.symbols("x l", positive=True)
    second = sp.simplify(sp.diff(x * (1 + x) * sp.log(1 + 1 / x), x, 2))
    known = 2 * sp.log(1 + 1 / x) - 1 / x - 1 / (1 + x)
    rise = sp.factor(sp.simplify(sp.diff(known, x)))
    leant = sp.diff(-more * x * (1 + x), x, 2)
    if (
        sp.simplify(second - known) != 0
        or not rise.is_positive
        or sp.limit(known, x, sp.oo) != 0
        or not leant.is_negative
    ):
        raise ArithmeticError("the squared radius is not known to be concave")
    steps = (
        ("second derivative of what the prior adds", leant),
        ("of the rest", known),
        ("it rises, to 0", rise),
    )
    return Derivation("the squared radius is concave in the squared training noise", steps, {"x": x})
