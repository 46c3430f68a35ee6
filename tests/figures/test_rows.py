"""What training noise wins on rows of intervals: no grid finds more, and nothing is won at the width."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures import curves
from simulate.experiments.rows import against_gap, best_gain, bridged, ends, near_width, share
from theory import compare, train
from theory.theorems.interference import close


@pytest.mark.parametrize(("count", "kappa"), [(2, 0.937539257), (3, 0.957899932), (4, 0.997629849)])
def test_the_last_bridged_midpoint(count: int, kappa: float) -> None:
    assert bridged(count) == pytest.approx(kappa, abs=1e-9)


def test_the_share_of_noise_is_what_training_sees() -> None:
    """The boundary of the trained region is where half of the noise lands in the row."""
    region = train(close(3, 0.8), 0.6).region
    places = np.concatenate(region.ends)
    for place in places[np.isfinite(places)] - 2.3:  # the row of the problem begins at 0, that of the shares is centred
        assert share(3, 0.8, float(place), 0.6) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(("count", "gap"), [(3, 0.9), (4, 0.5), (4, 0.9)])
def test_intervals_go_out_where_they_lose_their_last_points(count: int, gap: float) -> None:
    """Votes on the untrained row are what training with that noise would see."""
    for beta in ends(count, gap):
        before, behind = (_lit(count, gap, beta * (1 + side * 1e-6)) for side in (-1, 1))
        assert sum(behind) < sum(before)


def _lit(count: int, gap: float, beta: float) -> list[bool]:
    """Which intervals hold points that are labelled 1."""
    (ends_of,) = train(close(count, gap), beta).region.ends
    low, high = ends_of[::2], ends_of[1::2]
    return [bool(((low < start + 1) & (high > start)).any()) for start in np.arange(count) * (1 + gap)]


@pytest.mark.parametrize(("count", "gap", "least"), [(2, 0.9, 1.176), (3, 0.9, 1.79), (4, 0.99, 1.895), (4, 1.0, 0.0)])
def test_the_best_gain_is_at_least_what_a_fine_search_finds(count: int, gap: float, least: float) -> None:
    found = best_gain(count, gap)
    assert least <= found <= count
    assert found > 1 or gap >= 1


@pytest.mark.parametrize(("count", "gap"), [(2, 0.5), (3, 0.8), (4, 0.9)])
def test_no_grid_over_both_noises_finds_more(count: int, gap: float) -> None:
    alpha, beta = np.geomspace(0.1, 3.0, 30)[:, None], np.linspace(0.3, 3.0, 41)
    most = compare(close(count, gap), alpha, beta).gain.value.max()
    assert 0 < most < best_gain(count, gap)


def test_panels_show_the_limit_and_the_marks() -> None:
    given = {"counts": [2], "low": 0.05, "high": 0.5, "number": 2}
    left, right = curves.draw_panels([against_gap(**given), near_width(**given)])
    np.testing.assert_array_equal(left.lines["2 intervals"].get_xdata(), left_gaps := gaps_of(given))
    x, y = (np.asarray(values, float) for values in left.lines["gap = width"].get_data())
    np.testing.assert_array_equal(x[np.isfinite(y)], [1.0, 1.0])
    gains = np.asarray(left.lines["2 intervals"].get_ydata(), float)
    assert (gains[left_gaps >= 1] < 1e-9).all()
    assert (gains[left_gaps < 0.94] > 0.5).all()
    (place,), (gain,) = right.points["last bridged midpoint"].lines[0].get_data()
    curve = right.lines["2 intervals"].get_data()
    assert gain == dict(zip(*(np.asarray(values).tolist() for values in curve), strict=True))[place]


def gaps_of(given: dict[str, Any]) -> np.ndarray:
    """What the panels show, typed out."""
    return np.array([0.5, 0.7, 0.9, bridged(2), 1 - given["low"], 1.0, 1.0, 1.1])
