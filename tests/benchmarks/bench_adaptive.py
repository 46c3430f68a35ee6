"""The adaptive map against the full one at 256 x 256: evaluations, other labels, and errors beyond those stated, on ten
problems about alpha and beta, and on twenty with other axes, windows and noises."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from simulate.sweep.adaptive import sweep_adaptive
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from tests.benchmarks.timing import sized

SIDE = sized(256, 33)


@dataclass(frozen=True)
class Map:
    """What is swept: x and y as (key, low, high), and noises that are not."""

    family: Family
    x: tuple[str, float, float]
    y: tuple[str, float, float]
    fixed: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        settings = "".join(f" {key}={value}" for key, value in self.family.settings.items())
        return f"{self.family.source}{settings}: {self.x[0]} {self.y[0]}"


BETA, ALPHA = ("beta", 0.02, 1.6), ("alpha", 0.0, 1.5)
LAPLACE = {"training.noise": "laplace", "smoothing.noise": "laplace"}
FIRST = [
    Map(Family("bumps", {"spacing": 1.5}), BETA, ALPHA),
    Map(Family("bumps"), BETA, ALPHA),
    Map(Family("stripes"), BETA, ALPHA),
    Map(Family("intervals"), BETA, ALPHA),
    Map(Family("two-gaussians", {"separation": 3.0, "prior": 0.2}), BETA, ALPHA),
    Map(Family("concentric", {"dim": 10}), BETA, ("alpha", 0.0, 2.0)),
    Map(Family("two-scales", {"dim": 5}), BETA, ALPHA),
    Map(Family("ball", {"dim": 3}), ("beta", 0.02, 1.0), ("alpha", 0.0, 1.0)),
    Map(Family("bumps", LAPLACE), BETA, ALPHA),
    Map(Family("concentric", {"dim": 3072}), BETA, ALPHA),
]
SECOND = [
    Map(Family("bumps"), ("spacing", 0.5, 4.0), ALPHA, {"beta": 0.4}),
    Map(Family("stripes"), ("gap", 0.05, 1.0), ALPHA, {"beta": 1.0}),
    Map(
        Family("two-gaussians", {"separation": 4.0, "prior": 0.2}),
        ("eps", 0.0, 1.5),
        ("alpha", 0.0, 2.0),
        {"beta": 1.0},
    ),
    Map(Family("bumps", {"spacing": 2.0}), ("beta", 0.1, 0.9), ("alpha", 0.2, 1.1)),
    Map(Family("concentric", {"dim": 3}), ("beta", 0.05, 3.0), ("alpha", 0.0, 3.0), {"eps": 0.1}),
    Map(Family("two-scales", {"dim": 2}), ("separation", 0.5, 3.0), ALPHA, {"beta": 0.5}),
    Map(Family("intervals"), ("eps", 0.0, 0.6), ("alpha", 0.0, 1.0), {"beta": 0.3}),
    Map(Family("two-gaussians", {"separation": 2.0, "prior": 0.35}), ("alpha", 0.0, 3.0), ("beta", 0.0, 2.0)),
    Map(Family("stripes", {"training.noise": "uniform"}), ("beta", 0.05, 1.2), ("alpha", 0.0, 1.0)),
    Map(Family("bumps", {"spacing": 1.2, "smoothing.noise": "laplace"}), ("beta", 0.05, 1.0), ("alpha", 0.0, 0.8)),
]
THIRD = [
    Map(Family("bumps", {"spacing": 1.35}), ("beta", 0.3, 1.0), ("alpha", 0.1, 0.8)),
    Map(Family("bumps", {"count": 5, "spacing": 1.25}), ("beta", 0.05, 1.5), ALPHA),
    Map(Family("stripes", {"count": 2}), ("width", 0.3, 2.0), ALPHA, {"beta": 0.7}),
    Map(Family("intervals", {"count": 5, "gap": 0.8}), ("beta", 0.05, 1.2), ("alpha", 0.0, 1.2), {"eps": 0.05}),
    Map(Family("bumps", {"spacing": 1.5, "training.noise": "uniform"}), ("beta", 0.05, 1.2), ("alpha", 0.0, 1.2)),
    Map(Family("concentric", {"dim": 2}), ("prior", 0.2, 0.8), ("alpha", 0.0, 2.0), {"beta": 0.5}),
    Map(Family("two-gaussians", {"separation": 3.0, "training.rule": "lda"}), ("ratio", 0.2, 8.0), ("alpha", 0.0, 2.0)),
    Map(Family("ball", {"dim": 10}), ("radius", 0.5, 3.0), ("beta", 0.02, 0.8), {"alpha": 0.3}),
    Map(Family("bumps"), ("eps", 0.0, 1.0), ALPHA, {"beta": 0.5}),
    Map(
        Family("two-gaussians", {"separation": 3.0, "prior": 0.1}),
        ("alpha", 0.0, 2.0),
        ("eps", 0.0, 1.0),
        {"beta": 0.7},
    ),
]


@pytest.mark.parametrize("asked", [*FIRST, *SECOND, *THIRD], ids=str)
def test_the_picture_is_the_same(asked: Map, capsys: pytest.CaptureFixture[str]) -> None:
    axes = Axis(*asked.x, SIDE), Axis(*asked.y, SIDE)
    full, found = sweep(asked.family, *axes, asked.fixed), sweep_adaptive(asked.family, *axes, asked.fixed)
    off, beyond = 0.0, 0
    for key in ("risk", "gain"):
        miss = np.abs(found[key] - full[key]).to_numpy()
        off = max(off, float(np.nanmax(miss)))
        beyond += int((miss > (found[f"{key}_error"] + full[f"{key}_error"]).to_numpy()).sum())
    share, labels = found.attrs["evaluations"] / SIDE**2, int((found["label"] != full["label"]).sum())
    with capsys.disabled():
        print(f"\n{asked}: {100 * share:.1f} % evaluated, {labels} other labels, off by {off:.1e}, ", end="")
        print(f"tolerance {found.attrs['tolerance']:.1e}, beyond it {beyond} cells", end=" ")
    if SIDE == 256:
        assert (labels, beyond) == (0, 0)
        assert share < 1 / 5 or asked not in FIRST
