"""lda and least squares on n samples in d dimensions: slopes of the limiting risk, and where they vanish."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

# m = |mu|/s, gamma = d/n, z as in `theory.samples.isotropic`, and q = log((1 - prior)/prior), so that
# omega = 2 sinh q and 1/(prior (1 - prior)) = 2 + 2 cosh q.
M, GAMMA, Z, SHIFT = sp.symbols("m gamma z q", positive=True)
HALF, INVERSE = sp.sinh(SHIFT), 2 + 2 * sp.cosh(SHIFT)
NOISE = sp.Symbol("c", positive=True)
_H, _C = sp.symbols("H C", positive=True)


def _arguments(threshold: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """B and t: class 1 is mistaken with probability Phi(t - B), class 0 with Phi(-t - B)."""
    size = sp.sqrt((1 - GAMMA / Z**2) / (4 * M**2 + INVERSE * GAMMA))
    return 2 * M**2 * size, size * (threshold * (Z - GAMMA) + HALF * GAMMA)


def _simplified(expression: sp.Expr) -> sp.Expr:
    """Simplified with letters for the hyperbolic functions, which is faster."""
    return sp.simplify(expression.subs({HALF: _H, sp.cosh(SHIFT): _C})).subs({_H: HALF, _C: sp.cosh(SHIFT)})


def window_equation() -> Derivation:
    """The equation of the window for n > d: noise helps where it is below 0.

    With Phi' = phi and phi(t - B)/phi(t + B) = exp(2 t B) the slope of the risk has the sign of
    (1 - a) exp(2 t B - q) - (1 + a), a = B'/t'. For least squares a falls in z and 2 t B rises, and z rises with alpha
    from 1.

    Raises:
        ArithmeticError: one of the two does not.
    """
    away, tilt = _arguments(HALF)
    ratio = _simplified(sp.diff(away, Z) / sp.diff(tilt, Z))
    exponent = _simplified(2 * tilt * away)
    rises = _simplified(sp.diff(exponent, Z))
    falls = sp.simplify(sp.diff(ratio, Z))
    if sp.simplify(ratio - 2 * M**2 * GAMMA / (HALF * Z**3)) != 0 or not (-falls).is_positive or not rises.is_positive:
        raise ArithmeticError("the slope of the risk may change its sign more than once")
    start = sp.simplify(exponent.subs(Z, 1)) - SHIFT - 2 * sp.atanh(ratio.subs(Z, 1))
    steps = (
        ("B", away),
        ("t", tilt),
        ("a = B'/t', falling in z", ratio),
        ("2 t B, rising in z", exponent),
        ("its slope", rises),
        ("the sign of the slope of the risk where noise begins, z = 1", start),
    )
    return Derivation("the window of least squares", steps, {"m": M, "shift": SHIFT, "gamma": GAMMA})


def lda_large_samples() -> Derivation:
    """C: at alpha^2 = c gamma, gamma -> 0, the slope of the risk of lda has the sign of c - C.

    Then z = 1 + c gamma + O(gamma^2), from (z - 1)(z - gamma) = alpha^2 z.

    Raises:
        ArithmeticError: it is not linear in c, with the coefficient q.
    """
    away, tilt = _arguments(SHIFT)
    ratio = _simplified(sp.diff(away, Z) / sp.diff(tilt, Z))
    exponent = _simplified(2 * tilt * away) - SHIFT
    start, first = (
        sp.expand(_simplified(sp.diff(part.subs(Z, 1 + NOISE * GAMMA), GAMMA, order).subs(GAMMA, 0)))
        for order, part in enumerate([exponent - 2 * ratio] * 2)
    )
    found = sp.expand(sp.simplify(NOISE - first / SHIFT))
    if start != 0 or sp.diff(first, NOISE) != SHIFT:
        raise ArithmeticError("the slope is not q (c - C) gamma")
    steps = (
        ("the slope of the risk of lda, to first order in gamma", first),
        ("it is q (c - C) with C", found),
    )
    return Derivation("lda on many samples", steps, {"m": M, "shift": SHIFT})


def equal_priors() -> Derivation:
    """At equal priors t = 0, and B rises in z to m^2/sqrt(m^2 + gamma).

    Raises:
        ArithmeticError: it does not, or has another limit.
    """
    away = _arguments(sp.S.Zero)[0].subs(SHIFT, 0)
    slope, limit = sp.simplify(sp.diff(away**2, Z)), sp.limit(away, Z, sp.oo)
    if not slope.is_positive or sp.simplify(limit - M**2 / sp.sqrt(M**2 + GAMMA)) != 0:
        raise ArithmeticError("B does not rise to its limit")
    steps = (("B", away), ("the slope of its square", slope), ("its limit", limit))
    return Derivation("equal priors on samples", steps, {"m": M, "gamma": GAMMA})


def equal_priors_many_samples() -> Derivation:
    """alpha*^2 = c gamma at equal priors and any covariance, gamma -> 0: where the signal over the noise is largest.

    With mu = alpha^2/kappa it is (1 - gamma P)(sum m/(t + mu))^2/(sum m t/(t + mu)^2 + gamma P), P the mean of
    t^2/(t + mu)^2; S_k = sum m/t^k, x = S_2/S_1, y = S_3/S_1, tau the mean of 1/t.
    """
    one, x, y, tau, mu = sp.symbols("S_1 x y tau mu", positive=True)
    mean = 1 - 2 * tau * mu
    along = one * (1 - mu * x + mu**2 * y)
    spread = one * (1 - 2 * mu * x + 3 * mu**2 * y)
    log = sp.log(1 - GAMMA * mean) + 2 * sp.log(along) - sp.log(spread + GAMMA * mean)
    slope = sp.diff(log, mu).subs(mu, NOISE * GAMMA)
    first = sp.factor(sp.simplify(sp.diff(slope, GAMMA).subs(GAMMA, 0)))
    (best,) = sp.solve(sp.Eq(first, 0), NOISE)
    found = (tau + (tau - x) / one) / (y - x**2)
    if sp.simplify(best - found) != 0 or sp.simplify(slope.subs(GAMMA, 0)) != 0:
        raise ArithmeticError("another noise comes out")
    steps = (("the slope of the logarithm, over gamma", first), ("it vanishes at", sp.Eq(NOISE, found)))
    return Derivation("equal priors on many samples", steps, {"S1": one, "x": x, "y": y, "tau": tau})


def noisy_copies() -> Derivation:
    """The number of copies above which small noise helps, at equal priors and n > d.

    theta^2/theta' = theta (a k1 + b k2 + theta (a d1 + b d2)) over m^2 + gamma a is what the risk falls with; theta is
    expanded in alpha^2 at its value 1/(1 - gamma).
    """
    copies, noise, slope = sp.Symbol("M", positive=True), sp.Symbol("lambda", positive=True), sp.Symbol("theta_1")
    a, b = 1 + noise / copies, noise * (copies - 1) / copies
    theta = 1 / (1 - GAMMA) + slope * noise
    one, two = 1 / (1 + GAMMA * a * theta), 1 / (1 + GAMMA * b * theta / (copies - 1))
    balance = sp.diff(1 / theta - a * one - b * two, noise).subs(noise, 0)
    (held,) = sp.solve(sp.Eq(sp.simplify(balance), 0), slope)
    change = -GAMMA * a**2 * one**2 - GAMMA / (copies - 1) * b**2 * two**2
    form = theta * (a * one + b * two + theta * change) / (M**2 + GAMMA * a)
    first = sp.factor(sp.simplify(sp.diff(sp.log(form), noise).subs(noise, 0).subs(slope, held)))
    (bound,) = sp.solve(sp.Eq(first, 0), copies)
    found = 1 + (1 - GAMMA) ** 2 / (2 * (M**2 + GAMMA))
    if sp.simplify(bound - found) != 0 or sp.limit(first, copies, sp.oo).subs({M: 1, GAMMA: sp.Rational(1, 2)}) <= 0:
        raise ArithmeticError("another number of copies comes out")
    steps = (
        ("theta to first order in the variance of the noise", 1 / (1 - GAMMA) + held * noise),
        ("slope of the logarithm of theta^2/(theta' (m^2 + gamma a))", first),
        ("positive for M above", found),
    )
    return Derivation("noisy copies", steps, {"m": M, "gamma": GAMMA})
