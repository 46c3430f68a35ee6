"""Votes per second of the Monte Carlo side against raw random numbers, NumPy and PyTorch, in one run."""

from __future__ import annotations

import subprocess
import sys

import jax
import numpy as np
import pytest

from simulate.montecarlo import Sampling, monte_carlo
from tests.benchmarks.timing import best, sized
from theory import MixtureProblem, regimes
from theory.problems.problem import Gaussian, as_vector

DRAWS = sized(1 << 22, 1 << 12)
DIMS = sized((1, 2, 16, 256), (2,))
ALPHA, BETA = 0.5, 0.5
BATCH = 1 << 16


def raw(kind: str) -> float:
    """Normals per second of `jax.random.normal`."""
    with jax.enable_x64(True):
        draw = jax.jit(lambda key: jax.random.normal(key, (DRAWS,), kind).sum())
        return DRAWS / best(lambda: draw(jax.random.key(0)).block_until_ready(), 5)


def means(problem: MixtureProblem) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Means of two Gaussians of one scale each, and the scales."""
    laws = [part[0].law for part in (problem.class0, problem.class1)]
    assert isinstance(laws[0], Gaussian)
    assert isinstance(laws[1], Gaussian)
    centers = [as_vector(law.mean, problem.dim) for law in (laws[0], laws[1])]
    return centers[0], centers[1], (float(laws[0].scale or 1), float(laws[1].scale or 1))


def numpy_votes(problem: MixtureProblem, kind: type[np.floating], samples: int, votes: int) -> int:
    """The clean vectorised version: noise for a batch of samples at once, two classifiers, majority."""
    rng, (m0, m1, _scales) = np.random.default_rng(0), means(problem)
    label = rng.random(samples) < 0.5
    x = np.where(label[:, None], m1, m0) + rng.standard_normal((samples, problem.dim))
    m0, m1, x = (v.astype(kind) for v in (m0, m1, x))
    batch, differ = max(1, BATCH // (votes * problem.dim)), 0
    for first in range(0, samples, batch):
        part = x[first : first + batch, None]
        noisy = part + kind(BETA) * rng.standard_normal((len(part), votes, problem.dim), kind)
        d0, d1 = (((noisy - m) ** 2).sum(axis=-1) for m in (m0, m1))
        counts = [(d1 / (1 + a * a) <= d0 / (1 + a * a)).sum(axis=1) for a in (0.0, ALPHA)]
        differ += int(np.sum((2 * counts[0] >= votes) != (2 * counts[1] >= votes)))
    return differ


def torch_votes(problem: MixtureProblem, samples: int, votes: int) -> int:
    """The usual loop of smoothing code: for each sample batches of noise through two classifiers, counts, majority."""
    torch = pytest.importorskip("torch")
    m0, m1 = (torch.tensor(m.tolist(), dtype=torch.float32) for m in means(problem)[:2])
    x = torch.where(torch.rand(samples, 1) < 0.5, m1, m0) + torch.randn(samples, problem.dim)
    size, differ = max(1, min(votes, BATCH // problem.dim)), 0
    with torch.no_grad():
        for point in x:
            counts = [0, 0]
            for first in range(0, votes, size):
                noisy = point + BETA * torch.randn(min(size, votes - first), problem.dim)
                d0, d1 = (((noisy - m) ** 2).sum(dim=-1) for m in (m0, m1))
                for place, a in enumerate((0.0, ALPHA)):
                    counts[place] += int((d1 / (1 + a * a) <= d0 / (1 + a * a)).sum())
            differ += (2 * counts[0] >= votes) != (2 * counts[1] >= votes)
    return differ


def rate(work: object, samples: int, votes: int) -> float:
    """Votes per second."""
    assert callable(work)
    return samples * votes / best(lambda: work(samples, votes), 2)


@pytest.mark.parametrize("dim", DIMS)
def test_votes_per_second(dim: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Paired gains, two classifiers for each noise draw, of two Gaussians: aims .8, past 1; 3 and 2 times as fast."""
    problem = regimes.two_gaussians(dim=dim)
    votes, samples = sized((1000, 20_000 if dim < 16 else 80_000 // dim), (10, 200))

    def ours(samples: int, votes: int) -> object:
        return monte_carlo(problem, alpha=ALPHA, beta=BETA, votes=votes, sampling=Sampling(samples, 1))

    single, double, own = raw("float32"), raw("float64"), rate(ours, samples, votes)
    plain = {
        kind: rate(lambda s, v, kind=kind: numpy_votes(problem, kind, s, v), samples // 10, votes)
        for kind in (np.float32, np.float64)
    }
    said = f"d = {dim}: {own / 1e6:.2f} M votes/s; of raw normals: {own * dim / single:.2f} (float32), "
    said += f"{own * dim / double:.2f} (float64); "
    said += f"x NumPy {own / plain[np.float32]:.1f} (float32), {own / plain[np.float64]:.1f} (float64)"
    with capsys.disabled():
        print(f"\n  {said}", end="")
        try:
            print(f", x PyTorch {own / rate(lambda s, v: torch_votes(problem, s, v), samples // 100, votes):.1f}")
        except pytest.skip.Exception:
            print(", PyTorch is not installed")


def test_cost_is_linear(capsys: pytest.CaptureFixture[str]) -> None:
    """Time per number drawn, relative to the first, as votes, samples and dimensions grow tenfold."""

    def spent(dim: int, votes: int, samples: int) -> float:
        problem = regimes.two_gaussians(dim=dim)
        sampling = Sampling(sized(samples, samples // 100), 1)
        work = best(lambda: monte_carlo(problem, alpha=ALPHA, beta=BETA, votes=votes, sampling=sampling), 2)
        samples = sampling.samples
        return work / (dim * votes * samples)

    cases = {"votes": [(2, 100, 20_000), (2, 1000, 20_000)], "samples": [(2, 100, 20_000), (2, 100, 200_000)]}
    cases["d"] = [(16, 100, 4000), (160, 100, 4000)]
    with capsys.disabled():
        for name, (first, second) in cases.items():
            print(f"\n  {name} times 10: cost per number times {spent(*second) / spent(*first):.2f}", end="")
        print()


PEAK = """
import resource, sys
from simulate.montecarlo import Sampling, monte_carlo
from theory import regimes
votes, samples = map(int, sys.argv[1:])
monte_carlo(regimes.two_gaussians(dim=2), alpha=0.5, beta=0.5, votes=votes, sampling=Sampling(samples, 1))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """Peak resident memory of runs of a thousandfold number of votes, or of samples: aim below 1 GiB at any."""
    for votes, samples in sized(((1000, 1000), (1_000_000, 1000), (1000, 1_000_000)), ((100, 100),)):
        words = [sys.executable, "-c", PEAK, str(votes), str(samples)]
        peak = int(subprocess.run(words, check=True, capture_output=True, text=True).stdout) / 1024
        with capsys.disabled():
            print(f"\n  {samples} samples of {votes} votes: {peak:.0f} MiB", end="")
