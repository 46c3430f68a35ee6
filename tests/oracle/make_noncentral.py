"""Write noncentral.json: logs of ball masses and their derivatives, from definitions, at 30 digits and more.

Run by hand, `python tests/oracle/make_noncentral.py`; takes some minutes. Two routes that share nothing with the code
under test, nor with each other:

- `poisson`: the noncentral law is a Poisson mixture of central ones,
  P(X > x) = sum_j Pois(j; lambda/2) Q(d/2 + j, x/2). Summed in ball arithmetic (python-flint), which proves the
  digits it prints; the sum is cut where terms fall below 1e-55 of the largest on both sides (they fall ever faster:
  they are log-concave in j).
- `quadrature`: split Z into its component along c, normal, and the length u of the rest, chi with d - 1 degrees of
  freedom: P(|c + s Z| <= r) = int_0^r f(u) [Phi(z - ell) - Phi(-z - ell)] du, z = sqrt(r^2 - u^2). With
  u = r sin(theta) and t = log tan(theta) the integrand is analytic on the whole line and decays on both sides, so the
  plain trapezoid rule (mpmath) converges exponentially; its step is halved until two results agree. d = 1 is a
  difference of normal tails.

Cases with d <= 300 and lambda <= 100 go through both, and the two must agree to 1e-25. Numbers are written as pairs
of doubles (value, remainder), good to 31 digits.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import flint
import mpmath as mp

DIGITS = 60
AGREE = mp.mpf(10) ** -25
NEGLIGIBLE = mp.mpf(10) ** -36
POISSON_ELL, POISSON_DIM = 10.0, 300  # largest values summed
NAMES = ("log_cdf", "log_sf", "log_radial_pdf", "log_minus_dp_dell")


def chi_pdf(k: int) -> Callable[[mp.mpf], mp.mpf]:
    """Density of the chi law with k degrees of freedom."""
    norm = (mp.mpf(k) / 2 - 1) * mp.log(2) + mp.loggamma(mp.mpf(k) / 2)
    return lambda u: mp.exp((k - 1) * mp.log(u) - u * u / 2 - norm)


def phi(z: mp.mpf) -> mp.mpf:
    """Normal density."""
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def tail(z: mp.mpf) -> mp.mpf:
    """P(Z > z)."""
    return mp.erfc(z / mp.sqrt(2)) / 2


def between(a: mp.mpf, b: mp.mpf) -> mp.mpf:
    """P(a < Z <= b), from the side where nothing cancels."""
    return tail(a) - tail(b) if a > 0 else tail(-b) - tail(-a) if b < 0 else 1 - tail(-a) - tail(b)


def line_integral(f: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
    """Integrate a positive unimodal analytic function over the line, by the trapezoid rule with ever halved steps."""
    grid = [mp.mpf(k) for k in range(-90, 91)]
    top = max(grid, key=f)
    low, high = top - 1, top + 1
    for _ in range(30):
        a, b = low + (high - low) * 0.382, low + (high - low) * 0.618
        low, high = (low, b) if f(a) > f(b) else (a, high)
    top, peak = (low + high) / 2, f((low + high) / 2)
    width = mp.mpf(1)
    while f(top + width) < peak / 2 and f(top - width) < peak / 2:
        width /= 2
    step = min(width, mp.mpf(1) / 6)
    fine, rough = trapezoid(f, top, step), mp.mpf(0)
    while abs(rough / fine - 1) > AGREE:
        rough, fine, step = fine, (fine + trapezoid(f, top + step / 2, step)) / 2, step / 2
        assert step > width / 1000, (rough, fine)
    return fine


def trapezoid(f: Callable[[mp.mpf], mp.mpf], start: mp.mpf, step: mp.mpf) -> mp.mpf:
    """Sum f at start + k step, outwards until negligible."""
    total = mp.mpf(0)
    for sign, first in ((1, 0), (-1, 1)):
        k = first
        while True:
            term = f(start + sign * k * step)
            total += term
            if term < NEGLIGIBLE * total:
                break
            k += 1
    return total * step


def by_quadrature(dim: int, ell: mp.mpf, delta: mp.mpf) -> list[mp.mpf]:
    """cdf, sf, radial density and -dP/d(ell) from the split into one component and the rest."""
    r = ell + delta
    if dim == 1:
        return [
            between(-r - ell, delta),
            tail(delta) + tail(r + ell),
            phi(delta) + phi(r + ell),
            phi(delta) - phi(r + ell),
        ]

    rest = chi_pdf(dim - 1)

    def over_angle(inner: Callable[[mp.mpf], mp.mpf]) -> mp.mpf:
        def integrand(t: mp.mpf) -> mp.mpf:
            z = r / mp.sqrt(1 + mp.exp(2 * t))
            u = z * mp.exp(t)
            return rest(u) * inner(z) / (2 * mp.cosh(t)) * r

        return line_integral(integrand)

    cdf = over_angle(lambda z: z / r * between(-z - ell, z - ell))
    beyond = line_integral(lambda s: rest(r + mp.exp(s)) * mp.exp(s))
    sf = beyond + over_angle(lambda z: z / r * (tail(z - ell) + tail(z + ell)))
    radial = over_angle(lambda z: phi(z - ell) + phi(z + ell))
    inward = over_angle(lambda z: z / r * (phi(z - ell) - phi(z + ell))) if ell else mp.mpf(0)
    return [cdf, sf, radial, inward]


def arb(x: mp.mpf) -> flint.arb:
    """An mpf as an exact ball."""
    man, exp = x.man_exp
    return flint.arb(int(man)) * flint.arb(2) ** int(exp)


def proved(compute: Callable[[], flint.arb]) -> mp.mpf:
    """A ball's midpoint, at the working precision that proves 36 digits."""
    for digits in (60, 180, 540, 1620, 4860):
        flint.ctx.dps = digits
        ball = compute()
        if ball.rel_accuracy_bits() > 120:
            man, exp = ball.mid().man_exp()
            return mp.ldexp(mp.mpf(int(man)), int(exp))
    raise ArithmeticError(f"no precision proves {ball}")


