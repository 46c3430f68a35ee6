"""Figures on disk: the same bytes every time, completely there or not at all, and nothing of the day in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

from figures import phase, pipeline
from tests.figures.examples import full, plain
from theory import regimes

SUFFIXES = (".png", ".pdf", ".svg")
MAGIC = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_two_saves_are_equal_byte_for_byte(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(mpl.rcParams)
    contents = []
    for moment in ("0", "1700000000"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", moment)  # the one way to turn Matplotlib's clock
        for name, save in (("phase", phase.save), ("again", phase.save)):
            save(full(), tmp_path / f"{name}{suffix}")
            contents.append((tmp_path / f"{name}{suffix}").read_bytes())
        monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert len(set(contents)) == 1
    assert contents[0].startswith(MAGIC[suffix])
    assert mpl.__version__.encode() not in contents[0]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_settings_of_the_caller_do_not_matter(tmp_path: Path, suffix: str) -> None:
    phase.save(plain(), tmp_path / f"usual{suffix}")
    with mpl.rc_context(
        {"savefig.dpi": 50, "font.size": 20, "svg.fonttype": "none", "pdf.fonttype": 3, "image.cmap": "jet"}
    ):
        phase.save(plain(), tmp_path / f"other{suffix}")
    assert (tmp_path / f"usual{suffix}").read_bytes() == (tmp_path / f"other{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pipeline_files(tmp_path: Path, suffix: str) -> None:
    contents = []
    for name in ("one", "two"):
        pipeline.save(regimes.bumps(count=3), 0.4, 0.6, tmp_path / f"{name}{suffix}")
        contents.append((tmp_path / f"{name}{suffix}").read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("name", ["phase", "phase.gif", "phase.nc"])
def test_other_suffixes_are_refused_and_leave_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"expected \.png, \.pdf or \.svg"):
        phase.save(plain(), tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "phase.png"
    target.write_text("old")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", _half)
    with pytest.raises(OSError, match="full"):
        phase.save(plain(), target)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["phase.png"]


def _half(_figure: object, path: Path, **_options: object) -> None:
    path.write_text("half")
    raise OSError("the disk is full")


def test_drawing_needs_no_window_and_no_simulation() -> None:
    program = (
        "import sys; from tests.figures.examples import full; from figures import phase, pipeline; phase.draw(full());"
        "bad = {'matplotlib.pyplot', 'jax', 'simulate'} & set(sys.modules); sys.exit(', '.join(bad) or None)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
