"""`noisewise figures pipeline-film`: its files, what stays, and one line where there is no ffmpeg."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from figures.film_frames import Stop
from simulate.experiments import recipes
from simulate.experiments.sources import Filmed

NAME = "pipeline-film"
TINY = Filmed("bumps", "beta=0.1:0.8:4", "alpha=0:1:4", (Stop(0.3, 0.6, 2, 1), Stop(0.8, 0.2, 1, 1)))


def test_without_ffmpeg_one_line_says_what_is_left_out(
    call: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(recipes.RECIPES, NAME, replace(recipes.RECIPES[NAME], sources={NAME: TINY}))
    monkeypatch.setenv("PATH", str(tmp_path))
    left_out = f"left out {NAME}.mp4: ffmpeg is not installed"
    first, again = (call("figures", NAME).stdout.splitlines() for _time in range(2))
    assert first == [f"wrote {NAME}.nc", f"wrote {NAME}.gif", left_out]
    assert again == [f"kept {NAME}.nc", f"kept {NAME}.gif", left_out]
    before = (tmp_path / f"{NAME}.gif").read_bytes()
    assert call("figures", NAME, "--from", f"{NAME}.nc", "--out", "other").stdout.splitlines() == [
        f"wrote other/{NAME}.gif",
        f"left out other/{NAME}.mp4: ffmpeg is not installed",
    ]
    assert (tmp_path / "other" / f"{NAME}.gif").read_bytes() == before
    assert set(os.listdir(tmp_path)) == {f"{NAME}.nc", f"{NAME}.gif", "drawn.json", "other"}
    assert "expected 2 for" in call("figures", NAME, "--columns", "1").stderr
