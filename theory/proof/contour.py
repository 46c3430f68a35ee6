"""The noncentral chi-square law in balls: masses and densities with proved errors, at a cost that depends on nothing.

Let X = |V + m|^2, V standard normal in d dimensions, lambda = |m|^2. On the line Re Z = r > 0, with

    Q(Z) = Z^(1-d) exp((Z^2 - 1)(x - lambda/Z^2)/2),    I(r) = (1/pi) int Q(r + iy)/((r + iy)^2 - 1) dy,

P(X <= x) = I(r) for r > 1, P(X > x) = -I(r) for r < 1, and the density with d + 2j degrees of freedom is (1/2 pi) int
Q(Z) Z^(-2j) dy: Z is sqrt(1 + 2s) in the Laplace transform E exp(-sX) = (1 + 2s)^(-d/2) exp(-lambda s/(1 + 2s)). Let T
be the midpoint rule with step h for I. If the strip |Re Z - r| < a does not hold the pole Z = 1, then

    |T - I(r)| <= (B(r - a) + B(r + a))/(exp(2 pi a/h) - 1),    B(r) = (1/pi) Q(r) sqrt(2 pi/x)/|r^2 - 1|

(Trefethen and Weideman 2014, theorem 5.1), because |Z| >= r and Re Z^-2 <= r^-2 make B(r) no less than the integral of
|Q/(Z^2 - 1)|/pi. If it does, the same bound holds for what the residue completes (Hunter and Regan 1972):

    P(X <= x) = T + 1/(1 + exp(2 pi (r - 1)/h)),    P(X > x) = -T + 1/(1 + exp(2 pi (1 - r)/h)).

Line, strip and step are chosen in floats near the saddle point (Rice 1980); whatever they are, balls bound the error.
A number of nodes proportional to the bits, 15 to 150 for 128 of them, serves for all d, lambda and x.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from flint import acb, arb, ctx

from theory.errors import NoProof
from theory.proof.balls import Arb, precision

# Bits beyond the working precision, for the method's error and for rounding in sums of some hundred nodes.
GUARD = 12
# The strip keeps to this share of the distance to Z = 0, where the integrand is singular, and the line at Z sqrt(x) =
# sqrt(ROOM folds) or more leaves room for it. Both were tuned: fewest nodes.
REACH = 0.6
ROOM = 0.35
# Beyond it, or below its inverse, the choice of the line would leave the range of floats.
LARGEST = arb(10) ** 300


@dataclass(frozen=True)
class _Rule:
    """A line Re Z = at, the step of the midpoint rule, its nodes, and the half-width of a strip."""

    at: Arb
    step: Arb
    nodes: int
    strip: Arb


def at_point(dim: int, lam: Arb, x: Arb, densities: int) -> list[Arb]:
    """P(X <= x), P(X > x), and the densities at x with dim, dim + 2, ... degrees of freedom; lam >= 0, x > 0 exact.

    Raises:
        NoProof: lam, x or their product is beyond 1e300, or x is below 1e-300: floats cannot choose the line.
    """
    if not (lam + x + dim < LARGEST and lam * x < LARGEST and x * LARGEST > 1):
        raise NoProof(f"noncentral chi-square, dim {dim}, noncentrality {lam}, argument {x}: not within 1e300")
    bits = ctx.prec + GUARD
    size = max(0, int(float((lam + x + dim).log().upper()) / math.log(2)) + 1)
    with precision(bits + size + 32):
        saddle, rule = _choose(dim, lam, x, bits * math.log(2))
        lost = (_exponent(dim, lam, x, rule.at) - _exponent(dim, lam, x, saddle)).upper()
    with precision(bits + size + max(0, int(float(lost) / math.log(2)))):
        sums = _sums(dim, lam, x, rule, densities)
        errors = _errors(dim, lam, x, rule, densities)
        found = [total + arb(0, error.upper()) for total, error in zip(sums, errors, strict=True)]
        mass = _with_pole(found[0], rule)
        return [*((mass, 1 - mass) if rule.at >= 1 else (1 - mass, mass)), *found[1:]]


def _exponent(dim: int, lam: Arb, x: Arb, z: Arb) -> Arb:
    """log Q(z)."""
    square = z * z
    return (square - 1) * (x - lam / square) / 2 + (1 - dim) * z.log()


def _choose(dim: int, lam: Arb, x: Arb, folds: float) -> tuple[Arb, _Rule]:
    """Saddle point and a rule that should err by exp(-folds), relative to the integrand at the saddle.

    In units of 1/sqrt(x) along Z only d and lambda x matter.
    """
    unit = x.mid().rsqrt().mid()
    kappa = float((lam * x).mid())
    rho = math.sqrt((dim + math.sqrt(dim * dim + 4 * kappa)) / 2)
    square = (dim + (dim * dim + 4 * lam * x).sqrt()) / (2 * x)
    saddle = square.sqrt().mid()
    place = max(rho, math.sqrt(ROOM * folds))
    at = saddle if place == rho else unit * place
    if place > rho:
        folds *= 1 + ROOM / 2  # P(X > x) may be as small as exp(-x/2), and is the complement if x < ROOM folds
    strip = min(math.sqrt(2 * folds / (1 + 3 * kappa / place**4 + dim / place**2)), REACH * place)
    pole = float(abs(at - 1) / unit)
    if abs(strip - pole) < strip / 8:
        strip *= 0.8
    width = unit * strip
    peak = _exponent(dim, lam, x, saddle)
    growth = max(float((_exponent(dim, lam, x, at + side * width) - peak).mid()) for side in (-1, 1))
    step = 2 * math.pi * strip / (folds + growth)
    lost = float((_exponent(dim, lam, x, at) - peak).mid())
    nodes = _count(dim, kappa, place, step, folds + lost)
    return saddle, _Rule(at.mid(), (unit * step).mid(), nodes, width.mid())


def _count(dim: int, kappa: float, place: float, step: float, folds: float) -> int:
    """Nodes until the integrand has fallen by exp(-folds), in units of 1/sqrt(x)."""
    nodes = 8
    while True:
        y = (nodes - 0.5) * step
        s = (y / place) ** 2
        fall = (3 * s + s * s) / (1 + s) ** 2 if s < 1 else 1.0
        if y * y + kappa / place**2 * fall + (dim - 1) * math.log1p(s) >= 2 * folds:
            return nodes
        nodes += 1 + nodes // 16


def _sums(dim: int, lam: Arb, x: Arb, rule: _Rule, densities: int) -> list[Arb]:
    """The midpoint rule for I and for the densities."""
    totals: list[Any] = [arb(0)] * (1 + densities)
    half_x, half_lam = acb(x / 2), acb(lam / 2)
    for n in range(rule.nodes):
        z = acb(rule.at, rule.step * (n + 0.5))
        square = z * z
        inverse, less = 1 / square, square - 1
        value = (less * (half_x - half_lam * inverse) + (1 - dim) * z.log()).exp()
        totals[0] += (value / less).real
        for j in range(densities):
            totals[j + 1] += value.real
            value *= inverse
    scale = rule.step / arb.pi()
    return [total * scale * (1 if k else 2) for k, total in enumerate(totals)]


def _errors(dim: int, lam: Arb, x: Arb, rule: _Rule, densities: int) -> list[Arb]:
    """Bounds of what the midpoint rule and its end neglect, for each sum."""
    pi, none = arb.pi(), [arb(0)] * (1 + densities)
    gauss = (2 * pi / x).sqrt() / pi / ((2 * pi * rule.strip / rule.step).exp() - 1)
    for edge in (rule.at - rule.strip, rule.at + rule.strip):
        size, square = _exponent(dim, lam, x, edge).exp() * gauss, edge * edge
        none[0] += size / abs(square - 1)
        for j in range(densities):
            none[j + 1] += size / (2 * square**j)
    y = rule.step * (rule.nodes - 0.5)
    far, near = rule.at**2 + y * y, rule.at**2 - y * y
    inverse = (near / (far * far)).max(arb(0))  # bounds Re Z^-2 beyond y
    exponent = (x * (near - 1) - lam * (1 - inverse) + (1 - dim) * far.log()) / 2
    size = exponent.exp() / (pi * x * y)
    none[0] += 2 * size / (((rule.at - 1) ** 2 + y * y) * ((rule.at + 1) ** 2 + y * y)).sqrt()
    for j in range(densities):
        none[j + 1] += size / far**j
    return none


def _with_pole(total: Arb, rule: _Rule) -> Arb:
    """P(X <= x) where the line is at 1 or beyond, else P(X > x)."""
    distance = abs(rule.at - 1)
    mass = total if rule.at >= 1 else -total
    if distance > rule.strip:
        return mass
    if distance < rule.strip:
        return mass + 1 / (1 + (2 * arb.pi() * distance / rule.step).exp())
    return arb.nan()
