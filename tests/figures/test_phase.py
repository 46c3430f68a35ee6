"""What a phase diagram returns, shows and leaves alone."""

from __future__ import annotations

import dataclasses

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from figures import phase
from tests.figures.examples import full, measured, plain


def legend_texts(artists: phase.PhaseArtists) -> list[str]:
    return [] if artists.legend is None else [text.get_text() for text in artists.legend.get_texts()]


def test_everything_in_the_dataset_is_returned_and_named() -> None:
    artists = phase.draw(full())
    assert set(artists.regions) == {"constant", "undecided", "undefined", "proved"}
    assert set(artists.curves) == {"zero", "jump", "best"}
    assert set(artists.checks) == {"agree", "disagree"}
    assert len(legend_texts(artists)) == 9
    assert {word.get_text() for word in artists.words} == {"helps", "hurts"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        artists.legend = None


def test_the_least_dataset_has_no_extras() -> None:
    artists = phase.draw(plain())
    assert (artists.regions, artists.curves, artists.checks, artists.legend) == ({}, {}, {}, None)
    assert {word.get_text() for word in artists.words} == {"helps", "hurts"}


@pytest.mark.parametrize("left_out", ["zero_gain_x", "zero_gain_jump", "best_y", "check_x", "check_agrees"])
def test_each_extra_may_be_missing(left_out: str) -> None:
    artists = phase.draw(full().drop_vars(left_out))
    names = {**artists.curves, **artists.checks}
    gone = {"zero_gain_x": {"zero", "jump"}, "zero_gain_jump": {"jump"}, "best_y": {"best"}}
    assert set(names) == {"zero", "jump", "best", "agree", "disagree"} - gone.get(left_out, {"agree", "disagree"})


def test_a_jump_has_a_style_of_its_own_and_is_drawn_once() -> None:
    curves = phase.draw(full()).curves
    zero, jump = (np.isfinite(curves[name].get_xdata()) for name in ("zero", "jump"))
    assert (zero.sum(), jump.sum()) == (30, 2)
    assert not (zero & jump).any()
    assert curves["zero"].get_color() != curves["jump"].get_color()


def test_measured_best_alphas_are_points_with_the_set_that_may_be_best() -> None:
    dataset = measured()
    artists = phase.draw(dataset)
    assert artists.axes.get_title() == "digits, mlp"
    assert legend_texts(artists) == [r"best $\alpha$", "not told from the best", "undecided"]
    assert np.array_equal(artists.curves["least"].get_xydata(), np.stack([dataset["beta"], dataset["best_alpha"]], 1))
    x, y = (np.asarray(v).reshape(-1, 3)[:, :2] for v in artists.curves["alike"].get_data())
    assert len(x) == dataset["best"].sum()
    for alpha, beta in zip(dataset["best_alpha"].to_numpy(), dataset["beta"].to_numpy(), strict=True):
        assert ((x == beta).all(axis=1) & (y[:, 0] <= alpha) & (alpha <= y[:, 1])).any()
    shuffled = dataset.isel(alpha=slice(None, None, -1)).transpose()
    assert np.array_equal(phase.draw(shuffled).curves["alike"].get_xydata(), artists.curves["alike"].get_xydata(), True)


def test_words_stand_on_no_bar() -> None:
    dataset = measured().isel(beta=slice(None, None, 2))
    helps = (dataset["alpha"] > 0) & (dataset["beta"] > 0.3)
    dataset["label"] = xr.where(helps, "significant-help", "neutral")
    (free,) = phase.draw(dataset.drop_vars(["best", "best_alpha"])).words
    dataset["best"] = helps & (dataset["beta"] == free.get_position()[0])
    (word,) = phase.draw(dataset).words
    assert word.get_position()[0] != free.get_position()[0]


@pytest.mark.parametrize("left_out", ["best", "best_alpha"])
def test_measured_marks_may_be_missing(left_out: str) -> None:
    curves = phase.draw(measured().drop_vars(left_out)).curves
    assert set(curves) == {"best": {"least"}, "best_alpha": {"alike"}}[left_out]


def test_agreement_is_a_matter_of_shape() -> None:
    checks = phase.draw(full()).checks
    assert checks["agree"].get_marker() != checks["disagree"].get_marker()
    assert len(checks["agree"].get_xdata()) + len(checks["disagree"].get_xdata()) == 20


def test_colours_are_symmetric_and_leave_out_trivial_and_undefined_cells() -> None:
    dataset = full()
    dataset["gain"] = dataset["gain"].where(dataset["label"] != "constant", 1e6)
    mesh = phase.draw(dataset).mesh
    low, high = mesh.get_clim()
    assert low == -high
    assert high < 1
    hidden = (dataset["label"] == "constant") | np.isnan(dataset["gain"])
    assert np.array_equal(np.ma.getmaskarray(mesh.get_array()).reshape(hidden.shape), hidden)


def test_a_loss_has_dashed_contours() -> None:
    contours = phase.draw(plain()).contours
    assert contours is not None
    dashed = [pattern is not None for _offset, pattern in contours.get_linestyle()]
    assert dashed == [level < 0 for level in contours.levels]


@pytest.mark.parametrize("value", [0.0, np.nan, 1e-40])
def test_extreme_gains(value: float) -> None:
    dataset = plain()
    dataset["gain"] = xr.full_like(dataset["gain"], value)
    label = "neutral" if value == 0 else "undecided" if np.isnan(value) else "exact-help"
    dataset["label"] = xr.full_like(dataset["label"], label)
    low, high = phase.draw(dataset).mesh.get_clim()
    assert -low == high == (value if value == 1e-40 else 1.0)


@pytest.mark.parametrize(("rows", "columns"), [(1, 5), (5, 1), (1, 1), (2, 2)])
def test_small_maps(rows: int, columns: int) -> None:
    phase.draw(plain().isel(alpha=slice(1, 1 + rows), beta=slice(columns))).figure.draw_without_rendering()


def test_axes_are_labelled_with_symbol_and_unit_and_parameters_by_key() -> None:
    dataset = plain().rename(alpha="angle").assign_attrs(y_key="angle", alpha=0.5)
    dataset["angle"].attrs["units"] = "degree"
    artists = phase.draw(dataset)
    assert artists.axes.get_xlabel() == r"smoothing noise $\beta$"
    assert artists.axes.get_ylabel() == "angle (degree)"
    assert artists.axes.get_title() == r"made up, $\alpha=0.5$"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("1", "gain  "), ("units of x", "gain (units of $x$)\n"), ("(units of x)^2", "gain (units of $x^{2}$)\n")],
)
def test_the_gain_has_its_unit(unit: str, shown: str) -> None:
    dataset = plain()
    dataset["gain"].attrs["units"] = unit
    assert phase.draw(dataset).colorbar.ax.get_ylabel() == shown + r"$R(0,\beta)-R(\alpha,\beta)$"


def test_a_transposed_dataset_gives_the_same_map() -> None:
    one, other = (phase.draw(dataset).mesh.get_array() for dataset in (plain(), plain().transpose()))
    assert np.ma.allequal(one, other)


def test_draws_into_given_axes_and_changes_no_setting() -> None:
    before = dict(mpl.rcParams)
    figure = Figure(figsize=(7, 3))
    left, right = figure.subplots(1, 2)
    for axes, dataset in ((left, plain()), (right, full())):
        artists = phase.draw(dataset, axes)
        assert artists.axes is axes
        assert artists.figure is figure
    assert artists.legend is right.get_legend()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (plain().drop_vars("label"), "'label'"),
        (plain().isel(alpha=0), "over 1 dimensions"),
        (plain().assign_attrs(x_key="gap"), "expected alpha, gap"),
    ],
)
def test_what_is_no_sweep_is_refused(dataset: xr.Dataset, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        phase.draw(dataset)


def test_width_is_that_of_a_paper() -> None:
    assert [phase.draw(plain(), columns=n).figure.get_size_inches()[0] for n in (1, 2)] == [3.4, 7.0]
    with pytest.raises(ValueError, match="expected 1 or 2"):
        phase.draw(plain(), columns=3)
