"""The plane: time to accuracy against the obvious grid method, single evaluations, and maps."""

from __future__ import annotations

import math
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import fourier_gaussian

import theory
from tests.benchmarks.timing import best, sized
from theory import DomainProblem, regimes
from theory.geometry.plane import mixtures, shapes
from theory.geometry.plane.domain import forget

ALPHA, BETA = 5.0, 8.0
SIZES = sized((64, 128, 256, 512, 1024, 2048, 4096), (64, 128))
TARGETS = sized((1e-3, 1e-4, 1e-5), (1e-3,))


def raster(problem: DomainProblem, size: int) -> NDArray[np.bool_]:
    """The labels at the centres of size x size cells."""
    side = float(np.max(problem.high))
    at = side * (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(at, at, indexing="ij")
    inside = np.zeros((size, size), bool)
    for ball in problem.inside:
        inside |= (x - ball.center[0]) ** 2 + (y - ball.center[1]) ** 2 <= ball.radius**2
    return inside


def blurred(field: NDArray[np.float64], pixels: float) -> NDArray[np.float64]:
    """A Gaussian filter with zeros outside, by FFT: a filter of finite length is slower and never gets below 2e-5."""
    margin = int(np.ceil(6 * pixels))
    size = next_fast_len(len(field) + margin, real=True)
    wave = fourier_gaussian(rfft2(field, (size, size)), pixels, n=size)
    return irfft2(wave, (size, size))[: len(field), : len(field)]


def grid_risk(problem: DomainProblem, size: int) -> float:
    """Blur, threshold, blur, threshold, compare: with zeros outside the square."""
    labels = raster(problem, size)
    pixel = float(np.max(problem.high)) / size
    base = blurred(labels.astype(float), ALPHA / pixel) >= 0.5
    voted = blurred(base.astype(float), BETA / pixel) >= 0.5
    return float((voted != labels).mean())


def exact_risk(problem: DomainProblem, tolerance: float) -> float:
    """One exact evaluation that reuses nothing."""
    fresh = DomainProblem(problem.dim, problem.inside, problem.low, problem.high, training=problem.training)
    forget()
    shapes.forget()
    return float(theory.clean_risk(fresh, ALPHA, BETA, tolerance=tolerance).value)


def test_time_to_accuracy_on_discs(capsys: pytest.CaptureFixture[str]) -> None:
    """Who is faster at errors of 1e-3, 1e-4 and 1e-5, and by what factor? A grid error counts from where it stays."""
    problem = regimes.discs(seed=1)
    truth = exact_risk(problem, 1e-9)
    errors = {size: abs(grid_risk(problem, size) - truth) for size in SIZES}
    times = {size: best(lambda n=size: grid_risk(problem, n), 1 if size > 1024 else 3) for size in SIZES}
    tolerances = {1e-3: math.inf, 1e-4: math.inf, 1e-5: 1e-5}
    with capsys.disabled():
        print("\n  grid: " + "  ".join(f"{n}: {errors[n]:.1e} in {times[n]:.3f} s" for n in SIZES))
        for target in TARGETS:
            good = [n for n in SIZES if all(errors[m] <= target for m in SIZES if m >= n)]
            spent = best(lambda t=tolerances[target]: exact_risk(problem, t))
            missed = abs(exact_risk(problem, tolerances[target]) - truth)
            size = good[0] if good else SIZES[-1]
            said = f"grid {size}" if good else f"no grid up to {size}"
            ratio = f"x {'' if good else '> '}{times[size] / spent:.2g}"
            print(f"  error {target:g}: {said} in {times[size]:.3f} s, exact {spent:.3f} s ({missed:.1e}): {ratio}")
            assert missed <= target


def test_single_evaluations(capsys: pytest.CaptureFixture[str]) -> None:
    """One two-Gaussian problem (aim .1 s) and one domain of twenty discs (aim 1 s), nothing reused."""
    pair, discs = regimes.anisotropic(), regimes.discs(seed=1)
    noise = iter(np.linspace(0.3, 0.4, 1000))
    gaussian = best(lambda: theory.clean_risk(pair, next(noise), 0.5), 5)
    domain = best(lambda: exact_risk(discs, 1e-7), 3)
    with capsys.disabled():
        print(f"\n  two Gaussians {gaussian:.3f} s, {len(discs.inside)} discs {domain:.3f} s")


@pytest.mark.parametrize("beta", sized((0.001, 0.05, 0.5, 5.0), (0.5,)))
def test_sections_against_outlines(
    beta: float, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two Gaussians by sections (aim 10 ms at any noise) and, where noise is not small, by outlines."""
    noise = iter(np.linspace(0.3, 0.4, 1000))
    pair = regimes.anisotropic()
    sections = best(lambda: theory.clean_risk(pair, next(noise), beta), 5)
    outlines = math.nan
    if beta >= 0.05:
        monkeypatch.setattr(mixtures, "quadratic", lambda *_args: None)
        plain = replace(pair, name="by outlines")
        outlines = best(lambda: theory.clean_risk(plain, next(noise), beta), 1)
    with capsys.disabled():
        print(f"\n  beta {beta:g}: sections {1e3 * sections:.1f} ms, outlines x {outlines / sections:.2g}")


@pytest.mark.parametrize("tolerance", [1e-8, 1e-6])
def test_map_of_two_gaussians(tolerance: float, capsys: pytest.CaptureFixture[str]) -> None:
    """A 64 x 64 map of gains in one process (aim 20 s), estimated from every fourth row and
    column."""
    step = sized(4, 32)
    alpha, beta = np.linspace(0, 2, 64)[2::step], np.linspace(0.05, 2, 64)[2::step]
    problem = regimes.anisotropic()
    theory.gain(problem, 0.5, 0.7)
    start = perf_counter()
    theory.gain(problem, alpha[:, None], beta, tolerance=tolerance)
    spent = perf_counter() - start
    with capsys.disabled():
        print(
            f"\n  {alpha.size * beta.size} cells in {spent:.1f} s: a 64 x 64 map takes {step**2 * spent:.0f} s in one "
            "process"
        )
