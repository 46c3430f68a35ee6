"""The adaptive map against the full one at 256 x 256: evaluations, labels that differ, and errors, on ten problems."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.sweep.adaptive import sweep_adaptive
from simulate.sweep.axes import Axis, Family
from simulate.sweep.sweep import sweep
from tests.benchmarks.timing import sized

SIDE = sized(256, 33)
NOISES = ("beta", 0.02, 1.6), ("alpha", 0.0, 1.5)
PROBLEMS = [
    (Family("bumps", {"spacing": 1.5}), NOISES),
    (Family("bumps"), NOISES),
    (Family("stripes"), NOISES),
    (Family("intervals"), NOISES),
    (Family("two-gaussians", {"separation": 3.0, "prior": 0.2}), NOISES),
    (Family("concentric", {"dim": 10}), (("beta", 0.02, 1.6), ("alpha", 0.0, 2.0))),
    (Family("two-scales", {"dim": 5}), NOISES),
    (Family("ball", {"dim": 3}), (("beta", 0.02, 1.0), ("alpha", 0.0, 1.0))),
    (Family("bumps", {"training.noise": "laplace", "smoothing.noise": "laplace"}), NOISES),
    (Family("concentric", {"dim": 3072}), NOISES),
]


@pytest.mark.parametrize(("family", "ends"), PROBLEMS, ids=lambda held: getattr(held, "source", None))
def test_the_picture_is_the_same(
    family: Family, ends: tuple[tuple[str, float, float], ...], capsys: pytest.CaptureFixture[str]
) -> None:
    axes = tuple(Axis(key, low, high, SIDE) for key, low, high in ends)
    full, found = sweep(family, *axes), sweep_adaptive(family, *axes)
    off = np.abs(found["gain"] - full["gain"]).to_numpy()
    allowed = (found["gain_error"] + full["gain_error"]).to_numpy()
    share, labels = found.attrs["evaluations"] / SIDE**2, int((found["label"] != full["label"]).sum())
    with capsys.disabled():
        print(
            f"\n{family.source} {dict(family.settings)}: {100 * share:.1f} % evaluated, {labels} other labels, ", end=""
        )
        print(f"off by {np.nanmax(off):.1e}, tolerance {found.attrs['tolerance']:.1e}, ", end="")
        print(f"stated at most {found.attrs['interpolation_error']:.1e}, beyond it {int((off > allowed).sum())} cells")
