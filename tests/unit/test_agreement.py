"""Maps of theory against simulation: what is compared, with which seeds, and that wrong theory is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

import simulate.agreement.agreement as module
from simulate.agreement.agreement import agreement
from simulate.agreement.dataset import records, verdict
from simulate.agreement.plan import Plan, Trial
from simulate.montecarlo import Level, Sampling, UnsupportedError, monte_carlo
from simulate.storage import open_dataset, save_dataset
from simulate.sweep.axes import Axis, Family
from simulate.sweep.deployed import deployed
from theory import Estimate, NoExactRoute
from theory.errors import ProblemError

BUMPS, BUMPS_FREE = Family("bumps", {"spacing": 1.5}), Family("bumps")
NOISES = (Axis("beta", 0.2, 0.8, 2), Axis("alpha", 0.0, 1.0, 3))
TRIAL = Trial(11, 600, 3)


def test_a_map_of_noises() -> None:
    dataset = agreement(BUMPS, *NOISES, {"eps": 0.2}, TRIAL)
    assert dataset["p"].dims == ("quantity", "alpha", "beta")
    assert dataset["quantity"].to_numpy().tolist() == ["clean", "certified", "gain", "certified_gain"]
    assert np.isfinite(dataset["p"].sel(quantity=["clean", "certified"])).all()
    gains = dataset["p"].sel(quantity=["gain", "certified_gain"])
    assert np.array_equal(np.isnan(gains), np.broadcast_to((dataset["alpha"] == 0).to_numpy()[:, None], gains.shape))
    assert (dataset["seed"] == 3).all()
    assert (dataset.attrs["tests"], dataset.attrs["verdict"]) == (20, "agree")
    (found,) = monte_carlo(
        BUMPS.at(), alpha=1.0, beta=0.8, eps=0.2, votes=11, sampling=Sampling(600, 3), level=Level(1 - 0.01 / 20)
    )
    cell = dataset.isel(alpha=2, beta=1)
    for name in dataset["quantity"].to_numpy():
        held = getattr(found, name)
        assert float(cell["estimate"].sel(quantity=name)) == held.estimate
        assert float(cell["low"].sel(quantity=name)) == held.low
    exact = deployed(BUMPS.at(), 1.0, 0.8, 0.2, 11, 1e-3)
    assert float(cell["exact"].sel(quantity="certified_gain")) == pytest.approx(exact.certified_gain.value, rel=1e-9)


def test_problems_and_independent_cells_have_seeds_of_their_own() -> None:
    spacing, alpha = Axis("spacing", 1.0, 2.0, 2), Axis("alpha", 0.0, 1.0, 3)
    shared = agreement(BUMPS_FREE, spacing, alpha, {}, TRIAL)
    assert len(np.unique(shared["seed"])) == 2
    assert (shared["seed"] == shared["seed"][0]).all()
    assert np.isnan(shared.attrs["normality_p"])
    own = agreement(BUMPS_FREE, spacing, alpha, {}, Trial(11, 600, 3, independent=True))
    assert len(np.unique(own["seed"])) == 6
    assert 0 <= own.attrs["normality_p"] <= 1
    (found,) = monte_carlo(
        BUMPS_FREE.at({"spacing": 2.0}), alpha=1.0, beta=0.5, votes=11, sampling=Sampling(600, int(own["seed"][2, 1]))
    )
    assert float(own["estimate"].sel(quantity="clean")[2, 1]) == found.clean.estimate
    other = agreement(BUMPS_FREE, spacing, alpha, {}, Trial(11, 600, 4))
    assert not np.intersect1d(shared["seed"], other["seed"]).size


def test_scores_are_normal_where_cells_are_independent() -> None:
    axes = Axis("beta", 0.2, 0.8, 6), Axis("alpha", 0.0, 1.0, 6)
    dataset = agreement(BUMPS, *axes, {}, Trial(5, 300, 8, independent=True))
    assert dataset.attrs["normality_p"] > 0.001


@pytest.mark.parametrize("x", [Axis("beta", 0.0, 1.0, 3), Axis("gap", 0.2, 1.0, 2)])
def test_measures_are_counted_too(x: Axis) -> None:
    dataset = agreement(Family("stripes"), x, Axis("alpha", 0.0, 0.5, 2), {}, TRIAL)
    assert dataset["exact"].attrs["units"] == "units of x"
    assert np.isfinite(dataset["z"].sel(quantity="clean")).all()
    assert dataset.attrs["verdict"] == "agree"


def test_where_radii_are_swept_certified_risks_only() -> None:
    dataset = agreement(BUMPS, Axis("eps", 0.0, 1.0, 2), Axis("beta", 0.0, 1.0, 3), {"alpha": 0.3}, TRIAL)
    assert dataset["quantity"].to_numpy().tolist() == ["certified", "certified_gain"]
    assert np.isnan(dataset["p"].sel(beta=0.0)).all()
    assert (dataset.attrs["cells"], dataset.attrs["cells_compared"]) == (6, 4)
    with pytest.raises(ProblemError, match="beta: found 0 only"):
        agreement(BUMPS, Axis("eps", 0.0, 1.0, 2), NOISES[1], {"beta": 0.0}, TRIAL)


def test_where_nothing_can_be_certified_both_sides_are_infinite() -> None:
    dataset = agreement(Family("stripes"), Axis("beta", 0.2, 0.4, 2), NOISES[1], {"eps": 3.0}, Trial(3, 100, 1))
    certified = dataset.sel(quantity="certified")
    assert np.isinf(certified["exact"]).all()
    assert (certified["p"] == 1).all()
    assert np.isnan(certified["z"]).all()


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    dataset = agreement(BUMPS, *NOISES, {}, TRIAL)
    save_dataset(dataset, tmp_path / "a.nc")
    again = open_dataset(tmp_path / "a.nc", ("p", "z"), "check")
    assert repr(records(again)) == repr(records(dataset))
    assert list(records(again)[0])[:4] == ["beta", "alpha", "eps", "quantity"]
    assert verdict(again)["tests"] == len(records(again)) == 10


def _wrong(problem: Any, alpha: Any, *rest: Any) -> Any:
    return deployed(problem, 1.2 * np.asarray(alpha), *rest)


def test_wrong_theory_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "deployed", _wrong)
    axes = Axis("beta", 0.2, 0.8, 3), Axis("alpha", 0.0, 0.4, 3)
    dataset = agreement(BUMPS, *axes, {}, Trial(51, 20_000, 1))
    assert dataset.attrs["verdict"] == "disagree"
    wrong = dataset["disagrees"].sel(quantity="clean").to_numpy() == 1
    assert wrong[1:].any()
    assert not wrong[0].any()
    assert (dataset["disagrees"].sel(quantity="gain") == 1).any()


def test_an_admitted_error_is_no_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsure(*words: Any) -> Any:
        held = _wrong(*words)
        doubtful = {name: Estimate(side.value, side.error + 0.2, side.route) for name, side in vars(held).items()}
        return type(held)(**doubtful)

    monkeypatch.setattr(module, "deployed", unsure)
    dataset = agreement(BUMPS, Axis("beta", 0.2, 0.8, 3), Axis("alpha", 0.0, 0.4, 3), {}, Trial(51, 20_000, 1))
    assert dataset.attrs["verdict"] == "agree"


def test_undecided_points_count_for_and_against(monkeypatch: pytest.MonkeyPatch) -> None:
    def undecided(*words: Any, **options: Any) -> Any:
        """The likelier votes are all wrong where a tenth of the points is undecided; the bounds hold the truth."""
        found = monte_carlo(*words, **options)
        samples, side = options["sampling"].samples, (1 - options["level"].confidence) / 2
        for i, record in enumerate(found):
            count = round(record.clean.estimate * samples)
            few, many = count - samples // 20, count + samples // 20
            low, high = beta.ppf(side, few, samples - few + 1), beta.isf(side, many + 1, samples - many)
            found[i] = replace(
                record, clean=replace(record.clean, estimate=few / samples, low=low, high=high, fewest=few, most=many)
            )
        return found

    monkeypatch.setattr("simulate.montecarlo.monte_carlo", undecided)
    dataset = agreement(BUMPS, *NOISES, {}, Trial(11, 4000, 3))
    assert dataset.attrs["verdict"] == "agree"
    assert (dataset["p"].sel(quantity="clean") > 0.9).all()
    monkeypatch.setattr(module, "deployed", lambda problem, alpha, *rest: deployed(problem, 3 + alpha, *rest))
    assert agreement(BUMPS, *NOISES, {}, Trial(11, 4000, 3)).attrs["verdict"] == "disagree"


def test_cells_without_an_exact_value_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def partly(problem: Any, *rest: Any) -> Any:
        if problem == BUMPS_FREE.at({"spacing": 2.0}):
            raise NoExactRoute("too far apart")
        return deployed(problem, *rest)

    monkeypatch.setattr(module, "deployed", partly)
    dataset = agreement(BUMPS_FREE, Axis("spacing", 1.0, 2.0, 3), NOISES[1], {}, TRIAL)
    assert (dataset.attrs["cells"], dataset.attrs["cells_compared"]) == (9, 6)
    assert dataset.attrs["not_compared"] == "too far apart"
    assert np.isnan(dataset["estimate"].sel(spacing=2.0)).all()


def test_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoExactRoute):
        agreement(Family("concentric", {"training.noise": "laplace"}), *NOISES, {}, TRIAL)

    def refuse(*_words: Any, **_options: Any) -> None:
        raise UnsupportedError("no closed form")

    monkeypatch.setattr("simulate.montecarlo.monte_carlo", refuse)
    with pytest.raises(UnsupportedError, match="no closed form"):
        agreement(BUMPS, *NOISES, {}, TRIAL)


def test_too_many_cells() -> None:
    with pytest.raises(ProblemError, match="at most 10000"):
        Plan.of(BUMPS, Axis("beta", 0.1, 1.0, 101), Axis("alpha", 0.0, 1.0, 101), {})


def test_adjusted_p_values_are_never_below_their_own() -> None:
    dataset = agreement(BUMPS, *NOISES, {"eps": 0.2}, TRIAL)
    p, adjusted = (dataset[name].to_numpy() for name in ("p", "p_adjusted"))
    assert np.array_equal(np.isnan(p), np.isnan(adjusted))
    assert (adjusted >= p)[np.isfinite(p)].all()
