"""The bridge identity: the noise whose classifier has the least adversarial risk at a radius, for N(+-mu, s^2)."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation
from theory.symbolic.two_gaussians import ALPHA, MEAN0, MEAN1, PRIOR, SCALE, threshold

MU, EPS = sp.symbols("mu epsilon", positive=True)


def bridge_identity() -> Derivation:
    """alpha^2 = s^2 eps/(mu - eps), eps < mu: equate the threshold that is best at eps with that of training noise.

    A threshold t errs on class 1 below t + eps and on class 0 above t - eps; the derivative of the adversarial risk in
    t is a difference of densities there, and vanishes where their logarithms agree.
    """
    t = sp.Symbol("t", real=True)
    one = sp.log(PRIOR) - (t + EPS - MU) ** 2 / (2 * SCALE**2)
    zero = sp.log(1 - PRIOR) - (t - EPS + MU) ** 2 / (2 * SCALE**2)
    (best,) = sp.solve(sp.Eq(sp.expand(one - zero), 0), t)
    trained = sp.simplify(threshold().result.subs({MEAN0: -MU, MEAN1: MU}))
    square = sp.Symbol("a", positive=True)
    equation = sp.Eq(sp.simplify(best / trained.subs(ALPHA, sp.sqrt(square))), 1)
    (found,) = sp.solve(equation, square)
    steps = (
        ("log densities at the two edges differ by", sp.expand(one - zero)),
        ("the threshold of least adversarial risk", sp.Eq(t, sp.factor(best))),
        ("the threshold after training noise", sp.Eq(t, trained)),
        ("they agree for", sp.Eq(ALPHA**2, sp.factor(found))),
    )
    return Derivation("bridge identity", steps, {"mu": MU, "scale": SCALE, "eps": EPS})