def by_poisson(dim: int, ell: mp.mpf, delta: mp.mpf) -> list[mp.mpf]:
    """The same four numbers as Poisson mixtures of central chi-square tails and densities, in ball arithmetic."""
    a = flint.arb(dim) / 2
    with flint.ctx.workprec(4 * DIGITS * 4):  # both are squares of doubles or sums of doubles: exact
        x, mean = arb(ell + delta) ** 2 / 2, arb(ell) ** 2 / 2

    def weight(j: int) -> flint.arb:
        return (mean.log() * j - mean - flint.arb(j + 1).lgamma()).exp() if ell else flint.arb(j == 0)

    def central_pdf(j: int) -> flint.arb:  # of X/2, with d/2 + j
        return ((a + j - 1) * x.log() - x - (a + j).lgamma()).exp()

    def lower(j: int) -> flint.arb:
        return x.gamma_lower(a + j, regularized=1)

    def upper(j: int) -> flint.arb:
        return x.gamma_upper(a + j, regularized=1)

    def mixture(part: Callable[[int], flint.arb], upward: bool) -> flint.arb:
        """Sum weight(j) * part(j); tails by the recurrence from the end where it only adds."""
        low, high = window(lambda j: weight(j) * part(j)) if ell else (0, 0)
        order = range(low, high + 1) if upward else range(high, low - 1, -1)
        value, w, f, total = part(order[0]), weight(order[0]), central_pdf(order[0]), flint.arb(0)
        for j in order:
            total += w * (f if part is central_pdf else value)
            if upward:  # Q(a + 1) = Q(a) + x^a e^-x / Gamma(a + 1)
                f = f * x / (a + j)
                value, w = value + f, w * mean / (j + 1)
            elif j > low:  # P(a) = P(a + 1) + x^a e^-x / Gamma(a + 1)
                value, f, w = value + f, f * (a + j - 1) / x, w * j / mean
        return total

    cdf = proved(lambda: mixture(lower, upward=False))
    sf = proved(lambda: mixture(upper, upward=True))
    radial = proved(lambda: mixture(central_pdf, upward=True)) * (ell + delta)
    a = a + 1
    return [cdf, sf, radial, proved(lambda: mixture(central_pdf, upward=True)) * ell]


