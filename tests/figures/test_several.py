"""Lines through a diagram, several diagrams in one pair of axes, and side by side."""

from __future__ import annotations

from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

import noisewise as nw
from figures.lines import DASHES
from tests.figures.examples import full, measured, plain
from tests.figures.maps import KINDS
from tests.figures.test_room import usual_settings  # noqa: F401 - for every test here


@cache
def kind(name: str) -> xr.Dataset:
    return KINDS[name]()


def spaced() -> list[xr.Dataset]:
    """Three maps that differ in one setting, with their curves."""
    return [full().assign_attrs(settings=f'{{"spacing": {s}, "scale": 0.3}}') for s in (1.2, 1.6, 2.0)]


@pytest.mark.parametrize("against", ["alpha", "beta"])
def test_a_line_holds_the_risks_of_one_value_of_the_other_key(against: str) -> None:
    dataset, other = kind("phase"), {"alpha": "beta", "beta": "alpha"}[against]
    drawn = dataset.noisewise.plot_risk(against=against, at=[0.3, 1.0])
    nearest = [float(dataset[other].sel({other: v}, method="nearest")) for v in (0.3, 1.0)]
    assert list(drawn.lines) == nearest
    for value, line in drawn.lines.items():
        held = dataset.sel({other: value})
        assert np.array_equal(line.get_xdata(), held[against])
        assert np.array_equal(line.get_ydata(), held["risk"])
        (path,) = drawn.bands[value].get_paths()
        assert path.vertices[:, 1].max() == float((held["risk"] + held["risk_error"]).max())
    assert "training noise" in drawn.axes.get_xlabel() or "smoothing noise" in drawn.axes.get_xlabel()
    assert len({line.get_color() for line in drawn.lines.values()}) == 2


def test_bands_are_intervals_where_there_are_any() -> None:
    gain, risk = kind("seeds").noisewise.plot_gain(at=0.1), kind("networks").noisewise.plot_risk(at=[0.3])
    ends = [band.get_paths()[0].vertices[:, 1] for band in (*gain.bands.values(), *risk.bands.values())]
    seeds, networks = kind("seeds").sel(beta=0.1), kind("networks").sel(beta=0.3, method="nearest")
    assert (ends[0].min(), ends[0].max()) == (float(seeds["gain_low"].min()), float(seeds["gain_high"].max()))
    assert (ends[1].min(), ends[1].max()) == (float(networks["mean_low"].min()), float(networks["mean_high"].max()))
    assert kind("one seed").noisewise.plot_risk().bands == {}


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("logarithmic", "with checks and proofs")])
def test_every_kind_of_map_has_lines(name: str) -> None:
    drawn = kind(name).noisewise.plot_risk()
    drawn.figure.draw_without_rendering()
    assert 2 <= len(drawn.lines) <= 5
    assert drawn.legend is not None
    assert len(kind(name).noisewise.plot_gain(legend=False).lines) == len(drawn.lines)


def test_the_best_alpha_has_gaps_where_it_jumps_and_dots_where_it_is_alone() -> None:
    dataset = plain()
    dataset["best_x"] = ("best_point", np.array([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.5, 0.6, 0.6]))
    dataset["best_y"] = ("best_point", np.array([0.1, 0.2, 0.3, np.nan, 0.9, np.nan, 0.5, 0.6, 0.7]))
    (line,) = dataset.noisewise.plot_best_alpha().lines.values()
    assert np.array_equal(line.get_ydata(), dataset["best_y"], equal_nan=True)
    assert line.get_markevery() == [4]


def test_measured_best_alphas_are_points_on_the_set_that_may_be_best() -> None:
    dataset = measured()
    drawn = dataset.noisewise.plot_best_alpha()
    (line,), (band,) = drawn.lines.values(), drawn.bands.values()
    assert line.get_linestyle() == "None"
    for alpha in dataset["alpha"].to_numpy()[1:-1]:
        for beta in dataset["beta"].to_numpy()[1:-1]:
            inside = band.get_path().contains_point((beta, alpha + 1e-3))
            assert inside == bool(dataset["best"].sel(alpha=alpha, beta=beta))


