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


def bridge_attack() -> Derivation:
    """The Bayes rule of attacked data is the rule trained with noise, coordinate by coordinate along the eigenvectors.

    One coordinate has the variance v and the mean mu; the attack moves it by delta = alpha^2 w, w = mu/(v + alpha^2),
    towards the other class. Log odds of independent coordinates add up.

    Raises:
        ArithmeticError: the two rules differ.
    """
    x, variance = sp.Symbol("x", real=True), sp.Symbol("v", positive=True)
    weight = MU / (variance + ALPHA**2)
    left = sp.factor(MU - ALPHA**2 * weight)
    attacked = sp.simplify(((x + left) ** 2 - (x - left) ** 2) / (2 * variance))
    noised = sp.simplify(((x + MU) ** 2 - (x - MU) ** 2) / (2 * (variance + ALPHA**2)))
    if sp.simplify(attacked - noised) != 0 or sp.simplify(noised - 2 * weight * x) != 0:
        raise ArithmeticError("the attacked data have another Bayes rule")
    steps = (
        ("the mean after the attack", left),
        ("log odds of attacked data", attacked),
        ("log odds of noised data", noised),
    )
    return Derivation("the attack that training noise is best against", steps, {"mu": MU, "alpha": ALPHA})
