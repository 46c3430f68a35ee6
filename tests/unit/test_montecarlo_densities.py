"""Log densities of law + noise against brute-force convolution in NumPy, for every pair of families."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.special import erfcx as scipy_erfcx
from scipy.special import logsumexp

from simulate.montecarlo.laws.densities import BARE, NOISED, erfcx
from simulate.montecarlo.laws.fields import log_densities
from simulate.montecarlo.laws.laws import LawGroup

# The quadrature: panels of half a scale, ten nodes each, good to about 1e-11 in the log density.
LOG_TOLERANCE = 1e-9
# exp(z^2) erfc(z) at z = 10 loses z^2 units in the last place.
ERFCX_TOLERANCE = 1e-13

LAWS = ("gaussian", "laplace", "uniform")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)


def log_pdf(law: str, y: np.ndarray, scale: float) -> np.ndarray:
    if law == "gaussian":
        return -0.5 * (y / scale) ** 2 - np.log(scale * np.sqrt(2 * np.pi))
    if law == "laplace":
        return -np.abs(y) / scale - np.log(2 * scale)
    return np.where(np.abs(y) <= scale, -np.log(2 * scale), -np.inf)


def log_convolution(law: str, noise: str, t: float, scale: float, alpha: float) -> float:
    """Log of the integral of law(y) noise(t - y), by panels around both centres; kinks are panel ends.

    Panels shrink towards 1 scale from each centre, where a box ends and the other law may fall off steeply.
    """
    shrinking = 2.0 ** -np.arange(50)
    steps = np.concatenate([np.arange(-120, 121) / 2, 1 - shrinking, 1 + shrinking, shrinking - 1, -1 - shrinking])
    ends = np.unique(np.concatenate([scale * steps, t + alpha * steps]))
    mid, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
    y = (mid[:, None] + half[:, None] * NODES).ravel()
    weight = np.log((half[:, None] * WEIGHTS).ravel())
    return float(logsumexp(log_pdf(law, y, scale) + log_pdf(noise, t - y, alpha) + weight))


def draws(seed: int, count: int) -> np.ndarray:
    """(t, scale, alpha): scales log-uniform in [1e-3, 50], a third of the pairs nearly equal, t deep into the tails."""
    rng = np.random.default_rng(seed)
    scale, alpha = np.exp(rng.uniform(np.log(1e-3), np.log(50), (2, count)))
    near = rng.random(count) < 1 / 3
    alpha = np.where(near, scale * (1 + 10 ** rng.uniform(-16, -1, count)), alpha)
    reach = np.where(rng.random(count) < 0.5, np.maximum(scale, alpha), scale + alpha)
    return np.stack([reach * rng.choice([0.0, 1e-6, 0.3, 1, 2, 10, 40], count) * rng.random(count), scale, alpha])


@pytest.mark.parametrize(("law", "noise"), list(itertools.product(LAWS, LAWS)))
def test_noised_density_matches_convolution(law: str, noise: str) -> None:
    t, scale, alpha = draws(hash_free_seed(law, noise), 300)
    with jax.enable_x64(True):
        got = np.asarray(NOISED[law, noise](jnp.asarray(t), jnp.asarray(scale), jnp.asarray(alpha)))
    for mine, *point in zip(got, t, scale, alpha, strict=True):
        want = log_convolution(law, noise, *point)
        if np.isinf(want) or (law == noise == "uniform" and want < np.log(1e-9)):
            assert mine < np.log(1e-6), point  # at the very edge of the trapezoid both are rounding
        else:
            assert abs(mine - want) <= LOG_TOLERANCE * max(1.0, abs(want)), (point, mine, want)


def hash_free_seed(law: str, noise: str) -> int:
    return 10 * LAWS.index(law) + LAWS.index(noise)


@pytest.mark.parametrize("law", LAWS)
def test_bare_and_point_densities(law: str) -> None:
    t, scale, _ = draws(7, 300)
    with jax.enable_x64(True):
        bare = np.asarray(BARE[law](jnp.asarray(t), jnp.asarray(scale)))
        point = np.asarray(NOISED["point", law](jnp.asarray(t), jnp.zeros(300), jnp.asarray(scale)))
    want = np.array([log_pdf(law, *pair) for pair in zip(t, scale, strict=True)])
    np.testing.assert_allclose(bare, want, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(bare, point)


def test_pairs_are_symmetric_in_law_and_noise() -> None:
    t, scale, alpha = draws(11, 300)
    with jax.enable_x64(True):
        for law, noise in itertools.product(LAWS, LAWS):
            forth = NOISED[law, noise](jnp.asarray(t), jnp.asarray(scale), jnp.asarray(alpha))
            back = NOISED[noise, law](jnp.asarray(t), jnp.asarray(alpha), jnp.asarray(scale))
            np.testing.assert_array_equal(np.asarray(forth), np.asarray(back))


def test_erfcx() -> None:
    z = np.concatenate([np.linspace(0, 30, 3001), np.logspace(1, 150, 300), [9.999999, 10.0, 10.000001]])
    with jax.enable_x64(True):
        got = np.asarray(erfcx(jnp.asarray(z)))
    np.testing.assert_allclose(got, scipy_erfcx(z), rtol=ERFCX_TOLERANCE)


def test_tails_keep_their_order() -> None:
    """A Gaussian 40 standard deviations away, where densities underflow, still compares right."""
    t = np.array([40.0, 40.001, 200.0, 1e4])
    with jax.enable_x64(True):
        for law, noise in [("gaussian", "gaussian"), ("gaussian", "uniform")]:
            logs = np.asarray(NOISED[law, noise](jnp.asarray(t), jnp.asarray(0.8), jnp.asarray(0.6)))
            assert np.all(np.diff(logs) < 0)
            assert np.all(np.isfinite(logs))


def test_full_covariance_and_products() -> None:
    rng = np.random.default_rng(3)
    root = rng.normal(size=(3, 3))
    cov, mean, x = root @ root.T + 0.1 * np.eye(3), rng.normal(size=3), rng.normal(size=(3, 50)) * 3
    variances, axes = np.linalg.eigh(cov)
    zero = np.zeros(1)
    with jax.enable_x64(True):
        rotated = LawGroup(mean[None], np.sqrt(variances)[None], zero, axes[None])
        plain = LawGroup(mean[None], np.sqrt(cov.diagonal())[None], zero)
        for alpha in (None, 0.7):
            noise = jnp.asarray(alpha) if alpha else None
            got = log_densities("rotated", rotated, "gaussian", noise, jnp.asarray(x))[0]
            total = cov + (alpha or 0) ** 2 * np.eye(3)
            want = stats.multivariate_normal(mean, total).logpdf(x.T)
            np.testing.assert_allclose(np.asarray(got), want, rtol=1e-11, atol=1e-11)
            product = log_densities("gaussian", plain, "gaussian", noise, jnp.asarray(x))[0]
            want = stats.multivariate_normal(mean, np.diag(total.diagonal())).logpdf(x.T)
            np.testing.assert_allclose(np.asarray(product), want, rtol=1e-11, atol=1e-11)
