"""The small-noise law for the concentric pair: the best ratio of training to smoothing noise, and its limit."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

DIM, SPREAD = sp.symbols("d lambda", positive=True)
R = sp.Symbol("r", positive=True)


def radial_small_noise() -> Derivation:
    """(alpha*/beta)^2 = H/L on the sphere where q0 = q1, for q0 = N(0, I), q1 = N(0, lambda I), lambda > 1.

    H = (d - 1)/r up to sign, L = (s'' + (d - 1) s'/r)/|s'|, and a single sphere: the integrals over it cancel.
    """
    variance = SPREAD
    density = sp.Symbol("q", positive=True)  # of either class, weights included, on the sphere
    # Of q_v = exp(-r^2/2v) up to a factor: q' = -r q/v, q'' = (r^2/v^2 - 1/v) q.
    slope = density * (-R / variance + R)
    bend = density * ((R**2 / variance**2 - 1 / variance) - (R**2 - 1))
    laplacian = sp.simplify((bend + (DIM - 1) / R * slope) / slope)
    # Class 1 lies outside: seen from it the sphere is hollow, H = -(d - 1)/r.
    ratio = sp.simplify(-(DIM - 1) / R / laplacian)
    square = DIM * SPREAD * sp.log(SPREAD) / (SPREAD - 1)
    result = sp.simplify(ratio.subs(R, sp.sqrt(square)))
    steps = (
        ("slope of s on the sphere", sp.factor(slope)),
        ("Laplacian over slope", laplacian),
        ("curvature over that", ratio),
        ("at the sphere of equal densities", sp.Eq(R**2, square)),
        ("the squared best ratio", sp.Eq(sp.Symbol("rho"), result)),
    )
    return Derivation("small-noise law of the concentric pair", steps, {"dim": DIM, "spread": SPREAD})


def many_dimensions() -> Derivation:
    """The limit of the squared ratio as d grows: 1/((lambda + 1) log(lambda)/(lambda - 1) - 1)."""
    limit = sp.simplify(sp.limit(radial_small_noise().result, DIM, sp.oo))
    steps = (("the squared best ratio", radial_small_noise().result), ("in many dimensions", limit))
    return Derivation("small-noise law in many dimensions", steps, {"spread": SPREAD})
