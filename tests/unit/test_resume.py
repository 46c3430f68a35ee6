"""Studies in files: what is there is not computed again, nothing is lost, and another study is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulate.experiments import discs
from simulate.experiments.discs import Study, run_study
from simulate.experiments.resume import continued
from simulate.storage import save_dataset
from theory.errors import ProblemError

TINY = Study((0.0, 1.0), 2, (0.0, 1.0, 2.0), (2.0,), side=12.0, radius=3.0, tries=40, seed=1)


def test_more_draws_than_the_file_holds_and_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.nc"
    two = continued(TINY, path)
    solved = []
    plain = discs.solve_draw

    def counted(study: Study, gap: float, draw: int) -> object:
        solved.append((gap, draw))
        return plain(study, gap, draw)

    monkeypatch.setattr(discs, "solve_draw", counted)
    three = continued(replace(TINY, draws=3), path)
    assert solved == [(0.0, 2), (1.0, 2)]
    assert three.isel(draw=slice(2)).drop_attrs().equals(two.drop_attrs())
    assert three.drop_attrs().equals(run_study(replace(TINY, draws=3)).drop_attrs())
    solved.clear()
    assert continued(TINY, path).identical(three)
    assert continued(replace(TINY, draws=3), path).identical(three)
    assert not solved


def test_what_is_missing_among_fewer_draws_is_computed_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    whole = run_study(replace(TINY, draws=3))
    holed = whole.copy(deep=True)
    for name in discs.VARIABLES:
        holed[name][1, 1:] = np.nan
    save_dataset(holed, path)
    found = continued(TINY, path)
    assert found.isel(draw=slice(2)).equals(whole.isel(draw=slice(2)))
    assert found["risk"].isel(draw=2, gap=0).equals(whole["risk"].isel(draw=2, gap=0))
    assert found["risk"].isel(draw=2, gap=1).isnull().all()
    assert found.attrs["draws"] == 3


@pytest.mark.parametrize("change", [{"seed": 2}, {"gaps": (0.0, 2.0)}, {"betas": (3.0,)}, {"count": 1}])
def test_another_study_is_refused_and_its_file_left_alone(change: dict, tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    continued(TINY, path)
    before = path.read_bytes()
    with pytest.raises(ProblemError, match=r"a\.nc: found a dataset of another study"):
        continued(replace(TINY, **change), path)
    assert path.read_bytes() == before
