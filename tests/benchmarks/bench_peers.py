"""Obvious code against the exact side, at the accuracy that each reaches: aim 50 times on the line and on radial maps.

Every peer is what one would write: a grid of points with bisection on the line, noncentral chi-square tails with a root
finder about a centre, a raster with Gaussian filters in the plane, batches of noise in PyTorch. On the line and about a
centre the truth is an enclosure by ball arithmetic, so that both errors are known.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi2, ncx2

from simulate.montecarlo import Sampling, monte_carlo
from tests.benchmarks.bench_montecarlo import ALPHA, BETA, torch_votes
from tests.benchmarks.bench_plane import exact_risk, grid_risk
from tests.benchmarks.timing import best, sized
from theory import MixtureProblem, gain, regimes
from theory.problems.problem import Gaussian
from theory.proof import Prover

SIDE = sized(64, 6)
POINTS, BISECTIONS = sized(1000, 200), 46
# Cells of the radial peer, which takes them one by one, and cells that are proved.
FEW, PROVED = sized(200, 4), sized(12, 2)
# Sides of the raster of discs, and what is asked for of the exact side: some 1e-4 without an estimate, and 1e-5.
RASTERS, TOLERANCES = sized((512, 2048), (64,)), sized((np.inf, 1e-5), (np.inf,))

ALPHAS, BETAS = np.linspace(0.0, 2.0, SIDE), np.linspace(0.05, 2.0, SIDE)

Cells = list[tuple[float, float]]


def signs(function: Callable[[np.ndarray], np.ndarray], grid: np.ndarray) -> list[np.ndarray]:
    """The roots (per row) of rows of functions (R, n) of x (R, n): sign changes on a grid, all bisected at once."""
    positive = function(np.broadcast_to(grid, (1, len(grid)))) >= 0
    row, column = np.nonzero(positive[:, 1:] != positive[:, :-1])
    low, high, rising = grid[column], grid[column + 1], positive[row, column + 1]
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        lanes = np.full((len(positive), np.bincount(row, minlength=1).max(initial=1)), np.nan)
        place = np.arange(len(row)) - np.searchsorted(row, row)
        lanes[row, place] = middle
        above = (function(lanes)[row, place] >= 0) == rising
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return [middle[row == k] for k in range(len(positive))] if len(row) else [np.zeros(0)] * len(positive)


def grid_gains(problem: MixtureProblem) -> np.ndarray:
    """A map of gains of Gaussians on the line, class 0 winning far out: boundaries of f, of g, and their masses."""
    sides = [
        [(part.weight, part.law) for part in side if isinstance(part.law, Gaussian)]
        for side in (problem.class0, problem.class1)
    ]
    parts = [
        (share * weight / sum(w for w, _ in side), float(np.ravel(law.mean)[0]), float(law.scale or 1))
        for share, side in zip((problem.prior - 1, problem.prior), sides, strict=True)
        for weight, law in side
    ]
    reach = max(abs(m) + 8 * s for _, m, s in parts) + 8 * max(ALPHAS.max(), BETAS.max())
    grid = np.linspace(-reach, reach, POINTS)

    def density(x: np.ndarray) -> np.ndarray:
        total = 0.0
        for weight, mean, scale in parts:
            wide = np.hypot(scale, ALPHAS)[:, None]
            total = total + weight / wide * np.exp(-0.5 * ((x - mean) / wide) ** 2)
        return np.asarray(total)

    risks = []
    for ends in signs(density, grid):

        def votes(x: np.ndarray, ends: np.ndarray = ends) -> np.ndarray:
            places = zip(ends, sides_of(ends), strict=True)
            return np.asarray(sum(side * ndtr((x - end) / BETAS[:, None]) for end, side in places) - 0.5)

        risks.append([masses(parts, cut) for cut in signs(votes, grid)])
    found = np.array(risks)
    return found[0] - found


def sides_of(ends: np.ndarray) -> np.ndarray:
    """+1 where class 1 begins and -1 where it ends."""
    return np.where(np.arange(len(ends)) % 2, -1.0, 1.0)


def masses(parts: list[tuple[float, float, float]], ends: np.ndarray) -> float:
    """The risk of class 1 between pairs of ends: the prior of class 1, less what s has within."""
    within = sum(w * (sides_of(ends) * -ndtr((ends - m) / s)).sum() for w, m, s in parts)
    return float(sum(w for w, _, _ in parts if w > 0) - within)


def ball_gain(dim: int, inner: float, outer: float, alpha: float, beta: float) -> float:
    """One cell of two concentric Gaussians, equal priors, class 0 the inner one: its radius, and where it has half."""

    def radius(noise: float) -> float:
        narrow, wide = inner**2 + noise**2, outer**2 + noise**2
        return float(np.sqrt(dim * np.log(wide / narrow) / (1 / narrow - 1 / wide)))

    def risk(noise: float) -> float:
        share, most = (radius(noise) / beta) ** 2, radius(noise)
        if ncx2.cdf(share, dim, 0.0) <= 0.5:
            return 0.5
        edge = brentq(lambda r: ncx2.cdf(share, dim, (r / beta) ** 2) - 0.5, 0.0, 2 * most, xtol=1e-14 * most)
        return float(0.5 * (chi2.sf((edge / inner) ** 2, dim) + chi2.cdf((edge / outer) ** 2, dim)))

    return risk(0.0) - risk(alpha)


def errors(problem: MixtureProblem, cells: Cells, *found: list[float]) -> list[float]:
    """The largest distance of each side's gains from proved ones."""
    proved = [Prover(problem).gain(*cell).gain for cell in cells]
    return [max(abs(one - p.value) + p.error for one, p in zip(side, proved, strict=True)) for side in found]


