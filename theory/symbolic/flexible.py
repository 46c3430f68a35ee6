"""What samples and votes cost: the best kernel, and the boundary that chance displaces, from their definitions."""

from __future__ import annotations

import sympy as sp

from theory.symbolic.derivation import Derivation

DIM, SAMPLES, VOTES = sp.symbols("d n N", positive=True)
BETA, ALPHA, DIFFUSION, WIDTH, SLOPE = sp.symbols("beta alpha D W G", positive=True)


def kernel_square() -> Derivation:
    """The mass (4 pi alpha^2)^(-d/2) of the square of a Gaussian kernel, and what smoothing leaves of its variance.

    Along each of d - 1 directions of the boundary errors at a distance t have the correlation exp(-t^2/4 alpha^2), and
    smoothing takes its mean over a difference t of variance 2 beta^2.
    """
    x, t = sp.symbols("x t", real=True)
    kernel = sp.exp(-(x**2) / (2 * ALPHA**2)) / (sp.sqrt(2 * sp.pi) * ALPHA)
    mass = sp.simplify(sp.integrate(kernel**2, (x, -sp.oo, sp.oo)))
    shifted = sp.simplify(sp.integrate(sp.expand(kernel * kernel.subs(x, x - t)), (x, -sp.oo, sp.oo)) / mass)
    correlation = sp.exp(-(t**2) / (4 * ALPHA**2))
    if sp.simplify(shifted - correlation) != 0:
        raise ArithmeticError("the correlation of kernel sums is not exp(-t^2/4 alpha^2)")
    spread = sp.exp(-(t**2) / (4 * BETA**2)) / (2 * sp.sqrt(sp.pi) * BETA)
    left = sp.simplify(sp.integrate(correlation * spread, (t, -sp.oo, sp.oo)))
    result = mass**DIM * left ** (DIM - 1)
    steps = (
        ("square of the kernel on an axis", mass),
        ("correlation at distance t", correlation),
        ("its mean over two smoothed points", left),
        ("variance times n/q", result),
    )
    return Derivation("variance of a smoothed kernel sum", steps, {"dim": DIM, "alpha": ALPHA, "beta": BETA})


def best_kernel() -> Derivation:
    """alpha^(d+4) = d (4 pi)^(-d/2) W/(n D), the zero of the derivative of the leading order without smoothing.

    D = int Lap(s)^2/|grad s| dS, W = int q/|grad s| dS. The variance is that of `kernel_square`.
    """
    variance = sp.limit(kernel_square().result, BETA, 0)
    excess = ALPHA**4 * DIFFUSION / 8 + variance * WIDTH / (2 * SAMPLES)
    slope = sp.simplify(sp.powsimp(sp.diff(excess, ALPHA) * ALPHA ** (DIM + 1), force=True))
    power = DIM * (4 * sp.pi) ** (-DIM / 2) * WIDTH / (SAMPLES * DIFFUSION)
    best = power ** (1 / (DIM + 4))
    for dim in (1, 2, 3):  # powers of symbols are not simplified to 0 in general
        left = slope.subs(ALPHA, best).subs(DIM, dim)
        if sp.simplify(sp.powsimp(sp.powdenest(left, force=True), force=True)) != 0:
            raise ArithmeticError(f"the derivative does not vanish in {dim} dimensions")
    steps = (
        ("excess risk", excess),
        ("its derivative times alpha^(d+1)", slope),
        ("best kernel", sp.Eq(ALPHA, best)),
    )
    symbols = {"dim": DIM, "samples": SAMPLES, "diffusion": DIFFUSION, "width": WIDTH}
    return Derivation("best kernel of the Parzen rule", steps, symbols)


def cost_of_votes() -> Derivation:
    """pi beta^2 G/(4 N), G = int |grad s| dS: many votes are wrong with probability Phi(-2 sqrt(N) |u - 1/2|).

    u - 1/2 is t/(beta sqrt(2 pi)) near the boundary, and an error at distance t costs |grad s| |t|.
    """
    t, k = sp.symbols("t k", positive=True)
    wrong = sp.erfc(k * t / sp.sqrt(2)) / 2
    cost = sp.simplify(2 * sp.integrate(t * wrong, (t, 0, sp.oo)))
    slope = 2 * sp.sqrt(VOTES) / (BETA * sp.sqrt(2 * sp.pi))
    result = sp.simplify(SLOPE * cost.subs(k, slope))
    if sp.simplify(result - sp.pi * BETA**2 * SLOPE / (4 * VOTES)) != 0:
        raise ArithmeticError("the cost of votes is not pi beta^2 G/(4 N)")
    steps = (
        ("chance of a mistake at distance t", wrong),
        ("its cost along the normal, over |grad s|", cost),
        ("votes for a slope k", sp.Eq(k, slope)),
        ("cost of N votes", result),
    )
    return Derivation("cost of finitely many votes", steps, {"beta": BETA, "votes": VOTES, "slope": SLOPE})
