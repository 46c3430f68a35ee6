"""The live map and its sliders: exact values, artists that stay, a picture that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import ipywidgets
import numpy as np
import pytest

from simulate.live.explore import RANGES, SLOW, Explorer, explore
from simulate.live.live_map import LiveMap
from simulate.sweep.axes import Axis, Family
from theory import ProblemError, certified_gain, compare, gain, regimes

X, Y = Axis("beta", 0.05, 2.0, 12), Axis("alpha", 0.0, 2.0, 10)
GRID = Y.values[:, None], X.values


@pytest.fixture
def widgets() -> Iterator[None]:
    """Whatever a test makes is closed after it."""
    yield
    ipywidgets.Widget.close_all()


def shown(live: LiveMap) -> np.ndarray:
    return np.ma.asarray(live.artists.mesh.get_array()).reshape(Y.count, X.count)


@pytest.mark.parametrize("regime", ["bumps", "stripes", "two-gaussians", "concentric"])
def test_values_are_the_exact_gains(regime: str) -> None:
    live = LiveMap(Family(regime), X, Y)
    problem = regimes.build(regime)
    np.testing.assert_allclose(live.values.gain, gain(problem, *GRID).value, rtol=1e-10, atol=1e-13)
    assert np.array_equal(live.values.label == "constant", compare(problem, *GRID).constant)


def test_a_radius_asks_for_certified_gains() -> None:
    live = LiveMap(Family("two-gaussians", {"prior": 0.2}), X, Y, eps=0.3)
    exact = certified_gain(regimes.two_gaussians(prior=0.2), *GRID, 0.3).value
    np.testing.assert_allclose(live.values.gain, exact, rtol=1e-10, atol=1e-13)
    assert "certified" in live.artists.colorbar.ax.get_ylabel()


def test_an_update_changes_the_artists_that_are_there() -> None:
    live = LiveMap(Family("bumps"), X, Y)
    mesh, patches, before, first = live.artists.mesh, live.patches, shown(live).copy(), live.png()
    assert live.update({"spacing": 1.5}) > 0
    assert (live.artists.mesh, live.patches) == (mesh, patches)
    assert live.artists.axes.collections.count(mesh) == 1
    assert live.png() != first
    exact = compare(regimes.bumps(spacing=1.5), *GRID)
    hidden = np.ma.getmaskarray(shown(live))
    assert np.array_equal(hidden, exact.constant)
    np.testing.assert_allclose(shown(live)[~hidden], exact.gain.value[~hidden], rtol=1e-10, atol=1e-13)
    low, high = mesh.get_clim()
    assert -low == high == np.abs(shown(live)).max()
    live.update({})
    assert np.ma.allequal(shown(live), before)
    assert live.png() == first


def test_nothing_is_left_behind() -> None:
    live = LiveMap(Family("bumps"), X, Y)
    counts = []
    for spacing in (1.5, 2.5, 1.5, 2.5):
        live.update({"spacing": spacing})
        live.png()
        counts.append((len(live.artists.axes.get_children()), len(live.artists.figure.axes)))
    assert counts[:2] == counts[2:]


def test_a_coarse_map_holds_every_second_value_and_fills_the_same_cells() -> None:
    live = LiveMap(Family("bumps"), X, Y)
    live.update({}, step=2)
    part = gain(regimes.bumps(), Y.values[1::2, None], X.values[1::2]).value
    np.testing.assert_allclose(live.values.gain, part, rtol=1e-10, atol=1e-13)
    visible = ~np.ma.getmaskarray(shown(live))
    spread = part.repeat(2, 0).repeat(2, 1)
    np.testing.assert_allclose(shown(live)[visible], spread[visible], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("settings", [{"separation": 0.0}, {"prior": 0.5}])
def test_maps_of_nothing_are_white(settings: dict[str, Any]) -> None:
    live = LiveMap(Family("two-gaussians"), X, Y)
    live.update(settings)
    assert live.artists.mesh.get_clim() == (-1.0, 1.0)
    assert live.contours is None
    assert live.values.best is None
    assert live.png()


def test_what_has_no_exact_route_is_said() -> None:
    live = LiveMap(Family("two-scales", {"dim": 3, "training.rule": "regression"}), X, Y)
    assert "regression rule" in live.values.message
    assert np.isnan(live.values.gain).all()
    assert live.png()


@pytest.mark.usefixtures("widgets")
def test_a_slider_changes_the_map() -> None:
    widget = explore("bumps", cells=10)
    before, picture, words = widget.live.values.gain, widget.picture.value, widget.words.value
    assert set(widget.sliders) == {"count", "spacing", "scale", "background"}
    widget.sliders["spacing"].value = 1.5
    assert widget.live.values.gain.shape == (10, 10)
    assert not np.array_equal(widget.live.values.gain, before)
    assert widget.picture.value != picture
    assert widget.words.value != words
    assert widget.words.value.startswith("largest gain ")
    exact = gain(regimes.bumps(spacing=1.5), np.linspace(0, 2, 10)[:, None], np.linspace(0.05, 2, 10))
    np.testing.assert_allclose(widget.live.values.gain, exact.value, rtol=1e-10, atol=1e-13)


@pytest.mark.usefixtures("widgets")
def test_a_slow_map_is_coarse_while_the_slider_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulate.live.explore.BUDGET", -1.0)
    monkeypatch.setattr("simulate.live.explore.REST", 0.01)
    sizes = []

    async def move(widget: Explorer) -> None:
        for spacing in (1.5, 1.6):
            widget.sliders["spacing"].value = spacing
            sizes.append(widget.live.values.gain.size)
        await asyncio.sleep(0.3)
        sizes.append(widget.live.values.gain.size)

    asyncio.run(move(explore("bumps", cells=8)))
    assert sizes == [16, 16, 64]


@pytest.mark.usefixtures("widgets")
def test_readers_without_a_kernel_get_a_picture() -> None:
    shown_as = explore("stripes", cells=8)._repr_mimebundle_()
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(shown_as)


@pytest.mark.usefixtures("widgets")
@pytest.mark.parametrize("regime", sorted(set(regimes.REGIMES) - set(SLOW)))
def test_every_regime_has_sliders_that_begin_within_their_ranges(regime: str) -> None:
    for key, value in regimes.parameters(regime).items():
        assert key == "dim" or RANGES[key][0] <= value <= RANGES[key][1]
    widget = explore(regime, cells=3)
    for held in widget.sliders.values():
        held.value = held.options[0] if hasattr(held, "options") else held.min
        held.value = held.options[-1] if hasattr(held, "options") else held.max
    assert np.isfinite(widget.live.values.gain).all()


@pytest.mark.usefixtures("widgets")
def test_a_start_beyond_the_usual_range_widens_it() -> None:
    widget = explore("concentric", cells=3, dim=7, outer=4.0)
    assert widget.sliders["outer"].max == widget.sliders["outer"].value == 4.0
    assert 7 in widget.sliders["dim"].options


@pytest.mark.parametrize(
    ("regime", "settings", "words"),
    [
        ("discs", {}, "plane"),
        ("bump", {}, "no regime"),
        ("bumps", {"gap": 1.0}, "unknown"),
        ("bumps", {"scale": -1.0}, "scale"),
    ],
)
def test_what_cannot_be_explored_is_refused(regime: str, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        explore(regime, cells=3, **settings)