def said(name: str, times: tuple[float, float], wrong: list[float]) -> str:
    return (
        f"\n  {name}: {times[1] / times[0]:.1f} x ours ({1e3 * times[0]:.1f} ms); errors ours {wrong[0]:.1e}, "
        f"peer {wrong[1]:.1e}"
    )


def test_the_line_against_a_grid(capsys: pytest.CaptureFixture[str]) -> None:
    """A map of gains of three bumps against POINTS points with BISECTIONS bisections, in NumPy."""
    problem = regimes.bumps(count=3)
    ours = gain(problem, ALPHAS[:, None], BETAS).value
    theirs = grid_gains(problem)
    times = tuple(
        best(work, 3, process_time)
        for work in (lambda: gain(problem, ALPHAS[:, None], BETAS), lambda: grid_gains(problem))
    )
    rows, columns = np.random.default_rng(0).integers(0, SIDE, (2, PROVED))
    cells = [(float(ALPHAS[i]), float(BETAS[j])) for i, j in zip(rows, columns, strict=True)]
    wrong = errors(problem, cells, ours[rows, columns].tolist(), theirs[rows, columns].tolist())
    with capsys.disabled():
        print(said(f"{SIDE} x {SIDE} gains of bumps, grid and bisection", (times[0], times[1]), wrong), end="")


@pytest.mark.parametrize("dim", [2, 10, 100])
def test_shells_against_scipy(dim: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A map of gains of a concentric pair against `scipy.stats.ncx2` with `brentq`, of which FEW cells are timed."""
    problem = regimes.concentric(dim=dim)
    rows, columns = np.random.default_rng(0).integers(0, SIDE, (2, FEW))
    cells = [(float(ALPHAS[i]), float(BETAS[j])) for i, j in zip(rows, columns, strict=True)]
    ours = gain(problem, ALPHAS[:, None], BETAS).value[rows, columns].tolist()
    theirs = [ball_gain(dim, 1.0, 1.5, *cell) for cell in cells]
    mine = best(lambda: gain(problem, ALPHAS[:, None], BETAS), 3, process_time)
    peer = best(lambda: [ball_gain(dim, 1.0, 1.5, *cell) for cell in cells], 2, process_time) * SIDE**2 / FEW
    wrong = errors(problem, cells[:PROVED], ours[:PROVED], theirs[:PROVED])
    with capsys.disabled():
        print(said(f"{SIDE} x {SIDE} gains, concentric, d = {dim}, ncx2 and brentq", (mine, peer), wrong), end="")


def test_discs_against_a_raster(capsys: pytest.CaptureFixture[str]) -> None:
    """One risk of twenty discs against filters on a raster, each side at two accuracies."""
    problem = regimes.discs(seed=1)
    truth = exact_risk(problem, sized(1e-9, np.inf))
    for size, tolerance in zip(RASTERS, TOLERANCES, strict=True):
        mine = best(lambda t=tolerance: exact_risk(problem, t), 2, process_time)
        peer = best(lambda n=size: grid_risk(problem, n), 2, process_time)
        wrong = [abs(exact_risk(problem, tolerance) - truth), abs(grid_risk(problem, size) - truth)]
        with capsys.disabled():
            print(said(f"one risk of {len(problem.inside)} discs, raster {size}", (mine, peer), wrong), end="")


def test_votes_against_torch(capsys: pytest.CaptureFixture[str]) -> None:
    """Votes of the same number for the same number of samples, so of the same accuracy, where PyTorch is installed."""
    pytest.importorskip("torch")
    problem, samples, votes = regimes.two_gaussians(), sized(20_000, 200), sized(1000, 10)
    sampling = Sampling(samples, 1)
    mine = best(lambda: monte_carlo(problem, alpha=ALPHA, beta=BETA, votes=votes, sampling=sampling), 2, process_time)
    peer = best(lambda: torch_votes(problem, samples // 100, votes), 2, process_time) * 100
    with capsys.disabled():
        print(f"\n  {samples} samples of {votes} votes, PyTorch: {peer / mine:.1f} x ours ({mine:.2f} s)", end="")
