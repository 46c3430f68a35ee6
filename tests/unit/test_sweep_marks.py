"""Curves and Monte Carlo points on a sweep."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from simulate.montecarlo import Interval, Record
from simulate.sweep.axes import Axis, Family, SpotCheck
from simulate.sweep.checks import _row, add_checks
from simulate.sweep.curves import add_curves
from simulate.sweep.curves import best as best_curve
from simulate.sweep.jumps import with_gaps
from simulate.sweep.sweep import sweep
from tests.unit.uncrossed import uncrossed
from theory import best_alphas, gain, regimes

BUMPS = Family("bumps", {"spacing": 1.5})
AXES = (Axis("beta", 0.9, 1.2, 7), Axis("alpha", 0.0, 0.3, 7))
# Points on a curve are put there to this share of the largest gain of about 0.1.
ON_CURVE = 1e-9
# Where the best noise of the stripes leaves 0.
ONSET = 0.2223904535
# A map with the vertical stretch at that noise, and one of a problem whose gains jump.
STRIPES, ACROSS = Family("stripes"), (Axis("beta", 0.1, 1.5, 13), Axis("alpha", 0.01, 1.2, 13))


@pytest.fixture(scope="module")
def curved() -> xr.Dataset:
    return add_curves(sweep(BUMPS, *AXES), BUMPS, *AXES)


def test_the_gain_vanishes_along_the_zero_curve(curved: xr.Dataset) -> None:
    beta, alpha = curved["zero_gain_x"].to_numpy(), curved["zero_gain_y"].to_numpy()
    real = np.isfinite(beta)
    assert real.sum() >= 5
    assert (alpha[real] > 0).all()
    gains = [float(gain(regimes.bumps(spacing=1.5), a, b).value) for a, b in zip(alpha[real], beta[real], strict=True)]
    assert np.abs(gains).max() <= ON_CURVE


def test_the_best_curve_beats_its_column(curved: xr.Dataset) -> None:
    at = dict(zip(curved["best_x"].to_numpy().tolist(), curved["best_y"].to_numpy().tolist(), strict=True))
    for i, beta in enumerate(curved["beta"].to_numpy().tolist()):
        if np.isfinite(at[beta]):
            found = gain(regimes.bumps(spacing=1.5), at[beta], beta)
            assert found.value >= curved["gain"].to_numpy()[:, i].max() - 1e-12


def test_a_best_alpha_below_the_first_step_is_found() -> None:
    """Gaussians in the plane, of curved boundary: the best noise is a fixed share of the smoothing noise."""
    family, axes = Family("concentric", {"dim": 2}), (Axis("beta", 0.05, 0.2, 4), Axis("alpha", 0.0, 2.0, 3))
    dataset = sweep(family, *axes)
    best = best_curve(dataset, family, *axes)
    expected = [optimum.alpha for optimum in best_alphas(family.at(), axes[0].values)]
    assert 0 < best[:, 1].min() <= best[:, 1].max() < 0.5
    assert best[:, 1] == pytest.approx(expected, rel=1e-6)


def test_jumps_of_the_best_alpha_are_gaps() -> None:
    axes = Axis("beta", 0.2, 0.25, 6), Axis("alpha", 0.0, 1.0, 5)
    family = Family("stripes")
    x, y = best_curve(sweep(family, *axes), family, *axes).T
    (gap,) = np.flatnonzero(np.isnan(x))
    assert np.isnan(y[gap])
    assert x[gap - 1] < ONSET <= x[gap + 1] < x[gap - 1] + 0.01
    assert y[gap - 1] == 0
    assert y[gap + 1] > 0.2


def test_steep_is_no_jump_and_a_jump_beside_a_slope_is_one() -> None:
    at = np.linspace(0, 1, 9)
    for function, gaps in ((np.sqrt, 0), (np.cbrt, 0), (lambda x: np.where(x > 0.41, 0.8 - 0.2 * x, 0.1 * x), 1)):
        points = with_gaps(function, at, function(at), 1.0)
        assert np.isnan(points).all(axis=1).sum() == gaps
        assert np.isin(at, points[:, 0]).all()
        assert np.diff(points[np.isfinite(points[:, 0]), 0]).min() > 0


def test_a_line_lies_between_any_two_cells_of_opposite_signs() -> None:
    dataset = add_curves(sweep(STRIPES, *ACROSS), STRIPES, *ACROSS)
    pairs, without = uncrossed(dataset)
    assert pairs > 15
    assert without == 0
    upright = np.abs(dataset["zero_gain_x"].to_numpy() - ONSET) < ON_CURVE
    alpha = dataset["zero_gain_y"].to_numpy()[upright]
    assert alpha.min() < 0.06
    assert alpha.max() > 0.2
    assert uncrossed(dataset.assign(zero_gain_x=dataset["zero_gain_x"].where(~upright)))[1] > 0


def test_no_curves_over_whole_numbers_nor_where_nothing_changes_sign() -> None:
    axes = Axis("dim", 1, 3, 3), Axis("beta", 0.2, 0.6, 3)
    plain = sweep(Family("ball"), *axes)
    assert add_curves(plain, Family("ball"), *axes).identical(plain)
    same = Family("two-gaussians")
    flat = add_curves(sweep(same, *AXES), same, *AXES)
    assert "zero_gain_x" not in flat
    assert (flat["best_y"].to_numpy() == 0).all()


def test_checks_over_a_parameter_agree() -> None:
    axes = Axis("spacing", 1.2, 2.0, 5), Axis("alpha", 0.0, 0.6, 5)
    family, shares = Family("bumps"), []
    dataset = sweep(family, *axes, {"beta": 0.5, "eps": 0.1})
    found = add_checks(dataset, family, *axes, SpotCheck(count=2, votes=25, samples=2000, seed=3), shares.append)
    assert found["check_x"].to_numpy().tolist() == [1.4, 1.4, 1.8, 1.8]
    assert found["check_agrees"].to_numpy().tolist() == [1, 1, 1, 1]
    assert (found["check_low"] <= found["check_estimate"]).all()
    assert shares[-1] == pytest.approx(1)
    assert "check_x" not in dataset


@pytest.mark.parametrize(("value", "agrees"), [(0.05, 1.0), (0.1 + 1e-9, 1.0), (0.11, 0.0), (-0.01, 0.0)])
def test_agreement_is_lying_in_the_interval_within_the_exact_error(value: float, agrees: float) -> None:
    found = Interval(0.05, 0.0, 0.1, 0.999, 100)
    record = Record(0.1, 0.2, 0.0, 5, found, found, found, found)
    (row,) = _row(record, certified=False, value=value, error=1e-8)
    assert row == (0.1, 0.2, 0.0, value, 0.05, 0.0, 0.1, agrees)


def test_points_without_a_gain_are_left_out() -> None:
    found = Interval(0.05, 0.0, 0.1, 0.999, 100)
    record = Record(0.1, 0.0, 0.1, 5, found, None, found, None)
    assert list(_row(record, certified=True, value=float("nan"), error=0.0)) == []
