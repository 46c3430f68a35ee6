"""Datasets of figures that are cut short: what is finished is kept beside them, and taken from there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulate.agreement.plan import Trial
from simulate.experiments.sources import Agreement, Map, Work
from simulate.progress import silent
from simulate.storage import open_dataset
from simulate.sweep import cells

BUMPS = Map("bumps", "count=1:3:3", "spacing=1:3:5", fixed={"alpha": 0.3})
CHECKED = Agreement("bumps", "spacing=1:3:3", "alpha=0:0.6:3", Trial(5, 200, 1))


@pytest.mark.parametrize(
    ("source", "part"),
    [(BUMPS, "simulate.sweep.sweep.evaluate"), (CHECKED, "simulate.agreement.agreement.exact_values")],
)
def test_a_dataset_goes_on_where_it_was(
    source: Map | Agreement, part: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cells, "PIECE_BATCHES", 2)
    work = Work(None, silent)
    source.provide(tmp_path / "whole.nc", work)
    room, name = part.rsplit(".", 1)
    real = getattr(__import__(room, fromlist=[name]), name)
    asked: list[object] = []

    def stopping(piece: object) -> object:
        asked.append(piece)
        if len(asked) == 3:
            raise OSError("no power")
        return real(piece)

    monkeypatch.setattr(part, stopping)
    with pytest.raises(OSError, match="no power"):
        source.provide(tmp_path / "a.nc", work)
    assert sorted(os.listdir(tmp_path)) == ["a.nc.part", "whole.nc"]
    assert source.provide(tmp_path / "a.nc", work)
    assert sorted(os.listdir(tmp_path)) == ["a.nc", "whole.nc"]
    assert open_dataset(tmp_path / "a.nc", ()).identical(open_dataset(tmp_path / "whole.nc", ()))
    several = len(asked)
    assert not source.provide(tmp_path / "a.nc", work)
    assert len(asked) == several
    assert str(asked[2]) == str(asked[3])  # the one that failed is the first that is done again
