"""`nw.phase`, and what its dataset can do: `dataset.noisewise`."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import xarray as xr

import noisewise as nw

AXES = ("beta=0.2:0.8:4", "alpha=0:0.6:3")
STARTS = {".nc": b"\x89HDF", ".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml", ".SVG": b"<?xml"}


@pytest.fixture(scope="module")
def diagram() -> xr.Dataset:
    return nw.phase("bumps", *AXES, curves=False)


def test_it_is_the_sweep_of_its_axes(diagram: xr.Dataset) -> None:
    x, y = (nw.Axis.parse(text) for text in AXES)
    xr.testing.assert_identical(diagram, nw.sweep(nw.Family("bumps"), x, y, {}))


def test_a_problem_given_as_such(diagram: xr.Dataset) -> None:
    xr.testing.assert_equal(nw.phase(nw.regimes.bumps(), *AXES, curves=False).gain, diagram.gain)


def test_a_problem_file(tmp_path: Path, diagram: xr.Dataset) -> None:
    nw.save_problem(nw.regimes.bumps(), tmp_path / "problem.toml")
    xr.testing.assert_equal(nw.phase(str(tmp_path / "problem.toml"), *AXES, curves=False).gain, diagram.gain)


def test_fixed_noises_and_settings_are_those_of_the_cells() -> None:
    found = nw.phase("bumps", "beta=0.2:0.8:4", "spacing=2:3:2", settings={"scale": 0.4}, alpha=0.3, curves=False)
    cell = found.isel(beta=1, spacing=1)
    problem = nw.regimes.bumps(spacing=3.0, scale=0.4)
    alone = nw.gain(problem, alpha=0.3, beta=float(cell.beta))
    assert abs(float(cell.gain) - alone.value) <= float(cell.gain_error) + alone.error < 1e-12


def test_curves_come_with_it_unless_declined(diagram: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    traced = diagram.assign_attrs(traced=1)
    monkeypatch.setattr("simulate.sweep.plane.add_curves", lambda dataset, family, x, y: traced)
    assert nw.phase("bumps", *AXES) is traced
    assert "traced" not in nw.phase("bumps", *AXES, curves=False).attrs


def test_a_key_is_fixed_or_swept() -> None:
    with pytest.raises(nw.ProblemError, match="alpha"):
        nw.phase("bumps", *AXES, curves=False, alpha=0.3)


def test_the_table_has_one_row_a_cell(diagram: xr.Dataset) -> None:
    table = diagram.noisewise.table()
    assert len(table) == diagram.gain.size
    for row in table.itertuples():
        cell = diagram.gain.sel(beta=row.beta, alpha=row.alpha)
        assert float(cell) == row.gain


def test_the_plot_is_in_the_axes_that_were_given(diagram: xr.Dataset) -> None:
    figure, axes = plt.subplots()
    assert diagram.noisewise.plot(axes).axes is axes
    plt.close(figure)


@pytest.mark.parametrize("suffix", STARTS)
def test_the_suffix_decides_what_is_saved(suffix: str, diagram: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / f"map{suffix}"
    diagram.noisewise.save(path)
    assert path.read_bytes().startswith(STARTS[suffix])


def test_what_was_saved_is_read_back(diagram: xr.Dataset, tmp_path: Path) -> None:
    diagram.noisewise.save(tmp_path / "map.nc")
    xr.testing.assert_identical(nw.open_dataset(tmp_path / "map.nc"), diagram)
