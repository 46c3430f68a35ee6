"""The small-noise laws for the concentric pair: the best training noise, clean and certified, and limits."""

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


def certified_small_noise() -> Derivation:
    """alpha*^2 of the certified risk of the concentric pair, from slopes on the sphere where s = 0, whatever the prior.

    Raises:
        ArithmeticError: it has not the form (beta^2 (d - 1) + 2 eps (r^2 K - 2 (d - 1))/(r J))/(r^2 K - d) with
            K = 1/v0 + 1/v1 and J = 1/v0 - 1/v1.
    """
    v0, v1, beta, eps = sp.symbols("v_0 v_1 beta epsilon", positive=True)
    half = sp.Symbol("q", positive=True) / 2  # either class adds this much to the density of the data there
    slopes, bends = ([part(v) for v in (v0, v1)] for part in (lambda v: -R / v, lambda v: R**2 / v**2 - 1 / v))
    slope, laplacian = (
        half * (slopes[1] - slopes[0]),
        half * (bends[1] - bends[0] + (DIM - 1) / R * (slopes[1] - slopes[0])),
    )
    # Class 1 lies outside, so that the normal points to the centre and the curvature is negative.
    bend, thinning = -(DIM - 1) / R, -half * (slopes[0] + slopes[1]) - (DIM - 1) / R * 2 * half
    square = (beta**2 * bend * laplacian - 2 * eps * laplacian / slope * thinning) * slope / laplacian**2
    total, gap = 1 / v0 + 1 / v1, 1 / v0 - 1 / v1
    known = (beta**2 * (DIM - 1) + 2 * eps * (R**2 * total - 2 * (DIM - 1)) / (R * gap)) / (R**2 * total - DIM)
    if sp.simplify(square - known) != 0:
        raise ArithmeticError("the best training noise of the certified risk has another form")
    steps = (
        ("slope of s on the sphere", sp.factor(slope)),
        ("Laplacian of s", sp.factor(laplacian)),
        ("how data thin out towards class 0", sp.factor(thinning)),
        ("the squared best training noise", sp.Eq(sp.Symbol("rho"), known)),
    )
    names = {"dim": DIM, "r": R, "v0": v0, "v1": v1, "beta": beta, "eps": eps}
    return Derivation("certified small-noise law of the concentric pair", steps, names)


def many_dimensions() -> Derivation:
    """The limit of the squared ratio as d grows: 1/((lambda + 1) log(lambda)/(lambda - 1) - 1)."""
    limit = sp.simplify(sp.limit(radial_small_noise().result, DIM, sp.oo))
    steps = (("the squared best ratio", radial_small_noise().result), ("in many dimensions", limit))
    return Derivation("small-noise law in many dimensions", steps, {"spread": SPREAD})
