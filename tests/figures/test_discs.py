"""Figures of many random discs: the statistics by hand, and what is drawn, dotted, hatched and refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import t as student

from figures import disc_experiment, interference
from figures.disc_statistics import paired_bands
from tests.figures.examples import discs
from tests.figures.examples import interference as maps


def test_bands_by_hand() -> None:
    dataset = discs()
    held = paired_bands(dataset)
    assert held["draws"].to_numpy().tolist() == [12, 12, 9, 1]
    differences = (dataset["risk"].sel(alpha=0.0) - dataset["risk"]).sel(gap=2.0, alpha=8.0, beta=11.0)[:9].to_numpy()
    cell = held.sel(gap=2.0, alpha=8.0, beta=11.0)
    half = student.ppf(1 - 0.025 / 10, 8) * differences.std(ddof=1) / 3
    assert float(cell["mean"]) == pytest.approx(differences.mean(), rel=1e-12)
    assert float(cell["half_width"]) == pytest.approx(half, rel=1e-9)
    assert float(cell["sign"]) == (np.sign(differences.mean()) if abs(differences.mean()) > half else 0)
    baseline = dataset["risk"].sel(gap=2.0, alpha=0.0, beta=11.0)[:9].mean()
    assert float(held["baseline"].sel(gap=2.0, beta=11.0)) == pytest.approx(float(baseline))


def test_wider_families_have_wider_bands() -> None:
    one, all_of_it = (paired_bands(discs(), dims) for dims in (("alpha",), ("gap", "alpha", "beta")))
    ratio = float((all_of_it["half_width"] / one["half_width"]).sel(gap=0.0, alpha=8.0, beta=8.0))
    expected = student.ppf(1 - 0.025 / (4 * 10 * 3), 11) / student.ppf(1 - 0.025 / 10, 11)
    assert ratio == pytest.approx(expected)


def test_one_draw_gives_no_band_and_none_nothing() -> None:
    dataset = discs()
    dataset["risk"][1] = np.nan
    held = paired_bands(dataset)
    assert held["draws"].to_numpy().tolist() == [12, 0, 9, 1]
    assert np.isnan(held["half_width"].sel(gap=3.0)).all()
    assert np.isnan(held["mean"].sel(gap=1.0)).all()
    assert (held["sign"].sel(gap=[1.0, 3.0]) == 0).all()


def test_a_partly_computed_draw_does_not_count() -> None:
    dataset = discs()
    dataset["risk"][0, 0, 3, 1] = np.nan
    cut = dataset.isel(draw=slice(1, None))
    assert paired_bands(dataset).sel(gap=0.0).drop_attrs().equals(paired_bands(cut).sel(gap=0.0).drop_attrs())


def test_the_risk_without_noise_is_needed() -> None:
    with pytest.raises(ValueError, match="found no 0"):
        paired_bands(discs(alphas=(1.0, 2.0)))


def test_lines_are_means_and_dotted_where_most_are_constant() -> None:
    dataset = discs()
    artists = disc_experiment.draw(dataset)
    held = paired_bands(dataset)
    assert sorted(artists.lines) == [(panel, gap) for panel in range(3) for gap in range(3)]
    drawn = np.asarray(artists.lines[1, 2].get_ydata())
    cell = held.sel(gap=2.0, beta=11.0)
    constant = cell["constant"].to_numpy() > 0.5
    assert 0 < constant.sum() < len(constant)
    assert np.array_equal(np.isnan(drawn), constant)
    assert drawn[~constant] == pytest.approx(cell["mean"].to_numpy()[~constant])


def test_a_style_stays_with_its_gap() -> None:
    dataset = discs()
    before = disc_experiment.draw(dataset).lines[0, 2].get_color()
    dataset["risk"][0] = np.nan
    assert disc_experiment.draw(dataset).lines[0, 1].get_color() == before


def test_maps_show_gains_and_hide_what_is_constant() -> None:
    datasets = maps()
    artists = interference.draw(datasets)
    assert {name for _panel, name in artists.regions} == {"constant", "open"}
    held = paired_bands(datasets[0]).sel(beta=11.0).sel(alpha=slice(1, None)).transpose("alpha", "gap")
    shown = np.ma.asarray(artists.meshes[0].get_array())
    beyond, held = held.isel(alpha=slice(len(shown), None)), held.isel(alpha=slice(0, len(shown)))
    assert (beyond["constant"] > 0.5).all()
    constant = held["constant"].to_numpy() > 0.5
    assert not constant[-1].all()
    assert np.array_equal(np.ma.getmaskarray(shown), constant | np.isnan(held["mean"].to_numpy()))
    assert shown.compressed() == pytest.approx(held["mean"].to_numpy()[~np.ma.getmaskarray(shown)])
    low, high = artists.meshes[0].get_clim()
    assert low == -high


@pytest.mark.parametrize("draw", [disc_experiment.draw, lambda dataset: interference.draw([dataset])])
def test_without_two_draws_there_is_nothing_to_draw(draw: object) -> None:
    dataset = discs((8.0,))
    dataset["risk"][:, 1:] = np.nan
    assert callable(draw)
    with pytest.raises(ValueError, match="no gap with two complete draws"):
        draw(dataset)


def test_a_map_varies_one_noise() -> None:
    with pytest.raises(ValueError, match="expected one of either"):
        interference.draw([discs()])
    with pytest.raises(ValueError, match="found none"):
        interference.draw([])


def test_more_gaps_than_styles_are_refused() -> None:
    dataset = discs()
    more = xr.concat([dataset, dataset.assign_coords(gap=dataset["gap"] + 10)], "gap")
    with pytest.raises(ValueError, match="at most 4"):
        disc_experiment.draw(more)
