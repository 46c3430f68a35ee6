"""What may be chosen about a diagram, and whose settings it keeps to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

import simulate.sweep.accessor  # noqa: F401 - datasets can be drawn
from figures import phase
from figures.look import shades
from figures.style import literal, mixed
from tests.figures.compare import rendered
from tests.figures.examples import full, measured, plain


@pytest.fixture(autouse=True)
def usual_settings() -> Iterator[None]:
    with mpl.rc_context(mpl.rcParamsDefault | {"backend": "agg"}):
        yield
    plt.close("all")


def test_limits_are_one_number_or_two() -> None:
    assert plain().noisewise.plot(limits=0.5).mesh.get_clim() == (-0.5, 0.5)
    assert plain().noisewise.plot(limits=(-0.1, 0.4)).mesh.get_clim() == (-0.1, 0.4)


def test_uneven_limits_keep_the_colour_of_every_gain() -> None:
    even, uneven = (plain().noisewise.plot(limits=limits).mesh for limits in (0.4, (-0.1, 0.4)))
    gains = np.linspace(-0.1, 0.4, 21)
    assert np.allclose(even.to_rgba(gains), uneven.to_rgba(gains), atol=0.02)
    assert np.allclose(shades("PuOr", -0.1, 0.4)(np.array([0.2]))[0, :3], to_rgb("0.968"), atol=0.01)


def test_levels_are_a_number_or_gains_or_none() -> None:
    assert np.allclose(plain().noisewise.plot(levels=3, limits=0.1).contours.levels, [-0.05, 0, 0.05])
    assert list(plain().noisewise.plot(levels=[-0.02, 0.03]).contours.levels) == [-0.02, 0.03]
    assert [plain().noisewise.plot(levels=levels).contours for levels in (False, 0, [], [7.0])] == [None] * 4
    assert list(plain().noisewise.plot(levels=True).contours.levels) == list(plain().noisewise.plot().contours.levels)


@pytest.mark.parametrize(("curves", "drawn"), [(True, {"zero", "jump", "best"}), (False, set()), ("zero", {"zero"})])
def test_curves_are_chosen_by_name(curves: bool | str, drawn: set[str]) -> None:
    assert set(full().noisewise.plot(curves=curves).curves) == drawn
    assert set(full().noisewise.plot(curves=["best", "bridge"]).curves) == {"best"}


def test_hatching_is_chosen_by_set() -> None:
    for hatch, patterns in ((False, [None, None]), ("..", ["..", ".."]), ({"constant": "o"}, ["o", None])):
        artists = full().noisewise.plot(hatch=hatch)
        assert [artists.regions[name].get_hatch() for name in ("constant", "undecided")] == patterns
        told = {patch.get_label(): patch.get_hatch() for patch in artists.legend.get_patches()}
        assert told["undecided"] == patterns[1]


def test_colours_are_chosen_by_name_or_as_a_map() -> None:
    assert plain().noisewise.plot(cmap="PuOr").mesh.get_cmap() == mpl.colormaps["PuOr"]
    assert plain().noisewise.plot(cmap=mpl.colormaps["coolwarm"]).mesh.get_cmap() == mpl.colormaps["coolwarm"]


SETTINGS = {
    "font.size": 14,
    "font.family": "serif",
    "axes.titlesize": 17,
    "xtick.labelsize": 9,
    "figure.figsize": (8, 6),
}


def test_settings_of_the_user_are_kept() -> None:
    with mpl.rc_context(SETTINGS):
        artists = measured().noisewise.plot()
        assert tuple(artists.figure.get_size_inches()) == (8, 6)
        assert artists.axes.title.get_fontsize() == 17
        assert artists.axes.xaxis.label.get_fontfamily() == ["serif"]
        assert {text.get_fontsize() for text in artists.axes.get_xticklabels()} == {9}
        assert artists.legend.get_texts()[0].get_fontsize() == 14
    with mpl.rc_context({"figure.autolayout": True}):
        assert "Tight" in type(measured().noisewise.plot().figure.get_layout_engine()).__name__


def test_lines_and_marks_grow_with_letters() -> None:
    widths = []
    for size in (10, 20):
        with mpl.rc_context({"font.size": size}):
            artists = full().noisewise.plot()
            marker = artists.checks["agree"].get_markersize()
            widths.append((artists.curves["zero"].get_linewidth(), marker, artists.contours.get_linewidths()[0]))
    assert np.allclose(np.array(widths[1]) / widths[0], 2)


def test_the_style_of_the_project_ignores_the_settings_of_the_user() -> None:
    before = rendered(phase.draw(full()).figure)
    with mpl.rc_context(SETTINGS):
        assert rendered(phase.draw(full()).figure) == before


@pytest.mark.parametrize("factor", [1e-9, 1e-5, 1.0, 1e4, 1e7])
def test_numbers_at_ticks_need_nothing_added(factor: float) -> None:
    dataset = plain().assign(gain=plain()["gain"] * factor)
    dataset = dataset.assign_coords(alpha=dataset["alpha"] * factor, beta=1000 + 1e-3 * dataset["beta"])
    artists = dataset.noisewise.plot()
    artists.figure.draw_without_rendering()
    for axis, unit in ((artists.axes.yaxis, factor), (artists.colorbar.ax.yaxis, factor), (artists.axes.xaxis, 1.0)):
        assert axis.get_offset_text().get_text() == ""
        shown = np.array([float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in axis.get_ticklabels()])
        power = round(np.log10(axis.get_ticklocs()[-1] / shown[-1]))
        assert np.allclose(shown * 10.0**power, axis.get_ticklocs(), rtol=1e-6, atol=1e-6 * unit)
        assert (f"10^{{{power}}}" in axis.get_label_text()) == (power != 0)
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.9), (0.01, 100)])
def test_a_logarithmic_axis_has_several_numbers(low: float, high: float) -> None:
    dataset = measured().assign_coords(beta=np.geomspace(low, high, 10))
    dataset["beta"].attrs["scale"] = "log"
    axes = dataset.noisewise.plot().axes
    axes.figure.draw_without_rendering()
    ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    assert sum(low <= at <= high and text.get_text() != "" for at, text in ticks) >= 3


def test_titles_say_what_was_set_and_where_the_sweep_was_cut() -> None:
    dataset = plain().assign_attrs(settings='{"spacing": 1.5, "scale": 0.3, "prior": 0.25, "background": 3}', eps=0.25)
    title = phase.draw(dataset.assign_coords(gap=0.5)).axes.get_title()
    assert "\n" in title
    for word in ("spacing = 1.5", "scale = 0.3", "prior = 0.25", "background = 3", "gap = 0.5", r"\epsilon=0.25"):
        assert word in title


def test_noises_go_where_they_are_looked_for() -> None:
    dataset = plain().transpose("beta", "alpha")
    dataset.attrs = {}
    axes = phase.draw(dataset).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"smoothing noise $\beta$", r"training noise $\alpha$")


def test_no_hole_is_left_where_a_curve_begins_to_jump() -> None:
    dataset = plain()
    dataset["zero_gain_x"] = ("zero_gain_point", np.array([0.4, 0.6, 0.8, 1.0, 1.2, np.nan, 1.4, 1.6]))
    dataset["zero_gain_y"] = ("zero_gain_point", np.linspace(0.1, 1, 8))
    dataset["zero_gain_jump"] = ("zero_gain_point", np.array([0, 0, 1, 1, 0, 0, 0, 0], np.int8))
    curves = phase.draw(dataset).curves
    steps = set()
    for name in ("zero", "jump"):
        known = np.isfinite(curves[name].get_xdata())
        steps |= {(name, k) for k in range(7) if known[k] and known[k + 1]}
    assert {k for _name, k in steps} == {0, 1, 2, 3, 6}
    assert {k for name, k in steps if name == "jump"} == {1, 2, 3}


SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
WORDS = r"my_data & 100% #1 $x {a}~^\ <b> " + SIGMA


def test_words_of_the_user_are_drawn_as_they_are() -> None:
    assert literal("a$b") == r"a\$b"
    with mpl.rc_context({"text.usetex": True}):
        assert literal("a_b % c & #1 $") == r"a\_b \% c \& \#1 \$"
        assert literal(f"\\{{{SIGMA}}}") == r"\textbackslash{}\{$\sigma$\}"
        assert mixed("n_1 per $n/d$") == r"n\_1 per $n/d$"
        assert mixed("5 $ each") == r"5 \$ each"


@pytest.mark.skipif(not (shutil.which("latex") and shutil.which("dvipng")), reason="there is no latex here")
def test_tex_sets_every_label() -> None:
    dataset = full().rename(alpha="noise_1 %").assign_attrs(name=WORDS, settings='{"class0.0.scale_x": "a_b"}')
    dataset = dataset.assign_attrs(y_key="noise_1 %")
    dataset["noise_1 %"].attrs["units"] = "µm"
    with mpl.rc_context({"text.usetex": True}):
        artists: list[xr.Dataset] = [dataset.noisewise.plot(), dataset.noisewise.plot_gain(against="beta")]
        for drawn in artists:
            drawn.figure.draw_without_rendering()
