"""Enclosures of the noncentral chi-square law against its definition in mpmath, a 31-digit table and each other."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import mpmath as mp
import pytest
from flint import arb, ctx

from theory.errors import NoProof
from theory.proof import contour
from theory.proof.balls import precision
from theory.proof.chi_square import ChiSquareValues, tails, values

TABLE = json.loads((Path(__file__).parents[1] / "oracle" / "noncentral.json").read_text())
# The references' own relative error.
DIGITS = 60
CLOSE = arb(10) ** -50
# Bits below the working precision that an enclosure at a point may be wide.
SPARE = 2


def ball(value: mp.mpf, error: arb = CLOSE) -> arb:
    """A reference as a ball."""
    return arb(mp.nstr(value, DIGITS)) * (1 + error * arb(0, 1))


def poisson_mixture(dim: int, lam: float, x: float) -> tuple[mp.mpf, mp.mpf]:
    """sum_j Pois(j; lam/2) P(dim/2 + j, x/2) and its complement, with every sum written out.

    P(a, y) = sum_k y^(a+k) e^-y/Gamma(a+k+1), and P(a + 1, y) has one term less: collect by terms.
    """
    with mp.workdps(DIGITS + 10):
        mu, y, half = mp.mpf(lam) / 2, mp.mpf(x) / 2, mp.mpf(dim) / 2
        terms = int(max(mu, y - half) + 40 * math.sqrt(max(mu, y)) + 300)
        poisson, gamma = [mp.exp(-mu)], [mp.exp(half * mp.log(y) - y - mp.loggamma(half + 1))]
        for k in range(1, terms):
            poisson.append(poisson[-1] * mu / k)
            gamma.append(gamma[-1] * y / (half + k))
        below, held = mp.mpf(0), mp.mpf(0)
        for weight, share in zip(poisson, gamma, strict=True):
            held += weight
            below += share * held
        above, left = mp.gammainc(half, y, regularized=True), mp.mpf(0)
        for weight, share in zip(reversed(poisson), reversed(gamma), strict=True):
            above += share * left
            left += weight
        return below, above


def normal_pair(dim: int, lam: float, x: float) -> tuple[mp.mpf, mp.mpf]:
    """One dimension: a difference of normal tails, or their sum; three: two densities at -+m besides."""
    with mp.workdps(700 if lam > 1e4 else 400):
        m, root = mp.sqrt(mp.mpf(lam)), mp.sqrt(mp.mpf(x))
        far, near = mp.erfc((root + m) / mp.sqrt(2)) / 2, mp.erfc((root - m) / mp.sqrt(2)) / 2
        more = 0 if dim == 1 else (mp.npdf(root - m) - mp.npdf(root + m)) / m
        return 1 - far - near - more, far + near + more


def holds(found: ChiSquareValues, reference: tuple[mp.mpf, mp.mpf], lost: int = SPARE) -> None:
    """Both masses contain the reference and have the working precision."""
    for mass, truth in zip((found.below, found.above), reference, strict=True):
        assert mass.overlaps(ball(truth))
        assert mass.rel_accuracy_bits() >= ctx.prec - lost


@pytest.mark.parametrize("bits", [53, 160])
def test_random_points_against_the_poisson_mixture(bits: int) -> None:
    draw = random.Random(bits)
    for _ in range(80):
        dim = draw.choice([1, 2, 3, 7, 10, 100, 1000, 3072])
        lam = draw.choice([0.0, 10 ** draw.uniform(-30, 0), 10 ** draw.uniform(0, 3)])
        x = (dim + lam) * math.exp(draw.choice([0.01, 0.1, 1.0]) * draw.gauss(0, 1))
        with precision(bits):
            holds(values(dim, arb(lam), arb(x), 0), poisson_mixture(dim, lam, x))


@pytest.mark.parametrize("dim", [1, 3])
def test_closed_forms_with_large_noncentrality_and_far_tails(dim: int) -> None:
    draw = random.Random(dim)
    for _ in range(80):
        lam = 10 ** draw.uniform(-3, 6)
        x = max(math.sqrt(lam) + draw.uniform(-30, 30), 10 ** draw.uniform(-6, 0)) ** 2
        with precision(128):
            holds(values(dim, arb(lam), arb(x), 0), normal_pair(dim, lam, x))


@pytest.mark.parametrize(("dim", "lam", "x"), [(10, 1e4, 1.1e4), (10**6, 10.0, 1.001e6), (2, 1e4, 4e3)])
def test_large_arguments_against_the_poisson_mixture(dim: int, lam: float, x: float) -> None:
    holds(values(dim, arb(lam), arb(x), 0), poisson_mixture(dim, lam, x))


def test_the_table() -> None:
    """31 digits of masses and densities, from 1e-10 to 1e6 dimensions' worth of arguments."""
    for row in TABLE:
        dim, ell, delta = row["dim"], arb(float(row["ell"])), arb(float(row["delta"]))
        if dim != int(dim) or not (ell + delta).is_finite() or ell + delta <= 0:
            continue
        with precision(256):
            x = (ell + delta) ** 2
            found = values(int(dim), ell * ell, x)
            radial, inward = 2 * (ell + delta) * found.densities[0], 2 * ell * found.densities[1]
        for name, value in zip(
            ("log_cdf", "log_sf", "log_radial_pdf", "log_minus_dp_dell"),
            (found.below, found.above, radial, inward),
            strict=True,
        ):
            high, low = row[name]
            if float(high) > -math.inf and ell + delta < 1e150:
                with precision(256):
                    error = abs(value.log() - arb(float(high)) - arb(float(low)))
                    assert error < 1e-29 * (1 + abs(arb(float(high)))), (row, name, error)


