"""Two Gaussians N(m1, s^2) and N(m0, s^2) on the line: the threshold of the trained classifier and its risk."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

MEAN0, MEAN1, X = sp.symbols("m_0 m_1 x", real=True)
SCALE, ALPHA = sp.symbols("s alpha", positive=True)
PRIOR = sp.Symbol("pi", positive=True)
SYMBOLS = {"mean0": MEAN0, "mean1": MEAN1, "scale": SCALE, "alpha": ALPHA, "prior": PRIOR}


def log_normal(x: sp.Expr, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """The log density of N(mean, variance)."""
    return -((x - mean) ** 2) / (2 * variance) - sp.log(2 * sp.pi * variance) / 2


def log_odds() -> sp.Expr:
    """log prior q1 * p_alpha less log (1 - prior) q0 * p_alpha: noise adds its variance to both."""
    variance = SCALE**2 + ALPHA**2
    one = sp.log(PRIOR) + log_normal(X, MEAN1, variance)
    zero = sp.log(1 - PRIOR) + log_normal(X, MEAN0, variance)
    return one - zero


def threshold() -> Derivation:
    """Where the log odds vanish; class 1 is beyond it on the side of m1."""
    odds = sp.expand(log_odds())
    (root,) = sp.solve(sp.Eq(odds, 0), X)
    middle = (MEAN0 + MEAN1) / 2
    shown = middle + sp.factor(sp.simplify(root - middle))
    steps = (
        ("log odds of the noised densities", sp.collect(odds, X)),
        ("they vanish at", sp.Eq(sp.Symbol("t"), shown)),
    )
    return Derivation("threshold of two Gaussians", steps, SYMBOLS)


def threshold_risk() -> Derivation:
    """The risk of a threshold, whatever the smoothing noise: half-spaces do not feel it. m1 > m0."""
    t, scale = sp.Symbol("t", real=True), SCALE
    density = sp.exp(-((X - MEAN0) ** 2) / (2 * scale**2)) / (scale * sp.sqrt(2 * sp.pi))
    above = sp.integrate(density.subs(X, X + MEAN0), (X, t - MEAN0, sp.oo))
    below = sp.integrate(density.subs(X, X + MEAN0), (X, -sp.oo, t - MEAN1))
    risk = sp.simplify(PRIOR * below + (1 - PRIOR) * above)
    at = risk.subs(t, threshold().result)
    steps = (
        ("share of class 0 beyond t", above),
        ("share of class 1 before t", below),
        ("the risk of the threshold t", risk),
        ("at the threshold of the trained classifier", at),
    )
    return Derivation("risk of two Gaussians", steps, SYMBOLS)
