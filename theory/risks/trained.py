"""Base classifiers of the last requests: what is asked of one problem at the same noises trains once."""

from __future__ import annotations

from typing import Any

from theory.arrays import Array
from theory.geometry.base import Geometry
from theory.problems.kept import Kept

_held: Kept[Any] = Kept(16)


def trained(geometry: Geometry, alpha: Array) -> Any:
    """`geometry.train(alpha)`; the same object where that was asked for a short while ago."""
    return _held.get(geometry, alpha.tobytes(), lambda: geometry.train(alpha))
