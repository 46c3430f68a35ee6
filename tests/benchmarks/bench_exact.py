"""Speed of the exact side, as ratios within one run. Run with `make benchmarks`; nothing here asserts a time."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from tests.benchmarks.timing import best, sized
from theory import gain, regimes
from theory.numerics.special.lost_square import LOG_HALF, lost_square, radius_of_half
from theory.problems.normal import normal_form
from theory.reduction.reduce import reduce
from theory.risks.risks import clean_risk

REPEATS = 5


def noises(count: int) -> tuple[np.ndarray, np.ndarray]:
    """A square map of (alpha, beta)."""
    return np.linspace(0.0, 2.0, count)[:, None], np.linspace(0.02, 2.0, count)


def least_evaluations(count: int) -> int:
    """Noise distribution functions a map needs at least: one for each boundary of g and each boundary of its f."""
    alpha, beta = noises(count)
    geometry = reduce(normal_form(regimes.bumps(count=3)))
    base = geometry.train(alpha[:, 0])
    voted = geometry.smooth(base.region, np.broadcast_to(beta, (count, count)))
    return int((voted.counts * np.repeat(base.region.counts, count)).sum())


def test_map_of_bumps() -> None:
    """A square map of gains of bumps(count=3), against the noise-cdf evaluations it needs at least."""
    side = sized(256, 16)
    problem, (alpha, beta) = regimes.bumps(count=3), noises(side)
    whole = best(lambda: gain(problem, alpha, beta))
    risks = best(lambda: clean_risk(problem, alpha, beta))
    needed = least_evaluations(side)
    z = np.random.default_rng(0).normal(size=needed)
    floor = best(lambda: ndtr(z))
    print(f"\n{side} x {side} gains of bumps(count=3): {whole:.3f} s, risks alone {risks:.3f} s")
    print(f"least noise-cdf evaluations: {needed} in {floor * 1e3:.1f} ms; map / floor = {whole / floor:.0f}")


def test_cost_per_cell() -> None:
    """Seconds per cell for maps of different sizes, relative to the largest."""
    problem = regimes.bumps(count=3)
    sizes = sized((64, 128, 256, 512), (4, 8, 16))
    cells = {n: best(lambda n=n: gain(problem, *noises(n)), 3) / n**2 for n in sizes}
    print(
        "\ncost per cell relative to the largest map: "
        + ", ".join(f"{n}: {cells[n] / cells[sizes[-1]]:.2f}" for n in sizes)
    )


def test_cost_per_stripe() -> None:
    """Maps of stripes, relative to the map of the fewest: their cost is to grow as their number."""
    counts = sized((32, 64, 128, 256), (4, 8))
    seconds = [best(lambda k=k: gain(regimes.stripes(count=k, gap=0.3), *noises(sized(16, 4))), 3) for k in counts]
    shares = ", ".join(f"{k}: {taken / seconds[0]:.1f}" for k, taken in zip(counts, seconds, strict=True))
    print(f"\nmaps of stripes, {seconds[0] * 1e3:.0f} ms with {counts[0]}, relative: {shares}")


def test_million_dimensions() -> None:
    """One exact risk at d = 10^6, against the same call at d = 2."""
    for name, build in (("concentric", regimes.concentric), ("two-scales", regimes.two_scales)):
        times = {}
        for dim in (2, 1_000_000):
            problem = build(dim=dim)
            noise = iter(np.linspace(0.1, 0.9, 1000))
            times[dim] = best(lambda p=problem, a=noise: clean_risk(p, next(a), 0.5), 20)
        ratio = times[1_000_000] / times[2]
        print(f"\n{name}: one risk at d = 10^6 in {times[1_000_000] * 1e3:.2f} ms, {ratio:.2f} x d = 2")


def test_radial_map() -> None:
    """A radial map against the same map on the line."""
    side = sized(64, 8)
    noise = np.linspace(0.0, 2.0, side)[:, None], np.linspace(0.05, 2.0, side)
    line = best(lambda: gain(regimes.bumps(count=3), *noise), 3)
    for dim in (2, 100, 1_000_000):
        radial = best(lambda d=dim: gain(regimes.concentric(dim=d), *noise), 3)
        print(f"\n{side} x {side} gains, concentric d = {dim}: {radial:.3f} s, {radial / line:.1f} x bumps on the line")


def test_level_radii() -> None:
    """Radii at half the votes, which are interpolated, against those at another share, each of which is solved for."""
    count = sized(4096, 16)
    for dim in (2, 100, 1_000_000):
        rho, outer = radius_of_half(dim) * np.linspace(1.01, 5.0, count), np.ones(count, bool)
        half, other = (
            best(lambda d=dim, r=rho, o=outer, tail=share: lost_square(d, r, np.full(count, tail), o))
            for share in (LOG_HALF, np.log(0.4))
        )
        print(f"\nlevel radii, d = {dim}: {half / count * 1e6:.2f} us each at 1/2, {other / half:.0f} times that at .4")