def test_tails_of_1e_minus_200() -> None:
    below, above = tails(10, arb(3), arb(1e-40)), tails(10, arb(3), arb(1050))
    for found, reference in ((below, poisson_mixture(10, 3, 1e-40)), (above, poisson_mixture(10, 3, 1050))):
        holds(ChiSquareValues(*found), reference)
    assert below[0] < 1e-200
    assert above[1] < 1e-200


@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100, 3072, 10**6])
def test_enclosures_shrink_with_the_precision(dim: int) -> None:
    for lam, x in ((0.0, 0.9 * dim), (1e-20, 1.2 * dim), (5.0, 1.0 * dim), (1e6, 1e6 + dim), (1e30, 1e30)):
        found = {}
        for bits in (53, 128, 512):
            with precision(bits):
                found[bits] = values(dim, arb(lam), arb(x))
                for value in (found[bits].below, found[bits].above, *found[bits].densities):
                    assert value.rel_accuracy_bits() >= bits - SPARE
        for narrow, wide in ((512, 128), (128, 53)):
            for one, other in zip(found[narrow].densities, found[wide].densities, strict=True):
                assert one.overlaps(other)
            assert found[narrow].below.overlaps(found[wide].below)


def test_densities_are_those_of_bessel() -> None:
    draw = random.Random(5)
    for _ in range(60):
        dim, lam, x = draw.choice([1, 2, 3, 10, 200]), 10 ** draw.uniform(-4, 3), 10 ** draw.uniform(-4, 3)
        found = values(dim, arb(lam), arb(x)).densities
        for j, density in enumerate(found):
            with mp.workdps(DIGITS):
                nu = mp.mpf(dim) / 2 - 1 + j
                bessel = mp.besseli(nu, mp.sqrt(mp.mpf(lam) * x))
                truth = mp.exp(-(mp.mpf(lam) + x) / 2) / 2 * (mp.mpf(x) / lam) ** (nu / 2) * bessel
            assert density.overlaps(ball(truth))


def test_balls_hold_what_their_points_have() -> None:
    """Narrow and wide balls contain the values at random points of them, and hardly more than the hull of the ends."""
    draw = random.Random(6)
    for _ in range(150):
        dim = draw.choice([1, 2, 3, 10, 300])
        lam, x = 10 ** draw.uniform(-2, 3), (dim + 10) * math.exp(draw.gauss(0, 1))
        radii = [10 ** draw.uniform(-12, draw.choice([-8, 0])) * v for v in (lam, x)]
        found = values(dim, arb(lam, radii[0]), arb(x, radii[1]))
        ends = [tails(dim, arb(lam - s * radii[0]), arb(x + s * radii[1]))[0] for s in (-1, 1)]
        assert found.below.rad() <= 0.51 * abs(ends[1] - ends[0]) + arb(10) ** -12
        for _ in range(3):
            point = [arb(v + draw.uniform(-0.999, 0.999) * r) for v, r in zip((lam, x), radii, strict=True)]
            inner = values(dim, *point)
            pairs = [(inner.below, found.below), (inner.above, found.above)]
            pairs += [p for p in zip(inner.densities, found.densities, strict=True) if p[1].is_finite()]
            assert all(outer.overlaps(value) for value, outer in pairs)


def test_a_ball_around_zero_noncentrality() -> None:
    around = values(3, arb(0, 1e-6), arb(2))
    for lam in (0.0, 1e-7, 0.99e-6):
        assert around.below.contains(values(3, arb(lam), arb(2)).below)
        assert around.densities[1].contains(values(3, arb(lam), arb(2)).densities[1])


def test_edges() -> None:
    assert tails(4, arb(2), arb(0)) == (0, 1)
    assert tails(4, arb(2), arb(-3)) == (0, 1)
    assert tails(4, arb(2), arb("inf")) == (1, 0)
    assert all(mass.contains(0) and mass.contains(1) for mass in tails(4, arb(2), arb(0, arb("inf"))))
    across = tails(2, arb(0), arb(0, 1))[0]
    assert across.contains(0)
    assert across.contains(1 - (-arb(0.5)).exp())


@pytest.mark.parametrize(("dim", "lam", "x"), [(0, 1, 1), (2, -1, 1), (2, "nan", 1), (2, 1, "nan")])
def test_refused(dim: int, lam: object, x: object) -> None:
    with pytest.raises(ValueError, match="expected dim >= 1"):
        tails(dim, arb(lam), arb(x))


def test_numbers_beyond_floats_have_no_proof() -> None:
    with pytest.raises(NoProof, match="not within 1e300"):
        tails(2, arb(10) ** 400, arb(1))


def test_any_line_gives_an_enclosure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad choice of step, strip or number of nodes widens the ball, and never leaves the truth out."""
    truth = ball(poisson_mixture(3, 5, 9)[0])
    good = contour._choose(3, arb(5), arb(9), 65 * math.log(2))
    widths = []
    for nodes, factor, strip in ((good[1].nodes, 1, 1), (5, 1, 1), (good[1].nodes, 2.5, 1), (good[1].nodes, 1, 0.3)):
        rule = contour._Rule(good[1].at, good[1].step * factor, nodes, good[1].strip * strip)
        monkeypatch.setattr(contour, "_choose", lambda *_, rule=rule: (good[0], rule))
        found = values(3, arb(5), arb(9), 0).below
        assert found.overlaps(truth)
        widths.append(found.rad())
    assert all(width > 1e3 * widths[0] for width in widths[1:])
