"""Maps of the risk in growing dimensions: the numbers of the dataset, jumps left open, edges of the limit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from figures import dimensions
from simulate.experiments.dimensions import phases
from theory import best_alpha, clean_risk, regimes


@pytest.fixture(scope="module")
def held() -> xr.Dataset:
    return phases(regimes.concentric(prior=0.7), dims=[10], alpha=2.0, beta=2.0, count=9)


def test_the_dataset_holds_exact_risks_and_their_limit(held: xr.Dataset) -> None:
    problem = regimes.concentric(dim=10, prior=0.7)
    place = {"alpha": 0.5, "beta": 0.75}
    assert held["risk"].sel(dim=10.0, **place) == clean_risk(problem, **place).value
    assert held["best"].sel(dim=10.0, beta=0.5) == pytest.approx(best_alpha(problem, 0.5, upper=2.0).alpha, rel=1e-9)
    limit = held["risk"].sel(dim=np.inf).to_numpy()
    assert sorted(set(limit.ravel().tolist())) == [0.0, 0.3, 0.7]
    least, most = (side.interp(edge_alpha=held["alpha"]).to_numpy() for side in held["edge"])
    for column, alpha in enumerate(held["alpha"].to_numpy()):
        for row, beta in enumerate(held["beta"].to_numpy()):
            inside = beta < most[column] and not beta < least[column]
            assert (limit[row, column] == 0) == inside, (alpha, beta)


def test_panels_show_the_numbers_of_the_dataset(held: xr.Dataset, tmp_path: Path) -> None:
    found = dimensions.draw(held)
    for k, mesh in enumerate(found.meshes):
        np.testing.assert_array_equal(np.asarray(mesh.get_array()), held["risk"][k].T)
        best = np.asarray(found.lines[k, "best"][0].get_ydata(), float)
        shown = np.isfinite(best)
        np.testing.assert_array_equal(best[shown], held["best"][k].to_numpy()[shown])
    assert [panel.get_title() for panel in found.axes] == ["$d = 10$", r"$d = \infty$"]
    assert {word.get_text() for word in found.words} == set(dimensions.WORDS)
    dimensions.save(held, tmp_path / "phases.png")
    assert (tmp_path / "phases.png").read_bytes().startswith(b"\x89PNG")


def test_jumps_of_the_best_noise_are_left_open(held: xr.Dataset) -> None:
    values = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.1, 0.2])
    (line,) = dimensions.draw(held.assign(best=(("dim", "beta"), np.stack([values, values])))).lines[1, "best"]
    np.testing.assert_array_equal(line.get_ydata(), np.where(np.arange(9) == 5, np.nan, values))


def test_what_is_missing_or_too_narrow_is_refused(held: xr.Dataset) -> None:
    with pytest.raises(ValueError, match="found no variable 'edge'"):
        dimensions.draw(held.drop_vars("edge"))
    with pytest.raises(ValueError, match="columns: found 1"):
        dimensions.draw(held, columns=1)
