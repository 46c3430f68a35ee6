"""What it costs to keep finished pieces: a map of 1e5 cells with a part file against the same map without."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from simulate.work.part import keeping
from tests.benchmarks.timing import sized

SIDE, TURNS = sized(317, 20), sized(7, 1)
AXES = Axis("beta", 0.02, 1.6, SIDE), Axis("alpha", 0.0, 1.5, SIDE)


def test_keeping_pieces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    family, times = Family("bumps"), {"plain": list[float](), "kept": list[float]()}
    for turn in range(TURNS):
        began = time.process_time()
        plain = sweep(family, *AXES)
        times["plain"].append(time.process_time() - began)
        began = time.process_time()
        with keeping(tmp_path / f"{turn}.nc", {"turn": turn}, fresh=False) as kept:
            assert sweep(family, *AXES, kept=kept).identical(plain)
        times["kept"].append(time.process_time() - began)
    least = {name: min(held) for name, held in times.items()}
    with capsys.disabled():
        print(f"\n{SIDE}^2 cells: {least['plain']:.3f} s, kept {least['kept']:.3f} s: ", end="")
        print(f"{100 * (least['kept'] / least['plain'] - 1):+.1f} %")
