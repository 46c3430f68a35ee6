"""Numbers at ticks: no offset that a reader has to add, and powers of ten once, in the label, not at every tick."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import rcParams
from matplotlib.axis import Axis
from matplotlib.ticker import Formatter, FuncFormatter, LogLocator, NullFormatter, ScalarFormatter

from theory.arrays import Array

# Numbers whose largest is between these powers of ten are written as they are.
BETWEEN = (-3, 5)
# Decades that a logarithmic axis needs for powers of ten alone to say where it is.
DECADES = 2.0


class Shifted(Formatter):
    """Numbers in units of a power of ten, with as many decimals as tell them apart."""

    def __init__(self, power: int) -> None:
        self.power = power
        self._decimals = 0

    def set_locs(self, locs: Array) -> None:  # type: ignore[override]
        values = np.asarray(locs, float) / 10.0**self.power
        steps = np.diff(np.unique(values))
        close = 1e-3 * float(steps.min()) if steps.size else 1e-9 * float(np.abs(values).max(initial=1.0))
        decimals = range(12)
        self._decimals = next((k for k in decimals if (np.abs(values - values.round(k)) <= close).all()), 12)

    def __call__(self, x: float, pos: int | None = None) -> str:
        text = self.fix_minus(f"{x / 10.0**self.power:.{self._decimals}f}")
        return rf"$\mathdefault{{{text}}}$" if rcParams["text.usetex"] else text


def plain(most: float) -> tuple[Formatter, str]:
    """How numbers up to a size are written, and the power of ten that their label is to name ("" where none)."""
    power = math.floor(math.log10(most)) if most > 0 and math.isfinite(most) else 0
    if BETWEEN[0] < power < BETWEEN[1] or power == 0:
        numbers = ScalarFormatter(useOffset=False)
        numbers.set_scientific(False)
        return numbers, ""
    return Shifted(power), rf"$10^{{{power}}}$"


def number(axis: Axis, low: float, high: float) -> str:
    """Set up the ticks of an axis from `low` to `high`; returns the power of ten that its label is to name."""
    axis.set_minor_formatter(NullFormatter())
    if axis.get_scale() != "log":
        numbers, power = plain(max(abs(low), abs(high)))
        axis.set_major_formatter(numbers)
        return power
    decades = math.log10(high / low)
    if decades < DECADES:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades > 1 else (1.0, 2.0, 3.0, 5.0, 7.0)))
        axis.set_major_formatter(FuncFormatter(lambda x, _pos: f"{x:g}"))
    return ""


def with_power(label: str, power: str) -> str:
    """A label with the power of ten that its numbers are in units of, beside the unit where there is one."""
    if not power:
        return label
    return (
        f"{label[:-1].replace(' (', f' ({power} ', 1)})"
        if label.endswith(")") and " (" in label
        else f"{label} ({power})"
    )
