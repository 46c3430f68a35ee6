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

from figures import agreement, curves, disc_experiment, interference
from figures.style import styled
from simulate.experiments.recipe import PRINT
from simulate.experiments.recipes import RECIPES
from simulate.experiments.sources import INPUTS, Declared
from tests.figures.compare import pixels
from tests.figures.test_layout import assert_apart

GALLERY = Path(__file__).parents[2] / "figures" / "gallery"
# As in test_pictures: rounding may differ, and nothing that can be seen.
TOLERANCE = 0.01
# Films are in test_film.
PRINTED = [name for name, recipe in RECIPES.items() if recipe.medium is PRINT]
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
            assert_apart(figure, [*figure.axes, *figure.legends])


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
