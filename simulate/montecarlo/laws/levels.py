"""The laws of a signed density along the one axis on which they differ: what `plateaus` compares. Host side (NumPy)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from simulate.montecarlo.arrays import Numbers


class Flats(NamedTuple):
    """K laws of one kind along one axis; `mass` is positive for class 1 and negative for class 0."""

    center: Numbers  # (K,)
    scale: Numbers  # (K,)
    mass: Numbers  # (K,)


class AxisLaws(NamedTuple):
    """Laws of each kind that vary along one axis only."""

    axis: Numbers
    kinds: dict[str, Flats]


class Flat(NamedTuple):
    """One law: kind, place and scale along the axis, signed mass."""

    kind: str
    center: float
    scale: float
    mass: float


def level_of(axis: int, laws: Sequence[Flat]) -> AxisLaws | None:
    """The laws stacked; None where one class has none of them."""
    if len({law.mass > 0 for law in laws}) < 2:
        return None
    kinds = {}
    for kind in sorted({law.kind for law in laws}):
        kinds[kind] = Flats(*np.array([law[1:] for law in laws if law.kind == kind]).T)
    return AxisLaws(np.int64(axis), kinds)
