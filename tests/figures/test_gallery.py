"""The gallery as committed: its datasets are those that are declared, and its pictures are those of its datasets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

from figures import agreement, curves, disc_experiment, interference
from figures.style import styled
from simulate.experiments.recipe import PRINT
from simulate.experiments.recipes import RECIPES
from simulate.experiments.sources import INPUTS, Cells, Declared
from simulate.storage import open_dataset
from tests.figures.compare import pixels
from tests.figures.test_layout import assert_apart

GALLERY = Path(__file__).parents[2] / "figures" / "gallery"
# As in test_pictures: rounding may differ, and nothing that can be seen.
TOLERANCE = 0.01
# Films are in test_film.
PRINTED = [name for name, recipe in RECIPES.items() if recipe.medium is PRINT]
# A legend takes less than this share of the height; words have at least so many points.
SMALL, LEAST_POINTS = 0.2, 6.0
PAIRS = [(name, stem) for name, recipe in RECIPES.items() for stem in recipe.sources]


@pytest.mark.parametrize(("name", "stem"), PAIRS)
def test_datasets_are_those_that_are_declared(name: str, stem: str) -> None:
    source = RECIPES[name].sources[stem]
    dataset = xr.load_dataset(GALLERY / f"{stem}.nc", engine="h5netcdf")
    if isinstance(source, Declared):
        assert dataset.attrs[INPUTS] == source.inputs


@cache
def drawn(name: str, columns: int) -> dict[str, Figure]:
    """The figures of a recipe, which both tests look at."""
    recipe = RECIPES[name]
    datasets = recipe.load([GALLERY / f"{stem}.nc" for stem in recipe.sources])
    return dict(zip(recipe.drawn or recipe.sources, recipe.draw(datasets, columns), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_pictures_are_those_of_the_datasets(name: str) -> None:
    for stem, figure in drawn(name, RECIPES[name].columns[0]).items():
        content = io.BytesIO()
        with styled():
            figure.savefig(content, format="png", metadata={"Software": None})
        found, expected = pixels(content.getvalue()), pixels((GALLERY / f"{stem}.png").read_bytes())
        assert found.shape == expected.shape
        assert np.sqrt(np.mean((found - expected) ** 2)) < TOLERANCE, stem


@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_nothing_overlaps_and_nothing_is_cut_off(name: str) -> None:
    for columns in RECIPES[name].columns:
        for figure in drawn(name, columns).values():
            assert_apart(figure, [*figure.axes, *figure.legends, *figure.texts])
            assert_legible(figure)


def assert_legible(figure: Figure) -> None:
    """Of a figure that was laid out: words of 6 points, legends in less than a fifth, axes that say all of it."""
    for legend in figure.legends:
        assert legend.get_window_extent().height < SMALL * figure.bbox.height
    for text in figure.findobj(Text):
        assert not text.get_text().strip() or text.get_fontsize() >= LEAST_POINTS, text
    for axes in figure.axes:
        x, y = axes.get_xlabel(), axes.get_ylabel()
        assert "units of" not in x + y
        assert not (x.startswith("training noise") and y.startswith("smoothing noise"))
        assert axes.xaxis.get_offset_text().get_text() == axes.yaxis.get_offset_text().get_text() == ""


MAPS = [(name, stem) for name, stem in PAIRS if "gain" in RECIPES[name].needed and "label" in RECIPES[name].needed]


@pytest.mark.parametrize(("name", "stem"), MAPS)
def test_half_of_a_map_says_something_and_every_change_of_sign_has_the_curve(name: str, stem: str) -> None:
    dataset = open_dataset(GALLERY / f"{stem}.nc")
    label = dataset["label"].to_numpy().astype(str)
    assert np.isin(label, ("exact-help", "exact-hurt")).mean() >= 0.5
    assert isinstance(RECIPES[name].sources[stem], Cells) or uncrossed(dataset) == 0


def test_a_hole_in_a_curve_is_found() -> None:
    dataset = open_dataset(GALLERY / "certified-map.nc")
    broken = dataset["zero_gain_x"].copy()
    broken[100:105] = np.nan
    assert uncrossed(dataset.assign(zero_gain_x=broken)) >= 3


def uncrossed(dataset: xr.Dataset) -> int:
    """How many pairs of neighbouring cells of opposite sign have no piece of the curve gain = 0 between them."""
    keys = (dataset.attrs["x_key"], dataset.attrs["y_key"])
    label = dataset["label"].transpose(*keys).to_numpy().astype(str)
    signs = np.char.endswith(label, "-help").astype(int) - np.char.endswith(label, "-hurt")
    places = [dataset[key].to_numpy().astype(float) for key in keys]
    curve = (
        [dataset[f"zero_gain_{axis}"].to_numpy() for axis in "xy"] if "zero_gain_x" in dataset else [np.empty(0)] * 2
    )
    for k, key in enumerate(keys):
        if dataset[key].attrs.get("scale") == "log":
            places[k], curve[k] = np.log(places[k]), np.log(curve[k])
    # A curve that goes to infinity leaves the map.
    curve = [np.where(np.isinf(line), 2 * at[-1] - at[0], line) for line, at in zip(curve, places, strict=True)]
    return _along(signs, *places, *curve) + _along(signs.T, *places[::-1], *curve[::-1])


def _along(signs: np.ndarray, x: np.ndarray, y: np.ndarray, over: np.ndarray, up: np.ndarray) -> int:
    """Of pairs along x: signs (x, y), points of the curve (n,)."""
    slack = 1e-6 * (x[-1] - x[0])
    ends = np.stack([np.minimum(up[1:], up[:-1]), np.maximum(up[1:], up[:-1])])
    missing = 0
    for row, height in enumerate(y):
        at = np.flatnonzero((ends[0] <= height + slack) & (ends[1] >= height - slack))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.clip((height - up[at]) / (up[at + 1] - up[at]), 0, 1)
        level = np.isnan(share)
        low, high = (
            np.where(level, pick(over[at], over[at + 1]), over[at] + share * (over[at + 1] - over[at]))
            for pick in (np.minimum, np.maximum)
        )
        changes = np.flatnonzero(signs[1:, row] * signs[:-1, row] < 0)
        found = (low <= x[changes + 1, None] + slack) & (high >= x[changes, None] - slack)
        missing += int((~found.any(axis=1)).sum())
    return missing


@pytest.mark.parametrize("stem", RECIPES["interference"].sources)
def test_half_of_a_map_of_discs_is_significant(stem: str) -> None:
    held, _key, gain, constant = interference.map_of(open_dataset(GALLERY / f"{stem}.nc", ()))
    told = (held["sign"].to_numpy() != 0) & ~constant & np.isfinite(gain)
    assert told.mean() >= 0.5


def test_every_figure_says_something_and_has_a_width() -> None:
    for name, recipe in RECIPES.items():
        assert recipe.words.count(".") >= 2, name
        assert set(recipe.columns) <= {1, 2}


def series(kinds: Sequence[str]) -> xr.Dataset:
    x = np.linspace(0, 1, 5)
    names = [f"line {k}" for k in range(len(kinds))]
    variables = {
        "value": (("series", "x"), np.outer(np.arange(len(kinds)), x)),
        "kind": ("series", list(kinds)),
        "point_x": ("point", [0.25, 0.5]),
        "point_y": ("point", [1.0, 2.0]),
        "point_of": ("point", ["seen", "seen"]),
        "point_low": ("point", [0.5, 1.5]),
        "point_high": ("point", [1.25, 3.0]),
    }
    return xr.Dataset(variables, {"series": names, "x": x}, {"x_label": "x", "y_label": "y"})


def test_curves_show_the_numbers_of_the_dataset() -> None:
    held = series(["curve", "guide", "curve"])
    artists = curves.draw(held)
    for k, line in enumerate(artists.lines.values()):
        np.testing.assert_array_equal(line.get_ydata(), held["value"][k])
    dashes = {(str(line.get_linestyle()), str(line.get_color())) for line in artists.lines.values()}
    assert len(dashes) == 3  # told apart without colour too
    bars = artists.points["seen"].lines[2][0].get_segments()
    np.testing.assert_allclose(bars, [[[0.25, 0.5], [0.25, 1.25]], [[0.5, 1.5], [0.5, 3.0]]])


def test_curves_go_into_axes_of_others_and_need_their_variables() -> None:
    axes = Figure().subplots()
    assert curves.draw(series(["curve"]), axes).axes is axes
    with pytest.raises(ValueError, match="found no variable 'kind'"):
        curves.draw(series(["curve"]).drop_vars("kind"))


@pytest.mark.parametrize(("name", "shape"), [("agreement", (2,)), ("disc-experiment", (2, 3)), ("interference", (2,))])
def test_figures_of_several_panels_go_into_axes_of_others(name: str, shape: tuple[int, ...]) -> None:
    draw: Any = {"agreement": agreement, "disc-experiment": disc_experiment, "interference": interference}[name].draw
    held = RECIPES[name].load([GALLERY / f"{stem}.nc" for stem in RECIPES[name].sources])
    argument = held if name == "interference" else held[0]
    figure = Figure(layout="constrained")
    axes = figure.subplots(*(1, *shape)[-2:])
    artists = draw(argument, axes)
    assert artists.figure is figure
    assert artists.legend is None
    with pytest.raises(ValueError, match="axes: found shape"):
        draw(argument, Figure().subplots(1, 5))