def window(term: Callable[[int], flint.arb]) -> tuple[int, int]:
    """Indices outside which a log-concave sequence is negligible."""
    low, high = 0, 1
    while term(high) > term(high - 1):
        high *= 2
    while high - low > 2:
        middle = (low + high) // 2
        low, high = (middle, high) if term(middle + 1) > term(middle) else (low, middle + 1)
    top = max(range(low, high + 1), key=term)
    floor = term(top) * flint.arb(10) ** -55
    ends = []
    for sign, limit in ((-1, top), (1, 10**9)):
        reach = 1
        while reach < limit and term(top + sign * reach) > floor:
            reach *= 2
        ends.append(top + sign * min(reach, limit))
    return ends[0], ends[1]


def cases() -> list[tuple[int, float, float]]:
    """Random inputs over all regimes, then the ones that stock routines get wrong."""
    rng = random.Random(20230511)
    drawn: list[tuple[int, float, float]] = []
    while len(drawn) < 380:
        dim = rng.choice([1, 2, 3, 4, 5, 10, 30, 100, 784, 3072, 10**5, 10**6, round(10 ** rng.uniform(0, 6))])
        ell = rng.choice([0.0, *(10 ** rng.uniform(a, b) for a, b in ((-6, 0), (-1, 2), (0, 4), (2, 8), (6, 15)))])
        centre = dim / ((dim + ell * ell) ** 0.5 + ell)
        spread = ((dim + 2 * ell * ell) / (2 * (dim + ell * ell))) ** 0.5
        z = rng.choice([rng.gauss(0, 1.5), rng.uniform(-10, 10), rng.uniform(-38, 38), rng.uniform(-220, 220)])
        delta = centre + z * spread
        kind = rng.random()
        if kind < 0.06:
            delta = rng.choice([-1, 1]) * 10 ** rng.uniform(-14, -2)
        if kind > 0.96 or delta <= -ell:
            delta = -ell + (ell + (dim**0.5 if ell < 30 * dim**0.5 else 0)) * 10 ** rng.uniform(-5, -0.1)
        if delta > -ell and (ell < 1e4 or delta > -1e3):
            drawn.append((dim, ell, delta))
    special = [(1, 0.0, 1e-12), (1, 1e-3, 1e-3), (2, 0.5, 40.0), (3, 1e7, -15.0), (10, 1e8, 0.25), (10, 3e5, -1.0)]
    return drawn + special + [(10**9, 0.0, 31622.0), (10**9, 1e5, 5e3), (10, 4.0, 25.0), (784, 10.0, 40.0)]


def log_mass(mass: mp.mpf, complement: mp.mpf) -> mp.mpf:
    """Logarithm of a mass, which next to 1 is that of its complement."""
    return mp.log(mass) if mass < complement else mp.log1p(-complement)


def pair(x: mp.mpf) -> list[str]:
    """Two doubles whose sum is x to 31 digits."""
    if mp.isinf(x):
        return [repr(float(x)), "0.0"]
    return [repr(float(x)), repr(float(x - float(x)))]


def row(case: tuple[int, float, float]) -> dict[str, object]:
    """One line of the table."""
    mp.mp.dps = DIGITS
    dim, ell, delta = case
    exact = mp.mpf(ell), mp.mpf(delta)
    routes = {"quadrature": by_quadrature(dim, *exact)}
    if ell <= POISSON_ELL and dim <= POISSON_DIM:
        routes["poisson"] = by_poisson(dim, *exact)
        for one, other in zip(routes["quadrature"], routes["poisson"], strict=True):
            assert one == other or abs(one / other - 1) < AGREE, (case, one, other)
    cdf, sf, *densities = routes["quadrature"]
    assert abs(cdf + sf - 1) < AGREE, (case, cdf, sf)
    logs = [log_mass(cdf, sf), log_mass(sf, cdf), *(mp.log(v) if v else mp.mpf("-inf") for v in densities)]
    numbers = dict(zip(NAMES, map(pair, logs), strict=True))
    return {"dim": dim, "ell": repr(ell), "delta": repr(delta), "routes": sorted(routes)} | numbers


def main() -> None:
    with ProcessPoolExecutor() as pool:
        rows = []
        for entry in pool.map(row, cases()):
            rows.append(entry)
            print(len(rows), entry, flush=True)
    lines = ",\n".join(map(json.dumps, rows))
    Path(__file__).with_name("noncentral.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
