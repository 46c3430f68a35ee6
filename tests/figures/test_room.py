"""Colour bars and legends lie on nothing, whatever lays the figure out, and legends stay small."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox, BboxBase

from figures.phase import PhaseArtists
from tests.figures.maps import KINDS

# Boxes may touch by this much (pixels at 100 dpi): the boxes of letters are larger than their ink.
TOUCH = 1.0
# Of the picture, or of the place that axes have in it.
SHARE = 0.2
SIZE = (9, 8)


def engine(name: str) -> Callable[[], tuple[Figure, list[Axes]]]:
    def made() -> tuple[Figure, list[Axes]]:
        figure, axes = plt.subplots(2, 2, figsize=SIZE, layout=name)
        return figure, list(axes.flat)

    return made


def adjusted() -> tuple[Figure, list[Axes]]:
    figure, axes = plt.subplots(2, 2, figsize=SIZE)
    figure.subplots_adjust(wspace=0.45, hspace=0.5)
    return figure, list(axes.flat)


def mosaic() -> tuple[Figure, list[Axes]]:
    figure = plt.figure(figsize=SIZE, layout="constrained")
    return figure, list(figure.subplot_mosaic("AB;AC;DD").values())


def cells() -> tuple[Figure, list[Axes]]:
    figure = plt.figure(figsize=SIZE)
    grid = figure.add_gridspec(2, 4, wspace=0.6, hspace=0.5)
    return figure, [figure.add_subplot(grid[0, :2]), figure.add_subplot(grid[0, 2:]), figure.add_subplot(grid[1, :])]


def by_hand() -> tuple[Figure, list[Axes]]:
    figure = plt.figure(figsize=SIZE)
    return figure, [figure.add_axes((0.1, 0.6, 0.35, 0.33)), figure.add_axes((0.6, 0.15, 0.35, 0.35))]


LAYOUTS = {name: engine(name) for name in ("constrained", "compressed", "tight")}
LAYOUTS |= {"adjusted": adjusted, "mosaic": mosaic, "grid": cells, "by hand": by_hand}


@cache
def kind(name: str) -> xr.Dataset:
    return KINDS[name]()


@pytest.fixture(autouse=True)
def usual_settings() -> Iterator[None]:
    with mpl.rc_context(mpl.rcParamsDefault | {"backend": "agg"}):
        yield
    plt.close("all")


def boxes(artists: PhaseArtists, legend: bool = True) -> dict[str, BboxBase]:
    """What is seen of a diagram by part: the map, its axes and its title, those of its bar, its legend."""
    found: dict[str, BboxBase | None] = {}
    bar = [] if artists.colorbar is None else [("bar", artists.colorbar.ax)]
    for name, axes in [("map", artists.axes), *bar]:
        found |= {name: axes.get_window_extent(), f"{name} x": axes.xaxis.get_tightbbox()}
        found |= {f"{name} y": axes.yaxis.get_tightbbox()}
        if axes.get_title():
            found[f"{name} title"] = axes.title.get_window_extent()
    if artists.legend is not None and legend:
        found["legend"] = artists.legend.get_window_extent()
    return {name: box for name, box in found.items() if box is not None}


def assert_apart(figure: Figure, drawn: list[PhaseArtists], legend: bool = True) -> None:
    figure.draw_without_rendering()
    held = [(k, name, box) for k, each in enumerate(drawn) for name, box in boxes(each, legend).items()]
    for k, name, box in held:
        assert min(box.x0, box.y0) >= -TOUCH, (k, name)
        assert max(box.x1 - figure.bbox.x1, box.y1 - figure.bbox.y1) <= TOUCH, (k, name)
    for (k, name, one), (m, other_name, other) in itertools.combinations(held, 2):
        if k == m and name.split()[0] == other_name.split()[0]:
            continue  # an axis begins where its map ends
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(across, along) <= TOUCH, (k, name, m, other_name)


def assert_small(drawn: PhaseArtists, whole: Bbox) -> None:
    assert drawn.legend is not None
    box = drawn.legend.get_window_extent()
    assert box.width * box.height < SHARE * whole.width * whole.height


# Every layout with the usual places, and each way of making room with the others.
PLACES = [(layout, "below", "beside") for layout in LAYOUTS]
PLACES += [
    (layout, *places) for layout in ("constrained", "grid") for places in (("beside", "below"), ("below", "below"))
]


@pytest.mark.parametrize(("layout", "legend", "bar"), PLACES)
def test_nothing_overlaps_in_any_layout(layout: str, legend: str, bar: str) -> None:
    figure, axes = LAYOUTS[layout]()
    places = [ax.get_window_extent().frozen() for ax in axes]
    names = ["phase", "with checks and proofs", "seeds", "logarithmic"]
    drawn = [kind(name).noisewise.plot(ax, legend=legend, colorbar=bar) for ax, name in zip(axes, names, strict=False)]
    assert_apart(figure, drawn)
    for each, place in zip(drawn, places, strict=True):
        assert_small(each, place)


@pytest.mark.parametrize(("legend", "bar"), [("below", "beside"), ("beside", "below"), ("beside", "beside")])
def test_a_map_gives_way_within_its_place(legend: str, bar: str) -> None:
    figure = plt.figure(figsize=SIZE)
    axes = figure.add_axes((0.2, 0.2, 0.5, 0.5))
    place, bottom = axes.get_window_extent().frozen(), axes.xaxis
    drawn = kind("phase").noisewise.plot(axes, legend=legend, colorbar=bar)
    figure.draw_without_rendering()
    below = place.y0 - (axes.get_window_extent().y0 - bottom.get_tightbbox().y0)
    for part in (drawn.colorbar.ax.get_tightbbox(), drawn.legend.get_window_extent()):
        assert part.x1 <= place.x1 + TOUCH
        assert part.y0 >= below - TOUCH
    assert (axes.get_window_extent().x0, axes.get_window_extent().y1) == pytest.approx((place.x0, place.y1))


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_map_has_room_beside_others_and_alone(name: str) -> None:
    dataset = kind(name)
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    figure.subplots_adjust(bottom=0.2, wspace=0.5)
    assert_apart(figure, [dataset.noisewise.plot(ax) for ax in axes])
    for columns in (1, None):
        alone = dataset.noisewise.plot(columns=columns)
        assert_apart(alone.figure, [alone])
        if alone.legend is not None:
            assert_small(alone, alone.figure.bbox)


@pytest.mark.parametrize("afterwards", ["tight_layout", "constrained", "adjust", "resize"])
def test_what_is_done_to_the_figure_later_moves_bar_and_legend_too(afterwards: str) -> None:
    figure, axes = plt.subplots(2, 2, figsize=SIZE)
    drawn = [kind("phase").noisewise.plot(ax) for ax in axes.flat]
    figure.draw_without_rendering()
    if afterwards == "tight_layout":
        figure.tight_layout()
    elif afterwards == "constrained":
        figure.set_layout_engine("constrained")
    else:
        figure.subplots_adjust(wspace=0.6, hspace=0.6, left=0.15)
    if afterwards == "resize":
        figure.set_size_inches(12, 11)
    assert_apart(figure, drawn)


@pytest.mark.parametrize("place", ["below", "inside"])
def test_large_letters_have_room(place: str) -> None:
    with mpl.rc_context({"font.size": 14}):
        alone = kind("phase").noisewise.plot(legend=place)
        assert_apart(alone.figure, [alone], legend=place != "inside")
        assert_small(alone, alone.figure.bbox)
        assert alone.axes.xaxis.label.get_fontsize() == 14
        if place == "inside":
            box = alone.legend.get_window_extent()
            assert not any(word.get_window_extent().overlaps(box) for word in alone.words)


def test_bar_and_legend_may_have_axes_of_their_own() -> None:
    figure = plt.figure(figsize=(8, 5), layout="constrained")
    held = figure.subplot_mosaic("MB;LL", width_ratios=(12, 1), height_ratios=(4, 1))
    drawn = kind("phase").noisewise.plot(held["M"], colorbar=held["B"], legend=held["L"])
    assert drawn.colorbar.ax is held["B"]
    assert drawn.legend.axes is held["L"]
    assert_apart(figure, [drawn])
    none = kind("phase").noisewise.plot(colorbar=False, legend=False)
    assert (none.colorbar, none.legend) == (None, None)
    assert none.figure.axes == [none.axes]
