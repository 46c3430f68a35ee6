"""Every kind of figure against a committed picture."""

from __future__ import annotations

import numpy as np
import pytest

from tests.figures.compare import BASELINES, DRAWINGS, pixels, rendered

# Root mean square of the differences of all pixels. Matplotlib is pinned and brings its own font renderer, so that only
# rounding may differ; without one of the words on the map it is 0.015, without a curve or a hatch 0.02 and more.
TOLERANCE = 0.01
LARGEST_BASELINE = 80_000


@pytest.mark.parametrize("name", DRAWINGS)
def test_picture_is_as_committed(name: str) -> None:
    expected = pixels((BASELINES / f"{name}.png").read_bytes())
    found = pixels(rendered(DRAWINGS[name]()))
    assert found.shape == expected.shape
    assert np.sqrt(np.mean((found - expected) ** 2)) < TOLERANCE


def test_pictures_are_small_and_all_in_use() -> None:
    files = sorted(BASELINES.iterdir())
    assert {path.stem for path in files} == set(DRAWINGS)
    assert all(path.stat().st_size < LARGEST_BASELINE for path in files)
