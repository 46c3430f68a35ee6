"""Figures of trained networks: what they return is what their datasets hold, and nothing overlaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from figures import best_alpha_networks, class_shares, curves, off_data_share
from tests.figures.network_examples import CLASSIFIERS, MODELS, best_alphas, bridges, off_data, shares
from tests.figures.test_layout import assert_apart


def texts(legend: Any) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("columns", [1, 2])
def test_nothing_overlaps(columns: int) -> None:
    found = best_alpha_networks.draw(best_alphas(), columns=columns)
    assert_apart(found.figure, [*found.axes, found.legend])
    panels = class_shares.draw(shares(), columns=columns)
    assert panels[0].legend is not None
    assert_apart(panels[0].figure, [*(panel.axes for panel in panels), panels[0].legend])
    dots = off_data_share.draw(off_data(), columns=columns)
    assert_apart(dots.figure, [dots.axes, dots.legend])


def test_rows_of_panels_do_not_overlap() -> None:
    panels = curves.draw_panels(bridges(), rows=2)
    assert panels[0].legend is not None
    assert_apart(panels[0].figure, [*(panel.axes for panel in panels), panels[0].legend])
    assert texts(panels[0].legend) == ["posterior", "regression", "lda", "MLP", "linear"]


def test_rows_must_be_full() -> None:
    with pytest.raises(ValueError, match="rows: found 3 for 8 datasets"):
        curves.draw_panels(bridges(), rows=3)
    with pytest.raises(ValueError, match="rows: found 0"):
        curves.draw_panels(bridges(), rows=0)


def test_best_alphas_lie_in_their_bars() -> None:
    datasets = best_alphas()
    found = best_alpha_networks.draw(datasets)
    for k, held in enumerate(datasets):
        for model in MODELS:
            x, y = found.points[k, model].get_data()
            np.testing.assert_array_equal(y, held["best_alpha"].sel(model=model))
            assert (np.abs(x - held["beta"].to_numpy()) < 0.05).all()
            bar, ends = (np.asarray(v).reshape(-1, 3)[:, :2] for v in found.sets[k, model].get_data())
            inside = (ends[:, :1] <= y) & (y <= ends[:, 1:]) & (np.abs(bar[:, :1] - x) < 1e-12)
            assert inside.any(axis=0).all()
            assert len(bar) == held["best"].sel(model=model).sum()


def test_guides_and_published_points_are_where_there_are_any() -> None:
    datasets = best_alphas()
    found = best_alpha_networks.draw(datasets)
    ray, published = best_alpha_networks.RAY, "published"
    assert {k for k, name in found.guides if name == ray} == {1, 2}
    assert {k for k, name in found.guides if name == published} == {0, 2}
    np.testing.assert_array_equal(found.guides[2, published].get_ydata(), datasets[2]["published_alpha"])
    np.testing.assert_allclose(found.guides[1, ray].get_ydata(), [0, 0.54])
    assert len(texts(found.legend)) == len(set(texts(found.legend))) == len(MODELS) + 4


def test_shares_are_lines_with_bands_above_the_least() -> None:
    panels = class_shares.draw(shares())
    for panel, held in zip(panels, shares(), strict=True):
        assert list(panel.lines) == [*CLASSIFIERS, class_shares.LEAST]
        np.testing.assert_array_equal(panel.lines["Parzen"].get_ydata(), held["largest"].sel(classifier="Parzen"))
        np.testing.assert_array_equal(panel.lines[class_shares.LEAST].get_ydata(), 0.1)
        bands = [band.get_paths()[0].get_extents() for band in panel.axes.collections]
        np.testing.assert_allclose([band.y0 for band in bands], held["low"].min("beta"))
        np.testing.assert_allclose([band.y1 for band in bands], held["high"].max("beta"))


def test_shares_that_are_not_determined_are_open_and_have_arrows() -> None:
    found = off_data_share.draw(off_data())
    filled = {beta: [dot.get_markerfacecolor() != "white" for dot in dots] for beta, dots in found.dots.items()}
    assert filled == {0.3: [True, False], 0.5: [True], 0.9: [True]}
    ends = {
        beta: [(arrow.get_marker(), len(arrow.get_xdata())) for arrow in held] for beta, held in found.arrows.items()
    }
    assert ends == {0.3: [("<", 1), (">", 1)], 0.5: [], 0.9: [("<", 1), (">", 2)]}
    assert sum(len(dot.get_xdata()) for dots in found.dots.values() for dot in dots) == 13  # neither 3 nor NaN
    assert len({dots[0].get_marker() for dots in found.dots.values()}) == 3
    rows = [label.get_text() for label in found.axes.get_yticklabels()]
    assert rows == ["MLP", "MLP", "CNN", "MLP", "CNN", "digits", "MNIST", "Fashion-MNIST"]


def test_without_anything_undetermined_nothing_says_so() -> None:
    dataset = off_data().isel(row=[1, 2])
    found = off_data_share.draw(dataset)
    assert texts(found.legend) == [r"$\beta=0.3$", r"$\beta=0.5$", r"$\beta=0.9$"]
    assert not any(found.arrows.values())
    np.testing.assert_allclose(found.bars[0.5].get_xdata()[:2], [dataset["low"][0, 1], dataset["high"][0, 1]])


@pytest.mark.parametrize(
    ("save", "datasets"),
    [
        (best_alpha_networks.save, best_alphas()[:1]),
        (class_shares.save, shares()),
        (off_data_share.save, off_data()),
    ],
)
def test_they_are_saved_by_suffix(save: Callable[..., None], datasets: Any, tmp_path: Path) -> None:
    save(datasets, tmp_path / "a.png", columns=1)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"expected \.png, \.pdf or \.svg"):
        save(datasets, tmp_path / "a.txt")


@pytest.mark.parametrize("columns", [0, 3])
def test_other_widths_are_refused(columns: int) -> None:
    for draw, datasets in (
        (best_alpha_networks.draw, best_alphas()),
        (class_shares.draw, shares()),
        (off_data_share.draw, off_data()),
    ):
        with pytest.raises(ValueError, match="expected 1 or 2"):
            draw(datasets, columns=columns)


@pytest.mark.parametrize(
    ("module", "datasets"),
    [(best_alpha_networks, best_alphas()), (class_shares, shares()), (off_data_share, off_data())],
)
def test_what_is_missing_is_named(module: Any, datasets: Any) -> None:
    for name in module.VARIABLES:
        less = datasets.drop_vars(name) if isinstance(datasets, xr.Dataset) else [datasets[0].drop_vars(name)]
        with pytest.raises(ValueError, match=f"found no variable '{name}'"):
            module.draw(less)
    with pytest.raises(ValueError, match="number of classes"):
        class_shares.draw([shares()[0].drop_attrs()])
