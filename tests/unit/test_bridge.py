"""Which rule networks follow: labels and differences against their definitions, and a whole study in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from simulate.experiments.bridge import rules_followed
from simulate.experiments.bridge_measured import PROBES, differing, differing_overall, labels_of
from simulate.experiments.curves import between_stripes
from theory import regimes, vote_risk

SMALL = {"sizes": [40], "models": ["linear"], "seeds": 2, "points": 30, "votes": 5, "shown": 400}


def test_labels_are_those_of_noised_densities() -> None:
    problem = regimes.bumps(count=3)
    x = np.linspace(-4, 4, 200, dtype=np.float32)[:, None]
    for alpha, found in zip((0.0, 0.5), labels_of(problem, [0.0, 0.5], x), strict=True):
        bumps = sum(norm.pdf(x[:, 0], center, np.hypot(0.3, alpha)) for center in (-2, 0, 2)) / 3
        assert np.array_equal(found, bumps >= norm.pdf(x[:, 0], 0, np.hypot(2, alpha)))


def test_labels_off_the_data_are_those_that_were_chosen() -> None:
    gap = np.array([[-0.9], [-0.6], [0.6], [0.9]])
    nearest, nothing, everything = (
        labels_of(between_stripes(choice), [0.0], gap)[0] for choice in ("nearest", "class0", "class1")
    )
    assert nearest.tolist() == [0, 1, 1, 0]
    assert not nothing.any()
    assert everything.all()


def test_differences_are_counted_input_by_input() -> None:
    rng = np.random.default_rng(3)
    labels, rule, own = (rng.integers(0, 2, size) for size in ((3, 2, 50), (2, 50), (3, 2, 50)))
    for reference in (rule, own):
        found = differing(labels, reference)
        for a in range(2):
            others = [reference[a] if reference.ndim == 2 else reference[seed, a] for seed in range(3)]
            count = sum(int(labels[seed, a, i] != others[seed][i]) for seed in range(3) for i in range(50))
            assert found.estimate[a] == pytest.approx(count / 150, rel=1e-14)
            assert found.low[a] < count / 150 < found.high[a]
        overall = differing_overall(labels, reference)
        assert overall.estimate == pytest.approx(found.estimate.mean(), rel=1e-14)
        assert overall.low < found.estimate.mean() < overall.high


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for networks."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_a_study_keeps_its_networks_and_says_what_it_compared(cache: Path) -> None:
    problem = regimes.two_gaussians(dim=1, separation=3.0, prior=0.3)
    first, again = (rules_followed(problem, beta=0.5, alphas=[0.0, 1.0], **SMALL) for _ in range(2))
    assert first.identical(again)
    kept = list(cache.rglob("network-*.kept"))
    assert len(kept) == 4
    np.testing.assert_array_equal(
        first["exact"].sel(rule="posterior"), vote_risk(problem, first["noise"].to_numpy(), 0.5, 5).value
    )
    far = np.abs(first["risk"].sel(classifier="linear") - first["exact"].sel(rule="regression", noise=[0.0, 1.0]).data)
    assert first["distance"].sel(classifier="linear", rule="regression").item() == pytest.approx(far.mean().item())
    assert first["differs"].sel(classifier="parzen", reference="parzen").max() == 0
    mean = first["differs_mean"].sel(classifier="linear", samples=40)
    np.testing.assert_allclose(mean, first["differs"].sel(classifier="linear", samples=40).mean("alpha"), rtol=1e-13)
    assert first["follows"].sel(classifier="linear", samples=40) == mean.idxmin("reference")
    assert first["limit"].shape == (2, 1, len(first["noise"]))
    assert first.attrs["probes"] == PROBES * 30