def test_diagrams_are_told_apart_by_what_differs_in_colour_and_pattern() -> None:
    drawn = nw.overlay(spaced(), curves=("zero", "best", "help", "hurt"))
    assert list(drawn.lines) == ["spacing = 1.2", "spacing = 1.6", "spacing = 2"]
    assert [set(kinds) for kinds in drawn.lines.values()] == [{"zero", "best", "help", "hurt"}] * 3
    zeros = [kinds["zero"] for kinds in drawn.lines.values()]
    assert len({line.get_color() for line in zeros}) == 3
    assert len({repr(line.get_linestyle()) + repr(line._dash_pattern) for line in zeros}) == 3
    assert all(
        line.get_linewidth() > kinds["best"].get_linewidth()
        for line, kinds in zip(zeros, drawn.lines.values(), strict=True)
    )
    texts = [text.get_text() for text in drawn.legend.get_texts()]
    assert texts[:3] == list(drawn.lines)
    assert texts[3:5] == ["gain = 0", r"best $\alpha$"]
    assert len(DASHES) >= 6


@pytest.mark.parametrize(
    ("attrs", "words"),
    [
        ([{"eps": 0.1}, {"eps": 0.2}], [r"$\epsilon=0.1$", r"$\epsilon=0.2$"]),
        ([{"name": "a_1"}, {"name": "b"}], ["a_1", "b"]),
        ([{"data": "digits"}, {"data": "moons"}], ["digits", "moons"]),
        ([{}, {}], ["map 1", "map 2"]),
    ],
)
def test_words_tell_what_differs(attrs: list[dict[str, object]], words: list[str]) -> None:
    maps = [full().assign_attrs(held) for held in attrs]
    assert list(nw.overlay(maps).lines) == words
    assert list(nw.overlay({"one": maps[0], "two": maps[1]}).lines) == ["one", "two"]


def test_panels_share_colours_bar_and_legend() -> None:
    louder = plain().assign(gain=3 * plain()["gain"]).assign_attrs(name="louder")
    drawn = nw.facet([full().assign_attrs(eps=0.0), louder])
    assert len({panel.mesh.get_clim() for panel in drawn.panels.values()}) == 1
    assert drawn.colorbar is not None
    assert drawn.legend is not None
    assert all(panel.colorbar is None and panel.legend is None for panel in drawn.panels.values())
    assert len(drawn.figure.axes) == 3
    texts = [text.get_text() for text in drawn.legend.get_texts()]
    assert len(texts) == len(set(texts)) == 9
    assert [panel.axes.get_title() for panel in drawn.panels.values()] == ["made up", "louder"]
    alone = nw.facet([louder]).panels["map 1"].mesh.get_clim()
    assert alone[1] > nw.facet([plain()]).panels["map 1"].mesh.get_clim()[1]


def test_a_sweep_over_three_keys_is_shown_plane_by_plane() -> None:
    grid = KINDS["cut"].__globals__["grid"]()
    drawn = nw.facet(grid, "spacing", wrap=2)
    assert [*drawn.panels] == ["spacing = 1", "spacing = 1.5", "spacing = 2", "spacing = 2.5"]
    for value, panel in zip(grid["spacing"].to_numpy(), drawn.panels.values(), strict=True):
        assert np.ma.allclose(panel.mesh.get_array(), grid["gain"].sel(spacing=value).transpose("alpha", "beta"))
        assert panel.axes.get_title().endswith(f"{value:g}")
    assert [panel.axes.get_ylabel() != "" for panel in drawn.panels.values()] == [True, False, True, False]
    assert [panel.axes.get_xlabel() != "" for panel in drawn.panels.values()] == [False, False, True, True]
    assert [*nw.facet(grid, "spacing", at=[1.1, 2.4]).panels] == ["spacing = 1", "spacing = 2.5"]
    assert [*nw.facet(grid, "beta", at=[0.1, 1.2]).panels] == [r"$\beta=0.1$", r"$\beta=1.2$"]


@pytest.mark.parametrize("columns", [1, 2, None])
def test_nothing_lies_on_anything(columns: int | None) -> None:
    with mpl.rc_context({} if columns is None else {"font.size": 8}):
        drawn = nw.facet([*spaced(), plain()], columns=columns)
        drawn.figure.draw_without_rendering()
        legend, bar = drawn.legend.get_window_extent(), drawn.colorbar.ax.get_tightbbox()
        boxes = [panel.axes.get_tightbbox() for panel in drawn.panels.values()]
        for k, box in enumerate(boxes):
            for other in (legend, bar, *boxes[k + 1 :]):
                across = min(box.x1, other.x1) - max(box.x0, other.x0)
                assert min(across, min(box.y1, other.y1) - max(box.y0, other.y0)) < 1
        assert legend.width * legend.height < 0.2 * drawn.figure.bbox.width * drawn.figure.bbox.height
