"""Figures of checks: what is drawn and marked, and bands that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from figures import agreement
from figures.order_statistics import any_band, expected, independent_band
from tests.figures.examples import agreement as checked


def test_maps_show_scores_and_marks_disagreements() -> None:
    dataset = checked()
    artists = agreement.draw(dataset)
    assert list(artists.maps) == list(artists.meshes) == ["clean", "certified"]
    for risk, mesh in artists.meshes.items():
        shown = np.ma.asarray(mesh.get_array())
        z = dataset["z"].sel(quantity=risk).to_numpy()
        assert np.array_equal(np.ma.getmaskarray(shown), np.isnan(z))
        assert shown.compressed() == pytest.approx(z[np.isfinite(z)])
        assert mesh.get_clim() == (-6.0, 6.0)
    assert set(artists.marks) == {("clean", "risk"), ("clean", "gain"), ("certified", "risk")}
    (x,), (y,) = artists.marks["certified", "risk"].get_data()
    assert (x, y) == pytest.approx((0.5, 0.72))
    assert len(np.asarray(artists.marks["clean", "risk"].get_xdata())) == 2
    assert artists.legend is not None
    words = [text.get_text() for text in artists.legend.get_texts()]
    assert words[:3] == ["risks disagree", "gains disagree", "not compared"]
    assert words[-1] == agreement.BANDS[True][1]


def test_scores_are_sorted_against_normal_quantiles() -> None:
    dataset = checked()
    artists = agreement.draw(dataset)
    for risk, points in artists.points.items():
        z = dataset["z"].sel(quantity=risk).to_numpy()
        z = np.sort(z[np.isfinite(z)])
        x, y = (np.asarray(v, float) for v in points.get_data())
        assert y == pytest.approx(z)
        assert x == pytest.approx(norm.ppf((np.arange(len(z)) + 0.5) / len(z)))


def test_cells_that_share_draws_get_the_band_for_any_dependence() -> None:
    artists = agreement.draw(checked().assign_attrs(independent=0))
    assert artists.legend is not None
    assert artists.legend.get_texts()[-1].get_text() == agreement.BANDS[False][1]
    assert artists.band is not None
    heights = artists.band.get_paths()[0].vertices[:, 1]
    assert np.isin(any_band(36)[0], heights).all()


def test_the_order_of_dimensions_and_values_does_not_matter() -> None:
    dataset = checked()
    turned = dataset.transpose("beta", "quantity", "alpha").isel(beta=slice(None, None, -1))
    one, other = (agreement.draw(held) for held in (dataset, turned))
    arrays = (np.ma.asarray(artists.meshes["clean"].get_array()) for artists in (one, other))
    assert np.ma.allequal(*arrays)


def test_nothing_finite_to_draw() -> None:
    dataset = checked().sel(quantity=["certified"])
    dataset["z"][:] = np.nan
    dataset["disagrees"][:] = 0
    artists = agreement.draw(dataset)
    assert artists.points == {}
    assert artists.band is None
    assert artists.legend is not None


def test_other_datasets_are_refused() -> None:
    with pytest.raises(ValueError, match="found no variable 'z'"):
        agreement.draw(checked().drop_vars("z"))
    with pytest.raises(ValueError, match="found no risk"):
        agreement.draw(checked().sel(quantity=["gain"]))


@pytest.mark.parametrize("count", [1, 2, 25, 400])
def test_the_band_for_independent_scores_holds_them_all(count: int) -> None:
    low, high = independent_band(count)
    z = np.sort(np.random.default_rng(7).normal(size=(4000, count)), axis=1)
    held = ((z >= low) & (z <= high)).all(axis=1).mean()
    assert held == pytest.approx(0.95, abs=0.017)
    assert ((low < expected(count)) & (expected(count) < high)).all()


@pytest.mark.parametrize("count", [1, 2, 25])
def test_the_band_for_any_dependence_holds_under_several(count: int) -> None:
    low, high = any_band(count)
    random = np.random.default_rng(9)
    common = random.normal(size=(4000, 1))
    for share in (0.0, 0.5, 0.9, 1.0):
        z = np.sqrt(share) * common + np.sqrt(1 - share) * random.normal(size=(4000, count))
        z.sort(axis=1)
        assert ((z >= low) & (z <= high)).all(axis=1).mean() >= 0.94


def test_one_score_has_one_band() -> None:
    for band in (independent_band(1), any_band(1)):
        assert np.concatenate(band) == pytest.approx([-1.96, 1.96], abs=0.08)
