"""The picture of the error budget shows the numbers of its dataset, and nothing lies on top of anything else."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures import budget
from simulate.experiments.budget import budget_against_alpha
from tests.figures.test_layout import assert_apart
from theory import regimes
from theory.risks.budget import error_budget


def held(*samples: int, votes: float = 11) -> xr.Dataset:
    return budget_against_alpha(regimes.concentric(dim=2), 0.3, votes, samples)


def test_the_dataset_holds_the_terms_of_the_budget() -> None:
    dataset, law = held(1000, 4000), error_budget(regimes.concentric(dim=2))
    for count in (1000, 4000):
        row = dataset.sel(samples=count)
        assert float(row["best"]) == law.best_alpha(0.3, count)
        assert float(row["least"]) == law.total(float(row["best"]), 0.3, count, 11)
        total = sum(row[name] for name in ("bias", "sampling", "voting"))
        assert float(total.min()) == pytest.approx(float(row["least"]), rel=1e-3)
        alpha = float(row["alpha"][50])
        assert float(row["sampling"][50]) == law.sampling(alpha, 0.3, count)


def test_a_panel_shows_the_terms_stacked_and_the_best_noise() -> None:
    dataset = held(1000, 20_000)
    for place, panel in enumerate(budget.draw(dataset).panels):
        row = dataset.isel(samples=place)
        low, high = panel.get_ylim()
        assert low == 0
        assert low < float(row["least"]) < high
        lines = {str(line.get_label()): line for line in panel.get_lines()}
        x, y = (float(np.asarray(values)[0]) for values in lines[r"best $\alpha$"].get_data())
        assert (x, y) == pytest.approx((float(row["best"]), float(row["least"])))
        total = np.asarray(lines["total"].get_ydata(), float)
        expected = (row["bias"] + row["sampling"] + row["voting"]).to_numpy()
        shown = expected < high
        np.testing.assert_allclose(total[shown], expected[shown])


@pytest.mark.parametrize("samples", [(1000,), (1000, 4000, 100_000)])
def test_nothing_overlaps(samples: tuple[int, ...]) -> None:
    figure = budget.draw(held(*samples, votes=np.inf), columns=min(2, len(samples))).figure
    assert_apart(figure, [*figure.axes, *figure.legends])


def test_other_datasets_are_refused() -> None:
    with pytest.raises(ValueError, match="found no variable 'best'"):
        budget.draw(held(1000).drop_vars("best"))
