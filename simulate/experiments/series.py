"""Named series over one variable as datasets, in the form that `figures.curves` draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike


@dataclass
class Series:
    """A dataset in the making: curves, guides and measured points over one variable.

    key: the name of the variable. attrs: labels, scales and the title, see `figures.curves.draw`.
    """

    key: str
    x: np.ndarray
    attrs: Mapping[str, Any]
    values: dict[str, np.ndarray] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    points: list[tuple[str, float, float, float, float]] = field(default_factory=list)

    def curve(self, name: str, values: ArrayLike, kind: str = "curve") -> None:
        """Add a series; `kind` is "curve" or "guide"."""
        self.values[name] = np.broadcast_to(np.asarray(values, float), self.x.shape)
        self.kinds[name] = kind

    def measured(self, name: str, x: Sequence[float], y: Sequence[float], bars: ArrayLike | None = None) -> None:
        """Add points with the ends of their intervals, `bars` (2, points)."""
        low, high = (y, y) if bars is None else np.asarray(bars, float)
        self.points += [(name, a, b, float(c), float(d)) for a, b, c, d in zip(x, y, low, high, strict=True)]

    def dataset(self) -> xr.Dataset:
        """What a file holds."""
        names = list(self.values)
        variables: dict[str, Any] = {
            "value": (("series", self.key), np.stack([self.values[name] for name in names])),
            "kind": ("series", [self.kinds[name] for name in names]),
        }
        if self.points:
            columns = dict(zip(("of", "x", "y", "low", "high"), map(list, zip(*self.points, strict=True)), strict=True))
            variables |= {f"point_{key}": ("point", values) for key, values in columns.items()}
        return xr.Dataset(variables, {"series": names, self.key: self.x}, dict(self.attrs))
