"""What every exact routine returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.displayed import Displayed


@dataclass(frozen=True)
class Estimate(Displayed):
    """A number, or an array of numbers, with what is known of its error and how it was obtained.

    value: the result. NaN marks a quantity that is not defined for its arguments (certified risk at beta = 0 < eps).
    error: an estimate, tested never to understate, of the absolute error of `value`: rounding and the propagated
        uncertainty of every boundary for closed forms, and the quadrature's own estimate where there is one.
    route: "line", "radial" or "half-space", the geometry that answered.
    """

    value: NDArray[np.float64] | float
    error: NDArray[np.float64] | float
    route: str

    def __post_init__(self) -> None:
        for name in ("value", "error"):
            held: Any = np.asarray(getattr(self, name), float)
            object.__setattr__(self, name, float(held) if held.ndim == 0 else held)

    def __repr__(self) -> str:
        if isinstance(self.value, float):
            return f"{self.value:.12g} (error {self.error:.1g}, {self.route})"
        return f"Estimate({self.value!r}, largest error {np.nanmax(self.error, initial=0):.1g}, {self.route})"
