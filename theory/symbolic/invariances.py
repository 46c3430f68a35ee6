"""Invariances of signed densities: units of length, and a factor that both classes share."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation
from theory.symbolic.two_gaussians import ALPHA, MEAN0, MEAN1, PRIOR, X, log_normal

SCALE0, SCALE1, SHARED, UNIT = sp.symbols("s_0 s_1 s c", positive=True)
ACROSS = sp.Symbol("y", real=True)


def _odds() -> sp.Expr:
    """log prior q1 * p_alpha less log (1 - prior) q0 * p_alpha for scales of their own."""
    one = sp.log(PRIOR) + log_normal(X, MEAN1, SCALE1**2 + ALPHA**2)
    return one - sp.log(1 - PRIOR) - log_normal(X, MEAN0, SCALE0**2 + ALPHA**2)


def scaling() -> Derivation:
    """A noised density at c x, its lengths and the noise multiplied by c, is 1/c times that at x, of whatever law.

    The factor is common to all components, so that regions are stretched by c, and so are votes and masses.

    Raises:
        ArithmeticError: another factor comes out.
    """
    law, noise, v = sp.Function("p"), sp.Function("k"), sp.Symbol("v", real=True)
    integrand = law((X - v - MEAN1) / SCALE1) * noise(v / ALPHA) / (SCALE1 * ALPHA)
    lengths = {symbol: UNIT * symbol for symbol in (X, v, MEAN1, SCALE1, ALPHA)}
    # The variable of integration is scaled as well, and dv with it.
    scaled = UNIT * integrand.subs(lengths, simultaneous=True)
    factor = sp.simplify(sp.simplify(scaled) / integrand)
    if sp.simplify(factor - 1 / UNIT) != 0:
        raise ArithmeticError("the noised density depends on the unit of length")
    steps = (("integrand of the noised density", integrand), ("in other units", scaled), ("factor", factor))
    return Derivation("units of length", steps, {"unit": UNIT})


def common_factor() -> Derivation:
    """A coordinate with the same law in both classes does not enter the log odds; it integrates out of all masses.

    Raises:
        ArithmeticError: it does.
    """
    shared = log_normal(ACROSS, sp.Integer(0), SHARED**2 + ALPHA**2)
    one = sp.log(PRIOR) + log_normal(X, MEAN1, SCALE1**2 + ALPHA**2) + shared
    zero = sp.log(1 - PRIOR) + log_normal(X, MEAN0, SCALE0**2 + ALPHA**2) + shared
    change = sp.simplify(sp.expand(one - zero) - sp.expand(_odds()))
    mass = sp.simplify(sp.integrate(sp.exp(shared), (ACROSS, -sp.oo, sp.oo)))
    if change != 0 or sp.simplify(mass - 1) != 0:
        raise ArithmeticError("the shared coordinate does not drop out")
    steps = (
        ("log density of the shared coordinate", shared),
        ("change of the log odds", change),
        ("mass of the shared coordinate", mass),
    )
    return Derivation("a shared coordinate", steps)
