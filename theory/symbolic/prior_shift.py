"""Two Gaussians N(+-m, s^2) and a prior other than 1/2: training noise moves the threshold the wrong way, steadily."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation
from theory.symbolic.two_gaussians import ALPHA, MEAN0, MEAN1, PRIOR, SCALE, X, log_normal, threshold

# Half the distance of the means, and q = log((1 - prior)/prior): > 0 where class 1 is the rarer, as may be assumed.
HALF, SHIFT = sp.symbols("m q", positive=True)
ODDS = 1 / (1 + sp.exp(SHIFT))


def _place() -> sp.Expr:
    """t(alpha) in terms of q."""
    found = threshold().result.subs({MEAN0: -HALF, MEAN1: HALF}).subs(PRIOR, ODDS)
    return sp.simplify(sp.expand_log(sp.simplify(found), force=True))


def prior_shift() -> Derivation:
    """dR/dalpha > 0 for alpha > 0, q > 0: the signs of dR/dt and of dt/dalpha.

    dR/dt = prior q1(t) - (1 - prior) q0(t), whose sign is that of the log density ratio, and at t(alpha) that is
    q alpha^2/s^2. Swapping the labels gives the same for q < 0.

    Raises:
        ArithmeticError: one of the two is not positive.
    """
    place = _place()
    moved = sp.factor(sp.diff(place, ALPHA))
    odds = -SHIFT + log_normal(X, HALF, SCALE**2) - log_normal(X, -HALF, SCALE**2)
    ratio = sp.simplify(sp.expand(odds).subs(X, place))
    if not moved.is_positive or not ratio.is_positive:
        raise ArithmeticError("the slope of the risk is not positive")
    steps = (
        ("threshold of the trained classifier", sp.Eq(sp.Symbol("t"), place)),
        ("its slope in alpha", moved),
        ("log density ratio at x, which has the sign of dR/dt", sp.expand(odds)),
        ("at the threshold", ratio),
    )
    return Derivation("training noise hurts", steps, {"shift": SHIFT, "alpha": ALPHA, "scale": SCALE})


def prior_shift_limit() -> Derivation:
    """R -> prior = min(prior, 1 - prior) for q > 0 as alpha grows: the threshold leaves every bound.

    Raises:
        ArithmeticError: another limit comes out.
    """
    t = sp.Symbol("t", real=True)
    errs = (
        ODDS * sp.erfc((HALF - t) / (SCALE * sp.sqrt(2))) + (1 - ODDS) * sp.erfc((t + HALF) / (SCALE * sp.sqrt(2)))
    ) / 2
    place = _place()
    far, limit = sp.limit(place, ALPHA, sp.oo), sp.limit(errs, t, sp.oo)
    if far != sp.oo or sp.simplify(limit - ODDS) != 0:
        raise ArithmeticError("the risk tends to something else")
    steps = (
        ("threshold of the trained classifier", sp.Eq(sp.Symbol("t"), place)),
        ("it grows to", far),
        ("risk of the threshold t", errs),
        ("its limit, the prior of class 1", limit),
    )
    return Derivation("the limit of the harm", steps, {"shift": SHIFT})


def regression_threshold() -> Derivation:
    """The regression rule keeps its threshold: h(t + x) + h(t - x) = 1 for the posterior h of two such Gaussians.

    Then symmetric noise at t averages pairs whose mean is 1/2.

    Raises:
        ArithmeticError: the posterior has not this symmetry.
    """
    odds = sp.expand(-SHIFT + log_normal(X, HALF, SCALE**2) - log_normal(X, -HALF, SCALE**2))
    place = _place().subs(ALPHA, 0)
    posterior = 1 / (1 + sp.exp(-odds))
    after = sp.simplify(posterior.subs(X, place + X))
    total = sp.simplify(sp.simplify(after + after.subs(X, -X)).rewrite(sp.exp))
    if sp.simplify(total - 1) != 0:
        raise ArithmeticError("the posterior is not symmetric about the threshold")
    steps = (
        ("posterior", posterior),
        ("as seen from the threshold", after),
        ("sum over both sides", total),
    )
    return Derivation("the regression rule keeps its threshold", steps)
